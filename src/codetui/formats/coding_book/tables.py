"""Tables of a coding book: with one code or profile per row, or cards with one code per table and one field per row."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import NamedTuple

from codetui.formats.coding_book import vocabulary
from codetui.formats.coding_book.markdown import MarkdownBlock
from codetui.formats.coding_book.pieces import BEGINS_LIST, CodeOrProfile, Piece, split_blocks
from codetui.formats.coding_book.vocabulary import (
    GROUP_RANK,
    NAME_RANK,
    PARENT_RANK,
    FieldKey,
    Label,
    is_title,
    title_rank,
)

LINE_BREAK = re.compile(r"(?<![ \t])[ \t]*+<br\s*+/?>[ \t]*+", re.IGNORECASE)
ID_CELL = re.compile(r"[`*_]*([A-Za-z]*[-_ ]?\d[\w.]*?|[A-Z])[.:]?[`*_]*")
ONE_WORD = re.compile(r"[`*_]*[^\s`*]+?[`*_]*")
FEWEST_FIELDS = 2
"""Rows of a card that name fields; one alone is enough below an id."""


class CodeRow(NamedTuple):
    """The cells of one code or profile, and the line they are on."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A table of codes or profiles: the columns that hold the id, the name and the names of groups, and its fields.

    `head` has the words that only organize the others. `is_unsure` is True for a card that may just as well be an
    explanation of the fields.
    """

    titles: list[str]
    rows: list[CodeRow]
    keys: list[FieldKey | None]
    id_at: int | None
    name_at: int | None
    groups_at: list[int]
    is_card: bool
    head: str
    is_unsure: bool

    @property
    def label_columns(self) -> list[int]:
        """The columns of ids and names; none in a card whose heading names the code."""
        return sorted({at for at in (self.id_at, self.name_at) if at is not None})

    @property
    def has_definitions(self) -> bool:
        """Return whether the rows define names that may be those of codes."""
        return "definition" in self.keys and not is_title(self.titles[self.label_columns[-1]], "other")

    @property
    def has_codes(self) -> bool:
        """Return whether the column titles show that the rows are codes, whatever their ids look like."""
        title = self.titles[self.label_columns[-1]]
        criteria = {key for key in self.keys if key} - {"definition"}
        if self.is_card or criteria - {"examples"}:
            return True
        if criteria:
            is_defined = "definition" in self.keys and not is_title(title, "other")
            return is_defined or is_title(title, "name", "group", "id")
        described = (name for key, name in zip(self.keys, self.titles, strict=True) if key)
        return is_title(title, "sure", "sub") and any(map(vocabulary.WORDS["defined"].search, described))

    def pieces(self, kind: CodeOrProfile) -> list[Piece]:
        """Return the codes or profiles in the rows, or the fields of a card without a label.

        An empty group cell repeats the cell above; a row without a label continues the row above.
        """
        found: list[Piece] = []
        groups = dict.fromkeys(self.groups_at, "") if kind == "code" else {}
        outer = ""
        label_columns = self.label_columns
        name = " ".join(filter(None, (self.head, *(self.titles[at] for at in sorted({*label_columns, *groups})))))
        for line, cells in self.rows:
            repeated = _carry_down(groups, cells)
            inner = self._fields(line, cells, {*label_columns, *groups})
            columns = (self.id_at, self.name_at)
            id_, own = ("" if at is None else LINE_BREAK.sub(" ", cells[at]).strip() for at in columns)
            if not label_columns and inner:
                inner[0].name = " ".join(filter(None, (self.head, inner[0].name)))
                found += inner
            elif not (id_ or own):
                (found[-1].inner if found else found).extend(inner)
            elif not inner and kind == "code" and len(self.titles) > FEWEST_FIELDS and _is_headline(own or id_):
                outer = _plain(own or id_)
            else:
                label = _row_label(id_ if self.id_at != self.name_at else "", own or id_)
                within = tuple(filter(None, (outer, *groups.values())))
                head = " ".join((name, *repeated))
                is_row = not self.is_card
                found.append(Piece(kind, line, label.rest, [], inner, within, head, label=label, is_item=is_row))
        # A title with a remark beside the field's name is kept as a field without a value.
        remarked = (title for title in self.titles if title != _without_remark(title))
        for piece in found[:1]:
            piece.inner += [Piece("field", self.rows[0].line, name=title) for title in remarked]
        return found

    def _fields(self, line: int, cells: list[str], others: Set[int]) -> list[Piece]:
        """Return the cells of a row as fields, except those in the columns `others`."""
        return [
            Piece("field", line, _cell_text(cell, key), name=_without_remark(title), key=key)
            for at, (title, key, cell) in enumerate(zip(self.titles, self.keys, cells, strict=False))
            if at not in others and cell.strip()
        ]


def _cell_text(cell: str, key: FieldKey | None) -> str:
    """Return the text of a cell; a break in prose only matters before the entry of a list."""
    lines = LINE_BREAK.split(cell.strip())
    is_running = key in vocabulary.PROSE_FIELDS and not any(map(BEGINS_LIST.match, lines))
    return (" " if is_running else "\n").join(lines)


def _carry_down(groups: dict[int, str], cells: list[str]) -> list[str]:
    """Update the groups by column from a row, and return the names written in it.

    An empty cell repeats the one above.
    """
    repeated = [name for at, name in groups.items() if name and _plain(cells[at]) == name]
    changed = [at for at in groups if _plain(cells[at]) not in ("", groups[at])]
    for at in groups:
        is_below_other = bool(changed) and at > changed[0]
        groups[at] = _plain(cells[at]) or ("" if is_below_other else groups[at])
    return repeated


def read_table(block: MarkdownBlock) -> CodeTable | None:
    """Return the table with the meaning of its columns; None if it is not a table of codes or profiles."""
    width = len(block.rows[0]) if block.rows else 0
    rows = [CodeRow(line, row[:width]) for line, row in enumerate(block.rows[1:], block.line + 2)]
    head = block.rows[0] if block.rows else []
    if not _is_card(block.rows):
        return _with_columns([_title(cell) for cell in head], rows, is_card=False)
    while width > FEWEST_FIELDS and not any(row[width - 1].strip() for row in block.rows):
        width -= 1
    titles = [_title(row[0]) for row in block.rows]
    codes = [CodeRow(block.line, [row[at] for row in block.rows]) for at in range(1, width)]
    first, second = titles[0], head[1] if width > 1 else ""
    if vocabulary.field_key(first) or title_rank(first, is_card=True) is not None:
        return _with_columns(titles, codes, is_card=True)
    if width > FEWEST_FIELDS:
        return _with_columns(titles, codes, is_card=True, name_at=0)
    if is_title(first, "field") and is_title(_title(second), "value"):
        codes = [CodeRow(line, cells[1:]) for line, cells in codes]
        return _with_columns(titles[1:], codes, is_card=True, head=f"{first} {second}".strip())
    if is_title(first, "field"):
        return _with_columns(titles, codes, is_card=True, name_at=0, is_unsure=bool(first))
    codes = [CodeRow(line, [head[0], *cells]) for line, cells in codes]
    return _with_columns(["", "", *titles[1:]], codes, is_card=True, id_at=0, name_at=1)


def _is_card(rows: list[list[str]]) -> bool:
    """Return whether the first column of a table holds the names of fields, and its head does not."""
    down = [row[0] for row in rows if vocabulary.field_key(row[0])]
    if not down or any(vocabulary.field_key(cell) for cell in rows[0][1:]):
        return False
    first = _title(rows[0][0])
    is_labelled = ID_CELL.fullmatch(first) is not None or title_rank(first, is_card=True) is not None
    return is_labelled or len(down) >= FEWEST_FIELDS


def identify_columns(titles: list[str], rows: list[CodeRow]) -> CodeTable | None:
    """Return a table with one code a row with its columns identified; None if none of them is a field or a label."""
    return _with_columns(titles, rows, is_card=False)


def _with_columns(
    titles: list[str],
    rows: list[CodeRow],
    *,
    is_card: bool,
    id_at: int | None = None,
    name_at: int | None = None,
    head: str = "",
    is_unsure: bool = False,
) -> CodeTable | None:
    """Return the table with its columns identified; None without any field, or without a label outside a card."""
    keys = [vocabulary.field_key(title) for title in titles]
    if not any(keys):
        return None
    ranks = {at: title_rank(title, is_card=is_card) for at, title in enumerate(titles) if not keys[at]}
    ids = [at for at, rank in ranks.items() if rank == "id"]
    names = {at: rank for at, rank in ranks.items() if isinstance(rank, int)}
    if name_at is None and names:
        best = max(names.values())
        of_best = [at for at, rank in names.items() if rank == best]
        codes = [at for at in of_best if is_title(titles[at], "code")]
        has_parts = any(is_title(titles[at], "sub") for at in of_best)
        # `Theme | Category` and `Subtheme | Code`: the inner one is on the right.
        name_at = of_best[-1] if best <= GROUP_RANK or has_parts else of_best[0]
        if best == NAME_RANK and codes and not ids:
            others = [at for at in of_best if at not in codes[:1] and not has_parts]
            later = others[0] if others else _name_after(codes[0], names, rows)
            is_id = has_parts and name_at != codes[0] and _are_ids(codes[0], rows)
            ids, name_at = (codes[:1], later) if later is not None else (codes[:1] if is_id else [], name_at)
    if name_at is None and not is_card:
        first = next(at for at, key in enumerate(keys) if key)
        beside = [at for at in ranks if at < first and at not in ids]
        name_at = beside[-1] if beside else None
        names = dict.fromkeys(beside, 0)
    id_at = ids[0] if ids and id_at is None else id_at
    name_at = id_at if name_at is None else name_at
    if name_at is None and not is_card:
        return None
    groups = [] if is_card else [at for at, rank in names.items() if _is_group(at, rank, name_at, id_at, titles, rows)]
    return CodeTable(
        titles, rows, keys, id_at, name_at, groups, is_card, head, is_unsure or (is_card and name_at is None)
    )


def _name_after(code_at: int, names: dict[int, int], rows: list[CodeRow]) -> int | None:
    """Return the column of themes or categories that hold the names for the ids in the column before it."""
    later = [at for at, rank in names.items() if rank == GROUP_RANK and at > code_at]
    if not later or not _are_ids(code_at, rows):
        return None
    named = [row.cells[later[0]].strip() for row in rows]
    return later[0] if len(set(named)) == len(named) else None


def _are_ids(at: int, rows: list[CodeRow]) -> bool:
    return all(ID_CELL.fullmatch(row.cells[at].strip()) for row in rows)


def _is_group(
    at: int, rank: int, name_at: int | None, id_at: int | None, titles: list[str], rows: list[CodeRow]
) -> bool:
    """Return whether a column names the groups of the codes, judging by its title or by repeated cells."""
    if at in (name_at, id_at):
        return False
    title = titles[at]
    if is_title(title, "group", "parent", "sub"):
        return True
    cells = [row.cells[at].strip() for row in rows]
    return rank == PARENT_RANK and len(set(filter(None, cells))) < len(cells)


def _title(cell: str) -> str:
    return " ".join(LINE_BREAK.sub(" ", cell).split()).strip(" *_`:")


def _without_remark(title: str) -> str:
    """Return the title of a column without its remark, the words beyond the field's name."""
    remark = vocabulary.field_and_remark(title)[1]
    return title.replace(remark, "").strip() if remark else title


def _plain(cell: str) -> str:
    return vocabulary.plain_name(LINE_BREAK.sub(" ", cell))


def _is_headline(cell: str) -> bool:
    """Return whether the only cell of a row is all in bold, and so names the group of the rows below it."""
    marked, rest = vocabulary.split_marked(cell)
    return cell.startswith(("*", "_")) and bool(marked) and not rest.strip(" :")


def _row_label(id_: str, name: str) -> Label:
    """Return the label of a row with these cells; a single cell may hold both id and name."""
    is_id = ID_CELL.fullmatch(id_) or (id_ != name and ONE_WORD.fullmatch(id_))
    if id_ and is_id:
        id_ = id_.strip("`*_ ").rstrip(".:")
        marked = vocabulary.marked_label(name)
        name = marked.name if marked and not marked.rest.strip() else name
        return Label(id_, name, "", "colon" if vocabulary.IS_WORD_ID.fullmatch(id_) else "dot", True)
    whole = f"{id_} {name}" if id_ and id_ != name else name
    marked = vocabulary.marked_label(whole)
    in_marks = marked if marked and not marked.rest.strip() else Label("", whole)
    return vocabulary.code_label(whole, is_heading=True) or in_marks


# --- cards of plain lines -------------------------------------------------------------------------------


class LabelRun(NamedTuple):
    """Adjacent lines with labels, and the pieces after them; `titles` has the titles of the lines, in lower case."""

    lines: list[Piece]
    others: list[Piece]

    @property
    def cells(self) -> list[tuple[str, str]]:
        """The titles and values of the lines; of several lines with an id only the last one counts as the id."""
        found = [vocabulary.label_line(piece.text) for piece in self.lines]
        last = max((at for at, cells in enumerate(found) if len(cells) > 1), default=0)
        outer = [
            (title, value if len(cells) == 1 else f"{title} {cells[0][1]}: {value}")
            for cells in found[:last]
            for title, value in cells[-1:]
        ]
        return [*outer, *(cell for cells in found[last:] for cell in cells)]

    @property
    def titles(self) -> set[str]:
        return {title.casefold() for title, _ in self.cells}

    @property
    def keys(self) -> set[FieldKey | None]:
        """The fields nested in the lines or directly after them."""
        nested = [piece for line in self.lines for piece in split_blocks(line.blocks, lambda _: False)]
        return {piece.key for piece in (*nested, *takewhile(lambda piece: piece.kind == "field", self.others))} - {None}


def label_runs(pieces: list[Piece]) -> list[LabelRun]:
    """Return the lines with labels together with what follows them; the first run may have no lines."""
    runs = [LabelRun([], [])]
    for piece in pieces:
        if piece.kind != "label":
            runs[-1].others.append(piece)
        elif runs[-1].others or (runs[-1].titles & LabelRun([piece], []).titles) - {"id"}:
            runs.append(LabelRun([piece], []))
        else:
            runs[-1].lines.append(piece)
    return runs


def join_cards(pieces: list[Piece], main: str) -> list[Piece]:
    """Return the pieces with each card's labelled lines, one of them titled `main`, joined into a code.

    Lines with other titles are a card if they have a definition of their own; else they are plain text or, inside a
    card, a field with an unknown name. A code without a group belongs to the group of the card above it.
    """
    joined: list[Piece] = []
    groups: tuple[str, ...] = ()
    is_defined = is_inside = False
    for run in label_runs(pieces):
        is_main = main in run.titles and bool(run.keys or is_title(main, "code"))
        if is_main or (is_defined and run.lines and "definition" in run.keys):
            card = _card(run)
            if card.groups == groups:
                card.name = " ".join((card.name, *groups))
            groups = card.groups or groups
            joined.append(replace(card, groups=groups))
            is_defined, is_inside = False, True
        elif is_inside:
            named = ((piece, vocabulary.label_line(piece.text)[-1]) for piece in run.lines)
            joined += (replace(piece, kind="field", name=title, text=value) for piece, (title, value) in named)
        else:
            for line in run.lines:
                paragraph = MarkdownBlock("paragraph", line.line, line.line + 1, line.text)
                joined.append(replace(line, kind="plain", text="", blocks=[paragraph, *line.blocks]))
        is_defined = is_defined or "definition" in run.keys
        joined += run.others
    return joined


def _card(run: LabelRun) -> Piece:
    """Return the code of a card; the names of its groups come from further lines."""
    line = run.lines[0].line
    titles, values = map(list, zip(*run.cells, strict=True))
    table = _with_columns([*titles, "definition"], [CodeRow(line, [*values, ""])], is_card=False)
    code = table.pieces("code")[0] if table else Piece("code", line, label=Label("", values[0]))
    return replace(code, name=" ".join(titles), blocks=[block for piece in run.lines for block in piece.blocks])

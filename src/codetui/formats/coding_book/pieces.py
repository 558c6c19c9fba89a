"""The pieces that blocks are cut into: fields, and codes and profiles without a heading of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from codetui.formats.coding_book.markdown import Block, Item, prose
from codetui.formats.coding_book.vocabulary import (
    IS_WORD_ID,
    LIST_FIELDS,
    FieldKey,
    Label,
    code_label,
    field_key,
    marked_label,
    split_marked,
)

RowKind = Literal["code", "profile"]
IsCode = Callable[[Label], bool]
"""Whether a label at the beginning of a paragraph or a list entry is that of a code."""

PLAIN_FIELD = re.compile(r"(?P<name>[^\W\d_][\w' /()-]{1,40}):(?:\s+(?P<rest>.*)|$)", re.DOTALL)
LONGEST_FIELD_NAME = 7
"""Words."""

ID_COLUMN = re.compile(r"(code )?(id|nr|no|nummer|number)|#|code", re.IGNORECASE)
NAME_COLUMN = re.compile(
    r"(code|category|profile|task|skill|short)?\s*(name|label|title)|naam|titel|(sub-?)?categor(y|ie)|codes?|"
    r"profile?s?|profiel(en)?|(soft )?skills?|vaardigheid|(job )?tasks?|taak|technolog(y|ie)|tool",
    re.IGNORECASE,
)
LINE_BREAK = re.compile(r"(?<![ \t])[ \t]*+<br\s*+/?>[ \t]*+", re.IGNORECASE)
ID_CELL = re.compile(r"[`*_]*([A-Za-z]*[-_ ]?\d[\w.]*?|[A-Z])[.:]?[`*_]*")
FEWEST_NAMES = 2
"""Names in bold that make entries or paragraphs codes or profiles: one alone is a remark."""


@dataclass(slots=True)
class Piece:
    """A field, a code or profile without a heading of its own, or a plain block.

    `text` is what follows the name on its line, `blocks` are below it; `inner` holds the fields from the other columns
    of a table's row.  `is_item` for an entry of a list, `has_items_after` for a field whose entries follow it in the
    same list without indentation.
    """

    kind: Literal["field", "code", "profile", "plain"]
    line: int
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    inner: list[Piece] = field(default_factory=list)
    name: str = ""
    key: FieldKey | None = None
    label: Label | None = None
    is_item: bool = False
    has_items_after: bool = False

    def content(self) -> str:
        """Return the text after the name and below it; blocks on the very next line stay there."""
        below = prose(self.blocks)
        if not self.text or not below:
            return self.text or below
        end = self.line + self.text.count("\n") + 1
        return f"{self.text}\n{below}" if self.blocks[0].line == end else f"{self.text}\n\n{below}"

    def named_content(self) -> str:
        """Return the content, after the name in bold if the piece is a field."""
        return f"**{self.name}:** {self.content()}".rstrip() if self.kind == "field" else self.content()


def split_blocks(blocks: list[Block], is_code: IsCode, previous: Piece | None = None) -> list[Piece]:
    """Return the pieces of blocks in their order, without rules; `previous` is the piece before them."""
    found: list[Piece] = []
    for block in blocks:
        last = found[-1] if found else previous
        # A list after an empty field is its value, even if its entries name codes.
        is_value = (
            last is not None
            and last.kind == "field"
            and last.key not in (None, "definition")
            and not (last.text or last.blocks)
        )
        if block.kind == "paragraph":
            found += _split_paragraph(block, is_code)
        elif block.kind == "list" and not is_value and any(_begins_piece(item, is_code) for item in block.items):
            for item in block.items:
                found += _split_item(item, is_code)
        elif block.kind != "rule":
            found.append(Piece("plain", block.line, blocks=[block]))
    return found


def join_fields(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces with plain ones that continue the field before them put below that field.

    An empty field is continued by any paragraph or list, one that has a list by a list, one in prose by both.
    """
    joined: list[Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if piece.kind == "plain" and last is not None and last.kind == "field" and _continues(last, piece):
            last.has_items_after = last.has_items_after or (piece.is_item and not last.text and not last.blocks)
            last.blocks += piece.blocks
        else:
            joined.append(piece)
    return joined


def _continues(last: Piece, piece: Piece) -> bool:
    block = piece.blocks[0]
    if block.kind not in ("list", "paragraph"):
        return False
    if not last.text and not last.blocks:
        return True
    if last.is_item:
        return piece.is_item and (last.has_items_after or last.key in LIST_FIELDS)
    return last.key not in LIST_FIELDS or (block.kind == "list" and all(each.kind == "list" for each in last.blocks))


def _split_paragraph(block: Block, is_code: IsCode) -> Iterator[Piece]:
    """Yield the pieces of a paragraph: each line at which a field or a code begins opens one."""
    lines = block.text.split("\n")
    starts = [number for number, line in enumerate(lines) if number == 0 or _opened_piece(line, is_code)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "\n".join(lines[start:end])
        line = block.line + start
        paragraph = Block("paragraph", line, block.line + end, part)
        yield _opened_piece(part, is_code, line) or Piece("plain", line, blocks=[paragraph])


def _split_item(item: Item, is_code: IsCode) -> Iterator[Piece]:
    """Yield the pieces of one entry of a list; the blocks nested in it belong to the last of them."""
    opening = item.opening()
    pieces = list(_split_paragraph(opening, is_code)) if opening else []
    if not pieces or pieces[0].kind == "plain":
        pieces = [Piece("plain", item.line, blocks=[Block("list", item.line, item.line, "", items=[item])])]
    else:
        pieces[-1].blocks += item.blocks[1:]
    for piece in pieces:
        piece.is_item = True
        yield piece


def _begins_piece(item: Item, is_code: IsCode) -> bool:
    opening = item.opening()
    return opening is not None and _opened_piece(opening.text, is_code) is not None


def _opened_piece(text: str, is_code: IsCode, line: int = 0) -> Piece | None:
    """Return the field or the code at the beginning of a text; None if there is neither."""
    label = code_label(text)
    if label is not None and is_code(label):
        return Piece("code", line, label.rest, label=label)
    named = _field_name(text)
    return Piece("field", line, named[1], name=named[0], key=field_key(named[0])) if named else None


def _field_name(text: str) -> tuple[str, str] | None:
    """Return name and rest of a text such as `**Name:** rest` or `Definition: rest`; None for another."""
    marked, rest = split_marked(text)
    if marked:
        name = marked.strip()
        after = rest.lstrip(" ")
        has_colon = name.endswith(":") or after.startswith(":")
        is_clear = field_key(name) is not None and not rest.strip()[:1].islower()
        if not (has_colon or is_clear) or len(name.split()) > LONGEST_FIELD_NAME:
            return None
        return name.rstrip(": "), (rest if name.endswith(":") else after.removeprefix(":")).strip()
    found = PLAIN_FIELD.fullmatch(text)
    return (found["name"], (found["rest"] or "").strip()) if found and field_key(found["name"]) else None


# --- codes and profiles in tables, lists and paragraphs -------------------------------------------------


def table_rows(block: Block, kind: RowKind) -> list[Piece]:
    """Return the codes or profiles on the rows of a table; none if its columns are not those of codes or profiles."""
    head = block.rows[0] if block.rows else []
    keys = [field_key(cell) for cell in head]
    titles = [cell.strip(" *_`:") for cell in head]
    names = [at for at, cell in enumerate(titles) if not keys[at] and NAME_COLUMN.fullmatch(cell)]
    ids = [at for at, cell in enumerate(titles) if not keys[at] and ID_COLUMN.fullmatch(cell) and at not in names[1:]]
    if not (names or ids) or not any(keys):
        return []
    id_at = ids[0] if ids else None
    name_at = next((at for at in names if at != id_at), ids[0] if ids else 0)
    label_columns = sorted({name_at} if id_at is None else {id_at, name_at})
    name = " ".join(titles[at] for at in label_columns)
    found = []
    for line, row in enumerate(block.rows[1:], block.line + 2):
        id_ = row[id_at].strip() if id_at is not None and id_at != name_at else ""
        label = _row_label(id_, row[name_at].strip())
        inner = [
            Piece("field", line, "\n".join(LINE_BREAK.split(cell.strip())), name=titles[at], key=keys[at])
            for at, cell in enumerate(row[: len(head)])
            if at not in label_columns and cell.strip()
        ]
        found.append(Piece(kind, line, label.rest, inner=inner, name=name, label=label))
    return found


def _row_label(id_: str, name: str) -> Label:
    """Return the label of a row with these cells; a single cell may hold id and name."""
    if ID_CELL.fullmatch(id_):
        id_ = id_.strip("`*_ ").rstrip(".:")
        marked = marked_label(name)
        name = marked.name if marked and not marked.rest.strip() else name
        return Label(id_, name, "", "colon" if IS_WORD_ID.fullmatch(id_) else "dot", True)
    whole = f"{id_} {name}" if id_ else name
    marked = marked_label(whole)
    in_marks = marked if marked and not marked.rest.strip() else Label("", whole)
    return code_label(whole, is_heading=True) or in_marks


def named_paragraphs(blocks: list[Block]) -> dict[int, Piece]:
    """Return the profiles named in bold at the beginning of paragraphs, `**Analyst.** Works …`, by their lines."""
    found: dict[int, Piece] = {}
    for block in blocks:
        label = marked_label(block.text) if block.kind == "paragraph" else None
        if label is None or field_key(label.name):
            continue
        if label.name.endswith(".") or re.match(r"\s*[.:–—-]", label.rest):
            label = label._replace(name=label.name.rstrip("."))
            found[block.line] = Piece("profile", block.line, label.rest, label=label)
    return found if len(found) >= FEWEST_NAMES else {}


def named_entries(block: Block, kind: RowKind) -> list[Piece]:
    """Return the codes or profiles of a list if every entry begins with a name in bold or backticks."""
    found: list[Piece] = []
    for item in block.items:
        text = opening.text if (opening := item.opening()) else ""
        label = code_label(text) or marked_label(text)
        named = _field_name(text)
        if label is None or not label.is_marked or (named and field_key(named[0])):
            return []
        if item.marker[:1].isdigit() and kind == "profile" and not label.id:
            label = label._replace(id=item.marker.rstrip(".)"))
        found.append(Piece(kind, item.line, label.rest, item.blocks[1:], label=label, is_item=True))
    return found if len(found) >= FEWEST_NAMES else []

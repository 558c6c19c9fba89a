"""Codes and profiles that stand under no heading of their own: as rows of a table, or named in bold in a list."""

from __future__ import annotations

import re
from typing import Literal

from codetui.formats.coding_book.blocks import Block
from codetui.formats.coding_book.labels import IS_WORD_ID, Label, code_label, marked_label
from codetui.formats.coding_book.pieces import Piece, field_start
from codetui.formats.coding_book.vocabulary import field_key

RowKind = Literal["code", "profile"]
ID_COLUMN = re.compile(r"(code )?(id|nr|no|nummer|number)|#|code", re.IGNORECASE)
NAME_COLUMN = re.compile(
    r"(code|category|profile|task|skill|short)?\s*(name|label|title)|naam|titel|(sub-?)?categor(y|ie)|codes?|"
    r"profile?s?|profiel(en)?|(soft )?skills?|vaardigheid|(job )?tasks?|taak|technolog(y|ie)|tool",
    re.IGNORECASE,
)
LINE_BREAK = re.compile(r"(?<![ \t])[ \t]*+<br\s*+/?>[ \t]*+", re.IGNORECASE)
AN_ID = re.compile(r"[`*_]*([A-Za-z]*[-_ ]?\d[\w.]*?|[A-Z])[.:]?[`*_]*")
FEWEST = 2
"""Entries of a list that make its names codes: one alone is a remark."""


def rows_of(block: Block, kind: RowKind) -> list[Piece]:
    """The codes or profiles that a table defines, one on each row; none of a table whose columns say something else."""
    head = block.rows[0] if block.rows else []
    keys = [field_key(cell) for cell in head]
    plain = [cell.strip(" *_`:") for cell in head]
    names = [at for at, cell in enumerate(plain) if not keys[at] and NAME_COLUMN.fullmatch(cell)]
    ids = [at for at, cell in enumerate(plain) if not keys[at] and ID_COLUMN.fullmatch(cell) and at not in names[1:]]
    if (not names and not ids) or not any(keys):
        return []
    id_at = ids[0] if ids else -1
    name_at = next((at for at in names if at != id_at), id_at)
    found = []
    for number, row in enumerate(block.rows[1:]):
        label = _row_label(row, id_at, name_at)
        inner = [
            Piece("field", block.line + 2 + number, _cell(row[at]), name=plain[at], key=keys[at])
            for at in range(min(len(head), len(row)))
            if at not in (id_at, name_at) and row[at].strip()
        ]
        heads = " ".join(plain[at] for at in {id_at, name_at} - {-1})
        found.append(Piece(kind, block.line + 2 + number, label.rest, inner=inner, name=heads, label=label))
    return found


def _row_label(row: list[str], id_at: int, name_at: int) -> Label:
    """Id and name of a row; a cell that holds both is parted."""
    id_, name = row[id_at].strip() if id_at >= 0 else "", row[name_at].strip()
    if id_at != name_at and AN_ID.fullmatch(id_):
        bare = id_.strip("`*_ ").rstrip(".:")
        marked = marked_label(name)
        shown = marked.name if marked and not marked.rest.strip() else name
        return Label(bare, shown, "", "colon" if IS_WORD_ID.fullmatch(bare) else "dot", True)
    whole = name if id_at in (-1, name_at) else f"{id_} {name}"
    found = code_label(whole, is_heading=True)
    if found:
        return found
    marked = marked_label(whole)
    return marked if marked and not marked.rest.strip() else Label("", whole, "", "name", False)


def _cell(text: str) -> str:
    """A cell whose line breaks are lines; where there are some, each begins an entry."""
    lines = LINE_BREAK.split(text.strip())
    return "\n".join(lines)


def named_paragraphs(blocks: list[Block]) -> dict[int, Piece]:
    """The profiles that paragraphs begin in bold with, `**Analyst.** Works …`, by line; none where there is but one."""
    found: dict[int, Piece] = {}
    for block in blocks:
        label = marked_label(block.text) if block.kind == "paragraph" else None
        if label is None or field_key(label.name):
            continue
        if label.name.endswith(".") or re.match(r"\s*[.:–—-]", label.rest):
            bare = label._replace(name=label.name.rstrip("."))
            found[block.line] = Piece("profile", block.line, label.rest, label=bare)
    return found if len(found) >= FEWEST else {}


def named_entries(block: Block, kind: RowKind) -> list[Piece]:
    """The codes or profiles of a list in which every entry begins with a name in bold or backticks."""
    found: list[Piece] = []
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        label = code_label(first.text) or marked_label(first.text) if first and first.kind == "paragraph" else None
        begun = field_start(first.text) if first else None
        if label is None or not label.is_marked or (begun and field_key(begun[0])):
            return []
        if item.marker[:1].isdigit() and kind == "profile" and not label.id:
            label = label._replace(id=item.marker.rstrip(".)"))
        found.append(Piece(kind, item.line, label.rest, item.blocks[1:], label=label, is_item=True))
    return found if len(found) >= FEWEST else []

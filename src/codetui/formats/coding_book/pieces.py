"""What stands under a heading, cut into fields, codes and plain blocks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from codetui.formats.codebook_writer import Fields
from codetui.formats.coding_book.blocks import Block, Item, prose
from codetui.formats.coding_book.comments import facts_in
from codetui.formats.coding_book.labels import Label, code_label, unwrapped
from codetui.formats.coding_book.vocabulary import LISTS, FieldKey, field_key

PieceKind = Literal["field", "code", "profile", "plain", "facts"]
Known = Callable[[Label], bool]
"""Whether an id is one of the book's, where it heads a paragraph or a bullet."""

PLAIN_FIELD = re.compile(r"(?P<name>[^\W\d_][\w' /()-]{1,40}):(?:\s+(?P<rest>.*)|$)", re.DOTALL)
LONGEST_FIELD_NAME = 7
"""Words."""


@dataclass(slots=True)
class Piece:
    """A field, a code or profile that stands under no heading of its own, a plain block, or what a comment says.

    `text` follows the name on its line, `blocks` stand under it, `inner` holds the fields of a code or profile that
    are known apart from these.  `is_item` for one that is an entry of a list,
    `takes_items` where the entries after it stand under it, though they are not indented.
    """

    kind: PieceKind
    line: int
    text: str = ""
    blocks: list[Block] = field(default_factory=list)
    inner: list[Piece] = field(default_factory=list)
    name: str = ""
    key: FieldKey | None = None
    label: Label | None = None
    facts: Fields = field(default_factory=dict)
    is_item: bool = False
    takes_items: bool = False


def pieces(blocks: list[Block], is_known: Known, above: Piece | None = None) -> list[Piece]:
    """The pieces of blocks, in their order; rules between them are passed over.  `above` is the piece before them."""
    found: list[Piece] = []
    for block in blocks:
        last = found[-1] if found else above
        if block.kind == "paragraph":
            found += _of_paragraph(block, is_known)
        elif block.kind == "list" and last is not None and _waits(last):
            found.append(Piece("plain", block.line, blocks=[block]))
        elif block.kind == "list" and any(_begins_piece(item, is_known) for item in block.items):
            for item in block.items:
                found += _of_item(item, is_known)
        elif block.kind == "html" and (facts := facts_in(block.text)):
            found.append(Piece("facts", block.line, name=facts.kind, facts=facts.fields or {}))
        elif block.kind != "rule":
            found.append(Piece("plain", block.line, blocks=[block]))
    return found


def _waits(last: Piece) -> bool:
    """Whether a field has nothing yet, so that a list behind it is what it lists, codes that it names included."""
    return last.kind == "field" and last.key not in (None, "definition") and not last.text and not last.blocks


def _of_paragraph(block: Block, is_known: Known) -> Iterator[Piece]:
    """The pieces of a paragraph: each line that begins a field or a code begins one."""
    lines = block.text.split("\n")
    starts = [number for number, line in enumerate(lines) if number == 0 or _start(line, is_known)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        part = "\n".join(lines[start:end])
        line = block.line + start
        yield _start(part, is_known, line) or Piece(
            "plain", line, blocks=[Block("paragraph", line, block.line + end, part)]
        )


def _of_item(item: Item, is_known: Known) -> Iterator[Piece]:
    """The pieces of one entry of a list; what is nested in it belongs to the last of them."""
    first = item.blocks[0] if item.blocks else None
    begun = list(_of_paragraph(first, is_known)) if first is not None and first.kind == "paragraph" else []
    if not begun or begun[0].kind == "plain":
        yield Piece("plain", item.line, blocks=[Block("list", item.line, item.line, "", items=[item])], is_item=True)
        return
    begun[-1].blocks += item.blocks[1:]
    for piece in begun:
        piece.is_item = True
        yield piece


def _begins_piece(item: Item, is_known: Known) -> bool:
    first = item.blocks[0] if item.blocks else None
    return first is not None and first.kind == "paragraph" and _start(first.text, is_known) is not None


def _start(text: str, is_known: Known, line: int = 0) -> Piece | None:
    """The field or the code that a text begins; None where it begins neither."""
    label = code_label(text)
    if label is not None and is_known(label):
        return Piece("code", line, label.rest, label=label)
    named = field_start(text)
    if named is None:
        return None
    name, rest = named
    return Piece("field", line, rest, name=name, key=field_key(name))


def field_start(text: str) -> tuple[str, str] | None:
    """Name and rest of a text that begins `**Name:** rest` or `Definition: rest`; None for another."""
    marked, rest = unwrapped(text)
    if marked:
        name = marked.strip()
        after = rest.lstrip(" ")
        has_colon = name.endswith(":") or after.startswith(":")
        is_clear = field_key(name) is not None and not rest.strip()[:1].islower()
        if not (has_colon or is_clear) or len(name.split()) > LONGEST_FIELD_NAME:
            return None
        return name.rstrip(": "), (rest if name.endswith(":") else after.removeprefix(":")).strip()
    found = PLAIN_FIELD.fullmatch(text)
    if found and field_key(found["name"]):
        return found["name"], (found["rest"] or "").strip()
    return None


def told(piece: Piece) -> str:
    """What a piece says on its line and under it; a list that follows at once is not moved away."""
    below = prose(piece.blocks)
    if not piece.text or not below:
        return piece.text or below
    end = piece.line + piece.text.count("\n") + 1
    return f"{piece.text}\n{below}" if piece.blocks[0].line == end else f"{piece.text}\n\n{below}"


def as_text(piece: Piece) -> str:
    """A piece with its name, as a text of its own."""
    return f"**{piece.name}:** {told(piece)}".rstrip() if piece.kind == "field" else told(piece)


def gathered(found: list[Piece]) -> list[Piece]:
    """The pieces with each plain one that goes on with the field above it put under that field.

    A field without anything takes what follows; a paragraph's prose goes on; a list goes on with the next entry.
    """
    kept: list[Piece] = []
    for piece in found:
        last = kept[-1] if kept else None
        if piece.kind == "plain" and last is not None and last.kind == "field" and _goes_on(last, piece):
            last.blocks += piece.blocks
        else:
            kept.append(piece)
    return kept


def _goes_on(last: Piece, piece: Piece) -> bool:
    block = piece.blocks[0]
    if block.kind not in ("list", "paragraph"):
        return False
    if not last.text and not last.blocks:
        last.takes_items = piece.is_item
        return True
    if last.is_item:
        return piece.is_item and (last.takes_items or last.key in LISTS)
    return last.key not in LISTS or (block.kind == "list" and all(each.kind == "list" for each in last.blocks))

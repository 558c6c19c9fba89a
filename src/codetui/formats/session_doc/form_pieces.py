"""A document as a chain of pieces: lines that belong together, kept as they stand until something changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from codetui.formats.session_doc.lines import SIGNS, Kind, Line, continues
from codetui.formats.session_doc.model import Entry, Note, Written

BULLET_PREFIX = re.compile(rf"([ \t]*)([-+*{SIGNS}]|\d{{1,9}}[.)])(?=\s|$)([ \t]*)")
LIST_END = "<!-- -->"
"""What markdown puts between a list and indented text that is no part of it."""


@dataclass(slots=True, eq=False)
class Piece:
    """Lines that belong together, with their ends, and the blank lines before them (`gap`).

    `text` is what the lines say without marks, `parts` the entries or notes that it says; `ids` are theirs.  `number`
    is the first line in the form, 0 for a new piece.  A piece without a kind marks a place between others.
    """

    kind: Kind | None
    text: str = ""
    raw: list[str] = field(default_factory=list)
    gap: list[str] = field(default_factory=list)
    number: int = 0
    parts: tuple[Entry | Note, ...] = ()
    ids: tuple[str, ...] = ()
    is_gone: bool = False
    previous: Piece | None = None
    next: Piece | None = None

    @property
    def prefix(self) -> str:
        """Indentation, bullet and spacing of a line in a list."""
        found = BULLET_PREFIX.match(self.raw[0]) if self.raw else None
        return "" if found is None else found[0] if found[3] else found[0] + " "

    @property
    def is_indented(self) -> bool:
        """True for lines that do not begin on the left."""
        return bool(self.raw) and self.raw[0][0] in " \t"

    @property
    def is_nested(self) -> bool:
        """True for what markdown takes for a part of the list above it: a bullet, and whatever is indented."""
        return self.kind == "bullet" or (self.is_indented and self.kind != "rule")


class Chain:
    """The pieces of a document in their order.

    The blank lines before the first piece and after the last stand apart from them; new lines get `line_end`.
    """

    def __init__(self, lines: list[Line], ended: list[str]) -> None:
        """Cut the lines of a text (`ended`, with their ends) into pieces, one for each logical line."""
        self.is_ended = not ended or ended[-1][-1] in "\r\n"
        self.line_end = next((line[len(line.rstrip("\r\n")) :] for line in ended if line[-1] in "\r\n"), "\n")
        self._first = Piece(None)
        last, above = self._first, 0
        for line in lines:
            gap, raw = ended[above : line.number - 1], ended[line.number - 1 : line.end - 1]
            piece = Piece(line.kind, line.text, raw, gap, line.number)
            self.put_after(last, piece)
            last, above = piece, line.end - 1
        self._top, self._end = ended[: lines[0].number - 1] if lines else [], ended[above:]
        if self._first.next:
            self._first.next.gap = []

    @property
    def start(self) -> Piece:
        """A mark before all pieces."""
        return self._first

    def __iter__(self) -> Iterator[Piece]:
        """All pieces but the mark before them."""
        piece = self._first.next
        while piece is not None:
            yield piece
            piece = piece.next

    def put_after(self, above: Piece, *pieces: Piece) -> None:
        """Puts pieces directly behind `above`."""
        for piece in pieces:
            piece.previous, piece.next = above, above.next
            if above.next is not None:
                above.next.previous = piece
            above.next = piece
            above = piece

    def mark(self, above: Piece) -> Piece:
        """A new mark directly behind `above`."""
        mark = Piece(None)
        self.put_after(above, mark)
        return mark

    def put_before(self, below: Piece, *pieces: Piece) -> None:
        """Puts pieces directly in front of `below`."""
        self.put_after(below.previous or self._first, *pieces)

    def new(self, kind: Kind, text: str, ids: tuple[str, ...] = (), *, is_loose: bool = False) -> Piece:
        """A new piece of one line."""
        return Piece(kind, raw=[text + self.line_end], gap=[self.line_end] if is_loose else [], ids=ids)

    def rewrite(self, piece: Piece, *texts: str) -> None:
        """Gives a piece other lines."""
        last = piece.raw[-1]
        end = last[len(last.rstrip("\r\n")) :] or self.line_end
        piece.raw = [text + end for text in texts]

    def written(self) -> Written:
        """The text of the document, and the ids by line."""
        lines = list(self._top)
        ids: list[tuple[int, tuple[str, ...]]] = []
        for piece in self._with_gaps():
            lines += piece.gap
            if any(piece.ids):
                ids.append((len(lines) + 1, piece.ids))
            lines += piece.raw
        lines += self._end
        return Written("".join(self._ended(lines)), tuple(ids))

    def _with_gaps(self) -> Iterator[Piece]:
        """The pieces that are left, with the blank lines that they need between them."""
        last: Piece | None = None
        carried: list[str] = []
        is_changed = False
        for piece in self:
            if piece.kind is None:
                continue
            if piece.is_gone:
                carried, is_changed = max(piece.gap, carried, key=len), True
                continue
            piece.gap = max(piece.gap, carried, key=len) if last else []
            is_changed = is_changed or not piece.number
            if last and is_changed:
                yield from self._apart(last, piece)
            yield piece
            last, carried, is_changed = piece, [], not piece.number

    def _apart(self, last: Piece, piece: Piece) -> Iterator[Piece]:
        """Sees to it that a piece that has another one above it now is not read as a part of that."""
        is_new = not (piece.number and last.number)
        is_listed = piece.kind == "bullet" and (last.kind == "bullet" or (piece.is_indented and last.is_nested))
        if is_new and not is_listed:
            piece.gap = piece.gap or [self.line_end]
        if last.kind and piece.kind and continues(last.kind, piece.kind, piece.raw[0], is_after_blank=bool(piece.gap)):
            yield self.new("comment", LIST_END, is_loose=True)
            piece.gap = piece.gap or [self.line_end]

    def _ended(self, lines: list[str]) -> Iterator[str]:
        """All lines with an end, but the last as it was in the form; two ends never become one."""
        above = ""
        for number, line in enumerate(lines, 1):
            line = line if line[-1:] in ("\r", "\n") else line + self.line_end
            if number == len(lines) and not self.is_ended:
                line = line.rstrip("\r\n")
            above = "\r" if above.endswith("\r") and line == "\n" else line
            yield above

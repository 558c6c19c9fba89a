"""How a person writes lists: the bullets, indentation and blank lines that new lines take over."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple

from codetui.formats.session_doc.form_pieces import BULLET_PREFIX, Piece
from codetui.formats.session_doc.form_tree import FormBlock, FormCode, Tree

NUMBER = re.compile(r"\d+")
HEADING_MARKS = re.compile(r" *(#+)")
LAST_NUMBER = 10**9 - 1


class ListStyle(NamedTuple):
    """Indentation, bullet and spacing; loose lists have a blank line before each of their lines."""

    prefix: str
    is_loose: bool

    @property
    def next(self) -> ListStyle:
        """The style of the line below: a number counts on."""
        return self._replace(prefix=NUMBER.sub(lambda found: str(min(int(found[0]) + 1, LAST_NUMBER)), self.prefix))

    @property
    def first(self) -> ListStyle:
        """The style of a list's first line: a number begins with 1."""
        return self._replace(prefix=NUMBER.sub("1", self.prefix))


CANONICAL = ListStyle("- ", False)


class Styles:
    """The styles of a form, by the lines where they are used; `group_marks` are the `#` of its groups' headings."""

    def __init__(self, tree: Tree) -> None:
        """Look at all lists of `tree`."""
        self._entries: dict[str, list[Piece]] = defaultdict(list)
        self._codes: list[Piece] = []
        self._later_codes: list[Piece] = []
        groups = (block.heading for block in tree.blocks() if block.heading)
        marks = next((HEADING_MARKS.match(heading.raw[0]) for heading in groups), None)
        self.group_marks = marks[1] if marks else "###"
        for block in tree.blocks():
            self._codes += (code.piece for code in block.codes)
            self._later_codes += (code.piece for code in block.codes[1:])
        for code in tree.codes():
            self._entries[code.piece.prefix] += code.entries

    def of_entries(self, code: FormCode, near: int) -> ListStyle:
        """How a new entry of `code`, near line `near`, is written: like its siblings, or like the nearest others."""
        prefix = code.piece.prefix
        siblings = code.entries[-1:] or _nearest(self._entries.get(prefix, []), near)
        if siblings:
            style = _style(siblings[0])
            return style if code.entries else style.first
        return ListStyle(_nested(prefix), False)

    def of_codes(self, block: FormBlock, near: int) -> ListStyle:
        """How a new code's line in `block`, near line `near`, is written."""
        standing = [code.piece for code in block.codes if code.piece.number]
        siblings = standing or _nearest(self._codes, near)
        followers = standing[1:] or _nearest(self._later_codes, near)
        if not siblings:
            return CANONICAL
        style = ListStyle(siblings[-1].prefix, any(piece.gap for piece in followers[-1:]))
        return style if standing else style.first


def _style(piece: Piece) -> ListStyle:
    return ListStyle(piece.prefix, bool(piece.gap))


def _nearest(pieces: list[Piece], line: int) -> list[Piece]:
    """The piece that stands nearest to a line, the one above before the one below."""
    below = bisect_left(pieces, line, key=lambda piece: piece.number)
    around = pieces[max(below - 1, 0) : below + 1]
    return sorted(around, key=lambda piece: abs(piece.number - line))[:1]


def _nested(prefix: str) -> str:
    """What the lines of a list under a line with this prefix begin with."""
    found = BULLET_PREFIX.match(prefix)
    if found is None:
        return prefix
    indent, bullet, space = found.groups()
    width = "\t" if "\t" in space else " " * len(bullet + space)
    return f"{indent}{width}{'-' if bullet[0].isdigit() else bullet}{space}"

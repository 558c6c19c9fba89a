"""Build the text of a document from its blocks, as the text files of a study have it.

A paragraph or heading has a blank line on each side; an item of a list has a line with a mark (`* `), two blanks deeper
for each level; a row of a table is a line, with a tab between its cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from codetui.model import with_plain_line_ends

PARAGRAPH, LINE = 2, 1
"""The line ends before a block: a blank line, or none."""

BULLET = "* "
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMAN = tuple(
    zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    )
)
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
_BLANKS = re.compile("[ \t\n\r\f\v\u00a0\u2007\u202f\u2028\u2029]+")


def without_unseen(text: str) -> str:
    """Return text without soft hyphens and other characters of no width, which only allow or prevent a line break."""
    return text if text.isascii() else _UNSEEN.sub("", text)


class TextBuilder:
    """Build a text block by block; runs of white space become one blank, and no line begins or ends with one."""

    def __init__(self) -> None:
        self.length = 0
        """The length of the text so far, in code points."""
        self.is_after_item = False
        """True if the last words were in an item of a list."""
        self._parts: list[str] = []
        self._gap = 0
        self._tabs = 0
        self._has_blank = False
        self._mark = ""
        self._levels: list[str] = []

    def write(self, words: str) -> None:
        """Add words to the current line."""
        words = _BLANKS.sub(" ", without_unseen(words))
        if words.strip(" "):
            self._begin(words.startswith(" "))
            self._has_blank = words.endswith(" ")
            self._add(words.strip(" "))
        else:
            self._has_blank = self._has_blank or bool(words)

    def write_as_is(self, words: str) -> None:
        """Add words with their white space and line ends."""
        words = with_plain_line_ends(without_unseen(words)).replace("\u00a0", " ")
        for number, line in enumerate(words.split("\n")):
            if number:
                self.break_line()
            if ink := line.rstrip():
                self._begin(False)
                self._add(ink)
            self._has_blank = bool(ink) and line != ink

    def tab(self) -> None:
        """Add a tab before the next words of the line, unless the line is empty."""
        self._tabs += not self._gap and bool(self._parts)

    def break_line(self) -> None:
        """End the current line; two ends make a blank line, and more do not."""
        self._gap = min(self._gap + 1, PARAGRAPH)
        self._has_blank, self._tabs = False, 0

    def block(self, gap: int = PARAGRAPH) -> None:
        """Begin a block on a line of its own, with a blank line before it for PARAGRAPH."""
        self._gap = max(self._gap, gap)
        self._has_blank, self._tabs = False, 0

    def start_item(self, mark: str = BULLET, gap: int = LINE) -> None:
        """Begin an item of a list, inside the one that is open, if any."""
        self.block(gap)
        self._mark = "".join(self._levels) + mark
        self._levels.append(" " * len(mark))

    def end_item(self) -> None:
        """End the item that was begun last."""
        self._levels.pop()
        self._mark = ""
        self.block(LINE)

    def text(self) -> str:
        """Return the text, which ends with a newline unless it is empty."""
        return "".join([*self._parts, "\n"]) if self._parts else ""

    def _begin(self, has_blank: bool) -> None:
        """Write the line ends, the mark or the blank that are due before words."""
        if self._gap or not self._parts:
            self._add("\n" * self._gap if self._parts else "")
            self._add(self._mark or "".join(self._levels))
            self.is_after_item = bool(self._levels)
        elif self._tabs:
            self._add("\t" * self._tabs)
        elif has_blank or self._has_blank:
            self._add(" ")
        self._gap, self._tabs, self._mark, self._has_blank = 0, 0, "", False

    def _add(self, piece: str) -> None:
        self._parts.append(piece)
        self.length += len(piece)


def numeral(number: int, style: str) -> str:
    """Return a number in a style of Word (`lowerRoman`) or OpenDocument (`i`); other styles are decimal."""
    if style in ("lowerLetter", "upperLetter", "a", "A"):
        letters = _LETTERS[(number - 1) % 26] * (1 + min(max(number - 1, 0) // 26, 9))
        return letters.upper() if style in ("upperLetter", "A") else letters
    if style in ("lowerRoman", "upperRoman", "i", "I") and 0 < number < 4000:
        roman = ""
        for value, sign in _ROMAN:
            count, number = divmod(number, value)
            roman += sign * count
        return roman.upper() if style in ("upperRoman", "I") else roman
    return f"{number:02}" if style == "decimalZero" else str(number)


def add_table(builder: TextBuilder, rows: Sequence[Sequence[str]]) -> None:
    """Add a table: a line for each row whose cells have one line each, else a paragraph for each cell."""
    builder.block(PARAGRAPH)
    for row in rows:
        if all("\n" not in cell.strip() for cell in row):
            builder.block(LINE)
            for number, cell in enumerate(row):
                if number:
                    builder.tab()
                builder.write(cell)
        else:
            for cell in row:
                builder.block(PARAGRAPH)
                builder.write_as_is(cell.strip())
            builder.block(PARAGRAPH)
    builder.block(PARAGRAPH)

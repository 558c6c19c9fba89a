"""The screen of a terminal: pyte's, with shortcuts for typical output, which is coloured text."""

from __future__ import annotations

import codecs
import re
from unicodedata import combining, east_asian_width

import pyte
from pyte import modes
from pyte.screens import Char

COLOUR_OR_PLACE = re.compile(r"\x1b\[([\d;]*)([mH])")
INCOMPLETE = re.compile(r"\x1b(?:\[[^@-~]*|\][^\x07\x1b]*|[()%#])?\Z")


class Screen(pyte.Screen):
    """The visible characters in all cells, with their colours."""

    def __init__(self, columns: int, rows: int) -> None:
        self._cells: dict[tuple[str, Char], Char] = {}
        self._colours: dict[tuple[tuple[int, ...], Char], Char] = {}
        self._lines: dict[int, str] = {}
        super().__init__(columns, rows)

    def rows(self) -> list[str]:
        """Return the rows as texts, without blanks at their ends."""
        for row in self.dirty:
            cells = self.buffer[row]
            # A wide character has an empty cell behind it.
            self._lines[row] = "".join(cells[column].data for column in range(self.columns)).rstrip()
        self.dirty.clear()
        return [self._lines[row] for row in range(self.lines)]

    def draw(self, data: str) -> None:
        """Write a text at the cursor; a text of narrow characters that fits into the row is written at once."""
        cursor = self.cursor
        end = cursor.x + len(data)
        if end > self.columns or modes.IRM in self.mode or self.charset or not all(map(_is_narrow, data)):
            super().draw(data)
            return
        line, attributes, cells = self.buffer[cursor.y], cursor.attrs, self._cells
        for column, character in enumerate(data, cursor.x):
            cell = cells.get((character, attributes))
            if cell is None:
                cell = cells[character, attributes] = attributes._replace(data=character)
            line[column] = cell
        cursor.x = end
        self.dirty.add(cursor.y)

    def select_graphic_rendition(self, *attrs: int) -> None:
        """Change the colours of the following text."""
        key = attrs, self.cursor.attrs
        if key not in self._colours:
            super().select_graphic_rendition(*attrs)
            self._colours[key] = self.cursor.attrs
        self.cursor.attrs = self._colours[key]


_narrow: dict[str, bool] = {}


def _is_narrow(character: str) -> bool:
    """Return whether a character certainly takes one cell."""
    if character not in _narrow:
        is_plain = character.isprintable() and east_asian_width(character) in ("Na", "N", "A")
        _narrow[character] = is_plain and not combining(character)
    return _narrow[character]


class Stream:
    """Feeds a screen with a program's output."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._stream = pyte.Stream(screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""

    def feed(self, data: bytes) -> None:
        """Feed bytes; an incomplete sequence waits for its end."""
        text = self._rest + self._decoder.decode(data)
        tail = INCOMPLETE.search(text)
        text, self._rest = (text[: tail.start()], text[tail.start() :]) if tail else (text, "")
        done = 0
        for found in COLOUR_OR_PLACE.finditer(text):
            if found.start() > done:
                self._stream.feed(text[done : found.start()])
            done = found.end()
            numbers = [int(number or 0) for number in found[1].split(";")]
            if found[2] == "m":
                self._screen.select_graphic_rendition(*numbers)
            else:
                self._screen.cursor_position(*numbers[:2])
        if done < len(text):
            self._stream.feed(text[done:])

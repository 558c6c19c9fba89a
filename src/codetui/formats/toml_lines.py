"""On which line each table, key and list entry of a TOML text stands: what `tomllib` does not say."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right

Place = tuple[str | int, ...]
"""The way to a value from the top: `("code", 2, "examples", 0)`."""

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
BLANK_ON_LINE = re.compile(r"[ \t]*+")
KEY_PART = re.compile(r"""[ \t]*(?:([\w-]+)|"((?:\\.|[^"\\\n])*)"|'([^'\n]*)')[ \t]*""")
LONG_STRING = re.compile(r'"""(?:\\.|[^\\])*?"""(?:"{0,2})|' + r"'''.*?'''(?:'{0,2})", re.DOTALL)
STRING = re.compile(r""""(?:\\.|[^"\\\n])*"|'[^'\n]*'""")
BARE = re.compile(r"[^,\]}#\n]*")
REST_OF_LINE = re.compile(r"[^\n]*")


class TomlLines:
    """The lines of a TOML text by place, counted from 1."""

    def __init__(self, lines: dict[Place, int]) -> None:
        """Take the line of every place that is written out."""
        self._lines = lines

    def at(self, *place: str | int) -> int:
        """The line of `place`, or of the nearest table or key round it; 0 for the whole text."""
        for length in range(len(place), 0, -1):
            line = self._lines.get(place[:length])
            if line is not None:
                return line
        return 0


def toml_lines(text: str) -> TomlLines:
    """The lines of a text that `tomllib` has read without complaint."""
    scanner = Scanner(text)
    scanner.scan()
    return TomlLines(scanner.lines)


class Scanner:
    """A reader of valid TOML that keeps places and forgets values."""

    def __init__(self, text: str) -> None:
        """Read `text` from its beginning; `scan` goes through it."""
        self.text = text
        self.position = 0
        self.breaks = [match.start() for match in re.finditer("\n", text)]
        self.lines: dict[Place, int] = {}
        self.lengths: dict[Place, int] = {}

    def scan(self) -> None:
        """Go through all headers and keys."""
        table: Place = ()
        self._skip(BLANK)
        while self.position < len(self.text):
            if self.text.startswith("[", self.position):
                table = self._header()
            else:
                self._assignment(table)
            self._skip(REST_OF_LINE)
            self._skip(BLANK)

    def _header(self) -> Place:
        """The table that `[a.b]` or `[[a.b]]` begins."""
        line = self._line()
        is_entry = self.text.startswith("[[", self.position)
        self.position += 2 if is_entry else 1
        *parents, last = self._key()
        place: Place = ()
        for part in parents:
            place = self._inside((*place, part))
            self._keep(place, line)
        place = (*place, last)
        if is_entry:
            number = self.lengths.get(place, 0)
            self.lengths[place] = number + 1
            self._keep(place, line)
            place = (*place, number)
        self._keep(place, line)
        return place

    def _inside(self, place: Place) -> Place:
        """The place itself, or its last entry where it is a list of tables."""
        return (*place, self.lengths[place] - 1) if place in self.lengths else place

    def _assignment(self, table: Place) -> None:
        """Keep the place of `key = value` and of what the value holds."""
        line = self._line()
        place = table
        for part in self._key():
            place = (*place, part)
            self._keep(place, line)
        self.position += 1
        self._skip(BLANK_ON_LINE)
        self._value(place)

    def _key(self) -> list[str]:
        """The parts of a dotted key; the position is then at what follows it."""
        parts: list[str] = []
        while match := KEY_PART.match(self.text, self.position):
            parts.append(_unescaped(match[2]) if match[2] else match[match.lastindex or 0])
            self.position = match.end()
            if not self.text.startswith(".", self.position):
                break
            self.position += 1
        return parts or [""]

    def _value(self, place: Place) -> None:
        """Pass over a value, with the places of entries and of keys of inline tables kept."""
        start = self.text[self.position : self.position + 1]
        if start == "[":
            self._list(place)
        elif start == "{":
            self._inline_table(place)
        else:
            long = self.text.startswith(('"""', "'''"), self.position)
            self._skip(LONG_STRING if long else STRING if start in ('"', "'") else BARE)

    def _list(self, place: Place) -> None:
        self.position += 1
        number = 0
        self._skip(BLANK)
        while self.position < len(self.text) and self.text[self.position] != "]":
            start = self.position
            self._keep((*place, number), self._line())
            self._value((*place, number))
            self._skip_comma()
            self.position = max(self.position, start + 1)
            number += 1
        self.position += 1

    def _inline_table(self, place: Place) -> None:
        self.position += 1
        self._skip(BLANK)
        while self.position < len(self.text) and self.text[self.position] != "}":
            self._assignment(place)
            self._skip_comma()
        self.position += 1

    def _keep(self, place: Place, line: int) -> None:
        """Note the line of a place, unless what is round it says the same."""
        if place not in self.lines and self.lines.get(place[:-1]) != line:
            self.lines[place] = line

    def _skip_comma(self) -> None:
        self._skip(BLANK)
        if self.text.startswith(",", self.position):
            self.position += 1
            self._skip(BLANK)

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if match := pattern.match(self.text, self.position):
            self.position = match.end()

    def _line(self) -> int:
        return bisect_right(self.breaks, self.position - 1) + 1


def _unescaped(part: str) -> str:
    """A part of a key that stood in double quotes, as `tomllib` reads it."""
    return next(iter(tomllib.loads(f'"{part}" = 0'))) if "\\" in part else part

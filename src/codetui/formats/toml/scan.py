"""On which line each table, key and list entry of a TOML text stands: what `tomllib` does not say."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from typing import NamedTuple

from codetui.model import Span

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


class Header(NamedTuple):
    """`[name]` or `[[name]]`: the table that it begins, and the place of its brackets in code points."""

    table: Place
    span: Span


class Assignment(NamedTuple):
    """`key = value`: the table under whose header it stands, the value's place there, and where it is written.

    `span` goes from the key to the end of the value; `value` is the value's part of it.
    """

    table: Place
    place: Place
    span: Span
    value: Span


class TomlSpans:
    """The spans of a text that `tomllib` reads, a byte order mark in front included."""

    def __init__(self, text: str) -> None:
        """Scan `text`; raises RecursionError where brackets stand in brackets a thousand deep."""
        self.text = text
        self.offset = len(text) - len(text.removeprefix("\ufeff"))
        scanner = _SpanScanner(text[self.offset :])
        scanner.scan()
        self.headers = [Header(table, self._moved(span)) for table, span in scanner.headers]
        self.assignments = [
            Assignment(table, place, self._moved(whole), self._moved(value))
            for table, place, whole, value in scanner.assignments
        ]
        self._by_place = {each.place: each for each in self.assignments}
        self._values = {place: self._moved(span) for place, span in scanner.values.items()}

    def assignment(self, place: Place) -> Assignment | None:
        """Where the value at `place` is assigned, in a table of its own or an inline one."""
        return self._by_place.get(place)

    def value(self, place: Place) -> Span | None:
        """Where the value at `place` stands: one that is assigned, or an entry of a list."""
        return self._values.get(place)

    def header(self, table: Place) -> Header | None:
        """The header of a table that has one."""
        return next((each for each in self.headers if each.table == table), None)

    def under(self, table: Place) -> list[Assignment]:
        """The assignments that stand under a table's header, in their order; those of the top for `()`."""
        return [each for each in self.assignments if each.table == table and not self._is_inline(each)]

    def inside(self, table: Place) -> list[Assignment]:
        """The assignments of an inline table, in their order."""
        return [each for each in self.assignments if each.table == table and self._is_inline(each)]

    def entries(self, place: Place) -> list[Span]:
        """The entries of a list, in their order."""
        found: list[Span] = []
        while (entry := self._values.get((*place, len(found)))) is not None:
            found.append(entry)
        return found

    def comma(self, end: int) -> int | None:
        """Where the comma stands that follows a value which ends at `end`; None where none does."""
        at = self.past_blank(end)
        return at if self.text.startswith(",", at) else None

    def past_blank(self, at: int) -> int:
        """The first place from `at` on that is neither white space nor comment."""
        match = BLANK.match(self.text, at)
        return match.end() if match else at

    def line_start(self, at: int) -> int:
        """Where the line begins that `at` is on, the byte order mark left out."""
        return max(self.text.rfind("\n", 0, at) + 1, self.offset)

    def line_end(self, at: int) -> int:
        """Where the line after the one that `at` is on begins, or the text ends."""
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end + 1

    def is_first_on_line(self, at: int) -> bool:
        """Whether only blanks stand before `at` on its line."""
        return not self.text[self.line_start(at) : at].strip(" \t")

    def _is_inline(self, each: Assignment) -> bool:
        return any(each.place[:length] in self._values for length in range(1, len(each.place)))

    def _moved(self, span: Span) -> Span:
        return Span(span.start + self.offset, span.end + self.offset)


class _SpanScanner(Scanner):
    """A scanner that keeps where everything begins and ends."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.headers: list[Header] = []
        self.assignments: list[Assignment] = []
        self.values: dict[Place, Span] = {}
        self._last: Place = ()

    def _header(self) -> Place:
        start = self.position
        table = super()._header()
        brackets = 2 if self.text.startswith("[[", start) else 1
        self.headers.append(Header(table, Span(start, self.position + brackets)))
        return table

    def _assignment(self, table: Place) -> None:
        start = self.position
        super()._assignment(table)
        value = self.values[self._last]
        self.assignments.append(Assignment(table, self._last, Span(start, value.end), value))

    def _value(self, place: Place) -> None:
        start = self.position
        super()._value(place)
        end = start + len(self.text[start : self.position].rstrip(" \t\r"))
        self.values[place] = Span(start, end)
        self._last = place

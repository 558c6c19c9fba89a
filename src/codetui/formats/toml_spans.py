"""Where each table, key and value of a TOML text begins and ends, so that one of them can be changed alone."""

from __future__ import annotations

from typing import NamedTuple

from codetui.formats.toml_lines import BLANK, Place, Scanner
from codetui.model import Span


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

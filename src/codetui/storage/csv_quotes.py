"""Cells in quotes that go on over lines: where each ends, found in one pass however many rows are broken."""

from __future__ import annotations

import csv
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal, NamedTuple

from codetui.storage.sources.decoding import Lines

CELL_LIMIT = 64 * 1024 * 1024
"""Characters of the longest cell; quotes round more than that do not match."""

csv.field_size_limit(CELL_LIMIT)


End = Literal["closed", "inside", "mismatched"]


class Step(NamedTuple):
    """The cells of one line, and whether the last of them is in quotes that go on, or quotes do not match."""

    cells: list[str]
    end: End


def step(line: str, delimiter: str, *, is_inside: bool = False, skips_blanks: bool = False) -> Step:
    """What one line holds, from the beginning of a row or from inside a cell in quotes.

    `skips_blanks` where blanks behind a delimiter are no part of the cell.
    """
    text = f'"{line}' if is_inside else line
    once = _Once(text)
    try:
        rows = csv.reader(once, delimiter=delimiter, strict=True, skipinitialspace=skips_blanks)
        return Step(next(rows, []), "closed")
    except csv.Error:
        end: End = "inside" if once.is_used_up else "mismatched"
    try:
        return Step(next(csv.reader([text], delimiter=delimiter, skipinitialspace=skips_blanks), []), end)
    except csv.Error:
        return Step([], "mismatched")


class _Once:
    """One line; `is_used_up` says whether another one was asked for."""

    def __init__(self, line: str) -> None:
        self._waiting = [line]
        self.is_used_up = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._waiting:
            return self._waiting.pop()
        self.is_used_up = True
        raise StopIteration


class Ahead:
    """The last stretch of lines that was gone through from inside quotes.

    Who is inside quotes at the end of any line of it comes to the same end: so each stretch is gone through once.
    """

    def __init__(self, lines: Lines, delimiter: str, *, skips_blanks: bool = False) -> None:
        """Nothing is known yet."""
        self._lines = lines
        self._delimiter = delimiter
        self._skips_blanks = skips_blanks
        self._places = array("q")
        self._counts = array("q")
        self._end = 0
        self._is_closed = False

    def covers(self, place: int) -> bool:
        """Whether the line that begins at byte `place` belongs to the stretch."""
        return len(self._places) > 0 and self._places[0] <= place < self._end

    def more_cells(self) -> int | None:
        """How many more cells has a row that is inside quotes where the lines stand; None where these never close.

        Moves the lines.
        """
        place = self._lines.offset
        if not self.covers(place):
            self._go_through()
        if not self._is_closed or not self._places:
            return None
        at = bisect_left(self._places, place)
        return self._counts[-1] - (self._counts[at - 1] if at else 0)

    def _go_through(self) -> None:
        """Go on from inside quotes to where they close, or cannot."""
        self._places, self._counts, self._is_closed = array("q"), array("q"), False
        count = length = 0
        place = self._lines.offset
        for line in self._lines:
            found = step(line, self._delimiter, is_inside=True, skips_blanks=self._skips_blanks)
            count += len(found.cells) - 1
            length = length + len(line) if len(found.cells) == 1 else 0
            self._places.append(place)
            self._counts.append(count)
            place = self._lines.offset
            if found.end != "inside" or length > CELL_LIMIT:
                self._is_closed = found.end == "closed"
                break
        self._end = place


# --- rows whose quotes do not match -----------------------------------------------------------------


def mended_cells(text: str, delimiter: str, width: int, *, skips_blanks: bool = False) -> list[str]:
    """The cells of a row of `width` cells whose quotes do not match.

    A quote closes a cell only before a delimiter or at the end.  One that never closes is a character of its
    cell or opens a cell up to the end, whichever gives as many cells as the header has.
    """
    row = text.rstrip("\r\n")
    plain = _cut(row, delimiter, is_open_to_end=False, skips_blanks=skips_blanks)
    if len(plain) == width:
        return plain
    return _cut(row, delimiter, is_open_to_end=True, skips_blanks=skips_blanks)


def _cut(row: str, delimiter: str, *, is_open_to_end: bool, skips_blanks: bool) -> list[str]:
    cells: list[str] = []
    closings = _Closings(row, delimiter)
    start = 0
    while True:
        while skips_blanks and row.startswith(" ", start):
            start += 1
        close = closings.after(start) if row.startswith('"', start) else None
        if close is not None and (close >= 0 or is_open_to_end):
            end = close if close >= 0 else len(row)
            cells.append(row[start + 1 : end].replace('""', '"'))
            end += 1
        else:
            end = row.find(delimiter, start)
            end = len(row) if end < 0 else end
            cells.append(row[start:end])
        if end >= len(row):
            return cells
        start = end + 1


class _Closings:
    """The quotes of a row that close a cell; it is asked for cells in their order."""

    def __init__(self, row: str, delimiter: str) -> None:
        self._row = row
        self._delimiter = delimiter
        self._at = 0
        self._found = -1

    def after(self, start: int) -> int:
        """Where the quote stands that ends the cell beginning with the one at `start`; -1 where there is none."""
        end = self._end_of_run(start)
        if (end - start) % 2 == 0 and self._is_before_end(end):
            return end - 1
        if self._found < end:
            self._find(end)
        return self._found if self._found < len(self._row) else -1

    def _find(self, at: int) -> None:
        """Find the next quotes, an odd number of them in a row, before a delimiter or the end; else go to the end."""
        row = self._row
        while (at := row.find('"', at)) >= 0:
            end = self._end_of_run(at)
            if (end - at) % 2 and self._is_before_end(end):
                self._found = end - 1
                return
            at = end
        self._found = len(row)

    def _end_of_run(self, start: int) -> int:
        end = start
        while self._row.startswith('"', end):
            end += 1
        return end

    def _is_before_end(self, at: int) -> bool:
        return at == len(self._row) or self._row[at] == self._delimiter

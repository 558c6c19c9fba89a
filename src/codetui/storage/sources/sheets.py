"""The sheets of workbooks as rows of texts, whatever the format of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias

Cell: TypeAlias = int | float | str | bool | time | date | datetime | timedelta

BROKEN = "is broken ({}): open it in a spreadsheet program and save it again"
EXTRA = "is {}, for which codetui needs an extra: pip install 'codetui[sources]'"


_EXACT = 2.0**53
"""Whole numbers below this are exact in a workbook, ids of 16 digits among them."""


class Merge(NamedTuple):
    """Merged cells: the first row, the first column and the last row; rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int


class Grid(NamedTuple):
    """A sheet: the number of its first row, from 1, its rows of texts, its hidden rows and merged cells.

    `errors` are values such as `#N/A`, `uncomputed` the formulas whose value is not in the file,
    and `last` is the number of the last row, 0 if unknown.
    """

    name: str
    first: int
    rows: Iterator[list[str]]
    hidden: frozenset[int]
    merges: list[Merge]
    errors: int
    uncomputed: int = 0
    last: int = 0


class Grids(NamedTuple):
    """The visible sheets of a workbook, and counts of what is not read, by its noun."""

    grids: Iterator[Grid]
    not_read: Counter[str]


def cell_text(cell: Cell) -> str:
    """Return a cell as people write it: dates as ISO 8601, durations as `30:05:00`, numbers without `.0`."""
    match cell:
        case str():
            return cell
        case bool():
            return "TRUE" if cell else "FALSE"
        case int():
            return str(cell)
        case float():
            if cell.is_integer() and abs(cell) < _EXACT:
                return str(int(cell))
            written = f"{cell:.15g}"
            return f"{Decimal(written):f}" if abs(cell) < _EXACT else written
        case datetime():
            is_midnight = (cell.hour, cell.minute, cell.second, cell.microsecond) == (0, 0, 0, 0)
            return cell.date().isoformat() if is_midnight else cell.isoformat(sep=" ")
        case date() | time():
            return cell.isoformat()
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"

"""Which codings stand on which row of the ad, and in which lane of the gutter."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from copy import copy
from itertools import islice
from typing import NamedTuple, TypeVar

from rich.cells import cell_len

from codetui.core.text.layout import Layout
from codetui.core.text.spans import Lanes, SpanIndex, reach_with
from codetui.model import CodingId, Span

LANES = 3
NO_SPAN = Span(0, 0)

T = TypeVar("T")

MOST_LATE = 256
"""So many codings are kept beside the index; one more, and it is made anew, which 5,000 codings feel."""

MOST_ROWS = 512
"""Rows that are carried over when a coding is added."""


class CodedSpan(NamedTuple):
    """A quotation as it is drawn: its place, its code's short key, and the number of its section as hue.

    `is_proposed` while the coder has not accepted the place.
    """

    start: int
    end: int
    key: str
    hue: int
    coding: CodingId
    is_proposed: bool = False


class RowCoding(NamedTuple):
    """A coding as one row shows it."""

    start: int
    end: int
    key: str
    hue: int
    lane: int
    is_first: bool
    is_proposed: bool = False


class Codings:
    """The codings on one layout, asked for by row.

    Those that came after the index was made are looked through one by one: a key adds one coding to thousands.
    """

    def __init__(self, coded: Sequence[CodedSpan], layout: Layout) -> None:
        order = sorted([(one.start, -one.end, number) for number, one in enumerate(coded)])
        self.coded = [coded[number] for _, _, number in order]
        self.key_cells = max(map(cell_len, {one.key for one in coded}), default=0)
        self._given = list(coded)
        self._places = [(start, -end) for start, end, _ in order]
        self._index = SpanIndex(self._places)
        self._late: list[int] = []
        self._before: list[int] = []
        self._stand_on(layout, None)

    def on(self, layout: Layout) -> Codings:
        """The same codings on other rows; their index stays, as it knows only offsets."""
        moved = copy(self)
        moved._stand_on(layout, self._lanes.reach)
        return moved

    def changed(self, coded: Sequence[CodedSpan]) -> Codings:
        """Other codings on the same rows; soon made where they are these and one more at the end."""
        given = list(coded)
        if given == self._given:
            return self
        if len(self._late) == MOST_LATE or given[:-1] != self._given:
            return Codings(given, self._layout)
        return self._with_last(given)

    def _with_last(self, given: list[CodedSpan]) -> Codings:
        """These and one more, the last of those given."""
        more, one = copy(self), given[-1]
        at = bisect_right(self._places, (one.start, -one.end), key=_in_order)
        more.coded = _inserted(self.coded, at, one)
        more.key_cells = max(self.key_cells, cell_len(one.key))
        more._given = given
        more._places = _inserted(self._places, at, (one.start, one.end))
        more._late = [number + (number >= at) for number in self._late]
        insort(more._late, at)
        more._before = [number - place for place, number in enumerate(more._late)]
        more._stand_on(self._layout, reach_with(self._lanes.reach, at, max(one.end, one.start + 1)))
        if len(self._by_row) <= MOST_ROWS:
            touched = more._rows_from(at, max(self._by_row, default=0))
            more._by_row = {row: codings for row, codings in self._by_row.items() if row not in touched}
        return more

    def _rows_from(self, number: int, last_row: int) -> range:
        """The rows of a coding, and of those behind it that it may push into other lanes, as far as `last_row`."""
        layout, last, reach = self._layout, number, self._lanes.reach
        for start, _ in islice(self._places, number + 1, None):
            if layout.row_start(start) >= reach[last] or layout.row_of(start) > last_row:
                break
            last += 1
        return range(layout.row_of(self._places[number][0]), layout.row_of(reach[last] - 1) + 1)

    def _stand_on(self, layout: Layout, reach: Sequence[int] | None) -> None:
        self._layout = layout
        self._lanes = Lanes(self._places, layout.row_start, LANES, reach)
        self._by_row: dict[int, tuple[RowCoding, ...]] = {}

    def on_row(self, number: int) -> tuple[RowCoding, ...]:
        """The codings on a row, the shortest first."""
        found = self._by_row.get(number)
        if found is None:
            start, end = self._layout.full_span(number)
            covering = self._overlapping(start, max(end, start + 1))
            found = tuple(sorted((self._as_on_row(one, start) for one in covering), key=_length))
            self._by_row[number] = found
        return found

    def _as_on_row(self, number: int, row_start: int) -> RowCoding:
        one = self.coded[number]
        is_first = one.start >= row_start
        return RowCoding(one.start, one.end, one.key, one.hue, self._lanes[number], is_first, one.is_proposed)

    def shortest_at(self, offset: int) -> Span:
        """The shortest quotation that holds the offset."""
        places = (self._places[number] for number in self._overlapping(offset, offset + 1))
        return Span(*min(places, key=lambda place: place[1] - place[0], default=NO_SPAN))

    def _overlapping(self, start: int, end: int) -> list[int]:
        """The numbers of the codings that share a code point with `start` to `end`, in order."""
        found = self._index.overlapping(start, end)
        if not self._late:
            return found
        found = [number + bisect_right(self._before, number) for number in found]
        places = self._places
        late = [number for number in self._late if max(places[number][0], start) < min(places[number][1], end)]
        return sorted([*found, *late])


def _inserted(items: Sequence[T], at: int, item: T) -> list[T]:
    """A list with one more, in one copy."""
    more = list(items)
    more.insert(at, item)
    return more


def _in_order(place: tuple[int, int]) -> tuple[int, int]:
    """What codings are sorted by: those that begin first, of these the longest."""
    return place[0], -place[1]


def _length(one: RowCoding) -> int:
    return one.end - one.start

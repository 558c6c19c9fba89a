"""Which codings stand on which row of the ad, and in which lane of the gutter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.cells import cell_len

from codetui.core.text.layout import Layout
from codetui.core.text.spans import Lanes, SpanIndex
from codetui.model import CodingId, Span

LANES = 3
NO_SPAN = Span(0, 0)


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
    """The codings on one layout, by row."""

    def __init__(self, coded: Sequence[CodedSpan], layout: Layout) -> None:
        self.coded = sorted(coded, key=lambda one: (one.start, -one.end))
        self.key_cells = max(map(cell_len, {one.key for one in coded}), default=0)
        self._layout = layout
        self._index = SpanIndex([one[:2] for one in self.coded])
        self._lanes = Lanes([one[:2] for one in self.coded], layout.row_start, LANES)
        self._by_row: dict[int, tuple[RowCoding, ...]] = {}

    def on_row(self, number: int) -> tuple[RowCoding, ...]:
        """Return the codings on a row, the shortest first."""
        found = self._by_row.get(number)
        if found is None:
            start, end = self._layout.full_span(number)
            overlapping = self._index.overlapping(start, max(end, start + 1))
            found = tuple(sorted((self._on_row(one, start) for one in overlapping), key=_length))
            self._by_row[number] = found
        return found

    def _on_row(self, number: int, row_start: int) -> RowCoding:
        one = self.coded[number]
        is_first = one.start >= row_start
        return RowCoding(one.start, one.end, one.key, one.hue, self._lanes[number], is_first, one.is_proposed)

    def shortest_at(self, offset: int) -> Span:
        """Return the shortest quotation that holds the offset; `NO_SPAN` without one."""
        places = (Span(*self.coded[number][:2]) for number in self._index.overlapping(offset, offset + 1))
        return min(places, key=lambda place: place.end - place.start, default=NO_SPAN)


def _length(one: RowCoding) -> int:
    return one.end - one.start

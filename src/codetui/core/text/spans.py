"""Many overlapping spans: those that overlap a range, the lanes to draw them in, and the runs of a row."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from operator import itemgetter
from typing import TypeVar

NO_LANE = -1

Layer = TypeVar("Layer", bound=Hashable)


class SpanIndex:
    """An index over spans that never changes; empty spans overlap nothing, and are left out.

    `places` are the spans by start, the longest first; `numbers` are their places in the given sequence, and `reach` is
    the furthest end up to each of them.  A query takes time in proportion to the spans found and those between the
    first of them and the range.
    """

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        filled = sorted((start, -end, number) for number, (start, end) in enumerate(spans) if start < end)
        self.places = [(start, -end) for start, end, _ in filled]
        self.numbers = [number for _, _, number in filled]
        self.reach = list(accumulate(map(itemgetter(1), self.places), max))
        self._count = len(spans)

    def with_more(self, spans: Iterable[tuple[int, int]]) -> SpanIndex:
        """Return the index of these spans and of more behind them, which are inserted."""
        grown = SpanIndex(())
        grown.places, grown.numbers, grown.reach = self.places.copy(), self.numbers.copy(), self.reach.copy()
        grown._count = self._count
        for start, end in spans:
            grown._add(start, end)
        return grown

    def _add(self, start: int, end: int) -> None:
        number, self._count = self._count, self._count + 1
        if start >= end:
            return
        at = bisect_right(self.places, (start, -end), key=lambda place: (place[0], -place[1]))
        self.places.insert(at, (start, end))
        self.numbers.insert(at, number)
        passed = bisect_left(self.reach, end, at)
        self.reach[at:passed] = [end] * (passed - at)
        self.reach.insert(at, max(end, self.reach[at - 1] if at else 0))

    def positions(self, start: int, end: int) -> list[int]:
        """Return the positions in `places` of the spans that share a code point with `start` to `end`, in order."""
        at = bisect_left(self.places, end, key=itemgetter(0)) if start < end else 0
        found: list[int] = []
        while at and self.reach[at - 1] > start:
            at -= 1
            if self.places[at][1] > start:
                found.append(at)
        return found[::-1]

    def overlapping(self, start: int, end: int) -> list[int]:
        """Return the numbers of the spans that share a code point with `start` to `end`, by start."""
        return [self.numbers[position] for position in self.positions(start, end)]


class Lanes:
    """The lane of each of many spans; no two spans in one lane share a visual row.

    `places` are sorted by start; `row_start` returns the first offset of the row with an offset. A span for which all
    `count` lanes are occupied gets `NO_LANE`. Lanes are computed on demand, from the last place before where all were
    free: they do not depend on the order of the queries.

        row 0   | |     three spans on rows 0 to 2, 0 and 1 to 2, in two lanes: 0, 1, 1
        row 1   | |
        row 2   | |
    """

    def __init__(
        self,
        places: Sequence[tuple[int, int]],
        row_start: Callable[[int], int],
        count: int,
        reach: Sequence[int] | None = None,
    ) -> None:
        """Create lanes; `reach` is the furthest end up to each place, if known."""
        self._places = places
        self._row_start = row_start
        self._reach = reach or list(accumulate((max(end, start + 1) for start, end in places), max))
        self._found: dict[int, int] = {}
        self._free = [0] * count
        self._next = 0

    def __getitem__(self, number: int) -> int:
        """Return the lane of a span."""
        if number not in self._found:
            self._find(number)
        return self._found[number]

    def _find(self, number: int) -> None:
        """Assign lanes to all spans up to this one."""
        first = number
        while first not in (0, self._next) and self._reach[first - 1] > self._row_start(self._places[first][0]):
            first -= 1
        free = self._free if first == self._next else [0] * len(self._free)
        for current in range(first, number + 1):
            start, end = self._places[current]
            row_start = self._row_start(start)
            self._found[current] = NO_LANE
            for lane, taken_until in enumerate(free):
                if taken_until <= row_start:
                    self._found[current] = lane
                    free[lane] = max(end, start + 1)
                    break
        self._free, self._next = free, number + 1


def runs(
    start: int, end: int, layers: Iterable[tuple[Layer, int, int]]
) -> Iterator[tuple[int, int, tuple[Layer, ...]]]:
    """Cut the stretch `start` to `end` wherever the set of layers that cover it changes.

    A layer is (name, start, end); a run is (start, end, names of its layers). An empty stretch has no runs.
    """
    opening: dict[int, list[Layer]] = {start: [], end: []}
    closing: dict[int, list[Layer]] = {}
    for name, low, high in layers:
        low, high = max(low, start), min(high, end)
        if low < high:
            opening.setdefault(low, []).append(name)
            closing.setdefault(high, []).append(name)
    edges = sorted(opening.keys() | closing.keys())
    covering: dict[Layer, int] = {}
    for low, high in pairwise(edges):
        for name in opening.get(low, ()):
            covering[name] = covering.get(name, 0) + 1
        for name in closing.get(low, ()):
            covering[name] -= 1
            if not covering[name]:
                del covering[name]
        yield low, high, tuple(covering)

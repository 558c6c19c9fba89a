"""Which codings stand on which row of the ad, and in which lane of the gutter."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from codetui.core.text.layout import Layout, Row
from codetui.core.text.spans import NO_LANE, Lanes, SpanIndex, runs
from codetui.model import CodingId, Span
from codetui.tui.themes import Face, Palette

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


MIN_KEY_CELLS = 2
BAR, CURRENT_BAR = "┃", "▐"
PROPOSED, PROPOSED_BAR = "?", "┇"
"""What stands beside the first row of a quotation whose place is proposed, and beside those below."""

_FIRST_MARK = 1 << 30
_SELECTED, _IMPLIED, _MATCH = _FIRST_MARK, _FIRST_MARK + 1, _FIRST_MARK + 2


class Marks(NamedTuple):
    """What lies over the codings: the selection, what stands in for it, the cursor and its quotation."""

    selected: Span = NO_SPAN
    implied: Span = NO_SPAN
    cursor: int = -1
    current: Span = NO_SPAN
    has_focus: bool = True


class Painter:
    """Makes strips; holds all that they depend on but the row, its codings and the marks."""

    def __init__(self, layout: Layout, palette: Palette, key_cells: int) -> None:
        self.layout = layout
        self.palette = palette
        self.lane_cells = key_cells + 1
        self.labels: Sequence[tuple[int, str]] = ()
        self.matches: Sequence[Span] = ()
        self.is_shaded = False

    def strip(self, number: int, codings: Sequence[RowCoding], marks: Marks) -> Strip:
        """The strip of a row, as long as its gutter and text."""
        full = self.layout.full_span(number)
        row = self.layout.row(number)
        segments = self._gutter(codings, marks.current)
        segments += self._text(row, codings, marks)
        segments += self._line_end(row, full, marks)
        strip = Strip([segment for segment in segments if segment.text])
        return self._labelled(strip, row, full)

    @property
    def gutter_cells(self) -> int:
        """Cells of the gutter and the blank column beside it."""
        return gutter_cells(self.lane_cells - 1)

    def _gutter(self, codings: Sequence[RowCoding], current: Span) -> list[Segment]:
        """The lanes from the outermost to the one beside the text: `15┃`, and `┃` on the rows below."""
        by_lane = {one.lane: one for one in codings}
        waiting = sum(one.lane == NO_LANE for one in codings)
        segments: list[Segment] = []
        for lane in reversed(range(LANES)):
            one = by_lane.get(lane)
            if lane == LANES - 1 and waiting:
                count = f"+{waiting + (one is not None)}"
                count = count if len(count) <= self.lane_cells else "+"
                segments.append(Segment(count.ljust(self.lane_cells), self.palette.more()))
            elif one is None:
                segments.append(Segment(" " * self.lane_cells, self.palette.text(Face())))
            else:
                segments += self._lane(one, one[:2] == current)
        return [*segments, Segment(" ", self.palette.text(Face()))]

    def _lane(self, one: RowCoding, is_current: bool) -> list[Segment]:
        key = one.key if one.is_first else ""
        blanks = " " * (self.lane_cells - 1 - cell_len(key))
        bar = CURRENT_BAR if is_current else BAR
        if one.is_proposed:
            bar = PROPOSED if one.is_first else PROPOSED_BAR
        return [
            Segment(blanks, self.palette.text(Face())),
            Segment(key, self.palette.gutter_key(one.hue, is_current)),
            Segment(bar, self.palette.gutter_bar(one.hue, is_current)),
        ]

    def _text(self, row: Row, codings: Sequence[RowCoding], marks: Marks) -> list[Segment]:
        """The row's characters, cut where the layers over them change."""
        segments = [Segment(" " * row.indent, self.palette.text(Face(is_shaded=self.is_shaded)))]
        for face, low, high in self._faces(row, codings, marks):
            at = row.floor(marks.cursor) if low <= marks.cursor < high else high
            after = row.ceiling(at + 1) if at < high else high
            segments += [
                Segment(row.shown(low, at), self.palette.text(face)),
                Segment(row.shown(at, after), self.palette.cursor(face, has_focus=marks.has_focus)),
                Segment(row.shown(after, high), self.palette.text(face)),
            ]
        return segments

    def _faces(self, row: Row, codings: Sequence[RowCoding], marks: Marks) -> Iterator[tuple[Face, int, int]]:
        """The stretches of the row that look alike."""
        pieces = (
            (self._face(names, codings, marks.current), low, high)
            for low, high, names in runs(row.start, row.end, self._layers(row, codings, marks))
        )
        for face, alike in groupby(pieces, key=itemgetter(0)):
            places = [(low, high) for _, low, high in alike]
            yield face, places[0][0], places[-1][1]

    def _layers(self, row: Row, codings: Sequence[RowCoding], marks: Marks) -> Iterator[tuple[int, int, int]]:
        """What lies over the row, at whole clusters; blanks at its end show nothing but the selection."""
        words_end = row.start + len(self.layout.text[row.start : row.end].rstrip(" "))
        layers = [(place, one.start, one.end) for place, one in enumerate(codings)]
        layers += [(_MATCH, *match) for match in self._matches(row.start, row.end)]
        layers.append((_IMPLIED, *marks.implied))
        for name, low, high in layers:
            yield name, row.floor(low), row.ceiling(min(high, words_end))
        yield _SELECTED, row.floor(marks.selected.start), row.ceiling(marks.selected.end)

    def _face(self, names: tuple[int, ...], codings: Sequence[RowCoding], current: Span) -> Face:
        """The look of a stretch: the shortest coding, which has the lowest name, gives the tint."""
        top = min(names, default=_SELECTED)
        is_coded = top < _FIRST_MARK
        marks = (_IMPLIED in names) + (_SELECTED in names) + (_MATCH in names)
        return Face(
            hue=codings[top].hue if is_coded else -1,
            is_overlapping=len(names) - marks > 1,
            is_current=is_coded and codings[top][:2] == current,
            is_proposed=is_coded and codings[top].is_proposed,
            is_implied=_IMPLIED in names,
            is_selected=_SELECTED in names,
            is_match=_MATCH in names,
            is_shaded=self.is_shaded,
        )

    def _line_end(self, row: Row, full: Span, marks: Marks) -> list[Segment]:
        """One cell after the text where the cursor stands or the selection takes in the line break."""
        has_cursor = marks.cursor >= row.end
        has_selection = marks.selected.start <= row.end < min(marks.selected.end, full.end)
        face = Face(is_selected=has_selection, is_shaded=self.is_shaded)
        if has_cursor:
            return [Segment(" ", self.palette.cursor(face, has_focus=marks.has_focus))]
        return [Segment(" ", self.palette.text(face))] if has_selection else []

    def _matches(self, start: int, end: int) -> list[Span]:
        """The matches that touch a stretch; they are sorted and do not overlap."""
        low = bisect_left(self.matches, start + 1, key=attrgetter("end"))
        high = bisect_left(self.matches, end, key=attrgetter("start"))
        return list(self.matches[low:high])

    def _labelled(self, strip: Strip, row: Row, full: Span) -> Strip:
        """The strip with the jump labels of its row over the words."""
        low = bisect_left(self.labels, full.start, key=itemgetter(0))
        for offset, label in self.labels[low:]:
            if offset >= full.end:
                break
            cell = self.gutter_cells + row.cell_at(offset)
            end = cell + cell_len(label)
            style = self.palette.label
            painted = Strip([Segment(label[:1], style(is_first=True)), Segment(label[1:], style(is_first=False))])
            strip = Strip.join([strip.crop_extend(0, cell, None), painted, strip.crop(end)])
        return strip


def gutter_cells(key_cells: int) -> int:
    """Cells of a gutter for keys of so many cells, with the blank column beside it."""
    return LANES * (key_cells + 1) + 1

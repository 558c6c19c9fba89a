"""One row of the ad as a strip: the gutter with the codes, then the text with its layers."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from codetui.core.text.layout import Layout, Row
from codetui.core.text.spans import NO_LANE, Lanes, SpanIndex, runs
from codetui.core.text.turns import Turn, short_names, turn_at
from codetui.model import CodingId, Span
from codetui.tui.themes import SHADES, Face, TextStyles

LANES = 3
MOST_COUNTED = 400
"""The codings for which the lanes in use are counted; with more, every lane is assumed to be in use."""

MIN_KEY_CELLS = 2
NO_SPAN = Span(0, 0)
BULLET = "•"
BAR, CURRENT_BAR = "┃", "▐"
PROPOSED_SIGN, PROPOSED_BAR = "?", "┇"
"""Beside the first row of a quotation whose location is only proposed, and beside the rows below."""

_FIRST_MARK = 1 << 30
_SELECTED, _IMPLIED, _MATCH = _FIRST_MARK, _FIRST_MARK + 1, _FIRST_MARK + 2


class CodedSpan(NamedTuple):
    """A quotation to draw: its code points, its code's short key, and the number of its section as hue.

    `shade` is the position of the code in its section; `is_proposed` is True until the coder accepts its location.
    """

    start: int
    end: int
    key: str
    hue: int
    coding: CodingId
    is_proposed: bool = False
    shade: int = 0

    @property
    def span(self) -> Span:
        """The code points of the quotation."""
        return Span(self.start, self.end)


class RowCoding(NamedTuple):
    """A coding as one row shows it; `is_first` on the row where it begins."""

    coded: CodedSpan
    lane: int
    is_first: bool


class Codings:
    """The codings of one layout, by row."""

    def __init__(self, coded: Sequence[CodedSpan], layout: Layout, index: SpanIndex | None = None) -> None:
        self.coded = coded
        self.key_cells = max(map(cell_len, {one.key for one in coded}), default=0)
        """The cells of the longest key."""
        self._layout = layout
        self._index = index or SpanIndex([(one.start, one.end) for one in coded])
        self._lanes = Lanes(self._index.places, layout.row_start, LANES, self._index.reach)
        self._by_row: dict[int, tuple[RowCoding, ...]] = {}

    @property
    def lanes(self) -> int:
        """The number of lanes that the codings need, at least one; all, if there are too many codings to count."""
        if len(self.coded) > MOST_COUNTED:
            return LANES
        lanes = [self._lanes[place] for place in range(len(self.coded))]
        return LANES if NO_LANE in lanes else max(lanes, default=0) + 1

    def continued(self, coded: Sequence[CodedSpan]) -> Codings:
        """Return other codings in this layout; if they are these and more behind them, only those are sorted in."""
        known = len(self.coded)
        if coded[:known] != self.coded:
            return Codings(coded, self._layout)
        return Codings(coded, self._layout, self._index.with_more([(one.start, one.end) for one in coded[known:]]))

    def on_row(self, number: int) -> tuple[RowCoding, ...]:
        """Return the codings on a row, the shortest first."""
        if number not in self._by_row:
            start, end = self._layout.full_span(number)
            places = self._index.positions(start, max(end, start + 1))
            found = ((self.coded[self._index.numbers[place]], self._lanes[place]) for place in places)
            on_row = [RowCoding(one, lane, one.start >= start) for one, lane in found]
            self._by_row[number] = tuple(sorted(on_row, key=lambda one: one.coded.end - one.coded.start))
        return self._by_row[number]

    def shortest_at(self, offset: int) -> Span:
        """Return the shortest quotation that contains an offset; `NO_SPAN` if there is none."""
        spans = (self.coded[number].span for number in self._index.overlapping(offset, offset + 1))
        return min(spans, key=lambda span: span.end - span.start, default=NO_SPAN)


class Speakers(NamedTuple):
    """The turns of a conversation, the names of the speakers as the margin shows them, and the cells that it needs."""

    turns: Sequence[Turn]
    names: Mapping[str, str]
    cells: int


def speakers_of(turns: Sequence[Turn], longest: int) -> Speakers | None:
    """Return what the margin shows of a conversation, with names of `longest` characters; None without turns."""
    if not turns:
        return None
    names = short_names((one.speaker for one in turns), longest)
    return Speakers(turns, names, max(map(cell_len, names.values())) + 1)


class Marks(NamedTuple):
    """Marks over the codings: the selection, the span that would be coded without one, the cursor and its quotation."""

    selected: Span = NO_SPAN
    implied: Span = NO_SPAN
    cursor: int = -1
    current: Span = NO_SPAN
    has_focus: bool = True

    def clipped(self, layout: Layout, row: int) -> Marks:
        """Return the marks within a row: everything that its strip depends on."""
        start, end = layout.full_span(row)
        has_cursor = layout.row_of(self.cursor) == row
        return Marks(
            _clipped(self.selected, start, end),
            _clipped(self.implied, start, end),
            self.cursor if has_cursor else -1,
            self.current if self.current.start < end and self.current.end > start else NO_SPAN,
            self.has_focus or not has_cursor,
        )


@dataclass(frozen=True, slots=True)
class Painter:
    """Makes strips; has everything they depend on except the row, its codings and its marks.

    `labels` are jump labels with their offsets, sorted; `is_shaded` dims the text around them. `lanes` is the number of
    lanes of the gutter, `margin` the cells left of it, in which the speakers are shown.
    """

    layout: Layout
    styles: TextStyles
    key_cells: int
    labels: Sequence[tuple[int, str]] = ()
    matches: Sequence[Span] = ()
    is_shaded: bool = False
    lanes: int = LANES
    margin: int = 0
    speakers: Speakers | None = None

    def strip(self, number: int, codings: Sequence[RowCoding], marks: Marks) -> Strip:
        """Return the strip of a row, as long as its gutter and text."""
        full = self.layout.full_span(number)
        row = _with_bullet(self.layout.row(number), self.layout.text)
        segments = self._speaker(full)
        segments += self._gutter(codings, marks.current)
        segments += self._text(row, codings, marks)
        segments += self._line_end(row, full, marks)
        strip = Strip([segment for segment in segments if segment.text])
        return self._with_labels(strip, row, full)

    def _speaker(self, full: Span) -> list[Segment]:
        """Return the cells left of the gutter: blanks and the speaker of the row, bold where the turn begins."""
        turn = turn_at(self.speakers.turns, max(full.start, full.end - 1)) if self.speakers is not None else None
        has_words = bool(self.layout.text[full.start : full.end].strip())
        if self.speakers is None or turn is None or not has_words:
            return [Segment(" " * self.margin, self.styles.text(Face()))]
        name, is_first = self.speakers.names[turn.speaker], full.start <= turn.start
        name += " " * (self.speakers.cells - cell_len(name))
        style = self.styles.text(Face()) + Style(bold=True) if is_first else self.styles.text(Face(is_shaded=True))
        blank = Segment(" " * (self.margin - self.speakers.cells), self.styles.text(Face()))
        return [blank, Segment(name, style)]

    def _gutter(self, codings: Sequence[RowCoding], current: Span) -> list[Segment]:
        """Return the lanes from the outermost to the one beside the text: `15┃`, and `┃` on the rows below."""
        lane_cells = self.key_cells + 1
        by_lane = {one.lane: one for one in codings}
        without_lane = sum(one.lane == NO_LANE for one in codings)
        plain = self.styles.text(Face())
        segments: list[Segment] = []
        for lane in reversed(range(self.lanes)):
            one = by_lane.get(lane)
            if lane == LANES - 1 and without_lane:
                count = f"+{without_lane + (one is not None)}"
                count = count if len(count) <= lane_cells else "+"
                segments.append(Segment(count.ljust(lane_cells), self.styles.text(Face()) + Style(bold=True)))
            elif one is None:
                segments.append(Segment(" " * lane_cells, plain))
            else:
                segments += self._lane(one, one.coded.span == current)
        return [*segments, Segment(" ", plain)]

    def _lane(self, one: RowCoding, is_current: bool) -> list[Segment]:
        key = one.coded.key if one.is_first else ""
        bar = CURRENT_BAR if is_current else BAR
        if one.coded.is_proposed:
            bar = PROPOSED_SIGN if one.is_first else PROPOSED_BAR
        style = self.styles.gutter(one.coded.hue, one.coded.shade)
        return [
            Segment(" " * (self.key_cells - cell_len(key)), self.styles.text(Face())),
            Segment(key, style + Style(bold=is_current, reverse=is_current)),
            Segment(bar, style + Style(bold=is_current)),
        ]

    def _text(self, row: Row, codings: Sequence[RowCoding], marks: Marks) -> list[Segment]:
        """Return the row's characters, cut where the layers change."""
        segments = [Segment(" " * row.indent, self.styles.text(Face(is_shaded=self.is_shaded)))]
        for face, low, high in self._faces(row, codings, marks):
            at = row.floor(marks.cursor) if low <= marks.cursor < high else high
            after = row.ceiling(at + 1) if at < high else high
            segments += [
                Segment(row.shown(low, at), self.styles.text(face)),
                Segment(row.shown(at, after), self.styles.cursor(face, has_focus=marks.has_focus)),
                Segment(row.shown(after, high), self.styles.text(face)),
            ]
        return segments

    def _faces(self, row: Row, codings: Sequence[RowCoding], marks: Marks) -> Iterator[tuple[Face, int, int]]:
        """Yield the runs of the row that look alike."""
        pieces = (
            (self._face(names, codings, marks.current), low, high)
            for low, high, names in runs(row.start, row.end, self._layers(row, codings, marks))
        )
        for face, alike in groupby(pieces, key=itemgetter(0)):
            spans = [(low, high) for _, low, high in alike]
            yield face, spans[0][0], spans[-1][1]

    def _layers(self, row: Row, codings: Sequence[RowCoding], marks: Marks) -> Iterator[tuple[int, int, int]]:
        """Yield the layers on the row in whole clusters; blanks at its end show only the selection."""
        words_end = row.start + len(self.layout.text[row.start : row.end].rstrip(" "))
        layers = [(number, *one.coded.span) for number, one in enumerate(codings)]
        layers += [(_MATCH, *match) for match in self._matches_in(row.start, row.end)]
        layers.append((_IMPLIED, *marks.implied))
        for name, low, high in layers:
            yield name, row.floor(low), row.ceiling(min(high, words_end))
        yield _SELECTED, row.floor(marks.selected.start), row.ceiling(marks.selected.end)

    def _face(self, names: tuple[int, ...], codings: Sequence[RowCoding], current: Span) -> Face:
        """Return the look of a run; its tint is that of the shortest coding, which has the lowest name."""
        top = min(names, default=_SELECTED)
        is_coded = top < _FIRST_MARK
        marks = (_IMPLIED in names) + (_SELECTED in names) + (_MATCH in names)
        return Face(
            hue=codings[top].coded.hue if is_coded else -1,
            shade=codings[top].coded.shade % len(SHADES) if is_coded else 0,
            is_overlapping=len(names) - marks > 1,
            is_current=is_coded and codings[top].coded.span == current,
            is_proposed=is_coded and codings[top].coded.is_proposed,
            is_implied=_IMPLIED in names,
            is_selected=_SELECTED in names,
            is_match=_MATCH in names,
            is_shaded=self.is_shaded,
        )

    def _line_end(self, row: Row, full: Span, marks: Marks) -> list[Segment]:
        """Return one cell after the text if the cursor is there or the selection includes the line break."""
        has_selection = marks.selected.start <= row.end < min(marks.selected.end, full.end)
        face = Face(is_selected=has_selection, is_shaded=self.is_shaded)
        if marks.cursor >= row.end:
            return [Segment(" ", self.styles.cursor(face, has_focus=marks.has_focus))]
        return [Segment(" ", self.styles.text(face))] if has_selection else []

    def _matches_in(self, start: int, end: int) -> Sequence[Span]:
        """Return the matches that touch a range; they are sorted and do not overlap."""
        low = bisect_left(self.matches, start + 1, key=attrgetter("end"))
        high = bisect_left(self.matches, end, key=attrgetter("start"))
        return self.matches[low:high]

    def _with_labels(self, strip: Strip, row: Row, full: Span) -> Strip:
        """Return the strip with the jump labels of its row as chips on the blank or sign before each word.

        A chip shows the next letter to type, bright if it is the last one, so that no letter of the text is hidden,
        except where words are joined without a sign.
        """
        low = bisect_left(self.labels, full.start, key=itemgetter(0))
        high = bisect_left(self.labels, full.end, key=itemgetter(0))
        for offset, label in self.labels[low:high]:
            is_after_word = offset > row.start and self.layout.text[offset - 1].isalnum()
            cell = self.margin + gutter_cells(self.key_cells, self.lanes) + row.cell_at(offset) - (not is_after_word)
            chip = Strip([Segment(label[:1], self.styles.label(is_last=len(label) == 1))])
            strip = Strip.join([strip.crop_extend(0, cell, None), chip, strip.crop(cell + 1)])
        return strip


def gutter_cells(key_cells: int, lanes: int = LANES) -> int:
    """Return the width of a gutter for keys of so many cells, including the blank column beside it."""
    return lanes * (key_cells + 1) + 1


def _with_bullet(row: Row, text: str) -> Row:
    """Return the row with the asterisk that begins a line, before a blank, drawn as a bullet."""
    if row.start and text[row.start - 1] not in "\r\n":
        return row
    line = text[row.start : row.end]
    at = len(line) - len(line.lstrip(" \t"))
    if line[at : at + 2] != "* ":
        return row
    return replace(row, glyphs=[*row.glyphs[:at], BULLET, *row.glyphs[at + 1 :]])


def _clipped(span: Span, start: int, end: int) -> Span:
    low, high = max(span.start, start), min(span.end, end)
    return Span(low, high) if low < high else NO_SPAN

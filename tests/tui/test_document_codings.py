"""The codings shown on a row of the ad, and their lanes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.text.layout import wrap
from codetui.core.text.spans import NO_LANE
from codetui.model import CodingId
from codetui.tui.widgets.document_paint import LANES, CodedSpan, Codings

TEXT = "You light the lamp. You watch.\n\nThe sea is wide; nobody sleeps. " * 6

places = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 90)).map(
    lambda pair: (pair[0], min(pair[0] + pair[1], len(TEXT)))
)
codings = st.lists(places, max_size=12).map(
    lambda spans: [CodedSpan(*span, str(number % 7), 0, CodingId(str(number))) for number, span in enumerate(spans)]
)


@given(codings, st.integers(5, 70))
def test_a_row_shows_the_codings_that_overlap_it_the_shortest_first(coded: list[CodedSpan], width: int) -> None:
    layout = wrap(TEXT, width)
    shown = Codings(coded, layout)
    for number in range(layout.rows):
        start, end = layout.full_span(number)
        on_row = shown.on_row(number)
        overlapping = [one for one in coded if max(one.start, start) < min(one.end, end)]
        assert sorted(one.coded for one in on_row) == sorted(overlapping)
        lengths = [one.coded.end - one.coded.start for one in on_row]
        assert lengths == sorted(lengths)
        assert [one.is_first for one in on_row] == [one.coded.start >= start for one in on_row]
        lanes = [one.lane for one in on_row if one.lane != NO_LANE]
        assert len(set(lanes)) == len(lanes) <= LANES


@given(codings)
def test_the_current_quotation_is_the_shortest_under_the_cursor(coded: list[CodedSpan]) -> None:
    shown = Codings(coded, wrap(TEXT, 40))
    for offset in range(0, len(TEXT), 5):
        start, end = shown.shortest_at(offset)
        lengths = [one.end - one.start for one in coded if one.start <= offset < one.end]
        assert end - start == min(lengths, default=0)

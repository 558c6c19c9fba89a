"""Many overlapping spans: queries, lanes and runs."""

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.text.spans import NO_LANE, Lanes, SpanIndex, runs

edges = st.integers(min_value=0, max_value=60)
spans = st.lists(st.tuples(edges, edges).map(lambda pair: (min(pair), max(pair))), max_size=40)
ROW = 10


def row_start(offset: int) -> int:
    """Return the start of a row of ten characters."""
    return offset // ROW * ROW


def rows_of(span: tuple[int, int]) -> set[int]:
    """Return the rows of a span."""
    start, end = span
    return set(range(start // ROW, (max(end, start + 1) - 1) // ROW + 1))


@given(spans, edges, edges)
def test_the_index_finds_the_same_spans_as_a_full_comparison(
    given_spans: list[tuple[int, int]], a: int, b: int
) -> None:
    found = SpanIndex(given_spans).overlapping(a, b)
    assert sorted(found) == [number for number, (start, end) in enumerate(given_spans) if max(start, a) < min(end, b)]


@given(spans)
def test_spans_found_by_the_index_are_sorted_by_start(given_spans: list[tuple[int, int]]) -> None:
    starts = [given_spans[number][0] for number in SpanIndex(given_spans).overlapping(0, 100)]
    assert starts == sorted(starts)


@given(spans, spans)
def test_an_index_with_more_spans_equals_that_of_all(first: list[tuple[int, int]], more: list[tuple[int, int]]) -> None:
    grown, whole = SpanIndex(first).with_more(more), SpanIndex([*first, *more])
    assert (grown.places, grown.numbers, grown.reach) == (whole.places, whole.numbers, whole.reach)


@given(spans, st.integers(min_value=1, max_value=4))
def test_no_two_spans_in_one_lane_share_a_row(given_spans: list[tuple[int, int]], count: int) -> None:
    places = sorted(given_spans)
    lanes = Lanes(places, row_start, count)
    taken = [
        (lanes[number], row) for number, place in enumerate(places) if lanes[number] != NO_LANE
        for row in rows_of(place)
    ]  # fmt: skip
    assert len(taken) == len(set(taken))


@given(spans, st.integers(min_value=1, max_value=4))
def test_a_span_has_no_lane_only_if_all_are_occupied(given_spans: list[tuple[int, int]], count: int) -> None:
    places = sorted(given_spans)
    lanes = Lanes(places, row_start, count)
    for number, place in enumerate(places):
        if lanes[number] == NO_LANE:
            first = min(rows_of(place))
            beside = {lanes[other] for other in range(number) if first in rows_of(places[other])}
            assert beside >= set(range(count))


@given(spans, st.data())
def test_lanes_do_not_depend_on_the_order_of_queries(given_spans: list[tuple[int, int]], data: st.DataObject) -> None:
    places = sorted(given_spans)
    in_order = Lanes(places, row_start, 3)
    expected = [in_order[number] for number in range(len(places))]
    asked = Lanes(places, row_start, 3)
    order = data.draw(st.permutations(range(len(places))))
    assert {number: asked[number] for number in order} == dict(enumerate(expected))


@given(spans, edges, edges)
def test_runs_name_the_layers_over_each_character(given_spans: list[tuple[int, int]], a: int, b: int) -> None:
    start, end = min(a, b), max(a, b)
    layers = [(number, *span) for number, span in enumerate(given_spans)]
    seen = {at: set(names) for low, high, names in runs(start, end, layers) for at in range(low, high)}
    assert seen == {at: {number for number, low, high in layers if low <= at < high} for at in range(start, end)}


def test_runs_are_cut_only_where_the_covering_set_changes() -> None:
    assert list(runs(0, 9, [("a", 2, 6), ("b", 4, 8)])) == [
        (0, 2, ()),
        (2, 4, ("a",)),
        (4, 6, ("a", "b")),
        (6, 8, ("b",)),
        (8, 9, ()),
    ]


def test_a_layer_may_consist_of_overlapping_pieces() -> None:
    pieces = [("match", 1, 3), ("match", 2, 5)]
    assert [(low, high) for low, high, names in runs(0, 6, pieces) if names] == [(1, 2), (2, 3), (3, 5)]


def test_lanes_over_visual_rows_keep_two_spans_of_one_row_apart() -> None:
    lanes = Lanes([(0, 4), (5, 9), (10, 12)], row_start, 3)
    assert [lanes[number] for number in range(3)] == [0, 1, 0]

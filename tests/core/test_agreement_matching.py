"""Quotations of two coders are matched by maximum matchings, and each gets exactly one kind."""

from __future__ import annotations

from collections import Counter
from functools import cache

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.agreement import continuum
from codetui.core.agreement.matching import CodedSpan, Match, iou, match

SPANS = st.lists(
    st.builds(
        lambda start, length, code: CodedSpan(start, start + length, code),
        st.integers(0, 12),
        st.integers(1, 8),
        st.sampled_from("TU"),
    ),
    max_size=6,
)
THRESHOLDS = st.sampled_from([0.3, 0.5, 2 / 3, 1.0])


def test_each_kind_of_disagreement() -> None:
    a = [CodedSpan(0, 10, "T"), CodedSpan(20, 30, "T"), CodedSpan(40, 60, "T"), CodedSpan(70, 75, "T")]
    b = [CodedSpan(0, 12, "T"), CodedSpan(20, 30, "U"), CodedSpan(40, 45, "T"), CodedSpan(90, 95, "T")]
    found = match(a, b, 0.5)
    assert found.matches == (
        Match("same", 0, 0),
        Match("other_code", 1, 1),
        Match("other_edges", 2, 2),
        Match("only_a", 3, None),
        Match("only_b", None, 3),
    )
    assert (found.exact, found.any_overlap, found.code_ignored) == (0, 2, 2)


def test_a_matching_is_maximum_where_the_best_pair_first_would_lose_one() -> None:
    a = [CodedSpan(0, 10, "T"), CodedSpan(4, 12, "T")]
    b = [CodedSpan(2, 10, "T"), CodedSpan(8, 14, "T")]
    assert iou(a[0], b[0]) > iou(a[1], b[0])
    assert [one.kind for one in match(a, b, 0.3).matches] == ["same", "same"]
    crossing = [CodedSpan(0, 10, "T"), CodedSpan(0, 6, "T")], [CodedSpan(0, 9, "T"), CodedSpan(4, 12, "T")]
    assert [one.kind for one in match(*crossing, 0.5).matches] == ["same", "same"]


@given(SPANS, SPANS, THRESHOLDS)
def test_no_larger_matching_exists(a: list[CodedSpan], b: list[CodedSpan], threshold: float) -> None:
    found = match(a, b, threshold)
    kinds = Counter(one.kind for one in found.matches)
    near = [[iou(x, y) >= threshold for y in b] for x in a]
    assert kinds["same"] == _largest([[x.code == y.code and iou(x, y) >= threshold for y in b] for x in a])
    assert found.code_ignored == _largest(near)
    assert found.any_overlap == _largest([[x.code == y.code and iou(x, y) > 0 for y in b] for x in a])
    assert found.exact == _largest([[x == y for y in b] for x in a])


@given(SPANS, SPANS, THRESHOLDS)
def test_each_quotation_has_one_kind(a: list[CodedSpan], b: list[CodedSpan], threshold: float) -> None:
    matches = match(a, b, threshold).matches
    assert sorted(one.a for one in matches if one.a is not None) == list(range(len(a)))
    assert sorted(one.b for one in matches if one.b is not None) == list(range(len(b)))


@given(SPANS, SPANS, THRESHOLDS, st.randoms())
def test_neither_order_nor_direction_matters(a: list[CodedSpan], b: list[CodedSpan], threshold: float, random) -> None:
    kinds = Counter(one.kind for one in match(a, b, threshold).matches)
    mirrored = Counter(one.kind for one in match(b, a, threshold).matches)
    mirrored["only_a"], mirrored["only_b"] = mirrored["only_b"], mirrored["only_a"]
    shuffled = random.sample(a, len(a)), random.sample(b, len(b))
    assert kinds == +mirrored == Counter(one.kind for one in match(*shuffled, threshold).matches)


def _largest(allowed: list[list[bool]]) -> int:
    """Return the size of a maximum matching by trying all."""

    @cache
    def best(row: int, free: frozenset[int]) -> int:
        if row == len(allowed):
            return 0
        taken = (1 + best(row + 1, free - {column}) for column in free if allowed[row][column])
        return max([best(row + 1, free), *taken])

    return best(0, frozenset(range(len(allowed[0]) if allowed else 0)))


@given(st.lists(st.tuples(SPANS, SPANS), min_size=1, max_size=4))
def test_sums_over_texts_are_those_of_one_long_text(pairs: list[tuple[list[CodedSpan], list[CodedSpan]]]) -> None:
    length, apart, long_a, long_b = 25, None, [], []
    for number, (a, b) in enumerate(pairs):
        cut = [continuum.joined(((one.start, one.end) for one in side), "T") for side in (a, b)]
        sums = continuum.measure(cut, length)
        apart = sums if apart is None else apart + sums
        # A gap is cut where a text ends, which changes no sum: gaps count with their plain length.
        long_a += [(start + number * length, end + number * length, value) for start, end, value in cut[0]]
        long_b += [(start + number * length, end + number * length, value) for start, end, value in cut[1]]
    together = continuum.measure([long_a, long_b], length * len(pairs))
    assert apart is not None
    assert continuum.u_alpha(apart) == continuum.u_alpha(together)
    assert continuum.bar_u_alpha(apart) == continuum.bar_u_alpha(together)

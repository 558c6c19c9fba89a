"""Samples are reproducible, fair to coders, and never draw a text twice."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.sampling import Candidate, SampleRequest, SamplingError, draw

MANY = [Candidate(f"ad{number}", f"text {number}", "bank" if number % 3 == 0 else "other") for number in range(90)]


def test_the_same_seed_draws_the_same_sample_whatever_the_order_of_the_corpus() -> None:
    request = SampleRequest(20, 7, ("anna", "bram"), 6)
    assert list(draw(MANY, request).items()) == list(draw(MANY[::-1], request).items())
    assert draw(MANY, request) != draw(MANY, request._replace(seed=8))


def test_a_known_seed_draws_what_it_has_always_drawn() -> None:
    """As `printf '7\\0draw\\0ad1' | sha256sum` orders them, then by `queue`; no version may change it."""
    assert list(draw(MANY[:6], SampleRequest(3, 7, ("anna",)))) == ["ad1", "ad4", "ad0"]


@given(
    size=st.integers(1, 60),
    overlap=st.integers(0, 60),
    by=st.sampled_from(["all", "pairs"]),
    coders=st.lists(st.sampled_from("abcde"), min_size=2, unique=True),
    seed=st.integers(0, 1000),
)
def test_each_source_has_its_coders_and_each_coder_nearly_the_same_number(
    size: int, overlap: int, by: str, coders: list[str], seed: int
) -> None:
    overlap = min(overlap, size)
    request = SampleRequest(size, seed, tuple(coders), overlap, "all" if by == "all" else "pairs")
    found = draw(MANY, request)
    assert len(found) == size
    several = [team for team in found.values() if len(team) > 1]
    assert len(several) == overlap
    assert all(len(team) == (len(coders) if by == "all" else 2) for team in several)
    load = Counter(coder for team in found.values() for coder in team)
    single = size - overlap
    if single >= len(coders):
        assert max(load[one] for one in coders) - min(load[one] for one in coders) <= 1


def test_a_text_that_occurs_twice_is_drawn_once() -> None:
    twice = [Candidate("1", "same"), Candidate("2", "same"), Candidate("3", "other")]
    assert len(draw(twice, SampleRequest(2, 1, ("anna",)))) == 2
    with pytest.raises(SamplingError, match="3 are to be drawn, but only 2 can be"):
        draw(twice, SampleRequest(3, 1, ("anna",)))


@pytest.mark.parametrize(("size", "banks"), [(30, 10), (10, 3), (11, 4), (90, 30)])
def test_strata_get_their_share(size: int, banks: int) -> None:
    drawn = draw(MANY, SampleRequest(size, 3, ("anna",)))
    of = {one.id: one.stratum for one in MANY}
    assert sum(of[id_] == "bank" for id_ in drawn) == banks


@pytest.mark.parametrize(
    "request_",
    [
        SampleRequest(0, 1, ("a",)),
        SampleRequest(5, 1, ()),
        SampleRequest(5, 1, ("a", "a")),
        SampleRequest(5, 1, ("a", "b"), 6),
        SampleRequest(5, 1, ("a", "b"), -1),
        SampleRequest(5, 1, ("a",), 2),
    ],
)
def test_an_impossible_request_is_refused(request_: SampleRequest) -> None:
    with pytest.raises(SamplingError):
        draw(MANY, request_)

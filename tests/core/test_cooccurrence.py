"""Co-occurrence, saturation, terms and dates, each against a count of a few lines."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.query.words import TermNames, term_key
from codetui.core.statistics.counted import CountedAd, CountedCode, CountedCoding, CountedSession
from codetui.core.statistics.division import parse_date, period_of, without_gaps
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.saturation import codes_of, mean_curve, saturation_table
from codetui.core.statistics.significance import phi
from codetui.core.statistics.table import Base
from codetui.core.statistics.together import co_occurrences, jaccard, together_table

CODES = ("T1", "T2", "T3")
SENTENCES = (0, 8, 9, 20)
LENGTH = 30
SPANS = st.tuples(st.integers(0, LENGTH - 1), st.integers(1, 12)).map(lambda pair: (pair[0], min(LENGTH, sum(pair))))
CODINGS = st.builds(
    lambda code, span: CountedCoding(code, *span, 1), st.sampled_from(CODES), st.one_of(SPANS, st.just((-1, -1)))
)
ADS = st.lists(
    st.lists(st.lists(CODINGS, max_size=6), min_size=1, max_size=2).map(
        lambda sessions: CountedAd(
            "7", [CountedSession(f"c{at}", "", one) for at, one in enumerate(sessions)], {}, LENGTH, SENTENCES
        )
    ),
    max_size=5,
)


def _counted(ads: list[CountedAd]) -> Counted:
    base = Base(ads=len(ads), coders=())
    return Counted(ads=ads, codes=[CountedCode(code, code) for code in CODES], profiles=(), base=base)


@given(ADS)
def test_units_with_two_codes_are_those_that_a_plain_count_finds(ads: list[CountedAd]) -> None:
    units: dict[str, list[set[str]]] = {"ad": [], "sentence": [], "overlap": []}
    for ad in ads:
        codings = [one for session in ad.sessions for one in session.codings]
        units["ad"].append({one.code for one in codings})
        for start, end in zip(SENTENCES, (*SENTENCES[1:], LENGTH), strict=True):
            units["sentence"].append({one.code for one in codings if one.start < end and one.end > start})
        units["overlap"] += [{one.code for one in codings if one.start <= at < one.end} for at in range(LENGTH)]
    for level in ("ad", "sentence", "overlap"):
        found = co_occurrences(ads, CODES, level)
        assert found.number == len(units[level])
        for a, b in combinations(CODES, 2):
            both = sum({a, b} <= each for each in units[level])
            assert found.both[a, b] == both
            assert found.single[a] == sum(a in each for each in units[level])
        rows = together_table(_counted(ads), level).rows
        for _, _, *numbers in rows:
            both, first, second = numbers[-5:-2]
            assert isinstance(both, int) and isinstance(first, int) and isinstance(second, int)
            assert numbers[-2] == jaccard(both, first, second)
            neither = found.number - first - second + both
            assert numbers[-1] == phi(both, first - both, second - both, neither)
        pairs = sum(
            one.start < other.end and other.start < one.end and {one.code, other.code} == {"T1", "T2"}
            for ad in ads
            for one, other in combinations([each for session in ad.sessions for each in session.codings], 2)
        )
        assert level != "overlap" or found.quotations["T1", "T2"] == pairs


@given(ADS)
def test_the_mean_curve_ends_at_all_codes_and_is_the_same_for_a_seed(ads: list[CountedAd]) -> None:
    sets = [codes_of(ad) for ad in ads]
    curve = mean_curve(sets, 20, Random(7).random)
    assert curve == mean_curve(sets, 20, Random(7).random)
    assert curve == sorted(curve)
    if ads:
        assert curve[-1] == len(set().union(*sets))
        assert curve[0] <= max(map(len, sets))


def test_the_mean_curve_is_near_its_expectation() -> None:
    # A code in 2 of 10 ads is missing from 3 random ones with C(8, 3) / C(10, 3) = 56 / 120.
    sets = [frozenset({"T1"})] * 2 + [frozenset({"T2"})] * 8
    assert mean_curve(sets, 4000, Random(1).random)[2] == pytest.approx(1 - 56 / 120 + 1, abs=0.03)


def test_saturation_names_the_ad_where_each_code_first_came_in_coding_order() -> None:
    times = {"1": ("2026-03-02", "T2"), "2": ("2026-03-01", "T3 T1"), "3": ("2026-03-03", "T1"), "4": ("", "")}
    ads = [
        CountedAd(id_, [CountedSession("anna", "", [CountedCoding(one, 0, 1, 1) for one in codes.split()], time)], {})
        for id_, (time, codes) in times.items()
    ]
    table = saturation_table(_counted(ads), Random(1).random, seed=1)
    assert [(row[1], row[2], row[3], row[5]) for row in table.rows] == [
        *(("2", 2, 2, "T1, T3"), ("1", 1, 3, "T2"), ("3", 0, 3, ""), ("4", 0, 3, ""))
    ]
    assert "The last new code came with number 2 of 4; 3 of 3 codes were used." in table.notes[0]
    assert saturation_table(_counted([]), Random(1).random, seed=1).rows == []


def test_spellings_and_synonyms_are_one_term() -> None:
    names = TermNames({"OpenAI": ("open ai", "OpenAI API"), "scikit-learn": ("sklearn",)})
    keys = [
        names.add(words) for words in ("Open-AI", "openai", "“Open AI API”", "SKLearn", "Scikit Learn;", "C++", "C")
    ]
    assert keys == ["openai", "openai", "open ai api", "scikit learn", "scikit learn", "c++", "c"]
    assert names.add("OpenAI  API.") == "openai"
    assert term_key("C#") != term_key("C") != term_key(".NET") == ".net"
    assert (names.add("café"), names.add("Cafe"), names.add("Cafe"), names.add("..")) == ("cafe", "cafe", "cafe", "")
    assert names.names["openai"] == "OpenAI"
    assert names.names["cafe"] == "Cafe"


def test_dates_are_read_in_iso_dutch_and_english() -> None:
    for text in (
        *("2024-03-05", "20240305", "2024-03-05T09:30:00Z", "5-3-2024", "05/03/24", "5.3.2024", "2024/3/5"),
        *("5 maart 2024", "5 mrt. 2024", "di 5 maart 2024", "March 5, 2024", "5th March 2024"),
    ):
        assert parse_date(text) == date(2024, 3, 5), text
    assert [parse_date(text) for text in ("maart 2024", "2024", "2024-03")] == [
        *(date(2024, 3, 1), date(2024, 1, 1), date(2024, 3, 1))
    ]
    for text in ("", "12/31/2024", "31-02-2024", "binnenkort", "202403", "5 foo 2024"):
        assert parse_date(text) is None, text
    assert [period_of(date(2024, 12, 30), one) for one in ("week", "month", "quarter", "year")] == [
        *("2025-W01", "2024-12", "2024-Q4", "2024")
    ]
    assert without_gaps([date(2024, 11, 2), date(2025, 2, 1)], "month") == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert without_gaps([date(1999, 1, 1), date(2024, 1, 1)], "week") == ["1998-W53", "2024-W01"]

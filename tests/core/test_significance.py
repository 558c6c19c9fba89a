"""p values against scipy's, exact tests against enumeration, tests of codes by group."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import product
from math import comb, prod
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.agreement.figure import Undefined
from codetui.core.statistics import significance
from codetui.core.statistics.counted import CountedAd, CountedCode, CountedCoding, CountedSession, by_profile
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.significance import (
    ChiSquared,
    association,
    chi_squared,
    chi_squared_p,
    exact_p,
    holm,
    phi,
    significance_table,
)
from codetui.core.statistics.table import Base
from testing.paths import ROOT

REFERENCE = json.loads((Path(__file__).parent.parent / "data" / "p_values.json").read_text("utf-8"))
SHARED = ROOT.parent / "shared" / "method" / "examples" / "study_chi_squared.json"

DRAW = Random(1).random
COLUMNS = st.lists(st.integers(0, 6).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))), max_size=4)


def test_p_values_are_those_of_scipy_to_twelve_digits() -> None:
    for statistic, degrees, p in REFERENCE["chi_squared_p"]:
        assert chi_squared_p(statistic, degrees) == pytest.approx(p, rel=1e-12)
    for a, size_a, b, size_b, p in REFERENCE["fisher"]:
        assert exact_p((a, b), (size_a, size_b), Random(1).random).p == pytest.approx(p, rel=1e-12)
    for table, statistic, degrees, p in REFERENCE["tables"]:
        found = chi_squared(table)
        assert isinstance(found, ChiSquared)
        assert (found.statistic, found.p) == pytest.approx((statistic, p), rel=1e-12)
        assert found.degrees == degrees


def test_p_values_of_random_tables_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats", reason="scipy is not installed")
    random = Random(3)
    for _ in range(2000):
        degrees, factor = random.randint(1, 400), 10 ** random.uniform(-2, 1)
        expected = float(stats.chi2.sf(degrees * factor, degrees))
        if expected > 1e-280:
            assert chi_squared_p(degrees * factor, degrees) == pytest.approx(expected, rel=1e-12)
    for _ in range(200):
        sizes = random.randint(1, 200), random.randint(1, 200)
        a, b = (random.randint(0, size) for size in sizes)
        expected = float(stats.fisher_exact([[a, b], [sizes[0] - a, sizes[1] - b]])[1])
        assert exact_p((a, b), sizes, random.random).p == pytest.approx(expected, rel=1e-11)


def test_the_three_tables_of_the_published_study_come_out() -> None:
    if not SHARED.exists():
        pytest.skip("shared/method is not beside the clone")
    study = json.loads(SHARED.read_text("utf-8"))
    for figure in study["figures"]:
        found = chi_squared(list(study["data"][figure["args"]["of"]].values()))
        assert isinstance(found, ChiSquared)
        assert found.statistic == pytest.approx(figure["expected"], abs=figure["tolerance"])
        assert found.p == pytest.approx(figure["p"], rel=1e-12)


@given(COLUMNS)
def test_an_exact_p_value_is_the_sum_over_all_tables_that_are_as_rare(columns: list[tuple[int, int]]) -> None:
    with_it, sizes = [one for one, _ in columns], [size for _, size in columns]
    weights = [
        prod(comb(size, one) for one, size in zip(cells, sizes, strict=True))
        for cells in product(*(range(size + 1) for size in sizes))
        if sum(cells) == sum(with_it)
    ]
    own = prod(comb(size, one) for one, size in columns)
    expected = Fraction(sum(each for each in weights if each <= own), sum(weights))
    assert exact_p(with_it, sizes, Random(1).random).p == pytest.approx(float(expected), rel=1e-14)


def test_random_tables_replace_too_many_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = exact_p((3, 15, 14), (3, 30, 30), Random(1).random)
    monkeypatch.setattr(significance, "MOST_TABLES", 0)
    simulated = exact_p((3, 15, 14), (3, 30, 30), Random(1).random, 4000)
    assert (exact.tables, simulated.tables) == (0, 4000)
    assert simulated.p == pytest.approx(exact.p, abs=0.03)
    assert simulated == exact_p((3, 15, 14), (3, 30, 30), Random(1).random, 4000)


def test_holm_keeps_the_order_and_leaves_undefined_ones_out() -> None:
    # Holm's procedure by hand: 3 tests; .01 · 3, max(.03, .02 · 2), max(.04, .04 · 1).
    assert holm([0.02, Undefined("no"), 0.01, 0.04]) == [0.04, Undefined("no"), 0.03, 0.04]
    assert holm([0.9, 0.5]) == [1.0, 1.0]


@given(st.tuples(*[st.integers(0, 50)] * 4))
def test_the_square_of_phi_is_chi_squared_over_n(cells: tuple[int, int, int, int]) -> None:
    a, b, c, d = cells
    own, found = phi(a, b, c, d), chi_squared([[a, b], [c, d]])
    if isinstance(found, Undefined):
        assert isinstance(own, Undefined)
    else:
        assert not isinstance(own, Undefined)
        assert own**2 == pytest.approx(found.statistic / sum(cells), abs=1e-12)


def _counted(*ads: tuple[str, str]) -> Counted:
    """Return ads with a profile, and codes separated by blanks."""
    found = [
        CountedAd(
            str(number), [CountedSession("anna", profile, [CountedCoding(one, 0, 1, 1) for one in codes.split()])], {}
        )
        for number, (profile, codes) in enumerate(ads)
    ]
    codes = [CountedCode(one, one) for one in ("T1", "T2", "T3")]
    return Counted(ads=found, codes=codes, profiles=("GenAI", "ML"), base=Base(ads=len(ads), coders=()))


def test_codes_are_tested_over_ads_by_the_rule_for_small_numbers() -> None:
    many = [("GenAI", "T1 T1 T1 T2 T3")] * 12 + [("GenAI", "T3")] * 3 + [("ML", "T3")] * 14 + [("ML", "T1 T3")] * 6
    table = significance_table(_counted(*many, ("", "T1")), by_profile, "profile", DRAW, seed=1, order=("GenAI", "ML"))
    keys = [column.key for column in table.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
    assert [row["test"] for row in rows] == ["χ²", "χ²", "–"]
    assert [row["ads"] for row in rows] == [18, 12, 35]
    assert rows[2]["p"] == rows[2]["p_holm"] == Undefined("all ads have it, or none")
    found = chi_squared([[12, 6], [3, 14]])
    assert isinstance(found, ChiSquared)
    assert rows[0]["p"] == found.p
    assert rows[0]["p_holm"] == rows[0]["p"]
    assert "1 without a group" in table.notes[0]
    small = association([3, 0], [4, 9], DRAW)
    assert small.test == "Fisher"
    mentions = significance_table(_counted(*many), by_profile, "profile", DRAW, seed=1, mentions=True)
    assert mentions.rows[0][2] == 42
    assert any("not independent" in note for note in mentions.notes)


def test_one_group_or_none_has_no_test() -> None:
    for ads in ((), (("GenAI", "T1"), ("GenAI", ""))):
        table = significance_table(_counted(*ads), by_profile, "profile", DRAW, seed=1)
        assert {type(row[-1]) for row in table.rows} == {Undefined}

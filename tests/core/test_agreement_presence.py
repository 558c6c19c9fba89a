"""Codes in sources as tables of two coders; intervals by resampling sources."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.agreement import nominal
from codetui.core.agreement.figure import Undefined
from codetui.core.agreement.nominal import TwoByTwo, cells, macro_kappa, pooled_kappa
from codetui.core.agreement.resampling import Draw, bootstrap

TABLES = st.builds(TwoByTwo, *[st.integers(0, 30)] * 4)


@given(TABLES)
def test_a_table_has_the_figures_of_its_units(table: TwoByTwo) -> None:
    units = {(True, True): table.both, (True, False): table.a_only, (False, True): table.b_only}
    units[False, False] = table.neither
    pairs = ((table.kappa, nominal.cohen_kappa(units)), (table.alpha, nominal.alpha(units)))
    for own, general in (*pairs, (table.ac1, nominal.gwet_ac1(units)), (table.observed, nominal.percent(units))):
        if isinstance(general, Undefined):
            assert isinstance(own, Undefined)
        else:
            assert own == pytest.approx(general)


def test_the_kappa_paradox() -> None:
    # Gwet's example: 85 % agree, kappa .31, AC1 .81 (irrCAC 1.4).
    table = TwoByTwo(80, 7, 8, 5)
    assert (table.observed, table.kappa) == pytest.approx((0.85, 0.314442), abs=5e-6)
    assert table.ac1 == pytest.approx(0.808, abs=0.0005)


def test_pooled_kappa_is_made_of_means_and_differs_from_kappa_over_cells() -> None:
    # By hand: P_o .8 and .9, P_e .5 and .82, so (.85 − .66) / (1 − .66); over the cells P_o is .85 and P_e .54.
    tables = [TwoByTwo(4, 1, 1, 4), TwoByTwo(0, 1, 0, 9)]
    tables[1] = TwoByTwo(0, 1, 0, 9)
    expected = (0.5 + (0.1 * 0 + 0.9 * 1)) / 2
    assert pooled_kappa(tables) == pytest.approx((0.85 - expected) / (1 - expected))
    assert cells(tables) == TwoByTwo(4, 2, 1, 13)
    assert cells(tables).kappa != pytest.approx(pooled_kappa(tables))
    mean, number = macro_kappa(one.kappa for one in [*tables, TwoByTwo(0, 0, 0, 10)])
    assert (mean, number) == (pytest.approx((0.6 + 0) / 2), 2)


def test_a_code_that_neither_used_has_no_kappa() -> None:
    unused = TwoByTwo(neither=3)
    for figure in (unused.kappa, unused.alpha, unused.ac1, unused.score.f1, pooled_kappa([unused]), pooled_kappa([])):
        assert isinstance(figure, Undefined)
        assert figure.why


# --- intervals ---------------------------------------------------------------------------------------


def _draw(seed: int) -> Draw:
    random = Random(seed)
    return lambda rows, number: random.choices(rows, k=number)


def test_an_interval_is_reproducible_and_holds_the_figure() -> None:
    rows = [[number % 7, 6] for number in range(100)]

    def share(sums):
        return {"share": sums[0] / sums[1]}

    first = bootstrap(rows, share, _draw(4), resamples=500)["share"]
    assert first is not None
    assert first == bootstrap(rows, share, _draw(4), resamples=500)["share"]
    assert first != bootstrap(rows, share, _draw(5), resamples=500)["share"]
    # The numbers 0 to 6 have a standard deviation of 2, so the mean of 100 has one of .2: 3 ± .39, in sixths.
    assert (first.low, first.high) == pytest.approx((2.61 / 6, 3.39 / 6), abs=0.02)


def test_resamples_without_a_figure_are_counted() -> None:
    def share(sums):
        return {"share": sums[0] / sums[1] if sums[1] else Undefined("none"), "never": Undefined("never")}

    found = bootstrap([[0, 0], [1, 1]], share, _draw(1), resamples=400)
    assert found["share"] is not None
    assert 60 < found["share"].undefined < 140
    assert found["never"] is None


def test_large_sums_do_not_run_into_each_other() -> None:
    rows = [[2**50, 0, 7], [2**50, 1, 7]]
    seen: list[tuple[int, ...]] = []

    def record(sums):
        seen.append(tuple(sums))
        return {}

    bootstrap(rows, record, _draw(2), resamples=20)
    assert {(first, last) for first, _, last in seen} == {(2**51, 14)}
    assert {middle for _, middle, _ in seen} == {0, 1, 2}

"""Figures on random data equal those of well-known libraries, where these are installed: a check for CI alone."""

from __future__ import annotations

from random import Random

import pytest

from codetui.core.agreement import nominal
from codetui.core.agreement.figure import Figure, Undefined

ROUNDS = 100


def _rows(random: Random, coders: int, *, missing: float = 0.0) -> list[list[str | None]]:
    values = "abcd"[: random.randint(2, 4)]
    weights = [random.random() + 0.05 for _ in values]
    rows: list[list[str | None]] = [random.choices(values, weights, k=coders) for _ in range(random.randint(2, 60))]
    return [[None if random.random() < missing else value for value in row] for row in rows]


def test_kappa_of_two_coders_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    for seed in range(ROUNDS):
        rows = _rows(Random(seed), 2)
        if len({value for row in rows for value in row}) == 1:
            continue
        expected = metrics.cohen_kappa_score(*zip(*rows, strict=True))
        assert _value(nominal.cohen_kappa(nominal.count_units(rows))) == pytest.approx(expected, abs=1e-12)


def test_alpha_with_missing_values_is_that_of_krippendorff() -> None:
    krippendorff = pytest.importorskip("krippendorff", reason="krippendorff is not installed")
    for seed in range(ROUNDS):
        random = Random(seed)
        rows = _rows(random, random.randint(2, 5), missing=0.2)
        if isinstance(nominal.alpha(nominal.count_units(rows)), Undefined):
            continue
        number = {value: float(place) for place, value in enumerate("abcd", 1)}
        data = [[number[each] if each else float("nan") for each in coder] for coder in zip(*rows, strict=True)]
        for level in ("nominal", "ordinal", "interval", "ratio"):
            expected = krippendorff.alpha(reliability_data=data, level_of_measurement=level)
            assert _value(_alpha(rows, number, level)) == pytest.approx(expected, abs=1e-12)


def _alpha(rows: list[list[str | None]], number: dict[str, float], level: str) -> Figure:
    units = nominal.count_units([[number[each] if each else None for each in row] for row in rows])
    match level:
        case "nominal":
            return nominal.alpha(units)
        case "ordinal":
            return nominal.alpha(units, nominal.ordinal_distance(units))
        case "interval":
            return nominal.alpha(units, nominal.interval_distance)
        case _:
            return nominal.alpha(units, nominal.ratio_distance)


def _value(figure: Figure) -> float:
    assert not isinstance(figure, Undefined)
    return figure

"""Bootstrap intervals of figures that depend on sums over sources."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from math import ceil, floor
from random import Random
from sys import byteorder
from typing import NamedTuple

from codetui.core.agreement.figure import Figure, Undefined

FIELD = 8
"""Bytes for each sum; all must be below 2⁶⁴."""

FEW = 10
"""Below this number of sources an interval says little, and is shown as resting on few."""


class Interval(NamedTuple):
    """The bounds of an interval, and the resamples in which the figure was undefined, which are left out of it."""

    low: float
    high: float
    undefined: int


def bootstrap(
    rows: Sequence[Sequence[int]],
    figures: Callable[[Sequence[int]], Mapping[str, Figure]],
    *,
    resamples: int = 2000,
    seed: int = 1,
    confidence: float = 0.95,
) -> dict[str, Interval | None]:
    """Return the percentile interval of each figure; None if it was undefined in every resample.

    `rows` has the counts of each source, not negative; `figures` computes all figures from their column sums. A
    resample draws as many sources as there are, with replacement, by Python's random generator with this seed. Efron &
    Tibshirani 1993, An Introduction to the Bootstrap, § 13.3; quantiles are interpolated linearly.
    """
    width = len(rows[0]) if rows else 0
    # A source's counts are the digits of one long integer, so that a resample is added up by one `sum`.
    packed = [int.from_bytes(array("Q", row).tobytes(), byteorder) for row in rows]
    random, size = Random(seed), len(rows)
    values: dict[str, list[float]] = {}
    undefined: dict[str, int] = {}
    for _ in range(resamples if rows else 0):
        total = sum(random.choices(packed, k=size))
        sums = array("Q", total.to_bytes(width * FIELD, byteorder))
        for name, value in figures(sums).items():
            if isinstance(value, Undefined):
                undefined[name] = undefined.get(name, 0) + 1
            else:
                values.setdefault(name, []).append(value)
    tail = (1 - confidence) / 2
    names = dict.fromkeys((*values, *undefined))
    return {name: _interval(values.get(name, []), tail, undefined.get(name, 0)) for name in names}


def _interval(values: list[float], tail: float, undefined: int) -> Interval | None:
    if not values:
        return None
    values.sort()
    return Interval(_quantile(values, tail), _quantile(values, 1 - tail), undefined)


def _quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile of sorted values, interpolated linearly between the two nearest."""
    place = share * (len(values) - 1)
    low, high = floor(place), ceil(place)
    return values[low] + (values[high] - values[low]) * (place - low)

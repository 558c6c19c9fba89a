"""Bootstrap intervals of figures that depend on sums over sources."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from math import ceil, floor
from struct import Struct
from typing import NamedTuple, TypeAlias, TypeVar

from codetui.core.agreement.figure import Figure, Undefined

Draw: TypeAlias = Callable[[Sequence[int], int], Sequence[int]]
"""Draws as many numbers as asked for from a sequence, with replacement."""

Name = TypeVar("Name", bound=Hashable)

WIDTHS = {"H": 2**16, "I": 2**32, "Q": 2**64}
"""The formats of sums, each with the first number that it cannot hold."""

FEW = 10
"""Below this number of sources an interval says little, and is shown as resting on few."""


class Interval(NamedTuple):
    """The bounds of an interval, and the resamples in which the figure was undefined, which are left out of it."""

    low: float
    high: float
    undefined: int


def bootstrap(
    rows: Sequence[Sequence[int]],
    figures: Callable[[Sequence[int]], Mapping[Name, Figure]],
    draw: Draw,
    *,
    resamples: int = 2000,
    confidence: float = 0.95,
) -> dict[Name, Interval | None]:
    """Return the percentile interval of each figure; None if it was undefined in every resample.

    `rows` has the counts of each source, not negative; `figures` computes the same figures from any column sums. A
    resample draws as many sources as there are, with replacement, by `draw`. Efron &
    Tibshirani 1993, An Introduction to the Bootstrap, § 13.3; quantiles are interpolated linearly.
    """
    # A source's counts are the digits of one long integer, so that a resample is added up by one `sum`.
    digits = Struct("<" + "".join(_format(len(rows) * max(column)) for column in zip(*rows, strict=True)))
    packed = [int.from_bytes(digits.pack(*row), "little") for row in rows]
    found: list[Mapping[Name, Figure]] = []
    for _ in range(resamples if rows else 0):
        sums = digits.unpack(sum(draw(packed, len(rows))).to_bytes(digits.size, "little"))
        found.append(figures(sums))
    tail = (1 - confidence) / 2
    return {name: _interval([one[name] for one in found], tail) for name in (found[0] if found else ())}


def _format(largest: int) -> str:
    """Return the narrowest format that holds sums up to `largest`, below 2⁶⁴."""
    return next(name for name, end in WIDTHS.items() if largest < end)


def _interval(figures: Sequence[Figure], tail: float) -> Interval | None:
    values = sorted(one for one in figures if not isinstance(one, Undefined))
    if not values:
        return None
    return Interval(_quantile(values, tail), _quantile(values, 1 - tail), len(figures) - len(values))


def _quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile of sorted values, interpolated linearly between the two nearest."""
    place = share * (len(values) - 1)
    low, high = floor(place), ceil(place)
    return values[low] + (values[high] - values[low]) * (place - low)

"""Tail probabilities of χ², and exact and simulated p values of tables with two rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from math import comb, erfc, exp, lgamma, log, pi, prod, sqrt
from typing import NamedTuple, TypeAlias

EPSILON = 1e-17
TINY = 1e-300
SMALL = 0.1
"""The relative distance of two numbers below which a series replaces the difference of their logarithms."""

STIRLING_FROM = 16
"""The argument from which the series for the error of Stirling's formula has all digits."""

MOST_TABLES = 100_000
"""Tables, without their last two columns, that an exact test enumerates."""


def chi_squared_p(statistic: float, degrees: int) -> float:
    """Return the probability that χ² with these degrees of freedom is at least `statistic`.

    Q(k/2, x/2), the regularized upper incomplete gamma function (Abramowitz & Stegun 26.4.19); for one degree
    erfc(√(x/2)) (26.4.11 with the error function).
    """
    if statistic <= 0:
        return 1.0
    if degrees == 1:
        return erfc(sqrt(statistic / 2))
    return _upper_gamma(degrees / 2, statistic / 2)


def _upper_gamma(shape: float, x: float) -> float:
    """Return Q(a, x): 1 less the series 6.5.29 below a + 1, else the continued fraction 6.5.31 of the same source."""
    front = shape * _gamma_power(shape, x)
    if x < shape + 1:
        term = total = 1 / shape
        n = shape
        while abs(term) > abs(total) * EPSILON:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    # Lentz's method, as in Press et al. 2007, Numerical Recipes, §6.2.
    b = x + 1 - shape
    c = 1 / TINY
    d = h = 1 / b
    step, n = 0.0, 0
    while abs(step - 1) > 1e-16 and n < 100_000:
        n += 1
        a = -n * (n - shape)
        b += 2
        d = 1 / ((a * d + b) or TINY)
        c = (b + a / c) or TINY
        step = c * d
        h *= step
    return front * h


def _gamma_power(shape: float, x: float) -> float:
    """Return xᵃ e⁻ˣ / Γ(a + 1) without cancellation (Loader 2000, Fast and accurate computation of binomial
    probabilities): exp(−δ(a) − D(a, x)) / √(2πa), δ the error of Stirling's formula and D(a, x) = a ln(a/x) + x − a.
    """
    return exp(-_stirling_error(shape) - _deviance(shape, x)) / sqrt(2 * pi * shape)


def _stirling_error(n: float) -> float:
    """Return ln Γ(n + 1) − (n + ½) ln n + n − ½ ln 2π (Abramowitz & Stegun 6.1.41)."""
    if n < STIRLING_FROM:
        return lgamma(n + 1) - (n + 0.5) * log(n) + n - 0.5 * log(2 * pi)
    square = n * n
    series = 1 / 1680 - 1 / 1188 / square
    for coefficient in (1 / 1260, 1 / 360, 1 / 12):
        series = coefficient - series / square
    return series / n


def _deviance(a: float, x: float) -> float:
    """Return a ln(a/x) + x − a."""
    if abs(a - x) >= SMALL * (a + x):
        return a * log(a / x) + x - a
    ratio = (a - x) / (a + x)
    total, term, square, n = (a - x) * ratio, 2 * a * ratio, ratio * ratio, 1
    while True:
        term *= square
        n += 2
        following = total + term / n
        if following == total:
            return total
        total = following


# --- tables of two rows -----------------------------------------------------------------------------------


Draw: TypeAlias = Callable[[], float]
"""A source of random numbers in [0, 1)."""


class ExactP(NamedTuple):
    """A two-sided p value; `tables` is the number of simulated tables, 0 if all were counted."""

    p: float
    tables: int = 0


def exact_p(with_it: Sequence[int], sizes: Sequence[int], draw: Draw, tables: int = 10_000) -> ExactP:
    """Return the p value of the table whose columns have `sizes` units, `with_it` of which have the feature.

    The probability, given both margins, of a table that is as probable as this one or less (Fisher 1934; Freeman &
    Halton 1951). Probabilities are compared as whole numbers, so that ties are exact. Where there are more than
    MOST_TABLES to enumerate, random tables are drawn by `draw`, and
    p = (1 + n) / (1 + tables) for the n of them that are as probable or less.
    """
    total = sum(with_it)
    counted = _enumerated(with_it, sizes) if _number_of_heads(total, sizes) <= MOST_TABLES else None
    if counted is not None:
        return ExactP(counted)
    weight = _log_weight(with_it, sizes)
    limit = weight + abs(weight) * 1e-12 + 1e-9
    less = sum(_log_weight(one, sizes) <= limit for one in _random_tables(total, sizes, draw, tables))
    return ExactP((1 + less) / (1 + tables), tables)


def _number_of_heads(total: int, sizes: Sequence[int]) -> int:
    """Return at most how many tables without their last two columns there are, the largest columns being last."""
    return prod(min(size, total, sum(sizes) - total) + 1 for size in sorted(sizes)[:-2])


def _enumerated(with_it: Sequence[int], sizes: Sequence[int]) -> float:
    """Return the p value by enumeration of all columns but two, whose tables are counted by partial sums."""
    columns = [0, 0, *sorted(sizes)]
    total, observed = sum(with_it), _weight(with_it, sizes)
    pairs = columns[-2:]
    tails = _Tails(*pairs)
    sums = [0]

    def add(at: int, left: int, weight: int) -> None:
        if at < 0:
            sums[0] += weight * tails.up_to(left, observed // weight)
            return
        room = sum(columns[:at]) + sum(pairs)
        for number in range(max(0, left - room), min(columns[at], left) + 1):
            add(at - 1, left - number, weight * comb(columns[at], number))

    add(len(columns) - 3, total, 1)
    whole = comb(sum(sizes), total)
    return sums[0] / whole


class _Tails:
    """The tables of two columns, by the sum of their cells."""

    def __init__(self, first: int, second: int) -> None:
        self._first, self._second = first, second
        self._known: dict[int, tuple[list[int], list[int]]] = {}

    def up_to(self, total: int, weight: int) -> int:
        """Return the sum of the weights of the tables that weigh at most `weight`."""
        if total not in self._known:
            cells = range(max(0, total - self._second), min(self._first, total) + 1)
            weights = sorted(comb(self._first, one) * comb(self._second, total - one) for one in cells)
            self._known[total] = weights, [0, *accumulate(weights)]
        weights, sums = self._known[total]
        return sums[bisect_right(weights, weight)]


def _weight(with_it: Sequence[int], sizes: Sequence[int]) -> int:
    """Return the number of ways in which units can make up a table, to which its probability is proportional."""
    return prod(comb(size, number) for number, size in zip(with_it, sizes, strict=True))


def _log_weight(with_it: Sequence[int], sizes: Sequence[int]) -> float:
    return sum(_log_comb(size, number) for number, size in zip(with_it, sizes, strict=True))


def _log_comb(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def _random_tables(total: int, sizes: Sequence[int], draw: Draw, number: int) -> Iterator[list[int]]:
    """Yield tables with these margins, each as often as it is probable."""
    for _ in range(number):
        left, room = total, sum(sizes)
        table: list[int] = []
        for size in sizes:
            table.append(_hypergeometric(size, room, left, draw()))
            left, room = left - table[-1], room - size
        yield table


def _hypergeometric(size: int, room: int, left: int, u: float) -> int:
    """Return a number of the `left` units of `room` that are in a column of `size`, by inversion from the mode."""
    low, high = max(0, left - (room - size)), min(size, left)
    mode = min(max((size + 1) * (left + 1) // (room + 2), low), high)
    peak = exp(_log_comb(size, mode) + _log_comb(room - size, left - mode) - _log_comb(room, left))
    u -= peak
    below, above = peak, peak
    down, up = mode, mode
    while u > 0 and (down > low or up < high):
        if up < high:
            above *= (size - up) * (left - up) / ((up + 1) * (room - size - left + up + 1))
            up += 1
            u -= above
            if u <= 0:
                return up
        if down > low:
            below *= down * (room - size - left + down) / ((size - down + 1) * (left - down + 1))
            down -= 1
            u -= below
            if u <= 0:
                return down
    return mode

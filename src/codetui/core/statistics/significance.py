"""Tests of independence between codes and groups of ads: χ², and exact and simulated p values."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from math import comb, erfc, exp, lgamma, log, pi, prod, sqrt
from typing import NamedTuple, TypeAlias

from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.statistics.counted import DIFFERENT, GroupCounts, Grouping, counts_by
from codetui.core.statistics.frequencies import Counted, keys, ordered_groups, share
from codetui.core.statistics.table import Column, FigureTable, Value

LEAST_EXPECTED = 5
"""The expected number in each cell from which on χ² is used (Cochran 1954)."""

SIMULATED = 10_000

ONE_GROUP = Undefined("there are fewer than two groups with ads to compare")
NO_CONTRAST = Undefined("all ads have it, or none")
NO_MENTIONS = Undefined("all codings have it, or none")

MENTIONS = (
    "Units are mentions, which are not independent: one long ad with ten of them counts ten times, and p values become "
    "too small. Over ads (without --unit) each counts once."
)


class ChiSquared(NamedTuple):
    """Pearson's χ² of a table with its degrees of freedom, p value, and the smallest expected number of its cells."""

    statistic: float
    degrees: int
    p: float
    least_expected: float
    total: int

    def cramers_v(self, rows: int, columns: int) -> float:
        """Return √(χ² / (n · (min(rows, columns) − 1))), Cramér 1946, Mathematical Methods of Statistics, p. 282."""
        return sqrt(self.statistic / (self.total * (min(rows, columns) - 1)))


def chi_squared(table: Sequence[Sequence[int]]) -> ChiSquared | Undefined:
    """Return Σ (observed − expected)² / expected, expected = row · column / n, with (r − 1)(c − 1) degrees of freedom.

    Pearson 1900; no continuity correction. Undefined if there are fewer than two rows or columns, or an empty one.
    """
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    total = sum(rows)
    if len(rows) < 2 or len(columns) < 2 or not all(rows) or not all(columns):
        return Undefined("a row or column is empty, or there are fewer than two")
    expected = [[row * column / total for column in columns] for row in rows]
    statistic = sum(
        (value - one) ** 2 / one
        for values, ones in zip(table, expected, strict=True)
        for value, one in zip(values, ones, strict=True)
    )
    degrees = (len(rows) - 1) * (len(columns) - 1)
    return ChiSquared(statistic, degrees, chi_squared_p(statistic, degrees), min(map(min, expected)), total)


def phi(both: int, only_a: int, only_b: int, neither: int) -> Figure:
    """Return φ = (both · neither − only a · only b) / √(product of the four margins), from −1 to 1.

    Yule 1912, On the methods of measuring association between two attributes. Undefined if a margin is 0.
    """
    margins = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    if not margins:
        return Undefined("one of the two is everywhere, or nowhere")
    return (both * neither - only_a * only_b) / sqrt(margins)


def holm(values: Sequence[Figure]) -> list[Figure]:
    """Return p values adjusted for their number: max over j ≤ i of min(1, (m − j + 1) · p₍ⱼ₎), smallest first.

    Holm 1979, A simple sequentially rejective multiple test procedure. Undefined ones stay, and do not count in m.
    """
    order = sorted((value, at) for at, value in enumerate(values) if not isinstance(value, Undefined))
    adjusted = list(values)
    highest = 0.0
    for rank, (value, at) in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * value))
        adjusted[at] = highest
    return adjusted


class Association(NamedTuple):
    """A feature against groups: the test that was used, its figures, and the number of simulated tables."""

    test: str
    statistic: Figure
    degrees: int
    p: Figure
    effect: Figure
    simulated: int = 0


def association(with_it: Sequence[int], sizes: Sequence[int], draw: Draw, why: Undefined = NO_CONTRAST) -> Association:
    """Return the association of a feature with groups of `sizes`, `with_it` of which have it.

    χ² if each expected number is at least LEAST_EXPECTED, else Fisher's exact test. The effect is φ of two groups,
    positive if more of the first have it, else Cramér's V. Undefined for the reason `why` if all or none have it.
    """
    groups = [(number, size) for number, size in zip(with_it, sizes, strict=True) if size]
    total, number = sum(size for _, size in groups), sum(one for one, _ in groups)
    if len(groups) < 2:
        return Association("–", ONE_GROUP, 0, ONE_GROUP, ONE_GROUP)
    if number in (0, total):
        return Association("–", why, 0, why, why)
    found = chi_squared([[one for one, _ in groups], [size - one for one, size in groups]])
    if isinstance(found, Undefined):
        return Association("–", found, 0, found, found)
    effect: Figure = found.cramers_v(2, len(groups))
    if len(groups) == 2:
        (a, size_a), (b, size_b) = groups
        effect = phi(a, size_a - a, b, size_b - b)
    if found.least_expected >= LEAST_EXPECTED:
        return Association("χ²", found.statistic, found.degrees, found.p, effect)
    exact = exact_p([one for one, _ in groups], [size for _, size in groups], draw, SIMULATED)
    return Association("Fisher", found.statistic, found.degrees, exact.p, effect, exact.tables)


# --- tables -------------------------------------------------------------------------------------------


def significance_table(
    counted: Counted,
    grouping: Grouping,
    name: str,
    draw: Draw,
    *,
    seed: int,
    order: Sequence[str] = (),
    mentions: bool = False,
) -> FigureTable:
    """Return a test for each code whether its share differs between groups, with p values adjusted after Holm.

    Units are ads, or codings of the code among all codings if `mentions`. Ads without a value, and those whose coders
    differ, are left out. `draw`, with its `seed`, is used where there are too many tables for an exact test.
    """
    groups = counts_by(counted.ads, grouping)
    left = sum(groups.pop(one).ads for one in ("", DIFFERENT) if one in groups)
    names = ordered_groups(groups, order)
    parts = [groups[one] for one in names]
    rows: list[list[Value]] = []
    found: list[Association] = []
    for code in counted.codes:
        numbers, sizes = _units(code.id, parts, counted, mentions=mentions)
        one = association(numbers, sizes, draw, NO_MENTIONS if mentions else NO_CONTRAST)
        found.append(one)
        rows.append([code.id, code.name, sum(numbers), *_shares(numbers, sizes), one.test, one.statistic])
    adjusted = holm([one.p for one in found])
    for row, one, p in zip(rows, found, adjusted, strict=True):
        row += [one.p, p, one.effect]
    units = "codings" if mentions else counted.sources
    columns = [
        *(Column("code", "code"), Column("name", "name"), Column(units, units, "count")),
        *(Column(f"share_{key}", f"% {group}", "share") for key, group in keys(names)),
        *(Column("test", "test"), Column("chi_squared", "χ²", "figure"), Column("p", "p", "p")),
        *(Column("p_holm", "p Holm", "p"), Column("effect", "φ" if len(names) == 2 else "V", "figure")),
    ]
    return FigureTable(
        name="tests",
        title=f"Codes by {name}: tests over {units}",
        columns=columns,
        rows=rows,
        base=counted.base,
        notes=list(_notes(counted, parts, names, found, left=left, mentions=mentions)),
        seed=seed if any(one.simulated for one in found) else None,
    )


def _units(code: str, parts: Sequence[GroupCounts], counted: Counted, *, mentions: bool) -> tuple[list[int], list[int]]:
    """Return how many units of each group have a code, and the sizes of the groups."""
    if not mentions:
        return [one.ads_of(code) for one in parts], [one.ads for one in parts]
    codings = [sum(one.codings_of(each.id) for each in counted.codes) for one in parts]
    return [one.codings_of(code) for one in parts], codings


def _shares(numbers: Sequence[int], sizes: Sequence[int]) -> list[Figure]:
    return [share(number, size) for number, size in zip(numbers, sizes, strict=True)]


def _notes(
    counted: Counted,
    parts: Sequence[GroupCounts],
    names: Sequence[str],
    found: Sequence[Association],
    *,
    left: int,
    mentions: bool,
) -> list[str]:
    """Return what is tested, how, and what is left out."""
    sizes = ", ".join(f"{name} {one.ads:,}" for name, one in zip(names, parts, strict=True))
    out = f"; {left:,} without a group, or whose coders differ, are left out" if left else ""
    notes = [f"Groups: {sizes} {counted.sources}{out}."]
    if mentions:
        notes.append(MENTIONS)
    notes.append(
        "χ² (Pearson, without correction) if each expected number is at least 5, else Fisher's exact test, two-sided; "
        f"p Holm is adjusted for {sum(not isinstance(one.p, Undefined) for one in found)} tests."
    )
    simulated = [one for one in found if one.simulated]
    if simulated:
        notes.append(f"Fisher p of {len(simulated)} codes: {simulated[0].simulated:,} random tables instead of all.")
    return notes


# --- distributions and sums ---------------------------------------------------------------------------


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

"""Agreement on one value per unit, such as the profile of a source.

The data are units: for each combination of values, one per coder in a fixed order, the number of units that have it.
None stands for a missing value. `Units` of two coders without missing values are their confusion matrix.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from itertools import combinations, pairwise
from math import sqrt
from typing import NamedTuple, TypeAlias, TypeVar

from codetui.core.agreement.figure import NOTHING, SAME_VALUE, Figure, Score, Undefined, beyond_chance, ratio

Value = TypeVar("Value", bound=Hashable)
Units: TypeAlias = Mapping[tuple[Value | None, ...], int]
"""The number of units with each combination of values, one value per coder; None is a missing value."""

Distance: TypeAlias = Callable[[Value, Value], float]

NOT_PAIRED = Undefined("no unit has values of two coders")


def count_units(rows: Iterable[Sequence[Value | None]]) -> Units[Value]:
    """Return the units with these values, one row per unit and one value per coder."""
    return Counter(map(tuple, rows))


def complete(units: Units[Value]) -> Units[Value]:
    """Return the units that all coders gave a value."""
    return {row: number for row, number in units.items() if None not in row}


def binary(units: Units[Value], value: Value) -> Units[bool]:
    """Return the units with True for `value` and False for all others."""
    found: Counter[tuple[bool | None, ...]] = Counter()
    for row, number in units.items():
        found[tuple(None if each is None else each == value for each in row)] += number
    return found


def values_of(units: Units[Value]) -> dict[Value, None]:
    """Return all values that occur, in order of first appearance."""
    return dict.fromkeys(each for row, number in units.items() if number for each in row if each is not None)


def percent(units: Units[Value]) -> Figure:
    """Return the observed agreement, from 0 to 1: the mean share of agreeing pairs of coders in a unit.

    P_o = mean over units with n ≥ 2 values of Σ_k n_k(n_k − 1) / n(n − 1). Fleiss 1971, Measuring nominal scale
    agreement among many raters, p. 379.
    """
    total, agreeing = 0, 0.0
    for row, number in units.items():
        share = _agreeing_share(row)
        if share is not None:
            total += number
            agreeing += number * share
    return ratio(agreeing, total, NOT_PAIRED)


def _agreeing_share(row: Sequence[Value | None]) -> float | None:
    """Return the share of agreeing pairs in a unit; None for a unit without pairs."""
    if len(row) == 2:
        return None if None in row else float(row[0] == row[1])
    counts = Counter(each for each in row if each is not None)
    size = counts.total()
    return sum(one * (one - 1) for one in counts.values()) / (size * (size - 1)) if size > 1 else None


def cohen_kappa(units: Units[Value]) -> Figure:
    """Return Cohen's kappa of two coders: (P_o − P_e) / (1 − P_e), P_e = Σ_k p_Ak · p_Bk.

    Units with a missing value are left out. Cohen 1960, A coefficient of agreement for nominal scales, p. 40.
    """
    first: Counter[Value] = Counter()
    second: Counter[Value] = Counter()
    agreeing = 0
    for (a, b), number in units.items():
        if a is not None and b is not None:
            first[a] += number
            second[b] += number
            agreeing += number * (a == b)
    total = first.total()
    if not total:
        return NOT_PAIRED
    return beyond_chance(agreeing / total, sum(first[each] * second[each] for each in first) / total**2)


def scott_pi(units: Units[Value]) -> Figure:
    """Return Scott's pi of two coders: as Cohen's kappa, but P_e = Σ_k ((p_Ak + p_Bk) / 2)².

    Units with a missing value are left out. Scott 1955, Reliability of content analysis, p. 323.
    """
    return fleiss_kappa(units)


def fleiss_kappa(units: Units[Value]) -> Figure:
    """Return Fleiss' kappa: (P_o − P_e) / (1 − P_e), P_e = Σ_k p_k², p_k the share of all values that are k.

    For two coders it is Scott's pi. Units with a missing value are left out. Fleiss 1971, Measuring nominal scale
    agreement among many raters, p. 379–380.
    """
    whole = complete(units)
    counts = _value_counts(whole)
    total = counts.total()
    if not total:
        return Undefined("no unit has values of all coders")
    return beyond_chance(percent(whole), sum(one**2 for one in counts.values()) / total**2)


def fleiss_kappa_of(units: Units[Value], value: Value) -> Figure:
    """Return Fleiss' kappa of one value against the rest.

    1 − Σ_i n_i(r − n_i) / (N r (r − 1) p q) for N units, r coders and p = 1 − q the share of the value. Fleiss 1971,
    p. 381.
    """
    return fleiss_kappa(binary(units, value))


def gwet_ac1(units: Units[Value]) -> Figure:
    """Return Gwet's AC1: (P_o − P_e) / (1 − P_e), P_e = Σ_k π_k(1 − π_k) / (q − 1).

    π_k is the mean share of k among the values of a unit, q the number of values that occur. Gwet 2008, Computing
    inter-rater reliability and its variance in the presence of high agreement, p. 35; with missing values as Gwet 2014,
    Handbook of Inter-Rater Reliability, 4th ed., ch. 2.
    """
    prevalence = _prevalence(units)
    if len(prevalence) < 2:
        return SAME_VALUE if prevalence else NOTHING
    expected = sum(one * (1 - one) for one in prevalence.values()) / (len(prevalence) - 1)
    return beyond_chance(percent(units), expected)


def gwet_ac1_error(units: Units[Value]) -> Figure:
    """Return the standard error of AC1 over units, without a finite population correction.

    Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed., ch. 5.4.
    """
    ac1, prevalence = gwet_ac1(units), _prevalence(units)
    valued = {row: number for row, number in units.items() if any(each is not None for each in row)}
    size = sum(valued.values())
    paired = sum(number for row, number in valued.items() if _agreeing_share(row) is not None)
    if isinstance(ac1, Undefined) or size < 2:
        return ac1 if isinstance(ac1, Undefined) else Undefined("it needs two units")
    choices = len(prevalence) - 1
    expected = sum(one * (1 - one) for one in prevalence.values()) / choices
    squares = 0.0
    for row, number in valued.items():
        counts = Counter(each for each in row if each is not None)
        share = _agreeing_share(row)
        own = 0.0 if share is None else size / paired * (share - expected) / (1 - expected)
        chance = sum(one * (1 - prevalence[each]) for each, one in counts.items()) / counts.total() / choices
        squares += number * (own - 2 * (1 - ac1) * (chance - expected) / (1 - expected) - ac1) ** 2
    return sqrt(squares / (size * (size - 1)))


def _prevalence(units: Units[Value]) -> dict[Value, float]:
    """Return the mean share of each value among the values of a unit."""
    shares: dict[Value, float] = {}
    size = 0
    for row, number in units.items():
        present = [each for each in row if each is not None]
        if present and number:
            size += number
            for each in present:
                shares[each] = shares.get(each, 0.0) + number / len(present)
    return {each: share / size for each, share in shares.items()}


def _value_counts(units: Units[Value]) -> Counter[Value]:
    counts: Counter[Value] = Counter()
    for row, number in units.items():
        for each in row:
            if each is not None:
                counts[each] += number
    return counts


# --- Krippendorff's alpha ---------------------------------------------------------------------------


def alpha(units: Units[Value], distance: Distance[Value] | None = None) -> Figure:
    """Return Krippendorff's alpha: 1 − D_o / D_e, for any number of coders and with missing values.

    D_o is the mean distance of the pairs of values in a unit, each unit with n values counting n times; D_e that of all
    pairs of values in the data. Without a `distance` the values are nominal: 0 if equal, else 1. Krippendorff 2011,
    Computing Krippendorff's Alpha-Reliability, p. 1–7.
    """
    counts: Counter[Value] = Counter()
    observed = 0.0
    for row, number in units.items():
        present = [each for each in row if each is not None]
        if len(present) < 2 or not number:
            continue
        for each in present:
            counts[each] += number
        pairs = combinations(present, 2)
        apart = sum(distance(a, b) for a, b in pairs) if distance else sum(a != b for a, b in pairs)
        observed += 2 * number * apart / (len(present) - 1)
    total = counts.total()
    if not total:
        return NOT_PAIRED
    if distance is None:
        expected = float(total**2 - sum(one**2 for one in counts.values()))
    else:
        pairs_of = combinations(counts.items(), 2)
        expected = 2 * sum(number * other * distance(a, b) for (a, number), (b, other) in pairs_of)
    return 1 - (total - 1) * observed / expected if expected else SAME_VALUE


def interval_distance(a: float, b: float) -> float:
    """Return (a − b)², the distance for values on an interval scale. Krippendorff 2011, p. 6."""
    return (a - b) ** 2


def ratio_distance(a: float, b: float) -> float:
    """Return ((a − b) / (a + b))², the distance for values on a ratio scale. Krippendorff 2011, p. 6."""
    return ((a - b) / (a + b)) ** 2 if a + b else 0.0


def ordinal_distance(units: Units[float]) -> Distance[float]:
    """Return the distance for the ranks in these units: (Σ_{g=a…b} n_g − (n_a + n_b) / 2)². Krippendorff 2011, p. 6."""
    paired = {row: number for row, number in units.items() if sum(each is not None for each in row) > 1}
    counts = _value_counts(paired)
    ranks = sorted(counts)
    steps = (0.0, *((counts[a] + counts[b]) / 2 for a, b in pairwise(ranks)))
    places: dict[float, float] = {}
    place = 0.0
    for rank, step in zip(ranks, steps, strict=False):
        place += step
        places[rank] = place
    return lambda a, b: (places[a] - places[b]) ** 2


def jaccard_distance(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Return 1 − |a ∩ b| / |a ∪ b| of two sets; 0 for two empty ones."""
    one, other = frozenset(a), frozenset(b)
    union = len(one | other)
    return 1 - len(one & other) / union if union else 0.0


def masi_distance(a: Collection[Hashable], b: Collection[Hashable]) -> float:
    """Return 1 − J · M of two sets: J is the Jaccard index, M 1 for equal ones, 2/3 if one holds the other.

    M is 1/3 for sets that overlap otherwise and 0 for disjoint ones; two empty sets are equal. Passonneau 2006,
    Measuring agreement on set-valued items (MASI), p. 832.
    """
    one, other = frozenset(a), frozenset(b)
    if one == other:
        return 0.0
    nested = 2 / 3 if one <= other or other <= one else 1 / 3
    return 1 - (1 - jaccard_distance(one, other)) * nested


# --- presence of a code, according to two coders ------------------------------------------------------


class TwoByTwo(NamedTuple):
    """The number of sources that both coders gave a code, only A, only B, and neither."""

    both: int = 0
    a_only: int = 0
    b_only: int = 0
    neither: int = 0

    @property
    def total(self) -> int:
        """The number of sources."""
        return self.both + self.a_only + self.b_only + self.neither

    @property
    def score(self) -> Score:
        """The sources with the code as sets of each coder."""
        return Score(self.both, self.both + self.a_only, self.both + self.b_only)

    @property
    def observed(self) -> Figure:
        """The observed agreement P_o: (both + neither) / total."""
        return ratio(self.both + self.neither, self.total)

    @property
    def expected(self) -> Figure:
        """The agreement expected by chance P_e: p_A · p_B + (1 − p_A)(1 − p_B)."""
        return ratio(self._by_chance, self.total**2)

    @property
    def _by_chance(self) -> int:
        """P_e · total²."""
        both, a_only, b_only, neither = self
        return (both + a_only) * (both + b_only) + (b_only + neither) * (a_only + neither)

    @property
    def kappa(self) -> Figure:
        """Cohen's kappa: (P_o − P_e) / (1 − P_e). Cohen 1960, p. 40."""
        total, by_chance = self.total, self._by_chance
        if by_chance == total**2:
            return SAME_VALUE if total else NOTHING
        return (total * (self.both + self.neither) - by_chance) / (total**2 - by_chance)

    @property
    def alpha(self) -> Figure:
        """Krippendorff's alpha, nominal: 1 − (2N − 1) · (a_only + b_only) / (n_1 · n_0) for n_1 + n_0 = 2N values.

        Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, p. 2.
        """
        both, a_only, b_only, neither = self
        apart = a_only + b_only
        pairs = (2 * both + apart) * (2 * neither + apart)
        if not pairs:
            return SAME_VALUE if both + neither else NOTHING
        return 1 - (2 * (both + apart + neither) - 1) * apart / pairs

    @property
    def ac1(self) -> Figure:
        """Gwet's AC1: (P_o − P_e) / (1 − P_e), P_e = 2π(1 − π), π the mean of p_A and p_B. Gwet 2008, p. 35."""
        both, a_only, b_only, neither = self
        apart = a_only + b_only
        total, ones = both + apart + neither, 2 * both + apart
        if ones in (0, 2 * total):
            return SAME_VALUE if total else NOTHING
        # P_e is ones · (2 total − ones) / (2 total²).
        by_chance = ones * (2 * total - ones)
        return (2 * total * (both + neither) - by_chance) / (2 * total**2 - by_chance)


def cells(tables: Iterable[TwoByTwo]) -> TwoByTwo:
    """Return all source × code cells as one table; the many empty cells raise its kappa."""
    return TwoByTwo(*(sum(cell) for cell in zip(*tables, strict=True)))


def pooled_kappa(tables: Sequence[TwoByTwo]) -> Figure:
    """Return the pooled kappa: (mean P_o − mean P_e) / (1 − mean P_e) over all codes, used or not.

    De Vries, Elliott, Kanouse & Teleki 2008, Using pooled kappa to summarize interrater agreement across many items,
    Field Methods 20, p. 277.
    """
    if not all(each.total for each in tables):
        return NOTHING
    number = len(tables)
    observed = sum((each.both + each.neither) / each.total for each in tables)
    expected = sum(each._by_chance / each.total**2 for each in tables)
    return beyond_chance(observed / number, expected / number) if tables else NOTHING


def macro_kappa(kappas: Iterable[Figure]) -> tuple[Figure, int]:
    """Return the mean of the codes' kappas, and the number of codes whose kappa exists."""
    existing = [one for one in kappas if not isinstance(one, Undefined)]
    return ratio(sum(existing), len(existing), Undefined("no code has a kappa")), len(existing)

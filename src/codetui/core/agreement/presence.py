"""Agreement of two coders on whether a source has a code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from codetui.core.agreement.figure import NOTHING, SAME_VALUE, Figure, Score, Undefined, beyond_chance, ratio


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
        a, b, total = self.both + self.a_only, self.both + self.b_only, self.total
        return ratio(a * b + (total - a) * (total - b), total**2)

    @property
    def kappa(self) -> Figure:
        """Cohen's kappa: (P_o − P_e) / (1 − P_e). Cohen 1960, p. 40."""
        return beyond_chance(self.observed, self.expected)

    @property
    def alpha(self) -> Figure:
        """Krippendorff's alpha, nominal: 1 − (2N − 1) · (a_only + b_only) / (n_1 · n_0) for n_1 + n_0 = 2N values.

        Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, p. 2.
        """
        ones, values = 2 * self.both + self.a_only + self.b_only, 2 * self.total
        apart = self.a_only + self.b_only
        if not values:
            return NOTHING
        pairs = ones * (values - ones)
        return 1 - (values - 1) * apart / pairs if pairs else SAME_VALUE

    @property
    def ac1(self) -> Figure:
        """Gwet's AC1: (P_o − P_e) / (1 − P_e), P_e = 2π(1 − π), π the mean of p_A and p_B. Gwet 2008, p. 35."""
        ones, values = 2 * self.both + self.a_only + self.b_only, 2 * self.total
        if not values:
            return NOTHING
        if ones in (0, values):
            return SAME_VALUE
        share = ones / values
        return beyond_chance(self.observed, 2 * share * (1 - share))

    def __add__(self, other: object) -> TwoByTwo:
        """Return the sum of two tables, cell by cell."""
        if not isinstance(other, TwoByTwo):
            return NotImplemented
        return TwoByTwo(*map(sum, zip(self, other, strict=True)))


def tabulate(a: Iterable[bool], b: Iterable[bool]) -> TwoByTwo:
    """Return the table of a code from its presence in each source according to A and to B."""
    both = a_only = b_only = neither = 0
    for one, other in zip(a, b, strict=True):
        both += one and other
        a_only += one and not other
        b_only += other and not one
        neither += not (one or other)
    return TwoByTwo(both, a_only, b_only, neither)


def cells(tables: Iterable[TwoByTwo]) -> TwoByTwo:
    """Return all source × code cells as one table; the many empty cells raise its kappa."""
    return sum(tables, TwoByTwo())


def pooled_kappa(tables: Sequence[TwoByTwo]) -> Figure:
    """Return the pooled kappa: (mean P_o − mean P_e) / (1 − mean P_e) over all codes, used or not.

    De Vries, Elliott, Kanouse & Teleki 2008, Using pooled kappa to summarize interrater agreement across many items,
    Field Methods 20, p. 277.
    """
    if not tables:
        return NOTHING
    observed = expected = 0.0
    for each in tables:
        if isinstance(each.observed, Undefined) or isinstance(each.expected, Undefined):
            return NOTHING
        observed += each.observed
        expected += each.expected
    return beyond_chance(observed / len(tables), expected / len(tables))


def macro_kappa(tables: Iterable[TwoByTwo]) -> tuple[Figure, int]:
    """Return the mean of the codes' kappas, and the number of codes whose kappa exists."""
    kappas = [one for one in (each.kappa for each in tables) if not isinstance(one, Undefined)]
    return ratio(sum(kappas), len(kappas), Undefined("no code has a kappa")), len(kappas)

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

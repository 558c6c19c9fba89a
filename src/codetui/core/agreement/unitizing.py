"""Older figures for quotations: alpha_U of 1995 and 2004, and kappa over characters; for comparison with other tools.

Krippendorff 1995, On the reliability of unitizing continuous data, Sociological Methodology 25, p. 47; Krippendorff
2004, Content Analysis, 2nd ed., p. 251–256.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import TypeAlias

from codetui.core.agreement.figure import NOTHING, Figure
from codetui.core.agreement.presence import TwoByTwo

Unit: TypeAlias = tuple[int, int]
"""Start and end (exclusive) of a unit; those of one coder and code do not overlap."""


def alpha_u(codes: Iterable[Sequence[Sequence[Unit]]], begin: int, length: int) -> Figure:
    """Return alpha_U: 1 − Σ_c D_o(c) / Σ_c D_e(c), over the units of each code and, in these, of each coder.

    Krippendorff 2004, p. 255. It punishes units that are split, and is not monotone: figures below 0 occur where coders
    agree in part (Mathet 2015).
    """
    units = list(codes)
    expected = sum(alpha_u_expected(each, begin, length) for each in units)
    if not expected:
        return NOTHING
    return 1 - sum(alpha_u_observed(each, length) for each in units) / expected


def alpha_u_observed(coders: Sequence[Sequence[Unit]], length: int) -> float:
    """Return D_o of one code: Σ over ordered pairs of coders and their sections of δ² / (m (m − 1) L²).

    δ² of two units that overlap is (b₁ − b₂)² + (e₁ − e₂)²; of a unit inside a gap it is the square of its length.
    Krippendorff 2004, p. 253.
    """
    total = 0
    for number, units in enumerate(coders):
        for others in (*coders[:number], *coders[number + 1 :]):
            there = sorted(others)
            ends = [end for _, end in there]
            starts = [start for start, _ in there]
            for start, end in units:
                over = there[bisect_right(ends, start) : bisect_left(starts, end)]
                total += sum((start - one[0]) ** 2 + (end - one[1]) ** 2 for one in over)
                # Seen from both coders, a unit in a gap occurs twice, as the pairs of units do.
                total += 0 if over else 2 * (end - start) ** 2
    count = len(coders)
    return total / (count * (count - 1) * length**2)


def alpha_u_expected(coders: Sequence[Sequence[Unit]], begin: int, length: int) -> float:
    """Return D_e of one code, for N units of lengths l and all gaps g of m coders.

    (2/L) Σ_units [(N − 1)(2l³ − 3l² + l)/3 + l² Σ_{gaps ≥ l} (g − l + 1)] / (mL(mL − 1) − Σ l(l − 1)).
    Krippendorff 2004, p. 254.
    """
    lengths = [end - start for units in coders for start, end in units]
    gaps = sorted(gap for units in coders for gap in _gaps(units, begin, length))
    sums = [0, *accumulate(gaps)]
    total = 0.0
    for one in lengths:
        total += (len(lengths) - 1) * (2 * one**3 - 3 * one**2 + one) / 3
        shorter = bisect_left(gaps, one)
        total += one**2 * (sums[-1] - sums[shorter] - (one - 1) * (len(gaps) - shorter))
    whole = len(coders) * length
    places = whole * (whole - 1) - sum(one * (one - 1) for one in lengths)
    return 2 / length * total / places if places else 0.0


def _gaps(units: Iterable[Unit], begin: int, length: int) -> list[int]:
    """Return the lengths of the gaps between the units of one coder."""
    found: list[int] = []
    place = begin
    for start, end in sorted(units):
        found += [start - place] if start > place else []
        place = max(place, end)
    return found + ([begin + length - place] if begin + length > place else [])


def characters(a: Iterable[Unit], b: Iterable[Unit], length: int) -> TwoByTwo:
    """Return the number of code points that both coders, only A, only B and neither gave a code.

    Its kappa is the kappa over characters of other tools, which cannot tell one unit from several (Krippendorff 1995,
    p. 57).
    """
    ones, others = _merged(a), _merged(b)
    both = sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in ones
        for other_start, other_end in others
        if other_start < end and other_end > start
    )
    size_a, size_b = (sum(end - start for start, end in units) for units in (ones, others))
    return TwoByTwo(both, size_a - both, size_b - both, length - size_a - size_b + both)


def _merged(units: Iterable[Unit]) -> list[Unit]:
    found: list[Unit] = []
    for start, end in sorted(units):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found

"""The u-alpha family: agreement on cutting a text into segments and giving them values.

Krippendorff, Mathet, Bouvry & Widlöcher 2016, On the reliability of unitizing textual continua, Quality & Quantity 50,
p. 2347, with the erratum on p. 2365; equations as numbered in Krippendorff 2019, Content Analysis, 4th ed., § 12.6.

A continuum is a text that each of m coders cuts into segments; the gaps between them have the value GAP. Segments of
one coder must not overlap. All sums are integers that add up over texts, as if these were one long continuum.

The older alpha_U and kappa over characters are for comparison with other tools: Krippendorff 1995, On the reliability
of unitizing continuous data, Sociological Methodology 25, p. 47; 2004, Content Analysis, 2nd ed., p. 251–256.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple, TypeAlias

from codetui.core.agreement.figure import NOTHING, Figure, Undefined, ratio
from codetui.core.agreement.nominal import TwoByTwo

GAP = ""
"""The value of the gaps between segments."""

Segment: TypeAlias = tuple[int, int, str]
"""Start, end (exclusive) and value; the value is not empty."""

NO_UNITS = Undefined("no coder has a segment")


class ContinuumSums(NamedTuple):
    """The sums of one or several continua of `coders` coders.

    `shared` has l(c, k) · (m − 1) of eq. 32, the length that ordered pairs of coders gave the values c and k; `squares`
    has q(c), the sum of the squared lengths of the segments of c (of the plain lengths for gaps); `valued` has
    r(c) · (m − 1)² of eq. 37, the squared lengths that segments of c share with segments of others.
    """

    coders: int
    shared: Counter[tuple[str, str]]
    squares: Counter[str]
    valued: Counter[str]

    def __add__(self, other: object) -> ContinuumSums:
        """Return the sums of two sets of continua with the same coders."""
        if not isinstance(other, ContinuumSums):
            return NotImplemented
        sums = (self.shared + other.shared, self.squares + other.squares, self.valued + other.valued)
        return ContinuumSums(self.coders, *sums)


def measure(coders: Sequence[Iterable[Segment]], length: int) -> ContinuumSums:
    """Return the sums of one text of `length` code points, cut by each coder."""
    cut = [list(_with_gaps(segments, length)) for segments in coders]
    shared: Counter[tuple[str, str]] = Counter()
    squares: Counter[str] = Counter()
    valued: Counter[str] = Counter()
    for segments in cut:
        for start, end, value in segments:
            squares[value] += (end - start) ** 2 if value else end - start
    overlap = [[0] * len(segments) for segments in cut]
    edges = sorted({edge for segments in cut for start, end, _ in segments for edge in (start, end)})
    at = [0] * len(cut)
    for low, high in pairwise(edges):
        for coder, segments in enumerate(cut):
            while segments[at[coder]][1] <= low:
                at[coder] += 1
        values = [segments[at[coder]][2] for coder, segments in enumerate(cut)]
        counts = Counter(values)
        for one, number in counts.items():
            for other, others in counts.items():
                pairs = number * (others - (one == other))
                if pairs:
                    shared[one, other] += pairs * (high - low)
        with_value = len(cut) - counts[GAP]
        for coder, value in enumerate(values):
            if value:
                overlap[coder][at[coder]] += (with_value - 1) * (high - low)
    for segments, lengths in zip(cut, overlap, strict=True):
        for (_, _, value), covered in zip(segments, lengths, strict=True):
            if value:
                valued[value] += covered**2
    return ContinuumSums(len(cut), shared, squares, valued)


def _with_gaps(segments: Iterable[Segment], length: int) -> Iterator[Segment]:
    place = 0
    for start, end, value in sorted(segments):
        if start < place or end > length or not value:
            raise ValueError(f"segment {start}–{end} {value!r} overlaps another one, leaves the text or has no value")
        if place < start:
            yield place, start, GAP
        if start < end:
            yield start, end, value
        place = end
    if place < length:
        yield place, length, GAP


def joined(spans: Iterable[tuple[int, int]], value: str) -> list[Segment]:
    """Return the segments of one value, spans that overlap or touch joined into one."""
    found: list[tuple[int, int, str]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]), value)
        else:
            found.append((start, end, value))
    return found


# --- the figures ------------------------------------------------------------------------------------


def u_alpha(sums: ContinuumSums) -> Figure:
    """Return uα: 1 − (l − Σ_c l(c,c)) / (Σ_{c,k} e(c,k) − Σ_c e(c,c)), all values and gaps distinguished.

    e(c,k) = (l(c) l(k) − [c=k] q(c)) / (l − q/l). Krippendorff 2019, eqs. 32–34.
    """
    lengths = _lengths(sums)
    length = sum(lengths.values())
    observed = length - sum(_shared(sums, each, each) for each in lengths)
    return _one_minus(observed, _disagreement_by_chance(lengths, sums.squares, length))


def bar_u_alpha(sums: ContinuumSums) -> Figure:
    """Return |uα: uα of segments against gaps, all values taken as one. Krippendorff 2019, eq. 35."""
    gaps = sums.shared[GAP, GAP]
    mixed = sum(length for (one, other), length in sums.shared.items() if one == GAP != other)
    valued = sums.shared.total() - gaps - 2 * mixed
    return bar_u_alpha_of(sums.coders, gaps, mixed, valued, sums.squares.total())


def bar_u_alpha_of(coders: int, gaps: int, mixed: int, valued: int, squares: int) -> Figure:
    """Return |uα from the lengths that ordered pairs of coders both left as a gap, one of them, and none of them.

    `mixed` counts the pairs whose first coder has the gap; `squares` is Σ_c q(c). As `bar_u_alpha`.
    """
    gap, whole = (gaps + mixed) / (coders - 1), (gaps + 2 * mixed + valued) / (coders - 1)
    if not whole:
        return NOTHING
    scale = whole - squares / whole
    return _one_minus(2 * mixed / (coders - 1), 2 * gap * (whole - gap) / scale if scale else 0.0)


def cu_alpha(sums: ContinuumSums) -> Figure:
    """Return cuα: agreement on the values where segments overlap segments. Krippendorff 2019, eqs. 36 and 37.

    1 − (l* − Σ l*(c,c)) / (Σ e* − Σ e*(c,c)), l*(c) = Σ_{k≠gap} l(c,k),
    e*(c,k) = (l*(c) l*(k) − [c=k] r(c)) / (l* − Σ r / l*).
    """
    lengths = _valued_lengths(sums)
    length = sum(lengths.values())
    observed = length - sum(_shared(sums, each, each) for each in lengths)
    return _one_minus(observed, _disagreement_by_chance(lengths, _valued_squares(sums), length))


def ku_alpha(sums: ContinuumSums, value: str) -> Figure:
    """Return (k)uα: agreement on one value where segments overlap segments. Krippendorff 2019, eq. 38.

    1 − (e*(k) / l*(k)) · (l*(k) − l(k,k)) / (e*(k) − e*(k,k)), e*(k) = Σ_c e*(c,k).
    """
    lengths, squares = _valued_lengths(sums), _valued_squares(sums)
    length, own = sum(lengths.values()), lengths.get(value, 0.0)
    if not own:
        return Undefined("no segment with this value overlaps a segment of another coder")
    scale = length - sum(squares.values()) / length
    if not scale:
        return NOTHING
    expected = (own * length - squares.get(value, 0.0)) / scale
    by_chance = own * (length - own) / scale
    return _one_minus(expected / own * (own - _shared(sums, value, value)), by_chance)


def cu_coverage(sums: ContinuumSums) -> Figure:
    """Return the share of the continuum on which cuα rests: l* / l."""
    return ratio(sum(_valued_lengths(sums).values()), sum(_lengths(sums).values()))


def ku_coverage(sums: ContinuumSums, value: str) -> Figure:
    """Return the share of the length of a value on which (k)uα rests: l*(k) / l(k)."""
    return ratio(_valued_lengths(sums).get(value, 0.0), _lengths(sums).get(value, 0.0), NO_UNITS)


def _shared(sums: ContinuumSums, one: str, other: str) -> float:
    return sums.shared[one, other] / (sums.coders - 1)


def _lengths(sums: ContinuumSums) -> dict[str, float]:
    """Return l(c) of all values, the gaps included."""
    found: dict[str, float] = {}
    for (value, _), length in sums.shared.items():
        found[value] = found.get(value, 0.0) + length / (sums.coders - 1)
    return found


def _valued_lengths(sums: ContinuumSums) -> dict[str, float]:
    """Return l*(c) of all values but the gaps."""
    found: dict[str, float] = {}
    for (value, other), length in sums.shared.items():
        if value and other:
            found[value] = found.get(value, 0.0) + length / (sums.coders - 1)
    return found


def _valued_squares(sums: ContinuumSums) -> dict[str, float]:
    return {value: square / (sums.coders - 1) ** 2 for value, square in sums.valued.items()}


def _disagreement_by_chance(lengths: Mapping[str, float], squares: Mapping[str, float], length: float) -> float:
    """Return Σ_{c,k} e(c,k) − Σ_c e(c,c)."""
    scale = length - sum(squares.get(each, 0) for each in lengths) / length if length else 0.0
    return (length**2 - sum(one**2 for one in lengths.values())) / scale if scale else 0.0


def _one_minus(observed: float, expected: float) -> Figure:
    return 1 - observed / expected if expected else Undefined("there is nothing to disagree on")


# --- alpha_U and kappa over characters ----------------------------------------------------------------


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

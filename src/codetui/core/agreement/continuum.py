"""The u-alpha family: agreement on cutting a text into segments and giving them values.

Krippendorff, Mathet, Bouvry & Widlöcher 2016, On the reliability of unitizing textual continua, Quality & Quantity 50,
p. 2347, with the erratum on p. 2365; equations as numbered in Krippendorff 2019, Content Analysis, 4th ed., § 12.6.

A continuum is a text that each of m coders cuts into segments; the gaps between them have the value GAP. Segments of
one coder must not overlap. All sums are integers that add up over texts, as if these were one long continuum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from codetui.core.agreement.figure import NOTHING, Figure, Undefined, ratio

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

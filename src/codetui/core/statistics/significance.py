"""Tests of independence between codes and groups of ads."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.statistics.counted import DIFFERENT, GroupCounts, Grouping, counts_by
from codetui.core.statistics.distributions import Draw, chi_squared_p, exact_p
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

"""Codes that occur together: in an ad, in a sentence, in the same words."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from typing import Literal, NamedTuple

from codetui.core.agreement.figure import Figure, Undefined, ratio
from codetui.core.statistics.counted import NO_PLACE, CountedAd, CountedCoding
from codetui.core.statistics.frequencies import Counted
from codetui.core.statistics.significance import phi
from codetui.core.statistics.table import Column, FigureTable, Value

Level = Literal["ad", "sentence", "overlap"]


class Units(NamedTuple):
    """The number of units, those that have each code, and those that have two, by pairs in the order of the codes.

    Units are ads, sentences or code points. `quotations` counts the pairs of quotations that overlap, at that level.
    """

    number: int
    single: Counter[str]
    both: Counter[tuple[str, str]]
    quotations: Counter[tuple[str, str]]


def co_occurrences(ads: Sequence[CountedAd], codes: Sequence[str], level: Level) -> Units:
    """Count the units in which codes occur, alone and together, whichever coder assigned them."""
    order = {code: number for number, code in enumerate(codes)}
    single: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    quotations: Counter[tuple[str, str]] = Counter()
    number = 0
    for ad in ads:
        codings = [coding for session in ad.sessions for coding in session.codings]
        if level == "overlap":
            number += ad.length
            quotations.update(_overlapping(codings, order))
            pieces = _pieces(codings)
        else:
            sets = [{one.code for one in codings}] if level == "ad" else _of_sentences(codings, ad.sentences)
            number += 1 if level == "ad" else len(ad.sentences)
            pieces = ((each, 1) for each in sets)
        for codes_of, weight in pieces:
            present = sorted(codes_of, key=order.__getitem__)
            for code in present:
                single[code] += weight
            for pair in combinations(present, 2):
                both[pair] += weight
    return Units(number, single, both, quotations)


def _of_sentences(codings: Sequence[CountedCoding], starts: Sequence[int]) -> Iterator[set[str]]:
    """Yield the codes of each sentence that has any; a quotation is in all sentences that it touches."""
    found: dict[int, set[str]] = {}
    for one in codings:
        if one.start != NO_PLACE:
            for number in range(bisect_right(starts, one.start), bisect_right(starts, one.end - 1) + 1):
                found.setdefault(number, set()).add(one.code)
    yield from found.values()


def _pieces(codings: Sequence[CountedCoding]) -> Iterator[tuple[set[str], int]]:
    """Yield the pieces of a text with the same codes, each with its length in code points."""
    ends = sorted({at for one in codings if one.start != NO_PLACE for at in (one.start, one.end)})
    for start, end in pairwise(ends):
        codes = {one.code for one in codings if one.start <= start and end <= one.end}
        if codes:
            yield codes, end - start


def _overlapping(codings: Sequence[CountedCoding], order: dict[str, int]) -> Iterator[tuple[str, str]]:
    """Yield the two codes of each pair of quotations that share a code point, in their order."""
    placed = sorted((one for one in codings if one.start != NO_PLACE), key=lambda one: one.start)
    for number, one in enumerate(placed):
        for other in placed[number + 1 :]:
            if other.start >= one.end:
                break
            if other.code != one.code:
                first, second = sorted((one.code, other.code), key=order.__getitem__)
                yield first, second


def jaccard(both: int, a: int, b: int) -> Figure:
    """Return both / (a + b − both): the share of the units with either that have both (Jaccard 1901)."""
    return ratio(both, a + b - both, Undefined("neither occurs"))


UNITS = {"ad": "", "sentence": "sentences", "overlap": "characters"}


def together_table(counted: Counted, level: Level) -> FigureTable:
    """Return each pair of codes that occur together, most often first, with counts, Jaccard and φ over all units."""
    units = co_occurrences(counted.ads, [code.id for code in counted.codes], level)
    names = UNITS[level] or counted.sources
    nouns = {"ad": counted.source, "sentence": "sentence", "overlap": "words"}
    order = {code.id: number for number, code in enumerate(counted.codes)}

    def rank(pair: tuple[str, str]) -> tuple[int, int, int]:
        return -units.quotations[pair] or -units.both[pair], order[pair[0]], order[pair[1]]

    rows: list[list[Value]] = []
    for pair in sorted(units.both, key=rank):
        a, b, both = units.single[pair[0]], units.single[pair[1]], units.both[pair]
        neither = units.number - a - b + both
        figures = (jaccard(both, a, b), phi(both, a - both, b - both, neither))
        overlaps = [units.quotations[pair]] if level == "overlap" else []
        rows.append([*pair, *overlaps, both, a, b, *figures])
    pairs = [Column("pairs", "pairs of quotations", "count")] if level == "overlap" else []
    return FigureTable(
        name=f"together_{level}",
        title=f"Codes together in the same {nouns[level]}",
        columns=[
            *(Column("code_a", "code A"), Column("code_b", "code B"), *pairs),
            *(Column("both", f"{names} both", "count"), Column("a", f"{names} A", "count")),
            *(Column("b", f"{names} B", "count"), Column("jaccard", "Jaccard", "figure")),
            Column("phi", "φ", "figure"),
        ],
        rows=rows,
        base=counted.base,
        notes=[f"Jaccard: both / (A or B); φ over all {units.number:,} {names}. Pairs that never occur are left out."],
    )

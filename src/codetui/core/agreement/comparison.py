"""Compare the coding of the same sources by two or more coders: all figures, with intervals, and the list behind them.

Each source contributes a row of counts; every figure is a function of the sums of such rows, so that the bootstrap and
parts of the sources use the same functions as the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate, combinations, pairwise
from typing import TypeAlias

from codetui.core.agreement import nominal
from codetui.core.agreement.continuum import (
    GAP,
    ContinuumSums,
    Segment,
    alpha_u,
    bar_u_alpha_of,
    characters,
    cu_alpha,
    cu_coverage,
    joined,
    ku_alpha,
    ku_coverage,
    measure,
    u_alpha,
)
from codetui.core.agreement.figure import Figure, Score, Undefined
from codetui.core.agreement.matching import KINDS, CodedSpan, Matching, match
from codetui.core.agreement.nominal import TwoByTwo, cells, macro_kappa, pooled_kappa
from codetui.core.agreement.resampling import Draw, Interval, bootstrap

FigurePath: TypeAlias = tuple[str, ...]
"""The name of a figure in its groups: `("per_code", "TASK1", "f1")`."""

Figures: TypeAlias = dict[FigurePath, Figure]
"""Figures and counts by name."""

Sections: TypeAlias = Mapping[str, Sequence[str]]
"""The codes of each section, all that the coders could have assigned."""

SCORES = ("matched", "a", "b", "precision", "recall", "f1")
RULES = ("exact", "any_overlap", "code_ignored")
"""Other rules by which quotations match."""

MANY_CODERS = Undefined("it has a direction, and there are more than two coders")


@dataclass(frozen=True, slots=True)
class ComparedSession:
    """One coder's coding of one source.

    `profile` is None if there is none to compare. `codes` are those that the source has, `terms` the folded words of
    each code whose section holds terms, as (code, words).
    """

    profile: str | None
    codes: frozenset[str]
    spans: tuple[CodedSpan, ...]
    terms: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class ComparedSource:
    """A source that all coders have coded, `sessions` in their order; `length` is in code points."""

    id: str
    length: int
    sessions: tuple[ComparedSession, ...]


@dataclass(frozen=True)
class Comparison:
    """The figures of a comparison, by name.

    `profiles` has the profiles of each source in the order of the coders. `pairs` has the figures of each two coders,
    by their numbers, and `matchings` their matched quotations in each source. `figures_of_sources` returns the figures
    of the sources with these numbers, at least one.
    """

    figures: Figures
    intervals: Mapping[FigurePath, Interval | None]
    profiles: nominal.Units[str]
    pairs: Mapping[tuple[int, int], Figures]
    matchings: Mapping[tuple[int, int], Sequence[Matching]]
    figures_of_sources: Callable[[Sequence[int]], Figures]

    def by(self, labels: Sequence[str]) -> dict[str, Figures]:
        """Return the figures of the sources with the same label, one for each source, by label."""
        numbers: dict[str, list[int]] = {}
        for number, label in enumerate(labels):
            numbers.setdefault(label, []).append(number)
        return {label: self.figures_of_sources(those) for label, those in sorted(numbers.items())}


def compare(
    sources: Sequence[ComparedSource],
    sections: Sections,
    draw: Draw,
    *,
    iou: float = 0.5,
    resamples: int = 2000,
    is_complete: bool = False,
) -> Comparison:
    """Compare the coders of `sources`, at least one; quotations match from intersection over union `iou` on.

    `draw` is the randomness of the intervals. With more than two coders, figures that exist for two only are the means
    over all pairs. `is_complete` adds |uα of each code, and the intervals of its κ, α and AC1.
    """
    matchings = {
        (a, b): [match(source.sessions[a].spans, source.sessions[b].spans, iou) for source in sources]
        for a, b in combinations(range(len(sources[0].sessions)), 2)
    }
    table = _Table(sources, sections, matchings, is_complete=is_complete)
    sums = list(map(sum, zip(*table.rows, strict=True)))
    intervals = bootstrap(table.rows, partial(table.figures, is_whole=False), draw, resamples=resamples)
    return Comparison(
        table.figures(sums),
        {path: interval for path, interval in intervals.items() if path[-1] not in COUNTS},
        table.profiles(sums),
        {pair: table.figures_of(pair, sums) for pair in table.pairs} if len(table.pairs) > 1 else {},
        matchings,
        table.figures_of_sources,
    )


class _Table:
    """The counts of all sources, one row each, and the figures of their column sums."""

    def __init__(
        self,
        sources: Sequence[ComparedSource],
        sections: Sections,
        matchings: Mapping[tuple[int, int], Sequence[Matching]],
        *,
        is_complete: bool,
    ) -> None:
        self._codes = [code for codes in sections.values() for code in codes]
        self._coders = len(sources[0].sessions)
        self._is_complete = is_complete
        profiles = [tuple(one.profile for one in source.sessions) for source in sources]
        self._patterns = sorted(set(profiles), key=repr)
        self.rows: list[list[int]] = [[int(one == each) for each in self._patterns] for one in profiles]
        if is_complete:
            for source, row in zip(sources, self.rows, strict=True):
                row += (count for code in self._codes for count in _continuum_counts(source, code))
        self._users_at = len(self.rows[0])
        if self._coders > 2:
            for source, row in zip(sources, self.rows, strict=True):
                users = (sum(code in one.codes for one in source.sessions) for code in self._codes)
                row += (int(number == each) for number in users for each in range(self._coders + 1))
        self.pairs: dict[tuple[int, int], _PairCounts] = {}
        for (a, b), of_pair in matchings.items():
            counts = self.pairs[a, b] = _PairCounts(sections, len(self.rows[0]), is_complete=is_complete)
            for source, row, matched in zip(sources, self.rows, of_pair, strict=True):
                row += counts.row(source.sessions[a], source.sessions[b], matched)

    def profiles(self, sums: Sequence[int]) -> nominal.Units[str]:
        """Return the profiles of the sources."""
        return {row: number for row, number in zip(self._patterns, sums, strict=False) if number}

    def figures_of(self, pair: tuple[int, int], sums: Sequence[int]) -> Figures:
        """Return the figures of two of several coders."""
        units: Counter[tuple[str | None, ...]] = Counter()
        for row, number in self.profiles(sums).items():
            units[row[pair[0]], row[pair[1]]] += number
        return _profile_figures(units, is_whole=True) | self.pairs[pair].figures(sums)

    def figures_of_sources(self, numbers: Sequence[int]) -> Figures:
        """Return all figures of some of the sources, by their numbers."""
        return self.figures([*map(sum, zip(*(self.rows[number] for number in numbers), strict=True))])

    def figures(self, sums: Sequence[int], *, is_whole: bool = True) -> Figures:
        """Return all figures and counts; not `is_whole`, those that get an interval."""
        found = _profile_figures(self.profiles(sums), is_whole=is_whole)
        of_pairs = [counts.figures(sums, is_whole=is_whole) for counts in self.pairs.values()]
        found |= of_pairs[0] if len(of_pairs) == 1 else _means(of_pairs)
        for at, code in enumerate(self._codes):
            if self._coders > 2 and (is_whole or self._is_complete):
                found |= self._code_figures(code, sums, at)
            if self._is_complete:
                found["per_code", code, "bar_u_alpha"] = self._bar_u_alpha(sums, at)
        return found

    def _code_figures(self, code: str, sums: Sequence[int], at: int) -> Figures:
        """Return the figures of the presence of a code for more than two coders."""
        start = self._users_at + at * (self._coders + 1)
        numbers = sums[start : start + self._coders + 1]
        units: nominal.Units[bool] = {
            (*[True] * users, *[False] * (self._coders - users)): one for users, one in enumerate(numbers)
        }
        figures = {"alpha": nominal.alpha, "kappa": nominal.fleiss_kappa, "ac1": nominal.gwet_ac1}
        return {("per_code", code, name): one(units) for name, one in figures.items()}

    def _bar_u_alpha(self, sums: Sequence[int], at: int) -> Figure:
        start = len(self._patterns) + 4 * at
        gaps, mixed, shared, squares = sums[start : start + 4]
        if not mixed + shared:
            return Undefined("no coder has any")
        return bar_u_alpha_of(self._coders, gaps, mixed, shared, squares)


COUNTS = frozenset(
    ("n", "n_codes", "matched", "a", "b", "both", "a_only", "b_only", "neither", "kappa_macro_codes", *KINDS)
)
"""The names of counts."""


def _continuum_counts(source: ComparedSource, code: str) -> tuple[int, int, int, int]:
    """Return the lengths shared by gaps, by gap and code and by the code, and all squares, of one source."""
    coders = [joined(((s.start, s.end) for s in one.spans if s.code == code), code) for one in source.sessions]
    sums = measure(coders, source.length)
    return sums.shared[GAP, GAP], sums.shared[GAP, code], sums.shared[code, code], sums.squares.total()


def _profile_figures(units: nominal.Units[str], *, is_whole: bool) -> Figures:
    """Return the agreement on profiles: of two coders Cohen's kappa, of more Fleiss'."""
    # A source without a pair of profiles says nothing about agreement, nor about how frequent they are.
    paired = {row: number for row, number in units.items() if sum(each is not None for each in row) > 1}
    is_of_two = all(len(row) == 2 for row in units)
    found: Figures = {
        ("profile", "percent"): nominal.percent(paired),
        ("profile", "alpha"): nominal.alpha(paired),
        ("profile", "kappa"): (nominal.cohen_kappa if is_of_two else nominal.fleiss_kappa)(paired),
        ("profile", "ac1"): nominal.gwet_ac1(paired),
    }
    if not is_whole:
        return found
    found["profile", "n"] = sum(paired.values())
    for value in nominal.values_of(paired):
        of_value = nominal.binary(paired, value)
        kappa = nominal.cohen_kappa(of_value) if is_of_two else nominal.fleiss_kappa(of_value)
        path = ("profile", "per_class", value)
        found |= {(*path, "kappa"): kappa, (*path, "alpha"): nominal.alpha(of_value)}
        if is_of_two:
            both, a_only = of_value.get((True, True), 0), of_value.get((True, False), 0)
            found |= _scored(path, Score(both, both + a_only, both + of_value.get((False, True), 0)))
    return found


def _scored(path: FigurePath, score: Score) -> Figures:
    values = (*score, score.precision, score.recall, score.f1)
    return {(*path, name): value for name, value in zip(SCORES, values, strict=True)}


def _means(pairs: Sequence[Figures]) -> Figures:
    """Return the mean of each figure over the pairs of coders in which it is defined, and the sum of each count.

    Krippendorff's figures and Fleiss' kappa need no means; F1 of more than two coders is their mean as in Hripcsak &
    Rothschild 2005, Agreement, the F-measure, and reliability in information retrieval, p. 297.
    """
    found: Figures = {}
    for path in pairs[0]:
        values = [one[path] for one in pairs]
        defined = [value for value in values if not isinstance(value, Undefined)]
        if path[-1] in ("n", "n_codes"):
            found[path] = values[0]
        elif path[-1] in ("precision", "recall", "a", "b", "a_only", "b_only", "only_a", "only_b"):
            found[path] = MANY_CODERS
        elif path[-1] in COUNTS:
            found[path] = sum(defined)
        else:
            reasons = (value for value in values if isinstance(value, Undefined))
            found[path] = sum(defined) / len(defined) if defined else next(reasons)
    return found


class _PairCounts:
    """The columns of two coders, from `start` on, and their figures.

    They are: 1 for each source, three of its presence and three of its quotations for each code, kinds and matchings,
    terms.
    """

    def __init__(self, sections: Sections, start: int, *, is_complete: bool) -> None:
        self._sections = sections
        self._codes = [code for codes in sections.values() for code in codes]
        self._numbers = {code: number for number, code in enumerate(self._codes)}
        self._start = start
        self._is_complete = is_complete

    def row(self, a: ComparedSession, b: ComparedSession, matching: Matching) -> list[int]:
        """Return the counts of one source."""
        size = 3 * len(self._codes)
        presence, spans = [0] * size, [0] * size
        for code in a.codes | b.codes:
            side = 0 if code in a.codes & b.codes else 1 if code in a.codes else 2
            presence[3 * self._numbers[code] + side] = 1
        kinds = dict.fromkeys(KINDS, 0)
        for one in matching.matches:
            kinds[one.kind] += 1
            if one.kind == "same" and one.a is not None:
                spans[3 * self._numbers[a.spans[one.a].code]] += 1
        for side, session in ((1, a), (2, b)):
            for span in session.spans:
                spans[3 * self._numbers[span.code] + side] += 1
        matched = (matching.exact, matching.any_overlap, matching.code_ignored)
        terms = (len(a.terms & b.terms), len(a.terms), len(b.terms))
        return [1, *presence, *spans, *kinds.values(), *matched, *terms]

    def figures(self, sums: Sequence[int], *, is_whole: bool = True) -> Figures:
        """Return the figures of two coders; not `is_whole`, those that get an interval."""
        start = self._start + 1
        total, at_spans = sums[start - 1], start + 3 * len(self._codes)
        at_kinds = at_spans + 3 * len(self._codes)
        tables: list[TwoByTwo] = []
        for at in range(start, at_spans, 3):
            both, a_only, b_only = sums[at : at + 3]
            tables.append(TwoByTwo(both, a_only, b_only, total - both - a_only - b_only))
        scores = [Score(*sums[at : at + 3]) for at in range(at_spans, at_kinds, 3)]
        kappas = [table.kappa for table in tables]
        at_terms = at_kinds + len(KINDS) + len(RULES)
        found = self._presence(tables, kappas) | self._spans(sums[at_kinds:at_terms], scores, is_whole=is_whole)
        terms = Score(*sums[at_terms : at_terms + 3])
        found |= _scored(("terms",), terms)
        for code, table, score, kappa in zip(self._codes, tables, scores, kappas, strict=True):
            found["per_code", code, "f1"] = score.f1
            if is_whole or self._is_complete:
                found["per_code", code, "kappa"] = kappa
                found["per_code", code, "alpha"] = table.alpha
                found["per_code", code, "ac1"] = table.ac1
            if is_whole:
                found |= _scored(("per_code", code), score)
                found |= {("per_code", code, name): number for name, number in table._asdict().items()}
        if is_whole:
            whole = cells(tables)
            found |= {("codes", name): number for name, number in whole._asdict().items()}
            found |= {("codes", "n"): total, ("codes", "n_codes"): len(tables)}
            found |= {("kinds", kind): number for kind, number in zip(KINDS, sums[at_kinds:at_terms], strict=False)}
        return found

    def _presence(self, tables: Sequence[TwoByTwo], kappas: Sequence[Figure]) -> Figures:
        whole = cells(tables)
        macro, number = macro_kappa(kappas)
        return {
            ("codes", "precision"): whole.score.precision,
            ("codes", "recall"): whole.score.recall,
            ("codes", "f1"): whole.score.f1,
            ("codes", "kappa_pooled"): pooled_kappa(tables),
            ("codes", "kappa_cells"): whole.kappa,
            ("codes", "kappa_macro"): macro,
            ("codes", "kappa_macro_codes"): number,
        }

    def _spans(self, matched: Sequence[int], scores: Sequence[Score], *, is_whole: bool) -> Figures:
        size_a, size_b = sum(one.a for one in scores), sum(one.b for one in scores)
        found = _scored(("spans",), Score(matched[0], size_a, size_b))
        for name, number in zip(RULES, matched[len(KINDS) :], strict=True):
            score = Score(number, size_a, size_b)
            found["spans", name] = score.f1
            found |= _scored(("spans", "by_rule", name), score) if is_whole else {}
        numbers = iter(scores)
        for section, codes in self._sections.items() if is_whole else ():
            own = [Score(0, 0, 0), *(next(numbers) for _ in codes)]
            found |= _scored(("spans", "by_section", section), Score(*map(sum, zip(*own, strict=True))))
        return found


# --- figures on request: of the whole of the data, without intervals ----------------------------------


def further_figures(sources: Sequence[ComparedSource], sections: Sections, profiles: nominal.Units[str]) -> Figures:
    """Return the figures beyond those of `compare`, of all coders of `sources`, at least one.

    Those of two coders alone are left out for more.
    """
    is_pair = len(sources[0].sessions) == 2
    found: Figures = {("profile", "fleiss_kappa"): nominal.fleiss_kappa(profiles)}
    found["profile", "ac1_error"] = nominal.gwet_ac1_error(nominal.complete(profiles))
    if is_pair:
        found["profile", "scott_pi"] = nominal.scott_pi(profiles)
    for section, codes in sections.items():
        own = frozenset(codes)
        sets = nominal.count_units([one.codes & own for one in source.sessions] for source in sources)
        found["codes", "by_section", section, "alpha_masi"] = nominal.alpha(sets, nominal.masi_distance)
    starts = [0, *accumulate(source.length for source in sources)]
    all_codes = [code for codes in sections.values() for code in codes]
    cut = {code: _joined_units(sources, starts, code) for code in all_codes}
    for code, units in cut.items():
        path = ("per_code", code)
        found[(*path, "alpha_u")] = alpha_u([units], 0, starts[-1])
        if is_pair:
            found[(*path, "kappa_characters")] = _character_kappa(sources, code)
    return found | _u_alphas(sources, all_codes)


def _joined_units(sources: Sequence[ComparedSource], starts: Sequence[int], code: str) -> list[list[tuple[int, int]]]:
    """Return the units of a code by coder, all texts behind one another as one continuum."""
    coders: list[list[tuple[int, int]]] = [[] for _ in sources[0].sessions]
    for source, offset in zip(sources, starts, strict=False):
        for units, session in zip(coders, source.sessions, strict=True):
            spans = joined(((one.start, one.end) for one in session.spans if one.code == code), code)
            units += ((start + offset, end + offset) for start, end, _ in spans)
    return coders


def _character_kappa(sources: Sequence[ComparedSource], code: str) -> Figure:
    """Return the kappa of two coders over the characters of all sources."""
    tables: list[TwoByTwo] = []
    for source in sources:
        a, b = ([(one.start, one.end) for one in each.spans if one.code == code] for each in source.sessions)
        tables.append(characters(a, b, source.length))
    return cells(tables).kappa


def _u_alphas(sources: Sequence[ComparedSource], codes: Sequence[str]) -> Figures:
    """Return uα, cuα and (k)uα, which exist only where no coder has overlapping quotations of different codes."""
    path: FigurePath = ("spans", "u_alpha")
    sums: ContinuumSums | None = None
    overlapping = 0
    for source in sources:
        cut = [_partition(session.spans) for session in source.sessions]
        if any(one is None for one in cut):
            overlapping += 1
            continue
        measured = measure([one for one in cut if one is not None], source.length)
        sums = measured if sums is None else sums + measured
    if overlapping or sums is None:
        why = Undefined(f"codes overlap in {overlapping} of {len(sources)} texts, which these figures do not allow")
        return {path: why, ("spans", "cu_alpha"): why}
    found: Figures = {path: u_alpha(sums), ("spans", "cu_alpha"): cu_alpha(sums)}
    found["spans", "cu_coverage"] = cu_coverage(sums)
    for code in codes:
        found["per_code", code, "ku_alpha"] = ku_alpha(sums, code)
        found["per_code", code, "ku_coverage"] = ku_coverage(sums, code)
    return found


def _partition(spans: Sequence[Segment]) -> list[Segment] | None:
    """Return quotations as segments of a text; None if some overlap."""
    ordered = sorted((start, end, code) for start, end, code in spans)
    return None if any(one[1] > other[0] for one, other in pairwise(ordered)) else ordered

"""Figures that are shown on request: of the whole of the data, without intervals."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise

from codetui.core.agreement import nominal
from codetui.core.agreement.comparison import ComparedSource, FigurePath, Figures, Sections
from codetui.core.agreement.continuum import (
    ContinuumSums,
    Segment,
    alpha_u,
    characters,
    cu_alpha,
    cu_coverage,
    joined,
    ku_alpha,
    ku_coverage,
    measure,
    u_alpha,
)
from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.agreement.nominal import TwoByTwo, cells


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

"""The main figures of agreement for an export, or why there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codetui.core.agreement.comparison import FigurePath, Figures
from codetui.core.agreement.figure import Undefined
from codetui.core.agreement.resampling import Interval
from codetui.formats.export.exporter import AgreementRow
from codetui.study.agreement import AgreementRequest, compare_coders
from codetui.study.study import Study, StudyError

MOST = 100_000
"""Codings that are compared: a comparison holds all sessions in memory."""


def agreement_rows(study: Study, coders: Sequence[str], codings: int) -> Sequence[AgreementRow]:
    """Return the figures of all coders together, then those of each pair; none for fewer than two coders."""
    if len(coders) < 2:
        return ()
    if codings > MOST:
        return [AgreementRow(tuple(coders), "", why=f"more than {MOST:,} codings: `codetui agree` compares them")]
    try:
        comparison = compare_coders(study, AgreementRequest(coders)).comparison
    except StudyError as error:
        return [AgreementRow(tuple(coders), "", why=str(error))]
    rows = list(_rows(tuple(coders), comparison.figures, comparison.intervals))
    for (a, b), figures in comparison.pairs.items() if len(coders) > 2 else ():
        rows += _rows((coders[a], coders[b]), figures, {})
    return rows


def _rows(
    coders: tuple[str, ...], figures: Figures, intervals: Mapping[FigurePath, Interval | None]
) -> Iterator[AgreementRow]:
    """Yield the figures of the levels, without those of single codes and profiles."""
    for path, value in figures.items():
        if len(path) == 2:
            interval = intervals.get(path)
            low, high = (interval.low, interval.high) if interval else (None, None)
            if isinstance(value, Undefined):
                yield AgreementRow(coders, ".".join(path), why=value.why)
            else:
                yield AgreementRow(coders, ".".join(path), value, low, high)

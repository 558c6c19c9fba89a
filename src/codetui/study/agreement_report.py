"""An agreement as a record for other programs, and as rows; docs/schemas/agreement.schema.json describes the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TypeAlias

from codetui.core.agreement.comparison import FigurePath, Figures
from codetui.core.agreement.figure import Figure, Undefined
from codetui.core.agreement.resampling import FEW, Interval
from codetui.core.codebook.index import index_of, profile_name
from codetui.core.codebook.migration import version_name
from codetui.model import Codebook, CodeId
from codetui.study.agreement import CoderCounts, Disagreement, StudyAgreement

VERSION = 1
"""The version of the record; a new key does not change it."""

DIGITS = 10
"""Digits after the point in records: further ones are rounding errors."""

Record: TypeAlias = dict[str, object]

ROW = ("figure", "value", "low", "high", "undefined_resamples", "why")
SIDE = ("code", "start", "end", "words")
LISTED = ("coder_a", "coder_b", "ad", "kind", *(f"{one}_a" for one in SIDE), *(f"{one}_b" for one in SIDE))
"""The columns of figures, and of disagreements."""

SHORT: Mapping[str, FigurePath] = {
    "profile": ("profile", "alpha"),
    "codes": ("codes", "f1"),
    "spans": ("spans", "f1"),
    "terms": ("terms", "f1"),
}
"""The figure that is meant where only a level is named."""


def as_record(found: StudyAgreement, book: Codebook) -> Record:
    """Return all of an agreement; undefined figures are None, their reasons in `why` beside them."""
    request, comparison = found.request, found.comparison
    record: Record = {
        "format": "codetui agreement",
        "version": VERSION,
        "coders": list(request.coders),
        "codebook": version_name(book),
        "maps": [
            {"file": each.file, "from": each.rules.old_book, "to": each.rules.new_book, "rules": len(each.rules.rules)}
            for each in found.maps
        ],
        "ads": [one.id for one in found.compared],
        "n_ads": len(found.compared),
        "is_few": len(found.compared) < FEW,
        "not_done_too": request.is_for_all,
        "where": request.where.text if request.where else "",
        "bootstrap": {"resamples": request.resamples, "seed": request.seed, "confidence": 0.95, "unit": "ad"},
        "coded": {coder: _counted(one) for coder, one in found.counts.items()},
    }
    record |= nested(comparison.figures, comparison.intervals)
    _add_names(record, found, book)
    profile = record["profile"]
    if isinstance(profile, dict) and len(request.coders) == 2:
        profile["matrix"] = _matrix(found, book)
    spans = record["spans"]
    if isinstance(spans, dict):
        spans["iou"] = request.iou
    record["pairs"] = [
        {"coders": [request.coders[a], request.coders[b]]} | nested(figures)
        for (a, b), figures in comparison.pairs.items()
    ]
    weeks = {coder: _weeks(found, number) for number, coder in enumerate(request.coders)}
    record["weeks"] = weeks[request.coders[0]]
    record["weeks_of_coders"] = weeks
    record["versions"] = _books(found, by_name=True)
    record["books"] = _books(found, by_name=False)
    return record


def nested(figures: Figures, intervals: Mapping[FigurePath, Interval | None] | None = None) -> Record:
    """Return figures in their groups, with the reasons of undefined ones and the intervals beside them."""
    found: Record = {}
    for path, value in figures.items():
        group = found
        for name in path[:-1]:
            group = _group(group, name)
        group[path[-1]] = _number(value)
        if isinstance(value, Undefined):
            _group(group, "why")[path[-1]] = value.why
        interval = intervals.get(path) if intervals else None
        if interval is not None:
            low, high = round(interval.low, DIGITS), round(interval.high, DIGITS)
            _group(group, "intervals")[path[-1]] = {"low": low, "high": high, "undefined": interval.undefined}
    return found


def _group(record: Record, name: str) -> Record:
    group = record.setdefault(name, {})
    assert isinstance(group, dict)
    return group


def _number(value: Figure) -> float | None:
    # Adding 0 makes −0.0 a plain zero.
    return None if isinstance(value, Undefined) else round(value, DIGITS) + 0


def _counted(counts: CoderCounts) -> Record:
    return {
        "sessions": counts.sessions,
        "done": counts.done,
        "codings": counts.codings,
        "ambiguous": counts.ambiguous,
        "resembling": counts.resembling,
        "unplaced": counts.unplaced,
        "repeated": counts.repeated,
        "unknown_codes": dict(counts.unknown),
        "codes_without_counterpart": dict(counts.by_rule),
        "profiles_without_counterpart": dict(counts.profiles),
        "made_from": sorted(counts.made_from),
        "unblinded": dict(counts.unblinded),
    }


def _add_names(record: Record, found: StudyAgreement, book: Codebook) -> None:
    """Add the names of codes and profiles, which come first in their groups."""
    codes = index_of(book).codes
    sections = {code: section for section, those in found.sections.items() for code in those}
    per_code = _group(record, "per_code")
    for code, figures in per_code.items():
        assert isinstance(figures, dict)
        per_code[code] = {"name": codes[CodeId(code)].name, "section": sections[code]} | figures
    per_class = _group(_group(record, "profile"), "per_class")
    order = [each.id for each in book.profiles]
    ordered = sorted(per_class.items(), key=lambda one: order.index(one[0]))
    per_class.clear()
    for profile, figures in ordered:
        assert isinstance(figures, dict)
        per_class[profile] = {"name": profile_name(book, profile)} | figures


def _matrix(found: StudyAgreement, book: Codebook) -> Record:
    """Return the confusion matrix of two coders, in the order of the codebook."""
    used = {each for row in found.comparison.profiles for each in row if None not in row}
    order = [each.id for each in book.profiles if each.id in used]
    table = [[found.comparison.profiles.get((a, b), 0) for b in order] for a in order]
    a, b = found.request.coders
    return {"rows": a, "columns": b, "profiles": order, "table": table}


def _weeks(found: StudyAgreement, coder: int) -> list[Record]:
    return [{"week": week} | nested(_of_part(each)) for week, each in found.weeks(coder).items()]


def _books(found: StudyAgreement, *, by_name: bool) -> list[Record]:
    return [
        {"codebook": one.book, "first": one.first, "last": one.last} | nested(_of_part(one.figures))
        for one in found.books(by_name=by_name)
    ]


def _of_part(figures: Figures) -> Figures:
    """Return the figures that show a drift."""
    groups = ("profile", "codes", "spans", "terms", "kinds")
    return {path: value for path, value in figures.items() if len(path) == 2 and path[0] in groups}


def figure_rows(found: StudyAgreement) -> Iterator[tuple[str | float | None, ...]]:
    """Yield all figures as rows of `ROW`, those of pairs, weeks and versions after those of the whole."""
    comparison, coders = found.comparison, found.request.coders
    yield from _rows((), comparison.figures, comparison.intervals)
    for (a, b), figures in comparison.pairs.items():
        yield from _rows(("pairs", coders[a], coders[b]), figures, {})
    for week, figures in found.weeks(0).items():
        yield from _rows(("weeks", week), _of_part(figures), {})
    for number, coder in enumerate(coders):
        for week, figures in found.weeks(number).items():
            yield from _rows(("weeks_of_coders", coder, week), _of_part(figures), {})
    for name, by_name in (("versions", True), ("books", False)):
        for one in found.books(by_name=by_name):
            yield from _rows((name, one.book), _of_part(one.figures), {})


def _rows(
    prefix: FigurePath, figures: Figures, intervals: Mapping[FigurePath, Interval | None]
) -> Iterator[tuple[str | float | None, ...]]:
    for path, value in figures.items():
        interval = intervals.get(path)
        bounds = (round(interval.low, DIGITS), round(interval.high, DIGITS), interval.undefined) if interval else ()
        why = value.why if isinstance(value, Undefined) else ""
        yield (".".join((*prefix, *path)), _number(value), *(bounds or (None, None, None)), why)


def disagreements(found: StudyAgreement, code: str = "") -> Iterator[tuple[tuple[str, str], Disagreement]]:
    """Yield what the coders do not agree on, with their names, of all pairs; with a `code`, only what concerns it."""
    coders = found.request.coders
    for a, b in combinations(range(len(coders)), 2):
        for one in found.disagreements(a, b):
            if one.kind != "same" and code in ("", one.a and one.a.code, one.b and one.b.code):
                yield (coders[a], coders[b]), one


def listed_row(coders: tuple[str, str], one: Disagreement) -> tuple[str | int | None, ...]:
    """Return a disagreement as a row of `LISTED`."""
    sides = ((side.code, side.start, side.end, side.words) if side else ("", None, None, "") for side in (one.a, one.b))
    first, second = sides
    return (*coders, one.source, one.kind, *first, *second)


def figure_named(found: StudyAgreement, name: str) -> tuple[FigurePath, Figure] | None:
    """Return the figure with a dotted name, or the main one of a level; None if there is none."""
    figures = found.comparison.figures
    if name in SHORT:
        return SHORT[name], figures[SHORT[name]]
    return next(((path, value) for path, value in figures.items() if ".".join(path) == name), None)

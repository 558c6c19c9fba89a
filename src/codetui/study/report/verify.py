"""Verify a report: compose it anew from the study, and name every place that differs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from codetui.formats.export.protection import Pseudonyms
from codetui.formats.report.html import to_html
from codetui.formats.report.reader import Difference, differences, read_report
from codetui.model import Problem
from codetui.storage import fs
from codetui.study.report.report import FORMAT, VERSION, ReportRequest, compose
from codetui.study.study import Study, StudyError

REMEDY = "make a new report with `codetui report`, or name the file that it wrote"


class Verification(NamedTuple):
    """The differences between a report and its study, and what could not be read.

    `is_same_file` is True if the file is the one that the study gives now, byte for byte.
    """

    made_with: str
    request: ReportRequest
    differences: Sequence[Difference]
    is_same_file: bool
    problems: Sequence[Problem]


def verify(study: Study, file: Path, pseudonyms: Pseudonyms | None = None) -> Verification:
    """Compare a report in HTML with the study; `pseudonyms` are those that it was made with.

    Raises StudyError if the file is no report, and OSError if it cannot be read.
    """
    try:
        html = fs.read(file).decode("utf-8")
    except UnicodeDecodeError as error:
        raise StudyError(f"it is not UTF-8 text; {REMEDY}.", file=file) from error
    reported = read_report(html)
    request, reader = _request(reported.record, file, pseudonyms)
    if pseudonyms is not None:
        request = _with_real_names(request, study, pseudonyms)
    study.reader = reader
    found = compose(study, request)
    anew = "\n".join(to_html(found.report))
    listed = list(differences(reported, read_report(anew)))
    return Verification(request.made_with, request, listed, html == anew, found.problems)


def _request(record: object, file: Path, pseudonyms: Pseudonyms | None) -> tuple[ReportRequest, str]:
    """Return the request of a report, and its reader if sessions are hidden from them. Raises StudyError."""
    match record:
        case {
            "format": "codetui report",
            "version": int(version),
            "made": str(time),
            "codetui": str(made_with),
            "request": {
                "coders": list(coders),
                "compared": list(compared),
                "maps": list(maps),
                "by": str(by),
                "seed": int(seed),
                "resamples": int(resamples),
                "all_ads": bool(is_for_all),
                "texts": bool(has_texts),
                "pseudonyms": bool(has_pseudonyms),
                "reader": str(reader),
            },
        }:
            if version > VERSION:
                what = f"this report is of version {version}, and this program knows version {VERSION}"
                raise StudyError(f"{what}: update codetui.", file=file)
            if has_pseudonyms != (pseudonyms is not None):
                how = "with the file of its names as --pseudonyms" if has_pseudonyms else "without --pseudonyms"
                raise StudyError(f"this report can only be verified {how}.", file=file)
            request = ReportRequest(
                coders=_names(coders),
                compared=_names(compared),
                maps=_names(maps),
                by=by,
                seed=seed,
                resamples=resamples,
                is_for_all=is_for_all,
                has_texts=has_texts,
                pseudonyms=pseudonyms,
                time=time,
                made_with=made_with,
            )
            return request, reader
        case _:
            what = f"it has no record of a {FORMAT} that can be read, so it cannot be verified"
            raise StudyError(f"{what}; {REMEDY}.", file=file)


def _with_real_names(request: ReportRequest, study: Study, pseudonyms: Pseudonyms) -> ReportRequest:
    """Return the request with the coders as the study names them."""
    real = {pseudonyms.name(one.coder): one.coder for one in study.sessions()}
    coders, compared = (tuple(real.get(name, name) for name in names) for names in (request.coders, request.compared))
    return request._replace(coders=coders, compared=compared)


def _names(values: list[object]) -> tuple[str, ...]:
    return tuple(map(str, values))

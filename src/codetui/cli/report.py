"""The command `report`: a whole study as one page or as markdown, and the verification of such a page."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from codetui.cli.console import (
    PROBLEMS,
    STDOUT,
    as_records,
    error,
    exit_code,
    note,
    note_problems,
    output_format,
    output_path,
    refused_output,
    show,
    show_json,
    show_wrapped,
    write_text,
)
from codetui.cli.options import (
    PARTS,
    Command,
    add_format,
    add_json,
    add_output,
    add_protection,
    add_study,
    names_in,
    read_pseudonyms,
)
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural

if TYPE_CHECKING:
    from codetui.study.report.report import StudyReport
    from codetui.study.report.verify import Verification
    from codetui.study.study import Study

ReportFormat = Literal["html", "markdown"]
FORMATS: Mapping[str, ReportFormat] = {".html": "html", ".htm": "html", ".md": "markdown", ".markdown": "markdown"}
DEFAULTS: Mapping[ReportFormat, str] = {"html": "report.html", "markdown": "report.md"}
SCHEMA, VERIFICATION = "codetui.report/1", "codetui.report-verification/1"
"""The names and versions of the JSON: they change if a field changes its meaning or goes; further fields may come."""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add_study(parser, *PARTS)
    words = "whose codings are counted and quoted, with commas; default: all people, without results of adjudication"
    add("--coder", metavar="NAMES", help=words)
    words = "whose agreement is computed; default: all people, else the two coders who share the most ads"
    add("--agree", metavar="NAMES", help=words)
    words = "rules as for `codebook migrate`, for the agreement of sessions of different codebooks"
    add("--map", action="append", default=[], metavar="FILE", help=words)
    add("--by", metavar="COLUMN", default="", help="also count codes by a further column of the ads")
    add("--all-ads", action="store_true", help="also count ads that are not marked done")
    add("--seed", type=int, default=1, metavar="N", help="seed of everything drawn at random; default: 1")
    add("--resamples", type=int, default=2000, metavar="N", help="number of resamples for the intervals; default: 2000")
    add_protection(parser)
    add_format(parser, ("html", "markdown"))
    add_output(parser, None, "default: report.html or report.md")
    words = "recompute a report in HTML from the study, and name every number that differs, instead of making one"
    add("--verify", metavar="FILE", help=words)
    add_json(parser)
    parser.epilog = "--verify ends with exit code 1 if anything differs. docs/report.md describes the sections."


def _run(options: argparse.Namespace) -> int:
    study = open_study(options)
    return _verify(study, options) if options.verify else _report(study, options)


def _report(study: Study, options: argparse.Namespace) -> int:
    """Write the report."""
    from codetui.formats.report.html import to_html
    from codetui.formats.report.markdown import to_markdown
    from codetui.study.report.report import ReportRequest, compose

    if options.resamples < 0:
        return error(f"--resamples {options.resamples} is not a possible number of resamples.")
    layout, refused = output_format(options.format, options.output, FORMATS)
    output = output_path(options.output, DEFAULTS[layout])
    if refused := refused or refused_output(output, study, options):
        return error(refused)
    made = compose(
        study,
        ReportRequest(
            coders=tuple(names_in(options.coder)),
            compared=tuple(names_in(options.agree)),
            maps=tuple(os.path.relpath(file, study.codebook_path.parent) for file in options.map),
            by=options.by,
            seed=options.seed,
            resamples=options.resamples,
            is_for_all=options.all_ads,
            has_texts=not options.no_texts,
            pseudonyms=read_pseudonyms(options.pseudonyms),
            time=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        ),
    )
    lines = to_html(made.report) if layout == "html" else to_markdown(made.report)
    write_text("\n".join(lines), output)
    note_problems(made.problems)
    if made.unused:
        note(f"these names were not found: {', '.join(made.unused)}")
    if output != STDOUT:
        _summarize(made, output, options)
    return exit_code(made.problems)


def _summarize(made: StudyReport, output: str, options: argparse.Namespace) -> None:
    sections = [section.heading for section in made.report.sections]
    if options.json:
        summary = {"schema": SCHEMA, "file": output, "sections": sections}
        show_json(summary | {"problems": as_records(made.problems)})
    else:
        hint = "" if output.endswith((".md", ".markdown")) else f"; `codetui report --verify {output}` checks it"
        note(f"{output}: {plural(len(sections), 'section')}{hint}")


def _verify(study: Study, options: argparse.Namespace) -> int:
    """Compare a report with the study."""
    from codetui.study.report.verify import verify

    found = verify(study, Path(options.verify), read_pseudonyms(options.pseudonyms))
    if options.json:
        show_json(
            {
                "schema": VERIFICATION,
                "file": options.verify,
                "made_with": found.made_with,
                "is_same_file": found.is_same_file,
                "differences": [one._asdict() for one in found.differences],
                "problems": as_records(found.problems),
            }
        )
    else:
        for line in _lines(found):
            show(line)
        show_wrapped(_verdict(found, options.verify))
    note_problems(found.problems)
    is_different = bool(found.differences) or not found.is_same_file
    return PROBLEMS if is_different else exit_code(found.problems)


def _lines(found: Verification) -> Iterator[str]:
    """Yield each difference with both texts."""
    for one in found.differences:
        yield f"{one.place}: the report has {_quoted(one.reported)}, the study gives {_quoted(one.found)}"


def _quoted(text: str) -> str:
    return f"“{text}”" if text else "nothing"


def _verdict(found: Verification, file: str) -> str:
    from codetui import __version__

    number = len(found.differences)
    if number:
        also = (
            ""
            if found.made_with == __version__
            else f" The report was made with codetui {found.made_with}; this is {__version__}."
        )
        return f"{plural(number, 'difference')} between {file} and the study.{also}"
    if found.is_same_file:
        return f"{file} matches the study, byte for byte."
    return f"All texts and numbers of {file} match the study, but its markup or pictures were changed."


COMMANDS = {"report": Command(_add_arguments, _run)}

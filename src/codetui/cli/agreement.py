"""The command `agree`: agreement between coders as text, JSON or CSV, and the list behind it."""

from __future__ import annotations

import argparse
import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from codetui.cli.agreement_text import AgreementText
from codetui.cli.console import MISSED, STDOUT, error, exit_code, note, obstacle, write_text
from codetui.cli.options import PARTS, Command, add_json, add_output, add_study
from codetui.cli.sessions import open_study
from codetui.core.agreement.figure import Undefined
from codetui.core.text.display import sanitize, sanitize_json
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.export.lines import guarded
from codetui.study.agreement import AgreementRequest, Disagreement, StudyAgreement, compare_coders
from codetui.study.agreement_report import (
    LISTED,
    ROW,
    SHORT,
    as_record,
    disagreements,
    figure_named,
    figure_rows,
    listed_row,
)
from codetui.study.outputs import protected_part
from codetui.study.study import Study, StudyError


def agree(options: argparse.Namespace) -> int:
    """Print the agreement between coders."""
    minima = [_minimum(text) for text in options.at_least or ()]
    if not 0 < options.iou <= 1:
        return error(f"--iou {options.iou:g} is no intersection over union: it is above 0 and at most 1.")
    if options.resamples < 0:
        return error(f"--resamples {options.resamples} is not a possible number of resamples.")
    study = open_study(options)
    request = AgreementRequest(
        coders=options.coders,
        maps=[Path(file) for file in options.map or ()],
        iou=options.iou,
        resamples=0 if options.list else options.resamples,
        seed=options.seed,
        is_for_all=options.all_ads,
        leaves_ambiguous_out=options.leave_ambiguous_out,
        counts_unplaced=options.count_unplaced,
        is_complete=not options.list and (options.figures == "all" or options.json or options.csv),
    )
    found = compare_coders(study, request)
    codes = [code for section in found.sections.values() for code in section]
    if options.code and options.code not in codes:
        return error(f"{options.code} is no code that is compared; these are: {', '.join(codes)}.")
    missed = [text for text in (_missed(found, *minimum) for minimum in minima) if text]
    if refused := _write(_rendered(found, study, options), options, study):
        return error(refused)
    for problem in found.errors:
        note(problem)
    for text in missed:
        note(text)
    return exit_code(found.errors) or (MISSED if missed else 0)


def _minimum(text: str) -> tuple[str, float]:
    """Return the name of a figure and its minimum from `spans=.6`. Raises StudyError."""
    name, _, number = text.partition("=")
    try:
        return name.strip(), float(number)
    except ValueError:
        raise StudyError(f"--at-least {text} is no figure and number; write it like --at-least spans=.6.") from None


def _missed(found: StudyAgreement, name: str, minimum: float) -> str:
    """Return that a figure is below its minimum; empty if it is not. Raises StudyError if there is no such figure."""
    known = figure_named(found, name)
    if known is None:
        hint = f"name {', '.join(SHORT)}, or a figure of --json such as profile.kappa or per_code.ID.f1"
        raise StudyError(f"--at-least {name}: there is no such figure; {hint}.")
    path, value = known
    if isinstance(value, Undefined):
        return f"{'.'.join(path)} does not exist ({value.why}), so it does not reach {minimum:g}"
    return f"{'.'.join(path)} is {value:.4g}, below {minimum:g}" if value < minimum else ""


def _rendered(found: StudyAgreement, study: Study, options: argparse.Namespace) -> str:
    """Return the output in the format that the options ask for."""
    book = study.codebook
    if options.list:
        listed = list(disagreements(found, options.code or ""))
        if options.json:
            rows = [dict(zip(LISTED, listed_row(*one), strict=True)) for one in listed]
            return _json({"format": "codetui disagreements", "version": 1, "disagreements": rows})
        if options.csv:
            return _csv(LISTED, (listed_row(*one) for one in listed))
        return "".join(f"{sanitize(line)}\n" for line in _list_lines(listed, len(found.request.coders)))
    if options.json:
        return _json(as_record(found, book))
    if options.csv:
        return _csv(ROW, figure_rows(found))
    text = AgreementText(found, book, by=options.by or "", code=options.code or "")
    return "".join(f"{sanitize(line)}\n" for line in text.lines())


def _list_lines(listed: Iterable[tuple[tuple[str, str], Disagreement]], coders: int) -> Iterator[str]:
    """Yield each disagreement as `30:120-140 other_code TASK1 | TASK2 "the words"`."""
    for names, one in listed:
        first = one.a or one.b
        assert first is not None
        codes = " | ".join(side.code if side else "–" for side in (one.a, one.b))
        words = dict.fromkeys(f"“{collapse_spaces(side.words)}”" for side in (one.a, one.b) if side)
        whose = f"{names[0]} {names[1]} " if coders > 2 else ""
        yield f"{whose}{one.source}:{first.start}-{first.end} {one.kind} {codes} {' | '.join(words)}"


def _json(record: object) -> str:
    return sanitize_json(json.dumps(record, ensure_ascii=False, indent=2)) + "\n"


def _csv(head: Sequence[str], rows: Iterable[Sequence[str | float | None]]) -> str:
    """Return rows as CSV, texts guarded against being read as formulas."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def _write(text: str, options: argparse.Namespace, study: Study) -> str:
    """Write the output to the file that was named, or to stdout; return why it may not be written, if so."""
    output = options.output or STDOUT
    if output != STDOUT:
        corpus = Path(options.corpus) if options.corpus else None
        refused = protected_part(Path(output), study.codebook_path, study.sessions_path, corpus)
        refused = refused or obstacle(output, options.force, data=text.encode("utf-8", "replace"))
        if refused:
            return refused
    write_text(text, output)
    return ""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("coders", nargs="+", metavar="CODER", help="two coders or more; the first is the reference")
    add("--iou", type=float, default=0.5, metavar="T", help="smallest overlap at which quotations match; default: 0.5")
    words = "rules as for `codebook migrate`, for sessions of another codebook"
    add("--map", action="append", metavar="FILE", help=words)
    add("--all-ads", action="store_true", help="also ads that a coder has not marked done")
    add("--code", metavar="ID", help="only this code")
    add("--by", choices=("week", "ad"), help="add a table of the weeks, or of the ads")
    add("--list", action="store_true", help="list every disagreement on quotations instead")
    add("--figures", choices=("main", "all"), default="main", help="all adds u-alpha and others; default: main")
    add("--leave-ambiguous-out", action="store_true", help="do not place words that occur several times")
    add("--count-unplaced", action="store_true", help="count codes whose words are not in the ad as given")
    add("--resamples", type=int, default=2000, metavar="N", help="number of resamples for the intervals; default: 2000")
    add("--seed", type=int, default=1, metavar="N", help="seed of the resamples; default: 1")
    add("--at-least", action="append", metavar="NAME=N", help="end with exit code 3 if a figure is lower: spans=.6")
    add("--csv", action="store_true", help="print CSV")
    add_study(parser, *PARTS)
    add_json(parser)
    add_output(parser, None, "default: stdout")
    parser.epilog = "Exit code 3 if a figure is below its --at-least. docs/agreement.md explains the figures."


COMMANDS = {"agree": Command(_add_arguments, agree)}

"""The command that settles where coders disagree."""

from __future__ import annotations

import argparse
from pathlib import Path
from shlex import join
from typing import get_args

from codetui.cli.console import (
    STDOUT,
    as_records,
    error,
    exit_code,
    note_problems,
    refused_output,
    show,
    show_json,
    show_wrapped,
    write_text,
)
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.adjudication import Edges
from codetui.core.text.display import plural
from codetui.formats.agenda import Ticked, parse_agenda, render_agenda
from codetui.model import AgreedBy, Problem
from codetui.study.adjudication import CONSENSUS, Adjudication, AdjudicationRequest, Progress, default_result, resumed
from codetui.study.study import Study

STEPS = """\
First, what the coders agree on becomes the session of another coder (--as), and the rest is written as an agenda (-o).
Talk it over, tick a box of each item in the agenda, and give it back with --agenda. The sessions of the coders are
not changed. The result is an ordinary coder: `codetui --coder consensus` opens it, undo included.
"""


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = STEPS
    words = "two coders or more, or one, such as a model, whose every coding is reviewed"
    parser.add_argument("coders", nargs="+", metavar="CODER", help=words)
    words = "the coder who gets the result; default: consensus, for a review your name and -review"
    parser.add_argument("--as", dest="result", metavar="NAME", help=words)
    parser.add_argument("--agenda", metavar="FILE", help="an agenda with ticked boxes, which are carried out")
    words = "who is called 1 and who 2; default: as before between these coders, else 1"
    parser.add_argument("--seed", type=int, metavar="N", help=words)
    words = "the overlap of the same place; default: as before between these coders, else 0.5"
    parser.add_argument("--iou", type=float, metavar="T", help=words)
    words = "of three coders and more: whose agreement is enough; default: as the codebook has it, else all"
    parser.add_argument("--agreed-by", choices=get_args(AgreedBy), help=words)
    words = "the place of agreed quotations whose edges differ; default: what all have"
    parser.add_argument("--edges", choices=get_args(Edges), default="intersection", help=words)
    parser.add_argument("-o", "--output", metavar="PATH", help="the open items; default: agenda.md; - is stdout")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    add_json(parser)


def adjudicate(options: argparse.Namespace) -> int:
    """Take over what coders agree on, carry out decisions, and write an agenda of the rest."""
    if options.iou is not None and not 0 < options.iou <= 1:
        return error(f"--iou {options.iou:g} is no intersection over union: it is above 0 and at most 1.")
    study = open_study(options)
    output = options.output or options.agenda or "agenda.md"
    if refused := refused_output(output, study, options, is_forced=output == options.agenda):
        return error(refused)
    options.result = options.result or default_result(options.coders, study.reader or "")
    request = resumed(study, tuple(options.coders), options.result)
    request = request._replace(
        seed=request.seed if options.seed is None else options.seed,
        iou=options.iou or request.iou,
        edges=options.edges,
        agreed_by=options.agreed_by,
    )
    adjudication = Adjudication(study, request)
    ticked: list[Ticked] = []
    problems: list[Problem] = []
    if options.agenda:
        try:
            text = Path(options.agenda).read_text("utf-8-sig")
        except UnicodeDecodeError:
            return error(f"{options.agenda} is not UTF-8 text; name the agenda that this command wrote.")
        ticked, problems = parse_agenda(text, options.agenda)
    agreed = adjudication.take_over_agreed()
    decided = adjudication.decide(ticked, options.agenda or "")
    progress = adjudication.progress(agreed, decided)
    problems += progress.problems
    if not exit_code(problems) or output != options.agenda:
        # An agenda with a mistake is left as it is, so that no tick is lost.
        write_text(render_agenda(adjudication.agenda(), _command(options, request, output)), output)
    if options.json:
        show_json({"version": 1, **progress._asdict(), "problems": as_records(problems)})
    elif output != STDOUT:
        _show(study, progress, request, output)
    return exit_code(problems) if options.json else note_problems(problems)


def _command(options: argparse.Namespace, request: AdjudicationRequest, output: str) -> str:
    words = ["codetui", "adjudicate", *options.coders, "--agenda", "FILE" if output == STDOUT else output]
    words += ["--as", options.result] if options.result != CONSENSUS else []
    words += ["--seed", str(request.seed)] if request.seed != 1 else []
    words += ["--iou", f"{request.iou:g}"] if request.iou != 0.5 else []
    words += ["--agreed-by", options.agreed_by] if options.agreed_by else []
    for part in ("study", "corpus", "codebook", "sessions"):
        value = getattr(options, part)
        words += [f"--{part}", value] if value and value != "." else []
    return join(words)


def _show(study: Study, progress: Progress, request: AdjudicationRequest, output: str) -> None:
    words = study.codebook.words
    ads = plural(progress.sources, words.source, words.sources)
    if request.is_review:
        show_wrapped(f"{ads} that {request.coders[0]} has done")
    else:
        who = "both" if len(request.coders) == 2 else "all"
        show_wrapped(f"{ads} that {who} coders have done; {plural(progress.agreed, 'agreed coding')} taken over")
    total = progress.before + progress.decided + progress.open
    items = plural(total, "coding" if request.is_review else "disagreement")
    show_wrapped(f"{progress.before + progress.decided} of {items} decided, {progress.open} open")
    show(f"the result is the coder {request.result}" + (f"; the open ones are in {output}" if progress.open else ""))


COMMANDS = {"adjudicate": Command(_add_arguments, adjudicate)}

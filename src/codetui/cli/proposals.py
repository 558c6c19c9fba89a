"""The commands on proposed changes of the codebook: list, accept and decline them."""

from __future__ import annotations

import argparse

from codetui.cli.console import error, exit_code, note_problems, show, show_json, show_wrapped
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.session.commands import Refusal
from codetui.model import Problem
from codetui.study.batch import StepDone, StepRunner
from codetui.study.hand_edits import HAND, hand_edit
from codetui.study.proposals import (
    Proposal,
    accept,
    accept_change,
    decide,
    decide_hand_edit,
    effect_of,
    open_proposals,
)
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.study import Study, StudyError

SCHEMA, VERSION = "codetui proposals", 1
"""The name and version of the JSON. A new key keeps the version."""

SHORTEST = 6
"""Characters at the end of an id by which a proposal is named."""


def _add_study(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS)


def _add_list(parser: argparse.ArgumentParser) -> None:
    _add_study(parser)
    add_json(parser)


def _add_one(parser: argparse.ArgumentParser) -> None:
    words = f"as `codetui codebook proposals` names it; {HAND} for edits of the file by hand"
    parser.add_argument("proposal", metavar="PROPOSAL", help=words)


def _add_accept(parser: argparse.ArgumentParser) -> None:
    _add_one(parser)
    parser.add_argument("--dry-run", action="store_true", help="only show what would change")
    _add_study(parser)


def _add_decline(parser: argparse.ArgumentParser) -> None:
    _add_one(parser)
    parser.add_argument("--because", default="", metavar="WHY", help="the reason, for who proposed it")
    _add_study(parser)


def _list(options: argparse.Namespace) -> int:
    """List the proposals that nobody has decided, with what each would change."""
    study, problems = open_study(options), list[Problem]()
    found = open_proposals(study, problems)
    by_hand = hand_edit(study)
    note_problems(problems)
    if options.json:
        listed = [
            {
                "proposal": _name(one),
                "coder": one.record.coder,
                "time": one.record.time,
                "what": one.record.what,
                "source": one.record.made_in,
                "changes": effect_of(study, one),
            }
            for one in found
        ]
        edited = by_hand.message if by_hand else ""
        show_json({"schema": SCHEMA, "version": VERSION, "proposals": listed, "edited_by_hand": edited})
        return exit_code(problems)
    for one in found:
        show_wrapped(f"{_name(one)}  {one.words}")
        for line in effect_of(study, one):
            show_wrapped(f"    {line}")
    if by_hand:
        show_wrapped(f"{HAND}  {by_hand.message}")
    if not (found or by_hand):
        show("nothing is proposed")
    return exit_code(problems)


def _name(proposal: Proposal) -> str:
    return proposal.record.id[-SHORTEST:]


def _named(study: Study, name: str) -> Proposal:
    """Return the open proposal with this name. Raises StudyError."""
    problems: list[Problem] = []
    found = [one for one in open_proposals(study, problems) if name and one.record.id.endswith(name)]
    if len(found) != 1:
        what = "several proposals end" if found else "no open proposal ends"
        raise StudyError(f"{what} with {name!r}; `codetui codebook proposals` lists them.", problems=problems)
    return found[0]


def _accept(options: argparse.Namespace) -> int:
    """Make a proposed change."""
    study = open_study(options)
    if options.proposal == HAND:
        if options.dry_run:
            show_wrapped(by_hand.message if (by_hand := hand_edit(study)) else "the codebook was not edited by hand")
            return 0
        return _outcome(decide_hand_edit(study, study.reader, is_accepted=True))
    proposal = _named(study, options.proposal)
    for line in effect_of(study, proposal) if options.dry_run else ():
        show_wrapped(line)
    if options.dry_run and proposal.change is None:
        show("nothing is changed (--dry-run)")
        return 0
    if proposal.change is not None:
        preview = accept_change(study, study.reader, proposal, is_dry=options.dry_run)
        if isinstance(preview, Refusal | NotSaved):
            return error(preview.message)
        for text in preview.lines:
            show_wrapped(text)
        show("nothing is changed (--dry-run)" if options.dry_run else f"accepted: {proposal.record.what}")
        return exit_code(preview.tally.problems)
    runner = StepRunner(study, study.reader)
    try:
        done = accept(study, study.reader, proposal, runner)
    finally:
        runner.release()
    if not isinstance(done, StepDone):
        return error(done.message)
    note_problems(done.problems)
    show(f"accepted: {proposal.record.what}")
    return exit_code(done.problems)


def _decline(options: argparse.Namespace) -> int:
    """Decline a proposal; nothing is changed."""
    study = open_study(options)
    if options.proposal == HAND:
        return _outcome(decide_hand_edit(study, study.reader, is_accepted=False))
    proposal = _named(study, options.proposal)
    refused = decide(study, study.reader, proposal, "declined", options.because)
    return error(refused.message) if refused else _outcome(Saved(f"declined: {proposal.record.what}"))


def _outcome(outcome: Saved | Refusal | NotSaved) -> int:
    if not isinstance(outcome, Saved):
        return error(outcome.message)
    show(outcome.message)
    return 0


COMMANDS = {
    "codebook proposals": Command(_add_list, _list),
    "codebook accept": Command(_add_accept, _accept),
    "codebook decline": Command(_add_decline, _decline),
}

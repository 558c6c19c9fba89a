"""The commands on a study as a whole: erase a source from it, and freeze it for others."""

from __future__ import annotations

import argparse
from pathlib import Path

from codetui.cli.console import error, exit_code, note, obstacle, show, show_json, show_wrapped
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural
from codetui.study.erasing import Erasing, erase, plan_erasure
from codetui.study.freezing import freeze
from codetui.study.outputs import protected_part
from codetui.study.study import Study, StudyError

EPILOG = (
    "Without --yes nothing is changed: everything that would change is counted and named. The source is not shown "
    "again, even if its file stays in the corpus, which is never written to; deleting sessions/.erased/ brings it back."
    " Other clones learn of it by `codetui merge` or git, and this command erases it there. docs/consent.md has more."
)
MOST_SHOWN = 20
"""Places that quote the source of which each is printed."""


def _add_erase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE", help="the id of the text to erase")
    add_study(parser, *PARTS)
    words = "also remove this word or phrase, such as a name, from notes, memos and the codebook"
    parser.add_argument("--word", action="append", default=[], metavar="WORDS", help=words)
    parser.add_argument("--yes", action="store_true", help="do it; without it nothing is changed")
    add_json(parser)
    parser.epilog = EPILOG


def _erase(options: argparse.Namespace) -> int:
    study = open_study(options)
    plan = plan_erasure(study, options.source, options.word)
    if options.yes:
        try:
            erase(study, plan)
        except OSError as error:
            what = f"{error.strerror or error}; it is not erased completely: fix this and run the same command again"
            raise StudyError(what, file=None if error.filename is None else study.sessions_path) from error
    if options.json:
        show_json(_as_json(plan, is_done=options.yes))
    else:
        _show(study, plan, is_done=options.yes)
    return 0


def _show(study: Study, plan: Erasing, *, is_done: bool) -> None:
    word = study.codebook.words.source
    sessions = f"{plural(len(plan.coders), 'session')} ({', '.join(plan.coders)})" if plan.coders else "no session"
    show_wrapped(f"{word} {plan.source}: {sessions} with {plural(plan.codings, 'coding')}")
    show_wrapped(f"{'deleted' if is_done else 'to delete'}: {plural(len(plan.removed), 'file')}")
    for path in plan.removed:
        show(f"  {path}")
    show_wrapped(f"{'changed' if is_done else 'to change'}: {plural(len(plan.changed), 'other file')}")
    for path in plan.changed:
        show(f"  {path}")
    if plan.quoting:
        show_wrapped(f"{plural(len(plan.quoting), 'place')} there {'quoted' if is_done else 'quote'} it:")
    for place in plan.quoting[:MOST_SHOWN]:
        where = f"{place.file}:{place.line}" if place.line else str(place.file)
        show(f"  {where}: “{place.words}”")
    if len(plan.quoting) > MOST_SHOWN:
        show(f"  and {len(plan.quoting) - MOST_SHOWN:,} more")
    for twin in plan.twins:
        show_wrapped(f"{word} {twin} has the same text and stays; its words are kept where others quote them")
    show_wrapped("Not reached:")
    for sentence in plan.unreached:
        show_wrapped(f"- {sentence}")
    if is_done:
        show_wrapped(f"{word} {plan.source} is erased, and not shown again.")
    else:
        note("Nothing was changed; add --yes to erase it. This cannot be undone.")


def _as_json(plan: Erasing, *, is_done: bool) -> dict[str, object]:
    return {
        "schema": "codetui.erase/1",
        "source": plan.source,
        "erased": is_done,
        "coders": plan.coders,
        "codings": plan.codings,
        "deleted": [str(path) for path in plan.removed],
        "changed": [str(path) for path in plan.changed],
        "quoting": [{"file": str(one.file), "line": one.line, "words": one.words} for one in plan.quoting],
        "same_text": plan.twins,
        "not_reached": plan.unreached,
    }


# --- freeze -----------------------------------------------------------------------------------------


def _add_freeze(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("output", metavar="OUT.zip", help="the zip file to write")
    add_study(parser, *PARTS)
    parser.add_argument("--report", metavar="FILE", help="also put this report in it, as report.html")
    parser.add_argument("--force", action="store_true", help="overwrite an existing file")
    add_json(parser)
    parser.epilog = (
        "It holds codebook, corpus, sessions of all coders and samples as they are, texts and names included, and a "
        "manifest with the SHA-256 of each file. The same study gives the same zip file."
    )


def _freeze(options: argparse.Namespace) -> int:
    study = open_study(options)
    target = Path(options.output)
    corpus = Path(options.corpus) if options.corpus else None
    refused = protected_part(target, study.codebook_path, study.sessions_path, corpus)
    if refused := refused or obstacle(options.output, options.force):
        return error(refused)
    done = freeze(study, target, Path(options.report) if options.report else None)
    for problem in done.problems:
        note(problem)
    if options.json:
        show_json(
            {
                "schema": "codetui.freeze/1",
                "file": options.output,
                "files": done.files,
                "bytes": done.size,
                "manifest_sha256": done.digest,
                "problems": [problem._asdict() for problem in done.problems],
            }
        )
    else:
        show_wrapped(f"{options.output}: {plural(done.files, 'file')}, manifest {done.digest}")
    return exit_code(done.problems)


COMMANDS = {"study erase": Command(_add_erase, _erase), "study freeze": Command(_add_freeze, _freeze)}

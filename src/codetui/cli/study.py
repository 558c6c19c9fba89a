"""The commands that look after texts: erase one, freeze all of them with the study, and extract them anew."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from codetui.cli.console import (
    as_records,
    error,
    exit_code,
    note,
    note_problems,
    refused_output,
    show,
    show_json,
    show_wrapped,
)
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural
from codetui.model import SourceId
from codetui.study.erasing import Erasing, erase, plan_erasure
from codetui.study.freezing import freeze
from codetui.study.refreshing import Refresh, Relocated, choose_text, find_changes, refresh
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
    if refused := refused_output(options.output, study, options):
        return error(refused)
    done = freeze(study, Path(options.output), Path(options.report) if options.report else None)
    note_problems(done.problems)
    if options.json:
        show_json(
            {
                "schema": "codetui.freeze/1",
                "file": options.output,
                "files": done.files,
                "bytes": done.size,
                "manifest_sha256": done.digest,
                "problems": as_records(done.problems),
            }
        )
    else:
        show_wrapped(f"{options.output}: {plural(done.files, 'file')}, manifest {done.digest}")
    return exit_code(done.problems)


# --- extracting texts anew ----------------------------------------------------------------------------


REFRESH_EPILOG = (
    "The text of a document or workbook (PDF, DOCX, ODT, HTML, XLSX …) is kept in the study once it is coded, and "
    "neither a changed file nor another version of its reader moves a coding. This command shows what the file has "
    "now, words that are gone as [-words-] and new ones as {+words+}; with --yes, or once you say yes, it becomes the "
    "text that is coded, and every coder's quotations are located in it, as when a plain text has changed. Where two "
    "clones froze different texts, the difference of these is shown, and --text keeps one of them."
)


def _add_refresh(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", nargs="?", metavar="SOURCE", help="the id of one text; default: all that have changed"
    )
    add_study(parser, *PARTS)
    parser.add_argument("--yes", action="store_true", help="use the new texts without asking")
    parser.add_argument("--text", type=int, metavar="N", help="keep the N-th of different texts that two clones froze")
    add_json(parser)
    parser.epilog = REFRESH_EPILOG


def _refresh(options: argparse.Namespace) -> int:
    study = open_study(options)
    if options.text is not None and not options.source:
        return error("--text chooses between the texts of one source: codetui sources refresh SOURCE --text N")
    found = [one for one in find_changes(study, options.source) if options.source or one.fate != "unchanged"]
    done: dict[SourceId, list[Relocated]] = {}
    code = 0
    for one in found:
        if not options.json:
            _show_refresh(study, one)
        code |= exit_code(one.problems)
        if options.text is not None and not 1 <= options.text <= len(one.rivals):
            return error(f"There is no text {options.text} of {one.frozen.id} to choose.")
        is_new = one.fate in ("changed", "same text")
        is_wanted = is_new and (options.yes or (not options.json and one.fate == "changed" and _is_wanted()))
        if is_wanted or options.text is not None:
            try:
                found_again = refresh(study, one) if is_wanted else choose_text(study, one, options.text)
                done[one.frozen.id] = list(found_again)
            except OSError as failed:
                return error(f"{failed.filename or study.sessions_path}: {failed.strerror or failed}; run this again.")
            if not options.json:
                _show_relocated(done[one.frozen.id])
    if options.json:
        show_json(
            {"schema": "codetui.refresh/1", "sources": [_refresh_record(one, done.get(one.frozen.id)) for one in found]}
        )
        return code
    _show_undecided(study, found, done)
    return code


def _show_undecided(study: Study, found: Sequence[Refresh], done: Mapping[SourceId, Sequence[Relocated]]) -> None:
    if not found:
        show("every coded text matches its file")
    elif any(one.fate == "two texts" and one.frozen.id not in done for one in found):
        note("The first text stays in use; `codetui sources refresh SOURCE --text N` keeps one of them for good.")
    elif waiting := sum(one.fate == "changed" and one.frozen.id not in done for one in found):
        words = study.codebook.words
        note(f"{plural(waiting, words.source, words.sources)} unchanged; --yes uses the new text.")


def _is_wanted() -> bool:
    """Ask on a terminal whether the new text is to be used; without one, nobody can answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        return input("Use the new text? [y/N] ").strip().lower() in ("y", "yes", "j", "ja")
    except EOFError:
        return False


def _show_refresh(study: Study, one: Refresh) -> None:
    frozen, word = one.frozen, study.codebook.words.source
    by = "" if one.extractor in ("", frozen.extractor) else f" (extracted with {frozen.extractor}, now {one.extractor})"
    match one.fate:
        case "unchanged":
            show_wrapped(f"{word} {frozen.id}: the text matches {frozen.name}")
        case "same text":
            show_wrapped(f"{word} {frozen.id}: the file or its reader has changed, but not the text{by}")
        case "changed":
            show_wrapped(f"{word} {frozen.id}: {frozen.name} has a different text now{by}")
            for line in one.difference:
                show_wrapped(line)
        case "two texts":
            show_wrapped(f"{word} {frozen.id}: two clones froze different texts of {frozen.name}; the first is in use")
            for number, rival in enumerate(one.rivals, 1):
                show(f"  {number}: extracted with {rival.extractor} from a file with the hash {rival.file[:8]}…")
            for line in one.difference:
                show_wrapped(line)
        case _:
            show_wrapped(f"{word} {frozen.id}: {frozen.name} cannot be extracted; the text that was coded is kept")
    note_problems(one.problems)


def _show_relocated(found: Sequence[Relocated]) -> None:
    for one in found:
        if one.counts is None:
            show(f"  {one.coder}: open in another program; its quotations are located when it is next opened")
            continue
        kept, moved, unsure, lost = one.counts
        show(f"  {one.coder}: {kept} unmoved, {moved} moved, {unsure} to check, {lost} not located")
        if one.problem is not None:
            note(one.problem)


def _refresh_record(one: Refresh, done: Sequence[Relocated] | None) -> dict[str, object]:
    counts = {each.coder: each.counts._asdict() if each.counts else None for each in done or ()}
    return {
        "id": one.frozen.id,
        "fate": one.fate,
        "file": one.frozen.name,
        "extractor": one.frozen.extractor,
        "extractor_now": one.extractor,
        "difference": one.difference,
        "is_used": done is not None,
        "codings": counts,
        "problems": as_records(one.problems),
    }


COMMANDS = {
    "study erase": Command(_add_erase, _erase),
    "study freeze": Command(_add_freeze, _freeze),
    "sources refresh": Command(_add_refresh, _refresh),
}

"""The commands on sources: extract texts anew."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from codetui.cli.console import error, exit_code, note, show, show_json, show_wrapped
from codetui.cli.options import PARTS, Command, add_json, add_study
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural
from codetui.study.refreshing import Refresh, Relocated, find_changes, refresh
from codetui.study.study import Study

EPILOG = (
    "The text of a document or workbook (PDF, DOCX, ODT, HTML, XLSX …) is kept in the study once it is coded, and "
    "neither a changed file nor another version of its reader moves a coding. This command shows what the file has "
    "now, words that are gone as [-words-] and new ones as {+words+}; with --yes, or once you say yes, it becomes the "
    "text that is coded, and every coder's quotations are located in it, as when a plain text has changed."
)


def _add_refresh(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "source", nargs="?", metavar="SOURCE", help="the id of one text; default: all that have changed"
    )
    add_study(parser, *PARTS)
    parser.add_argument("--yes", action="store_true", help="use the new texts without asking")
    add_json(parser)
    parser.epilog = EPILOG


def _refresh(options: argparse.Namespace) -> int:
    study = open_study(options)
    found = [one for one in find_changes(study, options.source) if options.source or one.fate != "unchanged"]
    done: dict[str, list[Relocated]] = {}
    code = 0
    for one in found:
        if not options.json:
            _show(study, one)
        code |= exit_code(one.problems)
        is_new = one.fate in ("changed", "same text")
        if is_new and (options.yes or (not options.json and one.fate == "changed" and _is_wanted())):
            try:
                done[one.frozen.id] = list(refresh(study, one))
            except OSError as failed:
                return error(f"{failed.filename or study.sessions_path}: {failed.strerror or failed}; run this again.")
            if not options.json:
                _show_relocated(done[one.frozen.id])
    if options.json:
        show_json({"schema": "codetui.refresh/1", "sources": [_as_json(one, done.get(one.frozen.id)) for one in found]})
        return code
    if not found:
        show("every coded text matches its file")
    elif waiting := sum(one.fate == "changed" and one.frozen.id not in done for one in found):
        words = study.codebook.words
        note(f"{plural(waiting, words.source, words.sources)} unchanged; --yes uses the new text.")
    return code


def _is_wanted() -> bool:
    """Ask on a terminal whether the new text is to be used; without one, nobody can answer."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    try:
        return input("Use the new text? [y/N] ").strip().lower() in ("y", "yes", "j", "ja")
    except EOFError:
        return False


def _show(study: Study, one: Refresh) -> None:
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
        case _:
            show_wrapped(f"{word} {frozen.id}: {frozen.name} cannot be extracted; the text that was coded is kept")
    for problem in one.problems:
        note(problem)


def _show_relocated(found: Sequence[Relocated]) -> None:
    for one in found:
        if one.counts is None:
            show(f"  {one.coder}: open in another program; its quotations are located when it is next opened")
            continue
        kept, moved, unsure, lost = one.counts
        show(f"  {one.coder}: {kept} unmoved, {moved} moved, {unsure} to check, {lost} not located")
        if one.problem is not None:
            note(one.problem)


def _as_json(one: Refresh, done: Sequence[Relocated] | None) -> dict[str, object]:
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
        "problems": [problem._asdict() for problem in one.problems],
    }


COMMANDS = {"sources refresh": Command(_add_refresh, _refresh)}

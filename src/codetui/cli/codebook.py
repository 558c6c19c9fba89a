"""The commands on codebooks: import, export, check, diff, propose and migrate."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path

from codetui.cli.console import (
    STDOUT,
    as_records,
    error,
    exit_code,
    note,
    note_problems,
    obstacle,
    output_format,
    output_path,
    show,
    show_json,
    show_problems,
    write,
    write_text,
)
from codetui.cli.options import ONE_CODER, PARTS, Command, add_format, add_json, add_output, add_study
from codetui.cli.proposals import COMMANDS as PROPOSALS
from codetui.cli.sessions import open_study
from codetui.core.text.display import plural
from codetui.formats.codebook.migration_map import render_map
from codetui.model import Codebook, Problem
from codetui.study.checker import in_order
from codetui.study.coding_book import ConvertedBook, Layout, convert_coding_book, left_out_of, render_book
from codetui.study.migrate import count_sessions, find_codebook, lines_of, migrate_study, read_plan, resume_study
from codetui.study.outputs import protected_part
from codetui.study.steps import BegunStep, interrupted_steps
from codetui.study.study import Study, StudyError, codebook_path, read_codebook, sessions_path

LAYOUTS: Mapping[str, Layout] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".qdc": "qdc",
}
CODING_BOOKS: Mapping[Layout, str] = {
    "markdown": "coding_book.md",
    "html": "coding_book.html",
    "csv": "coding_book.csv",
    "xlsx": "coding_book.xlsx",
    "qdc": "coding_book.qdc",
}
"""The default output of each layout."""

IMPORT_SCHEMA, IMPORT_VERSION = "codetui codebook import", 1
"""The name and version of the summary of an import. A new key keeps the version."""

MOST_NOTES = 10
"""Notes on an imported codebook that are printed."""


def import_(options: argparse.Namespace) -> int:
    """Import a coding book, or a codebook of another program, as a codebook."""
    output = options.output or str(codebook_path(options.study, options.codebook))
    if options.json and output == STDOUT and not options.dry_run:
        return error("--json prints a summary where the codebook would go; name a file with -o.")
    converted = convert_coding_book(Path(options.book), output)
    if not options.dry_run:
        if refused := _protected(options, output, may_be_new=True) or obstacle(output, options.force):
            return error(refused)
        write_text(converted.found.toml, output)
    if options.json:
        show_json(_import_summary(converted, "" if options.dry_run else output))
        return exit_code(converted.problems)
    _show_notes(converted)
    where = "stdout" if output == STDOUT else output
    done = "would be written; nothing was (--dry-run)" if options.dry_run else f"written to {where}"
    for line in (*_summary(converted), f"{_size(converted.found.book)} {done}"):
        (show if options.dry_run else note)(line)
    return exit_code(converted.problems)


def _import_summary(converted: ConvertedBook, output: str) -> dict[str, object]:
    """Return how a coding book was understood, as JSON; `output` is empty if nothing was written."""
    understood, problems = converted.understood, (*converted.notes, *in_order(converted.problems))
    return {
        "schema": IMPORT_SCHEMA,
        "version": IMPORT_VERSION,
        "kind": understood.kind if understood else "coding book",
        "columns": understood.columns if understood else dict.fromkeys(converted.found.field_names, ""),
        "left_out": {what: number for what, number in understood.left_out.items() if number} if understood else {},
        "counts": _counts(converted.found.book),
        "file": output,
        "problems": as_records(problems),
    }


def _show_notes(converted: ConvertedBook) -> None:
    """Print what is to check, of notes on the codebook only the first ones."""
    problems = in_order(converted.problems)
    notes = [problem for problem in problems if problem.severity == "note"]
    left_out = set(notes[MOST_NOTES:]) if len(notes) > MOST_NOTES + 1 else set()
    for problem in (*converted.notes, *problems):
        if problem not in left_out:
            note(problem)
    if left_out:
        note(f"and {len(left_out)} more notes, which `codetui codebook check` lists")


def _protected(options: argparse.Namespace, output: str, *, may_be_new: bool = False) -> str:
    """Return why an output would damage the study.

    `may_be_new` allows a new codebook that replaces one without sessions.
    """
    if output == STDOUT:
        return ""
    codebook = codebook_path(options.study, getattr(options, "codebook", None))
    sessions = sessions_path(options.study, getattr(options, "sessions", None))
    return protected_part(Path(output), codebook, sessions, may_replace_codebook=may_be_new)


def _summary(converted: ConvertedBook) -> Iterator[str]:
    """Yield how the coding book was understood."""
    found, understood = converted.found, converted.understood
    if understood is not None:
        yield f"read as: {understood.kind}, {plural(len(understood.entries), 'entry', 'entries')}"
        for title, meaning in understood.columns.items():
            if meaning:
                yield f"  “{title}” → {meaning.replace('_', ' ')}"
        left_out = [f"{what} ({number:,})" for what, number in understood.left_out.items() if number]
        if left_out:
            yield f"left out: {', '.join(left_out)}"
    if found.field_names:
        yield f"read as names of fields, not as text: {', '.join(found.field_names)}"
    for section in found.book.sections:
        if section.heading:
            yield f"section “{section.title}” is “{section.heading.lstrip('# ')}” in the book"


def _size(book: Codebook) -> str:
    return ", ".join(plural(count, name) for name, count in _counts(book).items())


def _counts(book: Codebook) -> dict[str, int]:
    return {
        "profile": len(book.profiles),
        "section": len(book.sections),
        "group": len(book.groups),
        "code": len(book.codes),
        "text": len(book.texts),
    }


def export(options: argparse.Namespace) -> int:
    """Write the coding book of a codebook, or a file for other programs."""
    book, problems = read_codebook(codebook_path(options.study, options.codebook))
    layout, refused = output_format(options.format, options.output, LAYOUTS)
    output = output_path(options.output, CODING_BOOKS[layout])
    if not refused and output == STDOUT and layout == "xlsx" and sys.stdout.isatty():
        refused = "a workbook cannot be shown on a terminal; name a file with -o."
    data = render_book(book, layout)
    if refused := _protected(options, output) or refused or obstacle(output, options.force, data=data):
        return error(refused)
    write(data, output)
    for problem in problems:
        if problem.severity == "error":
            note(problem)
    note(f"{_size(book)} written to {'stdout' if output == STDOUT else output}")
    left_out = [plural(number, kind) for kind, number in left_out_of(book, layout).items()]
    if left_out:
        note(f"not in {layout}: {', '.join(left_out)}; --format markdown has them")
    return exit_code(problems)


def check(options: argparse.Namespace) -> int:
    """Print every problem of a codebook."""
    try:
        problems = read_codebook(codebook_path(options.study, options.path or options.codebook))[1]
    except StudyError as unusable:
        if not unusable.problems:
            raise
        problems = list(unusable.problems)
    return show_problems(in_order(problems), as_json=options.json)


def diff(options: argparse.Namespace) -> int:
    """Print what changed between two codebooks."""
    from codetui.core.codebook.diff import diff as changes_between
    from codetui.formats.codebook.changes import sentences

    old, new = _two_codebooks(options)
    changes = changes_between(old, new)
    if options.json:
        listed = [{**asdict(change), "words": [run._asdict() for run in change.words]} for change in changes]
        show_json({"old": _identity(old), "new": _identity(new), "changes": listed})
        return 0
    for sentence in sentences(changes, old, new):
        show(" ".join(sentence.split()))
    return 0


def _two_codebooks(options: argparse.Namespace) -> tuple[Codebook, Codebook]:
    kept_in = sessions_path(options.study, options.sessions)
    return find_codebook(options.old, kept_in), find_codebook(options.new, kept_in)


def _identity(book: Codebook) -> dict[str, str]:
    return {"title": book.title, "version": book.version, "hash": book.content_hash}


def propose(options: argparse.Namespace) -> int:
    """Write proposed migration rules for two codebooks."""
    from codetui.core.codebook.migration import propose as proposed

    old, new = _two_codebooks(options)
    rules = proposed(old, new)
    output = options.output
    if refused := _protected(options, output) or obstacle(output, options.force):
        return error(refused)
    write_text(render_map(rules, old, new), output)
    if output != STDOUT:
        undecided = sum(not rule.new for rule in rules.rules)
        written = plural(len(rules.rules), "rule")
        note(f"{written} written to {output}, {undecided} of them without a new code or profile.")
        note(f"Review them, set checked = true, then: codetui codebook migrate --map {output}")
    return 0


def migrate(options: argparse.Namespace) -> int:
    """Migrate all sessions to the codebook by the rules in a file, or only count what would change."""
    study = open_study(options)
    book = study.codebook
    if not (options.dry_run or book.has_editor(study.reader) or options.coder == study.reader):
        editors, own = " or ".join(book.editors), f"`--coder {study.reader}` migrates yours alone"
        return error(f"only {editors} can migrate the sessions of all; {own}.")
    old = Path(options.old) if options.old else None
    plan = read_plan(Path(options.map), study.codebook_path, study.sessions_path, old)
    if not options.dry_run and not plan.rules.is_checked:
        return error(
            f"the rules in {options.map} were proposed and nobody has reviewed them yet. "
            "Review them, set checked = true there, and run the same command again; --dry-run only counts."
        )
    if options.dry_run:
        counts = count_sessions(plan, study, options.coder)
    else:
        counts = migrate_study(plan, study, options.coder, old)
    problems = dict.fromkeys((*plan.problems, *counts.unread, *counts.problems))
    note_problems(problems)
    for line in lines_of(counts, plan.rules, plan.new, plan.old):
        show(line)
    changed = plural(counts.sessions, "session")
    anew = f", {plural(counts.rewritten, 'document')} rewritten with new labels" if counts.rewritten else ""
    if options.dry_run:
        show(f"{changed} would be changed{anew}; nothing was (--dry-run)")
    else:
        show(f"{changed} changed{anew}{'; undo reverts each' if counts.sessions else ''}")
    return exit_code(problems)


def _resumed(step: BegunStep, study: Study, *, is_reverse: bool) -> tuple[int, list[Problem]]:
    """Finish or revert a step; return the number of sessions changed and the problems. Raises StudyError."""
    if step.has_rules:
        counts = resume_study(step, study, is_reverse=is_reverse)
        return counts.sessions, list(dict.fromkeys((*counts.unread, *counts.problems)))
    from codetui.study.batch import StepDone, StepRunner

    runner = StepRunner(study, step.coder)
    try:
        done = runner.resume(step, is_reverse=is_reverse)
    finally:
        runner.release()
    if not isinstance(done, StepDone):
        raise StudyError(done.message)
    return done.sessions, list(done.problems)


def finish(options: argparse.Namespace) -> int:
    """Finish interrupted changes of the codebook, or revert them."""
    study = open_study(options)
    steps, unreadable = interrupted_steps(study.sessions_path)
    problems = [one for one in unreadable if all(step.id not in one.file for step in steps)]
    for step in steps:
        sessions, found = _resumed(step, study, is_reverse=options.undo)
        problems += found
        changed = plural(sessions, "session")
        show(f"{'taken back' if options.undo else 'finished'}: {step.what}; {changed} changed")
    note_problems(problems)
    if not (steps or problems):
        show("there is no interrupted change of the codebook")
    return exit_code(problems)


# --- arguments --------------------------------------------------------------------------------------------


def _add_import(parser: argparse.ArgumentParser) -> None:
    words = "a coding book in markdown; codes in CSV, XLSX, JSON, YAML, .qdc, .qdpx; a project of Taguette or QualCoder"
    parser.add_argument("book", metavar="BOOK", help=words)
    parser.add_argument("--dry-run", action="store_true", help="only show what is understood")
    add_json(parser)
    add_study(parser, "codebook")
    add_output(parser, None, "default: the codebook of the study")


def _add_export(parser: argparse.ArgumentParser) -> None:
    add_study(parser, "codebook")
    add_format(parser, tuple(CODING_BOOKS))
    add_output(parser, None, "default: coding_book.md, .html and so on")


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="FILE", help="the same as --codebook")
    add_study(parser, "codebook")
    add_json(parser)


def _add_diff(parser: argparse.ArgumentParser) -> None:
    _add_two_codebooks(parser)
    add_json(parser)


def _add_propose(parser: argparse.ArgumentParser) -> None:
    _add_two_codebooks(parser)
    add_output(parser, "map.toml", "default: map.toml")


def _add_two_codebooks(parser: argparse.ArgumentParser) -> None:
    for name in ("old", "new"):
        words = "a codebook file, or the version or hash of one used before"
        parser.add_argument(name, metavar=name.upper(), help=words)
    add_study(parser, "sessions")


def _add_migrate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--map", required=True, metavar="FILE", help="the rules; `codebook propose` writes some")
    parser.add_argument("--old", metavar="FILE", help="the codebook that the sessions come from")
    parser.add_argument("--dry-run", action="store_true", help="only count what would change")
    add_study(parser, *PARTS, coder=ONE_CODER)


def _add_finish(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--undo", action="store_true", help="undo it instead")
    add_study(parser, *PARTS)


COMMANDS = {
    "codebook import": Command(_add_import, import_),
    "codebook export": Command(_add_export, export),
    "codebook check": Command(_add_check, check),
    "codebook diff": Command(_add_diff, diff),
    "codebook propose": Command(_add_propose, propose),
    "codebook migrate": Command(_add_migrate, migrate),
    "codebook finish": Command(_add_finish, finish),
    **PROPOSALS,
}

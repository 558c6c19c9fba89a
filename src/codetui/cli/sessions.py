"""The commands on sessions: status, check, import, merge, and init."""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from codetui.cli.console import (
    PROBLEMS,
    as_records,
    error,
    exit_code,
    note,
    note_problems,
    show,
    show_json,
    show_problems,
    show_table,
    show_wrapped,
)
from codetui.cli.options import CODER, ONE_CODER, PARTS, Command, add_json, add_study
from codetui.core.text.display import plural
from codetui.study.session.outcome import Progress
from codetui.study.study import Study, StudyError, create_study, sessions_path

if TYPE_CHECKING:
    from codetui.model import Words
    from codetui.study.merger import ImportResult, MergeResult
    from codetui.study.overview import StudyStatus
    from codetui.study.reconcile import Counts


def open_study(options: argparse.Namespace) -> Study:
    """Open the study that the options name, for the person at the keyboard.  Raises StudyError."""
    study = Study.open(options.study, corpus=options.corpus, codebook=options.codebook, sessions=options.sessions)
    study.reader, study.records_reading = coder_name(None), True
    hidden = study.samples.hidden_from(study.reader) if study.samples.all else []
    if hidden:
        words = study.codebook.words
        ads = plural(len(hidden), words.source, words.sources)
        note(f"hidden from {study.reader}: what others made of {ads}, until all coders of each have marked it done")
    return study


def coder_name(given: str | None) -> str:
    """Return the coder's name: as given, else $CODETUI_CODER, else the login name."""
    if given or os.environ.get("CODETUI_CODER"):
        return given or os.environ["CODETUI_CODER"]
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "coder"


# --- status and check -------------------------------------------------------------------------------


def status(options: argparse.Namespace) -> int:
    """Print the state of each source, and the totals."""
    from codetui.study.overview import study_status

    study = open_study(options)
    found = study_status(study, options.coder)
    note_problems(found.errors)
    lines = (*found.lines, *found.missing)
    if options.json:
        problems = as_records(found.errors)
        samples = [one._asdict() for one in study.samples.progress()]
        lists = {"ads": [line._asdict() for line in lines], "totals": found.totals, "problems": problems}
        show_json(lists | ({"samples": samples} if samples else {}))
        return exit_code(found.errors)
    words = study.codebook.words
    for total in _totals(found, words):
        show_wrapped(total)
    rows = [
        (line.state, f"{line.codings:>7}", line.ad, line.employer, line.title, line.coder, line.profile)
        for line in lines
    ]
    for one in study.samples.progress():
        show_wrapped(f"sample {one.sample}: {one.coder} has done {one.done} of {one.all}")
    show("")
    show_table(("state", "codings", words.source, "employer", "title", "coder", "profile"), rows, whole=words.source)
    return exit_code(found.errors)


def _totals(found: StudyStatus, words: Words) -> Iterator[str]:
    """Yield the totals as sentences that agree with each other and with the table."""
    from codetui.study.overview import UNREAD

    totals = found.totals
    ads = plural(totals["ads"], words.source, words.sources)
    yield f"{ads}: {totals['coded']:,} coded, {totals['untouched']:,} untouched"
    if repeated := totals.get("repeated rows"):
        rows = plural(repeated, "row repeats", "rows repeat")
        yield f"{rows} the title and text of another one, and each counts as one {words.source} with it"
    coders = {line.coder for line in found.sessions}
    states = ", ".join(f"{totals[one]:,} {one}" for one in (*get_args(Progress)[1:], UNREAD) if totals.get(one))
    of = f" of {len(coders)} coders" if len(coders) > 1 else ""
    sessions = f"{plural(totals['sessions'], 'session')}{of}{': ' if states else ''}{states}"
    yield f"{sessions}; {plural(totals['codings'], 'coding')}"
    if missing := totals["not in the corpus"]:
        yield f"of these, {plural(missing, 'session')} on {words.sources} that the corpus lacks"


def check(options: argparse.Namespace) -> int:
    """Print every problem of codebook, corpus and sessions."""
    from codetui.study.checker import check_study, in_order

    try:
        study = open_study(options)
    except StudyError as unusable:
        if not unusable.problems:
            raise
        return show_problems(in_order(unusable.problems), as_json=options.json)
    try:
        problems = check_study(study, options.coder)
    except StudyError:
        if study.codebook_service.problems:
            show_problems(in_order(study.codebook_service.problems), as_json=options.json)
        raise
    return show_problems(problems, as_json=options.json)


# --- import and merge -------------------------------------------------------------------------------


def import_(options: argparse.Namespace) -> int:
    """Import documents into the sessions of a coder."""
    from codetui.study.merger import import_documents

    documents = [Path(document) for document in options.documents]
    study = open_study(options)
    results = import_documents(study, documents, coder_name(options.coder))
    for result in results:
        _show_import(result, study.codebook.words.source)
    imported = [result for result in results if result.target]
    if len(results) > 1:
        codings = sum(result.counts.quotations for result in imported if result.counts)
        show(f"{len(imported)} of {len(results)} documents imported; {plural(codings, 'coding')}")
    return PROBLEMS if len(imported) < len(results) else 0


def _show_import(result: ImportResult, word: str) -> None:
    """Print the session of a document, how its quotations were located, and what to check."""
    if result.target is None:
        show(f"{result.source}: {'imported but for its document' if result.counts else 'not imported'}")
    else:
        show(f"{result.source} → {word} {result.ad}, {result.target}")
        if result.counts is not None:
            show(f"  {_located(result.counts, word)}")
        show(f"  {result.message}")
    for problem in sorted(result.problems, key=lambda problem: problem.line):
        show(f"  {problem}")


def _located(counts: Counts, word: str) -> str:
    """Return how quotations were located: `18 codings: 15 exact, 2 after folding, …`."""
    numbers = {
        "exact": counts.exact,
        "apart from quotes, dashes or case": counts.folded,
        "only similar": counts.fuzzy,
        "ambiguous": counts.ambiguous,
        f"not in the {word}": counts.orphan,
    }
    how = ", ".join(f"{number} {what}" for what, number in numbers.items())
    return f"{plural(counts.quotations, 'coding')}: {how}"


def merge(options: argparse.Namespace) -> int:
    """Merge sessions of other folders into those of the study, or serve git as its merge driver."""
    if options.driver:
        return _merge_file(*map(Path, options.driver[1:]))
    if options.install_driver:
        return _install_driver(sessions_path(options.study, options.sessions))
    if not options.folders:
        return error("name the study, or the folder of sessions, to merge: `codetui merge /media/stick`.")
    return _merge_folders(open_study(options), [Path(folder) for folder in options.folders], is_dry=options.dry_run)


def _merge_folders(study: Study, folders: list[Path], *, is_dry: bool) -> int:
    from codetui.study.merger import BooksMerged, merge_folders

    fates: Counter[str] = Counter()
    books = code = 0
    merged_ones: set[tuple[str, str]] = set()
    for result in merge_folders(study, folders, is_dry=is_dry):
        code |= exit_code(result.problems)
        if isinstance(result, BooksMerged):
            books += result.number
            note_problems(result.problems)
        else:
            fates[result.fate] += result.fate != "merged" or (result.coder, result.ad) not in merged_ones
            merged_ones |= {(result.coder, result.ad)} if result.fate == "merged" else set()
            _show_merge(result, study.codebook.words.source)
    merged = "would be merged" if is_dry else "merged"
    words = [f"{plural(fates['merged'], 'session')} {merged}", f"{fates['nothing new']} had nothing new"]
    words += [f"{fates['refused']} refused"] if fates["refused"] else []
    words += [f"{fates['erased']} erased"] if fates["erased"] else []
    words += [f"{plural(books, 'version')} of the codebook merged"] if books else []
    show(", ".join(words) + (" (--dry-run)" if is_dry else ""))
    return PROBLEMS if fates["refused"] else code


def _show_merge(result: MergeResult, word: str) -> None:
    """Print what happened to a session; nothing for one without news or problems."""
    if result.fate != "nothing new" and result.ad:
        what = "not merged" if result.fate == "refused" else result.message
        show(f"{result.coder}, {word} {result.ad}: {what}")
    for problem in result.problems:
        show(f"  {problem}")


def _merge_file(ours: Path, theirs: Path, path: Path) -> int:
    """Merge two versions of a file for git; return 1 to leave the conflict to a person."""
    from codetui.study.git_driver import merge_file

    try:
        for conflict in merge_file(ours, theirs, path):
            note(conflict)
    except StudyError as conflict:
        error(conflict)
        return PROBLEMS
    return 0


def _install_driver(sessions: Path) -> int:
    from codetui.study.git_driver import install_driver

    made, left = install_driver(sessions)
    for path in made:
        show(f"created {path}: commit it, every clone needs it")
    for path in left:
        show(f"unchanged: {path}")
    show("git in this clone now merges documents with codetui; run this once in every other clone")
    return 0


# --- a new study ------------------------------------------------------------------------------------


def init(options: argparse.Namespace) -> int:
    """Create a study in a folder without overwriting anything."""
    from shlex import quote

    folder = Path(options.folder)
    if options.project:
        return _init_from(Path(options.project), folder)
    made, left = create_study(folder)
    for path in made:
        show(f"created {path}")
    for path in left:
        show(f"unchanged: {path}")
    where = "" if folder == Path() else f"cd {quote(f'./{folder}' if str(folder).startswith('-') else str(folder))} && "
    show(f"\nPut your ads into {folder / 'ads'}, your codes into {folder / 'codebook.toml'}, then: {where}codetui")
    return 0


def _init_from(project: Path, folder: Path) -> int:
    """Create a study from a project of another program, and print how its codings are imported."""
    from shlex import quote

    from codetui.study.project_study import contents_of, create_from_project

    created = create_from_project(project, folder)
    for path in (*created.made, *created.left):
        show(f"{'created' if path in created.made else 'unchanged:'} {path}")
    show(f"{contents_of(created, folder / 'ads')}, from {project}")
    study = "" if folder == Path() else f" --study {quote(str(folder))}"
    show(f"\nImport its codings: codetui import-codings{study} {quote(str(project))}")
    return 0


# --- arguments --------------------------------------------------------------------------------------------


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("documents", nargs="+", metavar="DOC.md", help="documents, or folders of them")
    add_study(parser, *PARTS, coder=CODER)


def _add_report(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS, coder=ONE_CODER)
    add_json(parser)


def _add_merge(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", nargs="*", metavar="DIR", help="studies, folders of coders, or logs")
    add_study(parser, *PARTS)
    parser.add_argument("--dry-run", action="store_true", help="only show what would be merged")
    parser.add_argument("--install-driver", action="store_true", help="let git in this clone merge documents")
    driver = ("BASE", "OURS", "THEIRS", "PATH")
    parser.add_argument("--driver", nargs=4, metavar=driver, help="run by git; OURS becomes the merge")


def _add_init(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="default: this folder")
    words = "a REFI-QDA project (.qdpx) with the texts and codes of the study"
    parser.add_argument("--from", dest="project", metavar="FILE", help=words)


COMMANDS = {
    "import": Command(_add_import, import_),
    "status": Command(_add_report, status),
    "check": Command(_add_report, check),
    "merge": Command(_add_merge, merge),
    "init": Command(_add_init, init),
}

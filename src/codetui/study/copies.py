"""Compare an open session with a copy of its log, document or source, and merge a copy of the first two into it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.index import label_of, place_title, profile_name
from codetui.core.session.commands import Refusal
from codetui.core.session.state import State, replay
from codetui.core.text.display import plural
from codetui.model import Codebook, Source, SourceId
from codetui.storage import fs
from codetui.storage.copies import is_backup, original_of
from codetui.storage.journal import Journal, missing_lines
from codetui.storage.session_files import LOG, SessionPaths, coders, strays
from codetui.storage.sources.corpus import Corpus
from codetui.storage.sources.corpus_files import reader_of
from codetui.study.session.document import decode_document, heading_id, owner_of, read_document
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Saved, not_read
from codetui.study.session.session import Session
from codetui.study.session.sync import ParsedDocument, parse, unmerged
from codetui.study.sessions import SessionSnapshot, copied_folders, out_of_bounds, text_conflict
from codetui.study.study import Study

CONFLICT_MARK = "The copy has conflict marks of git, so nothing is merged: choose one side and delete the marks."


def find_copies(session: Session, paths: SessionPaths) -> list[Path]:
    """Return the copies of a session's log and document, which are not read; `paths` are those of its coder.

    They are in the same folders as the originals, or in copies of the coder's folder.
    """
    source_id, names = session.source.id, coders(paths.root)
    found = [*session.find_copies(), *filter(partial(_is_of, source_id), strays(paths.folder))]
    for name in (name for name, one in copied_folders(paths.root, names).items() if one == paths.folder.name):
        copied = SessionPaths.of_folder(paths.root, name)
        log = copied.log(source_id)
        found += [log] if fs.is_file(log) else copied.documents_of(source_id)
    return list(dict.fromkeys(found))


def find_source_copies(source: Source) -> list[Path]:
    """Return the copies of the file with a source, which are not read; backups of editors are not among them."""
    file = Path(source.file)
    with suppress(OSError):
        names = fs.names_in(file.parent)
        copies = (name for name in names if original_of(name, names) == file.name and not is_backup(name))
        return [file.with_name(name) for name in copies]
    return []


def copied_folder(paths: SessionPaths) -> Path | None:
    """Return a copy of the coder's folder, if there is one."""
    copies = copied_folders(paths.root, coders(paths.root))
    return next((paths.root / name for name, one in copies.items() if one == paths.folder.name), None)


def _is_of(source_id: SourceId, path: Path) -> bool:
    """Return whether a log or document names this source."""
    if path.name.endswith(LOG):
        return owner_of(path) == source_id
    with suppress(OSError):
        return read_document(path).heading == heading_id(source_id)
    return False


class Comparison(NamedTuple):
    """The differences between a copy and a session, in lines.

    `is_contained` is True if the session has everything in the copy, `has_news` if merging the copy changes the
    session.
    """

    lines: list[str]
    is_contained: bool
    has_news: bool


def compare_copy(session: Session, copy: Path) -> Comparison | Refusal:
    """Compare a copy with its session, or return why it cannot be merged."""
    try:
        return _compared(session, copy)
    except OSError as error:
        return Refusal(not_read(error, copy, "nothing is merged").message)


def _compared(session: Session, copy: Path) -> Comparison | Refusal:
    if copy.name.endswith(LOG):
        steps, problems = Journal(copy).read()
        theirs = SessionSnapshot(session.coder, session.coder, session.source, replay(steps), copy, tuple(steps))
        words = session.book.words
        conflict = text_conflict(session.transactions, session.log_path, theirs, words) or out_of_bounds(theirs)
        refusal = conflict.message if conflict else ""
        alone, merged = theirs.state, replay((*session.transactions, *steps))
    else:
        parsed = _parsed(copy)
        refusal, problems = CONFLICT_MARK if unmerged(parsed) else "", parsed.problems
        alone = session.rehearse_import(parsed, copy, is_alone=True)
        merged = session.rehearse_import(parsed, copy, is_alone=False)
    if refusal:
        return Refusal(refusal)
    here, there, after = (Counter(_contents(one, session.book)) for one in (session.state, alone, merged))
    parts = {
        "Only in the copy": there - here,
        "Only here": here - there,
        "Merging removes or replaces": here - after,
        "Not readable in the copy": Counter(problem.message for problem in problems if problem.severity == "error"),
    }
    lines = [line for title, found in parts.items() if found for line in (f"{title}:", *map("· {}".format, found))]
    is_contained = not there - here
    # Merging a log may add what is here already a second time: that is no news.
    has_news = bool(here - after) or (not is_contained and here != after)
    return Comparison(lines or ["The copy has exactly what is here."], is_contained, has_news)


def compare_source(study: Study, source: Source, copy: Path) -> Comparison | Refusal:
    """Compare the text of a source with that in a copy of its file, line by line.  A source is never changed."""
    try:
        corpus = Corpus(copy, study.codebook.corpus, study.sessions_path, study.codebook.words)
        entry = corpus.find(source.id) if reader_of(copy.name).is_table else corpus.first()
        found = corpus.read(entry)[0] if entry else None
    except OSError as error:
        return Refusal(not_read(error, copy, "the two are not compared").message)
    if found is None:
        return Refusal(f"The copy has no {study.codebook.words.source} {source.id}.")
    here, there = (Counter(filter(str.strip, one.text.splitlines())) for one in (source, found))
    parts = {"Only in the copy": there - here, "Only here": here - there}
    lines = [line for title, only in parts.items() if only for line in (f"{title}:", *map("· {}".format, only))]
    return Comparison(lines or ["The copy has exactly the text that is here."], not lines, has_news=False)


def merge_copy(session: Session, copy: Path) -> Saved | NotSaved | HeldElsewhere:
    """Merge a copy into its session as `codetui merge` and `codetui import` do."""
    try:
        if not copy.name.endswith(LOG):
            # Whoever merges a copy has seen what that removes.
            result = session.import_text(_parsed(copy), copy, may_remove_many=True)
            return Saved(result.message, hint="undo it") if result.is_saved else NotSaved(result.detail)
        ours = fs.none_if_gone(lambda: fs.read(session.log_path)) or b""
        lines = missing_lines(ours, fs.read(copy))
    except OSError as error:
        return NotSaved(f"{error.filename or copy}: {error.strerror or error}")
    obstacle = session.add_steps(lines)
    codings = plural(len(session.state.live()), "coding")
    return obstacle or Saved(f"Merged: {plural(len(lines), 'step')}, {codings} now.")


def _parsed(document: Path) -> ParsedDocument:
    return parse(decode_document(fs.read(document), document), str(document))


def _contents(state: State, book: Codebook) -> Iterator[str]:
    """Yield everything that was coded and written, one line each."""
    for coding in state.live():
        note = f" (note: {coding.note})" if coding.note else ""
        yield f"{label_of(book, coding.code)}: “{' '.join(coding.words.split())}”{note}"
    for memo in state.notes.values():
        yield f"note on {place_title(book, memo.target)}: {memo.text}"
    if state.profile:
        yield f"profile {profile_name(book, state.profile)}: {state.reasoning or 'no reasoning'}"
    if state.is_done:
        yield "marked done"

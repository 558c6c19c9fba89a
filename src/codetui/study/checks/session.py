"""Check one session: its log, its document, and how they relate to each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State, replay
from codetui.core.text.display import plural
from codetui.core.text.normalize import collapse_spaces
from codetui.formats import session_doc
from codetui.formats.session_doc import Document, Written
from codetui.model import Codebook, Problem, Source
from codetui.study.checks import completeness, duplicates
from codetui.study.reconcile.findings import codebook_remarks
from codetui.study.session.log import described
from codetui.study.session.lookup import DocumentFile
from codetui.study.session.outcome import change_words
from codetui.study.session.sync import DocumentStatus
from codetui.study.sessions import SessionSnapshot

OPEN_ONCE = "open the ad once, and that is taken over"


class Checked(NamedTuple):
    """The problems of a session, and what of it is compared with sessions on the same text."""

    problems: list[Problem]
    coded: duplicates.Coded | None = None


def check_session(session: SessionSnapshot, source: Source | None, corpus: Path, index: CodebookIndex) -> Checked:
    """Return the problems of one session; `source` is None if the corpus lacks it."""
    # Every line was confirmed to a coder: one that cannot be read is work that is lost.
    problems = [problem._replace(severity="error") for problem in session.log_problems]
    problems += (*session.misplaced, *session.read_problems)
    state, document = session.state, session.document
    if session.is_unread or (session.log is not None and replay(session.transactions).opened is None):
        return Checked([*problems, *session.edit_problems])
    file = str(document.path if document else session.log)
    logged = replay(session.transactions)
    source_known = described(source or session.source, logged)
    expected = session_doc.document_of(logged, index.book, source_known) if session.log else Written("", ())
    read = _read_by_hand(session, expected)
    problems += log_vs_document(session, expected, file)
    problems += session_doc.read(document.text, file)[1] if document and read else []
    problems += _remarks(session, read, expected, file, index)
    lines = {id_: line for line, ids in session.line_ids for id_ in ids}
    unsure = (
        list(completeness.quotation_problems(state, source, file, lines, index.book.words.source))
        if source
        else list(_without_source(session, file, corpus))
    )
    problems += unsure
    problems += _assigned(session, read, unsure, index.book, file)
    is_begun = bool(state.live() or state.profile)
    return Checked(problems, duplicates.coded(session.source.id, file, state) if is_begun else None)


def _read_by_hand(session: SessionSnapshot, expected: Written) -> Document | None:
    """Return what the document says where a person wrote, edited or laid it out."""
    if session.document is None or session.status not in (DocumentStatus.OWN, DocumentStatus.EDITED):
        return None
    is_laid_out = session.state.layout is not None and session.document.text == expected.text
    is_by_hand = session.status is DocumentStatus.EDITED or session.log is None or is_laid_out
    if session.reconciliation is not None:
        return session.reconciliation.document
    return session_doc.read(session.document.text, "")[0] if is_by_hand else None


def log_vs_document(session: SessionSnapshot, expected: Written, file: str) -> Iterator[Problem]:
    """Yield how the document differs from the log; `expected` is what the log gives now."""
    document, source_id = session.document, session.source.id
    match session.status:
        case DocumentStatus.MISSING | DocumentStatus.EMPTY:
            if not session.state.is_untouched:
                how = "missing" if session.status is DocumentStatus.MISSING else "empty"
                what = f"the document of ad {source_id} is {how}; open the ad once, and it is written again"
                yield Problem(file, 0, "warning", what)
        case DocumentStatus.DAMAGED:
            yield from session.edit_problems
        case _ if session.log is None:
            what = f"this document of ad {source_id} has no log; open the ad once, and its codings are taken over"
            yield Problem(file, 0, "warning", what)
        case DocumentStatus.EDITED:
            yield _edited(session, file)
        case _ if document is not None and document.text != expected.text.encode("utf-8", "replace").decode():
            yield _left_behind(document, session.state, file)


def _edited(session: SessionSnapshot, file: str) -> Problem:
    """Return what to report of a document that somebody changed, or that is newer than its log."""
    found, lost = session.reconciliation, session.lost_steps
    if (found is None or not found.events) and not lost:
        return Problem(file, 0, "note", f"the layout of the document was changed outside; {OPEN_ONCE}")
    changes = change_words(found.counts) if found else ""
    changes = changes or "profile or title"
    if not lost:
        return Problem(file, 0, "warning", f"the document was changed outside ({changes}); {OPEN_ONCE}")
    what = f"the document is newer than the log, which lacks {plural(lost, 'step')} of it ({changes})"
    hint = f"{OPEN_ONCE}; to keep the steps too, restore the log's lines before"
    return Problem(file, 0, "error", f"{what}: {hint}")


def _left_behind(document: DocumentFile, state: State, file: str) -> Problem:
    """Return what to report of a document that codetui wrote and the log does not give now."""
    here = [collapse_spaces(words) for words in _words(session_doc.read(document.text, "")[0])]
    live = [collapse_spaces(coding.words) for coding in state.live()]
    more, fewer = (Counter(live) - Counter(here)).total(), (Counter(here) - Counter(live)).total()
    counts = f"the log has {plural(more, 'quotation')} more and {fewer:,} fewer"
    what = f"the document is older than the log or the codebook ({counts}); open the ad once"
    return Problem(file, 0, "warning", what)


def _words(document: Document) -> Iterator[str]:
    for section in document.sections:
        for block in section.blocks:
            for code in block.codes:
                yield from (entry.words for entry in code.entries if entry.kind != "note")


def _remarks(
    session: SessionSnapshot, read: Document | None, expected: Written, file: str, index: CodebookIndex
) -> Iterator[Problem]:
    """Yield what disagrees with the codebook; what codetui wrote is only parsed where it has unknown codes."""
    document = read
    if document is None:
        if not _has_unknown(session.state, index):
            return
        document = session_doc.read(expected.text, "")[0]
    has_lines = read is not None or session.line_ids == expected.ids
    for remark in codebook_remarks(session_doc.identified(document, index), index):
        yield Problem(file, remark.line if has_lines else 0, remark.severity, remark.message)


def _has_unknown(state: State, index: CodebookIndex) -> bool:
    """Return whether the codebook lacks a code, group or section of the session."""
    codes, others = set(index.codes), {"section": set(index.sections), "group": set(index.groups)}
    places = [note.target for note in state.notes.values() if note.text]
    return any(coding.code not in codes for coding in state.live()) or any(
        place.id not in others.get(place.kind, codes) for place in places
    )


def _without_source(session: SessionSnapshot, file: str, corpus: Path) -> Iterator[Problem]:
    """Report a session whose source the corpus lacks: its quotations cannot be located."""
    if not session.state.is_untouched:
        what = f"ad {session.source.id} is no longer in {corpus}: restore it; its codings are kept"
        yield Problem(file, 0, "error", what)


def _assigned(
    session: SessionSnapshot, read: Document | None, unsure: list[Problem], book: Codebook, file: str
) -> list[Problem]:
    """Return what the source as a whole lacks, at the line of its profile."""
    count = sum(problem.severity != "note" for problem in unsure)
    found = list(completeness.profile_problems(session.state, count, book, file))
    if not found or session.document is None:
        return found
    lines = (read or session_doc.read(session.document.text, "")[0]).lines
    place = lines.get("profile") or lines.get("heading")
    return [problem._replace(line=place.line if place else 0) for problem in found]

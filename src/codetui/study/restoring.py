"""Logs that are only looked at, and documents that come back from them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from codetui.core.session.state import replay
from codetui.model import Codebook, SourceId, Transaction
from codetui.storage import files
from codetui.storage.event_log import EventLog
from codetui.storage.sessions import SessionPaths
from codetui.study.documents import AdFacts, SessionDocument
from codetui.study.outcome import AdStatus, status_of


def restored_status(paths: SessionPaths, book: Codebook, ad: SourceId, *, restores: bool) -> AdStatus:
    """How far a session is; its document comes back, if it is lost and `restores` says so.  Raises OSError."""
    transactions = EventLog(paths.log(ad)).read()[0]
    if restores:
        restore_document(paths, book, transactions)
    return status_of(replay(transactions))


def restore_document(paths: SessionPaths, book: Codebook, transactions: Sequence[Transaction]) -> None:
    """Writes the document of a session that has a log and none, or one that a crash has left behind its log.

    What the disk refuses is tried again when the session is opened.
    """
    from codetui.formats import session_doc

    state = replay(transactions)
    opened = state.opened
    if opened is None or state.is_untouched:
        return
    facts = AdFacts(opened.ad, state.employer or opened.employer, state.title or opened.title)

    with suppress(OSError):
        if files.is_newer(paths.document(opened.ad, facts.employer), paths.log(opened.ad)):
            return
        document = SessionDocument(paths, opened.ad)
        if document.says_no_more_than(transactions):
            written = session_doc.document_of(state, book, facts)
            document.write(written, facts.employer, steps=tuple(one.id for one in transactions))

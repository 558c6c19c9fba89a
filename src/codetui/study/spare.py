"""A session's second place, for the time that its own disk refuses what is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from codetui.model import Problem, SourceId, Transaction
from codetui.storage.event_log import EventLog
from codetui.storage.sessions import SessionPaths
from codetui.study.bases import Base
from codetui.study.documents import SessionDocument


class Spare:
    """A folder elsewhere with the session's log and document, laid out as the sessions folder is.

    `codetui merge` brings both together again.
    """

    def __init__(self, folder: Path, coder: str, ad: SourceId) -> None:
        self.folder = folder
        self._ad = ad
        self._paths = SessionPaths(folder, coder)
        self._log = EventLog(self._paths.log(ad))

    def take(self, transactions: Sequence[Transaction]) -> None:
        """Puts on disk what is not there yet; raises OSError."""
        self._log.complete(transactions)

    def write(self, document: Base, employer: str) -> Problem | None:
        """Replaces the document; the problem it met, if any."""
        from codetui.formats import session_doc

        written = session_doc.Written(document.text, document.ids)
        return SessionDocument(self._paths, self._ad).write(written, employer, steps=document.steps)

"""Sessions as the markdown documents that coders read and edit."""

from __future__ import annotations

from collections.abc import Sequence

from codetui.formats.export.exporter import Export, ExportedSession
from codetui.formats.session_doc.patch import document_of
from codetui.model import Codebook


class MarkdownExporter:
    """Writes one document a session, in a folder for each coder."""

    name = "markdown"
    suffix = ""
    default_output = "export"
    has_attributes = False

    def export(self, sessions: Sequence[ExportedSession], book: Codebook) -> Export:
        """Return the documents; one that has no log is exported as it is."""
        texts = {session.path: _document(session, book) for session in sessions if session.is_begun}
        return Export(texts, len(texts), "document")


def _document(session: ExportedSession, book: Codebook) -> str:
    if session.document is not None:
        return session.document
    return document_of(session.state, book, session.facts).text

"""Sessions as the markdown documents that coders read and edit."""

from __future__ import annotations

from collections.abc import Sequence

from codetui.core.text.display import plural
from codetui.formats.export.exporter import Export, ExportedSession, What, encoded
from codetui.formats.session_doc.patch import document_of
from codetui.model import Codebook


class MarkdownExporter:
    """Writes one document per session, in a folder for each coder."""

    name = "markdown"
    suffix = ""
    tables: tuple[What, ...] = ()

    def export(self, sessions: Sequence[ExportedSession], book: Codebook, tables: Sequence[What]) -> Export:  # noqa: ARG002
        """Return the documents; a document without a log is exported unchanged."""
        files = {session.path: encoded(_document(session, book)) for session in sessions if session.is_begun}
        return Export(files, plural(len(files), "document"))


def _document(session: ExportedSession, book: Codebook) -> str:
    if session.document is not None:
        return session.document
    return document_of(session.state, book, session.facts).text

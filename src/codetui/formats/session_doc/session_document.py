"""What a session writes: its form, edited where the session has gone on, or a document in the canonical shape."""

from __future__ import annotations

from codetui.core.codebook.index import index_of
from codetui.core.session.state import State
from codetui.formats.session_doc.form import render
from codetui.formats.session_doc.projection import AdFacts, project
from codetui.formats.session_doc.writer import Written, written
from codetui.model import Codebook


def document_of(state: State, book: Codebook, ad: AdFacts) -> Written:
    """The document of a session."""
    wanted = project(state, book, ad)
    return written(wanted) if state.form is None else render(state.form, wanted, index_of(book))

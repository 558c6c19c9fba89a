"""The document that a log gives."""

from __future__ import annotations

from codetui.core.session.state import State
from codetui.formats import session_doc
from codetui.formats.session_doc import Written
from codetui.model import Codebook, Source
from codetui.study.session.document import AdFacts


def document_of(state: State, book: Codebook, ad: Source) -> Written:
    """The document of a state; `ad` says what it was opened with where the state does not."""
    facts = AdFacts(ad.id, state.employer or ad.employer, state.title or ad.title)
    return session_doc.document_of(state, book, facts)

"""The document that a log gives."""

from __future__ import annotations

from codetui.core.session.state import State
from codetui.formats import manual_coding
from codetui.formats.manual_coding import Written
from codetui.model import Codebook, Source
from codetui.study.forms import AdFacts


def document_of(state: State, book: Codebook, ad: Source) -> Written:
    """The document of a state; `ad` says what it was opened with where the state does not."""
    facts = AdFacts(ad.id, state.employer or ad.employer, state.title or ad.title)
    return manual_coding.document_of(state, book, facts)

"""How a person laid a document out: kept as a form, unless it is the shape that codetui gives it anyway."""

from __future__ import annotations

from itertools import count

from codetui.core.codebook.index import index_of
from codetui.core.session.state import State, replay
from codetui.model import Codebook, DocumentLayout, Source, SourceDescribed, Transaction, TransactionId
from codetui.study import taking_over
from codetui.study.documents import AdFacts


def form_of(text: str, taken: taking_over.Taken, ad: Source, book: Codebook, facts: AdFacts) -> DocumentLayout | None:
    """How the person laid out what was taken over; None where that is the canonical shape."""
    from codetui.formats import session_doc

    for event in taken.events:
        if isinstance(event, SourceDescribed):
            facts = facts._replace(employer=event.employer, title=event.title)
    if is_canonical(text, ad, book, facts):
        return None
    ids = session_doc.ids_by_line(taken.document)
    return DocumentLayout(text=text, ids=ids, employer=facts.employer, title=facts.title)


def is_canonical(text: str, ad: Source, book: Codebook, facts: AdFacts) -> bool:
    """Whether a document has the shape that codetui gives a session that says the same."""
    from codetui.formats import session_doc

    read = session_doc.read(text, "")[0]
    if session_doc.write(read) != text:
        return False
    bare = Source(ad.id, facts.employer, facts.title, "", "")
    ids = (f"{number:08}" for number in count())
    edited = session_doc.identified(read, index_of(book))
    events = taking_over.take_over(edited, None, State(), bare, book, "", lambda: next(ids)).events
    alone = Transaction(id=TransactionId("t"), seq=1, time="", coder="", events=events)
    return session_doc.document_of(replay([alone]), book, facts).text == text

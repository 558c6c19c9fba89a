"""How a person laid a document out: kept as a form, unless it is the shape that codetui gives it anyway."""

from __future__ import annotations

from itertools import count
from typing import NamedTuple

from codetui.core.codebook import index_of
from codetui.core.state import State, replay
from codetui.formats import manual_coding
from codetui.model import Ad, AdDescribed, AdId, Codebook, Form, Transaction, TransactionId
from codetui.workspace import taking_over


class AdFacts(NamedTuple):
    """What a document says of the ad itself."""

    id: AdId
    employer: str
    title: str


def form_of(text: str, taken: taking_over.Taken, ad: Ad, book: Codebook, facts: AdFacts) -> Form | None:
    """How the person laid out what was taken over; None where that is the canonical shape."""
    for event in taken.events:
        if isinstance(event, AdDescribed):
            facts = facts._replace(employer=event.employer, title=event.title)
    if is_canonical(text, ad, book, facts):
        return None
    ids = manual_coding.ids_by_line(taken.document)
    return Form(text=text, ids=ids, employer=facts.employer, title=facts.title)


def is_canonical(text: str, ad: Ad, book: Codebook, facts: AdFacts) -> bool:
    """Whether a document has the shape that codetui gives a session that says the same."""
    read = manual_coding.read(text, "")[0]
    if manual_coding.write(read) != text:
        return False
    bare = Ad(ad.id, facts.employer, facts.title, "", "")
    ids = (f"{number:08}" for number in count())
    edited = manual_coding.identified(read, index_of(book))
    events = taking_over.take_over(edited, None, State(), bare, book, "", lambda: next(ids)).events
    alone = Transaction(id=TransactionId("t"), seq=1, time="", coder="", events=events)
    return manual_coding.document_of(replay([alone]), book, facts).text == text

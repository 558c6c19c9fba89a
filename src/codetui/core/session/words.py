"""Describe a quotation, an event or a whole step in a few words, for messages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codetui import model
from codetui.core.codebook import index as books
from codetui.core.session.commands import DecisionContext, quoted
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.model import Event, Transaction


def step_words(transaction: Transaction, state: State, study: DecisionContext) -> str:
    """Describe a step so that it continues `Undone: `."""
    several = extent(transaction.events)
    match transaction.cause:
        case "copy":
            return f"the copy from {study.word} {transaction.from_name}"
        case "document":
            return f"the import of {transaction.from_name}"
        case "edit":
            return EDIT
        case "migration":
            return f"the migration from {transaction.from_name.partition(',')[0]}"
        case "hand" if several and all(isinstance(event, model.CodingRemoved) for event in transaction.events):
            return "the removal"
        case "hand" if several:
            return "the changes"
        case _:
            return event_words(transaction.events[-1], state, study)


def codings_in(events: Iterable[Event]) -> int:
    """Return how many codings events change."""
    return len({event.coding for event in events if hasattr(event, "coding")})


def extent(events: Sequence[Event]) -> str:
    """Return what events change in counts, `26 codings, profile`; empty if that is a single coding, note or profile."""
    codings = codings_in(events)
    notes = sum(isinstance(event, model.MemoWritten) for event in events)
    has_profile = any(isinstance(event, model.ProfileAssigned) for event in events)
    if codings + notes + has_profile < 2:
        return ""
    parts = (plural(codings, "coding"), codings), (plural(notes, "note"), notes), ("profile", has_profile)
    return ", ".join(words for words, number in parts if number)


EDIT = "an edit of the document by hand"


def event_words(event: Event, state: State, study: DecisionContext) -> str:
    """Return what an event changes."""
    match event:
        case model.CodingAdded():
            return f"{study.label(event.code)} on {quoted(event.words)}"
        case model.CodingRemoved():
            coding = state.codings.get(event.coding)
            return f"the removal of {study.label(coding.code) if coding else 'a coding'}"
        case model.CodingRecoded():
            return f"the change from {study.label(event.code_before)} to {study.label(event.code)}"
        case model.CodingReanchored():
            return f"the boundaries of {quoted(event.words)}"
        case model.CodingNoted():
            coding = state.codings.get(event.coding)
            return f"the note beside {quoted(coding.words)}" if coding else "a note"
        case model.MemoWritten() if event.target.kind == "source":
            return f"the memo on this {study.word}"
        case model.MemoWritten() if event.target.kind == "quotation":
            coding = state.codings.get(model.CodingId(event.target.id))
            return f"the memo on {quoted(coding.words)}" if coding else "a memo"
        case model.MemoWritten():
            return f"the note on {books.place_title(study.book, event.target)}"
        case model.ProfileAssigned() if event.profile == event.profile_before:
            return "the reasoning"
        case model.ProfileAssigned():
            return f"profile {books.profile_name(study.book, event.profile)}" if event.profile else "no profile"
        case model.DoneMarked():
            return f"marked {'done' if event.is_done else 'not done'}"
        case model.UncodableMarked():
            return f"marked {'not codable' if event.is_uncodable else 'codable'}"
        case model.LayoutChanged():
            return EDIT
        case _:
            return "employer and title"

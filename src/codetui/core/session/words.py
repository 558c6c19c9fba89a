"""How messages name what was done: a quotation, an event, a whole step, in a few words."""

from __future__ import annotations

from codetui.core.codebook import index as books
from codetui.core.session.commands import DecisionContext
from codetui.core.session.state import State
from codetui.model import (
    CodeId,
    CodingAdded,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    DoneMarked,
    Event,
    LayoutChanged,
    MemoWritten,
    ProfileAssigned,
    Transaction,
)

SHORTENED = 32
"""Code points of a quotation that a message repeats."""


def quoted(words: str) -> str:
    """The words as a message repeats them: on one line, shortened, in quotes."""
    line = " ".join(words.split())
    return f"“{line if len(line) <= SHORTENED else line[: SHORTENED - 1].rstrip() + '…'}”"


def step_words(transaction: Transaction, state: State, study: DecisionContext) -> str:
    """What a whole step was about, in a few words."""
    if transaction.cause == "copy":
        return f"what was taken over from ad {transaction.from_name}"
    if transaction.cause == "document":
        return f"what was taken over from {transaction.from_name}"
    if transaction.cause == "edit":
        return "an edit of the document by hand"
    if transaction.cause == "migration":
        return f"the migration from {transaction.from_name.partition(',')[0]}"
    return event_words(transaction.events[-1], state, study)


def event_words(event: Event, state: State, study: DecisionContext) -> str:
    """What an event was about, in a few words."""
    match event:
        case CodingAdded():
            return f"{_label(study, event.code)} on {quoted(event.words)}"
        case CodingRemoved():
            coding = state.codings.get(event.coding)
            return f"removing {_label(study, coding.code)}" if coding else "removing a coding"
        case CodingRecoded():
            return f"{_label(study, event.code_before)} becoming {_label(study, event.code)}"
        case CodingReanchored():
            return f"boundary of {quoted(event.words)}"
        case CodingNoted():
            coding = state.codings.get(event.coding)
            return f"the note beside {quoted(coding.words)}" if coding else "a note"
        case MemoWritten():
            return f"the note on {books.place_title(study.book, event.target)}"
        case ProfileAssigned() if event.profile == event.profile_before:
            return "the reasoning"
        case ProfileAssigned():
            return f"profile {books.profile_name(study.book, event.profile)}" if event.profile else "no profile"
        case DoneMarked():
            return "marked done" if event.is_done else "taken up again"
        case LayoutChanged():
            return "an edit of the document by hand"
        case _:
            return "the ad's description"


def _label(study: DecisionContext, code: CodeId) -> str:
    return books.label_of(study.book, code)

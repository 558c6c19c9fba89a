"""Undo and redo by appending events: nothing is ever removed from the log."""

from __future__ import annotations

from dataclasses import replace

from codetui.core.session.state import State
from codetui.model import (
    CodingAdded,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    DoneMarked,
    Event,
    LayoutChanged,
    MemoWritten,
    ProfileAssigned,
    SessionOpened,
    SourceDescribed,
    Transaction,
)


def undo_target(state: State) -> Transaction | None:
    """Return the transaction that undo would invert next."""
    return state.done_steps.newest if state.done_steps else None


def redo_target(state: State) -> Transaction | None:
    """Return the transaction that redo would apply again next."""
    return state.undone_steps.newest if state.undone_steps else None


def undo_events(transaction: Transaction) -> tuple[Event, ...]:
    """Return the events that invert a transaction, the last one first."""
    inverses = (invert(event) for event in reversed(transaction.events))
    return tuple(inverse for inverse in inverses if inverse is not None)


def redo_events(transaction: Transaction) -> tuple[Event, ...]:
    """Return the events that apply a transaction again after it was undone."""
    return tuple(_again(event) for event in transaction.events if not isinstance(event, SessionOpened))


def _again(event: Event) -> Event:
    return CodingRestored(coding=event.coding) if isinstance(event, CodingAdded) else event


def invert(event: Event) -> Event | None:
    """Return the event that inverts this one, None for the opening of a session."""
    match event:
        case CodingAdded() | CodingRestored():
            return CodingRemoved(coding=event.coding)
        case CodingRemoved():
            return CodingRestored(coding=event.coding)
        case SessionOpened():
            return None
        case CodingRecoded():
            return CodingRecoded(
                coding=event.coding,
                code=event.code_before,
                rank=event.rank_before,
                code_before=event.code,
                rank_before=event.rank,
            )
        case CodingReanchored():
            return CodingReanchored(
                coding=event.coding,
                anchor=event.anchor_before,
                words=event.words_before,
                anchor_before=event.anchor,
                words_before=event.words,
                is_proposed=event.was_proposed,
                was_proposed=event.is_proposed,
            )
        case _:
            return _invert_text(event)


def _invert_text(
    event: CodingNoted | MemoWritten | ProfileAssigned | SourceDescribed | DoneMarked | LayoutChanged,
) -> Event:
    match event:
        case CodingNoted():
            return CodingNoted(coding=event.coding, note=event.note_before, note_before=event.note)
        case MemoWritten():
            return replace(event, text=event.text_before, text_before=event.text)
        case ProfileAssigned():
            return ProfileAssigned(
                profile=event.profile_before,
                reasoning=event.reasoning_before,
                profile_before=event.profile,
                reasoning_before=event.reasoning,
            )
        case SourceDescribed():
            return SourceDescribed(
                employer=event.employer_before,
                title=event.title_before,
                employer_before=event.employer,
                title_before=event.title,
            )
        case DoneMarked():
            return DoneMarked(is_done=event.was_done, was_done=event.is_done)
        case LayoutChanged():
            return LayoutChanged(layout=event.layout_before, layout_before=event.layout)

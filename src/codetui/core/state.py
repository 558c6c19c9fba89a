"""The state of one session: a fold over its transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from codetui.model import (
    AdDescribed,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    DocumentTaken,
    DoneMarked,
    Event,
    Form,
    NoteId,
    PlaceNote,
    PlaceNoted,
    ProfileAssigned,
    SessionOpened,
    Transaction,
    TransactionId,
)


class Steps(NamedTuple):
    """A stack of transactions, newest first; None is the empty stack."""

    newest: Transaction
    earlier: Steps | None


@dataclass(frozen=True, eq=False)
class State:
    """One coder's coding of one ad as it stands.

    `codings` holds the removed ones too.  `form` is how a person laid the document out; None is the canonical shape.
     Compared by identity: the screen compares states on every key.
    """

    opened: SessionOpened | None = None
    employer: str = ""
    title: str = ""
    codings: Mapping[CodingId, Coding] = field(default_factory=dict)
    notes: Mapping[NoteId, PlaceNote] = field(default_factory=dict)
    profile: str = ""
    reasoning: str = ""
    is_done: bool = False
    form: Form | None = None
    seq: int = 0
    done_steps: Steps | None = None
    undone_steps: Steps | None = None

    @cached_property
    def _live(self) -> tuple[Coding, ...]:
        standing = (coding for coding in self.codings.values() if not coding.is_removed)
        return tuple(sorted(standing, key=lambda coding: (coding.rank, coding.id)))

    @cached_property
    def _by_code(self) -> Mapping[CodeId, tuple[Coding, ...]]:
        codings_of: dict[CodeId, list[Coding]] = {}
        for coding in self._live:
            codings_of.setdefault(coding.code, []).append(coding)
        return {code: tuple(codings) for code, codings in codings_of.items()}

    def live(self) -> tuple[Coding, ...]:
        """The codings that stand, in the order in which they were placed."""
        return self._live

    def of_code(self, code: CodeId) -> tuple[Coding, ...]:
        """The codings of one code, in order."""
        return self._by_code.get(code, ())

    @cached_property
    def next_rank(self) -> int:
        """The rank that puts a coding or note behind all others, removed ones included."""
        ranks = (one.rank for placed in (self.codings, self.notes) for one in placed.values())
        return max(self.seq, *ranks, 0) + 1

    @property
    def is_untouched(self) -> bool:
        """True while nothing of the coder's work stands here."""
        has_notes = any(note.text for note in self.notes.values())
        return not (self._live or has_notes or self.profile or self.reasoning or self.is_done)


@dataclass(slots=True)
class _Draft:
    """A state being folded; the only mutable form of it."""

    opened: SessionOpened | None = None
    employer: str = ""
    title: str = ""
    codings: dict[CodingId, Coding] = field(default_factory=dict)
    notes: dict[NoteId, PlaceNote] = field(default_factory=dict)
    profile: str = ""
    reasoning: str = ""
    is_done: bool = False
    form: Form | None = None
    seq: int = 0
    done_steps: Steps | None = None
    undone_steps: Steps | None = None

    def freeze(self) -> State:
        return State(
            opened=self.opened,
            employer=self.employer,
            title=self.title,
            codings=MappingProxyType(self.codings),
            notes=MappingProxyType(self.notes),
            profile=self.profile,
            reasoning=self.reasoning,
            is_done=self.is_done,
            form=self.form,
            seq=self.seq,
            done_steps=self.done_steps,
            undone_steps=self.undone_steps,
        )


def _thaw(state: State) -> _Draft:
    return _Draft(
        opened=state.opened,
        employer=state.employer,
        title=state.title,
        codings=dict(state.codings),
        notes=dict(state.notes),
        profile=state.profile,
        reasoning=state.reasoning,
        is_done=state.is_done,
        form=state.form,
        seq=state.seq,
        done_steps=state.done_steps,
        undone_steps=state.undone_steps,
    )


def evolve(state: State, transaction: Transaction) -> State:
    """The state after one more transaction."""
    draft = _thaw(state)
    _apply(draft, transaction)
    return draft.freeze()


def replay(transactions: Iterable[Transaction]) -> State:
    """The state after all transactions, each counted once, whatever the order they come in."""
    draft = _Draft()
    unique = {transaction.id: transaction for transaction in transactions}
    for transaction in sorted(unique.values(), key=lambda one: (one.seq, one.id)):
        _apply(draft, transaction)
    return draft.freeze()


def is_step(transaction: Transaction) -> bool:
    """True for what undo can take back: not the opening of a session, nor that the ad's text has changed."""
    return transaction.cause != "corpus" and any(not isinstance(event, SessionOpened) for event in transaction.events)


def _apply(draft: _Draft, transaction: Transaction) -> None:
    draft.seq = max(draft.seq, transaction.seq)
    for event in transaction.events:
        _apply_event(draft, event, transaction)
    if transaction.cause == "undo":
        _move_step(draft, transaction.target, is_undo=True)
    elif transaction.cause == "redo":
        _move_step(draft, transaction.target, is_undo=False)
    elif is_step(transaction):
        draft.done_steps = Steps(transaction, draft.done_steps)
        draft.undone_steps = None


def _move_step(draft: _Draft, target: TransactionId | None, *, is_undo: bool) -> None:
    source = draft.done_steps if is_undo else draft.undone_steps
    found, rest = _taken_out(source, target)
    if found is None:
        return
    if is_undo:
        draft.done_steps, draft.undone_steps = rest, Steps(found, draft.undone_steps)
    else:
        draft.done_steps, draft.undone_steps = Steps(found, draft.done_steps), rest


def _taken_out(steps: Steps | None, target: TransactionId | None) -> tuple[Transaction | None, Steps | None]:
    """The transaction `target` and the stack without it; after a merge it need not be the newest."""
    above: list[Transaction] = []
    while steps is not None and steps.newest.id != target:
        above.append(steps.newest)
        steps = steps.earlier
    found, rest = (None, None) if steps is None else steps
    for transaction in reversed(above):
        rest = Steps(transaction, rest)
    return found, rest


def _apply_event(draft: _Draft, event: Event, transaction: Transaction) -> None:
    match event:
        case CodingAdded():
            draft.codings[event.coding] = _coding(event, transaction)
        case SessionOpened():
            draft.opened = event
            draft.employer = draft.employer or event.employer
            draft.title = draft.title or event.title
        case AdDescribed():
            draft.employer, draft.title = event.employer, event.title
        case ProfileAssigned():
            draft.profile, draft.reasoning = event.profile, event.reasoning
        case DoneMarked():
            draft.is_done = event.is_done
        case DocumentTaken():
            draft.form = event.form
        case PlaceNoted():
            draft.notes[event.note] = PlaceNote(id=event.note, place=event.place, text=event.text, rank=event.rank)
        case _:
            _change_coding(draft, event)


def _coding(event: CodingAdded, transaction: Transaction) -> Coding:
    return Coding(
        id=event.coding,
        code=event.code,
        anchor=event.anchor,
        words=event.words,
        note=event.note,
        rank=event.rank,
        time=transaction.time,
        codebook=transaction.codebook,
        origin=transaction.cause,
        source=transaction.source,
        is_proposed=event.is_proposed,
    )


def _change_coding(
    draft: _Draft,
    event: CodingRemoved | CodingRestored | CodingRecoded | CodingReanchored | CodingNoted,
) -> None:
    """Applies to any state: what is not there is left alone."""
    coding = draft.codings.get(event.coding)
    if coding is None:
        return
    match event:
        case CodingRemoved():
            coding = replace(coding, is_removed=True)
        case CodingRestored():
            coding = replace(coding, is_removed=False)
        case CodingRecoded():
            coding = replace(coding, code=event.code, rank=event.rank)
        case CodingReanchored():
            coding = replace(coding, anchor=event.anchor, words=event.words, is_proposed=event.is_proposed)
        case CodingNoted():
            coding = replace(coding, note=event.note)
    draft.codings[event.coding] = coding

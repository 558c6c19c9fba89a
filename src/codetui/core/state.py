"""The state of one session: a fold over its transactions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from codetui.core.new_coding import coding_of
from codetui.core.standing import MOST_CHANGES, Standing, standing_of
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

CODING_EVENTS = (CodingAdded, CodingRemoved, CodingRestored, CodingRecoded, CodingReanchored, CodingNoted)
K = TypeVar("K")
V = TypeVar("V")
_NO_STEP = frozenset((SessionOpened,))


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
    def standing(self) -> Standing:
        """The codings that stand, in the orders in which they are asked for."""
        return standing_of(self.codings.values())

    def live(self) -> tuple[Coding, ...]:
        """The codings that stand, in the order in which they were placed."""
        return self.standing.live

    def of_code(self, code: CodeId) -> tuple[Coding, ...]:
        """The codings of one code, in order."""
        return self.standing.by_code.get(code, ())

    @cached_property
    def next_rank(self) -> int:
        """The rank that puts a coding or note behind all others, removed ones included."""
        ranks = (one.rank for placed in (self.codings, self.notes) for one in placed.values())
        return max(self.seq, *ranks, 0) + 1

    @property
    def is_untouched(self) -> bool:
        """True while nothing of the coder's work stands here."""
        has_notes = any(note.text for note in self.notes.values())
        return not (self.live() or has_notes or self.profile or self.reasoning or self.is_done)


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
        codings=_copied(state.codings),
        notes=_copied(state.notes),
        profile=state.profile,
        reasoning=state.reasoning,
        is_done=state.is_done,
        form=state.form,
        seq=state.seq,
        done_steps=state.done_steps,
        undone_steps=state.undone_steps,
    )


def _copied(mapping: Mapping[K, V]) -> dict[K, V]:
    """A dict with the same; one behind a proxy copies itself in a tenth of the time that a copy of the proxy takes."""
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)


def evolve(state: State, transaction: Transaction) -> State:
    """The state after one more transaction."""
    draft = _thaw(state)
    _apply(draft, transaction)
    after = draft.freeze()
    _hand_on(state, after, transaction)
    return after


def _hand_on(state: State, after: State, transaction: Transaction) -> None:
    """Gives a state what the one before had worked out, with what has changed: of thousands of codings few do."""
    ids = {event.coding for event in transaction.events if isinstance(event, CODING_EVENTS)}
    if "standing" not in vars(state) or len(ids) > MOST_CHANGES:
        return
    changes = [(state.codings.get(one), after.codings.get(one)) for one in ids]
    vars(after)["standing"] = state.standing.changed(changes)
    if all(isinstance(event, CodingAdded) for event in transaction.events):
        ranks = (coding.rank for _, coding in changes if coding is not None)
        vars(after)["next_rank"] = max(state.next_rank - 1, after.seq, *ranks) + 1


def replay(transactions: Iterable[Transaction]) -> State:
    """The state after all transactions, each counted once, whatever the order they come in."""
    draft = _Draft()
    unique = {transaction.id: transaction for transaction in transactions}
    for transaction in sorted(unique.values(), key=lambda one: (one.seq, one.id)):
        _apply(draft, transaction)
    return draft.freeze()


def is_step(transaction: Transaction) -> bool:
    """True for what undo can take back: not the opening of a session, nor that the ad's text has changed."""
    return transaction.cause != "corpus" and not _NO_STEP.issuperset(map(type, transaction.events))


def _apply(draft: _Draft, transaction: Transaction) -> None:
    draft.seq = max(draft.seq, transaction.seq)
    for event in transaction.events:
        _apply_event(draft, event, transaction)
    if transaction.cause == "undo":
        _move_step(draft, transaction.target, is_undo=True)
        _tell_books_again(draft, transaction)
    elif transaction.cause == "redo":
        _move_step(draft, transaction.target, is_undo=False)
        _tell_books_again(draft, transaction)
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


def _tell_books_again(draft: _Draft, transaction: Transaction) -> None:
    """Lets each coding whose code came back by undo or redo name the codebook with which it was given that code."""
    recoded = {event.coding for event in transaction.events if isinstance(event, CodingRecoded)}
    steps = draft.done_steps
    while recoded and steps is not None:
        for event in reversed(steps.newest.events):
            if isinstance(event, CodingAdded | CodingRecoded) and event.coding in recoded:
                recoded.discard(event.coding)
                coding = draft.codings.get(event.coding)
                if coding is not None:
                    draft.codings[event.coding] = replace(coding, codebook=steps.newest.codebook)
        steps = steps.earlier


def _apply_event(draft: _Draft, event: Event, transaction: Transaction) -> None:
    match event:
        case CodingAdded():
            # Two machines that take over one edit of the document by hand add the same codings.
            draft.codings.setdefault(event.coding, coding_of(event, transaction))
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
            _change_coding(draft, event, transaction)


def _change_coding(
    draft: _Draft,
    event: CodingRemoved | CodingRestored | CodingRecoded | CodingReanchored | CodingNoted,
    transaction: Transaction,
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
            coding = replace(coding, code=event.code, rank=event.rank, codebook=transaction.codebook)
        case CodingReanchored():
            coding = replace(coding, anchor=event.anchor, words=event.words, is_proposed=event.is_proposed)
        case CodingNoted():
            coding = replace(coding, note=event.note)
    draft.codings[event.coding] = coding

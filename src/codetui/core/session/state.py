"""A coding as it is added, made in little time: a log may hold 100,000."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from codetui.core.text.spans import reach_of, reach_with
from codetui.model import (
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    DocumentLayout,
    DoneMarked,
    Event,
    LayoutChanged,
    Memo,
    MemoId,
    MemoWritten,
    ProfileAssigned,
    SessionOpened,
    SourceDescribed,
    Transaction,
    TransactionId,
)

_set_id, _set_code, _set_anchor, _set_words, _set_note, _set_rank, *_others = (
    getattr(Coding, field.name).__set__ for field in fields(Coding)
)
_set_time, _set_codebook, _set_origin, _set_source, _set_proposed, _set_removed = _others


def coding_of(event: CodingAdded, transaction: Transaction) -> Coding:
    """The coding that a step adds.

    Its fields are set one by one: the constructor of a frozen dataclass takes three times as long.
    """
    coding = object.__new__(Coding)
    _set_id(coding, event.coding)
    _set_code(coding, event.code)
    _set_anchor(coding, event.anchor)
    _set_words(coding, event.words)
    _set_note(coding, event.note)
    _set_rank(coding, event.rank)
    _set_time(coding, transaction.time)
    _set_codebook(coding, transaction.codebook)
    _set_origin(coding, transaction.cause)
    _set_source(coding, transaction.from_name)
    _set_proposed(coding, event.is_proposed)
    _set_removed(coding, False)
    return coding


MOST_CHANGES = 32
"""Codings changed at once; where more are, all are sorted anew."""

Change = tuple[Coding | None, Coding | None]
"""A coding before and after; None where it was not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The codings that stand: as they were placed, those of each code so, those in doubt so, and by place in the ad.

    `reach` is, for each by place, the greatest end of it and those before it, in code points.
    """

    live: tuple[Coding, ...]
    by_code: Mapping[CodeId, tuple[Coding, ...]]
    doubtful: tuple[Coding, ...]
    placed: Sequence[Coding]
    reach: Sequence[int]

    def codes(self) -> list[CodeId]:
        """The codes that are given, the one first whose first coding was placed first."""
        first = sorted((codings[0] for codings in self.by_code.values() if codings), key=_turn)
        return [coding.code for coding in first]

    def over(self, start: int, end: int) -> list[Coding]:
        """The codings that share a code point with `start` to `end`."""
        found: list[Coding] = []
        at = bisect_left(self.placed, end, key=_start) - 1
        while at >= 0 and self.reach[at] > start:
            if _end(self.placed[at]) > start:
                found.append(self.placed[at])
            at -= 1
        return found

    def changed(self, changes: Sequence[Change]) -> Standing:
        """These with some of them changed; only what is proportional to the changes takes time that can be felt."""
        gone = [old for old, _ in changes if old is not None and not old.is_removed]
        come = [new for _, new in changes if new is not None and not new.is_removed]
        live, by_code, placed = list(self.live), dict(self.by_code), list(self.placed)
        doubtful, reach = self.doubtful, self.reach
        for coding in gone:
            del live[bisect_left(live, _turn(coding), key=_turn)]
            by_code[coding.code] = _without(by_code[coding.code], coding)
            doubtful = _without(doubtful, coding)
            if coding.anchor is not None:
                del placed[bisect_left(placed, _place(coding), key=_place)]
        if gone:
            reach = reach_of(map(_end, placed))
        for coding in come:
            live.insert(bisect_left(live, _turn(coding), key=_turn), coding)
            by_code[coding.code] = _with(by_code.get(coding.code, ()), coding)
            if _is_doubtful(coding):
                doubtful = _with(doubtful, coding)
            if coding.anchor is not None:
                at = bisect_left(placed, _place(coding), key=_place)
                placed.insert(at, coding)
                reach = reach_with(reach, at, coding.anchor.end)
        return Standing(tuple(live), by_code, doubtful, placed, reach)


def standing_of(codings: Iterable[Coding]) -> Standing:
    """Those of some codings that stand."""
    live = tuple(sorted((coding for coding in codings if not coding.is_removed), key=_turn))
    by_code: dict[CodeId, list[Coding]] = {}
    for coding in live:
        by_code.setdefault(coding.code, []).append(coding)
    placed = sorted((coding for coding in live if coding.anchor is not None), key=_place)
    of_code = {code: tuple(those) for code, those in by_code.items()}
    doubtful = tuple(coding for coding in live if _is_doubtful(coding))
    return Standing(live, of_code, doubtful, placed, reach_of(map(_end, placed)))


def _is_doubtful(coding: Coding) -> bool:
    """Whether a coding that stands has no place, or one that the coder has not accepted."""
    return coding.anchor is None or coding.is_proposed


def _without(codings: Sequence[Coding], coding: Coding) -> tuple[Coding, ...]:
    return tuple(one for one in codings if one is not coding)


def _with(codings: Sequence[Coding], coding: Coding) -> tuple[Coding, ...]:
    at = bisect_left(codings, _turn(coding), key=_turn)
    return (*codings[:at], coding, *codings[at:])


def _turn(coding: Coding) -> tuple[int, str]:
    """What codings are sorted by as they were placed."""
    return coding.rank, coding.id


def _start(coding: Coding) -> int:
    return coding.anchor.start if coding.anchor else 0


def _end(coding: Coding) -> int:
    return coding.anchor.end if coding.anchor else 0


def _place(coding: Coding) -> tuple[int, int, str]:
    """What codings are sorted by in the ad."""
    return _start(coding), _end(coding), coding.id


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
    notes: Mapping[MemoId, Memo] = field(default_factory=dict)
    profile: str = ""
    reasoning: str = ""
    is_done: bool = False
    layout: DocumentLayout | None = None
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
    notes: dict[MemoId, Memo] = field(default_factory=dict)
    profile: str = ""
    reasoning: str = ""
    is_done: bool = False
    layout: DocumentLayout | None = None
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
            layout=self.layout,
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
        layout=state.layout,
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
        case SourceDescribed():
            draft.employer, draft.title = event.employer, event.title
        case ProfileAssigned():
            draft.profile, draft.reasoning = event.profile, event.reasoning
        case DoneMarked():
            draft.is_done = event.is_done
        case LayoutChanged():
            draft.layout = event.layout
        case MemoWritten():
            draft.notes[event.memo] = Memo(id=event.memo, target=event.target, text=event.text, rank=event.rank)
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

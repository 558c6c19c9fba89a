"""The state of a session, folded from its transactions in the order of (`seq`, `id`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from codetui import model
from codetui.core.text.spans import SpanIndex
from codetui.model import Anchor, CodeId, Coding, CodingId, Event, Memo, MemoId, Source, Transaction, TransactionId

K = TypeVar("K")
V = TypeVar("V")
IN_DOCUMENTS = ("section", "group", "code", "entry")
"""The kinds of targets whose memos are notes in the document."""


@dataclass(frozen=True, slots=True, eq=False)
class CodingIndex:
    """The codings that are not removed, indexed for each kind of lookup.

    `live` is in order of rank, as are those of each code in `by_code`, `placed` and `unresolved`: those without a
    place or with one that the coder has not accepted.  `spans` are the places of `placed`.
    """

    live: tuple[Coding, ...]
    by_code: Mapping[CodeId, tuple[Coding, ...]]
    unresolved: tuple[Coding, ...]
    placed: Sequence[Coding]
    spans: SpanIndex

    def over(self, start: int, end: int) -> list[Coding]:
        """Return the codings that share a code point with `start` to `end`, in order of place."""
        return [self.placed[number] for number in self.spans.overlapping(start, end)]

    def with_more(self, added: Sequence[Coding]) -> CodingIndex:
        """Return the index of these codings and those added, whose ranks are higher."""
        of_code = dict(self.by_code)
        for coding in added:
            of_code[coding.code] = (*of_code.get(coding.code, ()), coding)
        placed = [(coding, coding.anchor) for coding in added if coding.anchor is not None]
        return CodingIndex(
            (*self.live, *added),
            of_code,
            (*self.unresolved, *(coding for coding in added if coding.is_unresolved)),
            [*self.placed, *(coding for coding, _ in placed)],
            self.spans.with_more((anchor.start, anchor.end) for _, anchor in placed),
        )


def index_codings(codings: Iterable[Coding]) -> CodingIndex:
    """Return the index of the codings that are not removed."""
    live = tuple(sorted((coding for coding in codings if not coding.is_removed), key=lambda one: (one.rank, one.id)))
    by_code: dict[CodeId, list[Coding]] = {}
    for coding in live:
        by_code.setdefault(coding.code, []).append(coding)
    of_code = {code: tuple(those) for code, those in by_code.items()}
    placed = [(coding, coding.anchor) for coding in live if coding.anchor is not None]
    spans = SpanIndex([(anchor.start, anchor.end) for _, anchor in placed])
    unresolved = tuple(coding for coding in live if coding.is_unresolved)
    return CodingIndex(live, of_code, unresolved, [coding for coding, _ in placed], spans)


class Steps(NamedTuple):
    """A stack of transactions, newest first; None is the empty stack."""

    newest: Transaction
    earlier: Steps | None


@dataclass(frozen=True, eq=False)
class State:
    """One coder's coding of one source.

    `outlines` are the outlines of all texts of the source so far, by hash.  `codings` holds removed ones, too.  `notes`
    are the memos in the document, `memos` all others.  `layout` is that of a document which a person laid out; None is
    the canonical one.  `heads` are the transactions that no other one follows: the parents of the next. Compared by
    identity: the screen compares states on every key.
    """

    opened: model.SessionOpened | None = None
    outlines: Mapping[str, str] = field(default_factory=dict)
    employer: str = ""
    title: str = ""
    codings: Mapping[CodingId, Coding] = field(default_factory=dict)
    notes: Mapping[MemoId, Memo] = field(default_factory=dict)
    memos: Mapping[MemoId, Memo] = field(default_factory=dict)
    profile: str = ""
    reasoning: str = ""
    is_done: bool = False
    is_uncodable: bool = False
    layout: model.DocumentLayout | None = None
    seq: int = 0
    heads: tuple[TransactionId, ...] = ()
    done_steps: Steps | None = None
    undone_steps: Steps | None = None

    @cached_property
    def index(self) -> CodingIndex:
        """The index of the codings."""
        return index_codings(self.codings.values())

    def live(self) -> tuple[Coding, ...]:
        """Return the codings that are not removed, in order of rank."""
        return self.index.live

    def of_code(self, code: CodeId) -> tuple[Coding, ...]:
        """Return the codings of one code, in order of rank."""
        return self.index.by_code.get(code, ())

    @property
    def codes(self) -> list[str]:
        """The ids of the codes that have codings, in the order of these, then of those that have only notes."""
        notes = (note.target.id for note in self.notes.values() if note.text and note.target.kind in ("code", "entry"))
        return list(dict.fromkeys([*self.index.by_code, *notes]))

    @cached_property
    def next_rank(self) -> int:
        """The rank that puts a coding or note after all others, removed ones included."""
        ranks = (one.rank for ranked in (self.codings, self.notes, self.memos) for one in ranked.values())
        return max(self.seq, *ranks, 0) + 1

    def describe(self, source: Source) -> Source:
        """Return a source with the employer and title recorded in the session."""
        return replace(source, employer=self.employer or source.employer, title=self.title or source.title)

    @property
    def places(self) -> list[Anchor]:
        """The places of the quotations, or those that they had last."""
        return [place for coding in self.live() if (place := coding.anchor or coding.lost)]

    @property
    def quoted_texts(self) -> set[str]:
        """The hashes of the texts in which these places are."""
        return {place.text_hash for place in self.places}

    @property
    def is_untouched(self) -> bool:
        """True if the session has no work of the coder."""
        has_memos = any(memo.text for memo in (*self.notes.values(), *self.memos.values()))
        marks = self.is_done or self.is_uncodable
        return not (self.live() or has_memos or self.profile or self.reasoning or marks)


def replay(transactions: Iterable[Transaction]) -> State:
    """Return the state after all transactions, each counted once, whatever order they come in."""
    draft = _Draft(State())
    unique = {transaction.id: transaction for transaction in transactions}
    for transaction in sorted(unique.values(), key=lambda one: (one.seq, one.id)):
        draft.apply(transaction)
    return draft.freeze()


def evolve(state: State, transaction: Transaction) -> State:
    """Return the state after one more transaction."""
    draft = _Draft(state)
    draft.apply(transaction)
    evolved = draft.freeze()
    index = vars(state).get("index")
    if isinstance(index, CodingIndex) and (added := _added(state, evolved, transaction)):
        # With thousands of codings, indexing all of them would take most of the time of a key.
        vars(evolved)["index"] = index.with_more(added)
    return evolved


def _added(state: State, evolved: State, transaction: Transaction) -> list[Coding]:
    """Return the codings that a transaction added behind all others; none if it did anything else."""
    events = transaction.events
    added = [evolved.codings[event.coding] for event in events if isinstance(event, model.CodingAdded)]
    is_all = len(added) == len(events) == len(evolved.codings) - len(state.codings)
    ranks = [coding.rank for coding in (*state.live()[-1:], *added)]
    return added if is_all and all(one < other for one, other in pairwise(ranks)) else []


class _Draft:
    """A state that is being folded, its only mutable form; `state` has the fields that change rarely."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.codings = _copied(state.codings)
        self.notes = _copied(state.notes)
        self.memos = _copied(state.memos)
        self.seq, self.heads = state.seq, dict.fromkeys(state.heads)
        self.done, self.undone = state.done_steps, state.undone_steps

    def freeze(self) -> State:
        """Return the state."""
        return replace(
            self.state,
            codings=MappingProxyType(self.codings),
            notes=MappingProxyType(self.notes),
            memos=MappingProxyType(self.memos),
            seq=self.seq,
            heads=tuple(sorted(self.heads)),
            done_steps=self.done,
            undone_steps=self.undone,
        )

    def apply(self, transaction: Transaction) -> None:
        """Apply a transaction, and move it or its target between the undo and redo stacks."""
        self.seq = max(self.seq, transaction.seq)
        for parent in transaction.parents:
            self.heads.pop(parent, None)
        self.heads[transaction.id] = None
        for event in transaction.events:
            self._apply(event, transaction)
        if transaction.cause in ("undo", "redo"):
            self._move_step(transaction.target, is_undo=transaction.cause == "undo")
            self._restore_codebooks(transaction)
        elif transaction.cause != "corpus" and not all(
            isinstance(event, model.SessionOpened) for event in transaction.events
        ):
            # Undo inverts all but opening a session and a change of the source's text.
            self.done, self.undone = Steps(transaction, self.done), None

    def _move_step(self, target: TransactionId | None, *, is_undo: bool) -> None:
        found, rest = _without(self.done if is_undo else self.undone, target)
        if found is None:
            return
        if is_undo:
            self.done, self.undone = rest, Steps(found, self.undone)
        else:
            self.done, self.undone = Steps(found, self.done), rest

    def _restore_codebooks(self, transaction: Transaction) -> None:
        """Restore the codebook of each coding whose code was restored by an undo or redo."""
        recoded = {event.coding for event in transaction.events if isinstance(event, model.CodingRecoded)}
        steps = self.done
        while recoded and steps is not None:
            for event in reversed(steps.newest.events):
                if isinstance(event, model.CodingAdded | model.CodingRecoded) and event.coding in recoded:
                    recoded.discard(event.coding)
                    coding = self.codings.get(event.coding)
                    if coding is not None:
                        self.codings[event.coding] = replace(coding, codebook=steps.newest.codebook)
            steps = steps.earlier

    def _apply(self, event: Event, transaction: Transaction) -> None:
        state = self.state
        match event:
            case model.CodingAdded():
                # Two machines that import the same edit of a document add the same codings.
                self.codings.setdefault(event.coding, _coding_of(event, transaction))
            case model.SessionOpened():
                employer, title = state.employer or event.employer, state.title or event.title
                outlines = {**state.outlines, event.text_hash: event.outline}
                self.state = replace(state, opened=event, outlines=outlines, employer=employer, title=title)
            case model.SourceDescribed():
                self.state = replace(state, employer=event.employer, title=event.title)
            case model.ProfileAssigned():
                self.state = replace(state, profile=event.profile, reasoning=event.reasoning)
            case model.DoneMarked():
                self.state = replace(state, is_done=event.is_done)
            case model.UncodableMarked():
                self.state = replace(state, is_uncodable=event.is_uncodable)
            case model.LayoutChanged():
                self.state = replace(state, layout=event.layout)
            case model.MemoWritten():
                memos = self.notes if event.target.kind in IN_DOCUMENTS else self.memos
                memos[event.memo] = Memo(id=event.memo, target=event.target, text=event.text, rank=event.rank)
            case _:
                coding = self.codings.get(event.coding)
                if coding is not None:
                    self.codings[event.coding] = _changed(coding, event, transaction)


def _copied(mapping: Mapping[K, V]) -> dict[K, V]:
    """Return a dict with the same items; copying a proxy in this way takes a tenth of the time of its own copy."""
    return mapping.copy() if isinstance(mapping, MappingProxyType) else dict(mapping)


def _without(steps: Steps | None, target: TransactionId | None) -> tuple[Transaction | None, Steps | None]:
    """Return the transaction `target` and the stack without it; after a merge it may not be the newest."""
    above: list[Transaction] = []
    while steps is not None and steps.newest.id != target:
        above.append(steps.newest)
        steps = steps.earlier
    found, rest = (None, None) if steps is None else steps
    for transaction in reversed(above):
        rest = Steps(transaction, rest)
    return found, rest


def _coding_of(event: model.CodingAdded, transaction: Transaction) -> Coding:
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
        from_name=transaction.from_name,
        run=transaction.run,
        is_proposed=event.is_proposed,
    )


def _changed(
    coding: Coding,
    event: model.CodingRemoved
    | model.CodingRestored
    | model.CodingRecoded
    | model.CodingReanchored
    | model.CodingNoted,
    transaction: Transaction,
) -> Coding:
    match event:
        case model.CodingRemoved():
            return replace(coding, is_removed=True)
        case model.CodingRestored():
            return replace(coding, is_removed=False)
        case model.CodingRecoded():
            return replace(coding, code=event.code, rank=event.rank, codebook=transaction.codebook)
        case model.CodingReanchored():
            lost = event.anchor_before if transaction.cause == "corpus" and event.anchor is None else coding.lost
            return replace(coding, anchor=event.anchor, words=event.words, is_proposed=event.is_proposed, lost=lost)
        case model.CodingNoted():
            return replace(coding, note=event.note)


def coding_events(before: Coding, after: Coding) -> Iterator[Event]:
    """Yield the events that change a coding into another one with the same id."""
    if after.is_removed:
        yield model.CodingRemoved(coding=after.id)
        return
    if before.is_removed:
        yield model.CodingRestored(coding=after.id)
    if (after.code, after.rank) != (before.code, before.rank):
        yield model.CodingRecoded(
            coding=after.id, code=after.code, rank=after.rank, code_before=before.code, rank_before=before.rank
        )
    if (after.anchor, after.words, after.is_proposed) != (before.anchor, before.words, before.is_proposed):
        yield model.CodingReanchored(
            coding=after.id,
            anchor=after.anchor,
            words=after.words,
            anchor_before=before.anchor,
            words_before=before.words,
            is_proposed=after.is_proposed,
            was_proposed=before.is_proposed,
        )
    if after.note != before.note:
        yield model.CodingNoted(coding=after.id, note=after.note, note_before=before.note)


def profile_event(state: State, profile: str, reasoning: str) -> model.ProfileAssigned:
    """Return the event that assigns a profile with its reasoning."""
    return model.ProfileAssigned(
        profile=profile, reasoning=reasoning, profile_before=state.profile, reasoning_before=state.reasoning
    )


def before_fields(event: Event) -> Iterator[tuple[str, str]]:
    """Yield the name of each field of an event that also records the previous value, with the name of that:

    `("note", "note_before")`.
    """
    names = [one.name for one in fields(event)]
    for name in names:
        before = f"was_{name[3:]}" if name.startswith("is_") else f"{name}_before"
        if before in names:
            yield name, before

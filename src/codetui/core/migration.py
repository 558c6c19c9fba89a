"""Codings of one codebook become codings of the next: what follows from the rules for one session.

Nothing is deleted.  What only a coder can decide keeps its code, or waits under one that nobody can give (`T5?`),
and stands in the queue of `migration_queue`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from codetui.core import codebook as books
from codetui.core.book_matching import entries
from codetui.core.book_order import PartKind
from codetui.core.migration_queue import Queued, queue_after
from codetui.core.migration_rules import KINDS, MigrationMap, Rule, book_name, waiting
from codetui.core.state import State
from codetui.core.waiting_codes import WAITING
from codetui.model import (
    Codebook,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingRecoded,
    Event,
    NoteId,
    Place,
    PlaceNote,
    PlaceNoted,
    ProfileAssigned,
    Transaction,
)

Mint = Callable[[], str]


class Migrated(NamedTuple):
    """What a migration means for one session.

    `counts` says how many codings each rule is about (one for a profile's), those that wait included, `notes` how many
    notes move, `left` how many codings a rule speaks of that were made with the new book and stay as they are.
    `queue` is what waits once the events have happened.  `was_applied` is True where the same rules were before.
    """

    events: tuple[Event, ...]
    counts: Mapping[Rule, int]
    notes: int
    left: int
    queue: tuple[Queued, ...]
    was_applied: bool = False


def migrate(
    state: State,
    rules: MigrationMap,
    book: Codebook,
    mint: Mint,
    old: Codebook | None = None,
    *,
    is_fresh: bool = False,
) -> Migrated:
    """The events that bring a session to the new `book`; none where the same rules were applied already.

    `is_fresh` says that they cannot have been: the change of the book that they are from has just been made.

    An id that the new book has too is left alone where it was given with that book, unless the rules are from that
    book.  A coding keeps its rank, so that each code has its codings in the order in which they were assigned.  Notes
    on codes, groups and sections go along.  A profile that has to be decided is called by its name in the `old` book,
    where that is known.  `mint` gives fresh ids.
    """
    if not is_fresh and _is_applied(state, rules):
        return Migrated((), {}, 0, 0, queue_after(state, {}, state.profile, book, rules, old), was_applied=True)
    run = _Run(state, rules, book, old, is_fresh=is_fresh)
    codings, notes, profiles = tuple(run.codings()), tuple(run.notes(mint)), tuple(run.profile())
    codes = {event.coding: event.code for event in codings}
    profile = profiles[0].profile if profiles else state.profile
    waits = queue_after(state, codes, profile, book, rules, old)
    return Migrated((*codings, *notes, *profiles), dict(run.counts), run.moved_notes, run.left, waits)


class _Run:
    """One migration of one session."""

    def __init__(
        self, state: State, rules: MigrationMap, book: Codebook, old: Codebook | None, *, is_fresh: bool
    ) -> None:
        self.state = state
        self.is_fresh = is_fresh
        self.rules = rules
        self.book = book
        self.old = old
        self.counts: Counter[Rule] = Counter()
        self.left = self.moved_notes = 0
        self._rules = {(rule.part, rule.old): rule for rule in reversed(rules.rules)}
        self._given = _Given(state)
        self._known: dict[PartKind, dict[str, bool]] = {
            kind: {each.id: False for each in entries(book, kind)} for kind in KINDS
        }
        self._known["code"] |= {code.id: code.is_retired for code in book.codes}

    def codings(self) -> Iterator[CodingRecoded]:
        """Each coding under its new code."""
        for coding in self.state.live():
            rule = self._rule("code", coding.code, self._given.coding(coding))
            if rule is None:
                continue
            if coding.code in self._known["code"] and self._is_new(self._given.coding(coding)):
                self.left += 1
                continue
            self.counts[rule] += 1
            code = self._target(rule)
            if code != coding.code:
                yield CodingRecoded(
                    coding=coding.id,
                    code=CodeId(code),
                    rank=coding.rank,
                    code_before=coding.code,
                    rank_before=coding.rank,
                )

    def notes(self, mint: Mint) -> Iterator[PlaceNoted]:
        """Each note at its new place; what comes to a place that has a note already is added to that."""
        moved = self._moving_notes()
        self.moved_notes = sum(map(len, moved.values()))
        leaving = {note.id for notes in moved.values() for note in notes}
        for place, notes in moved.items():
            yield from (_taken(note) for note in notes)
            if place.kind == "entry":
                yield from (_put(NoteId(mint()), place, note.text, note.rank) for note in notes)
                continue
            there = [note for note in self.state.notes.values() if note.place == place and note.id not in leaving]
            standing = next((note for note in there if note.text), None)
            text = " ".join(note.text for note in ([standing] if standing else []) + notes)
            if standing:
                yield _put(standing.id, place, text, standing.rank, before=standing.text)
            else:
                yield _put(NoteId(mint()), place, text, notes[0].rank)

    def profile(self) -> Iterator[ProfileAssigned]:
        """The profile under its new id."""
        profile = self.state.profile
        rule = self.rules.profile_rule(profile, self.old)
        if not profile or rule is None:
            return
        if books.profile(self.book, profile) is not None and self._is_new(self._given.profile):
            self.left += 1
            return
        self.counts[rule] += 1
        new = rule.new[0] if rule.effect == "renamed" else self._waiting_profile(profile)
        if new != profile:
            yield ProfileAssigned(
                profile=new,
                reasoning=self.state.reasoning,
                profile_before=profile,
                reasoning_before=self.state.reasoning,
            )

    def _moving_notes(self) -> dict[Place, list[PlaceNote]]:
        """The notes that a rule moves, in order, by the place they go to."""
        moved: dict[Place, list[PlaceNote]] = {}
        for note in sorted(self.state.notes.values(), key=lambda note: (note.rank, note.id)):
            kind: PartKind = "code" if note.place.kind == "entry" else note.place.kind
            rule = self._rule(kind, note.place.id, self._given.note(note))
            is_settled = note.place.id in self._known[kind] and self._is_new(self._given.note(note))
            if note.text and rule is not None and not is_settled:
                place = Place(kind=note.place.kind, id=self._target(rule))
                if place != note.place:
                    moved.setdefault(place, []).append(note)
        return moved

    def _rule(self, kind: PartKind, id_: str, made_with: str) -> Rule | None:
        """The rule for an id; for one under which something waits, that for what it was called before.

        Rules from the book that let it wait mean another part by that name.
        """
        found = self._rules.get((kind, id_))
        if found is not None or not id_.endswith(WAITING) or self.is_fresh or self._is_of_old(made_with):
            return found
        return self._rules.get((kind, id_.rstrip(WAITING)))

    def _is_of_old(self, made_with: str) -> bool:
        """Whether something was given with the book that the rules come from."""
        version, _, digest = made_with.rpartition("#")
        old_version, _, old_digest = self.rules.old_book.rpartition("#")
        is_of_version = version == old_version != "" and version != self.rules.new_book.rpartition("#")[0]
        return is_of_version or digest == old_digest != ""

    def _target(self, rule: Rule) -> str:
        """The id that a rule's part goes to: the one to wait under where there is not one new one."""
        if rule.effect == "renamed":
            return rule.new[0]
        is_never_given = self._known[rule.part].get(rule.old, False)
        keeps = is_never_given or (rule.effect == "retired" and rule.is_same)
        return rule.old if keeps else waiting(rule.old, self._known[rule.part])

    def _waiting_profile(self, profile: str) -> str:
        name = books.profile_name(self.old, profile) if self.old else profile
        while books.profile(self.book, name) is not None:
            name += WAITING
        return name

    def _is_new(self, made_with: str) -> bool:
        """Whether something was given with the new book, or with an edition of it under the same version."""
        version, _, digest = made_with.rpartition("#")
        old_book = self.rules.old_book or (book_name(self.old) if self.old else "")
        old_version, _, old_digest = old_book.rpartition("#")
        new_version, _, new_digest = self.rules.new_book.rpartition("#")
        here = self.book.content_hash[:12]
        if digest and digest in (here, new_digest):
            return old_digest not in (here, new_digest)
        is_of_version = version != "" and version in (self.book.version, new_version)
        return is_of_version and old_version not in ("", version)


class _Given:
    """With which book each coding got the code it has, each note its text, and the ad its profile."""

    def __init__(self, state: State) -> None:
        self._codings: dict[CodingId, str] = {}
        self._notes: dict[NoteId, str] = {}
        self.profile = ""
        has_profile = False
        for transaction in _standing(state):
            for event in transaction.events:
                match event:
                    case CodingAdded() | CodingRecoded():
                        self._codings.setdefault(event.coding, transaction.codebook)
                    case PlaceNoted():
                        self._notes.setdefault(event.note, transaction.codebook)
                    case ProfileAssigned() if not has_profile:
                        has_profile = True
                        self.profile = transaction.codebook
                    case _:
                        pass

    def coding(self, coding: Coding) -> str:
        """The book with which a coding got its code."""
        return self._codings.get(coding.id, coding.codebook)

    def note(self, note: PlaceNote) -> str:
        """The book with which a note was written; empty where that is not known."""
        return self._notes.get(note.id, "")


def _standing(state: State) -> Iterator[Transaction]:
    """The transactions that were not undone, newest first."""
    steps = state.done_steps
    while steps is not None:
        yield steps.newest
        steps = steps.earlier


def _is_applied(state: State, rules: MigrationMap) -> bool:
    name = rules.name
    return any(each.cause == "migration" and each.source == name for each in _standing(state))


def _taken(note: PlaceNote) -> PlaceNoted:
    return PlaceNoted(note=note.id, place=note.place, text="", text_before=note.text, rank=note.rank)


def _put(note: NoteId, place: Place, text: str, rank: int, before: str = "") -> PlaceNoted:
    return PlaceNoted(note=note, place=place, text=text, text_before=before, rank=rank)

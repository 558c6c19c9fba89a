"""Find what two sides of one session set differently, from the log alone: each event has the value that its author saw.

Of two values the later one by (`seq`, `id`) is kept; the other stays in the log.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from codetui.core.codebook import index as books
from codetui.core.session.state import State, replay
from codetui.core.session.words import quoted
from codetui.model import (
    Anchor,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
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

REMOVED, PRESENT = "removed", "present"

Field = tuple[str, str]
"""A field that holds one value: its name, and the id of the coding or memo that has it."""


class Conflict(NamedTuple):
    """A field that two sides set differently: the value that is `kept`, and the `other` one."""

    field: Field
    kept: str
    other: str


class _Change(NamedTuple):
    field: Field
    before: object
    after: object


def find_conflicts(transactions: Iterable[Transaction]) -> list[Conflict]:
    """Return the fields whose value replaced one that its author had not seen, unless somebody has decided since.

    One author alone makes no conflicts.  That one side removed a coding and the other changed it is found if the change
    is the later one; `conflicts_between` finds both.
    """
    unique = {one.id: one for one in transactions}
    ordered = sorted(unique.values(), key=lambda one: (one.seq, one.id))
    current: dict[Field, object] = {}
    found: dict[Field, tuple[object, object]] = {}
    for event in (event for one in ordered for event in one.events):
        for change in _first_values(event):
            current.setdefault(change.field, change.after)
        for change in _changes(event):
            _apply(change, current, found)
    state = replay(ordered) if found else State()
    return [Conflict(field, _shown(after), _shown(other)) for field, (after, other) in _relevant(found, state)]


def _apply(change: _Change, current: dict[Field, object], found: dict[Field, tuple[object, object]]) -> None:
    """Apply a change to the `current` values; note what it replaced if its author had not seen that."""
    removal = ("removal", change.field[1])
    if change.field != removal and current.get(removal) == REMOVED:
        found[removal] = (REMOVED, "changed")
    seen = current.get(change.field, change.before)
    current[change.field] = change.after
    if seen in (change.before, change.after):
        found.pop(change.field, None)
    else:
        found[change.field] = (change.after, seen)


def conflicts_between(ours: Sequence[Transaction], theirs: Sequence[Transaction]) -> list[Conflict]:
    """Return the conflicts of two logs of one session that neither of them has alone."""
    known = {one.field for side in (ours, theirs) for one in find_conflicts(side)}
    whole = [*ours, *theirs]
    found = [one for one in find_conflicts(whole) if one.field not in known]
    fields = {one.field for one in found}
    state = replay(whole)
    common = {one.id for one in ours} & {one.id for one in theirs}
    apart = [[one for one in side if one.id not in common] for side in (ours, theirs)]
    removed = [_removed(one) for one in (replay(ours), replay(theirs))]
    changed = [{field[1] for one in side for event in one.events for field, *_ in _of_coding(event)} for side in apart]
    for mine, other in ((0, 1), (1, 0)):
        for coding in sorted((removed[mine] - removed[other]) & changed[other]):
            if ("removal", coding) not in fields and state.codings[CodingId(coding)].is_removed:
                found.append(Conflict(("removal", coding), REMOVED, "changed"))
    return found


def describe_conflict(one: Conflict, state: State, book: Codebook) -> str:
    """Return a conflict in words, for the coder."""
    name, of = one.field
    coding = state.codings.get(CodingId(of))
    where = f" of {quoted(coding.words)}" if coding else ""
    kept, other = (_named(name, value, book) for value in (one.kept, one.other))
    return f"changed on both sides: the {name}{where}: {kept} is kept, {other} is not; change it again if that is wrong"


def _named(name: str, value: str, book: Codebook) -> str:
    """Return a value as the codebook calls it."""
    if not value:
        return "nothing"
    if name == "code":
        return books.label_of(book, CodeId(value))
    return books.profile_name(book, value) if name == "profile" else value


def _relevant(found: dict[Field, tuple[object, object]], state: State) -> Iterator[tuple[Field, tuple[object, object]]]:
    """Yield the conflicts that a person would miss, so not those about codings that are removed."""
    for field, values in found.items():
        coding = state.codings.get(CodingId(field[1]))
        if coding is None or not coding.is_removed or field[0] == "removal":
            yield field, values


def _removed(state: State) -> set[str]:
    return {coding.id for coding in state.codings.values() if coding.is_removed}


def _first_values(event: Event) -> Iterator[_Change]:
    """Yield the first values that an event gives to fields."""
    match event:
        case CodingAdded():
            yield _Change(("code", event.coding), None, event.code)
            yield _Change(("place", event.coding), None, _place(event.anchor, event.words))
            yield _Change(("note", event.coding), None, event.note)
            yield _Change(("removal", event.coding), None, PRESENT)
        case SessionOpened():
            yield _Change(("employer and title", ""), None, (event.employer, event.title))


def _changes(event: Event) -> Iterator[_Change]:
    """Yield the fields that an event changes, with the value that its author saw."""
    yield from _of_coding(event)
    match event:
        case CodingRemoved():
            yield _Change(("removal", event.coding), PRESENT, REMOVED)
        case CodingRestored():
            yield _Change(("removal", event.coding), REMOVED, PRESENT)
        case MemoWritten():
            yield _Change((f"note on {event.target.id}", event.memo), event.text_before, event.text)
        case ProfileAssigned():
            yield _Change(("profile", ""), event.profile_before, event.profile)
            yield _Change(("reasoning", ""), event.reasoning_before, event.reasoning)
        case SourceDescribed():
            before = (event.employer_before, event.title_before)
            yield _Change(("employer and title", ""), before, (event.employer, event.title))
        case DoneMarked():
            yield _Change(("mark", ""), event.was_done, event.is_done)
        case LayoutChanged():
            yield _Change(("layout of the document", ""), event.layout_before, event.layout)


def _of_coding(event: Event) -> Iterator[_Change]:
    match event:
        case CodingRecoded():
            yield _Change(("code", event.coding), event.code_before, event.code)
        case CodingReanchored():
            before = _place(event.anchor_before, event.words_before)
            yield _Change(("place", event.coding), before, _place(event.anchor, event.words))
        case CodingNoted():
            yield _Change(("note", event.coding), event.note_before, event.note)


def _place(anchor: Anchor | None, words: str) -> tuple[int, int, str]:
    return (anchor.start, anchor.end, words) if anchor else (-1, -1, words)


def _shown(value: object) -> str:
    """Return a field's value as text; empty for nothing."""
    match value:
        case (int(), int(), str(words)):
            return quoted(words)
        case (str(employer), str(title)):
            return f"“{title}” at {employer}"
        case bool():
            return "done" if value else "not done"
        case str():
            return value
    return "one of them"

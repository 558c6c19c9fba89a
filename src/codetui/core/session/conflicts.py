"""What two sides of one session said differently, found in the log itself: each event tells what its author saw before.

Of two sayings the later one by (`seq`, `id`) stands; the other is in the log, and said here.
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

REMOVED, STANDS = "removed", "stands"

Key = tuple[str, str]
"""A field that holds one value: what it is, and the id of the coding or note that has it."""


class Disagreement(NamedTuple):
    """A field that was said in two ways: what `stands`, and what the `other` side said."""

    about: Key
    stands: str
    other: str


class _Change(NamedTuple):
    about: Key
    before: object
    after: object


def disagreements(transactions: Iterable[Transaction]) -> list[Disagreement]:
    """The fields whose value replaced one that its author had not seen, unless somebody has decided since.

    One author alone never disagrees.  That a coding was removed by one side and changed by the other is found where the
    change is the later one; `between` finds both.
    """
    unique = {one.id: one for one in transactions}
    ordered = sorted(unique.values(), key=lambda one: (one.seq, one.id))
    current: dict[Key, object] = {}
    found: dict[Key, tuple[object, object]] = {}
    for event in (event for one in ordered for event in one.events):
        for change in _first_values(event):
            current.setdefault(change.about, change.after)
        for change in _changes(event):
            _weigh(change, current, found)
    state = replay(ordered) if found else State()
    return [Disagreement(about, _said(after), _said(other)) for about, (after, other) in _telling(found, state)]


def _weigh(change: _Change, current: dict[Key, object], found: dict[Key, tuple[object, object]]) -> None:
    """Carries a change out on the `current` values; keeps what it replaced where its author has not seen that."""
    removal = ("removal", change.about[1])
    if change.about != removal and current.get(removal) == REMOVED:
        found[removal] = (REMOVED, "changed")
    seen = current.get(change.about, change.before)
    current[change.about] = change.after
    if seen in (change.before, change.after):
        found.pop(change.about, None)
    else:
        found[change.about] = (change.after, seen)


def between(ours: Sequence[Transaction], theirs: Sequence[Transaction]) -> list[Disagreement]:
    """What two logs of one session say differently, and neither of them alone."""
    known = {one.about for side in (ours, theirs) for one in disagreements(side)}
    whole = [*ours, *theirs]
    found = [one for one in disagreements(whole) if one.about not in known]
    met = {one.about for one in found}
    state = replay(whole)
    common = {one.id for one in ours} & {one.id for one in theirs}
    apart = [[one for one in side if one.id not in common] for side in (ours, theirs)]
    removed = [_removed(one) for one in (replay(ours), replay(theirs))]
    changed = [{about[1] for one in side for event in one.events for about, *_ in _of_coding(event)} for side in apart]
    for mine, other in ((0, 1), (1, 0)):
        for coding in sorted((removed[mine] - removed[other]) & changed[other]):
            if ("removal", coding) not in met and state.codings[CodingId(coding)].is_removed:
                found.append(Disagreement(("removal", coding), REMOVED, "changed"))
    return found


def sentence(one: Disagreement, state: State, book: Codebook) -> str:
    """A disagreement in words, for the coder."""
    what, of = one.about
    coding = state.codings.get(CodingId(of))
    where = f" of {quoted(coding.words)}" if coding else ""
    stands, other = (_named(what, value, book) for value in (one.stands, one.other))
    return f"said in two ways: the {what}{where}: {stands} stands, {other} does not; say it anew to settle it"


def _named(what: str, value: str, book: Codebook) -> str:
    """A value as the codebook calls it."""
    if not value:
        return "nothing"
    if what == "code":
        return books.label_of(book, CodeId(value))
    return books.profile_name(book, value) if what == "profile" else value


def _telling(found: dict[Key, tuple[object, object]], state: State) -> Iterator[tuple[Key, tuple[object, object]]]:
    """Those that a person would miss: what became of a coding that is removed is not."""
    for about, values in found.items():
        coding = state.codings.get(CodingId(about[1]))
        if coding is None or not coding.is_removed or about[0] == "removal":
            yield about, values


def _removed(state: State) -> set[str]:
    return {coding.id for coding in state.codings.values() if coding.is_removed}


def _first_values(event: Event) -> Iterator[_Change]:
    """What an event says first of a field."""
    match event:
        case CodingAdded():
            yield _Change(("code", event.coding), None, event.code)
            yield _Change(("place", event.coding), None, _place(event.anchor, event.words))
            yield _Change(("note", event.coding), None, event.note)
            yield _Change(("removal", event.coding), None, STANDS)
        case SessionOpened():
            yield _Change(("employer and title", ""), None, (event.employer, event.title))


def _changes(event: Event) -> Iterator[_Change]:
    """The fields that an event changes: what its author saw, and what it says."""
    yield from _of_coding(event)
    match event:
        case CodingRemoved():
            yield _Change(("removal", event.coding), STANDS, REMOVED)
        case CodingRestored():
            yield _Change(("removal", event.coding), REMOVED, STANDS)
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


def _said(value: object) -> str:
    """A field's value as text; empty for nothing."""
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

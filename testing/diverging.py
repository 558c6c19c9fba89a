"""Copies of one session that diverge on several machines through ordinary commands."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import strategies as st

from codetui.core.session.commands import (
    AssignCode,
    AssignProfile,
    Command,
    Decision,
    DecisionContext,
    MarkDone,
    MoveBoundary,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    Redo,
    RemoveCoding,
    Undo,
)
from codetui.core.session.decide import decide
from codetui.core.session.state import State, evolve, replay
from codetui.model import (
    CodeId,
    CodingId,
    Event,
    MemoTarget,
    SessionOpened,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)
from testing.reconciliation import AD, BOOK, TEXT

CODES = ("T1", "T2", "T3", "K1")
SPANS = (Span(0, 6), Span(30, 36), Span(30, 48), Span(60, 80), Span(10, 90))
NOTES = ("", "why", "because")
PROFILES = ("", "1", "2")
PLACES = (MemoTarget(kind="code", id="T1"), MemoTarget(kind="group", id="sea"), MemoTarget(kind="entry", id="T2"))


class Side:
    """One machine: its log and the resulting state."""

    def __init__(self, name: str, log: Iterable[Transaction] = ()) -> None:
        self.name = name
        self.log: list[Transaction] = list(log)
        self.begun = len(self.log)
        self.state: State = replay(self.log)
        self.count = 0

    def copied(self, name: str) -> Side:
        """Return a copy of the session on another machine."""
        return Side(name, self.log)

    def execute(self, command: Command) -> None:
        """Execute a command as a session does; a refused one changes nothing."""
        self.count += 1
        fresh = f"{len(self.log):04}{self.name}{self.count:04}"
        decision = decide(self.state, command, DecisionContext(BOOK, TEXT, text_hash(TEXT), f"c{fresh}"))
        if isinstance(decision, Decision):
            self.record(decision, f"t{fresh}")

    def edit(self, *events: Event) -> None:
        """Record a person's edit of the document."""
        self.count += 1
        self.record(Decision(events, "", "edit"), f"t{len(self.log):04}{self.name}{self.count:04}")

    def pull(self, *others: Side) -> None:
        """Merge the logs of other machines."""
        self.log = list({one.id: one for side in (self, *others) for one in side.log}.values())
        self.state = replay(self.log)

    def record(self, decision: Decision, id_: str) -> None:
        """Append one transaction to the log."""
        opened = SessionOpened(source=AD.id, employer=AD.employer, title=AD.title, text_hash=text_hash(TEXT))
        opening = () if self.state.opened else (opened,)
        one = Transaction(
            id=TransactionId(id_),
            seq=self.state.seq + 1,
            parents=self.state.heads,
            time=f"2026-01-01T00:00:00.{self.count:03}Z",
            coder="rosa",
            cause=decision.cause,
            target=decision.target,
            from_name=decision.from_name,
            events=(*opening, *decision.events),
        )
        self.log.append(one)
        self.state = evolve(self.state, one)

    def touched_codings(self) -> set[CodingId]:
        """Return the codings that this machine has changed."""
        events = (event for one in self.log[self.begun :] for event in one.events)
        return {event.coding for event in events if hasattr(event, "coding")}


Step = tuple[str, int, int]
KINDS = ("assign", "assign", "remove", "recode", "move", "note", "place note", "profile", "done", "undo", "redo")
steps = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 99), st.integers(0, 99)), max_size=12)


def command(kind: str, first: int, second: int, state: State) -> Command | None:
    """Return a command on this state; None if there is nothing it could apply to."""
    live = state.live()
    one = live[first % len(live)].id if live else None
    match kind:
        case "assign":
            return AssignCode(SPANS[first % len(SPANS)], CodeId(CODES[second % len(CODES)]))
        case "place note":
            return NotePlace(PLACES[first % len(PLACES)], NOTES[second % len(NOTES)])
        case "profile":
            return AssignProfile(PROFILES[first % len(PROFILES)], NOTES[second % len(NOTES)])
        case "done":
            return MarkDone(not state.is_done)
        case "undo":
            return Undo()
        case "redo":
            return Redo()
    if one is None:
        return None
    match kind:
        case "remove":
            return RemoveCoding(one)
        case "recode":
            return RecodeCoding(one, CodeId(CODES[second % len(CODES)]))
        case "move":
            return MoveBoundary(one, SPANS[second % len(SPANS)])
        case _:
            return NoteCoding(one, NOTES[second % len(NOTES)])


def advanced(side: Side, steps: Iterable[Step]) -> Side:
    """Run these steps; return the side."""
    for kind, first, second in steps:
        one = command(kind, first, second, side.state)
        if one is not None:
            side.execute(one)
    return side


def sides_of(common: list[Step], *apart: list[Step]) -> tuple[Side, ...]:
    """Return machines that diverged from a common beginning."""
    first = advanced(Side("o"), common)
    return tuple(advanced(first.copied("abc"[number]), made) for number, made in enumerate(apart))


def two_sides() -> st.SearchStrategy[tuple[Side, ...]]:
    """Two machines that diverged from a common beginning, which may be empty."""
    return st.builds(sides_of, steps, steps, steps)


def three_sides() -> st.SearchStrategy[tuple[Side, ...]]:
    """Three machines that diverged."""
    return st.builds(sides_of, steps, steps, steps, steps)

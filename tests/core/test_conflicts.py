"""Every value lost by a merge is listed until its author, or somebody who has seen it, changes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.session.commands import (
    AcceptPlace,
    AssignCode,
    AssignProfile,
    Command,
    Decision,
    DescribeSource,
    MarkDone,
    MoveBoundary,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    Redo,
    RemoveCoding,
    Undo,
)
from codetui.core.session.conflicts import Conflict, conflict_sentences, describe_conflict, find_conflicts
from codetui.core.session.state import State, replay
from codetui.model import (
    Anchor,
    CodeId,
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
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SourceDescribed,
    Span,
    Transaction,
    TransactionId,
)
from testing.diverging import KINDS, SPANS, Side, command, two_sides
from testing.reconciliation import BOOK

ON_T1 = MemoTarget(kind="code", id="T1")


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Two machines that have the same session: one coding."""
    first = Side("a")
    first.execute(AssignCode(Span(0, 6), CodeId("T1")))
    return first, first.copied("b")


def coding(side: Side) -> CodingId:
    return next(iter(side.state.codings))


def conflicts(*sides: Side) -> list[Conflict]:
    return find_conflicts([one for side in sides for one in side.log])


def listed(*sides: Side) -> list[tuple[str, str, str]]:
    """Return name, kept and lost value of each conflict, in order."""
    return sorted((one.field[0], one.kept, one.other) for one in conflicts(*sides))


def change_something_else(side: Side, steps: int) -> None:
    """Make changes on a side that cause no conflict."""
    for number in range(steps):
        side.execute(AssignCode(SPANS[1 + number % 4], CodeId(("T2", "T3", "K1")[number // 4 % 3])))


# --- what is listed -----------------------------------------------------------------------------------


def test_both_codes_of_a_quotation_are_named_and_the_later_is_kept(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(RecodeCoding(coding(a), CodeId("T2")))
    b.execute(RecodeCoding(coding(b), CodeId("T3")))
    (found,) = conflicts(a, b)
    merged = replay([*a.log, *b.log])
    assert found == (("code", coding(a)), "T3", "T2") and merged.live()[0].code == "T3"
    assert "the code of “Keeper”: T3: Watching is kept, T2: Cleaning is not" in describe_conflict(found, merged, BOOK)


@pytest.mark.parametrize("steps", [(1, 2), (2, 1), (2, 2), (3, 5)])
def test_a_profile_with_reasoning_in_two_steps_is_listed(sides: tuple[Side, Side], steps: tuple[int, int]) -> None:
    """The second step of a side, which writes the reasoning, hides nothing."""
    for side, number, profile in zip(sides, steps, "12", strict=True):
        for step in range(number):
            side.execute(AssignProfile(profile, f"{side.name} {step}" if step else ""))
    (profile,) = (one for one in conflicts(*sides) if one.field[0] == "profile")
    assert {profile.kept, profile.other} == {"1", "2"}


def test_a_reasoning_that_another_profile_overwrote_is_listed() -> None:
    a, b = Side("a"), Side("b")
    a.execute(AssignProfile("1", "She keeps."))
    b.pull(a)
    b.execute(AssignProfile("1", "She builds."))
    a.execute(MarkDone(True))
    a.execute(AssignProfile("2", "She keeps."))
    assert a.state.reasoning == replay([*a.log, *b.log]).reasoning == "She keeps."
    assert listed(a, b) == [("reasoning", "She keeps.", "She builds.")]


def test_an_edit_that_moves_a_coding_its_author_has_not_seen_loses_nothing(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(AssignCode(SPANS[1], CodeId("T1")))
    new = a.state.codings[next(one for one in a.state.codings if one not in b.state.codings)]
    move = CodingRecoded(coding=new.id, code=new.code, rank=9, code_before=new.code, rank_before=new.rank)
    a.log.append(
        replace(b.log[-1], id=TransactionId("edit"), seq=9, parents=b.state.heads, cause="edit", events=(move,))
    )
    assert conflicts(a) == []


@pytest.mark.parametrize(("ours", "theirs"), [(0, 40), (40, 0), (25, 26)])
def test_long_chains_hide_no_conflict(sides: tuple[Side, Side], ours: int, theirs: int) -> None:
    a, b = sides
    a.execute(NoteCoding(coding(a), "why"))
    b.execute(NoteCoding(coding(b), "because"))
    a.execute(AssignProfile("1", "She keeps."))
    b.execute(AssignProfile("2", "She builds."))
    for side, steps in ((a, ours), (b, theirs)):
        change_something_else(side, steps)
        side.execute(MarkDone(True))
    assert [name for name, *_ in listed(a, b)] == ["note", "profile", "reasoning"]


def test_both_lost_values_of_three_sides_are_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    c = a.copied("c")
    for side, note in ((a, "here"), (b, "there"), (c, "elsewhere")):
        side.execute(NoteCoding(coding(side), note))
    assert listed(a, b, c) == [("note", "elsewhere", "here"), ("note", "elsewhere", "there")]
    a.pull(b)
    a.execute(NoteCoding(coding(a), "neither"))
    assert listed(a, b, c) == [("note", "neither", "elsewhere")]


@pytest.mark.parametrize("later", ["a", "b"])
@pytest.mark.parametrize("change", ["code", "place", "note", "position"])
def test_a_removal_here_and_a_change_there_are_listed_whichever_is_later(
    sides: tuple[Side, Side], later: str, change: str
) -> None:
    a, b = sides
    one = coding(a)
    change_something_else(a if later == "a" else b, 3)
    a.execute(RemoveCoding(one))
    if change == "position":
        b.edit(reordered(b, one, 99))
    else:
        by_name: dict[str, Command] = {
            "code": RecodeCoding(one, CodeId("T2")),
            "place": MoveBoundary(one, Span(0, 10)),
            "note": NoteCoding(one, "why"),
        }
        b.execute(by_name[change])
    (found,) = conflicts(a, b)
    assert found == (("removal", one), "removed", "changed")
    sentence = describe_conflict(found, replay([*a.log, *b.log]), BOOK)
    assert "was removed on one side and changed on the other: it is removed; code it again" in sentence
    named = {"code": "T2: Cleaning", "place": "“Keeper of”", "note": "“why”"}
    (sentence,) = conflict_sentences([*a.log, *b.log], replay([*a.log, *b.log]), BOOK)
    assert change == "position" or f"(lost: the {change} {named[change]})" in sentence, sentence


def test_each_change_that_a_removal_has_lost_is_named(sides: tuple[Side, Side]) -> None:
    a, b = sides
    c = a.copied("c")
    a.execute(RecodeCoding(coding(a), CodeId("T2")))
    b.execute(RecodeCoding(coding(b), CodeId("T3")))
    b.execute(NoteCoding(coding(b), "why"))
    c.execute(RemoveCoding(coding(c)))
    steps = [*a.log, *b.log, *c.log]
    (sentence,) = conflict_sentences(steps, replay(steps), BOOK)
    assert "the code T2: Cleaning; the code T3: Watching; the note “why”" in sentence


def test_a_removal_by_someone_who_had_seen_the_change_is_not_a_conflict(sides: tuple[Side, Side]) -> None:
    a, b = sides
    change_something_else(a, 4)
    a.execute(RemoveCoding(coding(a)))
    b.execute(NoteCoding(coding(b), "why"))
    b.execute(RemoveCoding(coding(b)))
    assert conflicts(a, b) == []
    b.execute(Undo())
    assert listed(a, b) == [("removal", "removed", "changed")]


def test_an_overruled_removal_is_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(RemoveCoding(coding(a)))
    b.pull(a)
    a.execute(Undo())
    a.execute(RemoveCoding(coding(a)))
    change_something_else(b, 4)
    b.edit(CodingRestored(coding=coding(b)))
    (found,) = conflicts(a, b)
    assert found == (("removal", coding(a)), "present", "removed")
    assert "restored on the other: it is kept" in describe_conflict(found, replay([*a.log, *b.log]), BOOK)


def test_notes_on_places_are_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(NotePlace(ON_T1, "common"))
    b.pull(a)
    a.execute(NotePlace(ON_T1, "ours"))
    b.execute(NotePlace(ON_T1, "theirs"))
    b.execute(NotePlace(ON_T1, ""))
    (found,) = conflicts(a, b)
    assert (found.field[0], found.kept, found.other) == ("note on T1", "", "ours")
    assert "the note on T1: nothing is kept, ours is not" in describe_conflict(found, a.state, BOOK)


def test_notes_of_both_sides_are_kept(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(NotePlace(ON_T1, "ours"))
    b.execute(NotePlace(ON_T1, "theirs"))
    assert conflicts(a, b) == []
    assert {note.text for note in replay([*a.log, *b.log]).notes.values()} == {"ours", "theirs"}


def test_done_marks_and_descriptions_are_listed_separately(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(AssignProfile("1", "She keeps."))
    b.pull(a)
    a.execute(DescribeSource("Harbour", a.state.title))
    b.execute(DescribeSource(b.state.employer, "Guard"))
    assert listed(a, b) == [("employer", "Shore Company", "Harbour")]
    a.execute(MarkDone(True))
    a.execute(MarkDone(False))
    change_something_else(b, 4)
    b.execute(MarkDone(True))
    assert listed(a, b) == [("employer", "Shore Company", "Harbour"), ("mark", "done", "not done")]


def test_a_lost_accepted_place_is_listed() -> None:
    a = Side("a")
    a.execute(AssignCode(Span(0, 6), CodeId("T1")))
    place = a.state.live()[0].anchor
    a.edit(
        CodingReanchored(
            coding=coding(a),
            anchor=place,
            words="Keeper!",
            anchor_before=place,
            words_before="Keeper",
            is_proposed=True,
        )
    )
    b = a.copied("b")
    a.execute(AcceptPlace(coding(a)))
    b.execute(MoveBoundary(coding(b), Span(0, 10)))
    assert listed(a, b) == [("place", "“Keeper of”", "“Keeper!”")]


# --- the order of the document ------------------------------------------------------------------------


def reordered(side: Side, of: CodingId, rank: int) -> CodingRecoded:
    one = side.state.codings[of]
    return CodingRecoded(coding=of, code=one.code, rank=rank, code_before=one.code, rank_before=one.rank)


def laid_out(side: Side, text: str) -> LayoutChanged:
    return LayoutChanged(layout=DocumentLayout(text=text), layout_before=side.state.layout)


def test_different_orders_of_two_documents_are_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.edit(reordered(a, coding(a), 7))
    b.edit(reordered(b, coding(b), 8))
    (found,) = conflicts(a, b)
    assert found.field[0] == "position"
    assert "the position of “Keeper”: the later one is kept" in describe_conflict(found, a.state, BOOK)


def test_a_code_overwritten_by_a_reordering_is_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    b.execute(RecodeCoding(coding(b), CodeId("T2")))
    change_something_else(a, 2)
    a.edit(reordered(a, coding(a), 7))
    assert listed(a, b) == [("code", "T1", "T2")]


def test_recoding_alone_is_not_a_reordering(sides: tuple[Side, Side]) -> None:
    a, b = sides
    for side in sides:
        side.execute(RecodeCoding(coding(side), CodeId("T2")))
        change_something_else(a, 2)
    assert conflicts(a, b) == []


def test_a_reordering_of_notes_is_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(NotePlace(MemoTarget(kind="entry", id="T2"), "first"))
    b.pull(a)
    for side, rank in ((a, 7), (b, 8)):
        (note,) = side.state.notes.values()
        written = MemoWritten(memo=note.id, target=note.target, text="", text_before=note.text, rank=note.rank)
        side.edit(written, replace(written, text=note.text, text_before="", rank=rank))
    assert [name for name, *_ in listed(a, b)] == ["position of the note on T2"]
    b.execute(Undo())
    assert [name for name, *_ in listed(a, b)] == ["position of the note on T2"], "rank 7 is lost to the undo"


def test_two_layouts_of_the_document_are_listed(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.edit(laid_out(a, "# one\n"))
    b.edit(laid_out(b, "# two\n"))
    (found,) = conflicts(a, b)
    assert "the layout of the document: the later one is kept" in describe_conflict(found, a.state, BOOK)


# --- what is not --------------------------------------------------------------------------------------


def test_only_an_author_who_has_seen_both_sides_resolves_a_conflict(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(AssignProfile("1", "She keeps."))
    b.execute(AssignProfile("2", "She builds."))
    change_something_else(a, 3)
    a.execute(AssignProfile("1", "She does keep."))
    assert [name for name, *_ in listed(a, b)] == ["profile", "reasoning"]
    whole = Side("w", [*a.log, *b.log])
    whole.execute(NoteCoding(coding(whole), "why"))
    assert [name for name, *_ in listed(whole)] == ["profile", "reasoning"]
    whole.execute(AssignProfile("1", "She keeps and builds."))
    assert [name for name, *_ in listed(whole)] == ["profile"], "the profile that is kept was not changed"
    whole.execute(AssignProfile("2", "She keeps and builds."))
    assert listed(whole, a, b) == []


def test_a_resolved_conflict_returns_only_with_a_third_side(sides: tuple[Side, Side]) -> None:
    a, b = sides
    c = a.copied("c")
    for side, note in ((a, "here"), (b, "there")):
        side.execute(NoteCoding(coding(side), note))
    whole = Side("w", [*a.log, *b.log])
    whole.execute(NoteCoding(coding(whole), "both"))
    c.execute(NoteCoding(coding(c), "elsewhere"))
    assert listed(whole, c) == [("note", "both", "elsewhere")]


def test_the_same_value_on_both_sides_is_not_a_conflict(sides: tuple[Side, Side]) -> None:
    for side in sides:
        side.execute(NoteCoding(coding(side), "why"))
        side.execute(AssignProfile("1", "She keeps."))
    change_something_else(sides[0], 3)
    assert conflicts(*sides) == []


def test_a_value_undone_by_its_side_is_not_lost(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(NoteCoding(coding(a), "why"))
    a.execute(Undo())
    change_something_else(b, 3)
    b.execute(NoteCoding(coding(b), "because"))
    assert conflicts(a, b) == []


def test_a_value_overwritten_by_an_undo_of_the_other_side_is_lost(sides: tuple[Side, Side]) -> None:
    a, b = sides
    b.execute(NoteCoding(coding(b), "because"))
    a.execute(NoteCoding(coding(a), "why"))
    a.execute(Undo())
    assert listed(a, b) == [("note", "", "because")]
    a.execute(Redo())
    assert listed(a, b) == [("note", "why", "because")]


def test_an_undo_of_a_shared_value_is_a_change(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(AssignProfile("1", ""))
    b.pull(a)
    a.execute(Undo())
    change_something_else(b, 3)
    b.execute(AssignProfile("2", ""))
    assert listed(a, b) == [("profile", "2", "")]


def test_the_same_edit_on_two_machines_is_one(sides: tuple[Side, Side]) -> None:
    a, b = sides
    for side in sides:
        side.edit(
            CodingNoted(coding=coding(side), note="why"),
            CodingAdded(coding=CodingId("m1"), code=CodeId("T2"), anchor=None, words="patience", rank=9),
        )
    a.execute(NoteCoding(coding(a), "because"))
    a.execute(RecodeCoding(CodingId("m1"), CodeId("T3")))
    assert conflicts(a, b) == []
    a.execute(RemoveCoding(CodingId("m1")))
    b.execute(NoteCoding(CodingId("m1"), "but"))
    assert listed(a, b) == [("removal", "removed", "changed")]


def test_a_changed_source_text_neither_resolves_nor_causes_conflicts(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.execute(MoveBoundary(coding(a), Span(0, 10)))
    b.execute(MoveBoundary(coding(b), Span(0, 20)))
    whole = Side("w", [*a.log, *b.log])
    (lost,) = listed(whole)
    one = whole.state.live()[0]
    moved = replace(one.anchor, start=3, end=23) if one.anchor else None
    event = CodingReanchored(
        coding=one.id, anchor=moved, words=one.words, anchor_before=one.anchor, words_before=one.words
    )
    whole.record(Decision((event,), "", "corpus"), "t9999")
    assert listed(whole) == [lost]


def test_a_log_that_lacks_a_line_has_no_conflicts(sides: tuple[Side, Side]) -> None:
    """Without its parents the steps that an author had seen are unknown, so all earlier steps count as seen."""
    a, b = sides
    for number in range(4):
        a.execute(NoteCoding(coding(a), f"note {number}"))
    assert find_conflicts(replace(one, parents=()) for one in a.log) == []
    b.execute(AssignCode(SPANS[2], CodeId("T2")))
    del a.log[2]
    assert conflicts(a, b) == []


# --- against the definition ---------------------------------------------------------------------------

Key = tuple[str, str]
Values = dict[Key, object]
Operation = tuple[int, str, int, int]


class FieldWrite(NamedTuple):
    """A value that a step's author wrote to a field, intentionally or not, and the steps then in the log."""

    by: Transaction
    field: Key
    before: object
    value: object
    seen: frozenset[str]
    is_asked: bool


def values_of(state: State) -> Values:
    """Return the value of every field of a session."""
    found: Values = {
        ("profile", ""): state.profile,
        ("reasoning", ""): state.reasoning,
        ("employer", ""): state.employer,
        ("title", ""): state.title,
        ("mark", ""): state.is_done,
        ("layout of the document", ""): state.layout,
    }
    for id_, one in state.codings.items():
        place = (one.anchor.start, one.anchor.end) if one.anchor else None
        found[("code", id_)] = one.code
        found[("place", id_)] = (place, one.words, one.is_proposed)
        found[("note", id_)] = one.note
        found[("position", id_)] = one.rank
        found[("removal", id_)] = one.is_removed
    for memo_id, memo in state.notes.items():
        found[(f"note on {memo.target.id}", memo_id)] = memo.text
        found[(f"position of the note on {memo.target.id}", memo_id)] = memo.rank
    return found


def written_by(event: Event) -> Iterator[Key]:
    """Yield the fields that an event sets, also to what they are."""
    match event:
        case CodingAdded(coding=of):
            yield from ((name, of) for name in ("code", "place", "note", "position", "removal"))
        case CodingRemoved(coding=of) | CodingRestored(coding=of):
            yield ("removal", of)
        case CodingRecoded(coding=of):
            yield from (("code", of), ("position", of))
        case CodingReanchored(coding=of):
            yield ("place", of)
        case CodingNoted(coding=of):
            yield ("note", of)
        case MemoWritten():
            yield (f"note on {event.target.id}", event.memo)
            yield (f"position of the note on {event.target.id}", event.memo)
        case ProfileAssigned():
            yield from (("profile", ""), ("reasoning", ""))
        case SourceDescribed():
            yield from (("employer", ""), ("title", ""))
        case DoneMarked():
            yield ("mark", "")
        case LayoutChanged():
            yield ("layout of the document", "")
        case _:
            pass


def last_writers(log: Iterable[Transaction]) -> dict[Key, Transaction]:
    """Return the step that set each field last; a coding is added once."""
    found: dict[Key, Transaction] = {}
    for one in log:
        for event in one.events:
            for field in written_by(event):
                if not isinstance(event, CodingAdded) or field not in found:
                    found[field] = one
    return found


class Machines:
    """Machines that code one session and merge each other's logs, and all values ever written on any of them."""

    def __init__(self, number: int) -> None:
        first = Side("o")
        first.execute(AssignCode(SPANS[0], CodeId("T1")))
        self.sides = [first.copied(name) for name in "abc"[:number]]
        self.writes: list[FieldWrite] = []
        self.seen: dict[str, frozenset[str]] = {first.log[0].id: frozenset()}

    def do(self, who: int, act: Callable[[Side], None]) -> None:
        """Let a machine act, and record the changes in its coder's view."""
        side = self.sides[who]
        before, seen = side.state, frozenset(one.id for one in side.log)
        act(side)
        new = [one for one in side.log if one.id not in seen]
        if not new:
            return
        (step,) = new
        self.seen[step.id] = seen
        old, now = values_of(before), values_of(side.state)
        for field, value in now.items():
            if field not in old or old[field] != value:
                name, of = field
                is_new_code = name == "position" and old.get(("code", of)) != now[("code", of)]
                is_first = field not in old and "position" in name
                self.writes.append(FieldWrite(step, field, old.get(field), value, seen, not (is_new_code or is_first)))

    def run(self, operations: Iterable[Operation]) -> None:
        for who, kind, first, second in operations:
            who %= len(self.sides)
            if kind == "pull":
                self.sides[who].pull(self.sides[(who + 1 + first) % len(self.sides)])
            elif kind in EDITS:
                self.do(who, lambda side, make=EDITS[kind], at=(first, second): made(side, make(side, *at)))
            else:
                given_command = more_commands(kind, first, second, self.sides[who].state)
                if given_command is not None:
                    self.do(who, lambda side, it=given_command: side.execute(it))


def made(side: Side, event: Event | None) -> None:
    if event is not None:
        side.edit(event)


def more_commands(kind: str, first: int, second: int, state: State) -> Command | None:
    if kind == "describe":
        return DescribeSource(("Shore", "Harbour")[first % 2], ("Keeper", "Guard")[second % 2])
    return command(kind, first, second, state)


def an_order(side: Side, first: int, second: int) -> Event | None:
    live = side.state.live()
    return reordered(side, live[first % len(live)].id, 50 + second % 3) if live else None


def a_layout(side: Side, first: int, _second: int) -> Event | None:
    text = ("# one\n", "# two\n")[first % 2]
    return laid_out(side, text) if side.state.layout != DocumentLayout(text=text) else None


def an_added_coding(side: Side, first: int, second: int) -> Event | None:
    of = CodingId(f"m{first % 2}{second % 2}")
    if of in side.state.codings:
        return None
    anchor = Anchor(text_hash="", start=first % 2, end=5, words="w")
    return CodingAdded(coding=of, code=CodeId("T1"), anchor=anchor, words="w", note=("", "why")[second % 2], rank=1)


EDITS: dict[str, Callable[[Side, int, int], Event | None]] = {
    "order": an_order,
    "layout": a_layout,
    "imported": an_added_coding,
}


def lost_by_definition(machines: Machines) -> set[tuple[Key, object]]:
    """Return field and value of everything written that is no longer there and that nobody changed knowingly."""
    unique = {one.id: one for side in machines.sides for one in side.log}
    log = sorted(unique.values(), key=lambda one: (one.seq, one.id))
    merged, writers = replay(log), last_writers(log)
    now = values_of(merged)

    def knew(later: FieldWrite, one: FieldWrite) -> bool:
        if one.by.id in later.seen:
            return True
        if one.by.cause != "edit" or later.by.id in one.seen or later is one:
            return False
        same = (
            each
            for each in machines.writes
            if (each.by.cause, each.field, each.before, each.value) == ("edit", one.field, one.before, one.value)
        )
        return any(each.by.id in later.seen for each in same)

    def is_taken_back(one: FieldWrite, field: Key) -> bool:
        if one.by.cause not in ("undo", "redo"):
            return False
        common = one.seen & machines.seen[writers[field].id]
        shared = values_of(replay(each for each in log if each.id in common))
        return shared.get(one.field, "") == one.value

    found: set[tuple[Key, object]] = set()
    for one in machines.writes:
        name, of = one.field
        if not one.is_asked or any(knew(later, one) for later in machines.writes if later.field == one.field):
            continue
        is_removed = name in ("code", "place", "note", "position") and merged.codings[CodingId(of)].is_removed
        removal = ("removal", of)
        if is_removed:
            last = [each for each in machines.writes if each.field == removal]
            removers = [each for each in last if each.value is True and not any(knew(other, each) for other in last)]
            if not any(knew(each, one) for each in removers) and not is_taken_back(one, removal):
                found.add((removal, "changed"))
        elif now[one.field] != one.value and not is_taken_back(one, one.field):
            found.add((one.field, one.value))
    return found


def begin_of(words: str) -> str:
    return "".join(words.strip("“”").split())[:10]


def shown_value(field: Key, value: object) -> str:
    match value:
        case (_, str(words), bool()):
            return begin_of(words)
        case bool() if field[0] == "removal":
            return "removed" if value else "present"
        case bool():
            return "done" if value else "not done"
        case str():
            return value
        case _:
            return ""


ALL_KINDS = (*KINDS, "describe", *EDITS)


def histories(number: int) -> st.SearchStrategy[list[Operation]]:
    whole = st.integers(0, 99)
    kinds = st.one_of(st.just("pull"), st.sampled_from(ALL_KINDS), st.sampled_from(ALL_KINDS))
    return st.lists(st.tuples(st.integers(0, number - 1), kinds, whole, whole), max_size=30)


def check_against_definition(number: int, operations: list[Operation]) -> None:
    machines = Machines(number)
    machines.run(operations)
    expected = {(field, shown_value(field, value)) for field, value in lost_by_definition(machines)}
    found = conflicts(*machines.sides)
    assert {(one.field, begin_of(one.other) if one.field[0] == "place" else one.other) for one in found} == expected
    now = values_of(replay([one for side in machines.sides for one in side.log]))
    for one in found:
        kept = begin_of(one.kept) if one.field[0] == "place" else one.kept
        assert kept == shown_value(one.field, now[one.field])


@settings(max_examples=300, deadline=None)
@given(histories(2))
def test_conflicts_of_two_sides_match_the_definition(operations: list[Operation]) -> None:
    check_against_definition(2, operations)


@settings(max_examples=200, deadline=None)
@given(histories(3))
def test_conflicts_of_three_sides_match_the_definition(operations: list[Operation]) -> None:
    check_against_definition(3, operations)


@given(two_sides())
def test_a_single_author_has_no_conflicts(sides: tuple[Side, Side]) -> None:
    for side in sides:
        assert find_conflicts(side.log) == []


@given(two_sides())
def test_the_listed_conflicts_do_not_depend_on_who_merges(sides: tuple[Side, Side]) -> None:
    a, b = sides
    assert conflicts(a, b) == conflicts(b, a) == find_conflicts([*reversed(b.log), *a.log, *b.log])


@given(two_sides())
def test_a_coding_without_a_conflict_is_unchanged(sides: tuple[Side, Side]) -> None:
    """The union contains each side's last values unless the other side changed them or they are listed."""
    a, b = sides
    of = {one.field[1] for one in conflicts(a, b)}
    merged = replay([*a.log, *b.log])
    for mine, other in ((a, b), (b, a)):
        for id_, one in mine.state.codings.items():
            if id_ not in other.touched_codings() and id_ not in of:
                assert merged.codings[id_] == one

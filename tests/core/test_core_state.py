"""The fold: replay, merge, undo and redo."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.codebook.usage import last_choice
from codetui.core.session import decide
from codetui.core.session.state import State, evolve, index_codings, replay
from codetui.model import (
    Anchor,
    Cause,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingRecoded,
    CodingRemoved,
    DoneMarked,
    Event,
    MemoId,
    MemoKind,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SessionOpened,
    SourceId,
    Transaction,
    TransactionId,
    UncodableMarked,
)


def transaction(
    seq: int, *events: Event, ident: str = "", cause: Cause = "hand", target: str | None = None
) -> Transaction:
    return Transaction(
        id=TransactionId(ident or f"t{seq:04}"),
        seq=seq,
        time=f"2026-01-01T00:00:{seq % 60:02}Z",
        coder="rosa",
        cause=cause,
        target=None if target is None else TransactionId(target),
        events=events,
    )


def added(coding: str, code: str = "TASK1", rank: int = 1) -> CodingAdded:
    return CodingAdded(coding=CodingId(coding), code=CodeId(code), anchor=None, words=f"words of {coding}", rank=rank)


def test_the_heads_are_the_transactions_without_successors() -> None:
    first = transaction(1, added("a"))
    ours = replace(transaction(2, added("b"), ident="ours"), parents=(first.id,))
    theirs = replace(transaction(2, added("c"), ident="theirs"), parents=(first.id,))
    both = replace(transaction(3, added("d")), parents=(ours.id, theirs.id))
    assert replay([first]).heads == (first.id,)
    assert (
        replay([theirs, ours, first]).heads == evolve(evolve(replay([first]), theirs), ours).heads == ("ours", "theirs")
    )
    assert replay([both, theirs, ours, first]).heads == (both.id,)


def test_memos_on_any_target_are_separate_from_the_notes_of_the_document() -> None:
    kinds = get_args(MemoKind)
    events = [
        MemoWritten(memo=MemoId(kind), target=MemoTarget(kind=kind, id="x"), text=f"on {kind}", rank=rank)
        for rank, kind in enumerate(kinds, 5)
    ]
    state = replay([transaction(1, *events)])
    assert [one.target.kind for one in state.notes.values()] == ["section", "group", "code", "entry"]
    assert [one.text for one in state.memos.values()] == [f"on {kind}" for kind in kinds[4:]]
    assert not state.is_untouched and state.next_rank == 5 + len(kinds)
    target = decide.undo_target(state)
    assert target is not None
    undone = evolve(state, transaction(2, *decide.undo_events(target), cause="undo", target=target.id))
    assert undone.is_untouched and set(undone.memos) == set(state.memos)


def facts(state: State) -> tuple[object, ...]:
    return (
        tuple((c.id, c.code, c.words, c.note, c.rank) for c in state.live()),
        tuple(sorted((n.id, n.text) for n in state.notes.values() if n.text)),
        state.profile,
        state.reasoning,
        state.is_done,
    )


def undone(state: State) -> State:
    target = decide.undo_target(state)
    assert target is not None
    return evolve(
        state,
        transaction(state.seq + 1, *decide.undo_events(target), cause="undo", target=target.id),
    )


def redone(state: State) -> State:
    target = decide.redo_target(state)
    assert target is not None
    return evolve(
        state,
        transaction(state.seq + 1, *decide.redo_events(target), cause="redo", target=target.id),
    )


def test_a_restored_coding_returns_to_its_old_rank() -> None:
    state = replay([transaction(1, added("a", rank=1)), transaction(2, added("b", rank=2))])
    state = evolve(state, transaction(3, CodingRemoved(coding=CodingId("a"))))
    assert [c.id for c in state.live()] == ["b"]
    assert [c.id for c in undone(state).live()] == ["a", "b"]


def test_recoding_ranks_the_quotation_last_and_undo_restores_its_rank() -> None:
    first = [transaction(1, added("a", "X", 1)), transaction(2, added("b", "X", 2)), transaction(3, added("c", "Y", 3))]
    recoded = CodingRecoded(coding=CodingId("a"), code=CodeId("Y"), rank=4, code_before=CodeId("X"), rank_before=1)
    state = replay([*first, transaction(4, recoded)])
    assert [c.id for c in state.of_code(CodeId("Y"))] == ["c", "a"]
    assert [c.id for c in undone(state).of_code(CodeId("X"))] == ["a", "b"]


def test_opening_a_session_is_not_undone() -> None:
    opened = SessionOpened(source=SourceId("7"), employer="E", title="T", text_hash="h")
    assert decide.undo_target(replay([transaction(1, opened)])) is None
    both = replay([transaction(1, opened, added("a"))])
    back = undone(both)
    assert back.live() == () and back.opened == opened


def test_a_new_command_clears_the_redo_stack() -> None:
    state = undone(replay([transaction(1, added("a"))]))
    assert decide.redo_target(state) is not None
    assert decide.redo_target(evolve(state, transaction(9, added("b")))) is None


def test_an_event_about_an_unknown_coding_changes_nothing() -> None:
    state = replay([transaction(1, added("a"))])
    after = evolve(state, transaction(2, CodingNoted(coding=CodingId("zz"), note="n")))
    assert facts(after) == facts(state)


def test_the_same_transaction_twice_counts_once() -> None:
    one = transaction(1, added("a"))
    assert facts(replay([one, one])) == facts(replay([one]))


events = st.lists(
    st.one_of(
        st.sampled_from("abcd").map(lambda x: added(x, "TASK1")),
        st.sampled_from("abcd").map(lambda x: CodingRemoved(coding=CodingId(x))),
        st.tuples(st.sampled_from("abcd"), st.text(max_size=3)).map(
            lambda x: CodingNoted(coding=CodingId(x[0]), note=x[1])
        ),
        st.tuples(st.sampled_from("xy"), st.text(max_size=3)).map(
            lambda x: ProfileAssigned(profile=x[0], reasoning=x[1])
        ),
        st.booleans().map(lambda x: DoneMarked(is_done=x, was_done=not x)),
        st.booleans().map(lambda x: UncodableMarked(is_uncodable=x, was_uncodable=not x)),
        st.text(max_size=3).map(
            lambda x: MemoWritten(memo=MemoId("n1"), target=MemoTarget(kind="code", id="TASK1"), text=x)
        ),
    ),
    min_size=1,
    max_size=12,
)


@given(events, st.randoms(use_true_random=False))
def test_replay_does_not_depend_on_the_order_of_lines(sequence: list[Event], chance: random.Random) -> None:
    log = [transaction(n // 2 + 1, event, ident=f"id{n}") for n, event in enumerate(sequence)]
    shuffled = [*log, *log[: len(log) // 2]]
    chance.shuffle(shuffled)
    assert facts(replay(shuffled)) == facts(replay(log))


@given(events)
def test_replay_equals_evolving_step_by_step(sequence: list[Event]) -> None:
    log = [transaction(n + 1, event) for n, event in enumerate(sequence)]
    state = State()
    for one in log:
        state = evolve(state, one)
    assert facts(state) == facts(replay(log))


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(1, 9)), max_size=8))
def test_the_index_of_an_evolved_state_equals_that_of_its_codings(places: list[tuple[int, int, int]]) -> None:
    state = evolve(State(), transaction(1, added("first")))
    for number, (a, b, rank) in enumerate(places, 2):
        anchor = Anchor(text_hash="x", start=min(a, b), end=max(a, b), words="words") if a != b else None
        event = replace(added(f"c{number % 6}", f"TASK{a % 3}", rank), anchor=anchor, is_proposed=rank == 1)
        event = event if b % 5 else CodingNoted(coding=CodingId("first"), note=f"{a}")
        assert state.index.live
        state = evolve(state, transaction(number, event))
        one, other = state.index, index_codings(state.codings.values())
        assert (one.live, dict(one.by_code), one.unresolved) == (other.live, other.by_code, other.unresolved)
        assert (list(one.placed), one.over(0, 50)) == (list(other.placed), other.over(0, 50))


def test_undo_of_everything_then_redo_of_everything_is_the_identity() -> None:
    state = replay(
        [
            transaction(1, added("a", rank=1)),
            transaction(2, CodingNoted(coding=CodingId("a"), note="x")),
            transaction(3, ProfileAssigned(profile="P", reasoning="R")),
            transaction(4, CodingRemoved(coding=CodingId("a"))),
            transaction(5, DoneMarked(is_done=True, was_done=False)),
        ]
    )
    trail = [facts(state)]
    while decide.undo_target(state):
        state = undone(state)
        trail.append(facts(state))
    assert trail[-1] == facts(State())
    for expected in reversed(trail[:-1]):
        state = redone(state)
        assert facts(state) == expected


def test_undo_works_after_a_merge_added_later_steps() -> None:
    mine = [transaction(1, added("a")), transaction(2, CodingRemoved(coding=CodingId("a")))]
    undone = transaction(3, *decide.undo_events(mine[1]), cause="undo", target="t0002", ident="u")
    theirs = transaction(2, added("b"), ident="z")
    state = replay([*mine, undone, theirs])
    assert {c.id for c in state.live()} == {"a", "b"}
    target = decide.undo_target(state)
    assert target is not None and target.id == TransactionId("z")


def test_a_recoded_coding_keeps_the_codebook_of_its_code_through_undo_and_redo() -> None:
    def with_book(one: Transaction, codebook: str) -> Transaction:
        return replace(one, codebook=codebook)

    first = with_book(transaction(1, added("c1")), "v1")
    event = CodingRecoded(
        coding=CodingId("c1"), code=CodeId("TASK2"), rank=2, code_before=CodeId("TASK1"), rank_before=1
    )
    state = replay([first, with_book(transaction(2, event), "v2")])
    assert state.codings[CodingId("c1")].codebook == "v2"
    assert undone(state).codings[CodingId("c1")].codebook == "v1"
    assert redone(undone(state)).codings[CodingId("c1")].codebook == "v2"
    assert last_choice(undone(state), undone(state).codings[CodingId("c1")]) == ("TASK1", "v1")


def test_undoing_a_recoding_of_a_coding_with_a_lost_line_changes_nothing() -> None:
    event = CodingRecoded(
        coding=CodingId("c1"), code=CodeId("TASK2"), rank=2, code_before=CodeId("TASK1"), rank_before=1
    )
    again = transaction(2, event)
    back = transaction(3, event, cause="undo", target=transaction(4, event).id)
    assert replay([again, back]).codings == {}


def test_a_migration_keeps_the_coders_last_choice() -> None:
    event = CodingRecoded(coding=CodingId("c1"), code=CodeId("T1"), rank=1, code_before=CodeId("TASK1"), rank_before=1)
    moved = replace(transaction(2, event), codebook="v2", cause="migration")
    state = replay([replace(transaction(1, added("c1")), codebook="v1"), moved])
    coding = state.codings[CodingId("c1")]
    assert coding.codebook == "v2"
    assert last_choice(state, coding) == ("TASK1", "v1")


def test_an_added_coding_has_each_of_its_fields() -> None:
    anchor = Anchor(text_hash="h", start=3, end=8, words="words", before="b", after="a")
    event = CodingAdded(
        coding=CodingId("c1"), code=CodeId("T"), anchor=anchor, words="w", note="n", rank=7, is_proposed=True
    )
    step = replace(transaction(4, event, cause="document"), codebook="3#abc", from_name="from.md")
    wanted = Coding(
        id=CodingId("c1"),
        code=CodeId("T"),
        anchor=anchor,
        words="w",
        note="n",
        rank=7,
        time=step.time,
        codebook="3#abc",
        origin="document",
        from_name="from.md",
        is_proposed=True,
        is_removed=False,
    )
    added_one = replay([step]).codings[CodingId("c1")]
    assert added_one == wanted
    assert hash(added_one) == hash(wanted)

"""The index of a state's codings is the same whether it was updated or built anew."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.session.state import State, evolve, replay
from codetui.model import (
    Anchor,
    CodeId,
    CodingAdded,
    CodingId,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    Event,
    Transaction,
    TransactionId,
)

LENGTH = 12
CODES = "xyz"


def anchor(start: int, length: int) -> Anchor:
    return Anchor(start=start, end=start + length, words="w" * length, before="", after="", text_hash="")


ids = st.sampled_from("abcdef").map(CodingId)
codes = st.sampled_from(CODES).map(CodeId)
ranks = st.integers(1, 9)
anchors = st.one_of(st.none(), st.builds(anchor, st.integers(0, LENGTH - 1), st.integers(1, LENGTH)))
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(CodingAdded, coding=ids, code=codes, anchor=anchors, words=st.just("w"), rank=ranks),
    st.builds(CodingAdded, coding=ids, code=codes, anchor=anchors, words=st.just("w"), rank=ranks),
    st.builds(CodingRemoved, coding=ids),
    st.builds(CodingRestored, coding=ids),
    st.builds(CodingRecoded, coding=ids, code=codes, rank=ranks, code_before=codes, rank_before=ranks),
    st.builds(
        CodingReanchored,
        coding=ids,
        anchor=anchors,
        words=st.just("w"),
        anchor_before=st.none(),
        words_before=st.just("w"),
    ),
)


def known(state: State) -> list[object]:
    by_code = [[coding.id for coding in state.of_code(CodeId(code))] for code in CODES]
    over = [sorted(coding.id for coding in state.index.over(at, at + 2)) for at in range(2 * LENGTH)]
    doubtful = [coding.id for coding in state.index.unresolved]
    return [doubtful, [coding.id for coding in state.live()], by_code, over, state.next_rank, list(state.index.by_code)]


@given(st.lists(st.lists(events, min_size=1, max_size=3), max_size=12))
def test_the_updated_index_equals_a_newly_built_one(steps: list[list[Event]]) -> None:
    log: list[Transaction] = []
    state = State()
    for number, step in enumerate(steps, start=1):
        known(state)
        one = Transaction(id=TransactionId(f"{number:03}"), seq=number, time="", coder="rosa", events=tuple(step))
        state = evolve(state, one)
        log.append(one)
        assert known(state) == known(replay(log))


def test_the_codings_over_a_range_are_those_that_share_a_character_with_it() -> None:
    places = [(0, 30), (2, 2), (4, 3), (10, 1), (20, 5)]
    added = [
        CodingAdded(coding=CodingId(f"{n}"), code=CodeId("x"), anchor=anchor(*place), words="w", rank=n)
        for n, place in enumerate(places)
    ]
    state = replay([Transaction(id=TransactionId("1"), seq=1, time="", coder="rosa", events=tuple(added))])
    assert {coding.id for coding in state.index.over(3, 5)} == {"0", "1", "2"}
    assert {coding.id for coding in state.index.over(11, 20)} == {"0"}
    assert {coding.id for coding in state.index.over(24, 99)} == {"0", "4"}
    assert state.index.over(40, 41) == []

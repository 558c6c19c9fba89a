"""Groups of the codings of several coders: complete, disjoint, the same whoever is named first; decisions replace."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.adjudication import Consensus, Decided, Group, Rule, groups_of
from codetui.core.agreement.matching import CodedSpan, match
from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.state import State, evolve
from codetui.model import AgreedBy, CodeId, CodingAdded, CodingId, Event, Provenance, Span, Transaction, TransactionId

TEXT = "We ask for Python, and for SQL; a sense of humour helps. You write tests before the code." * 2

Spans = Sequence[tuple[int, int, str]]


def state_of(coder: str, spans: Spans) -> State:
    events = [
        CodingAdded(
            coding=CodingId(f"{coder}{number}"),
            code=CodeId(code),
            anchor=anchor_at(TEXT, Span(start, end), "h") if end > start else None,
            words=TEXT[start:end] or "elsewhere",
            rank=number,
        )
        for number, (start, end, code) in enumerate(spans)
    ]
    return stepped(State(), events, coder)


def stepped(state: State, events: Sequence[Event], name: str, made: Provenance | None = None) -> State:
    id_ = TransactionId(f"{state.seq:04}{name}")
    cause = "consensus" if made else "hand"
    step = Transaction(
        id=id_, seq=state.seq + 1, time="", coder=name, cause=cause, provenance=made, events=tuple(events)
    )
    return evolve(state, step)


spans = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 9), st.sampled_from("AB")).map(
        lambda one: (one[0], one[0] + one[1], one[2])
    ),
    max_size=5,
    unique=True,
)


@given(st.lists(spans, min_size=2, max_size=4), st.sampled_from([0.3, 0.5, 1.0]), st.sampled_from(["all", "majority"]))
def test_each_coding_is_in_one_group_whoever_is_named_first(
    coders: list[Spans], threshold: float, agreed_by: AgreedBy
) -> None:
    states = [state_of("wxyz"[number], spans) for number, spans in enumerate(coders)]
    agreed, disputed = groups_of(states, 1, threshold, agreed_by)
    ids = [one.id for group in (*agreed, *disputed) for one in group.codings]
    everything = {one.id for state in states for one in state.live()}
    assert len(ids) == len(set(ids)) and set(ids) <= everything
    assert agreed_by == "majority" or set(ids) == everything
    assert all(
        len(group.sides) == len(states) and len({one.id[0] for one in group.codings}) == len(group.codings)
        for group in (*agreed, *disputed)
    )
    needed = len(states) if agreed_by == "all" else len(states) // 2 + 1
    assert all(len(group.codings) >= needed and len({one.code for one in group.codings}) == 1 for group in agreed)
    for order in list(permutations(states))[:3]:
        again = groups_of(order, 1, threshold, agreed_by)
        assert [sorted(group.key for group in groups) for groups in again] == [
            sorted(group.key for group in groups) for groups in (agreed, disputed)
        ]
    if len(states) == 2:
        placed = [[one for one in state.live() if one.anchor] for state in states]
        a, b = (
            [CodedSpan(one.anchor.start, one.anchor.end, one.code) for one in those if one.anchor] for those in placed
        )
        same = sum(one.kind == "same" for one in match(a, b, threshold).matches)
        assert sum(group.codings[0].anchor is not None for group in agreed) == same


THREE: list[tuple[list[Spans], AgreedBy, list[str], list[str]]] = [
    ([[(0, 9, "A")]] * 3, "all", ["same"], []),
    ([[(0, 9, "A")], [(0, 8, "A")], [(0, 9, "B")]], "all", [], ["other_code"]),
    ([[(0, 9, "A")], [(0, 8, "A")], [(0, 9, "B")]], "majority", ["same"], []),
    ([[(0, 9, "A")], [(0, 9, "A")], []], "all", [], ["only_some"]),
    ([[(0, 9, "A")], [(0, 9, "A")], []], "majority", ["same"], []),
    ([[(0, 9, "A")], [], []], "majority", [], ["only_some"]),
    ([[(0, 9, "A")], [(0, 3, "A")], []], "majority", [], ["other_edges"]),
    ([[(0, 9, "A")], [(0, 9, "B")], [(0, 9, "C")]], "majority", [], ["other_code"]),
    ([[(0, 9, "A")], [(0, 9, "A")], [(0, 9, "B")], [(0, 9, "B")]], "majority", [], ["other_code"]),
    ([[(0, 0, "A")], [(0, 0, "A")], [(0, 0, "B")]], "majority", ["same"], ["only_some"]),
]


@pytest.mark.parametrize(("coders", "agreed_by", "agreed", "disputed"), THREE)
def test_all_or_a_majority_agree(
    coders: list[Spans], agreed_by: AgreedBy, agreed: list[str], disputed: list[str]
) -> None:
    found = groups_of([state_of("wxyz"[at], one) for at, one in enumerate(coders)], 1, agreed_by=agreed_by)
    assert [[group.kind for group in groups] for groups in found] == [agreed, disputed]


@pytest.mark.parametrize(("rule", "codes"), [("1", ["A"]), ("all", ["A", "B"]), ("none", []), ("other", ["C"])])
def test_a_decision_replaces_what_was_made_from_the_same_codings(rule: Rule, codes: list[str]) -> None:
    numbers = count()

    def consensus(state: State) -> Consensus:
        return Consensus(state, TEXT, "h", lambda: f"new{next(numbers)}")

    def carried_out(state: State, group: Group, decision: Decided) -> State:
        made = consensus(state)
        events = made.decided(group, decision, "11", 0.5)
        return stepped(state, events, "c", Provenance(coders=("w", "x", "y"), decided_from=tuple(made.decided_from)))

    # All agreed at first; then one of them has recoded.
    first, _ = groups_of([state_of(name, [(0, 9, "A")]) for name in "wxy"], 1)
    made = consensus(State())
    events = made.agreed(first, "intersection")
    state = stepped(State(), events, "c", Provenance(coders=("w", "x", "y"), decided_from=tuple(made.decided_from)))
    later = [state_of("w", [(0, 9, "A")]), state_of("x", [(0, 8, "A")]), state_of("y", [(0, 9, "B")])]
    agreed, (group,) = groups_of(later, 1)
    assert consensus(state).agreed(agreed, "intersection") == []
    has_first = group.sides[0] is not None and group.sides[0].code == "A"
    state = carried_out(state, group, Decided(rule, "C"))
    assert sorted(one.code for one in state.live()) == (["B"] if rule == "1" and not has_first else codes)

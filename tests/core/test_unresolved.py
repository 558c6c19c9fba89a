"""Quotations without an accepted place, and their possible places."""

from __future__ import annotations

from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.anchors import unresolved as module
from codetui.core.anchors.anchor import anchor_at
from codetui.core.anchors.unresolved import (
    UnresolvedAnchor,
    unresolved_anchor,
)
from codetui.core.session.state import State
from codetui.model import CodeId, Coding, CodingId, Span
from testing.examples import examples

AD = (
    "Keeper\n\nYou light the lamp at dusk.\n\nYou polish the mirrors of the northern light every week. "
    "You light the lamp at dawn too."
)


def coding(
    number: int, words: str, place: Span | None = None, *, code: str = "T1", is_proposed: bool = False
) -> Coding:
    anchor = None if place is None else anchor_at(AD, place, "")
    return Coding(
        id=CodingId(f"c{number}"), code=CodeId(code), anchor=anchor, words=words, rank=number, is_proposed=is_proposed
    )


def state(*codings: Coding) -> State:
    return State(codings=MappingProxyType({one.id: one for one in codings}))


def unresolved_anchors(state: State, text: str) -> tuple[UnresolvedAnchor, ...]:
    return tuple(unresolved_anchor(one, state, text) for one in state.index.unresolved)


def places_of(words: str) -> list[Span]:
    return [Span(at, at + len(words)) for at in range(len(AD)) if AD.startswith(words, at)]


def only(found: tuple[UnresolvedAnchor, ...]) -> UnresolvedAnchor:
    assert len(found) == 1
    return found[0]


def test_words_that_occur_twice_are_ambiguous() -> None:
    doubt = only(unresolved_anchors(state(coding(1, "You light the lamp")), AD))
    assert (doubt.kind, list(doubt.places), doubt.score, doubt.total) == (
        "ambiguous",
        places_of("You light the lamp"),
        1.0,
        2,
    )


def test_a_proposed_place_is_fuzzy_with_its_similarity() -> None:
    place = places_of("polish the mirrors of the northern light")[0]
    doubt = only(
        unresolved_anchors(state(coding(1, "polish the mirors of the northren light", place, is_proposed=True)), AD)
    )
    assert (doubt.kind, doubt.places) == ("fuzzy", (place,))
    assert 0.9 < doubt.score < 1
    assert doubt.percent in ("94 %", "95 %", "96 %")


def test_words_with_typos_and_without_a_place_are_fuzzy() -> None:
    doubt = only(unresolved_anchors(state(coding(1, "polish the mirrrors of the northern light")), AD))
    assert (doubt.kind, doubt.places) == ("fuzzy", tuple(places_of("polish the mirrors of the northern light")))


@pytest.mark.parametrize(
    ("words", "nearest"),
    [("feed the seals of the harbour", ""), ("polish the windows of the northern light", "polish the mirrors of the")],
)
def test_words_that_are_not_found_are_orphans_with_a_nearest_place(words: str, nearest: str) -> None:
    doubt = only(unresolved_anchors(state(coding(1, words)), AD))
    assert doubt.kind == "orphan"
    assert [AD[slice(*place)].startswith(nearest) for place in doubt.places] == ([True] if nearest else [])


def test_resolved_and_removed_codings_are_left_out() -> None:
    settled = coding(1, "dusk", places_of("dusk")[0])
    removed = Coding(id=CodingId("c2"), code=CodeId("T1"), anchor=None, words="gone", is_removed=True)
    assert unresolved_anchors(state(settled, removed), AD) == ()
    assert not settled.is_unresolved and not removed.is_unresolved


def test_unresolved_anchors_are_in_the_order_of_the_codings() -> None:
    later, earlier = coding(7, "lamp"), coding(3, "nowhere at all", code="T2")
    session = state(later, earlier)
    assert session.index.unresolved == (earlier, later)
    assert [doubt.coding for doubt in unresolved_anchors(session, AD)] == [earlier, later]


def test_a_place_with_the_same_code_is_not_offered() -> None:
    first, second = places_of("You light the lamp")
    words = "You light the lamp"
    session = state(coding(1, words, first), coding(2, words), coding(3, words, second, code="T2"))
    doubt = only(unresolved_anchors(session, AD))
    assert (doubt.places, doubt.total) == ((second,), 2)
    assert (
        only(unresolved_anchors(state(coding(1, words, first), coding(2, words), coding(3, words, second)), AD)).places
        == ()
    )


def test_places_are_searched_once_per_state_of_a_coding(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    locate = module.locate
    monkeypatch.setattr(module, "locate", lambda text, words: asked.append(words) or locate(text, words))
    text = AD + " A text of its own."
    one = coding(1, "You light the lamp")
    for _ in range(3):
        unresolved_anchor(one, state(one), text)
    assert asked == ["You light the lamp"]
    another = coding(1, "lamp")
    assert unresolved_anchor(another, state(another), text).coding is another
    assert asked == ["You light the lamp", "lamp"]
    unresolved_anchor(one, state(one), AD + " Another text.")
    assert len(asked) == 3


@settings(max_examples=examples(60))
@given(st.text("ab \n.", max_size=60), st.lists(st.text("ab .", max_size=12), max_size=4))
def test_all_possible_places_are_in_the_text(text: str, words: list[str]) -> None:
    session = state(*(coding(number, each) for number, each in enumerate(words)))
    found = unresolved_anchors(session, text)
    assert len(found) == len(words)
    assert all(0 <= place.start < place.end <= len(text) for doubt in found for place in doubt.places)

"""What two sides of one session said differently: one author alone never disagrees, two are told of each clash."""

from __future__ import annotations

import pytest
from hypothesis import given

from codetui.core.session.commands import AssignCode, AssignProfile, NoteCoding, RecodeCoding, RemoveCoding, Undo
from codetui.core.session.conflicts import conflicts_between, describe_conflict, find_conflicts
from codetui.core.session.state import replay
from codetui.model import CodeId, Span
from testing.diverging import Side, two_sides
from testing.reconciliation import BOOK


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Two machines that have the same session: one coding."""
    first = Side("a")
    first.give(AssignCode(Span(0, 6), CodeId("T1")))
    return first, first.copied("b")


def only_coding(side: Side) -> str:
    return side.state.live()[0].id


def test_two_codes_for_one_quotation_are_told_and_the_later_stands(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.give(RecodeCoding(a.state.live()[0].id, CodeId("T2")))
    b.give(RecodeCoding(b.state.live()[0].id, CodeId("T3")))
    (found,) = conflicts_between(a.log, b.log)
    merged = replay([*a.log, *b.log])
    assert found.field[0] == "code" and {found.kept, found.other} == {"T2", "T3"}
    assert merged.live()[0].code == CodeId(found.kept)
    assert "the code of “Keeper”: T3: Watching is kept, T2: Cleaning is not" in describe_conflict(found, merged, BOOK)


def test_two_profiles_are_told_until_somebody_decides(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.give(AssignProfile("1", "He keeps."))
    b.give(AssignProfile("2", "He builds."))
    assert {one.field[0] for one in conflicts_between(a.log, b.log)} == {"profile", "reasoning"}
    whole = Side("a", [*a.log, *b.log])
    assert len(find_conflicts(whole.log)) == 2
    whole.give(AssignProfile("1", "He does keep."))
    assert find_conflicts(whole.log) == []


@pytest.mark.parametrize("later", ["a", "b"])
def test_a_removal_here_and_a_change_there_are_told_whichever_is_the_later(
    sides: tuple[Side, Side], later: str
) -> None:
    a, b = sides
    if later == "a":
        a.give(AssignProfile("1", ""))
    else:
        b.give(AssignProfile("1", ""))
    a.give(RemoveCoding(a.state.live()[0].id))
    b.give(NoteCoding(b.state.live()[0].id, "why"))
    found = conflicts_between(a.log, b.log)
    assert [one.field for one in found] == [("removal", a.state.codings[next(iter(a.state.codings))].id)]


def test_the_same_said_twice_is_no_disagreement(sides: tuple[Side, Side]) -> None:
    a, b = sides
    for side in sides:
        side.give(NoteCoding(side.state.live()[0].id, "why"))
    assert conflicts_between(a.log, b.log) == []


def test_what_was_undone_does_not_disagree(sides: tuple[Side, Side]) -> None:
    a, b = sides
    a.give(NoteCoding(a.state.live()[0].id, "why"))
    a.give(Undo())
    b.give(NoteCoding(b.state.live()[0].id, "because"))
    assert [one for one in conflicts_between(a.log, b.log) if one.kept == one.other] == []


@given(two_sides())
def test_one_author_alone_never_disagrees(sides: tuple[Side, Side]) -> None:
    for side in sides:
        assert find_conflicts(side.log) == []


@given(two_sides())
def test_what_is_told_does_not_depend_on_who_asks(sides: tuple[Side, Side]) -> None:
    a, b = sides
    assert sorted(conflicts_between(a.log, b.log)) == sorted(conflicts_between(b.log, a.log))


@given(two_sides())
def test_whoever_is_not_told_of_a_coding_finds_it_as_it_was_left(sides: tuple[Side, Side]) -> None:
    """Each side's codings stand in the union as that side left them, but for what the other has done or is told."""
    a, b = sides
    told = {one.field[1] for one in conflicts_between(a.log, b.log)}
    merged = replay([*a.log, *b.log])
    for mine, other in ((a, b), (b, a)):
        for id_, coding in mine.state.codings.items():
            is_theirs = id_ in other.touched_codings()
            if not is_theirs and id_ not in told:
                assert merged.codings[id_] == coding

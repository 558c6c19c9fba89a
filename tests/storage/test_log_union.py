"""The union of logs: in any order of logs and lines one state, without losses and duplicates."""

from __future__ import annotations

import random
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from codetui.core.session.commands import Undo
from codetui.core.session.state import State, Steps, replay
from codetui.model import Transaction
from codetui.storage.journal import Journal, encode, missing_lines
from testing.diverging import Side, three_sides, two_sides

MARKED = b"<<<<<<< HEAD\n%s=======\n%s>>>>>>> origin/main\n"


def lines(side: Side) -> bytes:
    return b"".join(encode(one) + b"\n" for one in side.log)


def united(*logs: bytes) -> bytes:
    """Return the lines of the first log and those missing from it in the others, as a merge adds them."""
    whole = logs[0]
    for log in logs[1:]:
        whole += b"".join(line + b"\n" for line in missing_lines(whole, log))
    return whole


def read(data: bytes) -> tuple[list[Transaction], int]:
    """Return the content of a log of these bytes, and the number of unreadable lines."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "1.jsonl"
        path.write_bytes(data)
        transactions, problems = Journal(path).read()
        return transactions, len(problems)


def steps(stack: Steps | None) -> list[str]:
    return [] if stack is None else [stack.newest.id, *steps(stack.earlier)]


def facts(state: State) -> tuple[object, ...]:
    """Return the whole content of a state, and the effects of undo and redo."""
    return (
        state.opened,
        (state.employer, state.title, state.profile, state.reasoning, state.is_done, state.layout, state.seq),
        dict(state.codings),
        dict(state.notes),
        steps(state.done_steps),
        steps(state.undone_steps),
        state.live(),
    )


@given(two_sides(), st.randoms(use_true_random=False))
def test_any_order_of_lines_replays_to_the_same_state(sides: tuple[Side, ...], chance: random.Random) -> None:
    whole = [one for side in sides for one in lines(side).splitlines(keepends=True)]
    expected = facts(replay([one for side in sides for one in side.log]))
    for _ in range(3):
        chance.shuffle(whole)
        transactions, unread = read(b"".join(whole))
        assert unread == 0 and facts(replay(transactions)) == expected


@given(three_sides())
def test_the_union_is_the_same_in_either_direction(sides: tuple[Side, ...]) -> None:
    a, b, c = (lines(side) for side in sides)
    whole = read(united(a, b, c))
    assert read(united(a, b)) == read(united(b, a))
    assert read(united(united(a, b), c)) == read(united(a, united(b, c))) == read(united(c, b, a)) == whole
    assert united(united(a, b), a) == united(a, b)


@given(two_sides())
def test_each_confirmed_command_is_in_the_union_once(sides: tuple[Side, ...]) -> None:
    transactions, unread = read(united(*(lines(side) for side in sides)))
    given_ = {one.id: one for side in sides for one in side.log}
    assert unread == 0
    assert {one.id: one for one in transactions} == given_ and len(transactions) == len(given_)
    assert set(replay(transactions).codings) == {id_ for side in sides for id_ in side.state.codings}


@given(two_sides())
def test_undo_can_revert_every_step_of_a_union(sides: tuple[Side, ...]) -> None:
    side = Side("z", read(united(*(lines(one) for one in sides)))[0])
    taken_back = [*steps(side.state.done_steps), *steps(side.state.undone_steps)]
    for _ in range(2 * len(side.log) + 1):
        before = len(side.log)
        side.execute(Undo())
        if len(side.log) == before:
            break
    assert side.state.done_steps is None and len(steps(side.state.undone_steps)) == len(taken_back)


@given(two_sides())
def test_conflict_marks_of_git_hide_no_line(sides: tuple[Side, ...]) -> None:
    a, b = (lines(side) for side in sides)
    assert facts(replay(read(MARKED % (a, b))[0])) == facts(replay(read(united(a, b))[0]))


def test_a_line_of_a_newer_version_is_merged_once() -> None:
    newer = b'{"v":3,"id":"t9","seq":4,"what":"new"}'
    assert missing_lines(b"", b"\xef\xbb\xbf" + newer) == missing_lines(b"17\n", newer + b"\n" + newer) == [newer]
    assert missing_lines(newer, newer) == []


def test_two_transactions_with_one_id_are_both_kept_and_the_same_one_is_used() -> None:
    one, other = (b'{"v":2,"id":"t1","seq":1,"time":"%s","coder":"rosa","events":[]}' % time for time in (b"1", b"2"))
    assert missing_lines(one, other) == [other] and missing_lines(other, one) == [one]
    assert read(united(one, other))[0] == read(united(other, one))[0]

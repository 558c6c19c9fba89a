"""The turns of a conversation are those of its passages or names; an advertisement has none."""

from __future__ import annotations

import pytest

from codetui.core.selection.motions import MOTIONS
from codetui.core.selection.selection import cursor
from codetui.core.text.turns import short_names, turn_at, turns_of
from codetui.model import Passage

TALK = "Interview\n\nI: Wat doe je?\nR: Ik bedien de sluis.\nAl jaren.\n\nI: En nu?\n\nR: Nu ook.\nR: Nog steeds."
AD = "Locatie: Goes\nUren: 32\n\nTaken: veel.\nTaken: meer.\nSchaal: 9"


@pytest.mark.parametrize(
    ("text", "passages", "expected"),
    [
        (TALK, (), "I:Wat R:Ik I:En R:Nu"),
        (AD, (), ""),
        ("", (), ""),
        ("A: x\nB: y", (Passage(3, 4, {"speaker": "A"}), Passage(8, 9, {"speaker": "B"})), "A:x B:y"),
        ("A: x\n\ny", (Passage(3, 4, {"speaker": "A"}), Passage(6, 7, {"start": "0"})), "A:x :y"),
    ],
)
def test_turns_begin_where_another_speaker_does(text: str, passages: tuple[Passage, ...], expected: str) -> None:
    turns = turns_of(text, passages)
    words = (text[one.start :].removeprefix(f"{one.speaker}: ").split()[0] for one in turns)
    assert " ".join(f"{one.speaker}:{word}" for one, word in zip(turns, words, strict=True)) == expected
    assert all(turn_at(turns, one.start) == one for one in turns)
    assert not turns or turn_at(turns, turns[0].start - 1) is None


def test_short_names_differ_and_fit() -> None:
    names = ["Anna de Vries", "Anna Visser", "Bo", "Interviewer", "Interviewster", "Interviewsters", ""]
    short = short_names(names, 4)
    assert list(short.values()) == ["", "Anna", "AV", "Bo", "Int.", "Int2", "Int3"]
    assert short_names(names, 30)["Anna de Vries"] == "Anna de Vries"


def test_a_key_selects_turn_after_turn_whatever_is_between_them() -> None:
    selection, found = cursor(TALK, 0), []
    for _ in range(5):
        selection = MOTIONS["next_turn"](TALK, None, selection)
        found.append(TALK[selection.span.start : selection.span.end])
    assert found == [
        "I: Wat doe je?", "R: Ik bedien de sluis.\nAl jaren.", "I: En nu?", "R: Nu ook.", "R: Nog steeds."
    ]  # fmt: skip
    back = MOTIONS["previous_turn"](TALK, None, selection)
    assert TALK[back.span.start : back.span.end] == "R: Nu ook."

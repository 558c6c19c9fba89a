"""Every number in a log has its bounds, in whatever event it stands."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter

from codetui.model import Transaction
from codetui.storage.log_numbers import GREATEST, is_sound

ANCHOR = {"text_hash": "h", "start": 0, "end": 3, "words": "sea"}
FORM = {"text": "sea", "ids": [[1, ["c"]]]}
MOVE = {"anchor": ANCHOR, "words": "sea", "anchor_before": ANCHOR, "words_before": ""}
CHANGE = {"code": "A", "rank": 1, "code_before": "B", "rank_before": 2}
EVENTS: list[dict[str, object]] = [
    {"kind": "session-opened", "source": "1", "employer": "", "title": "", "text_hash": "h"},
    {"kind": "source-described", "employer": "", "title": ""},
    {"kind": "coding-added", "coding": "c", "code": "A", "anchor": ANCHOR, "words": "sea", "rank": 1},
    {"kind": "coding-removed", "coding": "c"},
    {"kind": "coding-restored", "coding": "c"},
    {"kind": "coding-recoded", "coding": "c", **CHANGE},
    {"kind": "coding-reanchored", "coding": "c", **MOVE},
    {"kind": "coding-noted", "coding": "c", "note": ""},
    {"kind": "memo-written", "memo": "n", "target": {"kind": "code", "id": "A"}, "text": "", "rank": 3},
    {"kind": "profile-assigned", "profile": "1", "reasoning": ""},
    {"kind": "done-marked", "is_done": True, "was_done": False},
    {"kind": "layout-changed", "layout": FORM, "layout_before": FORM},
]


def transaction(event: dict[str, object], seq: int = 1) -> Transaction:
    line = {"id": "t", "seq": seq, "time": "", "coder": "x", "codebook": "", "events": [event]}
    return TypeAdapter(Transaction).validate_json(json.dumps(line))


def with_each_number_out_of_bounds(value: object) -> Iterator[object]:
    """The value, once for each number in it, with that number too great."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from ({**value, key: changed} for changed in with_each_number_out_of_bounds(one))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from ([*value[:at], changed, *value[at + 1 :]] for changed in with_each_number_out_of_bounds(one))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield GREATEST + 1


def test_every_kind_of_event_is_tried() -> None:
    kinds = TypeAdapter(Transaction).json_schema()["properties"]["events"]["items"]["discriminator"]["mapping"]
    assert {event["kind"] for event in EVENTS} == kinds.keys()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event["kind"])
def test_no_number_of_an_event_is_out_of_bounds(event: dict[str, object]) -> None:
    assert is_sound(transaction(event)) and not is_sound(transaction(event, GREATEST + 1))
    for changed in with_each_number_out_of_bounds(event):
        assert isinstance(changed, dict) and not is_sound(transaction(changed))


def test_as_many_numbers_are_tried_as_events_hold() -> None:
    assert sum(1 for event in EVENTS for _ in with_each_number_out_of_bounds(event)) == 12


def test_a_rank_may_be_below_zero_and_a_place_may_not() -> None:
    assert is_sound(transaction({**EVENTS[2], "rank": -5}))
    assert not is_sound(transaction({**EVENTS[2], "anchor": {**ANCHOR, "start": -1}}))

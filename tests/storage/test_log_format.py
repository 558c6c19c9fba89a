"""Lines of a log: written lines read back, and anything else on a line is an error that names the field."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.model import (
    Anchor,
    Cause,
    CodeId,
    CodingAdded,
    CodingId,
    CodingReanchored,
    DocumentLayout,
    DoneMarked,
    Event,
    LayoutChanged,
    MemoId,
    MemoKind,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SourceId,
    StepId,
    StudyStep,
    Transaction,
    TransactionId,
)
from codetui.storage.journal import GREATEST, FormatError, NewerVersionError, decode, encode, kind_of

ANCHOR = {"text_hash": "h", "start": 0, "end": 3, "words": "sea"}
LAYOUT = {"text": "sea", "ids": [[1, ["c"]]]}
MOVE = {"anchor": ANCHOR, "words": "sea", "anchor_before": ANCHOR, "words_before": ""}
CHANGE = {"code": "A", "rank": 1, "code_before": "B", "rank_before": 2}
EVENTS: list[dict[str, object]] = [
    {"kind": "session-opened", "source": "1", "employer": "", "title": "", "text_hash": "h", "body_start": 2},
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
    {"kind": "uncodable-marked", "is_uncodable": True, "was_uncodable": False},
    {"kind": "layout-changed", "layout": LAYOUT, "layout_before": LAYOUT},
]
STRANGE = (None, True, False, 0, 1, -1, 1.0, 1e300, 10**30, "", "2", "hand", "true", [], [[]], {}, {"kind": "x"})

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
places = st.integers(0, GREATEST)
ranks = st.integers(-GREATEST, GREATEST)
anchors = st.none() | st.builds(Anchor, text_hash=texts, start=places, end=places, words=texts, before=texts)
layouts = st.none() | st.builds(
    DocumentLayout, text=texts, ids=st.lists(st.tuples(places, st.lists(texts).map(tuple)), max_size=3).map(tuple)
)
targets = st.builds(MemoTarget, kind=st.sampled_from(get_args(MemoKind)), id=texts)
events = st.one_of(
    st.builds(
        CodingAdded,
        coding=texts.map(CodingId),
        code=texts.map(CodeId),
        anchor=anchors,
        words=texts,
        note=texts,
        rank=ranks,
        is_proposed=st.booleans(),
    ),
    st.builds(CodingReanchored, coding=texts.map(CodingId), anchor=anchors, words=texts, anchor_before=anchors,
              words_before=texts),
    st.builds(MemoWritten, memo=texts.map(MemoId), target=targets, text=texts, rank=ranks),
    st.builds(ProfileAssigned, profile=texts, reasoning=texts),
    st.builds(DoneMarked, is_done=st.booleans(), was_done=st.booleans()),
    st.builds(LayoutChanged, layout=layouts),
)  # fmt: skip
transactions = st.builds(
    Transaction,
    id=texts.map(TransactionId),
    parents=st.lists(texts.map(TransactionId), max_size=2).map(tuple),
    seq=places,
    time=texts,
    coder=texts,
    cause=st.sampled_from(get_args(Cause)),
    run=texts,
    target=st.none() | texts.map(TransactionId),
    step=texts.map(StepId),
    events=st.lists(events, max_size=3).map(tuple),
)


def line_with(event: dict[str, object], **more: object) -> bytes:
    return json.dumps({"v": 2, "id": "t", "seq": 1, "time": "", "coder": "x", "events": [event], **more}).encode()


def test_every_kind_of_event_is_tested() -> None:
    kinds = {json.loads(encode(decode(line_with(event), Transaction)))["events"][0]["kind"] for event in EVENTS}
    assert kinds == {event["kind"] for event in EVENTS} and len(kinds) == len(get_args(Event))


def test_a_line_has_every_field_in_the_order_of_the_model() -> None:
    names = ["v", "id", "parents", "seq", "time", "coder", "codebook", "cause", "run", "target", "from_name", "step"]
    assert [field.name for field in fields(Transaction)] == [*names, "provenance", "events"]
    for event in EVENTS:
        written = json.loads(encode(decode(line_with(event), Transaction)))
        assert list(written) == [*names, "events"]
        assert [name for name in written["events"][0] if name in event] == list(event)


def test_the_page_on_the_format_has_every_field() -> None:
    page = (Path(__file__).parents[2] / "docs" / "log-format.md").read_text("utf-8")
    for event in get_args(Event):
        kind = kind_of(event)
        row = next(line for line in page.splitlines() if line.startswith("|") and f"`{kind}`" in line)
        assert all(f"`{field.name}`" in row for field in fields(event)), kind
    for record in (Transaction, StudyStep, Anchor):
        assert all(f"`{field.name}`" in page for field in fields(record)), record


@given(transactions)
def test_written_lines_are_read_back(transaction: Transaction) -> None:
    assert decode(encode(transaction), Transaction) == transaction


@given(st.lists(st.tuples(texts.map(SourceId), texts.map(TransactionId)), max_size=3).map(tuple), texts)
def test_a_step_of_the_study_is_read_back(named: tuple[tuple[SourceId, TransactionId], ...], digest: str) -> None:
    step = StudyStep(
        id=StepId("s"), seq=3, time="t", coder="c", kind="migration", transactions=named, codebook_after=digest
    )
    assert decode(encode(step), StudyStep) == step


@given(transactions, st.data())
def test_a_modified_line_is_read_exactly_or_refused(transaction: Transaction, data: st.DataObject) -> None:
    value = json.loads(encode(transaction))
    place = data.draw(st.sampled_from(list(ways_into(value))))
    holder = value
    for step in place[:-1]:
        holder = holder[step]
    change = data.draw(st.sampled_from(("replace", "remove", "add")))
    if change == "replace":
        holder[place[-1]] = data.draw(st.sampled_from(STRANGE))
    elif change == "remove":
        del holder[place[-1]]
    elif isinstance(holder, dict):
        holder[data.draw(st.sampled_from(("x", "kind", "note", "v", "is_proposed")))] = data.draw(
            st.sampled_from(STRANGE)
        )
    line = json.dumps(value, ensure_ascii=data.draw(st.booleans())).encode()
    try:
        read = decode(line, Transaction)
    except FormatError:
        return
    assert contains(json.loads(encode(read)), value)


def ways_into(value: object) -> Iterator[tuple[str | int, ...]]:
    """Yield the path to every value inside a JSON value."""
    inside: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    for key, one in inside:
        yield (key,)
        yield from ((key, *rest) for rest in ways_into(one))


def contains(whole: object, part: object) -> bool:
    """Return whether a JSON value has everything that another one has; defaults may be added."""
    if isinstance(whole, dict) and isinstance(part, dict):
        return all(name in whole and contains(whole[name], one) for name, one in part.items())
    if isinstance(whole, list) and isinstance(part, list):
        return len(whole) == len(part) and all(map(contains, whole, part))
    return type(whole) is type(part) and whole == part


LINE = encode(
    Transaction(id=TransactionId("t"), seq=1, time="", coder="a", events=(DoneMarked(is_done=True, was_done=False),))
)


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        LINE[:-1],
        LINE + b"}",
        b"\xef\xbb\xbf" + LINE,
        LINE.replace(b"t", b"\xff"),
        LINE.replace(b'"t"', b'"\xed\xa0\x80"'),
        LINE.replace(b'"seq":1', b'"seq":1.0'),
        LINE.replace(b'"seq":1', b'"seq":01'),
        LINE.replace(b'"seq":1', b'"seq":"1"'),
        LINE.replace(b'"seq":1', b'"seq":NaN'),
        LINE.replace(b'"seq":1', b'"seq":true'),
        LINE.replace(b'"seq":1', b'"seq":-1'),
        LINE.replace(b'"seq":1', b'"seq":' + b"9" * 5000),
        LINE.replace(b'"t"', b'"\\ud800"'),
        LINE.replace(b'"t"', b'"\t"'),
        LINE.replace(b'"v":2,', b""),
        LINE.replace(b'"v":2', b'"v":1'),
        LINE.replace(b'"v":2', b'"v":true'),
        LINE.replace(b'"done-marked"', b'"x"'),
        LINE.replace(b'"done-marked"', b"[]"),
        b"[" * 100_000,
        LINE.decode().encode("utf-16"),
    ],
    ids=repr,
)
def test_an_odd_line_is_refused(odd: bytes) -> None:
    with pytest.raises(FormatError):
        decode(odd, Transaction)


def test_a_newer_version_is_recognised() -> None:
    with pytest.raises(NewerVersionError):
        decode(LINE.replace(b'"v":2', b'"v":3'), Transaction)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: str(event["kind"]))
def test_no_number_of_an_event_is_out_of_bounds(event: dict[str, object]) -> None:
    decode(line_with(event), Transaction)
    for changed in with_each_number_out_of_bounds(event):
        assert isinstance(changed, dict)
        with pytest.raises(FormatError, match="out of bounds"):
            decode(line_with(changed), Transaction)


def with_each_number_out_of_bounds(value: object) -> Iterator[object]:
    """Yield the value once for each number in it, with that number too great."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from ({**value, key: changed} for changed in with_each_number_out_of_bounds(one))
    elif isinstance(value, list):
        for at, one in enumerate(value):
            yield from ([*value[:at], changed, *value[at + 1 :]] for changed in with_each_number_out_of_bounds(one))
    elif isinstance(value, int) and not isinstance(value, bool):
        yield GREATEST + 1


def test_all_numbers_of_events_are_tested() -> None:
    assert sum(1 for event in EVENTS for _ in with_each_number_out_of_bounds(event)) == 13


def test_a_rank_may_be_negative_but_a_place_may_not() -> None:
    decode(line_with({**EVENTS[2], "rank": -5}), Transaction)
    with pytest.raises(FormatError, match=r"^events\.0\.anchor\.start: a number out of bounds$"):
        decode(line_with({**EVENTS[2], "anchor": {**ANCHOR, "start": -1}}), Transaction)

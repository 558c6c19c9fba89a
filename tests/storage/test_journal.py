"""A log survives torn lines, merges and edits by others."""

from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from codetui.model import (
    Anchor,
    Cause,
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
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    SessionOpened,
    SourceDescribed,
    SourceId,
    Transaction,
    TransactionId,
    UncodableMarked,
)
from codetui.storage.journal import Journal, encode, missing_lines

ANCHOR = Anchor(text_hash="0" * 64, start=3, end=9, words="Python", before="in ", after=" and")
CODING, CODE = CodingId("c1"), CodeId("T1")
EVENTS: tuple[Event, ...] = (
    SessionOpened(source=SourceId("752"), employer="Café", title="Één", text_hash="0" * 64),
    SourceDescribed(employer="E", title="T", employer_before="e", title_before="t"),
    CodingAdded(coding=CODING, code=CODE, anchor=ANCHOR, words="Python", note="n", rank=2),
    CodingRemoved(coding=CODING),
    CodingRestored(coding=CODING),
    CodingRecoded(coding=CODING, code=CODE, rank=4, code_before=CodeId("T2"), rank_before=2),
    CodingReanchored(coding=CODING, anchor=None, words="w", anchor_before=ANCHOR, words_before="Python"),
    CodingNoted(coding=CODING, note="n", note_before="m"),
    MemoWritten(memo=MemoId("n1"), target=MemoTarget(kind="entry", id="T1"), text="t", text_before="s", rank=3),
    ProfileAssigned(profile="P1", reasoning="because", profile_before="P2", reasoning_before="or"),
    DoneMarked(is_done=True, was_done=False),
    UncodableMarked(is_uncodable=True, was_uncodable=False),
    LayoutChanged(layout=DocumentLayout(text="# Café\n", ids=((3, ("c1", "n1")), (4, ())), employer="E", title="T")),
)


def transaction(seq: int, name: str = "", reasoning: str = "because") -> Transaction:
    return Transaction(
        id=TransactionId(name or f"t{seq}"),
        seq=seq,
        time="2025-01-01T00:00:00Z",
        coder="Anna",
        events=(ProfileAssigned(profile="P1", reasoning=reasoning),),
    )


def test_appended_records_are_read_back(tmp_path: Path) -> None:
    log = Journal(tmp_path / "events" / "752.jsonl")
    opened = SessionOpened(source=SourceId("752"), employer="Café", title="Één", text_hash="0" * 64)
    written = [transaction(1), replace(transaction(2), events=(opened,))]
    for each in written:
        log.append(each)
    assert log.read() == (written, [])
    assert "Café" in log.path.read_text(encoding="utf-8")


def test_every_kind_of_event_is_read_back(tmp_path: Path) -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event))
    log = Journal(tmp_path / "log.jsonl")
    whole = replace(transaction(1), codebook="1#abc", cause="undo", target=TransactionId("t0"), events=EVENTS)
    log.append(whole)
    assert log.read() == ([whole], [])


@pytest.mark.parametrize("cause", get_args(Cause))
def test_every_cause_is_read_back(tmp_path: Path, cause: Cause) -> None:
    log = Journal(tmp_path / "log.jsonl")
    written = replace(transaction(1), cause=cause, from_name="somewhere")
    log.append(written)
    assert log.read() == ([written], [])


def test_a_line_contains_every_field_in_the_order_of_the_model() -> None:
    added = CodingAdded(coding=CODING, code=CODE, anchor=None, words="Één", rank=1)
    assert encode(replace(transaction(7), parents=(TransactionId("t6"),), events=(added,))).decode() == (
        '{"v":2,"id":"t7","parents":["t6"],"seq":7,"time":"2025-01-01T00:00:00Z","coder":"Anna","codebook":"","cause":"hand",'
        '"run":"","target":null,"from_name":"","step":"","events":[{"kind":"coding-added","coding":"c1","code":"T1","anchor":null,"words":"Één",'
        '"note":"","rank":1,"is_proposed":false}]}'
    )


@pytest.mark.parametrize(
    ("was", "became", "place"),
    [
        (b'"coder":', b'"colour":"red","coder":', "(colour:"),
        (b'"profile":', b'"colour":"red","profile":', "(events.0.colour:"),
        (b'"profile-assigned"', b'"profile-sung"', "(events.0:"),
        (b'"cause":"hand"', b'"cause":"whim"', "(cause:"),
        (b'"seq":1', b'"seq":"one"', "(seq:"),
        (b'"reasoning":"because"', b'"reasoning":7', "(events.0.reasoning:"),
    ],
)
def test_a_line_with_unknown_fields_is_reported(tmp_path: Path, was: bytes, became: bytes, place: str) -> None:
    line = encode(transaction(1))
    assert was in line
    log = Journal(tmp_path / "log.jsonl")
    log.path.write_bytes(line.replace(was, became) + b"\n" + encode(transaction(2)) + b"\n")
    transactions, [problem] = log.read()
    assert [each.seq for each in transactions] == [2]
    assert problem.line == 1 and place in problem.message


def test_an_absent_log_is_empty(tmp_path: Path) -> None:
    assert Journal(tmp_path / "none.jsonl").read() == ([], [])


def test_the_order_and_repetition_of_lines_do_not_matter(tmp_path: Path) -> None:
    lines = [encode(transaction(seq, name)) for seq, name in ((1, "a"), (2, "c"), (2, "b"), (3, "d"))]
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_bytes(b"\n".join(lines) + b"\n")
    other.write_bytes(b"\r\n\r\n".join(reversed(lines + lines)))
    assert Journal(one).read() == Journal(other).read()
    assert [each.id for each in Journal(one).read()[0]] == ["a", "b", "c", "d"]


def test_the_same_of_two_transactions_with_one_id_is_used_in_either_order(tmp_path: Path) -> None:
    one, other = transaction(1, "a", "this"), transaction(1, "a", "that")
    reads = []
    for name, pair in (("1", (one, other)), ("2", (other, one))):
        path = tmp_path / name
        path.write_bytes(b"\n".join(map(encode, pair)))
        reads.append(Journal(path).read())
    assert reads[0][0] == reads[1][0]
    assert [len(problems) for _, problems in reads] == [1, 1]


def test_a_torn_line_is_reported_and_kept_and_the_next_append_starts_a_line(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    log.append(transaction(1))
    torn = encode(transaction(2))[:-9]
    log.path.write_bytes(log.path.read_bytes() + torn)
    log.append(transaction(3))
    transactions, problems = log.read()
    assert [each.seq for each in transactions] == [1, 3]
    assert [(problem.line, problem.severity) for problem in problems] == [(2, "error")]
    assert torn in log.path.read_bytes()


def test_strange_lines_do_not_hide_the_others(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    strange = [b"<<<<<<< HEAD", b"\0\0\0\0", b"[1]", b'{"a":' * 50_000, b"\xff\xfe", b'"\\ud800"', b"null"]
    lines = b"\n".join([encode(transaction(1)), *strange, encode(transaction(2))])
    log.path.write_bytes(b"\xef\xbb\xbf" + lines + b"\n")
    transactions, problems = log.read()
    assert [each.seq for each in transactions] == [1, 2]
    assert [problem.line for problem in problems] == [2, 3, 4, 5, 6, 7, 8]


def test_a_line_of_a_newer_version_is_recognised(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    log.path.write_bytes(encode(transaction(1)).replace(b'"v":2', b'"v":3') + b"\n")
    transactions, [problem] = log.read()
    assert not transactions
    assert "newer codetui" in problem.message


UNKNOWN = [
    b'{"v":3,"id":"new","seq":9,"what":"a version to come"}',
    encode(transaction(7, "kind")).replace(b'"profile-assigned"', b'"profile-sung"'),
    encode(transaction(8, "field")).replace(b'"coder":', b'"colour":"red","coder":'),
]


def test_lines_of_unknown_form_are_kept_when_a_log_is_completed_or_copied(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    log.append(transaction(1))
    log.add(UNKNOWN)
    transactions, problems = log.read()
    assert [one.seq for one in transactions] == [1] and [problem.line for problem in problems] == [2, 3, 4]
    log.path.write_bytes(encode(transaction(1)) + b"\n" + UNKNOWN[0] + b"\n")
    log.complete([transaction(1), transaction(2)])
    log.complete([transaction(1), transaction(2)])
    lines = [encode(transaction(1)), UNKNOWN[0], encode(transaction(2)), *UNKNOWN[1:]]
    assert log.path.read_bytes().splitlines() == lines
    copy = Journal(tmp_path / "elsewhere" / "log.jsonl")
    copy.complete([transaction(1), transaction(2)], log.unknown)
    assert sorted(copy.path.read_bytes().splitlines()) == sorted(lines)
    assert sorted(missing_lines(b"", log.path.read_bytes())) == sorted(lines)


def test_torn_lines_are_not_copied(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    log.path.write_bytes(encode(transaction(1)) + b'\n{"v":2,"id":"t2","se\n17\n')
    assert len(log.read()[1]) == 2 and not log.unknown


def test_line_ends_and_lone_surrogates_in_words_stay_inside_one_line(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    log.append(transaction(1, reasoning="a\nb\u2028c\x85d\r"))
    log.append(transaction(2, reasoning="half \ud83d"))
    log.append(replace(transaction(3), events=(DoneMarked(is_done=True, was_done=False),)))
    transactions, problems = log.read()
    assert not problems
    first, second = transactions[0].events[0], transactions[1].events[0]
    assert isinstance(first, ProfileAssigned) and first.reasoning == "a\nb\u2028c\x85d\r"
    assert isinstance(second, ProfileAssigned) and second.reasoning == "half \ufffd"

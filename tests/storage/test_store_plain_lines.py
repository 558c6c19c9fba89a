"""What is read without pydantic is what pydantic reads, and all that codetui writes is read so."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from codetui.model import (
    Anchor,
    CodeId,
    CodingAdded,
    CodingId,
    CodingReanchored,
    DocumentLayout,
    DoneMarked,
    Event,
    LayoutChanged,
    MemoId,
    MemoTarget,
    MemoWritten,
    ProfileAssigned,
    Transaction,
    TransactionId,
)
from codetui.storage.journal import Journal, encode
from codetui.storage.plain_lines import plain_transaction

ADAPTER = TypeAdapter(Transaction)
STRANGE = (None, True, False, 0, 1, -1, 1.0, 1e300, 10**30, "", "1", "keys", "true", [], [[]], {}, {"kind": "x"})

texts = st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=12)
anchors = st.none() | st.builds(
    Anchor, text_hash=texts, start=st.integers(), end=st.integers(), words=texts, before=texts, after=texts
)
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        CodingAdded,
        coding=texts.map(CodingId),
        code=texts.map(CodeId),
        anchor=anchors,
        words=texts,
        note=texts,
        rank=st.integers(),
        is_proposed=st.booleans(),
    ),
    st.builds(
        CodingReanchored,
        coding=texts.map(CodingId),
        anchor=anchors,
        words=texts,
        anchor_before=anchors,
        words_before=texts,
    ),
    st.builds(
        MemoWritten, memo=texts.map(MemoId), target=st.builds(MemoTarget, kind=st.just("group"), id=texts), text=texts
    ),
    st.builds(ProfileAssigned, profile=texts, reasoning=texts),
    st.builds(DoneMarked, is_done=st.booleans(), was_done=st.booleans()),
    st.builds(
        LayoutChanged,
        layout=st.none()
        | st.builds(
            DocumentLayout,
            text=texts,
            ids=st.lists(st.tuples(st.integers(), st.lists(texts).map(tuple)), max_size=3).map(tuple),
        ),
    ),
)
transactions = st.builds(
    Transaction,
    id=texts.map(TransactionId),
    seq=st.integers(),
    time=texts,
    coder=texts,
    cause=st.sampled_from(("hand", "document", "undo")),
    target=st.none() | texts.map(TransactionId),
    events=st.lists(events, max_size=3).map(tuple),
)


@given(transactions)
def test_every_line_that_codetui_writes_is_read_as_it_was(transaction: Transaction) -> None:
    line = encode(transaction)
    assert repr(ADAPTER.validate_json(line)) == repr(transaction)
    # What looks like an escape is left to pydantic, though it be a backslash in somebody's text.
    assert repr(plain_transaction(line)) == repr(None if b"\\u" in line else transaction)


@given(transactions, st.data())
def test_a_line_that_was_changed_is_read_as_pydantic_reads_it_or_left_to_it(
    transaction: Transaction, data: st.DataObject
) -> None:
    value = json.loads(encode(transaction))
    place = data.draw(st.sampled_from(places(value)))
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
    assert_same(line)


def places(value: object) -> list[tuple[str | int, ...]]:
    """The way to every value inside a JSON value."""
    if isinstance(value, dict):
        inside = list(value.items())
    elif isinstance(value, list):
        inside = list(enumerate(value))
    else:
        return []
    return [(key, *rest) for key, one in inside for rest in [(), *places(one)]]


def assert_same(line: bytes) -> None:
    """What is read plainly, pydantic reads too, and the same."""
    read = plain_transaction(line)
    if read is not None:
        try:
            thorough = ADAPTER.validate_json(line)
        except ValidationError as error:
            raise AssertionError(f"read plainly: {line!r}") from error
        assert repr(read) == repr(thorough)


def test_odd_lines_are_left_to_pydantic_or_read_as_it_does() -> None:
    line = encode(
        Transaction(
            id=TransactionId("t"), seq=1, time="", coder="a", events=(DoneMarked(is_done=True, was_done=False),)
        )
    )
    odd = [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{",
        line[:-1],
        line + b"}",
        b"\xef\xbb\xbf" + line,
        line.replace(b"t", b"\xff"),
        line.replace(b'"seq":1', b'"seq":1.0'),
        line.replace(b'"seq":1', b'"seq":01'),
        line.replace(b'"seq":1', b'"seq":"1"'),
        line.replace(b'"seq":1', b'"seq":NaN'),
        line.replace(b'"seq":1', b'"seq":1,"seq":2'),
        line.replace(b'"seq":1', b'"seq":true'),
        line.replace(b'"seq":1', b'"seq":' + b"9" * 5000),
        line.replace(b'"t"', b'"\\ud800"'),
        line.replace(b'"t"', b'"\t"'),
        line.replace(b'"v":1', b'"v":2'),
        line.replace(b'"v":1', b'"v":true'),
        line.replace(b'"done-marked"', b'"x"'),
        b"[" * 100_000,
        line.decode().encode("utf-16"),
    ]
    for one in odd:
        assert_same(one)
    assert plain_transaction(line.replace(b'"v":1', b'"v":true')) is None
    assert plain_transaction(line.replace(b'"t"', b'"\\ud800"')) is None


def test_a_short_log_is_read_without_loading_pydantic(tmp_path: Path) -> None:
    log = Journal(tmp_path / "log.jsonl")
    written = Transaction(
        id=TransactionId("t"), seq=1, time="", coder="a", events=(DoneMarked(is_done=True, was_done=False),)
    )
    log.append(written)
    code = (
        "import sys, pathlib; from codetui.storage.journal import Journal\n"
        "read, problems = Journal(pathlib.Path(sys.argv[1])).read()\n"
        "print(len(read), len(problems), 'pydantic' in sys.modules, 'pydantic_core' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(log.path)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0", "False", "False"]


def test_a_long_log_is_read_to_its_end(tmp_path: Path) -> None:
    from codetui.storage.journal import PLAIN_LINES

    first = Transaction(id=TransactionId("t"), seq=1, time="", coder="a", events=())
    written = [replace(first, id=TransactionId(f"t{n:05}"), seq=n) for n in range(PLAIN_LINES + 5)]
    path = tmp_path / "log.jsonl"
    path.write_bytes(b"".join(encode(one) + b"\n" for one in written))
    assert Journal(path).read() == (written, [])

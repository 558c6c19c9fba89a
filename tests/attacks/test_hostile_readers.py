"""Readers on hostile files: mutated, too large, too deep, out of bounds. Nothing raises an exception or hangs."""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.commands import AssignCode, DescribeSource
from codetui.core.session.state import replay
from codetui.core.text.display import UNSAFE, sanitize, sanitize_json, sanitize_paste
from codetui.formats.codebook.migration_map import parse_map
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.coding_book.reader import parse_coding_book
from codetui.formats.export.table import CELLS, ExportRow, ExportTable
from codetui.formats.session_doc.markdown import parse_document
from codetui.model import (
    CodingAdded,
    CodingId,
    CorpusSettings,
    SessionOpened,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage.journal import GREATEST, Journal, encode
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import Corpus
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.session.session import Session
from testing.examples import examples
from testing.exports import to_csv
from testing.hostile.limits import limited
from testing.hostile.readers import AD, CODER, Reader, book, failure_of, inputs_of, readers

BOUND, SHORTEST = 60.0, 3.0
"""Seconds for one large input, some ten times what it takes on a slow machine; at least what a busy one may need."""

MB = 1_000_000


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Reader]:
    """Return all readers, with the files that the program itself writes as seeds."""
    return readers(tmp_path_factory.mktemp("readers"))


NAMES = [
    "ads as text", "ads as CSV", "ads as JSON lines", "ads as XLSX", "ads as XLS", "ads as HTML",
    "ads as MHTML", "ads as Word documents", "ads as OpenDocument", "ads as JSON", "ads as transcripts",
    "ads as PDF",
    "codebook", "coding book", "codebook as CSV", "codebook as JSON",
    "codebook as YAML", "codebook of REFI-QDA", "project of REFI-QDA", "memos", "pseudonyms in TOML",
    "pseudonyms in CSV", "frozen texts", "migration map", "document", "document taken over", "event log",
    "session from a log", "place.json", "terminal input", ".written",
]  # fmt: skip


def test_every_reader_is_tested(every: dict[str, Reader]) -> None:
    assert list(every) == NAMES


@pytest.mark.parametrize("count", [16, pytest.param(160, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", NAMES)
def test_a_reader_accepts_any_input(every: dict[str, Reader], tmp_path: Path, name: str, count: int) -> None:
    failures = [
        failure_of(name, every[name], tmp_path, data) for data in islice(inputs_of(every[name], name, 0), count)
    ]
    assert [failure for failure in failures if failure] == []


def test_a_reader_that_raises_is_a_failure(tmp_path: Path) -> None:
    def refuse(_: Path, data: bytes) -> None:
        raise ValueError(data)

    assert failure_of("x", Reader(refuse, (b"",)), tmp_path, b"")


# --- bombs ------------------------------------------------------------------------------------------


def bombs(part: int) -> Iterator[str]:
    """Return texts that are small to write and large to read, at this fraction of their size."""
    deep, wide = 100_000 // part, 1_000_000 // part
    yield "x = " + "[" * deep
    yield "[" * deep + "]" * deep
    yield '{"a":' * deep + "1" + "}" * deep
    yield "x = " + "{a=" * deep
    yield "a." * deep + "b = 1"
    yield "[" + "a." * deep + "b]"
    yield "".join(f"a{n}.b.c.d.e = 1\n" for n in range(wide // 50))
    yield "".join(f"[[code]]\nid = '{n}'\n" for n in range(wide // 50))
    yield 'id = "1"\nid = "2"\n' * (wide // 100)
    yield "x = " + "9" * deep
    yield '{"seq":' + "9" * deep + "}"
    yield "x = [" + "1," * (wide // 5) + "]"
    yield 'x = "' + "\\u0041" * deep + '"'
    yield "> " * (wide // 50) + "x"
    yield "".join(f"{'  ' * n}- x\n" for n in range(1_500 // part))
    yield '- "a" ' + "(" * (wide // 20)
    yield "*" * deep
    yield "---\n" * (wide // 20)
    yield "## 1. x\n" * (wide // 50)
    yield "`" * (deep - 1)
    yield "<!--" * (wide // 30)
    yield '"' * deep
    yield "|" * deep + "\n" + "|-" * (wide // 20)
    yield "\n" * wide
    yield " " * wide
    yield "\r" * (wide // 2)
    yield "two " + "a-" * (wide // 20) + "'" * (wide // 20)


BOOK_BYTES = 100_000
"""Of a bomb for coding books, each line of which takes a quarter of a millisecond; `benchmarks.bounds` reads more."""


@pytest.mark.parametrize("part", [80, pytest.param(4, marks=pytest.mark.slow)])
@pytest.mark.parametrize("reader", NAMES)
def test_no_reader_hangs_or_crashes_on_a_bomb(every: dict[str, Reader], tmp_path: Path, reader: str, part: int) -> None:
    for bomb in bombs(part):
        data = bomb.encode()[: BOOK_BYTES // part if reader == "coding book" else None]
        with limited(max(BOUND / part, SHORTEST)):
            every[reader].take(tmp_path, data)


# --- size -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["txt", "csv", "jsonl"])
def test_an_ad_of_10_mb_on_one_line_is_listed_and_read_completely(tmp_path: Path, suffix: str) -> None:
    text = "You light the lamp. " * (10 * MB // 20)
    row = {"txt": text, "csv": f'id,text\n7,"{text}"\n', "jsonl": json.dumps({"id": "7", "text": text})}[suffix]
    path = tmp_path / f"7_shore.{suffix}"
    path.write_text(row)
    with limited(BOUND):
        corpus = Corpus(path, CorpusSettings())
        (entry,) = (entry for batch in corpus.batches() for entry in batch.entries)
        ad, _ = corpus.read(entry)
        assert ad is not None and ad.text == text
        session = Session(ad, book(), SessionPaths(tmp_path / "sessions", CODER), CODER)
        assert isinstance(session.execute(AssignCode(Span(5 * MB, 5 * MB + 9), book().codes[0].id)), Saved)


MANY, FEWER = 20_000, 4_000
"""Codings of one log in the slow and the quick step; `python -m benchmarks.sitting` reads a million."""


def log_of(count: int, size: int) -> Iterator[Transaction]:
    """Return a log of `count` codings on one ad, with the given number per line."""
    opened = SessionOpened(source=AD.id, employer="", title="", text_hash=text_hash(AD.text))
    anchor = anchor_at(AD.text, Span(0, 8), text_hash(AD.text))
    ids = [CodingId(f"c{number:07}") for number in range(count)]
    codes = [code.id for code in book().codes]
    for start in range(0, count, size):
        added = tuple(
            CodingAdded(coding=one, code=codes[at % len(codes)], anchor=anchor, words=anchor.words, rank=start + at)
            for at, one in enumerate(ids[start : start + size])
        )
        events = (opened, *added) if not start else added
        yield Transaction(id=TransactionId(f"t{start:07}"), seq=start + 1, time="", coder="wil", events=events)


@pytest.mark.parametrize("many", [FEWER, pytest.param(MANY, marks=pytest.mark.slow)])
@pytest.mark.parametrize("size", [1, MANY])
def test_a_log_with_very_many_codings_opens_and_can_be_continued(tmp_path: Path, size: int, many: int) -> None:
    paths = SessionPaths(tmp_path, CODER)
    paths.log(AD.id).parent.mkdir(parents=True)
    paths.log(AD.id).write_bytes(b"".join(encode(one) + b"\n" for one in log_of(many, size)))
    with limited(BOUND * many / MANY):
        session = Session(AD, book(), paths, CODER)
        assert len(session.state.live()) == many
        assert isinstance(session.execute(DescribeSource("Shore", "Keeper")), Saved)
        session.save_document()
    assert session.document_path.read_text("utf-8").count("\n  - ") == many


# --- numbers ----------------------------------------------------------------------------------------

PLACE = {"text_hash": text_hash(AD.text), "start": 0, "end": 8, "words": AD.text[:8]}
CODING = {"kind": "coding-added", "coding": "c", "code": "TASK1", "words": AD.text[:8], "rank": 1, "anchor": PLACE}
OPENED = {"kind": "session-opened", "source": "11", "employer": "", "title": "", "text_hash": text_hash(AD.text)}


def log_line(seq: object, *events: object, name: str = "t") -> bytes:
    """Return a line of a log."""
    return json.dumps({"v": 2, "id": name, "seq": seq, "time": "", "coder": "x", "events": events}).encode() + b"\n"


@pytest.mark.parametrize("number", [GREATEST + 1, 10**30, 10**4000, "9" * 30, " +9_999_999_999_999_999_999", 1e17])
@pytest.mark.parametrize("field", ["seq", "rank", "start", "end"])
def test_a_line_with_numbers_out_of_bounds_is_reported_and_coding_continues(
    tmp_path: Path, field: str, number: object
) -> None:
    place = {**PLACE, field: number} if field in PLACE else PLACE
    coding = {**CODING, "anchor": place, **({field: number} if field == "rank" else {})}
    paths = SessionPaths(tmp_path, CODER)
    paths.log(AD.id).parent.mkdir(parents=True)
    paths.log(AD.id).write_bytes(log_line(1, OPENED) + log_line(number if field == "seq" else 2, coding, name="u"))
    session = Session(AD, book(), paths, CODER)
    assert session.state.live() == () and len(session.problems) == 1
    assert isinstance(session.execute(DescribeSource("Shore", "Keeper")), Saved)
    assert Session(AD, book(), paths, CODER).state.employer == "Shore"


def test_a_log_at_the_highest_number_refuses_steps_that_could_not_be_read_back(tmp_path: Path) -> None:
    paths = SessionPaths(tmp_path, CODER)
    paths.log(AD.id).parent.mkdir(parents=True)
    paths.log(AD.id).write_bytes(log_line(GREATEST, OPENED, CODING))
    session = Session(AD, book(), paths, CODER)
    assert isinstance(session.execute(DescribeSource("Shore", "Keeper")), NotSaved)
    assert [one.id for one in Session(AD, book(), paths, CODER).state.live()] == ["c"]


@pytest.mark.parametrize(("start", "end"), [(-3, 5), (5, 3), (8, 10**9), (10**9, 10**9 + 8), (1, 9)])
def test_a_place_without_its_words_is_relocated_or_orphaned(tmp_path: Path, start: int, end: int) -> None:
    forged = {**CODING, "anchor": {**PLACE, "start": start, "end": end}}
    paths = SessionPaths(tmp_path, CODER)
    paths.log(AD.id).parent.mkdir(parents=True)
    paths.log(AD.id).write_bytes(log_line(1, OPENED) + log_line(2, forged, name="u"))
    session = Session(AD, book(), paths, CODER)
    for one in session.state.live():
        assert one.anchor is None or AD.text[one.anchor.start : one.anchor.end] == one.anchor.words


def test_a_negative_rank_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "11.jsonl").write_bytes(log_line(1, OPENED, {**CODING, "rank": -5}))
    transactions, problems = Journal(tmp_path / "11.jsonl").read()
    assert problems == [] and replay(transactions).live()[0].rank == -5


# --- structures -------------------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KINDS = ["session-opened", "coding-added", "coding-reanchored", "memo-written", "layout-changed", "profile-assigned"]
FIELDS = (*(name for name in CODING if name != "kind"), "layout")
events = st.fixed_dictionaries({"kind": st.sampled_from(KINDS)}, optional=dict.fromkeys(FIELDS, values))


@settings(max_examples=examples(150))
@given(st.lists(events, max_size=3), values, values)
def test_any_json_in_place_of_a_log_a_snapshot_or_a_position_is_survived(
    made: list[dict[str, object]], seq: object, other: object
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "11.jsonl").write_bytes(log_line(1, OPENED) + log_line(seq, *made, name="u"))
        assert len(Journal(Path(folder) / "11.jsonl").read()[0]) >= 1
        for text in (json.dumps(other), json.dumps({"text": other, "ids": other, "source": other, "cursor": other})):
            every = readers_once(Path(folder))
            every["place.json"].take(Path(folder), text.encode())
            every[".written"].take(Path(folder), text.encode())


_readers: dict[str, Reader] = {}


def readers_once(folder: Path) -> dict[str, Reader]:
    """Return the readers, created once."""
    if not _readers:
        _readers.update(readers(folder))
    return _readers


@settings(max_examples=examples(200))
@given(st.text(max_size=200))
def test_every_reader_of_hand_written_files_accepts_any_text(text: str) -> None:
    parse_codebook(text, "a.toml")
    parse_map(text, "a.toml", book(), book())
    parse_coding_book(text, "a.md")
    parse_document(text, "a.md")


# --- what is written for others ---------------------------------------------------------------------


@given(st.text())
def test_sanitized_text_has_no_control_effect_and_keeps_its_length(text: str) -> None:
    assert not UNSAFE.search(sanitize(text)) and len(sanitize(text)) == len(text)
    assert not UNSAFE.search(sanitize_paste(text))


@given(values)
def test_sanitized_json_has_the_same_content(value: object) -> None:
    plain = json.dumps(value, ensure_ascii=False)
    assert json.dumps(json.loads(sanitize_json(plain))) == json.dumps(json.loads(plain))
    assert not UNSAFE.search(sanitize_json(plain))


def test_a_tag_beyond_the_first_plane_becomes_two_escapes() -> None:
    assert json.loads(sanitize_json('"\U000e0001"')) == "\U000e0001"
    assert sanitize_json('"\U000e0001"') == '"\\udb40\\udc01"'


@settings(max_examples=examples(200))
@given(st.sampled_from(["", "\xa0", " ", "\t"]), st.sampled_from("=+-@\t\r＝"), st.text(max_size=9))
def test_no_cell_of_a_table_is_a_formula(before: str, sign: str, rest: str) -> None:
    cell = f"{before}{sign}cmd|' /C calc'!A0{rest}"
    columns = CELLS["codings"]
    table = ExportTable("codings", columns, [ExportRow((cell,) * len(columns), {})])
    cells = next(islice(csv.reader(io.StringIO(to_csv(table), newline="")), 1, None))
    assert not [each for each in cells if each.startswith(("\t", "\r"))]
    assert not [each for each in cells if each.lstrip().startswith(("=", "+", "-", "@", "＝"))]


def test_the_same_seed_gives_the_same_inputs(every: dict[str, Reader]) -> None:
    streams = [list(islice(inputs_of(every["document"], "document", 7), 20)) for _ in range(2)]
    assert streams[0] == streams[1] and len(set(streams[0])) > 10
    assert random.Random(7).random() == random.Random(7).random()

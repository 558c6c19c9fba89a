"""Rows: one coding each, for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.state import State, replay
from codetui.formats.export.csv import guarded, to_csv
from codetui.formats.export.exporter import Row, rows
from codetui.formats.export.jsonl import to_jsonl
from codetui.model import (
    Anchor,
    Cause,
    Code,
    Codebook,
    CodeId,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingRemoved,
    Event,
    Group,
    Profile,
    ProfileAssigned,
    Section,
    Source,
    SourceId,
    Span,
    Transaction,
    TransactionId,
)

TEXT = "Engineer\n\nWe build\n  models with Python."
AD = Source(SourceId("7"), "Acme", "Engineer", TEXT, "ads.csv")
BOOK = Codebook(
    title="Book",
    version="3",
    profiles=(Profile(id="p1", name="Core Engineer"),),
    sections=(Section(id="s", title="1. Tasks"), Section(id="t", title="2. Tools", holds="terms")),
    groups=(Group(id="g", section="s", title="Group A"),),
    codes=(
        Code(id=CodeId("TASK1"), name="Build", section="s", group="g"),
        Code(id=CodeId("TECH1"), name="Languages", section="t"),
    ),
)
HEADER = "ad_id,employer,title,coder,profile,section,group,code_id,code_name,words,note,"
HEADER += "start,end,time,codebook_version,origin"


def unguarded(cell: str) -> str:
    """Return the cell without the apostrophes that guard it, as docs/commands.md describes it."""
    formula = r"[^\S;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|['\"\u00ad\u115f\u200b\ufeff\U000e0041]"
    place = rf"(?:^|(?<=[;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]))'(?=(?:{formula})*[=+\-@＝＋－＠])|^'(?='*[\t\r\n])"
    return re.sub(place, "", cell)


def _state(*events: Event) -> State:
    time = "2026-01-01T00:00:00Z"
    return replay(
        Transaction(id=TransactionId(f"t{seq}"), seq=seq, time=time, coder="ann", codebook="3", events=(event,))
        for seq, event in enumerate(events, 1)
    )


def _added(coding: str, code: str, words: str, note: str = "") -> CodingAdded:
    start = TEXT.find(words)
    anchor: Anchor | None = anchor_at(TEXT, Span(start, start + len(words)), "h") if start >= 0 else None
    shown = "" if anchor else words
    return CodingAdded(coding=CodingId(coding), code=CodeId(code), anchor=anchor, words=shown, note=note, rank=1)


def _session() -> State:
    return _state(
        _added("c1", "TECH1", "Python", "a\nnote"),
        _added("c2", "TASK1", "We build\n  models"),
        _added("c3", "TASK9", "not in the ad"),
        _added("c4", "TASK1", "models"),
        CodingRemoved(coding=CodingId("c4")),
        ProfileAssigned(profile="p1", reasoning="so"),
    )


def test_each_coding_that_stands_is_one_row_in_the_order_of_the_document() -> None:
    about = ("7", "Acme", "Engineer", "ann", "Core Engineer")
    time = "2026-01-01T00:00:00Z"
    assert rows(_session(), BOOK, AD, "ann") == [
        Row(*about, "1. Tasks", "Group A", "TASK1", "Build", "We build models", "", 10, 27, time, "3", ""),
        Row(*about, "1. Tasks", "Group A", "TASK9", "", "not in the ad", "", None, None, time, "3", ""),
        Row(*about, "2. Tools", "", "TECH1", "Languages", "Python", "a\nnote", 33, 39, time, "3", ""),
    ]


def test_a_session_without_codings_has_no_rows() -> None:
    assert to_csv(rows(State(), BOOK, AD, "ann")) == HEADER + "\r\n"
    assert to_jsonl(rows(State(), BOOK, AD, "ann")) == ""


@pytest.mark.parametrize(
    ("cause", "source", "origin"),
    [
        ("hand", "", ""),
        ("document", "analysis_job_7.md", "document"),
        ("edit", "", "edit"),
        ("copy", "812", "copy of 812"),
    ],
)
def test_the_last_column_says_how_a_coding_came_in(cause: Cause, source: str, origin: str) -> None:
    event = _added("c1", "TECH1", "Python")
    first = Transaction(
        id=TransactionId("t1"), seq=1, time="", coder="ann", cause=cause, from_name=source, events=(event,)
    )
    noted = CodingNoted(coding=event.coding, note="by keys")
    later = Transaction(id=TransactionId("t2"), seq=2, time="", coder="ann", events=(noted,))
    assert [row.origin for row in rows(replay([first, later]), BOOK, AD, "ann")] == [origin]


def test_csv_is_read_back_by_other_programs() -> None:
    table = rows(_session(), BOOK, AD, "ann")
    records = list(csv.DictReader(io.StringIO(to_csv(table), newline="")))
    assert [record["words"] for record in records] == [row.words for row in table]
    assert [record["start"] for record in records] == ["10", "", "33"]
    assert records[2]["note"] == "a\nnote"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "  =1", "＝1", "'=1", "''@"])
def test_cells_that_look_like_formulas_are_made_harmless(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "plain", "'s avonds", "a=b", "''", "C++", "é"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert guarded(cell) == cell


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("a;=SUM(A1);b", "a;'=SUM(A1);b"),
        ("a\t+1", "a\t'+1"),
        ("a\n-1", "a\n'-1"),
        ('a;"=1', "a;'\"=1"),
        ("a; \u00ad@x", "a;' \u00ad@x"),
        ("\u115f=1", "'\u115f=1"),
        ("\U000e0041=1", "'\U000e0041=1"),
        ("a;'=1", "a;''=1"),
        ("a;b", "a;b"),
    ],
)
def test_no_piece_behind_a_separator_looks_like_a_formula(cell: str, safe: str) -> None:
    assert guarded(cell) == safe
    assert unguarded(safe) == cell


@given(st.lists(st.text(st.sampled_from("'\"=-;\t\n, a\u00ad")), min_size=11, max_size=11), st.sampled_from(";\t\n"))
def test_a_program_that_splits_elsewhere_finds_no_formula(cells: list[str], separator: str) -> None:
    text = to_csv([Row(*cells, 1, 2, "", "", "")])
    for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE):
        reader = csv.reader(text.split("\n"), delimiter=separator if separator != "\n" else ";", quoting=quoting)
        pieces = [piece for line in reader for piece in line]
        assert not [piece for piece in pieces if piece.strip(' "\u00ad\r').startswith(("=", "-"))]
    assert [unguarded(cell) for cell in list(csv.reader(io.StringIO(text, newline="")))[1][:11]] == cells


@given(st.text(st.sampled_from("'=+-@\t\r\n ab＝;\"\u00ad")))
def test_every_guarded_cell_can_be_read_back(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert guarded(cell)[:1] not in tuple("=+-@\t\r＝")


def test_no_cell_of_the_csv_begins_like_a_formula() -> None:
    state = _state(_added("c1", "=TASK", "=cmd()", "@note"))
    text = to_csv(rows(state, BOOK, Source(SourceId("-1"), "+E", "=T", "", "a"), "@c"))
    cells = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == []
    assert unguarded(cells[9]) == "=cmd()"


@given(st.text(st.characters() | st.sampled_from('\u2028\u0085\ud800="\n')), st.text())
def test_json_lines_give_back_exactly_what_was_coded(note: str, title: str) -> None:
    attributes = {"sector": title, "words": note}
    table = [Row("1", "", title, "", "", "", "", "", "", "", note, None, 3, "", "", "", attributes)] * 2
    text = to_jsonl(table)
    assert text.encode("utf-8")
    assert [json.loads(line) for line in text.splitlines()] == [row._asdict() for row in table]


def test_attributes_of_sources_are_further_columns_of_the_csv() -> None:
    plain = Row("1", "", "", "", "", "", "", "", "", "lamps", "", None, None, "", "", "")
    table = [
        plain._replace(attributes={"sector": "=bank", "words": "12"}),
        plain._replace(attributes={"=year": "2025"}),
    ]
    header, *cells = csv.reader(io.StringIO(to_csv(table), newline=""))
    assert header == [*HEADER.split(","), "sector", "source.words", "'=year"]
    assert [line[-3:] for line in cells] == [["'=bank", "12", ""], ["", "", "2025"]]


def test_a_source_without_attributes_adds_nothing() -> None:
    (row,) = rows(_state(_added("c1", "TASK1", "build", "")), BOOK, AD, "ann")
    assert to_csv([row]).split("\r\n")[0] == HEADER
    assert "attributes" not in json.loads(to_jsonl([row]))


def test_json_lines_are_plain_utf_8() -> None:
    assert '"words": "=é"' in to_jsonl([Row("1", "", "", "", "", "", "", "", "", "=é", "", None, None, "", "", "")])

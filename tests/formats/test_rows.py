"""Tables of codings, sources and notes, for spreadsheets and programs."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.state import State, replay
from codetui.formats.export.exporter import ExportedSession, ExportedSource, ExportedStudy, What
from codetui.formats.export.lines import guarded
from codetui.formats.export.table import CELLS, Cell, ExportRow, ExportTable, Tally, table_of
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
    MemoId,
    MemoKind,
    MemoTarget,
    MemoWritten,
    Profile,
    ProfileAssigned,
    Section,
    SessionOpened,
    Source,
    SourceId,
    Span,
    Transaction,
    TransactionId,
)
from testing.exports import to_csv, to_jsonl, to_xlsx

TEXT = "Engineer\n\nWe build\n  models with Python."
AD = Source(SourceId("7"), "Acme", "Engineer", TEXT, "ads.csv", 2, 10)
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
HEADER += "start,end,time,codebook_version,origin,place,to_check,ad_words,start_in_body,end_in_body,state,reasoning"


def table(
    state: State, source: Source = AD, coder: str = "ann", *, what: What = "codings", is_in_corpus: bool = True
) -> ExportTable:
    """Return a table of one session."""
    known = ExportedSource(len(source.text), source.body_start, "hash", source.attributes, source.text)
    session = ExportedSession(coder, source, state, "", None, "in progress", known if is_in_corpus else None)
    return listed(table_of(what, ExportedStudy(BOOK, [session])))


def listed(table: ExportTable) -> ExportTable:
    """Return a table whose rows can be read again."""
    return table._replace(rows=list(table.rows))


def cells_of(table: ExportTable, *names: str) -> list[tuple[Cell, ...]]:
    """Return some columns of a table."""
    at = [table.columns.index(name) for name in names]
    return [tuple(row.cells[one] for one in at) for row in table.rows]


def of_cells(*rows: ExportRow) -> ExportTable:
    """Return a table of codings with these rows, missing cells filled in."""
    columns = CELLS["codings"]
    filled = [ExportRow((*row.cells, *[""] * (len(columns) - len(row.cells))), row.attributes) for row in rows]
    names = dict.fromkeys(name for row in rows for name in row.attributes)
    return ExportTable("codings", columns, filled, tuple(names))


def unguarded(cell: str) -> str:
    """Return the cell without the apostrophes that guard it, as docs/exports.md describes it."""
    formula = r"[^\S;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]|['\"\u00ad\u115f\u200b\ufeff\U000e0041]"
    place = rf"(?:^|(?<=[;\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]))'(?=(?:{formula})*[=+\-@＝＋－＠])|^'(?='*[\t\r\n])"
    return re.sub(place, "", cell)


def _state(*events: Event) -> State:
    return replay(_steps(events))


def _steps(events: Sequence[Event], first: int = 1) -> list[Transaction]:
    time = "2026-01-01T00:00:00Z"
    return [
        Transaction(id=TransactionId(f"t{seq}"), seq=seq, time=time, coder="ann", codebook="3", events=(event,))
        for seq, event in enumerate(events, first)
    ]


def _added(coding: str, code: str, words: str, note: str = "") -> CodingAdded:
    start = TEXT.find(words)
    anchor: Anchor | None = anchor_at(TEXT, Span(start, start + len(words)), "h") if start >= 0 else None
    shown = "" if anchor else words
    return CodingAdded(coding=CodingId(coding), code=CodeId(code), anchor=anchor, words=shown, note=note, rank=1)


def _session() -> State:
    return _state(*_session_events())


def _session_events() -> list[Event]:
    return [
        _added("c1", "TECH1", "Python", "a\nnote"),
        _added("c2", "TASK1", "We build\n  models"),
        _added("c3", "TASK9", "not in the ad"),
        _added("c4", "TASK1", "models"),
        CodingRemoved(coding=CodingId("c4")),
        ProfileAssigned(profile="p1", reasoning="so"),
    ]


def test_each_live_coding_is_one_row_in_the_order_of_the_document() -> None:
    about, end = ("7", "Acme", "Engineer", "ann", "Core Engineer"), ("in progress", "so")
    time, place = "2026-01-01T00:00:00Z", ("exact", "")
    quoted, term = ("We build\n  models", 0, 17, *end), ("Python", 23, 29, *end)
    lost = ("none", "yes", "", None, None, *end)
    built = ("TASK1", "Build", "We build models", "", 10, 27, time, "3", "")
    unknown = ("TASK9", "", "not in the ad", "", None, None, time, "3", "")
    named = ("TECH1", "Languages", "Python", "a\nnote", 33, 39, time, "3", "")
    assert [row.cells for row in table(_session()).rows] == [
        (*about, "1. Tasks", "Group A", *built, *place, *quoted),
        (*about, "1. Tasks", "Group A", *unknown, *lost),
        (*about, "2. Tools", "", *named, *place, *term),
    ]


def test_words_in_the_title_have_no_place_in_the_body() -> None:
    found = table(_state(_added("c1", "TASK1", "Engineer")))
    assert cells_of(found, "start", "end", "start_in_body", "end_in_body") == [(0, 8, None, None)]


def test_the_body_of_a_source_missing_from_the_corpus_keeps_its_start() -> None:
    opened = SessionOpened(source=AD.id, employer="", title="", text_hash="h", body_start=10)
    found = table(_state(opened, _added("c1", "TASK1", "We build")), is_in_corpus=False)
    assert cells_of(found, "start", "start_in_body") == [(10, 0)]


@pytest.mark.parametrize(
    ("words", "there", "is_proposed", "place", "to_check"),
    [
        ("We build models", "We build\n  models", False, "exact", ""),
        ("WE build… Python", "We build\n  models with Python", False, "folded", ""),
        ("We bild", "We build", True, "fuzzy", "yes"),
        ("We bild", "We build", False, "fuzzy", ""),
        ("e", "", False, "ambiguous", "yes"),
        ("steam engines", "", False, "none", "yes"),
    ],
)
def test_each_row_states_how_certain_its_place_is(
    words: str, there: str, is_proposed: bool, place: str, to_check: str
) -> None:
    start = TEXT.find(there)
    anchor = anchor_at(TEXT, Span(start, start + len(there)), "h") if there else None
    code = CodeId("TASK1")
    added = CodingAdded(coding=CodingId("c"), code=code, anchor=anchor, words=words, rank=1, is_proposed=is_proposed)
    found = table(_state(added))
    assert cells_of(found, "words", "ad_words", "place", "to_check") == [(words, there, place, to_check)]


def test_each_source_is_a_row_coded_or_not() -> None:
    def memo(id_: str, target: MemoTarget, text: str) -> MemoWritten:
        return MemoWritten(memo=MemoId(id_), target=target, text=text, rank=1)

    state = replay([*_steps(_session_events()), *_steps([memo("m", MemoTarget(kind="code", id="TASK1"), "odd")], 50)])
    sessions = [
        ExportedSession("ann", AD, state, "", None, "done", ExportedSource(39, 10, "abc", {"sector": "food"}, TEXT)),
        ExportedSession("", replace(AD, id=SourceId("8")), State(), "", None, "untouched", ExportedSource(5, 0, "d")),
    ]
    found = listed(table_of("ads", ExportedStudy(BOOK, sessions)))
    tally = Tally("ads", BOOK.words)
    assert len(list(tally.counted([*found.rows, *found.rows]))) == tally.rows == 4
    assert tally.contents == "2 ads"
    assert [row.cells[4:] for row in found.rows] == [
        ("done", "Core Engineer", "so", 3, 1, 2, 39, 10, "abc"),
        ("untouched", "", "", 0, 0, 0, 5, 0, "d"),
    ]
    assert [row.attributes for row in found.rows] == [{"sector": "food"}, {}]


def test_notes_on_everything_are_rows() -> None:
    targets = [("section", "s"), ("group", "g"), ("code", "TASK1"), ("entry", "TECH1"), ("section", "Extra")]
    kinds: list[MemoKind] = ["section", "group", "code", "entry", "section"]
    memos = [
        MemoWritten(memo=MemoId(f"m{at}"), target=MemoTarget(kind=kind, id=id_), text=f"on {id_}", rank=at + 10)
        for at, (kind, (_, id_)) in enumerate(zip(kinds, targets, strict=True))
    ]
    found = table(_state(_added("c1", "TECH1", "Python", "a\nnote"), *memos), what="notes")
    assert [row.cells[4:] for row in found.rows] == [
        ("quotation", "2. Tools", "", "TECH1", "Languages", "Python", "a\nnote"),
        ("section", "1. Tasks", "", "", "", "", "on s"),
        ("group", "1. Tasks", "Group A", "", "", "", "on g"),
        ("code", "1. Tasks", "Group A", "TASK1", "Build", "", "on TASK1"),
        ("entry", "2. Tools", "", "TECH1", "Languages", "", "on TECH1"),
        ("section", "Extra", "", "", "", "", "on Extra"),
    ]


def test_a_session_without_codings_has_no_rows() -> None:
    assert to_csv(table(State())) == HEADER + "\r\n"
    assert to_jsonl(table(State())) == ""


@pytest.mark.parametrize(
    ("cause", "source", "origin"),
    [
        ("hand", "", ""),
        ("document", "analysis_job_7.md", "document"),
        ("edit", "", "edit"),
        ("copy", "812", "copy of 812"),
    ],
)
def test_a_column_states_the_origin_of_a_coding(cause: Cause, source: str, origin: str) -> None:
    event = _added("c1", "TECH1", "Python")
    first = Transaction(
        id=TransactionId("t1"), seq=1, time="", coder="ann", cause=cause, from_name=source, events=(event,)
    )
    noted = CodingNoted(coding=event.coding, note="by keys")
    later = Transaction(id=TransactionId("t2"), seq=2, time="", coder="ann", events=(noted,))
    assert cells_of(table(replay([first, later])), "origin") == [(origin,)]


def test_csv_can_be_read_by_other_programs() -> None:
    records = list(csv.DictReader(io.StringIO(to_csv(table(_session())), newline="")))
    assert [(record["words"],) for record in records] == cells_of(table(_session()), "words")
    assert [record["start"] for record in records] == ["10", "", "33"]
    assert records[2]["note"] == "a\nnote"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "  =1", "＝1", "'=1", "''@"])
def test_cells_that_look_like_formulas_are_made_harmless(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"
    assert unguarded(guarded(cell)) == cell


@pytest.mark.parametrize("cell", ["", "plain", "'s avonds", "a=b", "''", "C++", "é"])
def test_other_cells_are_unchanged(cell: str) -> None:
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
def test_no_text_after_a_separator_looks_like_a_formula(cell: str, safe: str) -> None:
    assert guarded(cell) == safe
    assert unguarded(safe) == cell


@given(st.lists(st.text(st.sampled_from("'\"=-;\t\n, a\u00ad")), min_size=11, max_size=11), st.sampled_from(";\t\n"))
def test_a_program_with_another_separator_finds_no_formula(cells: list[str], separator: str) -> None:
    text = to_csv(of_cells(ExportRow(tuple(cells), {})))
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
    text = to_csv(table(state, Source(SourceId("-1"), "+E", "=T", "", "a"), "@c"))
    cells = list(csv.reader(io.StringIO(text, newline="")))[1]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@\t\r")] == []
    assert unguarded(cells[9]) == "=cmd()"


@given(st.text(st.characters() | st.sampled_from('\u2028\u0085\ud800="\n')), st.text())
def test_json_lines_contain_the_exact_codings(note: str, title: str) -> None:
    attributes = {"sector": title, "words": note}
    found = of_cells(*[ExportRow(("1", "", title, note, None, 3), attributes)] * 2)
    text = to_jsonl(found)
    assert text.encode("utf-8")
    expected = dict(zip(found.columns, next(iter(found.rows)).cells, strict=True)) | {"attributes": attributes}
    assert [json.loads(line) for line in text.splitlines()] == [expected] * 2


def test_attributes_of_sources_are_further_columns_of_the_csv() -> None:
    found = of_cells(ExportRow(("1",), {"sector": "=bank", "words": "12"}), ExportRow(("1",), {"=year": "2025"}))
    header, *cells = csv.reader(io.StringIO(to_csv(found), newline=""))
    assert header == [*HEADER.split(","), "sector", "source.words", "'=year"]
    assert [line[-3:] for line in cells] == [["'=bank", "12", ""], ["", "", "2025"]]


def test_a_source_without_attributes_adds_nothing() -> None:
    found = table(_state(_added("c1", "TASK1", "build", "")))
    assert to_csv(found).split("\r\n")[0] == HEADER
    assert "attributes" not in json.loads(to_jsonl(found))


def test_json_lines_are_plain_utf_8() -> None:
    assert '"employer": "=é"' in to_jsonl(of_cells(ExportRow(("1", "=é"), {})))


# --- workbooks ----------------------------------------------------------------------------------------


def sheets_of(*tables: ExportTable) -> tuple[dict[str, list[list[object]]], tuple[str, ...]]:
    """Return the cells of each sheet as another program reads them, and the losses of the workbook."""
    import openpyxl

    data, losses = to_xlsx(tables)
    book = openpyxl.load_workbook(io.BytesIO(data))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}, "a cell is a formula"
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}, losses


def test_a_workbook_has_a_sheet_for_each_table() -> None:
    whats: tuple[What, ...] = ("codings", "ads", "notes")
    tables = [table(_session(), what=what) for what in whats]
    sheets, losses = sheets_of(*tables)
    assert losses == ()
    for made in tables:
        rows = [[cell if cell != "" else None for cell in line] for line in made.lines()]
        assert sheets[made.name] == [made.all_columns, *rows]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "-5", "007", "a;=b", "http://x.nl", "{=1}", "a\tb\nc", "x_x0041_y", "é 灯台 🗼", "\u115f=1\x7f", " "],
)
def test_a_workbook_contains_every_text_unchanged(text: str) -> None:
    sheets, losses = sheets_of(of_cells(ExportRow((text,), {text: text})))
    from openpyxl.utils.escape import unescape

    header, cells = sheets["codings"]
    found = [unescape(str(each)) for each in (header[-1], cells[0], cells[-1])]
    assert (found, losses) == ([text] * 3, ())


def test_a_workbook_shows_control_characters() -> None:
    sheets, _ = sheets_of(of_cells(ExportRow(("tea\x0bcher\x00",), {})))
    assert sheets["codings"][1][0] == "tea␋cher␀"


def test_text_too_long_for_a_cell_is_cut_and_reported() -> None:
    sheets, losses = sheets_of(of_cells(ExportRow(("🗼" * 20_000, "\ud800"), {})))
    cell = str(sheets["codings"][1][0])
    assert len(cell.encode("utf-16-le")) // 2 <= 32_767 and cell.endswith("🗼…")
    assert sheets["codings"][1][1] == "\ufffd"
    assert [loss.partition(":")[0] for loss in losses] == ["codings, row 2, ad_id"]


def test_rows_beyond_one_sheet_are_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codetui.formats.export.workbook.MOST_ROWS", 3)
    sheets, _ = sheets_of(of_cells(*(ExportRow((str(number),), {}) for number in range(5))))
    assert {name: [row[0] for row in rows[1:]] for name, rows in sheets.items()} == {
        "codings": ["0", "1"],
        "codings 2": ["2", "3"],
        "codings 3": ["4"],
    }


def test_equal_tables_make_equal_workbooks() -> None:
    assert to_xlsx([table(_session())]) == to_xlsx([table(_session())])

"""The workbook of a study, and the matrices in it."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from codetui.core.session.commands import AssignCode, AssignProfile, Command, MarkDone
from codetui.formats.export.exporter import What
from codetui.formats.export.protection import Pseudonyms
from codetui.model import CodeId, Span
from codetui.storage.output import OutputFiles
from codetui.study.exporter import ExportRequest, StudyExport, export_study, export_text
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.studies import write_study

FORMULA = '=HYPERLINK("http://example.org")'
LONG = "a reason " * 200
UNDONE = [["TASK1", "", ""], ["TASK2", "", ""], ["TOOL1", "", ""]]
"""The codes of an ad that nobody has done, by two coders."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Return a study in which two coders have done ad 11, and one of them has begun ad 12."""
    folder = write_study(tmp_path_factory.mktemp("study"))
    study = Study.open(folder)
    done = MarkDone(True)
    code(study, "11", "anna", AssignCode(Span(0, 6), CodeId("TASK1"), FORMULA), AssignProfile("1", LONG), done)
    both = AssignCode(Span(0, 6), CodeId("TASK1")), AssignCode(Span(7, 9), CodeId("TASK1"))
    code(study, "11", "ben", *both, AssignCode(Span(0, 6), CodeId("TASK2")), AssignProfile("2", "so"), done)
    code(study, "12", "ben", AssignCode(Span(0, 6), CodeId("TOOL1"), "https://example.org"))
    return study


def code(study: Study, ad: str, coder: str, *commands: Command) -> None:
    with study.session(ad, coder) as session:
        for command in commands:
            assert isinstance(session.execute(command), Saved)


def workbook(study: Study) -> tuple[bytes, StudyExport]:
    with OutputFiles(None) as output:
        done = export_study(study, ExportRequest("xlsx"), output)
        return b"".join(output.chunks()), done


def sheets(data: bytes) -> dict[str, list[list[object]]]:
    """Return the cells of each sheet."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: list(map(list, book.get_sheet_by_name(name).to_python())) for name in book.sheet_names}


def records(rows: list[list[object]]) -> list[dict[object, object]]:
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_a_workbook_has_everything_of_a_study_as_another_program_reads_it(study: Study) -> None:
    data, done = workbook(study)
    found = sheets(data)
    assert list(found) == ["codings", "ads × codes", "ads", "notes", "codebook", "agreement", "about"]
    codings = list(csv.DictReader(io.StringIO(export_text(study, "csv"), newline="")))
    as_text = [{name: str(cell).removesuffix(".0") for name, cell in one.items()} for one in records(found["codings"])]
    unguarded = [{name: cell.removeprefix("'") for name, cell in one.items()} for one in codings]
    assert as_text == unguarded
    assert [(row["ad_id"], row["coder"], row["TASK1"], row["TASK2"]) for row in records(found["ads × codes"])] == [
        *(("11", "anna", 1, 0), ("11", "ben", 2, 1), ("12", "ben", 0, 0), ("13", "", 0, 0))
    ]
    assert [row["reasoning"] for row in records(found["ads"])] == [LONG.strip(), "so", "", ""]
    defined = {row["code_id"]: row["definition"] for row in records(found["codebook"])}
    assert defined["1"] == "Keeps the light." and defined["TASK2"] == "Looking out."
    figures = {row["figure"]: row for row in records(found["agreement"])}
    assert figures["spans.f1"]["coders"] == "anna · ben" and figures["spans.f1"]["value"] == 0.5
    about = {row["about"]: row["value"] for row in records(found["about"])}
    assert (about["coders"], about["codebook version"], about["rows of codings"]) == ("anna, ben", "7", 5)
    assert about["codebook hash"] == study.codebook.content_hash and str(about["program"]).startswith("codetui ")
    assert done.exported.contents == "5 codings, 3 ads, 2 notes"


def test_a_workbook_has_neither_formulas_nor_links_and_its_header_stays(study: Study) -> None:
    archive = zipfile.ZipFile(io.BytesIO(workbook(study)[0]))
    parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
    assert not [name for name, text in parts.items() if "<f>" in text or "<hyperlink" in text]
    worksheets = [text for name, text in parts.items() if name.startswith("xl/worksheets/sheet")]
    assert len(worksheets) == 7 and all('state="frozen"' in text for text in worksheets)


def test_one_coder_has_no_agreement(study: Study) -> None:
    with OutputFiles(None) as output:
        export_study(study, ExportRequest("xlsx", coder="ben"), output)
        assert "agreement" not in sheets(b"".join(output.chunks()))


def test_no_sheet_has_a_name_that_has_a_pseudonym(study: Study) -> None:
    request = ExportRequest("xlsx", pseudonyms=Pseudonyms({"anna": "P1", "ben": "P2"}))
    with OutputFiles(None) as output:
        export_study(study, request, output)
        found = sheets(b"".join(output.chunks()))
    cells = [str(cell) for rows in found.values() for row in rows for cell in row]
    assert not [cell for cell in cells if "anna" in cell or "ben" in cell]
    assert {row["coders"] for row in records(found["agreement"])} == {"P1 · P2"}


def test_a_workbook_says_why_coders_are_not_compared(study: Study, tmp_path: Path) -> None:
    other = Study.open(write_study(tmp_path))
    for coder in ("anna", "ben"):
        code(other, "11", coder, AssignCode(Span(0, 6), CodeId("TASK1")))
    (row,) = records(sheets(workbook(other)[0])["agreement"])
    assert "there is no ad that all coders have done" in str(row["why"]) and row["value"] == ""


@pytest.mark.parametrize(
    ("what", "head", "rows"),
    [
        ("matrix", ["TASK1", "TASK2", "TOOL1"], [["1", "0", "0"], ["1", "1", "0"], ["0", "0", "1"]]),
        ("matrix-counts", ["TASK1", "TASK2", "TOOL1"], [["1", "0", "0"], ["2", "1", "0"], ["0", "0", "1"]]),
        ("matrix-profiles", ["ad_id", "anna", "ben"], [["11", "1", "2"], ["12", "", ""]]),
        (
            "matrix-codes",
            ["code_id", "anna", "ben"],
            [["TASK1", "1", "1"], ["TASK2", "0", "1"], ["TOOL1", "0", "0"], *UNDONE],
        ),
    ],
)
def test_matrices_have_sources_by_codes_and_units_by_coders(
    study: Study, what: What, head: list[str], rows: Iterable[list[str]]
) -> None:
    header, *lines = csv.reader(io.StringIO(export_text(study, "csv", what=what), newline=""))
    assert header[-3:] == head and [line[-3:] for line in lines] == rows
    as_objects = [json.loads(line) for line in export_text(study, "jsonl", what=what).splitlines()]
    assert [["" if one[name] is None else str(one[name]) for name in head] for one in as_objects] == rows
    with OutputFiles(None) as output:
        export_study(study, ExportRequest("xlsx", what=what), output)
        ((_, cells),) = sheets(b"".join(output.chunks())).items()
    assert [[str(cell).removesuffix(".0") for cell in line] for line in cells] == [header, *lines]

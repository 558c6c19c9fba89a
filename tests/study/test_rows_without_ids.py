"""Coding the rows of a table without ids, which then change, and merging the work of two people on them."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId
from codetui.study.study import Study
from testing.machines import Machine
from testing.studies import write_study
from testing.workbooks import xlsx

ROWS = [
    ("De Oven", "Bakker", "Je bakt brood in de nacht. Je helpt klanten in de winkel aan het kanaal."),
    ("Zeezicht", "Keeper", "You light the lamp at dusk. You watch the sea until dawn. You polish the mirrors."),
    ("Zeezicht", "Keeper", "You light the lamp at dusk. You watch the sea until dawn. You polish the mirrors."),
    ("Zeezicht", "Kok", "Je kookt voor de bemanning en je houdt de kombuis schoon."),
]


def write_rows(folder: Path, rows: list[tuple[str, str, str]]) -> None:
    with (folder / "ads/vacatures.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([("Organisatienaam", "Vacaturetitel", "Functieomschrijving"), *rows])


def machine(folder: Path, coder: str) -> tuple[Machine, dict[str, str]]:
    """Return a coder at work on a study, and the ids of its sources by title."""
    write_study(folder, {})
    write_rows(folder, ROWS)
    return Machine(folder, coder), {entry.title: entry.id for entry in Study.open(folder).sources}


def test_codings_follow_a_row_that_moves_and_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rosa, ids = machine(tmp_path, "rosa")
    rosa.open(ids["Keeper"])
    rosa.execute(AssignCode(rosa.span("watch the sea"), CodeId("TASK2")))
    rosa.close()
    changed = ("Zeezicht", "Keeper", ROWS[1][2].replace("at dusk", "in the evening"))
    write_rows(tmp_path, [ROWS[3], ("X", "Y", "A new row."), ROWS[0], changed])
    rosa.open(ids["Keeper"])
    (coding,) = rosa.state.live()
    assert coding.anchor is not None and rosa.session.source.text[coding.anchor.start :].startswith("watch the sea")
    rosa.close()
    assert run(["check", "--study", str(tmp_path)]) == 0, capsys.readouterr()
    assert "no longer" not in capsys.readouterr().out
    assert run(["export", "--study", str(tmp_path), "-o", "-", "--format", "csv"]) == 0
    assert f"\n{ids['Keeper']},Zeezicht," in capsys.readouterr().out


def test_two_people_code_the_same_rows_and_merge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (rosa, ids), (ben, other) = machine(tmp_path / "a", "rosa"), machine(tmp_path / "b", "ben")
    assert ids == other
    for one, words in ((rosa, "light the lamp"), (ben, "watch the sea")):
        one.open(ids["Keeper"])
        one.execute(AssignCode(one.span(words), CodeId("TASK1")))
        one.close()
    assert run(["merge", "--study", str(tmp_path / "a"), str(tmp_path / "b")]) == 0, capsys.readouterr()
    assert run(["status", "--study", str(tmp_path / "a")]) == 0
    out = capsys.readouterr()
    assert "3 ads: 1 coded, 2 untouched" in out.out and "2 sessions of 2 coders" in out.out
    assert "1 row repeats the title and text of another one" in out.out
    assert run(["agree", "--study", str(tmp_path / "a"), "--all-ads", "rosa", "ben"]) == 0, capsys.readouterr()


DOCUMENT = """\
# Manual Coding Analysis: Job Ad #{id} ({employer})

This document contains the manual coding for the "{title}" position at {employer}.

---

## 1. Job Task Analysis

- **TASK1: Lighting:**
  - "{words}"
"""


@pytest.mark.parametrize(
    ("employer", "title", "words", "found"),
    [
        ("Zeezicht", "Keeper", "light the lamp at dusk", "Keeper"),
        ("Zeezicht", "Another title", "...kookt voor  de bemanning", "Kok"),
        ("Zee-zicht BV", "Kok", "KOOKT VOOR DE BEMANNING", "Kok"),
        ("De Oven", "Bakker", "nowhere in the row", ""),
        ("De Oven", "Baas", "Je", "2 rows have its words"),
    ],
)
def test_a_document_of_another_table_finds_its_row_by_title_and_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], employer: str, title: str, words: str, found: str
) -> None:
    ids = machine(tmp_path, "rosa")[1]
    write_rows(tmp_path, [*ROWS, ("De Oven", "Hulp", "Je helpt.")])
    document = tmp_path / "analysis_job_755_x.md"
    document.write_text(DOCUMENT.format(id=755, employer=employer, title=title, words=words), "utf-8")
    code = run(["import", "--study", str(tmp_path), "--coder", "rosa", str(document)])
    out = capsys.readouterr().out
    if found in ids:
        assert code == 0 and f"by its words this is ad {ids[found]}, whose id it gets" in out
        text = next((tmp_path / "sessions/rosa").glob("analysis_job_*.md")).read_text("utf-8")
        assert text.startswith(f"# Manual Coding Analysis: Job Ad #{ids[found]} ({employer})")
        assert "0 not in the ad" in out
    else:
        assert code == 1 and (found or "no row has its title and words") in out and "write the id of its row" in out
        assert not (tmp_path / "sessions/rosa/events").exists()


def test_a_row_that_was_drawn_is_known_before_anybody_codes_it(tmp_path: Path) -> None:
    ids = machine(tmp_path, "rosa")[1]
    assert run(["sample", "--study", str(tmp_path), "--size", "3", "--coders", "rosa", "--name", "all"]) == 0
    write_rows(tmp_path, [*ROWS[:3], ("Zeezicht", "Kok", ROWS[3][2].replace("schoon", "netjes"))])
    assert ids["Kok"] in [entry.id for entry in Study.open(tmp_path).sources]


def test_the_codebook_settles_that_no_column_has_ids(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_study(tmp_path, {})
    (tmp_path / "ads/antwoorden.csv").write_text("respondent,text\n5,Moe van alles.\n5,Blij ermee.\n", "utf-8")
    assert run(["check", "--study", str(tmp_path)]) == 1
    asked = capsys.readouterr().out
    assert 'columns = { id = "respondent", body = "text" }. If no column has an id for each row, write id = ""' in asked
    book = tmp_path / "codebook.toml"
    book.write_text(f'{book.read_text("utf-8")}\n[corpus]\ncolumns = {{ id = "" }}\n', "utf-8")
    assert run(["check", "--study", str(tmp_path)]) == 0, capsys.readouterr()
    assert len(Study.open(tmp_path).sources) == 2


def test_an_erased_row_leaves_no_checksums_of_its_words(tmp_path: Path) -> None:
    rosa, ids = machine(tmp_path, "rosa")
    rosa.open(ids["Keeper"])
    rosa.execute(AssignCode(rosa.span("watch the sea"), CodeId("TASK2")))
    rosa.close()
    record = tmp_path / "sessions/.sources/ids.jsonl"
    assert '"sketch":""' not in record.read_text()
    assert run(["study", "erase", ids["Keeper"], "--study", str(tmp_path), "--yes"]) in (0, 1)
    assert '"sketch":""' in record.read_text()
    assert ids["Keeper"] not in [entry.id for entry in Study.open(tmp_path).sources]


def test_a_changed_row_of_a_workbook_is_known_after_it_moves(tmp_path: Path) -> None:
    write_study(tmp_path, {})
    header = ("Organisatienaam", "Vacaturetitel", "Functieomschrijving")
    book = tmp_path / "ads/vacatures.xlsx"
    book.write_bytes(xlsx({"x": [header, *ROWS]}))
    ids = {entry.title: entry.id for entry in Study.open(tmp_path).sources}
    changed = ("Zeezicht", "Kok", ROWS[3][2].replace("schoon", "netjes"))
    rosa = Machine(tmp_path, "rosa")
    for rows, words in ((ROWS, "bemanning"), ([*ROWS[:3], changed], "kombuis"), ([changed, *ROWS[:3]], "kookt")):
        book.write_bytes(xlsx({"x": [header, *rows]}))
        rosa.open(ids["Kok"])
        rosa.execute(AssignCode(rosa.span(words), CodeId("TASK2")))
        rosa.close()
    assert (tmp_path / "sessions/.sources/ids.jsonl").read_bytes().count(b"\n") == 2

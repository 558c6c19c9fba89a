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

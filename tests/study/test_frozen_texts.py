"""Extracted texts are frozen once they are coded: no changed file and no other extractor moves a coding."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from codetui.cli.main import run
from codetui.model import Problem
from codetui.storage.sources import HTML
from codetui.storage.sources.corpus_files import READER_OF
from codetui.storage.sources.documents import Extracted
from codetui.storage.sources.frozen import FrozenTexts
from codetui.study.checker import check_study
from codetui.study.overview import study_status
from codetui.study.refreshing import word_difference
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from testing.coders import code_source
from testing.studies import write_study

PAGE = "<html><head><title>Keeper</title></head><body><h1>Keeper</h1><p>{}</p></body></html>"
BEFORE, AFTER = "You light the lamp at dusk. You watch the sea.", "You light a lamp at dusk, alone. You watch the sea."


def lighthouse(folder: Path) -> Path:
    """Write a study with a web page that two coders have coded."""
    write_study(folder, {"11_shore.html": PAGE.format(BEFORE), "12_harbour.html": PAGE.format("Nobody coded this.")})
    study = Study.open(folder)
    code_source(study, "rosa", "11", [("TASK1", "light the lamp"), ("TASK2", "watch the sea")], "1")
    code_source(study, "otto", "11", [("TASK2", "You watch the sea.")], "2")
    return folder


def text_of(folder: Path, source: str = "11") -> str:
    return Study.open(folder).source(source).text


def change_page(folder: Path, text: str = AFTER) -> None:
    (folder / "ads" / "11_shore.html").write_text(PAGE.format(text), encoding="utf-8")


def use_another_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read HTML by an extractor that writes everything in capitals."""

    def extract(file: BinaryIO, is_head: bool, path: Path) -> Extracted:
        found = HTML.extract(file, is_head, path)
        return replace(found, text=found.text.upper())

    changed = replace(HTML, extract=extract, rules="html 99")
    for suffix in HTML.suffixes:
        monkeypatch.setitem(READER_OF, suffix, changed)


def test_a_changed_file_is_reported_and_moves_no_coding(tmp_path: Path) -> None:
    folder = lighthouse(tmp_path)
    before = text_of(folder)
    assert not [one for one in check_study(Study.open(folder)) if "has changed since" in one.message]
    change_page(folder)
    study = Study.open(folder)
    assert study.source("11").text == before and BEFORE in before
    assert [one.text for one in map(study.source, ["12"])] != [before]
    problems = [one for one in check_study(study) if "the file of this ad has changed" in one.message]
    assert [(Path(one.file).name, one.severity) for one in problems] == [("11_shore.html", "warning")]
    assert problems[0] in study_status(study).errors
    assert not [one for one in check_study(study) if one.severity == "error"]
    workspace = open_workspace(study, "rosa", wanted="11")
    assert workspace.first is not None
    session = workspace.open(workspace.first)
    assert session.reanchored is None and problems[0] in workspace.problems
    workspace.release()


def test_another_extractor_moves_no_coding_and_does_not_read_what_was_coded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = lighthouse(tmp_path)
    before = text_of(folder)
    use_another_extractor(monkeypatch)
    assert text_of(folder) == before and text_of(folder, "12").isupper()
    found = [one for one in check_study(Study.open(folder)) if "extracted with html 2" in one.message]
    assert [one.severity for one in found] == ["note"]


def test_a_refresh_shows_the_words_and_locates_the_codings_of_all_coders_once_it_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lighthouse(tmp_path)
    before = text_of(folder)
    assert run(["sources", "refresh", "--study", str(folder)]) == 0
    assert "every coded text matches its file" in capsys.readouterr().out
    change_page(folder)
    assert run(["sources", "refresh", "--study", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "light [-the-] {+a+} lamp at [-dusk.-] {+dusk, alone.+} You watch" in " ".join(out.split())
    assert text_of(folder) == before
    assert run(["sources", "refresh", "11", "--yes", "--json", "--study", str(folder)]) == 0
    [row] = json.loads(capsys.readouterr().out)["sources"]
    assert row["fate"] == "changed" and row["is_used"]
    assert row["codings"]["otto"] == {"unmoved": 0, "moved": 1, "proposed": 0, "lost": 0}
    assert AFTER in text_of(folder)
    study = Study.open(folder)
    for session in study.sessions():
        for coding in session.state.live():
            if coding.anchor is not None:
                assert study.source("11").text[coding.anchor.start : coding.anchor.end] == coding.anchor.words
    assert run(["sources", "refresh", "--study", str(folder)]) == 0
    assert "every coded text matches its file" in capsys.readouterr().out
    assert run(["sources", "refresh", "12", "--study", str(folder)]) == 2
    # A file that is gone or broken leaves the text that was coded.
    (folder / "ads" / "11_shore.html").unlink()
    assert run(["sources", "refresh", "--study", str(folder)]) == 1
    assert "the text that was coded is kept" in capsys.readouterr().out


def test_a_row_of_a_workbook_keeps_the_text_that_was_coded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from xlsxwriter import Workbook

    def fill(third: str) -> None:
        with Workbook(tmp_path / "ads" / "rows.xlsx") as workbook:
            sheet = workbook.add_worksheet()
            for number, row in enumerate([("id", "title", "body"), ("7", "Keeper", third), ("8", "Clerk", third)]):
                sheet.write_row(number, 0, row)

    write_study(tmp_path, {})
    fill(BEFORE)
    code_source(Study.open(tmp_path), "rosa", "7", [("TASK1", "light the lamp")], "1")
    fill(AFTER)
    study = Study.open(tmp_path)
    assert BEFORE in study.source("7").text and AFTER in study.source("8").text
    found = [one.message for one in check_study(study) if "has changed since it was coded" in one.message]
    assert len(found) == 1 and "ad 7 has changed" in found[0]
    assert run(["sources", "refresh", "--yes", "--study", str(tmp_path)]) == 0
    assert "[-the-] {+a+} lamp" in " ".join(capsys.readouterr().out.split())
    assert AFTER in text_of(tmp_path, "7")


def test_two_clones_merge_frozen_texts_and_use_the_same_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = lighthouse(tmp_path / "here"), tmp_path / "there"
    write_study(there, {"11_shore.html": PAGE.format(BEFORE), "12_harbour.html": PAGE.format("x")})
    with monkeypatch.context() as other:
        use_another_extractor(other)
        code_source(Study.open(there), "anna", "12", [("TASK1", "X")], "1")
    assert run(["merge", str(here), "--study", str(there)]) == 0
    assert text_of(there) == text_of(here)
    assert run(["merge", str(there), "--study", str(here)]) == 0
    assert text_of(there, "12") == text_of(here, "12") and text_of(here, "12").isupper()
    for folder in (here, there):
        names = sorted(path.name for path in (folder / "sessions/.sources").iterdir())
        assert [name for name in names if name.endswith(".jsonl")] == ["text_11.jsonl", "text_12.jsonl"]
        assert [one.id for one in FrozenTexts(folder / "sessions").all()] == ["11", "12"]
    # Both froze it by themselves with different extractors: both use the same one.
    one, two = lighthouse(tmp_path / "one"), tmp_path / "two"
    with monkeypatch.context() as other:
        use_another_extractor(other)
        write_study(two, {"11_shore.html": PAGE.format(BEFORE)})
        code_source(Study.open(two), "anna", "11", [("TASK1", "LIGHT THE LAMP")], "1")
    first = tmp_path / "first"
    shutil.copytree(one, first)
    assert run(["merge", str(two), "--study", str(one)]) == 0
    assert run(["merge", str(first), "--study", str(two)]) == 0
    assert text_of(one) == text_of(two)
    assert "`codetui sources refresh 11` shows the difference" in capsys.readouterr().err
    # Somebody chooses, even without the file; the clone that merges that has the same text.
    (one / "ads/11_shore.html").unlink()
    used = text_of(one)
    assert run(["sources", "refresh", "11", "--study", str(one)]) == 0
    assert "[-" in capsys.readouterr().out
    assert run(["sources", "refresh", "11", "--text", "2", "--study", str(one)]) == 0
    assert run(["merge", str(one), "--study", str(two)]) == 0
    assert text_of(one) == text_of(two) != used
    for folder in (one, two):
        texts = FrozenTexts(folder / "sessions")
        assert texts.of("11") is not None and not texts.problems
        states = {session.coder: session.state for session in Study.open(folder).sessions()}
        assert {coder: len(state.live()) for coder, state in states.items()} == {"anna": 1, "otto": 1, "rosa": 2}
    assert run(["sources", "refresh", "11", "--text", "3", "--study", str(one)]) == 2


def test_a_coded_document_that_was_deleted_opens_from_its_frozen_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = lighthouse(tmp_path)
    before = text_of(folder)
    (folder / "ads/11_shore.html").unlink()
    study = Study.open(folder)
    assert [(entry.id, study.corpus.is_gone(entry)) for entry in study.sources] == [("12", False), ("11", True)]
    problems: list[Problem] = []
    assert [one.source.id for one in study.corpus.texts(problems)] == ["12", "11"]
    gone = [one.message for one in problems if one.severity == "warning"]
    assert gone == [
        f"ad 11: 11_shore.html is gone from {folder / 'ads'}; the codings keep the text that was coded: "
        "put the file back"
    ]
    workspace = open_workspace(study, "rosa", wanted="11")
    assert workspace.first is not None
    assert workspace.open(workspace.first).source.text == before
    workspace.release()
    code_source(study, "otto", "11", [("TASK1", "the sea")], "3")
    assert run(["export", "--study", str(folder), "--format", "csv", "-o", str(tmp_path / "out.csv")]) in (0, 1)
    assert (tmp_path / "out.csv").read_text().count("\n11,") == 4
    assert not [one for one in check_study(Study.open(folder)) if one.severity == "error"]
    # The file comes back, and is used as before; another corpus does not have the text.
    (folder / "ads/11_shore.html").write_text(PAGE.format(BEFORE))
    assert not any(map(Study.open(folder).corpus.is_gone, Study.open(folder).sources))
    (folder / "ads/11_shore.html").unlink()
    assert run(["study", "erase", "11", "--yes", "--study", str(folder)]) == 0
    assert [entry.id for entry in Study.open(folder).sources] == ["12"]
    assert "where the text is" not in capsys.readouterr().out


def test_a_damaged_frozen_text_is_reported_and_an_erased_one_is_gone(tmp_path: Path) -> None:
    folder = lighthouse(tmp_path)
    [text] = (folder / "sessions/.sources").glob("11.*.txt")
    whole = text.read_bytes()
    text.write_bytes(whole[:20])
    found = [one for one in check_study(Study.open(folder)) if one.file == str(text)]
    assert [one.severity for one in found] == ["error"] and "restore it" in found[0].message
    text.write_bytes(whole.replace(b"\n", b"\r\n"))
    assert text_of(folder).encode() == whole
    assert run(["study", "erase", "11", "--yes", "--study", str(folder)]) == 0
    assert [path.name for path in (folder / "sessions/.sources").glob("*")] == []


def test_the_difference_is_that_of_the_words() -> None:
    old = "One line.\n" * 50 + "You light the lamp.\n" + "Another line.\n" * 50
    new = old.replace("the lamp", "a  new lamp").replace("One line.\n", "One line. \n", 1)
    assert list(word_difference(old, old)) == []
    assert [line.partition("@@ ")[2] for line in word_difference(old, new)][-1].endswith(
        "You light [-the-] {+a new+} lamp."
    )

"""`Study` as used by commands, screens, scripts and notebooks."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study.exporter import export_text
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.session.sync import DocumentSync
from codetui.study.study import Study, StudyError, create_study
from testing.paths import ROOT
from testing.studies import SHORE, write_study


def coded_by(folder: Path, *coders: str) -> Study:
    """Return a study in which each of these coders has coded the first words of ad 11."""
    study = Study.open(write_study(folder))
    for coder in coders:
        with study.session("11", coder) as session:
            assert isinstance(session.execute(AssignCode(Span(0, 6), CodeId("TASK1"))), Saved)
    return study


def scripts(language: str) -> list[str]:
    """Return the scripts of the page on scripts."""
    page = (ROOT / "docs" / "scripting.md").read_text("utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_the_documented_scripts_load_a_study_into_data_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed")
    (script,) = (script for script in scripts("python") if f"import {library} " in script)
    coded_by(tmp_path / "my-study", "wil", "ada")
    monkeypatch.chdir(tmp_path)
    variables: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()) as printed:
        exec(script, variables)
    assert list(variables["codings"]["ad_id"]) == ["11", "11"]
    assert sorted(variables["codings"]["coder"]) == ["ada", "wil"]
    assert "TASK1" in printed.getvalue()


@pytest.mark.skipif(shutil.which("sh") is None, reason="there is no shell")
def test_the_documented_shell_script_codes_a_table_and_keeps_what_is_refused(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    (folder / "words.tsv").write_text("11\tthe lamp\tTASK1\n11\tastrolabe\tTOOL1\n", encoding="utf-8")
    program = folder / "codetui"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m codetui "$@"\n')
    program.chmod(0o755)
    path = os.pathsep.join((str(folder), os.environ["PATH"]))
    subprocess.run(["sh", "-c", scripts("sh")[0]], cwd=folder, env={**os.environ, "PATH": path}, check=True)
    (session,) = Study.open(folder).sessions()
    assert (session.coder, [coding.words for coding in session.state.live()]) == ("lexicon", ["the lamp"])
    assert (folder / "refused.tsv").read_text("utf-8") == "11\tastrolabe\tTOOL1\n"
    assert "does not have the words “astrolabe”" in (folder / "reasons.txt").read_text("utf-8")


def test_the_script_in_the_documentation_codes_undoes_and_exports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    create_study(Path("my-study"))
    script = scripts("python")[0]
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(script, {})
    (row,) = csv.DictReader(io.StringIO(printed.getvalue(), newline=""))
    assert (row["ad_id"], row["coder"], row["code_id"]) == ("1", "anna", "TASK1")
    assert row["words"] == "write clean, tested code"
    assert list(Path("my-study/sessions/anna").glob("*.md"))


def test_sources_are_listed_without_their_texts_and_found_with_them(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    assert [entry.id for entry in study.sources] == ["11", "12", "13"]
    assert study.source("11").text == SHORE
    with pytest.raises(StudyError, match="no ad 99"):
        study.source("99")


def test_a_session_is_on_disk_and_released_when_it_is_closed(tmp_path: Path) -> None:
    study = coded_by(tmp_path, "wil")
    (session,) = study.sessions()
    assert [coding.code for coding in session.state.live()] == ["TASK1"]
    assert list((tmp_path / "sessions" / "wil").glob("analysis_job_11*.md"))
    with study.session("11", "wil") as again:
        assert again.holder is None and len(again.state.live()) == 1


def test_the_owner_can_read_all_sessions_and_a_coder_only_their_own(tmp_path: Path) -> None:
    study = coded_by(tmp_path, "wil", "ada")
    assert {session.coder for session in study.sessions()} == {"wil", "ada"}
    assert {session.coder for session in study.sessions("ada")} == {"ada"}
    assert {session.coder for session in study.sessions(coder="wil")} == {"wil"}
    assert not list(study.sessions("ada", coder="wil"))


def test_hand_edits_are_in_the_sessions_before_they_are_imported(tmp_path: Path) -> None:
    study = coded_by(tmp_path, "wil")
    (document,) = (tmp_path / "sessions" / "wil").glob("*.md")
    text = document.read_text("utf-8")
    document.write_text(text.replace('"Keeper"', '"Keeper" (seen)'), "utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (session,) = study.sessions()
    assert [coding.note for coding in session.state.live()] == ["seen"]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("part", "words"),
    [("codebook.toml", "no codebook here"), ("ads", "no file or folder"), ("sessions", "not a folder")],
)
def test_a_missing_part_is_an_error_with_a_remedy(tmp_path: Path, part: str, words: str) -> None:
    write_study(tmp_path)
    (tmp_path / "sessions").mkdir(exist_ok=True)
    (tmp_path / part).rename(tmp_path / "elsewhere")
    if part == "sessions":
        (tmp_path / part).write_text("", "utf-8")
    with pytest.raises(StudyError, match=words):
        _ = Study.open(tmp_path).sources


def test_an_error_names_file_and_line(tmp_path: Path) -> None:
    write_study(tmp_path)
    book = tmp_path / "codebook.toml"
    book.write_text(book.read_text("utf-8") + '\n[corpus]\npath = "texts"\n', "utf-8")
    with pytest.raises(StudyError) as refused:
        _ = Study.open(tmp_path).corpus
    assert (refused.value.file, refused.value.line) == (book, book.read_text("utf-8").count("\n"))


@pytest.mark.parametrize("layout", ["csv", "jsonl"])
def test_further_columns_of_a_table_reach_the_exports(tmp_path: Path, layout: str) -> None:
    write_study(tmp_path)
    table = tmp_path / "ads.csv"
    table.write_text("id,employer,title,text,Sector,Year\n21,Acme,Builder,You build.,bank,2025\n", "utf-8")
    study = Study.open(tmp_path, corpus=table)
    assert study.source("21").attributes == {"Sector": "bank", "Year": "2025"}
    with study.session("21", "wil") as session:
        assert isinstance(session.execute(AssignCode(Span(0, 7), CodeId("TASK1"))), Saved)
    text = export_text(study, layout)
    if layout == "csv":
        (row,) = csv.DictReader(io.StringIO(text, newline=""))
        assert (row["Sector"], row["Year"], row["code_id"]) == ("bank", "2025", "TASK1")
    else:
        assert json.loads(text)["attributes"] == {"Sector": "bank", "Year": "2025"}


def test_a_document_written_between_the_readings_of_log_and_document_is_no_edit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study = coded_by(tmp_path, "wil")
    new_sync, spans = Session._new_sync, iter([Span(7, 9), Span(10, 13)])

    def with_another_program(session: Session) -> DocumentSync:
        span = next(spans, None)
        if span is not None:
            with Study.open(tmp_path).session("11", "wil") as other:
                assert isinstance(other.execute(AssignCode(span, CodeId("TASK1"))), Saved)
        return new_sync(session)

    monkeypatch.setattr(Session, "_new_sync", with_another_program)
    with study.session("11", "wil") as session:
        starts = sorted(coding.anchor.start for coding in session.state.live() if coding.anchor)
        assert starts == [0, 7, 10]
        assert {step.cause for step in session.transactions} == {"hand"}
        assert session.initial_pull is None and session.problems == []

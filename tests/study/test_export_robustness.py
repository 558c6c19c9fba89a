"""Export, status and check of damaged sessions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Source, SourceId, Span
from codetui.storage.session_files import SessionPaths
from codetui.storage.study_files import read_codebook
from codetui.study.session.session import Session
from testing.studies import write_study

TEXT = "You light the lamp at dusk."
SRC = Path(__file__).resolve().parent.parent.parent / "src"


def coded(study: Path, ad: str, employer: str) -> Session:
    book, _ = read_codebook(study / "codebook.toml")
    assert book is not None
    paths = SessionPaths(study / "sessions", "wil")
    session = Session(Source(SourceId(ad), employer, "Keeper", TEXT, ""), book, paths, "wil")
    session.execute(AssignCode(Span(0, len(TEXT)), CodeId("TASK1")))
    session.save_document()
    return session


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_study(tmp_path)


def test_sessions_with_colliding_names_are_exported_to_separate_documents(study: Path) -> None:
    coded(study, "1_a", "b")
    coded(study, "1", "a b")
    assert run(["export"]) == 0
    texts = [path.read_text("utf-8") for path in (study / "export").rglob("*.md")]
    assert sorted(text.split("\n")[0].partition("#")[2].partition("#")[2] for text in texts) == ["1 (a b)", "1_a (b)"]
    assert run(["export"]) == 0


def test_the_exactly_named_of_two_documents_is_exported_and_the_other_reported(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = coded(study, "1", "a").document_path.read_text("utf-8")
    folder = study / "sessions" / "wil"
    (folder / "events" / "1.jsonl").unlink()
    (folder / "analysis_job_1_a_copy.md").write_text(text.replace("lamp", "candle"), "utf-8")
    assert run(["export"]) == 1
    exported = "".join(path.read_text("utf-8") for path in (study / "export").rglob("*.md"))
    assert "lamp" in exported and "candle" not in exported
    assert "analysis_job_1_a_copy.md: error: this file is not read: the document of ad 1 is" in capsys.readouterr().err


def test_a_log_without_its_beginning_is_exported_and_reported(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    session = coded(study, "1", "a")
    session.execute(AssignCode(Span(0, 9), CodeId("TASK2")))
    log = study / "sessions" / "wil" / "events" / "1.jsonl"
    log.write_bytes(log.read_bytes().split(b"\n", 1)[1])
    session.document_path.unlink()
    assert run(["export", "--format", "jsonl", "-o", "rows.jsonl"]) == 1
    rows = [json.loads(line) for line in (study / "rows.jsonl").read_text("utf-8").splitlines()]
    assert [row["words"] for row in rows] == ["You light"]
    assert run(["check"]) == 1
    assert "beginning of this log is missing" in capsys.readouterr().out


def test_a_document_in_windows_1252_is_exported_with_its_letters(study: Path) -> None:
    session = coded(study, "1", "a")
    text = session.document_path.read_text("utf-8").replace("lamp", "lámp")
    session.document_path.write_bytes(text.encode("cp1252"))
    (study / "sessions" / "wil" / "events" / "1.jsonl").unlink()
    assert run(["export"]) == 0
    assert "lámp" in next((study / "export").rglob("*.md")).read_text("utf-8")


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["export", "-o", "-"]])
@pytest.mark.parametrize("locale", [{"PYTHONIOENCODING": "cp1252"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}])
def test_every_output_is_utf_8_in_any_locale(study: Path, command: list[str], locale: dict[str, str]) -> None:
    (study / "ads" / "14_x.txt").write_text("Wächter 灯台 🗼\n\nText.", encoding="utf-8")
    coded(study, "15", "Wächter 灯台 🗼")
    environ = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONUTF8": "0", **locale}
    done = subprocess.run(
        [sys.executable, "-m", "codetui", *command], cwd=study, env=environ, capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Wächter 灯台 🗼" in done.stdout.decode("utf-8")


def test_messages_are_utf_8_too(study: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "codetui", "status", "--study", "Wächter"]
    done = subprocess.run(command, cwd=study, env=environ, capture_output=True, check=False)
    assert (done.returncode, "Wächter" in done.stderr.decode("utf-8")) == (2, True)

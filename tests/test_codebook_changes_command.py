"""`codetui codebook diff`, `propose` and `migrate` as typed on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import CodeId, Source, SourceId, Span
from codetui.storage.session_files import SessionPaths
from codetui.study.session.session import Session
from testing.studies import CODEBOOK, write_study

NEW_BOOK = CODEBOOK.replace('version = "7"', 'version = "8"').replace('"TASK1"', '"T1"')


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study in which one ad is coded with the old book, with the new one prepared."""
    write_study(tmp_path)
    (tmp_path / "old.toml").write_text(CODEBOOK, encoding="utf-8")
    session = opened(tmp_path)
    session.execute(AssignCode(Span(0, 4), CodeId("TASK1")))
    session.save_document()
    (tmp_path / "codebook.toml").write_text(NEW_BOOK, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def opened(folder: Path) -> Session:
    book, _ = parse_codebook((folder / "codebook.toml").read_text("utf-8"), "")
    assert book is not None
    text = (folder / "ads" / "13_tower_works.txt").read_text("utf-8")
    return Session(
        Source(SourceId("13"), "", "Mason", text, ""), book, SessionPaths(folder / "sessions", "rosa"), "rosa"
    )


def test_a_codebook_is_compared_and_its_sessions_are_migrated(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "diff", "old.toml", "codebook.toml"]) == 0
    assert "1 code was renumbered: TASK1 to T1 “Lighting”." in capsys.readouterr().out
    assert run(["codebook", "propose", "old.toml", "codebook.toml", "-o", "rules.toml"]) == 0
    migrating = ["codebook", "migrate", "--map", "rules.toml", "--old", "old.toml"]
    assert run([*migrating, "--dry-run"]) == 0
    assert "7 → 8: 1 coding in 1 ad" in capsys.readouterr().out
    assert run(migrating) == 2
    rules = study / "rules.toml"
    rules.write_text(rules.read_text("utf-8").replace("checked = false", "checked = true"), encoding="utf-8")
    assert run(migrating) == 0
    assert [coding.code for coding in opened(study).state.live()] == ["T1"]
    assert run(["codebook", "diff", "7", "8", "--json"]) == 0


def test_a_missing_map_is_reported(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["codebook", "migrate"]) == 2
    assert "--map" in capsys.readouterr().err

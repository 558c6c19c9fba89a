"""A study that also has a folder of documents is merged by its sessions, and the folder is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.study import Study
from testing.studies import write_study

DOCUMENT = "# Manual Coding Analysis: Job Ad #11 (Shore Co.)\n"


def test_the_sessions_are_merged_and_documents_outside_them_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    for folder in (ours, theirs):
        folder.mkdir()
        write_study(folder)
    with Study.open(theirs).session("11", "wil"):
        pass
    paths = Study.open(theirs).paths_of("wil")
    (theirs / "originals").mkdir()
    (theirs / "originals" / "analysis_job_11_x.md").write_text(DOCUMENT, "utf-8")
    (paths.folder).mkdir(parents=True, exist_ok=True)
    (paths.folder / "analysis_job_11_Shore_Co.md").write_text(DOCUMENT, "utf-8")
    monkeypatch.chdir(ours)
    run(["merge", str(theirs)])
    output = capsys.readouterr()
    assert "originals: warning: these documents are not among the sessions" in output.err
    assert "originals, ad" not in output.out and not (ours / "sessions" / "originals").exists()
    assert "wil, ad 11" in output.out

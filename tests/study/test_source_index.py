"""The progress of the coder with each ad, as a worker reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.storage import fs
from testing.keys import study_with, workspace_on, write_ad


def test_the_open_ad_is_not_read_again_for_its_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in (1, 2):
        write_ad(tmp_path, "You light the lamp.", f"{number}_acme.txt")
    workspace = workspace_on(tmp_path)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    for entry in workspace.sources.entries:
        workspace.open(entry).execute(AssignCode(Span(0, 19), CodeId("TASK1"), f"n{entry.id}"))
    read: list[str] = []
    original = fs.read

    def reads(path: Path) -> bytes:
        read.append(path.name)
        return original(path)

    monkeypatch.setattr(fs, "read", reads)
    statuses = dict(workspace.sources.read_statuses())
    assert "1.jsonl" in read and "2.jsonl" not in read
    assert {ad: status.codings for ad, status in statuses.items()} == {"1": 1, "2": 1}


def test_the_list_counts_hand_edits_and_only_the_sessions_of_its_coder(tmp_path: Path) -> None:
    write_ad(tmp_path, "You light the lamp. You watch the sea.", "1_acme.txt")
    for coder in ("rosa", "otto"):
        with study_with(tmp_path).session("1", coder) as session:
            session.execute(AssignCode(Span(0, 19), CodeId("TASK1")))
    [document] = (tmp_path / "sessions" / "rosa").glob("*.md")
    text, entry = document.read_text("utf-8"), '"You light the lamp."'
    line = next(line for line in text.splitlines() if entry in line)
    added = line.replace(entry, '"You watch the sea."')
    document.write_text(text.replace(line, f"{line}\n{added}"), "utf-8")
    workspace = workspace_on(tmp_path)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    assert {ad: status.codings for ad, status in workspace.sources.read_statuses()} == {"1": 2}
    study = study_with(tmp_path)
    assert [one.coder for one in study.sessions("rosa")] == ["rosa"]
    assert [one.coder for one in study.sessions()] == ["otto", "rosa"]

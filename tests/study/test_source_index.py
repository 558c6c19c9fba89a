"""How far the coder is with each ad, as a worker reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.storage import fs
from testing.keys import workspace_on, write_ad


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

"""How far the coder is with each ad, as a worker reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study import source_index
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
    restored = source_index.restored_status

    def reads(paths: object, book: object, ad: str, *, restores: bool) -> object:
        read.append(ad)
        return restored(paths, book, ad, restores=restores)

    monkeypatch.setattr(source_index, "restored_status", reads)
    statuses = dict(workspace.sources.read_statuses())
    assert read == ["1"]
    assert {ad: status.codings for ad, status in statuses.items()} == {"1": 1, "2": 1}

"""A large source is read behind a progress bar, and cancelling that leaves the open one open."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Static

from codetui.storage.sources import corpus, documents, pdf
from codetui.storage.sources.reading import report_read
from codetui.study.workspace import Workspace
from codetui.tui.dialogs.loading import LoadingScreen
from testing.keys import press, running, until, workspace_on, write_ad
from testing.sources import pdf as written


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setattr(corpus, "LARGE", 1)
    monkeypatch.setattr(documents, "LARGE", 1)
    write_ad(tmp_path, "You light the lamp.", "1_acme.txt")
    (tmp_path / "ads/2_shore.pdf").write_bytes(written([f"Page {number}." for number in range(4)]))
    return workspace_on(tmp_path)


def test_reading_ahead_reports_its_share_and_can_be_cancelled(workspace: Workspace) -> None:
    entry = workspace.study.sources[1]
    shares: list[float] = []
    assert not workspace.read_ahead(entry, lambda share: shares.append(share) or len(shares) < 2)
    assert shares == [0.25, 0.5] and workspace.is_slow(entry)
    assert workspace.read_ahead(entry, lambda share: share > 0) and not workspace.is_slow(entry)
    Path(entry.file).unlink()
    assert workspace.read_ahead(entry, lambda share: share > 0)


async def test_a_large_source_opens_once_it_is_read_and_escape_keeps_the_open_one(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    half, goes_on = Event(), Event()

    def held_back(done: float, total: float) -> None:
        report_read(done, total)
        if done == 2:
            half.set()
            goes_on.wait(60)

    async with running(workspace, (80, 24)) as (pilot, bench):
        await until(pilot, lambda: workspace.sources.is_listed)
        # The list has read it to compare the texts.
        monkeypatch.setattr(documents, "_last", [])
        monkeypatch.setattr(pdf, "report_read", held_back)
        await press(pilot, ")")
        await until(pilot, half.is_set)
        dialog = pilot.app.screen
        assert isinstance(dialog, LoadingScreen) and "█" in str(dialog.query_one("#bar", Static).render())
        await press(pilot, "<escape>")
        goes_on.set()
        await pilot.app.workers.wait_for_complete()
        assert pilot.app.screen is bench and bench.ad.id == "1"
        assert bench.status.message[0] == "2_shore.pdf was not read; ad 1 stays open."
        await press(pilot, ")")
        await until(pilot, lambda: bench.ad.id == "2")
        assert pilot.app.screen is bench and bench.selector.text.startswith("Page 0.")

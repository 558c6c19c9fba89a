"""Keys typed before the ads are listed lead to the intended ad, and never elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot

from codetui.model import SourceId
from codetui.study.workspace import Batch, Workspace
from codetui.tui.app import CodetuiApp
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, until, workspace_on, write_ad

ADS = {"1": "You light the lamp.", "2": "You watch the sea.", "3": "You polish the mirrors."}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    for ad, text in ADS.items():
        write_ad(tmp_path, text, f"{ad}_acme.txt")
    return workspace_on(tmp_path)


@asynccontextmanager
async def not_listed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[Pilot[object], WorkbenchScreen, Event]]:
    """Open the program with its first ad; the event starts the listing."""
    comes, listing = Event(), workspace.sources.batches

    def held_back() -> Iterator[Batch]:
        comes.wait(60)
        yield from listing()

    monkeypatch.setattr(workspace.sources, "batches", held_back)
    app = CodetuiApp(workspace)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        bench = app.screen_stack[0]
        assert isinstance(bench, WorkbenchScreen)
        try:
            yield pilot, bench, comes
        finally:
            comes.set()
            await app.workers.wait_for_complete()


async def arrives(pilot: Pilot[object], comes: Event) -> None:
    """List the ads, and wait until everything that follows is done."""
    comes.set()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("key", [")", "U"])
async def test_a_move_to_another_ad_waits_for_the_list(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    async with not_listed(workspace, monkeypatch) as (pilot, bench, comes):
        await press(pilot, key)
        assert bench.ad.id == "1"
        assert "still being listed" in bench.status.message[0]
        await arrives(pilot, comes)
        assert bench.ad.id == "2"


async def test_the_end_of_the_list_is_reported_once_known(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with not_listed(workspace, monkeypatch) as (pilot, bench, comes):
        await press(pilot, "(")
        await arrives(pilot, comes)
        assert bench.ad.id == "1"
        assert "This is the first ad" in bench.status.message[0]


@pytest.mark.parametrize("key", ["<escape>", "w", "11", "?"])
async def test_another_key_cancels_the_move(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    async with not_listed(workspace, monkeypatch) as (pilot, bench, comes):
        await press(pilot, ")" + key)
        await arrives(pilot, comes)
        assert bench.ad.id == "1"


async def test_a_click_cancels_the_move(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    async with not_listed(workspace, monkeypatch) as (pilot, bench, comes):
        await press(pilot, ")")
        await pilot.click("DocumentView", offset=(14, 2))
        await arrives(pilot, comes)
        assert bench.ad.id == "1"


async def test_an_ad_with_an_unread_log_is_not_treated_as_uncoded(
    tmp_path: Path, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(workspace) as (pilot, bench):
        await press(pilot, ")11")
        assert [coding.code for coding in bench.state.live()] == ["TASK1"]
    again = workspace_on(tmp_path)
    again.begin_with(SourceId("1"))
    monkeypatch.setattr(again.sources, "read_statuses", lambda: iter(()))
    async with running(again) as (pilot, bench):
        assert bench.ad.id == "1"
        await press(pilot, "U")
        assert bench.ad.id == "3"


async def test_background_messages_appear_behind_the_refusal_of_a_key(workspace: Workspace) -> None:
    async with running(workspace) as (_, bench):
        bench.say("The coding is not saved.", "refusal")
        bench.notify_behind("The codebook was changed outside.")
        assert bench.status.message == ("The coding is not saved. · The codebook was changed outside.", "refusal")
        bench.notify_behind("The document\tcannot be read.", "error")
        bench.notify_behind("The document\tcannot be read.", "error")
        output, kind = bench.status.message
        assert kind == "error"
        assert output.endswith("changed outside. · The document cannot be read.")
        bench.say("Saved.")
        bench.notify_behind("The codebook was changed outside.")
        assert bench.status.message == ("The codebook was changed outside.", "info")


async def test_an_incomplete_list_is_reported(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off() -> Iterator[Batch]:
        raise OSError(5, "Input/output error", "ads")

    monkeypatch.setattr(workspace.sources, "batches", breaks_off)
    app = CodetuiApp(workspace)
    async with app.run_test(size=(120, 30)) as pilot:
        bench = app.screen_stack[0]
        assert isinstance(bench, WorkbenchScreen)
        await until(pilot, lambda: bench.status.message[1] == "error")
        assert "failed (listing: [Errno 5] Input/output error: 'ads')" in bench.status.message[0]

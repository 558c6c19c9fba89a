"""Garbage that has grown old goes when another ad is opened, though no key ever waits for Python's own collections."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import pytest

from codetui.tui.workbench import tidying
from codetui.tui.workbench.tidying import YOUNG
from testing.keys import press, running, workspace_on, write_ad

SOON = 0.1
"""Seconds in which what is behind a picture is done."""


class Ring:
    """Holds on to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.mark.parametrize(("keys", "is_gone"), [(")", True), ("s", False)])
async def test_what_the_ad_before_held_is_collected(tmp_path: Path, keys: str, is_gone: bool) -> None:
    write_ad(tmp_path, "You light the lamp. You watch the sea.")
    (tmp_path / "ads" / "12_other.txt").write_text("Another ad.\n")
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "s")
        await pilot.pause(SOON)
        gc.disable()
        try:
            ring = Ring()
            gc.collect()
            seen = weakref.ref(ring)
            del ring
            await press(pilot, keys)
            await pilot.pause(SOON)
            assert (seen() is None) == is_gone
        finally:
            gc.enable()
            gc.collect()


async def test_young_garbage_waits_while_the_panel_asks_for_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "PAUSE", 60.0)
    write_ad(tmp_path, "You light the lamp. You watch the sea.")
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "s")
        await pilot.pause(SOON)
        gc.disable()
        try:
            gc.collect()
            rings = [Ring() for _ in range(YOUNG)]
            seen = weakref.ref(rings[0])
            del rings
            await press(pilot, "1")
            await pilot.pause(SOON)
            assert seen() is not None
            # More of it: what a panel leaves behind is not counted upon.
            kept = [Ring() for _ in range(YOUNG)]
            await press(pilot, "1")
            await pilot.pause(SOON)
            assert seen() is None
            assert len(kept) == YOUNG
        finally:
            gc.enable()
            gc.collect()

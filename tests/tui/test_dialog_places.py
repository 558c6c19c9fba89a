"""Every dialog has its title at the same place, is as high as what it holds, and shows keys that fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.tui.dialogs.base import Frame
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, workspace_on, write_ad

OVER = ("s<enter>", "A", "11D", "i", "zh", "z")
BESIDE = ("p1", "n")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_dialogs_have_one_place_and_the_height_of_what_they_hold(tmp_path: Path, size: tuple[int, int]) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    async with running(workspace_on(tmp_path), size) as (pilot, bench):
        for keys in (*OVER, *BESIDE):
            await press(pilot, keys)
            assert not isinstance(pilot.app.screen, WorkbenchScreen), (keys, bench.status.message)
            box = pilot.app.screen.query_one(Frame)
            assert box.region.bottom <= size[1], keys
            if keys in OVER:
                assert box.region.y == 1, keys
                assert pilot.app.screen.styles.background.a > 0, keys
            else:
                assert box.region.bottom == bench.status.region.y and box.region.right == size[0], keys
                assert pilot.app.screen.styles.background.a == 0, keys
            subtitle = box.border_subtitle
            assert subtitle is not None and len(subtitle) > 0, keys
            for widget in box.walk_children():
                assert not widget.display or box.region.contains_region(widget.region) or widget.parent is not box, keys
            while not isinstance(pilot.app.screen, WorkbenchScreen):
                await press(pilot, "<escape>")


async def test_a_filter_does_not_move_the_lower_edge(tmp_path: Path) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    async with running(workspace_on(tmp_path), (140, 40)) as (pilot, _):
        for opened, typed in (("s<enter>", "peo"), ("?", "undo")):
            await press(pilot, opened)
            before = pilot.app.screen.query_one(Frame).region
            await press(pilot, typed)
            assert pilot.app.screen.query_one(Frame).region == before
            await press(pilot, "<escape>")

"""The guide of the first start, and the tutor, which leads through a whole sitting."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.formats.settings import Names
from codetui.study.settings import SettingsFiles
from codetui.study.study import Study, create_tutorial
from codetui.study.workspace import Workspace, open_workspace
from codetui.tui.app import CodetuiApp
from codetui.tui.tutor import STEPS
from codetui.tui.workbench.guide import FIRST_START, Guide
from testing.keys import press, running, workspace_on, write_ad


def settings_in(folder: Path) -> SettingsFiles:
    return SettingsFiles(Names((), ()), path=folder / "config.toml")


def tutorial(folder: Path) -> Workspace:
    create_tutorial(folder)
    return open_workspace(Study.open(folder), "you")


async def test_a_key_shows_the_first_steps_and_hides_them(tmp_path: Path) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        assert not bench.query(Guide)
        await press(pilot, "X")
        await pilot.pause()
        guide = bench.query_one(Guide)
        assert guide.region.height == 5 and guide.region.bottom == bench.status.region.y
        await press(pilot, "X")
        await pilot.pause()
        assert not bench.query(Guide)


async def test_the_first_start_on_a_study_shows_the_first_steps_and_no_later_start_does(tmp_path: Path) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    for is_first in (True, False):
        app = CodetuiApp(workspace_on(tmp_path), settings_in(tmp_path))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            assert bool(app.screen.query(Guide)) is is_first
            await press(pilot, "sX" if is_first else "s")
            assert not app.screen.query(Guide)
            await press(pilot, "<ctrl+q>")


def test_the_first_steps_are_three_lines() -> None:
    assert FIRST_START[0].text.count("\n") == 2


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_the_tutor_advances_with_each_step_that_is_done(tmp_path: Path, size: tuple[int, int]) -> None:
    app = CodetuiApp(tutorial(tmp_path), settings_in(tmp_path), is_tutorial=True)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        bench, guide = app.screen, app.screen.query_one(Guide)
        select = "s" * 3
        await press(pilot, select)
        assert "Bake rye bread" in bench.ad.text[slice(*bench.selector.selection.span)]
        assert guide.place == 1
        await press(pilot, "11")
        assert guide.place == 2
        await press(pilot, "u")
        assert guide.place == 3
        await press(pilot, "<ctrl+r>")
        assert guide.place == 4
        await press(pilot, "f")
        labels = dict(bench.selector.shown_labels)
        await press(pilot, labels[bench.ad.text.index("Weigh")])
        labels = dict(bench.selector.shown_labels)
        await press(pilot, labels[bench.ad.text.index("flour")])
        assert guide.place == 5
        await press(pilot, ".")
        assert guide.place == 6
        await press(pilot, "x")
        assert guide.place == 7
        await press(pilot, "/You like<enter>s<lt>21".replace("<lt>", ">"))
        assert guide.place == 8
        await press(pilot, "nwhy<enter>")
        assert guide.place == 9
        await press(pilot, "t")
        assert guide.place == 10
        await press(pilot, "t")
        assert guide.place == 11
        await press(pilot, "p1")
        await press(pilot, "Bread is what it is about.<ctrl+s>")
        assert guide.place == 12
        await press(pilot, "d")
        assert guide.place == len(STEPS) - 1

"""Figures on the screen: views, groups, columns, whose codings count, and the quotations behind a row."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static

from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.dialogs.find import FindScreen
from codetui.tui.dialogs.numbers import NumbersScreen
from codetui.tui.widgets.rows import PlainRows
from testing.coders import code_source
from testing.keys import press, running, until
from testing.studies import write_study

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea until dawn."


def coded(folder: Path) -> Study:
    """Write a study that rosa, otto and a model have coded; rosa has begun 13."""
    study = Study.open(write_study(folder))
    code_source(study, "rosa", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TASK2", "You polish the mirrors")], "1")
    code_source(study, "rosa", "13", [("TASK2", "one stone")], "2", is_done=False)
    code_source(study, "otto", "12", [("TOOL1", "sacks")], "2")
    code_source(study, "model:alpha", "13", [("TASK1", "stone")], "1")
    return study


async def test_views_groups_coders_and_the_quotations_behind_a_row(tmp_path: Path) -> None:
    async with running(open_workspace(coded(tmp_path), "rosa")) as (pilot, bench):

        def shown() -> tuple[str, list[str]]:
            screen = pilot.app.screen
            rows = screen.query_one(PlainRows)
            lines = ["".join(part.text for part in rows.row(at, 76).left) for at in range(rows.row_count())]
            return f"{screen.title} {screen.query_one('#numbers-heading', Static).render()}", lines

        def has(*parts: str) -> bool:
            if not isinstance(pilot.app.screen, NumbersScreen):
                return False
            text = " ".join(" ".join((shown()[0], *shown()[1])).split())
            return all(part in text for part in parts)

        await press(pilot, "zn")
        await until(pilot, lambda: has("yours · 1 ad done", "TASK1 Lighting 1 100.0 1"))
        await press(pilot, "b")
        await until(pilot, lambda: has("2 ads begun", "TASK2 Watching 2 100.0 3"))
        await press(pilot, "b")
        await until(pilot, lambda: has("1 ad done"))
        await press(pilot, "w")
        await until(pilot, lambda: has("all people · 2 ads done", "TOOL1 Instruments 1 50.0"))
        await press(pilot, "w")
        await until(pilot, lambda: has("all people and models · 3 ads done"))
        await press(pilot, "<tab>")
        assert has("Codes by profile", "all ads")
        await press(pilot, "g")
        assert has("Codes by coder", "rosa", "otto", "model:alpha")
        await press(pilot, "<tab>")
        assert has("Codes together in the same ad", "TASK1 TASK2")
        await press(pilot, "g<tab>")
        assert has("Saturation", "TASK1, TASK2")
        await press(pilot, "<tab>")
        assert has("Profiles", "Keeper")
        await press(pilot, "<tab><down><enter>")
        await until(pilot, lambda: isinstance(pilot.app.screen, FindScreen))
        assert bench.finding is not None
        assert bench.finding.state.query == 'code:"TASK2"'


async def test_without_anything_done_the_screen_says_so(tmp_path: Path) -> None:
    async with running(open_workspace(Study.open(write_study(tmp_path)), "rosa")) as (pilot, _bench):
        await press(pilot, "zn")
        await until(pilot, lambda: isinstance(pilot.app.screen, NumbersScreen))
        rows = pilot.app.screen.query_one(PlainRows)
        assert "No ad of yours is done yet." in rows.row(0, 76).left[0].text
        await press(pilot, "<enter>")
        assert "no quotations" in str(pilot.app.screen.query_one(".frame").border_subtitle)

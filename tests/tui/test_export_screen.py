"""Exporting from the screen: a format, a place, and what was written there."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input, Static

from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.dialogs.confirm import ChoiceDialog, FolderDialog
from testing.coders import code_source
from testing.keys import press, running, until
from testing.studies import write_study


async def test_an_export_says_what_it_wrote_and_overwrites_only_when_told(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    code_source(study, "rosa", "11", [("TASK1", "You light the lamp at dusk.")], "1")
    place = tmp_path / "codings.csv"
    place.write_text("mine", "utf-8")
    async with running(open_workspace(study, "rosa")) as (pilot, bench):
        await press(pilot, "zw")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "c")
        assert isinstance(pilot.app.screen, FolderDialog)
        field = pilot.app.screen.query_one(Input)
        assert field.value == str(place)
        # Among the ads nothing is written, and the reason is shown beside the place.
        field.value = str(tmp_path / "ads" / "all.csv")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, FolderDialog) and pilot.app.screen.query("#refusal"))
        assert "is among the ads" in str(pilot.app.screen.query_one("#refusal", Static).render())
        pilot.app.screen.query_one(Input).value = str(place)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await pilot.press("escape")
        assert place.read_text("utf-8") == "mine" and not (tmp_path / "ads" / "all.csv").exists()
        await press(pilot, "zw")
        await press(pilot, "c")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await press(pilot, "o")
        await until(pilot, lambda: f"1 coding written to {place}" in bench.status.message[0])
    assert "TASK1" in place.read_text("utf-8")

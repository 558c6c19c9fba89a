"""The screen uses the codebook's word for a source."""

import re
from dataclasses import replace
from pathlib import Path

from codetui.model import Words
from codetui.tui.dialogs.help import HelpRows
from codetui.tui.dialogs.source_list import AdListScreen
from codetui.tui.dialogs.text import SourceDialog
from testing.keys import BOOK, press, running, status_rows, workspace_on, write_ad

INTERVIEWS = replace(BOOK, words=Words(source="interview", sources="interviews"))
AD = re.compile(r"\b[Aa]ds?\b")


async def test_messages_and_dialogs_use_the_words_of_the_codebook(tmp_path: Path) -> None:
    write_ad(tmp_path, "You count the sacks. You sing.")
    async with running(workspace_on(tmp_path, INTERVIEWS)) as (pilot, bench):
        assert "interview 1 of 1" in status_rows(bench.status)
        await press(pilot, "E")
        assert isinstance(pilot.app.screen, SourceDialog)
        assert str(pilot.app.screen.query_one(".frame").border_title) == "Interview #1"
        await press(pilot, "<escape>)")
        assert bench.status.message[0] == "This is the last interview to code. a shows the list."
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AdListScreen)
        assert str(pilot.app.screen.query("#ads-query Static").first().render()).strip() == "Interviews"


async def test_the_help_uses_the_words_of_the_codebook(tmp_path: Path) -> None:
    write_ad(tmp_path, "You count the sacks.")
    async with running(workspace_on(tmp_path, INTERVIEWS)) as (pilot, _):
        await press(pilot, "?")
        rows = pilot.app.screen.query_one(HelpRows)
        shown = "\n".join(part.text for at in range(rows.row_count()) for part in rows.row(at, 80).left)
        assert "Go to the next interview" in shown and not AD.search(shown)

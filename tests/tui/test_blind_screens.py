"""A blind coder finds no trace of what others made, on any screen and in the plain mode."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codetui.plain.lines import Conversation
from codetui.plain.loop import run as plain_mode
from codetui.study.desk import Desk
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.actions import ACTIONS
from codetui.tui.app import CodetuiApp
from testing.blind import traces, write_blind_study

LEFT_OUT = ("Selecting by steps", "Edges of the selection", "Moving", "In dialogs")
"""Groups whose actions move in the text or belong to dialogs."""

LEFT_OUT_ACTIONS = {"quit", *(f"section.{number}" for number in range(3, 10))}

OF_THE_STUDY = (
    "proposals",
    "history",
    "memos",
    "find",
    "find_code",
    "agreement",
    "numbers",
    "adjudication",
    "problems",
    "define",
    "ads",
)
"""The actions that show what is in the study; the quick variant tries these alone."""

OPENED = (["enter"], ["down", "enter"], ["tab"])
"""Keys that are tried in each dialog, one after the other."""

PLAIN = ["agree", "agree bram", "find TASK2", "find all item3", "adjudicate anna bram", "adjudicate bram", "sources"]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Return a study of which anna is the blind reader."""
    monkeypatch.setenv("CODETUI_CODER", "lead")
    write_blind_study(tmp_path)
    study = Study.open(tmp_path)
    study.reader = "anna"
    return study


def shown(pilot: Pilot[None]) -> str:
    """Return the rows of the screen."""
    rows: dict[float, str] = {}
    for y, piece in re.findall(r'<text[^>]*y="([\d.]+)"[^>]*>([^<]*)</text>', pilot.app.export_screenshot()):
        rows[float(y)] = rows.get(float(y), "") + html.unescape(piece).replace("\xa0", " ")
    return "\n".join(text for _, text in sorted(rows.items()))


@pytest.mark.parametrize("is_whole", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["study", "all"])
async def test_a_blind_coder_finds_no_trace_of_others_on_any_screen(study: Study, *, is_whole: bool) -> None:
    actions = [one for one in ACTIONS if one.group not in LEFT_OUT and one.id not in LEFT_OUT_ACTIONS]
    if not is_whole:
        actions = [one for one in actions if one.id in OF_THE_STUDY]
        assert len(actions) == len(OF_THE_STUDY)
    app = CodetuiApp(open_workspace(study, "anna", wanted=study.samples.queue("anna")[0]))
    found: list[str] = []
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        for action in actions:
            for keys in (action.keys[0].split(), *OPENED[: None if is_whole else 1]):
                if keys not in OPENED or app.screen is not app.screen_stack[0]:
                    await pilot.press(*keys)
                    await pilot.pause()
                    await app.workers.wait_for_complete()
                    found += [f"{action.id}: {one.strip()}" for one in traces(shown(pilot))]
            while app.screen is not app.screen_stack[0]:
                await pilot.press("escape")
                await pilot.pause()
            await pilot.press("escape")
    assert not found, "\n".join(found)


def test_a_blind_coder_hears_no_trace_of_others_in_the_plain_mode(
    study: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = iter([*(f"{line}\n" for line in PLAIN), "quit\n"])
    plain_mode(Desk.at(study, "anna"), Conversation(lambda: next(typed, "")))
    heard = capsys.readouterr().out
    assert "bram" in heard and not traces(heard), "\n".join(traces(heard))

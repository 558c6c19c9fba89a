"""Finding in all ads on the screen: results while typing, opening and coming back, acting on marked findings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codetui.core.session.commands import AssignCode
from codetui.formats.samples import Sample, render_sample
from codetui.model import CodeId, Span
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from codetui.tui.app import CodetuiApp
from codetui.tui.bench import UNSEEN
from codetui.tui.dialogs.confirm import DryRunDialog
from codetui.tui.dialogs.find import FindScreen, FindState, HitDialog
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press
from testing.studies import ADS, write_study

CODER = "rosa"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in which rosa coded two ads, and otto one."""
    folder = write_study(tmp_path)
    code(folder, "11", "light the lamp", "TASK1", CODER)
    code(folder, "12", "count the sacks", "TASK2", CODER)
    code(folder, "12", "ships come in", "TASK2", CODER)
    code(folder, "13", "one stone", "TASK2", "otto")
    return folder


def code(folder: Path, ad: str, words: str, code_id: str, coder: str) -> None:
    """Assign a code to words of an ad."""
    text = next(text for name, text in ADS.items() if name.startswith(ad))
    at = text.index(words)
    with Study.open(folder).session(ad, coder) as session:
        session.execute(AssignCode(Span(at, at + len(words)), CodeId(code_id)))


def codings(folder: Path, ad: str) -> list[tuple[str, str, str]]:
    """Return rosa's codings of an ad on disk: code, words, note."""
    with Study.open(folder).session(ad, CODER) as session:
        return [(one.code, one.words, one.note) for one in session.state.live()]


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Pilot[object], WorkbenchScreen]]:
    workspace: Workspace = open_workspace(Study.open(folder), CODER)
    app = CodetuiApp(workspace)
    async with app.run_test(size=(110, 30)) as pilot:
        await idle(pilot)
        bench = app.screen_stack[0]
        assert isinstance(bench, WorkbenchScreen)
        yield pilot, bench
        await app.workers.wait_for_complete()
    workspace.release()


async def idle(pilot: Pilot[object]) -> None:
    await asyncio.wait_for(pilot.app.workers.wait_for_complete(), 20)
    await pilot.pause()


async def typed(pilot: Pilot[object], keys: str) -> None:
    """Press keys, and wait for the search that follows."""
    await press(pilot, keys)
    await idle(pilot)


def found(bench: WorkbenchScreen) -> FindState:
    assert bench.finding is not None
    return bench.finding.state


def words(bench: WorkbenchScreen) -> list[tuple[str, str]]:
    return [(one.source, one.words) for one in found(bench).findings]


async def test_results_follow_the_query_while_it_is_typed(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>sea")
        assert words(bench) == [("11", "sea")]
        await typed(pilot, " OR ships")
        assert words(bench) == [("11", "sea"), ("12", "ships")]
        await typed(pilot, " (")
        state = found(bench)
        assert state.error is not None
        assert (state.error.column, state.findings) == (15, [])


async def test_only_own_quotations_are_found(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK2")
        assert words(bench) == [("12", "ships come in"), ("12", "count the sacks")]


async def test_enter_opens_the_ad_at_the_quotation_and_the_list_is_found_as_it_was_left(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK*<down><down><enter>")
        assert bench.ad.id == "12"
        assert bench.ad.text[slice(*bench.selector.quotation)] == "count the sacks"
        assert bench.coding_here() is not None
        await press(pilot, "<shift+f3>")
        assert bench.ad.text[slice(*bench.selector.quotation)] == "ships come in"
        await press(pilot, "<shift+f3>")
        assert bench.ad.id == "11"
        await typed(pilot, "<f3><ctrl+f>")
        screen = pilot.app.screen
        assert isinstance(screen, FindScreen)
        assert (found(bench).query, found(bench).cursor) == ("code:TASK*", 1)
        await press(pilot, "<escape>")


async def test_a_coding_that_was_just_made_is_found(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK1<escape>")
        await press(pilot, "s12")
        await typed(pilot, "<ctrl+f>")
        assert len(words(bench)) == 1
        await typed(pilot, "/code:TASK*")
        assert len(words(bench)) == 4


async def test_marked_quotations_are_recoded_as_one_step(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK2<tab><space><space>r")
        await typed(pilot, "TASK1<enter>")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog)
        assert dialog.preview.startswith("2 changes in 1 ad")
        assert [code for code, _, _ in codings(study, "12")] == ["TASK2", "TASK2"]
        await asyncio.sleep(UNSEEN)
        await typed(pilot, "<enter>")
        assert isinstance(pilot.app.screen, FindScreen)
        assert "Recode 2 quotations to TASK1" in found(bench).notice
        assert words(bench) == []
        await press(pilot, "<escape>")
        assert [code for code, _, _ in codings(study, "12")] == ["TASK1", "TASK1"]
        await typed(pilot, "u")
        assert bench.ad.id == "11"
        assert [code for code, _, _ in codings(study, "12")] == ["TASK2", "TASK2"]
        await typed(pilot, "<ctrl+f>")
        assert len(words(bench)) == 2
        await press(pilot, "<escape>")


async def test_a_note_is_written_on_the_quotation_under_the_cursor(study: Path) -> None:
    async with opened(study) as (pilot, _):
        await typed(pilot, "<ctrl+f>code:TASK2<tab>nask Ann<enter>")
        await asyncio.sleep(UNSEEN)
        await typed(pilot, "<enter><escape>")
    assert [note for _, _, note in codings(study, "12")] == ["", "ask Ann"]


async def test_quotations_become_examples_and_can_be_removed(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK2<tab><ctrl+a>e")
        assert bench.index.codes[CodeId("TASK2")].examples == ("ships come in", "count the sacks")
        await typed(pilot, "x")
        await asyncio.sleep(UNSEEN)
        await typed(pilot, "<enter><escape>")
    assert codings(study, "12") == []


async def test_a_question_that_is_cancelled_changes_nothing(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK2<tab><ctrl+a>x")
        await typed(pilot, "<escape>")
        assert isinstance(pilot.app.screen, FindScreen)
        assert len(words(bench)) == 2
        await press(pilot, "<escape>")
    assert len(codings(study, "12")) == 2


async def test_words_that_were_found_are_coded_one_by_one(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>you<tab>c")
        await typed(pilot, "TOOL1<enter>")
        dialog = pilot.app.screen
        assert isinstance(dialog, HitDialog)
        await press(pilot, "y")
        assert pilot.app.screen is dialog, "a key typed ahead answers nothing"
        for key in "yny":
            await asyncio.sleep(UNSEEN)
            await press(pilot, key)
        await asyncio.sleep(UNSEEN)
        await typed(pilot, "<escape>")
        assert "2 passages coded TOOL1" in found(bench).notice
        await press(pilot, "<escape>")
        tools = [one.anchor.start for one in bench.state.live() if one.code == "TOOL1" and one.anchor]
        assert len(tools) == 2


async def test_passages_are_coded_as_one_step_except_in_ads_that_are_coded_blind(study: Path) -> None:
    (study / "samples").mkdir()
    blind = Sample(name="b", seed=1, coders=(CODER, "otto"), sources={"13": (CODER, "otto")})
    (study / "samples" / "b.toml").write_text(render_sample(blind), "utf-8")
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>you OR stone<tab><ctrl+a>C")
        await typed(pilot, "TOOL1<enter>")
        asked = []
        while isinstance(dialog := pilot.app.screen, HitDialog):
            asked.append(str(dialog.title).partition(" ")[0])
            assert not any(one.code == "TOOL1" for one in bench.state.live())
            await asyncio.sleep(UNSEEN)
            await typed(pilot, "n" if asked[1:] else "y")
        assert len(asked) == 6 and {one.source for one in found(bench).findings} == {"11", "12", "13"}
        assert "1 passage coded TOOL1: Instruments; left out: 1 ad to be coded blind" in found(bench).notice
        await typed(pilot, ".")
        for key in "yyyyyy":
            await asyncio.sleep(UNSEEN)
            await typed(pilot, key)
        assert "5 passages coded TOOL1: Instruments (1 not: " in found(bench).notice
        await press(pilot, "<escape>u")
        assert sum(one[0] == "TOOL1" for ad in ("11", "12") for one in codings(study, ad)) == 5
        assert codings(study, "13") == []


async def test_findings_are_sorted_by_ad_code_and_time(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, "<ctrl+f>code:TASK*<tab>")
        assert [one.words for one in found(bench).findings] == ["light the lamp", "ships come in", "count the sacks"]
        await press(pilot, "<ctrl+t><ctrl+t>")
        assert [one.words for one in found(bench).findings] == ["ships come in", "count the sacks", "light the lamp"]
        await press(pilot, "<escape>")


async def test_the_definition_leads_to_all_quotations_of_its_code(study: Path) -> None:
    async with opened(study) as (pilot, bench):
        await typed(pilot, ")")
        coding = bench.state.live()[0]
        assert coding.anchor is not None
        bench.select(Span(coding.anchor.start, coding.anchor.end))
        await typed(pilot, "i<ctrl+f>")
        assert isinstance(pilot.app.screen, FindScreen)
        assert words(bench) == [("12", "ships come in"), ("12", "count the sacks")]
        await press(pilot, "<escape>")

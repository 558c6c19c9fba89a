"""Refactoring the codebook in the workbench, with all codings: keys, screens and messages."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from test_codebook_editing_screen import (
    LAMP,
    MIRRORS,
    coded_before,
    codes_in,
    defined,
    message_of,
    on_words,
    opened,
    other_ads_wait,
    rows,
)
from textual.pilot import Pilot
from textual.widgets import TextArea

from codetui.model import CodeId, Span
from codetui.tui.bench import UNSEEN
from codetui.tui.dialogs.code_forms import CodeForm, ProfileForm
from codetui.tui.dialogs.code_search import CodesDialog
from codetui.tui.dialogs.confirm import ChoiceDialog, DryRunDialog
from codetui.tui.widgets.codebook_tree import CodeNode
from codetui.tui.widgets.rows import PlainRows
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, status_rows, until
from testing.studies import CODEBOOK, SHORE
from testing.terminal import Terminal, codetui_command, environment


async def until_done(pilot: Pilot[object]) -> None:
    await asyncio.wait_for(pilot.app.workers.wait_for_complete(), 20)
    await pilot.pause()


async def confirmed(pilot: Pilot[object], keys: str) -> str:
    """Press the keys that lead to the question, confirm it, and return the counts."""
    await press(pilot, keys)
    await until_done(pilot)
    modal = pilot.app.screen
    assert isinstance(modal, DryRunDialog) and modal.stage == "asking", modal
    counted = modal.preview
    await asyncio.sleep(UNSEEN)
    await press(pilot, "<enter>")
    await until_done(pilot)
    return counted


async def move_to(pilot: Pilot[object], bench: WorkbenchScreen, code: str) -> None:
    await press(pilot, "t<home>")
    while bench.outline.current != CodeNode(CodeId(code)):
        await press(pilot, "<down>")


def assigned_codes(bench: WorkbenchScreen) -> list[str]:
    return [coding.code for coding in bench.state.live()]


# --- one code changes -----------------------------------------------------------------------------------


async def test_a_code_is_renamed_after_a_preview(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    coded_before(tmp_path, "13", "one stone", "TASK1", coder="otto")
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11")
        await move_to(pilot, bench, "TASK1")
        counted = await confirmed(pilot, "Tn<home>X<ctrl+s>")
        assert counted.startswith("3 codings in 3 ads of 2 coders")
        assert pilot.app.screen is bench and "3 codings in 3 ads of 2 coders" in message_of(bench)
        assert assigned_codes(bench) == ["XTASK1"] and codes_in(tmp_path)["XTASK1"].name == "Lighting"
        assert any("XTASK1: Lighting" in row for row in rows(bench.outline))
        await press(pilot, "t")
        await press(pilot, "u")
        await until_done(pilot)
        assert assigned_codes(bench) == ["TASK1"] and "XTASK1" not in codes_in(tmp_path)


async def test_cancelling_the_question_changes_nothing(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11Tr")
        await until_done(pilot)
        assert isinstance(pilot.app.screen, DryRunDialog)
        await press(pilot, "<escape>")
        assert pilot.app.screen is bench
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK


async def test_a_code_is_merged_moved_retired_and_reinstated(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11")
        assert await confirmed(pilot, "Tmwatch<enter>") == "1 coding in 1 ad\nTASK1 → TASK2 1 coding in 1 ad"
        assert assigned_codes(bench) == ["TASK2"] and codes_in(tmp_path)["TASK1"].is_retired
        await confirmed(pilot, "Tv<enter>")
        assert codes_in(tmp_path)["TASK2"].section == "tools"
        await confirmed(pilot, "Tr")
        assert codes_in(tmp_path)["TASK2"].is_retired and assigned_codes(bench) == ["TASK2"]
        await confirmed(pilot, "Tr")
        assert not codes_in(tmp_path)["TASK2"].is_retired


async def test_without_a_code_under_the_cursor_one_is_picked(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, _):
        await press(pilot, "T")
        assert isinstance(pilot.app.screen, CodesDialog)
        await press(pilot, "watch<enter>")
        assert isinstance(pilot.app.screen, ChoiceDialog)


async def test_rules_in_a_file_are_applied_from_the_workbench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11")
        (tmp_path / "map.toml").write_text('checked = false\n[codes]\nTASK1 = "TASK2"\n', "utf-8")
        await press(pilot, "Tf<enter>")
        await until_done(pilot)
        modal = pilot.app.screen
        assert isinstance(modal, DryRunDialog) and modal.stage == "done"
        await press(pilot, "<escape>")
        (tmp_path / "map.toml").write_text('[codes]\nTASK1 = "TASK2"\n', "utf-8")
        assert "1 coding in 1 ad" in await confirmed(pilot, "Tf<enter>")
        assert assigned_codes(bench) == ["TASK2"]


# --- what waits -----------------------------------------------------------------------------------------


async def test_split_codings_are_decided_one_by_one_even_in_other_ads(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    coded_before(tmp_path, "12", "which ships", "TASK1")
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11")
        await press(pilot, "Ts<down><enter><ctrl+n>Polishing<ctrl+s>")
        await confirmed(pilot, "<ctrl+s>")
        await press(pilot, "Q")
        assert message_of(bench).startswith("1 of 1 here, 2 in 1 other ad · code TASK1 was split")
        assert [row[:8] for row in rows(bench.panel.query_one(PlainRows))] == ["1 TASK2:", "2 TASK3:"]
        assert "12 TASK2:" in defined(pilot)
        await press(pilot, "2")
        assert bench.ad.id == "12" and message_of(bench).startswith("1 of 2 · code TASK1 was split")
        await press(pilot, "1<escape>")
        assert assigned_codes(bench) == ["TASK2", "TASK1"] or assigned_codes(bench) == ["TASK1", "TASK2"]
        assert message_of(bench).startswith("Nothing was changed. r assign another code")
        await press(pilot, "x")
        assert assigned_codes(bench) == ["TASK2"] and message_of(bench) == "Every coding has a code of the codebook."
        await press(pilot, "(")
        assert assigned_codes(bench) == ["TASK3"]


async def test_pending_codings_have_their_earlier_name_and_section_in_the_tree(tmp_path: Path) -> None:
    coded_before(tmp_path, "11", MIRRORS, "TASK1")
    coded_before(tmp_path, "11", "barometer", "TOOL1")
    later = CODEBOOK.replace('"TASK1"', '"TASK9"').replace("TOOL1", "TOOL9").replace("Lighting", "Ringing the bell")
    (tmp_path / "codebook.toml").write_text(later.replace("Instruments", "Bells"), "utf-8")
    async with on_words(tmp_path) as (pilot, bench):
        tree = [" ".join(row.split()) for row in rows(bench.outline)]
        assert tree[tree.index("▾ not in the codebook2") + 1 :] == [
            "▾ TASK1: Lighting Job Task Analysis1",
            f"“{MIRRORS}”",
            "▾ TOOL1: Instruments Technology & Tool Analysis1",
            "“barometer”",
        ]
        assert "? TASK1: Lighting" in status_rows(bench.status)
        await press(pilot, "x")
        assert not any("TASK1" in row for row in rows(bench.outline))
        await press(pilot, "u")
        assert any("TASK1: Lighting" in row for row in rows(bench.outline))


async def test_codes_removed_by_an_outside_edit_keep_their_name_in_the_tree(tmp_path: Path) -> None:
    coded_before(tmp_path, "11", MIRRORS, "TASK1")
    async with on_words(tmp_path) as (pilot, bench):
        assert any("TASK1: Lighting" in row for row in rows(bench.outline))
        later = CODEBOOK.replace('"TASK1"', '"TASK9"').replace("Lighting", "Ringing the bell")
        (tmp_path / "codebook.toml").write_text(later, "utf-8")
        await until(pilot, lambda: "not in the codebook1" in [row.strip(" ▾") for row in rows(bench.outline)])
        assert any("TASK1: Lighting  Job Task Analysis" in row for row in rows(bench.outline))


async def test_pending_codings_in_another_ad_are_reported_once_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded_before(tmp_path, "13", "one stone", "TASK1")
    (tmp_path / "codebook.toml").write_text(CODEBOOK.replace('"TASK1"', '"TASK0"'), "utf-8")
    async with on_words(tmp_path) as (pilot, bench):
        go_on = other_ads_wait(tmp_path, bench, monkeypatch)
        await press(pilot, "Q")
        assert "still being read: press Q again." in message_of(bench) and bench.ad.id == "11"
        go_on.set()
        await until_done(pilot)
        assert message_of(bench) == "1 in 1 other ad: Q goes there." and bench.ad.id == "11"
        await press(pilot, "Q")
        assert bench.ad.id == "13" and message_of(bench).startswith("1 of 1 · code TASK1 is not in the codebook")


async def test_the_first_key_opens_pending_codings_in_another_ad(tmp_path: Path) -> None:
    coded_before(tmp_path, "13", "one stone", "TASK1")
    (tmp_path / "codebook.toml").write_text(CODEBOOK.replace('"TASK1"', '"TASK0"'), "utf-8")
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "Q")
        assert bench.ad.id == "13" and message_of(bench).startswith("1 of 1 · code TASK1 is not in the codebook")


# --- other texts ------------------------------------------------------------------------------------------


async def test_all_texts_of_a_code_can_be_written(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11De")
        form = pilot.app.screen
        assert isinstance(form, CodeForm)
        for name, text in (("include", "Torches."), ("exclude", "The sun."), ("examples", "one lamp\n two  lamps\n")):
            form.query_one(f"#{name}", TextArea).text = text
        await press(pilot, "<ctrl+s>")
        assert pilot.app.screen is bench
        code = codes_in(tmp_path)["TASK1"]
        assert (code.definition, code.include, code.exclude) == ("Lighting lamps.e", "Torches.", "The sun.")
        assert code.examples == ("one lamp", "two lamps")
        await press(pilot, "D<ctrl+s>")
        lines = (tmp_path / "codebook.toml").read_text("utf-8").splitlines()
        assert [line for line in CODEBOOK.splitlines() if line not in lines] == ['definition = "Lighting lamps."']


async def test_the_texts_of_a_profile_can_be_written(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "pD More.")
        form = pilot.app.screen
        assert isinstance(form, ProfileForm)
        form.query_one("#responsibilities", TextArea).text = "Oil\nGlass"
        await press(pilot, "<ctrl+s>")
        assert pilot.app.screen is bench and "Keeper was changed" in message_of(bench)
        profile = bench.index.book.profiles[0]
        assert (profile.definition, profile.responsibilities) == ("Keeps the light. More.", ("Oil", "Glass"))
        assert not bench.state.profile


# --- the codebook edited outside --------------------------------------------------------------------------


async def test_a_codebook_edited_outside_is_shown_automatically(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        (tmp_path / "codebook.toml").write_text(CODEBOOK.replace('"Lighting"', '"Lamps"'), "utf-8")
        await until(pilot, lambda: "is reloaded" in message_of(bench))
        await until_done(pilot)
        assert any("TASK1: Lamps" in row for row in rows(bench.outline))
        (tmp_path / "codebook.toml").write_text("[[code", "utf-8")
        await until(pilot, lambda: "codebook.toml:1: error" in message_of(bench))
        await press(pilot, "11")
        assert assigned_codes(bench) == ["TASK1"]


async def test_a_renamed_code_is_shown_in_the_version_used_for_coding(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11")
        await confirmed(pilot, "Tn<home>X<ctrl+s>")
        await press(pilot, "D New.<ctrl+s>i")
        assert assigned_codes(bench) == ["XTASK1"]
        text = defined(pilot)
        assert text.index("New.") < text.index("EARLIER VERSION, when this was coded") < text.rindex("Lighting lamps.")


async def test_an_enter_typed_ahead_confirms_nothing(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, _):
        await press(pilot, "11Tr")
        await until_done(pilot)
        await press(pilot, "<enter><enter>")
        await until_done(pilot)
        assert isinstance(pilot.app.screen, DryRunDialog) and pilot.app.screen.stage == "asking"
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK


# --- typed ahead ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("burst", ["Ts\x1b[B\r\x1b[B\r\x13", "Tm\r\r\r\r", "TnX\x13\r\r"])
def test_keys_typed_ahead_of_questions_confirm_nothing(tmp_path: Path, burst: str) -> None:
    opened(tmp_path)
    command = codetui_command("ads", "--ad", "11", "--coder", "rosa")
    with Terminal(command, tmp_path, environment(tmp_path), columns=100, rows=30) as terminal:
        terminal.wait_for("You light the lamp")
        terminal.type("s11")
        terminal.wait_for("TASK1: Lighting ←")
        terminal.type(burst)
        terminal.wait_for("1 coding in 1 ad")
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK
        terminal.type("\x1b")
        terminal.wait_until(lambda: "esc: leave" not in terminal.text, "the question is closed")
        terminal.type("\x11")
        assert terminal.wait_for_end() == 0


async def test_the_question_is_shown_over_any_ad(tmp_path: Path) -> None:
    async with running(opened(tmp_path), size=(80, 24)) as (pilot, bench):
        start = SHORE.index(MIRRORS)
        bench.select(Span(start, start + len(MIRRORS)))
        await press(pilot, "11D")
        fields = pilot.app.screen.query(TextArea)
        assert len(fields) == 4 and all(field.size.height >= 2 for field in fields)
        await press(pilot, "<escape>Tr")
        await until_done(pilot)
        assert pilot.app.screen.query_one("#preview").size.height >= 2


async def test_a_retired_code_without_codings_can_be_picked_and_reinstated(tmp_path: Path) -> None:
    book = CODEBOOK.replace('definition = "Looking out."', 'definition = "Looking out."\nretired = true')
    async with on_words(tmp_path, codebook=book) as (pilot, _):
        await press(pilot, "Twatch")
        assert rows(pilot.app.screen.query_one(PlainRows))[0].startswith("12  TASK2: Watching (retired)")
        await confirmed(pilot, "<enter>r")
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK

"""The screen survives bursts of keys, hostile texts and a failing disk."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from codetui.core.selection.selection import Selection
from codetui.core.session.commands import AssignProfile, NoteCoding
from codetui.storage import fs
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.dialogs.source import PickedProfile, ProfilePicker
from codetui.tui.dialogs.source_list import AdListScreen
from codetui.tui.palette import Palette
from codetui.tui.workbench.view_model import heading
from testing.keys import keys_of, press, running, workspace_on, write_ad
from testing.studies import write_study

AD = "You build pipelines in Python. You like people."


@pytest.mark.parametrize(
    ("opening", "screen", "burst"),
    [
        ("p", ProfilePicker, ["1", "2", "0", "enter", "escape", "escape"]),
        ("a", AdListScreen, ["enter", "enter", "escape", "escape"]),
        ("<ctrl+p>", Palette, ["pagedown", "pageup", "escape", "escape", "pagedown"]),
    ],
)
async def test_a_second_answer_in_one_burst_leaves_the_workbench_open(
    tmp_path: Path, opening: str, screen: type, burst: list[str]
) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, opening)
        modal = pilot.app.screen
        assert isinstance(modal, screen)
        for key in burst:
            pilot.app.simulate_key(key)
        await pilot.pause()
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert pilot.app.screen is bench


async def test_an_answer_given_twice_counts_once(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "p")
        picker = pilot.app.screen
        assert isinstance(picker, ProfilePicker)
        picker.dismiss(PickedProfile("1"))
        picker.dismiss(PickedProfile("2"))
        await pilot.pause()
        assert bench.state.profile == "1"
        assert bench in pilot.app.screen_stack


async def test_page_keys_in_the_palette_wait_for_its_list(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        pilot.app.action_command_palette()
        palette = pilot.app.screen
        assert isinstance(palette, Palette)
        await pilot.press("pagedown", "pageup", "u", "pagedown", "n", "pageup", "pagedown")
        await pilot.pause()
        assert pilot.app.screen is palette


async def test_the_key_for_the_other_quotation_works_while_the_tree_is_elsewhere(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        for keys in ("11", "12", "s11"):
            await press(pilot, keys)
        first, second, elsewhere = bench.state.live()
        await press(pilot, "t")
        bench.outline.reveal(elsewhere.id)
        await pilot.pause()
        bench.selector.put(Selection(2, 2))
        assert bench.coding_here() == elsewhere
        assert {coding.id for coding in bench.target.under_cursor()} == {first.id, second.id}
        bench.keyboard.do("other")
        assert bench.coding_here() in (first, second)


async def test_control_characters_of_an_ad_reach_neither_heading_nor_dialogs(tmp_path: Path) -> None:
    write_ad(tmp_path, "Title \x1b]0;owned\x07\x1b[2J\x9b31m \u202eevil\n\nYou build.")
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, _):
        shown = [heading(workspace).plain]
        await press(pilot, "E")
        shown += [field.value for field in pilot.app.screen.query("Input").results() if hasattr(field, "value")]
    assert any("Title" in text for text in shown)
    assert all(text.isprintable() for text in shown)


async def test_the_message_of_an_unsaved_coding_stays_on_the_screen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ad(tmp_path, AD)
    workspace = workspace_on(tmp_path)
    posted: list[str] = []
    async with running(workspace) as (pilot, bench):

        def full(handle: int, data: bytes) -> None:
            raise OSError(28, f"No space left on device for {len(data)} bytes of {handle}")

        monkeypatch.setattr(fs, "write_all", full)
        monkeypatch.setattr(bench.status, "show_message", lambda text, kind="info": posted.append(f"{kind} {text}"))
        await pilot.press(*keys_of("s11"))
        bench.saver.remember()
        bench.saver.remember()
        assert posted[-1].startswith("error NOT SAVED")
        assert len([one for one in workspace.problems if "position is not saved" in one.message]) == 1
        monkeypatch.undo()
        await press(pilot, "11")
        assert len(bench.state.live()) == 1


@pytest.mark.parametrize("name", ["analysis_job_1_acme.md", "events/1.jsonl"])
async def test_an_unreadable_first_ad_does_not_prevent_coding_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for number in (1, 2):
        write_ad(tmp_path, AD, f"{number}_acme.txt")
    locked = tmp_path / "sessions" / "rosa" / name
    locked.parent.mkdir(parents=True)
    locked.write_text("locked")
    monkeypatch.setattr(fs, "read", refusing(locked, fs.read))
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        text, kind = bench.status.message
        assert kind == "error" and "Ad 1 could not be opened" in text and "choose another ad (a)" in text
        for keys in ("s11", "p1", "n", "d", "<ctrl+s>", "i", "x", "o", "r", "b", "P", "v"):
            await press(pilot, keys)
            await press(pilot, "<escape>")
        assert pilot.app.screen is bench and bench.state.live() == ()
        await press(pilot, ")s11")
        assert bench.ad.id == "2" and len(bench.state.live()) == 1
    assert locked.read_text() == "locked"


def refusing(locked: Path, read: Callable[[Path], bytes]) -> Callable[[Path], bytes]:
    """Return the function that reads files, on a system that locks one of them."""

    def refuse(path: Path) -> bytes:
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return read(path)

    return refuse


def test_an_unreadable_log_does_not_prevent_the_start(tmp_path: Path) -> None:
    write_study(tmp_path)
    (tmp_path / "sessions" / "wil" / "events" / "11.jsonl").mkdir(parents=True)
    opened = open_workspace(Study.open(tmp_path), "wil")
    assert opened.first is not None and opened.first.id == "11"


async def test_a_note_with_control_characters_is_shown_sanitized_and_not_changed(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    hostile, shown = "a\x1b]0;owned\x07\nb\x9b", "a·]0;owned· b·"
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "s11p1<escape>")
        (coding,) = bench.state.live()
        bench.execute_command(NoteCoding(coding.id, hostile))
        bench.execute_command(AssignProfile("1", hostile))
        await press(pilot, "n")
        assert pilot.app.screen.query_one(Input).value == shown
        await press(pilot, "<enter>P")
        assert pilot.app.screen.query_one(TextArea).text == shown.replace(" ", "\n")
        await press(pilot, "<ctrl+s>")
        assert (bench.state.codings[coding.id].note, bench.state.reasoning) == (hostile, hostile)
        await press(pilot, "n!<enter>")
        assert bench.state.codings[coding.id].note == f"{shown}!"

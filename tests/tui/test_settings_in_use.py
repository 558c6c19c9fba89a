"""Settings in the running program: theme, keys and layout, and what is wrong with them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Static

from codetui.formats.settings import Names
from codetui.study.settings import SettingsFiles
from codetui.study.study import Study
from codetui.tui.actions import ACTIONS, PRESETS, preset_actions
from codetui.tui.app import CodetuiApp
from codetui.tui.dialogs.help import HelpScreen
from codetui.tui.dialogs.settings import SettingsDialog
from codetui.tui.keymap import Keymap
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import chips_row, press, status_rows, until, with_codings, workspace_on, write_ad

NAMES = Names([action.id for action in ACTIONS], PRESETS)


@asynccontextmanager
async def running_with(folder: Path, config: str) -> AsyncIterator[tuple[Pilot[object], WorkbenchScreen]]:
    """Run the program with this file of settings."""
    write_ad(folder, "We need Python and SQL. You like people.")
    (folder / "config.toml").write_text(config, "utf-8")
    app = CodetuiApp(workspace_on(folder), SettingsFiles(NAMES, None, folder / "config.toml"))
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        bench = app.screen_stack[0]
        assert isinstance(bench, WorkbenchScreen)
        yield pilot, bench


async def test_theme_keys_and_layout_are_those_of_the_settings(tmp_path: Path) -> None:
    config = (
        'theme = "textual-light"\npanel_side = "left"\npanel_width = 50\nreading_width = 30\nleft_margin = 3\n'
        'labels = "qwertyuiop"\n[keys]\nundo = "F6"\nhelp = "z h"\n'
    )
    async with running_with(tmp_path, config) as (pilot, bench):
        assert pilot.app.theme == "textual-light"
        assert (bench.outline.region.x, bench.outline.region.width) == (0, 50)
        assert bench.document.region.x == 50
        assert bench.document.text_layout.rows == 2
        await press(pilot, "f")
        assert set("".join(letters for _, letters in bench.selector.shown_labels)) <= set("qwertyuiop")
        await press(pilot, "<escape>ss2a")
        assert "{TECH1:" in with_codings(bench.workspace)
        await press(pilot, "u")
        assert "“u” does nothing here. z h shows every key." in status_rows(bench.status)
        await press(pilot, "<f6>")
        assert "{" not in with_codings(bench.workspace)
        await press(pilot, "zh")
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_mistakes_are_reported_on_the_first_screen_and_the_defaults_hold(tmp_path: Path) -> None:
    async with running_with(tmp_path, 'theme = "textual-lihgt"\n[keys]\nundo = "Ctrl+Foo"\n') as (pilot, bench):
        rows = status_rows(bench.status)
        assert "config.toml:" in rows and "F4 lists all 2" in rows
        messages = [str(one) for one in bench.workspace.problems]
        assert any(":1: error: there is no theme" in one and "textual-light?" in one for one in messages), messages
        assert any(":3: error: there is no key" in one for one in messages), messages
        assert pilot.app.theme == "textual-dark"


async def test_a_theme_chosen_in_the_program_is_kept(tmp_path: Path) -> None:
    async with running_with(tmp_path, "# mine\n") as (pilot, bench):
        pilot.app.theme = "nord"
        await until(pilot, lambda: 'theme = "nord"' in (tmp_path / "config.toml").read_text("utf-8"))
        await until(pilot, lambda: "theme: changed, and kept in" in status_rows(bench.status))
    async with running_with(tmp_path, (tmp_path / "config.toml").read_text("utf-8")) as (pilot, bench):
        assert pilot.app.theme == "nord"


def test_the_presets_have_no_clashes_and_leave_every_action_a_key() -> None:
    for preset in PRESETS:
        keymap = Keymap.build(actions=preset_actions(preset))
        assert keymap.problems == ()
        assert [action.id for action in keymap.actions if not action.keys] == []
    changed = [one.id for one, other in zip(ACTIONS, preset_actions("arrows"), strict=True) if one != other]
    assert len(changed) > 30


async def test_the_preset_of_arrows_is_used_by_messages_too(tmp_path: Path) -> None:
    async with running_with(tmp_path, 'preset = "arrows"\n') as (pilot, bench):
        assert "F5 profile" in chips_row(bench.status)
        await press(pilot, "<ctrl+down>2a")
        assert "{TECH1:" in with_codings(bench.workspace)
        await press(pilot, "x")
        assert "“x” does nothing here. F1 shows every key." in status_rows(bench.status)
        await press(pilot, "<ctrl+z>")
        assert "{" not in with_codings(bench.workspace)


async def test_the_dialog_shows_each_change_at_once_and_keeps_it(tmp_path: Path) -> None:
    config = '# mine\nreading_width = 80  # cells\n\n[keys]\nundo = "F6"\n'
    async with running_with(tmp_path, config) as (pilot, bench):
        await press(pilot, "z,")
        assert isinstance(pilot.app.screen, SettingsDialog)
        await press(pilot, "<down><right><down><left><left><left><left><down><down><down><right>")
        assert bench.has_class("-panel-left") and bench.document.text_layout.rows == 1
        assert bench.keymap.action("ctrl+f") == "search" and bench.keymap.action("f6") == "undo"
        assert (tmp_path / "config.toml").read_text("utf-8") == config
        await press(pilot, "<home><right>")
        theme = pilot.app.theme
        assert theme != "textual-dark"
        await press(pilot, "<escape>")
        await until(pilot, lambda: "changed, and kept in" in status_rows(bench.status))
        written = (tmp_path / "config.toml").read_text("utf-8")
        assert written.startswith("# mine\nreading_width = 40  # cells\n")
        assert written.endswith('\n\n[keys]\nundo = "F6"\n')
        assert all(
            f"{line}\n" in written for line in ('preset = "arrows"', 'panel_side = "left"', f'theme = "{theme}"')
        )


async def test_what_the_study_sets_cannot_be_changed_in_the_dialog(tmp_path: Path) -> None:
    (tmp_path / "codebook.toml").write_text('title = "Bakeries"\n[ui]\nreading_width = 30\n', "utf-8")
    (tmp_path / "config.toml").write_text("", "utf-8")
    service = Study.open(tmp_path, corpus=tmp_path).codebook_service
    files = SettingsFiles(NAMES, service, tmp_path / "config.toml")
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    app = CodetuiApp(workspace_on(tmp_path), files)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.pause()
        await press(pilot, "z,<down><down><right>")
        hint = app.screen.query_one(".hint", Static)
        assert "The study sets this, in codebook.toml:3." in str(hint.render())
        await press(pilot, "<escape>")
    assert (tmp_path / "config.toml").read_text("utf-8") == ""

"""The command palette, and the colours of themes and terminals."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.color import ColorSystem
from textual.color import Color
from textual.command import CommandList
from textual.pilot import Pilot

from codetui.tui.actions import ACTIONS
from codetui.tui.contrast import contrast
from codetui.tui.dialogs.text import NoteDialog
from codetui.tui.palette import Palette
from codetui.tui.themes import HUES, hue_style
from testing.keys import keys_of, press, running, workspace_on, write_ad

AD = "You build pipelines in Python. You like people."


async def offered(pilot: Pilot[object], words: str = "") -> list[str]:
    """Return the palette's offers for these words; it stays open."""
    await press(pilot, "<ctrl+p>")
    await pilot.press(*keys_of(words))
    commands = pilot.app.screen.query_one(CommandList)
    for _ in range(60):
        await pilot.pause(0.05)
        if commands.option_count and pilot.app.screen.query_one("LoadingIndicator").has_class("--visible") is False:
            break
    return [str(commands.get_option_at_index(place).prompt) for place in range(commands.option_count)]


async def test_the_palette_offers_exactly_the_actions_of_the_registry(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        offers = await offered(pilot)
    names = [re.split(" {2,}", offer.splitlines()[0])[0] for offer in offers]
    own = {
        action.words
        for action in ACTIONS
        if not action.id.startswith(("move.char", "dialog.")) and action.id != "palette"
    }
    assert set(names) == {*own, "theme …", "suspend"}


@pytest.mark.parametrize(("words", "theme"), [("light", "textual-light"), ("theme nord", "nord"), ("dark", None)])
async def test_a_theme_is_found_by_light_dark_and_theme(tmp_path: Path, words: str, theme: str | None) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        offers = await offered(pilot, words)
        assert any((f"theme {theme} (" if theme == "nord" else f"{words} theme") in offer for offer in offers)
        if theme is not None:
            await press(pilot, "<enter>")
            assert pilot.app.theme == theme and pilot.app.screen is bench


async def test_the_palette_does_not_open_over_a_dialog(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "s11n<ctrl+p>")
        assert isinstance(pilot.app.screen, NoteDialog)
        await press(pilot, "<escape><ctrl+p><ctrl+p>")
        assert isinstance(pilot.app.screen, Palette)


async def hues_on(tmp_path: Path) -> set[tuple[object, ...]]:
    """Return the colours of the sections as sent to the terminal."""
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        systems = {"standard": ColorSystem.STANDARD, "truecolor": ColorSystem.TRUECOLOR}
        system = systems[pilot.app.console.color_system or ""]
        colours = [hue_style(pilot.app, hue).color for hue in range(HUES)]
        return {colour.downgrade(system)[2:] for colour in colours if colour}


@pytest.mark.parametrize(("term", "colours"), [("xterm", ""), ("screen", ""), ("xterm", "truecolor")])
async def test_every_section_has_its_own_colour_in_any_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, term: str, colours: str
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setenv("COLORTERM", colours)
    assert len(await hues_on(tmp_path)) == HUES


async def test_warnings_are_legible_on_every_theme(tmp_path: Path) -> None:
    write_ad(tmp_path, "A lamp.")
    async with running(workspace_on(tmp_path)) as (pilot, _):
        app = pilot.app
        for theme in [one for one in app.available_themes.values() if not one.ansi]:
            app.theme = theme.name
            colours = app.get_css_variables()
            warning, ground = (Color.parse(colours[name]) for name in ("text-warning", "background"))
            assert contrast(warning, ground) >= 4.5, theme.name

"""The colours of the sections outside the ad's text: one hue each, by the section's place in the codebook."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.app import App
from textual.color import Color

from codetui.model import Codebook
from codetui.tui.themes import Palette

_ANSI = ("ansi_cyan", "ansi_magenta", "ansi_yellow", "ansi_green", "ansi_red", "ansi_blue")
_colours: dict[tuple[str, int], str] = {}


def section_hues(book: Codebook) -> dict[str, int]:
    """The hue of each section, by its id."""
    return {section.id: hue for hue, section in enumerate(book.sections)}


def hue_colour(app: App[object], index: int) -> str:
    """The colour of section `index` on the ground of the theme."""
    if app.native_ansi_color:
        return _ANSI[index % len(_ANSI)]
    theme = app.current_theme
    key = (theme.name, index)
    if key not in _colours:
        variables = app.theme_variables
        ground, ink = Color.parse(variables["surface"]), Color.parse(variables["foreground"])
        _colours[key] = Palette(theme, ground, ink).hue(index).hex
    return _colours[key]


def hue_style(app: App[object], index: int) -> Style:
    """The foreground of section `index`."""
    return _style(hue_colour(app, index))


@lru_cache(256)
def _style(colour: str) -> Style:
    return Style(color=Color.parse(colour).rich_color)

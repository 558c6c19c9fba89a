"""Colours outside the ad's text: a hue for each section, by its place in the codebook, and those of style sheets."""

from __future__ import annotations

from functools import lru_cache

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.widget import Widget

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


def component_style(widget: Widget, name: str) -> Style:
    """Foreground and text style of a widget's component class; what is translucent is blended with its ground."""
    styles = widget.get_component_styles(name)
    if not styles.has_rule("color"):
        return styles.text_style
    return Style(color=opaque(widget, styles.color).rich_color) + styles.text_style


def opaque(widget: Widget, colour: Color) -> Color:
    """A colour as it looks on the widget's ground."""
    return colour if colour.ansi is not None else widget.background_colors[1] + colour


@lru_cache(256)
def _style(colour: str) -> Style:
    return Style(color=Color.parse(colour).rich_color)

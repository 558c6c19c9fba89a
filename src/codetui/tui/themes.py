"""Colours of coded text for any theme: light, dark, ansi, and monochrome.

Colour is never the only sign: without colours, underline, bold and reverse distinguish the faces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from rich.color import Color as RichColor
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widget import Widget

from codetui.model import Codebook
from codetui.tui.contrast import HIGH, STEPS, TEXT, contrast, faint, legible

HUES = 6
"""The number of colours; the seventh section has the first one again."""

_ON_DARK = ("#56b6c2", "#c99bf2", "#e8a15c", "#8fc46b", "#f08aa8", "#8aa9f7")
_ON_LIGHT = ("#0b7285", "#7b3fb8", "#a8500f", "#3f7a1f", "#b3265e", "#2f5fc4")
_ANSI_ON_DARK = (
    "ansi_bright_cyan",
    "ansi_bright_magenta",
    "ansi_bright_yellow",
    "ansi_bright_green",
    "ansi_bright_red",
    "ansi_white",
)
_ANSI_ON_LIGHT = ("ansi_blue", "ansi_red", "ansi_black") * 2
"""Of sixteen colours only these are legible on white; the words are underlined too."""

SHADES = ((0.0, 0.0), (0.045, 0.08), (-0.045, -0.06), (0.02, -0.12), (-0.02, 0.14))
"""The turns of the colour circle and the steps of lightness that distinguish the codes of a section."""

_AMBER, _ON_AMBER = Color.parse("#f2c14e"), Color.parse("#1a1400")
_ANSI_GROUND_NAMES = ("surface", "panel", "boost", "field", "chip", "lit")

_SEEN, _CURRENT = 2.05, 2.6
"""The contrasts of a tint with the background: seen at a glance, and for the quotation under the cursor."""

_UNDER_LABELS = 1.3
"""The contrast of tints below jump labels, which must stand out from them."""

_ROOMY = 6.0
"""The contrast of text and panel below which the panel moves towards the background, to leave room for faint text."""

HIGH_CONTRAST = {
    theme.name: theme
    for theme in (
        Theme(
            name="high-contrast",
            primary="#ffd54a",
            secondary="#7fd4ff",
            accent="#ffd54a",
            foreground="#ffffff",
            background="#000000",
            surface="#000000",
            panel="#141414",
            success="#7dffa0",
            warning="#ffd54a",
            error="#ffa8a8",
            variables={"block-cursor-background": "#ffffff", "block-cursor-foreground": "#000000"},
        ),
        Theme(
            name="high-contrast-light",
            primary="#00327a",
            secondary="#00485c",
            accent="#00327a",
            foreground="#000000",
            background="#ffffff",
            surface="#ffffff",
            panel="#f2f2f2",
            success="#004d1a",
            warning="#5c3a00",
            error="#8a0000",
            dark=False,
            variables={"block-cursor-background": "#000000", "block-cursor-foreground": "#ffffff"},
        ),
    )
}
"""Themes whose text has a contrast of at least 7; coded, selected and found words have other signs too."""

_ANSI_GROUNDS = {"ansi-dark": ("ansi_black", "ansi_bright_white"), "ansi-light": ("ansi_bright_white", "ansi_black")}


class ThemedApp(App[object]):
    """An app whose themes have the variables of `variables_of`, in which every text is legible.

    The two themes of sixteen colours have a background of their own, so that a light one is light on a dark terminal.
    """

    def __init__(self, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        for name, (ground, ink) in _ANSI_GROUNDS.items():
            theme = self.available_themes[name]
            self.register_theme(replace(theme, background=ground, foreground=ink))
        for theme in HIGH_CONTRAST.values():
            self.register_theme(theme)

    def get_css_variables(self) -> dict[str, str]:
        """Return the variables of the theme, with those that make it legible."""
        variables = super().get_css_variables()
        variables |= variables_of(self.current_theme, variables)
        self.theme_variables = variables
        return variables


def variables_of(theme: Theme, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the CSS variables that codetui adds to a theme or changes in it, from those that Textual derives.

    Every ink has a contrast of at least `least_contrast` with every ground that it is used on: `foreground` and
    `muted` with background, surface, panel and `field`, `line` (borders, titles, hints) with background and surface,
    `on-lit` with `lit` (the title of the focused pane), `on-chip` with `chip`.
    """
    sections = {f"section-{number + 1}": section_colour(theme, number) for number in range(HUES)}
    if theme.ansi:
        own = dict.fromkeys(("muted", "line", "on-chip", "on-lit"), variables["foreground"])
        return {**sections, **own, **dict.fromkeys(_ANSI_GROUND_NAMES, variables["background"])}
    ground, surface, panel = (Color.parse(variables[name]) for name in ("background", "surface", "panel"))
    ink = Color.parse(variables["foreground"])
    least = least_contrast(theme)
    panel = faint(panel, ground, ratio=1) if contrast(ink, panel) < max(_ROOMY, least) else panel
    field = surface.blend(ink, 0.08)
    grounds = (ground, surface, panel, field)
    ink = legible(ink, *grounds, ratio=least)
    primary = Color.parse(theme.primary)
    lit = _below(ink, primary, panel, least)
    chip = panel.blend(ink, 0.14)
    cursor = _solid(variables["block-cursor-background"], surface)
    inks = {
        "foreground": ink,
        "panel": panel,
        "field": field,
        "muted": faint(ink, ground, *grounds, ratio=least),
        "line": legible(primary, ground, surface, ratio=least),
        "lit": lit,
        "on-lit": ink,
        "chip": chip,
        "on-chip": legible(ink, chip, ratio=least),
        "block-cursor-foreground": legible(_solid(variables["block-cursor-foreground"], cursor), cursor, ratio=least),
        "text-warning": legible(_solid(variables["text-warning"], surface), *grounds, ratio=least),
        "text-error": legible(_solid(variables["text-error"], surface), *grounds, ratio=least),
    }
    return {**sections, **{name: colour.hex for name, colour in inks.items()}}


def _below(ink: Color, colour: Color, ground: Color, least: float) -> Color:
    """Return a colour, blended with the ground as little as makes the ink legible on it."""
    blends = (colour.blend(ground, step / STEPS) for step in range(STEPS))
    return next((mixed for mixed in blends if contrast(ink, mixed) >= least), ground)


def _solid(variable: str, ground: Color) -> Color:
    """Return the colour of a CSS variable on a ground; `auto` is black or white, and others may be translucent."""
    if variable.startswith("auto"):
        return ground.get_contrast_text()
    return ground + Color.parse(variable)


def theme_names() -> list[str]:
    """Return the names of all themes."""
    return [*BUILTIN_THEMES, *HIGH_CONTRAST]


def least_contrast(theme: Theme) -> float:
    """Return the contrast that every text has in a theme."""
    return HIGH if theme.name in HIGH_CONTRAST else TEXT


def section_colour(theme: Theme, number: int) -> str:
    """Return the colour of a section: the theme's own variable, or a colour that is legible on its background."""
    place = number % HUES
    if own := theme.variables.get(f"section-{place + 1}"):
        return own
    if theme.ansi:
        return (_ANSI_ON_DARK if theme.dark else _ANSI_ON_LIGHT)[place]
    ground = Color.parse(theme.background or ("#121212" if theme.dark else "#efefef"))
    hues = _ON_DARK if ground.brightness < 0.5 else _ON_LIGHT
    return legible(Color.parse(hues[place]), ground, ratio=least_contrast(theme)).hex


class Face(NamedTuple):
    """The attributes that determine the style of a text.

    `hue` is the number of the section, -1 without a code; `shade` is the position of the code in its section.
    """

    hue: int = -1
    shade: int = 0
    is_overlapping: bool = False
    is_current: bool = False
    is_implied: bool = False
    is_selected: bool = False
    is_match: bool = False
    is_shaded: bool = False
    is_proposed: bool = False


class TextStyles:
    """The styles of the ad's text on one background, each made once."""

    def __init__(self, theme: Theme, background: Color, foreground: Color, *, has_colour: bool = True) -> None:
        self._theme = theme
        self._is_ansi = theme.ansi or background.ansi is not None
        self._has_colour = has_colour
        self._least = least_contrast(theme)
        self._is_high = theme.name in HIGH_CONTRAST
        self._is_plain = self._is_ansi or not has_colour or self._is_high
        self._underlines = (self._is_ansi and not theme.dark) or not has_colour or self._is_high
        self._background, self._foreground = background, foreground
        self._primary = background if self._is_ansi else Color.parse(theme.primary)
        self._faces: dict[Face, Style] = {}

    def text(self, face: Face) -> Style:
        """Return the style of a run of text."""
        style = self._faces.get(face)
        if style is None:
            style = self._faces[face] = self._attributes(face) if self._is_plain else self._colours(face)
        return style

    def cursor(self, face: Face, *, has_focus: bool) -> Style:
        """Return the style of the cursor's cell: the reverse of the text around it."""
        style = self.text(face)
        if self._is_plain:
            return style + Style(reverse=has_focus and not face.is_selected, underline=True, bold=True)
        if not has_focus:
            return style + Style(bgcolor=self._background.blend(self._foreground, 0.35).rich_color)
        block = Style.from_color(self._background.rich_color, self._foreground.rich_color)
        return style + block + Style(bold=True)

    def gutter(self, hue: int, shade: int = 0) -> Style:
        """Return the style of a code's short key, and of the bar beside the rows of a quotation."""
        if not self._has_colour:
            return self.text(Face())
        if self._is_ansi:
            return self._bare() + Style(color=self.hue(hue).rich_color)
        return Style.from_color(self.hue(hue, shade).rich_color, self._background.rich_color)

    def label(self, *, is_last: bool) -> Style:
        """Return the style of the chip of a jump label: for its last letter, or for one that another follows."""
        if self._is_plain:
            return self._bare() + Style(bold=True, reverse=is_last, underline=not is_last)
        if is_last:
            return Style.from_color(_ON_AMBER.rich_color, _AMBER.rich_color) + Style(bold=True)
        ground = self._background.blend(_AMBER, 0.30)
        return Style.from_color(legible(_AMBER, ground).rich_color, ground.rich_color) + Style(bold=True)

    def hue(self, number: int, shade: int = 0) -> Color:
        """Return the colour of a code, legible on the background: its section's, or one of the same family."""
        colour = Color.parse(section_colour(self._theme, number))
        return colour if self._is_ansi else legible(_shaded(colour, shade), self._background, ratio=self._least)

    def tint(self, number: int, shade: int, ratio: float = _SEEN) -> Color:
        """Return the ground of coded words: the code's colour, mixed with the background to a contrast of `ratio`."""
        hue, ground = self.hue(number, shade), self._background
        blends = (ground.blend(hue, step / STEPS) for step in range(1, STEPS))
        return next((mixed for mixed in blends if contrast(mixed, ground) >= ratio), hue)

    def _colours(self, face: Face) -> Style:
        """Return a style with colours: the code's tint, then a match; the selection is translucent over both."""
        ground, ink = self._background, self._foreground
        if face.hue >= 0:
            ratio = _UNDER_LABELS if face.is_shaded else _CURRENT if face.is_current else _SEEN
            ground = self.tint(face.hue, face.shade, ratio)
        if face.is_match:
            ground = ground.blend(_AMBER, 0.45)
        if face.is_implied:
            ground = ground.blend(self._foreground, 0.18)
        if face.is_selected:
            ground = ground.blend(self._primary, 0.45 if face.hue >= 0 else 0.7)
        ink = legible(ink, ground)
        if face.is_shaded:
            ink = faint(ink, ground)
        style = Style.from_color(ink.rich_color, ground.rich_color)
        if face.is_proposed:
            style += Style(italic=True)
        return style + Style(underline=True) if face.is_overlapping else style

    def _attributes(self, face: Face) -> Style:
        """Return a style with attributes, and with the terminal's own colour for the section if it has colours.

        Under jump labels, which are reversed themselves, the selection is bold and not dimmed.
        """
        is_coded = face.hue >= 0
        style = self._bare()
        if is_coded and self._has_colour:
            style += Style(color=self.hue(face.hue, face.shade if self._is_high else 0).rich_color)
        return style + Style(
            underline=(is_coded and self._underlines and not face.is_proposed) or face.is_overlapping or face.is_match,
            italic=face.is_overlapping or face.is_proposed,
            bold=face.is_current
            or face.is_implied
            or (face.is_selected and face.is_shaded)
            or (face.is_match and self._is_high),
            reverse=(face.is_selected and not face.is_shaded) or face.is_match,
            dim=face.is_shaded and not face.is_selected and not self._is_high,
        )

    def _bare(self) -> Style:
        """Return the style of plain text: the terminal's own without colours."""
        if self._is_ansi and not self._has_colour:
            return Style(color=RichColor.default(), bgcolor=RichColor.default())
        return Style.from_color(self._foreground.rich_color, self._background.rich_color)


def _shaded(colour: Color, shade: int) -> Color:
    """Return a colour of the same family; every code of a section up to the fifth has another one."""
    turn, step = SHADES[shade % len(SHADES)]
    hue, saturation, lightness = colour.hsl
    return Color.from_hsl((hue + turn) % 1, saturation, min(max(lightness + step, 0.1), 0.9))


def section_hues(book: Codebook) -> dict[str, int]:
    """Return the hue of each section by its id: its position in the codebook."""
    return {section.id: hue for hue, section in enumerate(book.sections)}


def hue_colour(app: App[object], hue: int) -> str:
    """Return the colour of a hue, legible on the surface of the app's theme."""
    theme = app.current_theme
    return _legible_hex(section_colour(theme, hue), app.theme_variables["surface"], least_contrast(theme))


@lru_cache(256)
def _legible_hex(ink: str, ground: str, least: float) -> str:
    colour = Color.parse(ink)
    return ink if colour.ansi is not None else legible(colour, Color.parse(ground), ratio=least).hex


def hue_style(app: App[object], hue: int) -> Style:
    """Return a style with the colour of a hue as foreground."""
    return Style(color=Color.parse(hue_colour(app, hue)).rich_color)


def component_style(widget: Widget, name: str) -> Style:
    """Return the foreground and the text style of a component class, blended with the widget's background."""
    styles = widget.get_component_styles(name)
    if not styles.has_rule("color"):
        return styles.text_style
    return Style(color=opaque(widget, styles.color).rich_color) + styles.text_style


def opaque(widget: Widget, colour: Color) -> Color:
    """Return a colour as it looks on the widget's background."""
    return colour if colour.ansi is not None else widget.background_colors[1] + colour

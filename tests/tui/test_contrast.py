"""Every text is legible in every theme, and coded words are seen at a glance; measured on the painted colours."""

from __future__ import annotations

from itertools import pairwise, product
from pathlib import Path

import pytest
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.color import Color
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Input

from codetui.tui.contrast import HIGH, TEXT, contrast
from codetui.tui.themes import HIGH_CONTRAST, HUES, SHADES, Face, TextStyles, ThemedApp, section_colour
from testing.keys import press, running, workspace_on, write_ad

XTERM = TerminalTheme(
    (0, 0, 0),
    (255, 255, 255),
    [(0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0), (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229)],
    [
        (127, 127, 127),
        (255, 0, 0),
        (0, 255, 0),
        (255, 255, 0),
        (92, 92, 255),
        (255, 0, 255),
        (0, 255, 255),
        (255, 255, 255),
    ],
)
"""The sixteen colours of xterm."""

INKS = {
    "foreground": ("background", "surface", "panel", "field"),
    "muted": ("background", "surface", "panel", "field"),
    "text-warning": ("background", "surface", "panel"),
    "text-error": ("background", "surface", "panel"),
    "line": ("background", "surface"),
    "on-lit": ("lit",),
    "on-chip": ("chip",),
    "block-cursor-foreground": ("block-cursor-background",),
    **{f"section-{number}": ("background",) for number in range(1, HUES + 1)},
}
ALL: dict[str, Theme] = {**BUILTIN_THEMES, **HIGH_CONTRAST}
THEMES = sorted(ALL)
SIXTEEN = [name for name in THEMES if ALL[name].ansi]
LEAST = {name: HIGH if name in HIGH_CONTRAST else TEXT for name in THEMES}


def variables_of(name: str) -> dict[str, str]:
    app = ThemedApp()
    app.theme = name
    return app.get_css_variables()


def styles_of(name: str) -> TextStyles:
    app = ThemedApp()
    app.theme = name
    variables = app.get_css_variables()
    ground, ink = (Color.parse(variables[key]) for key in ("background", "foreground"))
    return TextStyles(app.current_theme, ground, ink)


def solid(colour: Color) -> Color:
    return Color(*colour.rich_color.get_truecolor(XTERM))


def ratio(style: Style) -> float:
    assert style.color and style.bgcolor
    ink, ground = (Color(*one.get_truecolor(XTERM)) for one in (style.color, style.bgcolor))
    return contrast(ink, ground)


@pytest.mark.parametrize("name", THEMES)
def test_every_ink_is_legible_on_every_ground_that_it_is_used_on(name: str) -> None:
    variables = variables_of(name)
    for ink, grounds in INKS.items():
        if name in SIXTEEN and ink.startswith(("block", "text")):
            continue
        for ground in grounds:
            found = contrast(solid(Color.parse(variables[ink])), solid(Color.parse(variables[ground])))
            assert found >= LEAST[name], (ink, ground, round(found, 2))


@pytest.mark.parametrize("name", THEMES)
def test_coded_words_keys_and_labels_are_legible_in_every_theme(name: str) -> None:
    styles = styles_of(name)
    flags = ("is_current", "is_implied", "is_selected", "is_match", "is_shaded")
    for hue, shade in product(range(-1, HUES), range(len(SHADES))):
        for values in product((False, True), repeat=len(flags)):
            face = Face(hue, shade, **dict(zip(flags, values, strict=True)))
            assert ratio(styles.text(face)) >= LEAST[name], face
        if hue >= 0:
            assert ratio(styles.gutter(hue, shade)) >= LEAST[name]
    assert all(ratio(styles.label(is_last=is_last)) >= LEAST[name] for is_last in (False, True))


@pytest.mark.parametrize("name", HIGH_CONTRAST)
def test_with_high_contrast_every_meaning_has_a_sign_besides_its_colour(name: str) -> None:
    styles = styles_of(name)
    faces = [Face(), Face(0), Face(0, is_current=True), Face(0, is_proposed=True), Face(0, is_overlapping=True)]
    faces += [Face(is_selected=True), Face(0, is_selected=True), Face(is_match=True), Face(is_implied=True)]
    signs = [(one.bold, one.italic, one.underline, one.reverse) for one in map(styles.text, faces)]
    assert len(set(signs)) == len(faces), signs


@pytest.mark.parametrize("name", [name for name in THEMES if name not in SIXTEEN and name not in HIGH_CONTRAST])
def test_coded_words_are_seen_at_a_glance_and_stay_visible_below_the_selection(name: str) -> None:
    styles = styles_of(name)
    plain = styles.text(Face()).bgcolor
    selected = styles.text(Face(is_selected=True)).bgcolor
    assert plain and selected
    for hue, shade in product(range(HUES), range(len(SHADES))):
        tint = styles.text(Face(hue, shade)).bgcolor
        below = styles.text(Face(hue, shade, is_selected=True)).bgcolor
        assert tint and below
        assert contrast(Color.from_rich_color(tint), Color.from_rich_color(plain)) >= 2
        assert len({plain, selected, tint, below}) == 4


@pytest.mark.parametrize("name", [name for name in THEMES if name not in SIXTEEN])
def test_codes_of_a_section_differ_in_colour_from_their_neighbours(name: str) -> None:
    styles = styles_of(name)
    for hue in range(HUES):
        tints = [styles.tint(hue, shade) for shade in range(len(SHADES))]
        assert all(one != other for one, other in pairwise([*tints, tints[0]]))


@pytest.mark.parametrize("name", [name for name in THEMES if name != "ansi-light"])
def test_each_section_has_its_own_colour(name: str) -> None:
    assert len({section_colour(ALL[name], number) for number in range(HUES)}) == HUES


@pytest.mark.parametrize("name", THEMES)
def test_a_light_theme_is_light_on_any_terminal(name: str) -> None:
    ground = solid(Color.parse(variables_of(name)["background"]))
    assert (ground.brightness > 0.5) == (not ALL[name].dark)


async def test_the_cursor_of_a_field_stands_still(tmp_path: Path) -> None:
    write_ad(tmp_path, "A lamp.")
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "<enter>")
        assert pilot.app.screen.query_one(Input).cursor_blink is False

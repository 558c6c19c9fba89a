"""Contrast of colours, and colours moved until they are legible."""

from __future__ import annotations

from collections.abc import Iterable

from textual.color import Color

TEXT = 4.5
"""The least contrast of text with its ground (WCAG 2.2, success criterion 1.4.3)."""

HIGH = 7.0
"""The least contrast of text in themes of high contrast (WCAG 2.2, success criterion 1.4.6)."""

WHITE, BLACK = Color(255, 255, 255), Color(0, 0, 0)
STEPS = 20


def contrast(one: Color, other: Color) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def least(ink: Color, grounds: Iterable[Color]) -> float:
    """Return the lowest contrast of an ink with several grounds."""
    return min(contrast(ink, ground) for ground in grounds)


def legible(ink: Color, *grounds: Color, ratio: float = TEXT) -> Color:
    """Return the ink, blended with white or black until it contrasts with all grounds."""
    goal = max(WHITE, BLACK, key=lambda colour: least(colour, grounds))
    blends = (ink.blend(goal, step / STEPS) for step in range(STEPS))
    return next((mixed for mixed in blends if least(mixed, grounds) >= ratio), goal)


def faint(ink: Color, ground: Color, *grounds: Color, ratio: float = TEXT) -> Color:
    """Return the ink, blended with `ground` as far as it still contrasts with that and with the other grounds."""
    blends = (ink.blend(ground, step / STEPS) for step in range(STEPS // 2, -1, -1))
    return next((mixed for mixed in blends if least(mixed, (ground, *grounds)) >= ratio), ink)


def _luminance(colour: Color) -> float:
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue

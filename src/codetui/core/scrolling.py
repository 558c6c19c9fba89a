"""Which rows stand in the window: the one rule of scrolling."""

from __future__ import annotations

MARGIN = 2
"""So many rows stay visible above and below the selection where the window is high enough."""


def scroll_to(top: int, height: int, anchor_row: int, head_row: int, rows: int) -> int:
    """The top row after the least scrolling that shows the head's row, and the anchor's too where both fit.

    `height` and `rows` count the rows of the window and of the whole text; the result is within the text.
    """
    margin = min(MARGIN, max(0, (height - 1) // 2))
    if abs(head_row - anchor_row) + 1 + 2 * margin <= height:
        top = _shown(top, height, anchor_row, margin)
    return within(_shown(top, height, head_row, margin), height, rows)


def page(top: int, height: int, rows: int, direction: int) -> int:
    """The top row one window further down (`direction` 1) or up (-1); one row stays in sight."""
    return within(top + direction * max(1, height - 1), height, rows)


def within(top: int, height: int, rows: int) -> int:
    """The top row, moved so that the window shows no rows before the first or after the last."""
    return max(0, min(top, rows - height))


def _shown(top: int, height: int, row: int, margin: int) -> int:
    """The top row after the least scrolling that shows one row with its margin."""
    return min(max(top, row + margin - height + 1), row - margin)

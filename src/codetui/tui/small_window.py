"""Covers the screen while the window is too small."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen
from textual.widgets import Static

COLUMNS, ROWS = 60, 15


def is_too_small(size: Size) -> bool:
    """Return whether the screens do not fit into a window of this size in cells."""
    return size.width < COLUMNS or size.height < ROWS


class SmallWindow(Screen[None]):
    """Asks for a larger window; closes when the window is large enough."""

    def compose(self) -> ComposeResult:
        """Yield the sentence."""
        yield Static(f"codetui needs a window of {COLUMNS} × {ROWS}. Enlarge it to continue; nothing is lost.")

    def on_screen_resume(self) -> None:
        """Close if the window was enlarged while a dialog covered this screen."""
        if not is_too_small(self.app.size):
            self.call_later(self.dismiss, None)

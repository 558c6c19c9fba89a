"""Gives the terminal to the coder's own editor for a while."""

from __future__ import annotations

from textual.app import App, SuspendNotSupported

from codetui.study.outside import edit_text, editor


def edit_outside(app: App[object], text: str) -> str | None:
    """The text as the coder's editor leaves it, or None where none can run or it failed."""
    if not editor():
        return None
    try:
        with app.suspend():
            return edit_text(text)
    except SuspendNotSupported:
        return None

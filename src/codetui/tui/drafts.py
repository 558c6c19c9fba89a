"""Texts being written in dialogs: they survive Esc, and an error that ends the program."""

from __future__ import annotations

from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from codetui.tui.dialogs.base import alarm
from codetui.tui.dialogs.text import EditDialog, TextField, fill, text_in

OFFERED = "You left this text unsaved. Save it, or press Esc twice to discard it for good."
LEFT = "The text is not saved, but kept: open the same dialog again to continue it."

Place = tuple[type[Screen[object]], str, str]
"""The class and the title of a dialog, and the id of the open source."""


class _OpenDialog:
    """The fields of a dialog; their texts can be read even after it is closed."""

    def __init__(self, dialog: Screen[object], source: str) -> None:
        self.place: Place = (type(dialog), dialog.title or "", source)
        self.offered: dict[str, str] = {}
        self._dialog = dialog
        self._fields = {field.id or "": field for field in dialog.query("*") if isinstance(field, TextField)}
        # Nothing is saved of what a dialog shows that was opened again because saving failed.
        self._before = {} if isinstance(dialog, EditDialog) and dialog.lost else self._texts()

    def _texts(self) -> dict[str, str]:
        return {name: text_in(field) for name, field in self._fields.items()}

    def typed(self) -> dict[str, str]:
        """Return the texts that were edited, by field."""
        return {name: text for name, text in self._texts().items() if text != self._before.get(name, "")}

    def offer(self, texts: dict[str, str]) -> None:
        """Show texts that were left unsaved."""
        self.offered = texts
        for name, text in texts.items():
            if name in self._fields:
                fill(self._fields[name], text)
        for hint in self._dialog.query(".hint").results(Static):
            hint.update(alarm(OFFERED))


class Drafts:
    """The texts of open dialogs, and those that were left unsaved."""

    def __init__(self) -> None:
        self._open: dict[Widget, _OpenDialog] = {}
        self._left: dict[Place, dict[str, str]] = {}

    def open(self, dialog: Screen[object], source: str) -> None:
        """Remember the fields of a mounted dialog, and show texts that were left unsaved in a dialog of its kind."""
        opened = self._open[dialog] = _OpenDialog(dialog, source)
        if opened.place in self._left:
            opened.offer(self._left[opened.place])

    def close(self, dialog: Widget, *, is_answered: bool) -> str:
        """Forget a dialog; keep an edited text left in it and report that, unless it was offered before."""
        opened = self._open.pop(dialog, None)
        if opened is None:
            return ""
        typed = {} if is_answered else opened.typed()
        self._left.pop(opened.place, None)
        if not typed or typed == opened.offered:
            return ""
        self._left[opened.place] = typed
        return LEFT

    @property
    def is_empty(self) -> bool:
        """Return whether no dialog is open and no text was left."""
        return not (self._open or self._left)

    def text(self) -> str:
        """Return the texts being written and those left unsaved, with the titles of their dialogs and fields."""
        texts = [(opened.place, opened.typed()) for opened in self._open.values()]
        texts += [(place, typed) for place, typed in self._left.items() if place not in dict(texts)]
        return "\n\n".join(
            "\n".join([f"{place[1]}:", "", *(f"{name}: {text}" if name else text for name, text in typed.items())])
            for place, typed in texts
            if typed
        )

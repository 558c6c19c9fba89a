"""Edit a text of several lines, or a note on one line."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, TextArea

from codetui.core.text.display import sanitize
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import EditDialog, EditOutside
from codetui.tui.widgets.rows import one_line


class _TextDialog(EditDialog[str]):
    """Edits one text.  Answers with it."""

    def __init__(
        self, title: str, text: str = "", lost: Unsaved[str] | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        """Create it; `lost` is text that was typed before and could not be saved, shown instead of `text`."""
        super().__init__(title, lost.why if lost else "", edit_outside)
        self._text = self._loaded = text
        self._lost = lost

    def on_mount(self) -> None:
        """Remember the text as the field shows it, with its own line ends and without control characters."""
        self._loaded = self.written()
        if self._lost is not None:
            self.write(self._lost.value)

    def written(self) -> str:
        """Return the text in the field."""
        field = self._field
        return field.text if isinstance(field, TextArea) else field.value

    def write(self, text: str) -> None:
        """Put another text into the field, with the cursor at its end."""
        field = self._field
        if isinstance(field, TextArea):
            field.text = sanitize(text)
            field.move_cursor(field.document.end)
        else:
            field.value = one_line(text)
            field.cursor_position = len(field.value)

    @property
    def is_changed(self) -> bool:
        """Return whether the text was edited."""
        return self.written() != self._loaded

    @property
    def _field(self) -> Input | TextArea:
        field = self.query_one("Input, TextArea")
        assert isinstance(field, Input | TextArea)
        return field

    def action_save(self) -> None:
        """Answer with the text; an unedited one comes back unchanged."""
        self.dismiss(self.written() if self.is_changed else self._text)

    def keep(self) -> None:
        """Answer with an edited text before the program ends."""
        self.dismiss(self.written() if self.is_changed else None)


class TextDialog(_TextDialog):
    """Edits a text of several lines; `edit_outside` opens it in the coder's own editor."""

    BINDINGS: ClassVar[list[BindingType]] = [EditDialog.EDITOR]

    def compose(self) -> ComposeResult:
        """Yield hint and text."""
        editor = " · Ctrl+E: your editor" if self._edit_outside else ""
        with self.frame(self._title, f"Ctrl+S: save{editor} · Esc: cancel"):
            yield self.hint()
            yield TextArea(sanitize(self._text), soft_wrap=True, compact=True, tab_behavior="focus")

    def on_mount(self) -> None:
        """Put the cursor at the end."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()


class NoteDialog(_TextDialog):
    """Edits a note on one line; Enter saves it, an empty one removes it."""

    def compose(self) -> ComposeResult:
        """Yield hint and field."""
        with self.frame(self._title, "Enter: save · Esc: cancel"):
            yield self.hint()
            yield Input(one_line(self._text), compact=True, select_on_focus=False)

    def on_input_submitted(self) -> None:
        """Save."""
        self.action_save()

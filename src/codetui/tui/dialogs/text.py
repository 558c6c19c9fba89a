"""Edit a text of several lines, or a note on one line."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import NO_EDITOR, Dialog, DiscardGuard, EditOutside, alarm
from codetui.tui.widgets.rows import one_line


class _Written(Dialog[str]):
    """The base of both: the first Esc only warns if the text was edited."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    def __init__(self, title: str, text: str = "", lost: Unsaved[str] | None = None) -> None:
        """Create it; `lost` is text that was typed before and could not be saved, shown instead of `text`."""
        super().__init__()
        self._title = title
        self._text = text
        self._lost = lost
        self._loaded = text
        self._unfinished = DiscardGuard(lambda: self.is_changed, lambda words: self._say(alarm(words)))

    def hint(self) -> Static:
        """Yield the line above the field."""
        return Static(alarm(self._lost.why if self._lost else ""), classes="hint")

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

    def action_leave(self) -> None:
        """Close; edits are discarded only at the second key."""
        if self._unfinished.may_be_left():
            self.dismiss(None)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _calm(self) -> None:
        self._unfinished.goes_on()

    def _say(self, text: Content) -> None:
        self.query_one(".hint", Static).update(text)


class TextDialog(_Written):
    """Edits a text of several lines; `edit_outside` opens it in the coder's own editor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+e", "edit_outside", "open in your editor", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    TextDialog {
        & > .frame { height: 70%; min-height: 12; }
        & TextArea { height: 1fr; border: none; padding: 0; background: $foreground 8%; }
    }
    TextDialog TextArea:ansi:nocolor .text-area--cursor { text-style: reverse; }
    TextDialog:ansi TextArea { background: ansi_default; }
    """

    def __init__(
        self, title: str, text: str = "", lost: Unsaved[str] | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        super().__init__(title, text, lost)
        self._edit_outside = edit_outside

    def compose(self) -> ComposeResult:
        """Yield hint and text."""
        editor = " · ctrl+e: your editor" if self._edit_outside else ""
        with self.frame(self._title, f"Ctrl+S: save{editor} · Esc: cancel"):
            yield self.hint()
            yield TextArea(sanitize(self._text), soft_wrap=True, compact=True, tab_behavior="focus")

    def on_mount(self) -> None:
        """Put the cursor at the end."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_edit_outside(self) -> None:
        """Continue in the coder's own editor."""
        if self._edit_outside is None:
            return
        text = self._edit_outside(self.written())
        if text is None:
            self._say(Content(NO_EDITOR))
            return
        self.write(text)


class NoteDialog(_Written):
    """Edits a note on one line; Enter saves it, an empty one removes it."""

    DEFAULT_CSS = "NoteDialog > .frame { height: auto; }"

    def compose(self) -> ComposeResult:
        """Yield hint and field."""
        with self.frame(self._title, "Enter: save · Esc: cancel"):
            yield self.hint()
            yield Input(one_line(self._text), compact=True, select_on_focus=False)

    def on_input_submitted(self) -> None:
        """Save."""
        self.action_save()

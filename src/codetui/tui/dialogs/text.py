"""A text to write: on several lines, or a note on one."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.tui.bench import Unsaved
from codetui.tui.dialogs.base import NO_EDITOR, EditOutside, FramedModal, Unfinished, alarm
from codetui.tui.widgets.cells import one_line


class _Written(FramedModal[str]):
    """What both share: escape throws nothing away that was changed, unless it is pressed twice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    def __init__(self, title: str, text: str = "", lost: Unsaved | None = None) -> None:
        """`lost` is what was written already and the disk refused; it is shown instead of `text`."""
        super().__init__()
        self._title = title
        self._text = text
        self._lost = lost
        self._loaded = text
        self._unfinished = Unfinished(lambda: self.is_changed, lambda words: self._say(alarm(words)))

    def hint(self) -> Static:
        """The line above the field."""
        return Static(alarm(self._lost.why if self._lost else ""), classes="hint")

    def on_mount(self) -> None:
        """Remember how the field shows the text: it may end its lines in its own way, and shows no control signs."""
        self._loaded = self.written()
        if self._lost is not None:
            self.write(self._lost.text)

    def written(self) -> str:
        """The text as it stands in the field."""
        field = self._field
        return field.text if isinstance(field, TextArea) else field.value

    def write(self, text: str) -> None:
        """Puts another text into the field, with the cursor at its end."""
        field = self._field
        if isinstance(field, TextArea):
            field.text = sanitize(text)
            field.move_cursor(field.document.end)
        else:
            field.value = one_line(text)
            field.cursor_position = len(field.value)

    @property
    def is_changed(self) -> bool:
        """True where something was written."""
        return self.written() != self._loaded

    @property
    def _field(self) -> Input | TextArea:
        field = self.query_one("Input, TextArea")
        assert isinstance(field, Input | TextArea)
        return field

    def action_save(self) -> None:
        """Answer with the text; one that was left as it was comes back untouched."""
        self.dismiss(self.written() if self.is_changed else self._text)

    def keep(self) -> None:
        """Answer with a text that was changed, before the program ends."""
        self.dismiss(self.written() if self.is_changed else None)

    def action_leave(self) -> None:
        """Leave; a changed text is thrown away at the second press only."""
        if self._unfinished.may_be_left():
            self.dismiss(None)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _calm(self) -> None:
        self._unfinished.goes_on()

    def _say(self, text: Content) -> None:
        self.query_one(".hint", Static).update(text)


class TextModal(_Written):
    """A text of several lines; `edit_outside` opens it in the coder's own editor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+e", "edit_outside", "open in your editor", show=False, priority=True),
    ]

    DEFAULT_CSS = """
    TextModal {
        & > .frame { height: 70%; min-height: 12; }
        & TextArea { height: 1fr; border: none; padding: 0; background: $foreground 8%; }
    }
    TextModal TextArea:ansi:nocolor .text-area--cursor { text-style: reverse; }
    TextModal:ansi TextArea { background: ansi_default; }
    """

    def __init__(
        self, title: str, text: str = "", lost: Unsaved | None = None, edit_outside: EditOutside | None = None
    ) -> None:
        super().__init__(title, text, lost)
        self._edit_outside = edit_outside

    def compose(self) -> ComposeResult:
        """Hint and text."""
        editor = " · ctrl+e: your editor" if self._edit_outside else ""
        with self.frame(self._title, f"ctrl+s: save{editor} · esc: close"):
            yield self.hint()
            yield TextArea(sanitize(self._text), soft_wrap=True, compact=True, tab_behavior="focus")

    def on_mount(self) -> None:
        """Write at the end of what is there."""
        area = self.query_one(TextArea)
        area.move_cursor(area.document.end)
        area.focus()

    def action_edit_outside(self) -> None:
        """Go on in the coder's own editor."""
        if self._edit_outside is None:
            return
        text = self._edit_outside(self.written())
        if text is None:
            self._say(Content(NO_EDITOR))
            return
        self.write(text)


class NoteModal(_Written):
    """A note on one line; enter saves it, an empty one takes the note away."""

    DEFAULT_CSS = "NoteModal > .frame { height: auto; }"

    def compose(self) -> ComposeResult:
        """Hint and field."""
        with self.frame(self._title, "enter: save · esc: close"):
            yield self.hint()
            yield Input(one_line(self._text), compact=True, select_on_focus=False)

    def on_input_submitted(self) -> None:
        """Save."""
        self.action_save()

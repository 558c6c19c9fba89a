"""A text to write: on several lines, or a note on one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from codetui.tui.modals.frame import FramedModal

EditOutside = Callable[[str], str | None]
WARNING = "Not saved yet: save it, or press escape again to throw it away."


class _Written(FramedModal[str]):
    """What both share: escape throws nothing away that was changed, unless it is pressed twice."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    def __init__(self, title: str, text: str, hint: str) -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._hint = hint
        self._is_warned = False

    def written(self) -> str:
        """The text as it stands in the field."""
        raise NotImplementedError

    def loaded(self) -> str:
        """The text as it stood in the field at first: a field may end its lines in its own way."""
        raise NotImplementedError

    def action_save(self) -> None:
        """Answer with the text; one that was left as it was comes back untouched."""
        self.dismiss(self._text if self.written() == self.loaded() else self.written())

    def action_leave(self) -> None:
        """Leave; a changed text is thrown away at the second press only."""
        if self._is_warned or self.written() == self.loaded():
            self.dismiss(None)
            return
        self._is_warned = True
        self._say(Content.styled(WARNING, "bold $text-warning"))

    def _calm(self) -> None:
        if self._is_warned and self.written() != self.loaded():
            self._is_warned = False
            self._say(Content(self._hint))

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

    def __init__(self, title: str, text: str = "", hint: str = "", edit_outside: EditOutside | None = None) -> None:
        super().__init__(title, text, hint)
        self._edit_outside = edit_outside
        self._loaded = text

    def compose(self) -> ComposeResult:
        """Hint and text."""
        editor = " · ctrl+e: your editor" if self._edit_outside else ""
        with self.frame(self._title, f"ctrl+s: save{editor} · esc: close"):
            yield Static(Content(self._hint), classes="hint")
            yield TextArea(self._text, soft_wrap=True, compact=True, tab_behavior="focus")

    def on_mount(self) -> None:
        """Write at the end of what is there."""
        area = self.query_one(TextArea)
        self._loaded = area.text
        area.move_cursor(area.document.end)
        area.focus()

    def written(self) -> str:
        """The text as it stands."""
        return self.query_one(TextArea).text

    def loaded(self) -> str:
        """The text as it was shown at first."""
        return self._loaded

    def action_edit_outside(self) -> None:
        """Go on in the coder's own editor."""
        if self._edit_outside is None:
            return
        text = self._edit_outside(self.written())
        if text is None:
            self._say(Content("No editor could be opened: set $EDITOR, or write here."))
            return
        area = self.query_one(TextArea)
        area.text = text
        area.move_cursor(area.document.end)

    def on_text_area_changed(self) -> None:
        """Writing on takes the warning back."""
        self._calm()


class NoteModal(_Written):
    """A note on one line; enter saves it, an empty one takes the note away."""

    DEFAULT_CSS = "NoteModal > .frame { height: auto; }"

    def __init__(self, title: str, text: str = "", hint: str = "") -> None:
        super().__init__(title, text, hint)

    def compose(self) -> ComposeResult:
        """Hint and field."""
        with self.frame(self._title, "enter: save · esc: close"):
            yield Static(Content(self._hint), classes="hint")
            yield Input(self._text, compact=True, select_on_focus=False)

    def written(self) -> str:
        """The note as it stands."""
        return self.query_one(Input).value

    def loaded(self) -> str:
        """The note as it was."""
        return self._text

    def on_input_submitted(self) -> None:
        """Save."""
        self.action_save()

    def on_input_changed(self) -> None:
        """Writing on takes the warning back."""
        self._calm()

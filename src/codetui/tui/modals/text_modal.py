"""A text to write: on several lines, or a note on one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static, TextArea

from codetui.core.harmless import harmless
from codetui.tui.bench import Unsaved
from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.cells import one_line

EditOutside = Callable[[str], str | None]
WARNING = "Not saved yet: save it, or press escape again to throw it away."
ALARM = "bold $text-warning"


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
        self._is_warned = False

    def hint(self) -> Static:
        """The line above the field."""
        return Static(Content.styled(self._lost.why, ALARM) if self._lost else "", classes="hint")

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
            field.text = harmless(text)
            field.move_cursor(field.document.end)
        else:
            field.value = one_line(text)
            field.cursor_position = len(field.value)

    @property
    def _field(self) -> Input | TextArea:
        field = self.query_one("Input, TextArea")
        assert isinstance(field, Input | TextArea)
        return field

    def action_save(self) -> None:
        """Answer with the text; one that was left as it was comes back untouched."""
        self.dismiss(self._text if self.written() == self._loaded else self.written())

    def keep(self) -> None:
        """Answer with a text that was changed, before the program ends."""
        if self.written() == self._loaded:
            self.dismiss(None)
        else:
            self.action_save()

    def action_leave(self) -> None:
        """Leave; a changed text is thrown away at the second press only."""
        if self._is_warned or self.written() == self._loaded:
            self.dismiss(None)
            return
        self._is_warned = True
        self._say(Content.styled(WARNING, ALARM))

    def _calm(self) -> None:
        """Writing on takes the warning back."""
        if self._is_warned and self.written() != self._loaded:
            self._is_warned = False
            self._say(Content(""))

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
            yield TextArea(harmless(self._text), soft_wrap=True, compact=True, tab_behavior="focus")

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
            self._say(Content("No editor could be opened: set $EDITOR, or write here."))
            return
        self.write(text)

    def on_text_area_changed(self) -> None:
        """Writing on takes the warning back."""
        self._calm()


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

    def on_input_changed(self) -> None:
        """Writing on takes the warning back."""
        self._calm()

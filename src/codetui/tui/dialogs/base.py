"""The base of all dialogs: a box with a title, with the keys on its lower edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static, TextArea

from codetui.core.text.display import sanitize
from codetui.tui.widgets.rows import shown

Answer = TypeVar("Answer")


ALARM = "bold $text-warning"
NO_EDITOR = "Your editor did not open, or ended with an error: the text is unchanged. Set $EDITOR, or write here."


def alarm(words: str) -> Content:
    """Return words styled as a warning."""
    return Content.styled(words, ALARM) if words else Content("")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A dialog in a box; Esc closes it without an answer."""

    CSS_PATH = "dialogs.tcss"

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "close", show=False)]

    def frame(self, title: str, keys: str) -> Vertical:
        """Return the box, to be filled."""
        self.title = shown(title)
        box = Vertical(classes="frame")
        box.border_title = Content(shown(title))
        box.border_subtitle = Content(keys)
        return box

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer and close once: a second key of a burst would close the workbench below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys that arrive after the answer."""
        return super().check_action(action, parameters) if self.is_active else False

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class ReadingDialog(Dialog[Answer]):
    """A dialog with a text that the arrows and the page keys scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "read(-1)", "up", show=False),
        Binding("down", "read(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
    ]

    READ: ClassVar[str]
    """The selector of the widget that is scrolled."""

    def action_read(self, rows: int) -> None:
        """Scroll by some rows."""
        self.query_one(self.READ).scroll_relative(y=rows, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by some pages."""
        text = self.query_one(self.READ)
        text.scroll_relative(y=pages * max(1, text.size.height - 1), animate=False)


EditOutside = Callable[[str], str | None]
"""Returns a text after the coder edited it in an external editor, or None if that could not run."""

WARNING = "Not saved yet: save it, or press Esc again to close without saving."


class EditDialog(Dialog[Answer]):
    """A dialog with texts to edit: the first Esc after an edit only warns, the second one discards the edits.

    A subclass defines `is_changed` and `keep`, and `action_save`, which answers with the edits.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,ctrl+enter,alt+enter", "save", "save", show=False, priority=True),
        Binding("escape", "leave", "close", show=False, priority=True),
    ]

    EDITOR: ClassVar[BindingType] = Binding("ctrl+e", "edit_outside", "open in your editor", show=False, priority=True)
    """The key of dialogs with texts of several lines; in a line Ctrl+E goes to its end."""

    def __init__(self, title: str, why: str = "", edit_outside: EditOutside | None = None) -> None:
        """Create it; `why` is why the last attempt to save failed."""
        super().__init__()
        self._title = title
        self._why = why
        self.was_refused = bool(why)
        self._edit_outside = edit_outside
        self._is_warned = False

    @property
    def is_changed(self) -> bool:
        """Return whether the texts were edited."""
        raise NotImplementedError

    def hint(self) -> Static:
        """Return the line for warnings above the fields."""
        return Static(alarm(self._why), classes="hint")

    def say(self, words: str) -> None:
        """Show a warning above the fields."""
        self.query_one(".hint", Static).update(alarm(words))

    def action_leave(self) -> None:
        """Close; edits are discarded only at the second key."""
        if self._is_warned or not self.is_changed:
            self.dismiss(None)
        else:
            self._is_warned = True
            self.say(WARNING)

    def action_edit_outside(self) -> None:
        """Continue with the focused text, or the first long one, in the coder's own editor."""
        areas = [*self.query(TextArea)]
        if self._edit_outside is None or not areas:
            return
        area = next((one for one in areas if one.has_focus), areas[0])
        text = self._edit_outside(area.text)
        if text is None:
            self.say(NO_EDITOR)
        else:
            area.text = sanitize(text)
            area.move_cursor(area.document.end)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _edited(self) -> None:
        """Withdraw the warning, since the coder goes on typing."""
        if self._is_warned and self.is_changed:
            self._is_warned = False
            self.say("")

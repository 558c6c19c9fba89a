"""The base of all dialogs: a box with a title, with the keys on its lower edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from codetui.tui.widgets.rows import shown

Answer = TypeVar("Answer")


ALARM = "bold $text-warning"
NO_EDITOR = "Your editor did not open, or ended with an error: all is as it was. Set $EDITOR, or write here."


def alarm(words: str) -> Content:
    """Return words styled as a warning."""
    return Content.styled(words, ALARM) if words else Content("")


class Dialog(ModalScreen[Answer | None], Generic[Answer]):
    """A dialog in a box; Esc closes it without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "close", show=False)]

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        & > .frame {
            width: 92%;
            max-width: 104;
            height: 92%;
            background: $surface;
            border: round $primary;
            border-title-style: bold;
            padding: 0 1;
        }
        & Input { border: none; height: 1; padding: 0; background: $foreground 8%; }
        & .hint { height: auto; color: $foreground 65%; }
        & .words { height: 1; text-style: italic; }
    }
    Dialog:ansi > .frame { background: ansi_default; border: round ansi_default; }
    Dialog Input:ansi:nocolor > .input--cursor { text-style: reverse; }
    Dialog:ansi Input { background: ansi_default; text-style: underline; }
    """

    def frame(self, title: str, keys: str) -> Vertical:
        """Return the box, to be filled."""
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


EditOutside = Callable[[str], str | None]
"""A text after the coder's own editor, or None where none can run."""

WARNING = "Not saved yet: save it, or press escape again to throw it away."


class DiscardGuard:
    """Warns at the first key that would discard edited text; the second one discards it."""

    def __init__(self, is_changed: Callable[[], bool], say: Callable[[str], None]) -> None:
        """Create it; `is_changed` returns whether text was edited, `say` shows a message or clears it."""
        self._is_changed = is_changed
        self._say = say
        self._is_warned = False

    def may_be_left(self) -> bool:
        """Return whether closing is safe or the coder was already warned."""
        if self._is_warned or not self._is_changed():
            return True
        self._is_warned = True
        self._say(WARNING)
        return False

    def goes_on(self) -> None:
        """Withdraw the warning, since the coder goes on typing."""
        if self._is_warned and self._is_changed():
            self._is_warned = False
            self._say("")

"""The frame that all questions share: a box with a title, and the keys at its lower edge."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen

from codetui.tui.widgets.cells import shown

Answer = TypeVar("Answer")


ALARM = "bold $text-warning"
NO_EDITOR = "Your editor did not open, or ended with an error: all is as it was. Set $EDITOR, or write here."


def alarm(words: str) -> Content:
    """Words that stand in a question's way, to be seen at once."""
    return Content.styled(words, ALARM) if words else Content("")


class FramedModal(ModalScreen[Answer | None], Generic[Answer]):
    """A question in a box; escape leaves it without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "close", show=False)]

    DEFAULT_CSS = """
    FramedModal {
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
    FramedModal:ansi > .frame { background: ansi_default; border: round ansi_default; }
    FramedModal Input:ansi:nocolor > .input--cursor { text-style: reverse; }
    FramedModal:ansi Input { background: ansi_default; text-style: underline; }
    """

    def frame(self, title: str, keys: str) -> Vertical:
        """The box, to be filled."""
        box = Vertical(classes="frame")
        box.border_title = Content(shown(title))
        box.border_subtitle = Content(keys)
        return box

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answers and closes, once: a second key of one burst would close the workbench below."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that come behind the answer find nothing left to act on."""
        return super().check_action(action, parameters) if self.is_active else False

    def action_leave(self) -> None:
        """Leave without an answer."""
        self.dismiss(None)


EditOutside = Callable[[str], str | None]
"""A text after the coder's own editor, or None where none can run."""

WARNING = "Not saved yet: save it, or press escape again to throw it away."


class Unfinished:
    """What is written and not saved: the first press that would leave it warns, the second one leaves it."""

    def __init__(self, is_changed: Callable[[], bool], say: Callable[[str], None]) -> None:
        """`is_changed` tells whether something is written; `say` shows words, and no words in their place."""
        self._is_changed = is_changed
        self._say = say
        self._is_warned = False

    def may_be_left(self) -> bool:
        """True where nothing is lost, or the coder was warned."""
        if self._is_warned or not self._is_changed():
            return True
        self._is_warned = True
        self._say(WARNING)
        return False

    def goes_on(self) -> None:
        """Writing on takes the warning back."""
        if self._is_warned and self._is_changed():
            self._is_warned = False
            self._say("")

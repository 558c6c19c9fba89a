"""Another program has the session: read along, or take it over."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.cells import shown

WHAT_FOLLOWS = (
    "Read along: you see what is coded there, and change nothing.\n"
    "Take over: the other program becomes read only with its next command. What it has coded is here; nothing is lost."
)


class TakeOverModal(FramedModal[bool]):
    """Answers True to take the session over, and False to read along; leaving it is reading along."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("O,o", "take", "take over", show=False),
        Binding("enter", "leave", "read along", show=False),
    ]

    DEFAULT_CSS = """
    TakeOverModal {
        & > .frame { height: auto; padding: 1 1; }
        & #who { height: auto; text-style: bold; margin-bottom: 1; }
        & #then { height: auto; }
        & #kept { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, holder: str, waiting: str = "") -> None:
        """`waiting` says what was refused and is done if the session is taken over."""
        super().__init__()
        self._holder = holder
        self._waiting = waiting

    def compose(self) -> ComposeResult:
        """Who has it, and what one can do."""
        with self.frame("This session is open elsewhere", "enter, esc: read along · o: take over"):
            yield Static(Content(shown(f"{self._holder} has this session.")), id="who")
            yield Static(Content(WHAT_FOLLOWS), id="then")
            if self._waiting:
                yield Static(Content(shown(self._waiting)), id="kept")

    def action_take(self) -> None:
        """Take it over."""
        self.dismiss(True)

    def action_leave(self) -> None:
        """Read along."""
        self.dismiss(False)

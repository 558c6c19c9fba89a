"""What a change of the codebook would do to the sessions, before it is done; then, what it did."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from codetui.tui.bench import Do
from codetui.tui.modals.frame import FramedModal, alarm
from codetui.tui.widgets.cells import shown

UNSEEN = 0.4
"""Seconds for which nobody can have read what is asked: an Enter that comes sooner was typed ahead."""

Stage = Literal["counting", "asking", "working", "done"]
KEYS: dict[Stage, str] = {
    "counting": "esc: close",
    "asking": "enter: do it · ↑↓: read · esc: leave it",
    "working": "please wait",
    "done": "enter, esc: close",
}


class DryRun(FramedModal[bool]):
    """Stays open while it is counted and done; answers True once it is done, or None where it was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go_on", "do it", show=False),
        Binding("up", "read(-1)", "up", show=False),
        Binding("down", "read(1)", "down", show=False),
        Binding("pageup", "read(-10)", "a page up", show=False),
        Binding("pagedown", "read(10)", "a page down", show=False),
    ]

    DEFAULT_CSS = """
    DryRun {
        & > .frame { height: auto; max-height: 80%; padding: 1 1; }
        & #what { height: auto; text-style: bold; margin-bottom: 1; }
        & #lines { height: auto; max-height: 14; scrollbar-size-vertical: 1; }
        & #lines Static { height: auto; }
        & #then { height: auto; margin-top: 1; }
    }
    """

    def __init__(self, title: str, what: str, carry_out: Do) -> None:
        """`what` is to be done, in words; `carry_out` does it."""
        super().__init__()
        self._carry_out = carry_out
        self._title = title
        self._what = what
        self.stage: Stage = "counting"
        self.said = "counting…"
        self._shown = 0.0

    def compose(self) -> ComposeResult:
        """What is to be done, how much follows from it, and what then."""
        with self.frame(self._title, KEYS[self.stage]):
            yield Static(Content(shown(self._what)), id="what")
            with VerticalScroll(id="lines", can_focus=False):
                yield Static(Content(self.said), id="said")
            yield Static(id="then")

    def show(self, stage: Stage, lines: Sequence[str], then: str = "", *, is_grave: bool = False) -> None:
        """Shows how far it is."""
        self.stage, self._shown = stage, monotonic()
        self.said = "\n".join(shown(line) for line in lines)
        first, *rest = self.said.split("\n")
        text = Content("\n").join([Content.styled(first, "bold"), *map(Content, rest)])
        self.query_one("#said", Static).update(text)
        self.query_one("#then", Static).update(alarm(then) if is_grave else Content(then))
        self.query_one(".frame").border_subtitle = Content(KEYS[stage])

    def action_read(self, rows: int) -> None:
        """Some rows on, or back."""
        self.query_one("#lines").scroll_relative(y=rows, animate=False)

    def action_go_on(self) -> None:
        """Do it, once it is known what it does; or close what is done."""
        if self.stage == "asking" and monotonic() - self._shown > UNSEEN:
            self._carry_out()
        elif self.stage == "done":
            self.dismiss(True)

    def action_leave(self) -> None:
        """Leave it; what is being done goes on."""
        if self.stage != "working":
            self.dismiss(self.stage == "done" or None)

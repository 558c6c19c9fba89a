"""The search in the ad: a line that says what it finds while it is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static


class SearchLine(Horizontal):
    """`/ python      2 of 7`: typing, up and down, enter and escape go out as messages."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "next", "next place", show=False),
        Binding("up", "previous", "previous place", show=False),
        Binding("escape", "cancel", "back to where it began", show=False),
    ]

    DEFAULT_CSS = """
    SearchLine {
        height: 1;
        background: $panel;
        display: none;
        padding: 0 1;
        &.-open { display: block; }
        & > Input { width: 1fr; border: none; padding: 0; height: 1; background: $panel; }
        & > #search-sign { width: 2; text-style: bold; }
        & > #search-found { width: auto; color: $foreground 65%; padding-left: 2; }
        & > #search-found.-none { color: $text-warning; text-style: bold; }
    }
    SearchLine:ansi, SearchLine:ansi > Input { background: ansi_default; }
    SearchLine Input:ansi:nocolor > .input--cursor { text-style: reverse; }
    """

    class Changed(Message):
        """The words to look for changed."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    class Submitted(Message):
        """The coder takes the place that is shown."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    class Cancelled(Message):
        """The coder goes back to where the search began."""

    class Next(Message):
        """The coder asks for the next place."""

    class Previous(Message):
        """The coder asks for the previous place."""

    def compose(self) -> ComposeResult:
        """Sign, words, what was found."""
        yield Static("/", id="search-sign")
        yield Input(placeholder="search in this ad", compact=True, select_on_focus=True)
        yield Static("", id="search-found")

    @property
    def is_open(self) -> bool:
        """True while the line is shown."""
        return self.has_class("-open")

    def open(self, query: str = "") -> None:
        """Show the line and take the keys; `query` stands there, selected, to be typed over."""
        self.add_class("-open")
        self.screen.add_class("-searching")
        field = self.query_one(Input)
        with field.prevent(Input.Changed):
            field.value = query
        self.show_found(0, 0)
        self.screen.set_focus(field)

    def close(self) -> None:
        """Hide the line."""
        if self.is_open:
            self.remove_class("-open")
            self.screen.remove_class("-searching")

    def show_found(self, place: int, count: int) -> None:
        """Show `place of count`; a place counts from one, none is 0."""
        found = self.query_one("#search-found", Static)
        is_vain = not count and bool(self.query_one(Input).value)
        found.set_class(is_vain, "-none")
        found.update(f"{place:,} of {count:,}" if count else "not in this ad" if is_vain else "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted(event.value))

    def action_next(self) -> None:
        """Ask for the next place."""
        self.post_message(self.Next())

    def action_previous(self) -> None:
        """Ask for the previous place."""
        self.post_message(self.Previous())

    def action_cancel(self) -> None:
        """Ask to go back."""
        self.post_message(self.Cancelled())

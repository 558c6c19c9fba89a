"""The search in the source: an input line with the number of matches."""

from __future__ import annotations

from typing import ClassVar, Protocol

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static


class Searcher(Protocol):
    """Searches the open text for a query."""

    def search(self, query: str) -> None:
        """Show the first match of a query."""

    def next_match(self, direction: int) -> None:
        """Show the next match (1) or the previous one (-1)."""

    def end_search(self, *, is_taken: bool) -> None:
        """Keep the match that is shown, or cancel the search."""


class SearchLine(Horizontal):
    """The search line, `/ python 2 of 7`; passes typed text and the keys up, down, Enter and Escape to `searcher`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "next(1)", "next match", show=False),
        Binding("up", "next(-1)", "previous match", show=False),
        Binding("escape", "cancel", "cancel", show=False),
    ]

    searcher: Searcher

    def __init__(self, source: str = "ad", *, id: str | None = None) -> None:  # noqa: A002
        """Create a search line; `source` is the codebook's noun for a source."""
        super().__init__(id=id)
        self.source = source

    def compose(self) -> ComposeResult:
        """Yield the sign, the input and the number of matches."""
        yield Static("/", id="search-sign")
        yield Input(placeholder=f"search in this {self.source}", compact=True, select_on_focus=True)
        yield Static("", id="search-found")

    @property
    def is_open(self) -> bool:
        """Return whether the line is shown."""
        return self.has_class("-open")

    def open(self, query: str = "") -> None:
        """Show the line and focus it, with `query` selected, so that typing replaces it."""
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
        """Show `place of count`; the first match is 1, no match is 0."""
        found = self.query_one("#search-found", Static)
        has_none = not count and bool(self.query_one(Input).value)
        found.set_class(has_none, "-none")
        found.update(f"{place:,} of {count:,}" if count else f"not in this {self.source}" if has_none else "")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.searcher.search(event.value)

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        event.stop()
        self.searcher.end_search(is_taken=True)

    def action_next(self, direction: int) -> None:
        """Show the next or the previous match."""
        self.searcher.next_match(direction)

    def action_cancel(self) -> None:
        """Cancel the search."""
        self.searcher.end_search(is_taken=False)

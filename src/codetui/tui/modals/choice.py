"""One of a few things: each on a row, most with a key of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.plain_rows import PlainRows
from codetui.tui.widgets.row_list import Part, Row, RowList

MOST_ROWS = 16


class Option(NamedTuple):
    """What can be chosen: the answer, the key that gives it at once (empty: none), and its row."""

    answer: str
    key: str
    row: Row


def option(answer: str, key: str, words: str, about: str = "") -> Option:
    """An option in plain words, with what it means at the right."""
    return Option(answer, key, Row((Part(f"{key} ", "strong"), Part(words)), (Part(about, "dim"),) if about else ()))


class Choice(FramedModal[str]):
    """Answers with what was chosen, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "take", "take", show=False)]

    DEFAULT_CSS = f"""
    Choice {{
        & > .frame {{ height: auto; }}
        & PlainRows {{ height: auto; max-height: {MOST_ROWS}; margin: 1 0; }}
    }}
    """

    def __init__(self, title: str, options: Sequence[Option], hint: str = "") -> None:
        super().__init__()
        self._title = title
        self._options = tuple(options)
        self._hint = hint

    def compose(self) -> ComposeResult:
        """The rows."""
        keys = "key, enter: take" if any(one.key for one in self._options) else "enter: take"
        with self.frame(self._title, f"{keys} · ↑↓: choose · esc: close"):
            if self._hint:
                yield Static(Content(self._hint), classes="hint")
            yield PlainRows()

    def on_mount(self) -> None:
        """Stand on the first."""
        rows = self.query_one(PlainRows)
        rows.show([one.row for one in self._options])
        rows.focus()

    def on_key(self, event: events.Key) -> None:
        """A key that an option has takes it."""
        found = next((one for one in self._options if one.key and one.key == event.character), None)
        if found is not None:
            event.stop()
            event.prevent_default()
            self.dismiss(found.answer)

    @on(RowList.Taken)
    def _taken(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """What stands under the cursor."""
        self.dismiss(self._options[self.query_one(PlainRows).cursor].answer)

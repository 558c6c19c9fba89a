"""List all memos; typing filters them by their words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from codetui.study.memos import MemoEntry
from codetui.tui.dialogs.base import Dialog
from codetui.tui.widgets.rows import Part, Row, RowList, brief, one_line


class MemoRows(RowList, can_focus=False):
    """The memos that match."""

    def __init__(self, entries: Sequence[MemoEntry]) -> None:
        super().__init__(classes="-active")
        self.entries = entries

    def row_count(self) -> int:
        """Return the number of memos."""
        return len(self.entries)

    def row(self, index: int, width: int) -> Row:
        """Return the title of a memo and the beginning of its text."""
        entry = self.entries[index]
        title = brief(one_line(entry.title), max(width // 3, 12))
        return Row((Part(f"{title}  ", "strong"), Part(brief(one_line(entry.text), max(width - len(title) - 3, 10)))))


class MemosDialog(Dialog[MemoEntry]):
    """Asks for a memo. Answers with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
    ]

    def __init__(self, entries: Sequence[MemoEntry]) -> None:
        super().__init__("Memos", "Enter: open · type: filter · ↑↓: move · Esc: close")
        self._entries = tuple(entries)

    def compose(self) -> ComposeResult:
        """Yield the filter and the memos."""
        with self.frame():
            yield Input(placeholder="type: words of a memo or its title", compact=True)
            yield MemoRows(self._entries)
            yield Static(id="memos-none")

    def on_mount(self) -> None:
        """Let the coder type."""
        self.query_one(Input).focus()

    def show_memos(self, entries: Sequence[MemoEntry]) -> None:
        """Show other memos, with the filter and the cursor where they are."""
        self._entries = tuple(entries)
        self._filter(self.query_one(MemoRows).cursor)

    @on(Input.Changed)
    def _typed(self) -> None:
        self._filter()

    def _filter(self, cursor: int = 0) -> None:
        """Show the memos that have all words."""
        words = self.query_one(Input).value.casefold().split()
        rows = self.query_one(MemoRows)
        rows.entries = tuple(
            one for one in self._entries if all(word in f"{one.title}\n{one.text}".casefold() for word in words)
        )
        rows.rows_changed(cursor)
        self.query_one("#memos-none", Static).update("" if rows.entries else "No memo has these words.")

    @on(Input.Submitted)
    @on(RowList.RowSelected)
    def _chosen(self) -> None:
        rows = self.query_one(MemoRows)
        if rows.entries:
            self.dismiss(rows.entries[rows.cursor])

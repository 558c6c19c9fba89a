"""List the steps of the open ad, and those of the study, newest first; any may be undone to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from codetui.study.history import HistoryEntry
from codetui.tui.dialogs.base import Dialog, alarm
from codetui.tui.widgets.rows import Part, Row, RowList, brief, shown


class HistoryList(NamedTuple):
    """Steps, newest first, under a title."""

    title: str
    entries: Sequence[HistoryEntry]


class HistoryRows(RowList):
    """The steps of one list."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: Sequence[HistoryEntry] = ()

    def row_count(self) -> int:
        """Return the number of steps."""
        return len(self.entries)

    def row(self, index: int, width: int) -> Row:
        """Return the time of a step, its words and counts, and whether it is undone."""
        entry = self.entries[index]
        when = datetime.fromisoformat(entry.time).astimezone().strftime("%d %b %H:%M  ") if entry.time else ""
        state = "undone" if entry.is_undone else f"by {entry.by}" if entry.by else ""
        words = brief(shown(entry.words), max(width - len(when) - len(state) - 2, 10))
        return Row((Part(when, "dim"), Part(words, "dim" if entry.is_undone else "plain")), (Part(state, "dim"),))


class HistoryDialog(Dialog[tuple[HistoryEntry, ...]]):
    """Asks for the step to undo to. Answers with the steps to undo, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,shift+tab", "switch", "other list", show=False, priority=True)
    ]

    def __init__(self, lists: Sequence[HistoryList]) -> None:
        """Create a dialog that shows the first list."""
        super().__init__("History", "Enter: undo to here · Tab: other list · ↑↓: move · Esc: close")
        self._lists = tuple(lists)
        self._at = 0

    def compose(self) -> ComposeResult:
        """Yield the names of the lists, the steps, and a line for warnings."""
        with self.frame():
            yield Static(id="history-lists")
            yield HistoryRows()
            yield Static(id="history-none")

    def on_mount(self) -> None:
        """Show the first list."""
        self._show()
        self.query_one(HistoryRows).focus()

    def action_switch(self) -> None:
        """Show the other list."""
        self.keep_height()
        self._at = (self._at + 1) % len(self._lists)
        self._show()

    def _show(self) -> None:
        names = [f" {one.title} {len(one.entries):,} " for one in self._lists]
        parts = [Content.styled(name, "bold reverse" if at == self._at else "") for at, name in enumerate(names)]
        self.query_one("#history-lists", Static).update(Content("  ").join(parts))
        rows = self.query_one(HistoryRows)
        rows.entries = self._lists[self._at].entries
        rows.rows_changed()
        self._warn("" if rows.entries else "No steps yet.")

    def _warn(self, words: str) -> None:
        self.query_one("#history-none", Static).update(alarm(words))

    @on(RowList.RowSelected)
    def _chosen(self, event: RowList.RowSelected) -> None:
        """Answer with the chosen step and those after it that are not undone."""
        entries = self._lists[self._at].entries
        chosen = entries[event.index]
        if chosen.is_undone:
            self._warn("This step is undone already.")
        elif chosen.by:
            self._warn(f"{chosen.by} made this step: only they can undo it.")
        else:
            newer = entries[: event.index + 1]
            self.dismiss(tuple(entry for entry in newer if not (entry.is_undone or entry.by)))

"""The progress of reading a large source, which can be cancelled."""

from __future__ import annotations

from pathlib import Path
from threading import Event
from time import monotonic

from textual.app import ComposeResult
from textual.widgets import Static
from textual.worker import get_current_worker

from codetui.model import SourceEntry
from codetui.study.workspace import Workspace
from codetui.tui.dialogs.base import Dialog, progress_bar

CELLS = 40
"""The width of the bar."""

SHOWN_EVERY = 0.1
"""Seconds between two looks of the bar."""


class LoadingScreen(Dialog[bool]):
    """Reads a source in the background; answers True once it is read, None if that is cancelled."""

    def __init__(self, workspace: Workspace, entry: SourceEntry) -> None:
        super().__init__(f"Reading {Path(entry.file).name}", "Esc: cancel")
        self._workspace, self._entry = workspace, entry
        self._cancelled = Event()
        self._shown_at = 0.0

    def compose(self) -> ComposeResult:
        """Create the bar."""
        with self.frame():
            yield Static(progress_bar(0.0, CELLS), id="bar")

    def on_mount(self) -> None:
        """Begin to read."""
        self.run_worker(self._read, thread=True, exit_on_error=False)

    def on_unmount(self) -> None:
        """Stop reading, whatever closed the dialog."""
        self._cancelled.set()

    def action_leave(self) -> None:
        """Cancel."""
        self._cancelled.set()
        super().action_leave()

    def _read(self) -> None:
        worker, hand = get_current_worker(), self.app.call_from_thread

        def goes_on(share: float) -> bool:
            if worker.is_cancelled or self._cancelled.is_set():
                return False
            if monotonic() - self._shown_at > SHOWN_EVERY:
                self._shown_at = monotonic()
                hand(self.query_one("#bar", Static).update, progress_bar(share, CELLS))
            return True

        if self._workspace.read_ahead(self._entry, goes_on) and not self._cancelled.is_set():
            hand(self.dismiss, True)

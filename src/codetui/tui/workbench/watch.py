"""Notice edits of the open document and of the codebook within two seconds."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.study.session.outcome import PullResult
from codetui.study.session.session import Session
from codetui.tui.bench import Bench
from codetui.tui.workbench.recall import UsageReader

LOOK_EVERY = 0.6
"""Seconds between two looks; a file must be the same for two looks, lest a save be taken half-way."""


class DocumentWatcher:
    """Watches the open document; calls `taken` with what was pulled from it."""

    def __init__(self, bench: Bench, screen: Screen[None], taken: Callable[[PullResult], None]) -> None:
        self._bench = bench
        self._screen = screen
        self._taken = taken
        self._waiting: object = None

    def begin(self) -> None:
        """Start watching."""
        self._screen.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """Look at the file in a thread: a slow disk must not hold up a key."""
        session = self._bench.workspace.session
        if session is not None:
            self._screen.run_worker(
                lambda: self._ask(session), thread=True, group="watching", exclusive=True, exit_on_error=False
            )

    def _ask(self, session: Session) -> None:
        version = session.changed()
        if version is None:
            self._waiting = None
        elif version != self._waiting:
            self._waiting = version
        elif not get_current_worker().is_cancelled:
            self._waiting = None
            self._screen.app.call_from_thread(self._take, session)

    def _take(self, session: Session) -> None:
        if session is not self._bench.workspace.session:
            return
        taken = self._bench.workspace.pull()
        if taken is not None:
            self._taken(taken)


class CodebookWatcher:
    """Watches the codebook's file; it must look the same twice, since editors save in steps."""

    def __init__(self, bench: Bench, screen: Screen[None], usage_reader: UsageReader) -> None:
        self._bench = bench
        self._screen = screen
        self._usage_reader = usage_reader
        self._waiting: object = None

    def begin(self) -> None:
        """Start watching."""
        self._screen.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """Look at the file in a thread: a slow disk must not hold up a key."""
        self._screen.run_worker(self._ask, thread=True, group="watching the book", exclusive=True, exit_on_error=False)

    def _ask(self) -> None:
        version = self._bench.workspace.codebook.changed_version()
        if version is None or version != self._waiting:
            self._waiting = version
        else:
            self._waiting = None
            self._screen.app.call_from_thread(self._take)

    def _take(self) -> None:
        reloaded = self._bench.workspace.reload_codebook()
        if reloaded is None:
            return
        self._bench.notify_behind(reloaded.message, "refusal" if reloaded.is_held else "info")
        if not reloaded.is_held:
            self._usage_reader.begin()
            self._bench.show_book()

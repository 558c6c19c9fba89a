"""Notice edits of the open document and of the codebook within two seconds."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.tui.bench import Bench, Do
from codetui.tui.workbench.recall import UsageReader
from codetui.tui.workbench.view_model import pull_words

LOOK_EVERY = 0.6
"""Seconds between two looks at a file."""


def watch_files(bench: Bench, screen: Screen[None], usage_reader: UsageReader, show: Do) -> None:
    """Pull the open document and reload the codebook when they change; `show` shows the session then."""
    workspace = bench.workspace

    def changed_version() -> object:
        return workspace.session.changed() if workspace.session else None

    def pull() -> None:
        pulled = workspace.pull()
        if pulled is not None:
            show()
            has_errors = any(problem.severity == "error" for problem in pulled.problems)
            bench.notify_behind(pull_words(pulled), "error" if has_errors else "refusal" if pulled.problems else "info")

    def reload() -> None:
        reloaded = workspace.reload_codebook()
        if reloaded is not None:
            bench.notify_behind(reloaded.message, "refusal" if reloaded.is_held else "info")
            if not reloaded.is_held:
                usage_reader.begin()
                bench.show_book()

    _Watcher(screen, "document", changed_version, pull).begin()
    _Watcher(screen, "codebook", workspace.codebook.changed_version, reload).begin()


class _Watcher:
    """Calls `use` when two looks found the same change: editors save in steps."""

    def __init__(self, screen: Screen[None], name: str, changed_version: Callable[[], object], use: Do) -> None:
        """`changed_version` returns None while nothing is changed."""
        self._screen = screen
        self._name = name
        self._changed_version = changed_version
        self._use = use
        self._seen: object = None

    def begin(self) -> None:
        """Start watching."""
        self._screen.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """Look in a thread: a slow disk must not hold up a key."""
        group = f"watching the {self._name}"
        self._screen.run_worker(self._compare, thread=True, group=group, exclusive=True, exit_on_error=False)

    def _compare(self) -> None:
        version = self._changed_version()
        if version is None or version != self._seen:
            self._seen = version
        elif not get_current_worker().is_cancelled:
            self._seen = None
            self._screen.app.call_from_thread(self._use)

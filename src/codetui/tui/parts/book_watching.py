"""Whether somebody edits the codebook outside meanwhile: noticed within two seconds, and taken over if it is good."""

from __future__ import annotations

from textual.screen import Screen

from codetui.tui.bench import Bench
from codetui.tui.parts.recalling import Recalling
from codetui.tui.parts.watching import LOOK_EVERY


class BookWatching:
    """Looks at the codebook's file; it must be the same for two looks, lest a save be taken half-way."""

    def __init__(self, bench: Bench, screen: Screen[None], recalling: Recalling) -> None:
        self._bench = bench
        self._screen = screen
        self._recalling = recalling
        self._waiting: object = None

    def begin(self) -> None:
        """Starts to look."""
        self._screen.set_interval(LOOK_EVERY, self._look)

    def _look(self) -> None:
        """Asks the disk in a thread: a slow one must not hold a key up."""
        self._screen.run_worker(self._ask, thread=True, group="watching the book", exclusive=True, exit_on_error=False)

    def _ask(self) -> None:
        version = self._bench.workspace.living_book.changing_version()
        if version is None or version != self._waiting:
            self._waiting = version
        else:
            self._waiting = None
            self._screen.app.call_from_thread(self._take)

    def _take(self) -> None:
        reloaded = self._bench.workspace.reload_book()
        if reloaded is None:
            return
        self._bench.say_besides(reloaded.message, "refusal" if reloaded.is_held else "info")
        if not reloaded.is_held:
            self._recalling.begin()
            self._bench.show_book()

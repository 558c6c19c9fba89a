"""Read which quotations a code has: in the open source at once, in the others once a worker has read them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from time import monotonic, sleep
from typing import TypeVar

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.core.codebook.keys import proposed_id
from codetui.core.codebook.usage import latest_usages, usages_in
from codetui.model import Codebook, CodeId
from codetui.tui.bench import Bench
from codetui.tui.widgets.definition import DefinitionPane, PastUsages

MOST_HERE, MOST_ELSEWHERE = 3, 5
"""Quotations of a code that a definition shows, of the open ad and of the others."""

WORK, REST = 0.001, 0.002
"""Seconds in turn in which a worker works and rests, so that a key has the processor to itself."""

STAYS = 0.3
"""Seconds after which somebody who opened a panel reads in it; who knows the keys has closed it by then."""


Step = TypeVar("Step")


def paced(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps of a worker's work, with rests, until the worker is cancelled."""
    worker, rested = get_current_worker(), monotonic()
    for step in steps:
        if worker.is_cancelled:
            return
        yield step
        if monotonic() - rested > WORK:
            sleep(REST)
            rested = monotonic()


class UsageReader:
    """Provides definitions with the coder's own quotations of a code."""

    def __init__(self, bench: Bench, screen: Screen[None]) -> None:
        self._bench = bench
        self._screen = screen
        self._is_reading = False
        self._staying: asyncio.TimerHandle | None = None
        self.when_read: Callable[[], None] | None = None
        """What to do once all has been read."""

    def begin(self) -> None:
        """Read, in a worker, the sources that have changed; until then the usage is marked as incomplete."""
        if not self._is_reading:
            self._is_reading = True
            self._screen.run_worker(self._read, thread=True, group="recalling", name="recalling", exit_on_error=False)

    def begin_where(self, is_read: Callable[[], bool]) -> None:
        """Begin, but if everything was read before, only after a short while in the panel.

        Looking at every log again at each opening would slow down a coder who does not read the usage.
        """
        if not self._bench.workspace.usage.is_complete:
            self.begin()
            return
        if self._staying is not None:
            self._staying.cancel()
        self._staying = asyncio.get_running_loop().call_later(STAYS, self._begin_where, is_read)

    def _begin_where(self, is_read: Callable[[], bool]) -> None:
        if self._screen.is_attached and is_read():
            self.begin()

    @property
    def has_read(self) -> bool:
        """Return whether the other sources are read and unchanged."""
        return self._bench.workspace.usage.is_complete and not self._is_reading

    def usage(self, code: CodeId) -> PastUsages:
        """Return the known usage of a code, without the coding under the cursor."""
        bench, earlier = self._bench, self._bench.workspace.usage
        own = bench.coding_here()
        here = latest_usages(usages_in(bench.state, bench.ad.id, code, own.id if own else None), MOST_HERE)
        elsewhere = earlier.latest(code, bench.ad.id, MOST_ELSEWHERE)
        return PastUsages(here, elsewhere, self._is_reading and not earlier.is_complete)

    def free_id(self, book: Codebook, section: str, group: str) -> str:
        """Return the id that a new code of a section and group gets: one that no coding has either."""
        used = {coding.code for coding in self._bench.state.codings.values()}
        return proposed_id(book, section, group, used | self._bench.workspace.usage.codes())

    def _read(self) -> None:
        worker, workspace = get_current_worker(), self._bench.workspace
        earlier = workspace.usage
        before = earlier.is_complete, earlier.readings
        try:
            for _ in paced(earlier.read(list(workspace.sources.entries), self._bench.ad.id)):
                pass
        finally:
            if not worker.is_cancelled:
                is_new = before != (earlier.is_complete, earlier.readings)
                self._screen.app.call_from_thread(self._done, is_new)

    def _done(self, is_new: bool) -> None:
        self._is_reading = False
        when_read, self.when_read = self.when_read, None
        if when_read is not None:
            when_read()
        for screen in self._screen.app.screen_stack if is_new else ():
            for pane in screen.query(DefinitionPane):
                pane.show_again()

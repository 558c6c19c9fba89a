"""Background work: list the sources, read earlier codings, watch the document and the codebook."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import TypeVar

from textual.worker import get_current_worker

from codetui.core.codebook.keys import proposed_id
from codetui.core.codebook.usage import latest_usages, usages_in
from codetui.model import Codebook, CodeId
from codetui.study.session.outcome import PullKind
from codetui.study.workspace import Batch
from codetui.tui.bench import Bench, Do
from codetui.tui.widgets.definition import DefinitionPane, PastUsages
from codetui.tui.widgets.status_line import Kind
from codetui.tui.workbench.view_model import first_of, pull_words

MOST_HERE, MOST_ELSEWHERE = 3, 5
"""Quotations of a code that a definition shows, of the open ad and of the others."""

WORK, REST = 0.001, 0.002
"""Seconds in turn in which a worker works and rests, so that a key has the processor to itself."""

STAYS = 0.3
"""Seconds after which somebody who opened a panel reads in it; who knows the keys has closed it by then."""


Step = TypeVar("Step")


def paced(steps: Iterable[Step]) -> Iterator[Step]:
    """Yield the steps of a worker with pauses between them, until the worker is cancelled."""
    worker, rested = get_current_worker(), monotonic()
    for step in steps:
        if worker.is_cancelled:
            return
        yield step
        if monotonic() - rested > WORK:
            sleep(REST)
            rested = monotonic()


class UsageReader:
    """Provides the coder's earlier quotations of a code for definitions."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._is_reading = False
        self._staying: asyncio.TimerHandle | None = None
        self.when_read: Callable[[], None] | None = None
        """Called once all has been read."""

    def begin(self) -> None:
        """Read the changed sources in a worker; until it ends the usage is marked as incomplete."""
        if not self._is_reading:
            self._is_reading = True
            self._bench.run_worker(self._read, thread=True, group="recalling", name="recalling", exit_on_error=False)

    def begin_where(self, is_read: Callable[[], bool]) -> None:
        """Start reading: immediately the first time, later only after the panel has been open for a short while.

        Checking every log again at each opening would slow down a coder who does not read the usage.
        """
        if not self._bench.workspace.usage.is_complete:
            self.begin()
            return
        if self._staying is not None:
            self._staying.cancel()
        self._staying = asyncio.get_running_loop().call_later(STAYS, self._begin_where, is_read)

    def _begin_where(self, is_read: Callable[[], bool]) -> None:
        if self._bench.is_attached and is_read():
            self.begin()

    @property
    def has_read(self) -> bool:
        """Return whether all other sources have been read and are unchanged."""
        return self._bench.workspace.usage.is_complete and not self._is_reading

    def usage(self, code: CodeId) -> PastUsages:
        """Return the known usage of a code, without the coding under the cursor."""
        bench, earlier = self._bench, self._bench.workspace.usage
        own = bench.coding_here()
        here = latest_usages(usages_in(bench.state, bench.ad.id, code, own.id if own else None), MOST_HERE)
        elsewhere = earlier.latest(code, bench.ad.id, MOST_ELSEWHERE)
        total = (
            len(bench.state.of_code(code)) + earlier.count(code, bench.ad.id) - (own is not None and own.code == code)
        )
        return PastUsages(here, elsewhere, self._is_reading and not earlier.is_complete, total)

    def free_id(self, book: Codebook, section: str, group: str) -> str:
        """Return the id for a new code of a section and group: one that no code or coding has."""
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
                self._bench.app.call_from_thread(self._done, is_new)

    def _done(self, is_new: bool) -> None:
        self._is_reading = False
        when_read, self.when_read = self.when_read, None
        if when_read is not None:
            when_read()
        for screen in self._bench.app.screen_stack if is_new else ():
            for pane in screen.query(DefinitionPane):
                pane.show_again()


LOOK_EVERY = 0.6
"""Seconds between two looks at a file."""


def watch_files(bench: Bench) -> None:
    """Pull the open document and the memos, and reload the codebook, when they change."""
    workspace = bench.workspace

    def changed_version() -> object:
        return workspace.session.changed() if workspace.session else None

    def pull() -> None:
        pulled = workspace.pull()
        document = str(workspace.session.document_path) if workspace.session else ""
        if pulled is None:
            # The document is again what it was: a message about its damage no longer holds.
            bench.notify_behind("", file=document)
        else:
            bench.changed_elsewhere()
            has_errors = any(problem.severity == "error" for problem in pulled.problems)
            kind: Kind = "error" if has_errors else "refusal" if pulled.problems else "info"
            bench.notify_behind(pull_words(pulled), kind, document)
            if pulled.kind is PullKind.MUCH_REMOVED and bench.app.screen is bench:
                bench.sharing.ask_about_removals(pulled)

    def reload() -> None:
        reloaded = workspace.reload_codebook()
        if reloaded is not None:
            kind: Kind = "refusal" if reloaded.is_held else "info"
            bench.notify_behind(reloaded.message, kind, str(workspace.codebook.path))
            if not reloaded.is_held:
                bench.usage_reader.begin()
                bench.show_book()

    _watch(bench, "document", changed_version, pull)
    _watch(bench, "codebook", workspace.codebook.changed_version, reload)
    _watch(bench, "memos", workspace.changed_memos, lambda: bench.memos.pull())


def _watch(bench: Bench, name: str, changed_version: Callable[[], object], use: Do) -> None:
    """Call `use` when two successive checks found the same change, since editors save in steps.

    `changed_version` returns None as long as nothing has changed; it is called in a thread, so that a slow disk does
    not delay keys.
    """
    seen: object = None

    def compare() -> None:
        nonlocal seen
        version = changed_version()
        if version is None or version != seen:
            seen = version
        elif not get_current_worker().is_cancelled:
            seen = None
            bench.app.call_from_thread(use)

    def look() -> None:
        group = f"watching the {name}"
        bench.run_worker(compare, thread=True, group=group, exclusive=True, exit_on_error=False)

    bench.set_interval(LOOK_EVERY, look)


def list_sources(bench: Bench) -> None:
    """List the sources in batches, then read the status of those worked on, then find duplicate texts.

    Earlier codings are read as well, so that the first panel can show them.
    """
    workspace, status = bench.workspace, bench.status

    def add(batch: Batch) -> None:
        workspace.sources.add(batch)
        bench.navigator.listed(batch.entries)
        status.show_listing(len(workspace.sources.entries), batch.done / batch.total if batch.total else None)

    def work() -> None:
        worker, hand = get_current_worker(), bench.app.call_from_thread
        workspace.warm_up()
        for batch in workspace.sources.batches():
            if worker.is_cancelled:
                return
            hand(add, batch)
        hand(_show_listed, bench)
        for ad, progress in workspace.sources.read_statuses():
            if worker.is_cancelled:
                return
            hand(workspace.sources.statuses.setdefault, ad, progress)
        hand(bench.usage_reader.begin)
        for _ in paced(workspace.sources.read_texts()):
            pass
        if not worker.is_cancelled:
            hand(_show_greeting, bench)

    bench.run_worker(work, thread=True, group="listing", name="listing", exit_on_error=False)


def _show_listed(bench: Bench) -> None:
    """Show that all sources are listed, and the first problem if no other message is shown."""
    workspace, status = bench.workspace, bench.status
    workspace.sources.is_listed = True
    # The ads stay: no collection need look through them.
    gc.freeze()
    bench.navigator.listed(())
    status.show_listing(None)
    bench.show_facts()
    troubles = [problem for problem in workspace.problems if problem.severity != "note"]
    if troubles and status.message[1] == "info":
        words = f"{Path(troubles[0].file).name}: {troubles[0].message}"
        status.show_message(first_of(workspace.problems, words), "refusal", troubles[0].file)


def _show_greeting(bench: Bench) -> None:
    """Show the offer of earlier codings of the same text, which is known once all texts were read."""
    words, (text, kind) = bench.copier.greeting(), bench.status.message
    if words and kind == "info":
        bench.status.show_message(words)
    elif words and bench.copier.is_from_former_id:
        # That explains why quotations are not located.
        bench.status.show_message(f"{words} · {text}", kind)

"""List the corpus in a worker while the coder codes."""

from __future__ import annotations

import gc

from textual.screen import Screen
from textual.worker import get_current_worker

from codetui.study.workspace import Batch, Workspace
from codetui.tui.widgets.status_line import StatusLine
from codetui.tui.workbench.describe import CopyController
from codetui.tui.workbench.navigate import NavigationController
from codetui.tui.workbench.recall import UsageReader, paced
from codetui.tui.workbench.view_model import first_of, status_facts


class SourceLister:
    """Lists sources in batches, then the status of those the coder has touched, then duplicate texts.

    What was coded in them is read as well, so that the first panel has it at once.
    """

    def __init__(
        self,
        screen: Screen[None],
        workspace: Workspace,
        navigator: NavigationController,
        copier: CopyController,
        usage_reader: UsageReader,
        status: StatusLine,
    ) -> None:
        self._screen = screen
        self._workspace = workspace
        self._navigator = navigator
        self._copier = copier
        self._usage_reader = usage_reader
        self._status = status

    def begin(self) -> None:
        """Start the worker."""
        self._screen.run_worker(self._list, thread=True, group="listing", name="listing", exit_on_error=False)

    def _list(self) -> None:
        worker, hand = get_current_worker(), self._screen.app.call_from_thread
        self._workspace.warm_up()
        for batch in self._workspace.sources.batches():
            if worker.is_cancelled:
                return
            hand(self._take, batch)
        hand(self._all_listed)
        for ad, status in self._workspace.sources.read_statuses():
            if worker.is_cancelled:
                return
            hand(self._workspace.sources.statuses.setdefault, ad, status)
        hand(self._usage_reader.begin)
        for _ in paced(self._workspace.sources.read_texts()):
            pass
        if not worker.is_cancelled:
            hand(self._texts_read)

    def _texts_read(self) -> None:
        if self._status.message[1] == "info" and (words := self._copier.words()):
            self._status.show_message(words)

    def _take(self, batch: Batch) -> None:
        self._workspace.sources.add(batch)
        self._navigator.listed(batch.entries)
        share = batch.done / batch.total if batch.total else None
        self._status.show_listing(len(self._workspace.sources.entries), share)

    def _all_listed(self) -> None:
        self._workspace.sources.is_listed = True
        # The ads stay: no collection need look through them.
        gc.freeze()
        self._navigator.listed(())
        self._status.show_listing(None)
        self._status.show_facts(status_facts(self._workspace))
        troubles = [problem for problem in self._workspace.problems if problem.severity != "note"]
        if troubles and self._status.message[1] == "info":
            words = f"{troubles[0].severity}: {troubles[0].message}"
            self._status.show_message(first_of(self._workspace.problems, words), "refusal")

"""Background documents beside the ad."""

from __future__ import annotations

from codetui.tui.bench import Bench, Do
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.screens.reader import Reading as Page


class Reading:
    """Opens the reader, gives it the keys, and closes it."""

    def __init__(self, bench: Bench, pane: ReaderPane) -> None:
        self._bench = bench
        self._pane = pane

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"read": self.read}

    def read(self) -> None:
        """Opens the reader or goes to it; from the reader, closes it."""
        pane = self._pane
        references = self._bench.index.book.references
        if pane.screen.focused is pane:
            pane.post_message(ReaderPane.Closed())
            return
        if not references:
            self._bench.say("The codebook names no background documents; add [[reference]] tables to it.", "refusal")
            return
        workspace = self._bench.workspace
        pages = [Page(reference.title, workspace.read_reference(reference)) for reference in references]
        pane.screen.add_class("-reading")
        pane.screen.set_focus(pane)
        pane.run_worker(pane.show(pages, pane.place), exclusive=True)

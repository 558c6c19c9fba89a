"""Background documents beside the ad."""

from __future__ import annotations

from codetui.core.codebook.index import profile as profile_of
from codetui.tui.bench import Bench, Do
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.screens.reader import Reading as Page
from codetui.tui.widgets.outline import CodeNode, ProfileNode


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
        pane.run_worker(pane.show(pages, self._place_here()), exclusive=True)

    def _place_here(self) -> int:
        """The document that is about the code or profile under the cursor, else the one that was open last."""
        bench, node = self._bench, self._bench.node()
        coding = bench.coding_here()
        code = node.id if isinstance(node, CodeNode) else coding.code if coding else None
        profile = profile_of(bench.index.book, bench.state.profile) if isinstance(node, ProfileNode) else None
        tied = (
            place
            for place, one in enumerate(bench.index.book.references)
            if code in one.codes or (profile and profile.id in one.profiles)
        )
        return next(tied, self._pane.place)

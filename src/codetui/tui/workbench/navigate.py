"""Go from source to source, and around the codebook tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codetui.core.session.state import State
from codetui.model import CodingId, SourceEntry, SourceId, Span
from codetui.tui.bench import Bench, Do
from codetui.tui.widgets.codebook_tree import CodebookTree, CodeNode, CodingNode, Node, ProfileNode
from codetui.tui.workbench.code import CodeController
from codetui.tui.workbench.select import SelectionController

if TYPE_CHECKING:
    from codetui.tui.dialogs.source_list import AdListScreen


class NavigationController:
    """Goes to another source.  `list_screen` is the open list of sources, so that it can grow."""

    def __init__(self, bench: Bench) -> None:
        self.list_screen: AdListScreen | None = None
        self._bench = bench
        self.waiting: Do | None = None
        """A move that waits for the list of sources; any key cancels it."""

    def actions(self) -> dict[str, Do]:
        """Return the function of each action id."""
        return {
            "next_ad": lambda: self._step(1),
            "previous_ad": lambda: self._step(-1),
            "next_uncoded": self._next_uncoded,
            "ads": self._show_list,
        }

    def _step(self, step: int) -> None:
        workspace = self._bench.workspace
        entry = workspace.sources.neighbour(step)
        if entry is not None:
            self._bench.open_ad(entry)
        elif not workspace.sources.is_listed:
            self._wait(lambda: self._step(step))
        else:
            where = "last" if step > 0 else "first"
            self._bench.say(f"This is the {where} ad. a shows the list.", "refusal")

    def _next_uncoded(self) -> None:
        workspace = self._bench.workspace
        entry = workspace.sources.next_uncoded()
        if entry is not None:
            self._bench.open_ad(entry)
        elif not workspace.sources.is_listed:
            self._wait(self._next_uncoded)
        else:
            self._bench.say("No ad is left untouched. a shows the list with the state of each.", "refusal")

    def _wait(self, go: Do) -> None:
        """Go there once the list of sources is complete, unless another key comes first."""
        self.waiting = go
        self._bench.say("The ads are still being listed: you go there as soon as it is known where. Esc stays.")

    def _show_list(self) -> None:
        from codetui.tui.dialogs.source_list import AdListScreen

        workspace = self._bench.workspace
        touched = {*workspace.sources.statuses, self._bench.ad.id}
        progress = {ad: workspace.sources.status(ad) for ad in touched}
        screen = AdListScreen(
            workspace.sources.entries, progress, self._bench.ad.id, is_listing=not workspace.sources.is_listed
        )
        self.list_screen = screen
        self._bench.ask(screen, self._chosen)

    def _chosen(self, ad: SourceId) -> None:
        entry = self._bench.workspace.sources.find(ad)
        if entry is not None and ad != self._bench.ad.id:
            self._bench.open_ad(entry)

    def listed(self, entries: tuple[SourceEntry, ...]) -> None:
        """Add sources to the open list and carry out a move that waited for them."""
        if self.list_screen is not None and self.list_screen.is_attached:
            self.list_screen.add_entries(entries, is_listing=not self._bench.workspace.sources.is_listed)
        waiting, self.waiting = self.waiting, None
        if waiting is not None:
            waiting()


class TreeController:
    """Acts on the nodes of the codebook tree."""

    def __init__(
        self, bench: Bench, outline: CodebookTree, selector: SelectionController, assigner: CodeController
    ) -> None:
        self._bench = bench
        self._outline = outline
        self._selector = selector
        self._assigner = assigner

    def actions(self) -> dict[str, Do]:
        """Return the function of each action id."""
        return {"tree": self._switch}

    def _switch(self) -> None:
        if self._outline.has_focus:
            self._bench.back_to_ad()
        else:
            self._outline.add_class("-shown")
            self._outline.screen.set_focus(self._outline)

    def chosen(self, node: Node, ask_profile: Do) -> None:
        """Act on Enter on a node that is not an unresolved quotation."""
        if isinstance(node, ProfileNode):
            ask_profile()
        elif isinstance(node, CodeNode):
            self._assigner.take(node.id)
        elif isinstance(node, CodingNode):
            self._bench.aim_at(node.id)
            span = span_of(self._bench.state, node.id)
            if span is not None:
                self._bench.select(span)

    def highlighted(self, node: Node) -> None:
        """Show the quotation of the node under the cursor."""
        span = span_of(self._bench.state, node.id) if isinstance(node, CodingNode) else None
        if self._outline.has_focus and span is not None:
            self._selector.glance(span)


def span_of(state: State, coding: CodingId) -> Span | None:
    """Return the span of a coding, or None if it has no position."""
    anchor = state.codings[coding].anchor if coding in state.codings else None
    return Span(anchor.start, anchor.end) if anchor else None

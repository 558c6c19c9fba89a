"""From ad to ad: the next, the one before, the next uncoded, the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from codetui.core.session.state import State
from codetui.model import CodingId, SourceEntry, SourceId, Span
from codetui.study.session.outcome import AdStatus
from codetui.tui.bench import Bench, Do
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.outline import CodeNode, CodingNode, Node, ProfileNode
from codetui.tui.workbench.code import Assigning
from codetui.tui.workbench.select import Selecting

if TYPE_CHECKING:
    from codetui.tui.screens.ad_list import AdListScreen, AdState, Progress


STATES: dict[str, AdState] = {
    "untouched": "untouched",
    "in progress": "in progress",
    "profile assigned": "profile",
    "done": "done",
}


class Travelling:
    """Which ad comes next.  `list_screen` is the list while it is open, so that more ads can reach it."""

    def __init__(self, bench: Bench) -> None:
        self.list_screen: AdListScreen | None = None
        self._bench = bench
        self._waiting: Do | None = None

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
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
        """Goes there once it is known where that is, unless something else is done before."""
        self._waiting = go
        self._bench.say("The ads are still being listed: you go there as soon as it is known where. Esc stays.")

    def stay(self) -> None:
        """Something else was pressed: a way that waits for the list is not taken."""
        self._waiting = None

    def _show_list(self) -> None:
        from codetui.tui.screens.ad_list import AdListScreen

        workspace = self._bench.workspace
        touched = {*workspace.sources.statuses, self._bench.ad.id}
        progress = {ad: _progress(workspace.sources.status(ad)) for ad in touched}
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
        """More ads are known: an open list gets them too, and a way that waited for them is taken."""
        if self.list_screen is not None and self.list_screen.is_attached:
            self.list_screen.add_entries(entries, is_listing=not self._bench.workspace.sources.is_listed)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()


def _progress(status: AdStatus) -> Progress:
    from codetui.tui.screens.ad_list import Progress

    return Progress(STATES[status.progress], status.codings)


class Outlining:
    """The tree's side of the workbench."""

    def __init__(self, bench: Bench, outline: CodebookTree, selecting: Selecting, assigning: Assigning) -> None:
        self._bench = bench
        self._outline = outline
        self._selecting = selecting
        self._assigning = assigning

    def actions(self, back: Callable[[], None]) -> dict[str, Do]:
        """What to do for each action id; `back` gives the keys to the ad again."""
        return {"tree": lambda: self._switch(back)}

    def _switch(self, back: Callable[[], None]) -> None:
        is_leaving = self._outline.screen.focused is self._outline
        self._outline.set_class(not is_leaving, "-shown")
        if is_leaving:
            back()
        else:
            self._outline.screen.set_focus(self._outline)

    def chosen(self, node: Node, ask_profile: Do) -> None:
        """The coder pressed Enter on a node that is no quotation in doubt."""
        if isinstance(node, ProfileNode):
            ask_profile()
        elif isinstance(node, CodeNode):
            self._assigning.take(node.id)
        elif isinstance(node, CodingNode):
            self._bench.aim_at(node.id)
            span = span_of(self._bench.state, node.id)
            if span is not None:
                self._bench.select(span)

    def highlighted(self, node: Node) -> None:
        """The coder walks over the nodes: the ad shows the quotation."""
        span = span_of(self._bench.state, node.id) if isinstance(node, CodingNode) else None
        if self._outline.screen.focused is self._outline and span is not None:
            self._selecting.glance(span)


def span_of(state: State, coding: CodingId) -> Span | None:
    """Where a coding's words stand in the ad, if they have a place."""
    anchor = state.codings[coding].anchor if coding in state.codings else None
    return Span(anchor.start, anchor.end) if anchor else None

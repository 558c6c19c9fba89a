"""What the coder does in the codebook tree: go there, look at a quotation, choose a node."""

from __future__ import annotations

from collections.abc import Callable

from codetui.core.session.state import State
from codetui.model import CodingId, Span
from codetui.tui.bench import Bench, Do
from codetui.tui.parts.assigning import Assigning
from codetui.tui.parts.selecting import Selecting
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.outline import CodeNode, CodingNode, Node, ProfileNode


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

"""The codebook with what is coded under it: the outline of the document to come."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.session.state import State
from codetui.model import Codebook, CodingId
from codetui.tui.widgets.cells import brief, wrap
from codetui.tui.widgets.outline import (
    CodingNode,
    Line,
    Node,
    NoteNode,
    Outline,
    ProfileNode,
    SectionNode,
)
from codetui.tui.widgets.rows import Part, Row, RowList, Tone

PROFILE = ProfileNode()
REASONING_ROWS = 3


class CodebookTree(RowList):
    """Profile, sections, groups, codes, quotations; folding, cursor and scroll outlast every update."""

    HELP = "The codebook, and under each code the quotations that it holds in this ad."
    BINDING_GROUP_TITLE = "Codebook"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold", "fold, or to what it belongs to", show=False),
        Binding("right,l", "unfold", "unfold, or to what is below", show=False),
        Binding("space", "fold_or_unfold", "fold or unfold", show=False),
    ]

    class Highlighted(Message):
        """The coder stands on another node."""

        def __init__(self, tree: CodebookTree, node: Node) -> None:
            super().__init__()
            self.tree = tree
            self.node = node

    class Chosen(Message):
        """The coder pressed enter on a node."""

        def __init__(self, tree: CodebookTree, node: Node) -> None:
            super().__init__()
            self.tree = tree
            self.node = node

    def __init__(
        self,
        *,
        no_profile: str = "no profile yet: press p",
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._no_profile = no_profile
        self._index = CodebookIndex(Codebook(title=""))
        self._state = State()
        self._folded: set[Node] = {PROFILE}
        self._outline = Outline(self._index, self._state)
        self._head: list[Row] = []
        self._head_width = 0

    # --- what comes in --------------------------------------------------------------------------------

    def show(self, book: Codebook, state: State) -> None:
        """Show another session from its top.  Sections that were folded stay so."""
        self._index = CodebookIndex(book)
        self._state = state
        self._rebuild(PROFILE)
        if self.scroll_offset.y:
            self.scroll_to(y=0, animate=False)

    def show_book(self, book: Codebook) -> None:
        """Show the session with another codebook; the cursor stays where its node still is."""
        self._index = CodebookIndex(book)
        self._rebuild(self.current)

    def refresh_state(self, state: State) -> None:
        """Show the session as it stands now."""
        self._state = state
        self._rebuild(self.current)

    def reveal(self, coding: CodingId) -> None:
        """Stand on a quotation, unfolding what hides it; posts nothing."""
        node: Node = CodingNode(coding)
        row = self._row_of(node)
        if row < 0 and self._outline.parent(node) is not None:
            self._unfold_above(node)
            self._rebuild(self.current)
            row = self._row_of(node)
        if row >= 0:
            self.stand_on(row)

    @property
    def current(self) -> Node:
        """The node under the cursor."""
        return self._node_at(self.cursor)

    # --- keys -------------------------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold the node under the cursor; where there is nothing to fold, stand on what it belongs to."""
        node = self.current
        if self._is_open(node):
            self._folded.add(node)
            self._rebuild(node)
        elif (parent := self._outline.parent(node)) is not None:
            self.move_to(self._row_of(parent))

    def action_unfold(self) -> None:
        """Unfold the node under the cursor; where it is open, stand on what is below."""
        node = self.current
        if node in self._folded:
            self._folded.discard(node)
            self._rebuild(node)
        elif self._is_open(node) and node != PROFILE:
            self.action_move(1)

    def action_fold_or_unfold(self) -> None:
        """Fold or unfold the node under the cursor."""
        if self._is_open(self.current):
            self.action_fold()
        else:
            self.action_unfold()

    # --- the rows -----------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Rows of the head and of the outline."""
        return len(self._head) + len(self._outline.lines)

    def row(self, index: int, width: int) -> Row:
        """A row of the head or a line of the outline."""
        if index < len(self._head):
            return self._head[index]
        return _row(self._outline.lines[index - len(self._head)], width)

    def is_stop(self, index: int) -> bool:
        """The reasoning belongs to the profile above it."""
        return index == 0 or index >= len(self._head)

    def moved(self, index: int) -> None:
        """Say which node it is."""
        self.post_message(self.Highlighted(self, self._node_at(index)))

    def taken(self, index: int) -> None:
        """Say which node it is."""
        self.post_message(self.Chosen(self, self._node_at(index)))

    def on_resize(self) -> None:
        """The reasoning wraps anew."""
        if self.scrollable_content_region.width != self._head_width:
            self._rebuild(self.current)
        super().on_resize()

    def _rebuild(self, node: Node) -> None:
        """Lay the rows anew with the cursor on `node`, or on what came into its place."""
        row_before, scroll_before = self.cursor, self.scroll_offset.y
        head_before = len(self._head)
        self._outline = Outline(self._index, self._state, self._folded)
        self._head_width = self.scrollable_content_region.width
        self._head = self._head_rows(self._head_width - 2)
        row = self._row_of(node)
        if row < 0:
            row = row_before - head_before + len(self._head)
        self.rows_changed(row)
        if scroll_before and self.cursor != row_before:
            self.scroll_to(y=scroll_before + self.cursor - row_before, animate=False)
        if self.current != node:
            self.moved(self.cursor)

    def _head_rows(self, width: int) -> list[Row]:
        state = self._state
        done = (Part("● done", "strong"),) if state.is_done else ()
        if not state.profile and not state.reasoning:
            return [Row((Part(self._no_profile, "note"),), done), Row(())]
        name = profile_name(self._index.book, state.profile) if state.profile else "no profile yet"
        lines = wrap(state.reasoning, width - 2)
        is_cut = len(lines) > REASONING_ROWS
        sign = "  " if not is_cut else "▸ " if PROFILE in self._folded else "▾ "
        if is_cut and PROFILE in self._folded:
            lines = [*lines[: REASONING_ROWS - 1], brief(lines[REASONING_ROWS - 1] + " …", width - 2)]
        first = Row((Part(sign, "dim"), Part(brief(name, width), "strong")), done)
        reasoning = lines or ["no reasoning yet"]
        return [first, *(Row((Part(f"  {line}", "dim"),)) for line in reasoning), Row(())]

    def _row_of(self, node: Node) -> int:
        if node == PROFILE:
            return 0
        place = self._outline.place(node)
        return len(self._head) + place if place >= 0 else -1

    def _node_at(self, row: int) -> Node:
        place = row - len(self._head)
        return self._outline.lines[place].node if 0 <= place < len(self._outline.lines) else PROFILE

    def _is_open(self, node: Node) -> bool:
        if node == PROFILE:
            return PROFILE not in self._folded
        line = self._outline.lines[self._row_of(node) - len(self._head)]
        return line.has_below and not line.is_folded

    def _unfold_above(self, node: Node) -> None:
        above = self._outline.parent(node)
        while above is not None:
            self._folded.discard(above)
            above = self._outline.parent(above)


@lru_cache(maxsize=512)
def _row(line: Line, width: int) -> Row:
    """How a line of the outline looks."""
    indent = Part("  " * line.depth)
    if isinstance(line.node, NoteNode):
        return Row((Part(f"{indent.text}  "), Part(brief(f"({line.note})", width), "note")))
    if isinstance(line.node, CodingNode):
        return _quotation_row(line, indent, width)
    sign = Part("  " if not line.has_below else "▸ " if line.is_folded else "▾ ", "dim")
    count = (Part(str(line.total), "plain"),) if line.total > 0 else ()
    key = (Part(f"{line.key} ", "hue", line.hue),) if line.key else ()
    is_in_use = line.total > 0 and not line.is_retired
    tone: Tone = "strong" if isinstance(line.node, SectionNode) else "plain" if is_in_use else "dim"
    return Row((indent, sign, *key, Part(brief(line.text, width), tone)), count)


def _quotation_row(line: Line, indent: Part, width: int) -> Row:
    """`“words” (note)`; words that have no place in the ad bear a `?`."""
    lost = (Part("? ", "warn"),) if line.key else (Part("  "),)
    note = f"({line.note})" if line.note else ""
    room = width - len(indent.text) - 2
    if note:
        room = max(room - len(note) - 1, room * 3 // 5)
    words = Part(f"{line.text[0]}{brief(line.text[1:-1], room - 2)}{line.text[-1]}")
    return Row((indent, *lost, words, Part(" "), Part(brief(note, width), "note")))

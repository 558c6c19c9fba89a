"""The codebook with what is coded under it: the outline of the document to come."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.session.state import State
from codetui.model import Codebook, CodingId
from codetui.tui.widgets.cells import brief, wrap
from codetui.tui.widgets.outline import CodingNode, Line, Node, NoteNode, Outline, ProfileNode, SectionNode
from codetui.tui.widgets.rows import Part, Row, RowList, Tone

PROFILE = ProfileNode()
NO_PROFILE = "no profile yet: press p"
REASONING_ROWS = 3


class CodebookTree(RowList):
    """Profile, sections, groups, codes, quotations; folding, cursor and scroll position survive every update."""

    HELP = "The codebook, and under each code the quotations that it holds in this ad."
    BINDING_GROUP_TITLE = "Codebook"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold", "fold, or up to the parent", show=False),
        Binding("right,l", "unfold", "unfold, or down to the first below", show=False),
        Binding("space", "fold_or_unfold", "fold or unfold", show=False),
    ]

    @dataclass
    class NodeHighlighted(Message):
        """The cursor moved to another node."""

        node: Node

    @dataclass
    class NodeSelected(Message):
        """A node was selected, by Enter or by a click."""

        node: Node

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._index = CodebookIndex(Codebook(title=""))
        self._state = State()
        self._folded: set[Node] = {PROFILE}
        self._outline = Outline(self._index, self._state)
        self._head: list[Row] = []
        self._head_width = 0

    # --- what is shown --------------------------------------------------------------------------------

    def show(self, book: Codebook, state: State) -> None:
        """Show another session from its top; what was folded stays folded."""
        self._index = CodebookIndex(book)
        self._state = state
        self._rebuild(PROFILE)
        self.scroll_to(y=0, animate=False)

    def show_book(self, book: Codebook) -> None:
        """Show the session with another codebook; the cursor stays on its node if that is still shown."""
        self._index = CodebookIndex(book)
        self._rebuild(self.current)

    def refresh_state(self, state: State) -> None:
        """Show another state of the session."""
        self._state = state
        self._rebuild(self.current)

    def reveal(self, coding: CodingId) -> None:
        """Move the cursor to a quotation, unfolding what hides it, without a message."""
        node: Node = CodingNode(coding)
        if self._row_of(node) < 0:
            above = self._outline.parent(node)
            while above is not None:
                self._folded.discard(above)
                above = self._outline.parent(above)
            self._rebuild(self.current)
        if (row := self._row_of(node)) >= 0:
            self.place_cursor(row)

    @property
    def current(self) -> Node:
        """The node under the cursor."""
        return self._node_at(self.cursor)

    # --- keys -----------------------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold the node under the cursor; where there is nothing to fold, move to its parent."""
        node = self.current
        if self._is_open(node):
            self._folded.add(node)
            self._rebuild(node)
        elif (parent := self._outline.parent(node)) is not None:
            self.move_to(self._row_of(parent))

    def action_unfold(self) -> None:
        """Unfold the node under the cursor; where it is open, move to the first node below it."""
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

    # --- rows -----------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Return the rows of the profile and of the outline."""
        return len(self._head) + len(self._outline.lines)

    def row(self, index: int, width: int) -> Row:
        """Return a row of the profile, or a line of the outline."""
        if index < len(self._head):
            return self._head[index]
        return _row(self._outline.lines[index - len(self._head)], width)

    def is_stop(self, index: int) -> bool:
        """Return False for the rows below the profile's name: they belong to it."""
        return index == 0 or index >= len(self._head)

    def row_highlighted(self, index: int) -> None:
        """Post which node the cursor moved to."""
        self.post_message(self.NodeHighlighted(self._node_at(index)))

    def row_selected(self, index: int) -> None:
        """Post which node was selected."""
        self.post_message(self.NodeSelected(self._node_at(index)))

    def on_resize(self) -> None:
        """Wrap the reasoning at the new width."""
        if self.scrollable_content_region.width != self._head_width:
            self._rebuild(self.current)

    def _rebuild(self, node: Node) -> None:
        """Build the rows anew, with the cursor on `node` or on what is in its place now, at the same height."""
        row_before, scroll_before, head_before = self.cursor, self.scroll_offset.y, len(self._head)
        self._outline = Outline(self._index, self._state, self._folded, self._outline)
        self._head_width = self.scrollable_content_region.width
        self._head = self._head_rows(self._head_width - 2)
        row = self._row_of(node)
        self.rows_changed(row if row >= 0 else row_before - head_before + len(self._head))
        if scroll_before and self.cursor != row_before:
            self.scroll_to(y=scroll_before + self.cursor - row_before, animate=False)
        if self.current != node:
            self.row_highlighted(self.cursor)

    def _head_rows(self, width: int) -> list[Row]:
        """Return the rows of the profile: its name, and its reasoning, folded to a few rows."""
        state = self._state
        done = (Part("● done", "strong"),) if state.is_done else ()
        if not state.profile and not state.reasoning:
            return [Row((Part(NO_PROFILE, "note"),), done), Row(())]
        name = profile_name(self._index.book, state.profile) if state.profile else "no profile yet"
        lines = wrap(state.reasoning, width - 2)
        is_long, is_folded = len(lines) > REASONING_ROWS, PROFILE in self._folded
        if is_long and is_folded:
            lines = [*lines[: REASONING_ROWS - 1], brief(lines[REASONING_ROWS - 1] + " …", width - 2)]
        sign = "  " if not is_long else "▸ " if is_folded else "▾ "
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
        line = self._outline.lines[self._outline.place(node)]
        return line.has_below and not line.is_folded


@lru_cache(maxsize=512)
def _row(line: Line, width: int) -> Row:
    """Return the row of a line of the outline."""
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
    """Return `“words” (note)`, with a `?` in front of words whose location is in doubt."""
    in_doubt = (Part("? ", "warn"),) if line.key else (Part("  "),)
    note = f"({line.note})" if line.note else ""
    room = width - len(indent.text) - 2
    if note:
        room = max(room - len(note) - 1, room * 3 // 5)
    words = Part(f"{line.text[0]}{brief(line.text[1:-1], room - 2)}{line.text[-1]}")
    return Row((indent, *in_doubt, words, Part(" "), Part(brief(note, width), "note")))

"""The lines of nodes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from invented import BOOK, coding, note, state

from codetui.core.codebook.index import CodebookIndex
from codetui.model import CodeId, CodingId, MemoId
from codetui.tui.widgets.codebook_tree import (
    MISSING,
    CodeNode,
    CodingNode,
    GroupNode,
    Node,
    NoteNode,
    Outline,
    SectionNode,
)

SESSION = state(
    coding(2, "W1", "dough"),
    coding(4, "W1", "hot bread"),
    coding(7, "W1", "loaves"),
    coding(5, "T1", "ovens"),
    coding(6, "lost", "nothing"),
    replace(coding(8, "W1", "gone"), is_removed=True),
    notes=(
        note(1, "code", "W1", "A note."),
        note(3, "entry", "W1", "An entry between."),
        note(5, "entry", "W1", "Another."),
        note(9, "group", "hand", "By hand."),
    ),
)
NODES: list[Node] = [
    *(SectionNode(section.id) for section in BOOK.sections),
    MISSING,
    GroupNode("hand"),
    *(CodeNode(code.id) for code in BOOK.codes),
    CodeNode(CodeId("lost")),
    *(CodingNode(one) for one in SESSION.codings),
    *(NoteNode(one) for one in SESSION.notes),
    CodingNode(CodingId("unknown")),
    NoteNode(MemoId("unknown")),
]


@pytest.mark.parametrize(
    "folded",
    [(), (CodeNode(CodeId("W1")),), (GroupNode("hand"),), (SectionNode("work"),), (MISSING, SectionNode("tools"))],
)
def test_each_visible_node_is_found_on_its_line_and_no_folded_one(folded: tuple[Node, ...]) -> None:
    outline = Outline(CodebookIndex(BOOK), SESSION, frozenset(folded))
    places = {line.node: place for place, line in enumerate(outline.lines)}
    assert set(places) <= set(NODES)
    assert [outline.place(node) for node in NODES] == [places.get(node, -1) for node in NODES]
    assert CodingNode(CodingId("c8")) not in places

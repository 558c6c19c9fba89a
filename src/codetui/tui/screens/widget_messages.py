"""What the widgets of the workbench tell it, passed on to the part that it concerns."""

from __future__ import annotations

from textual import on
from textual.screen import Screen

from codetui.tui.keyboard import Keyboard
from codetui.tui.parts.assigning import Assigning
from codetui.tui.parts.outlining import Outlining
from codetui.tui.parts.selecting import Selecting
from codetui.tui.parts.settling import Settling
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.search_line import SearchLine


class WidgetMessages(Screen[None]):
    """The side of the workbench that listens."""

    document: DocumentView
    panel: CodePanel
    selecting: Selecting
    assigning: Assigning
    settling: Settling
    outlining: Outlining
    keyboard: Keyboard

    @on(CodePanel.Assigned)
    def _code_clicked(self, event: CodePanel.Assigned) -> None:
        self.assigning.take(event.code)

    def on_resize(self) -> None:
        """The panel stays in its corner."""
        self.panel.replace_on_screen()

    @on(CodebookTree.Chosen)
    def _node_chosen(self, event: CodebookTree.Chosen) -> None:
        if not self.settling.chosen(event.node):
            self.outlining.chosen(event.node, lambda: self.keyboard.do("profile"))

    @on(CodebookTree.Highlighted)
    def _node_highlighted(self, event: CodebookTree.Highlighted) -> None:
        self.outlining.highlighted(event.node)

    @on(SearchLine.Changed)
    def _search_changed(self, event: SearchLine.Changed) -> None:
        self.selecting.search(event.query)

    @on(SearchLine.Submitted)
    def _search_taken(self) -> None:
        self._search_ended(is_taken=True)

    @on(SearchLine.Cancelled)
    def _search_left(self) -> None:
        self._search_ended(is_taken=False)

    def _search_ended(self, *, is_taken: bool) -> None:
        self.selecting.end_search(is_taken=is_taken)
        self.set_focus(self.document)

    @on(SearchLine.Next)
    def _search_next(self) -> None:
        self.selecting.next_match(1)

    @on(SearchLine.Previous)
    def _search_previous(self) -> None:
        self.selecting.next_match(-1)

    @on(DocumentView.Clicked)
    def _clicked(self, event: DocumentView.Clicked) -> None:
        self.selecting.click(event.offset, event.count)

    @on(DocumentView.Dragged)
    def _dragged(self, event: DocumentView.Dragged) -> None:
        self.selecting.drag(event.start_offset, event.offset)

    @on(ReaderPane.Closed)
    def _reader_closed(self) -> None:
        self.remove_class("-reading")
        self.set_focus(self.document)

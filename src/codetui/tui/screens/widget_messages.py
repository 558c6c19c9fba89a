"""What the widgets of the workbench tell it, passed on to the part that it concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.screen import Screen

from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.workbench.code import Assigning
from codetui.tui.workbench.navigate import Outlining
from codetui.tui.workbench.resolve import Settling
from codetui.tui.workbench.select import Selecting

if TYPE_CHECKING:
    from codetui.tui.keyboard import Keyboard
    from codetui.tui.screens.reader import ReaderPane
    from codetui.tui.widgets.code_panel import CodePanel


class WidgetMessages(Screen[None]):
    """The side of the workbench that listens."""

    document: DocumentView
    panel: CodePanel
    reader: ReaderPane
    selecting: Selecting
    assigning: Assigning
    settling: Settling
    outlining: Outlining
    keyboard: Keyboard

    is_furnished = False
    """Whether panel, reader and keyboard are there: not yet in the first picture."""

    @property
    def asks_for_code(self) -> bool:
        """Whether the code panel is open: the next key is a code's."""
        return self.is_furnished and self.panel.is_open

    def on_resize(self) -> None:
        """The panel stays in its corner."""
        if self.is_furnished:
            self.panel.replace_on_screen()

    def on_code_panel_assigned(self, event: CodePanel.Assigned) -> None:
        """A code was clicked on."""
        self.assigning.take(event.code)

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

    def on_reader_pane_closed(self) -> None:
        """The coder has read enough."""
        self.remove_class("-reading")
        self.set_focus(self.document)

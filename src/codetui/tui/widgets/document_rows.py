"""A text wrapped to the widget's width, scrolled by rows: where it stands, without how it looks."""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView

from codetui.core.text.layout import Layout, wrap
from codetui.model import Span

RIGHT_MARGIN = 2
"""Cells kept free right of the text: for a blank that stands beyond the width, and the cursor after it."""

MEASURE = 100
"""Rows have at most so many cells of text, as longer ones are hard to read."""

SCROLL_MARGIN = 2
_WIDTH_UNSEEN = 80


class DocumentRows(ScrollView, can_focus=True, inherit_bindings=False):
    """The rows of a text, and which of them are in view."""

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    DocumentRows {
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.gutter_cells = 0
        self._text = ""
        self._wrapped: Layout | None = None
        self._top_offset = 0
        self._is_placed = False
        self._room = Size()

    @property
    def text_layout(self) -> Layout:
        """The rows of the text at the present width."""
        if self._wrapped is None:
            self._wrapped = wrap(self._text, self._text_cells)
        return self._wrapped

    @property
    def top_row(self) -> int:
        """The first row in view."""
        return min(self.scroll_offset.y, self.text_layout.rows - 1)

    @property
    def top_offset(self) -> int:
        """An offset on the first row in view, which finds the same place at any width."""
        self._keep_top()
        return self._top_offset

    @property
    def visible_rows(self) -> int:
        """How many rows of text are in view."""
        return max(0, min(self.view_rows, self.text_layout.rows - self.top_row))

    @property
    def visible_span(self) -> Span:
        """The code points in view."""
        last = max(self.top_row, self.top_row + self.visible_rows - 1)
        return Span(self.text_layout.full_span(self.top_row).start, self.text_layout.full_span(last).end)

    @property
    def view_rows(self) -> int:
        """How many rows the view could hold."""
        return self._room.height

    def scroll_into_view(self, offset_first: int, offset_last: int) -> None:
        """Scroll the least that shows both offsets with two rows of margin; the first if both do not fit."""
        height = self.view_rows
        if not self._is_placed:
            self._top_offset = offset_first
            return
        margin = min(SCROLL_MARGIN, (height - 1) // 2)
        first = self.text_layout.row_of(offset_first) - margin
        last = self.text_layout.row_of(offset_last) + margin
        top = self.top_row
        if last >= top + height:
            top = last - height + 1
        self._scroll_to_row(min(top, first))

    def fit(self, size: Size) -> None:
        """Wrap at the width of the coming layout, so that no picture shows the rows of the old width.

        `size` is in cells and includes the frame and the scroll bar.
        """
        inner = size - self.styles.gutter.totals
        room = Size(inner.width - self.styles.scrollbar_size_vertical, inner.height)
        if room != self._room:
            self._room = room
            self._rewrap()

    def on_resize(self) -> None:
        """Keep the same text at the top."""
        self.fit(self.size)
        self._scroll_to_row(self.text_layout.row_of(self._top_offset))

    @property
    def _text_cells(self) -> int:
        width = self._room.width or _WIDTH_UNSEEN
        return min(MEASURE, max(1, width - self.gutter_cells - RIGHT_MARGIN))

    def _set_text(self, text: str, top: int) -> None:
        """Take another text, with the offset `top` on the first row in view."""
        self._text = text
        self._wrapped = None
        self._is_placed = False
        self._top_offset = top
        self._rewrap()

    def _keep_top(self) -> None:
        """Remember the text at the top: the offset asked for while it stands there, else the row's first."""
        if not self._is_placed:
            return
        start, end = self.text_layout.full_span(self.top_row)
        if not start <= self._top_offset < max(end, start + 1):
            self._top_offset = start

    def _rewrap(self) -> None:
        """Wrap at the present width and stand where the view stood."""
        self._keep_top()
        self._wrapped = None
        self._rows_changed()
        if self.view_rows:
            layout = self.text_layout
            self.virtual_size = Size(self._room.width, layout.rows)
            self._is_placed = True
            self._scroll_to_row(layout.row_of(self._top_offset))
            self.vertical_scrollbar.position = self.scroll_y

    def _rows_changed(self) -> None:
        """The rows are others now; a subclass forgets what it knew of them."""
        self.refresh()

    def _scroll_to_row(self, row: int) -> None:
        self.scroll_to(y=max(0, row), animate=False, force=True)

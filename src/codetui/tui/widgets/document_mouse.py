"""The mouse over a text: it tells which characters were clicked or drawn over, and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.timer import Timer

from codetui.tui.widgets.document_rows import DocumentRows

_EDGE_SECONDS = 0.05


class DocumentMouse(DocumentRows):
    """Rows that can be clicked and drawn over; a drag beyond the edges scrolls."""

    @dataclass
    class Clicked(Message, namespace="document_view"):
        """The mouse was clicked on a character, once, twice or three times."""

        offset: int
        count: int

    @dataclass
    class Dragged(Message, namespace="document_view"):
        """The mouse was drawn from one character to another; both are under it."""

        start_offset: int
        offset: int

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._pressed: int | None = None
        self._dragged_to: int | None = None
        self._pointer = (0, 0)
        self._edge_timer: Timer | None = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a drag."""
        if event.button == 1:
            self._pressed = self._offset_under(event.x, event.y)
            self._dragged_to = None
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Tell where the drag is; beyond the edges the text scrolls under it."""
        if self._pressed is None:
            return
        self._pointer = (event.x, event.y)
        self._tell_drag()
        beyond = self._rows_beyond_edge()
        if beyond and self._edge_timer is None:
            self._edge_timer = self.set_interval(_EDGE_SECONDS, self._scroll_at_edge)
        elif not beyond:
            self._stop_edge_timer()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the drag."""
        if event.button == 1:
            self._end_drag()

    def on_click(self, event: events.Click) -> None:
        """Tell of a click; where a drag ends there is none."""
        if self._dragged_to is None and event.button == 1:
            self.post_message(self.Clicked(self._offset_under(event.x, event.y), (event.chain - 1) % 3 + 1))

    def on_hide(self) -> None:
        """End the drag: a hidden text is not drawn over."""
        self._end_drag()

    def _offset_under(self, x: int, y: int) -> int:
        """The offset of the character under a cell of the widget; beyond the edges that of the nearest."""
        row = self.scroll_offset.y + min(max(y - self.styles.gutter.top, 0), max(1, self.view_rows) - 1)
        if row >= self.text_layout.rows:
            return len(self._text)
        return self.text_layout.offset_at(row, x - self.styles.gutter.left - self.gutter_cells)

    def _tell_drag(self) -> None:
        offset = self._offset_under(*self._pointer)
        before = self._pressed if self._dragged_to is None else self._dragged_to
        if self._pressed is not None and offset != before:
            self._dragged_to = offset
            self.post_message(self.Dragged(self._pressed, offset))

    def _rows_beyond_edge(self) -> int:
        """How far the pointer is above (negative) or below the rows in view."""
        y = self._pointer[1] - self.styles.gutter.top
        return min(0, y) or max(0, y - self.view_rows + 1)

    def _scroll_at_edge(self) -> None:
        self._scroll_to_row(self.scroll_offset.y + self._rows_beyond_edge())
        self._tell_drag()

    def _stop_edge_timer(self) -> None:
        if self._edge_timer is not None:
            self._edge_timer.stop()
            self._edge_timer = None

    def _end_drag(self) -> None:
        self._stop_edge_timer()
        if self._pressed is not None:
            self._pressed = None
            self.release_mouse()

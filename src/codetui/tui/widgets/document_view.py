"""A text wrapped to the widget's width, scrolled by rows: where it stands, without how it looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.timer import Timer

from codetui.core.text.layout import Layout, wrap
from codetui.model import Span
from codetui.tui.themes import Face, Palette
from codetui.tui.widgets.document_paint import MIN_KEY_CELLS, NO_SPAN, CodedSpan, Codings, Marks, Painter, gutter_cells

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


__all__ = ["CodedSpan", "DocumentView"]


class DocumentView(DocumentMouse):
    """The ad on the left of the workbench."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._key_cells = MIN_KEY_CELLS
        self.gutter_cells = gutter_cells(MIN_KEY_CELLS)
        self._labels: Sequence[tuple[int, str]] = ()
        self._matches: Sequence[Span] = ()
        self._is_shaded = False
        self._anchor = self._head = 0
        self._implied = NO_SPAN
        self._codings_made: Codings | None = None
        self._palette_made: Palette | None = None
        self._painter_made: Painter | None = None
        self._marks_made: Marks | None = None

    # --- what is shown ------------------------------------------------------------------------------

    def show(self, text: str, *, top: int = 0, selection: tuple[int, int] = (0, 0)) -> None:
        """Show another text, without codings yet; `top` is an offset on the first row in view."""
        self._end_drag()
        self._codings_made = None
        self._labels, self._matches, self._is_shaded = (), (), False
        self._anchor, self._head = selection
        self._implied = NO_SPAN
        self._set_text(text, top)

    def set_codings(self, codings: Sequence[CodedSpan]) -> None:
        """Draw these codings instead of the ones before; longer keys than any before widen the gutter."""
        before, marks_before = self._codings, self._marks
        self._codings_made = Codings(codings, self.text_layout)
        self._marks_made = None
        if self._codings.key_cells > self._key_cells:
            self._key_cells = self._codings.key_cells
            self.gutter_cells = gutter_cells(self._key_cells)
            self._rewrap()
            return
        self._refresh_changed(marks_before, self._marks)
        for row in range(self.top_row, self.top_row + self.visible_rows):
            if before.on_row(row) != self._codings.on_row(row):
                self.refresh_line(row)

    def set_selection(self, anchor: int, head: int, *, implied: Span | None = None) -> None:
        """Show a selection (empty where both are equal) and what would be coded without one."""
        before = self._marks
        self._anchor, self._head = anchor, head
        self._implied = implied or NO_SPAN
        self._marks_made = None
        self._refresh_changed(before, self._marks)

    def set_labels(self, labels: Sequence[tuple[int, str]], shade: bool) -> None:
        """Paint these jump labels over the words at their offsets; `shade` dims the rest."""
        self._labels, self._is_shaded = sorted(labels, key=itemgetter(0)), shade
        self._repaint()

    def set_matches(self, matches: Sequence[Span]) -> None:
        """Highlight what a search found; the spans are sorted and do not overlap."""
        self._matches = matches
        self._repaint()

    # --- painting -----------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """The strip of a row of the view."""
        number = self.scroll_offset.y + y
        width, blank = self.scrollable_content_region.width, self._palette.text(Face())
        if number >= self.text_layout.rows:
            return Strip.blank(width, blank)
        strip = self._painter.strip(number, self._codings.on_row(number), self._marks_on(number))
        return strip.adjust_cell_length(width, blank)

    def notify_style_update(self) -> None:
        """The theme or the style sheet changed: make the colours anew."""
        super().notify_style_update()
        self._palette_made = self._painter_made = None

    def on_focus(self) -> None:
        """Show the cursor as the place where keys go."""
        self._repaint()

    def on_blur(self) -> None:
        """Show the cursor as a place that waits."""
        self._repaint()

    @property
    def _codings(self) -> Codings:
        if self._codings_made is None:
            self._codings_made = Codings((), self.text_layout)
        return self._codings_made

    @property
    def _palette(self) -> Palette:
        if self._palette_made is None:
            _, _, background, foreground = self.colors
            theme, has_colour = self.app.current_theme, not self.app.no_color
            self._palette_made = Palette(theme, background, foreground, has_colour=has_colour)
        return self._palette_made

    @property
    def _painter(self) -> Painter:
        if self._painter_made is None:
            painter = Painter(self.text_layout, self._palette, self._key_cells)
            painter.labels, painter.matches, painter.is_shaded = self._labels, self._matches, self._is_shaded
            self._painter_made = painter
        return self._painter_made

    @property
    def _marks(self) -> Marks:
        """The marks of the whole text.  The cursor stands on the selection's last character, not after it."""
        if self._marks_made is None:
            selected = Span(min(self._anchor, self._head), max(self._anchor, self._head))
            cursor = self._head - 1 if self._anchor < self._head else self._head
            row = self.text_layout.row(self.text_layout.row_of(cursor))
            cursor = row.floor(cursor) if cursor < row.end else cursor
            current = self._codings.shortest_at(cursor)
            self._marks_made = Marks(selected, self._implied, cursor, current, self.has_focus)
        return self._marks_made

    def _marks_on(self, number: int) -> Marks:
        """The marks clipped to a row: with its number, all that its strip depends on."""
        marks = self._marks
        start, end = self.text_layout.full_span(number)
        has_cursor = self.text_layout.row_of(marks.cursor) == number
        return Marks(
            _clipped(marks.selected, start, end),
            _clipped(marks.implied, start, end),
            marks.cursor if has_cursor else -1,
            marks.current if marks.current.start < end and marks.current.end > start else NO_SPAN,
            marks.has_focus or not has_cursor,
        )

    def _rows_changed(self) -> None:
        if self._codings_made is not None:
            self._codings_made = Codings(self._codings_made.coded, self.text_layout)
        self._repaint()

    def _repaint(self) -> None:
        self._painter_made = None
        self._marks_made = None
        self.refresh()

    def _refresh_changed(self, before: Marks, after: Marks) -> None:
        """Refresh the rows in view whose marks are others now."""
        touched = [Span(marks.cursor, marks.cursor) for marks in (before, after) if before.cursor != after.cursor]
        touched += _difference(before.selected, after.selected)
        touched += _difference(before.implied, after.implied)
        if before.current != after.current:
            touched += [span for span in (before.current, after.current) if span != NO_SPAN]
        row_of, top = self.text_layout.row_of, self.top_row
        for start, end in touched:
            first = max(top, row_of(start))
            last = min(top + self.view_rows - 1, row_of(max(start, end - 1)))
            if first <= last:
                self.refresh_lines(first, last - first + 1)


def _clipped(span: Span, start: int, end: int) -> Span:
    low, high = max(span.start, start), min(span.end, end)
    return Span(low, high) if low < high else NO_SPAN


def _difference(before: Span, after: Span) -> list[Span]:
    """Where one of two spans is and the other is not, as at most two spans."""
    if before.end <= after.start or after.end <= before.start:
        return [span for span in (before, after) if span.start < span.end]
    edges = [sorted((before.start, after.start)), sorted((before.end, after.end))]
    return [Span(low, high) for low, high in edges if low < high]

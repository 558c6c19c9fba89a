"""The ad's text with its codings, selection and cursor."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter

from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer

from codetui.core.text.layout import wrap
from codetui.core.text.turns import Turn
from codetui.model import Span
from codetui.tui.themes import Face, TextStyles
from codetui.tui.widgets.document_paint import (
    MIN_KEY_CELLS,
    NO_SPAN,
    CodedSpan,
    Codings,
    Marks,
    Painter,
    RowCoding,
    Speakers,
    gutter_cells,
    speakers_of,
)
from codetui.tui.widgets.line_view import BAR, LineView

RIGHT_MARGIN = 2
"""Cells kept free right of the text: for a blank that ends beyond the width, and for the cursor after it."""

MEASURE = 100
"""The most cells of text in a row; longer ones are hard to read."""

ROOMY = 60
"""Cells of a view from which on speakers have names of eight characters in the margin; below they have four."""

EDGE_SECONDS = 0.05
"""Between two scroll steps while a drag is beyond an edge."""

WIDTH_BEFORE_LAYOUT = 80


class DocumentView(LineView, can_focus=True, inherit_bindings=False):
    """The ad on the left of the workbench, wrapped to the width and scrolled by rows.

    It binds no keys and makes no decisions: it shows what it is given, and posts the position of the mouse. Only the
    rows in view are painted (Textual's Line API), so that 10 MB take as little time as 10 kB.
    """

    ALLOW_SELECT = False

    @dataclass
    class Clicked(Message):
        """A character was clicked once, twice or three times."""

        offset: int
        count: int

    @dataclass
    class Dragged(Message):
        """The mouse was dragged from one character to another; both are included."""

        start_offset: int
        offset: int

    class Scrolled(Message):
        """Other rows are in view."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._room = Size()
        self._measure = MEASURE
        self._top_offset = 0
        self._is_placed = False
        self._key_cells = MIN_KEY_CELLS
        self._lanes = 1
        self._turns: Sequence[Turn] = ()
        self._speakers: Speakers | None = None
        self._anchor = self._head = 0
        self._implied = NO_SPAN
        self._marks = Marks()
        self._labels: Sequence[tuple[int, str]] = ()
        self._matches: Sequence[Span] = ()
        self._is_shaded = False
        self._text_styles: TextStyles | None = None
        self._painter: Painter | None = None
        self._drag = _Drag(self)
        self.text_layout = wrap("", self._text_cells)
        self._codings = Codings((), self.text_layout)

    # --- what is shown --------------------------------------------------------------------------------

    def show(self, text: str, *, top: int = 0, selection: tuple[int, int] = (0, 0), turns: Sequence[Turn] = ()) -> None:
        """Show another text, without codings; `top` is an offset on the first row in view."""
        self._turns = turns
        self._drag.end()
        self._labels, self._matches, self._is_shaded = (), (), False
        self._anchor, self._head = selection
        self._implied = NO_SPAN
        self._top_offset = top
        self._is_placed = False
        self._lanes = 1
        self._wrap(text, ())
        self._is_placed = self.view_rows > 0

    def set_codings(self, codings: Sequence[CodedSpan]) -> None:
        """Draw only these codings; a longer key or another lane than before widens the gutter."""
        shown = self._codings.continued(codings)
        if shown.key_cells > self._key_cells or shown.lanes > self._lanes:
            self._key_cells, self._lanes = max(shown.key_cells, self._key_cells), max(shown.lanes, self._lanes)
            self._wrap(self.text_layout.text, codings)
            return
        with self._refreshing_changed_rows():
            self._codings = shown

    def set_selection(self, anchor: int, head: int, *, implied: Span | None = None) -> None:
        """Show a selection (empty if both offsets are equal) and the span that would be coded without one."""
        with self._refreshing_changed_rows():
            self._anchor, self._head = anchor, head
            self._implied = implied or NO_SPAN

    def set_labels(self, labels: Sequence[tuple[int, str]], shade: bool) -> None:
        """Paint these jump labels over the words at their offsets; `shade` dims the rest."""
        self._labels, self._is_shaded = sorted(labels, key=itemgetter(0)), shade
        self._repaint()

    def set_matches(self, matches: Sequence[Span]) -> None:
        """Highlight the matches of a search; the spans are sorted and do not overlap."""
        self._matches = matches
        self._repaint()

    def set_measure(self, cells: int | None) -> None:
        """Set the most cells of text in a row; None is MEASURE."""
        if (measure := cells or MEASURE) != self._measure:
            self._measure = measure
            self._wrap(self.text_layout.text, self._codings.coded)

    @property
    def selected(self) -> Span:
        """The selection as shown; empty without one."""
        return self._marks.selected

    @property
    def has_labels(self) -> bool:
        """True while jump labels are shown."""
        return bool(self._labels)

    # --- rows -----------------------------------------------------------------------------------------

    @property
    def gutter_cells(self) -> int:
        """Cells of the gutter with the blank column beside it."""
        return gutter_cells(self._key_cells, self._lanes)

    @property
    def margin_cells(self) -> int:
        """Cells left of the gutter: the speakers, and what centres the text on a wide screen."""
        free = self._room.width - self._speaker_cells - self.gutter_cells - self._text_cells - RIGHT_MARGIN
        return self._speaker_cells + max(0, free) // 2

    @property
    def _speaker_cells(self) -> int:
        return self._speakers.cells if self._speakers else 0

    @property
    def view_rows(self) -> int:
        """The number of rows that the view can show."""
        return self._room.height

    @property
    def top_row(self) -> int:
        """The first row in view."""
        return min(self.scroll_offset.y, self.text_layout.rows - 1)

    @property
    def top_offset(self) -> int:
        """An offset on the first row in view, which identifies the same text at any width."""
        start, end = self.text_layout.full_span(self.top_row)
        is_asked_for = not self._is_placed or start <= self._top_offset < max(end, start + 1)
        return self._top_offset if is_asked_for else start

    @property
    def share_read(self) -> int:
        """The percentage of the rows down to the last one in view; -1 without a text."""
        layout = self.text_layout
        return min(100, 100 * (self.top_row + self.view_rows) // layout.rows) if layout.text else -1

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Scroll, and post that other rows are in view."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def scroll_to_row(self, row: int) -> None:
        """Make a row the first in view, if the text is long enough."""
        self.scroll_to(y=max(0, row), animate=False, force=True)

    def fit(self, size: Size) -> None:
        """Wrap at the width of the coming layout, so that no frame shows the rows of the old width.

        `size` is in cells and includes the frame and the scroll bar.
        """
        inner = size - self.styles.gutter.totals
        room = Size(inner.width - BAR, inner.height)
        if room != self._room:
            self._room, self._top_offset, self._is_placed = room, self.top_offset, False
            self._wrap(self.text_layout.text, self._codings.coded)

    def on_resize(self) -> None:
        """Keep the same text at the top after the height of the view has changed."""
        self.fit(self.outer_size)
        if not self._is_placed:
            self.scroll_to_row(self.text_layout.row_of(self._top_offset))
            self._is_placed = True

    @property
    def _text_cells(self) -> int:
        width = self._room.width or WIDTH_BEFORE_LAYOUT
        return min(self._measure, max(1, width - self._speaker_cells - self.gutter_cells - RIGHT_MARGIN))

    def _wrap(self, text: str, codings: Sequence[CodedSpan]) -> None:
        """Wrap a text at the current width, with the same offset at the top."""
        self._top_offset = self.top_offset
        self._speakers = speakers_of(self._turns, 8 if self._room.width >= ROOMY else 4)
        self.text_layout = wrap(text, self._text_cells)
        self._codings = Codings(codings, self.text_layout)
        self._update_marks()
        self._repaint()
        if self.view_rows:
            self.virtual_size = Size(self._room.width, self.text_layout.rows)
            self.scroll_to_row(self.text_layout.row_of(self._top_offset))

    # --- painting -------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """Return the strip of a row of the view."""
        if self._painter is None:
            self._painter = self._make_painter()
        number = self.scroll_offset.y + y
        width, blank = self.row_cells, self._painter.styles.text(Face())
        if number >= self.text_layout.rows:
            return self.with_bar(Strip.blank(width, blank), y)
        strip = self._painter.strip(number, *self._look(number))
        return self.with_bar(strip.adjust_cell_length(width, blank).simplify(), y)

    def notify_style_update(self) -> None:
        """Clear the colours of the previous theme."""
        super().notify_style_update()
        self._text_styles = self._painter = None

    def on_focus(self) -> None:
        """Show the cursor in the style of a focused widget."""
        self._update_marks()
        self.refresh()

    def on_blur(self) -> None:
        """Show the cursor in the style of a widget without focus."""
        self._update_marks()
        self.refresh()

    def _make_painter(self) -> Painter:
        if self._text_styles is None:
            _, _, background, foreground = self.colors
            theme, has_colour = self.app.current_theme, not self.app.no_color
            self._text_styles = TextStyles(theme, background, foreground, has_colour=has_colour)
        layout, styles, lanes, margin = self.text_layout, self._text_styles, self._lanes, self.margin_cells
        return Painter(
            layout,
            styles,
            self._key_cells,
            self._labels,
            self._matches,
            self._is_shaded,
            lanes,
            margin,
            self._speakers,
        )

    def _repaint(self) -> None:
        """Paint all rows anew, with the current layout, labels and matches."""
        self._painter = None
        self.refresh()

    def _look(self, row: int) -> tuple[tuple[RowCoding, ...], Marks]:
        """Return everything that a row shows besides its text."""
        return self._codings.on_row(row), self._marks.clipped(self.text_layout, row)

    def _update_marks(self) -> None:
        """Set the marks of the whole text.  The cursor is on the selection's last character, not after it."""
        cursor = self._head - 1 if self._anchor < self._head else self._head
        row = self.text_layout.row(self.text_layout.row_of(cursor))
        cursor = row.floor(cursor) if cursor < row.end else cursor
        selected = Span(min(self._anchor, self._head), max(self._anchor, self._head))
        self._marks = Marks(selected, self._implied, cursor, self._codings.shortest_at(cursor), self.has_focus)

    @contextmanager
    def _refreshing_changed_rows(self) -> Iterator[None]:
        """Update the marks after a change, and refresh the rows in view whose look has changed."""
        rows = range(self.top_row, min(self.top_row + self.view_rows, self.text_layout.rows))
        before = [self._look(row) for row in rows]
        yield
        self._update_marks()
        for row, look in zip(rows, before, strict=True):
            if look != self._look(row):
                self.refresh_line(row)

    # --- the mouse ------------------------------------------------------------------------------------

    def offset_under(self, x: int, y: int) -> int:
        """Return the offset of the character under a cell of the widget; beyond the edges, of the nearest character."""
        row = self.scroll_offset.y + min(max(y - self.styles.gutter.top, 0), max(1, self.view_rows) - 1)
        if row >= self.text_layout.rows:
            return len(self.text_layout.text)
        return self.text_layout.offset_at(row, x - self.styles.gutter.left - self.margin_cells - self.gutter_cells)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin a drag."""
        if event.button == 1 and not self.is_on_bar(event):
            self._drag.begin(event.x, event.y)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Extend the drag."""
        self._drag.move(event.x, event.y)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """End the drag."""
        if event.button == 1:
            self._drag.end()

    def on_click(self, event: events.Click) -> None:
        """Post a click, unless it ends a drag."""
        if event.button == 1 and not (self._drag.has_moved or self.is_bar_pressed):
            self.post_message(self.Clicked(self.offset_under(event.x, event.y), (event.chain - 1) % 3 + 1))

    def on_hide(self) -> None:
        """End a drag when the text is hidden."""
        self._drag.end()


class _Drag:
    """A mouse drag over a view; beyond the edges the text scrolls."""

    def __init__(self, view: DocumentView) -> None:
        self.has_moved = False
        self._view = view
        self._offset = 0
        self._pointer = (0, 0)
        self._begun: tuple[int, Timer] | None = None
        """The offset of the first character, and the timer that scrolls."""

    def begin(self, x: int, y: int) -> None:
        """Begin on a character."""
        self.end()
        self._offset = self._view.offset_under(x, y)
        self._pointer = (x, y)
        self.has_moved = False
        self._begun = self._offset, self._view.set_interval(EDGE_SECONDS, self._scroll)
        self._view.capture_mouse()

    def move(self, x: int, y: int) -> None:
        """Extend the drag to a cell."""
        self._pointer = (x, y)
        offset = self._view.offset_under(x, y)
        if self._begun is not None and offset != self._offset:
            self._offset = offset
            self.has_moved = True
            self._view.post_message(DocumentView.Dragged(self._begun[0], offset))

    def end(self) -> None:
        """End the drag, if there is one."""
        if self._begun is not None:
            self._begun[1].stop()
            self._begun = None
            self._view.release_mouse()

    def _scroll(self) -> None:
        """Scroll by as many rows as the pointer is above or below the view."""
        y = self._pointer[1] - self._view.styles.gutter.top
        beyond = min(0, y) or max(0, y - self._view.view_rows + 1)
        if beyond:
            self._view.scroll_to_row(self._view.scroll_offset.y + beyond)
            self.move(*self._pointer)

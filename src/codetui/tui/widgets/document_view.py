"""The ad's text with its codings, selection and cursor; as fast on 10 MB as on 10 kB.

The widget decides nothing and binds no key: it is told what to show by method, and says by message where the
mouse was.  Only the rows in view are ever painted (Textual's Line API).
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import itemgetter

from textual.strip import Strip

from codetui.model import Span
from codetui.tui.themes import Face, Palette
from codetui.tui.widgets.document_codings import NO_SPAN, CodedSpan, Codings
from codetui.tui.widgets.document_mouse import DocumentMouse
from codetui.tui.widgets.document_paint import MIN_KEY_CELLS, Marks, Painter, gutter_cells

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

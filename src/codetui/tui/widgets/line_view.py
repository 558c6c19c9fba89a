"""A scroll view that paints its scroll bar at the ends of its rows."""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBarRender
from textual.strip import Strip

BAR = 1
"""Cells of the scroll bar, and of the column that stays free for it while all rows are in view."""


class LineView(ScrollView):
    """The base of widgets that are painted row by row (Textual's Line API).

    The bar looks like Textual's own, which is switched off: at each layout, such as when the code panel closes, that is
    painted twice, for a third of the time of the key.  A subclass passes each strip to `with_bar`.
    """

    DEFAULT_CSS = "LineView { scrollbar-size-vertical: 0; }"

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.is_bar_pressed = False
        """True from pressing the mouse button on the bar until it is pressed again: the click is not one on a row."""
        self._grabbed: tuple[int, int] | None = None
        """The row of the screen on which the bar was grabbed, and the first row in view then."""
        self._bar_cells: list[Strip] = []
        self._shown_bar: tuple[Size, int, int, bool] | None = None

    @property
    def row_cells(self) -> int:
        """Cells of a row without the bar."""
        return max(0, self.scrollable_content_region.width - BAR)

    def with_bar(self, strip: Strip, y: int) -> Strip:
        """Return the strip of row `y` of the view, `row_cells` long, with its cell of the bar."""
        bar = self._current_bar()
        return Strip.join([strip, bar[y]]) if y < len(bar) else strip

    def refresh_bar(self) -> None:
        """Refresh the cells of the bar that have changed, after a change of the number of rows."""
        before, now = self._bar_cells, self._current_bar()
        if before is not now and len(before) == len(now):
            cells = [
                Region(self.row_cells, y, BAR, 1)
                for y, (old, new) in enumerate(zip(before, now, strict=True))
                if old != new
            ]
            if cells:
                self.refresh(*cells)

    def is_on_bar(self, event: events.MouseEvent) -> bool:
        """Return whether the mouse is on the bar."""
        return event.x - self.styles.gutter.left >= self.row_cells

    def notify_style_update(self) -> None:
        """Clear the colours of the previous theme."""
        super().notify_style_update()
        self._shown_bar = None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Grab the bar; beside its thumb, move a page."""
        self.is_bar_pressed = event.button == 1 and self.is_on_bar(event)
        if not self.is_bar_pressed:
            return
        top, rows, height = self.scroll_offset.y, self.virtual_size.height, self.scrollable_content_region.height
        place = (event.y - self.styles.gutter.top) * rows / max(height, 1)
        if place < top - 1:
            self.scroll_page_up(animate=False)
        elif place > top + height:
            self.scroll_page_down(animate=False)
        else:
            self._grabbed = event.screen_y, top
            self.capture_mouse()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Move the grabbed bar."""
        if self._grabbed is not None:
            row, top = self._grabbed
            rows = (event.screen_y - row) * self.virtual_size.height / max(self.scrollable_content_region.height, 1)
            self.scroll_to(y=round(top + rows), animate=False)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Release the bar."""
        if event.button == 1:
            self._release_bar()

    def on_hide(self) -> None:
        """Release the bar when the rows are hidden."""
        self._release_bar()

    def _release_bar(self) -> None:
        if self._grabbed is not None:
            self._grabbed = None
            self.release_mouse()
            self.refresh()

    def _current_bar(self) -> list[Strip]:
        """Return the cells of the bar from top to bottom."""
        shows = self.size, self.virtual_size.height, self.scroll_offset.y, self._grabbed is not None
        if shows != self._shown_bar:
            self._shown_bar, self._bar_cells = shows, self._make_bar(*shows[1:])
        return self._bar_cells

    def _make_bar(self, rows: int, top: int, is_grabbed: bool) -> list[Strip]:
        height = self.scrollable_content_region.height
        styles, (base, background) = self.styles, self.background_colors
        if rows <= height and styles.overflow_y != "scroll":
            return [Strip.blank(BAR, Style(bgcolor=(base + background).rich_color))] * height
        track = _opaque(styles.scrollbar_background_active if is_grabbed else styles.scrollbar_background, base)
        thumb = track + (styles.scrollbar_color_active if is_grabbed else styles.scrollbar_color)
        cells = ScrollBarRender.render_bar(
            height, rows, height if height < rows else 0, top, back_color=track.rich_color, bar_color=thumb.rich_color
        )
        # Textual's bar answers the mouse by meta data; this one by its handlers.
        return [
            Strip([Segment(one.text, one.style and one.style.clear_meta_and_links())], BAR) for one in cells.segments
        ]


def _opaque(colour: Color, base: Color) -> Color:
    return base + colour if colour.a < 1 else colour

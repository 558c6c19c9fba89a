"""Rows that scroll, of which Textual lays out and paints no more than has changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable

from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from codetui.tui.widgets.kept_rows import KeptRows
from codetui.tui.widgets.steady_bar import SteadyBar

Looks = Callable[[range], list[Hashable]]
"""All that the strips of some rows of the view depend on, but for the style of the whole widget."""


class SteadyScroll(ScrollView):
    """A scroll view that costs nothing while others come and go, and little when it scrolls or its rows change."""

    def __init__(self, looks: Looks, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._looks = looks
        self._laid_out = (Size(), Size(), Size())
        self._kept = KeptRows(self)
        self._painted: dict[int, Hashable] = {}

    # --- painting -------------------------------------------------------------------------------------

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of some rows of the view; a row that looks as one before is that one."""
        rows = range(crop.y, crop.bottom)
        looks = self._looks(rows)
        self._painted.update(zip(rows, looks, strict=True))
        return self._kept.lines(crop, looks, super().render_lines)

    def repaint(self) -> None:
        """Has all rows painted anew, whatever they look like."""
        self._kept.forget()
        self.refresh()

    def refresh_changed(self) -> None:
        """Has those rows in view painted anew that look otherwise than when they were painted."""
        rows = range(self.scrollable_content_region.height)
        for y, look in zip(rows, self._looks(rows), strict=True):
            if look != self._painted.get(y):
                self.refresh_line(y + self.scroll_offset.y)

    def notify_style_update(self) -> None:
        """Forgets what was painted in another theme."""
        super().notify_style_update()
        self._kept.forget()

    @property
    def vertical_scrollbar(self) -> ScrollBar:
        """The scroll bar, made when it is first asked for."""
        if self._vertical_scrollbar is None:
            self._vertical_scrollbar = bar = SteadyBar()
            bar.display = False
            self.app._start_widget(self, bar)
        return self._vertical_scrollbar

    # --- size -----------------------------------------------------------------------------------------

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        """Textual's own, which paints the scroll bar anew at every layout; here not where all is as it was."""
        sizes = (size, container_size, self.virtual_size)
        if sizes == self._laid_out:
            return False
        self._laid_out = sizes
        is_other = super()._size_updated(size, virtual_size, container_size, layout)
        # A bar that is hidden is told of no scrolling.
        self.vertical_scrollbar.position = self.scroll_y
        return is_other

    def set_rows(self, rows: int) -> None:
        """How many rows there are now.

        Assigning `virtual_size` has the whole screen laid out and all of this painted anew: that is only needed
        where the scroll bar comes or goes, or the rows make the height.
        """
        size = Size(self.scrollable_content_region.width, rows)
        if not self.size or self.styles.is_auto_height or self._needs_bar(rows) != self.show_vertical_scrollbar:
            self.virtual_size = size
        elif size != self.virtual_size:
            self.set_reactive(ScrollView.virtual_size, size)
            self._laid_out = (*self._laid_out[:2], size)
            self.scroll_y = self.validate_scroll_y(self.scroll_y)
        self.vertical_scrollbar.window_virtual_size = rows

    def _needs_bar(self, rows: int) -> bool:
        """Whether the scroll bar is shown beside so many rows."""
        overflow = self.styles.overflow_y
        return overflow == "scroll" or (overflow == "auto" and rows > self.scrollable_content_region.height)

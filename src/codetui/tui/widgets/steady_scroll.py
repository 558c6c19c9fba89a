"""Rows that scroll, of which Textual lays out and paints no more than has changed."""

from __future__ import annotations

from textual.geometry import Size
from textual.scroll_view import ScrollView


class SteadyScroll(ScrollView):
    """A scroll view that costs nothing while others come and go, and little when its rows become more or fewer."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(name=name, id=id, classes=classes)
        self._laid_out = (Size(), Size(), Size())

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
        where the scroll bar comes or goes.
        """
        size = Size(self.scrollable_content_region.width, rows)
        if self.show_vertical_scrollbar and rows > self.scrollable_content_region.height:
            self.set_reactive(ScrollView.virtual_size, size)
            self._laid_out = (*self._laid_out[:2], size)
            self.scroll_y = self.validate_scroll_y(self.scroll_y)
        else:
            self.virtual_size = size
        self.vertical_scrollbar.window_virtual_size = rows

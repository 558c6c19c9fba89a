"""A list of rows painted by the Line API: only the rows in view are ever built, however many there are."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from codetui.tui.widgets.row_paint import Part, Row, RowPaint, Tone

__all__ = ["Part", "Row", "RowList", "Tone"]


class _AboutRow(Message):
    """Something happened to row `index` of a list."""

    def __init__(self, row_list: RowList, index: int) -> None:
        super().__init__()
        self.row_list = row_list
        self.index = index

    @property
    def control(self) -> RowList:
        """The list, for `@on` selectors."""
        return self.row_list


class RowList(RowPaint, can_focus=True):
    """Rows with a cursor.  A subclass says how many there are and what each shows."""

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("home", "to_first", "to the first", show=False),
        Binding("end", "to_last", "to the last", show=False),
        Binding("enter", "choose", "take", show=False),
    ]

    class Moved(_AboutRow):
        """The cursor stands on another row."""

    class Taken(_AboutRow):
        """The row under the cursor was taken."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.cursor = 0

    # --- what a subclass says ---------------------------------------------------------------------

    def row_count(self) -> int:
        """How many rows there are."""
        return 0

    def row(self, index: int, width: int) -> Row:  # noqa: ARG002
        """What row `index` shows in `width` cells; this list, which has no rows, shows nothing."""
        return Row(())

    def is_stop(self, index: int) -> bool:  # noqa: ARG002
        """True where the cursor may stand."""
        return True

    def is_under_cursor(self, index: int) -> bool:
        """True for the rows that are painted as the cursor."""
        return index == self.cursor

    def moved(self, index: int) -> None:
        """The cursor came to stand on `index`."""
        self.post_message(self.Moved(self, index))

    def taken(self, index: int) -> None:
        """Row `index` was taken."""
        self.post_message(self.Taken(self, index))

    # --- changing -----------------------------------------------------------------------------------

    def rows_changed(self, cursor: int = 0) -> None:
        """Paint anew after the rows changed, with the cursor at `cursor` or the nearest stop."""
        before = self.cursor
        self.cursor = self._nearest_stop(cursor)
        self._fit_rows()
        self.refresh()
        if self.cursor != before:
            self.call_after_refresh(self.show_cursor)

    def move_to(self, index: int) -> None:
        """Stand on row `index`, in view."""
        target = self._nearest_stop(index)
        is_other = target != self.cursor
        self.stand_on(target)
        if is_other:
            self.moved(target)

    def stand_on(self, index: int) -> None:
        """Stand on a row, in view; posts nothing."""
        if index != self.cursor:
            self.cursor = index
            self.refresh()
        self.show_cursor()

    def show_cursor(self) -> None:
        """Scroll as little as needed to see the row under the cursor."""
        has_stop_above = any(self.is_stop(row) for row in range(self.cursor))
        top = self.cursor if has_stop_above else 0
        region = Region(0, top, 1, self.cursor - top + 1)
        self.scroll_to_region(region, animate=False, force=True, x_axis=False)

    def on_show(self) -> None:
        """See what stands above the cursor as well: while it was hidden the list has scrolled without a height."""
        height = self.scrollable_content_region.height
        if not self.scroll_offset.y + 1 < self.cursor < self.scroll_offset.y + height - 1:
            self.scroll_to(y=max(0, self.cursor - height // 2), animate=False, force=True)

    def action_move(self, step: int) -> None:
        """The next stop in the direction of `step`."""
        index = self.cursor + step
        while 0 <= index < self.row_count() and not self.is_stop(index):
            index += step
        if 0 <= index < self.row_count():
            self.move_to(index)
        elif step < 0:
            self.scroll_to(y=0, animate=False)

    def action_page(self, step: int) -> None:
        """A page up or down."""
        height = max(1, self.scrollable_content_region.height - 1)
        self.move_to(min(max(self.cursor + step * height, 0), max(self.row_count() - 1, 0)))

    def action_to_first(self) -> None:
        """The first row."""
        self.move_to(0)

    def action_to_last(self) -> None:
        """The last row."""
        self.move_to(self.row_count() - 1)

    def action_choose(self) -> None:
        """Take the row under the cursor."""
        if self.row_count():
            self.taken(self.cursor)

    def _nearest_stop(self, index: int) -> int:
        count = self.row_count()
        index = min(max(index, 0), max(count - 1, 0))
        before = next((row for row in range(index, -1, -1) if row < count and self.is_stop(row)), None)
        if before is not None:
            return before
        return next((row for row in range(index, count) if self.is_stop(row)), 0)

    # --- mouse ----------------------------------------------------------------------------------------

    def on_click(self, event: events.Click) -> None:
        """A click stands on a row, a second one takes it."""
        index = event.y + self.scroll_offset.y
        if not 0 <= index < self.row_count():
            return
        was_there = self.is_under_cursor(index)
        self.move_to(index)
        if was_there or event.chain > 1:
            self.action_choose()

    # --- painting -------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """The rows are as wide as the list."""
        self._fit_rows()

    def on_focus(self) -> None:
        """The cursor looks different now."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor looks different now."""
        self.refresh()

    def _fit_rows(self) -> None:
        """Set the scrollable height to the number of rows."""
        self.virtual_size = Size(self.scrollable_content_region.width, self.row_count())

    def render_line(self, y: int) -> Strip:
        """The strip of one row in view, without a frame."""
        width, index = self.scrollable_content_region.width, y + self.scroll_offset.y
        if index >= self.row_count():
            return Strip.blank(width, self.rich_style)
        is_active = self.has_focus or self.has_class("-active")
        return self.paint(self.row(index, width - 2), width, self.is_under_cursor(index), is_active)

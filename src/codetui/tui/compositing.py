"""What of the workbench a picture paints: the cells that have changed, and no more.

Textual asks each widget that a change touches for all of its rows, cuts every row at the edges of all widgets, and
then leaves out what is not to be written.  Here the widgets in front are asked first, each for the rows that are still
open, until none is.
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import RenderableType
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget

from codetui.tui.terse import Piece, TerseUpdate

Open = dict[int, list[tuple[int, int]]]
"""By row, the stretches of columns that nothing has been painted on yet: first one, and one behind the last."""


class FrontFirst(Compositor):
    """Puts the pictures of a screen together from what lies in front to what lies behind."""

    def __init__(self) -> None:
        super().__init__()
        self._put_away: set[Widget] = set()

    @property
    def visible_widgets(self) -> dict[Widget, tuple[Region, Region]]:
        """What is painted, from front to back: its region, and what of the screen it may be painted on."""
        if self._visible_widgets is None:
            self._visible_widgets = {
                widget: place for widget, place in super().visible_widgets.items() if not self._is_put_away(widget)
            }
        return self._visible_widgets

    def _is_put_away(self, widget: Widget) -> bool:
        return any(one in self._put_away for one in widget.ancestors_with_self)

    def put_away(self, widget: Widget, is_away: bool) -> None:
        """Leaves a widget out of the pictures from the next one on, or puts it in again; its place stays laid out."""
        (self._put_away.add if is_away else self._put_away.discard)(widget)
        self._visible_widgets = self._layers_visible = self._cuts = None
        laid_out = self._full_map if self._visible_map is None else self._visible_map
        if (place := laid_out.get(widget)) is not None:
            self._dirty_regions.add(place.region.intersection(place.clip))

    def render_update(
        self, full: bool = False, screen_stack: list[Screen[object]] | None = None, simplify: bool = False
    ) -> RenderableType | None:
        """What has changed since the last picture, or all of the screen; for a file, as Textual makes it."""
        changed = self._dirty_regions
        if simplify or not (full or changed):
            return super().render_update(full, screen_stack, simplify)
        visible_screen_stack.set(screen_stack or [])
        pieces = self._painted(self._opened([self.size.region] if full else changed))
        changed.clear()
        return TerseUpdate(pieces)

    def _opened(self, changed: Iterable[Region]) -> Open:
        """What is to be painted, on the screen."""
        width, height = self.size
        opened: Open = {}
        for y, start, end in self._regions_to_spans(changed):
            if 0 <= y < height and start < width and end > 0:
                opened.setdefault(y, []).append((max(0, start), min(end, width)))
        return opened

    def _painted(self, opened: Open) -> list[Piece]:
        """The cells of what is open, row by row."""
        pieces: list[Piece] = []
        for widget, (region, clip) in self.visible_widgets.items():
            left, top, width, height = region.intersection(clip)
            right = left + width
            rows = [
                y
                for y in range(top, top + height)
                if y in opened and any(start < right and end > left for start, end in opened[y])
            ]
            if not rows or not width:
                continue
            first = rows[0]
            strips = widget.render_lines(Region(left - region.x, first - region.y, width, rows[-1] - first + 1))
            for y in rows:
                still_open: list[tuple[int, int]] = []
                for start, end in opened[y]:
                    low, high = max(start, left), min(end, right)
                    if low >= high:
                        still_open.append((start, end))
                        continue
                    strip = strips[y - first]
                    if low == left and high == right:
                        pieces.append(Piece(y, low, strip))
                    else:
                        pieces.append(self._part(widget, Piece(y, left, strip), low, high))
                    still_open += [part for part in ((start, low), (high, end)) if part[0] < part[1]]
                if still_open:
                    opened[y] = still_open
                else:
                    del opened[y]
            if not opened:
                break
        pieces.sort(key=lambda piece: piece[:2])
        return pieces

    def _part(self, widget: Widget, row: Piece, low: int, high: int) -> Piece:
        """What of a widget's row stands from one column to another.

        A sign two cells wide that an edge would halve is in it whole, unless what lies in front halves it.
        """
        if _is_wide(row, low - 1) and self._is_in_front(widget, low - 1, row.y):
            low -= 1
        if _is_wide(row, high - 1) and self._is_in_front(widget, high, row.y):
            high += 1
        return Piece(row.y, low, row.strip.crop(low - row.x, high - row.x))

    def _is_in_front(self, widget: Widget, x: int, y: int) -> bool:
        return self.get_widget_at(x, y)[0] is widget


def _is_wide(row: Piece, x: int) -> bool:
    """Whether a sign two cells wide begins in column `x`."""
    place = x - row.x
    return 0 <= place < row.strip.cell_length - 1 and cell_len(row.strip.crop(place, place + 2).text[:1]) > 1


def show(widget: Widget, is_shown: bool) -> None:
    """Shows or hides a widget that lies over others.

    Where its place can stay laid out meanwhile nothing is laid out anew: that took 0.8 ms of a code's 10.
    """
    compositor = widget.screen._compositor
    if not isinstance(compositor, FrontFirst):
        widget.display = is_shown
        return
    if is_shown:
        widget.display = True
    compositor.put_away(widget, not is_shown)
    widget.refresh()

"""Rows that are painted once for each look: one that looks as another before it is that one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import groupby

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

_MOST = 512
"""Strips that are kept; the oldest goes first."""


class KeptRows:
    """The strips of a widget's rows, kept by what they depend on.

    Textual keeps strips by their place in the widget: what scrolls by one row it paints wholly anew, and cuts and
    colours it anew.
    """

    def __init__(self, widget: Widget) -> None:
        self._widget = widget
        self._kept: dict[Hashable, Strip] = {}
        self._kept_for: Hashable = None

    def lines(self, crop: Region, looks: Sequence[Hashable], paint: Callable[[Region], list[Strip]]) -> list[Strip]:
        """The strips of the rows of `crop`: each `look` is all that a row depends on but for the widget's own style.

        `paint` gives the strips of some rows that have not been kept.
        """
        if self._widget.styles.gutter.top or self._widget.styles.gutter.bottom:
            return paint(crop)
        self._keep_for(crop)
        strips: dict[Hashable, Strip] = {}
        missing: dict[Hashable, int] = {}
        for y, look in enumerate(looks, crop.y):
            strip = self._kept.get(look)
            if strip is not None:
                strips[look] = strip
            else:
                # The first row of this look: below a short text all look the same.
                missing.setdefault(look, y)
        for first, count in _together(list(missing.values())):
            for y, painted in enumerate(paint(Region(crop.x, first, crop.width, count)), first):
                look = looks[y - crop.y]
                strips[look] = self._kept[look] = painted
        while len(self._kept) > _MOST:
            del self._kept[next(iter(self._kept))]
        return [strips[look] for look in looks]

    def forget(self) -> None:
        """Has all rows painted anew."""
        self._kept.clear()

    def _keep_for(self, crop: Region) -> None:
        """Forgets what was painted in another style or width."""
        widget = self._widget
        border = widget.styles.border_left, widget.styles.border_right
        filters = tuple(widget.get_line_filters())
        kept_for = (widget.background_colors, border, widget.opacity, filters, widget.size, crop.column_span)
        if kept_for != self._kept_for:
            self._kept_for = kept_for
            self._kept.clear()


def _together(rows: list[int]) -> Iterator[tuple[int, int]]:
    """Rows in order, as the first ones of those that stand together and how many they are."""
    for _, run in groupby(enumerate(rows), lambda numbered: numbered[1] - numbered[0]):
        places = [row for _, row in run]
        yield places[0], len(places)

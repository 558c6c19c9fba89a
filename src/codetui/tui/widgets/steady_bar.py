"""The scroll bar of a list of rows: it moves with nearly every key."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Self

from rich.color import Color
from textual.geometry import Region, Size
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

from codetui.tui.widgets.kept_rows import KeptRows


class SteadyBar(ScrollBar):
    """Textual's own, with the strips of its rows kept: they are of some twenty kinds."""

    def __init__(self) -> None:
        super().__init__(vertical=True, name="vertical")
        self._rows = KeptRows(self)
        self._looks_made: tuple[Size | None, Sequence[Hashable]] = (None, ())

    def render_lines(self, crop: Region) -> list[Strip]:
        """The strips of some rows of the bar."""
        size, looks = self._looks_made
        if size != self.size:
            size, looks = self._looks_made = self.size, self._looks()
        return self._rows.lines(crop, looks[crop.y : crop.bottom], super().render_lines)

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """It has moved, or is held, or there is another theme."""
        self._looks_made = (None, ())
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def _looks(self) -> Sequence[Hashable]:
        """The bar's segments, one a row."""
        bar = self.render()
        assert isinstance(bar, ScrollBarRender)
        style = self.app.console.get_style(bar.style)
        return bar.render_bar(
            size=self.size.height,
            virtual_size=bar.virtual_size,
            window_size=bar.window_size,
            position=bar.position,
            thickness=self.size.width,
            back_color=style.bgcolor or Color.default(),
            bar_color=style.color or Color.default(),
        ).segments

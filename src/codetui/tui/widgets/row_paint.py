"""How a row of a list looks: its parts, cut to fit, in the tones of the theme."""

from __future__ import annotations

from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.scroll_view import ScrollView
from textual.strip import Strip

from codetui.tui.widgets.cells import brief, cut
from codetui.tui.widgets.hues import component_style, hue_style, opaque

LEAST_SHARE = 3
"""A row's words at the right have this part of it at least."""

Tone = Literal["plain", "strong", "dim", "note", "warn", "hue"]


class Part(NamedTuple):
    """A piece of a row.  `hue` is the index of the section whose colour it bears, where the tone is "hue"."""

    text: str
    tone: Tone = "plain"
    hue: int = 0


class Row(NamedTuple):
    """One row: what stands at the left, cut to fit, and what stands whole at the right."""

    left: tuple[Part, ...]
    right: tuple[Part, ...] = ()


PLAIN = Part("")


class _Ground(NamedTuple):
    """Whether a row is under the cursor, and the keys move that."""

    is_cursor: bool
    is_active: bool


class RowPaint(ScrollView):
    """Paints rows; what they are and where the cursor stands its subclass knows."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "row-list--cursor",
        "row-list--strong",
        "row-list--dim",
        "row-list--note",
        "row-list--warn",
    }

    DEFAULT_CSS = """
    RowPaint {
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        background: transparent;
        & > .row-list--cursor { background: $foreground 6%; }
        & > .row-list--strong { text-style: bold; }
        & > .row-list--dim { color: $foreground 60%; }
        & > .row-list--note { color: $foreground 60%; text-style: italic; }
        & > .row-list--warn { color: $text-warning; }
        &:focus > .row-list--cursor, &.-active > .row-list--cursor {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
            text-style: bold;
        }
    }
    RowPaint:ansi {
        & > .row-list--dim { text-style: dim; }
        & > .row-list--warn { color: ansi_yellow; }
        &:nocolor:focus > .row-list--cursor, &:nocolor.-active > .row-list--cursor { text-style: reverse; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._styles_made: dict[tuple[Tone, int, _Ground], Style] = {}
        """Looking a style up takes longer than all else that a row needs: each is made once for a theme."""

    def paint(self, row: Row, width: int, is_cursor: bool, is_active: bool) -> Strip:
        """The strip of a row; `is_active` where keys move the cursor that stands on it."""
        ground = _Ground(is_cursor, is_cursor and is_active)
        base = self._style(PLAIN, ground)
        segments = [self._sign(ground, base)]
        right = [Segment(part.text, self._style(part, ground)) for part in _short(row, width - 2)]
        # A blank stands before what is at the right, and one at the edge.
        room = width - 2 - sum(cell_len(segment.text) for segment in right) - (1 if right else 0)
        for part in row.left:
            text = cut(part.text, room)
            segments.append(Segment(text, self._style(part, ground)))
            room -= cell_len(text)
            if text != part.text:
                break
        segments.append(Segment(" " * (max(room, 0) + (1 if right else 0)), base))
        return Strip([*segments, *right]).adjust_cell_length(width, base)

    def notify_style_update(self) -> None:
        """The colours are others now."""
        super().notify_style_update()
        self._styles_made.clear()

    def _sign(self, ground: _Ground, base: Style) -> Segment:
        """The bar before the row under the cursor, a thin one while the keys go elsewhere."""
        if ground.is_cursor and not ground.is_active:
            return Segment("▏", base + self._tone_style("dim"))
        return Segment("▌" if ground.is_cursor else " ", base)

    def _style(self, part: Part, ground: _Ground) -> Style:
        look = (part.tone, part.hue, ground)
        if look not in self._styles_made:
            self._styles_made[look] = self._make_style(part, ground)
        return self._styles_made[look]

    def _make_style(self, part: Part, ground: _Ground) -> Style:
        base = self.rich_style
        if ground.is_cursor:
            base += self._cursor_style()
        if part.tone == "plain" or (ground.is_active and part.tone not in ("strong", "hue")):
            return base
        if ground.is_active:
            return base + Style(bold=True)
        if part.tone == "hue":
            return base + hue_style(self.app, part.hue)
        return base + self._tone_style(part.tone)

    def _tone_style(self, tone: Tone) -> Style:
        return component_style(self, f"row-list--{tone}")

    def _cursor_style(self) -> Style:
        styles = self.get_component_styles("row-list--cursor")
        style = Style(bgcolor=opaque(self, styles.background).rich_color) + styles.text_style
        if styles.has_rule("color"):
            style += Style(color=opaque(self, styles.color).rich_color)
        return style


def _short(row: Row, width: int) -> tuple[Part, ...]:
    """What stands at the right, words cut where they would leave too little for what stands at the left.

    A count or a sign stands whole.
    """
    left, right = (sum(cell_len(part.text) for part in parts) for parts in (row.left, row.right))
    room = max(width - left - 1, width // LEAST_SHARE)
    if right <= room or len(row.right) != 1:
        return row.right
    return (row.right[0]._replace(text=brief(row.right[0].text, room)),)

"""How a row of a list looks: its parts, cut to fit, in the tones of the theme."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from codetui.tui.themes import component_style, hue_style, opaque
from codetui.tui.widgets.cells import brief, cut

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


class PlainRows(RowList):
    """A list of rows that are given to it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show these rows."""
        self._rows = rows
        self.rows_changed(cursor)

    def row_count(self) -> int:
        """How many rows were given."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Row:  # noqa: ARG002
        """The row as it was given."""
        return self._rows[index]


class LedRows(PlainRows, can_focus=False):
    """Such a list that takes no focus: its keys come from elsewhere, and its cursor is painted as if it had it."""

    def __init__(self) -> None:
        super().__init__(classes="-active")

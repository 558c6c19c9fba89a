"""Text fitted to terminal cells, and lists of rows.

Lists are painted by the Line API: only the rows in view are built, however many there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.strip import Strip

from codetui.core.text.display import sanitize
from codetui.tui.themes import component_style, hue_style, opaque
from codetui.tui.widgets.line_view import LineView

RIGHT_SHARE = 3
"""The words at the right of a row have at least this part of its width: a third."""

MOST_STRIPS = 256
"""Strips that a list keeps: most rows only move when one is added above them."""

Tone = Literal["plain", "strong", "dim", "note", "warn", "refusal", "error", "chip", "hue"]


class Part(NamedTuple):
    """A part of a row; `hue` is the index of the section that determines its colour, if the tone is "hue"."""

    text: str
    tone: Tone = "plain"
    hue: int = 0


class Row(NamedTuple):
    """A row: the parts on its left, which are cut to fit, and those on its right."""

    left: tuple[Part, ...]
    right: tuple[Part, ...] = ()


class _Ground(NamedTuple):
    """The background of a row: under the cursor or not, and with or without the focus."""

    is_cursor: bool
    is_active: bool


class _Look(NamedTuple):
    """Everything that the strip of a row in view depends on besides the theme; no row below the last one."""

    row: Row | None
    ground: _Ground
    width: int


class RowList(LineView, can_focus=True):
    """Rows with a cursor; subclasses return their number and their content.

    The class `-active` paints the cursor of a list without focus as if it had the focus.
    """

    ALLOW_SELECT = False

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("pageup", "page(-1)", "a page up", show=False),
        Binding("pagedown", "page(1)", "a page down", show=False),
        Binding("home", "go(0)", "to the first", show=False),
        Binding("end", "go(-1)", "to the last", show=False),
        Binding("enter", "select", "select", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"row-list--{part}" for part in ("cursor", "strong", "dim", "note", "warn")
    }

    virtual_size = Reactive(Size(0, 0), layout=True, repaint=False)
    """Another number of rows may change the height; the rows that look different are refreshed one by one."""

    @dataclass
    class RowHighlighted(Message):
        """The cursor moved to another row."""

        index: int

    @dataclass
    class RowSelected(Message):
        """The row under the cursor was selected, by Enter or by a click."""

        index: int

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self.cursor = 0
        self._styles_made: dict[tuple[Tone, int, _Ground], Style] = {}
        self._painted: dict[int, _Look] = {}
        self._strips = LRUCache[_Look, Strip](MOST_STRIPS)

    # --- for subclasses -------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Return the number of rows."""
        return 0

    def row(self, index: int, width: int) -> Row:  # noqa: ARG002
        """Return the content of row `index` at a width of `width` cells."""
        return Row(())

    def is_stop(self, index: int) -> bool:  # noqa: ARG002
        """Return whether the cursor may be on a row."""
        return True

    def is_under_cursor(self, index: int) -> bool:
        """Return whether a row is painted as the cursor's row."""
        return index == self.cursor

    def row_highlighted(self, index: int) -> None:
        """Post that the cursor moved to row `index`."""
        self.post_message(self.RowHighlighted(index))

    def row_selected(self, index: int) -> None:
        """Post that row `index` was selected."""
        self.post_message(self.RowSelected(index))

    # --- the cursor -----------------------------------------------------------------------------------

    def rows_changed(self, cursor: int = 0) -> None:
        """Repaint after the rows changed, with the cursor at `cursor` or the nearest stop."""
        before = self.cursor
        self.cursor = self._nearest_stop(cursor)
        self._fit_rows()
        self._refresh_changed_rows()
        if self.cursor != before:
            self.call_after_refresh(self.show_cursor)

    def move_to(self, index: int) -> None:
        """Move the cursor to row `index` or the nearest stop, in view, and post a move to another row."""
        before, target = self.cursor, self._nearest_stop(index)
        self.place_cursor(target)
        if target != before:
            self.row_highlighted(target)

    def place_cursor(self, index: int) -> None:
        """Move the cursor to a row and scroll to it, without a message."""
        if index != self.cursor:
            before, self.cursor = self.cursor, index
            self.refresh_line(before)
            self.refresh_line(index)
        self.show_cursor()

    def show_cursor(self) -> None:
        """Scroll as little as possible to show the cursor's row, or to the top if it is the first stop."""
        has_stop_above = any(self.is_stop(row) for row in range(self.cursor))
        top = self.cursor if has_stop_above else 0
        region = Region(0, top, 1, self.cursor - top + 1)
        self.scroll_to_region(region, animate=False, force=True, x_axis=False)

    def on_show(self) -> None:
        """Centre the cursor if it is out of view or at an edge, since a hidden list scrolls without a height."""
        height = self.scrollable_content_region.height
        if not self.scroll_offset.y + 1 < self.cursor < self.scroll_offset.y + height - 1:
            self.scroll_to(y=max(0, self.cursor - height // 2), animate=False, force=True)

    def action_move(self, step: int) -> None:
        """Move the cursor to the next stop in the direction of `step`."""
        index = self.cursor + step
        while 0 <= index < self.row_count() and not self.is_stop(index):
            index += step
        if 0 <= index < self.row_count():
            self.move_to(index)
        elif step < 0:
            self.scroll_to(y=0, animate=False)

    def action_page(self, step: int) -> None:
        """Move the cursor a page up or down."""
        height = max(1, self.scrollable_content_region.height - 1)
        self.move_to(min(max(self.cursor + step * height, 0), max(self.row_count() - 1, 0)))

    def action_go(self, index: int) -> None:
        """Move the cursor to a row; -1 is the last one."""
        self.move_to(index % max(self.row_count(), 1))

    def action_select(self) -> None:
        """Select the row under the cursor."""
        if self.row_count():
            self.row_selected(self.cursor)

    def _nearest_stop(self, index: int) -> int:
        """Return the last stop at or before `index`, else the first one after it."""
        count = self.row_count()
        index = min(max(index, 0), max(count - 1, 0))
        rows = [*range(index, -1, -1), *range(index, count)]
        return next((row for row in rows if row < count and self.is_stop(row)), 0)

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the clicked row; a second click selects it."""
        index = event.y - self.styles.gutter.top + self.scroll_offset.y
        if self.is_bar_pressed or event.y < self.styles.gutter.top or not 0 <= index < self.row_count():
            return
        was_under_cursor = self.is_under_cursor(index)
        self.move_to(index)
        if was_under_cursor or event.chain > 1:
            self.action_select()

    # --- painting -------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        """Make the rows as wide as the list."""
        self._fit_rows()

    def on_focus(self) -> None:
        """Paint the cursor in the style of a focused list."""
        self._refresh_changed_rows()

    def on_blur(self) -> None:
        """Paint the cursor in the style of a list without focus."""
        self._refresh_changed_rows()

    def notify_style_update(self) -> None:
        """Clear the styles of the previous theme."""
        super().notify_style_update()
        self._styles_made.clear()
        self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Return the strip of a row of the view."""
        width = self.row_cells
        look = self._painted[y] = self._looks(range(y, y + 1), width)[0]
        strip = self._strips.get(look)
        if strip is None:
            strip = self._paint(look.row, width, look.ground)
            self._strips.set(look, strip)
        return self.with_bar(strip, y)

    def _looks(self, rows: range, width: int) -> list[_Look]:
        """Return the looks of the rows in view at a width of `width` cells."""
        top, count = self.scroll_offset.y, self.row_count()
        has_keys = self.has_focus or self.has_class("-active")
        looks: list[_Look] = []
        for index in range(top + rows.start, top + rows.stop):
            if index < count:
                is_cursor = self.is_under_cursor(index)
                looks.append(_Look(self.row(index, width - 2), _Ground(is_cursor, is_cursor and has_keys), width))
            else:
                looks.append(_Look(None, _Ground(False, False), width))
        return looks

    def _refresh_changed_rows(self) -> None:
        """Refresh the rows in view whose look has changed since they were painted."""
        height = self.scrollable_content_region.height
        if not height:
            # A hidden list has no rows in view, and may come back in the size that it had.
            self.refresh()
            return
        width = max(self.virtual_size.width, self.size.width)
        looks = enumerate(self._looks(range(height), self.row_cells))
        changed = [Region(0, y, width, 1) for y, look in looks if self._painted.get(y) != look]
        if changed:
            self.refresh(*changed)

    def _fit_rows(self) -> None:
        """Set the scrollable height to the number of rows."""
        self.virtual_size = Size(1, self.row_count())
        self.refresh_bar()

    def _paint(self, row: Row | None, width: int, ground: _Ground) -> Strip:
        """Return the strip of a row:

        with a bar if the cursor is there, and a blank before the right side and at the edge.
        """
        if row is None:
            return Strip.blank(width, self.rich_style)
        base = self._style(Part(""), ground)
        segments = [self._bar(ground, base)]
        right = [Segment(part.text, self._style(part, ground)) for part in _right_side(row, width - 2)]
        room = width - 2 - sum(cell_len(segment.text) for segment in right) - (1 if right else 0)
        for part in row.left:
            text = cut(part.text, room)
            segments.append(Segment(text, self._style(part, ground)))
            room -= cell_len(text)
            if text != part.text:
                break
        segments.append(Segment(" " * (max(room, 0) + (1 if right else 0)), base))
        filled = [segment for segment in (*segments, *right) if segment.text]
        return Strip(filled).adjust_cell_length(width, base).simplify()

    def _bar(self, ground: _Ground, base: Style) -> Segment:
        """Return the bar before the row under the cursor, thin if the list has no focus."""
        if ground.is_cursor and not ground.is_active:
            return Segment("▏", base + component_style(self, "row-list--dim"))
        return Segment("▌" if ground.is_cursor else " ", base)

    def _style(self, part: Part, ground: _Ground) -> Style:
        """Return the style of a part, cached: a lookup in the style sheet takes longer than the rest of a row."""
        key = (part.tone, part.hue, ground)
        if key not in self._styles_made:
            self._styles_made[key] = self._make_style(part, ground)
        return self._styles_made[key]

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
        return base + component_style(self, f"row-list--{part.tone}")

    def _cursor_style(self) -> Style:
        styles = self.get_component_styles("row-list--cursor")
        background = Style(bgcolor=opaque(self, styles.background).rich_color)
        return background + component_style(self, "row-list--cursor")


UNCUT = 10_000
"""Cells of a row as it is copied, which cuts no text."""


def text_of(rows: RowList, indexes: Iterable[int] | None = None) -> list[str]:
    """Return the text of rows, of all by default, with two blanks before what is at the right."""
    shown_rows = (rows.row(index, UNCUT) for index in indexes or range(rows.row_count()))
    pairs = (("".join(part.text for part in side) for side in (row.left, row.right)) for row in shown_rows)
    return ["  ".join(text.rstrip() for text in pair if text.strip()) for pair in pairs]


class PlainRows(RowList):
    """A list of given rows, for small lists such as the options of a question."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._rows: Sequence[Row] = ()

    def show(self, rows: Sequence[Row], cursor: int = 0) -> None:
        """Show these rows."""
        self._rows = rows
        self.rows_changed(cursor)

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    def row(self, index: int, width: int) -> Row:  # noqa: ARG002
        """Return a row as given."""
        return self._rows[index]


class PassiveRows(PlainRows, can_focus=False):
    """Rows without focus, whose keys come from another widget, such as a filter above them."""

    def __init__(self) -> None:
        super().__init__(classes="-active")


def _right_side(row: Row, width: int) -> tuple[Part, ...]:
    """Return the right side of a row.

    Words are cut if they leave too little room for the left side; counts and signs are kept whole.
    """
    left, right = (sum(cell_len(part.text) for part in parts) for parts in (row.left, row.right))
    room = max(width - left - 1, width // RIGHT_SHARE)
    if right <= room or len(row.right) != 1:
        return row.right
    return (row.right[0]._replace(text=brief(row.right[0].text, room)),)


def shown(text: str) -> str:
    """Return `text` on one line, with runs of white space as one blank and control characters as `·`."""
    return sanitize(" ".join(text.split()))


def one_line(text: str) -> str:
    """Return `text` for an input line, with line breaks and tabs as blanks and control characters as `·`."""
    return re.sub(r"\s", " ", sanitize(re.sub(r"\r\n|[\r\v\f\x85]", "\n", text)))


def cut(text: str, width: int) -> str:
    """Return `text` in at most `width` cells, with `…` where it is cut."""
    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    return set_cell_size(text, width - 1).rstrip() + "…"


def brief(text: str, width: int) -> str:
    """Return the beginning of `text` on one line of at most `width` cells, in time independent of its length."""
    head = text[: max(width, 0) * 4 + 64]
    if len(head) == len(text):
        return cut(shown(text), width)
    return cut(shown(head) + "…", width)


def brief_middle(text: str, width: int) -> str:
    """Return `text` on one line of at most `width` cells; a longer text keeps both ends."""
    if len(text) > width * 8 + 128:
        text = text[: width * 4 + 64] + " … " + text[-(width * 4 + 64) :]
    line = shown(text)
    if cell_len(line) <= width or width < 8:
        return cut(line, width)
    start = len(line)
    while cell_len(line[start - 1 :]) <= width // 3:
        start -= 1
    return cut(line, width - cell_len(line[start:])) + line[start:]


def wrap(text: str, width: int) -> list[str]:
    """Return `text` wrapped at blanks to lines of `width` cells; longer words are broken."""
    if width < 1:
        return []
    lines: list[str] = []
    line = ""
    for word in shown(text).split(" "):
        if line and cell_len(line) + 1 + cell_len(word) <= width:
            line = f"{line} {word}"
            continue
        if line:
            lines.append(line)
        *full, line = chop_cells(word, width) or [""]
        lines.extend(full)
    return [*lines, line] if line else lines

"""The rows of a text at a width: from code points to cells and back.

Every code point belongs to exactly one row and one cell.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from codetui.core.text.graphemes import TAB_CELLS, cluster_cells, find_odd, glyphs
from codetui.model import Span

HANG_CELLS = 10
"""Rows under a line are indented by at most so many cells."""

_find_line_break = re.compile(r"\r\n|\n|\r").finditer
_match_lead = re.compile(r"[ \t]*(?:(?:[^\w\s\"'(\[]{1,2}|\(?\d{1,3}[.)]|[A-Za-z][.)])[ \t]+)?").match


@dataclass(frozen=True, slots=True)
class Row:
    """One visual row: code points `start` to `end` without the line break, `indent` blank cells in front.

    `glyphs` has one string per code point; `cells` their widths, empty where every one takes one cell.
    """

    start: int
    end: int
    indent: int
    glyphs: Sequence[str]
    cells: bytes = b""

    @property
    def width(self) -> int:
        """Cells of the indent and the text."""
        return self.indent + (sum(self.cells) if self.cells else self.end - self.start)

    def floor(self, offset: int) -> int:
        """The start of the cluster that holds the offset, kept within the row."""
        index = min(max(offset, self.start), self.end) - self.start
        while 0 < index < len(self.cells) and not self.cells[index]:
            index -= 1
        return self.start + index

    def ceiling(self, offset: int) -> int:
        """The offset itself at the start of a cluster, else the end of its cluster, kept within the row."""
        index = min(max(offset, self.start), self.end) - self.start
        while 0 < index < len(self.cells) and not self.cells[index]:
            index += 1
        return self.start + index

    def cell_at(self, offset: int) -> int:
        """The first cell of the cluster that holds the offset."""
        index = self.floor(offset) - self.start
        return self.indent + (sum(self.cells[:index]) if self.cells else index)

    def offset_at(self, cell: int) -> int:
        """The start of the cluster at a cell; `start` left of the text, `end` right of it."""
        room = cell - self.indent
        if room < 0:
            return self.start
        if not self.cells:
            return min(self.start + room, self.end)
        for index, cells in enumerate(self.cells):
            room -= cells
            if room < 0:
                return self.start + index
        return self.end

    def shown(self, start: int, end: int) -> str:
        """What the terminal gets for the code points `start` to `end`, both at clusters of this row."""
        return "".join(self.glyphs[start - self.start : end - self.start])


@dataclass(frozen=True, slots=True)
class Layout:
    """A text wrapped at a width in cells.  There is always at least one row."""

    text: str
    width: int
    _starts: array[int] = field(repr=False)
    _indents: array[int] = field(repr=False)

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self._starts)

    def row_of(self, offset: int) -> int:
        """The row that holds the offset; a line break belongs to the row that it ends."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def row_start(self, offset: int) -> int:
        """The first offset of the row that holds the offset."""
        return self._starts[self.row_of(offset)]

    def span(self, row: int) -> Span:
        """The code points of a row without its line break."""
        start, end = self.full_span(row)
        if end > start and self.text[end - 1] in "\r\n":
            end -= 2 if self.text[max(start, end - 2) : end] == "\r\n" else 1
        return Span(start, end)

    def full_span(self, row: int) -> Span:
        """The code points of a row with its line break: the full spans of all rows are the text."""
        last = row + 1 == len(self._starts)
        return Span(self._starts[row], len(self.text) if last else self._starts[row + 1])

    def row(self, row: int) -> Row:
        """A row as it is painted and measured."""
        start, end = self.span(row)
        text = self.text[start:end]
        if not find_odd(text):
            return Row(start, end, self._indents[row], text)
        cells = cluster_cells(text)
        return Row(start, end, self._indents[row], glyphs(text, cells), cells)

    def cell_of(self, offset: int) -> int:
        """The cell of an offset within its row."""
        return self.row(self.row_of(offset)).cell_at(offset)

    def offset_at(self, row: int, cell: int) -> int:
        """The offset at a cell; right of the text the line break, or a wrapped row's last cluster."""
        row = min(max(row, 0), self.rows - 1)
        place = self.row(row)
        offset = place.offset_at(cell)
        if offset == place.end > place.start and row + 1 < self.rows and self._starts[row + 1] == offset:
            return place.floor(offset - 1)
        return offset


def wrap(text: str, width: int) -> Layout:
    """The rows of a text at a width in cells.

    Rows break after blanks, of which one may stand beyond the width; words longer than a row are cut.
    The rows that continue a line stand under its text.
    """
    width = max(1, width)
    starts, indents = array("I"), array("B")
    for start, end in _lines(text):
        starts.append(start)
        indents.append(0)
        if end - start > width // TAB_CELLS and (end - start > width or find_odd(text, start, end)):
            _wrap_line(text, start, end, width, starts, indents)
    return Layout(text, width, starts, indents)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line; lines end at LF, CR LF and CR, and at nothing else."""
    start = 0
    for match in _find_line_break(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _wrap_line(text: str, start: int, end: int, width: int, starts: array[int], indents: array[int]) -> None:
    """Append the rows that continue the line `start` to `end`."""
    lead = _match_lead(text, start, end)
    first = lead.end() if lead else start
    hang = -1
    room = width
    while (cut := _row_end(text, start, end, room, first)) < end:
        if hang < 0:
            hang = _hang(text[start:first], width)
            room = width - hang
        starts.append(cut)
        indents.append(hang)
        start = first = cut


def _hang(lead: str, width: int) -> int:
    """Cells by which the rows under a line are indented: those of its indent and bullet, if modest."""
    cells = sum(cluster_cells(lead[: HANG_CELLS + 1]))
    return cells if cells <= min(HANG_CELLS, width // 3) else 0


def _row_end(text: str, start: int, end: int, room: int, first: int) -> int:
    """Where the row from `start` ends when it has `room` cells; breaks before `first` are no breaks."""
    if find_odd(text, start, min(end, start + room + 2)):
        return _odd_row_end(text, start, end, room, first)
    if end - start <= room:
        return end
    cut = text.rfind(" ", start, start + room + 1)
    if cut < first or text[start:cut].isspace() or cut == start:
        return start + room
    return cut + 1


def _odd_row_end(text: str, start: int, end: int, room: int, first: int) -> int:
    """The same for a row whose characters are not all of one cell."""
    reach = room + 2
    while True:
        window = text[start : min(end, start + reach)]
        cells = cluster_cells(window)
        fits = _fitting(cells, room)
        if fits < len(window) or start + len(window) == end:
            break
        reach *= 2
    if fits == len(window):
        return end
    high = fits
    if window[high] == " ":
        high = _next_cluster(cells, high)
        if high == len(window) and start + high < end:
            high = fits
    for index in range(high, max(0, first - start), -1):
        if index < len(cells) and not cells[index]:
            continue
        is_wide = index < len(cells) and cells[index] == 2
        if (window[index - 1] in " \t" or is_wide) and not window[:index].isspace():
            return start + index
    return start + (fits or _next_cluster(cells, 0))


def _fitting(cells: bytes, room: int) -> int:
    """How many code points, in whole clusters, fit into the room."""
    for index, width in enumerate(cells):
        room -= width
        if room < 0:
            return index
    return len(cells)


def _next_cluster(cells: bytes, index: int) -> int:
    """Where the cluster after the one at `index` starts."""
    index += 1
    while index < len(cells) and not cells[index]:
        index += 1
    return index


MARGIN = 2
"""So many rows stay visible above and below the selection where the window is high enough."""


def scroll_to(top: int, height: int, anchor_row: int, head_row: int, rows: int) -> int:
    """The top row after the least scrolling that shows the head's row, and the anchor's too where both fit.

    `height` and `rows` count the rows of the window and of the whole text; the result is within the text.
    """
    margin = min(MARGIN, max(0, (height - 1) // 2))
    if abs(head_row - anchor_row) + 1 + 2 * margin <= height:
        top = _shown(top, height, anchor_row, margin)
    return within(_shown(top, height, head_row, margin), height, rows)


def page(top: int, height: int, rows: int, direction: int) -> int:
    """The top row one window further down (`direction` 1) or up (-1); one row stays in sight."""
    return within(top + direction * max(1, height - 1), height, rows)


def within(top: int, height: int, rows: int) -> int:
    """The top row, moved so that the window shows no rows before the first or after the last."""
    return max(0, min(top, rows - height))


def _shown(top: int, height: int, row: int, margin: int) -> int:
    """The top row after the least scrolling that shows one row with its margin."""
    return min(max(top, row + margin - height + 1), row - margin)

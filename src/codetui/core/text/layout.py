"""Wrap a text into rows, and map code points to cells and back.

Every code point belongs to exactly one row and one cell. A cluster is a base character with the characters attached to
it. Every cluster has at least one cell, so that all of a text can be selected: invisible characters (controls,
zero-width characters, bidi overrides) are drawn as `·`, a tab as four blanks.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len, split_graphemes

from codetui.core.text.display import is_filler
from codetui.model import Span

SUBSTITUTE = "·"
TAB_CELLS = 4
MARKS_PER_CLUSTER = 32
"""So many marks join one character; the rest are clusters of their own, since terminals slow down on endless ones."""

_JOINER, _EMOJI_SELECTOR = "\u200d", "\ufe0f"
_ATTACHING = frozenset({"Mn", "Me", "Mc", "Lo", "Sk"})
_PICTURELESS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})

_PLAIN = " -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u1e00-\u200a\u2010-\u2027\u202f-\u205f\u2070-\u20cf"
find_odd = re.compile(f"[^{_PLAIN}]").search
"""Find a character that is not one cluster of one cell by itself."""

_FLAG = "\U0001f3f4"
_find_tags = re.compile(f"{_FLAG}[\U000e0020-\U000e007e]+\U000e007f|[\U000e0020-\U000e007f]").finditer
"""Find the flags of countries within countries, which are written in tags, and tags elsewhere, which show nothing."""

_find_endless = re.compile(b"\0{%d}" % MARKS_PER_CLUSTER).finditer

HANG_CELLS = 10
"""The most cells by which the rows that continue a line are indented."""

_find_line_break = re.compile(r"\r\n|\n|\r").finditer
_match_lead = re.compile(r"[ \t]*(?:(?:[^\w\s\"'(\[]{1,2}|\(?\d{1,3}[.)]|[A-Za-z][.)])[ \t]+)?").match
MARGIN = 2
"""The rows that stay visible above and below the selection, if the window is high enough."""


def _attaches(character: str) -> bool:
    """Return whether a character attaches to the one before it: marks, joiners, emoji modifiers, flag tags."""
    if cell_len(character) or is_filler(character):
        return False
    code = ord(character)
    is_joining = code in (0x200C, 0x200D) or 0xE0020 <= code <= 0xE007F
    return is_joining or unicodedata.category(character) in _ATTACHING


def _has_picture(character: str) -> bool:
    return unicodedata.category(character) not in _PICTURELESS and not is_filler(character)


class _CellTable(dict[int, int]):
    """The cells of each code point, 0 for one that attaches to its base; filled as characters occur."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        cells = cell_len(character) if _has_picture(character) else 0
        self[code] = TAB_CELLS if character == "\t" else cells or int(not _attaches(character))
        return self[code]


_cells = _CellTable()


def cluster_cells(text: str) -> bytes:
    """Return the cells of each code point, 0 for one that belongs to the code point before it.

    The text begins at a cluster and has no line break. A table suffices for most texts; only emoji need rich, which is
    six times slower.
    """
    table = text.translate(_cells).encode("latin-1")
    if 0 not in table:
        return table
    cells = bytearray(table)
    cells[0] = cells[0] or 1
    if _JOINER in text or _EMOJI_SELECTOR in text:
        for start, end, width in split_graphemes(text)[0]:
            if end - start > 1 and cells[start]:
                _join_emoji(text, start, end, width, cells)
    for found in _find_tags(text):
        if found[0][0] != _FLAG:
            cells[found.start()] = 1
    for run in _find_endless(cells):
        cells[run.end() - 1] = 1
    return bytes(cells)


def _join_emoji(text: str, start: int, end: int, width: int, cells: bytearray) -> None:
    """Join the emoji of a grapheme found by rich; letters behind a joiner keep their cells."""
    for at in range(start + 2, end):
        if text[at - 1] == _JOINER and unicodedata.category(text[at]) == "So":
            cells[at] = 0
    selector = text.find(_EMOJI_SELECTOR, start, end)
    if selector > 0 and not any(cells[start + 1 : selector]):
        cells[start] = max(width, cells[start])


def glyphs(text: str, cells: bytes) -> tuple[str, ...]:
    """Return the string to draw for each code point of a row.

    A joiner without effect is left out, because a terminal would draw one cell less for it.
    """
    drawn = list(map(_glyph, text, cells))
    for joiner in re.finditer(_JOINER, text):
        at = joiner.start()
        if not cells[at] and (at + 1 == len(cells) or cells[at + 1]):
            drawn[at] = ""
    return tuple(drawn)


def _glyph(character: str, cells: int) -> str:
    """Return the string to draw for one code point with its cells, 0 for one that attaches."""
    if character == "\t":
        return " " * TAB_CELLS if cells else ""
    is_raw = _has_picture(character)
    if cells:
        return character if is_raw and cell_len(character) else SUBSTITUTE
    return character if is_raw or _attaches(character) else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One visual row: code points `start` to `end` without the line break, `indent` blank cells in front.

    `glyphs` has one string for each code point; `cells` has their widths, or is empty if each has one cell.
    """

    start: int
    end: int
    indent: int
    glyphs: Sequence[str]
    cells: bytes = b""

    @property
    def width(self) -> int:
        """The cells of indent and text."""
        return self.indent + (sum(self.cells) if self.cells else self.end - self.start)

    def floor(self, offset: int) -> int:
        """Return the start of the cluster that contains the offset, within the row."""
        return self._boundary(offset, -1)

    def ceiling(self, offset: int) -> int:
        """Return the offset itself at the start of a cluster, else the end of its cluster, within the row."""
        return self._boundary(offset, 1)

    def _boundary(self, offset: int, direction: int) -> int:
        """Return the nearest cluster boundary from the offset in a direction."""
        index = min(max(offset, self.start), self.end) - self.start
        while 0 < index < len(self.cells) and not self.cells[index]:
            index += direction
        return self.start + index

    def cell_at(self, offset: int) -> int:
        """Return the first cell of the cluster that contains the offset."""
        index = self.floor(offset) - self.start
        return self.indent + (sum(self.cells[:index]) if self.cells else index)

    def offset_at(self, cell: int) -> int:
        """Return the start of the cluster at a cell; `start` left of the text, `end` right of it."""
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
        """Return the string to draw for the code points `start` to `end`, which begin and end at clusters."""
        return "".join(self.glyphs[start - self.start : end - self.start])


@dataclass(frozen=True, slots=True)
class Layout:
    """A text wrapped at a width in cells; it has at least one row."""

    text: str
    width: int
    _starts: array[int] = field(repr=False)
    _indents: array[int] = field(repr=False)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self._starts)

    def row_of(self, offset: int) -> int:
        """Return the row that contains the offset; a line break belongs to the row that it ends."""
        return max(0, bisect_right(self._starts, offset) - 1)

    def row_start(self, offset: int) -> int:
        """Return the first offset of the row that contains the offset."""
        return self._starts[self.row_of(offset)]

    def span(self, row: int) -> Span:
        """Return the code points of a row without its line break."""
        start, end = self.full_span(row)
        if end > start and self.text[end - 1] in "\r\n":
            end -= 2 if self.text[max(start, end - 2) : end] == "\r\n" else 1
        return Span(start, end)

    def full_span(self, row: int) -> Span:
        """Return the code points of a row with its line break; the full spans of all rows cover the text."""
        last = row + 1 == len(self._starts)
        return Span(self._starts[row], len(self.text) if last else self._starts[row + 1])

    def row(self, row: int) -> Row:
        """Return a row with its glyphs and cells."""
        start, end = self.span(row)
        text = self.text[start:end]
        if not find_odd(text):
            return Row(start, end, self._indents[row], text)
        cells = cluster_cells(text)
        return Row(start, end, self._indents[row], glyphs(text, cells), cells)

    def cell_of(self, offset: int) -> int:
        """Return the cell of an offset within its row."""
        return self.row(self.row_of(offset)).cell_at(offset)

    def offset_at(self, row: int, cell: int) -> int:
        """Return the offset at a cell; right of the text, the line break or the last cluster of a wrapped row."""
        row = min(max(row, 0), self.rows - 1)
        place = self.row(row)
        offset = place.offset_at(cell)
        if offset == place.end > place.start and row + 1 < self.rows and self._starts[row + 1] == offset:
            return place.floor(offset - 1)
        return offset


def wrap(text: str, width: int) -> Layout:
    """Wrap a text at a width in cells.

    Rows break after blanks, one of which may exceed the width; words longer than a row are cut. Continuation rows are
    indented to the text of their line, behind its bullet.
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
    """Yield start and end of each line; lines end only at LF, CR LF and CR."""
    start = 0
    for match in _find_line_break(text):
        yield start, match.start()
        start = match.end()
    yield start, len(text)


def _wrap_line(text: str, start: int, end: int, width: int, starts: array[int], indents: array[int]) -> None:
    """Append the continuation rows of the line `start` to `end`."""
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
    """Return the indentation of continuation rows in cells:

    the width of the line's indent and bullet, unless too wide.
    """
    cells = sum(cluster_cells(lead[: HANG_CELLS + 1]))
    return cells if cells <= min(HANG_CELLS, width // 3) else 0


def _row_end(text: str, start: int, end: int, room: int, first: int) -> int:
    """Return the end of the row from `start` in `room` cells; it never breaks before `first`."""
    if find_odd(text, start, min(end, start + room + 2)):
        return _odd_row_end(text, start, end, room, first)
    if end - start <= room:
        return end
    cut = text.rfind(" ", start, start + room + 1)
    if cut < first or text[start:cut].isspace() or cut == start:
        return start + room
    return cut + 1


def _odd_row_end(text: str, start: int, end: int, room: int, first: int) -> int:
    """Return the end of the row as `_row_end` does, for characters that may not all have one cell."""
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
    """Return how many code points, in whole clusters, fit into `room` cells."""
    for index, width in enumerate(cells):
        room -= width
        if room < 0:
            return index
    return len(cells)


def _next_cluster(cells: bytes, index: int) -> int:
    """Return the start of the cluster after the one at `index`."""
    index += 1
    while index < len(cells) and not cells[index]:
        index += 1
    return index


def scroll_to(top: int, height: int, anchor_row: int, head_row: int, rows: int) -> int:
    """Return the top row after the least scrolling that shows the head's row, and also the anchor's if both fit.

    `height` and `rows` count the rows of the window and of the whole text; the result is within the text.
    """
    margin = min(MARGIN, max(0, (height - 1) // 2))
    if abs(head_row - anchor_row) + 1 + 2 * margin <= height:
        top = _shown(top, height, anchor_row, margin)
    return within(_shown(top, height, head_row, margin), height, rows)


def page(top: int, height: int, rows: int, direction: int) -> int:
    """Return the top row after moving one window down (`direction` 1) or up (-1); one row stays visible."""
    return within(top + direction * max(1, height - 1), height, rows)


def within(top: int, height: int, rows: int) -> int:
    """Return the top row, moved so that the window shows no rows before the first or after the last."""
    return max(0, min(top, rows - height))


def _shown(top: int, height: int, row: int, margin: int) -> int:
    """Return the top row after the least scrolling that shows one row with its margin."""
    return min(max(top, row + margin - height + 1), row - margin)

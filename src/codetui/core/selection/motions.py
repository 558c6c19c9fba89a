"""Motions of a selection: pure functions from (text, view, selection) to a selection, in one table by name.

A search moves the selection to a match: with smart case, any white space for a blank, and accents only if typed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from codetui.core.selection.selection import Edge, Motion, Selection, View, cursor, extended, selected, settled
from codetui.core.text import layout, scripts
from codetui.core.text.units import (
    Unit,
    grapheme_after,
    grapheme_before,
    next_unit,
    previous_unit,
    trim,
    unit_at,
    units,
)
from codetui.model import Span

_Place = Callable[[str, View | None, int], int]
"""(text, view, offset) -> the offset to which the cursor moves."""

_VERTICAL = (("row_up", -1, False), ("row_down", 1, False), ("page_up", -1, True), ("page_down", 1, True))
STOPS = f".!?…;:,{scripts.STOPS}{scripts.BREAKS}"
STEPS: tuple[Unit, ...] = ("word", "clause", "sentence", "bullet", "turn", "paragraph")
"""The units that a key selects one after the other, and to which a selection grows."""

# --- the cursor --------------------------------------------------------------------------------------

_WINDOW = 50_000
_LONGEST = 2_000
_ACCENTED = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_ALIKE = {"'": "['’‘]", '"': '["“”„]', "-": "[-‐‑–—]"}


def _word_left(text: str, _view: View | None, at: int) -> int:
    word = previous_unit(text, at, "word")
    return word.start if word else 0


def _word_right(text: str, _view: View | None, at: int) -> int:
    here = unit_at(text, at, "word")
    if here.start <= at < here.end:
        return here.end
    word = next_unit(text, at - 1, "word")
    return word.end if word else len(text)


def _row_start(text: str, view: View | None, at: int) -> int:
    """Return the row's first word, after blanks and a bullet; if already there, the row's first cell."""
    if view is None:
        return at
    row = view.layout.span(view.layout.row_of(at))
    ink = trim(text, row.start, row.end).start
    word = unit_at(text, ink, "sentence").start
    is_first = ink <= word < row.end and not any(character.isalnum() for character in text[ink:word])
    first = word if is_first else ink
    return row.start if at == first else first


def _row_end(text: str, view: View | None, at: int) -> int:
    if view is None:
        return at
    row = view.layout.span(view.layout.row_of(at))
    is_wrapped = row.end < len(text) and text[row.end] not in "\r\n"
    return trim(text, row.start, row.end).end if is_wrapped else row.end


def _horizontal(place: _Place, side: Edge | None, *, extends: bool) -> Motion:
    """Return a motion of the cursor, or of the head if it `extends` the selection or an edge is held.

    Otherwise a selection first collapses to its end at `side`.
    """

    def motion(text: str, view: View | None, selection: Selection) -> Selection:
        if extends or selection.edge is not None:
            return extended(text, selection, place(text, view, selection.head))
        if selection.is_explicit and side is not None and selection.span.start < selection.span.end:
            return cursor(text, selection.span.start if side == "start" else selection.span.end)
        return cursor(text, place(text, view, selection.head))

    return motion


def _vertical(count: int, *, by_page: bool, extends: bool) -> Motion:
    """Return a motion by rows or pages that stays in one column."""

    def motion(text: str, view: View | None, selection: Selection) -> Selection:
        if view is None:
            return selection
        rows = count * max(1, view.height - 1) if by_page else count
        column = view.layout.cell_of(selection.head) if selection.column is None else selection.column
        row = view.layout.row_of(selection.head) + rows
        at = view.layout.offset_at(min(max(row, 0), view.layout.rows - 1), column)
        moved = extended(text, selection, at) if extends or selection.edge else cursor(text, at)
        return replace(moved, column=column)

    return motion


# --- units -------------------------------------------------------------------------------------------


def select_next(unit: Unit, direction: int) -> Motion:
    """Return a motion that selects the next or previous unit, or moves a held edge by one unit."""

    def motion(text: str, _view: View | None, selection: Selection) -> Selection:
        if selection.edge is not None:
            held = settled(text, selection)
            at = _boundary(text, held.span, unit, selection.edge, direction)
            return _with_edge(held, selection.edge, at, keeps_hold=True)
        here = unit_at(text, selection.head, unit)
        if not selection.is_explicit and direction > 0 and unit in ("word", "clause"):
            return selected(*here)
        start = selection.span.start
        if not selection.is_explicit and here.start <= start <= here.end:
            start = here.start
        found = next_unit(text, start, unit) if direction > 0 else previous_unit(text, start, unit)
        return selected(*found) if found else selection

    return motion


def _boundary(text: str, span: Span, unit: Unit, edge: Edge, direction: int) -> int:
    """Return the offset of one edge after one unit; unchanged if no words would remain selected."""
    if edge == "start":
        found = next_unit(text, span.start, unit) if direction > 0 else previous_unit(text, span.start, unit)
        return found.start if found and found.start < span.end else span.start
    if direction > 0:
        here = unit_at(text, span.end - 1, unit)
        later = next_unit(text, max(here.start, span.end - 1), unit)
        ends = [u.end for u in (here, later) if u and u.end > span.end]
        return min(ends, default=span.end)
    inside = [u.end for u in units(text, span.start, span.end, unit) if span.start < u.end < span.end]
    if inside and not any(character.isalnum() for character in text[inside[-1] : span.end]):
        inside.pop()
    return max(inside, default=span.end)


def _with_edge(selection: Selection, edge: Edge, at: int, keeps_hold: bool) -> Selection:
    """Return the selection with one edge at another offset; that edge is the head."""
    start, end = selection.span
    return Selection(end if edge == "start" else start, at, "explicit", edge if keeps_hold else None)


def hold_edge(edge: Edge) -> Motion:
    """Return a motion that holds one edge, so that arrows and unit letters move it, or releases it if it is held."""

    def motion(text: str, _view: View | None, selection: Selection) -> Selection:
        if selection.edge == edge:
            return replace(selection, edge=None)
        whole = settled(text, selection)
        at = whole.span.start if edge == "start" else whole.span.end
        return _with_edge(whole, edge, at, keeps_hold=True)

    return motion


def trim_edge(unit: Unit, edge: Edge) -> Motion:
    """Return a motion that drops the first or last word or clause of the selection."""

    def motion(text: str, _view: View | None, selection: Selection) -> Selection:
        whole = settled(text, selection)
        at = _boundary(text, whole.span, unit, edge, 1 if edge == "start" else -1)
        trimmed = _with_edge(whole, edge, at, keeps_hold=selection.edge == edge)
        return trimmed if selection.edge == edge else selected(*trimmed.span)

    return motion


# --- the selection as a whole ------------------------------------------------------------------------


def swap_edges(_text: str, _view: View | None, selection: Selection) -> Selection:
    """Move the cursor to the other end of the selection."""
    edge: Edge | None = None
    if selection.edge is not None:
        edge = "start" if selection.edge == "end" else "end"
    return Selection(selection.head, selection.anchor, selection.kind, edge)


def collapse(text: str, _view: View | None, selection: Selection) -> Selection:
    """Release a held edge; without one, drop the selection and leave the cursor at its start."""
    if selection.edge is not None:
        return replace(selection, edge=None)
    return cursor(text, selection.span.start)


def toggle_stop(text: str, _view: View | None, selection: Selection) -> Selection:
    """Exclude the full stop at the end of the selection, or include it."""
    start, end = settled(text, selection).span
    at = end
    while at > start and text[at - 1] in STOPS:
        at -= 1
    if at == end:
        while at < len(text) and text[at] in STOPS:
            at += 1
    return selected(start, at) if at > start else selection


def grow(text: str, _view: View | None, selection: Selection) -> Selection:
    """Select the next larger unit around the selection: word, clause, sentence, bullet, speaker's turn, paragraph."""
    span = selection.span
    origin = selection.origin or span
    for unit in STEPS:
        around = unit_at(text, span.start, unit)
        is_round = around.start <= span.start and span.end <= around.end
        if is_round and around != span and around.start < around.end:
            return replace(selected(*around), origin=origin)
    return selection


def shrink(text: str, _view: View | None, selection: Selection) -> Selection:
    """Select the next smaller unit, towards the span from which growing began."""
    span = settled(text, selection).span
    origin = selection.origin or Span(span.start, span.start)
    for unit in reversed(STEPS):
        inner = unit_at(text, origin.start, unit)
        is_inside = span.start <= inner.start and inner.end <= span.end and inner != span
        if is_inside and inner.start <= origin.start and origin.end <= inner.end and inner.start < inner.end:
            return replace(selected(*inner), origin=origin)
    return selection


# --- all motions -------------------------------------------------------------------------------------


def _table() -> dict[str, Motion]:
    """Return all motions by name."""
    places: dict[str, tuple[_Place, Edge | None]] = {
        "char_left": (lambda text, _view, at: grapheme_before(text, at), "start"),
        "char_right": (lambda text, _view, at: grapheme_after(text, at), "end"),
        "word_left": (_word_left, None),
        "word_right": (_word_right, None),
        "row_start": (_row_start, None),
        "row_end": (_row_end, None),
        "text_start": (lambda _text, _view, _at: 0, None),
        "text_end": (lambda text, _view, _at: len(text), None),
    }
    table: dict[str, Motion] = {}
    for prefix, extends in (("", False), ("extend_", True)):
        for name, (place, side) in places.items():
            table[prefix + name] = _horizontal(place, side, extends=extends)
        for name, count, by_page in _VERTICAL:
            table[prefix + name] = _vertical(count, by_page=by_page, extends=extends)
    for unit in STEPS:
        table[f"next_{unit}"] = select_next(unit, 1)
        table[f"previous_{unit}"] = select_next(unit, -1)
    edges: tuple[Edge, ...] = ("start", "end")
    for edge in edges:
        table[f"hold_{edge}"] = hold_edge(edge)
        table[f"trim_{edge}_word"] = trim_edge("word", edge)
        table[f"trim_{edge}_clause"] = trim_edge("clause", edge)
    return table | {
        "toggle_stop": toggle_stop,
        "grow": grow,
        "shrink": shrink,
        "swap_edges": swap_edges,
        "collapse": collapse,
    }


MOTIONS: Mapping[str, Motion] = MappingProxyType(_table())


def moved(text: str, view: View, name: str, selection: Selection) -> tuple[Selection, int]:
    """Return the selection and the window's top row after a motion."""
    after = MOTIONS[name](text, view, selection)
    return after, shown(view, after, name)


def shown(view: View, selection: Selection, name: str = "") -> int:
    """Return the top row of the window that shows a selection; a page motion moves the window by a page first."""
    top, rows = view.top, view.layout.rows
    if name.endswith(("page_down", "page_up")):
        top = layout.page(top, view.height, rows, 1 if name.endswith("page_down") else -1)
    row_of = view.layout.row_of
    return layout.scroll_to(top, view.height, row_of(selection.anchor), row_of(selection.head), rows)


def find(text: str, query: str, start: int, direction: int = 1) -> Span | None:
    """Return the first match from `start` on (`direction` 1) or the last one that begins before it (-1).

    The search wraps around at the end of the text; None means that the whole text has no match.
    """
    if not query.strip():
        return None
    pattern = _pattern(query)
    if direction >= 0:
        match = pattern.search(text, max(0, start)) or pattern.search(text, 0)
        return Span(*match.span()) if match else None
    return _last(pattern, text, 0, min(start, len(text))) or _last(pattern, text, max(0, start), len(text))


def matches(text: str, query: str, start: int, end: int) -> list[Span]:
    """Return all matches that begin between two offsets, for highlighting while the coder types."""
    if not query.strip():
        return []
    found = _pattern(query).finditer(text, max(0, start), min(len(text), end + _LONGEST))
    return [Span(*m.span()) for m in found if m.start() < end]


def selection_of_match(text: str, match: Span) -> Selection:
    """Return the match extended to whole words, so that typing the first letters of a word is enough."""
    words = units(text, match.start, match.end, "part")
    start = min([match.start, *(w.start for w in words if w.start < match.end)])
    end = max([match.end, *(w.end for w in words if w.end > match.start)])
    return selected(start, end)


@lru_cache(maxsize=64)
def _pattern(query: str) -> re.Pattern[str]:
    """Return the pattern of a query; it matches the original text, so that no offsets need to be mapped."""
    is_plain = unicodedata.normalize("NFD", query) == query and query.isascii()
    typed = re.findall(r"\s+|\S", query.lstrip())
    pieces = [r"\s+" if piece.isspace() else _letters(piece, is_plain) for piece in typed]
    flags = re.IGNORECASE if query == query.lower() else re.NOFLAG
    return re.compile("".join(pieces), flags)


def _letters(character: str, is_plain: bool) -> str:
    """Return the pattern of one character; a letter without accent also matches accented ones."""
    if character in _ALIKE:
        return _ALIKE[character]
    if not is_plain or not character.isalpha():
        return re.escape(character)
    return f"[{character}{_accented(character)}][\u0300-\u036f]*"


@lru_cache(maxsize=64)
def _accented(letter: str) -> str:
    """Return the accented variants of a letter."""
    return "".join(c for c in _ACCENTED if unicodedata.normalize("NFD", c)[0] == letter)


def _last(pattern: re.Pattern[str], text: str, low: int, high: int) -> Span | None:
    """Return the last match that begins in a range, searched window by window from its end."""
    while high > low:
        start = max(low, high - _WINDOW)
        reach = min(len(text), high + _LONGEST)
        found = [m for m in pattern.finditer(text, start, reach) if m.start() < high]
        if found:
            return Span(*found[-1].span())
        high = start
    return None

"""Motions by unit: steps that select one, edges that move by one, trims, growing and shrinking."""

from __future__ import annotations

from dataclasses import replace

from codetui.core.selection import Edge, Motion, Selection, View, selected, settled
from codetui.core.text import Unit, next_unit, previous_unit, unit_at, units
from codetui.model import Span

STOPS = ".!?…;:,"
GROWING: tuple[Unit, ...] = ("word", "clause", "sentence", "bullet", "paragraph")


def stepping(unit: Unit, direction: int) -> Motion:
    """Selects the next or previous unit; with an edge held, moves that edge to the unit's end or start."""

    def motion(text: str, _view: View | None, selection: Selection) -> Selection:
        if selection.edge is not None:
            return _edge_by_unit(text, selection, unit, direction)
        here = unit_at(text, selection.head, unit)
        if not selection.is_explicit and direction > 0 and unit in ("word", "clause"):
            return selected(*here)
        start = selection.span.start
        if not selection.is_explicit and here.start <= start <= here.end:
            start = here.start
        found = next_unit(text, start, unit) if direction > 0 else previous_unit(text, start, unit)
        return selected(*found) if found else selection

    return motion


def _edge_by_unit(text: str, selection: Selection, unit: Unit, direction: int) -> Selection:
    """The selection with its held edge on the next or previous boundary of a unit."""
    held = settled(text, selection)
    edge: Edge = "start" if selection.edge == "start" else "end"
    return _with_edge(held, edge, _boundary(text, held.span, unit, edge, direction), keeps_hold=True)


def _boundary(text: str, span: Span, unit: Unit, edge: Edge, direction: int) -> int:
    """Where one edge goes by one unit; it stays where there is no place that leaves words selected."""
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
    """The selection with one edge elsewhere; the head is that edge."""
    start, end = selection.span
    hold = edge if keeps_hold else None
    if edge == "start":
        return Selection(end, at, "explicit", hold)
    return Selection(start, at, "explicit", hold)


def taking(edge: Edge) -> Motion:
    """Takes one edge of the selection, so that arrows and unit letters move it; pressed again, lets it go."""

    def motion(text: str, _view: View | None, selection: Selection) -> Selection:
        if selection.edge == edge:
            return replace(selection, edge=None)
        whole = settled(text, selection)
        at = whole.span.start if edge == "start" else whole.span.end
        return _with_edge(whole, edge, at, keeps_hold=True)

    return motion


def trimming(unit: Unit, edge: Edge) -> Motion:
    """Drops one unit at one end of the selection: the first or last word or clause."""

    def motion(text: str, _view: View | None, selection: Selection) -> Selection:
        whole = settled(text, selection)
        at = _boundary(text, whole.span, unit, edge, 1 if edge == "start" else -1)
        trimmed = _with_edge(whole, edge, at, keeps_hold=selection.edge == edge)
        return trimmed if selection.edge == edge else selected(*trimmed.span)

    return motion


def toggle_stop(text: str, _view: View | None, selection: Selection) -> Selection:
    """Leaves out the full stop at the end of the selection, or takes it in."""
    start, end = settled(text, selection).span
    at = end
    while at > start and text[at - 1] in STOPS:
        at -= 1
    if at == end:
        while at < len(text) and text[at] in STOPS:
            at += 1
    return selected(start, at) if at > start else selection


def grow(text: str, _view: View | None, selection: Selection) -> Selection:
    """Selects the next larger unit round the selection: word, clause, sentence, bullet, paragraph."""
    span = selection.span
    origin = selection.origin or span
    for unit in GROWING:
        around = unit_at(text, span.start, unit)
        is_round = around.start <= span.start and span.end <= around.end
        if is_round and around != span and around.start < around.end:
            return replace(selected(*around), origin=origin)
    return selection


def shrink(text: str, _view: View | None, selection: Selection) -> Selection:
    """Selects the next smaller unit, towards where growing began."""
    span = settled(text, selection).span
    origin = selection.origin or Span(span.start, span.start)
    for unit in reversed(GROWING):
        inner = unit_at(text, origin.start, unit)
        is_inside = span.start <= inner.start and inner.end <= span.end and inner != span
        if is_inside and inner.start <= origin.start and origin.end <= inner.end and inner.start < inner.end:
            return replace(selected(*inner), origin=origin)
    return selection

"""The shortest keys that select a span: a limited search over the program's motions.

The planner does only what a coder could do: it presses motions, jump labels and search, and computes the resulting
selection and window.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from codetui.model import Holds, Span
from codetui.tui.actions import MOTION_KEYS
from testing.replay.places import Ad, Place, Plan, after, jumps, searches
from testing.replay.rescue import rescues

_DEPTH = 3
_MOST_PLACES = 1_500
_NEAREST = 24
_FITTED = 3
_UNITS = ("word", "clause", "sentence", "bullet", "paragraph")
_TRIMS = ("toggle_stop", "trim_end_word", "trim_start_word", "trim_end_clause", "trim_start_clause")
_SCROLLING = ("page_down", "page_up", "text_start", "text_end")
_STEPS = tuple(f"{way}_{unit}" for unit in _UNITS for way in ("next", "previous"))
MOVES = (*_STEPS, *_TRIMS, *_SCROLLING, "grow", "shrink", "hold_start", "hold_end")
NATURAL = ("next_sentence", "toggle_stop", *_SCROLLING)
"""The few motions of a coder who mostly uses jump labels."""


def plan(
    ad: Ad,
    start: Place,
    targets: Sequence[Span],
    holds: Holds,
    moves: Sequence[str] = MOVES,
    *,
    may_search: bool = True,
) -> Plan | None:
    """Return the shortest keys found after which a code would be assigned to one of the targets (code points)."""
    head = start.selection.head
    near = sorted(targets, key=lambda target: abs(target.start - head))[:_NEAREST]
    wanted = frozenset(targets)
    best: Plan | None = None
    seen = {start}
    frontier = [Plan((), "", start)]
    for depth in range(_DEPTH + 1):
        reaches = best is None or depth + 2 < len(best.keys)
        for step in frontier:
            finishes = _finishes(ad, step, near, may_search=may_search) if reaches else ()
            best = _cheaper(best, [p for p in (step, *finishes) if ad.takes(p.after, holds) in wanted])
        if depth == _DEPTH - 1 and best is None:
            fitted = (rescues(ad, start, target, holds, may_search=may_search) for target in near[:_FITTED])
            best = _cheaper(None, [plan for plans in fitted for plan in plans])
        if depth == _DEPTH or (best is not None and len(best.keys) <= depth + 1):
            break
        frontier = _next_frontier(ad, frontier, seen, moves)
    return best


def _cheaper(best: Plan | None, plans: Sequence[Plan]) -> Plan | None:
    """Return the shortest of the plans, the earlier one among equals."""
    return min((p for p in (best, *plans) if p is not None), key=lambda p: len(p.keys), default=None)


def _next_frontier(ad: Ad, frontier: Sequence[Plan], seen: set[Place], moves: Sequence[str]) -> list[Plan]:
    """Return the new positions reached by one more motion, and add them to `seen`."""
    found = []
    for step in frontier:
        for name in moves if len(seen) < _MOST_PLACES else ():
            place = after(ad, step.after, name)
            if place not in seen:
                seen.add(place)
                found.append(step.then(MOTION_KEYS[name][:1], name, place))
    return found


def _finishes(ad: Ad, step: Plan, targets: Sequence[Span], *, may_search: bool) -> Iterator[Plan]:
    """Yield plans by jump labels and search from a position, each also with one trim."""
    for target in targets:
        for found in (*jumps(ad, step, target), *(searches(ad, step, target) if may_search else ())):
            yield found
            for name in _TRIMS:
                yield found.then(MOTION_KEYS[name][:1], name, after(ad, found.after, name))

"""Plans for spans that no short sequence of keys selects: an end inside a word, or pages away.

First the start is scrolled into view, by pages or by search; then each edge is moved, by large steps and then by small
ones.
"""

from __future__ import annotations

from collections.abc import Iterator

from codetui.core.selection import jump_labels
from codetui.core.selection.selection import Edge
from codetui.core.text.units import unit_at, units
from codetui.model import Holds, Span
from codetui.tui.actions import MOTION_KEYS
from testing.replay.places import JUMP_END, Ad, Place, Plan, after, begun_at, ends, jumps, searched

_MOST_PAGES = 8
_ROUND = 300
"""The distance from a start, in code points, within which a word to search is chosen."""

_LONGEST_QUERY = 24
_MOST_BASES = 6
_BEAM = 12
_MOST_STEPS = 120
_LARGE = ("word", "clause", "sentence", "bullet", "paragraph")
_FORWARD = (*(f"next_{unit}" for unit in _LARGE), "row_end", "row_down", "page_down", "char_right")
_BACKWARD = (*(f"previous_{unit}" for unit in _LARGE), "row_start", "row_up", "page_up", "char_left")


def rescues(ad: Ad, start: Place, target: Span, holds: Holds, *, may_search: bool) -> Iterator[Plan]:
    """Yield plans that end on the target."""
    steps = [*_approaches(ad, start, target), *(_found(ad, start, target) if may_search else ())]
    bases = [base for step in steps for base in (step, *_near(ad, step, target))]
    for base in sorted(bases, key=lambda base: _distance(base, target))[:_MOST_BASES]:
        for found in _fitted(ad, base, target):
            if ad.takes(found.after, holds) == target:
                yield found


def _distance(base: Plan, target: Span) -> float:
    """Return an estimate of all keys to the target."""
    span = base.after.selection.span
    gaps = (abs(span.start - target.start), abs(span.end - target.end))
    return len(base.keys) + sum(1 + min(gap, 6 + gap / 60) for gap in gaps if gap)


def _approaches(ad: Ad, start: Place, target: Span) -> Iterator[Plan]:
    """Return the page keys after which the target's start is visible."""
    here = Plan((), "", start)
    for step in (here, *(_moved(ad, here, name) for name in ("text_start", "text_end"))):
        for _ in range(_MOST_PAGES):
            visible = ad.view(step.after).visible
            if visible.start <= target.start < visible.end:
                yield step
                break
            step = _moved(ad, step, "page_down" if target.start >= visible.end else "page_up")


def _found(ad: Ad, start: Place, target: Span) -> Iterator[Plan]:
    """Yield the shortest search for a word near the target's start."""
    here = Plan((), "", start)
    found = searched(ad, here, target.start, _LONGEST_QUERY)
    round_ = units(ad.text, max(0, target.start - _ROUND), target.start + _ROUND, "word")
    for word in sorted(round_, key=lambda word: abs(word.start - target.start))[:40]:
        longest = _LONGEST_QUERY if found is None else len(found.keys) - 3
        found = searched(ad, here, word.start, longest) or found
    if found is not None:
        yield found


def _moved(ad: Ad, step: Plan, name: str) -> Plan:
    return step.then(MOTION_KEYS[name][:1], name, after(ad, step.after, name))


def _near(ad: Ad, step: Plan, target: Span) -> Iterator[Plan]:
    """Yield jumps to the labels next to the target's start, each also with the labels next to its end."""
    place = step.after
    state = begun_at(ad.text, ad.view(place).visible, place.selection)
    if state.stage != "start":
        return
    word = unit_at(ad.text, target.start, "word")
    starts = {mark.target for mark in state.marks if mark.target < target.end}
    for start in sorted(starts, key=lambda start: abs(start - word.start))[:2]:
        yield from jumps(ad, step, Span(start, target.end))


def _fitted(ad: Ad, base: Plan, target: Span) -> Iterator[Plan]:
    """Yield the base with each edge moved to the target's, the end also by a label."""
    span = base.after.selection.span
    if span.end <= target.start:
        widened = _edged(ad, base, "end", target.end)
        begun = widened and _edged(ad, widened, "start", target.start)
        if begun is not None:
            yield begun
        return
    begun = _edged(ad, base, "start", target.start)
    if begun is None:
        return
    whole = _edged(ad, begun, "end", target.end)
    if whole is not None:
        yield whole
    place = begun.after
    state = jump_labels.begin_end(ad.text, ad.view(place).visible, place.selection)
    for labelled in ends(begun.then((JUMP_END,), "jump_end", place), state, target.end):
        whole = _edged(ad, labelled, "end", target.end)
        if whole is not None:
            yield whole


def _edged(ad: Ad, base: Plan, edge: Edge, goal: int) -> Plan | None:
    """Yield the base with one edge moved to an offset by the fewest steps found in a narrow search."""
    at = base.after.selection.span.start if edge == "start" else base.after.selection.span.end
    if base.after.selection.is_explicit and at == goal:
        return base
    name = f"hold_{edge}"
    taken = base if base.after.selection.edge == edge else _moved(ad, base, name)
    beam, seen = [taken], {taken.after}
    for _ in range(_MOST_STEPS):
        done = next((step for step in beam if step.after.selection.head == goal), None)
        if done is not None or not beam:
            return done
        steps = [_moved(ad, step, name) for step in beam for name in _towards(step, goal)]
        fresh = {step.after: step for step in reversed(steps) if step.after not in seen}
        fitting = [step for step in fresh.values() if step.after.selection.edge == edge]
        seen.update(fresh)
        beam = sorted(fitting, key=lambda step: abs(step.after.selection.head - goal))[:_BEAM]
    return None


def _towards(step: Plan, goal: int) -> tuple[str, ...]:
    """Yield the motions that move the held edge nearer to its goal, or past it."""
    return _FORWARD if step.after.selection.head < goal else _BACKWARD

"""The cheapest keys that select a span: a short search over what the program offers.

The planner knows nothing that a coder could not do: it presses motions, jump labels and search, and sees the
selection and the window that follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from codetui.core import labels
from codetui.core.finding import find, found_selection
from codetui.core.motions import DEFAULT_KEYS, STOPS, moved, shown
from codetui.core.selection import Rows, Selection, View, effective
from codetui.core.text import unit_at
from codetui.model import Holds, Span

JUMP, JUMP_END, SEARCH, ACCEPT = "f", "F", "slash", "enter"
_LONGEST_QUERY = 8
_DEPTH = 3
_PLAIN_LIMIT = 500
_TRIMS = ("toggle_stop", "trim_end_word", "trim_start_word", "trim_end_clause", "trim_start_clause")
_SCROLLING = ("page_down", "page_up", "text_start", "text_end")
_STEPS = tuple(
    f"{way}_{unit}" for unit in ("word", "clause", "sentence", "bullet", "paragraph") for way in ("next", "previous")
)
_MOVES = (*_STEPS, *_TRIMS, *_SCROLLING, "grow", "shrink", "take_start", "take_end")


class Place(NamedTuple):
    """Where a coder stands: the selection and the window's top row."""

    selection: Selection
    top: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Keys to press (Textual's names), what they do, and where they end."""

    keys: tuple[str, ...]
    way: str
    after: Place


@dataclass(frozen=True, slots=True, eq=False)
class Ad:
    """A text laid out in a window of so many rows."""

    text: str
    layout: Rows
    height: int

    def view(self, place: Place) -> View:
        """The window at a place."""
        return View(self.layout, place.top, self.height)

    def shown(self, place: Place, selection: Selection) -> Place:
        """The place after a selection that was made otherwise than by a motion."""
        return Place(selection, shown(self.text, self.view(place), selection))


def plan(ad: Ad, start: Place, targets: Sequence[Span], holds: Holds) -> Plan | None:
    """The cheapest keys found after which a code would be given to one of the targets."""
    best: Plan | None = None
    wanted = frozenset(targets)
    seen = {start}
    frontier = [Plan((), "", start)]
    for depth in range(_DEPTH + 1):
        for step in frontier:
            finishes = _finishes(ad, step, wanted, holds) if best is None or depth + 2 < len(best.keys) else ()
            for found in (step, *finishes):
                if _takes(ad, found.after.selection, holds) in wanted and (best is None or len(found.keys) < len(best.keys)):
                    best = found
        if depth == _DEPTH or (best is not None and len(best.keys) <= depth + 1):
            break
        frontier = [p for step in frontier for p in _moves(ad, step) if not (p.after in seen or seen.add(p.after))]
    return best


def plain(ad: Ad, start: Place, target: Span, holds: Holds) -> Plan | None:
    """What a coder without jump labels presses: next or previous sentence until there, then trim by words."""
    place, keys = start, []
    while len(keys) < _PLAIN_LIMIT:
        if _takes(ad, place.selection, holds) == target:
            return Plan(tuple(keys), "plain", place)
        name = _plain_step(ad.text, place.selection, target)
        before, place = place, _after(ad, place, name)
        keys.append(DEFAULT_KEYS[name][0])
        if place == before:
            break
    return None


def _plain_step(text: str, selection: Selection, target: Span) -> str:
    """The next key of the plain strategy: towards the sentence, then over or off its end, then off its start."""
    now = effective(text, selection, "quotations")
    if now.end <= target.start:
        return "next_sentence"
    if now.start > target.start:
        return "previous_sentence"
    if now.end != target.end:
        return _plain_end(text, now, target.end)
    word = unit_at(text, target.start, "word")
    if now.start < word.start <= target.start:
        return "trim_start_word"
    return "take_start" if selection.edge is None else "char_right"


def _plain_end(text: str, now: Span, end: int) -> str:
    """The next key for the end of the selection: by full stop, by word, and by character inside a word."""
    between = text[min(now.end, end) : max(now.end, end)]
    if now.end < end:
        return "extend_word_right" if any(c.isspace() for c in between) else "extend_char_right"
    if not any(c.isalnum() for c in between):
        return "toggle_stop" if between[-1] in STOPS else "extend_char_left"
    word = unit_at(text, end - 1, "word")
    return "extend_char_left" if end < now.end <= word.end else "trim_end_word"


def _takes(ad: Ad, selection: Selection, holds: Holds) -> Span:
    return effective(ad.text, selection, holds)


@lru_cache(maxsize=200_000)
def _after(ad: Ad, place: Place, name: str) -> Place:
    """The place after a motion."""
    return Place(*moved(ad.text, ad.view(place), name, place.selection))


def _moves(ad: Ad, step: Plan) -> Iterator[Plan]:
    """All that one motion can lead to."""
    for name in _MOVES:
        after = _after(ad, step.after, name)
        if after != step.after:
            yield Plan((*step.keys, DEFAULT_KEYS[name][0]), f"{step.way} {name}".strip(), after)


def _finishes(ad: Ad, step: Plan, wanted: frozenset[Span], holds: Holds) -> Iterator[Plan]:
    """What jump labels and search make of a place, for each target."""
    for target in wanted:
        for plan in (*_jumps(ad, step, target, holds), *_searches(ad, step, target, holds)):
            yield plan
            if plan.after.selection.is_explicit:
                for name in _TRIMS:
                    after = _after(ad, plan.after, name)
                    yield Plan((*plan.keys, DEFAULT_KEYS[name][0]), f"{plan.way} {name}", after)


def _jumps(ad: Ad, step: Plan, target: Span, holds: Holds) -> Iterator[Plan]:
    """Jump labels for start and end, or for the end alone."""
    place = step.after
    visible = ad.view(place).visible
    if visible.start <= target.start < visible.end:
        starts = _begun(ad.text, visible, place.selection)
        if starts.stage == "start":
            typed = _typed(starts, target.start)
            if typed is not None:
                state, letters = typed
                yield Plan((*step.keys, JUMP, *letters), f"{step.way} jump".strip(), ad.shown(place, state.selection))
                yield from _end(ad, place, state, (*step.keys, JUMP, *letters), f"{step.way} jump".strip(), target)
    if place.selection.edge is None and effective(ad.text, place.selection, "quotations").start == target.start:
        state = labels.begin_end(ad.text, visible, place.selection)
        yield from _end(ad, place, state, (*step.keys, JUMP_END), f"{step.way} jump_end".strip(), target)


@lru_cache(maxsize=4_000)
def _begun(text: str, visible: Span, selection: Selection) -> labels.JumpState:
    """The labels of a view, once."""
    return labels.begin(text, visible, selection)


def _end(
    ad: Ad, place: Place, state: labels.JumpState, keys: tuple[str, ...], way: str, target: Span
) -> Iterator[Plan]:
    """A label on the target's end, or on a near one that a trim can correct."""
    ends = sorted({m.target for m in state.marks}, key=lambda end: abs(end - target.end))[:3]
    for end in ends:
        typed = _typed(state, end)
        if typed is not None:
            done, letters = typed
            yield Plan((*keys, *letters), way, ad.shown(place, done.selection))


def _typed(state: labels.JumpState, target: int) -> tuple[labels.JumpState, str] | None:
    """The state after the letters of the label on a place, or None where it has none."""
    mark = next((m for m in state.marks if m.target == target), None)
    if mark is None:
        return None
    for letter in mark.letters:
        state = labels.press(state, letter)
    return state, mark.letters


def _searches(ad: Ad, step: Plan, target: Span, holds: Holds) -> Iterator[Plan]:
    """The shortest beginning of the target that search finds first, then a label on its end."""
    if step.keys:
        return
    place = step.after
    start = place.selection.span.start
    for length in range(1, _LONGEST_QUERY + 1):
        query = ad.text[target.start : target.start + length].lower()
        if query != query.strip() or "\n" in query or len(query) < length:
            continue
        match = find(ad.text, query, start)
        if match is None or match.start != target.start:
            continue
        after = ad.shown(place, found_selection(ad.text, match))
        keys = (*step.keys, SEARCH, *query, ACCEPT)
        yield Plan(keys, "search", after)
        if after.selection.span.start == target.start:
            state = labels.begin_end(ad.text, ad.view(after).visible, after.selection)
            yield from _end(ad, after, state, (*keys, JUMP_END), "search jump_end", target)
        return



"""The cheapest keys that select a span: a short search over what the program offers.

The planner does nothing that a coder could not do: it presses motions, jump labels and search, and reckons
with the selection and the window that follow.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from codetui.core import labels
from codetui.core.finding import find, found_selection
from codetui.core.motions import DEFAULT_KEYS, moved, shown
from codetui.core.selection import Rows, Selection, View, effective
from codetui.core.steps import STOPS
from codetui.core.text import unit_at
from codetui.model import Holds, Span

JUMP, JUMP_END, SEARCH, ACCEPT = "f", "F", "slash", "enter"
_LONGEST_QUERY = 8
_DEPTH = 3
_PLAIN_LIMIT = 500
_UNITS = ("word", "clause", "sentence", "bullet", "paragraph")
_TRIMS = ("toggle_stop", "trim_end_word", "trim_start_word", "trim_end_clause", "trim_start_clause")
_SCROLLING = ("page_down", "page_up", "text_start", "text_end")
_STEPS = tuple(f"{way}_{unit}" for unit in _UNITS for way in ("next", "previous"))
MOVES = (*_STEPS, *_TRIMS, *_SCROLLING, "grow", "shrink", "take_start", "take_end")
NATURAL = ("next_sentence", "toggle_stop", *_SCROLLING)
"""The few motions that a coder uses who lives on jump labels."""


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

    def then(self, keys: Sequence[str], way: str, after: Place) -> Plan:
        """This plan and what comes after it."""
        return Plan((*self.keys, *keys), f"{self.way} {way}".strip(), after)


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
        return Place(selection, shown(self.view(place), selection))

    def takes(self, place: Place, holds: Holds) -> Span:
        """What a code would be given to."""
        return effective(self.text, place.selection, holds)


def plan(ad: Ad, start: Place, targets: Sequence[Span], holds: Holds, moves: Sequence[str] = MOVES) -> Plan | None:
    """The cheapest keys found after which a code would be given to one of the targets (code points)."""
    best: Plan | None = None
    seen = {start}
    frontier = [Plan((), "", start)]
    for depth in range(_DEPTH + 1):
        reaches = best is None or depth + 2 < len(best.keys)
        for step in frontier:
            finishes = _finishes(ad, step, targets) if reaches else ()
            best = _cheaper(best, [p for p in (step, *finishes) if ad.takes(p.after, holds) in targets])
        if depth == _DEPTH or (best is not None and len(best.keys) <= depth + 1):
            break
        frontier = _next_frontier(ad, frontier, seen, moves)
    return best or _cheaper(None, [p for t in targets for p in _rescues(ad, start, t, holds)])


def plain(ad: Ad, start: Place, target: Span, holds: Holds) -> Plan | None:
    """What a coder without jump labels presses: next or previous sentence until there, then trim by words."""
    place = start
    keys: list[str] = []
    while len(keys) < _PLAIN_LIMIT:
        if ad.takes(place, holds) == target:
            return Plan(tuple(keys), "plain", place)
        name = _plain_step(ad.text, place.selection, target)
        before, place = place, _after(ad, place, name)
        keys.append(DEFAULT_KEYS[name][0])
        if place == before:
            break
    return None


def _plain_step(text: str, selection: Selection, target: Span) -> str:
    """The next key of the plain strategy: towards the sentence, then its end, then off its start."""
    now = effective(text, selection, "quotations")
    if selection.edge is not None and (now.end != target.end or now.start > target.start):
        return "collapse"
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


def _cheaper(best: Plan | None, plans: Sequence[Plan]) -> Plan | None:
    """The shortest of the plans; the earlier one among equals."""
    return min((p for p in (best, *plans) if p is not None), key=lambda p: len(p.keys), default=None)


@lru_cache(maxsize=100_000)
def _after(ad: Ad, place: Place, name: str) -> Place:
    """The place after a motion."""
    return Place(*moved(ad.text, ad.view(place), name, place.selection))


def _next_frontier(ad: Ad, frontier: Sequence[Plan], seen: set[Place], moves: Sequence[str]) -> list[Plan]:
    """All places not seen yet that one more motion leads to; `seen` grows by them."""
    found = []
    for step in frontier:
        for name in moves:
            after = _after(ad, step.after, name)
            if after not in seen:
                seen.add(after)
                found.append(step.then(DEFAULT_KEYS[name][:1], name, after))
    return found


def _finishes(ad: Ad, step: Plan, targets: Sequence[Span]) -> Iterator[Plan]:
    """What jump labels and search make of a place, each also with one trim."""
    for target in targets:
        for found in (*_jumps(ad, step, target), *_searches(ad, step, target)):
            yield found
            for name in _TRIMS:
                yield found.then(DEFAULT_KEYS[name][:1], name, _after(ad, found.after, name))


def _jumps(ad: Ad, step: Plan, target: Span) -> Iterator[Plan]:
    """Jump labels for start and end, or for the end alone."""
    place = step.after
    visible = ad.view(place).visible
    begun = _begun(ad.text, visible, place.selection)
    started = _typed(begun, target.start) if begun.stage == "start" else None
    if started is not None:
        state, letters = started
        jump = step.then((JUMP, *letters), "jump", ad.shown(place, state.selection))
        yield jump
        yield from _ends(ad, jump, state, target.end)
    if place.selection.edge is None and ad.takes(place, "quotations").start == target.start:
        state = labels.begin_end(ad.text, visible, place.selection)
        yield from _ends(ad, step.then((JUMP_END,), "jump_end", place), state, target.end)


@lru_cache(maxsize=4_000)
def _begun(text: str, visible: Span, selection: Selection) -> labels.JumpState:
    """The labels of a view, made once."""
    return labels.begin(text, visible, selection)


def _ends(ad: Ad, step: Plan, state: labels.JumpState, end: int) -> Iterator[Plan]:
    """Labels on the target's end, and on near ones that a trim can correct."""
    for near in sorted({m.target for m in state.marks}, key=lambda place: abs(place - end))[:3]:
        picked = _typed(state, near)
        if picked is not None:
            done, letters = picked
            yield step.then(letters, "", ad.shown(step.after, done.selection))


def _typed(state: labels.JumpState, target: int) -> tuple[labels.JumpState, str] | None:
    """The state after the letters of the label on a place, or None where it has none."""
    mark = next((m for m in state.marks if m.target == target), None)
    if mark is None:
        return None
    for letter in mark.letters:
        state = labels.press(state, letter)
    return state, mark.letters


def _searches(ad: Ad, step: Plan, target: Span) -> Iterator[Plan]:
    """The shortest beginning of the target that search finds first, then a label on its end."""
    words = ad.text[target.start : min(target.end, target.start + _LONGEST_QUERY)].lower()
    for length in range(1, len(words) + 1) if not step.keys else ():
        query = words[:length]
        match = find(ad.text, query, step.after.selection.span.start) if query.isalnum() else None
        if match is not None and match.start == target.start:
            place = ad.shown(step.after, found_selection(ad.text, match))
            search = step.then((SEARCH, *query, ACCEPT), "search", place)
            yield search
            if place.selection.span.start == target.start:
                state = labels.begin_end(ad.text, ad.view(place).visible, place.selection)
                yield from _ends(ad, search.then((JUMP_END,), "jump_end", place), state, target.end)
            return


def _rescues(ad: Ad, start: Place, target: Span, holds: Holds) -> Iterator[Plan]:
    """Ways to a span that cuts a word: the plain strategy, at once or from a jump to the word."""
    word = unit_at(ad.text, target.start, "word")
    for step in (Plan((), "", start), *_jumps(ad, Plan((), "", start), word)):
        rest = plain(ad, step.after, target, holds)
        if rest is not None:
            yield step.then(rest.keys, "plain", rest.after)

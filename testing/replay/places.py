"""Positions in an ad, and how keys change them: motions, jump labels, search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from codetui.core.selection import jump_labels
from codetui.core.selection.motions import find, moved, selection_of_match, shown
from codetui.core.selection.selection import Selection, View, effective
from codetui.core.text.layout import Layout
from codetui.model import Holds, Span

JUMP, JUMP_END, SEARCH, ACCEPT = "f", "F", "slash", "enter"
_LONGEST_QUERY = 12


class Place(NamedTuple):
    """The coder's position: the selection and the window's top row."""

    selection: Selection
    top: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Keys to press (Textual's names), their effects, and the final position."""

    keys: tuple[str, ...]
    way: str
    after: Place

    def then(self, keys: Sequence[str], way: str, after: Place) -> Plan:
        """Return this plan followed by another."""
        return Plan((*self.keys, *keys), f"{self.way} {way}".strip(), after)


@dataclass(frozen=True, slots=True, eq=False)
class Ad:
    """A text in a window with the given number of rows."""

    text: str
    layout: Layout
    height: int

    def view(self, place: Place) -> View:
        """Return the view at a position."""
        return View(self.layout, place.top, self.height)

    def shown(self, place: Place, selection: Selection) -> Place:
        """Return the position after a selection made without a motion."""
        return Place(selection, shown(self.view(place), selection))

    def takes(self, place: Place, holds: Holds) -> Span:
        """Return the span that a code would be assigned to."""
        return effective(self.text, place.selection, holds)


@lru_cache(maxsize=100_000)
def after(ad: Ad, place: Place, name: str) -> Place:
    """Return the position after a motion."""
    return Place(*moved(ad.text, ad.view(place), name, place.selection))


def jumps(ad: Ad, step: Plan, target: Span) -> Iterator[Plan]:
    """Yield plans that use jump labels for start and end, or only for the end."""
    place = step.after
    visible = ad.view(place).visible
    begun = begun_at(ad.text, visible, place.selection)
    started = typed(begun, target.start) if begun.stage == "start" else None
    if started is not None:
        state, letters = started
        jump = step.then((JUMP, *letters), "jump", Place(state.selection, place.top))
        yield jump
        yield from ends(jump, state, target.end)
    if place.selection.edge is None and ad.takes(place, "quotations").start == target.start:
        state = jump_labels.begin_end(ad.text, visible, place.selection)
        yield from ends(step.then((JUMP_END,), "jump_end", place), state, target.end)


@lru_cache(maxsize=4_000)
def begun_at(text: str, visible: Span, selection: Selection) -> jump_labels.JumpState:
    """Return the labels of a view, cached."""
    return jump_labels.begin(text, visible, selection)


def ends(step: Plan, state: jump_labels.JumpState, end: int) -> Iterator[Plan]:
    """Yield plans that use labels on the target's end, or nearby labels that a trim can correct."""
    for near in sorted({m.target for m in state.marks}, key=lambda place: abs(place - end))[:3]:
        picked = typed(state, near)
        if picked is not None:
            done, letters = picked
            yield step.then(letters, "", Place(done.selection, step.after.top))


def typed(state: jump_labels.JumpState, target: int) -> tuple[jump_labels.JumpState, str] | None:
    """Return the state after the letters of the label at an offset, or None if it has none."""
    mark = next((m for m in state.marks if m.target == target), None)
    if mark is None:
        return None
    for letter in mark.letters:
        state = jump_labels.press(state, letter)
    return state, mark.letters


def searches(ad: Ad, step: Plan, target: Span) -> Iterator[Plan]:
    """Yield plans that search the shortest beginning of the target that finds it first, then use a label on its end."""
    search = searched(ad, step, target.start, min(target.end - target.start, _LONGEST_QUERY))
    if search is None or step.keys:
        return
    yield search
    place = search.after
    if place.selection.span.start == target.start:
        state = jump_labels.begin_end(ad.text, ad.view(place).visible, place.selection)
        yield from ends(search.then((JUMP_END,), "jump_end", place), state, target.end)


def searched(ad: Ad, step: Plan, start: int, longest: int) -> Plan | None:
    """Return the shortest words from an offset, of limited length in code points, that a search finds there first."""
    words = ad.text[start : start + longest].lower()
    for length in range(1, len(words) + 1):
        query = words[:length]
        if not query.isprintable():
            return None
        match = find(ad.text, query, step.after.selection.span.start) if query == query.strip() else None
        if match is not None and match.start == start:
            place = ad.shown(step.after, selection_of_match(ad.text, match))
            return step.then((SEARCH, *query, ACCEPT), "search", place)
    return None

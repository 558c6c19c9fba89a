"""Jump labels: letters on the words in view; typing them picks where a selection starts, then where it ends.

    We need Python and Scala
    a  xd   s      xf  d

The likeliest places take one letter, the others two, and no label begins another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from codetui.core.likely import Place, ends_from, starts_in
from codetui.core.selection import Selection, cursor, selected, settled
from codetui.core.text import unit_at
from codetui.model import Span

LETTERS = "asdfjklghewioruqvncmptybxz"
"""Strong fingers first.  No digit is ever a label: a digit leaves the labels and opens a section."""

Stage = Literal["start", "end", "done"]


class JumpLabel(NamedTuple):
    """Letters painted from `offset` on, which pick the place `target`."""

    offset: int
    letters: str
    target: int


@dataclass(frozen=True, slots=True)
class JumpState:
    """What is picked and typed so far.  `selection` is what a code would be given now."""

    text: str
    view: Span
    stage: Stage
    selection: Selection
    origin: Selection
    marks: tuple[JumpLabel, ...]
    typed: str = ""
    earlier: JumpState | None = None

    @property
    def labels(self) -> list[tuple[int, str]]:
        """Where which letters are painted: those still to be typed of the labels that are still possible."""
        possible = [m for m in self.marks if m.letters.startswith(self.typed)]
        return [(m.offset, m.letters[len(self.typed) :]) for m in possible]

    @property
    def is_done(self) -> bool:
        """Whether both ends are picked."""
        return self.stage == "done"


def begin(text: str, view: Span, selection: Selection) -> JumpState:
    """Labels on the words in view: for a start and then an end, or for the one edge that is held."""
    if selection.edge == "end":
        return begin_end(text, view, selection)
    marks = _start_marks(text, view, selection.head)
    return JumpState(text, view, "start", selection, selection, marks)


def begin_end(text: str, view: Span, selection: Selection) -> JumpState:
    """Labels for another end of the selection, or of the current sentence."""
    whole = settled(text, selection)
    return JumpState(text, view, "end", whole, selection, _end_marks(text, view, whole.span))


def press(state: JumpState, character: str) -> JumpState:
    """The state after a letter; a letter that stands in no label changes nothing."""
    typed = state.typed + character.lower()
    picked = next((m for m in state.marks if m.letters == typed), None)
    if picked is not None:
        return _picked(state, picked.target)
    if character and any(m.letters.startswith(typed) for m in state.marks):
        return replace(state, typed=typed, earlier=state)
    return state


def back(state: JumpState) -> JumpState | None:
    """The state one letter before, or None where nothing was typed: the labels are left then."""
    return state.earlier


def _picked(state: JumpState, target: int) -> JumpState:
    """The state after a whole label."""
    if state.stage == "end":
        span = Span(state.selection.span.start, target)
        return replace(state, stage="done", selection=selected(*span), marks=(), typed="", earlier=state)
    if state.origin.edge == "start" and target < state.origin.span.end:
        kept = Selection(state.origin.span.end, target, "explicit", "start")
        return replace(state, stage="done", selection=kept, marks=(), typed="", earlier=state)
    sentence = unit_at(state.text, target, "sentence")
    tentative = cursor(state.text, target)
    if sentence.start <= target < sentence.end:
        tentative = Selection(target, sentence.end, "tentative")
    marks = _end_marks(state.text, state.view, Span(target, max(target, sentence.end)))
    return replace(state, stage="end", selection=tentative, marks=marks, typed="", earlier=state)


def _start_marks(text: str, view: Span, head: int) -> tuple[JumpLabel, ...]:
    """A label on the start of each word and part in view."""
    places = starts_in(text, view, head)
    return tuple(JumpLabel(p.span.start, letters, p.span.start) for p, letters in _labelled(places))


def _end_marks(text: str, view: Span, current: Span) -> tuple[JumpLabel, ...]:
    """A label on the last letters of each word from the start on, to the end of the view or the sentence."""
    labelled = _labelled(ends_from(text, current, max(view.end, current.end)))
    return tuple(JumpLabel(max(p.span.start, p.span.end - len(w)), w, p.span.end) for p, w in labelled)


def _labelled(places: list[Place]) -> Iterable[tuple[Place, str]]:
    """Each place with its letters: short ones for the likeliest, longer ones in the order of the text."""
    codes = _codes(len(places))
    likely = sorted(places, key=lambda place: place.rank)
    short = sum(len(code) == len(codes[0]) for code in codes) if codes else 0
    first, rest = likely[:short], sorted(likely[short:], key=lambda place: place.span)
    return sorted(zip([*first, *rest], codes, strict=False), key=lambda pair: pair[0].span)


def _codes(count: int) -> list[str]:
    """At least so many letter sequences, shortest first, of which none begins another."""
    codes = list(LETTERS)
    at = len(LETTERS) - 1
    while len(codes) < count:
        if at < 0:
            codes, at = sorted(codes, key=len), len(codes) - 1
        stem = codes.pop(at)
        codes += [stem + letter for letter in LETTERS]
        at -= 1
    return sorted(codes, key=len)[:count] if count else []

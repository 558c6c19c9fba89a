"""Jump labels: letters on the words in view, which are typed to choose the start and then the end of a selection.

    We need Python and Scala
    a  xd   s      xf  d

A word has the same letters as start and as end, wherever the cursor is, until other words are in view. The most likely
places have one letter, the others two; no label is a prefix of another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from codetui.core.selection.selection import Selection, cursor, selected, settled
from codetui.core.text.scripts import CLOSERS, OPENERS
from codetui.core.text.units import Unit, unit_at, units
from codetui.model import Span

LETTERS = "asdfjklghewioruqvncmptybxz" + "ASDFJKLGHEWIORUQVNCMPTYBXZ"
"""The letters of labels, those of strong fingers first; a capital is typed faster than two letters.

No digit: it leaves the labels and opens a section.
"""

Stage = Literal["start", "end", "done"]


class JumpLabel(NamedTuple):
    """The letters of the word at `offset`; typing them chooses the offset `target`: its start, or its end."""

    offset: int
    letters: str
    target: int


@dataclass(frozen=True, slots=True)
class JumpState:
    """The choices and letters so far; `selection` is what a code would be assigned to now."""

    text: str
    view: Span
    stage: Stage
    selection: Selection
    origin: Selection
    marks: tuple[JumpLabel, ...]
    typed: str = ""
    earlier: JumpState | None = None
    alphabet: str = LETTERS

    @property
    def labels(self) -> list[tuple[int, str]]:
        """The letters to draw by offset: the remaining letters of each label that is still possible."""
        possible = [m for m in self.marks if m.letters.startswith(self.typed)]
        return [(m.offset, m.letters[len(self.typed) :]) for m in possible]

    @property
    def is_done(self) -> bool:
        """True if both ends are chosen."""
        return self.stage == "done"


def begin(text: str, view: Span, selection: Selection, alphabet: str = LETTERS) -> JumpState:
    """Return labels for the words in view: for a start and then an end, or only for the held edge."""
    if selection.edge == "end":
        return begin_end(text, view, selection, alphabet)
    labelled = _labelled(starts_in(text, view), alphabet)
    marks = tuple(JumpLabel(place.span.start, letters, place.span.start) for place, letters in labelled)
    return JumpState(text, view, "start", selection, selection, marks, alphabet=alphabet)


def begin_end(text: str, view: Span, selection: Selection, alphabet: str = LETTERS) -> JumpState:
    """Return labels for a new end of the selection, or of the current sentence."""
    whole = settled(text, selection)
    marks = _end_marks(text, view, whole.span, alphabet)
    return JumpState(text, view, "end", whole, selection, marks, alphabet=alphabet)


def press(state: JumpState, character: str) -> JumpState:
    """Return the state after a letter; the same state if no label continues with that letter."""
    typed = state.typed + character
    if not any(mark.letters.startswith(typed) for mark in state.marks):
        typed = state.typed + character.lower()
    picked = next((m for m in state.marks if m.letters == typed), None)
    if picked is not None:
        return _picked(state, picked.target)
    if character and any(m.letters.startswith(typed) for m in state.marks):
        return replace(state, typed=typed, earlier=state)
    return state


def _picked(state: JumpState, target: int) -> JumpState:
    """Return the state after a complete label."""
    done = replace(state, stage="done", marks=(), typed="", earlier=state)
    if state.stage == "end":
        return replace(done, selection=selected(state.selection.span.start, target))
    if state.origin.edge == "start" and target < state.origin.span.end:
        return replace(done, selection=Selection(state.origin.span.end, target, "explicit", "start"))
    sentence = unit_at(state.text, target, "sentence")
    tentative = cursor(state.text, target)
    if sentence.start <= target < sentence.end:
        tentative = Selection(target, sentence.end, "tentative")
    marks = _end_marks(state.text, state.view, Span(target, max(target, sentence.end)), state.alphabet)
    return replace(done, stage="end", selection=tentative, marks=marks)


def _end_marks(text: str, view: Span, current: Span, alphabet: str) -> tuple[JumpLabel, ...]:
    """Return the labels of the words in view that may be ends, from the start of the selection on."""
    letters = {place.span.start: letters for place, letters in _labelled(starts_in(text, view), alphabet)}
    ends = ends_from(text, current, max(view.end, current.end))
    return tuple(JumpLabel(end.start, letters[end.start], end.end) for end in ends if end.start in letters)


def _labelled(places: list[JumpTarget], alphabet: str) -> Iterable[tuple[JumpTarget, str]]:
    """Return each place with its letters, short ones for likely places, longer ones in text order."""
    codes = _codes(len(places), alphabet)
    likely = sorted(places, key=lambda place: place.rank)
    short = sum(len(code) == len(codes[0]) for code in codes) if codes else 0
    first, rest = likely[:short], sorted(likely[short:], key=lambda place: place.span)
    return sorted(zip([*first, *rest], codes, strict=False), key=lambda pair: pair[0].span)


def _codes(count: int, alphabet: str) -> list[str]:
    """Return `count` sequences of letters, shortest first, none of which is a prefix of another."""
    codes = list(alphabet)
    at = len(alphabet) - 1
    while len(codes) < count:
        if at < 0:
            codes, at = sorted(codes, key=len), len(codes) - 1
        stem = codes.pop(at)
        codes += [stem + letter for letter in alphabet]
        at -= 1
    return sorted(codes, key=len)[:count] if count else []


_FILLERS_SPELT = """
a an and are as at be been but by can for from has have if in into is it its of on or our that the
their them they this to us was we what which who will with would you your aan als bij dan dat de
deze die dit door een en er het hun ik in is je jij jou jouw maar met naar niet nog of om onder ons
onze op over te tot u uit uw van voor waar wat we wij wordt worden zijn zich ze zij
的 了 和 與 与 及 或 在 是 對 对 為 为 有 并 並 等 我们 我們 你 您 は が を に の と で も や し て ます です
"""
_FILLERS = frozenset(_FILLERS_SPELT.split())
_LEADING = frozenset(("to", "and", "or", "for", "&", "om", "en", "of", "het", "te", "bij", "on", "an", "as"))
_BRACKETS = {")": "(", "]": "["} | dict(zip(CLOSERS[:-2], OPENERS[:-2], strict=True))
_MODALS = frozenset(("will", "zal", "zult"))


class JumpTarget(NamedTuple):
    """A word or part of a word, and its rank: the lower, the more likely."""

    span: Span
    rank: tuple[int, int]


def starts_in(text: str, view: Span) -> list[JumpTarget]:
    """Return every word and part in view as a start; equally likely ones are in the order of the text."""
    openings = _starts(text, view, "sentence") | _starts(text, view, "bullet")
    clauses = _starts(text, view, "clause")
    words = _starts(text, view, "word")
    places, before = [], ""
    for part in units(text, view.start, view.end, "part"):
        if part.start < view.start:
            continue
        rank = _start_rank(text, part, before, openings, clauses) if part.start in words else 3
        places.append(JumpTarget(part, (rank, part.start)))
        before = text[part.start : part.end].lower()
    return places


def ends_from(text: str, current: Span, limit: int) -> list[Span]:
    """Return the words and parts after the start of the selection, each up to where it ends as a selection.

    The last word of a sentence ends after its full stop, except in the selected sentence: there it ends before the full
    stop.
    """
    stops = {s.end for s in units(text, current.start, limit, "sentence")}
    ends: list[Span] = []
    for part in units(text, current.start, limit, "part"):
        end = _closed(text, current.start, part.end, stops)
        if end == current.end:
            end = part.end
        if part.end > current.start and end != current.end:
            ends.append(Span(part.start, end))
    return ends


def is_filler(word: str) -> bool:
    """True for a word with which hardly any quotation starts or ends: `the`, `van`."""
    return word.lower() in _FILLERS


def _start_rank(text: str, part: Span, before: str, openings: set[int], clauses: set[int]) -> int:
    """Return the rank of a start, from 0 for the most likely to 3."""
    if part.start in openings or before in _MODALS:
        return 0
    word = text[part.start : part.end]
    if part.start in clauses:
        return 0 if text[: part.start].rstrip()[-1:] == ":" else 1
    if is_filler(word):
        return 3
    is_name = any(c.isupper() for c in word)
    return 1 if is_name or before in _LEADING else 2


def _starts(text: str, view: Span, unit: Unit) -> set[int]:
    """Return the offsets at which units in view start."""
    return {u.start for u in units(text, view.start, view.end, unit)}


def _closed(text: str, start: int, end: int, stops: set[int]) -> int:
    """Return the end of a word, including closing brackets opened since the start, and a sentence's full stop."""
    while end < len(text) and text[end] in _BRACKETS and _is_open(text, start, end):
        end += 1
    sentence = unit_at(text, max(start, end - 1), "sentence").end
    if sentence in stops and end < sentence and not any(c.isalnum() for c in text[end:sentence]):
        return sentence
    return end


def _is_open(text: str, start: int, end: int) -> bool:
    """Return whether the bracket at `end` was opened after `start`."""
    opener = _BRACKETS[text[end]]
    return text.count(opener, start, end) > text.count(text[end], start, end)

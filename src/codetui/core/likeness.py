"""The place of a text that resembles some words most: the fuzzy step of anchoring, on folded text."""

from __future__ import annotations

from typing import NamedTuple

from codetui.core.context import is_joined
from codetui.core.slips import is_slip
from codetui.model import Span

ACCEPTED = 0.80
"""Ten letters with one wrong score 0.9.  By itself the score proves nothing: of 9,000 real quotations looked for in
other ads 32 score 0.80 to 0.97 and stand in none, since a word is another one; see `slips`."""

SHOWN = 0.60
"""Below this a place has nothing to do with the words and is not even shown."""

MARGIN = 0.05
"""The runner-up must be this much less alike; sentences that differ in one word of ten are nearer."""

SHORTEST = 10
"""Shorter words resemble too much: one letter off is another tool's name."""

SHORTEST_REACH, LONGEST_REACH = 16, 120
"""How far the ends of a window are moved, in code points: a third of the words, within these bounds."""


class Likeness(NamedTuple):
    """The most similar place, then those too similar to rule out; `score` is the best one's, from 0 to 1."""

    places: tuple[Span, ...]
    score: float
    is_enough: bool
    """True where the places may be offered as the quotation's: one that has its words, or several to choose from."""


def most_alike(haystack: str, words: str) -> Likeness | None:
    """The place of folded `words` in a folded text, or None where nothing resembles them."""
    if len(words) < SHORTEST or len(haystack) < SHORTEST:
        return None
    best = _best_window(haystack, words, Span(0, len(haystack)))
    if best is None:
        return None
    place, score = best
    if score < SHOWN:
        return None
    rivals = []
    for rest in (Span(0, place.start), Span(place.end, len(haystack))):
        rival = _best_window(haystack, words, rest)
        if rival is not None and rival[1] > score - MARGIN:
            rivals.append(rival[0])
    is_same = bool(rivals) or is_slip(words, haystack[place.start : place.end])
    return Likeness((place, *rivals), score, score >= ACCEPTED and is_same)


def likeness(one: str, other: str) -> float:
    """How much two folded texts resemble each other, from 0 to 1: twice their common letters by all their letters."""
    return _ratio(one, other)


def _best_window(haystack: str, words: str, within: Span) -> tuple[Span, float] | None:
    """The stretch inside `within` that resembles `words` most, its ends refined, and how much it does."""
    from rapidfuzz.fuzz import partial_ratio_alignment

    text = haystack[within.start : within.end]
    if len(text) < len(words) / 2:
        return None
    # Windows score less than the refined place, since theirs is the length of the words.
    window = partial_ratio_alignment(words, text, score_cutoff=100 * (SHOWN - MARGIN))
    if window is None:
        return None
    start, end, score = _refined(text, words, window.dest_start, window.dest_end)
    return Span(within.start + start, within.start + end), score


def _refined(text: str, words: str, start: int, end: int) -> tuple[int, int, float]:
    """Ends moved to the edges of words between which the stretch resembles `words` most.

    A window as long as the words has them wrong wherever characters were added or lost.
    """
    reach = min(max(SHORTEST_REACH, len(words) // 3), LONGEST_REACH)
    score = 0.0
    for _ in range(2):
        before = (start, end)
        starts = _edges(text, max(0, start - reach), min(end - 1, start + reach)) or [start]
        start = max(starts, key=lambda each: _ratio(words, text[each:end]))
        ends = _edges(text, max(start + 1, end - reach), min(len(text), end + reach)) or [end]
        end = max(ends, key=lambda each: _ratio(words, text[start:each]))
        score = _ratio(words, text[start:end])
        if (start, end) == before:
            break
    tight = text[start:end]
    start += len(tight) - len(tight.lstrip())
    return start, max(start + 1, end - len(tight) + len(tight.rstrip())), score


def _edges(text: str, first: int, last: int) -> list[int]:
    """The places from `first` to `last` where no word is cut in two."""
    return [place for place in range(first, last + 1) if not is_joined(text, place)]


def _ratio(one: str, other: str) -> float:
    from rapidfuzz.fuzz import ratio

    return ratio(one, other) / 100

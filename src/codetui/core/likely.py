"""Where selections may start and end, and how likely each place is.

Counted over coders' quotations: one in four sentences and bullets is the start of one, and so is what follows
a label's colon or `will`; one in twelve clauses, names in capitals and words after `to`, `and` or `for`; one
in five hundred of `the`, `of`, `you` and their like.  Hardly any quotation ends on such a word.
"""

from __future__ import annotations

from typing import NamedTuple

from codetui.core.text import Unit, unit_at, units
from codetui.model import Span

_FILLERS_SPELT = """
a an and are as at be been but by can for from has have if in into is it its of on or our that the
their them they this to us was we what which who will with would you your aan als bij dan dat de
deze die dit door een en er het hun ik in is je jij jou jouw maar met naar niet nog of om onder ons
onze op over te tot u uit uw van voor waar wat we wij wordt worden zijn zich ze zij
"""
_FILLERS = frozenset(_FILLERS_SPELT.split())
_LEADING = frozenset(("to", "and", "or", "for", "&", "om", "en", "of", "het", "te", "bij", "on", "an", "as"))
_MODALS = frozenset(("will", "zal", "zult"))
_FARTHEST = 76
"""So many ends are offered: two letters then reach all of them, and the nearest two dozen take one."""


class Place(NamedTuple):
    """A word or part of a word, and its rank: the lower, the likelier."""

    span: Span
    rank: tuple[int, int]


def starts_in(text: str, view: Span, head: int) -> list[Place]:
    """Every word and part in view as a place to start; among the equally likely those near the cursor come first."""
    openings = _starts(text, view, "sentence") | _starts(text, view, "bullet")
    clauses = _starts(text, view, "clause")
    words = _starts(text, view, "word")
    places, before = [], ""
    for part in units(text, view.start, view.end, "part"):
        if part.start < view.start:
            continue
        rank = _start_rank(text, part, before, openings, clauses) if part.start in words else 3
        places.append(Place(part, (rank, abs(part.start - head))))
        before = text[part.start : part.end].lower()
    return places


def ends_from(text: str, current: Span, limit: int) -> list[Place]:
    """The words and parts from the start on as places to end, the nearest and likeliest first.

    The last word of a sentence ends after its full stop, but for the sentence that is selected now: there the
    end without the full stop is what remains to be offered.
    """
    stops = {s.end for s in units(text, current.start, limit, "sentence")}
    words = {w.end for w in units(text, current.start, limit, "word")}
    places = []
    for part in units(text, current.start, limit, "part"):
        end = _closed(text, current.start, part.end, stops)
        if end == current.end:
            end = part.end
        if part.end <= current.start or end == current.end:
            continue
        is_likely = part.end in words and not is_filler(text[part.start : part.end])
        rank = 0 if is_likely and part.end <= current.end else 1
        places.append(Place(Span(max(part.start, current.start), end), (rank, end)))
        if len(places) == _FARTHEST:
            break
    return places


def is_filler(word: str) -> bool:
    """Whether a word is one of those on which hardly a quotation starts or ends: `the`, `van`."""
    return word.lower() in _FILLERS


def _start_rank(text: str, part: Span, before: str, openings: set[int], clauses: set[int]) -> int:
    """0 for the likeliest starts, then 1, 2 and 3."""
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
    """Where the units in view start."""
    return {u.start for u in units(text, view.start, view.end, unit)}


def _closed(text: str, start: int, end: int, stops: set[int]) -> int:
    """The end of a word with the bracket that closes what was opened since the start, and a sentence's full stop."""
    while end < len(text) and text[end] in ")]" and _is_open(text, start, end):
        end += 1
    sentence = unit_at(text, max(start, end - 1), "sentence").end
    if sentence in stops and end < sentence and not any(c.isalnum() for c in text[end:sentence]):
        return sentence
    return end


def _is_open(text: str, start: int, end: int) -> bool:
    """Whether the bracket at `end` was opened after `start`."""
    opener = "(" if text[end] == ")" else "["
    return text.count(opener, start, end) > text.count(text[end], start, end)

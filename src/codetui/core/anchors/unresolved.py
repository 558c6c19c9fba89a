"""Quotations whose place the coder must decide: ambiguous, fuzzy, or not found.

The codings are known at once. Their possible places are searched for on demand, and cached as long as the coding does
not change: in a source of 1 MB this takes up to 80 ms for the first and 25 ms for each of the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, locate
from codetui.core.anchors.similarity import similarity
from codetui.core.session.state import State
from codetui.core.text.normalize import CACHED_TEXTS, normalize_words
from codetui.model import Coding, CodingId, Span

Kind = Literal["ambiguous", "fuzzy", "orphan"]


class UnresolvedAnchor(NamedTuple):
    """A quotation without an accepted place, and its possible places.

    `ambiguous`: its words are at one of `places`. `fuzzy`: they are there, typos aside. `orphan`: they were not found,
    but a place may resemble them. `score` is the similarity from 0 to 1. `total` counts all places; `places` leaves out
    those that have the same code already.
    """

    coding: Coding
    kind: Kind
    places: tuple[Span, ...] = ()
    score: float = 0.0
    total: int = 0

    @property
    def percent(self) -> str:
        """The score for people, rounded down: only equal texts have 100 %."""
        return f"{int(self.score * 100)} %"


def is_unresolved(coding: Coding) -> bool:
    """True for a coding without a place, or with one that the coder has not accepted."""
    return not coding.is_removed and (coding.anchor is None or coding.is_proposed)


def unresolved_codings(state: State) -> tuple[Coding, ...]:
    """Return the codings without an accepted place, in the order in which they were assigned."""
    return state.index.unresolved


def unresolved_anchors(state: State, text: str) -> tuple[UnresolvedAnchor, ...]:
    """Return all unresolved anchors, in the order in which the codings were assigned."""
    return tuple(unresolved_anchor(coding, state, text) for coding in unresolved_codings(state))


def unresolved_anchor(coding: Coding, state: State, text: str) -> UnresolvedAnchor:
    """Return the possible places of a coding without an accepted place."""
    found = _cache_of(text)
    known = found.get(coding.id)
    if known is None or known.coding is not coding:
        known = found[coding.id] = _find(coding, text)
    return _without_coded(known, state)


@lru_cache(maxsize=CACHED_TEXTS)
def _cache_of(text: str) -> dict[CodingId, UnresolvedAnchor]:  # noqa: ARG001
    """Return the cache for one text, filled by `unresolved_anchor`."""
    return {}


def _find(coding: Coding, text: str) -> UnresolvedAnchor:
    if coding.anchor is not None:
        place = Span(coding.anchor.start, coding.anchor.end)
        score = similarity(normalize_words(coding.words), normalize_words(text[place.start : place.end]))
        return UnresolvedAnchor(coding, "fuzzy", (place,), score, 1)
    match locate(text, coding.words):
        case Exact() as found:
            return UnresolvedAnchor(coding, "ambiguous", (found.span,), 1.0, 1)
        case Ambiguous() as found:
            return UnresolvedAnchor(coding, "ambiguous", found.spans, found.score, len(found.spans))
        case Fuzzy() as found:
            return UnresolvedAnchor(coding, "fuzzy", (found.span,), found.score, 1)
        case found:
            nearest = () if found.nearest is None else (found.nearest,)
            return UnresolvedAnchor(coding, "orphan", nearest, found.score)


def _without_coded(unresolved: UnresolvedAnchor, state: State) -> UnresolvedAnchor:
    """Leave out the places that have another coding of the same code: no place gets a code twice."""
    others = (one.anchor for one in state.of_code(unresolved.coding.code) if one.id != unresolved.coding.id)
    coded = {Span(anchor.start, anchor.end) for anchor in others if anchor is not None}
    if coded.isdisjoint(unresolved.places):
        return unresolved
    return unresolved._replace(places=tuple(place for place in unresolved.places if place not in coded))

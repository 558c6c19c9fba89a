"""Quotations whose place the coder has to settle: ambiguous, fuzzy, or nowhere.

Which they are is known at once.  Where they may stand is looked for when it is asked, and kept as long as a
coding stays as it is: in an ad of 1 MB that takes up to 80 ms for the first and 25 ms for each of the others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, NamedTuple

from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, locate
from codetui.core.anchors.similarity import similarity
from codetui.core.session.state import State
from codetui.core.text.normalize import KEPT_TEXTS, normalize_words
from codetui.model import Coding, CodingId, Span

Kind = Literal["ambiguous", "fuzzy", "orphan"]


class UnresolvedAnchor(NamedTuple):
    """One such quotation, with what is known of its place.

    `ambiguous`: its words stand at `places`, one of which is meant.  `fuzzy`: they stand there but for slips of the
    pen.  `orphan`: they stand nowhere; a place may resemble them all the same.  `score` says how much, from 0 to 1;
    `total` counts the places, of which those are left out where the same code stands already.
    """

    coding: Coding
    kind: Kind
    places: tuple[Span, ...] = ()
    score: float = 0.0
    total: int = 0

    @property
    def percent(self) -> str:
        """The score for people, rounded down: what is not the same is not 100 %."""
        return f"{int(self.score * 100)} %"


def is_unresolved(coding: Coding) -> bool:
    """True for a coding without a place, or with one that the coder has not accepted."""
    return not coding.is_removed and (coding.anchor is None or coding.is_proposed)


def unresolved_codings(state: State) -> tuple[Coding, ...]:
    """The codings in doubt, in the order in which they were placed."""
    return state.standing.doubtful


def unresolved_anchors(state: State, text: str) -> tuple[UnresolvedAnchor, ...]:
    """All doubts, in the order in which the codings were placed."""
    return tuple(unresolved_anchor(coding, state, text) for coding in unresolved_codings(state))


def unresolved_anchor(coding: Coding, state: State, text: str) -> UnresolvedAnchor:
    """What is known of the place of a coding in doubt."""
    found = _answered(text)
    known = found.get(coding.id)
    if known is None or known.coding is not coding:
        known = found[coding.id] = _doubt(coding, text)
    return _without_taken(known, state)


@lru_cache(maxsize=KEPT_TEXTS)
def _answered(text: str) -> dict[CodingId, UnresolvedAnchor]:  # noqa: ARG001
    """What was found out in this text; filled by `unresolved_anchor`."""
    return {}


def _doubt(coding: Coding, text: str) -> UnresolvedAnchor:
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


def _without_taken(doubt: UnresolvedAnchor, state: State) -> UnresolvedAnchor:
    """The doubt without the places where another coding of the code stands: no code is given twice."""
    others = (one.anchor for one in state.of_code(doubt.coding.code) if one.id != doubt.coding.id)
    taken = {Span(anchor.start, anchor.end) for anchor in others if anchor is not None}
    if taken.isdisjoint(doubt.places):
        return doubt
    return doubt._replace(places=tuple(place for place in doubt.places if place not in taken))

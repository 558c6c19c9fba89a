"""The place that figures count for a quotation whose coder has accepted none."""

from __future__ import annotations

from collections.abc import Container
from typing import Literal, NamedTuple

from codetui.core.anchors.anchor import Ambiguous, Exact, Orphan, locate
from codetui.model import Coding, Source, Span

PlaceKind = Literal["free", "repeated", "similar", "nowhere"]


class CountedPlace(NamedTuple):
    """A place and how it was found: `span` is None unless a place was `free`.

    `repeated` words have no free place left, `similar` ones only resemble the text, the others are `nowhere` in it.
    """

    kind: PlaceKind
    span: Span | None = None


def place_of(coding: Coding, source: Source, taken: Container[Span]) -> CountedPlace:
    """Return the first place of an unresolved coding that is not taken by the same code.

    Places in the title come last, and for a model they are none. A place that only resembles the words is none until
    the coder has accepted it.
    """
    found = None if coding.anchor else locate(source.text, coding.words)
    is_in_title = isinstance(found, Exact) and found.span.end <= source.body_start
    if isinstance(found, Orphan) or (is_in_title and coding.origin == "model"):
        return CountedPlace("nowhere")
    if not isinstance(found, Ambiguous | Exact) or (isinstance(found, Ambiguous) and found.score < 1):
        return CountedPlace("similar")
    places = found.spans if isinstance(found, Ambiguous) else (found.span,)
    in_body_first = sorted(places, key=lambda place: (place.start < source.body_start, place))
    free = next((place for place in in_body_first if place not in taken), None)
    return CountedPlace("free", free) if free else CountedPlace("repeated")

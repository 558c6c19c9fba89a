"""Quotations of a session without an accepted place, after a change of the text or until the coder decides.

After a change every quotation is located again. Those that the coder must place are ambiguous, fuzzy, or not found.
These codings are known at once. Their possible places are searched for on demand, and cached as long as the coding does
not change: in a source of 1 MB this takes up to 80 ms for the first and 25 ms for each of the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors import anchor as anchors
from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, Orphan, Resolution, locate
from codetui.core.anchors.similarity import similarity
from codetui.core.session.commands import quoted
from codetui.core.session.state import State, coding_events, evolve
from codetui.core.text.normalize import CACHED_TEXTS, collapse_spaces, normalize_words
from codetui.model import (
    Anchor,
    Coding,
    CodingId,
    Event,
    Problem,
    Source,
    Span,
    Transaction,
    TransactionId,
    hashes_of,
    source_hash,
)

Fate: TypeAlias = Literal["unmoved", "moved", "proposed", "lost", "waiting"]

UnresolvedKind = Literal["ambiguous", "fuzzy", "orphan"]


class ReanchorCounts(NamedTuple):
    """The number of codings that kept their place, moved, have a place to check, and lost their place.

    Codings that had no place before are not counted.
    """

    unmoved: int = 0
    moved: int = 0
    proposed: int = 0
    lost: int = 0


class Reanchoring(NamedTuple):
    """The events to record, the counts of all codings, and the problems for the coder to check."""

    events: tuple[Event, ...]
    counts: ReanchorCounts
    problems: tuple[Problem, ...]


class _Found(NamedTuple):
    fate: Fate
    anchor: Anchor | None
    words: str
    message: str = ""


def reanchor(state: State, source: Source, word: str = "ad") -> Reanchoring:
    """Locate the codings of a session in a changed text of its source, which messages call `word`.

    A place that only resembles the words is proposed. The old places stay in the log.
    """
    text = _Text(source.text, state.outlines, source.body_start)
    events: list[Event] = []
    problems: list[Problem] = []
    fates: Counter[str] = Counter()
    for coding in state.live():
        if text.holds(coding):
            fates["proposed" if coding.is_proposed else "unmoved"] += 1
            continue
        found = text.find(coding)
        fates[found.fate] += 1
        after = replace(coding, anchor=found.anchor, words=found.words, is_proposed=found.fate == "proposed")
        if after != coding and found.message:
            problems.append(Problem(source.file, 0, "warning", f"the {word}'s text has changed: {found.message}"))
        events += coding_events(coding, after)
    del fates["waiting"]
    return Reanchoring(tuple(events), ReanchorCounts(**fates), tuple(problems))


def located_in(state: State, source: Source) -> State:
    """Return a session with its codings located in the current text of its source; nothing is recorded."""
    events = reanchor(state, source).events if source.text else ()
    if not events:
        return state
    step = Transaction(id=TransactionId(""), seq=state.seq, time="", coder="", cause="corpus", events=events)
    return evolve(state, step)


class _Text:
    """The new text of a source."""

    def __init__(self, text: str, outlines: Mapping[str, str], body_start: int) -> None:
        self._text = text
        self._body_start = body_start
        self._outlines = outlines
        self._hash = source_hash(text)
        self._known = hashes_of(text)
        self._shown: str | None = None

    def holds(self, coding: Coding) -> bool:
        """Return whether a coding has its place in this text already."""
        anchor = coding.anchor
        if anchor is None or anchor.text_hash not in self._known:
            return False
        return self._text[anchor.start : anchor.end] == anchor.words

    def find(self, coding: Coding) -> _Found:
        """Locate a coding that has no place in this text yet."""
        old = coding.anchor
        if old is None:
            return self._find_again(coding)
        words = coding.words or old.words
        if coding.is_proposed:
            found = anchors.locate(self._text, words, old.before, old.after)
        else:
            found = anchors.resolve(self._text, old, self._outlines)
        return self._placed(found, old, words)

    def _placed(self, found: Resolution, old: Anchor, words: str) -> _Found:
        """Return the new place; words that differ from the source, such as cut ones, stay as written."""
        match found:
            case Exact():
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                is_own = collapse_spaces(words) in (collapse_spaces(old.words), collapse_spaces(anchor.words))
                fate: Fate = "unmoved" if (anchor.start, anchor.end) == (old.start, old.end) else "moved"
                return _Found(fate, anchor, anchor.words if is_own else words)
            case Fuzzy():
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                percent = f"{round(100 * found.score)} %"
                message = f"{quoted(words)} resembles {quoted(anchor.words)} in it ({percent}): check it"
                return _Found("proposed", anchor, words, message)
            case _:
                message = f"{quoted(words)} could not be located in it: locate it by hand, or remove it"
                return _Found("lost", None, words, message)

    def _find_again(self, coding: Coding) -> _Found:
        """Locate words that had no place, if the text now contains them as shown:

        an earlier text may have been restored.

        Words that had a place before the text changed are not located in a copy of it.
        """
        if self._shown is None:
            self._shown = collapse_spaces(self._text)
        words = collapse_spaces(coding.words)
        if words and words in self._shown:
            lost = coding.lost
            found = (
                anchors.resolve(self._text, lost, self._outlines) if lost else anchors.locate(self._text, coding.words)
            )
            # A model's phrase that is in the title alone was given no place when it was imported.
            is_title_only = coding.origin == "model" and isinstance(found, Exact) and found.span.end <= self._body_start
            if isinstance(found, Exact) and not is_title_only:
                anchor = anchors.anchor_at(self._text, found.span, self._hash)
                return _Found("moved", anchor, anchor.words)
        return _Found("waiting", None, coding.words)


class UnresolvedAnchor(NamedTuple):
    """A quotation without an accepted place, and its possible places.

    `ambiguous`: its words are at one of `places`. `fuzzy`: they are there apart from typos. `orphan`: they were not
    found, but a place may resemble them. `score` is the similarity from 0 to 1. `total` counts all places; `places`
    leaves out those that already have the same code.
    """

    coding: Coding
    kind: UnresolvedKind
    places: tuple[Span, ...] = ()
    score: float = 0.0
    total: int = 0

    @property
    def percent(self) -> str:
        """The score as shown to people, rounded down: only equal texts have 100 %."""
        return f"{int(self.score * 100)} %"


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
    """Leave out places that already have a coding of the same code: no place gets a code twice."""
    others = (one.anchor for one in state.of_code(unresolved.coding.code) if one.id != unresolved.coding.id)
    coded = {Span(anchor.start, anchor.end) for anchor in others if anchor is not None}
    if coded.isdisjoint(unresolved.places):
        return unresolved
    return unresolved._replace(places=tuple(place for place in unresolved.places if place not in coded))


# --- the place that figures count ---------------------------------------------------------------------


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

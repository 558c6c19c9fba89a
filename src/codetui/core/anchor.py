"""Anchors: how a quotation is described, and how it is found again in a text that may have changed.

The steps, each tried only where the one before found nothing: the recorded offsets; the exact words
elsewhere; the words folded; words that resemble them.  Nothing is guessed: where several places would
do and the context does not decide, the answer says so and names the places.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.context import Context, Places, choose
from codetui.core.folding import fold, folded_text
from codetui.core.likeness import Likeness, most_alike
from codetui.model import Anchor, Span

CONTEXT_LENGTH = 32
"""Code points of context on each side: enough to tell lines of a list apart, short to read."""

LONGEST_CUT = 1_000
"""How much a coder leaves out at one `...`: bridging more than a few paragraphs is no quotation any more."""

MOST_PLACES = 1_000
"""Places looked at; words that stand more often are ambiguous whatever the context says."""

CUT = re.compile(r"\s*(?:\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.{3,}|…)\s*")

Step = Literal["offsets", "words", "folded"]


class Exact(NamedTuple):
    """The words stand at `span`; `step` says how much had to be forgiven to see it."""

    span: Span
    step: Step


class Ambiguous(NamedTuple):
    """The coder is asked: the words stand at each of `spans`, in the text's order; one alone is doubtful."""

    spans: tuple[Span, ...]


class Fuzzy(NamedTuple):
    """Words that resemble the quotation stand at `span`; shown as *check this*."""

    span: Span
    score: float


class Orphan(NamedTuple):
    """The words have no place; `nearest` resembles them too little to be used, and may be shown."""

    nearest: Span | None = None
    score: float = 0.0


Resolution: TypeAlias = Exact | Ambiguous | Fuzzy | Orphan


def describe(text: str, span: Span, text_hash: str) -> Anchor:
    """The anchor of `span` in a text with the hash `text_hash`; its words are the text's own characters."""
    return Anchor(
        text_hash=text_hash,
        start=span.start,
        end=span.end,
        words=text[span.start : span.end],
        before=text[max(0, span.start - CONTEXT_LENGTH) : span.start],
        after=text[span.end : span.end + CONTEXT_LENGTH],
    )


def shown_words(words: str) -> str:
    """Words as documents show them: each run of white space, line breaks included, as one blank."""
    return " ".join(words.split())


def resolve(text: str, anchor: Anchor) -> Resolution:
    """Where the quotation of `anchor` stands in `text`.

    Words that stand at the recorded offsets are trusted at once when their context stands there too;
    in a changed text another place may suit the context better.
    """
    recorded = Span(anchor.start, anchor.end)
    stands = bool(anchor.words) and text[anchor.start : anchor.end] == anchor.words
    context = Context(anchor.before, anchor.after)
    if stands and context.is_whole(text, recorded):
        return Exact(recorded, "offsets")
    found = locate(text, anchor.words, anchor.before, anchor.after)
    if stands and not (isinstance(found, Exact) and found.span != recorded):
        return Exact(recorded, "offsets")
    return found


def locate(text: str, words: str, before: str = "", after: str = "") -> Resolution:
    """Where `words` stand in `text`; `before` and `after` are what stood round them, where that is known."""
    context = Context(before, after)
    if not words.strip():
        return Orphan()
    spans = _exact_places(text, words)
    if spans:
        return _decided(text, spans, context, "words")
    spans = _folded_places(text, words)
    if spans:
        return _decided(text, spans, context, "folded")
    return _resembling(text, words)


def _decided(text: str, spans: list[Span], context: Context, step: Step) -> Resolution:
    chosen = choose(text, spans, context) if len(spans) < MOST_PLACES else Places(tuple(spans))
    if chosen.is_decided:
        return Exact(chosen.spans[0], step)
    return Ambiguous(chosen.spans)


def _exact_places(text: str, words: str) -> list[Span]:
    spans: list[Span] = []
    start = text.find(words)
    while start >= 0 and len(spans) < MOST_PLACES:
        spans.append(Span(start, start + len(words)))
        start = text.find(words, start + 1)
    return spans


def _folded_places(text: str, words: str) -> list[Span]:
    """The places of the folded words; words cut by `...` stand from their first part to their last."""
    parts = [part for part in map(fold, CUT.split(words)) if part]
    if not parts:
        return []
    folded = folded_text(text)
    haystack = folded.text
    spans: list[Span] = []
    start = haystack.find(parts[0])
    while start >= 0 and len(spans) < MOST_PLACES:
        following = haystack.find(parts[0], start + 1)
        end = _end_of_parts(haystack, parts, start)
        if end < 0:
            start = following
            continue
        # A later start with the same end is the tighter reading of the same quotation.
        if len(parts) == 1 or following < 0 or _end_of_parts(haystack, parts, following) != end:
            spans.append(folded.span(start, end))
        start = following
    return spans


def _end_of_parts(haystack: str, parts: list[str], start: int) -> int:
    """Where the last part ends when each stands behind the one before, or -1."""
    end = start + len(parts[0])
    for part in parts[1:]:
        place = haystack.find(part, end, end + LONGEST_CUT + len(part))
        if place < 0:
            return -1
        end = place + len(part)
    return end


def _resembling(text: str, words: str) -> Resolution:
    """The one place that resembles `words` enough, and clearly more than any other."""
    folded = folded_text(text)
    wanted = " ".join(part for part in map(fold, CUT.split(words)) if part)
    likeness: Likeness | None = most_alike(folded.text, wanted)
    if likeness is None:
        return Orphan()
    spans = [folded.span(place.start, place.end) for place in likeness.places]
    if not likeness.is_enough:
        return Orphan(spans[0], likeness.score)
    if len(spans) > 1:
        return Ambiguous(tuple(sorted(spans)))
    return Fuzzy(spans[0], likeness.score)

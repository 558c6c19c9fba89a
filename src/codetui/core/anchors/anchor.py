"""Anchors: record a quotation, and find it again in a text that may have changed.

The steps, each tried only if the one before found nothing: the recorded offsets, in the text that was coded; the exact
words, white space aside; the words normalized; words that differ from them in typos. Nothing is guessed: if the words
occur several times and the context does not decide, the result is ambiguous and lists the places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors.outline import Alignment, alignment
from codetui.core.anchors.similarity import SHORT, Context, choose, most_similar
from codetui.core.text.normalize import CACHED_TEXTS, collapse_spaces, normalize_words, normalized_text
from codetui.model import Anchor, Span, hashes_of

CONTEXT_LENGTH = 32
"""Code points of context on each side: enough to distinguish the lines of a list, and short to read."""

LONGEST_CUT = 1_000
"""The code points that one `...` may leave out: what skips more than a few paragraphs is no quotation."""

NEAR_CUT, NEAR_PART = 20, 10
"""Parts of at least NEAR_PART code points prove a place if at most NEAR_CUT were left out between them; otherwise each
must have SHORT. With parts of any length, 16 of 1,412 real phrases that were cut in the middle were found at another
place of their own ad, and 616 in ads without the phrase; with these limits none (`benchmarks/anchors`)."""

CASED = 3
"""Up to this length, words in another case are other words: `Go` and go, `IT` and it."""

MOST_PLACES = 1_000
"""The places considered; words that occur more often are ambiguous whatever their context."""

CUT = re.compile(r"\s*(?:\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.{3,}|…)\s*")

Step = Literal["offsets", "words", "folded"]


class Exact(NamedTuple):
    """The words are at `span`; `step` is the step that found them."""

    span: Span
    step: Step


class Ambiguous(NamedTuple):
    """The words are at each of `spans`, in text order, and the coder must choose; a single span is doubtful.

    With a `score` below 1 the words only resemble the text there.
    """

    spans: tuple[Span, ...]
    score: float = 1.0


class Fuzzy(NamedTuple):
    """The words are at `span` apart from typos; shown as *check this*."""

    span: Span
    score: float


class Orphan(NamedTuple):
    """The words were not found; `nearest` resembles them too little to be used, but may be shown."""

    nearest: Span | None = None
    score: float = 0.0


Resolution: TypeAlias = Exact | Ambiguous | Fuzzy | Orphan


def anchor_at(text: str, span: Span, text_hash: str) -> Anchor:
    """Return the anchor of `span` in a text with the hash `text_hash`; its words are the text's own characters."""
    return Anchor(
        text_hash=text_hash,
        start=span.start,
        end=span.end,
        words=text[span.start : span.end],
        before=text[max(0, span.start - CONTEXT_LENGTH) : span.start],
        after=text[span.end : span.end + CONTEXT_LENGTH],
    )


def has_words(text: str, span: Span, words: str) -> bool:
    """Return whether the text at `span` is these words, ignoring differences in white space."""
    return collapse_spaces(text[span.start : span.end]) == collapse_spaces(words)


def is_quoted(text: str, span: Span, words: str) -> bool:
    """Return whether a person may have quoted `span` with these words; quotes, dashes, case and marked cuts may differ.

    The span begins with their first part and ends with their last. The case of short words counts: `Go`, go.
    """
    parts = _parts(words)
    if len(words) <= CASED or not parts:
        return has_words(text, span, words)
    there = normalize_words(text[span.start : span.end])
    if len(parts) == 1 or not there.startswith(parts[0]) or not there.endswith(parts[-1]):
        return there == parts[0]
    end = _end_of_parts(there, parts[:-1], len(parts[0]))
    return 0 <= end <= len(there) - len(parts[-1])


def resolve(text: str, anchor: Anchor, outlines: Mapping[str, str] | None = None) -> Resolution:
    """Find the quotation of `anchor` in `text`; `outlines` are those of earlier texts, by hash.

    The recorded offsets are trusted in the text in which they were recorded. In a changed text the quotation is
    searched in its own sentence, if that is recognized. Otherwise the whole text is searched for the words, and the
    context decides; a place that may be in a copy of the sentence is ambiguous.
    """
    recorded = Span(anchor.start, anchor.end)
    is_there = bool(anchor.words) and text[anchor.start : anchor.end] == anchor.words
    if is_there and anchor.text_hash in _hashes_of(text):
        return Exact(recorded, "offsets")
    outline = (outlines or {}).get(anchor.text_hash)
    known = alignment(outline, text) if outline else None
    span = _in_same_sentence(text, anchor, known) if known else None
    if span is None:
        found = locate(text, anchor.words, anchor.before, anchor.after)
        if not isinstance(found, Exact | Fuzzy):
            return found
        span = found.span
        if known and not known.may_be(span, recorded):
            return Ambiguous((span,), found.score if isinstance(found, Fuzzy) else 1.0)
        if isinstance(found, Fuzzy):
            return found
    return Exact(span, "offsets" if span == recorded else "words")


def _in_same_sentence(text: str, anchor: Anchor, known: Alignment) -> Span | None:
    """Return the place of a quotation in its own sentences, if these are recognized and contain its words once."""
    spans = known.spans(Span(anchor.start, anchor.end))
    if spans is None:
        return None
    before, after = spans
    start = after.start + anchor.start - before.start
    if len(range(*before)) == len(range(*after)) and text.startswith(anchor.words, start):
        return Span(start, start + len(anchor.words))
    found = locate(text[slice(*after)], anchor.words, anchor.before, anchor.after)
    return Span(*(after.start + at for at in found.span)) if isinstance(found, Exact) else None


def locate(text: str, words: str, before: str = "", after: str = "") -> Resolution:
    """Find `words` in `text`; `before` and `after` are their context, if it is known."""
    context = Context(before, after)
    if not words.strip():
        return Orphan()
    spans = _exact_places(text, words)
    if spans:
        return _decided(text, spans, context, words)
    spans, is_proven = _folded_places(text, words)
    if spans:
        return _decided(text, spans, context, words, is_proven=is_proven)
    return _resembling(text, words)


def _decided(text: str, spans: list[Span], context: Context, words: str, *, is_proven: bool = True) -> Resolution:
    """Return the place that the context proves, else an ambiguous result.

    Short parts of cut words and a short word in another case are never proven.
    """
    chosen, is_decided = choose(text, spans, context) if len(spans) < MOST_PLACES else (spans, False)
    if not is_decided:
        return Ambiguous(tuple(chosen))
    span = chosen[0]
    here = text[span.start : span.end]
    if here == words:
        return Exact(span, "words")
    letters = CUT.sub(" ", words).strip()
    is_other_case = len(letters) <= CASED and here != letters and not any(context)
    return Exact(span, "folded") if is_proven and not is_other_case else Ambiguous((span,))


_hashes_of = lru_cache(maxsize=CACHED_TEXTS)(hashes_of)
_shown_text = lru_cache(maxsize=CACHED_TEXTS)(collapse_spaces)


def clear_caches() -> None:
    """Clear the caches for the last texts."""
    _hashes_of.cache_clear()
    _shown_text.cache_clear()


def _exact_places(text: str, words: str) -> list[Span]:
    """Return the places of the words, ignoring differences in white space."""
    spans = _places(text, words)
    shown = collapse_spaces(words)
    if len(spans) >= MOST_PLACES or " " not in shown or words != words.strip():
        return spans
    if _shown_text(text).count(shown) <= len(spans):
        return spans
    return sorted({*spans, *_spaced_places(text, shown)})


def _spaced_places(text: str, shown: str) -> list[Span]:
    """Return the first MOST_PLACES places of words with any white space between them, overlapping or not."""
    pattern = re.compile(r"\s+".join(map(re.escape, shown.split(" "))))
    spans: list[Span] = []
    found = pattern.search(text)
    while found and len(spans) < MOST_PLACES:
        spans.append(Span(*found.span()))
        found = pattern.search(text, found.start() + 1)
    return spans


def _places(text: str, words: str) -> list[Span]:
    """Return the first MOST_PLACES places of the words, overlapping or not."""
    spans: list[Span] = []
    start = text.find(words)
    while start >= 0 and len(spans) < MOST_PLACES:
        spans.append(Span(start, start + len(words)))
        start = text.find(words, start + 1)
    return spans


def _folded_places(text: str, words: str) -> tuple[list[Span], bool]:
    """Return the places of the normalized words, and whether such a place needs no other proof.

    The place of words cut by `...` reaches from their first part to their last.
    """
    parts = _parts(words)
    if not parts:
        return [], False
    folded = normalized_text(text)
    if len(parts) == 1:
        return [folded.span(*place) for place in _places(folded.text, parts[0])], True
    stretches = _cut_places(folded.text, parts)
    left_out = max((end - start - sum(map(len, parts)) for start, end in stretches), default=0)
    needed = NEAR_PART if left_out <= NEAR_CUT else SHORT
    return [folded.span(*place) for place in stretches], min(map(len, parts)) >= needed


def _parts(words: str) -> list[str]:
    """Return the normalized words between marked cuts."""
    return [part for part in map(normalize_words, CUT.split(words)) if part]


def _cut_places(haystack: str, parts: list[str]) -> list[Span]:
    """Return the spans with all parts in order; of several starts for one end only the last, the shortest span."""
    by_end: dict[int, Span] = {}
    for start, first_end in _places(haystack, parts[0]):
        end = _end_of_parts(haystack, parts, first_end)
        if end >= 0:
            by_end[end] = Span(start, end)
    return sorted(by_end.values())


def _end_of_parts(haystack: str, parts: list[str], end: int) -> int:
    """Return the end of the last part if each follows the one before and the first ends by `end`; else -1."""
    for part in parts[1:]:
        place = haystack.find(part, end, end + LONGEST_CUT + len(part))
        if place < 0:
            return -1
        end = place + len(part)
    return end


def _resembling(text: str, words: str) -> Resolution:
    """Return the one place that has the words apart from typos, and is clearly more similar to them than any other."""
    folded = normalized_text(text)
    parts = _parts(words)
    likeness = most_similar(folded.text, " ".join(parts))
    if likeness is None:
        return Orphan()
    spans = [folded.span(place.start, place.end) for place in likeness.places]
    if not likeness.is_enough or len(parts) > 1:
        return Orphan(spans[0], likeness.score)
    if len(spans) > 1:
        return Ambiguous(tuple(sorted(spans)), likeness.score)
    return Fuzzy(spans[0], likeness.score)

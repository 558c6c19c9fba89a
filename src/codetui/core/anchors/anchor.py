"""Anchors: how a quotation is described, and how it is found again in a text that may have changed.

The steps, each tried only where the one before found nothing: the recorded offsets, in the text that was
coded; the exact words, white space aside; the words folded; words that differ from them in slips of the
pen.  Nothing is guessed: where several places would do and the context does not decide, the answer says so
and names the places.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors.disambiguate import SHORT, Candidates, Context, choose
from codetui.core.anchors.similarity import most_similar
from codetui.core.text.normalize import KEPT_TEXTS, collapse_spaces, normalize_words, normalized_text
from codetui.model import Anchor, Span, text_hash

CONTEXT_LENGTH = 32
"""Code points of context on each side: enough to tell lines of a list apart, short to read."""

LONGEST_CUT = 1_000
"""How much a coder leaves out at one `...`: bridging more than a few paragraphs is no quotation any more."""

NEAR_CUT, NEAR_PART = 20, 10
"""Parts of so many code points prove a place where so few were left out between them; beyond that each must be as
long as SHORT.  With parts of any length 16 of 1,412 real phrases, cut in the middle by way of trial, were found at
another place of their own ad, and 616 in ads that lack the phrase; so, none (`benchmarks/anchors`)."""

CASED = 3
"""Words up to this length are other words in another case: `Go` and go, `IT` and it."""

MOST_PLACES = 1_000
"""Places looked at; words that stand more often are ambiguous whatever the context says."""

CUT = re.compile(r"\s*(?:\[\s*(?:\.{2,}|…)\s*\]|\(\s*(?:\.{3}|…)\s*\)|\.{3,}|…)\s*")

Step = Literal["offsets", "words", "folded"]


class Exact(NamedTuple):
    """The words stand at `span`; `step` says how much had to be forgiven to see it."""

    span: Span
    step: Step


class Ambiguous(NamedTuple):
    """The coder is asked: the words stand at each of `spans`, in the text's order; one alone is doubtful.

    With a `score` below 1 they only resemble what stands there.
    """

    spans: tuple[Span, ...]
    score: float = 1.0


class Fuzzy(NamedTuple):
    """The words stand at `span` but for slips of the pen; shown as *check this*."""

    span: Span
    score: float


class Orphan(NamedTuple):
    """The words have no place; `nearest` resembles them too little to be used, and may be shown."""

    nearest: Span | None = None
    score: float = 0.0


Resolution: TypeAlias = Exact | Ambiguous | Fuzzy | Orphan


def anchor_at(text: str, span: Span, text_hash: str) -> Anchor:
    """The anchor of `span` in a text with the hash `text_hash`; its words are the text's own characters."""
    return Anchor(
        text_hash=text_hash,
        start=span.start,
        end=span.end,
        words=text[span.start : span.end],
        before=text[max(0, span.start - CONTEXT_LENGTH) : span.start],
        after=text[span.end : span.end + CONTEXT_LENGTH],
    )


def has_words(text: str, span: Span, words: str) -> bool:
    """True where just these words stand at `span`, white space aside."""
    return collapse_spaces(text[span.start : span.end]) == collapse_spaces(words)


def is_quoted(text: str, span: Span, words: str) -> bool:
    """True where a person may have written `span` as these words: quotes, dashes, case and marked cuts forgiven.

    It begins with their first part and ends with their last.  The case of short words is not forgiven: `Go`, go.
    """
    parts = _parts(words)
    if len(words) <= CASED or not parts:
        return has_words(text, span, words)
    there = normalize_words(text[span.start : span.end])
    if len(parts) == 1 or not there.startswith(parts[0]) or not there.endswith(parts[-1]):
        return there == parts[0]
    end = _end_of_parts(there, parts[:-1], len(parts[0]))
    return 0 <= end <= len(there) - len(parts[-1])


def resolve(text: str, anchor: Anchor) -> Resolution:
    """Where the quotation of `anchor` stands in `text`.

    The recorded offsets are trusted in the text that they were taken from.  In a changed one a copy of the
    sentence may stand there now, so the words are looked for everywhere, and the context decides.
    """
    recorded = Span(anchor.start, anchor.end)
    stands = bool(anchor.words) and text[anchor.start : anchor.end] == anchor.words
    if stands and _hash_of(text) == anchor.text_hash:
        return Exact(recorded, "offsets")
    found = locate(text, anchor.words, anchor.before, anchor.after)
    return Exact(recorded, "offsets") if isinstance(found, Exact) and found.span == recorded else found


def locate(text: str, words: str, before: str = "", after: str = "") -> Resolution:
    """Where `words` stand in `text`; `before` and `after` are what stood round them, where that is known."""
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
    """The place that is meant, or the question; short parts of cut words, or a short word's other case, are asked."""
    chosen = choose(text, spans, context) if len(spans) < MOST_PLACES else Candidates(tuple(spans))
    if not chosen.is_decided:
        return Ambiguous(chosen.spans)
    span = chosen.spans[0]
    here = text[span.start : span.end]
    if here == words:
        return Exact(span, "words")
    letters = CUT.sub(" ", words).strip()
    is_other_case = len(letters) <= CASED and here != letters and not any(context)
    return Exact(span, "folded") if is_proven and not is_other_case else Ambiguous(chosen.spans)


@lru_cache(maxsize=KEPT_TEXTS)
def _hash_of(text: str) -> str:
    return text_hash(text)


@lru_cache(maxsize=KEPT_TEXTS)
def _shown_text(text: str) -> str:
    return collapse_spaces(text)


def clear_caches() -> None:
    """Drops what is kept of the texts that were looked into last."""
    _hash_of.cache_clear()
    _shown_text.cache_clear()


def _exact_places(text: str, words: str) -> list[Span]:
    """The places of the words as they are written, and those that differ from them in white space."""
    spans = _places(text, words)
    shown = collapse_spaces(words)
    if len(spans) >= MOST_PLACES or " " not in shown or words != words.strip():
        return spans
    if _shown_text(text).count(shown) <= len(spans):
        return spans
    return sorted({*spans, *_spaced_places(text, shown)})


def _spaced_places(text: str, shown: str) -> list[Span]:
    """The first MOST_PLACES places of words with any white space between them, overlapping or not."""
    pattern = re.compile(r"\s+".join(map(re.escape, shown.split(" "))))
    spans: list[Span] = []
    found = pattern.search(text)
    while found and len(spans) < MOST_PLACES:
        spans.append(Span(*found.span()))
        found = pattern.search(text, found.start() + 1)
    return spans


def _places(text: str, words: str) -> list[Span]:
    """The first MOST_PLACES places where the words begin, overlapping or not."""
    spans: list[Span] = []
    start = text.find(words)
    while start >= 0 and len(spans) < MOST_PLACES:
        spans.append(Span(start, start + len(words)))
        start = text.find(words, start + 1)
    return spans


def _folded_places(text: str, words: str) -> tuple[list[Span], bool]:
    """The places of the folded words, and whether such a place proves that it is meant.

    Words cut by `...` stand from their first part to their last.
    """
    parts = _parts(words)
    if not parts:
        return [], False
    folded = normalized_text(text)
    if len(parts) == 1:
        return [folded.span(*place) for place in _places(folded.text, parts[0])], True
    stretches = _cut_places(folded.text, parts)
    left_out = max((end - start - sum(map(len, parts)) for start, end in stretches), default=0)
    return [folded.span(*place) for place in stretches], _is_proof(parts, left_out)


def _parts(words: str) -> list[str]:
    """The folded words between marked cuts."""
    return [part for part in map(normalize_words, CUT.split(words)) if part]


def _is_proof(parts: list[str], left_out: int) -> bool:
    """True where the parts of cut words are long enough to be believed, `left_out` code points apart."""
    return min(map(len, parts)) >= (NEAR_PART if left_out <= NEAR_CUT else SHORT)


def _cut_places(haystack: str, parts: list[str]) -> list[Span]:
    """Where all parts stand, each behind the one before; of starts with one end, the last is the tighter reading."""
    by_end: dict[int, Span] = {}
    for start, first_end in _places(haystack, parts[0]):
        end = _end_of_parts(haystack, parts, first_end)
        if end >= 0:
            by_end[end] = Span(start, end)
    return sorted(by_end.values())


def _end_of_parts(haystack: str, parts: list[str], end: int) -> int:
    """Where the last part ends when each stands behind the one before, the first up to `end`; else -1."""
    for part in parts[1:]:
        place = haystack.find(part, end, end + LONGEST_CUT + len(part))
        if place < 0:
            return -1
        end = place + len(part)
    return end


def _resembling(text: str, words: str) -> Resolution:
    """The one place that has the words but for slips, and resembles them clearly more than any other place."""
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

"""Decide between several places of the same words: by context first, then by whole words."""

from __future__ import annotations

from typing import NamedTuple

from codetui.model import Span

CLEARLY_MORE = 4
"""Code points of context by which the best place must exceed the second: blanks agree by chance."""

AGREEING = 6
"""Code points of context that make a place the old one."""

REPEATED = 16
"""Code points of context on one side that make a second place a repetition: a sentence that was copied and changed in
one word keeps them on the other side of that word, while bullets one below the other share 9 at most. Without this
limit, 11,867 of 84,544 quotations beside such a copy were found in the copy; with it none (`benchmarks/anchors`)."""

SHORT = 16
"""Words up to this length occur in many texts: alone they do not prove that a place is the old one."""

PLURAL = "s"
"""The ending that short words may have, as in `LLMs`; any other makes another word: `Go`, `goals`."""


class Candidates(NamedTuple):
    """The places that remain, in the order of the text; `is_decided` where the only one is proven."""

    spans: tuple[Span, ...]
    is_decided: bool = False


class Context(NamedTuple):
    """The text before and after the words; empty where it is unknown."""

    before: str
    after: str

    def is_whole(self, text: str, span: Span) -> bool:
        """True if all of the context is round `span`."""
        return text.endswith(self.before, 0, span.start) and text.startswith(self.after, span.end)

    def sides(self, text: str, span: Span) -> tuple[int, int]:
        """Return how many code points before and after `span` agree with the context."""
        before = text[max(0, span.start - len(self.before)) : span.start]
        after = text[span.end : span.end + len(self.after)]
        return _common(before[::-1], self.before[::-1]), _common(after, self.after)

    def is_repeated(self, sides: tuple[int, int]) -> bool:
        """True if one side alone could be a copy of the old place: much of its context agrees, or all of it."""
        return any(
            side and agreeing >= min(REPEATED, len(side))
            for side, agreeing in zip((self.before, self.after), sides, strict=True)
        )


def choose(text: str, spans: list[Span], context: Context) -> Candidates:
    """Return the place that is proven, or all those that may be the old one."""
    is_known = bool(context.before or context.after)
    if is_known and len(spans) > 1:
        decided = _by_context(text, spans, context)
        if decided is not None:
            return Candidates((decided,), True)
    remaining = _joined_alike(text, spans, context) if is_known else _most_whole(text, spans)
    if len(remaining) > 1:
        return Candidates(tuple(remaining))
    only = remaining[0]
    is_short = only.end - only.start <= SHORT
    if is_known and is_short and sum(context.sides(text, only)) < _needed(context):
        return Candidates((only,))
    is_doubtful = is_short and not is_known and _is_other_word(text, only)
    return Candidates((only,), not is_doubtful)


def _needed(context: Context) -> int:
    return min(AGREEING, len(context.before) + len(context.after))


def _by_context(text: str, spans: list[Span], context: Context) -> Span | None:
    """Return the place with clearly the most context, if no other could be a copy of it."""
    scored = sorted(((context.sides(text, span), span) for span in spans), key=lambda each: sum(each[0]), reverse=True)
    if any(context.is_repeated(sides) for sides, _ in scored[1:]):
        return None
    (best, span), (second, _) = scored[0], scored[1]
    if context.is_whole(text, span) and sum(second) < sum(best):
        return span
    return span if sum(best) >= AGREEING and sum(best) - sum(second) >= CLEARLY_MORE else None


def _joined_alike(text: str, spans: list[Span], context: Context) -> list[Span]:
    """Return the places that are parts of longer words, or whole words, as the old place was; else all."""
    first, last = spans[0].start, spans[0].end - 1
    was = is_joined(context.before[-1:] + text[first], 1), is_joined(text[last] + context.after[:1], 1)
    return [span for span in spans if (is_joined(text, span.start), is_joined(text, span.end)) == was] or spans


def _most_whole(text: str, spans: list[Span]) -> list[Span]:
    """Return the places that are whole words; else those that begin a word; else all."""
    begins = [span for span in spans if not is_joined(text, span.start)]
    whole = [span for span in begins if not is_joined(text, span.end)]
    return whole or begins or spans


def _is_other_word(text: str, span: Span) -> bool:
    """True inside a longer word, unless that is the plural of the words."""
    if is_joined(text, span.start):
        return True
    is_plural = span.end - span.start > 1 and text.startswith(PLURAL, span.end) and not is_joined(text, span.end + 1)
    return is_joined(text, span.end) and not is_plural


def is_joined(text: str, position: int) -> bool:
    """True if a word continues across `position`."""
    return 0 < position < len(text) and text[position - 1].isalnum() and text[position].isalnum()


def _common(one: str, other: str) -> int:
    """Return the length of the common start of two texts."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)

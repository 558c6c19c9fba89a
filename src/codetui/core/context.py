"""Which of several places of the same words is meant: context first, then whole words."""

from __future__ import annotations

from typing import NamedTuple

from codetui.model import Span

CLEARLY_MORE = 4
"""Code points of context that the best place must have beyond the second: blanks agree by chance."""

AGREEING = 6
"""Code points of context from which a place is believed to be the old one."""

SHORT = 16
"""Words up to this length stand in many texts: alone they do not prove that the place is the old one."""

LONGEST_ENDING = 3
"""Letters that may follow short words inside one word, as in `LLMs`; more make another word: `JavaScript`."""


class Places(NamedTuple):
    """The places that remain, in the text's order."""

    spans: tuple[Span, ...]
    is_decided: bool = False


class Context(NamedTuple):
    """What stood before and after the words; empty where nothing is known."""

    before: str
    after: str

    def is_whole(self, text: str, span: Span) -> bool:
        """True where all of the context stands round `span`."""
        return text.endswith(self.before, 0, span.start) and text.startswith(self.after, span.end)

    def agreement(self, text: str, span: Span) -> int:
        """How many code points next to `span` are the known context, both sides together."""
        before = text[max(0, span.start - len(self.before)) : span.start]
        after = text[span.end : span.end + len(self.after)]
        return _common(before[::-1], self.before[::-1]) + _common(after, self.after)


def choose(text: str, spans: list[Span], context: Context) -> Places:
    """The place that is meant, or all those that may be."""
    is_known = bool(context.before or context.after)
    if is_known and len(spans) > 1:
        decided = _by_context(text, spans, context)
        if decided is not None:
            return Places((decided,), True)
    remaining = _most_whole(text, spans)
    if len(remaining) > 1:
        return Places(tuple(remaining))
    only = remaining[0]
    is_short = only.end - only.start <= SHORT
    if is_known and is_short and context.agreement(text, only) < _needed(context):
        return Places((only,))
    is_doubtful = is_short and not is_known and _is_other_word(text, only)
    return Places((only,), not is_doubtful)


def _needed(context: Context) -> int:
    return min(AGREEING, len(context.before) + len(context.after))


def _by_context(text: str, spans: list[Span], context: Context) -> Span | None:
    """The one place with clearly the most of the context round it."""
    scored = sorted(((context.agreement(text, span), span) for span in spans), reverse=True)
    (best, span), (second, _) = scored[0], scored[1]
    if context.is_whole(text, span) and second < best:
        return span
    return span if best >= AGREEING and best - second >= CLEARLY_MORE else None


def _most_whole(text: str, spans: list[Span]) -> list[Span]:
    """The places that are whole words; else those that begin a word; else all."""
    begins = [span for span in spans if not is_joined(text, span.start)]
    whole = [span for span in begins if not is_joined(text, span.end)]
    return whole or begins or spans


def _is_other_word(text: str, span: Span) -> bool:
    """True inside a longer word, unless only an ending follows."""
    end = span.end
    while is_joined(text, end) and end <= span.end + LONGEST_ENDING:
        end += 1
    return is_joined(text, span.start) or end > span.end + LONGEST_ENDING


def is_joined(text: str, position: int) -> bool:
    """True where a word goes on across `position`."""
    return 0 < position < len(text) and text[position - 1].isalnum() and text[position].isalnum()


def _common(one: str, other: str) -> int:
    """How many characters two texts share from their start."""
    length = min(len(one), len(other))
    return next((at for at in range(length) if one[at] != other[at]), length)

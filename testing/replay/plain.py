"""The keys of a coder without jump labels: next or previous sentence, then trim by words."""

from __future__ import annotations

from codetui.core.selection.motions import STOPS
from codetui.core.selection.selection import Selection, effective
from codetui.core.text.units import unit_at
from codetui.model import Holds, Span
from codetui.tui.actions import MOTION_KEYS
from testing.replay.places import Ad, Place, Plan, after

_LIMIT = 500


def plain(ad: Ad, start: Place, target: Span, holds: Holds) -> Plan | None:
    """Return the plain strategy's keys to a span, or None if it does not reach it."""
    place = start
    keys: list[str] = []
    while len(keys) < _LIMIT:
        if ad.takes(place, holds) == target:
            return Plan(tuple(keys), "plain", place)
        name = _plain_step(ad.text, place.selection, target)
        before, place = place, after(ad, place, name)
        keys.append(MOTION_KEYS[name][0])
        if place == before:
            break
    return None


def _plain_step(text: str, selection: Selection, target: Span) -> str:
    """Return the next key of the plain strategy: to the sentence, then its end, then its start."""
    now = effective(text, selection, "quotations")
    if selection.edge is not None and (now.end != target.end or now.start > target.start):
        return "collapse"
    if now.end <= target.start:
        return "next_sentence"
    if now.start > target.start:
        return "previous_sentence"
    if now.end != target.end:
        return _plain_end(text, now, target.end)
    word = unit_at(text, target.start, "word")
    if now.start < word.start <= target.start:
        return "trim_start_word"
    return "hold_start" if selection.edge is None else "char_right"


def _plain_end(text: str, now: Span, end: int) -> str:
    """Return the next key for the end of the selection: by full stop, by word, or by character inside a word."""
    between = text[min(now.end, end) : max(now.end, end)]
    if now.end < end:
        return "extend_word_right" if any(c.isspace() for c in between) else "extend_char_right"
    if not any(c.isalnum() for c in between):
        return "toggle_stop" if between[-1] in STOPS else "extend_char_left"
    word = unit_at(text, end - 1, "word")
    return "extend_char_left" if end < now.end <= word.end else "trim_end_word"

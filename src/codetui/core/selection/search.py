"""Incremental search in a text: smart case, any white space for a blank, accents only where they are typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from codetui.core.selection.selection import Selection, selected
from codetui.core.text.units import units
from codetui.model import Span

_WINDOW = 50_000
_LONGEST = 2_000
_ACCENTED = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]
_ALIKE = {"'": "['’‘]", '"': '["“”„]', "-": "[-‐‑–—]"}


def find(text: str, query: str, start: int, direction: int = 1) -> Span | None:
    """Return the first match from `start` on (`direction` 1) or the last that begins before it (-1).

    The search wraps round the end of the text: None means that the whole text has no match.
    """
    if not query.strip():
        return None
    pattern = _pattern(query)
    if direction >= 0:
        match = pattern.search(text, max(0, start)) or pattern.search(text, 0)
        return Span(*match.span()) if match else None
    return _last(pattern, text, 0, min(start, len(text))) or _last(pattern, text, max(0, start), len(text))


def matches(text: str, query: str, start: int, end: int) -> list[Span]:
    """Return all matches that begin between two offsets, for the view to highlight while the coder types."""
    if not query.strip():
        return []
    found = _pattern(query).finditer(text, max(0, start), min(len(text), end + _LONGEST))
    return [Span(*m.span()) for m in found if m.start() < end]


def selection_of_match(text: str, match: Span) -> Selection:
    """Return the match extended to whole words, so that the first letters of a word are enough."""
    words = units(text, match.start, match.end, "part")
    start = min([match.start, *(w.start for w in words if w.start < match.end)])
    end = max([match.end, *(w.end for w in words if w.end > match.start)])
    return selected(start, end)


@lru_cache(maxsize=64)
def _pattern(query: str) -> re.Pattern[str]:
    """Return the pattern of a query; it matches the text itself, so that no offsets need to be mapped."""
    is_plain = unicodedata.normalize("NFD", query) == query and query.isascii()
    typed = re.findall(r"\s+|\S", query.lstrip())
    pieces = [r"\s+" if piece.isspace() else _letters(piece, is_plain) for piece in typed]
    flags = re.IGNORECASE if query == query.lower() else re.NOFLAG
    return re.compile("".join(pieces), flags)


def _letters(character: str, is_plain: bool) -> str:
    """Return the pattern of one character; a letter without accent also matches those with one."""
    if character in _ALIKE:
        return _ALIKE[character]
    if not is_plain or not character.isalpha():
        return re.escape(character)
    return f"[{character}{_accented(character)}][\u0300-\u036f]*"


@lru_cache(maxsize=64)
def _accented(letter: str) -> str:
    """Return the letters that are this one with an accent."""
    return "".join(c for c in _ACCENTED if unicodedata.normalize("NFD", c)[0] == letter)


def _last(pattern: re.Pattern[str], text: str, low: int, high: int) -> Span | None:
    """Return the last match that begins in a range, searched window by window from its end."""
    while high > low:
        start = max(low, high - _WINDOW)
        reach = min(len(text), high + _LONGEST)
        found = [m for m in pattern.finditer(text, start, reach) if m.start() < high]
        if found:
            return Span(*found[-1].span())
        high = start
    return None

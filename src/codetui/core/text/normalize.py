"""Normalize text for comparison (white space, quotes, dashes, case, composed letters), and map offsets back.

    source    "Caf[e + acute]  “Noir”"      normalized   "café "noir""

span(5, 11) of the normalized text is the span of “Noir” in the source.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_right
from functools import lru_cache

from codetui.model import Span

QUOTES = dict.fromkeys("‘’‚‛′`´ʼ＇", "'") | dict.fromkeys("“”„‟″«»＂", '"')
DASHES = dict.fromkeys("‐‑‒–—―−﹘﹣－", "-")
SIGNS = str.maketrans(QUOTES | DASHES)
INVISIBLE = frozenset("\u00ad\u200b\u2060\ufeff")
ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": " ", "#39": "'", "#039": "'"}
ENTITIES |= {"#34": '"', "#160": " "}
"""The characters that HTML entities are normalized to."""

ENTITY = rf"&(?:{'|'.join(ENTITIES)});"
UNEVEN = re.compile(rf"{ENTITY}|\s\s+|[^\S ]|[\x00-\x7f]?[^\x00-\x7f\s]+")
"""Text that may change its length: entities, white space, letters beyond ASCII with the marks on them."""

CACHED_TEXTS = 4


class NormalizedText:
    """A normalized text with the offsets of its characters in the source.

    The source is cut into pieces. Characters of an even piece map one to one. An uneven piece became longer or shorter;
    any span in it maps to the whole piece.
    """

    __slots__ = ("_is_even", "_normalized_at", "_source_at", "_source_length", "text")

    def __init__(self, source: str) -> None:
        """Normalize `source` in linear time and space."""
        self._normalized_at = array("q")
        self._source_at = array("q")
        self._is_even = bytearray()
        self._source_length = len(source)
        parts: list[str] = []
        length = position = 0
        for found in UNEVEN.finditer(source):
            for start, end, normalized in ((position, found.start(), None), *_pieces(found[0], found.start())):
                if start == end:
                    continue
                part = source[start:end].lower().translate(SIGNS) if normalized is None else normalized
                self._add(length, start, is_even=normalized is None or len(part) == end - start == 1)
                parts.append(part)
                length += len(part)
            position = found.end()
        self._add(length, position, is_even=True)
        parts.append(source[position:].lower().translate(SIGNS))
        self.text = "".join(parts)

    def _add(self, normalized_at: int, source_at: int, *, is_even: bool) -> None:
        """Begin a piece; consecutive even pieces are merged."""
        if is_even and self._is_even and self._is_even[-1]:
            return
        self._normalized_at.append(normalized_at)
        self._source_at.append(source_at)
        self._is_even.append(is_even)

    def span(self, start: int, end: int) -> Span:
        """Return the span of the source for a span of the normalized text; half-open, `start` < `end`."""
        return Span(self._place(start, is_end=False), self._place(end - 1, is_end=True))

    def _place(self, position: int, *, is_end: bool) -> int:
        piece = bisect_right(self._normalized_at, position) - 1
        if self._is_even[piece]:
            return self._source_at[piece] + position - self._normalized_at[piece] + is_end
        if not is_end:
            return self._source_at[piece]
        following = piece + 1
        return self._source_at[following] if following < len(self._source_at) else self._source_length


def _pieces(text: str, at: int) -> list[tuple[int, int, str]]:
    """Return an uneven passage as (start, end, normalized) pieces, each the smallest that can be normalized alone."""
    if text.isspace():
        return [(at, at + len(text), " ")]
    if text.startswith("&") and text.endswith(";"):
        return [(at, at + len(text), ENTITIES[text[1:-1]])]
    pieces: list[tuple[int, int, str]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _combines(text[end]):
            continue
        pieces.append((at + start, at + end, _normalize_cluster(text[start:end])))
        start = end
    return pieces


def _combines(character: str) -> bool:
    """True for a mark, or for a Hangul vowel or final that joins the letter before it."""
    return unicodedata.combining(character) != 0 or "\u1161" <= character <= "\u11ff"


def _normalize_cluster(cluster: str) -> str:
    seen = "".join(character for character in cluster if character not in INVISIBLE)
    composed = unicodedata.normalize("NFC", seen)
    return unicodedata.normalize("NFC", composed.casefold()).translate(SIGNS)


def collapse_spaces(words: str) -> str:
    """Return words as documents show them: with each run of white space, including line breaks, as one blank."""
    return " ".join(words.split())


@lru_cache(maxsize=CACHED_TEXTS)
def normalized_text(text: str) -> NormalizedText:
    """Return the normalized text, cached for the last few texts."""
    return NormalizedText(text)


def normalize_words(words: str) -> str:
    """Return a few words normalized, without white space at either end."""
    return NormalizedText(words).text.strip()

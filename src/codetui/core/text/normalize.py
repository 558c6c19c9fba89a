"""Text folded for comparing: white space, quotes, dashes, case, composed letters; with the way back.

text    "Caf[e + acute]  “Noir”"      folded   "café "noir""
span(5, 11) of the folded text gives the place of “Noir” in the text.
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
"""What an entity stands for, as it is folded."""

ENTITY = rf"&(?:{'|'.join(ENTITIES)});"
UNEVEN = re.compile(rf"{ENTITY}|\s\s+|[^\S ]|[\x00-\x7f]?[^\x00-\x7f\s]+")
"""What may change its length: entities, white space, letters beyond ASCII with what they combine with."""

KEPT_TEXTS = 4


class NormalizedText:
    """A folded text that knows where its characters come from.

    The text is cut into pieces, each folded as a whole or one character by one; `_ends` keeps the way
    back of a piece that became longer or shorter, which is its whole extent.
    """

    __slots__ = ("_folded_at", "_is_even", "_source_at", "_source_length", "text")

    def __init__(self, source: str) -> None:
        """Fold `source`; takes time and space in proportion to its length."""
        self._folded_at = array("q")
        self._source_at = array("q")
        self._is_even = bytearray()
        self._source_length = len(source)
        parts: list[str] = []
        length = position = 0
        for found in UNEVEN.finditer(source):
            for start, end, folded in (
                (position, found.start(), None),
                *_pieces(found[0], found.start()),
            ):
                if start == end:
                    continue
                part = source[start:end].lower().translate(SIGNS) if folded is None else folded
                self._add(length, start, is_even=folded is None or len(part) == end - start == 1)
                parts.append(part)
                length += len(part)
            position = found.end()
        self._add(length, position, is_even=True)
        parts.append(source[position:].lower().translate(SIGNS))
        self.text = "".join(parts)

    def _add(self, folded_at: int, source_at: int, *, is_even: bool) -> None:
        """Begin a piece; one that only goes on with the even piece before it needs no place of its own."""
        if is_even and self._is_even and self._is_even[-1]:
            return
        self._folded_at.append(folded_at)
        self._source_at.append(source_at)
        self._is_even.append(is_even)

    def span(self, start: int, end: int) -> Span:
        """The span of the source that a span of the folded text came from; half-open, `start` < `end`."""
        return Span(self._place(start, is_end=False), self._place(end - 1, is_end=True))

    def start_of(self, source_position: int) -> int:
        """The place in the folded text of a character of the source."""
        piece = bisect_right(self._source_at, source_position) - 1
        within = source_position - self._source_at[piece] if self._is_even[piece] else 0
        return self._folded_at[piece] + within

    def _place(self, position: int, *, is_end: bool) -> int:
        piece = bisect_right(self._folded_at, position) - 1
        if self._is_even[piece]:
            return self._source_at[piece] + position - self._folded_at[piece] + is_end
        if not is_end:
            return self._source_at[piece]
        following = piece + 1
        return self._source_at[following] if following < len(self._source_at) else self._source_length


def _pieces(text: str, at: int) -> list[tuple[int, int, str]]:
    """An uneven stretch as (start, end, folded) pieces, the smallest that fold by themselves."""
    if text.isspace():
        return [(at, at + len(text), " ")]
    if text.startswith("&") and text.endswith(";"):
        return [(at, at + len(text), ENTITIES[text[1:-1]])]
    pieces: list[tuple[int, int, str]] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _combines(text[end]):
            continue
        pieces.append((at + start, at + end, _fold_cluster(text[start:end])))
        start = end
    return pieces


def _combines(character: str) -> bool:
    """True for a mark or a Hangul vowel or final that joins the letter before it."""
    return unicodedata.combining(character) != 0 or "\u1161" <= character <= "\u11ff"


def _fold_cluster(cluster: str) -> str:
    seen = "".join(character for character in cluster if character not in INVISIBLE)
    composed = unicodedata.normalize("NFC", seen)
    return unicodedata.normalize("NFC", composed.casefold()).translate(SIGNS)


def collapse_spaces(words: str) -> str:
    """Return words as documents show them: each run of white space, line breaks included, as one blank."""
    return " ".join(words.split())


@lru_cache(maxsize=KEPT_TEXTS)
def normalized_text(text: str) -> NormalizedText:
    """The folded text, kept for the ads that were asked for last."""
    return NormalizedText(text)


def normalize_words(words: str) -> str:
    """A few words folded, without white space at the ends."""
    return NormalizedText(words).text.strip()

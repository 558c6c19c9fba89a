"""Search for words and phrases: case, accents, quotes and dashes do not count, and only whole words are found.

    "crème brûlée [Café]-bar"    cafe

A word consists of letters, digits, marks and underscores.  `#` and `++` behind a letter belong to it, so that `c` is
not found in `C#` and `C++`.  Scripts without blanks are cut into the units of `core.text.units`.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from codetui.core.text.normalize import INVISIBLE, SIGNS, collapse_spaces
from codetui.core.text.scripts import HANGUL, UNSPACED
from codetui.core.text.units import units
from codetui.model import Span

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_ACCENT = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]")
"""Marks on Latin, Greek and Cyrillic letters; those of other scripts make other letters."""

_CLUSTER = re.compile("[^\u3099\u309a\u1161-\u11ff][\u3099\u309a\u1161-\u11ff]*|.", re.DOTALL)
"""A character with the Japanese or Korean characters that compose with it."""

_is_unspaced = re.compile(f"[{UNSPACED}]").match
_is_hangul = re.compile(f"[{HANGUL}]").match
_NAME_SIGN = re.compile(r"(?:#|\+\+)(?!\w)")


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    """Return one character (with what composes with it) folded; compatibility forms of letters become plain ones."""
    if cluster in INVISIBLE or _ACCENT.fullmatch(cluster):
        return ""
    if cluster.isalnum() or len(cluster) > 1:
        decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", cluster).casefold())
        return unicodedata.normalize("NFC", _ACCENT.sub("", decomposed))
    return cluster.translate(SIGNS)


class FoldedText:
    """A folded text; `span` maps a span of it to the source."""

    __slots__ = ("_starts", "source", "text")

    def __init__(self, source: str) -> None:
        """Fold `source` in linear time."""
        self.source = source
        self._starts: array[int] | None = None
        if source.isascii():
            self.text = source.lower()
            return
        parts: list[str] = []
        changes: list[tuple[int, int, int]] = []
        at = 0
        for run in _BEYOND_ASCII.finditer(source):
            parts.append(source[at : run.start()].lower())
            for cluster in _CLUSTER.finditer(run[0]):
                folded = _fold_cluster(cluster[0])
                parts.append(folded)
                if len(folded) != len(cluster[0]):
                    changes.append((run.start() + cluster.start(), len(cluster[0]), len(folded)))
            at = run.end()
        parts.append(source[at:].lower())
        self.text = "".join(parts)
        if changes:
            self._starts = _starts(changes, len(source))

    def span(self, start: int, end: int) -> Span:
        """Return the span of the source for a span of the folded text; half-open, `start` < `end`."""
        if self._starts is None:
            return Span(start, end)
        return Span(self._starts[start], self._starts[end])

    def is_boundary(self, at: int) -> bool:
        """Return whether a word begins or ends at an offset of the folded text, or no word is there."""
        if at <= 0 or at >= len(self.text):
            return True
        before, after = self.text[at - 1], self.text[at]
        if not _in_word(before):
            return True
        if after in "#+":
            return not (before.isalpha() and _NAME_SIGN.match(self.text, at))
        if not _in_word(after):
            return True
        if after.isascii() and before.isascii():
            return False
        if _is_hangul(before) or _is_hangul(after):
            return before.isascii() or after.isascii()
        if not (_is_unspaced(before) or _is_unspaced(after)):
            return False
        place = self._starts[at] if self._starts is not None else at
        return any(place in span for span in units(self.source, place - 1, place + 1, "part"))


def _starts(changes: list[tuple[int, int, int]], length: int) -> array[int]:
    """Return the source offset of each folded character and of the end; `changes` are (offset, old, new length)."""
    starts = array("l")
    at = 0
    for place, old, new in changes:
        starts.extend(range(at, place))
        starts.extend([place] * new)
        at = place + old
    starts.extend(range(at, length + 1))
    return starts


def _in_word(character: str) -> bool:
    return character.isalnum() or character == "_" or unicodedata.category(character)[0] == "M"


def fold(text: str) -> str:
    """Return a text folded."""
    return FoldedText(text).text


class Phrase:
    """One or several words to be found one after the other, with any white space between them.

    If `is_prefix`, the last word may continue. Compared by these two.
    """

    def __init__(self, text: str, *, is_prefix: bool = False) -> None:
        """Create a search for `text`, which contains more than white space."""
        self.text = text
        self.is_prefix = is_prefix
        self.folded = tuple(fold(text).split())
        self._needle = max(self.folded, key=len, default="")
        words = r"\s+".join(map(re.escape, self.folded))
        # Within ASCII this leaves out most of what `is_boundary` would refuse one by one.
        before = r"(?<![a-z0-9_])" if re.match("[a-z0-9_]", words) else ""
        after = r"(?![a-z0-9_])" if re.search("[a-z0-9_]$", words) and not is_prefix else ""
        self._pattern = re.compile(before + words + after)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.text, self.is_prefix) == (other.text, other.is_prefix)

    def __hash__(self) -> int:
        return hash((self.text, self.is_prefix))

    def __repr__(self) -> str:
        return f"Phrase({self.text!r}, is_prefix={self.is_prefix})"

    def are_in(self, text: FoldedText) -> bool:
        """Return whether the words occur in a text."""
        return next(self._found(text), None) is not None

    def spans(self, text: FoldedText) -> list[Span]:
        """Return the places of the words in the source of a text, in code points; none overlap."""
        return [text.span(start, end) for start, end in self._found(text)]

    def _found(self, text: FoldedText) -> Iterator[tuple[int, int]]:
        if not self._needle or self._needle not in text.text:
            return
        at = 0
        while (found := self._pattern.search(text.text, at)) is not None:
            start, end = found.span()
            at = start + 1
            if not text.is_boundary(start):
                continue
            while self.is_prefix and not text.is_boundary(end):
                end += 1
            if text.is_boundary(end):
                yield start, end
                at = end


# --- names of terms: spellings that are one, and synonyms ---------------------------------------------


_MARKS = r"\s\"'`“”‘’«»„‚()\[\]{},;:!?·•*"
_EDGES = re.compile(rf"^[{_MARKS}]+|[{_MARKS}.]+$")
_HYPHENS = re.compile(r"[-_\s]+")


def term_key(words: str) -> str:
    """Return the form in which all spellings of a term are the same.

    Case, accents, hyphens and white space do not count, nor do marks around it; `C++`, `C#` and `.NET` keep theirs.
    """
    return " ".join(_HYPHENS.sub(" ", _EDGES.sub("", fold(words))).split())


class TermNames:
    """Maps the words of quotations to terms; of the spellings of a term that occur, the most frequent is its name."""

    def __init__(self, synonyms: Mapping[str, Sequence[str]]) -> None:
        """Use synonyms by name; a spelling that two names list belongs to the first."""
        self._key_of: dict[str, str] = {}
        self._names: dict[str, str] = {}
        for name, others in synonyms.items():
            key = term_key(name)
            self._names.setdefault(key, name)
            for spelling in (name, *others):
                self._key_of.setdefault(term_key(spelling), key)
        self._spellings: dict[str, Counter[str]] = {}
        self._known: dict[str, str] = {}

    def add(self, words: str) -> str:
        """Count one occurrence of a spelling, and return the key of its term; empty if no letter or digit is left."""
        if words not in self._known:
            key = term_key(words)
            self._known[words] = self._key_of.get(key, key)
        key = self._known[words]
        if key and key not in self._names:
            self._spellings.setdefault(key, Counter())[collapse_spaces(words)] += 1
        return key

    @property
    def names(self) -> dict[str, str]:
        """The name of each term that occurred or has synonyms; of equally frequent spellings the first by alphabet."""
        most = {key: min(found, key=lambda one: (-found[one], one)) for key, found in self._spellings.items()}
        return self._names | most

"""Recognize the sentences of a changed text without the previous text, from its outline in the log.

The outline has the length and a checksum of each sentence. A sentence that occurs once in both texts is the same one.
Between two such sentences, repeated sentences are matched in order, ignoring sentences that only one of the texts has:

    before  [Tasks] [We talk.] [We plan.] [Wishes] [We talk.]        a quotation in the second `We talk.` is found
    after   [New!] [Tasks] [We talk.] [We plan.] [Wishes] [We talk.]     at the second one
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from zlib import crc32

from codetui.core.text.normalize import CACHED_TEXTS
from codetui.core.text.scripts import STOPS
from codetui.model import Span

LONGEST = 500_000
"""The code points of the longest text that has an outline, which takes 30 ms to make."""

SENTENCE = re.compile(rf"[^\n]{{3,}}?(?:[.!?](?=\s)|[{STOPS}])\s*|[^\n]*(?:\n\s*|\Z)")

"""A line, or a part of one that a sign ends."""

ITEM = re.compile(r"\W*(?:\w{1,4}[.):]\s)?")
"""A bullet, or the number of an item, which changes when another item is inserted before it."""

PAIR = re.compile("([0-9a-f]{1,8})-([0-9a-f]{1,8})")
LETTERS = re.compile(r"[^\W\d_]+")


def outline_of(text: str) -> str:
    """Return the outline of a text, `LENGTH-CHECKSUM` in hexadecimal for each sentence; empty for a very long text."""
    if len(text) > LONGEST:
        return ""
    return " ".join(f"{len(one):x}-{_checksum(one)}" for one in SENTENCE.findall(text) if one)


def _checksum(sentence: str) -> str:
    """Return a checksum of the letters, 0 if there are none; white space, punctuation and numbers do not matter."""
    item = ITEM.match(sentence)
    letters = "".join(LETTERS.findall(sentence, item.end() if item else 0))
    return f"{crc32(letters.casefold().encode('utf-8', 'surrogatepass')):x}"


class _Sentences:
    """The checksums of the sentences of a text, and the offset at which each begins; the last offset is the end."""

    def __init__(self, outline: str) -> None:
        pairs = PAIR.findall(outline)
        self.checksums = [checksum for _, checksum in pairs]
        self.starts = list(accumulate((int(length, 16) for length, _ in pairs), initial=0))

    def over(self, span: Span) -> range:
        """Return the numbers of the sentences that overlap the span."""
        first, last = (bisect_right(self.starts, at) - 1 for at in (span.start, span.end - 1))
        return range(first, min(last + 1, len(self.checksums)))

    def span(self, first: int, last: int) -> Span:
        """Return the span from one sentence to another."""
        return Span(self.starts[first], self.starts[last + 1])


class Alignment:
    """The sentences of an old text that are recognized in a new one."""

    def __init__(self, outline: str, text: str) -> None:
        self._old, self._new = _Sentences(outline), _Sentences(outline_of(text))
        self._to_new = _aligned(self._old.checksums, self._new.checksums)
        self._to_old = {new: old for old, new in self._to_new.items()}
        self._most = Counter(self._old.checksums) | Counter(self._new.checksums)

    def spans(self, old: Span) -> tuple[Span, Span] | None:
        """Return the sentences around a place of the old text, in the old and in the new text; None if unrecognized."""
        numbers = self._old.over(old)
        if not numbers or numbers[0] not in self._to_new or numbers[-1] not in self._to_new:
            return None
        first, last = self._to_new[numbers[0]], self._to_new[numbers[-1]]
        return (self._old.span(numbers[0], numbers[-1]), self._new.span(first, last)) if first <= last else None

    def may_be(self, new: Span, old: Span) -> bool:
        """Return whether a place of the new text may be a given place of the old one.

        It may not if it is in another sentence of the old text, or in a copy of its own sentence.
        """
        numbers = self._old.over(old)
        lost = (number for number in numbers if number not in self._to_new)
        others = {self._to_old[number] for number in self._new.over(new) if number in self._to_old}
        return others <= set(numbers) and all(self._most[self._old.checksums[number]] == 1 for number in lost)


@lru_cache(maxsize=CACHED_TEXTS)
def alignment(outline: str, text: str) -> Alignment:
    """Return the alignment of a text with an earlier one that had this outline; the last ones are cached."""
    return Alignment(outline, text)


def _aligned(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Return the number in `new` of each sentence of `old` that is recognized."""
    in_old, in_new = Counter(old), Counter(new)
    shared = in_old.keys() & in_new.keys() - {"0"}
    unique = {one for one in shared if in_old[one] == in_new[one] == 1}
    before, after = _stretches(old, shared, unique), _stretches(new, shared, unique)
    aligned: dict[int, int] = {}
    for bounds, numbers in before.items():
        others = after.get(bounds, [])
        is_same = [old[number] for number in numbers] == [new[number] for number in others]
        # Where a copy was added or removed anywhere, another may be here instead.
        if is_same and all(in_old[old[number]] == in_new[old[number]] for number in numbers):
            aligned.update(zip(numbers, others, strict=True))
    place = {one: number for number, one in enumerate(new)}
    return aligned | {number: place[one] for number, one in enumerate(old) if one in unique}


def _stretches(checksums: Sequence[str], shared: set[str], unique: set[str]) -> dict[tuple[str, str], list[int]]:
    """Return the numbers of the shared sentences between neighbouring unique ones; "" is an end of the text."""
    found: dict[tuple[str, str], list[int]] = {}
    left = ""
    numbers: list[int] = []
    for number, one in enumerate(checksums):
        if one in unique:
            found[left, one] = numbers
            left, numbers = one, []
        elif one in shared:
            numbers.append(number)
    found[left, ""] = numbers
    return found

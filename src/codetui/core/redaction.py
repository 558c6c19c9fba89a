"""Find the words of one text in others, and remove them: whole phrases that no other text has.

    "as in 752: “the light of the old tower went out”, see there"  ->  "as in 752: “[erased]”, see there"

Case, white space and punctuation do not count. A phrase is a run of words, or one of the given quotations.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from codetui.core.text.scripts import UNSPACED

ERASED = "[erased]"
"""The words in place of those that were taken out."""

RUN, FEWEST = 5, 2
"""The words of the shortest run of a text that counts as a phrase, and those of the shortest quotation."""

LETTERS = 12
"""The letters of the shortest phrase; in scripts without blanks each character is a word."""

_TOKEN = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")


class Token(NamedTuple):
    """A folded word, and its place in code points."""

    word: str
    start: int
    end: int


def tokens(text: str) -> list[Token]:
    """Return the words of a text, folded."""
    return [Token(found[0].casefold(), found.start(), found.end()) for found in _TOKEN.finditer(text)]


class Redaction:
    """The phrases of one text, and the single words that are taken out wherever they are.

    `forget` removes the phrases of a text that stays; `redacted` takes out what is left.
    """

    def __init__(self, text: str, quotations: Iterable[str] = (), words: Iterable[str] = ()) -> None:
        self._runs = set[tuple[str, ...]]()
        self._quotations: dict[int, set[tuple[str, ...]]] = {}
        """The quotations that are shorter than a run, by the number of their words."""
        for quotation in (text, *quotations):
            self._add(tuple(token.word for token in tokens(quotation)))
        given = (tuple(token.word for token in tokens(each)) for each in words)
        self._words = {each for each in given if each}

    def _add(self, quotation: tuple[str, ...]) -> None:
        if len(quotation) >= RUN:
            self._runs |= {quotation[at : at + RUN] for at in range(len(quotation) - RUN + 1)}
        elif len(quotation) >= FEWEST and sum(map(len, quotation)) >= LETTERS:
            self._quotations.setdefault(len(quotation), set()).add(quotation)

    def __bool__(self) -> bool:
        """Return whether there is anything to look for."""
        return bool(self._runs or self._quotations or self._words)

    def forget(self, text: str) -> None:
        """Do not look for the phrases that another text has, too."""
        if not self._runs and not self._quotations:
            return
        found = _TOKEN.findall(text.casefold())
        for size, phrases in ((RUN, self._runs), *self._quotations.items()):
            phrases.difference_update(zip(*(found[at:] for at in range(size)), strict=False))

    def places(self, text: str) -> list[tuple[int, int]]:
        """Return the places of phrases in a text, in code points, in order and apart from each other."""
        found = tokens(text)
        words = [token.word for token in found]
        runs = _joined(_hits(found, words, RUN, self._runs))
        long = [(start, end) for start, end in runs if sum(map(str.isalnum, text[start:end])) >= LETTERS]
        for size, phrases in self._quotations.items():
            long += _hits(found, words, size, phrases)
        for phrase in self._words:
            long += _hits(found, words, len(phrase), {phrase})
        return list(_joined(sorted(long)))

    def redacted(self, text: str) -> str:
        """Return a text with `ERASED` in place of each phrase."""
        places = self.places(text)
        parts: list[str] = []
        at = 0
        for start, end in places:
            parts += [text[at:start], ERASED]
            at = end
        return "".join(parts) + text[at:] if places else text


def _hits(found: list[Token], words: list[str], size: int, phrases: set[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    for at in range(len(words) - size + 1) if phrases else ():
        if tuple(words[at : at + size]) in phrases:
            yield found[at].start, found[at + size - 1].end


def _joined(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield places with those that overlap or touch as one."""
    current: tuple[int, int] | None = None
    for start, end in places:
        if current is None:
            current = start, end
        elif start <= current[1]:
            current = current[0], max(current[1], end)
        else:
            yield current
            current = start, end
    if current is not None:
        yield current

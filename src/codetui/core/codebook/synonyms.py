"""The names of terms: spellings that are one, and synonyms that the codebook lists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from codetui.core.query.words import fold
from codetui.core.text.normalize import collapse_spaces

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

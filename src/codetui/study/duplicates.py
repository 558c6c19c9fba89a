"""Which ads have the same text: one 64-bit digest an ad, in the order of the list."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from codetui.model import SourceId
from codetui.storage.corpus_texts import NO_TEXT
from codetui.study.outcome import AdStatus


class Twins(NamedTuple):
    """The other ads with an ad's text: the one that the coder has coded most, else the first; and how many more."""

    ad: SourceId
    status: AdStatus
    more: int = 0


class Duplicates:
    """The ads with the same text, by their positions in the list.  `is_complete` once all texts were read."""

    def __init__(self) -> None:
        self.is_complete = False
        self._digests = array("Q")
        self._alike: dict[int, array[int]] = {}

    def read(self, digests: Iterable[int]) -> Iterator[int]:
        """Takes the digests of all listed ads in, for a worker: how many were read, after each."""
        found = array("Q")
        for digest in digests:
            found.append(digest)
            yield len(found)
        self._digests, self._alike = found, _alike(found)
        self.is_complete = True

    def group(self, position: int) -> Sequence[int]:
        """The positions of all ads with the text of the one at `position`, in order; none where it stands once."""
        return self._alike.get(self._digest(position), ())

    def are_alike(self, position: int, other: int) -> bool:
        """True for two ads with the same text."""
        digest = self._digest(position)
        return position != other and digest != NO_TEXT and digest == self._digest(other)

    def _digest(self, position: int) -> int:
        return self._digests[position] if position < len(self._digests) else NO_TEXT


def _alike(digests: array[int]) -> dict[int, array[int]]:
    """The positions of each digest that stands more than once."""
    ordered = sorted(digests)
    repeated = {one for one, other in pairwise(ordered) if one == other} - {NO_TEXT}
    found = {digest: array("L") for digest in repeated}
    for position, digest in enumerate(digests):
        if digest in repeated:
            found[digest].append(position)
    return found

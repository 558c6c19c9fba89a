"""Codes that a text names: `TASK2, TASK4: Software Development and **Modeling**`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from codetui.formats.coding_book.fields import words

JOINING = {"and", "or", "en", "of", "with", "met"}
TOKEN = re.compile(r"\w+|\W")
ENDS_IN_WORD = re.compile(r"\w\Z")
LONGEST = 300
"""Characters of what may name a code in a text."""


class Linked(NamedTuple):
    """The ids that a text names, in its order, and whether it says more than that."""

    ids: tuple[str, ...]
    says_more: bool


class _Place(NamedTuple):
    """Where a text names a code: of several names the longest counts, of those the one that came first."""

    length: int
    rank: int
    start: int
    id: str


@dataclass(slots=True)
class _Step:
    """What may follow a word, and the code that is named once it is read."""

    next: dict[str, _Step] = field(default_factory=dict)
    named: _Place | None = None


class Links:
    """Finds the codes that texts name: word by word, in all names at once, however many codes there are."""

    def __init__(self, names: dict[str, str]) -> None:
        """`names` holds all codes' names by id."""
        self._top = _Step()
        needles = ((needle, id_) for id_, name in names.items() for needle in _needles(id_, name))
        for rank, (needle, id_) in enumerate(needles):
            if needle.strip() and len(needle) <= LONGEST:
                self._add(needle, _Place(len(needle), rank, 0, id_))

    def linked(self, text: str) -> Linked:
        """The codes named in a text."""
        places: dict[int, str] = {}
        is_taken = bytearray(len(text))
        rest = list(text)
        for length, _, start, id_ in sorted(self._places(TOKEN.findall(text)), key=lambda place: (-place[0], place)):
            end = start + length
            if not is_taken[start] and not is_taken[end - 1]:
                places[start] = id_
                is_taken[start:end] = b"\1" * length
                rest[start:end] = " " * length
        ids = tuple(dict.fromkeys(places[at] for at in sorted(places)))
        return Linked(ids, any(word.casefold() not in JOINING for word in words("".join(rest))))

    def _add(self, needle: str, place: _Place) -> None:
        step = self._top
        for token in TOKEN.findall(needle):
            step = step.next.setdefault(token, _Step())
        step.named = step.named or place

    def _places(self, tokens: list[str]) -> Iterator[_Place]:
        """Every place where a code is named, shorter names within longer ones included."""
        start, before = 0, ""
        for number, token in enumerate(tokens):
            if before != "." and not ENDS_IN_WORD.search(before):
                yield from self._places_at(tokens, number, start)
            start, before = start + len(token), token

    def _places_at(self, tokens: list[str], number: int, start: int) -> Iterator[_Place]:
        step = self._top
        for at in range(number, len(tokens)):
            if (following := step.next.get(tokens[at])) is None:
                return
            step = following
            if step.named and not _goes_on(tokens, at + 1):
                yield step.named._replace(start=start)


def _goes_on(tokens: list[str], at: int) -> bool:
    """Whether a name that ends before token `at` goes on there: `TASK1` with `.2`, or without a gap."""
    after, next_one = [*tokens[at : at + 2], "", ""][:2]
    return bool(ENDS_IN_WORD.search(after)) or (after == "." and bool(ENDS_IN_WORD.search(next_one)))


def _needles(id_: str, name: str) -> Iterator[str]:
    """What may stand for a code: label, name with id, id, name."""
    yield from (f"{id_}{mark}{name}" for mark in (": ", ". ", " ", " - ", " – "))
    yield from (f"{name} ({id_})", id_, name)

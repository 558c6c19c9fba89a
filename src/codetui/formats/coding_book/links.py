"""Codes that a text names: `TASK2, TASK4: Software Development and **Modeling**`."""

from __future__ import annotations

import re
from typing import NamedTuple

from codetui.formats.coding_book.fields import words

JOINING = {"and", "or", "en", "of", "with", "met"}


class Linked(NamedTuple):
    """The ids that a text names, in its order, and whether it says more than that."""

    ids: tuple[str, ...]
    says_more: bool


def linked(text: str, names: dict[str, str]) -> Linked:
    """The codes named in a text; `names` holds all codes' names by id.  An id counts before a name."""
    places: dict[int, str] = {}
    rest = text
    for needle, id_ in _needles(names):
        for found in re.finditer(rf"(?<![\w.]){re.escape(needle)}(?!\w|\.\w)", rest):
            places.setdefault(found.start(), id_)
            rest = rest[: found.start()] + " " * len(found[0]) + rest[found.end() :]
    ids = tuple(dict.fromkeys(places[at] for at in sorted(places)))
    return Linked(ids, bool([word for word in words(rest) if word.casefold() not in JOINING]))


def _needles(names: dict[str, str]) -> list[tuple[str, str]]:
    """What may stand for each code, the longest first: label, name with id, id, name."""
    found = []
    for id_, name in names.items():
        labels = [f"{id_}{mark}{name}" for mark in (": ", ". ", " ", " - ", " – ")]
        found += [(needle, id_) for needle in (*labels, f"{name} ({id_})", id_, name) if needle.strip()]
    return sorted(found, key=lambda pair: -len(pair[0]))

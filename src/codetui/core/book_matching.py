"""Which part of one codebook is which of another: by id, name and definition, and where these fail by likeness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from codetui.core.book_order import PartKind
from codetui.core.codebook import folded
from codetui.model import Codebook

LIKELY = 0.80
"""Names of the pilot's codebook and of its successor that mean the same code score 0.81 and more (but for one at
0.63), those that do not at most 0.73."""

SAME_ID = 0.15
"""What the same id counts when parts compete: an id is meant to stay, but not to outweigh a likelier name."""

SHORTEST_DEFINITION = 20
"""Code points; shorter definitions may well be the same by chance."""

LONGEST_COMPARED = 2_000
"""Code points of a definition that are compared: more decide nothing and cost time."""


class Entry(NamedTuple):
    """What a part is known by; `name` is the title of a section or group."""

    id: str
    name: str
    definition: str


class Pair(NamedTuple):
    """One part in both books, by its ids; `likeness` (0 to 1) below 1 where only that speaks for it."""

    old: str
    new: str
    likeness: float = 1.0


def entries(book: Codebook, kind: PartKind) -> list[Entry]:
    """All parts of a kind, in the order of the book."""
    if kind == "profile":
        return [Entry(each.id, each.name, each.definition) for each in book.profiles]
    if kind == "section":
        return [Entry(each.id, each.title, each.definition) for each in book.sections]
    if kind == "group":
        return [Entry(each.id, each.title, each.definition) for each in book.groups]
    return [Entry(each.id, each.name, each.definition) for each in book.codes]


def likeness(one: Entry, other: Entry) -> float:
    """How alike two parts are, from 0 to 1: their names or their definitions, whichever are more.

    Two names count by their letters in order and by the words that they share, one half each.
    """
    from rapidfuzz import fuzz

    names = folded(one.name), folded(other.name)
    score = (fuzz.ratio(*names) + fuzz.token_set_ratio(*names)) / 200
    definitions = _definition(one)[:LONGEST_COMPARED], _definition(other)[:LONGEST_COMPARED]
    return max(score, fuzz.ratio(*definitions) / 100) if all(definitions) else score


def paired(old: Sequence[Entry], new: Sequence[Entry]) -> list[Pair]:
    """The parts that both books have, in the order of the old one, each in one pair at most.

    An id with the same name or definition counts first, then a name and then a definition that no other part has,
    then likeness; an id that nothing else speaks for stays what it was.
    """
    pairs = {each.id: Pair(each.id, each.id) for each in old if any(_is_same(each, other) for other in new)}
    for key_of in (_name, _definition):
        _pair_by(key_of, old, new, pairs)
    _pair_by_likeness(old, new, pairs)
    return [pairs[each.id] for each in old if each.id in pairs]


def nearest(part: Entry, among: Iterable[Entry], most: int = 2) -> list[tuple[Entry, float]]:
    """The parts most like another, best first."""
    scored = [(each, likeness(part, each)) for each in among]
    return sorted(scored, key=lambda pair: -pair[1])[:most]


def _is_same(one: Entry, other: Entry) -> bool:
    if one.id != other.id:
        return False
    return _name(one) == _name(other) or (_definition(one) != "" and _definition(one) == _definition(other))


def _name(part: Entry) -> str:
    return folded(part.name)


def _definition(part: Entry) -> str:
    text = folded(part.definition)
    return text if len(text) >= SHORTEST_DEFINITION else ""


def _pair_by(
    key_of: Callable[[Entry], str], old: Sequence[Entry], new: Sequence[Entry], pairs: dict[str, Pair]
) -> None:
    """Pairs what one text tells apart from all others on its side."""
    taken = {pair.new for pair in pairs.values()}
    rest_old = [each for each in old if each.id not in pairs]
    rest_new = [each for each in new if each.id not in taken]
    counts = Counter(map(key_of, rest_old)), Counter(map(key_of, rest_new))
    by_key = {key_of(each): each.id for each in rest_new}
    for each in rest_old:
        key = key_of(each)
        if key and (counts[0][key], counts[1][key]) == (1, 1):
            pairs[each.id] = Pair(each.id, by_key[key])


def _pair_by_likeness(old: Sequence[Entry], new: Sequence[Entry], pairs: dict[str, Pair]) -> None:
    """Pairs the rest, the likeliest first."""
    taken = {pair.new for pair in pairs.values()}
    rest = [each for each in new if each.id not in taken]
    scored: list[tuple[float, Pair]] = []
    for each in old:
        for other in rest if each.id not in pairs else ():
            score = likeness(each, other)
            if each.id == other.id:
                scored.append((score + SAME_ID, Pair(each.id, other.id)))
            elif score >= LIKELY:
                scored.append((score, Pair(each.id, other.id, round(min(score, 0.99), 2))))
    for _, pair in sorted(scored, key=lambda each: -each[0]):
        if pair.old not in pairs and pair.new not in taken:
            pairs[pair.old] = pair
            taken.add(pair.new)

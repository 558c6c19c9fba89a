"""What of several lists stays where it stands, and where new parts go, so that the lists say what is wanted."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Hashable, Sequence
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

from codetui.core.anchors.anchor import shown_words
from codetui.formats.session_doc.model import Entry, Note

Part = TypeVar("Part", bound=Entry | Note)


class Placed(NamedTuple, Generic[Part]):
    """A part that is wanted, and its place in the list as it was; None for a new one."""

    place: int | None
    part: Part


def content(part: Entry | Note) -> Hashable:
    """What a part says, white space folded; quotations and terms say the same."""
    if isinstance(part, Note):
        return shown_words(part.text)
    return part.kind == "note", shown_words(part.words), shown_words(part.note)


def arranged(lists: Sequence[Sequence[Part]], wanted: Sequence[Part], target: int) -> list[list[Placed[Part]]]:
    """Each list as it shall be: every part of `wanted` stands once, and in each list in the order of `wanted`.

    A part stays where its id stands, or else its words without an id that is wanted; as many stay as the order
    allows.  The others are new in list `target`, each behind the part that it follows in `wanted`.
    """
    kept = [_in_order(places) for places in _found(lists, wanted)]
    found = {number for standing in kept for _, number in standing}
    missing = [number for number in range(len(wanted)) if number not in found]
    result: list[list[Placed[Part]]] = []
    for position, standing in enumerate(kept):
        places = {number: place for place, number in standing}
        numbers = sorted([*places, *(missing if position == target else ())])
        result.append([Placed(places.get(number), wanted[number]) for number in numbers])
    return result


def _found(lists: Sequence[Sequence[Part]], wanted: Sequence[Part]) -> list[list[tuple[int, int]]]:
    """Where the parts of `wanted` stand: for each list (place, number in `wanted`), by place."""
    numbers = {part.id: number for number, part in reversed(list(enumerate(wanted))) if part.id}
    found: list[dict[int, int]] = [{} for _ in lists]
    for position, parts in enumerate(lists):
        for place, part in enumerate(parts):
            if part.id in numbers:
                found[position][place] = numbers.pop(part.id)
    missing: dict[Hashable, deque[int]] = defaultdict(deque)
    known = {number for places in found for number in places.values()}
    for number in range(len(wanted)):
        if number not in known:
            missing[content(wanted[number])].append(number)
    for position, parts in enumerate(lists if missing else ()):
        for place, part in enumerate(parts):
            if place not in found[position] and (alike := missing.get(content(part))):
                found[position][place] = alike.popleft()
    return [sorted(places.items()) for places in found]


def _in_order(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The most of `places` (place, number) whose numbers rise: a longest increasing subsequence."""
    if all(above[1] < below[1] for above, below in pairwise(places)):
        return places
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for position, (_, number) in enumerate(places):
        length = bisect_left(tails, number)
        tails[length : length + 1] = [number]
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [position]
    chosen: list[tuple[int, int]] = []
    position = ends[-1]
    while position >= 0:
        chosen.append(places[position])
        position = before[position]
    return chosen[::-1]

"""Which statement of one list is which of another."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from codetui.study.reconcile.statements import Statement

ALIKE = 65
"""How alike words must be, in per cent, to count as changed and not as others.

In eight real documents no two quotations of one code are more than 63 % alike; of their quotations shortened by
two words, 91 % are at least 65 % alike to what they were.
"""

CANDIDATES = 64
"""How many are compared with each of many changed quotations in a row: those that stand nearest."""

Key = Callable[[Statement], Hashable]
"""What two statements must have in common; None for a statement that is not looked at."""


class Pairs:
    """Pairs of statements, by their numbers in `edited` and `base`; each stands in one pair at most."""

    def __init__(self, edited: Sequence[Statement], base: Sequence[Statement]) -> None:
        """Begin without a pair."""
        self.base_of: dict[int, int] = {}
        self._edited, self._base = edited, base
        self._paired: set[int] = set()

    def free_edited(self) -> list[int]:
        """Those of `edited` that have no partner yet."""
        return [number for number in range(len(self._edited)) if number not in self.base_of]

    def free_base(self) -> list[int]:
        """Those of `base` that have no partner yet."""
        return [number for number in range(len(self._base)) if number not in self._paired]

    def pair(self, edited: int, base: int) -> None:
        """Takes two for the same."""
        self.base_of[edited] = base
        self._paired.add(base)

    def pair_in_order(self) -> None:
        """Pairs the longest run of identical statements that stand in the same order, slot by slot."""
        edited, base = _by_slot(self._edited), _by_slot(self._base)
        for slot, numbers in edited.items():
            others = base.get(slot, [])
            numbering: dict[Statement, int] = {}
            here = [numbering.setdefault(self._edited[number], len(numbering)) for number in numbers]
            there = [numbering.setdefault(self._base[number], len(numbering)) for number in others]
            for one, other in _common(here, there):
                self.pair(numbers[one], others[other])

    def pair_by(self, key: Key, base_key: Key | None = None) -> None:
        """Pairs those that are left and have a key in common, first with first."""
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for number in self.free_base():
            waiting[(base_key or key)(self._base[number])].append(number)
        for number in self.free_edited():
            found = key(self._edited[number])
            if found is not None and waiting[found]:
                self.pair(number, waiting[found].popleft())

    def pair_alike(self) -> None:
        """Pairs those that are left, stand at one place of a slot and have words that resemble each other most."""
        same = {one: other for one, other in self.base_of.items() if self._edited[one].slot == self._base[other].slot}
        here = self._neighbouring(self._edited, self.free_edited(), same)
        there = self._neighbouring(self._base, self.free_base(), {other: other for other in same.values()})
        found = [each for place, numbers in here.items() for each in self._alike(numbers, there.get(place, []))]
        for _, one, other in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
            if one not in self.base_of and other not in self._paired:
                self.pair(one, other)

    def _neighbouring(
        self, statements: Sequence[Statement], free: list[int], partners: Mapping[int, int]
    ) -> dict[Hashable, list[int]]:
        """The free statements by what they stand behind, and again by what they stand before: a pair of both lists."""
        found: defaultdict[Hashable, list[int]] = defaultdict(list)
        waiting = set(free)
        for slot, numbers in _by_slot(statements).items():
            for is_behind, order in ((True, numbers), (False, numbers[::-1])):
                neighbour = -1
                for number in order:
                    neighbour = partners.get(number, neighbour)
                    if number in waiting:
                        found[slot, statements[number].is_note, is_behind, neighbour].append(number)
        return found

    def _alike(self, numbers: list[int], others: list[int]) -> Iterator[tuple[float, int, int]]:
        """How alike the statements are, of which in `edited` and which in `base`."""
        from rapidfuzz import process
        from rapidfuzz.fuzz import ratio

        for position, number in enumerate(numbers if others else ()):
            near = position * len(others) // len(numbers)
            start = max(0, min(near - CANDIDATES // 2, len(others) - CANDIDATES))
            candidates = others[start : start + CANDIDATES]
            words = [self._base[other].words for other in candidates]
            said = self._edited[number].words
            for _, score, place in process.extract(said, words, scorer=ratio, score_cutoff=ALIKE, limit=None):
                yield score, number, candidates[place]


def edits(edited: Sequence[Statement], base: Sequence[Statement]) -> Pairs:
    """What became of the statements of `base` in `edited`: the same, another note, another code, other words."""
    pairs = Pairs(edited, base)
    pairs.pair_in_order()
    pairs.pair_by(lambda one: one)
    pairs.pair_by(_words_in_slot)
    pairs.pair_by(lambda one: (one.is_note, one.slot.kind, one.words, one.note))
    pairs.pair_alike()
    return pairs


def recognised(edited: Sequence[Statement], live: Sequence[Statement]) -> Pairs:
    """Which statements a session makes already; a quotation may have a note on one side alone."""
    pairs = Pairs(edited, live)
    pairs.pair_in_order()
    pairs.pair_by(lambda one: one)
    pairs.pair_by(_words_without_note, _words_in_slot)
    pairs.pair_by(_words_in_slot, _words_without_note)
    return pairs


def _words_in_slot(one: Statement) -> Hashable:
    return None if one.is_note else (one.slot, one.words)


def _words_without_note(one: Statement) -> Hashable:
    return None if one.note else _words_in_slot(one)


def out_of_order(base_of: dict[int, int], edited: Sequence[Statement], base: Sequence[Statement]) -> set[int]:
    """Those of `edited` that were moved inside their slot: the fewest without which the order is that of `base`."""
    kept: defaultdict[Hashable, list[int]] = defaultdict(list)
    for number in sorted(base_of):
        if edited[number].slot == base[base_of[number]].slot:
            kept[edited[number].slot].append(number)
    moved: set[int] = set()
    for numbers in kept.values():
        rising = _longest_rise([base_of[number] for number in numbers])
        moved.update(number for position, number in enumerate(numbers) if position not in rising)
    return moved


def _by_slot(statements: Sequence[Statement], numbers: Sequence[int] | None = None) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for number in range(len(statements)) if numbers is None else numbers:
        found.setdefault(statements[number].slot, []).append(number)
    return found


def _common(one: list[int], other: list[int]) -> Iterator[tuple[int, int]]:
    """The places of a longest common subsequence in both lists."""
    if one == other:
        yield from ((place, place) for place in range(len(one)))
        return
    from rapidfuzz.distance import LCSseq

    for block in LCSseq.opcodes(one, other).as_matching_blocks():
        yield from ((block.a + place, block.b + place) for place in range(block.size))


def _longest_rise(values: list[int]) -> set[int]:
    """The positions of a longest rising subsequence of different values."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        length = bisect_left(tails, value)
        before.append(at[length - 1] if length else -1)
        tails[length : length + 1] = [value]
        at[length : length + 1] = [position]
    rising: set[int] = set()
    position = at[-1] if at else -1
    while position >= 0:
        rising.add(position)
        position = before[position]
    return rising

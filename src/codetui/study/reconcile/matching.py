"""Match the statements of one list with those of another: which are the same, changed, moved or new."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence

from codetui.study.reconcile.statements import Statement

MIN_SIMILARITY = 65
"""How similar words must be, in per cent, to count as changed rather than replaced.

In eight real documents no two quotations of one code are more than 63 % similar; of their quotations shortened by
two words, 91 % are at least 65 % similar to the original.
"""

MAX_CANDIDATES = 64
"""How many neighbours each changed quotation is compared with, where many in a row were changed."""

Key = Callable[[Statement], Hashable]
"""What two statements must have in common; None excludes a statement."""


class Pairs:
    """Pairs of statements, by their indices in `edited` and `base`; each statement is in one pair at most."""

    def __init__(self, edited: Sequence[Statement], base: Sequence[Statement]) -> None:
        self.base_of: dict[int, int] = {}
        self._edited, self._base = edited, base
        self._paired: set[int] = set()

    def unpaired_edited(self) -> list[int]:
        """Return the indices in `edited` without a partner."""
        return [index for index in range(len(self._edited)) if index not in self.base_of]

    def unpaired_base(self) -> list[int]:
        """Return the indices in `base` without a partner."""
        return [index for index in range(len(self._base)) if index not in self._paired]

    def pair(self, edited: int, base: int) -> None:
        """Record that two statements are the same one."""
        self.base_of[edited] = base
        self._paired.add(base)

    def pair_in_order(self) -> None:
        """Pair the longest common subsequence of identical statements, slot by slot."""
        edited, base = _by_slot(self._edited), _by_slot(self._base)
        for slot, indices in edited.items():
            others = base.get(slot, [])
            numbering: dict[Statement, int] = {}
            here = [numbering.setdefault(self._edited[index], len(numbering)) for index in indices]
            there = [numbering.setdefault(self._base[index], len(numbering)) for index in others]
            for one, other in _common(here, there):
                self.pair(indices[one], others[other])

    def pair_by(self, key: Key, base_key: Key | None = None) -> None:
        """Pair the remaining statements that have a key in common, the first with the first."""
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for index in self.unpaired_base():
            waiting[(base_key or key)(self._base[index])].append(index)
        for index in self.unpaired_edited():
            found = key(self._edited[index])
            if found is not None and waiting[found]:
                self.pair(index, waiting[found].popleft())

    def pair_similar(self) -> None:
        """Pair the remaining statements at the same position of a slot, those with the most similar words first."""
        same = {one: other for one, other in self.base_of.items() if self._edited[one].slot == self._base[other].slot}
        here = self._by_neighbour(self._edited, self.unpaired_edited(), same)
        there = self._by_neighbour(self._base, self.unpaired_base(), {other: other for other in same.values()})
        found = [each for place, indices in here.items() for each in self._similar(indices, there.get(place, []))]
        for _, one, other in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
            if one not in self.base_of and other not in self._paired:
                self.pair(one, other)

    def _by_neighbour(
        self, statements: Sequence[Statement], unpaired: list[int], partners: Mapping[int, int]
    ) -> dict[Hashable, list[int]]:
        """Group unpaired statements by the paired statement before them, and again by the one after them."""
        found: defaultdict[Hashable, list[int]] = defaultdict(list)
        waiting = set(unpaired)
        for slot, indices in _by_slot(statements).items():
            for is_before, order in ((True, indices), (False, indices[::-1])):
                neighbour = -1
                for index in order:
                    neighbour = partners.get(index, neighbour)
                    if index in waiting:
                        found[slot, statements[index].is_note, is_before, neighbour].append(index)
        return found

    def _similar(self, indices: list[int], others: list[int]) -> Iterator[tuple[float, int, int]]:
        """Yield similarity in per cent, index in `edited` and index in `base`."""
        from rapidfuzz import process
        from rapidfuzz.fuzz import ratio

        for position, index in enumerate(indices if others else ()):
            near = position * len(others) // len(indices)
            start = max(0, min(near - MAX_CANDIDATES // 2, len(others) - MAX_CANDIDATES))
            candidates = others[start : start + MAX_CANDIDATES]
            words = [self._base[other].words for other in candidates]
            matches = process.extract(
                self._edited[index].words, words, scorer=ratio, score_cutoff=MIN_SIMILARITY, limit=None
            )
            for _, score, at in matches:
                yield score, index, candidates[at]


def match_edits(edited: Sequence[Statement], base: Sequence[Statement]) -> Pairs:
    """Pair the statements of `base` with what they became: the same, with another note, code or words."""
    pairs = Pairs(edited, base)
    pairs.pair_in_order()
    pairs.pair_by(lambda one: one)
    pairs.pair_by(_words_in_slot)
    pairs.pair_by(lambda one: (one.is_note, one.slot.kind, one.words, one.note))
    pairs.pair_similar()
    return pairs


def match_known(edited: Sequence[Statement], live: Sequence[Statement]) -> Pairs:
    """Pair the statements that a session has already; a quotation may have a note on one side alone."""
    pairs = Pairs(edited, live)
    pairs.pair_in_order()
    pairs.pair_by(lambda one: one)
    pairs.pair_by(_words_without_note, _words_in_slot)
    pairs.pair_by(_words_in_slot, _words_without_note)
    return pairs


def count_edits(edited: Sequence[Statement], base: Sequence[Statement]) -> int:
    """Return how many statements were added, removed, changed or moved from `base` to `edited`."""
    pairs = match_edits(edited, base)
    changed = sum(edited[one] != base[other] for one, other in pairs.base_of.items())
    moved = len(out_of_order(pairs.base_of, edited, base))
    return len(pairs.unpaired_edited()) + len(pairs.unpaired_base()) + changed + moved


def out_of_order(base_of: dict[int, int], edited: Sequence[Statement], base: Sequence[Statement]) -> set[int]:
    """Return the smallest set of indices in `edited` that were moved within their slot."""
    kept: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index in sorted(base_of):
        if edited[index].slot == base[base_of[index]].slot:
            kept[edited[index].slot].append(index)
    moved: set[int] = set()
    for indices in kept.values():
        rising = _longest_rise([base_of[index] for index in indices])
        moved.update(index for position, index in enumerate(indices) if position not in rising)
    return moved


def _words_in_slot(one: Statement) -> Hashable:
    return None if one.is_note else (one.slot, one.words)


def _words_without_note(one: Statement) -> Hashable:
    return None if one.note else _words_in_slot(one)


def _by_slot(statements: Sequence[Statement]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for index, one in enumerate(statements):
        found.setdefault(one.slot, []).append(index)
    return found


def _common(one: list[int], other: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the positions of a longest common subsequence in both lists."""
    if one == other:
        yield from ((place, place) for place in range(len(one)))
        return
    from rapidfuzz.distance import LCSseq

    for block in LCSseq.opcodes(one, other).as_matching_blocks():
        yield from ((block.a + place, block.b + place) for place in range(block.size))


def _longest_rise(values: list[int]) -> set[int]:
    """Return the positions of a longest increasing subsequence of distinct values."""
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

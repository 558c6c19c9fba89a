"""Match the quotations of two coders, and name the kind of each disagreement.

Places are half-open ranges of code points. All matchings are maximum, so that no order of the quotations matters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["same", "other_code", "other_edges", "only_a", "only_b"]
KINDS: tuple[Kind, ...] = ("same", "other_code", "other_edges", "only_a", "only_b")


class CodedSpan(NamedTuple):
    """The place of a quotation with its code."""

    start: int
    end: int
    code: str


class Match(NamedTuple):
    """Quotations that belong together, by their numbers in A and B; an `only` kind has one of the two."""

    kind: Kind
    a: int | None
    b: int | None


class Matching(NamedTuple):
    """The quotations of two coders in one source, matched.

    `matches` has each quotation exactly once, in order of place. The other fields are sizes of matchings of their own:
    same code and the same place, same code and any overlap, and any code and IoU ≥ t.
    """

    matches: tuple[Match, ...]
    exact: int
    any_overlap: int
    code_ignored: int


class _Edge(NamedTuple):
    """Two quotations that overlap; the intersection over union of their places is `iou`."""

    iou: float
    is_same_code: bool
    a: int
    b: int


def iou(a: CodedSpan, b: CodedSpan) -> float:
    """Return intersection over union of two places, from 0 to 1. Jaccard 1901."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return shared / (max(a.end, b.end) - min(a.start, b.start)) if shared > 0 else 0.0


def match(a: Sequence[CodedSpan], b: Sequence[CodedSpan], threshold: float = 0.5) -> Matching:
    """Match the quotations of A and B with intersection over union of at least `threshold`, above 0 and at most 1.

    Three maximum matchings one after the other give each quotation its kind: *same* (same code, IoU ≥ t), *other code*
    (IoU ≥ t), *other edges* (same code, any overlap); the rest is *only A* or *only B*.
    """
    is_swapped = sorted(b) < sorted(a)
    if is_swapped:
        # Of several maximum matchings the one chosen does not depend on which coder is named first.
        a, b = b, a
    edges = sorted(_overlaps(a, b), key=lambda edge: (-edge.iou, a[edge.a], b[edge.b]))
    same_code = [edge for edge in edges if edge.is_same_code]
    near = [edge for edge in edges if edge.iou >= threshold]
    same = _maximum(edge for edge in near if edge.is_same_code)
    other_code = _maximum(_between_free(near, same))
    other_edges = _maximum(_between_free(same_code, same | other_code))
    found: list[Match] = []
    stages: tuple[tuple[Kind, Mapping[int, int]], ...] = (
        ("same", same),
        ("other_code", other_code),
        ("other_edges", other_edges),
    )
    for kind, pairs in stages:
        found += (Match(kind, *((two, one) if is_swapped else (one, two))) for one, two in pairs.items())
    if is_swapped:
        a, b = b, a
    matched_a, matched_b = {one.a for one in found}, {one.b for one in found}
    found += (Match("only_a", number, None) for number in range(len(a)) if number not in matched_a)
    found += (Match("only_b", None, number) for number in range(len(b)) if number not in matched_b)
    found.sort(key=lambda one: _place(one, a, b))
    exact = len(_maximum(edge for edge in same_code if edge.iou == 1))
    return Matching(tuple(found), exact, len(_maximum(same_code)), len(_maximum(near)))


def _place(one: Match, a: Sequence[CodedSpan], b: Sequence[CodedSpan]) -> tuple[CodedSpan, int]:
    spans = [a[one.a]] if one.a is not None else []
    spans += [b[one.b]] if one.b is not None else []
    return min(spans), KINDS.index(one.kind)


def _overlaps(a: Sequence[CodedSpan], b: Sequence[CodedSpan]) -> Iterable[_Edge]:
    """Yield the pairs of quotations that share a code point."""
    order = sorted(range(len(b)), key=b.__getitem__)
    longest = max((each.end - each.start for each in b), default=0)
    first = 0
    for number in sorted(range(len(a)), key=a.__getitem__):
        start, end, code = a[number]
        while first < len(order) and b[order[first]].start <= start - longest:
            first += 1
        for at in range(first, len(order)):
            other = b[order[at]]
            if other.start >= end:
                break
            shared = min(end, other.end) - max(start, other.start)
            if shared > 0:
                union = max(end, other.end) - min(start, other.start)
                yield _Edge(shared / union, code == other.code, number, order[at])


def _between_free(edges: Iterable[_Edge], matched: Mapping[int, int]) -> Iterable[_Edge]:
    """Return the edges whose two quotations are not matched yet."""
    taken = set(matched.values())
    return (edge for edge in edges if edge.a not in matched and edge.b not in taken)


def _maximum(edges: Iterable[_Edge]) -> dict[int, int]:
    """Return a maximum matching, as the number in B of each matched number in A.

    Edges are taken as they come, then augmented along alternating paths until none is left: Berge 1957, Two theorems in
    graph theory.
    """
    targets: dict[int, list[int]] = {}
    pairs: dict[int, int] = {}
    owners: dict[int, int] = {}
    for edge in edges:
        targets.setdefault(edge.a, []).append(edge.b)
        if edge.a not in pairs and edge.b not in owners:
            pairs[edge.a], owners[edge.b] = edge.b, edge.a
    for number in targets:
        if number not in pairs:
            _augment(number, targets, pairs, owners)
    return pairs


def _augment(free: int, targets: Mapping[int, Sequence[int]], pairs: dict[int, int], owners: dict[int, int]) -> None:
    """Match one more quotation of A by a shortest alternating path, if there is one."""
    came_from: dict[int, int] = {}
    queue = [free]
    for number in queue:
        for target in targets[number]:
            if target in came_from:
                continue
            came_from[target] = number
            if target in owners:
                queue.append(owners[target])
                continue
            while True:
                owner = came_from[target]
                following = pairs.get(owner)
                pairs[owner], owners[target] = target, owner
                if following is None:
                    return
                target = following

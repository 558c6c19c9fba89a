"""The ranks that put statements where a document has them; as few as possible change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from codetui.model import MemoTarget
from codetui.study.taking_over.draft import Draft
from codetui.study.taking_over.statements import Statement


def arrange(said: Sequence[Statement], ids: Sequence[str], put: set[int], draft: Draft, next_rank: int) -> None:
    """Ranks the statements `put` by hand, which are numbers in `said`: what stands last counts on from `next_rank`.

    What stands before others that the session holds comes between them, behind the same neighbour as in the document.
    """
    slots = {said[number].slot for number in put}
    in_document: defaultdict[MemoTarget, list[int]] = defaultdict(list)
    for number, one in enumerate(said):
        if one.slot in slots and draft.is_live(ids[number]) and draft.slot(ids[number]) == one.slot:
            in_document[one.slot].append(number)
    standing = _standing(slots, {ids[number] for number in put}, draft)
    last: list[int] = []
    first_rank = next_rank
    for slot, numbers in in_document.items():
        fixed = [place for place, number in enumerate(numbers) if number not in put]
        end = fixed[-1] + 1 if fixed else 0
        last += numbers[end:]
        order = _woven([(ids[number], number in put) for number in numbers[:end]], standing[slot])
        for id_, rank in ranks(order):
            draft.rank(id_, rank)
            first_rank = max(first_rank, rank + 1)
    for rank, number in enumerate(sorted(last), first_rank):
        draft.rank(ids[number], rank)


def _standing(slots: set[MemoTarget], put: set[str], draft: Draft) -> dict[MemoTarget, list[tuple[str, int]]]:
    """What the session holds in each of `slots`, in its order, as (id, rank), without what is `put` anew."""
    found: defaultdict[MemoTarget, list[tuple[str, int]]] = defaultdict(list)
    for id_, rank in draft.ranked():
        if id_ not in put and draft.slot(id_) in slots:
            found[draft.slot(id_)].append((id_, rank))
    return found


def _woven(document: list[tuple[str, bool]], standing: list[tuple[str, int]]) -> list[tuple[str, int | None]]:
    """What stands, with what is put by hand (rank None) behind what it follows in the document."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    before = ""
    for id_, is_put in document:
        if is_put:
            following[before].append(id_)
        else:
            before = id_
    woven: list[tuple[str, int | None]] = [(id_, None) for id_ in following[""]]
    for id_, rank in standing:
        woven.append((id_, rank))
        woven += [(each, None) for each in following[id_]]
    return woven


def ranks(order: Sequence[tuple[str, int | None]]) -> Iterator[tuple[str, int]]:
    """The ranks that give `order`, of (id, rank or None), where they are not what they were.

    Statements stand by (rank, id): whatever has no rank follows its neighbour as closely as its id allows.
    """
    first = next((place for place, (_, rank) in enumerate(order) if rank is not None), len(order))
    if first == len(order):
        return
    start = order[first][1] or 0
    yield from ((id_, start - first + place) for place, (id_, _) in enumerate(order[:first]))
    previous = (start, order[first][0])
    for id_, rank in order[first + 1 :]:
        if rank is not None and (rank, id_) > previous:
            previous = (rank, id_)
            continue
        low, before = previous
        previous = (low if id_ > before else low + 1, id_)
        yield id_, previous[0]

"""Decide where coders disagree: group their codings of one source, and turn decisions into events.

The coders are called 1, 2 and so on in an order that changes from one disagreement to the next, so that no number
stands for a person.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import Literal, NamedTuple, TypeVar

from codetui.core.agreement.matching import KINDS, CodedSpan, iou, match
from codetui.core.anchors.anchor import anchor_at
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.state import State
from codetui.core.text.normalize import normalize_words
from codetui.model import (
    AgreedBy,
    Anchor,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingRemoved,
    Event,
    MemoId,
    MemoTarget,
    MemoWritten,
    ReasonFor,
    Span,
)

T = TypeVar("T")

Edges = Literal["intersection", "union"]
Rule = Literal["1", "2", "3", "4", "5", "6", "7", "8", "9", "all", "none", "intersection", "union", "other"]
"""Whose coding is right; `intersection` and `union` are the words that all have, or any has, as one quotation."""

MOST_CODERS = 9

GroupKind = Literal["same", "other_code", "other_edges", "only_some"]
"""The kinds of groups: `only_some` have the same code at the same place, which the other coders lack."""

AGREED = "agreed"
"""Names the step that took over what the coders agree on."""

PROFILE = "profile"
"""The key of a disagreement on the profile."""


class Group(NamedTuple):
    """The codings that belong together, at most one of each coder.

    `sides` has the coding of the coders who are called 1, 2 and so on here, None for a coder without one. `key` names
    the group, in whatever order the coders are named.
    """

    key: str
    kind: GroupKind
    sides: tuple[Coding | None, ...]

    @property
    def codings(self) -> tuple[Coding, ...]:
        """The codings of the group."""
        return tuple(one for one in self.sides if one is not None)

    @property
    def has_edges(self) -> bool:
        """True if all codings have the same code, at different places that share some words."""
        anchors = [one.anchor for one in self.codings if one.anchor is not None]
        places = {(one.start, one.end) for one in anchors}
        is_shared = max((start for start, _ in places), default=0) < min((end for _, end in places), default=0)
        return len(places) > 1 and is_shared and len({one.code for one in self.codings}) == 1


class Decided(NamedTuple):
    """A decision on a group: `code` is the id of another code, `reason` is why."""

    rule: Rule
    code: str = ""
    reason: str = ""


def reasons_for(kind: str, rule: Rule, asked: Collection[ReasonFor]) -> bool:
    """Return whether a decision on a disagreement of a kind, or on a profile, needs a reason."""
    return kind in asked or rule in asked


def all_of(a: State) -> list[Group]:
    """Return every coding of one session as a group of its own, in order of place: for a review."""
    placed = sorted((one for one in a.live() if one.anchor is not None), key=_place)
    return [Group(_key_of([one.id]), "only_some", (one, None)) for one in (*placed, *_unplaced(a))]


def groups_of(
    states: Sequence[State], seed: int, threshold: float = 0.5, agreed_by: AgreedBy = "all"
) -> tuple[list[Group], list[Group]]:
    """Return the codings of the sessions of one source on which the coders agree, and those on which they do not.

    Both lists are in order of place. Places match from intersection over union `threshold` on; codings without a place
    match if code and words are the same. Coders agree if all, or the `majority`, have the code at the same place.
    """
    needed = len(states) if agreed_by == "all" else len(states) // 2 + 1
    agreed: list[Group] = []
    disputed: list[Group] = []
    for sides in (*_placed_groups(states, threshold), *_unplaced_groups(states)):
        common = _largest_agreeing(sides, threshold)
        if len(common) >= needed:
            of_common = tuple(one if one in common else None for one in sides)
            agreed.append(_group("same", of_common, seed))
        else:
            disputed.append(_group(_kind_of(sides, common), sides, seed))
    return agreed, disputed


Sides = tuple[Coding | None, ...]


def _placed_groups(states: Sequence[State], threshold: float) -> list[Sides]:
    """Group the codings that have a place, those that match best first, so that no order of the coders matters.

    Of two coders the groups are those of `match`.
    """
    placed = [[one for one in state.live() if one.anchor is not None] for state in states]
    spans = [[CodedSpan(*_place(one), one.code) for one in codings] for codings in placed]
    links: list[tuple[int, float, list[CodingId], tuple[int, int], tuple[int, int]]] = []
    for a, b in combinations(range(len(states)), 2):
        for one in match(spans[a], spans[b], threshold).matches:
            if one.a is not None and one.b is not None:
                ids = sorted((placed[a][one.a].id, placed[b][one.b].id))
                near = -iou(spans[a][one.a], spans[b][one.b])
                links.append((KINDS.index(one.kind), near, ids, (a, one.a), (b, one.b)))
    groups = {(coder, number): {coder: number} for coder, those in enumerate(placed) for number in range(len(those))}
    for *_, first, second in sorted(links):
        group, other = groups[first], groups[second]
        if group.keys().isdisjoint(other):
            group |= other
            groups |= dict.fromkeys(other.items(), group)
    unique = {id(group): group for group in groups.values()}.values()
    found = [tuple(placed[at][group[at]] if at in group else None for at in range(len(states))) for group in unique]
    return sorted(found, key=lambda sides: min((_place(one), one.id) for one in sides if one))


def _unplaced_groups(states: Sequence[State]) -> Iterator[Sides]:
    """Group the codings without a place by code and words."""
    alike: defaultdict[tuple[str, str], list[list[Coding]]] = defaultdict(lambda: [[] for _ in states])
    for coder, state in enumerate(states):
        for one in _unplaced(state):
            alike[one.code, normalize_words(one.words)][coder].append(one)
    for coders in alike.values():
        for number in range(max(map(len, coders))):
            yield tuple(those[number] if number < len(those) else None for those in coders)


def _largest_agreeing(sides: Sides, threshold: float) -> Sequence[Coding]:
    """Return the most codings of a group that all have the same code and the same place."""
    codings = sorted((one for one in sides if one is not None), key=lambda one: (_place(one), one.id))
    for size in range(len(codings), 1, -1):
        for some in combinations(codings, size):
            if all(_agree(one, other, threshold) for one, other in combinations(some, 2)):
                return some
    return codings[:1]


def _agree(one: Coding, other: Coding, threshold: float) -> bool:
    if one.anchor is None or other.anchor is None:
        return one.code == other.code
    spans = (CodedSpan(*_place(each), each.code) for each in (one, other))
    return one.code == other.code and iou(*spans) >= threshold


def _kind_of(sides: Sides, agreeing: Sequence[Coding]) -> GroupKind:
    codings = [one for one in sides if one is not None]
    if len({one.code for one in codings}) > 1:
        return "other_code"
    return "only_some" if len(agreeing) == len(codings) else "other_edges"


def _group(kind: GroupKind, sides: Sides, seed: int) -> Group:
    ids = sorted(one.id for one in sides if one is not None)
    return Group(_key_of(ids), kind, in_seeded_order(sides, str(seed), *ids))


def in_seeded_order(values: Sequence[T], *seed: str) -> tuple[T, ...]:
    """Return values in an order that depends on the texts of `seed` alone, each order about as often as another."""
    number = int.from_bytes(hashlib.sha256(_joined_bytes(seed)).digest(), "little")
    rest, found = list(values), list[T]()
    while rest:
        number, at = divmod(number, len(rest))
        found.append(rest.pop(at))
    return tuple(found)


def in_profile_order(values: Sequence[T], seed: int, source: str) -> tuple[T, ...]:
    """Return values of the coders in the order in which they are called 1, 2 and so on where a profile is disputed."""
    return in_seeded_order(values, str(seed), PROFILE, source)


def agreed_profile(states: Sequence[State], agreed_by: AgreedBy) -> str:
    """Return the profile that all, or the majority, assigned; empty if there is none."""
    needed = len(states) if agreed_by == "all" else len(states) // 2 + 1
    profiles = [one.profile for one in states if one.profile]
    return next((one for one in profiles if profiles.count(one) >= needed), "")


def _key_of(ids: Sequence[str]) -> str:
    """Return the key of the codings with these ids, in order."""
    return hashlib.sha256(_joined_bytes(ids)).hexdigest()[:8]


def _joined_bytes(texts: Sequence[str]) -> bytes:
    return "\0".join(texts).encode("utf-8", "surrogatepass")


def _unplaced(state: State) -> list[Coding]:
    return [one for one in state.live() if one.anchor is None]


class Consensus:
    """Makes the events of the session that several coders agree on; `text` is that of the source.

    `decided_from` has the ids of the codings that each coding added here was made from.
    """

    def __init__(self, state: State, text: str, text_hash: str, mint: Callable[[], str]) -> None:
        self._text, self._hash, self._mint = text, text_hash, mint
        self._state = state
        self._rank = state.next_rank
        self._origins = origins_of(state)
        self.decided_from: list[tuple[CodingId, ...]] = []

    def agreed(self, groups: Sequence[Group], edges: Edges) -> list[Event]:
        """Return the events that add the codings of groups that agree, with the notes of all.

        What was made from these codings before stays as it is, also if it was moved or removed since.
        """
        known = {_key(one.code, one.anchor, one.words) for one in self._state.codings.values()}
        used = {id_ for ids in self._origins.values() for id_ in ids}
        events: list[Event] = []
        for group in groups:
            if not used.isdisjoint(one.id for one in group.codings):
                continue
            note = " / ".join(dict.fromkeys(one.note for one in group.codings if one.note))
            coding = replace(group.codings[0], note=note)
            anchor = self._joined(group, edges)
            if (key := _key(coding.code, anchor, coding.words)) not in known:
                known.add(key)
                events.append(self._added(group.codings, coding, anchor))
        return events

    def decided(self, group: Group, decision: Decided, source: str, threshold: float) -> list[Event]:
        """Return the events of a decision, with its reason as a memo on the coding, or on the source if there is none.

        What was made from these codings before is replaced. A decision always leaves an event, so that it is known to
        be made.
        """
        wanted: list[tuple[tuple[Coding, ...], Anchor | None, CodeId]] = []
        if decision.rule in ("intersection", "union"):
            wanted.append((group.codings, self._joined(group, decision.rule), group.codings[0].code))
        for coding in _chosen(group, decision.rule, threshold):
            code = CodeId(decision.code) if decision.rule == "other" else coding.code
            wanted.append(((coding,), coding.anchor, code))
        keys = {_key(code, anchor, codings[0].words) for codings, anchor, code in wanted}
        ids = {one.id for one in group.codings}
        events: list[Event] = []
        known = set[tuple[str, int, int] | tuple[str, str]]()
        for one in self._state.live():
            key = _key(one.code, one.anchor, one.words)
            if key not in keys and not ids.isdisjoint(self._origins.get(one.id, ())):
                events.append(CodingRemoved(coding=one.id))
            else:
                known.add(key)
        for codings, anchor, code in wanted:
            if (key := _key(code, anchor, codings[0].words)) not in known:
                known.add(key)
                events.append(self._added(codings, codings[0], anchor, code))
        added = next((event.coding for event in events if isinstance(event, CodingAdded)), None)
        if decision.reason or not events:
            words = " / ".join(dict.fromkeys(one.words for one in group.codings))
            outcome = f"“{words}”: {'as it is' if wanted else 'not coded'}. {decision.reason}".rstrip()
            target = MemoTarget(kind="quotation", id=added) if added else MemoTarget(kind="source", id=source)
            text = decision.reason if added else outcome
            events.append(MemoWritten(memo=MemoId(self._mint()), target=target, text=text, rank=self._next_rank()))
        return events

    def _added(
        self, origins: Sequence[Coding], coding: Coding, anchor: Anchor | None, code: CodeId | None = None
    ) -> CodingAdded:
        self.decided_from.append(tuple(one.id for one in origins))
        is_own = anchor is not None and anchor != coding.anchor
        return CodingAdded(
            coding=CodingId(self._mint()),
            code=code or coding.code,
            anchor=anchor,
            words=anchor.words if anchor and is_own else coding.words,
            note=coding.note,
            rank=self._next_rank(),
            is_proposed=coding.is_proposed,
        )

    def _joined(self, group: Group, edges: Edges) -> Anchor | None:
        """Return the place of codings with the same code: what all have, or what any has."""
        anchors = [one.anchor for one in group.codings if one.anchor is not None]
        if len(anchors) < 2 or any(one.text_hash != self._hash for one in anchors):
            return anchors[0] if anchors else None
        starts, ends = [one.start for one in anchors], [one.end for one in anchors]
        span = Span(max(starts), min(ends)) if edges == "intersection" else Span(min(starts), max(ends))
        return anchor_at(self._text, span, self._hash)

    def _next_rank(self) -> int:
        self._rank += 1
        return self._rank - 1


def origins_of(state: State) -> Mapping[CodingId, tuple[CodingId, ...]]:
    """Return the ids of the codings that each coding of a result was made from, as far as its log has them."""
    found: dict[CodingId, tuple[CodingId, ...]] = {}
    for step in done_transactions(state):
        if step.provenance is not None:
            added = (event.coding for event in step.events if isinstance(event, CodingAdded))
            found |= zip(added, step.provenance.decided_from, strict=False)
    return found


def _chosen(group: Group, rule: Rule, threshold: float) -> list[Coding]:
    """Return the codings of a group that become the result as they are; with another code, the first.

    Of those that agree, one is enough for all.
    """
    match rule:
        case "all":
            chosen: list[Coding] = []
            for one in group.codings:
                chosen += [] if any(_agree(one, other, threshold) for other in chosen) else [one]
            return chosen
        case "other":
            return list(group.codings[:1])
        case "none" | "intersection" | "union":
            return []
        case _:
            side = group.sides[int(rule) - 1] if int(rule) <= len(group.sides) else None
            return [side] if side else []


def _place(coding: Coding) -> Span:
    return Span(coding.anchor.start, coding.anchor.end) if coding.anchor else Span(0, 0)


def _key(code: str, anchor: Anchor | None, words: str) -> tuple[str, int, int] | tuple[str, str]:
    return (code, anchor.start, anchor.end) if anchor else (code, normalize_words(words))

"""Decide where two coders disagree: pair their codings of one source, and turn decisions into events.

The coders are called 1 and 2 in an order that changes from one disagreement to the next, so that neither stands for a
person.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from codetui.core.agreement.matching import CodedSpan, Kind, match
from codetui.core.anchors.anchor import anchor_at
from codetui.core.session.state import State
from codetui.core.text.normalize import normalize_words
from codetui.model import (
    Anchor,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    Event,
    MemoId,
    MemoTarget,
    MemoWritten,
    Span,
)

Edges = Literal["intersection", "union"]
Rule = Literal["1", "2", "both", "neither", "intersection", "union", "other"]
"""Whose coding is right; `intersection` and `union` are the words that both have, or either has, as one quotation."""

AGREED = "agreed"
"""Names the step that took over what both coders agree on."""

PROFILE = "profile"
"""The key of a disagreement on the profile."""


class Pair(NamedTuple):
    """The codings of two coders that belong together, or one of one coder alone.

    `first` and `second` are those of the coder who is called 1 and 2 here. `key` names the pair, whichever coder is
    named first.
    """

    key: str
    kind: Kind
    first: Coding | None
    second: Coding | None

    @property
    def sides(self) -> tuple[Coding, ...]:
        """The codings of the pair."""
        return tuple(one for one in (self.first, self.second) if one is not None)


class Decided(NamedTuple):
    """A decision on a pair: `code` is the id of another code, `reason` is why."""

    rule: Rule
    code: str = ""
    reason: str = ""


def all_of(a: State) -> list[Pair]:
    """Return every coding of one session as a pair without a second coding, in order of place: for a review."""
    placed = sorted((one for one in a.live() if one.anchor is not None), key=_place)
    return [Pair(_key_of([one.id]), "only_a", one, None) for one in (*placed, *_unplaced(a))]


def pairs_of(a: State, b: State, seed: int, threshold: float = 0.5) -> tuple[list[Pair], list[Pair]]:
    """Return the codings of two sessions on which the coders agree, and those on which they do not.

    Both lists are in order of place. Places match from intersection over union `threshold` on; codings without a place
    match if code and words are the same.
    """
    placed = [[one for one in state.live() if one.anchor is not None] for state in (a, b)]
    spans = [[CodedSpan(*_place(one), one.code) for one in codings] for codings in placed]
    found: list[tuple[Kind, Coding | None, Coding | None]] = [
        (one.kind, None if one.a is None else placed[0][one.a], None if one.b is None else placed[1][one.b])
        for one in match(spans[0], spans[1], threshold).matches
    ]
    found += _without_place(a, b)
    agreed = [_pair(one, seed) for one in found if one[0] == "same"]
    return agreed, [_pair(one, seed) for one in found if one[0] != "same"]


def _without_place(a: State, b: State) -> list[tuple[Kind, Coding | None, Coding | None]]:
    """Pair the codings without a place by code and words."""
    waiting: defaultdict[tuple[str, str], deque[Coding]] = defaultdict(deque)
    for one in _unplaced(b):
        waiting[one.code, normalize_words(one.words)].append(one)
    found: list[tuple[Kind, Coding | None, Coding | None]] = []
    for one in _unplaced(a):
        same = waiting[one.code, normalize_words(one.words)]
        found.append(("same", one, same.popleft()) if same else ("only_a", one, None))
    found += [("only_b", None, one) for rest in waiting.values() for one in rest]
    return found


def _pair(found: tuple[Kind, Coding | None, Coding | None], seed: int) -> Pair:
    kind, a, b = found
    ids = sorted(one.id for one in (a, b) if one is not None)
    digest = hashlib.sha256("\0".join((str(seed), *ids)).encode("utf-8", "surrogatepass")).digest()
    is_swapped = bool(digest[0] & 1)
    return Pair(_key_of(ids), kind, *((b, a) if is_swapped else (a, b)))


def _key_of(ids: Sequence[str]) -> str:
    """Return the key of the codings with these ids, in order."""
    return hashlib.sha256("\0".join(ids).encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _unplaced(state: State) -> list[Coding]:
    return [one for one in state.live() if one.anchor is None]


def is_swapped_profile(seed: int, source: str) -> bool:
    """Return whether the coders change places in the disagreement on a profile."""
    return bool(hashlib.sha256(f"{seed}\0{PROFILE}\0{source}".encode("utf-8", "surrogatepass")).digest()[0] & 1)


class Consensus:
    """Makes the events of the session that several coders agree on; `text` is that of the source."""

    def __init__(self, state: State, text: str, text_hash: str, mint: Callable[[], str]) -> None:
        self._text, self._hash, self._mint = text, text_hash, mint
        self._rank = state.next_rank
        self._known = {_key(one.code, one.anchor, one.words) for one in state.codings.values()}

    def agreed(self, pairs: Sequence[Pair], edges: Edges) -> list[Event]:
        """Return the events that add the codings of pairs with the same code, with the notes of both."""
        events: list[Event] = []
        for pair in pairs:
            note = " / ".join(dict.fromkeys(one.note for one in pair.sides if one.note))
            events += self._add(replace(pair.sides[0], note=note), self._joined(pair, edges))
        return events

    def decided(self, pair: Pair, decision: Decided, source: str) -> list[Event]:
        """Return the events of a decision, with its reason as a memo on the coding, or on the source if there is none.

        A decision always leaves an event, so that it is known to be made.
        """
        events: list[Event] = []
        if decision.rule in ("intersection", "union"):
            events += self._add(pair.sides[0], self._joined(pair, decision.rule))
        for coding in _chosen(pair, decision.rule):
            code = CodeId(decision.code) if decision.rule == "other" else coding.code
            events += self._add(coding, coding.anchor, code)
        added = next((event.coding for event in events if isinstance(event, CodingAdded)), None)
        words = " / ".join(dict.fromkeys(one.words for one in pair.sides))
        if decision.reason or added is None:
            target = MemoTarget(kind="quotation", id=added) if added else MemoTarget(kind="source", id=source)
            text = decision.reason if added else f"“{words}”: not coded. {decision.reason}".rstrip()
            events.append(MemoWritten(memo=MemoId(self._mint()), target=target, text=text, rank=self._next_rank()))
        return events

    def _add(self, coding: Coding, anchor: Anchor | None, code: CodeId | None = None) -> list[Event]:
        key = _key(code or coding.code, anchor, coding.words)
        if key in self._known:
            return []
        self._known.add(key)
        is_own = anchor is not None and anchor != coding.anchor
        return [
            CodingAdded(
                coding=CodingId(self._mint()),
                code=code or coding.code,
                anchor=anchor,
                words=anchor.words if anchor and is_own else coding.words,
                note=coding.note,
                rank=self._next_rank(),
                is_proposed=coding.is_proposed,
            )
        ]

    def _joined(self, pair: Pair, edges: Edges) -> Anchor | None:
        """Return the place of two codings with the same code: what both have, or what either has."""
        anchors = [one.anchor for one in pair.sides if one.anchor is not None]
        if len(anchors) < 2 or any(one.text_hash != self._hash for one in anchors):
            return anchors[0] if anchors else None
        starts, ends = [one.start for one in anchors], [one.end for one in anchors]
        span = Span(max(starts), min(ends)) if edges == "intersection" else Span(min(starts), max(ends))
        return anchor_at(self._text, span, self._hash)

    def _next_rank(self) -> int:
        self._rank += 1
        return self._rank - 1


def _chosen(pair: Pair, rule: Rule) -> list[Coding]:
    """Return the codings of a pair that become the result as they are; with another code, the first."""
    match rule:
        case "1":
            return [pair.first] if pair.first else []
        case "2":
            return [pair.second] if pair.second else []
        case "both":
            return list(pair.sides)
        case "other":
            return list(pair.sides[:1])
        case _:
            return []


def _place(coding: Coding) -> Span:
    return Span(coding.anchor.start, coding.anchor.end) if coding.anchor else Span(0, 0)


def _key(code: str, anchor: Anchor | None, words: str) -> tuple[str, int, int] | tuple[str, str]:
    return (code, anchor.start, anchor.end) if anchor else (code, normalize_words(words))

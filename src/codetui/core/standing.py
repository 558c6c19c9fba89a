"""The codings that stand, in the orders in which they are asked for; soon made from those before one more command."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from codetui.core.spans import reach_of, reach_with
from codetui.model import CodeId, Coding

MOST_CHANGES = 32
"""Codings changed at once; where more are, all are sorted anew."""

Change = tuple[Coding | None, Coding | None]
"""A coding before and after; None where it was not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """The codings that stand: as they were placed, those of each code so, those in doubt so, and by place in the ad.

    `reach` is, for each by place, the greatest end of it and those before it, in code points.
    """

    live: tuple[Coding, ...]
    by_code: Mapping[CodeId, tuple[Coding, ...]]
    doubtful: tuple[Coding, ...]
    placed: Sequence[Coding]
    reach: Sequence[int]

    def codes(self) -> list[CodeId]:
        """The codes that are given, the one first whose first coding was placed first."""
        first = sorted((codings[0] for codings in self.by_code.values() if codings), key=_turn)
        return [coding.code for coding in first]

    def over(self, start: int, end: int) -> list[Coding]:
        """The codings that share a code point with `start` to `end`."""
        found: list[Coding] = []
        at = bisect_left(self.placed, end, key=_start) - 1
        while at >= 0 and self.reach[at] > start:
            if _end(self.placed[at]) > start:
                found.append(self.placed[at])
            at -= 1
        return found

    def changed(self, changes: Sequence[Change]) -> Standing:
        """These with some of them changed; only what is proportional to the changes takes time that can be felt."""
        gone = [old for old, _ in changes if old is not None and not old.is_removed]
        come = [new for _, new in changes if new is not None and not new.is_removed]
        live, by_code, placed = list(self.live), dict(self.by_code), list(self.placed)
        doubtful, reach = self.doubtful, self.reach
        for coding in gone:
            del live[bisect_left(live, _turn(coding), key=_turn)]
            by_code[coding.code] = _without(by_code[coding.code], coding)
            doubtful = _without(doubtful, coding)
            if coding.anchor is not None:
                del placed[bisect_left(placed, _place(coding), key=_place)]
        if gone:
            reach = reach_of(map(_end, placed))
        for coding in come:
            live.insert(bisect_left(live, _turn(coding), key=_turn), coding)
            by_code[coding.code] = _with(by_code.get(coding.code, ()), coding)
            if _is_doubtful(coding):
                doubtful = _with(doubtful, coding)
            if coding.anchor is not None:
                at = bisect_left(placed, _place(coding), key=_place)
                placed.insert(at, coding)
                reach = reach_with(reach, at, coding.anchor.end)
        return Standing(tuple(live), by_code, doubtful, placed, reach)


def standing_of(codings: Iterable[Coding]) -> Standing:
    """Those of some codings that stand."""
    live = tuple(sorted((coding for coding in codings if not coding.is_removed), key=_turn))
    by_code: dict[CodeId, list[Coding]] = {}
    for coding in live:
        by_code.setdefault(coding.code, []).append(coding)
    placed = sorted((coding for coding in live if coding.anchor is not None), key=_place)
    of_code = {code: tuple(those) for code, those in by_code.items()}
    doubtful = tuple(coding for coding in live if _is_doubtful(coding))
    return Standing(live, of_code, doubtful, placed, reach_of(map(_end, placed)))


def _is_doubtful(coding: Coding) -> bool:
    """Whether a coding that stands has no place, or one that the coder has not accepted."""
    return coding.anchor is None or coding.is_proposed


def _without(codings: Sequence[Coding], coding: Coding) -> tuple[Coding, ...]:
    return tuple(one for one in codings if one is not coding)


def _with(codings: Sequence[Coding], coding: Coding) -> tuple[Coding, ...]:
    at = bisect_left(codings, _turn(coding), key=_turn)
    return (*codings[:at], coding, *codings[at:])


def _turn(coding: Coding) -> tuple[int, str]:
    """What codings are sorted by as they were placed."""
    return coding.rank, coding.id


def _start(coding: Coding) -> int:
    return coding.anchor.start if coding.anchor else 0


def _end(coding: Coding) -> int:
    return coding.anchor.end if coding.anchor else 0


def _place(coding: Coding) -> tuple[int, int, str]:
    """What codings are sorted by in the ad."""
    return _start(coding), _end(coding), coding.id

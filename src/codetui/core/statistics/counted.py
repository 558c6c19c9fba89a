"""Coded ads as plain data, and their division into groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple, TypeAlias

NO_PLACE = -1

DIFFERENT = "coders differ"
"""The profile of an ad to which coders assigned different ones."""


class CountedCoding(NamedTuple):
    """A quotation with its code: `start` and `end` in code points, NO_PLACE if it has none, and its number of words.

    `term` are its words if they name something, else empty.
    """

    code: str
    start: int
    end: int
    words: int
    term: str = ""


class CountedSession(NamedTuple):
    """One coder's coding of one ad; `began` and `finished` are times in ISO 8601, empty if not known.

    `profile` is the name of the profile, empty without one.
    """

    coder: str
    profile: str
    codings: Sequence[CountedCoding]
    began: str = ""
    finished: str = ""


class CountedAd(NamedTuple):
    """An ad with the sessions that count; `attributes` are the further columns of the table."""

    id: str
    sessions: Sequence[CountedSession]
    attributes: Mapping[str, str]

    @property
    def profile(self) -> str:
        """The profile of all coders who assigned one; DIFFERENT if they differ, empty if nobody did."""
        profiles = {one.profile for one in self.sessions if one.profile}
        return DIFFERENT if len(profiles) > 1 else next(iter(profiles), "")


class CountedCode(NamedTuple):
    """A code with its name, as tables show it."""

    id: str
    name: str


Groups: TypeAlias = Iterable[tuple[str, Sequence[CountedSession]]]
Grouping: TypeAlias = Callable[[CountedAd], Groups]
"""Returns the groups of an ad, each with the sessions that belong to it; the empty name stands for a missing value."""


def by_profile(ad: CountedAd) -> Groups:
    """Return the profile of an ad as its only group."""
    return ((ad.profile, ad.sessions),)


def by_attribute(name: str, value: Callable[[str], str] = str) -> Grouping:
    """Return the grouping of ads by a further column, whose text `value` may change, such as a date into its month."""
    return lambda ad: ((value(ad.attributes.get(name, "").strip()), ad.sessions),)


def by_session(value: Callable[[CountedSession], str]) -> Grouping:
    """Return the grouping of sessions by a value, such as the coder; an ad is in the groups of all its sessions."""

    def groups(ad: CountedAd) -> Groups:
        ordered = sorted(ad.sessions, key=value)
        return ((name, list(sessions)) for name, sessions in groupby(ordered, key=value))

    return groups


class CodeCount(NamedTuple):
    """The ads that have a code, its codings, and the words quoted in them."""

    ads: int = 0
    codings: int = 0
    words: int = 0


class GroupCounts:
    """The counts of the ads of one group."""

    def __init__(self) -> None:
        self.ads = 0
        self.profiles: Counter[str] = Counter()
        self._ads: Counter[str] = Counter()
        self._codings: Counter[str] = Counter()
        self._words: Counter[str] = Counter()

    def add(self, sessions: Sequence[CountedSession], profile: str) -> None:
        """Count one ad with these sessions."""
        self.ads += 1
        self.profiles[profile] += 1
        codes: set[str] = set()
        for session in sessions:
            for coding in session.codings:
                codes.add(coding.code)
                self._codings[coding.code] += 1
                self._words[coding.code] += coding.words
        self._ads.update(codes)

    def of(self, code: str) -> CodeCount:
        """Return the counts of a code."""
        return CodeCount(self._ads[code], self._codings[code], self._words[code])


def counts_by(ads: Iterable[CountedAd], grouping: Grouping) -> dict[str, GroupCounts]:
    """Return the counts of each group that has an ad, in order of first appearance."""
    groups: dict[str, GroupCounts] = {}
    for ad in ads:
        for name, sessions in grouping(ad):
            groups.setdefault(name, GroupCounts()).add(sessions, ad.profile)
    return groups


def joined(grouping: Grouping, names: Container[str], other: str) -> Grouping:
    """Return the grouping in which all groups but those in `names` are the group `other`."""

    def groups(ad: CountedAd) -> Groups:
        found: dict[str, list[CountedSession]] = {}
        for name, sessions in grouping(ad):
            found.setdefault(name if name in names else other, []).extend(sessions)
        return found.items()

    return groups

"""Coded ads as plain data, and their division into groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain, groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias

NO_PLACE = -1

DIFFERENT = "coders differ"
"""The profile of an ad to which coders assigned different ones."""


class CountedCoding(NamedTuple):
    """A quotation with its code: `start` and `end` in code points, NO_PLACE if it has none, and its number of words.

    `term` is the key of the name that its words are, empty if they are none.
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
    """An ad with the sessions that count; `attributes` are the further columns of the table.

    `length` is that of the text in code points, and `sentences` the starts of its sentences, if they were asked for.
    """

    id: str
    sessions: Sequence[CountedSession]
    attributes: Mapping[str, str]
    length: int = 0
    sentences: Sequence[int] = ()

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


Row: TypeAlias = Callable[[CountedCoding], str]
"""Returns the row in which a coding counts: its code, or the key of its term; empty for none."""

OF_CODE: Row = itemgetter(0)
OF_TERM: Row = itemgetter(4)


class GroupCounts:
    """The counts of the ads of one group; each is made when it is needed, since a screen needs few of them."""

    def __init__(self, row: Row = OF_CODE) -> None:
        self.profiles: Counter[str] = Counter()
        self._row = row
        self._parts: list[Sequence[CountedSession]] = []

    def add(self, sessions: Sequence[CountedSession], profile: str) -> None:
        """Count one ad with these sessions."""
        self.profiles[profile] += 1
        self._parts.append(sessions)

    @property
    def ads(self) -> int:
        """The number of ads."""
        return len(self._parts)

    def ads_of(self, name: str) -> int:
        """Return the number of ads that have a code or term."""
        return self._ads[name]

    def codings_of(self, name: str) -> int:
        """Return the number of codings of a code or term."""
        return self._codings[name]

    def words_of(self, name: str) -> int:
        """Return the number of words that the codings of a code or term quote."""
        return self._words[name]

    @cached_property
    def _ads(self) -> Counter[str]:
        row = self._row
        names = (
            set(map(row, one[0].codings)) if len(one) == 1 else {row(coding) for each in one for coding in each.codings}
            for one in self._parts
        )
        return self._without_none(Counter(chain.from_iterable(names)))

    @cached_property
    def _codings(self) -> Counter[str]:
        sessions = chain.from_iterable(self._parts)
        return self._without_none(Counter(map(self._row, chain.from_iterable(one.codings for one in sessions))))

    @cached_property
    def _words(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for coding in (coding for one in chain.from_iterable(self._parts) for coding in one.codings):
            found[self._row(coding)] += coding.words
        return found

    @staticmethod
    def _without_none(found: Counter[str]) -> Counter[str]:
        del found[""]
        return found

    @property
    def by_ads(self) -> list[str]:
        """The codes or terms that occur, those in most ads first, then by their number of codings and their names."""
        return sorted(self._ads, key=lambda name: (-self._ads[name], -self._codings[name], name))


def counts_by(ads: Iterable[CountedAd], grouping: Grouping, row: Row = OF_CODE) -> dict[str, GroupCounts]:
    """Return the counts of each group that has an ad, in order of first appearance."""
    groups: dict[str, GroupCounts] = {}
    for ad in ads:
        for name, sessions in grouping(ad):
            if name not in groups:
                groups[name] = GroupCounts(row)
            groups[name].add(sessions, ad.profile)
    return groups


def joined(grouping: Grouping, names: Container[str], other: str) -> Grouping:
    """Return the grouping in which all groups but those in `names` are the group `other`."""

    def groups(ad: CountedAd) -> Groups:
        found: dict[str, list[CountedSession]] = {}
        for name, sessions in grouping(ad):
            found.setdefault(name if name in names else other, []).extend(sessions)
        return found.items()

    return groups

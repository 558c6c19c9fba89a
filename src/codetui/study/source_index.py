"""The ads of a workspace as a list, with how far the coder is with each."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from codetui.model import Codebook, Problem, SourceEntry, SourceId
from codetui.storage.session_files import SessionPaths, safe_name
from codetui.storage.session_lock import SessionLock
from codetui.storage.sources.corpus import NO_TEXT, Batch
from codetui.study.session.outcome import AdStatus, not_read, status_of
from codetui.study.session.session import Session
from codetui.study.sessions import restored_status

UNTOUCHED = AdStatus("untouched", 0)
UNREAD = AdStatus("in progress", 0)
"""An ad that was touched, of whose codings nothing is known."""


class AdList:
    """What a workspace knows of its ads, batch by batch; `is_listed` once it knows them all."""

    book: Codebook
    problems: list[Problem]
    session: Session | None
    entry: SourceEntry | None
    _paths: SessionPaths
    _token: str

    def __init__(self) -> None:
        self.first: SourceEntry | None = None
        self.entries: list[SourceEntry] = []
        self.is_listed = False
        self.statuses: dict[SourceId, AdStatus] = {}
        self._positions: dict[SourceId, int] = {}

    def add(self, batch: Batch) -> None:
        """Takes a batch of listed ads in."""
        for entry in batch.entries:
            self._positions.setdefault(entry.id, len(self.entries))
            self.entries.append(entry)
        self.problems += batch.problems

    def position(self) -> int | None:
        """The place in the list, from 0, of the open ad, else of the first; None while it is not listed yet."""
        entry = self.entry or self.first
        return self._positions.get(entry.id) if entry else None

    def entry_of(self, ad: SourceId) -> SourceEntry | None:
        """The listed ad with this id."""
        position = self._positions.get(ad)
        return None if position is None else self.entries[position]

    def status(self, ad: SourceId) -> AdStatus:
        """How far the coder is with an ad, as far as it has been read."""
        if self.session and self.session.ad.id == ad:
            return status_of(self.session.state)
        return self.statuses.get(ad, UNTOUCHED)

    def read_statuses(self) -> Iterator[tuple[SourceId, AdStatus]]:
        """The status of each ad that the coder has touched, for a worker; lost documents come back."""
        try:
            touched = self._paths.log_ids()
        except OSError as error:
            self.problems.append(not_read(error, self._paths.folder, "how far you are is not known"))
            return
        for entry in list(self.entries) if touched else ():
            if safe_name(entry.id) in touched:
                yield entry.id, self._read_status(entry.id)

    def _read_status(self, ad: SourceId) -> AdStatus:
        """The status of a touched ad; its document comes back if it is lost."""
        session = self.session
        if session is not None and session.ad.id == ad:
            return status_of(session.state)
        try:
            return restored_status(self._paths, self.book, ad, restores=self._is_nobodys(ad))
        except OSError as error:
            self.problems.append(not_read(error, self._paths.folder, "the ad counts as begun"))
            return UNREAD

    def _is_nobodys(self, ad: SourceId) -> bool:
        """Whether no program has an ad's session open, as far as is known."""
        if self.entry is not None and self.entry.id == ad:
            return False
        return not self._token or SessionLock(self._paths.log(ad), self._token).other() is None

    def beside(self, step: int) -> SourceEntry | None:
        """The ad `step` places on in the list, or None at its end."""
        position = self.position()
        if position is None or not 0 <= position + step < len(self.entries):
            return None
        return self.entries[position + step]

    def next_uncoded(self) -> SourceEntry | None:
        """The next ad that nobody of this name has touched, from here round the list."""
        here, begun = self.position(), self._begun()
        start = 0 if here is None else here + 1
        for entry in self.entries[start:] + self.entries[: max(0, start - 1)]:
            if self._is_untouched(entry.id, begun):
                return entry
        return None

    def _begun(self) -> Collection[str]:
        """The names of the logs there are: one that was not read yet is that of an ad that was touched."""
        try:
            return self._paths.log_ids()
        except OSError:
            return ()

    def _is_untouched(self, ad: SourceId, begun: Collection[str]) -> bool:
        is_read = ad in self.statuses or (self.session is not None and self.session.ad.id == ad)
        return self.status(ad).progress == "untouched" and (is_read or safe_name(ad) not in begun)

    def following(self, ads: Collection[SourceId]) -> list[SourceEntry]:
        """The listed ones of some ads, from here round the list."""
        here, count = self.position() or 0, len(self.entries)
        places = [self._positions[ad] for ad in ads if ad in self._positions]
        return [self.entries[place] for place in sorted(places, key=lambda place: (place - here) % count)]


class DuplicateText(NamedTuple):
    """The other ads with an ad's text: the one that the coder has coded most, else the first; and how many more."""

    ad: SourceId
    status: AdStatus
    more: int = 0


class DuplicateTexts:
    """The ads with the same text, by their positions in the list.  `is_complete` once all texts were read."""

    def __init__(self) -> None:
        self.is_complete = False
        self._digests = array("Q")
        self._alike: dict[int, array[int]] = {}

    def read(self, digests: Iterable[int]) -> Iterator[int]:
        """Takes the digests of all listed ads in, for a worker: how many were read, after each."""
        found = array("Q")
        for digest in digests:
            found.append(digest)
            yield len(found)
        self._digests, self._alike = found, _alike(found)
        self.is_complete = True

    def group(self, position: int) -> Sequence[int]:
        """The positions of all ads with the text of the one at `position`, in order; none where it stands once."""
        return self._alike.get(self._digest(position), ())

    def are_alike(self, position: int, other: int) -> bool:
        """True for two ads with the same text."""
        digest = self._digest(position)
        return position != other and digest != NO_TEXT and digest == self._digest(other)

    def _digest(self, position: int) -> int:
        return self._digests[position] if position < len(self._digests) else NO_TEXT


def _alike(digests: array[int]) -> dict[int, array[int]]:
    """The positions of each digest that stands more than once."""
    ordered = sorted(digests)
    repeated = {one for one, other in pairwise(ordered) if one == other} - {NO_TEXT}
    found = {digest: array("L") for digest in repeated}
    for position, digest in enumerate(digests):
        if digest in repeated:
            found[digest].append(position)
    return found

"""What a coder coded in all ads, code by code: read from the logs once, and again where a log has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import suppress
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex, profile
from codetui.core.codebook.usage import Usage, latest_usages, usages_by_code
from codetui.core.session.state import replay
from codetui.model import CodeId, SourceEntry, SourceId
from codetui.storage import fs
from codetui.storage.fs import Version
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths, safe_name


class _Use(NamedTuple):
    """What one version of a log says of the use of codes and profiles."""

    version: Version
    given: Mapping[CodeId, tuple[Usage, ...]]
    profile: str


class CodeUsage:
    """The quotations of one coder in the ads that were read so far; never those of another coder."""

    def __init__(self, paths: SessionPaths) -> None:
        self._paths = paths
        self._read: dict[SourceId, _Use] = {}
        self._ads: dict[str, SourceId] = {}
        self._searched: tuple[Set[str], int] = frozenset(), 0
        self._latest: dict[tuple[CodeId, SourceId, int], tuple[Usage, ...]] = {}
        self.is_complete = False
        self.readings = 0
        """How many times a log was read."""

    def read(self, entries: Sequence[SourceEntry], but: SourceId | None = None) -> Iterator[SourceId]:
        """Reads the logs that have changed since they were read last, for a worker: each ad that it has looked at.

        The log of the ad `but` is left alone: what is open is known, and its log changes with every key.
        """
        try:
            touched = self._paths.log_ids()
        except OSError:
            # Not complete: what there is to read is looked for again with the next question.
            return
        self._name(touched, entries)
        for name, ad in list(self._ads.items()):
            if name in touched and ad != but:
                self.look(ad)
                yield ad
        self.is_complete = True

    def _name(self, touched: Set[str], entries: Sequence[SourceEntry]) -> None:
        """Finds the listed ads of logs that are new: looking through 100,000 ads takes a tenth of a second."""
        unknown = touched - self._ads.keys()
        if not unknown or self._searched == (unknown, len(entries)):
            return
        for entry in entries:
            name = safe_name(entry.id)
            if name in unknown:
                self._ads.setdefault(name, entry.id)
        self._searched = touched - self._ads.keys(), len(entries)

    def look(self, ad: SourceId) -> None:
        """Reads the log of one ad, where it has changed since it was read last.

        One that cannot be read stays as it is known, until the next look.
        """
        with suppress(OSError):
            log = self._paths.log(ad)
            version = fs.version(log)
            if ad not in self._read or self._read[ad].version != version:
                state = replay(Journal(log).read()[0])
                self.readings += 1
                self._read[ad] = _Use(version, usages_by_code(state, ad), state.profile)
                # Another one, not emptied: whoever asks meanwhile keeps what it found in the one before.
                self._latest = {}

    def of(self, code: CodeId, but: SourceId, most: int) -> tuple[Usage, ...]:
        """The latest quotations of a code in the ads but one, the newest first.

        Looked for once until a log is read again: a code may have been given ten thousand times.
        """
        latest, asked = self._latest, (code, but, most)
        if asked not in latest:
            read = list(self._read.items())
            latest[asked] = latest_usages(
                (one for ad, use in read if ad != but for one in use.given.get(code, ())), most
            )
        return latest[asked]

    def waiting(self, index: CodebookIndex) -> dict[SourceId, int]:
        """How many codings of each ad, its profile counted in, have nothing in the book that is still given."""
        given = {code.id for code in index.book.codes if not code.is_retired}
        counts: dict[SourceId, int] = {}
        for ad, use in list(self._read.items()):
            number = sum(len(codings) for code, codings in use.given.items() if code not in given)
            number += bool(use.profile) and profile(index.book, use.profile) is None
            if number:
                counts[ad] = number
        return counts

    def codes(self) -> frozenset[CodeId]:
        """The codes that are used in the ads that were read."""
        return frozenset(code for use in list(self._read.values()) for code in use.given)

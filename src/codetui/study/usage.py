"""A coder's codings in all sources, code by code, read from the logs once and again where a log has changed."""

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


class _LogUsage(NamedTuple):
    """The codes and the profile that one version of a log uses."""

    version: Version
    by_code: Mapping[CodeId, tuple[Usage, ...]]
    profile: str


class CodeUsage:
    """The codings of one coder in the sources that were read so far; never those of another coder."""

    def __init__(self, paths: SessionPaths) -> None:
        self._paths = paths
        self._logs: dict[SourceId, _LogUsage] = {}
        self._sources: dict[str, SourceId] = {}
        self._searched: tuple[Set[str], int] = frozenset(), 0
        self._latest: dict[tuple[CodeId, SourceId, int], tuple[Usage, ...]] = {}
        self.is_complete = False
        """True once all logs were read."""
        self.readings = 0
        """How many times a log was read."""

    def read(self, entries: Sequence[SourceEntry], skipped: SourceId | None = None) -> Iterator[SourceId]:
        """Read the logs that have changed since they were read last, for a worker; yield each source it has looked at.

        The log of the source `skipped` is not read: the open session is known, and its log changes with every key.
        """
        try:
            touched = self._paths.log_ids()
        except OSError:
            # Not complete: the next question looks for logs again.
            return
        self._find_sources(touched, entries)
        for name, source_id in list(self._sources.items()):
            if name in touched and source_id != skipped:
                self.refresh(source_id)
                yield source_id
        self.is_complete = True

    def _find_sources(self, touched: Set[str], entries: Sequence[SourceEntry]) -> None:
        """Find the listed sources of new logs; searching 100,000 sources takes a tenth of a second, so it is rare."""
        unknown = touched - self._sources.keys()
        if not unknown or self._searched == (unknown, len(entries)):
            return
        for entry in entries:
            name = safe_name(entry.id)
            if name in unknown:
                self._sources.setdefault(name, entry.id)
        self._searched = touched - self._sources.keys(), len(entries)

    def refresh(self, source_id: SourceId) -> None:
        """Read the log of one source if it changed since it was read last; one that cannot be read stays as known."""
        with suppress(OSError):
            log = self._paths.log(source_id)
            version = fs.version(log)
            if source_id not in self._logs or self._logs[source_id].version != version:
                state = replay(Journal(log).read()[0])
                self.readings += 1
                self._logs[source_id] = _LogUsage(version, usages_by_code(state, source_id), state.profile)
                # A new cache instead of an emptied one: another thread may be filling the old one.
                self._latest = {}

    def latest(self, code: CodeId, skipped: SourceId, limit: int) -> tuple[Usage, ...]:
        """Return the latest codings with a code in all sources but one, the newest first.

        The answer is cached until a log is read again: a code may have ten thousand codings.
        """
        cache, key = self._latest, (code, skipped, limit)
        if key not in cache:
            logs = list(self._logs.items())
            found = (one for source_id, log in logs if source_id != skipped for one in log.by_code.get(code, ()))
            cache[key] = latest_usages(found, limit)
        return cache[key]

    def pending(self, index: CodebookIndex) -> dict[SourceId, int]:
        """Return how many codings of each source, its profile included, have no code in use in the codebook."""
        in_use = {code.id for code in index.book.codes if not code.is_retired}
        counts: dict[SourceId, int] = {}
        for source_id, log in list(self._logs.items()):
            number = sum(len(codings) for code, codings in log.by_code.items() if code not in in_use)
            number += bool(log.profile) and profile(index.book, log.profile) is None
            if number:
                counts[source_id] = number
        return counts

    def codes(self) -> frozenset[CodeId]:
        """Return the codes that are used in the sources that were read."""
        return frozenset(code for log in list(self._logs.values()) for code in log.by_code)

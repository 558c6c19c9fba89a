"""What a coder coded in all ads, code by code: read from the logs once, and again where a log has changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from codetui.core.earlier import Given, given_by_code, newest
from codetui.core.state import replay
from codetui.model import AdEntry, AdId, CodeId
from codetui.store import files
from codetui.store.files import Version
from codetui.store.safe_names import safe_name
from codetui.store.sessions import SessionPaths
from codetui.workspace.session import read_log


class EarlierQuotations:
    """The quotations of one coder in the ads that were read so far; never those of another coder."""

    def __init__(self, paths: SessionPaths) -> None:
        self._paths = paths
        self._read: dict[AdId, tuple[Version, Mapping[CodeId, tuple[Given, ...]]]] = {}
        self.is_complete = False

    def read(self, entries: Sequence[AdEntry]) -> Iterator[AdId]:
        """Reads the logs that have changed since they were read last, for a worker: each ad that it has looked at."""
        touched = self._paths.log_ids()
        for entry in entries if touched else ():
            if safe_name(entry.id) not in touched:
                continue
            log = self._paths.log(entry.id)
            version = files.version(log)
            if entry.id not in self._read or self._read[entry.id][0] != version:
                self._read[entry.id] = version, given_by_code(replay(read_log(log)), entry.id)
            yield entry.id
        self.is_complete = True

    def of(self, code: CodeId, but: AdId, most: int) -> tuple[Given, ...]:
        """The latest quotations of a code in the ads but one, the newest first."""
        read = list(self._read.items())
        return newest((one for ad, (_, given) in read if ad != but for one in given.get(code, ())), most)

    def codes(self) -> frozenset[CodeId]:
        """The codes that are used in the ads that were read."""
        return frozenset(code for _, given in list(self._read.values()) for code in given)

"""The readings of sessions that one reader keeps in the user's cache folder."""

from __future__ import annotations

from collections.abc import Callable
from os import sep
from pathlib import Path
from sys import version
from typing import Generic, TypeVar

from codetui.model import SourceId
from codetui.storage.kept_readings import KeptReading, ReadingsFile
from codetui.study.sessions import SessionSnapshot

R = TypeVar("R")

LEAST_KEPT = 200
"""Sessions from which on readings are kept: fewer are read in less time than it takes to see a difference."""


class KeptSessions(Generic[R]):
    """The kept readings of the sessions below a folder, as `Study.sessions` asks for them.

    `reader` names what makes and uses the readings, `form` is the version of their form. `unpack` returns a reading
    from its bytes, and `is_current` whether it was made from the text of its source as it is now.
    """

    def __init__(
        self,
        root: Path,
        reader: str,
        form: int,
        unpack: Callable[[bytes], R],
        is_current: Callable[[SourceId, R], bool],
    ) -> None:
        self._start = len(str(root)) + 1
        self._unpack, self._is_current = unpack, is_current
        self._found: dict[Path, R] = {}
        # Bytes of `marshal` hold for one version of Python.
        self._file = ReadingsFile(root, reader, f"{form}, Python {version}")

    def known(self, log: Path) -> KeptReading | None:
        """Return the kept reading of a log."""
        kept = self._file.get(self._name(log))
        if kept is None:
            return None
        reading = self._unpack(kept.reading)
        if not self._is_current(kept.source, reading):
            return None
        self._found[log] = reading
        return kept

    def reading_of(self, session: SessionSnapshot) -> R | None:
        """Return the kept reading of a session, once; None if it was read from its log."""
        return self._found.pop(session.log, None) if session.log and session.reading is not None else None

    def put(self, session: SessionSnapshot, reading: bytes) -> None:
        """Keep the reading of a session that may be kept."""
        if session.digest and session.log is not None:
            kept = KeptReading(session.source.id, session.coder, session.digest, reading)
            self._file.put(self._name(session.log), kept)

    def close(self) -> None:
        """Write the new readings, and close the file."""
        self._file.write()
        self._file.close()

    def _name(self, log: Path) -> str:
        return str(log)[self._start :].replace(sep, "/")

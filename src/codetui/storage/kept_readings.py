"""A cache of what was read from the sessions of a study, in the user's cache folder.

A reading is bytes that a reader made of one session, kept with a digest of everything that the session was read from.
It is used only while these are the same, and may be deleted at any time. Whatever is wrong with the file, there is no
reading then, and the session is read.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple, TypeAlias

from codetui.model import SourceId
from codetui.storage import disk
from codetui.storage.text_index import cache_folder

BATCH = 4_000_000
"""The size of the readings that are written at a time, in bytes."""

_DIGEST = 16


_Row: TypeAlias = tuple[str, str, str, str, str, bytes, bytes, bytes]


class KeptReading(NamedTuple):
    """A reading of the session of a source and coder, and the digest of what it was made from."""

    source: SourceId
    coder: str
    digest: bytes
    reading: bytes


def digest_of(parts: list[bytes]) -> bytes:
    """Return a digest of several parts, in which their order and their limits count."""
    digest = blake2b(digest_size=_DIGEST)
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.digest()


class ReadingsFile:
    """The kept readings of the sessions below a folder, for one reader.

    Those of another reader or of another version of it are never returned.
    """

    def __init__(self, sessions: Path, reader: str, version: str) -> None:
        self.path = readings_path(sessions)
        self._reader, self._version = reader, version
        self._database: sqlite3.Connection | None = None
        self._is_open = False
        self._new: list[_Row] = []
        self._size = 0

    def get(self, name: str) -> KeptReading | None:
        """Return the reading of the log with a name, relative to the sessions; None if there is none."""
        with suppress(sqlite3.Error, OSError, UnicodeError):
            database = self._connected()
            if database is None:
                return None
            columns = "source, coder, digest, reading, sum"
            wanted = f"SELECT {columns} FROM kept WHERE log = ? AND reader = ? AND version = ?"
            row = database.execute(wanted, (name, self._reader, self._version))
            source, coder, digest, reading, checksum = row.fetchone() or ("", "", b"", b"", b"")
            if digest and checksum == self._checksum(name, source, coder, digest, reading):
                return KeptReading(SourceId(source), coder, digest, reading)
        return None

    def put(self, name: str, kept: KeptReading) -> None:
        """Keep the reading of a log in place of an earlier one."""
        self._new.append((name, self._reader, self._version, *kept, self._checksum(name, *kept)))
        self._size += len(kept.reading)
        if self._size >= BATCH:
            self.write()

    def write(self) -> None:
        """Write the new readings; if that fails they are not kept."""
        rows, self._new, self._size = self._new, [], 0
        if not rows:
            return
        self.close()
        with suppress(sqlite3.Error, OSError):
            try:
                self._insert(rows)
            except sqlite3.OperationalError:
                # Another process writes, or the disk is full.
                return
            except sqlite3.DatabaseError:
                self.path.unlink()
                self._insert(rows)

    def _insert(self, rows: list[_Row]) -> None:
        """Add rows to the file, which is created if there is none. Raises sqlite3.Error or OSError."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The terms of confidential texts are for nobody else.
        self.path.touch(mode=0o600)
        with closing(sqlite3.connect(self.path, timeout=0.1)) as database:
            database.executescript(
                "PRAGMA synchronous = OFF; CREATE TABLE IF NOT EXISTS kept (log TEXT, reader TEXT, version TEXT,"
                " source TEXT, coder TEXT, digest BLOB, reading BLOB, sum BLOB, PRIMARY KEY (log, reader))"
            )
            with database:
                database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Close the file."""
        database, self._database, self._is_open = self._database, None, False
        if database is not None:
            database.close()

    def _connected(self) -> sqlite3.Connection | None:
        if not self._is_open:
            self._is_open = True
            if self.path.exists():
                self._database = sqlite3.connect(
                    f"{self.path.absolute().as_uri()}?mode=ro", uri=True, timeout=0.1, check_same_thread=False
                )
        return self._database

    def _checksum(self, name: str, source: str, coder: str, digest: bytes, reading: bytes) -> bytes:
        """Return the digest of a row: a file that is damaged inside returns other bytes without an error."""
        texts = [text.encode("utf-8", "surrogatepass") for text in (name, self._reader, self._version, source, coder)]
        return digest_of([*texts, digest, reading])


def readings_path(sessions: Path) -> Path:
    """Return the file of the kept readings of a folder of sessions, which may not exist."""
    name = blake2b(os.fsencode(disk.real(sessions)), digest_size=10).hexdigest()
    return cache_folder() / f"sessions-{name}.sqlite"

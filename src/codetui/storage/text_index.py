"""An index of the words of a large corpus, in the user's cache folder.

It only names the sources that may have some words: each of them is read and searched as without it.  It belongs to
one state of the corpus's files, is thrown away when they change, and may be deleted at any time.
"""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path

from codetui.model import Source, SourceEntry, SourceId
from codetui.storage import disk

VERSION = 1
"""Another version makes all indexes that exist obsolete."""

_RUN = re.compile(r"[a-z0-9_]+")
_TABLES = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA user_version = {VERSION};
CREATE TABLE state (fingerprint TEXT, sources INTEGER);
CREATE TABLE sources
    (number INTEGER PRIMARY KEY, id TEXT, employer TEXT, title TEXT, file TEXT, at INTEGER, line INTEGER);
CREATE VIRTUAL TABLE words USING fts5(text, content='', columnsize=0, detail=none, tokenize="ascii tokenchars '_'");
"""


def cache_folder() -> Path:
    """Return the folder of the user for files that can be made again."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  Path raises if there is no home
    own = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_CACHE_HOME") or home / ".cache"
    return Path(own) / "codetui"


class TextIndex:
    """The index of one corpus; all failures of the disk or of SQLite mean that there is none."""

    def __init__(self, corpus: Path, fingerprint: str) -> None:
        """Use the index of the corpus at a path; `fingerprint` changes whenever one of its files does."""
        name = blake2b(os.fsencode(disk.real(corpus)), digest_size=10).hexdigest()
        self.path = cache_folder() / f"words-{name}.sqlite"
        self._fingerprint = fingerprint

    def entries(self, expression: str, share: float) -> list[SourceEntry] | None:
        """Return the sources that may match an expression of FTS5, in the order of the corpus.

        None if there is no index of this state of the corpus, or if more than this share of all sources may match.
        """
        with suppress(sqlite3.Error, OSError), closing(self._connected()) as database:
            count = self._count(database)
            if count is None:
                return None
            found = "SELECT rowid FROM words WHERE words MATCH ?"
            (number,) = database.execute(f"SELECT count(*) FROM ({found})", (expression,)).fetchone()
            if number > count * share:
                return None
            columns = "id, employer, title, file, at, line"
            wanted = f"SELECT {columns} FROM sources WHERE number IN ({found}) ORDER BY number"
            return [SourceEntry(SourceId(id_), *rest) for id_, *rest in database.execute(wanted, (expression,))]
        return None

    def is_current(self) -> bool:
        """Return whether there is an index of this state of the corpus."""
        with suppress(sqlite3.Error, OSError), closing(self._connected()) as database:
            return self._count(database) is not None
        return False

    def _connected(self) -> sqlite3.Connection:
        return sqlite3.connect(f"{self.path.absolute().as_uri()}?mode=ro", uri=True)

    def _count(self, database: sqlite3.Connection) -> int | None:
        """Return the number of sources, None if the index belongs to another state of the corpus."""
        if database.execute("PRAGMA user_version").fetchone() != (VERSION,):
            return None
        fingerprint, count = database.execute("SELECT fingerprint, sources FROM state").fetchone()
        return int(count) if fingerprint == self._fingerprint else None

    def writer(self) -> IndexWriter | None:
        """Return a writer for a new index; None if none can be written."""
        with suppress(sqlite3.Error, OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return IndexWriter(self.path, self._fingerprint)
        return None


class IndexWriter:
    """Writes an index beside the one it replaces; one that is not finished is deleted."""

    def __init__(self, path: Path, fingerprint: str) -> None:
        """Raises sqlite3.Error or OSError if it cannot be written."""
        self._path, self._fingerprint = path, fingerprint
        self._new = path.with_suffix(f".{os.getpid()}.new")
        self._new.unlink(missing_ok=True)
        # The words of confidential texts are for nobody else.
        self._new.touch(mode=0o600)
        self._database: sqlite3.Connection | None = sqlite3.connect(
            self._new, isolation_level=None, check_same_thread=False
        )
        self._count = 0
        try:
            self._database.executescript(_TABLES)
            self._database.execute("BEGIN")
        except sqlite3.Error:
            self.discard()
            raise

    def add(self, source: Source, offset: int, folded: str) -> None:
        """Add the next source of the corpus with its folded text; after an error nothing more is written."""
        if self._database is None:
            return
        self._count += 1
        row = (self._count, source.id, source.employer, source.title, source.file, offset, source.line)
        try:
            self._database.execute("INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?)", row)
            words = " ".join(set(_RUN.findall(folded)))
            self._database.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (self._count, words))
        except sqlite3.Error:
            self.discard()

    def finish(self) -> None:
        """Put the index in its place."""
        if self._database is None:
            return
        try:
            self._database.execute("INSERT INTO state VALUES (?, ?)", (self._fingerprint, self._count))
            self._database.execute("COMMIT")
            self._database.close()
            self._database = None
            self._new.replace(self._path)
        except (sqlite3.Error, OSError):
            self.discard()

    def discard(self) -> None:
        """Delete what was written."""
        database, self._database = self._database, None
        if database is not None:
            database.close()
        with suppress(OSError):
            self._new.unlink(missing_ok=True)

"""The tombstones of erased sources, which keep them out of a study: no words, only hashes.

    sessions/.erased/<salt>-<16 digits of a hash>.jsonl    JSON lines, which git merges as all lines of both sides

The hash is that of a random salt and the id, so that equal ids have different tombstones in each study, and a table of
hashed ids finds none. Tombstones of earlier versions have no salt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

from codetui.model import SourceId
from codetui.storage import fs
from codetui.storage.fs import require_inside
from codetui.storage.session_files import safe_name

FOLDER = ".erased"
"""The folder of tombstones, in that of the sessions."""

SUFFIX = ".jsonl"
DIGITS = 16
_SALT_BYTES = 8
_NAME = re.compile(f"(?:[0-9a-f]{{{2 * _SALT_BYTES}}}-)?[0-9a-f]{{{DIGITS}}}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erased source. `id` is the name of its tombstone, `texts` are the hashes of its texts.

    `lines` are the ids of the lines in other logs from which words of it were removed, and `books` the hashes that kept
    codebooks have since, by the hash in their name. `time` is when it was begun (ISO 8601, UTC).
    """

    id: str
    time: str
    texts: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    books: dict[str, str] = field(default_factory=dict)


def tombstone_of(source_id: str, salt: str = "") -> str:
    """Return the name of a tombstone for a source, without suffix; the salt is random unless it is given."""
    salt = salt or token_hex(_SALT_BYTES)
    return f"{salt}-{_digest(safe_name(source_id), salt)}"


def _digest(name: str, salt: str) -> str:
    return sha256(f"{salt}{name}".encode("utf-8", "surrogatepass")).hexdigest()[:DIGITS]


def _is_for(tombstone: str, name: str) -> bool:
    """Return whether a tombstone is that of a source, by its id as names of files have it."""
    salt, dash, digits = tombstone.rpartition("-")
    if dash:
        return digits == _digest(name, salt)
    # Without a salt the hash is that of the id, of which such a name may have eight digits alone.
    _, mark, short = name.rpartition("~")
    return tombstone[:8] == short if mark and len(short) == 8 else tombstone == _digest(name, "")


def record(root: Path, erasure: Erasure) -> None:
    """Append an erasure to its tombstone, on the disk before anything else happens. Raises OSError."""
    value: dict[str, object] = {"v": 2, "id": erasure.id, "time": erasure.time}
    value |= {"texts": sorted(erasure.texts), "lines": sorted(erasure.lines), "books": erasure.books}
    line = json.dumps(value, separators=(",", ":")).encode("ascii")
    path = require_inside(root, root / FOLDER / f"{erasure.id}{SUFFIX}")
    fs.append(path, line + b"\n" if fs.ends_with_newline(path) else b"\n" + line + b"\n")


class Erasures:
    """The tombstones in a folder of sessions, read once."""

    def __init__(self, root: Path) -> None:
        """Read them. Raises OSError if that is impossible, since an erased source must not come back by that."""
        self.by_id: dict[str, Erasure] = {}
        files = _tombstones(root)
        self.names = frozenset(files)
        """The names of all tombstones: one whose lines are damaged counts, too."""
        for name, paths in files.items():
            for path in paths:
                self._add(name, fs.read(path))

    def _add(self, name: str, data: bytes) -> None:
        for line in data.splitlines():
            one = _parsed(line, name)
            if one is not None:
                known = self.by_id.get(name, one)
                self.by_id[name] = Erasure(
                    id=name,
                    time=min(one.time, known.time),
                    texts=one.texts | known.texts,
                    lines=one.lines | known.lines,
                    books=known.books | one.books,
                )

    def __bool__(self) -> bool:
        """Return whether anything was erased."""
        return bool(self.names)

    def of(self, source_id: str) -> Erasure | None:
        """Return the erasure of a source, None if it was not erased, or its tombstone is damaged."""
        return next((self.by_id[name] for name in self.by_id if _is_among([name], source_id)), None)

    def has(self, source_id: str) -> bool:
        """Return whether a source was erased."""
        return _is_among(self.names, source_id)

    def has_name(self, name: str) -> bool:
        """Return whether a source was erased, by its id as names of files have it."""
        return any(_is_for(one, name) for one in self.names)

    def has_line(self, line_id: str) -> bool:
        """Return whether words were removed from the line of a log with this id."""
        return any(line_id in one.lines for one in self.by_id.values())

    def is_book(self, name: str, digest: str) -> bool:
        """Return whether a kept codebook, by the hash in its name, has this hash since words were removed from it."""
        return any(hashed == digest and known.startswith(name) for known, hashed in self._books())

    def _books(self) -> Iterable[tuple[str, str]]:
        return (pair for one in self.by_id.values() for pair in one.books.items())


def is_erased(root: Path, source_id: SourceId) -> bool:
    """Return whether a source was erased, with a single look at the disk. Raises OSError."""
    return _is_among(_tombstones(root), source_id)


def _is_among(tombstones: Iterable[str], source_id: str) -> bool:
    """Return whether one of the tombstones is that of a source."""
    name = safe_name(source_id) if tombstones else ""
    return any(_is_for(one, name if "-" in one else source_id) for one in tombstones)


def _tombstones(root: Path) -> dict[str, list[Path]]:
    """Return the files of each tombstone by its name; programs that synchronise folders append to names of copies."""
    found: dict[str, list[Path]] = {}
    for name in fs.names_in(root / FOLDER):
        tombstone = _NAME.match(name)
        if tombstone is not None and name.endswith(SUFFIX):
            found.setdefault(tombstone[0], []).append(root / FOLDER / name)
    return found


def _parsed(line: bytes, tombstone: str) -> Erasure | None:
    """Return the erasure on a line of a tombstone; None for one of a newer version or in another form."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return None
    books = value.get("books")
    return Erasure(
        id=tombstone,
        time=str(value.get("time", "")),
        texts=_texts(value.get("texts")),
        lines=_texts(value.get("lines")),
        books={str(name): str(digest) for name, digest in books.items()} if isinstance(books, dict) else {},
    )


def _texts(value: object) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()

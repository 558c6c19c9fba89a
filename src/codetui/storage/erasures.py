"""The tombstones of erased sources, which keep them out of a study: no words, only hashes.

Each is a file of JSON lines, which git merges as all lines of both sides: `sessions/.erased/<16 digits>.jsonl`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from codetui.model import SourceId
from codetui.storage import fs
from codetui.storage.fs import require_inside

FOLDER = ".erased"
"""The folder of tombstones, in that of the sessions."""

SUFFIX = ".jsonl"
DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """An erased source. `id` is the SHA-256 of its id, `texts` are the hashes of its texts.

    `lines` are the ids of the lines in other logs from which words of it were removed, and `books` the hashes that kept
    codebooks have since, by the hash in their name. `time` is when it was begun (ISO 8601, UTC).
    """

    id: str
    time: str
    texts: frozenset[str] = frozenset()
    lines: frozenset[str] = frozenset()
    books: dict[str, str] = field(default_factory=dict)


def digest_of(source_id: str) -> str:
    """Return the hash by which a tombstone names a source."""
    return sha256(source_id.encode("utf-8", "surrogatepass")).hexdigest()


def tombstone_path(root: Path, digest: str) -> Path:
    """Return the file of a tombstone in the folder of the sessions."""
    return root / FOLDER / f"{digest[:DIGITS]}{SUFFIX}"


def record(root: Path, erasure: Erasure) -> None:
    """Append an erasure to its tombstone, on the disk before anything else happens. Raises OSError."""
    value: dict[str, object] = {"v": 1, "id": erasure.id, "time": erasure.time}
    value |= {"texts": sorted(erasure.texts), "lines": sorted(erasure.lines), "books": erasure.books}
    line = json.dumps(value, separators=(",", ":")).encode("ascii")
    path = require_inside(root, tombstone_path(root, erasure.id))
    fs.append(path, line + b"\n" if fs.ends_with_newline(path) else b"\n" + line + b"\n")


class Erasures:
    """The tombstones in a folder of sessions, read once."""

    def __init__(self, root: Path) -> None:
        """Read them. Raises OSError if that is impossible, since an erased source must not come back by that."""
        self.by_id: dict[str, Erasure] = {}
        self.names: set[str] = set()
        """The digits of all tombstones: one whose lines are damaged counts, too."""
        for name in fs.names_in(root / FOLDER):
            if name.endswith(SUFFIX) and not name.startswith("."):
                self.names.add(name.removesuffix(SUFFIX)[:DIGITS])
                self._add(fs.read(root / FOLDER / name))
        self._short = {name[:8] for name in self.names}

    def _add(self, data: bytes) -> None:
        for line in data.splitlines():
            one = _parsed(line)
            if one is not None:
                known = self.by_id.get(one.id, one)
                self.by_id[one.id] = Erasure(
                    id=one.id,
                    time=min(one.time, known.time),
                    texts=one.texts | known.texts,
                    lines=one.lines | known.lines,
                    books=known.books | one.books,
                )

    def __bool__(self) -> bool:
        """Return whether anything was erased."""
        return bool(self.names)

    def has(self, source_id: str) -> bool:
        """Return whether a source was erased."""
        return bool(self.names) and digest_of(source_id)[:DIGITS] in self.names

    def has_name(self, name: str) -> bool:
        """Return whether a source was erased, by its id as names of files have it."""
        if not self.names:
            return False
        _, mark, digits = name.rpartition("~")
        return digits in self._short if mark and len(digits) == 8 else self.has(name)

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
    return fs.exists(tombstone_path(root, digest_of(source_id)))


def _parsed(line: bytes) -> Erasure | None:
    """Return the erasure on a line; None for one of a newer version or in another form."""
    try:
        value: object = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        return None
    books = value.get("books")
    return Erasure(
        id=value["id"],
        time=str(value.get("time", "")),
        texts=_texts(value.get("texts")),
        lines=_texts(value.get("lines")),
        books={str(name): str(digest) for name, digest in books.items()} if isinstance(books, dict) else {},
    )


def _texts(value: object) -> frozenset[str]:
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()

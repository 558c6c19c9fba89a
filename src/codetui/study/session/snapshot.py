"""What codetui last wrote to a document, kept beside the log: the base of edits by hand.

A snapshot names the steps of the log that it was written from. A log that lacks one of them is older than the document.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from codetui.model import Transaction
from codetui.storage import fs
from codetui.storage.fs import Version, none_if_gone

if TYPE_CHECKING:
    from codetui.formats.session_doc import Document

LineIds: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]
"""The codings and notes on the lines of a document: (line from 1, ids in order)."""

STALE = 60.0
"""Seconds for which an editor may still save a text that codetui has replaced since it was read."""

MOST_REPLACED = 8
"""How many replaced snapshots are remembered."""


@dataclass(frozen=True)
class Snapshot:
    """A document as codetui wrote it or took it over.

    `ids` are the codings and notes on its lines, `steps` the transactions of the log at that time.
    """

    text: str
    ids: LineIds
    steps: tuple[str, ...] = ()

    @cached_property
    def document(self) -> Document:
        """Return the parsed document, with the ids of its entries and notes."""
        from codetui.formats import session_doc

        return session_doc.with_ids(session_doc.read(self.text, "")[0], self.ids)

    def lost(self, transactions: Iterable[Transaction]) -> int:
        """Return how many of its steps a log lacks."""
        return len(set(self.steps) - {one.id for one in transactions})


class SnapshotFile:
    """The snapshots of one document on disk, the newest last.

    Derived: without the file edits by hand are still taken over, but nothing counts as removed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._replaced: deque[tuple[float, Snapshot]] = deque(maxlen=MOST_REPLACED)
        self._version = Version()
        self._written: tuple[Snapshot, ...] = ()

    def read(self) -> tuple[Snapshot, ...]:
        """Return what this program, or another one on the session, announced that it would write.

        Raises OSError: without its snapshot a document that lags behind would count as an edit by hand.
        """
        version = fs.version(self._path)
        if version != self._version:
            data = none_if_gone(lambda: fs.read(self._path)) or b""
            parsed = (_parse(line) for line in data.split(b"\n") if line)
            self._written = tuple(snapshot for snapshot in parsed if snapshot is not None)
            self._version = version
        return self._written

    def write(self, snapshots: Iterable[Snapshot]) -> None:
        """Replace the snapshots; raises OSError.

        This comes before the document is written: after a loss of power a document without its snapshot would count
        as an edit by hand, which removes what was coded since.
        """
        lines = (json.dumps(asdict(snapshot), separators=(",", ":")) for snapshot in snapshots)
        fs.replace(self._path, "".join(f"{line}\n" for line in lines).encode("ascii"))

    def remember(self, snapshot: Snapshot) -> None:
        """Record a document that was taken over; if the disk refuses, for as long as the program runs."""
        try:
            self.write([snapshot])
        except OSError:
            self._written = (snapshot,)
            with suppress(OSError):
                self._version = fs.version(self._path)

    def remember_replaced(self, snapshot: Snapshot) -> None:
        """Remember for a while, in memory, a text that is no longer on disk."""
        self._replaced.append((time.monotonic(), snapshot))

    def candidates(self) -> tuple[Snapshot, ...]:
        """Return the snapshots that the text on disk may be an edit of, the newest first.  Raises OSError."""
        oldest = time.monotonic() - STALE
        recent = (snapshot for when, snapshot in self._replaced if when >= oldest)
        return tuple(dict.fromkeys((*reversed(self.read()), *reversed(tuple(recent)))))


def closest(text: str, snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """Return the newest snapshot, and the one whose lines differ least from `text` if that is another one."""
    if not snapshots:
        return ()
    lines = Counter(text.split("\n"))
    nearest = min(snapshots, key=lambda snapshot: _differing(snapshot.text, lines))
    return tuple(dict.fromkeys((snapshots[0], nearest)))


def _differing(text: str, lines: Counter[str]) -> int:
    others = Counter(text.split("\n"))
    return (others - lines).total() + (lines - others).total()


def _parse(line: bytes) -> Snapshot | None:
    """Parse a line of the file; None if it is none."""
    try:
        value = json.loads(line)
        text, ids, steps = value["text"], value["ids"], tuple(str(id_) for id_ in value["steps"])
        on_lines = tuple((int(number), tuple(str(id_) for id_ in on_line)) for number, on_line in ids)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return Snapshot(text, on_lines, steps) if isinstance(text, str) else None

"""Decide which of several files with one id in their names is the source: the one that was coded, else the first."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from codetui.model import hashes_of
from codetui.storage import fs
from codetui.storage.session_files import EVENTS, LOG, safe_name

_NUMBER = re.compile("[0-9]+")


class CodedFiles:
    """The files with the texts that were coded; `sessions` is the folder of sessions.

    `id_of` returns the id in a file's name, None if it has none; `read` returns the text of a file with one source.
    """

    def __init__(
        self, sessions: Path | None, id_of: Callable[[str], str | None], read: Callable[[str], str | None]
    ) -> None:
        self._sessions = sessions
        self._id_of = id_of
        self._read = read

    def in_front(self, paths: list[str]) -> list[str]:
        """Return the paths in their order, but of those with one id the coded ones before the others."""
        found = list(paths)
        for source_id, places in self._repeated(paths):
            if self.has_session(source_id):
                named = sorted((paths[at] for at in places), key=lambda path: not self.is_coded(source_id, path))
                for at, path in zip(places, named, strict=True):
                    found[at] = path
        return found

    def has_session(self, source_id: str) -> bool:
        """Return whether a source has a session."""
        return any(self._logs(source_id))

    def is_coded(self, source_id: str, path: str) -> bool:
        """Return whether a session of a source refers to the text that a file has now."""
        with suppress(OSError):
            text = self._read(path)
            hashes = [each.encode() for each in hashes_of(text)] if text is not None else []
            return any(each in log for log in map(fs.read, self._logs(source_id)) for each in hashes)
        return False

    def _repeated(self, paths: list[str]) -> Iterator[tuple[str, list[int]]]:
        """Yield the ids that several names have; only names with the same first number are looked at closely."""
        alike, same = defaultdict[str, list[int]](list), defaultdict[str, list[int]](list)
        for at, path in enumerate(paths):
            number = _NUMBER.search(os.path.basename(path))  # noqa: PTH119
            alike[number[0] if number else path].append(at)
        for at in (at for places in alike.values() if len(places) > 1 for at in places):
            same[self._id_of(paths[at]) or ""].append(at)
        yield from ((one, places) for one, places in same.items() if one and len(places) > 1)

    def _logs(self, source_id: str) -> Iterator[Path]:
        if self._sessions is None:
            return
        for folder in (name for name in fs.names_in(self._sessions) if not name.startswith(".")):
            log = self._sessions / folder / EVENTS / f"{safe_name(source_id)}{LOG}"
            if fs.is_file(log):
                yield log

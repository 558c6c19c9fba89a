"""Find the files of a corpus: one file, or those of a folder and the folders in it, in natural order."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from codetui.core.text.display import plural
from codetui.model import Problem
from codetui.storage import disk, fs
from codetui.storage.sources import SUFFIXES
from codetui.storage.sources.decoding import printable

KINDS = ", ".join(SUFFIXES)
HIDDEN = (".", "~$")
"""First characters of names that are no sources: office programs put `~$ads.csv` beside an open table."""

_LONGEST_SUFFIX = max(map(len, SUFFIXES))
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_DIGITS = re.compile(r"([0-9]+)")


class CorpusFiles:
    """The files of a corpus; `outputs` is a folder of sessions, which holds no sources.

    `skipped` counts the other files by kind.  `failure` is why a folder could not be read, if one could not: what is
    missing may be in it.
    """

    def __init__(self, path: Path, outputs: Path | None = None) -> None:
        self.path = path
        self._outputs = _real_if_visible(outputs) if outputs is not None else ""
        self.skipped: Counter[str] = Counter()
        self.unreadable: list[Problem] = []
        self.failure: OSError | None = None

    def paths(self) -> Iterator[str]:
        """Yield every file of sources, those of a folder before those of the folders in it."""
        self.skipped.clear()
        self.unreadable.clear()
        self.failure = None
        try:
            is_folder = fs.is_folder(self.path)
        except OSError as error:
            self._report("place", str(self.path), error)
            return
        if is_folder:
            yield from self._walk()
        elif is_source_file(self.path.name):
            yield str(self.path)

    def first_path(self) -> str | None:
        """Return the first file of `paths`, found faster; None if that takes a search."""
        try:
            if not fs.is_folder(self.path):
                return next(self.paths(), None)
            names = disk.names(self.path)
            if not names or _is_session_folder(str(self.path), names):
                return None
        except OSError:
            return None
        first = first_name(names)
        if not _is_source(first):
            sources = [name for name in names if _is_source(name)]
            if not sources:
                return None
            first = first_name(sources)
        path = self.path / first
        try:
            return str(path) if fs.is_file(path) else None
        except OSError:
            return None

    def skipped_note(self) -> Problem | None:
        """Return a note with how many files were skipped, if any."""
        count = self.skipped.total()
        if not count:
            return None
        kinds = ", ".join(kind for kind, _ in self.skipped.most_common(8))
        message = f"{plural(count, 'file was', 'files were')} skipped ({kinds}): ads are read from {KINDS}"
        return Problem(printable(str(self.path)), 0, "note", printable(message))

    def empty_problem(self) -> Problem:
        """Return why there is no source, and what to do."""
        hint = f"put ads there ({KINDS}) or name another place: codetui ADS"
        try:
            status = disk.status(self.path)
        except OSError as error:
            message = f"this place cannot be read ({error.strerror or error}): {hint}"
            return Problem(printable(str(self.path)), 0, "error", message)
        if status is None:
            message = f"there is no such file or folder: {hint}"
        elif stat.S_ISDIR(status.st_mode):
            message = f"no ad was found in this folder: {hint}"
        elif is_source_file(self.path.name):
            message = f"no ad was found in this file: {hint}"
        else:
            message = f"ads are not read from this kind of file: save it as one of {KINDS}"
        return Problem(printable(str(self.path)), 0, "error", message)

    def _walk(self) -> Iterator[str]:
        """Yield the files of a folder and below; a folder that links reach twice is read once."""
        waiting, seen = [str(self.path)], {self._outputs}
        while waiting:
            folder = waiting.pop()
            try:
                real = disk.real(folder)
                if real in seen:
                    continue
                seen.add(real)
                names, folders = self._sorted_out(folder)
                if _is_session_folder(folder, names):
                    continue
            except OSError as error:
                self._report("folder", folder, error)
                continue
            for name in sorted(names, key=natural_key):
                yield os.path.join(folder, name)  # noqa: PTH118
            for name in sorted(folders, key=natural_key, reverse=True):
                waiting.append(os.path.join(folder, name))  # noqa: PTH118

    def _sorted_out(self, folder: str) -> tuple[list[str], list[str]]:
        """Return the names of a folder's source files and folders; count the others, except for hidden ones."""
        names, folders = [], []
        for entry in disk.entries(folder):
            if entry.name.startswith(HIDDEN) or (entry.is_symlink() and not self._has_target(entry)):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file() and _is_source(entry.name):
                names.append(entry.name)
            else:
                self.skipped[_kind(entry.name)] += 1
        return names, folders

    def _has_target(self, link: os.DirEntry[str]) -> bool:
        """Return whether a link points to something; count one that does not."""
        try:
            link.stat()
        except OSError as error:
            if error.errno in _NOTHING_THERE:
                self.skipped["broken link"] += 1
            else:
                self._report("link", link.path, error)
            return False
        return True

    def _report(self, what: str, path: str, error: OSError) -> None:
        self.failure = error
        message = f"this {what} cannot be read ({error.strerror}): check who may read it"
        self.unreadable.append(Problem(printable(path), 0, "error", message))


def is_source_file(name: str) -> bool:
    """Return whether a file's name has the suffix of a reader."""
    return name[-_LONGEST_SUFFIX:].lower().endswith(SUFFIXES)


def natural_key(name: str) -> tuple[list[str | int], str]:
    """Return a key that sorts 2 before 10 and ignores case; names that are equal then sort as they are."""
    parts = _DIGITS.split(name.casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def first_name(names: Sequence[str]) -> str:
    """Return the first name in natural order, without 100,000 keys where most names begin alike."""
    if len(names) < 1000:
        return min(names, key=natural_key)
    smallest, largest = min(names), max(names)
    pairs = zip(smallest, largest, strict=False)
    start = next((at for at, (one, other) in enumerate(pairs) if one != other), len(smallest))
    while start and smallest[start - 1] in "0123456789":
        start -= 1
    # No name has a slash in it, and a search through one text takes a fifth of looking at each name.
    below_ten = re.findall(f"/({re.escape(smallest[:start])}0*[0-9](?![0-9])[^/]*)", "/" + "/".join(names))
    return min(below_ten or names, key=natural_key)


def _real_if_visible(folder: Path) -> str:
    """Return a folder without symbolic links, or as named if they cannot be read: then its files cannot be, either."""
    try:
        return disk.real(folder)
    except OSError:
        return str(folder.absolute())


def _is_source(name: str) -> bool:
    """Return whether a file of this name in a folder holds sources."""
    return is_source_file(name) and not _is_aside(name)


def _is_aside(name: str) -> bool:
    """Return whether a file describes its folder instead of being a source: `README.md`, hidden files."""
    return name.lower().startswith((*HIDDEN, "readme.", "license.", "licence."))


def _is_session_folder(folder: str, names: list[str]) -> bool:
    """Return whether these are a coder's documents, which lie beside the folder of logs."""
    has_documents = any(name.startswith("analysis_job_") and name.endswith(".md") for name in names)
    return has_documents and fs.is_folder(Path(folder) / "events")


def _kind(name: str) -> str:
    if _is_aside(name):
        return name
    return Path(name).suffix.lower() or "without suffix"

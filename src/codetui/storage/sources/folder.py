"""Which files hold ads: one file, or those of a folder and the folders in it, in natural order."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from codetui.core.text.display import plural
from codetui.model import Problem
from codetui.storage import disk, fs
from codetui.storage.corpus_names import first_name, natural_key
from codetui.storage.corpus_tables import TABLES
from codetui.storage.sources.decoding import printable

TEXTS = (".txt", ".md")
SUFFIXES = TEXTS + TABLES
KINDS = ", ".join(SUFFIXES)
HIDDEN = (".", "~$")
"""How names begin that nobody has put there as ads: office programs lay `~$ads.csv` beside an open table."""
NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


class AdFiles:
    """The files of a corpus.  `outputs` is a folder of sessions, which holds no ads."""

    def __init__(self, path: Path, outputs: Path | None = None) -> None:
        self.path = path
        self._outputs = _real_if_seen(outputs) if outputs is not None else ""
        self.passed_over: Counter[str] = Counter()
        self.unreadable: list[Problem] = []
        self.failure: OSError | None = None
        """Why a folder could not be read, if one could not: what is lacking may be in it."""

    def paths(self) -> Iterator[str]:
        """Every file of ads, a folder's before those of folders in it; `passed_over` counts the others."""
        self.passed_over.clear()
        self.unreadable.clear()
        self.failure = None
        try:
            is_folder = fs.is_folder(self.path)
        except OSError as error:
            self._report("place", str(self.path), error)
            return
        if is_folder:
            yield from self._in_folders()
        elif is_ad_file(self.path.name):
            yield str(self.path)

    def first_path(self) -> str | None:
        """The first file of `paths`, found faster; None where that takes a search."""
        try:
            if not fs.is_folder(self.path):
                return next(self.paths(), None)
            names = disk.names(self.path)
            if not names or _is_session_folder(str(self.path), names):
                return None
        except OSError:
            return None
        first = first_name(names)
        if not _is_ad(first):
            ads = [name for name in names if _is_ad(name)]
            if not ads:
                return None
            first = first_name(ads)
        path = self.path / first
        try:
            return str(path) if fs.is_file(path) else None
        except OSError:
            return None

    def _in_folders(self) -> Iterator[str]:
        """The files of a folder and below; a folder reached twice by symbolic links is read once."""
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
        """The names of a folder's ad files and folders; others are counted, but for hidden ones."""
        names, folders = [], []
        for entry in disk.entries(folder):
            if entry.name.startswith(HIDDEN) or (entry.is_symlink() and not self._leads_on(entry)):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file() and _is_ad(entry.name):
                names.append(entry.name)
            else:
                self.passed_over[_kind(entry.name)] += 1
        return names, folders

    def _leads_on(self, link: os.DirEntry[str]) -> bool:
        """Whether a link leads to something; one that leads nowhere is counted."""
        try:
            link.stat()
        except OSError as error:
            if error.errno in NOTHING_THERE:
                self.passed_over["broken link"] += 1
            else:
                self._report("link", link.path, error)
            return False
        return True

    def _report(self, what: str, path: str, error: OSError) -> None:
        self.failure = error
        message = f"this {what} cannot be read ({error.strerror}): check who may read it"
        self.unreadable.append(Problem(printable(path), 0, "error", message))

    def note(self) -> Problem | None:
        """How many files were passed over, for the one note that says so."""
        count = self.passed_over.total()
        if not count:
            return None
        kinds = ", ".join(kind for kind, _ in self.passed_over.most_common(8))
        message = f"{plural(count, 'file was', 'files were')} passed over ({kinds}): ads are read from {KINDS}"
        return Problem(printable(str(self.path)), 0, "note", printable(message))

    def nothing(self) -> Problem:
        """Why there is no ad, and what to do."""
        way_out = f"put ads there ({KINDS}) or name another place: codetui ADS"
        try:
            status = disk.status(self.path)
        except OSError as error:
            message = f"this place cannot be read ({error.strerror or error}): {way_out}"
            return Problem(printable(str(self.path)), 0, "error", message)
        if status is None:
            message = f"there is no such file or folder: {way_out}"
        elif stat.S_ISDIR(status.st_mode):
            message = f"no ad was found in this folder: {way_out}"
        elif is_ad_file(self.path.name):
            message = f"no ad was found in this file: {way_out}"
        else:
            message = f"ads are not read from this kind of file: save it as one of {KINDS}"
        return Problem(printable(str(self.path)), 0, "error", message)


def is_ad_file(name: str) -> bool:
    """Whether a file's name has a suffix that ads are read from."""
    return name[-6:].lower().endswith(SUFFIXES)


def is_table(path: str) -> bool:
    """Whether a file holds one ad a row."""
    return path[-6:].lower().endswith(TABLES)


def is_aside(name: str) -> bool:
    """Whether a file speaks about the folder instead of being an ad: `README.md`, hidden files."""
    return name.lower().startswith((*HIDDEN, "readme.", "license.", "licence."))


def _real_if_seen(folder: Path) -> str:
    """The folder without symbolic links; as it is named where they cannot be seen: then nothing in it can be either."""
    try:
        return disk.real(folder)
    except OSError:
        return str(folder.absolute())


def _is_ad(name: str) -> bool:
    """Whether a file of this name in a folder holds ads."""
    return is_ad_file(name) and not is_aside(name)


def _is_session_folder(folder: str, names: list[str]) -> bool:
    """Whether these are a coder's documents: the events of the work lie beside them."""
    has_documents = any(name.startswith("analysis_job_") and name.endswith(".md") for name in names)
    return has_documents and fs.is_folder(Path(folder) / "events")


def _kind(name: str) -> str:
    if is_aside(name):
        return name
    return Path(name).suffix.lower() or "without suffix"

"""The files of a corpus: one file, or those of a folder and its subfolders in natural order."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from codetui.core.text.display import plural
from codetui.model import Problem, Words
from codetui.storage import copies, disk, fs
from codetui.storage.sources import HTML, READERS
from codetui.storage.sources.reader import AD, SourceReader, printable

READER_OF: dict[str, SourceReader] = {suffix: reader for reader in READERS for suffix in reader.suffixes}
SUFFIXES: tuple[str, ...] = tuple(READER_OF)
KINDS = ", ".join(SUFFIXES)
HIDDEN = (".", "~$")
"""First characters of names that are no sources: office programs put `~$ads.csv` beside an open table."""

_PAGE_FOLDER = re.compile(r"(?:_files|_bestanden|-Dateien|_fichiers|_archivos)$")
"""The ends of names of folders in which browsers put the pictures and frames of a page that they save."""

_LONGEST_SUFFIX = max(map(len, SUFFIXES))
_NOTHING_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
_DIGITS = re.compile(r"([0-9]+)")


def reader_of(file: str) -> SourceReader:
    """Return the reader of a file by its suffix; raise KeyError if there is none."""
    return READER_OF[file[file.rindex(".") :].lower() if "." in file else ""]


class CorpusFiles:
    """The files of a corpus; `outputs` is a folder of sessions, which holds no sources.

    `skipped` counts the other files by kind.  `failure` is the reason why a folder could not be read, if any: a missing
    source may be in it.
    """

    def __init__(self, path: Path, outputs: Path | None = None, words: Words = AD) -> None:
        self.path = path
        self._words = words
        self._outputs = _real_if_visible(outputs) if outputs is not None else ""
        self.skipped: Counter[str] = Counter()
        self.unreadable: list[Problem] = []
        self.copies: list[Problem] = []
        """The copies of files beside them, which are not read."""
        self.failure: OSError | None = None

    def paths(self) -> Iterator[str]:
        """Yield every file of sources, those of a folder before those of its subfolders."""
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
        """Return the first file of `paths` without walking the folder; None if that takes a search."""
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
        path = self.path / (copies.original_of(first, names) or first)
        try:
            return str(path) if fs.is_file(path) else None
        except OSError:
            return None

    def problems(self) -> list[Problem]:
        """Return the problems: unreadable files, copies, and a note on how many files of other kinds were skipped."""
        problems = [*self.unreadable, *self.copies]
        if self.skipped:
            count = plural(self.skipped.total(), "file was", "files were")
            kinds = ", ".join(kind for kind, _ in self.skipped.most_common(8))
            message = f"{count} skipped ({kinds}): {self._words.sources} are read from {KINDS}"
            problems.append(Problem(printable(str(self.path)), 0, "note", printable(message)))
        return problems

    def empty_problem(self) -> Problem:
        """Return why there are no sources, and what to do."""
        hint = f"put {self._words.sources} there ({KINDS}) or name another place: codetui PATH"
        try:
            status = disk.status(self.path)
        except OSError as error:
            what = f"this place cannot be read ({error.strerror or error})"
        else:
            is_folder = status is not None and stat.S_ISDIR(status.st_mode)
            if status is None:
                what = "this link leads nowhere" if self.path.is_symlink() else "there is no such file or folder"
            elif is_folder or is_source_file(self.path.name):
                what = f"no {self._words.source} was found in this {'folder' if is_folder else 'file'}"
            else:
                what, hint = f"{self._words.sources} are not read from this kind of file", f"save it as one of {KINDS}"
        return Problem(printable(str(self.path)), 0, "error", f"{what}: {hint}")

    def _walk(self) -> Iterator[str]:
        """Yield the files of a folder and its subfolders; a folder that links reach twice is read once."""
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
            copied = copies.copies_in(names)
            self.copies += [self._copy(folder, *pair) for pair in copied.items()]
            for name in sorted(names, key=natural_key):
                if name not in copied:
                    yield os.path.join(folder, name)  # noqa: PTH118
            pages = {os.path.splitext(name)[0] for name in names if name.lower().endswith(HTML.suffixes)}  # noqa: PTH122
            inside = [name for name in folders if _PAGE_FOLDER.sub("", name) not in pages]
            for name in sorted(inside, key=natural_key, reverse=True):
                waiting.append(os.path.join(folder, name))  # noqa: PTH118

    def _sorted_out(self, folder: str) -> tuple[list[str], list[str]]:
        """Return the names of a folder's source files and folders; count all others except hidden ones."""
        names, folders, others = list[str](), list[str](), list[str]()
        for entry in disk.entries(folder):
            if _is_source(copies.awaited(entry.name)):
                path = printable(f"{folder}{os.sep}{entry.name}")
                self.copies.append(Problem(path, 0, "error", copies.AWAITED))
            if entry.name.startswith(HIDDEN) or (entry.is_symlink() and not self._has_target(entry)):
                continue
            if entry.is_dir():
                folders.append(entry.name)
            elif entry.is_file() and _is_source(entry.name):
                names.append(entry.name)
            else:
                others.append(entry.name)
        for name in others:
            original = copies.original_of(name, names)
            if original:
                self.copies.append(self._copy(folder, name, original))
            else:
                self.skipped[_kind(name)] += 1
        return names, folders

    def _copy(self, folder: str, name: str, original: str) -> Problem:
        what = f"this is a copy of {original}, which is the {self._words.source}, so it is not read"
        return Problem(printable(f"{folder}{os.sep}{name}"), 0, *copies.remedy(name, printable(what)))

    def _has_target(self, link: os.DirEntry[str]) -> bool:
        """Return whether a link has a target; count a broken one."""
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
    """Return a key that sorts 2 before 10, `x.txt` before `x-a.txt`, and ignores case; equal names sort as they are."""
    dot = name.rfind(".") if is_source_file(name) else len(name)
    parts = _DIGITS.split(f"{name[:dot]}\0{name[dot:]}".casefold())
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], name


def first_name(names: Sequence[str]) -> str:
    """Return the first name in natural order, without computing 100,000 keys if most names begin alike."""
    if len(names) < 1000:
        return min(names, key=natural_key)
    smallest, largest = min(names), max(names)
    pairs = zip(smallest, largest, strict=False)
    start = next((at for at, (one, other) in enumerate(pairs) if one != other), len(smallest))
    while start and smallest[start - 1] in "0123456789":
        start -= 1
    # No name has a slash in it, and a search through one text takes a fifth of looking at each name.
    below_ten = re.findall(f"/({re.escape(smallest[:start])}0*[0-9](?![0-9])[^/]*)", "/" + "/".join(names))
    shortest = [name for name in names if len(name) <= start + _LONGEST_SUFFIX]
    return min([*below_ten, *shortest] if below_ten else names, key=natural_key)


def _real_if_visible(folder: Path) -> str:
    """Return a folder without symbolic links, or unchanged if they cannot be read.

    Then its files cannot be read, either.
    """
    try:
        return disk.real(folder)
    except OSError:
        return str(folder.absolute())


def _is_source(name: str) -> bool:
    """Return whether a file of this name in a folder holds sources."""
    return is_source_file(name) and not _is_aside(name)


def _is_aside(name: str) -> bool:
    """Return whether a file is hidden or describes its folder, such as `README.md`, rather than being a source."""
    return name.lower().startswith((*HIDDEN, "readme.", "license.", "licence."))


def _is_session_folder(folder: str, names: list[str]) -> bool:
    """Return whether these are a coder's documents, which lie beside the folder of logs."""
    has_documents = any(name.startswith("analysis_job_") and name.endswith(".md") for name in names)
    return has_documents and fs.is_folder(Path(folder) / "events")


def _kind(name: str) -> str:
    if _is_aside(name):
        return name
    return Path(name).suffix.lower() or "without suffix"

"""The corpus: a list of sources that grows while it is read, each found again by its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from codetui.model import CorpusSettings, Problem, Source, SourceEntry, SourceId
from codetui.storage import disk, fs
from codetui.storage.fs import NOT_A_FILE, none_if_gone
from codetui.storage.sources import reader_of
from codetui.storage.sources.decoding import LIMIT, ProblemCollector, printable
from codetui.storage.sources.folder import CorpusFiles, is_source_file
from codetui.storage.sources.reader import HEAD, Place, SourceFile

BATCH = 500
NO_TEXT = 0
"""The digest of a source without text, which equals no other."""

_PROGRESS = 2 * 1024 * 1024
_DIGEST_BYTES = 8


class Batch(NamedTuple):
    """Some more sources; `done` of `total` bytes are listed (a text file counts as its head)."""

    entries: tuple[SourceEntry, ...]
    problems: tuple[Problem, ...]
    done: int
    total: int


class SourceText(NamedTuple):
    """A source with its text, its offset as in SourceEntry, and the digest of its text."""

    source: Source
    offset: int
    digest: int


def digest_of(body: str) -> int:
    """Return 64 bits that identify a text, `NO_TEXT` if it is blank.

    Two sources have the same text if their bodies do, each run of white space read as one blank.  The title does not
    count: a source that is published again often gets another title or employer ("Dev Engineer", "Lead Dev Engineer")
    and a new layout, while the words that are coded stay.  A text file has no column for the title: all of it counts.
    """
    words = " ".join(body.split())
    if not words:
        return NO_TEXT
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
    return int.from_bytes(digest, "big") or 1


class Corpus:
    """The sources of a folder or a file.  Nothing is kept in memory, and nothing is ever written.

    `outputs` is a folder of sessions that is left out of the search for sources.
    """

    def __init__(self, path: Path, settings: CorpusSettings, outputs: Path | None = None) -> None:
        self.path = path
        self._columns = settings.columns
        self._outputs = outputs

    # --- the list -----------------------------------------------------------------------------------

    def first(self) -> SourceEntry | None:
        """Return the first source of the list without reading the corpus, None if there is none."""
        path = self._files().first_path()
        entry = next(self._entries(path, ProblemCollector(path)), None) if path else None
        return entry or next((entry for path in self._files().paths() for entry in self._quietly(path)), None)

    def batches(self) -> Iterator[Batch]:
        """Yield all sources in natural order with the problems on the way, for a worker; each id comes once."""
        files = self._files()
        paths = list(files.paths())
        total = sum(map(_weight, paths))
        done, count = 0, 0
        entries: list[SourceEntry] = []
        problems = [*files.unreadable, *filter(None, [files.skipped_note()])]
        unique = _Unique()
        for path in paths:
            collector, reported = ProblemCollector(path), done
            for entry in self._entries(path, collector):
                if unique.add(entry, collector):
                    entries.append(entry)
                here = done + max(entry.offset, 0)
                if len(entries) >= BATCH or here - reported > _PROGRESS:
                    count += len(entries)
                    yield Batch(tuple(entries), (*problems, *collector.drain()), min(here, total), total)
                    entries, problems, reported = [], [], here
            problems += [*collector.drain(), *collector.overflow()]
            done += _weight(path)
            if len(problems) > LIMIT:
                count += len(entries)
                yield Batch(tuple(entries), tuple(problems), min(done, total), total)
                entries, problems = [], []
        if not count and not entries:
            problems.append(files.empty_problem())
        yield Batch(tuple(entries), tuple(problems), total, total)

    def texts(self, problems: list[Problem]) -> Iterator[SourceText]:
        """Yield all sources with their texts in one pass, in natural order; each id comes once.

        Problems on the way are added to `problems`, the same that `batches` and `read` report.
        """
        files = self._files()
        unique = _Unique()
        for path in files.paths():
            collector = ProblemCollector(path)
            for entry, source in self._sources(path, collector):
                if unique.add(entry, collector):
                    yield SourceText(source, entry.offset, digest_of(source.text[source.body_start :]))
            problems += [*collector.drain(), *collector.overflow()]
        problems += [*files.unreadable, *filter(None, [files.skipped_note()])]
        if not unique.count:
            problems.append(files.empty_problem())

    def digests(self, entries: Iterable[SourceEntry]) -> Iterator[int]:
        """Yield the digest of each listed source's text (see `digest_of`), in the order of the list.

        A source that is no longer at its place gives `NO_TEXT`.  Each file is read once, and no text kept in memory.
        """
        for path, listed in groupby(entries, key=lambda entry: entry.file):
            sources = self._sources(path, ProblemCollector(path))
            found = next(sources, None)
            for entry in listed:
                while found is not None and found[0].offset < entry.offset:
                    found = next(sources, None)
                is_there = found is not None and (found[0].offset, found[0].id) == (entry.offset, entry.id)
                yield digest_of(found[1].text[found[1].body_start :]) if found is not None and is_there else NO_TEXT

    def contains_files_of(self, folder: Path) -> bool:
        """Return whether sources lie right in a folder, so that a file written there would become one."""
        if not fs.is_folder(self.path):
            return False
        here = disk.real(folder)
        return any(disk.real(one) == here for one in {Path(path).parent for path in self._files().paths()})

    # --- one source ---------------------------------------------------------------------------------

    def find(self, source_id: str, file: str = "", offset: int = -1, line: int = 0) -> SourceEntry | None:
        """Return the source with this id: at the place where it was last seen, else by a search.

        Raise OSError if it may be in a file or folder that cannot be read.
        """
        hint = self._visible(file)
        entry = none_if_gone(lambda: self._entry_at(source_id, hint, Place(offset, line))) if hint else None
        return entry or self._search(source_id)

    def read(self, entry: SourceEntry) -> tuple[Source | None, list[Problem]]:
        """Return a source with its text: from its place, else found by its id; None if it is gone.

        Raise OSError if it cannot be read: a session without its text would treat its quotations as lost.
        """
        collector = ProblemCollector(entry.file)
        source = none_if_gone(lambda: self._source_at(entry, collector))
        if source is None and (moved := self.find(entry.id)) is not None:
            collector = ProblemCollector(moved.file)
            source = self._source_at(moved, collector)
        if source is None:
            message = f"ad {entry.id[:80]} is no longer in {self.path}: put it back; its codings are kept"
            return None, [Problem(printable(entry.file), entry.line, "error", printable(message))]
        return source, [problem for problem in collector.drain() if problem.line >= source.line]

    def _search(self, source_id: str) -> SourceEntry | None:
        files = self._files()
        for path in files.paths():
            collector = ProblemCollector(path)
            if reader_of(path).id_in_name(path) not in (None, source_id):
                continue
            entry = next((one for one in self._entries(path, collector) if one.id == source_id), None)
            if collector.failure is not None:
                raise collector.failure
            if entry is not None:
                return entry
        if files.failure is not None:
            raise files.failure
        return None

    def _visible(self, file: str) -> str | None:
        """Return the file of a remembered place, if it is one of this corpus."""
        if not file or not fs.is_folder(self.path):
            return str(self.path) if file and fs.is_file(self.path) else None
        with suppress(ValueError):
            inside = Path(disk.real(file)).relative_to(disk.real(self.path))
            return str(self.path / inside) if is_source_file(inside.name) else None
        return None

    def _entry_at(self, source_id: str, file: str, place: Place) -> SourceEntry | None:
        """Return the entry at a place, if it is the one with this id."""
        entry = next(reader_of(file).entries(self._file(file, ProblemCollector(file)), place), None)
        return entry if entry is not None and _is_at(entry, source_id, file, place.offset) else None

    def _source_at(self, entry: SourceEntry, collector: ProblemCollector) -> Source | None:
        """Return the source at an entry's place, None if it is not there."""
        place = Place(entry.offset, entry.line)
        found = next(reader_of(entry.file).sources(self._file(entry.file, collector), place), None)
        is_table = reader_of(entry.file).is_table
        if found is None or (is_table and not _is_at(found[0], entry.id, entry.file, entry.offset)):
            return None
        return found[1]

    # --- files --------------------------------------------------------------------------------------

    def _files(self) -> CorpusFiles:
        return CorpusFiles(self.path, self._outputs)

    def _file(self, path: str, collector: ProblemCollector) -> SourceFile:
        return SourceFile(sys.intern(path), self._columns, collector)

    def _quietly(self, path: str) -> Iterator[SourceEntry]:
        """Yield the entries of a file whose problems are listed elsewhere."""
        return self._entries(path, ProblemCollector(path))

    def _entries(self, path: str, collector: ProblemCollector) -> Iterator[SourceEntry]:
        """Yield the entries of a file; one that cannot be read is a problem and has none."""
        try:
            yield from reader_of(path).entries(self._file(path, collector))
        except OSError as error:
            collector.failure = None if error.errno in NOT_A_FILE else error
            collector.add(0, "error", f"{_unreadable(error)}: check that it is there and who may read it")

    def _sources(self, path: str, collector: ProblemCollector) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the entries of a file with the sources and their texts."""
        try:
            yield from reader_of(path).sources(self._file(path, collector))
        except OSError as error:
            collector.add(0, "error", f"{_unreadable(error)}: check that it is there and who may read it")


class _Unique:
    """Accept each id once."""

    def __init__(self) -> None:
        self._first: dict[SourceId, SourceEntry] = {}

    @property
    def count(self) -> int:
        """How many ids there were."""
        return len(self._first)

    def add(self, entry: SourceEntry, collector: ProblemCollector) -> bool:
        """Return whether this is the first source with its id; report a second one with both places."""
        first = self._first.setdefault(entry.id, entry)
        if first is entry:
            return True
        place = f"{first.file}:{first.line}" if first.line else first.file
        message = f"ad {entry.id[:80]} is already at {place}, which is used: give one of them another id"
        collector.add(entry.line, "warning", message)
        return False


def _is_at(entry: SourceEntry, source_id: str, file: str, offset: int) -> bool:
    """Return whether an entry has this id and, in a table, begins at this offset."""
    return entry.id == source_id and (entry.offset == offset or not reader_of(file).is_table)


def _unreadable(error: OSError) -> str:
    return f"this file cannot be read ({error.strerror or error})"


def _weight(path: str) -> int:
    """Return what a file counts for in the progress: a table its bytes, a text file its head."""
    if not reader_of(path).is_table:
        return HEAD
    try:
        status = disk.status(path)
    except OSError:
        return 0
    return 0 if status is None else status.st_size

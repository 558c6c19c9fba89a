"""The corpus: a list of sources that grows while it is read; each source is found again by its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from itertools import chain, groupby
from pathlib import Path
from typing import NamedTuple

from codetui.model import CorpusSettings, Problem, Severity, Source, SourceEntry, SourceId, Words, source_hash
from codetui.storage import copies, disk, fs
from codetui.storage.erasures import Erasures
from codetui.storage.fs import NOT_A_FILE, Version, none_if_gone
from codetui.storage.sources.corpus_files import READER_OF, CorpusFiles, is_source_file, reader_of
from codetui.storage.sources.documents import LARGE, UnreadableSourceError, is_kept, note_not_read
from codetui.storage.sources.frozen import Frozen, FrozenTexts, frozen_of, hash_of_file
from codetui.storage.sources.reader import AD, HEAD, LIMIT, Place, ProblemCollector, SourceFile, printable
from codetui.storage.sources.row_ids import RowIds
from codetui.storage.sources.same_ids import CodedFiles

BATCH = 500
NO_TEXT = 0
"""The digest of a source without text, which equals no other."""

_LISTED_AT_ONCE = 10 * 1024 * 1024
"""Bytes of a table that is read for the neighbours of a row that is coded before the table was listed."""

_PROGRESS = 2 * 1024 * 1024
_DIGEST_BYTES = 8


class Batch(NamedTuple):
    """A batch of sources; `done` of `total` bytes are listed so far (a text file counts only with its head).

    `repeated` is the number of rows that repeat the title and text of another one, known with the last batch.
    """

    entries: tuple[SourceEntry, ...]
    problems: tuple[Problem, ...]
    done: int
    total: int
    repeated: int = 0


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
    """The sources of a folder or a file.  No text is kept in memory, and nothing is ever written to the corpus.

    `outputs` is a folder of sessions that is left out of the search for sources; the ids of rows are recorded there.
    Sources that were erased, as its tombstones show, are left out, too, unless `has_erased`. Extracted texts that were
    coded are those that are frozen there, unless they are to be `is_extracted` anew.
    """

    def __init__(
        self,
        path: Path,
        settings: CorpusSettings,
        outputs: Path | None = None,
        words: Words = AD,
        *,
        has_erased: bool = False,
        is_extracted: bool = False,
    ) -> None:
        self.path = path
        self._is_extracted = is_extracted
        self._has_erased = has_erased
        self._words = words
        self._columns = settings.columns
        self._outputs = outputs
        self._row_ids = RowIds(outputs)
        self._hashes: dict[str, tuple[Version, str]] = {}

    def record(self, source: Source) -> None:
        """Record a source that is coded: its text if it was extracted, the id of a row without one. Raises OSError."""
        reader = READER_OF.get(Path(source.file).suffix.lower())
        if reader is not None and reader.extractor and source.text.strip():
            frozen = FrozenTexts(self._outputs)
            if frozen.of(source.id) is None:
                options = self._columns if reader.is_table else {}
                frozen.add(frozen_of(source, self._hash_of(source.file), reader.extractor, options), source.text)
                self.reload()
        self.record_id(source)

    def record_id(self, source: Source) -> None:
        """Record the id of a row without one, since the study refers to it. Raises OSError."""
        if self._row_ids.lacks_neighbours(source) and _weight(source.file) < _LISTED_AT_ONCE:
            for _ in self._entries(source.file, self._collector(source.file)):
                pass
        self._row_ids.record(source)

    def reload(self) -> None:
        """Use what was frozen or erased since."""
        self.__dict__.pop("_frozen", None)
        self.__dict__.pop("_erased", None)

    def _hash_of(self, file: str) -> str:
        """Return the hash of a file, which is read again only if it has changed: a workbook has many rows."""
        version = fs.version(Path(file))
        known = self._hashes.get(file)
        if known is None or known[0] != version:
            known = self._hashes[file] = version, hash_of_file(file)
        return known[1]

    @cached_property
    def _frozen(self) -> FrozenTexts | None:
        """The frozen texts, if there are any. Raises OSError."""
        found = FrozenTexts(self._outputs) if self._outputs is not None and not self._is_extracted else None
        return found or None

    def _of_frozen(self) -> Sequence[Problem]:
        """Return the problems of frozen texts."""
        return self._frozen.problems if self._frozen else ()

    def _frozen_document(self, path: str) -> Frozen | None:
        """Return the frozen version of a file of one source, None if it was not coded."""
        if self._frozen is None:
            return None
        if kept := self._frozen.at(path):
            return kept
        if (source_id := reader_of(path).id_in_name(path)) is None:
            return None
        return self._frozen.of(source_id) if reader_of(path).extractor else None

    def changes(self, entries: Iterable[SourceEntry]) -> Iterator[Problem]:
        """Yield a problem for each listed document that was coded and whose file has changed since."""
        for entry in entries if self._frozen else ():
            frozen = self._frozen_document(entry.file)
            if frozen is not None and (change := self._change_of(frozen, entry.file)) is not None:
                yield Problem(printable(entry.file), 0, *change)

    def _change_of(self, frozen: Frozen, path: str) -> tuple[Severity, str] | None:
        """Return what has changed since a document was extracted: the file, or the extractor, which is only a note."""
        word, hint = self._words.source, f"`codetui sources refresh {frozen.id}` shows the difference"
        kept = "the codings keep the text that was coded"
        if self._frozen is not None and self._frozen.at(path):
            return "warning", f"{word} {frozen.id}: {frozen.name} is gone from {self.path}; {kept}: put the file back"
        try:
            is_same = self._hash_of(path) == frozen.file
        except OSError as error:
            return "warning", f"this file cannot be read ({error.strerror or error}); {kept}"
        if not is_same:
            return "warning", f"the file of this {word} has changed since it was coded; {kept}: {hint}"
        now = reader_of(path).extractor
        if now != frozen.extractor:
            return "note", f"extracted with {frozen.extractor}, and codetui now has {now}; {kept}: {hint}"
        return None

    @cached_property
    def _erased(self) -> Erasures | None:
        """The erased sources, if there are any. Raises OSError."""
        found = Erasures(self._outputs) if self._outputs is not None and not self._has_erased else None
        return found or None

    def _is_shown(self, entry: SourceEntry, collector: ProblemCollector | None = None) -> bool:
        """Return whether a source was not erased; one that was is noted."""
        if self._erased is None or not self._erased.has(entry.id):
            return True
        if collector is not None:
            what = f"{self._words.source} {entry.id[:80]} was erased from the study, and is not shown: delete it here"
            collector.add(entry.line, "note", what)
        return False

    def has_given_id(self, entry: SourceEntry) -> bool:
        """Return whether a listed source is a row of a table without ids."""
        return self._row_ids.is_given(entry.id)

    # --- the list -----------------------------------------------------------------------------------

    def first(self) -> SourceEntry | None:
        """Return the first source of the list without reading the corpus, None if there is none."""
        first = self._files().first_path()
        paths = chain([first] if first else [], self._files().paths())
        entry = next((entry for path in paths for entry in self._entries(path, self._collector(path))), None)
        if entry is None:
            return next(self._gone(()), None)
        if reader_of(entry.file).is_table or not self._coded.has_session(entry.id):
            return entry
        return entry if self._coded.is_coded(entry.id, entry.file) else self._search(entry.id)

    def batches(self) -> Iterator[Batch]:
        """Yield all sources in natural order with the problems so far, for a worker; each id occurs once."""
        files = self._files()
        paths = self._coded.in_front(list(files.paths()))
        total = sum(map(_weight, paths))
        done, count, repeated = 0, 0, 0
        entries: list[SourceEntry] = []
        problems = files.problems()
        known: dict[SourceId, SourceEntry] = {}
        for path in paths:
            collector, reported = self._collector(path), done
            for entry in self._entries(path, collector):
                if self._is_first(entry, known, collector):
                    entries.append(entry)
                here = done + max(entry.offset, 0)
                if len(entries) >= BATCH or here - reported > _PROGRESS:
                    count += len(entries)
                    yield Batch(tuple(entries), (*problems, *collector.drain()), min(here, total), total)
                    entries, problems, reported = [], [], here
            problems += [*collector.drain(), *collector.overflow()]
            done += _weight(path)
            repeated += collector.repeated
            if len(problems) > LIMIT:
                count += len(entries)
                yield Batch(tuple(entries), tuple(problems), min(done, total), total)
                entries, problems = [], []
        gone = list(self._gone(known))
        entries += gone
        problems += (*self.changes(gone), *self._row_ids.problems, *self._of_frozen())
        if not count and not entries:
            problems.append(files.empty_problem())
        yield Batch(tuple(entries), tuple(problems), total, total, repeated)

    def texts(self, problems: list[Problem]) -> Iterator[SourceText]:
        """Yield all sources with their texts in one pass, in natural order; each id occurs once.

        Problems are added to `problems`, the same ones that `batches` and `read` report.
        """
        for source, offset, _ in self.walk(problems):
            yield SourceText(source, offset, digest_of(source.text[source.body_start :]))

    def walk(self, problems: list[Problem]) -> Iterator[tuple[Source, int, float]]:
        """Yield all sources as `texts` does, with their offsets as in SourceEntry and the share of the corpus read."""
        files = self._files()
        known: dict[SourceId, SourceEntry] = {}
        paths = self._coded.in_front(list(files.paths()))
        weights = {path: _weight(path) for path in paths}
        total, done = sum(weights.values()) or 1, 0
        for path in paths:
            collector = self._collector(path)
            for entry, source in self._sources(path, collector):
                if self._is_first(entry, known, collector):
                    yield source, entry.offset, min((done + max(entry.offset, 0)) / total, 1.0)
            problems += [*collector.drain(), *collector.overflow()]
            done += weights[path]
        for entry in self._gone(tuple(known)):
            collector = self._collector(entry.file)
            for _, source in self._sources(entry.file, collector):
                known[entry.id] = entry
                yield source, entry.offset, 1.0
            problems += collector.drain()
        problems += (*files.problems(), *self._row_ids.problems, *self._of_frozen())
        if not known:
            problems.append(files.empty_problem())

    def fingerprint(self) -> tuple[str, int]:
        """Return a text that changes whenever a file of the corpus does, and the size of all files in bytes."""
        erased = sorted(self._erased.names) if self._erased else ""
        frozen = self._frozen.state() if self._frozen else ""
        state = f"{self._columns!r}{erased}{frozen}{self._row_ids.state()}"
        digest, size = blake2b(state.encode(), digest_size=16), 0
        for path in self._files().paths():
            with suppress(OSError):
                status = disk.status(path)
                if status is not None:
                    digest.update(
                        f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode("utf-8", "surrogateescape")
                    )
                    size += status.st_size
        return digest.hexdigest(), size

    def digests(self, entries: Iterable[SourceEntry]) -> Iterator[int]:
        """Yield the digest of each listed source's text (see `digest_of`), in the order of the list.

        A source that is no longer at its place yields `NO_TEXT`. Each file is read once, and no text is kept in memory.
        """
        for path, listed in groupby(entries, key=lambda entry: entry.file):
            sources = self._sources(path, self._collector(path))
            found = next(sources, None)
            for entry in listed:
                while found is not None and found[0].offset < entry.offset:
                    found = next(sources, None)
                is_there = found is not None and (found[0].offset, found[0].id) == (entry.offset, entry.id)
                yield digest_of(found[1].text[found[1].body_start :]) if found is not None and is_there else NO_TEXT

    def contains_files_of(self, folder: Path) -> bool:
        """Return whether sources are directly in a folder, so that a file written there would become one."""
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
        """Return a source with its text: from its place, else found by its id; None if it is no longer there.

        Raise OSError if it cannot be read: a session without its text would treat its quotations as lost.
        """
        collector = self._collector(entry.file)
        source = none_if_gone(lambda: self._source_at(entry, collector))
        if source is None and (moved := self.find(entry.id)) is not None:
            collector = self._collector(moved.file)
            source = self._source_at(moved, collector)
        if source is None:
            message = (
                f"{self._words.source} {entry.id[:80]} is no longer in {self.path}: put it back; its codings are kept"
            )
            return None, [Problem(printable(entry.file), entry.line, "error", printable(message))]
        problems = [problem for problem in collector.drain() if problem.line >= source.line]
        return source, [*problems, *self._of_frozen()]

    def is_slow(self, entry: SourceEntry) -> bool:
        """Return whether reading a listed source may take a second or more: a large document or workbook."""
        from codetui.storage.sources import workbooks

        reader = reader_of(entry.file)
        with suppress(OSError):
            if not reader.extractor or fs.version(Path(entry.file)).size < LARGE:
                return False
            if reader.is_table:
                return not workbooks.is_kept(entry.file)
            return self._frozen_document(entry.file) is None and not is_kept(entry.file)
        return False

    def _search(self, source_id: str) -> SourceEntry | None:
        files, failure = self._files(), None
        for path in self._coded.in_front(list(files.paths())):
            collector = self._collector(path)
            if reader_of(path).id_in_name(path) not in (None, source_id):
                continue
            entry = next((one for one in self._entries(path, collector) if one.id == source_id), None)
            if entry is not None:
                return entry
            failure = failure or collector.failure
        frozen = self._frozen.of(source_id) if self._frozen is not None else None
        if self._frozen is not None and frozen is not None and self._is_from_here(frozen):
            entry = _entry_of(frozen, str(self._frozen.path_of(frozen)))
            return entry if self._is_shown(entry) else None
        failure = failure or files.failure
        if failure is not None:
            raise failure
        return None

    def _gone(self, known: Iterable[str]) -> Iterator[SourceEntry]:
        """Yield the coded documents and rows that are not among the `known` ones: they open from their frozen text."""
        if self._frozen is not None:
            for frozen in self._frozen.others(known):
                entry = _entry_of(frozen, str(self._frozen.path_of(frozen)))
                if self._is_from_here(frozen) and self._is_shown(entry):
                    yield entry

    def _is_from_here(self, frozen: Frozen) -> bool:
        """Return whether a frozen text was extracted from this corpus: a single file has only its own."""
        return fs.is_folder(self.path) or frozen.name == self.path.name

    def is_gone(self, entry: SourceEntry) -> bool:
        """Return whether a listed source has its text in the study alone, since its file or row is gone."""
        return self._frozen is not None and self._frozen.at(entry.file) is not None

    def _visible(self, file: str) -> str | None:
        """Return the file of a remembered place, if it belongs to this corpus."""
        if not file or not fs.is_folder(self.path):
            return str(self.path) if file and fs.is_file(self.path) else None
        if copies.original_of(Path(file).name, _Siblings(Path(file).parent)):
            return None
        with suppress(ValueError):
            inside = Path(disk.real(file)).relative_to(disk.real(self.path))
            return str(self.path / inside) if is_source_file(inside.name) else None
        return None

    def _entry_at(self, source_id: str, file: str, place: Place) -> SourceEntry | None:
        """Return the entry at a place, if it is the one with this id."""
        entry = next(self._listed(file, self._collector(file), place), None)
        is_there = entry is not None and _is_at(entry, source_id, file, place.offset) and self._is_shown(entry)
        return entry if is_there else None

    def _source_at(self, entry: SourceEntry, collector: ProblemCollector) -> Source | None:
        """Return the source at an entry's place, None if it is not there."""
        place = Place(entry.offset, entry.line)
        found = next(self._read(entry.file, collector, place), None)
        is_table = reader_of(entry.file).is_table
        if found is None or (is_table and not _is_at(found[0], entry.id, entry.file, entry.offset)):
            return None
        if not self._is_shown(found[0]):
            return None
        return found[1]

    def _is_first(self, entry: SourceEntry, known: dict[SourceId, SourceEntry], collector: ProblemCollector) -> bool:
        """Return whether an entry is the first with its id, and add it to the `known` ones; report a duplicate."""
        first = known.setdefault(entry.id, entry)
        if first is not entry and self._row_ids.is_repeated(entry.id):
            collector.add_repeated(entry.id, entry.line)
        elif first is not entry:
            place = f"{first.file}:{first.line}" if first.line else first.file
            what = f"{collector.words.source} {entry.id[:80]} is already at {place}, which is used"
            is_same = reader_of(entry.file).is_table and self._has_text_of(entry, first, collector)
            collector.add(entry.line, "warning" if is_same else "error", f"{what}: give one of them another id")
        return first is entry

    def _has_text_of(self, entry: SourceEntry, first: SourceEntry, collector: ProblemCollector) -> bool:
        """Return whether two entries have one text, so that nothing is left out; of many, only some are compared."""
        if collector.counted("error") >= LIMIT or collector.counted("warning") >= LIMIT:
            return collector.counted("error") < LIMIT
        with suppress(OSError):
            one, other = (self._source_at(each, self._collector(each.file)) for each in (entry, first))
            return one is not None and other is not None and one.text == other.text
        return False

    # --- files --------------------------------------------------------------------------------------

    def _files(self) -> CorpusFiles:
        return CorpusFiles(self.path, self._outputs, self._words)

    @property
    def _coded(self) -> CodedFiles:
        return CodedFiles(self._outputs, lambda path: reader_of(path).id_in_name(path), self._text_of)

    def _text_of(self, path: str) -> str | None:
        source = next((source for _, source in self._read(path, self._collector(path))), None)
        return source.text if source is not None else None

    def _collector(self, path: str) -> ProblemCollector:
        return ProblemCollector(path, self._words)

    def _file(self, path: str, collector: ProblemCollector) -> SourceFile:
        return SourceFile(sys.intern(path), self._columns, collector, self._row_ids)

    def _entries(self, path: str, collector: ProblemCollector) -> Iterator[SourceEntry]:
        """Yield the entries of a file; an unreadable file yields a problem instead."""
        with _reporting(collector):
            for entry in self._listed(path, collector):
                if self._is_shown(entry, collector):
                    yield entry

    def _sources(self, path: str, collector: ProblemCollector) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the entries of a file with the sources and their texts."""
        with _reporting(collector):
            for entry, source in self._read(path, collector):
                if self._is_shown(entry, collector):
                    yield entry, source

    def _listed(self, path: str, collector: ProblemCollector, place: Place | None = None) -> Iterator[SourceEntry]:
        """Yield the entries of a file; a document whose text is frozen need not be extracted."""
        frozen = self._frozen_document(path)
        if frozen is not None:
            yield _entry_of(frozen, path)
        else:
            yield from reader_of(path).entries(self._file(path, collector), place)

    def _read(
        self, path: str, collector: ProblemCollector, place: Place | None = None
    ) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the entries of a file with their sources; those that were coded have the text that is frozen."""
        frozen = self._frozen_document(path)
        if frozen is not None and self._frozen is not None:
            entry = _entry_of(frozen, path)
            source = self._frozen.source(frozen, entry)
            if source is not None:
                if change := self._change_of(frozen, path):
                    collector.add(0, *change)
                note_not_read(frozen.not_read, 0, collector)
                yield entry, source
                return
        reader = reader_of(path)
        pairs = reader.sources(self._file(path, collector), place)
        yield from self._frozen_rows(pairs, collector) if self._frozen and reader.extractor else pairs

    def _frozen_rows(
        self, pairs: Iterable[tuple[SourceEntry, Source]], collector: ProblemCollector
    ) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the rows of a table; those that were coded have the text that is frozen."""
        for entry, source in pairs:
            frozen = self._frozen.of(entry.id) if self._frozen else None
            kept = self._frozen.source(frozen, entry) if self._frozen and frozen else None
            if frozen is None or kept is None:
                yield entry, source
                continue
            if source_hash(source.text) != frozen.text:
                what = f"the text of {self._words.source} {entry.id[:80]} has changed since it was coded"
                hint = f"`codetui sources refresh {entry.id[:80]}` shows the difference"
                collector.add(entry.line, "warning", f"{what}; the codings keep the text that was coded: {hint}")
            yield entry, replace(kept, attributes=source.attributes)


def _entry_of(frozen: Frozen, path: str) -> SourceEntry:
    return SourceEntry(frozen.id, sys.intern(frozen.employer), frozen.title, path, -1, 0)


class _Siblings:
    """The files of a folder, checked by name: listing 100,000 takes longer."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and fs.is_file(self._folder / name)


def _is_at(entry: SourceEntry, source_id: str, file: str, offset: int) -> bool:
    """Return whether an entry has this id and, in a table, begins at this offset."""
    return entry.id == source_id and (entry.offset == offset or not reader_of(file).is_table)


@contextmanager
def _reporting(collector: ProblemCollector) -> Iterator[None]:
    """Report a file that cannot be read."""
    try:
        yield
    except UnreadableSourceError as error:
        collector.failure = error
        collector.add(0, "error", f"this file {error.message}")
    except OSError as error:
        collector.failure = None if error.errno in NOT_A_FILE else error
        what = f"this file cannot be read ({error.strerror or error})"
        collector.add(0, "error", f"{what}: check that it is there and who may read it")


def _weight(path: str) -> int:
    """Return the weight of a file in the progress: of a table its bytes, of a text file its head."""
    if not reader_of(path).is_table:
        return HEAD
    try:
        status = disk.status(path)
    except OSError:
        return 0
    return 0 if status is None else status.st_size

"""The corpus: a list of ads that grows while it is read, each ad found again by its place."""

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
from codetui.storage.corpus_entries import HEAD, file_ad, file_entry, remark_on_nul, row_entry
from codetui.storage.corpus_names import id_and_employer
from codetui.storage.corpus_tables import Row, RowPlace, rows
from codetui.storage.fs import NOT_A_FILE, none_if_gone
from codetui.storage.sources.decoding import LIMIT, ProblemCollector, printable
from codetui.storage.sources.folder import AdFiles, is_ad_file, is_table

BATCH = 500

_PROGRESS = 2 * 1024 * 1024


class Batch(NamedTuple):
    """Some more ads; `done` of `total` bytes says how far the listing is (a text file counts as its head)."""

    entries: tuple[SourceEntry, ...]
    problems: tuple[Problem, ...]
    done: int
    total: int


class Corpus:
    """The ads of a folder or a file.  Nothing is kept in memory and nothing is ever written.

    `outputs` is a folder of sessions that is left out of the search for ads.
    """

    def __init__(self, path: Path, settings: CorpusSettings, outputs: Path | None = None) -> None:
        self.path = path
        self._columns = settings.columns
        self._outputs = outputs

    def first(self) -> SourceEntry | None:
        """The first ad in the order of the list, without reading the corpus; None where there is none."""
        path = self._files().first_path()
        entry = next(self._quietly(path), None) if path else None
        return entry or next((entry for path in self._files().paths() for entry in self._quietly(path)), None)

    def holds_ads(self, folder: Path) -> bool:
        """Whether files with ads lie right in a folder, which anything else that is written there would join."""
        if not fs.is_folder(self.path):
            return False
        here = disk.real(folder)
        return any(disk.real(one) == here for one in {Path(path).parent for path in self._files().paths()})

    def find(self, ad_id: str, source: str = "", place: int = -1, line: int = 0) -> SourceEntry | None:
        """The ad with this id: at the place where it was last seen, else by a search through the corpus.

        Raises OSError where it may be in a file or folder that cannot be read.
        """
        hinted = self._hinted(source)
        entry = none_if_gone(lambda: self._at(ad_id, hinted, place, line, ProblemCollector(hinted))) if hinted else None
        return entry or self._searched(ad_id)

    def _searched(self, ad_id: str) -> SourceEntry | None:
        ad_files = self._files()
        for path in ad_files.paths():
            trouble = ProblemCollector(path)
            entry = next(self._with_id(path, ad_id, trouble), None)
            if trouble.failure is not None:
                raise trouble.failure
            if entry is not None:
                return entry
        if ad_files.failure is not None:
            raise ad_files.failure
        return None

    def batches(self) -> Iterator[Batch]:
        """All ads in natural order with the problems on the way, for a worker; each id comes once."""
        ad_files = self._files()
        sources = list(ad_files.paths())
        total = sum(map(_weight, sources))
        done, count = 0, 0
        entries: list[SourceEntry] = []
        problems = [*ad_files.unreadable, *filter(None, [ad_files.note()])]
        unique = _Unique()
        for source in sources:
            trouble, said = ProblemCollector(source), done
            for entry in self._entries(source, trouble):
                if unique.takes(entry, trouble):
                    entries.append(entry)
                here = done + max(entry.offset, 0)
                if len(entries) >= BATCH or here - said > _PROGRESS:
                    count += len(entries)
                    yield Batch(tuple(entries), (*problems, *trouble.taken()), min(here, total), total)
                    entries, problems, said = [], [], here
            problems += [*trouble.taken(), *trouble.overflow()]
            done += _weight(source)
            if len(problems) > LIMIT:
                count += len(entries)
                yield Batch(tuple(entries), tuple(problems), min(done, total), total)
                entries, problems = [], []
        if not count and not entries:
            problems.append(ad_files.nothing())
        yield Batch(tuple(entries), tuple(problems), total, total)

    def texts(self, problems: list[Problem]) -> Iterator[AdText]:
        """All ads with their texts in one pass, in natural order; each id comes once.

        What is wrong on the way is added to `problems`, the same that `batches` and `read` report.
        """
        ad_files = self._files()
        unique = _Unique()
        for source in ad_files.paths():
            trouble = ProblemCollector(source)
            for entry, text, body, start in self._whole(source, trouble):
                if unique.takes(entry, trouble):
                    ad = Source(entry.id, entry.employer, entry.title, text, source, entry.line, start)
                    yield AdText(ad, entry.offset, digest_of(body))
            problems += [*trouble.taken(), *trouble.overflow()]
        problems += [*ad_files.unreadable, *filter(None, [ad_files.note()])]
        if not unique.count:
            problems.append(ad_files.nothing())

    def digests(self, entries: Iterable[SourceEntry]) -> Iterator[int]:
        """The digest of the text of each listed ad (see `digest_of`), in the order of the list, each file read once.

        Where an ad is not at its place any more the answer is `NO_TEXT`.  No text is kept in memory.
        """
        for source, listed in groupby(entries, key=lambda entry: entry.file):
            there = self._whole(source, ProblemCollector(source))
            found = next(there, None)
            for entry in listed:
                while found is not None and found.entry.offset < entry.offset:
                    found = next(there, None)
                is_there = found is not None and (found.entry.offset, found.entry.id) == (entry.offset, entry.id)
                yield digest_of(found.body) if found is not None and is_there else NO_TEXT

    def read(self, entry: SourceEntry) -> tuple[Source | None, list[Problem]]:
        """One ad with its text: from its place, else searched for by its id; None where it is gone.

        Raises OSError where it cannot be read: a session without its text would take its quotations for lost.
        """
        trouble = ProblemCollector(entry.file)
        ad = none_if_gone(lambda: self._read_at(entry, trouble))
        if ad is None and (moved := self.find(entry.id)) is not None:
            trouble = ProblemCollector(moved.file)
            ad = self._read_at(moved, trouble)
        if ad is None:
            message = f"ad {entry.id[:80]} is no longer in {self.path}: put it back; its codings are kept"
            return None, [Problem(printable(entry.file), entry.line, "error", printable(message))]
        return ad, [problem for problem in trouble.taken() if problem.line >= ad.line]

    def _files(self) -> AdFiles:
        return AdFiles(self.path, self._outputs)

    def _hinted(self, source: str) -> str | None:
        """The file that a remembered place speaks of, if it is one of this corpus."""
        if not source or not fs.is_folder(self.path):
            return str(self.path) if source and fs.is_file(self.path) else None
        with suppress(ValueError):
            inside = Path(disk.real(source)).relative_to(disk.real(self.path))
            return str(self.path / inside) if is_ad_file(inside.name) else None
        return None

    def _quietly(self, source: str) -> Iterator[SourceEntry]:
        """The ads of a file, for those who list the problems elsewhere."""
        return self._entries(source, ProblemCollector(source))

    def _entries(self, source: str, trouble: ProblemCollector) -> Iterator[SourceEntry]:
        """The ads of one file; a file that cannot be read is a problem, and has none."""
        source = sys.intern(source)
        try:
            if is_table(source):
                for row in rows(source, self._columns, trouble):
                    yield row_entry(source, row)
            else:
                yield file_entry(source, fs.read_head(source, HEAD), trouble)
        except OSError as error:
            trouble.failure = None if error.errno in NOT_A_FILE else error
            trouble.add(0, "error", f"{_unreadable(error)}: check that it is there and who may read it")

    def _whole(self, source: str, trouble: ProblemCollector) -> Iterator[_Whole]:
        """The ads of one file with their texts."""
        source = sys.intern(source)
        try:
            if is_table(source):
                for row in rows(source, self._columns, trouble):
                    remark_on_nul(row.body, row.line, trouble)
                    yield _Whole(row_entry(source, row), row.text, row.body, row.body_start)
            else:
                entry, text = file_ad(source, trouble)
                yield _Whole(entry, text, text, 0)
        except OSError as error:
            trouble.add(0, "error", f"{_unreadable(error)}: check that it is there and who may read it")

    def _with_id(self, source: str, ad_id: str, trouble: ProblemCollector) -> Iterator[SourceEntry]:
        """The ads of one file that have this id; a text file is not opened for its name says the id."""
        if is_table(source) or id_and_employer(Path(source).stem)[0] == ad_id:
            yield from (entry for entry in self._entries(source, trouble) if entry.id == ad_id)

    def _at(self, ad_id: str, source: str, place: int, line: int, trouble: ProblemCollector) -> SourceEntry | None:
        """The ad at a place, if it is the one with this id."""
        if is_table(source):
            row = self._row(ad_id, source, place, line, trouble)
            return row_entry(sys.intern(source), row) if row is not None else None
        entry = file_entry(source, fs.read_head(source, HEAD), trouble)
        return entry if entry.id == ad_id else None

    def _row(self, ad_id: str, source: str, place: int, line: int, trouble: ProblemCollector) -> Row | None:
        """The row that begins at a byte offset, if it is the ad with this id."""
        if place < 0:
            return None
        row = next(rows(source, self._columns, trouble, RowPlace(place, line)), None)
        return row if row is not None and row.place == place and row.id == ad_id else None

    def _read_at(self, entry: SourceEntry, trouble: ProblemCollector) -> Source | None:
        """An ad's text from its place; None where another ad stands there."""
        if is_table(entry.file):
            row = self._row(entry.id, entry.file, entry.offset, entry.line, trouble)
            if row is None:
                return None
            now, text, body_start = row_entry(entry.file, row), row.text, row.body_start
            remark_on_nul(text, row.line, trouble)
        else:
            now, text = file_ad(entry.file, trouble)
            body_start = 0
        return Source(now.id, now.employer, now.title, text, now.file, now.line, body_start)


class _Whole(NamedTuple):
    """One ad with the text that is coded, and its body alone; of a text file both are all of it."""

    entry: SourceEntry
    text: str
    body: str
    body_start: int


class _Unique:
    """Lets each id through once."""

    def __init__(self) -> None:
        self._first: dict[SourceId, SourceEntry] = {}

    @property
    def count(self) -> int:
        """How many ids there were."""
        return len(self._first)

    def takes(self, entry: SourceEntry, trouble: ProblemCollector) -> bool:
        """Whether this is the first ad with its id; a second one is reported with both places."""
        first = self._first.setdefault(entry.id, entry)
        if first is entry:
            return True
        place = f"{first.file}:{first.line}" if first.line else first.file
        message = f"ad {entry.id[:80]} stands already at {place}, which is used: give one of them another id"
        trouble.add(entry.line, "warning", message)
        return False


def _unreadable(error: OSError) -> str:
    return f"this file cannot be read ({error.strerror or error})"


def _weight(source: str) -> int:
    """What a file counts for in the progress: a table its bytes, a text file its head."""
    if not is_table(source):
        return HEAD
    try:
        status = disk.status(source)
    except OSError:
        return 0
    return 0 if status is None else status.st_size


NO_TEXT = 0
"""The digest of an ad without text: it is the same as no other."""

_BITS_IN_BYTES = 8


class AdText(NamedTuple):
    """One ad with its text, its place as in SourceEntry, and its digest."""

    ad: Source
    place: int
    digest: int


def digest_of(body: str) -> int:
    """64 bits that say which text an ad has; `NO_TEXT` where it has none.

    Two ads have the same text when their bodies do, each run of white space read as one blank.  The title does not
    count: an ad that is placed again often gets another title or employer ("Dev Engineer", "Lead Dev Engineer") and
    a new layout, while the words that are coded stay.  A text file has no column for the title, so all of it counts.
    """
    words = " ".join(body.split())
    if not words:
        return NO_TEXT
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=_BITS_IN_BYTES).digest()
    return int.from_bytes(digest, "big") or 1

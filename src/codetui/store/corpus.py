"""The corpus: a list of ads that grows while it is read, each ad found again by its place."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from codetui.model import Ad, AdEntry, AdId, CorpusSettings, Problem
from codetui.store import files
from codetui.store.corpus_files import AdFiles, is_ad_file, is_table
from codetui.store.corpus_names import id_and_employer, one_line, title_of
from codetui.store.corpus_tables import Row, RowPlace, rows
from codetui.store.corpus_texts import NO_TEXT, AdText, digest_of
from codetui.store.text_lines import decoded, decoded_head
from codetui.store.trouble import LIMIT, Trouble, printable

HEAD = 4096
BATCH = 500
_PROGRESS = 2 * 1024 * 1024


class Batch(NamedTuple):
    """Some more ads; `done` of `total` bytes says how far the listing is (a text file counts as its head)."""

    entries: tuple[AdEntry, ...]
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

    def first(self) -> AdEntry | None:
        """The first ad in the order of the list, without reading the corpus; None where there is none."""
        path = self._files().first_path()
        entry = next(self._quietly(path), None) if path else None
        return entry or next((entry for path in self._files().paths() for entry in self._quietly(path)), None)

    def find(self, ad_id: str, source: str = "", place: int = -1, line: int = 0) -> AdEntry | None:
        """The ad with this id: at the place where it was last seen, else by a search through the corpus."""
        hinted = self._hinted(source)
        if hinted is not None:
            with suppress(OSError):
                entry = self._at(ad_id, hinted, place, line, Trouble(hinted))
                if entry is not None:
                    return entry
        return next((entry for path in self._files().paths() for entry in self._with_id(path, ad_id)), None)

    def batches(self) -> Iterator[Batch]:
        """All ads in natural order with the problems on the way, for a worker; each id comes once."""
        ad_files = self._files()
        sources = list(ad_files.paths())
        total = sum(map(_weight, sources))
        done, count = 0, 0
        entries: list[AdEntry] = []
        problems = [*ad_files.unreadable, *filter(None, [ad_files.note()])]
        unique = _Unique()
        for source in sources:
            trouble, said = Trouble(source), done
            for entry in self._entries(source, trouble):
                if unique.takes(entry, trouble):
                    entries.append(entry)
                here = done + max(entry.place, 0)
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
            trouble = Trouble(source)
            for entry, text, body in self._whole(source, trouble):
                if unique.takes(entry, trouble):
                    ad = Ad(entry.id, entry.employer, entry.title, text, source, entry.line)
                    yield AdText(ad, entry.place, digest_of(body))
            problems += [*trouble.taken(), *trouble.overflow()]
        problems += [*ad_files.unreadable, *filter(None, [ad_files.note()])]
        if not unique.count:
            problems.append(ad_files.nothing())

    def digests(self, entries: Iterable[AdEntry]) -> Iterator[int]:
        """The digest of the text of each listed ad (see `digest_of`), in the order of the list, each file read once.

        Where an ad is not at its place any more the answer is `NO_TEXT`.  No text is kept in memory.
        """
        for source, listed in groupby(entries, key=lambda entry: entry.source):
            there = self._whole(source, Trouble(source))
            found = next(there, None)
            for entry in listed:
                while found is not None and found.entry.place < entry.place:
                    found = next(there, None)
                is_there = found is not None and (found.entry.place, found.entry.id) == (entry.place, entry.id)
                yield digest_of(found.body) if found is not None and is_there else NO_TEXT

    def read(self, entry: AdEntry) -> tuple[Ad | None, list[Problem]]:
        """One ad with its text: from its place, else searched for by its id; None where it is gone."""
        trouble = Trouble(entry.source)
        ad = self._tried(entry, trouble)
        if ad is None and (moved := self.find(entry.id)) is not None:
            trouble = Trouble(moved.source)
            ad = self._tried(moved, trouble)
        if ad is None:
            message = f"ad {entry.id[:80]} is no longer in {self.path}: put it back; its codings are kept"
            return None, [Problem(printable(entry.source), entry.line, "error", printable(message))]
        return ad, [problem for problem in trouble.taken() if problem.line >= ad.line]

    def _files(self) -> AdFiles:
        return AdFiles(self.path, self._outputs)

    def _hinted(self, source: str) -> str | None:
        """The file that a remembered place speaks of, if it is one of this corpus."""
        if not source or not self.path.is_dir():
            return str(self.path) if source and self.path.is_file() else None
        with suppress(OSError, ValueError):
            inside = Path(source).resolve().relative_to(self.path.resolve())
            return str(self.path / inside) if is_ad_file(inside.name) else None
        return None

    def _quietly(self, source: str) -> Iterator[AdEntry]:
        """The ads of a file, for those who list the problems elsewhere."""
        return self._entries(source, Trouble(source))

    def _entries(self, source: str, trouble: Trouble) -> Iterator[AdEntry]:
        """The ads of one file; a file that cannot be read is a problem, and has none."""
        source = sys.intern(source)
        try:
            if is_table(source):
                for row in rows(source, self._columns, trouble):
                    yield _row_entry(source, row)
            else:
                yield _file_entry(source, files.read_head(source, HEAD), trouble)
        except OSError as error:
            trouble.add(0, "error", f"{_unreadable(error)}: check that it is there and who may read it")

    def _whole(self, source: str, trouble: Trouble) -> Iterator[_Whole]:
        """The ads of one file with their texts."""
        source = sys.intern(source)
        try:
            if is_table(source):
                for row in rows(source, self._columns, trouble):
                    _remark_on_nul(row.body, row.line, trouble)
                    yield _Whole(_row_entry(source, row), row.text, row.body)
            else:
                entry, text = _file_ad(source, trouble)
                yield _Whole(entry, text, text)
        except OSError as error:
            trouble.add(0, "error", f"{_unreadable(error)}: check that it is there and who may read it")

    def _with_id(self, source: str, ad_id: str) -> Iterator[AdEntry]:
        """The ads of one file that have this id; a text file is not opened for its name says the id."""
        if is_table(source) or id_and_employer(Path(source).stem)[0] == ad_id:
            yield from (entry for entry in self._quietly(source) if entry.id == ad_id)

    def _at(self, ad_id: str, source: str, place: int, line: int, trouble: Trouble) -> AdEntry | None:
        """The ad at a place, if it is the one with this id."""
        if is_table(source):
            row = self._row(ad_id, source, place, line, trouble)
            return _row_entry(sys.intern(source), row) if row is not None else None
        entry = _file_entry(source, files.read_head(source, HEAD), trouble)
        return entry if entry.id == ad_id else None

    def _row(self, ad_id: str, source: str, place: int, line: int, trouble: Trouble) -> Row | None:
        """The row that begins at a byte offset, if it is the ad with this id."""
        if place < 0:
            return None
        row = next(rows(source, self._columns, trouble, RowPlace(place, line)), None)
        return row if row is not None and row.place == place and row.id == ad_id else None

    def _tried(self, entry: AdEntry, trouble: Trouble) -> Ad | None:
        """An ad's text from its place; None where it cannot be read there."""
        try:
            return self._read_at(entry, trouble)
        except OSError:
            return None

    def _read_at(self, entry: AdEntry, trouble: Trouble) -> Ad | None:
        """An ad's text from its place; None where another ad stands there."""
        if is_table(entry.source):
            row = self._row(entry.id, entry.source, entry.place, entry.line, trouble)
            if row is None:
                return None
            now, text = _row_entry(entry.source, row), row.text
            _remark_on_nul(text, row.line, trouble)
        else:
            now, text = _file_ad(entry.source, trouble)
        return Ad(now.id, now.employer, now.title, text, now.source, now.line)


class _Whole(NamedTuple):
    """One ad with the text that is coded, and its body alone; of a text file both are all of it."""

    entry: AdEntry
    text: str
    body: str


class _Unique:
    """Lets each id through once."""

    def __init__(self) -> None:
        self._first: dict[AdId, AdEntry] = {}

    @property
    def count(self) -> int:
        """How many ids there were."""
        return len(self._first)

    def takes(self, entry: AdEntry, trouble: Trouble) -> bool:
        """Whether this is the first ad with its id; a second one is reported with both places."""
        first = self._first.setdefault(entry.id, entry)
        if first is entry:
            return True
        place = f"{first.source}:{first.line}" if first.line else first.source
        message = f"ad {entry.id[:80]} stands already at {place}, which is used: give one of them another id"
        trouble.add(entry.line, "warning", message)
        return False


def _row_entry(source: str, row: Row) -> AdEntry:
    """The list's line for a row; employers repeat, so each name is kept once."""
    employer = sys.intern(one_line(row.employer))
    return AdEntry(AdId(row.id), employer, one_line(row.title), source, row.place, row.line)


def _file_entry(source: str, head: bytes, trouble: Trouble) -> AdEntry:
    """The list's line for a text file, from its name and the beginning of its text."""
    text = decoded_head(head)
    if len(head) < HEAD and not text.strip():
        trouble.once("empty", 0, "note", "this ad is empty: there is nothing to code in it")
    ad_id, employer = id_and_employer(Path(source).stem)
    return AdEntry(AdId(ad_id), sys.intern(employer), title_of(text), source, -1, 0)


def _file_ad(source: str, trouble: Trouble) -> tuple[AdEntry, str]:
    """The list's line for a text file, and its whole text."""
    data = files.read(Path(source))
    entry, text = _file_entry(source, data[:HEAD], trouble), decoded(data, trouble)
    _remark_on_nul(text, 0, trouble)
    return entry, text


def _remark_on_nul(text: str, line: int, trouble: Trouble) -> None:
    if "\0" in text:
        message = "this text holds NUL characters, which are kept: if every other one is NUL, save it as UTF-8"
        trouble.add(line, "note", message)


def _unreadable(error: OSError) -> str:
    return f"this file cannot be read ({error.strerror or error})"


def _weight(source: str) -> int:
    """What a file counts for in the progress: a table its bytes, a text file its head."""
    if not is_table(source):
        return HEAD
    try:
        return Path(source).stat().st_size
    except OSError:
        return 0

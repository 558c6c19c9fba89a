"""Search the whole corpus and the sessions of one coder or of all.

Texts are read from the disk one by one, unless the corpus is small. Nothing is written.
"""

from __future__ import annotations

import marshal
import subprocess
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import IO, Generic, NamedTuple, TypeVar

from codetui.core.anchors.unresolved import located_in
from codetui.core.query.evaluate import (
    NO_SESSION,
    Hit,
    QueriedCoding,
    QueriedSession,
    QueriedSource,
    hits,
    matches,
    queried_session,
)
from codetui.core.query.query import Query
from codetui.core.query.words import FoldedText
from codetui.core.session.state import State, replay
from codetui.core.text.normalize import collapse_spaces
from codetui.core.text.units import units
from codetui.model import CodeId, Problem, Source, SourceEntry, SourceId, Span, source_hash
from codetui.storage import fs, session_files
from codetui.storage.copies import is_left_out
from codetui.storage.fs import Version
from codetui.storage.journal import Journal
from codetui.storage.text_index import TextIndex
from codetui.study import kept_sessions, regex_child
from codetui.study.kept_sessions import KeptSessions
from codetui.study.session.outcome import not_read, status_of
from codetui.study.study import Study, StudyError

T = TypeVar("T")

KEPT_CHARACTERS = 8_000_000
"""The size of a corpus that is kept in memory between searches, in code points."""

KEPT_CODINGS = 60_000
"""The number of codings that are kept in memory between searches."""

INDEXED_BYTES = 30_000_000
"""The size of a corpus whose words are indexed, in bytes: about 20,000 ads."""

INDEXED_SHARE = 0.03
"""The share of sources up to which they are read by the index: beyond it, reading all in one pass is quicker."""

PAGE, PAUSE = 200, 0.05
"""Findings, or seconds, after which a search reports what it has found."""

MOST_TIMEOUTS = 5
"""Sources in which a regular expression may take too long before the search ends."""

CONTEXT = 60
"""Code points of the text on each side of a finding."""

FORM = 1
"""The version of the kept readings."""

NOWHERE = (-1, -1)
LAST_READ = 4
"""Texts that are remembered: a session is yielded once the next one is known."""


class Finding(NamedTuple):
    """A place that was found; without a span and a coding, the source as a whole.

    `before` and `after` are the text around `words`, white space collapsed. `other` is the code of the quotation to
    which a relation holds.
    """

    source: SourceId
    employer: str
    title: str
    coder: str
    span: Span | None
    words: str
    before: str = ""
    after: str = ""
    coding: QueriedCoding | None = None
    other: str = ""


class FindBatch(NamedTuple):
    """Findings, and the share of the search that is done."""

    findings: tuple[Finding, ...]
    done: float


class SessionReading(NamedTuple):
    """A session of a source as searches see it, with its quotations located in the text with this hash.

    The hash is empty if the corpus lacks the source.
    """

    source: SourceId
    text_hash: str
    session: QueriedSession


class _Text(NamedTuple):
    """A source with its folded text, if it was folded before."""

    source: Source
    folded: FoldedText | None = None


class _Kept(Generic[T]):
    """Values that are kept in memory unless they are too large; they are read one by one, with pauses if need be."""

    def __init__(self, read: Callable[[], Iterator[tuple[T, float]]], limit: int, size: Callable[[T], int]) -> None:
        self._read, self._left, self._size = read, limit, size
        self._reading: Iterator[tuple[T, float]] | None = None
        self._values: list[T] | None = []
        self._by_id: dict[SourceId, T] | None = None
        self.is_loaded = False
        """True if all values were read, or if they are too large."""

    def load_more(self) -> float:
        """Read one more value; return the share that is done."""
        self._reading = self._reading or self._read()
        value, done = next(self._reading, (None, 1.0))
        if value is None:
            self.is_loaded = True
        elif self._values is not None:
            self._values.append(value)
            self._left -= self._size(value)
            if self._left < 0:
                self._values, self._reading, self.is_loaded = None, None, True
        return done

    def all(self) -> Iterator[tuple[T, float]] | None:
        """Return all values with the share before each; None if they are not in memory."""
        if not self.is_loaded or self._values is None:
            return None
        values = self._values
        return ((value, number / len(values)) for number, value in enumerate(values))

    def by_id(self, id_of: Callable[[T], SourceId]) -> dict[SourceId, T] | None:
        """Return all values by id; None if they are not in memory."""
        if self._by_id is None and self.is_loaded and self._values is not None:
            self._by_id = {id_of(value): value for value in self._values}
        return self._by_id


class Finder:
    """Searches for one viewer, who finds no codings but those that `Study.sessions` allows; None is the study's owner.

    `load` keeps what is small in memory for the next searches.
    """

    def __init__(self, study: Study, viewer: str | None) -> None:
        self._study, self._viewer = study, viewer
        self._sources = study.sources_by_id()
        self._texts = _Kept(self._read_texts, KEPT_CHARACTERS, lambda text: len(text.source.text))
        self._sessions = _Kept(self._read_sessions, KEPT_CODINGS, lambda one: len(one.session.codings))
        self._replaced: dict[tuple[SourceId, str], SessionReading] = {}
        self._versions: dict[Path, Version] = {}
        self._read: dict[SourceId, Source | None] = {}
        """The few sources that were read last, if texts are not kept."""
        self._regex = RegexProcess()
        self._load_problems: list[Problem] = []
        self.problems: list[Problem] = []
        """The problems of the last search: what was left out, and why."""

    def close(self) -> None:
        """End the process for regular expressions, in which a search may be running."""
        self._regex.close()

    def load(self, is_stopped: Callable[[], bool] = lambda: False, *, with_sessions: bool = True) -> Iterator[float]:
        """Read the texts and sessions that are not in memory, as far as they are small; yield the share that is done.

        A load that was stopped goes on where it was. Raises StudyError if there is no corpus.
        """
        before, self.problems = self.problems, []
        while not self._texts.is_loaded and not is_stopped():
            yield self._texts.load_more() / 2
        while with_sessions and not self._sessions.is_loaded and not is_stopped():
            yield (1 + self._sessions.load_more()) / 2
        self._load_problems += self.problems
        self.problems = [*before, *self.problems]

    def refresh(self) -> None:
        """Read the logs that have changed since their sessions were read; hand edits are known once imported."""
        for folder in self._folders() if self._sessions.is_loaded else ():
            for log, version in _versions(folder).items():
                if self._versions.get(log) == version:
                    continue
                self._versions[log] = version
                with suppress(OSError):
                    steps = Journal(log).read()[0]
                    state = replay(steps)
                    if state.opened is not None:
                        self.replace_session(state.opened.source, steps[-1].coder, state)

    def replace_session(self, source: SourceId, coder: str, state: State) -> None:
        """Use the current state of a session; one that was untouched comes last."""
        self._replaced[source, coder] = self._located(source, coder, state)

    def sentence(self, finding: Finding) -> tuple[str, str, str]:
        """Return the words of a finding between the rest of their sentences, before and after; raises OSError."""
        text = self._text_of(finding.source)
        if text is None or finding.span is None:
            return finding.before, finding.words, finding.after
        whole, (start, end) = text.source.text, finding.span
        around = units(whole, start, end, "sentence") or [finding.span]
        return whole[min(start, around[0].start) : start], whole[start:end], whole[end : max(end, around[-1].end)]

    def is_blind(self, source: SourceId) -> bool:
        """Return whether the viewer codes a source blind, so that no search may lead the coding."""
        return self._viewer is not None and self._study.samples.is_blind(self._viewer, source)

    def search(self, query: Query, is_stopped: Callable[[], bool] = lambda: False) -> Iterator[FindBatch]:
        """Yield what is found, page by page: codings by coder and source, then other sources in corpus order.

        The last batch has `done` 1. `is_stopped` is asked for each source. Raises StudyError if there is no corpus.
        """
        self.problems = [*self._load_problems]
        self._read.clear()
        page: list[Finding] = []
        wanted, seen = query.attributes, set[str]()
        started, timeouts = monotonic(), 0
        for ad, done in self._candidates(query):
            if is_stopped():
                return
            if wanted:
                seen |= ad.attributes.keys()
            try:
                page += self._findings(query, ad)
            except RegexTimeoutError:
                what = f"the regular expression took longer than {regex_child.SECONDS:g} s here"
                hint = f"this {self._study.codebook.words.source} is left out; write it so that it repeats less"
                self.problems.append(Problem(ad.source.file, ad.source.line, "error", f"{what}: {hint}"))
                timeouts += 1
                if timeouts == MOST_TIMEOUTS and not is_stopped():
                    words = self._study.codebook.words.sources
                    what = f"the search ends here, since the regular expression took too long in {timeouts} {words}"
                    self.problems.insert(0, Problem(ad.source.file, ad.source.line, "error", what))
                    break
            if len(page) >= PAGE or monotonic() - started > PAUSE:
                yield FindBatch(tuple(page), done)
                page, started = [], monotonic()
        self.problems = [one for one in self.problems if one.severity != "note"]
        self.problems += self._unknown_attributes(wanted, seen)
        yield FindBatch(tuple(page), 1.0)

    # --- candidates ---------------------------------------------------------------------------------

    def _candidates(self, query: Query) -> Iterator[tuple[QueriedSource, float]]:
        """Yield the sources to test, each with one session or with none, and the share that is done."""
        if not query.needs_sessions:
            entries = self._indexed(query)
            texts = self._all_texts() if entries is None else self._read_entries(entries)
            yield from ((self._queried(text), done) for text, done in texts)
            return
        # Texts of a table that are read one by one take ten times as long.
        for _ in self.load(with_sessions=False):
            pass
        coded: set[SourceId] = set()
        share = 0.5 if query.may_match_uncoded else 1.0
        for one, done in self._all_sessions():
            coded.add(one.source)
            text = self._text_of(one.source) or _Text(_without_text(one))
            yield self._queried(text, one.session), done * share
        if query.may_match_uncoded:
            for text, done in self._all_texts():
                if text.source.id not in coded:
                    yield self._queried(text), share + done * (1 - share)

    def _queried(self, text: _Text, session: QueriedSession = NO_SESSION) -> QueriedSource:
        return QueriedSource(text.source, session, self._regex.search, text.folded)

    def _all_texts(self) -> Iterator[tuple[_Text, float]]:
        """Yield all texts of the corpus, from memory if they are there."""
        return self._texts.all() or self._read_texts()

    def _read_texts(self) -> Iterator[tuple[_Text, float]]:
        """Yield all texts from the disk; those of a large corpus are indexed on the way."""
        index = self._index
        writer = index.writer() if index is not None and not index.is_current() else None
        known = len(self.problems)
        try:
            for source, offset, done in self._study.corpus.walk(self.problems):
                folded = FoldedText(source.text)
                if writer is not None:
                    writer.add(source, offset, folded.text)
                yield _Text(source, folded), done
            # With an index, sources that cannot be read would not be named any more.
            if writer is not None and all(one.severity == "note" for one in self.problems[known:]):
                writer.finish()
        finally:
            if writer is not None:
                writer.discard()

    @property
    def _index(self) -> TextIndex | None:
        """The index of the corpus as it is now; None for a small one."""
        corpus = self._study.corpus
        fingerprint, size = corpus.fingerprint()
        return TextIndex(corpus.path, fingerprint) if size >= INDEXED_BYTES else None

    def _indexed(self, query: Query) -> list[SourceEntry] | None:
        """Return the sources that may match by the index, in corpus order; None if it says nothing of use."""
        expression = query.index_expression
        if not expression or query.attributes or self._texts.all() is not None:
            return None
        index = self._index
        return index.entries(expression, INDEXED_SHARE) if index is not None else None

    def _read_entries(self, entries: list[SourceEntry]) -> Iterator[tuple[_Text, float]]:
        for number, entry in enumerate(entries):
            source, problems = self._study.corpus.read(entry)
            self.problems += problems
            if source is not None:
                yield _Text(source), number / len(entries)

    def _text_of(self, source: SourceId) -> _Text | None:
        kept = self._texts.by_id(lambda text: text.source.id)
        if kept is not None:
            return kept.get(source)
        if source not in self._read:
            try:
                found = self._sources.find(source)
            except OSError as error:
                self.problems.append(not_read(error, self._study.corpus.path, f"the text of {source} is not searched"))
                return None
            while len(self._read) >= LAST_READ:
                del self._read[next(iter(self._read))]
            self._read[source] = found
        last = self._read[source]
        return _Text(last) if last else None

    def _all_sessions(self) -> Iterator[tuple[SessionReading, float]]:
        """Yield all sessions that the viewer may read, from memory if they are there."""
        seen: set[tuple[SourceId, str]] = set()
        for one, done in self._sessions.all() or self._read_sessions():
            key = one.source, one.session.coder
            seen.add(key)
            yield self._replaced.get(key, one), done
        yield from ((one, 1.0) for key, one in self._replaced.items() if key not in seen)

    def _read_sessions(self) -> Iterator[tuple[SessionReading, float]]:
        """Yield all sessions that the viewer may read from the disk, those that are kept from the cache."""
        for folder in self._folders():
            self._versions |= _versions(folder)
        total = len(self._versions) or 1
        root, is_kept = self._study.sessions_path, total >= kept_sessions.LEAST_KEPT
        kept = KeptSessions(root, "find", FORM, unpacked, self._is_current) if is_kept else None
        found = self._study.sessions(self._viewer, coder=self._viewer, sources=self._sources, readings=kept)
        try:
            for number, snapshot in enumerate(found):
                self.problems += filter(is_left_out, snapshot.problems)
                if snapshot.is_unread:
                    continue
                reading = kept.reading_of(snapshot) if kept else None
                if reading is None:
                    known = len(self.problems)
                    reading = self._located(snapshot.source.id, snapshot.coder, snapshot.state)
                    if kept is not None and len(self.problems) == known:
                        kept.put(snapshot, packed(reading))
                yield reading, min(number / total, 1.0)
        finally:
            if kept is not None:
                kept.close()

    def _is_current(self, source: SourceId, reading: SessionReading) -> bool:
        text = self._text_of(source)
        return reading.text_hash == (source_hash(text.source.text) if text else "")

    def _located(self, source: SourceId, coder: str, state: State) -> SessionReading:
        """Return a session with its quotations located in the current text, as when it is opened."""
        text, progress = self._text_of(source), status_of(state).progress
        if text is None:
            return SessionReading(source, "", queried_session(coder, progress, state))
        if text.source.text:
            state = located_in(state, text.source)
        return SessionReading(source, source_hash(text.source.text), queried_session(coder, progress, state))

    def _folders(self) -> list[Path]:
        """Return the folders of the coders whose sessions are searched."""
        root = self._study.sessions_path
        coders = [self._viewer] if self._viewer else session_files.coders(root)
        return [root / session_files.coder_folder(root, coder) for coder in coders]

    # --- findings -----------------------------------------------------------------------------------

    def _findings(self, query: Query, ad: QueriedSource) -> list[Finding]:
        found = hits(query, ad)
        if not found and matches(query, ad):
            source = ad.source
            return [Finding(source.id, source.employer, source.title, ad.session.coder, None, source.title)]
        return [_finding(ad, hit) for hit in found]

    def _unknown_attributes(self, wanted: list[str], seen: set[str]) -> Iterator[Problem]:
        """Yield a problem for each attribute in the query that no searched source has."""
        words = self._study.codebook.words
        for name in wanted:
            if name not in seen:
                columns = f"the columns are {', '.join(sorted(seen))}" if seen else "there are no further columns"
                what = f"no {words.source} has a column “{name}”: {columns}; quote the words to search for them"
                yield Problem(str(self._study.corpus.path), 0, "warning", what)


def _finding(ad: QueriedSource, hit: Hit) -> Finding:
    source, text = ad.source, ad.source.text
    other = hit.other.code if hit.other else ""
    if hit.span is None or hit.span.end > len(text):
        words = collapse_spaces(hit.coding.words) if hit.coding else ""
        return Finding(
            source.id, source.employer, source.title, ad.session.coder, hit.span, words, coding=hit.coding, other=other
        )
    start, end = hit.span
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Finding(
        source.id,
        source.employer,
        source.title,
        ad.session.coder if hit.coding else "",
        hit.span,
        collapse_spaces(text[start:end]),
        " ".join(before.split()) + (" " if before[-1:].isspace() else ""),
        (" " if after[:1].isspace() else "") + " ".join(after.split()),
        hit.coding,
        other,
    )


def _versions(folder: Path) -> dict[Path, Version]:
    """Return the versions of the logs in a coder's folder; none if it cannot be read."""
    try:
        return {log: fs.version(log) for log in session_files.logs(folder)}
    except OSError:
        return {}


def _without_text(reading: SessionReading) -> Source:
    return Source(reading.source, reading.session.employer, reading.session.title, "", "")


def packed(reading: SessionReading) -> bytes:
    """Return a reading as bytes, without the words of quotations that are in the text."""
    source, text_hash, (coder, progress, profile, employer, title, codings) = reading
    flat = [
        (one.id, one.code, *(one.span or NOWHERE), "" if one.span and text_hash else one.words, *one[4:])
        for one in codings
    ]
    return marshal.dumps((source, text_hash, coder, progress, profile, employer, title, flat))


def unpacked(data: bytes) -> SessionReading:
    """Return the reading in bytes of `packed`, whose checksum was right."""
    source, text_hash, coder, progress, profile, employer, title, flat = marshal.loads(data)
    codings = [
        QueriedCoding(id_, CodeId(sys.intern(code)), Span(start, end) if end >= 0 else None, *rest)
        for id_, code, start, end, *rest in flat
    ]
    session = QueriedSession(coder, progress, profile, employer, title, codings)
    return SessionReading(source, text_hash, session)


# --- regular expressions ------------------------------------------------------------------------------


class RegexTimeoutError(Exception):
    """A regular expression took too long in one text, or its process was ended."""


def too_slow(source: Source, word: str) -> StudyError:
    """Return the error for a regular expression that took too long where every source has to be searched."""
    what = f"the regular expression took longer than {regex_child.SECONDS:g} s in {word} {source.id}"
    return StudyError(f"{what}, so nothing is counted; write it so that it repeats less.")


class RegexProcess:
    """Searches for regular expressions in a child process, which is started with the first search."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._last: tuple[str, str, list[Span]] | None = None

    def search(self, pattern: str, text: str) -> list[Span]:
        """Return the places of a pattern in a text. Raises RegexTimeoutError after two seconds."""
        if self._last is not None and self._last[0] == pattern and self._last[1] is text:
            return self._last[2]
        process = self._process
        if process is None or process.poll() is not None:
            process = self._process = self._started()
        requests, answers = process.stdin, process.stdout
        assert requests is not None
        assert answers is not None
        try:
            parts = [one.encode("utf-8", regex_child.CODES) for one in (pattern, text)]
            requests.write(regex_child.HEAD.pack(*map(len, parts)) + b"".join(parts))
            requests.flush()
            (number,) = regex_child.COUNT.unpack(_read(answers, regex_child.COUNT.size))
            places = array("I", _read(answers, number * 2 * array("I").itemsize))
        except (OSError, EOFError) as error:
            self.close()
            raise RegexTimeoutError from error
        spans = [Span(places[at], places[at + 1]) for at in range(0, len(places), 2)]
        self._last = (pattern, text, spans)
        return spans

    def close(self) -> None:
        """End the process; a search that is running in it fails."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for stream in (process.stdin, process.stdout):
                with suppress(OSError):
                    if stream is not None:
                        stream.close()
            process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-I", "-S", str(regex_child.__file__)]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def _read(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data

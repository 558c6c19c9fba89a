"""Facts about all sources of a study: progress, earlier uses of codes, sources with the same text."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from typing import NamedTuple, get_args

from codetui.core.codebook.index import CodebookIndex, profile, profile_name
from codetui.core.codebook.usage import Usage, latest_usages, usages_by_code
from codetui.core.session.state import replay
from codetui.model import Codebook, CodeId, Problem, SourceDescribed, SourceEntry, SourceId
from codetui.storage import fs
from codetui.storage.copies import is_left_out
from codetui.storage.fs import Version
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths, safe_name
from codetui.storage.sources.corpus import NO_TEXT
from codetui.study.session.outcome import AdStatus, Progress, status_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

RARE = "not codable"
"""A state that is counted only where there are such sources."""

UNREAD = "cannot be read"
"""The state of a source whose session cannot be read just now: it is unknown, and never untouched."""


# --- how codes were used ------------------------------------------------------------------------------


class _LogUsage(NamedTuple):
    """The codes and the profile used in one version of a log."""

    version: Version
    by_code: Mapping[CodeId, tuple[Usage, ...]]
    profile: str


class CodeUsage:
    """One coder's codings in the sources read so far; never those of another coder."""

    def __init__(self, paths: SessionPaths) -> None:
        self._paths = paths
        self._logs: dict[SourceId, _LogUsage] = {}
        self._sources: dict[str, SourceId] = {}
        self._searched: tuple[Set[str], int] = frozenset(), 0
        self._latest: dict[tuple[CodeId, SourceId, int], tuple[Usage, ...]] = {}
        self.is_complete = False
        """True once all logs were read."""
        self.readings = 0
        """The number of times that a log was read."""

    def read(self, entries: Sequence[SourceEntry], skipped: SourceId | None = None) -> Iterator[SourceId]:
        """Read the logs that have changed since the last call, for a worker; yield each source that was checked.

        The log of the source `skipped` is not read: its session is open, and the log changes with every key.
        """
        try:
            touched = self._paths.log_ids()
        except OSError:
            # Not complete: the next question looks for logs again.
            return
        self._find_sources(touched, entries)
        for name, source_id in list(self._sources.items()):
            if name in touched and source_id != skipped:
                self.refresh(source_id)
                yield source_id
        self.is_complete = True

    def _find_sources(self, touched: Set[str], entries: Sequence[SourceEntry]) -> None:
        """Find the listed sources of new logs; called rarely, as 100,000 sources take a tenth of a second."""
        unknown = touched - self._sources.keys()
        if not unknown or self._searched == (unknown, len(entries)):
            return
        for entry in entries:
            name = safe_name(entry.id)
            if name in unknown:
                self._sources.setdefault(name, entry.id)
        self._searched = touched - self._sources.keys(), len(entries)

    def refresh(self, source_id: SourceId) -> None:
        """Read the log of one source if it has changed; if it cannot be read, the previous content is kept."""
        with suppress(OSError):
            log = self._paths.log(source_id)
            version = fs.version(log)
            if source_id not in self._logs or self._logs[source_id].version != version:
                state = replay(Journal(log).read()[0])
                self.readings += 1
                self._logs[source_id] = _LogUsage(version, usages_by_code(state, source_id), state.profile)
                # A new cache instead of an emptied one: another thread may be filling the old one.
                self._latest = {}

    def latest(self, code: CodeId, skipped: SourceId, limit: int) -> tuple[Usage, ...]:
        """Return the latest codings with a code in all sources but one, newest first.

        The result is cached until a log is read again, since a code may have ten thousand codings.
        """
        cache, key = self._latest, (code, skipped, limit)
        if key not in cache:
            logs = list(self._logs.items())
            found = (one for source_id, log in logs if source_id != skipped for one in log.by_code.get(code, ()))
            cache[key] = latest_usages(found, limit)
        return cache[key]

    def count(self, code: CodeId, skipped: SourceId) -> int:
        """Return the number of codings with a code in all sources but one."""
        return sum(len(log.by_code.get(code, ())) for one, log in list(self._logs.items()) if one != skipped)

    def pending(self, index: CodebookIndex) -> dict[SourceId, int]:
        """Return how many codings of each source, and its profile, have no code that the codebook has in use."""
        in_use = {code.id for code in index.book.codes if not code.is_retired}
        counts: dict[SourceId, int] = {}
        for source_id, log in list(self._logs.items()):
            number = sum(len(codings) for code, codings in log.by_code.items() if code not in in_use)
            number += bool(log.profile) and profile(index.book, log.profile) is None
            if number:
                counts[source_id] = number
        return counts

    def codes(self) -> frozenset[CodeId]:
        """Return the codes used in the sources read so far."""
        return frozenset(code for log in list(self._logs.values()) for code in log.by_code)


# --- sources with the same text -------------------------------------------------------------------------


class DuplicateText(NamedTuple):
    """Another source with the same text: the one that the coder coded most, else the first; `more` counts the rest."""

    ad: SourceId
    status: AdStatus
    more: int = 0
    is_renamed: bool = False
    """True if the corpus lacks that source: it has another id now."""


class DuplicateTexts:
    """Finds the sources with the same text, by a 64-bit digest for each position in the list."""

    def __init__(self) -> None:
        self.is_complete = False
        """True once all texts were read."""
        self._digests = array("Q")
        self._alike: dict[int, array[int]] = {}

    def read(self, digests: Iterable[int]) -> Iterator[int]:
        """Read the digests of all listed sources, for a worker; yield the number read, after each."""
        found = array("Q")
        for digest in digests:
            found.append(digest)
            yield len(found)
        alike = {digest: array("L") for digest, number in Counter(found).items() if number > 1 and digest != NO_TEXT}
        for position, digest in enumerate(found):
            if digest in alike:
                alike[digest].append(position)
        self._digests, self._alike = found, alike
        self.is_complete = True

    def is_empty(self, position: int) -> bool:
        """Return whether the source at a position is known to have no text."""
        return position < len(self._digests) and self._digests[position] == NO_TEXT

    def group(self, position: int) -> Sequence[int]:
        """Return the positions of all sources with the text at `position`, including itself; none if it is unique."""
        return self._alike.get(self._digests[position], ()) if position < len(self._digests) else ()


# --- how far each source is ------------------------------------------------------------------------------


class StatusLine(NamedTuple):
    """The state of one source with one coder; without a coder for an untouched source."""

    ad: str
    employer: str
    title: str
    coder: str
    state: str
    profile: str
    codings: int


class StudyStatus(NamedTuple):
    """The states of all sources of the corpus, those of sessions on other sources, and errors.

    `repeated` is the number of rows of tables that are one source with another row.
    """

    lines: tuple[StatusLine, ...]
    missing: tuple[StatusLine, ...]
    errors: tuple[Problem, ...]
    repeated: int = 0

    @property
    def sessions(self) -> list[StatusLine]:
        """The lines of all sessions that have any work."""
        return [line for line in (*self.lines, *self.missing) if line.state != "untouched"]

    @property
    def totals(self) -> dict[str, int]:
        """Counts by name: the `ads` are `coded` or `untouched`; the `sessions` are counted for each other state."""
        ads = {line.ad for line in self.lines}
        coded = {line.ad for line in self.lines if line.state != "untouched"}
        states = Counter(line.state for line in self.sessions)
        return {
            "ads": len(ads),
            "coded": len(coded),
            "untouched": len(ads) - len(coded),
            "sessions": len(self.sessions),
            **{state: states[state] for state in (*get_args(Progress)[1:], UNREAD) if states[state] or state != RARE},
            "not in the corpus": sum(line.state != "untouched" for line in self.missing),
            "codings": sum(line.codings for line in self.sessions),
            **({"repeated rows": self.repeated} if self.repeated else {}),
        }


def study_status(study: Study, coder: str | None = None) -> StudyStatus:
    """Return the progress of each source, with one coder or with all.

    Raises StudyError if there are no sources.
    """
    batches = list(study.corpus.batches())
    entries = [entry for batch in batches for entry in batch.entries]
    problems = [problem for batch in batches for problem in batch.problems]
    if not entries:
        raise StudyError(f"there is no {study.codebook.words.source} in {study.corpus.path}.", problems=problems)
    found = list(study.sessions(coder=coder))
    of_sessions: list[Problem] = []
    for session in found:
        left_out = session.problems if session.is_unread else session.misplaced
        of_sessions += [one for one in session.problems if one in left_out or one.severity == "error"]
    whole = study.problems(coder, of_sessions)
    errors = [one for one in whole if one in of_sessions or is_left_out(one)]
    errors += filter(is_left_out, problems)
    errors += (one for one in study.corpus.changes(entries) if one.severity != "note")
    by_source: dict[str, list[SessionSnapshot]] = {}
    for session in found:
        by_source.setdefault(session.source.id, []).append(session)
    lines: list[StatusLine] = []
    for entry in entries:
        untouched = StatusLine(entry.id, entry.employer, entry.title, "", "untouched", "", 0)
        sessions = by_source.pop(entry.id, ())
        lines += [_line(session, study.codebook, entry) for session in sessions] or [untouched]
    missing = (_line(session, study.codebook) for sessions in by_source.values() for session in sessions)
    return StudyStatus(tuple(lines), tuple(missing), tuple(dict.fromkeys(errors)), batches[-1].repeated)


def _line(session: SessionSnapshot, book: Codebook, entry: SourceEntry | None = None) -> StatusLine:
    """Return the line of a session; employer and title are those in the corpus, unless the coder has entered others."""
    status, profile = status_of(session.state), session.state.profile
    name = profile_name(book, profile) if profile else ""
    progress = UNREAD if session.is_unread else status.progress
    source = session.source
    employer, title = source.employer, source.title
    if entry is not None and (employer, title) != (entry.employer, entry.title):
        events = (event for step in session.steps for event in step.events)
        if not any(isinstance(event, SourceDescribed) for event in events):
            employer, title = entry.employer or employer, entry.title or title
    return StatusLine(source.id, employer, title, session.coder, progress, name, status.codings)

"""The sources of a study: their order, how far each is, with one coder or with all, and which have the same text."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from codetui.core.codebook.index import profile_name
from codetui.model import Codebook, Problem, SourceEntry, SourceId
from codetui.storage.session_files import SessionPaths, safe_name
from codetui.storage.session_lock import SessionLock
from codetui.storage.sources.corpus import NO_TEXT, Batch
from codetui.study.session.outcome import AdStatus, not_read, status_of
from codetui.study.session.session import Session
from codetui.study.sessions import SessionSnapshot, restore_document
from codetui.study.study import Study, StudyError

UNTOUCHED = AdStatus("untouched", 0)
NOT_READ = AdStatus("in progress", 0)
"""A source that was touched, of whose codings nothing is known."""

UNREAD = "cannot be read"
"""The state of a source whose session cannot be read just now: it is unknown, and never untouched."""


class DuplicateText(NamedTuple):
    """Another source with a source's text: the one that the coder coded most, else the first; `more` counts others."""

    ad: SourceId
    status: AdStatus
    more: int = 0


class SourceIndex:
    """The listed sources, batch by batch, and how far one coder is with each.

    `current` is the source at hand, `session` its open session.
    """

    def __init__(
        self, study: Study, coder: str, paths: SessionPaths, problems: list[Problem], token: str | None = None
    ) -> None:
        """Report problems to the list `problems`; `token` as in Session."""
        self._coder = coder
        self.entries: list[SourceEntry] = []
        self.is_listed = False
        """True once all sources are listed."""
        self.statuses: dict[SourceId, AdStatus] = {}
        self.current: SourceEntry | None = None
        self.session: Session | None = None
        self._study = study
        self._paths = paths
        self._problems = problems
        self._token = token
        self._positions: dict[SourceId, int] = {}
        self._texts = DuplicateTexts()

    # --- the list -----------------------------------------------------------------------------------

    def batches(self) -> Iterator[Batch]:
        """Yield the sources in batches, for a worker; each batch goes to `add`."""
        return self._study.corpus.batches()

    def add(self, batch: Batch) -> None:
        """Add a batch of sources to the list."""
        for entry in batch.entries:
            self._positions.setdefault(entry.id, len(self.entries))
            self.entries.append(entry)
        self._problems += batch.problems

    def find(self, source_id: SourceId) -> SourceEntry | None:
        """Return the listed source with this id."""
        position = self._positions.get(source_id)
        return None if position is None else self.entries[position]

    def position(self) -> int | None:
        """Return the position of the current source, from 0; None while it is not listed yet."""
        return self._positions.get(self.current.id) if self.current else None

    def neighbour(self, step: int) -> SourceEntry | None:
        """Return the source `step` positions further on in the list; None beyond its ends."""
        position = self.position()
        if position is None or not 0 <= position + step < len(self.entries):
            return None
        return self.entries[position + step]

    def in_order_from_here(self, source_ids: Collection[SourceId]) -> list[SourceEntry]:
        """Return those of these sources that are listed, from the current one round the list."""
        here, count = self.position() or 0, len(self.entries)
        positions = [self._positions[one] for one in source_ids if one in self._positions]
        return [self.entries[one] for one in sorted(positions, key=lambda position: (position - here) % count)]

    # --- progress -----------------------------------------------------------------------------------

    def status(self, source_id: SourceId) -> AdStatus:
        """Return how far the coder is with a source, as far as it has been read."""
        if self.session and self.session.source.id == source_id:
            return status_of(self.session.state)
        return self.statuses.get(source_id, UNTOUCHED)

    def read_statuses(self) -> Iterator[tuple[SourceId, AdStatus]]:
        """Yield the status of each source that the coder has touched, for a worker; restore missing documents."""
        skipped = None
        if self.session is not None:
            skipped = self.session.source.id
            if self.session.state.opened is not None:
                yield skipped, status_of(self.session.state)
        try:
            ids = self._ids_by_name()
            for session in self._study.sessions(self._coder, coder=self._coder, skipped=skipped):
                source_id = ids.get(session.source.id, session.source.id)
                if source_id in self._positions:
                    yield source_id, self._read_status(source_id, session)
        except OSError as error:
            self._problems.append(not_read(error, self._paths.folder, "your progress is unknown"))

    def _ids_by_name(self) -> dict[str, SourceId]:
        """Return the ids of the listed sources that have a log, by its name: one that cannot be read has no id."""
        touched = self._paths.log_ids()
        names = ((safe_name(entry.id), entry.id) for entry in (list(self.entries) if touched else ()))
        return {name: source_id for name, source_id in names if name in touched}

    def _read_status(self, source_id: SourceId, session: SessionSnapshot) -> AdStatus:
        """Return how far a session is; write its document again if it was lost."""
        if session.is_unread:
            self._problems += session.problems
            return NOT_READ
        if session.log is not None and self._is_free(source_id):
            restore_document(self._paths, self._study.codebook, list(session.transactions))
        return status_of(session.state)

    def _is_free(self, source_id: SourceId) -> bool:
        """Return whether no program has a source's session open, as far as is known."""
        if self.session is not None and self.current is not None and self.current.id == source_id:
            return False
        return not self._token or SessionLock(self._paths.log(source_id), self._token).other() is None

    def next_uncoded(self) -> SourceEntry | None:
        """Return the next source that this coder has not touched, from the current one round the list."""
        here, begun = self.position(), self._begun()
        start = 0 if here is None else here + 1
        for entry in self.entries[start:] + self.entries[: max(0, start - 1)]:
            if self._is_untouched(entry.id, begun):
                return entry
        return None

    def _begun(self) -> Collection[str]:
        """Return the names of the logs: a log that was not read yet belongs to a source that was touched."""
        try:
            return self._paths.log_ids()
        except OSError:
            return ()

    def _is_untouched(self, source_id: SourceId, begun: Collection[str]) -> bool:
        is_read = source_id in self.statuses or (self.session is not None and self.session.source.id == source_id)
        return self.status(source_id).progress == "untouched" and (is_read or safe_name(source_id) not in begun)

    # --- sources with the same text -----------------------------------------------------------------

    def read_texts(self) -> Iterator[int]:
        """Read the texts of all listed sources to know which are the same, for a worker; yield how many were read."""
        return self._texts.read(self._study.corpus.digests(self.entries))

    @property
    def has_read_texts(self) -> bool:
        """True once it is known which sources have the same text."""
        return self._texts.is_complete

    def duplicate(self) -> DuplicateText | None:
        """Return the source with the current one's text that the coder coded most, else the first; None if unique."""
        here = self.position()
        group = self._texts.group(here) if here is not None else ()
        if here is None or not group:
            return None
        touched = ((self._positions.get(one), status) for one, status in self.statuses.items())
        coded = [(-status.codings, at) for at, status in touched if at is not None and status.codings]
        best = min((one for one in coded if self._texts.are_alike(here, one[1])), default=None)
        found = self.entries[best[1] if best else group[group[0] == here]].id
        return DuplicateText(found, self.status(found), len(group) - 2)


class DuplicateTexts:
    """Which sources have the same text, by a 64-bit digest for each position in the list."""

    def __init__(self) -> None:
        self.is_complete = False
        """True once all texts were read."""
        self._digests = array("Q")
        self._alike: dict[int, array[int]] = {}

    def read(self, digests: Iterable[int]) -> Iterator[int]:
        """Read the digests of all listed sources, for a worker; yield how many were read, after each."""
        found = array("Q")
        for digest in digests:
            found.append(digest)
            yield len(found)
        self._digests, self._alike = found, _alike(found)
        self.is_complete = True

    def group(self, position: int) -> Sequence[int]:
        """Return the positions of all sources with the text at `position`, itself included; none where it is unique."""
        return self._alike.get(self._digest(position), ())

    def are_alike(self, position: int, other: int) -> bool:
        """Return whether two different sources have the same text."""
        digest = self._digest(position)
        return position != other and digest != NO_TEXT and digest == self._digest(other)

    def _digest(self, position: int) -> int:
        return self._digests[position] if position < len(self._digests) else NO_TEXT


def _alike(digests: array[int]) -> dict[int, array[int]]:
    """Return the positions of each digest that occurs more than once."""
    ordered = sorted(digests)
    repeated = {one for one, other in pairwise(ordered) if one == other} - {NO_TEXT}
    found = {digest: array("L") for digest in repeated}
    for position, digest in enumerate(digests):
        if digest in repeated:
            found[digest].append(position)
    return found


class StatusLine(NamedTuple):
    """The state of one source with one coder; an untouched source has none."""

    ad: str
    employer: str
    title: str
    coder: str
    state: str
    profile: str
    codings: int


class StudyStatus(NamedTuple):
    """The states of all sources, and the errors of what could not be read."""

    lines: tuple[StatusLine, ...]
    number_of_sources: int
    errors: tuple[Problem, ...]

    @property
    def states(self) -> Counter[str]:
        """How many lines have each state."""
        return Counter(line.state for line in self.lines)

    @property
    def codings(self) -> int:
        """The number of codings in all sessions."""
        return sum(line.codings for line in self.lines)


def study_status(study: Study, coder: str | None = None) -> StudyStatus:
    """Return how far each source is, with one coder or with all.  Raises StudyError where there is no source."""
    batches = list(study.corpus.batches())
    entries = [entry for batch in batches for entry in batch.entries]
    problems = [problem for batch in batches for problem in batch.problems]
    if not entries:
        raise StudyError(f"there is no {study.codebook.words.source} in {study.corpus.path}.", problems=problems)
    found = list(study.sessions(coder=coder))
    errors = [problem for problem in problems if problem.severity == "error"]
    for session in found:
        errors += session.problems if session.is_unread else (*session.misplaced, *session.read_problems)
    return StudyStatus(tuple(_lines(entries, found, study.codebook)), len(entries), tuple(errors))


def _lines(entries: Iterable[SourceEntry], found: Iterable[SessionSnapshot], book: Codebook) -> list[StatusLine]:
    by_source: dict[str, list[SessionSnapshot]] = {}
    for session in found:
        by_source.setdefault(session.source.id, []).append(session)
    lines: list[StatusLine] = []
    for entry in entries:
        sessions = by_source.pop(entry.id, [])
        lines += [_line(session, book) for session in sessions]
        if not sessions:
            lines.append(StatusLine(entry.id, entry.employer, entry.title, "", "untouched", "", 0))
    return lines + [_line(session, book) for sessions in by_source.values() for session in sessions]


def _line(session: SessionSnapshot, book: Codebook) -> StatusLine:
    status, profile = status_of(session.state), session.state.profile
    name = profile_name(book, profile) if profile else ""
    progress = UNREAD if session.is_unread else status.progress
    source = session.source
    return StatusLine(source.id, source.employer, source.title, session.coder, progress, name, status.codings)

"""The progress of a study: each source with its coders and their states."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from codetui.core.codebook.index import profile_name
from codetui.model import Codebook, Problem, SourceEntry
from codetui.study.session.outcome import status_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

UNREAD = "cannot be read"
"""The state of a source whose session cannot be read just now: it is unknown, and never untouched."""


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

"""The evidence of a report: the sessions and steps that its reader may see, the texts, and the hashes of them all."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from codetui.core.anchors.unresolved import located_in
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.state import State
from codetui.model import Codebook, Problem, Source, SourceId, StudyStep, text_hash
from codetui.storage import fs, session_files
from codetui.storage.copies import is_left_out
from codetui.storage.journal import StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.former import with_former
from codetui.study.session.outcome import not_read
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study

MODEL = "model:"
"""The beginning of the names of coders that are models."""


@dataclass(frozen=True, slots=True)
class CodedSource:
    """One coder's session of one source, its quotations located in the text; without a text if the corpus lacks it."""

    snapshot: SessionSnapshot
    state: State
    source: Source

    @property
    def coder(self) -> str:
        """The name of the coder."""
        return self.snapshot.coder


@dataclass(frozen=True)
class Evidence:
    """All that a report is made from.

    `sessions` have work in them and are in the order of the corpus, then of the coders. `steps` are those over several
    sessions or of the codebook. `book` also has the codes of earlier codebooks. `hashes` identify all that was read;
    `problems` are what could not be read.
    """

    book: Codebook
    sources: int
    sessions: Sequence[CodedSource]
    steps: Sequence[StudyStep]
    is_hidden: bool
    hashes: Mapping[str, object]
    problems: Sequence[Problem]

    @cached_property
    def coders(self) -> list[str]:
        """The names of all coders: people, then models, then those whose sessions are the result of an adjudication."""
        names = dict.fromkeys(sorted(one.coder for one in self.sessions))
        settled = self.adjudicated
        return sorted(names, key=lambda name: (name in settled, name.startswith(MODEL), name))

    @cached_property
    def adjudicated(self) -> frozenset[str]:
        """The coders whose sessions are the result of an adjudication."""
        return frozenset(
            one.coder
            for one in self.sessions
            if any(step.cause == "consensus" for step in done_transactions(one.state))
        )

    @property
    def people(self) -> list[str]:
        """The coders who are neither models nor the result of an adjudication."""
        return [one for one in self.coders if not one.startswith(MODEL) and one not in self.adjudicated]

    def sources_of(self, coder: str, *, is_for_all: bool = False) -> frozenset[SourceId]:
        """Return the sources that a coder has marked done, or begun."""
        own = (one for one in self.sessions if one.coder == coder)
        return frozenset(one.snapshot.source.id for one in own if one.state.is_done or is_for_all)


def read_evidence(study: Study, viewer: str | None = None) -> Evidence:
    """Read all that `viewer` may see of a study. Raises StudyError."""
    corpus = study.sources_by_id()
    problems: list[Problem] = []
    order = {entry.id: at for at, entry in enumerate(study.sources)} if study.corpus_if_any else {}
    sessions: list[CodedSource] = []
    for snapshot in study.sessions(viewer, sources=corpus):
        problems += snapshot.problems
        if snapshot.is_unread or snapshot.state.is_untouched:
            continue
        source = snapshot.source
        try:
            source = corpus.find(source.id) or source
        except OSError as error:
            problems.append(not_read(error, study.sessions_path, f"the text of {source.id} is left out"))
        sessions.append(CodedSource(snapshot, located_in(snapshot.state, source), source))
    sessions.sort(key=lambda one: (order.get(one.source.id, len(order)), one.source.id, one.coder))
    is_hidden = study.hides_anything()
    problems += [*corpus.problems, *study.problems()]
    book = study.codebook
    try:
        book = with_former(book, study.sessions_path, (one.state for one in sessions))
    except OSError as error:
        problems.append(not_read(error, study.sessions_path, "codes of earlier codebooks have no names"))
    return Evidence(
        book,
        len(order),
        sessions,
        list(_steps(study, viewer, problems, is_hidden=is_hidden)),
        is_hidden,
        _hashes(study, sessions, problems),
        tuple(filter(is_left_out, dict.fromkeys(problems))),
    )


def _steps(study: Study, viewer: str | None, problems: list[Problem], *, is_hidden: bool) -> Iterable[StudyStep]:
    """Return the steps of all coders by time; while sessions are hidden, only those of the codebook and one's own."""
    found: dict[str, StudyStep] = {}
    for folder in session_files.coders(study.sessions_path):
        log = SessionPaths.of_folder(study.sessions_path, folder).study_log()
        try:
            found |= {one.id: one for one in StudyJournal(log).read()[0]}
        except OSError as error:
            problems.append(not_read(error, log, "steps over several sessions are left out"))
    own = {study.reader, viewer}
    for one in sorted(found.values(), key=lambda step: (step.time, step.id)):
        if one.coder in own or one.codebook_before != one.codebook_after or not (is_hidden or viewer):
            yield one


# --- hashes -----------------------------------------------------------------------------------------


def _hashes(study: Study, sessions: Sequence[CodedSource], problems: list[Problem]) -> dict[str, object]:
    """Return the SHA-256 of the codebook, the samples, the texts, and each log with the edits by hand beside it."""
    logs: dict[str, dict[str, str]] = {}
    for one in sessions:
        logs.setdefault(one.coder, {})[one.snapshot.source.id] = _session_hash(one.snapshot, problems)
    texts: dict[str, str] = {}
    if study.corpus_if_any is not None:
        texts = {one.source.id: text_hash(one.source.text) for one in study.corpus.texts(problems)}
    coded = {one.source.id for one in sessions}
    return {
        "codebook": study.codebook.content_hash,
        "samples": {one.name: _file_hash(study, one.name, problems) for one in study.samples.all},
        "sources": {"number": len(texts), "sha256": _combined(texts)},
        "coded_sources": {name: digest for name, digest in texts.items() if name in coded},
        "coders": {coder: _combined(own) for coder, own in logs.items()},
        "logs": logs,
    }


def _session_hash(snapshot: SessionSnapshot, problems: list[Problem]) -> str:
    """Return the hash of a log, and of its document where that has edits that no log has."""
    parts: list[bytes] = []
    if snapshot.log is not None:
        try:
            parts.append(fs.read(snapshot.log))
        except OSError as error:
            problems.append(not_read(error, snapshot.log, "its hash is left out"))
    if snapshot.document is not None and (snapshot.edits or snapshot.log is None):
        parts.append(snapshot.document.text.encode("utf-8", "surrogatepass"))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def _file_hash(study: Study, sample: str, problems: list[Problem]) -> str:
    path = study.samples.path(sample)
    try:
        return hashlib.sha256(fs.read(path)).hexdigest()
    except OSError as error:
        problems.append(not_read(error, path, "its hash is left out"))
        return ""


def _combined(hashes: Mapping[str, str]) -> str:
    """Return one hash of many, whatever their order."""
    lines = "".join(f"{digest} {name}\n" for name, digest in sorted(hashes.items()))
    return hashlib.sha256(lines.encode("utf-8", "surrogatepass")).hexdigest()

"""Agreement between the coders of a study: the sessions that can be compared, and their comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from codetui.core.agreement.comparison import (
    ComparedSession,
    ComparedSource,
    Comparison,
    Figures,
    Sections,
    compare,
    further_figures,
)
from codetui.core.agreement.matching import CodedSpan, Kind
from codetui.core.anchors.unresolved import located_in, place_of
from codetui.core.codebook.equivalence import Equivalence, NamedMap
from codetui.core.codebook.index import index_of
from codetui.core.query.evaluate import QueriedSource, RegexSearch, matches, queried_session
from codetui.core.query.query import Query
from codetui.core.session.decide import applicable
from codetui.core.session.state import State, evolve
from codetui.core.statistics.division import iso_week
from codetui.core.text.display import plural
from codetui.core.text.normalize import normalize_words
from codetui.model import Cause, Coding, Problem, Source, SourceId, Span, StepId, source_hash
from codetui.storage import fs, session_files
from codetui.storage.copies import is_left_out
from codetui.storage.journal import Journal, StudyJournal
from codetui.study import kept_sessions
from codetui.study.compared_sessions import FORM, CoderSession, Finished, packed, session_of, unpacked
from codetui.study.find import RegexProcess, RegexTimeoutError, too_slow
from codetui.study.kept_sessions import KeptSessions
from codetui.study.migrate import read_plan
from codetui.study.samples import unblinded_sources
from codetui.study.session.outcome import not_read, status_of
from codetui.study.sessions import SessionSnapshot, copied_folders
from codetui.study.study import Study, StudyError

NOT_OF_THE_CODER: tuple[Cause, ...] = ("migration", "corpus")
"""The causes of steps that follow from a changed codebook or text."""

SHOWN = 8
"""Codes that a message names."""


class NothingInCommonError(StudyError):
    """There is no source that all coders have done; with `has_begun` there are some that all have begun."""

    def __init__(self, message: str, *, has_begun: bool) -> None:
        super().__init__(message)
        self.has_begun = has_begun


class NoMapError(StudyError):
    """A coder has used only codes that the codebook lacks, so that rules are needed to compare them."""


class AgreementRequest(NamedTuple):
    """The coders to compare, two or more, and how.

    `maps` are files with rules as for a migration. Only sources that match `where` count, in the session of one of the
    coders at least. `is_for_all` also compares sources that a coder has not marked done.
    Codings whose words occur several times take the first free place, unless `leaves_ambiguous_out`; those without a
    place count as a code of their source only if `counts_unplaced`.
    """

    coders: Sequence[str]
    maps: Sequence[Path] = ()
    iou: float = 0.5
    resamples: int = 2000
    seed: int = 1
    is_for_all: bool = False
    leaves_ambiguous_out: bool = False
    counts_unplaced: bool = False
    is_complete: bool = False
    where: Query | None = None


@dataclass
class CoderCounts:
    """The sessions and codings of one coder that are compared, and those that are not.

    `ambiguous` codings were given a place, or left out. The place of `resembling` ones is not accepted yet, `unplaced`
    ones have none, and `repeated` ones have the code and place of another one. `unknown` and `by_rule` count codings by
    codes that the codebook lacks, without a rule and with one that leaves them out; `profiles` counts the profiles
    without a counterpart. `made_from` names what the sessions were made from by adjudication or review: such a coder is
    not independent of these. `unblinded` counts by source the steps that are left out, since the coder made them after
    reading what others made of it.
    """

    sessions: int = 0
    done: int = 0
    codings: int = 0
    ambiguous: int = 0
    resembling: int = 0
    unplaced: int = 0
    repeated: int = 0
    unknown: Counter[str] = field(default_factory=Counter)
    by_rule: Counter[str] = field(default_factory=Counter)
    profiles: Counter[str] = field(default_factory=Counter)
    made_from: set[str] = field(default_factory=set)
    unblinded: Counter[str] = field(default_factory=Counter)


class ListedSpan(NamedTuple):
    """A quotation in a list: its place, code and words."""

    start: int
    end: int
    code: str
    words: str


class Disagreement(NamedTuple):
    """Two quotations that belong together, or one of one coder alone."""

    source: SourceId
    kind: Kind
    a: ListedSpan | None
    b: ListedSpan | None


class BookAgreement(NamedTuple):
    """The figures of the sources that were finished with a codebook, and the first and last time of that."""

    book: str
    first: str
    last: str
    figures: Figures


@dataclass(frozen=True)
class StudyAgreement:
    """The agreement of some coders of a study.

    `sources` are those compared, with their texts as far as the corpus has them. `finished` has for each of them when
    the coders finished it. `errors` are what could not be read.
    """

    request: AgreementRequest
    comparison: Comparison
    sections: Sections
    compared: Sequence[ComparedSource]
    sources: Mapping[SourceId, Source]
    finished: Sequence[Sequence[Finished]]
    counts: Mapping[str, CoderCounts]
    maps: Sequence[NamedMap]
    errors: Sequence[Problem]

    def weeks(self, coder: int) -> dict[str, Figures]:
        """Return the figures by the week in which a coder finished a source, such as 2026-W48; empty if unknown."""
        return self.comparison.by([iso_week(each[coder].time) for each in self.finished])

    def books(self, *, by_name: bool) -> list[BookAgreement]:
        """Return the figures by the codebook with which all coders finished a source, the earliest first.

        Each content of the codebook is another one, unless only the names of versions count. Sources that the coders
        finished with different ones are apart, all of them named.
        """
        labels: list[str] = []
        times: dict[str, list[str]] = {}
        for each in self.finished:
            names = [one.codebook.partition("#")[0] if by_name else one.codebook for one in each]
            labels.append(" / ".join(names if len(set(names)) > 1 else names[:1]))
            times.setdefault(labels[-1], []).extend(one.time for one in each)
        figures = self.comparison.by(labels)
        found = [BookAgreement(label, min(times[label]), max(times[label]), figures[label]) for label in figures]
        return sorted(found, key=lambda one: (one.first, one.book))

    def disagreements(self, a: int = 0, b: int = 1) -> Iterator[Disagreement]:
        """Yield the matched and unmatched quotations of two coders, by source and place."""
        for source, matching in zip(self.compared, self.comparison.matchings[a, b], strict=True):
            id_ = SourceId(source.id)
            found = self.sources.get(id_)
            text = found.text if found else ""
            sides = source.sessions[a].spans, source.sessions[b].spans
            for one in matching.matches:
                first, second = (
                    None
                    if number is None
                    else ListedSpan(*spans[number], text[spans[number].start : spans[number].end])
                    for number, spans in zip((one.a, one.b), sides, strict=True)
                )
                yield Disagreement(id_, one.kind, first, second)


def other_coders(study: Study, coder: str) -> list[str]:
    """Return the names of the other coders who have a log or document, without copies of their folders."""
    root = study.sessions_path
    names = session_files.coders(root)
    others = dict.fromkeys(names)
    for name in (session_files.coder_folder(root, coder), coder, *copied_folders(root, names)):
        others.pop(name, None)
    return [_name_of(root, name) for name in others]


def _name_of(root: Path, folder: str) -> str:
    """Return the name of the coder of a folder as in its logs, or that of the folder."""
    for log in session_files.logs(root / folder)[:1]:
        with suppress(OSError):
            steps = Journal(log).read()[0]
            if steps and session_files.coder_folder(root, steps[-1].coder) == folder:
                return steps[-1].coder
    return folder


def compare_coders(study: Study, request: AgreementRequest, viewer: str | None = None) -> StudyAgreement:
    """Compare the coders of a study on the sources that all of them have done, as far as `viewer` may read them.

    Raises StudyError if nothing can be compared, or if codes of another codebook have no map.
    """
    return _Reader(study, request, viewer).agreement()


class _Session(NamedTuple):
    """A session with its coder, source and log, and what is compared of it."""

    coder: str
    source: Source
    log: Path | None
    read: CoderSession


class _Reader:
    """Reads the sessions to compare, and counts what is left out."""

    def __init__(self, study: Study, request: AgreementRequest, viewer: str | None) -> None:
        if len(set(request.coders)) < max(2, len(request.coders)):
            raise StudyError("agreement needs two different coders or more: `codetui agree ANNA BEN`.")
        self._study, self._request, self._viewer = study, request, viewer
        self._maps = [_read_map(study, file) for file in request.maps]
        self._equivalence = Equivalence(study.codebook, self._maps)
        self._corpus = study.sources_by_id()
        self._problems: list[Problem] = []
        self._sources: dict[SourceId, tuple[Source, str] | None] = {}
        self._counts = {coder: CoderCounts() for coder in request.coders}
        self._strangers: dict[str, set[str]] = {}
        sections = index_of(study.codebook).sections
        self._sections = self._equivalence.sections()
        self._terms = {
            code for section, codes in self._sections.items() if sections[section].holds == "terms" for code in codes
        }

    def agreement(self) -> StudyAgreement:
        """Return the agreement. Raises StudyError."""
        sessions = [self._sessions_of(coder) for coder in self._request.coders]
        common = [one for one in sessions[0] if all(one in each for each in sessions[1:])]
        chosen = [
            one for one in common if self._request.is_for_all or all(each[one].read.state.is_done for each in sessions)
        ]
        sources: dict[SourceId, Source] = {}
        compared: list[ComparedSource] = []
        finished: list[list[Finished]] = []
        regex = RegexProcess()
        try:
            for id_ in chosen:
                those = [each[id_] for each in sessions]
                found = self._compared(id_, those, sources, regex.search)
                if found is not None:
                    compared.append(found)
                    finished.append([one.read.finished for one in those])
        finally:
            regex.close()
        self._problems += self._corpus.problems
        if not compared:
            raise self._nothing_to_compare(len(common), len(chosen))
        if self._strangers:
            raise self._without_map()
        request = self._request
        random = Random(request.seed)
        comparison = compare(
            compared,
            self._sections,
            lambda rows, number: random.choices(rows, k=number),
            iou=request.iou,
            resamples=request.resamples,
            is_complete=request.is_complete,
        )
        if request.is_complete:
            comparison.figures.update(further_figures(compared, self._sections, comparison.profiles))
        errors = tuple(filter(is_left_out, dict.fromkeys(self._problems)))
        parts = sources, finished, self._counts, self._maps, errors
        return StudyAgreement(request, comparison, self._sections, compared, *parts)

    def _sessions_of(self, coder: str) -> dict[SourceId, _Session]:
        """Return a coder's sessions that can be read, by source."""
        found: dict[SourceId, _Session] = {}
        counts = self._counts[coder]
        read = self._unblinded(coder)
        kept = self._kept(coder, read)
        try:
            for snapshot in self._study.sessions(self._viewer, coder=coder, sources=self._corpus, readings=kept):
                self._problems += snapshot.problems
                if snapshot.is_unread:
                    continue
                known = kept.reading_of(snapshot) if kept else None
                if known is None:
                    known = self._read(snapshot, read, counts, kept)
                found[snapshot.source.id] = _Session(snapshot.coder, snapshot.source, snapshot.log, known)
                counts.sessions += not known.is_untouched
                counts.done += known.state.is_done
        finally:
            if kept is not None:
                kept.close()
        self._problems += self._study.problems(coder)
        if not found:
            names = ", ".join(session_files.coders(self._study.sessions_path)) or "none yet"
            raise StudyError(f"there are no sessions of {coder} that you may read; coders here: {names}.")
        return found

    def _kept(self, coder: str, read: Container[SourceId]) -> KeptSessions[CoderSession] | None:
        """Return the kept sessions of a coder, None if these are few; those of sources `read` before are not used."""
        root = self._study.sessions_path
        logs = session_files.log_names(root / session_files.coder_folder(root, coder))
        if self._request.where is not None or len(logs) < kept_sessions.LEAST_KEPT:
            return None

        def is_current(source: SourceId, session: CoderSession) -> bool:
            return source not in read and session.text_hash == self._hash_of(source)

        return KeptSessions(root, "agreement", FORM, unpacked, is_current)

    def _read(
        self,
        snapshot: SessionSnapshot,
        read: Mapping[SourceId, StepId],
        counts: CoderCounts,
        kept: KeptSessions[CoderSession] | None,
    ) -> CoderSession:
        """Return what is compared of a session, and keep it if it is as its log has it."""
        id_ = snapshot.source.id
        if id_ in read:
            return session_of(self._as_before(read[id_], snapshot, counts))
        session = session_of(snapshot)
        text_hash = self._hash_of(id_) if kept is not None and snapshot.digest else ""
        anchors = [one.anchor for one in session.state.live() if one.anchor]
        opened = snapshot.state.opened
        is_located = opened is not None and {opened.text_hash, *(one.text_hash for one in anchors)} == {text_hash}
        if kept is not None and text_hash and is_located:
            kept.put(snapshot, packed(session, text_hash))
        return session

    def _hash_of(self, id_: SourceId) -> str:
        """Return the hash of the text of a source, empty if there is none that can be read."""
        with suppress(OSError):
            found = self._source(id_)
            return found[1] if found else ""
        return ""

    def _source(self, id_: SourceId) -> tuple[Source, str] | None:
        """Return a source of the corpus with the hash of its text. Raises OSError."""
        if id_ not in self._sources:
            source = self._corpus.find(id_)
            self._sources[id_] = (source, source_hash(source.text)) if source else None
        return self._sources[id_]

    def _unblinded(self, coder: str) -> dict[SourceId, StepId]:
        log = self._study.paths_of(coder).study_log()
        try:
            return unblinded_sources(StudyJournal(log).read()[0])
        except OSError as error:
            self._problems.append(not_read(error, log, "it is unknown which work of others this coder has read"))
            return {}

    @staticmethod
    def _as_before(read: StepId, session: SessionSnapshot, counts: CoderCounts) -> SessionSnapshot:
        """Return a session without its coder's changes after reading what others made of the source.

        Migrations of the codebook and changes of the text are no changes of the coder.
        """
        kept = [one for one in session.transactions if one.id < read or one.cause in NOT_OF_THE_CODER]
        later = len(session.steps) - len(kept)
        if not later:
            return session
        counts.unblinded[session.source.id] = later
        state = State()
        for step in kept:
            events = step.events if step.id < read else applicable(step.events, state)
            state = evolve(state, replace(step, events=events))
        return replace(session, state=state, transactions=tuple(kept), edits=())

    def _compared(
        self,
        id_: SourceId,
        sessions: Sequence[_Session],
        sources: dict[SourceId, Source],
        regex: RegexSearch,
    ) -> ComparedSource | None:
        """Return a source with the sessions of all coders; None if they coded different texts, or it does not match."""
        try:
            found = self._source(id_)
        except OSError as error:
            self._problems.append(not_read(error, self._study.sessions_path, f"{id_} is left out of the agreement"))
            return None
        source = found[0] if found else None
        reads = [one.read for one in sessions]
        states = [located_in(one.state, source) if source and not one.text_hash else one.state for one in reads]
        anchors = [coding.anchor for state in states for coding in state.live() if coding.anchor]
        if source is None and len({anchor.text_hash for anchor in anchors}) > 1:
            words = self._study.codebook.words
            what = f"the coders had different texts of {words.source} {id_}, and the corpus lacks it: it is left out"
            self._problems.append(Problem(str(sessions[0].log or self._study.sessions_path), 0, "error", what))
            return None
        source = source or sessions[0].source
        where = self._request.where
        try:
            if where is not None and not _matches(where, source, list(zip(sessions, states, strict=True)), regex):
                return None
        except RegexTimeoutError:
            raise too_slow(source, self._study.codebook.words.source) from None
        length = max([len(source.text), *(anchor.end for anchor in anchors)])
        sources[id_] = source
        pairs = zip(self._request.coders, states, strict=True)
        compared = tuple(self._session(coder, state, source) for coder, state in pairs)
        for coder, one in zip(self._request.coders, sessions, strict=True):
            self._counts[coder].made_from.update(one.read.made_from)
        return ComparedSource(id_, length, compared)

    def _session(self, coder: str, state: State, source: Source) -> ComparedSession:
        """Return a session as plain data, in the codes of the codebook."""
        counts = self._counts[coder]
        codings = [(coding, code) for coding in state.live() if (code := self._code_of(coding, counts))]
        rules = (self._equivalence.has_rule(coding.code, coding.codebook) for coding in state.live())
        if not codings and not all(rules):
            self._strangers.setdefault(coder, set()).update(coding.code for coding in state.live())
        counts.codings += len(codings)
        placed = [(coding, code) for coding, code in codings if not coding.is_unresolved]
        spans = dict.fromkeys(CodedSpan(*_place(coding), code) for coding, code in placed)
        counts.repeated += len(placed) - len(spans)
        present = [*placed]
        for coding, code in codings:
            if coding.is_unresolved and (self._add_place(coding, code, source, spans, counts)):
                present.append((coding, code))
        profile = self._equivalence.profile(state.profile) if state.profile else None
        if state.profile and profile is None:
            counts.profiles[state.profile] += 1
        terms = ((code, normalize_words(coding.words)) for coding, code in present if code in self._terms)
        return ComparedSession(profile, frozenset(code for _, code in present), tuple(spans), frozenset(terms))

    def _code_of(self, coding: Coding, counts: CoderCounts) -> str | None:
        code = self._equivalence.code(coding.code, coding.codebook)
        if code is None:
            has_rule = self._equivalence.has_rule(coding.code, coding.codebook)
            (counts.by_rule if has_rule else counts.unknown)[coding.code] += 1
        return code

    def _add_place(
        self, coding: Coding, code: str, source: Source, spans: dict[CodedSpan, None], counts: CoderCounts
    ) -> bool:
        """Add the place of a coding without an accepted one, if it has any; return whether its code is present."""
        taken = {Span(one.start, one.end) for one in spans if one.code == code}
        kind, span = place_of(coding, source, taken)
        match kind:
            case "nowhere":
                counts.unplaced += 1
                return self._request.counts_unplaced
            case "similar":
                counts.resembling += 1
            case "repeated":
                counts.repeated += 1
            case "free":
                counts.ambiguous += 1
                if span is not None and not self._request.leaves_ambiguous_out:
                    spans[CodedSpan(*span, code)] = None
        return True

    def _nothing_to_compare(self, common: int, chosen: int) -> StudyError:
        words = self._study.codebook.words
        if chosen and self._request.where is not None:
            what = f"no {words.source} that all coders have done matches {self._request.where.text}."
            return NothingInCommonError(what, has_begun=False)
        numbers = ", ".join(f"{coder} {one.done} of {one.sessions}" for coder, one in self._counts.items())
        what = f"there is no {words.source} that all coders have done (done: {numbers})"
        if common and not self._request.is_for_all:
            hint = f"--all-ads also compares the {plural(common, words.source, words.sources)} that all have begun"
            return NothingInCommonError(f"{what}; {hint}.", has_begun=True)
        return NothingInCommonError(f"{what}.", has_begun=False)

    def _without_map(self) -> StudyError:
        """Return the error for sessions that were coded with codes of another codebook."""
        lines = []
        for coder, codes in self._strangers.items():
            shown = sorted(codes)[:SHOWN]
            more = f" and {len(codes) - len(shown)} more" if len(codes) > len(shown) else ""
            lines.append(f"{coder} used {', '.join(shown)}{more}")
        what = f"some sessions have only codes that the codebook lacks: {'; '.join(lines)}"
        hint = "--map FILE compares them by rules as for `codetui codebook migrate`; `codebook propose` writes some"
        return NoMapError(f"{what}. {hint}.")


def maps_of(study: Study) -> list[Path]:
    """Return the files beside the codebook with rules that lead to it, by name."""
    folder = study.codebook_path.parent
    names = sorted(name for name in fs.names_in(folder) if name.endswith(".toml") and not name.startswith("."))
    found: list[Path] = []
    for path in (folder / name for name in names if folder / name != study.codebook_path):
        with suppress(StudyError):
            found += [path] if read_plan(path, study.codebook_path, study.sessions_path).rules.rules else []
    return found


def _place(coding: Coding) -> tuple[int, int]:
    """Return the place of a coding that has one."""
    return (coding.anchor.start, coding.anchor.end) if coding.anchor else (0, 0)


def _read_map(study: Study, file: Path) -> NamedMap:
    plan = read_plan(file, study.codebook_path, study.sessions_path)
    return NamedMap(file.name, plan.rules, plan.old)


def _matches(where: Query, source: Source, sessions: Iterable[tuple[_Session, State]], regex: RegexSearch) -> bool:
    """Return whether a query holds for one of the sessions of a source."""
    for session, state in sessions:
        queried = queried_session(session.coder, status_of(session.read.state).progress, state)
        if matches(where, QueriedSource(source, queried, regex)):
            return True
    return False

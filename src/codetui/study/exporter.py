"""The sessions of a study, written in an export format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from codetui import __version__
from codetui.core.agreement.comparison import FigurePath, Figures
from codetui.core.agreement.figure import Undefined
from codetui.core.agreement.resampling import Interval
from codetui.core.anchors.unresolved import located_in
from codetui.core.session.state import State
from codetui.formats.export import EXPORTERS
from codetui.formats.export.exporter import (
    NO_ATTRIBUTES,
    AgreementRow,
    Exported,
    ExportedSession,
    ExportedSource,
    ExportedStudy,
    Exporter,
    ExportError,
    What,
    write_partitioned,
)
from codetui.formats.export.protection import Pseudonyms
from codetui.formats.export.table import COLLECTED
from codetui.model import Problem, Source, SourceId, source_hash
from codetui.storage import session_files
from codetui.storage.copies import is_left_out
from codetui.storage.journal import StudyJournal, now
from codetui.storage.output import OutputFiles
from codetui.storage.session_files import SessionPaths
from codetui.study.agreement import AgreementRequest, compare_coders
from codetui.study.former import with_former_codes
from codetui.study.memos import study_memos
from codetui.study.overview import UNREAD
from codetui.study.session.outcome import not_read, status_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError

MOST_CODINGS = 100_000
"""Codings that are compared: a comparison holds all sessions in memory."""


class ExportRequest(NamedTuple):
    """A request for an export: the sessions of one coder or of all, in a format, or only its table `what`.

    `is_end_exclusive` is for projects of REFI-QDA alone. With pseudonyms, or without words, if wanted.
    A table that `is_partitioned` is in a folder for each coder.
    """

    layout: str = "csv"
    coder: str | None = None
    what: What | None = None
    is_end_exclusive: bool = False
    pseudonyms: Pseudonyms | None = None
    has_words: bool = True
    is_partitioned: bool = False


class StudyExport(NamedTuple):
    """The outcome of an export: what was written, from which study, and the sessions that could not be read whole."""

    exported: Exported
    study: ExportedStudy
    errors: tuple[Problem, ...]


Progress = Callable[[int, int], None]
"""Receives how many sessions are read, and how many there are to read in all passes."""


def export_study(
    study: Study, request: ExportRequest, output: OutputFiles, progress: Progress = lambda _done, _total: None
) -> StudyExport:
    """Write the sessions into output files, which are not published yet.

    Raises StudyError if there are no sessions, or if the format has no tables, and OSError if it cannot be written.
    """
    exporter = EXPORTERS[request.layout]
    if request.what and not exporter.tables:
        needed = f"`--what {request.what}` needs a table: --format csv, jsonl or xlsx"
        raise StudyError(f"{request.layout} holds everything that was coded; {needed}.")
    tables = (request.what,) if request.what else exporter.tables
    if request.is_partitioned and (exporter.name not in ("csv", "jsonl") or not set(tables).isdisjoint(COLLECTED)):
        raise StudyError("--partition needs a table of rows by one coder each: --format jsonl or csv.")
    sessions = _Sessions(study, request.coder, exporter, tables, progress)
    content = replace(sessions.survey(), is_end_exclusive=request.is_end_exclusive)
    content = _protected(content, request, exporter)
    try:
        if request.is_partitioned:
            exported = write_partitioned(exporter, content, tables, output.open)
        else:
            exported = exporter.write(content, tables, output.open)
    except ExportError as error:
        raise StudyError(str(error)) from None
    errors = [*sessions.problems, *(Problem(exporter.name, 0, "error", loss) for loss in exported.losses)]
    return StudyExport(exported, content, tuple(filter(is_left_out, dict.fromkeys(errors))))


def _protected(content: ExportedStudy, request: ExportRequest, exporter: Exporter) -> ExportedStudy:
    """Return what is exported with pseudonyms, and without words. Raises StudyError if the request is impossible."""
    if request.pseudonyms:
        names = request.pseudonyms
        same = [coder for coder, number in Counter(map(names.name, content.coders)).items() if number > 1]
        if same:
            raise StudyError(f"two coders have the pseudonym {same[0]}; give each their own, and export again.")
        content = names.study(content)
    if not request.has_words:
        if not exporter.tables or request.what == "notes":
            raise StudyError("without words nothing is left of documents and notes: export codings or ads as a table.")
        from codetui.formats.export.protection import without_words

        content = without_words(content)
    return content


def export_text(study: Study, layout: str = "csv", coder: str | None = None, what: What | None = None) -> str:
    """Return an export in a text format; with documents, all of them. Raises StudyError as `export_study` does."""
    with OutputFiles(None) as output:
        export_study(study, ExportRequest(layout, coder, what), output)
        return b"".join(output.chunks()).decode("utf-8")


class _Sessions:
    """The sessions to export, read one at a time whenever they are iterated, and the problems found meanwhile.

    After the sessions come the sources that nobody coded, and the memos that belong to no source.
    """

    def __init__(
        self, study: Study, coder: str | None, exporter: Exporter, tables: Iterable[What], progress: Progress
    ) -> None:
        self._study, self._coder, self._exporter, self._tables = study, coder, exporter, tuple(tables)
        self._sources = study.sources_by_id()
        self._coded: set[SourceId] = set()
        self._progress, self._read = progress, 0
        self._total = 2 * sum(len(session_files.logs(study.sessions_path / folder)) for folder in self._folders())
        self._is_whole = "ads" in self._tables and study.corpus_if_any is not None
        self._found: dict[Problem, None] = {}
        self._surveyed: frozenset[Problem] = frozenset()
        """The problems of the sessions when they were read first."""

    @property
    def problems(self) -> list[Problem]:
        """The problems of the study, of its sessions and of their sources."""
        return list(self._found)

    def survey(self) -> ExportedStudy:
        """Read all sessions once, and return what exporters need to know of them beforehand.

        Raises StudyError if there are none.
        """
        codes, coders, attributes = dict[str, None](), dict[str, None](), dict[str, None]()
        in_sessions: list[Problem] = []
        codings = 0
        for session in self._snapshots():
            self._coded.add(session.source.id)
            in_sessions += session.problems
            codes |= dict.fromkeys(session.state.codes)
            codings += len(session.state.live())
            coders[session.coder] = None
            if self._exporter.needs_sources and (source := self._source(session.source.id)):
                attributes |= dict.fromkeys(source.attributes or NO_ATTRIBUTES)
        self._surveyed = frozenset(in_sessions)
        self._found = dict.fromkeys(self._study.problems(self._coder, in_sessions)) | self._found
        if self._exporter.needs_sources:
            self._found |= dict.fromkeys(self._sources.problems)
        if not self._coded and (self._coder or self._tables != ("ads",)):
            whose = f" of coder {self._coder}" if self._coder else ""
            what_is = f"there are no sessions{whose} in {self._study.sessions_path}"
            raise StudyError(f"{what_is}; code something first, or name the folder with --sessions.")
        for untouched in self._untouched():
            attributes |= dict.fromkeys(untouched.source.attributes if untouched.source else ())
        book = self._study.codebook
        try:
            book = with_former_codes(book, self._study.sessions_path, codes)
        except OSError as error:
            what = "codes of earlier codebooks have no names"
            self._found[not_read(error, self._study.sessions_path, what)] = None
        return ExportedStudy(
            book,
            self,
            coders=tuple(coders),
            attributes=tuple(attributes),
            codes=tuple(dict.fromkeys([*(code.id for code in book.codes), *codes])),
            agreement=lambda: agreement_rows(self._study, tuple(coders), codings),
            program=f"codetui {__version__}",
            date=now()[:10],
        )

    def __iter__(self) -> Iterator[ExportedSession]:
        yield from self._sessions()
        yield from self._untouched()
        if "notes" in self._tables or not (self._tables or self._exporter.is_folder):
            yield from self._study_memos()

    def _folders(self) -> list[str]:
        root = self._study.sessions_path
        return [session_files.coder_folder(root, self._coder)] if self._coder else session_files.coders(root)

    def _snapshots(self) -> Iterator[SessionSnapshot]:
        for session in self._study.sessions(coder=self._coder, sources=self._sources):
            yield session
            self._read += 1
            self._progress(self._read, max(self._read, self._total))

    def _sessions(self) -> Iterator[ExportedSession]:
        """Yield the sessions with distinct paths, even if ids and employers combine to the same name.

        If the text of a source has changed since it was coded, the quotations are located in it as when it is opened.
        """
        taken: set[str] = set()
        for session in self._snapshots():
            self._found |= dict.fromkeys(one for one in session.problems if one not in self._surveyed)
            path = next(path for path in _paths(session) if path not in taken)
            document = session.document.text if session.document and not session.log else None
            progress = UNREAD if session.is_unread else status_of(session.state).progress
            source = self._source(session.source.id) if self._exporter.needs_sources else None
            state = located_in(session.state, source) if source else session.state
            described = _exported_source(source, source.text) if source else None
            exported = ExportedSession(session.coder, session.source, state, path, document, progress, described)
            taken |= {path} if exported.is_begun else set()
            yield exported

    def _source(self, source_id: SourceId) -> Source | None:
        """Return a source of the corpus, None if it is missing or cannot be read, which is a problem."""
        try:
            return self._sources.find(source_id)
        except OSError as error:
            self._found[not_read(error, self._study.sessions_path, "its further columns are left out")] = None
            return None

    def _untouched(self) -> Iterator[ExportedSession]:
        """Yield the sources that nobody coded, if all sources are exported."""
        corpus = self._study.corpus_if_any if self._is_whole else None
        problems: list[Problem] = []
        for source, *_ in corpus.walk(problems) if corpus else ():
            if source.id not in self._coded:
                facts, described = replace(source, text=""), _exported_source(source, source.text)
                yield ExportedSession("", facts, State(), "", progress="untouched", source=described)
        self._found |= dict.fromkeys(problems)

    def _study_memos(self) -> Iterator[ExportedSession]:
        """Yield the memos of each coder that belong to no source, as a session of none."""
        root = self._study.sessions_path
        for folder in self._folders():
            log = SessionPaths.of_folder(root, folder).study_log()
            try:
                records = StudyJournal(log).read()[0]
            except OSError as error:
                self._found[not_read(error, log, "the memos of the study are left out")] = None
                continue
            if records and self._study.may_read(records[-1].coder, "") and (memos := study_memos(records)):
                yield ExportedSession(records[-1].coder, Source(SourceId(""), "", "", "", ""), State(memos=memos), "")


def _exported_source(source: Source, text: str = "") -> ExportedSource:
    return ExportedSource(
        len(source.text), source.body_start, source_hash(source.text), source.attributes or NO_ATTRIBUTES, text
    )


def _paths(session: SessionSnapshot) -> Iterator[str]:
    folder, source = Path(session.folder), session.source
    yield (folder / session_files.document_name(source.id, source.employer)).as_posix()
    apart = folder / session_files.document_name(source.id, source.employer, is_apart=True)
    yield apart.as_posix()
    yield from (apart.with_stem(f"{apart.stem}-{number}").as_posix() for number in count(2))


def agreement_rows(study: Study, coders: Sequence[str], codings: int) -> Sequence[AgreementRow]:
    """Return the figures of all coders together, then those of each pair; none for fewer than two coders."""
    if len(coders) < 2:
        return ()
    if codings > MOST_CODINGS:
        return [
            AgreementRow(tuple(coders), "", why=f"more than {MOST_CODINGS:,} codings: `codetui agree` compares them")
        ]
    try:
        comparison = compare_coders(study, AgreementRequest(coders)).comparison
    except StudyError as error:
        return [AgreementRow(tuple(coders), "", why=str(error))]
    rows = list(_agreement_rows(tuple(coders), comparison.figures, comparison.intervals))
    for (a, b), figures in comparison.pairs.items() if len(coders) > 2 else ():
        rows += _agreement_rows((coders[a], coders[b]), figures, {})
    return rows


def _agreement_rows(
    coders: tuple[str, ...], figures: Figures, intervals: Mapping[FigurePath, Interval | None]
) -> Iterator[AgreementRow]:
    """Yield the figures of the levels, without those of single codes and profiles."""
    for path, value in figures.items():
        if len(path) == 2:
            interval = intervals.get(path)
            low, high = (interval.low, interval.high) if interval else (None, None)
            if isinstance(value, Undefined):
                yield AgreementRow(coders, ".".join(path), why=value.why)
            else:
                yield AgreementRow(coders, ".".join(path), value, low, high)

"""The sessions of a study, rendered in an export format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import NamedTuple

from codetui.core.anchors.unresolved import located_in
from codetui.core.session.state import State
from codetui.formats.export import EXPORTERS
from codetui.formats.export.exporter import NO_ATTRIBUTES, Export, ExportedSession, ExportedSource, What
from codetui.model import Problem, Source, SourceId, source_hash
from codetui.storage import session_files
from codetui.storage.copies import is_left_out
from codetui.storage.journal import StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus import CorpusSources
from codetui.study.former import with_former
from codetui.study.memos import study_memos
from codetui.study.overview import UNREAD
from codetui.study.session.outcome import not_read, status_of
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import Study, StudyError


class StudyExport(NamedTuple):
    """Rendered sessions, with the errors of sessions that could not be read completely."""

    export: Export
    errors: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The export as one text."""
        return self.export.text


def export_study(study: Study, layout: str = "csv", coder: str | None = None, what: What | None = None) -> StudyExport:
    """Render the sessions of one coder or of all in the format named `layout`, or only its table `what`, if given.

    Raises StudyError if there are none, or if the format has no tables.
    """
    exporter = EXPORTERS[layout]
    if what and not exporter.tables:
        raise StudyError(
            f"a document holds all of a session; `--what {what}` needs a table: --format csv, jsonl or xlsx."
        )
    tables = (what,) if what else exporter.tables
    sources = study.sources_by_id()
    found = list(study.sessions(coder=coder, sources=sources))
    problems = study.problems(coder, [problem for session in found for problem in session.problems])
    if not found and (coder or tables != ("ads",)):
        whose = f" of coder {coder}" if coder else ""
        what_is = f"there are no sessions{whose} in {study.sessions_path}"
        raise StudyError(f"{what_is}; code something first, or name the folder with --sessions.")
    coded = {session.source.id for session in found}
    exported: dict[SourceId, Source] = {}
    untouched: list[ExportedSession] = []
    is_whole = "ads" in tables and study.corpus_if_any is not None
    for source in _sources(study, coded, sources, problems, is_whole=is_whole) if tables else ():
        if source.id in coded:
            exported[source.id] = source
        else:
            facts, described = replace(source, text=""), _exported_source(source)
            untouched.append(ExportedSession("", facts, State(), "", progress="untouched", source=described))
    sessions = [*_exported(found, exported), *untouched]
    sessions += _study_memos(study, coder, problems) if "notes" in tables else ()
    book = study.codebook
    try:
        book = with_former(book, study.sessions_path, (session.state for session in sessions))
    except OSError as error:
        problems.append(not_read(error, study.sessions_path, "codes of earlier codebooks have no names"))
    export = exporter.export(sessions, book, tables)
    problems += [Problem(exporter.name, 0, "error", loss) for loss in export.losses]
    return StudyExport(export, tuple(filter(is_left_out, dict.fromkeys(problems))))


def _sources(
    study: Study, coded: Iterable[SourceId], sources: CorpusSources, problems: list[Problem], *, is_whole: bool
) -> Iterator[Source]:
    """Yield all sources of the corpus, or only the coded ones; add the unreadable ones to `problems`."""
    if is_whole:
        yield from (text.source for text in study.corpus.texts(problems))
        return
    for source_id in coded:
        try:
            source = sources.find(source_id)
        except OSError as error:
            problems.append(not_read(error, study.sessions_path, "its further columns are left out"))
        else:
            yield from [source] if source else []
    problems += sources.problems


def _study_memos(study: Study, coder: str | None, problems: list[Problem]) -> Iterator[ExportedSession]:
    """Yield the memos of each coder that belong to no source, as a session of none; add to `problems`."""
    root = study.sessions_path
    folders = [session_files.coder_folder(root, coder)] if coder else session_files.coders(root)
    for folder in folders:
        log = SessionPaths.of_folder(root, folder).study_log()
        try:
            records = StudyJournal(log).read()[0]
        except OSError as error:
            problems.append(not_read(error, log, "the memos of the study are left out"))
            continue
        if records and (memos := study_memos(records)):
            yield ExportedSession(records[-1].coder, Source(SourceId(""), "", "", "", ""), State(memos=memos), "")


def _exported_source(source: Source, text: str = "") -> ExportedSource:
    return ExportedSource(
        len(source.text), source.body_start, source_hash(source.text), source.attributes or NO_ATTRIBUTES, text
    )


def _exported(found: Iterable[SessionSnapshot], sources: Mapping[SourceId, Source]) -> Iterator[ExportedSession]:
    """Yield the sessions with distinct paths, even if ids and employers combine to the same name.

    If the text of a source has changed since it was coded, the quotations are located in it as when it is opened.
    """
    taken: set[str] = set()
    for session in found:
        path = next(path for path in _paths(session) if path not in taken)
        document = session.document.text if session.document and not session.log else None
        progress = UNREAD if session.is_unread else status_of(session.state).progress
        source, state = sources.get(session.source.id), session.state
        if source is not None:
            state = located_in(state, source)
        described = _exported_source(source, source.text) if source else None
        exported = ExportedSession(session.coder, session.source, state, path, document, progress, described)
        taken |= {path} if exported.is_begun else set()
        yield exported


def _paths(session: SessionSnapshot) -> Iterator[str]:
    folder, source = Path(session.folder), session.source
    yield (folder / session_files.document_name(source.id, source.employer)).as_posix()
    apart = folder / session_files.document_name(source.id, source.employer, is_apart=True)
    yield apart.as_posix()
    yield from (apart.with_stem(f"{apart.stem}-{number}").as_posix() for number in count(2))

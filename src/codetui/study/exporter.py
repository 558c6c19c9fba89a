"""The sessions of a study, rendered in an export format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import NamedTuple

from codetui.formats.export import Export, ExportedSession, exporter_named
from codetui.model import Problem, SourceId
from codetui.storage import session_files
from codetui.study.session.outcome import not_read
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import CorpusSources, Study, StudyError


class StudyExport(NamedTuple):
    """Rendered sessions, with the errors of those that could not be read whole."""

    export: Export
    errors: tuple[Problem, ...]

    @property
    def text(self) -> str:
        """The export as one text."""
        return self.export.text


def export_study(study: Study, layout: str = "csv", coder: str | None = None) -> StudyExport:
    """Render the sessions of one coder or of all in the format named `layout`.

    Raises StudyError where there are none.
    """
    sources = study.sources_by_id()
    found = list(study.sessions(coder=coder, sources=sources))
    if not found:
        whose = f" of coder {coder}" if coder else ""
        what = f"there are no sessions{whose} in {study.sessions_path}"
        raise StudyError(f"{what}; code something first, or name the folder with --sessions.")
    exporter, unread = exporter_named(layout), list[Problem]()
    attributes = _attributes(study, found, sources, unread) if exporter.has_attributes else {}
    export = exporter.export(list(_exported(found, attributes)), study.codebook)
    errors = (problem for session in found for problem in session.problems if problem.severity == "error")
    return StudyExport(export, (*errors, *unread))


def _attributes(
    study: Study, found: Iterable[SessionSnapshot], sources: CorpusSources, unread: list[Problem]
) -> dict[SourceId, Mapping[str, str]]:
    """Return the attributes of the coded sources that the corpus has; add those that cannot be read to `unread`."""
    attributes: dict[SourceId, Mapping[str, str]] = {}
    for source_id in dict.fromkeys(session.source.id for session in found):
        try:
            source = sources.find(source_id)
        except OSError as error:
            unread.append(not_read(error, study.sessions_path, "its further columns are left out"))
        else:
            attributes[source_id] = source.attributes if source else {}
    return attributes


def _exported(
    found: Iterable[SessionSnapshot], attributes: Mapping[SourceId, Mapping[str, str]]
) -> Iterator[ExportedSession]:
    """Yield the sessions with paths of their own, where ids and employers run together."""
    taken: set[str] = set()
    for session in found:
        path = next(path for path in _paths(session) if path not in taken)
        text = session.document.text if session.document and not session.log else None
        exported = ExportedSession(
            session.coder, session.source, session.state, path, text, attributes.get(session.source.id, {})
        )
        taken |= {path} if exported.is_begun else set()
        yield exported


def _paths(session: SessionSnapshot) -> Iterator[str]:
    folder, source = Path(session.folder), session.source
    yield (folder / session_files.document_name(source.id, source.employer)).as_posix()
    apart = folder / session_files.document_name(source.id, source.employer, is_apart=True)
    yield apart.as_posix()
    yield from (apart.with_stem(f"{apart.stem}-{number}").as_posix() for number in count(2))

"""Import documents that people have written into the sessions of a coder."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from codetui.model import Codebook, Problem, Source, SourceId
from codetui.storage import disk, fs
from codetui.storage.session_files import SessionPaths
from codetui.study.reconcile import Counts, survey
from codetui.study.session.damage import ParsedDocument, parse, unmerged
from codetui.study.session.lookup import decode_document
from codetui.study.session.outcome import PullKind
from codetui.study.session.session import KeepBook, Session
from codetui.study.sessions import Sources
from codetui.study.study import Study

NAMED = re.compile(r"analysis_job_([^_]+)", re.IGNORECASE)


class ImportResult(NamedTuple):
    """What became of one document; without a `target` it was not imported, and the problems say why."""

    source: Path
    ad: str = ""
    target: Path | None = None
    kind: PullKind | None = None
    message: str = ""
    counts: Counts | None = None
    """How all quotations of the document were located."""
    problems: tuple[Problem, ...] = ()


def import_documents(study: Study, documents: Iterable[Path], coder: str) -> list[ImportResult]:
    """Import documents, and those in folders, into the sessions of a coder; return what became of each.

    Raises StudyError where the study cannot be used.
    """
    keep = study.codebook_service.keep
    importer = Importer(study.codebook, study.ads, study.paths_of(coder), coder, keep)
    return [importer.import_document(document) for document in _expanded(documents)]


def _expanded(documents: Iterable[Path]) -> Iterable[Path]:
    """Yield the documents; those in a folder by name."""
    for path in documents:
        if fs.is_folder(path):
            yield from (path / name for name in sorted(disk.names(path)) if name.endswith(".md"))
        else:
            yield path


class Importer:
    """Imports documents into one coder's sessions."""

    def __init__(self, book: Codebook, sources: Sources, paths: SessionPaths, coder: str, keep_book: KeepBook) -> None:
        self._book, self._sources, self._paths, self._coder = book, sources, paths, coder
        self._keep_book = keep_book

    def import_document(self, path: Path) -> ImportResult:
        """Import one document; what the session has already stays."""
        try:
            return self._import(path, parse(decode_document(fs.read(path), path), str(path)))
        except OSError as error:
            return _refused(path, 0, f"{error.strerror or error}; not imported: fix this and import it again")

    def _import(self, path: Path, parsed: ParsedDocument) -> ImportResult:
        conflict = unmerged(parsed.text)
        if conflict is not None:
            what = "this is a conflict mark of git; not imported: choose one side and import it again"
            return _refused(path, conflict.line, what)
        source_id = SourceId(parsed.document.source_id or _id_in(path.name))
        if not source_id:
            first = "# Manual Coding Analysis: Job Ad #<id> (<employer>)"
            return _refused(path, 1, f"no heading names the ad; not imported: begin with `{first}`")
        source = self._sources.find(source_id)
        missing = [] if source else [_not_in_corpus(path, source_id)]
        source = source or Source(source_id, parsed.document.employer, parsed.document.title, "", str(path))
        session = Session(source, self._book, self._paths, self._coder, self._keep_book, token="")
        try:
            is_new = session.state.opened is None
            result = session.import_text(parsed, path)
            problem = session.save_document()
        finally:
            session.release()
        if result.kind is PullKind.NOT_SAVED:
            return _refused(path, 0, f"{result.detail}; not imported: fix this and import it again")
        counts, found = result.counts, result.problems
        if counts is None or not is_new:
            counts, found = survey(parsed.document, source, self._book, str(path))
        problems = (*missing, *parsed.problems, *found, *result.problems, *((problem,) if problem else ()))
        return ImportResult(
            path,
            source_id,
            None if problem and problem.severity == "error" else session.document_path,
            result.kind,
            result.message,
            counts,
            tuple(dict.fromkeys(problems)),
        )


def _not_in_corpus(path: Path, source_id: str) -> Problem:
    what = f"the corpus has no ad {source_id}, so its quotations cannot be located"
    what += ": add it, or name another corpus"
    return Problem(str(path), 1, "warning", what)


def _id_in(name: str) -> str:
    """Return the id of the source in the name of a document."""
    found = NAMED.match(name)
    return found[1].removesuffix(".md") if found else ""


def _refused(path: Path, line: int, message: str) -> ImportResult:
    return ImportResult(path, problems=(Problem(str(path), line, "error", message),))

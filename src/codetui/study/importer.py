"""`codetui import`: documents that people have written become sessions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.index import index_of
from codetui.formats import session_doc
from codetui.model import Codebook, Problem, Source, SourceId
from codetui.storage import disk, fs
from codetui.storage.session_files import SessionPaths
from codetui.study.reconcile import Counts, survey
from codetui.study.session.damage import unmerged
from codetui.study.session.document import legible
from codetui.study.session.session import HeldSession, KeepBook
from codetui.study.sessions import Ads
from codetui.study.study import Study

PRESS_AGAIN = "Nothing has changed; mend it and press again"

NAMED = re.compile(r"analysis_job_([^_]+)", re.IGNORECASE)


class ImportResult(NamedTuple):
    """What became of one document; without a `target` it was not imported, and the problems say why."""

    source: Path
    ad: str = ""
    target: Path | None = None
    message: str = ""
    tally: Counts | None = None
    problems: tuple[Problem, ...] = ()


def import_documents(study: Study, documents: Iterable[Path], coder: str) -> list[ImportResult]:
    """Import documents, and those in folders, into the sessions of a coder; return what became of each.

    Raises StudyError where the study cannot be used.
    """
    keep = study.codebook_service.keep
    importer = Importer(study.codebook, study.ads, study.paths_of(coder), coder, keep)
    return [importer.take(document) for document in _unfolded(documents)]


def _unfolded(documents: Iterable[Path]) -> Iterable[Path]:
    """The documents; those in a folder by name."""
    for path in documents:
        if fs.is_folder(path):
            yield from (path / name for name in sorted(disk.names(path)) if name.endswith(".md"))
        else:
            yield path


class Importer:
    """Takes documents into one coder's sessions."""

    def __init__(self, book: Codebook, ads: Ads, paths: SessionPaths, coder: str, keep_book: KeepBook) -> None:
        """`keep_book` is told which book the documents are read with."""
        self._book = book
        self._index = index_of(book)
        self._ads = ads
        self._paths = paths
        self._coder = coder
        self._keep_book = keep_book

    def take(self, path: Path) -> ImportResult:
        """Takes one document in; what stands in the session already stays."""
        try:
            text = legible(fs.read(path), path)
            return self._take(path, text)
        except OSError as error:
            return _refused(path, 0, f"{error.strerror or error}; not imported: mend it, and import again")

    def _take(self, path: Path, text: str) -> ImportResult:
        harm = unmerged(text)
        if harm is not None:
            what = "git's conflict marks stand here; not imported: choose one side, and import again"
            return _refused(path, harm.line, what)
        document, unread = session_doc.read(text, str(path))
        name = document.source_id or _ad_in(path.name)
        if not name:
            first = "# Manual Coding Analysis: Job Ad #<id> (<employer>)"
            return _refused(path, 1, f"no heading says which ad this is; not imported: begin with `{first}`")
        ad, missing = self._ad(name, document, path)
        session = HeldSession(ad, self._book, self._paths, self._coder, self._keep_book)
        try:
            brought = session.bring(text, path)
            trouble = session.save_document()
        finally:
            session.release()
        if not brought.is_saved:
            return _refused(path, 0, brought.message.replace(PRESS_AGAIN, "Not imported: mend it, and import again"))
        counts, found = survey(document, ad, self._book, str(path))
        problems = (*missing, *unread, *found, *brought.problems, *([trouble] if trouble else ()))
        failed = trouble is not None and trouble.severity == "error"
        return ImportResult(
            path,
            ad.id,
            None if failed else session.document_path,
            brought.message,
            counts,
            tuple(dict.fromkeys(problems)),
        )

    def _ad(self, name: str, document: session_doc.Document, path: Path) -> tuple[Source, list[Problem]]:
        found = self._ads.find(name)
        if found is not None:
            return found, []
        what = f"the corpus has no ad {name}: its quotations are located once it is there (--corpus names the corpus)"
        return Source(SourceId(name), document.employer, document.title, "", str(path)), [
            Problem(str(path), 1, "warning", what)
        ]


def _ad_in(name: str) -> str:
    found = NAMED.match(name)
    return found[1].removesuffix(".md") if found else ""


def _refused(path: Path, line: int, message: str) -> ImportResult:
    return ImportResult(path, problems=(Problem(str(path), line, "error", message),))

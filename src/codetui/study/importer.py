"""`codetui import`: documents that people have written become sessions."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.index import index_of
from codetui.core.session.state import State
from codetui.core.text.plural import counted
from codetui.core.text.sanitize import harmless
from codetui.formats import session_doc
from codetui.model import Codebook, Problem, Source, SourceId
from codetui.storage import disk, fs
from codetui.storage.session_files import SessionPaths
from codetui.study.codebook_file import CodebookFile
from codetui.study.ids import fresh_id
from codetui.study.reconcile import Counts, reconcile
from codetui.study.session.damage import unmerged
from codetui.study.session.document import legible
from codetui.study.session.session import HeldSession, KeepBook
from codetui.study.sessions import Ads
from codetui.study.study_parts import PROBLEMS, Unusable, complain, corpus_if_any, read_book

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


def import_documents(documents: list[Path], corpus: Path | None, codebook: Path, sessions: Path, coder: str) -> int:
    """Makes documents sessions of `coder` and says what was found in each; the exit code."""
    book, _ = read_book(codebook)
    if isinstance(book, Unusable):
        return complain(book.message)
    ads = corpus_if_any(corpus, book, codebook, sessions)
    if isinstance(ads, Unusable):
        return complain(ads.message)
    if not coder.strip():
        return complain("the coder has no name; give one with --coder NAME.")
    importer = Importer(book, Ads(ads), SessionPaths(sessions, coder), coder, CodebookFile(codebook, sessions).keep)
    done = [importer.take(document) for document in _unfolded(documents)]
    for imported in done:
        _report(imported)
    failed = sum(imported.target is None for imported in done)
    if len(done) > 1:
        codings = sum(_quotations(imported.tally) for imported in done if imported.target and imported.tally)
        print(f"{len(done) - failed} of {len(done)} documents imported; {counted(codings, 'coding')}")
    return PROBLEMS if failed else 0


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
        name = document.ad or _ad_in(path.name)
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
        survey = reconcile(
            session_doc.identified(document, self._index), None, State(), ad, self._book, str(path), fresh_id
        )
        problems = (*missing, *unread, *survey.problems, *brought.problems, *([trouble] if trouble else ()))
        failed = trouble is not None and trouble.severity == "error"
        return ImportResult(
            path,
            ad.id,
            None if failed else session.document_path,
            brought.message,
            survey.tally,
            tuple(dict.fromkeys(problems)),
        )

    def _ad(self, name: str, document: session_doc.Document, path: Path) -> tuple[Source, list[Problem]]:
        found = self._ads.find(name)
        if found is not None:
            return found, []
        what = f"the corpus has no ad {name}: its quotations have no place until it is there (--ads names the corpus)"
        return Source(SourceId(name), document.employer, document.title, "", str(path)), [
            Problem(str(path), 1, "warning", what)
        ]


def _ad_in(name: str) -> str:
    found = NAMED.match(name)
    return found[1].removesuffix(".md") if found else ""


def _refused(path: Path, line: int, message: str) -> ImportResult:
    return ImportResult(path, problems=(Problem(str(path), line, "error", message),))


def _report(imported: ImportResult) -> None:
    """One document's summary: where it went, how its quotations stand in the ad, what needs an eye."""
    if imported.target is None:
        _print(f"{imported.source}: {'imported but for its document' if imported.tally else 'not imported'}")
    else:
        _print(f"{imported.source} → ad {imported.ad}, {imported.target}")
        if imported.tally is not None:
            print(f"  {said(imported.tally)}")
        _print(f"  {imported.message}")
    for problem in sorted(imported.problems, key=lambda problem: problem.line):
        _print(f"  {problem}")


def _print(line: str) -> None:
    """A line on stdout, without what a terminal would obey: documents and their names come from anywhere."""
    print(harmless(line))


def said(tally: Counts) -> str:
    """How many quotations were found how: `18 codings: 15 exact, 2 after folding, 1 ambiguous`."""
    numbers = {
        "exact": tally.exact,
        "after folding": tally.folded,
        "only resembling": tally.fuzzy,
        "ambiguous": tally.ambiguous,
        "not in the ad": tally.orphan,
    }
    how = ", ".join(f"{number} {what}" for what, number in numbers.items())
    return f"{counted(_quotations(tally), 'coding')}: {how}"


def _quotations(tally: Counts) -> int:
    return tally.exact + tally.folded + tally.fuzzy + tally.ambiguous + tally.orphan

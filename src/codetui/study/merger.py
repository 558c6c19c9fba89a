"""`codetui merge`: sessions from a stick, another clone or another machine brought together with those here.

Their steps are added to the logs here, which are only ever added to; what stands there is only read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.core.session.conflicts import between, sentence
from codetui.core.session.state import replay
from codetui.core.text.display import plural
from codetui.formats import session_doc
from codetui.model import Problem, Source, Transaction, text_hash
from codetui.storage import fs, session_files, study_files
from codetui.storage.journal import Journal, encode, missing_lines
from codetui.storage.session_files import SessionPaths, safe_name
from codetui.study.importer import Importer
from codetui.study.session.document import heading_id, legible
from codetui.study.session.outcome import NotSaved
from codetui.study.session.session import HeldSession
from codetui.study.sessions import MergeSide, beyond_bounds, other_text, side_of
from codetui.study.study import Study, StudyError

Fate = Literal["merged", "nothing new", "refused"]


class MergeResult(NamedTuple):
    """What became of one session from elsewhere: whose it is and of which ad, and what was said of it."""

    coder: str
    ad: str
    fate: Fate
    message: str = ""
    problems: tuple[Problem, ...] = ()


class BooksMerged(NamedTuple):
    """How many versions of the codebook were new here, and the problems with the others."""

    number: int
    problems: tuple[Problem, ...] = ()


def merge_folders(
    study: Study, folders: Iterable[Path], *, is_dry: bool = False
) -> Iterator[MergeResult | BooksMerged]:
    """Merge the sessions in folders into those of a study; yield what became of each, and of the codebooks of a folder.

    Raises StudyError before anything is written where a folder holds no sessions, or those of the study itself.
    """
    sources = [_sessions_to_merge(folder, study.sessions_path) for folder in folders]
    merger = Merger(study, is_dry)
    for source in sources:
        yield from merger.take(source)
        if not is_dry:
            yield _merge_books(source, study.sessions_path)


def _sessions_to_merge(folder: Path, root: Path) -> Path:
    source = sessions_in(folder)
    if source is None:
        raise StudyError(f"there are no sessions in {folder}; name a study, or the folder of its sessions.")
    if fs.is_same_file(source, root):
        raise StudyError(f"{folder} holds the sessions that others are merged into; name the other ones.")
    return source


def sessions_in(folder: Path) -> Path | None:
    """The folder of the sessions: `folder` itself, or `sessions` in it; None where there are none."""
    found = (each for each in (folder, folder / "sessions") if fs.is_folder(each))
    return next((each for each in found if session_files.coders(each)), None)


class Merger:
    """Brings the sessions of other folders into those below `root`; `is_dry` only says what would be done."""

    def __init__(self, study: Study, is_dry: bool = False) -> None:
        self._book = study.codebook
        self._ads = study.ads
        self._keep_book = study.codebook_service.keep
        self._root = study.sessions_path
        self._is_dry = is_dry

    def take(self, source: Path) -> Iterator[MergeResult]:
        """All sessions of one folder, by coder and ad."""
        for name in session_files.coders(source):
            there = SessionPaths.of_folder(source, name)
            named: set[str] = set()
            for log in session_files.logs(there.folder):
                named.add(log.name.removesuffix(session_files.LOG))
                try:
                    side = side_of(there, log, self._book, self._ads)
                    if side is not None:
                        named |= {safe_name(side.ad), safe_name(heading_id(side.ad))}
                        yield self._take_side(name, source, side)
                except OSError as error:
                    yield _refused(name, log.stem, log, f"{error.strerror or error}")
            yield from self._take_documents(name, source, there, named)

    def _take_side(self, name: str, source: Path, side: MergeSide) -> MergeResult:
        """One session that has a log."""
        errors = tuple(one for one in side.problems if one.severity == "error")
        if not side.ad:
            return MergeResult(name, side.log.stem, "refused", problems=errors)
        coder = side.transactions[-1].coder
        here = self._paths(name, coder, source)
        log = here.log(side.ad)
        ours = MergeSide(side.ad, log, tuple(Journal(log).read()[0]))
        lines = missing_lines(_bytes(log), _bytes(side.log) + _lines(side.edits))
        if not lines:
            return MergeResult(name, side.ad, "nothing new", problems=errors)
        harm = other_text(ours, side) or beyond_bounds(side)
        if harm is not None:
            return MergeResult(name, side.ad, "refused", problems=(harm,))
        clashes = between(ours.transactions, side.steps) if ours.transactions else []
        whole = replay((*ours.transactions, *side.steps))
        said = [Problem(str(log), 0, "warning", sentence(one, whole, self._book)) for one in clashes]
        problems = (*side.problems, *said)
        message = f"{plural(len(lines), 'step')}{_edited(side)}, {plural(len(whole.live()), 'coding')} now"
        if self._is_dry:
            return MergeResult(name, side.ad, "merged", message, problems)
        trouble = self._write(here, side, coder, lines)
        fate: Fate = "refused" if any(one.severity == "error" for one in trouble) else "merged"
        return MergeResult(name, side.ad, fate, message, (*problems, *trouble))

    def _write(self, here: SessionPaths, side: MergeSide, coder: str, lines: list[bytes]) -> tuple[Problem, ...]:
        """Adds their lines to the log, and writes the document: what was edited in it by hand is taken over before."""
        opened = replay(side.transactions).opened
        assert opened is not None
        ad = self._ads.find(side.ad) or Source(side.ad, opened.employer, opened.title, "", str(side.log))
        session = HeldSession(ad, self._book, here, coder, self._keep_book)
        try:
            outcome = session.take_steps(lines)
            if isinstance(outcome, NotSaved):
                return (Problem(str(here.log(ad.id)), 0, "error", outcome.message),)
            problem = session.save_document()
        finally:
            session.release()
        return (*session.problems, *((problem,) if problem else ()))

    def _paths(self, name: str, coder: str, source: Path) -> SessionPaths:
        """Where a coder's sessions lie here: in a folder of the same name, unless only the case of its letters tells it
        from another one.
        """
        if session_files.coder_folder(source, coder) == name:
            return SessionPaths(self._root, coder)
        return SessionPaths.of_folder(self._root, name)

    def _take_documents(self, name: str, source: Path, there: SessionPaths, named: set[str]) -> Iterator[MergeResult]:
        """The documents that came without a log; `named` are the ads that have one, as their files are called."""
        importer = Importer(self._book, self._ads, self._paths(name, name, source), name, self._keep_book)
        for document in there.documents():
            try:
                ad = session_doc.source_id_of(legible(fs.read(document), document))
            except OSError as error:
                yield _refused(name, document.stem, document, f"{error.strerror or error}")
                continue
            if ad and safe_name(ad) not in named:
                yield self._take_document(name, ad, document, importer)

    def _take_document(self, name: str, ad: str, document: Path, importer: Importer) -> MergeResult:
        if self._is_dry:
            return MergeResult(name, ad, "merged", f"{document.name}, which has no log, would be imported")
        done = importer.take(document)
        has_news = done.tally is not None and done.message != NOTHING_NEW
        fate: Fate = "refused" if done.target is None else "merged" if has_news else "nothing new"
        return MergeResult(name, ad, fate, done.message, done.problems if has_news or fate == "refused" else ())


NOTHING_NEW = "Nothing has changed in it since it was imported."


def _merge_books(source: Path, root: Path) -> BooksMerged:
    """Keep the codebooks that were coded with there, and the rules from one to the next."""
    problems: list[Problem | None] = []
    number = 0
    try:
        for name in study_files.kept_names(source):
            text = study_files.kept_codebook(source, name)
            if text is not None and name not in study_files.kept_names(root):
                problems.append(study_files.keep_codebook(root, text, text_hash(text)))
                number += problems[-1] is None
        for rules in study_files.kept_maps(source):
            digest = rules.stem.removeprefix(study_files.MAP)
            problems.append(study_files.keep_map(root, digest, fs.read(rules).decode("utf-8", "replace")))
    except OSError as error:
        what = f"not all versions of the codebook are merged: {error.strerror or error}"
        problems.append(Problem(str(error.filename), 0, "error", what))
    return BooksMerged(number, tuple(filter(None, problems)))


def _bytes(path: Path) -> bytes:
    try:
        return fs.read(path)
    except FileNotFoundError:
        return b""


def _lines(edits: tuple[Transaction, ...]) -> bytes:
    return b"".join(b"\n" + encode(one) for one in edits)


def _edited(side: MergeSide) -> str:
    return " with what was edited by hand in its document" if side.edits else ""


def _refused(name: str, ad: str, path: Path, reason: str) -> MergeResult:
    what = f"{reason}; this session is not brought: mend it and run the same command again"
    return MergeResult(name, ad, "refused", problems=(Problem(str(path), 0, "error", what),))

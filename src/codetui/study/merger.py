"""Merge other people's work into the sessions of a coder: documents written by hand, and folders of sessions."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal, NamedTuple

from codetui.core.codebook import index as books
from codetui.core.session.commands import NoteCoding, RemoveCoding, quoted
from codetui.core.session.conflicts import Repeated, conflict_sentences, find_repeated
from codetui.core.session.state import State, replay
from codetui.core.text.display import plural
from codetui.formats.session_doc.head import kind_of
from codetui.model import Problem, Source, SourceId, text_hash
from codetui.storage import disk, erasures, fs, session_files, study_files
from codetui.storage.copies import original_of
from codetui.storage.erasures import Erasures, is_erased
from codetui.storage.journal import Journal, StudyJournal, encode, missing_lines, record_id
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources import row_ids
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.storage.sources.frozen import FrozenTexts, merge_frozen
from codetui.study.document_rows import row_names, rows_of
from codetui.study.reconcile import Counts, reconcile
from codetui.study.reconcile.statements import joined
from codetui.study.session.document import decode_document, owner_of
from codetui.study.session.outcome import PullKind
from codetui.study.session.sync import ParsedDocument, minted, parse, unmerged
from codetui.study.sessions import (
    SessionSnapshot,
    coder_snapshots,
    copied_folders,
    copy_problem,
    out_of_bounds,
    stray,
    text_conflict,
)
from codetui.study.study import SESSIONS, Study, StudyError

NAMED = re.compile(r"analysis_job_([^_]+)", re.IGNORECASE)

OTHER_KINDS = {
    *(".json", ".jsonl", ".csv", ".tsv", ".xlsx", ".xls", ".ods", ".docx", ".doc", ".odt", ".pdf", ".html", ".htm"),
    *(".toml", ".yaml", ".yml", ".xml", ".zip", ".qdpx", ".png", ".jpg", ".jpeg"),
}
"""Suffixes of files that are no documents, whatever they look like."""

MAGIC = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF-",
    b"PK\x03\x04",
    b"{\\rtf",
    b"\xd0\xcf\x11\xe0",
    b"SQLite",
    b"\x1f\x8b",
)
"""Beginnings of images, PDF, office, RTF, database and compressed files, whatever their suffix."""

HEAD_SIZE = 4096


def _first_line(word: str) -> str:
    """Return how a document begins; `word` is the noun for a source."""
    return f"`# Manual Coding Analysis: {kind_of(word)} #<id> (<employer>)`"


def _readable(word: str) -> str:
    return f"Documents are markdown (.md) that begins with {_first_line(word)}."


Fate = Literal["merged", "nothing new", "refused", "erased"]


class ImportResult(NamedTuple):
    """The outcome of importing one document.

    Without a `target` it was not imported, and `problems` contains the reason.
    """

    source: Path
    ad: str = ""
    target: Path | None = None
    kind: PullKind | None = None
    message: str = ""
    counts: Counts | None = None
    """The quotations of the document, by the way they were located."""
    problems: tuple[Problem, ...] = ()


def import_documents(study: Study, documents: Iterable[Path], coder: str) -> list[ImportResult]:
    """Import documents, and those in folders, into the sessions of a coder; return an outcome for each.

    Raises StudyError, before anything is written, if the study cannot be used or if there are no documents.
    """
    word = study.codebook.words.source
    expanded = list(_expanded(documents, word))
    others = [path for path in expanded if not _may_be_document(path)]
    if others:
        raise StudyError(f"this file is not a document, so nothing is imported. {_readable(word)}", file=others[0])
    sources, paths = study.sources_by_id(), study.paths_of(coder)
    read = {path: _read(path, word, paths) for path in expanded}
    refused = [each for each in read.values() if isinstance(each, Problem)]
    if len(refused) == len(read):
        raise StudyError(f"no document was found, so nothing is imported. {_readable(word)}", problems=refused)
    return [_import_one(study, sources, paths, coder, path, each) for path, each in read.items()]


def _expanded(documents: Iterable[Path], word: str) -> Iterable[Path]:
    """Yield the documents, those in a folder by name.

    Raises StudyError if a folder has none.
    """
    for path in documents:
        if fs.is_folder(path):
            names = sorted(name for name in disk.names(path) if name.endswith(".md") and not name.startswith("."))
            if not names:
                what = f"this folder contains no document, so nothing is imported. {_readable(word)}"
                raise StudyError(what, file=path)
            yield from (path / name for name in names)
        else:
            yield path


def _may_be_document(path: Path) -> bool:
    """Return whether a file may be a document, judging by its suffix and a beginning that is text but not JSON.

    A file that cannot be read counts, and is reported when it is imported.
    """
    if path.suffix.lower() in OTHER_KINDS:
        return False
    try:
        head = fs.read_head(str(path), HEAD_SIZE)
    except OSError:
        return True
    is_utf16 = head.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    is_binary = not is_utf16 and b"\0" in head and head.decode("utf-8", "replace").count("\ufffd") > 1
    is_binary = is_binary or head.startswith(MAGIC)
    return not is_binary and not re.match(rb"\s*[{\[]\s*[\"{\[}\]]", head)


def import_document(study: Study, sources: CorpusSources, paths: SessionPaths, coder: str, path: Path) -> ImportResult:
    """Import one document into a session of a coder; everything that the session has stays."""
    return _import_one(study, sources, paths, coder, path, _read(path, study.codebook.words.source, paths))


def _read(path: Path, word: str, paths: SessionPaths) -> ParsedDocument | Problem:
    """Parse a file; return why it is no document if it names no source or has nothing of a document.

    An emptied document of the coder whose paths are given is one: it is written again.
    """
    try:
        parsed = parse(decode_document(fs.read(path), path), str(path))
    except OSError as error:
        what = f"{error.strerror or error}; not imported: fix this and import it again"
        return Problem(str(path), 0, "error", what)
    document, is_empty = parsed.document, not parsed.text.strip("\ufeff \t\r\n")
    has_content = document.source_id or document.sections or document.profile or document.reasoning
    source_id = _source_id(parsed, path)
    is_own = bool(source_id) and fs.exists(paths.log(source_id)) and fs.is_same_file(path.parent, paths.folder)
    if unmerged(parsed) is None and not (source_id and has_content) and not is_own:
        what = "the file is empty" if is_empty else f"no heading names the {word}"
        hint = f"begin with {_first_line(word)}"
        return Problem(str(path), 0 if is_empty else 1, "error", f"{what}; not imported: {hint}")
    return parsed


def with_heading(parsed: ParsedDocument, source_id: SourceId, other: SourceId) -> ParsedDocument:
    """Return a document that names another source in its heading."""
    pattern = rf"^(\s*#[^\n]*#){re.escape(source_id)}(?!\w)"
    return parse(re.sub(pattern, lambda found: found[1] + other, parsed.text, count=1), parsed.file)


def _source_id(parsed: ParsedDocument, path: Path) -> SourceId:
    """Return the source that a document or else its name is of; empty if neither names one."""
    named = NAMED.match(path.name)
    return SourceId(parsed.document.source_id or (named[1].removesuffix(".md") if named else ""))


def _import_one(
    study: Study, sources: CorpusSources, paths: SessionPaths, coder: str, path: Path, read: ParsedDocument | Problem
) -> ImportResult:
    if isinstance(read, Problem):
        return ImportResult(path, problems=(read,))
    try:
        return _import(study, sources, paths, coder, read, path)
    except OSError as error:
        return _refused(path, 0, f"{error.strerror or error}; not imported: fix this and import it again")


def _import(
    study: Study, sources: CorpusSources, paths: SessionPaths, coder: str, parsed: ParsedDocument, path: Path
) -> ImportResult:
    document, word = parsed.document, study.codebook.words.source
    conflict = unmerged(parsed)
    if conflict is not None:
        what = "this is a conflict mark of git; not imported: choose one side and import it again"
        return _refused(path, conflict.line, what)
    source_id = _source_id(parsed, path)
    if is_erased(study.sessions_path, source_id):
        what = f"{word} {source_id} was erased from the study; not imported: delete this document"
        return _refused(path, 1, what)
    owner = path.parent.name if fs.is_same_file(path.parent.parent, study.sessions_path) else paths.folder.name
    if owner != paths.folder.name:
        study.require_readable(owner, source_id)
    located = _locate(study, sources, parsed, source_id, path)
    if isinstance(located, ImportResult):
        return located
    parsed, source, problems = located
    session = study.open_session(source, coder, paths)
    try:
        is_new = session.state.opened is None
        result = session.import_text(parsed, path)
        problem = session.save_document()
    finally:
        session.release()
    if result.kind in (PullKind.NOT_SAVED, PullKind.HELD):
        return _refused(path, 0, f"{result.detail.rstrip('.')}; not imported: fix this and import it again")
    if result.kind is PullKind.MUCH_REMOVED:
        return ImportResult(path, problems=result.problems)
    counts, found = result.counts, result.problems
    if counts is None or not is_new:
        # The counts are those of all quotations in the document, whatever the session has already.
        alone = reconcile(document, None, State(), source, study.codebook, str(path), minted(parsed.text))
        counts, found = alone.counts, alone.problems
    problems += [*parsed.problems, *found, *result.problems, *([problem] if problem else [])]
    target = None if problem and problem.severity == "error" else session.document_path
    return ImportResult(path, source.id, target, result.kind, result.message, counts, tuple(dict.fromkeys(problems)))


def _locate(
    study: Study, sources: CorpusSources, parsed: ParsedDocument, source_id: SourceId, path: Path
) -> tuple[ParsedDocument, Source, list[Problem]] | ImportResult:
    """Return a document with the source that it codes; one whose id the corpus lacks is found by its words."""
    document, word = parsed.document, study.codebook.words.source
    problems: list[Problem] = []
    source = sources.find(source_id)
    if source is None and (rows := list(islice(sources.rows(lambda _: True), 1))):
        rows = rows_of(document, sources)
        if len(rows) != 1:
            what = f"{len(rows)} rows have its words: {row_names(rows)}" if rows else "no row has its title and words"
            hint = f"write the id of its row into its heading, `# … Job Ad #{rows[0].id if rows else '<id>'} (…)`"
            return _refused(path, 1, f"the corpus has no {word} {source_id}, and {what}; not imported: {hint}")
        source = rows[0]
        what = f"the corpus has no {word} {source_id}; by its words this is {word} {source.id}, whose id it gets"
        problems.append(Problem(str(path), 1, "note", what))
        parsed = with_heading(parsed, source_id, source.id)
    if source is None:
        source = Source(source_id, document.employer, document.title, "", str(path))
        what = f"the corpus has no {word} {source_id}, so its quotations cannot be located"
        problems.append(Problem(str(path), 1, "warning", f"{what}: add it, or name another corpus"))
    return parsed, source, problems


def _refused(path: Path, line: int, message: str) -> ImportResult:
    return ImportResult(path, problems=(Problem(str(path), line, "error", message),))


class MergeResult(NamedTuple):
    """The outcome of merging one session."""

    coder: str
    ad: str
    fate: Fate
    message: str = ""
    problems: tuple[Problem, ...] = ()


class BooksMerged(NamedTuple):
    """The number of codebook versions that were added, and the problems with others."""

    number: int
    problems: tuple[Problem, ...] = ()


def merge_folders(
    study: Study, folders: Iterable[Path], *, is_dry: bool = False
) -> Iterator[MergeResult | BooksMerged]:
    """Merge the sessions in folders into those of a study; yield an outcome for each and for the codebooks.

    Problems with copies among the study's own sessions that are not merged come first.  Raises StudyError before
    anything is written if a folder holds no sessions, or those of the study itself.
    """
    others = [(folder, _sessions_to_merge(folder, study.sessions_path)) for folder in folders]
    merger = Merger(study, is_dry=is_dry)
    named = [disk.real(folder) for folder, _ in others]
    copies = ((one, Path(disk.real(one.file))) for one in merger.left_out)
    yield BooksMerged(0, tuple(one for one, path in copies if not any(map(path.is_relative_to, named))))
    for folder, theirs in others:
        if theirs.log is not None:
            yield merger.merge_log(theirs.log)
            continue
        yield BooksMerged(0, tuple(_beside_sessions(folder, theirs.root)))
        yield from merger.merge(theirs)
        if not is_dry:
            yield merger.merge_books(theirs)
    texts = FrozenTexts(study.sessions_path)
    for _ in texts.all():
        pass  # Reading them finds those of which two clones froze different texts.
    yield BooksMerged(0, tuple(texts.problems))


class Theirs(NamedTuple):
    """The sessions to merge: all below `root`, those in one coder's `folder` there, or a single log."""

    root: Path
    folder: str = ""
    log: Path | None = None


def _sessions_to_merge(path: Path, root: Path) -> Theirs:
    if path.name.endswith(session_files.LOG) and fs.is_file(path):
        return Theirs(path.parent, log=path)
    folders = (each for each in (path / SESSIONS, path) if fs.is_folder(each))
    found = next((each for each in folders if session_files.coders(each)), None)
    if found is None and fs.is_folder(path) and (session_files.logs(path) or session_files.documents(path)):
        return Theirs(path.parent, path.name)
    if found is None:
        raise StudyError(f"there are no sessions in {path}; name a study, or the folder of its sessions.")
    if fs.is_same_file(found, root):
        raise StudyError(f"{path} is the folder that the sessions are merged into; name the folder of the others.")
    return Theirs(found)


def _beside_sessions(study: Path, root: Path) -> Iterator[Problem]:
    """Yield a problem for each folder of documents in a study that is outside its folder of sessions, `root`.

    A folder of sources that are only named like documents does not count.
    """
    for name in session_files.coders(study) if fs.is_same_file(study / SESSIONS, root) else ():
        heads = (fs.read_head(str(path), HEAD_SIZE) for path in session_files.documents(study / name))
        if session_files.logs(study / name) or any(b"Manual Coding Analysis" in head for head in heads):
            what = f"these documents are not among the sessions of the study ({root}), so they are not merged"
            yield Problem(str(study / name), 0, "warning", f"{what}: `codetui import {study / name}` imports them")


class Merger:
    """Merges the sessions of other folders into those of a study; `is_dry` only reports what would be done."""

    def __init__(self, study: Study, *, is_dry: bool = False) -> None:
        self._study, self._is_dry = study, is_dry
        self._book, self._root = study.codebook, study.sessions_path
        self._sources = study.sources_by_id()
        self._erased = Erasures(self._root)
        self.left_out = dict.fromkeys(one for session in study.sessions() for one in session.misplaced)
        """Problems with files among the sessions of the study that are not read, such as copies."""

    def merge(self, other: Theirs) -> Iterator[MergeResult]:
        """Merge all sessions, by coder and source.  A copy of a coder's folder is merged only if it is named."""
        names, copies = _coders_of(other)
        for copy, original in copies.items():
            yield MergeResult(copy, "", "refused", problems=(copy_problem(other.root / copy, original),))
        for path in session_files.misplaced_files(other.root) if not other.folder else ():
            yield MergeResult(path.name, "", "refused", problems=(stray(path),))
        yield from self._merge_erasures(other.root)
        if not self._is_dry:
            # Before the sessions, whose places are in these texts.
            merge_frozen(other.root, self._root, self._erased.has_name)
            if (corpus := self._study.corpus_if_any) is not None:
                corpus.reload()
        for name in names:
            for theirs in coder_snapshots(SessionPaths.of_folder(other.root, name), self._book, self._sources):
                here = self._paths_here(other, name, theirs.coder)
                if self._erased.has(theirs.source.id):
                    yield MergeResult(name, theirs.source.id, "erased", "erased here, so not merged")
                elif theirs.is_unread:
                    yield MergeResult(name, theirs.source.id, "refused", problems=theirs.problems)
                elif theirs.log is not None:
                    yield self._merge_log(name, here, theirs, theirs.log)
                elif theirs.document is not None:
                    done = self._import_document(name, here, theirs.source.id, theirs.document.path)
                    yield done._replace(problems=(*theirs.file_problems, *done.problems))

    def _merge_erasures(self, root: Path) -> Iterator[MergeResult]:
        """Record what was erased there; what is left of it here is no longer shown, and erasing it removes it."""
        for digest, theirs in Erasures(root).by_id.items():
            ours = self._erased.by_id.get(digest)
            if ours is None and not self._is_dry:
                erasures.record(self._root, theirs)
            for name in session_files.coders(self._root) if ours is None else ():
                paths = SessionPaths.of_folder(self._root, name)
                found = (owner_of(log) or "" for log in paths.logs() if Erasures(root).has_name(log.stem))
                for source_id in filter(None, found):
                    what = "erased there, so no longer shown here; `codetui study erase` removes it"
                    yield MergeResult(name, source_id, "erased", what)
        if not self._is_dry:
            self._erased = Erasures(self._root)

    def _new_lines(self, ours: bytes, theirs: bytes) -> list[bytes]:
        """Return the lines that are missing here, but for those from which words were removed here."""
        lines = missing_lines(ours, theirs)
        return [line for line in lines if not self._erased.has_line(record_id(line))] if self._erased else lines

    def merge_log(self, path: Path) -> MergeResult:
        """Merge one log, wherever it is and whatever its name, into the session of its coder and source."""
        steps, problems = Journal(path).read()
        state = replay(steps)
        if state.opened is None:
            what = f"this log does not begin with a {self._book.words.source}, so it is not merged: name another one"
            problem = Problem(str(path), 0, "error", what)
            return MergeResult(path.name, "", "refused", problems=(*problems, problem))
        opened, coder = state.opened, steps[-1].coder
        if self._erased.has(opened.source):
            return MergeResult(coder, opened.source, "erased", "erased here, so not merged")
        source = state.describe(Source(opened.source, opened.employer, opened.title, "", str(path)))
        theirs = SessionSnapshot(coder, coder, source, state, path, tuple(steps), tuple(problems))
        return self._merge_log(coder, SessionPaths(self._root, coder), theirs, path)

    def merge_books(self, theirs: Theirs) -> BooksMerged:
        """Copy what sessions there refer to: versions of the codebook, rules between them, study logs, ids of rows."""
        problems: list[Problem | None] = []
        number, root = 0, self._root
        try:
            for name in study_files.kept_names(theirs.root):
                text = study_files.kept_codebook(theirs.root, name)
                if text is not None and name not in study_files.kept_names(root):
                    problems.append(study_files.keep_codebook(root, text, text_hash(text)))
                    number += problems[-1] is None
            self._merge_study_logs(theirs)
            row_ids.merge_records(theirs.root, root)
            for rules in study_files.kept_maps(theirs.root):
                digest = rules.stem.removeprefix(study_files.MAP)
                problems.append(study_files.keep_map(root, digest, fs.read(rules).decode("utf-8", "replace")))
        except OSError as error:
            what = f"not all versions of the codebook and logs of the study are merged: {error.strerror or error}"
            problems.append(Problem(str(error.filename), 0, "error", what))
        return BooksMerged(number, tuple(filter(None, problems)))

    def _merge_study_logs(self, other: Theirs) -> None:
        """Add the steps that are missing from the coders' logs of this study. Raises OSError."""
        names, copies = _coders_of(other)
        others = session_files.study_log_folders(other.root) if not other.folder else ()
        for name in dict.fromkeys((*names, *(one for one in others if one not in copies))):
            theirs = SessionPaths.of_folder(other.root, name).study_log()
            steps = StudyJournal(theirs).read()[0]
            if steps:
                here = self._paths_here(other, name, steps[-1].coder).study_log()
                ours = fs.read(here) if fs.is_file(here) else b""
                StudyJournal(here).add(self._new_lines(ours, fs.read(theirs)))

    def _paths_here(self, other: Theirs, name: str, coder: str) -> SessionPaths:
        """Return the coder's paths here: the folder `name`, unless it differs from another only in case.

        A copy that is named is merged into the folder of its coder.
        """
        if other.folder:
            original = original_of(name, session_files.coders(self._root)) if coder == name else ""
            return SessionPaths.of_folder(self._root, original) if original else SessionPaths(self._root, coder)
        if session_files.coder_folder(other.root, coder) == name:
            return SessionPaths(self._root, coder)
        return SessionPaths.of_folder(self._root, name)

    def _merge_log(self, name: str, here: SessionPaths, theirs: SessionSnapshot, their_log: Path) -> MergeResult:
        log = here.log(theirs.source.id)
        errors = tuple(one for one in theirs.problems if one.severity == "error")
        refused = MergeResult(name, theirs.source.id, "refused", problems=errors)
        if not theirs.transactions or replay(theirs.transactions).opened is None:
            return refused
        try:
            ours, unread = Journal(log).read()
            edits = b"".join(b"\n" + encode(edit) for edit in theirs.edits)
            lines = self._new_lines(fs.none_if_gone(lambda: fs.read(log)) or b"", fs.read(their_log) + edits)
            if not lines:
                return refused._replace(fate="nothing new", problems=(*errors, *unread))
            obstacle = text_conflict(ours, log, theirs, self._book.words) or out_of_bounds(theirs)
            if obstacle is not None:
                return refused._replace(problems=(obstacle,))
            steps = (*ours, *theirs.steps)
            whole = replay(steps)
            conflicts = (Problem(str(log), 0, "warning", one) for one in conflict_sentences(steps, whole, self._book))
            repeated = find_repeated(steps, whole)
            once = (self._kept_once(one, str(log)) for one in repeated)
            problems = (*theirs.problems, *unread, *conflicts, *once)
            edited = " with the edits by hand in its document" if theirs.edits else ""
            message = f"{plural(len(lines), 'step')}{edited}, {plural(len(whole.live()) - len(repeated), 'coding')} now"
            fate, found = ("merged", ()) if self._is_dry else self._write(here, theirs, lines, repeated)
        except OSError as error:
            what = f"{error.strerror or error}; this session is not merged: fix this and run the same command again"
            return refused._replace(problems=(Problem(str(error.filename or log), 0, "error", what),))
        return MergeResult(name, theirs.source.id, fate, message, tuple(dict.fromkeys((*problems, *found))))

    def _kept_once(self, one: Repeated, log: str) -> Problem:
        label = books.label_of(self._book, one.kept.code)
        what = f"{quoted(one.kept.words)} was coded as {label} on both sides: it is kept once"
        return Problem(log, 0, "note", what)

    def _write(
        self, here: SessionPaths, theirs: SessionSnapshot, lines: list[bytes], repeated: Sequence[Repeated]
    ) -> tuple[Fate, Sequence[Problem]]:
        """Add their lines to the log and write the document, whose hand edits are imported first.  Raises OSError.

        Of `repeated` codings the later one is removed; its note is kept.
        """
        source = self._sources.find(theirs.source.id) or theirs.source
        session = self._study.open_session(source, theirs.coder, here)
        try:
            obstacle = session.add_steps(lines)
            if obstacle is None:
                for kept, other in repeated:
                    note = session.state.codings[kept.id].note
                    if other.note and other.note not in note:
                        session.execute(NoteCoding(kept.id, joined(note, other.note)))
                    session.execute(RemoveCoding(other.id))
                session.update_conflicts()
                problem = session.save_document()
        finally:
            session.release()
        if obstacle is not None:
            what = f"{obstacle.reason}; nothing is merged: fix this and run the same command again"
            return "refused", (Problem(str(here.log(source.id)), 0, "error", what),)
        others = [one for one in session.problems if one not in self.left_out]
        fate: Fate = "refused" if problem and problem.severity == "error" else "merged"
        return fate, [*others, *([problem] if problem else [])]

    def _import_document(self, name: str, here: SessionPaths, source_id: SourceId, document: Path) -> MergeResult:
        result = MergeResult(name, source_id, "merged")
        if self._is_dry:
            return result._replace(message=f"{document.name}, which has no log, would be imported")
        done = import_document(self._study, self._sources, here, name, document)
        fate: Fate = "refused" if done.target is None else "merged"
        if fate == "merged" and done.kind is PullKind.NOTHING_NEW:
            return result._replace(fate="nothing new", message=done.message)
        return result._replace(fate=fate, message=done.message, problems=done.problems)


def _coders_of(theirs: Theirs) -> tuple[list[str], dict[str, str]]:
    """Return the folders of coders that are merged, and the copies of such folders, each with its original."""
    if theirs.folder:
        return [theirs.folder], {}
    names = session_files.coders(theirs.root)
    copies = copied_folders(theirs.root, names)
    return [name for name in names if name not in copies], copies

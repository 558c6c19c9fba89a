"""Read the sessions of all coders on disk, including hand edits; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from codetui.core.session.state import State
from codetui.model import (
    Codebook,
    CodingAdded,
    CodingReanchored,
    DoneMarked,
    Problem,
    SessionOpened,
    Source,
    SourceId,
    Transaction,
    Words,
    source_hash,
)
from codetui.storage import fs, session_files
from codetui.storage.copies import AWAITED, awaited, is_backup, original_of, remedy
from codetui.storage.erasures import Erasures
from codetui.storage.journal import Journal
from codetui.storage.kept_readings import KeptReading, digest_of
from codetui.storage.session_files import SessionPaths, safe_name
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.session.document import (
    MERGE_LOG,
    DocumentFile,
    LineIds,
    heading_id,
    is_named_for,
    misplaced_log,
    owner_of,
    read_document,
)
from codetui.study.session.outcome import not_read
from codetui.study.session.sync import DocumentStatus, DocumentSync, MemoryLog

if TYPE_CHECKING:
    from codetui.study.reconcile import Reconciliation

NO_TEXT = source_hash("")

MAX_STEPS = 2**40
"""No real log has so many steps: it would be larger than any disk."""


@dataclass(frozen=True, slots=True)
class SessionSnapshot:
    """The content of one session.

    `source` has the employer and title of the session, and its text only if that was needed. `transactions` are the
    steps of the log. `edits` were made in the document and are in no log: their ids follow from the document, so that
    all machines derive the same edits. A session that `is_unread` has no contents, since its log or its only document
    cannot be read.
    """

    folder: str
    coder: str
    source: Source
    state: State
    log: Path | None = None
    transactions: tuple[Transaction, ...] = ()
    file_problems: tuple[Problem, ...] = ()
    """Unreadable parts of log and document; edits in an unreadable document are left out."""
    document: DocumentFile | None = None
    status: DocumentStatus = DocumentStatus.MISSING
    edits: tuple[Transaction, ...] = ()
    edit_problems: tuple[Problem, ...] = ()
    """The problems to look at once the document is imported."""
    misplaced: tuple[Problem, ...] = ()
    """The documents and logs beside the session's own, which are not used."""
    reconciliation: Reconciliation | None = None
    lost_steps: int = 0
    line_ids: LineIds = ()
    is_unread: bool = False
    digest: bytes = b""
    """A digest of everything that a session without edits and problems was read from, if readings are kept."""

    reading: bytes | None = None
    """The kept reading of the session; then it has neither contents nor steps."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return all problems of the session."""
        return (*self.file_problems, *self.misplaced, *self.edit_problems)

    @property
    def steps(self) -> tuple[Transaction, ...]:
        """Return the steps of the log and the edits."""
        return (*self.transactions, *self.edits)

    @property
    def finishing_step(self) -> Transaction | None:
        """The latest step that marked the source done; without one, the latest step of all."""
        marks = [
            step
            for step in self.transactions
            if any(isinstance(event, DoneMarked) and event.is_done for event in step.events)
        ]
        return max(marks or self.transactions, key=lambda step: step.time, default=None)


class Readings(Protocol):
    """Earlier readings of sessions, by their logs; None for a log that must be read again."""

    def known(self, log: Path) -> KeptReading | None:
        """Return the kept reading of a log."""
        ...


# --- the sessions of a study --------------------------------------------------------------------------


def session_snapshots(
    root: Path,
    book: Codebook,
    coder: str | None,
    sources: CorpusSources | None,
    skipped: SourceId | None = None,
    readings: Readings | None = None,
) -> Iterator[SessionSnapshot]:
    """Yield the sessions below `root`, of one coder or of all, by coder and source, except for the source `skipped`.

    A copy of a coder's folder is reported with that coder's first session, and read only if it is requested by name.
    Sessions that have not changed since they were read into `readings` have only their reading.
    """
    names = session_files.coders(root)
    copies = copied_folders(root, names)
    problems = tuple(_outside(root))
    if problems and not names:
        yield _CoderFolder(SessionPaths.of_folder(root, ""), book, sources).unread(SourceId(""), *problems)
    wanted = [coder, session_files.coder_folder(root, coder)] if coder else [one for one in names if one not in copies]
    for name in (name for name in names if name in wanted):
        problems += tuple(_beside(root, name, names, copies))
        for snapshot in coder_snapshots(SessionPaths.of_folder(root, name), book, sources, skipped, readings):
            yield _with_misplaced(snapshot, problems, ())
            problems = ()


def copied_folders(root: Path, names: Collection[str]) -> dict[str, str]:
    """Return the coders' folders that are copies, each with its original."""
    return {name: original for name in names if (original := _original(root, name, names))}


def _original(root: Path, name: str, names: Collection[str]) -> str:
    """Return the folder of which `name` is a copy: that of the coder named in its logs, if both share a step.

    If the name marks a copy they need not share a step, and without logs only the name counts.
    """
    called = original_of(name, names)
    for log in session_files.logs(root / name):
        try:
            steps = Journal(log).read()[0]
            folder = session_files.coder_folder(root, steps[-1].coder) if steps else name
            if folder == name and steps:
                return ""
            if folder not in names or folder == name:
                continue
            if called or name.startswith(folder):
                return folder
            original = Journal(root / folder / log.relative_to(root / name)).read()[0]
        except OSError:
            continue
        if {one.id for one in steps} & {one.id for one in original}:
            return folder
    return called


def copy_problem(copy: Path, original: str) -> Problem:
    """Return the problem of a coder's folder that is a copy of another one."""
    what = f"this folder is a copy of {original}, so its sessions are not counted"
    hint = "`codetui merge` with its name adds what only it has (--dry-run compares); then delete it"
    return Problem(str(copy), 0, "error", f"{what}: {hint}")


def left_out_of(paths: SessionPaths) -> list[Problem]:
    """Return the problems of unread files of a coder: copies of the folder, and stray files in it."""
    names = session_files.coders(paths.root)
    beside = _beside(paths.root, paths.folder.name, names, copied_folders(paths.root, names))
    return [*beside, *_outside(paths.root), *map(stray, session_files.strays(paths.folder))]


def _beside(root: Path, folder: str, names: Iterable[str], copies: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the problems of copies of a coder's folder, and of coders with similar names."""
    yield from (copy_problem(root / copy, folder) for copy, original in copies.items() if original == folder)
    for name in session_files.alike(folder, (one for one in names if one not in copies)):
        what = f"the coder of this folder has nearly the same name as that of {folder}, and both are counted"
        hint = "if they are one person, code under one name (--coder), and merge the other folder with `codetui merge`"
        yield Problem(str(root / name), 0, "warning", f"{what}: {hint}")


def _outside(root: Path) -> Iterator[Problem]:
    """Yield the problems of files in the folder of the sessions that are in no coder's folder."""
    for path in session_files.broken_links(root):
        what = "this link leads nowhere, so the sessions behind it are left out"
        yield Problem(str(path), 0, "error", f"{what}: connect the disk that it leads to, or remove the link")
    yield from map(stray, session_files.misplaced_files(root))


def stray(path: Path) -> Problem:
    """Return the problem of a log, document or backup that is not read."""
    if is_backup(path.name):
        return Problem(str(path), 0, *remedy(path.name, "this backup is not read"))
    if awaited(path.name):
        return Problem(str(path), 0, "error", AWAITED)
    if path.name.endswith(session_files.LOG):
        what = f"this log is not read: it is not in the folder {session_files.EVENTS} of a coder"
        return Problem(str(path), 0, "error", f"{what}: {MERGE_LOG}")
    what = "this document is not read: its name or place is wrong"
    hint = "`codetui import` with its name adds what only it has; then delete it"
    return Problem(str(path), 0, "error", f"{what}: {hint}")


def coder_snapshots(
    paths: SessionPaths,
    book: Codebook,
    sources: CorpusSources | None,
    skipped: SourceId | None = None,
    readings: Readings | None = None,
) -> Iterator[SessionSnapshot]:
    """Yield the sessions in a coder's folder: those with a log first, then those with only a document.

    Without `sources` no texts of sources are known.
    """
    erased = Erasures(paths.root)
    folder = _CoderFolder(paths, book, sources, skipped, erased, readings)
    logs = [log for log in session_files.logs(paths.folder) if not erased.has_name(log.stem)]
    copies = _copied_logs(logs)
    problems: dict[str, list[Problem]] = {}
    for log, owner in copies.items():
        problems.setdefault(owner, []).append(misplaced_log(log, owner, book.words.source))
    aside = tuple(map(stray, session_files.strays(paths.folder)))
    left_out = skipped and safe_name(skipped)
    with_log = (folder.with_log(log, problems) for log in logs if log not in copies and log.stem != left_out)
    # The last one is held back: a log under another name may come after the session that it belongs to.
    held: SessionSnapshot | None = None
    seen: set[str] = set()
    for snapshot in chain(filter(None, with_log), folder.without_log()):
        if held is not None:
            yield held
        held = _with_misplaced(snapshot, aside, problems.pop(snapshot.source.id, ()))
        seen.add(snapshot.source.id)
        aside = ()
    if held is not None:
        late = (problem for owner, found in problems.items() if owner in seen for problem in found)
        yield replace(held, misplaced=(*held.misplaced, *late))
    yield from (
        folder.unread(SourceId(owner), *found) for owner, found in problems.items() if owner not in (*seen, skipped)
    )
    if aside and not skipped:
        first = Path(aside[0].file)
        yield folder.unread(owner_of(first) or SourceId(first.name), *aside)


def _with_misplaced(snapshot: SessionSnapshot, before: Sequence[Problem], after: Sequence[Problem]) -> SessionSnapshot:
    """Return a snapshot with further documents and logs that are not used, itself if there are none."""
    if not before and not after:
        return snapshot
    return replace(snapshot, misplaced=(*before, *snapshot.misplaced, *after))


def _copied_logs(logs: list[Path]) -> dict[Path, SourceId]:
    """Return the logs whose names are derived from another log's name but which belong to a different source."""
    stems = {log.stem for log in logs}
    found: dict[Path, SourceId] = {}
    for log in logs:
        stem = log.stem
        continues = any(not stem[at].isalnum() and stem[:at] in stems for at in range(1, len(stem)))
        original = original_of(stem, stems)
        if continues or original:
            opened = owner_of(log) or SourceId(original)
            if opened and safe_name(opened) != stem:
                found[log] = opened
    return found


class _CoderFolder:
    """The logs and documents in one coder's folder."""

    def __init__(
        self,
        paths: SessionPaths,
        book: Codebook,
        sources: CorpusSources | None,
        skipped: SourceId | None = None,
        erased: Erasures | None = None,
        readings: Readings | None = None,
    ) -> None:
        self._paths, self._book, self._sources, self._readings = paths, book, sources, readings
        self._name = paths.folder.name
        self._documents: dict[str, list[DocumentFile]] = {}
        self._unread: list[SessionSnapshot] = []
        for path in paths.documents():
            if skipped is not None and is_named_for(path, skipped):
                continue
            try:
                document = read_document(path)
            except OSError as error:
                self._unread.append(self._failed(path, error))
            else:
                if not (erased and erased.has(document.heading)):
                    self._documents.setdefault(document.heading, []).append(document)

    def with_log(self, log: Path, misplaced: dict[str, list[Problem]]) -> SessionSnapshot | None:
        """Return the session of a log; None if it is empty, or that of another source: then add to `misplaced`."""
        known = self._readings.known(log) if self._readings else None
        if known is not None and self._digest(log, self._documents_of(known.source)) == known.digest:
            self._candidates(known.source)
            source = Source(known.source, "", "", "", str(log))
            return SessionSnapshot(self._name, known.coder, source, State(), log, reading=known.reading)
        try:
            transactions, problems = Journal(log).read()
        except OSError as error:
            # Its document is no session without a log.
            self._documents = {one: found for one, found in self._documents.items() if safe_name(one) != log.stem}
            return self._failed(log, error)
        memory = MemoryLog(transactions)
        opened = memory.state.opened
        if not transactions:
            return self._with_unreadable_log(log, is_empty=not problems)
        if opened is None:
            word = self._book.words.source
            what = f"the beginning of this log is missing, which names the {word}"
            hint = f"open the {word} once, or restore the line"
            problems += [Problem(str(log), 0, "error", f"{what}: {hint}")]
            self._documents.pop(heading_id(log.stem), None)
            source = memory.state.describe(Source(SourceId(log.stem), "", "", "", str(log)))
            steps = tuple(transactions)
            return SessionSnapshot(self._name, self._name, source, memory.state, log, steps, tuple(problems))
        if safe_name(opened.source) != log.stem:
            misplaced.setdefault(opened.source, []).append(misplaced_log(log, opened.source, self._book.words.source))
            return None
        source = Source(opened.source, opened.employer, opened.title, "", str(log))
        candidates = self._candidates(opened.source)
        digest = self._digest(log, candidates) if self._readings else b""
        snapshot = self._synced(memory, source, candidates)
        found, steps = (*problems, *snapshot.file_problems), tuple(transactions)
        snapshot = replace(snapshot, coder=steps[-1].coder, log=log, transactions=steps, file_problems=found)
        is_plain = not snapshot.problems and not snapshot.edits and not snapshot.lost_steps and not snapshot.is_unread
        is_known = snapshot.status in (DocumentStatus.OWN, DocumentStatus.MISSING)
        return replace(snapshot, digest=digest) if digest and is_plain and is_known else snapshot

    def _digest(self, log: Path, candidates: Sequence[DocumentFile]) -> bytes:
        """Return a digest of everything that a session is read from; empty if it cannot be read.

        The text of the source is not among it: without edits by hand the session does not depend on it.
        """
        documents = ((one.path.name, one.text, one.heading, one.employer) for one in candidates)
        texts = [self._book.content_hash, self._name, *(text for each in documents for text in each)]
        try:
            files = [fs.without_refused(log, fs.read(log))]
            # As text: parsing paths would take a tenth of the time of a large study.
            beside = str(log).removesuffix(session_files.LOG) + session_files.SNAPSHOTS
            written = fs.none_if_gone(lambda: fs.read(beside))
        except OSError:
            return b""
        return digest_of([*files, written or b"", *(text.encode("utf-8", "surrogatepass") for text in texts)])

    def _with_unreadable_log(self, log: Path, *, is_empty: bool) -> SessionSnapshot | None:
        """Return the session of a log without any readable line, from its document; None if both are empty."""
        source_id = SourceId(next((one for one in self._documents if one and safe_name(one) == log.stem), log.stem))
        candidates = self._candidates(source_id)
        if is_empty and not candidates:
            return None
        what = "this log is empty" if is_empty else "no line of this log can be read"
        if not candidates:
            return self.unread(source_id, Problem(str(log), 0, "error", f"{what}: restore it from a backup"))
        word = self._book.words.source
        what += f"; the codings of its document are used: open the {word} once to import them"
        snapshot = self._synced(MemoryLog(), Source(source_id, "", "", "", ""), candidates)
        return replace(snapshot, file_problems=(Problem(str(log), 0, "error", what), *snapshot.file_problems))

    def without_log(self) -> Iterator[SessionSnapshot]:
        """Yield the sessions that consist only of a document, then those that cannot be read."""
        for heading in [each for each in self._documents if each]:
            source_id = SourceId(heading)
            snapshot = self._synced(MemoryLog(), Source(source_id, "", "", "", ""), self._candidates(source_id))
            yield snapshot if snapshot.document else replace(snapshot, is_unread=True)
        yield from self._unread

    def _candidates(self, source_id: SourceId) -> list[DocumentFile]:
        """Return the documents of a source, which belong to no other session then."""
        found = self._documents_of(source_id)
        self._documents.pop(heading_id(source_id), None)
        return found

    def _documents_of(self, source_id: SourceId) -> list[DocumentFile]:
        """Return the documents that name a source, and those without a heading whose name begins with its id."""
        unnamed = [one for one in self._documents.get("", ()) if is_named_for(one.path, source_id)]
        return [*self._documents.get(heading_id(source_id), ()), *unnamed]

    def _synced(self, log: MemoryLog, source: Source, candidates: list[DocumentFile]) -> SessionSnapshot:
        """Return the session with the hand edits in its document applied in memory."""
        snapshot = SessionSnapshot(self._name, self._name, log.state.describe(source), log.state)
        try:
            if not log.transactions:
                source = self._with_text(source)
            sync = DocumentSync(log, source, self._book, self._paths, log.record, candidates)
            document = sync.document
            if log.transactions and not document.is_covered_by(log.transactions):
                source = sync.source = self._with_text(source)
            result = sync.reconcile_on_open()
            damaged = document.snapshots.problem(self._book.words.source)
            sync.recognize()
            line_ids = sync.ids_by_line if candidates else ()
        except OSError as error:
            file = candidates[0].path if candidates else self._paths.log(source.id)
            problem = not_read(error, file, "edits by hand in this document are left out")
            return replace(snapshot, file_problems=(problem,), is_unread=not log.transactions)
        return replace(
            snapshot,
            source=log.state.describe(source),
            state=log.state,
            document=next((one for one in candidates if one.path == document.path), None),
            status=sync.status,
            edits=tuple(log.edits),
            edit_problems=result.problems if result else (),
            misplaced=tuple(document.misplaced),
            file_problems=(damaged,) if damaged else (),
            reconciliation=sync.reconciliation,
            lost_steps=sync.lost_steps,
            line_ids=line_ids,
        )

    def _with_text(self, source: Source) -> Source:
        """Return a source from the corpus, if it is there. Raises OSError."""
        return (self._sources and self._sources.find(source.id)) or source

    def unread(self, source_id: SourceId, *problems: Problem) -> SessionSnapshot:
        """Return a stand-in for a session that could not be read."""
        source = Source(source_id, "", "", "", "")
        return SessionSnapshot(self._name, self._name, source, State(), misplaced=problems, is_unread=True)

    def _failed(self, path: Path, error: OSError) -> SessionSnapshot:
        source_id = SourceId(path.stem.removeprefix(session_files.DOCUMENT))
        return self.unread(source_id, not_read(error, path, "this session is left out"))


# --- two sides of one session -------------------------------------------------------------------------


def text_conflict(
    ours: Iterable[Transaction], log: Path | None, theirs: SessionSnapshot, words: Words
) -> Problem | None:
    """Return why the steps of the log and of a session code different texts; None if they do not."""
    mine, other = coded_texts(ours), coded_texts(theirs.transactions)
    if not mine or not other or mine & other:
        return None
    here, there = f"here ({log}: {_short(mine)})", f"there ({theirs.log}: {_short(other)})"
    what = f"the {words.source} has another text {here} than {there}"
    hint = f"nothing is merged: give both machines the same {words.sources}, or code one of them under another id"
    return Problem(str(theirs.log), 0, "error", f"{what}; {hint}")


def coded_texts(transactions: Iterable[Transaction]) -> set[str]:
    """Return the hashes of the texts that a source had while it was coded."""
    found: set[str] = set()
    for event in (event for one in transactions for event in one.events):
        match event:
            case SessionOpened():
                found.add(event.text_hash)
            case CodingAdded() | CodingReanchored() if event.anchor:
                found.add(event.anchor.text_hash)
            case _:
                pass
    return found - {NO_TEXT}


def _short(hashes: set[str]) -> str:
    return ", ".join(sorted(each[:12] for each in hashes))


def out_of_bounds(side: SessionSnapshot) -> Problem | None:
    """Return why no step could be added after those of a session; None if one can."""
    if all(one.seq < MAX_STEPS for one in side.steps):
        return None
    what = "the number (seq) of a line in this log is too large, so nothing is merged: delete the line"
    return Problem(str(side.log), 0, "error", what)


# --- documents that were lost -------------------------------------------------------------------------


def restore_document(paths: SessionPaths, book: Codebook, transactions: list[Transaction]) -> None:
    """Write the document of a session if it is missing, or older than the log after a crash.

    If it cannot be written, that is done when the session is opened.
    """
    log = MemoryLog(transactions)
    opened = log.state.opened
    if opened is None or log.state.is_untouched:
        return
    source = log.state.describe(Source(opened.source, opened.employer, opened.title, "", ""))
    with suppress(OSError):
        if fs.is_newer(paths.document(opened.source, source.employer), paths.log(opened.source)):
            return
        sync = DocumentSync(log, source, book, paths, log.record)
        if sync.document.is_covered_by(transactions):
            sync.document.write(sync.render(), source.employer)

"""A session's document on disk: found by its exact name, read when it changes, and replaced atomically.

Edits by other programs are never overwritten. Of several files that could be the document or the log, only the one with
the exact name is used; others, such as the conflict copy of a sync client, are reported.

Beside the log a snapshot keeps what codetui last wrote to the document: the base of edits by hand. It names the steps
of the log that it was written from. A log that lacks one of them is older than the document.
"""

from __future__ import annotations

import json
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from codetui.core.session.state import replay
from codetui.model import Problem, SessionOpened, Source, SourceDescribed, SourceId, Transaction
from codetui.storage import fs
from codetui.storage.copies import original_of
from codetui.storage.fs import FileChangedError, Version, none_if_gone
from codetui.storage.journal import Journal
from codetui.storage.session_files import DOCUMENT, EVENTS, LOG, SessionPaths, document_name, safe_name
from codetui.storage.sources.reader import ProblemCollector, decode

if TYPE_CHECKING:
    from codetui.formats.session_doc.model import Document


LineIds: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]
"""The codings and notes on the lines of a document: (line from 1, ids in order)."""

STALE = 60.0
"""Seconds for which an editor may still save a text that codetui has replaced since it was read."""

MOST_REPLACED = 8
"""The number of replaced snapshots that are remembered."""

SAVING = 0.3
"""Seconds to wait for an editor to finish a save: it may empty the file first, or delete it."""

CHANGED = "the document was changed outside codetui a moment ago; the changes are read first"


@dataclass(frozen=True)
class Snapshot:
    """A document as codetui wrote or imported it.

    `ids` has the codings and notes on its lines, `steps` the transactions in the log at that time.
    """

    text: str
    ids: LineIds
    steps: tuple[str, ...] = ()

    @cached_property
    def document(self) -> Document:
        """Return the parsed document, with the ids of its entries and notes."""
        from codetui.formats.session_doc.markdown import parse_document
        from codetui.formats.session_doc.model import with_ids

        return with_ids(parse_document(self.text, "")[0], self.ids)

    def read_as(self, document: Document) -> Snapshot:
        """Return the snapshot with its text parsed in another way."""
        snapshot = replace(self)
        snapshot.__dict__["document"] = document
        return snapshot

    def lost(self, transactions: Iterable[Transaction]) -> int:
        """Return how many of the snapshot's steps a log lacks."""
        return len(set(self.steps) - {one.id for one in transactions})


class SnapshotFile:
    """The snapshots of one document on disk, newest last.

    They are derived: without the file hand edits are still imported, but nothing counts as removed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.replaced: deque[tuple[float, Snapshot]] = deque(maxlen=MOST_REPLACED)
        """The texts that are no longer on disk, and when they were replaced."""
        self._version = Version()
        self._written: tuple[Snapshot, ...] = ()
        self.damaged_line = 0
        """The number of the first line that could not be read since the file was opened; 0 if there was none."""

    def read(self) -> tuple[Snapshot, ...]:
        """Return the snapshots that this or any other program with the session wrote before the document.

        Raises OSError: without its snapshot an outdated document would count as an edit by hand.
        """
        version = fs.version(self.path)
        if version != self._version:
            data = none_if_gone(lambda: fs.read(self.path)) or b""
            parsed = [(number, _parse_snapshot(line)) for number, line in enumerate(data.split(b"\n"), 1) if line]
            self._written = tuple(snapshot for _, snapshot in parsed if snapshot is not None)
            damaged = (number for number, snapshot in parsed if snapshot is None)
            self.damaged_line = self.damaged_line or next(damaged, 0)
            self._version = version
        return self._written

    def problem(self, word: str) -> Problem | None:
        """Return the problem of snapshots that were read and are damaged, None if none is.

        Without them lines deleted by hand are not removed.
        """
        if not self.damaged_line:
            return None
        what = "this record of the document cannot be read: codings whose lines were deleted by hand are kept"
        hint = f"it is written again when the {word} is opened"
        return Problem(str(self.path), self.damaged_line, "error", f"{what}; {hint}")

    def write(self, snapshots: Iterable[Snapshot]) -> None:
        """Replace the snapshots; raises OSError.

        This happens before the document is written: after a loss of power a document without its snapshot would count
        as an edit by hand, which removes later codings.
        """
        while self.replaced and self.replaced[0][0] < time.monotonic() - STALE:
            self.replaced.popleft()
        written = tuple(snapshots)
        values = ({"text": one.text, "ids": one.ids, "steps": one.steps} for one in written)
        lines = (json.dumps(value, separators=(",", ":")) for value in values)
        self._version = fs.replace(self.path, "".join(f"{line}\n" for line in lines).encode("ascii"))
        self._written = written

    def remember(self, snapshot: Snapshot) -> None:
        """Record a document that was imported; if it cannot be written, remember it while the program runs."""
        try:
            self.write([snapshot])
        except OSError:
            self._written = (snapshot,)
            with suppress(OSError):
                self._version = fs.version(self.path)

    def candidates(self) -> tuple[Snapshot, ...]:
        """Return the snapshots that the text on disk may be an edit of, newest first. Raises OSError."""
        oldest = time.monotonic() - STALE
        recent = (snapshot for when, snapshot in self.replaced if when >= oldest)
        return tuple(dict.fromkeys((*reversed(self.read()), *reversed(tuple(recent)))))


def closest(text: str, snapshots: Sequence[Snapshot]) -> Sequence[Snapshot]:
    """Return the newest snapshot, and the one most similar to `text` by lines, if that is another one."""
    if not snapshots:
        return ()
    lines = Counter(text.split("\n"))

    def differing(snapshot: Snapshot) -> int:
        others = Counter(snapshot.text.split("\n"))
        return (others - lines).total() + (lines - others).total()

    return tuple(dict.fromkeys((snapshots[0], min(snapshots, key=differing))))


def _parse_snapshot(line: bytes) -> Snapshot | None:
    """Parse a line of the file; None if it is not a snapshot."""
    try:
        value = json.loads(line)
        text, ids, steps = value["text"], value["ids"], tuple(str(id_) for id_ in value["steps"])
        on_lines = tuple((int(number), tuple(str(id_) for id_ in on_line)) for number, on_line in ids)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    return Snapshot(text, on_lines, steps) if isinstance(text, str) else None


class SessionDocument:
    """The document of one session; `text` is its text on disk when last read, None if there was no file.

    Beside the log are snapshots of the last and the previous document that codetui wrote: after a crash either may be
    on disk, and hand edits are recognized by comparing with them.
    """

    def __init__(
        self,
        paths: SessionPaths,
        source: Source,
        steps: Callable[[], Sequence[Transaction]] = lambda: (),
        word: str = "",
        candidates: Sequence[DocumentFile] | None = None,
    ) -> None:
        """Find the document and read it.  Raises OSError.

        `steps` returns the session's steps, which record the employers for whom it may be named; `word` is what a
        source is called. `candidates` are the documents to choose from where the folder was read already; then nothing
        is written.
        """
        self._paths = paths
        self._id = source.id
        self._source, self._steps = source, steps
        self._candidates = candidates
        self.snapshots = SnapshotFile(paths.beside(source.id, ".written"))
        self._seen = Version()
        self._word = word
        self._ignored: Path | None = None
        self.misplaced: list[Problem] = []
        """The problems of other documents that name this source."""
        self.path = self._find() or paths.document(source.id, "")
        self.text: str | None = None
        self.refresh()

    @property
    def sessions(self) -> Path:
        """The folder of all sessions of the study."""
        return self._paths.root

    # --- reading ----------------------------------------------------------------------------------

    def refresh(self) -> bool:
        """Read the document again if the file has changed; return True if its text is different.

        Raises OSError if it cannot be read: it never counts as absent.
        """
        version = fs.version(self.path)
        if version == self._seen:
            return False
        before = self.text
        if not version.file:
            self.path = self._find() or self.path
            version = fs.version(self.path)
        data = _read(self.path)
        if before is not None and _is_unfinished(self.path, data, version):
            time.sleep(SAVING)
            version = fs.version(self.path)
            data = _read(self.path)
        self.text = None if data is None else decode_document(data, self.path)
        self._seen = version
        return self.text != before

    def changed_version(self) -> Version | None:
        """Return the version of the file if it has changed since it was read, else None; safe in any thread."""
        return fs.changed_version(self.path, self._seen)

    def forget(self) -> None:
        """Make the next refresh read the file again."""
        self._seen = Version()
        self.text = None

    def ignore(self) -> None:
        """Ignore the file from now on: it is not a document, but other notes under its name."""
        self._ignored, self.path = self.path, self._paths.document(self._id, "")
        self.forget()

    def _find(self) -> Path | None:
        found = self._candidates
        if found is None:
            paths = (path for path in self._paths.documents_of(self._id) if path != self._ignored)
            found = [document for path in paths if (document := none_if_gone(partial(read_document, path)))]
        if not found:
            return None
        recorded = employers_of(self._steps())
        current = (recorded[0] if recorded else "") or self._source.employer
        names = document_names(self._id, (current, *recorded, self._source.employer, ""))
        names = [*filter(None, [self._imported_name()]), *names]
        texts = {snapshot.text for snapshot in self.snapshots.candidates()} if recorded else set[str]()
        chosen, others = choose_document(found, self._id, names, texts)
        if chosen is not None:
            what = f"this file is not read: the document of {self._word} {self._id} is {chosen.path.name}"
            hint = "compare the two; `codetui import` with its name adds what only it has; then delete it"
        else:
            what = f"this document of {self._word} {self._id} is not read: its name must be {names[0]}"
            hint = "rename it"
        self.misplaced = [Problem(str(other.path), 0, "error", f"{what}: {hint}") for other in others]
        return chosen.path if chosen else None

    def _imported_name(self) -> str:
        """Return the name of the document that the session was imported from and keeps; empty if it names no source."""
        first = next(iter(self._steps()), None)
        name = Path(first.from_name).name if first and first.cause == "document" else ""
        return name if name.startswith(DOCUMENT) and name.endswith(".md") and is_named_for(Path(name), self._id) else ""

    @property
    def is_own(self) -> bool:
        """Return whether codetui wrote or imported the text, so that replacing it loses nothing."""
        return self.text is not None and (not self.text.strip() or self.own_snapshot is not None)

    def is_covered_by(self, transactions: Iterable[Transaction]) -> bool:
        """Return whether the text is empty, or codetui's own from a log with none but these steps."""
        if self.text is None or not self.text.strip():
            return True
        own = self.own_snapshot
        return own is not None and not own.lost(transactions)

    @property
    def own_snapshot(self) -> Snapshot | None:
        """Return the snapshot of the text on disk, None if codetui neither wrote nor imported it. Raises OSError."""
        return next((one for one in self.snapshots.candidates() if one.text == self.text), None)

    # --- writing ----------------------------------------------------------------------------------

    def remember(self, snapshot: Snapshot) -> None:
        """Record that the text on disk has been imported.

        Bytes that were not valid UTF-8 are copied first, since they could be decoded only approximately.
        """
        if self._candidates is not None:
            return
        data = None if self.text is None else _read(self.path)
        if data is not None and data != snapshot.text.encode("utf-8", "replace"):
            self.keep_copy()
        self.snapshots.remember(snapshot)

    def keep_copy(self) -> None:
        """Copy the file on disk into the events folder, beside the log."""
        data = None if self._candidates is not None else _read(self.path)
        if data is not None:
            with suppress(OSError):
                self._copy(data)

    def write(self, snapshot: Snapshot, employer: str, *, is_forced: bool = False) -> Problem | None:
        """Replace the document; return the problem, if any.

        A text that was not imported stays; with `is_forced` it is copied into the events folder and replaced.
        """
        target = self.path
        try:
            self.refresh()
            if self.text is not None and not self.is_own and not is_forced:
                self.forget()
                return Problem(str(self.path), 0, "warning", CHANGED)
            target = self._paths.document(self._id, employer)
            if imported := self._imported_name():
                target = fs.require_inside(self.sessions, target.with_name(imported))
            if self._is_of_another_source(target):
                target = self._paths.document(self._id, employer, is_apart=True)
            seen = self._seen if target == self.path else fs.version(target)
            replaced = {target} if self.text is None else {self.path, target}
            kept = [copy for path in replaced if (copy := self._keep_foreign(path, snapshot.text))]
            version = self._replace(target, snapshot, seen)
            if self.text is not None and self.path != target and (self.is_own or heading_of(self.text)):
                fs.remove(self.path)
        except FileChangedError:
            self.forget()
            return Problem(str(target), 0, "warning", CHANGED)
        except OSError as error:
            what = f"the document could not be written: {error.strerror or error}; the codings are safe in the log"
            return Problem(str(target), 0, "error", what)
        self.path, self.text, self._seen = target, snapshot.text, version
        return kept[0] if kept else None

    def _replace(self, target: Path, coming: Snapshot, seen: Version) -> Version:
        """Replace the file if it is the version that was seen; return the new version.

        The snapshot of the current text is kept until the new text is on disk; then only the new snapshot is kept, so
        that removing the last coding from the document is read as intended.
        """
        current = [one for one in self.snapshots.read() if one.text == self.text and one.text != coming.text][-1:]
        self.snapshots.write([*current, coming])
        version = fs.replace(target, coming.text.encode("utf-8", "replace"), seen=seen)
        for snapshot in current:
            self.snapshots.replaced.append((time.monotonic(), snapshot))
            with suppress(OSError):
                self.snapshots.write([coming])
        return version

    def _is_of_another_source(self, path: Path) -> bool:
        """Return whether the file names another source:

        `1_a` at `b` and `1` at `a b` have documents with the same name.
        """
        if path == self.path and self.is_own:
            return False
        data = _read(path)
        return data is not None and heading_of(decode_document(data, path)) not in ("", heading_id(self._id))

    def _keep_foreign(self, path: Path, coming: str) -> Problem | None:
        """Copy a text that codetui neither wrote nor imported."""
        data = _read(path)
        if data is None:
            return None
        text = decode_document(data, path)
        own = (snapshot.text for snapshot in self.snapshots.candidates())
        if not text.strip() or text == coming or text in own:
            return None
        what = f"the document was changed outside codetui; that version is kept in {self._copy(data)}"
        return Problem(str(path), 0, "warning", what)

    def _copy(self, data: bytes) -> Path:
        copy = self._paths.beside(self._id, f".kept-{sha256(data).hexdigest()[:8]}.md")
        fs.replace(copy, data)
        return copy


def _is_unfinished(path: Path, data: bytes | None, version: Version) -> bool:
    """Return whether an editor seems to be in the middle of saving the file:

    it is missing, empty, or ends within a line.
    """
    changed = version.changed if data is not None else fs.version(path.parent).changed
    return not (data or b"").endswith((b"\n", b"\n\0")) and abs(time.time() - changed / 1e9) < SAVING


def _read(path: Path) -> bytes | None:
    """Read a file, None if there is none. Raises OSError if it cannot be read."""
    try:
        return fs.read(path)
    except FileNotFoundError:
        return None


BYTE_ORDER_MARK = "\ufeff"


# --- documents ----------------------------------------------------------------------------------------


class DocumentFile(NamedTuple):
    """A document on disk: its text, and the source and employer in its heading (empty if there are none)."""

    path: Path
    text: str
    heading: str
    employer: str


def read_document(path: Path) -> DocumentFile:
    """Read a document.  Raises OSError."""
    from codetui.formats.session_doc.markdown import parse_document

    text = decode_document(fs.read(path), path)
    head = parse_document(text.split("\n## ", 1)[0], "")[0]
    return DocumentFile(path, text, head.source_id, head.employer)


def decode_document(data: bytes, path: Path) -> str:
    """Return the text of a document in any encoding; a UTF-8 byte order mark is kept."""
    mark = BYTE_ORDER_MARK if data.startswith(BYTE_ORDER_MARK.encode()) else ""
    return mark + decode(data, ProblemCollector(str(path)))


def heading_of(text: str) -> str:
    """Return the source named in a document's heading; empty if there is none, as in a damaged document."""
    from codetui.formats.session_doc.markdown import source_id_of

    return source_id_of(text)


def heading_id(source_id: str) -> str:
    """Return the id of a source as it reads in the heading of its document."""
    from codetui.formats.session_doc.markdown import render_document
    from codetui.formats.session_doc.model import Document

    if source_id.isascii() and source_id.isalnum():
        return source_id
    return heading_of(render_document(Document(source_id)))


def is_named_for(path: Path, source_id: str) -> bool:
    """Return whether a document's name begins with the id of a source."""
    rest = path.stem.removeprefix(DOCUMENT)
    name = safe_name(source_id)
    return rest.startswith(name) and not rest[len(name) : len(name) + 1].isalnum()


def document_names(source_id: SourceId, employers: Iterable[str]) -> list[str]:
    """Return the exact names that a session's document may have, newest first."""
    return [
        document_name(source_id, employer, is_apart=is_apart)
        for employer in dict.fromkeys(employers)
        for is_apart in (False, True)
    ]


def employers_of(transactions: Sequence[Transaction]) -> list[str]:
    """Return the employers that a session has recorded for its source, newest first."""
    found: list[str] = []
    for event in (event for one in reversed(transactions) for event in reversed(one.events)):
        match event:
            case SourceDescribed():
                found += [event.employer, event.employer_before]
            case SessionOpened():
                found.append(event.employer)
            case _:
                pass
    return found


def choose_document(
    documents: Iterable[DocumentFile], source_id: SourceId, names: Sequence[str], own_texts: Collection[str]
) -> tuple[DocumentFile | None, list[DocumentFile]]:
    """Return a session's document among `documents`, and the others that name its source.

    The document is the one with the first of `names`; else one with the text that codetui wrote last. If that is
    unknown, it is the only one whose name follows from its own heading, else the only one.
    """
    own = heading_id(source_id)
    same = [document for document in documents if document.heading in ("", own)]
    same.sort(key=lambda document: not document.heading)
    found = [document for document in same if is_named_for(document.path, source_id)]
    by_name = {document.path.name: document for document in reversed(found)}
    named = [by_name[name] for name in names if name in by_name]
    named.sort(key=lambda document: not document.heading)
    named += [document for document in found if document.text in own_texts]
    headed = [document for document in found if document.heading]
    if not named and not own_texts:
        exact = [one for one in headed if one.path.name in document_names(source_id, (one.employer,))]
        named = next((some for some in (exact, headed, found) if len(some) == 1), [])
    chosen = named[0] if named else None
    return chosen, [document for document in same if document.heading and document is not chosen]


# --- logs ---------------------------------------------------------------------------------------------


def other_logs(paths: SessionPaths, source_id: SourceId, word: str) -> list[Problem]:
    """Return the problems of other logs of a source; unreadable ones are left out."""
    name = safe_name(source_id)
    part = name.partition(".")[0]
    found: list[Problem] = []
    for log in (log for log in paths.log_names() if part in log and log != f"{name}{LOG}"):
        path = paths.folder / EVENTS / log
        continues = log.startswith(name) and not log[len(name)].isalnum()
        if (continues or original_of(log.removesuffix(LOG), {name})) and owner_of(path) == source_id:
            found.append(misplaced_log(path, source_id, word))
    return found


def owner_of(log: Path) -> SourceId | None:
    """Return the source that a log names; None if there is none, or if the log cannot be read."""
    try:
        opened = replay(Journal(log).read()[0]).opened
    except OSError:
        return None
    return opened.source if opened else None


MERGE_LOG = "`codetui merge` with its name adds what only it has; then delete it"


def misplaced_log(path: Path, source_id: SourceId, word: str) -> Problem:
    """Return the problem of a log with another name than its source's; `word` is the noun for a source."""
    own = f"{safe_name(source_id)}{LOG}"
    if not fs.exists_or_link(path.with_name(own)):
        return Problem(str(path), 0, "error", f"this log of {word} {source_id} is not read: rename it to {own}")
    what = f"this log is not read: the log of {word} {source_id} is {own}"
    return Problem(str(path), 0, "error", f"{what}: {MERGE_LOG}")

"""Save work that cannot be written:

steps in a second folder, rescued texts, notes of refused steps, reports of crashes.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from threading import Lock

from codetui import __version__
from codetui.core.session.commands import (
    AssignCode,
    AssignProfile,
    Command,
    DescribeSource,
    NoteCoding,
    NotePlace,
    quoted,
)
from codetui.core.session.state import State
from codetui.model import Code, Problem, Profile, Source, SourceId, Transaction
from codetui.storage import fs
from codetui.storage.journal import Journal, now
from codetui.storage.session_files import SessionPaths
from codetui.study.session.document import SessionDocument, Snapshot

CRASH = "crash.txt"
DRAFT = ".unsaved.md"
TYPED = ".typed.md"
REFUSED = ".refused.jsonl"
COPY = "codetui-copy"


# --- the second folder --------------------------------------------------------------------------------


class FallbackFolder:
    """A folder elsewhere with a session's log and document, laid out as a sessions folder.

    `pending` counts the steps that only this folder has; `codetui merge` merges it into the sessions.
    """

    def __init__(self, folder: Path, coder: str, source: Source) -> None:
        self.folder = folder
        self.pending = 0
        self._source = source
        self._paths = SessionPaths(folder, coder)
        self._journal = Journal(self._paths.log(source.id))

    def add(self, transactions: Sequence[Transaction], unknown: Iterable[bytes]) -> None:
        """Write the transactions and lines of unknown form that the folder lacks. Raises OSError.

        A folder created for this is private to its user; an existing one is not changed.
        """
        if self.folder.name == COPY or not fs.exists(self.folder):
            fs.ensure_private(self.folder)
        self._journal.complete(transactions, unknown)

    def write_document(self, snapshot: Snapshot, employer: str) -> Problem | None:
        """Replace the document; return the problem, if any."""
        return SessionDocument(self._paths, replace(self._source, employer=employer)).write(snapshot, employer)


# --- texts that could not be saved --------------------------------------------------------------------


def draft_of(command: Command, state: State) -> str:
    """Return the text of a command that is not in the state, with a heading; empty if there is none."""
    match command:
        case AssignCode(_, code, text) if text:
            return f"Note beside a coding with {code}: {text}"
        case NoteCoding(coding, text) if text:
            words = state.codings[coding].words if coding in state.codings else coding
            return f"Note beside {quoted(words)}: {text}"
        case NotePlace(place, text) if text:
            return f"Note on {place.kind} {place.id}: {text}"
        case AssignProfile(_, text) if text and text != state.reasoning:
            return f"Reasoning:\n\n{text}"
        case DescribeSource(employer, title):
            return f"Employer: {employer}\nTitle: {title}"
        case _:
            return ""


def codebook_draft(changed: Code | Profile, before: Code | Profile | None = None) -> str:
    """Return the changed texts of a code or profile, with a heading."""
    what = "Code" if isinstance(changed, Code) else "Profile"
    texts = [f"{what} {changed.id} of the codebook"]
    for field in fields(changed):
        value = getattr(changed, field.name)
        if field.name != "id" and value and (before is None or value != getattr(before, field.name)):
            texts.append(f"{field.name}: {value if isinstance(value, str) else '; '.join(map(str, value))}")
    return "\n".join(texts)


def rescue_draft(paths: SessionPaths, source_id: SourceId, text: str, word: str) -> Problem:
    """Append a text to a file beside the log, else in the home folder, else in the temporary folder.

    Return a report of the place.
    """
    path, reason = _write_first(_draft_files(paths, source_id, DRAFT), _entry(paths, source_id, text, word), fs.append)
    if path is None:
        return Problem(str(paths.folder), 0, "error", f"the text could not be kept anywhere ({reason}): {text}")
    return Problem(str(path), 0, "warning", "the text that was not saved is kept here")


def drafts(paths: SessionPaths, source_id: SourceId) -> list[Problem]:
    """Return the files for texts of this study that were not saved; other studies use the same fallback folders."""
    what = "a text that was not saved is in {}: copy what you need from it, then delete the file"
    found = _existing(paths, source_id, DRAFT)
    return [Problem(str(path), 0, "warning", what.format(path)) for path in found]


def _existing(paths: SessionPaths, source_id: SourceId, suffix: str) -> Iterator[Path]:
    for number, file in enumerate(_draft_files(paths, source_id, suffix, fs.require_own)):
        with suppress(OSError):
            path = file()
            if fs.exists(path) and (number == 0 or f" in {_place(paths)}, ".encode() in fs.read(path)):
                yield path


def _entry(paths: SessionPaths, source_id: SourceId, text: str, word: str) -> bytes:
    heading = f"## {word.capitalize()} {source_id} in {_place(paths)}, {now()}"
    return f"{heading}\n\n{text}\n\n".encode("utf-8", "replace")


def without_entries(text: str, root: Path) -> str:
    """Return kept texts without those of the study whose folder of sessions is `root`."""
    parts = re.split(r"(?m)^(?=## )", text)
    return "".join(part for part in parts if f" in {os.path.realpath(root)}, " not in part.partition("\n")[0])


class TypedTexts:
    """A file with the texts that are being typed, in case the program is killed.  Any thread may use it."""

    def __init__(self, paths: SessionPaths, source_id: SourceId, word: str) -> None:
        self._paths, self._source_id, self._word = paths, source_id, word
        self._path: Path | None = None
        self._is_closed = False
        self._lock = Lock()

    def keep(self, text: str) -> None:
        """Replace the texts in the file, or delete it if there are none.

        If no file can be written, nothing is reported: saving the text will fail for the same reason.
        """
        with self._lock:
            if self._is_closed:
                return
            if text and self._path is None:
                recover_typed(self._paths, self._source_id)
            before, entry = self._path, _entry(self._paths, self._source_id, text, self._word)
            self._path = None
            if text:
                files = _draft_files(self._paths, self._source_id, TYPED)
                self._path, _ = _write_first(files, entry, fs.replace)
            if before not in (None, self._path):
                with suppress(OSError):
                    fs.remove(before)

    def close(self) -> None:
        """Delete the file and keep no more texts, because they are saved, discarded or kept elsewhere."""
        self.keep("")
        self._is_closed = True


def recover_typed(paths: SessionPaths, source_id: SourceId) -> None:
    """Move the texts that were being typed when a program was killed to those that could not be saved."""
    for path in _existing(paths, source_id, TYPED):
        with suppress(OSError):
            fs.append(path.with_name(path.name.removesuffix(TYPED) + DRAFT), fs.read(path))
            fs.remove(path)


def _place(paths: SessionPaths) -> str:
    """Return the sessions folder as the headings of kept texts name it."""
    return os.path.realpath(paths.root)


def report_crash(traceback: str) -> str:
    """Append a traceback to a file in the home folder, else in the temporary one; return a sentence with its path."""
    lines = [line for line in traceback.splitlines() if line[:1].isalpha()]
    what = f"codetui ended because of an error in the program ({lines[-1] if lines else 'unknown'})."
    what = f"{what} Everything confirmed before is saved."
    entry = f"## {now()}, codetui {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{traceback}\n\n"
    files = _files_elsewhere(lambda folder: folder / CRASH, fs.ensure_private)
    path, reason = _write_first(files, entry.encode("utf-8", "replace"), fs.append)
    if path is None:
        return f"{what} The details could not be written anywhere ({reason})."
    return f"{what} Please report it, with the details in {path}."


File = Callable[[], Path]
"""A file, or OSError where its folder cannot be used."""


def _draft_files(
    paths: SessionPaths, source_id: SourceId, suffix: str, usable: Callable[[Path], Path] = fs.ensure_private
) -> list[File]:
    """Return the files for texts of a session, in the order in which they are tried."""

    def draft_in(root: Path) -> Path:
        return file_at(root, paths, source_id, suffix)

    return [lambda: draft_in(paths.root), *_files_elsewhere(draft_in, usable)]


def _files_elsewhere(file_in: Callable[[Path], Path], usable: Callable[[Path], Path]) -> list[File]:
    """Return a file in the home folder, and one in the temporary folder; `usable` raises OSError for a folder."""
    return [lambda: file_in(usable(home_copy())), lambda: file_in(usable(temporary_copy()))]


def _write_first(
    files: Iterable[File], entry: bytes, write: Callable[[Path, bytes], object]
) -> tuple[Path | None, str]:
    """Write to the first file that can be written; return that file, or the reason if there is none."""
    reason = ""
    for file in files:
        try:
            path = file()
            write(path, entry)
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return path, ""
    return None, reason


def home_copy() -> Path:
    """Return the folder in the coder's home for work that cannot be written."""
    return Path(os.path.expanduser("~")) / COPY  # noqa: PTH111  Path raises where there is no home


def temporary_copy() -> Path:
    """Return the temporary folder for work that can be written neither to the study nor to the home folder."""
    import tempfile

    return Path(tempfile.gettempdir()) / (COPY if os.name == "nt" else f"{COPY}-{os.getuid()}")


def file_at(root: Path, paths: SessionPaths, source_id: SourceId, suffix: str) -> Path:
    """Return the file below `root` that corresponds to one beside the log.  Raises OSError."""
    return SessionPaths.of_folder(root, paths.folder.name).beside(source_id, suffix)


# --- steps that were refused --------------------------------------------------------------------------


def note_failed_append(paths: SessionPaths, source_id: SourceId, log: Path) -> bool:
    """Save lines whose append to `log` failed, but which may be in it, in the home folder; return whether it worked.

    The lines are reported at the next start, and not removed: another machine or a copy may have
    confirmed them since.
    """
    lines = fs.refused_bytes(log)
    with suppress(OSError):
        if lines:
            fs.replace(file_at(fs.ensure_private(home_copy()), paths, source_id, REFUSED), lines)
            return True
    return False


def forget_failed_append(paths: SessionPaths, source_id: SourceId) -> bool:
    """Forget lines that are no longer in the log; return whether no noted lines are left."""
    with suppress(OSError):
        fs.remove(file_at(home_copy(), paths, source_id, REFUSED))
        return True
    return False


def take_refused_steps(paths: SessionPaths, source_id: SourceId, steps: Sequence[Transaction]) -> list[Transaction]:
    """Return those of `steps` that were noted as refused, and forget them."""
    with suppress(OSError):
        noted = file_at(home_copy(), paths, source_id, REFUSED)
        if fs.exists(noted):
            refused = {one.id for one in Journal(noted).read()[0]}
            fs.remove(noted)
            return [one for one in steps if one.id in refused]
    return []

"""The merge driver that git runs if both sides changed one document: it renders the document from both logs.

Git merges logs by itself (`merge=union`: all lines of both). The lines of a document cannot be mixed, as it is rendered
from the log. It also contains the hand edits of both sides, which are imported when the session is opened. The files of
both sides are read from their commits.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from codetui.core.session.conflicts import conflict_sentences
from codetui.core.session.state import replay
from codetui.formats.session_doc.patch import document_of
from codetui.model import Codebook
from codetui.storage import fs, study_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import DOCUMENT, EVENTS, LOG, SessionPaths, safe_name
from codetui.study.former import with_former
from codetui.study.session.document import Snapshot, SnapshotFile, decode_document, heading_of
from codetui.study.sessions import SessionSnapshot, coder_snapshots, text_conflict
from codetui.study.study import CODEBOOK, StudyError

_HEADS = ("HEAD", "MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")
_NAMED = "GITHEAD_"
"""Git passes the commits that it merges to programs in environment variables: GITHEAD_<hash>."""

BASES = ".written"
NAME = "codetui"
TITLE = "codetui documents, rendered from both logs"


class GitError(OSError):
    """Raised if git is missing or fails."""


def run_git(*words: str, folder: Path | None = None) -> bytes:
    """Return the output of a git command; raise GitError."""
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise GitError(error.errno, f"git cannot be run ({error.strerror})") from error
    if done.returncode:
        raise GitError(0, done.stderr.decode("utf-8", "replace").strip() or f"git {words[0]} failed")
    return done.stdout


def revision_with(path: Path, data: bytes) -> str | None:
    """Return a commit that has these bytes in the folder of `path`, under any name; None if none is found.

    The commits that are being merged are tried first, then all commits on branches.
    """
    wanted = _blob(data)
    for revision in _candidates(path.parent, wanted):
        try:
            listed = run_git("ls-tree", "-z", revision, f"{path.parent.as_posix()}/")
        except GitError:
            continue
        if any(line.partition(b"\t")[0].split()[-1] in wanted for line in listed.split(b"\0") if line):
            return revision
    return None


def _candidates(folder: Path, wanted: frozenset[bytes]) -> Iterator[str]:
    yield from _HEADS
    yield from (name.removeprefix(_NAMED) for name in os.environ if name.startswith(_NAMED))
    for blob in wanted:
        try:
            found = run_git("log", "--all", "--format=%H", f"--find-object={blob.decode()}", "--", folder.as_posix())
        except GitError:
            continue
        yield from found.decode().split()


def files_in(revision: str, folder: Path) -> list[Path]:
    """Return the files directly in a folder of a commit."""
    listed = run_git("ls-tree", "-z", "--name-only", revision, f"{folder.as_posix()}/")
    return [Path(os.fsdecode(name)) for name in listed.split(b"\0") if name]


def content(revision: str, path: Path) -> bytes:
    """Return a file's bytes in a commit."""
    return run_git("cat-file", "blob", f"{revision}:{path.as_posix()}")


def _blob(data: bytes) -> frozenset[bytes]:
    """Return the object ids of these bytes in git, by either of its hashes."""
    whole = b"blob %d\0" % len(data) + data
    hashes = hashlib.sha1(whole, usedforsecurity=False), hashlib.sha256(whole)
    return frozenset(one.hexdigest().encode() for one in hashes)


def merge_file(ours: Path, theirs: Path, path: Path) -> tuple[str, ...]:
    """Write the merge of both versions of a document to `ours`; return a sentence for each conflict in it.

    `path` is the document's name in the repository, below the working folder.  Raises StudyError if the versions cannot
    be merged; `ours` is then unchanged.
    """
    folder = path.parent.parent if path.suffix == BASES else path.parent
    book = _codebook_above(folder)
    if book is None:
        raise _left(path, f"no folder above it has a {CODEBOOK} that can be read")
    with suppress(OSError):  # Codes of earlier versions then have no names.
        log = folder / EVENTS / f"{_name(path, fs.read(ours))}{LOG}"
        book = with_former(book, folder.parent, [replay(Journal(log).read()[0])])
    with tempfile.TemporaryDirectory(prefix="codetui-") as temporary:
        here, there = (
            _side(version, Path(temporary) / str(number), path, folder, book)
            for number, version in enumerate((ours, theirs))
        )
    conflict = text_conflict(here.transactions, here.log, there, book.words)
    found = (*here.file_problems, *here.edit_problems, *there.file_problems, *there.edit_problems)
    errors = (problem.message for problem in found if problem.severity == "error")
    if obstacle := conflict.message if conflict else next(errors, ""):
        raise _left(path, obstacle)
    # The snapshot is that of the logs, so that edits by hand on either side are imported later.
    is_snapshot = path.suffix == BASES
    steps = here.transactions + there.transactions if is_snapshot else here.steps + there.steps
    state = replay(steps)
    text, ids = document_of(state, book, state.describe(here.source))
    if is_snapshot:
        in_order = sorted({one.id: one for one in steps}.values(), key=lambda one: (one.seq, one.id))
        merged = Snapshot(text, ids, tuple(one.id for one in in_order))
        # Where one side has renamed its document, git does not always merge it, but leaves that of one side.
        is_renamed = _document_name(here) != _document_name(there)
        sides = (*SnapshotFile(theirs).read(), *SnapshotFile(ours).read()) if is_renamed else ()
        SnapshotFile(ours).write([*sides, merged])
        return ()
    fs.replace(ours, text.encode("utf-8", "replace"), durable=False)
    return tuple(f"{path}: {sentence}" for sentence in conflict_sentences(steps, state, book))


def _document_name(side: SessionSnapshot) -> str:
    return side.document.path.name if side.document else ""


def _side(version: Path, root: Path, path: Path, folder: Path, book: Codebook) -> SessionSnapshot:
    """Return the side that a version of a file belongs to, written to `root`.

    Raises StudyError if it is unknown.
    """
    data = fs.read(version)
    revision = revision_with(path, data)
    if revision is None:
        raise _left(path, "git does not report the commit of one side")
    _lay_out(revision, folder, root / folder.name, _name(path, data))
    side = next(coder_snapshots(SessionPaths.of_folder(root, folder.name), book, None), None)
    if side is None or side.state.opened is None:
        raise _left(path, "one side has a document and no log")
    return side


def _lay_out(revision: str, folder: Path, target: Path, name: str) -> None:
    """Copy the files of one session from a commit into a folder."""
    wanted = {f"{name}{LOG}", f"{name}{BASES}"}
    begun = tuple(f"{DOCUMENT}{name}{sign}" for sign in "_~.")
    for file in (*files_in(revision, folder), *files_in(revision, folder / EVENTS)):
        if file.name in wanted or file.name.startswith(begun):
            place = target / file.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content(revision, file))


def _name(path: Path, data: bytes) -> str:
    """Return the file name of the source."""
    if path.suffix == BASES:
        return path.stem
    return safe_name(heading_of(decode_document(data, path)))


def _codebook_above(folder: Path) -> Codebook | None:
    """Return the nearest codebook in or above a coder's folder."""
    for above in folder.parents:
        if fs.is_file(above / CODEBOOK):
            return study_files.read_codebook(above / CODEBOOK)[0]
    return None


def _left(path: Path, why: str) -> StudyError:
    return StudyError(f"{path} keeps our version: {why}")


def install_driver(sessions: Path) -> tuple[list[Path], list[Path]]:
    """Configure git in the clone that contains `sessions` to merge documents; return created and unchanged files.

    Raises StudyError if that is not a clone.
    """
    if not fs.is_folder(sessions):
        raise StudyError(f"there is no folder {sessions}; name the folder of the sessions with --sessions.")
    # -P: no module of the repository is imported instead of one of Python's.
    command = f"{shlex.quote(Path(sys.executable).as_posix())} -P -m codetui merge --driver %O %A %B %P"
    try:
        run_git("config", "--local", f"merge.{NAME}.name", TITLE, folder=sessions)
        run_git("config", "--local", f"merge.{NAME}.driver", command, folder=sessions)
    except GitError as error:
        hint = "Run this in a clone, and name its sessions with --sessions."
        raise StudyError(f"{error.strerror}. {hint}") from error
    return study_files.create_git_files(sessions)

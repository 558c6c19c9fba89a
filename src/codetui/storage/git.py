"""Ask git for files as they are in a commit, and for the commit that a file is from."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

_HEADS = ("HEAD", "MERGE_HEAD", "REBASE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD")
_NAMED = "GITHEAD_"
"""Git passes the commits that it merges to programs in environment variables: GITHEAD_<hash>."""


class GitError(OSError):
    """Raised if git is missing or refuses."""


def run(*words: str, folder: Path | None = None) -> bytes:
    """Return what a git command prints; raise GitError."""
    try:
        done = subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)
    except OSError as error:
        raise GitError(error.errno, f"git cannot be run ({error.strerror})") from error
    if done.returncode:
        raise GitError(0, done.stderr.decode("utf-8", "replace").strip() or f"git {words[0]} failed")
    return done.stdout


def revision_with(path: Path, data: bytes) -> str | None:
    """Return a commit in which the file at `path` has these bytes, None if none is found.

    The commits that are being merged come first, then all that a branch contains.
    """
    wanted = _blob(data)
    for revision in _candidates(path, wanted):
        try:
            found = run("rev-parse", "--verify", "--quiet", f"{revision}:{path.as_posix()}").decode().strip()
        except GitError:
            continue
        if found in wanted:
            return revision
    return None


def _candidates(path: Path, wanted: frozenset[str]) -> Iterator[str]:
    yield from _HEADS
    yield from (name.removeprefix(_NAMED) for name in os.environ if name.startswith(_NAMED))
    for blob in wanted:
        try:
            yield from (
                run("log", "--all", "--format=%H", f"--find-object={blob}", "--", path.as_posix()).decode().split()
            )
        except GitError:
            continue


def files_in(revision: str, folder: Path) -> list[Path]:
    """Return the files directly in a folder, as they are in a commit."""
    listed = run("ls-tree", "-z", "--name-only", revision, f"{folder.as_posix()}/")
    return [Path(os.fsdecode(name)) for name in listed.split(b"\0") if name]


def content(revision: str, path: Path) -> bytes:
    """Return a file's bytes in a commit."""
    return run("cat-file", "blob", f"{revision}:{path.as_posix()}")


def _blob(data: bytes) -> frozenset[str]:
    """Return git's names for these bytes, by either of its hashes."""
    whole = b"blob %d\0" % len(data) + data
    return frozenset((hashlib.sha1(whole, usedforsecurity=False).hexdigest(), hashlib.sha256(whole).hexdigest()))

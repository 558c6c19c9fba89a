"""Call the operating system, one function per system call:

all reading and writing of the storage package goes through here.

Call the functions as `disk.write(…)`, so that tests can count, refuse or interrupt every one of them.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

_BINARY = getattr(os, "O_BINARY", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
"""Do not block on a pipe or device that has the name of a file; regular files ignore this."""

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}

_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
"""Errors that mean "no such file"; a link that points to itself points nowhere."""

_ABSENT_ON_WINDOWS = (123, 1921)
"""Windows' errors for a name that no file can have, and for a link that points nowhere."""


# --- writing ------------------------------------------------------------------------------------------


def create(path: Path) -> int:
    """Open a new file for writing and return its handle; raise FileExistsError if there is one."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)


def open_end(path: Path) -> int:
    """Open a file for appending, creating it if needed, and return its handle."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY | _NO_WAIT, 0o666)


def open_there(path: Path) -> int:
    """Open an existing file in order to sync it and return its handle."""
    return os.open(path, (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | _BINARY | _NO_WAIT)


def write(handle: int, data: bytes | memoryview) -> int:
    """Write some of the bytes and return how many."""
    return os.write(handle, data)


def truncate(handle: int, size: int) -> None:
    """Cut a file off after `size` bytes."""
    os.ftruncate(handle, size)


def sync(handle: int) -> None:
    """Wait until the file's bytes are on the disk."""
    os.fsync(handle)


def close(handle: int) -> None:
    """Close a handle."""
    os.close(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk; do nothing if the system cannot sync folders (Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def rename(source: Path, target: Path) -> None:
    """Move a file to another name in one step, replacing any file of that name."""
    source.replace(target)


def link(source: Path, target: Path) -> None:
    """Give a file a second name; raise FileExistsError if that is in use."""
    os.link(source, target)


def remove(path: Path) -> None:
    """Delete a file."""
    path.unlink()


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Create one folder; raise FileExistsError if the name is in use."""
    folder.mkdir(mode)


def remove_folder(folder: Path) -> None:
    """Remove an empty folder."""
    folder.rmdir()


def set_mode(path: Path, mode: int) -> None:
    """Set the mode bits of a file."""
    path.chmod(mode)


def file_for_writing(handle: int) -> BinaryIO:
    """Return a file object that writes to a handle and closes it."""
    return os.fdopen(handle, "wb")


# --- reading ------------------------------------------------------------------------------------------
# What cannot be seen is never reported as absent: only the errors in _ABSENT mean that there is no file.


def open_handle(path: Path | str, *, follows: bool = True) -> int:
    """Open a file for reading and return its handle; `follows` a symbolic link at the end of the path."""
    return os.open(path, os.O_RDONLY | _BINARY | _NO_WAIT | (0 if follows else _NO_FOLLOW))


def read(handle: int, size: int) -> bytes:
    """Read up to `size` bytes."""
    return os.read(handle, size)


def file_of(handle: int, *, is_buffered: bool = True) -> BinaryIO:
    """Return a file object that reads from a handle and closes it."""
    return os.fdopen(handle, "rb") if is_buffered else os.fdopen(handle, "rb", buffering=0)


def status(path: Path | str) -> os.stat_result | None:
    """Return the status of a file, following links, None if there is none; raise OSError if it cannot be read."""
    return _none_if_absent(os.stat, path)


def link_status(path: Path | str) -> os.stat_result | None:
    """Return the status of a name without following links, None if unused; raise OSError if it cannot be read."""
    return _none_if_absent(os.lstat, path)


def names(folder: Path | str) -> list[str]:
    """Return the names in a folder, unordered."""
    return os.listdir(folder)  # noqa: PTH208  a Path each would double the time of 100,000 files


def entries(folder: Path | str) -> list[os.DirEntry[str]]:
    """Return the directory entries of a folder, unordered."""
    with os.scandir(folder) as found:
        return list(found)


def real(path: Path | str) -> str:
    """Return the path without symbolic links; its end need not exist.  Raise OSError if a link cannot be read."""
    if os.name == "nt":
        return os.path.realpath(path)
    try:
        return os.path.realpath(path, strict=True)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return os.path.realpath(path)


def is_below(root: Path, path: Path) -> bool:
    """Return whether a path begins with that of a folder and has no symbolic link below it.

    False means unknown: this is the quick answer for the usual case, a tenth of the time that two calls of `real` take.
    """
    depth, step = len(root.parts), str(root)
    if os.name == "nt" or path.parts[:depth] != root.parts or ".." in path.parts[depth:]:
        return False
    try:
        for name in path.parts[depth:]:
            step = f"{step}{os.sep}{name}"
            status = link_status(step)
            if status is None or stat.S_ISLNK(status.st_mode):
                return status is None
    except (OSError, ValueError):
        return False
    return True


def _none_if_absent(look: Callable[[Path | str], os.stat_result], path: Path | str) -> os.stat_result | None:
    """Return the result of `look`, or None if there is no such file; a name that no file can have is a ValueError."""
    try:
        return look(path)
    except ValueError:
        return None
    except OSError as error:
        if error.errno in _ABSENT or getattr(error, "winerror", None) in _ABSENT_ON_WINDOWS:
            return None
        raise

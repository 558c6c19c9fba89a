"""The system calls by which the store changes a disk, one function each: whatever is written goes through here.

They are called as `disk.write(…)`, so that one place sees, counts, refuses or interrupts them all.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)
_PROMPT = getattr(os, "O_NONBLOCK", 0)
"""Nobody is waited for where a pipe stands in the place of a file; files know no waiting."""

_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}


def create(path: Path) -> int:
    """A handle for writing on a file that must not be there yet; the umask decides its mode."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)


def open_end(path: Path) -> int:
    """A handle for writing at the end of a file, which is made where it is missing."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY | _PROMPT, 0o666)


def open_there(path: Path) -> int:
    """A handle on a file that is there, to sync it."""
    return os.open(path, (os.O_RDWR if os.name == "nt" else os.O_RDONLY) | _BINARY | _PROMPT)


def write(handle: int, data: bytes | memoryview) -> int:
    """Writes some of the bytes, and gives how many."""
    return os.write(handle, data)


def truncate(handle: int, size: int) -> None:
    """Cuts a file off after so many bytes."""
    os.ftruncate(handle, size)


def sync(handle: int) -> None:
    """Waits until the disk has the file's bytes."""
    os.fsync(handle)


def close(handle: int) -> None:
    """Gives a handle back."""
    os.close(handle)


def sync_folder(folder: Path) -> None:
    """Waits until the disk has the folder's names, where the system can do that (Windows cannot)."""
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
    """Puts a file in another's place, in one step."""
    source.replace(target)


def remove(path: Path) -> None:
    """Takes a file away."""
    path.unlink()


def make_folder(folder: Path) -> None:
    """Makes one folder; FileExistsError where something has its name."""
    folder.mkdir()


def set_mode(path: Path, mode: int) -> None:
    """Gives a file its mode bits."""
    path.chmod(mode)

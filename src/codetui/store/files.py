"""Bytes on disk: append, replace, read.  Each happens whole, or raises OSError and leaves what was there."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from pathlib import Path
from typing import NamedTuple

_BINARY = getattr(os, "O_BINARY", 0)
_NO_FOLDER_SYNC = {errno.EINVAL, errno.ENOTSUP, errno.EBADF}


def read(path: Path) -> bytes:
    """The bytes of a file."""
    return path.read_bytes()


def read_head(path: str, size: int) -> bytes:
    """The first `size` bytes of a file, at the price of three system calls."""
    handle = os.open(path, os.O_RDONLY | _BINARY)
    try:
        return os.read(handle, size)
    finally:
        os.close(handle)


class Stamp(NamedTuple):
    """Which file stands at a path (0 where none can be seen), and its bytes."""

    file: int
    size: int


def stamp(path: Path) -> Stamp:
    """What tells whether a file is the one that was seen before, or another in its place."""
    try:
        status = path.stat()
    except OSError:
        return Stamp(0, 0)
    return Stamp(status.st_ino, status.st_size)


class Version(NamedTuple):
    """What tells one version of a file from another: which file (0 for none), its bytes, when it was changed (ns)."""

    file: int = 0
    size: int = 0
    changed: int = 0


def version(path: Path) -> Version:
    """The version of the file that stands at a path."""
    try:
        status = path.stat()
    except OSError:
        return Version()
    return Version(status.st_ino or 1, status.st_size, status.st_mtime_ns)


def is_newer(path: Path, other: Path) -> bool:
    """Whether a file is there and was changed after another, or both at once."""
    try:
        return path.stat().st_mtime_ns >= other.stat().st_mtime_ns
    except FileNotFoundError:
        return False


def append(path: Path, data: bytes) -> None:
    """Add bytes at the end and wait until the disk has them; missing folders are made.

    What cannot be written and synced whole is cut off again: a refused command must not come back.
    """
    make_folder(path.parent)
    is_new = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | _BINARY, 0o666)
    try:
        size = os.fstat(handle).st_size
        try:
            write_all(handle, data)
            sync(handle)
            if is_new:
                sync_folder(path.parent)
        except OSError:
            with contextlib.suppress(OSError):
                if os.fstat(handle).st_size <= size + len(data):
                    os.ftruncate(handle, size)
            raise
    finally:
        os.close(handle)


class FileChangedError(OSError):
    """Somebody else has changed the file meanwhile."""


def replace(path: Path, data: bytes, *, durable: bool = True, seen: Version | None = None) -> Version:
    """Give a file other bytes: a reader sees the old ones or the new ones, never a mixture.  The version that came.

    Mode bits stay, a symbolic link stays one.  `durable` waits for the disk.  Raises FileChangedError where the file is
    not the one that was `seen`.
    """
    target = Path(os.path.realpath(path))
    make_folder(target.parent)
    temporary = target.parent / f".{target.name[:60]}.{secrets.token_hex(4)}.tmp"
    try:
        _write_new(temporary, data, mode=_mode_of(target), durable=durable)
        coming = version(temporary)
        if seen is not None and version(target) != seen:
            raise FileChangedError(errno.EBUSY, "somebody else has changed it a moment ago", str(target))
        rename(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    if durable:
        sync_folder(target.parent)
    return coming


def ends_with_newline(path: Path) -> bool:
    """Whether a line can be appended as it is: the file is absent, empty, or its last byte is a newline."""
    try:
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except FileNotFoundError:
        return True


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each entered in its parent on disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


# --- the operations that can fail, one function each ------------------------------------------------


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; the system may take fewer at a time."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def sync(handle: int) -> None:
    """Wait until the disk has the file."""
    os.fsync(handle)


def sync_folder(folder: Path) -> None:
    """Wait until the disk has the folder's names, where the system can do that (Windows cannot)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def rename(source: Path, target: Path) -> None:
    """Put a file in another's place; on Windows a virus scanner may hold it for a moment, so try again."""
    for pause in (0.01, 0.05, 0.2) if os.name == "nt" else ():
        try:
            source.replace(target)
            return
        except PermissionError:
            time.sleep(pause)
    source.replace(target)


def _mode_of(path: Path) -> int | None:
    """The mode bits of a file, None where there is none yet."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return None


def _write_new(path: Path, data: bytes, *, mode: int | None, durable: bool) -> None:
    """Write a file that must not be there yet; without a mode the umask decides."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        write_all(handle, data)
        if durable:
            sync(handle)
    finally:
        os.close(handle)
    if mode is not None:
        path.chmod(mode)

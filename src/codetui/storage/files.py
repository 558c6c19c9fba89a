"""Bytes on disk: append, replace, read.  Each happens whole, or raises OSError and leaves what was there."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from codetui.storage import disk, disk_reads, left_overs
from codetui.storage.boundaries import open_file

LARGEST = 1 << 30
"""Bytes of the largest file that is read whole; tables of ads are read row by row, and may be larger."""

TEMPORARY = ".tmp"

_entered: set[tuple[int, int]] = set()
"""Files and folders (device, number) whose names are known to be on disk: seen to by this process."""


def read(path: Path) -> bytes:
    """The bytes of a file; OSError where it is larger than any that this program reads whole."""
    with named(path), open_file(path, is_buffered=False) as file:
        if os.fstat(file.fileno()).st_size > LARGEST:
            raise OSError(errno.EFBIG, "is larger than 1 GB, which is never read whole", str(path))
        return file.read()


def read_head(path: str, size: int) -> bytes:
    """The first `size` bytes of a file, at the price of few system calls."""
    with open_file(path, is_buffered=False) as file:
        return file.read(size)


@contextlib.contextmanager
def named(path: Path | str) -> Iterator[None]:
    """An error of the disk that does not say which file it is about says so."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise


def stands(path: Path) -> bool:
    """Whether anything has this name, be it a link that leads nowhere.  Raises OSError where that cannot be seen."""
    return disk_reads.own_status(path) is not None


def is_there(path: Path) -> bool:
    """Whether a file or folder stands at a path.  Raises OSError where that cannot be seen."""
    return disk_reads.status(path) is not None


def is_folder(path: Path) -> bool:
    """Whether a folder stands at a path.  Raises OSError where that cannot be seen."""
    status = disk_reads.status(path)
    return status is not None and stat.S_ISDIR(status.st_mode)


def is_file(path: Path) -> bool:
    """Whether a file stands at a path.  Raises OSError where that cannot be seen."""
    status = disk_reads.status(path)
    return status is not None and stat.S_ISREG(status.st_mode)


def is_other(path: Path, data: bytes) -> bool:
    """Whether anything but these bytes stands at a path."""
    try:
        return read(path) != data
    except FileNotFoundError:
        return stands(path)


class Stamp(NamedTuple):
    """Which file stands at a path (0 for none), and its bytes."""

    file: int
    size: int


def stamp(path: Path) -> Stamp:
    """What tells whether a file is the one that was seen before, or another in its place.

    Raises OSError where that cannot be seen.
    """
    status = disk_reads.status(path)
    return Stamp(0, 0) if status is None else Stamp(status.st_ino or 1, status.st_size)


class Version(NamedTuple):
    """What tells one version of a file from another: which file (0 for none), its bytes, when it was changed (ns)."""

    file: int = 0
    size: int = 0
    changed: int = 0


def version(path: Path) -> Version:
    """The version of the file that stands at a path.  Raises OSError where that cannot be seen."""
    status = disk_reads.status(path)
    return Version() if status is None else Version(status.st_ino or 1, status.st_size, status.st_mtime_ns)


def changing(path: Path, seen: Version | None) -> Version | None:
    """The version of a file where it is another than the one that was seen; None also while it cannot be seen."""
    try:
        now = version(path)
    except OSError:
        return None
    return None if now == seen else now


def is_newer(path: Path, other: Path) -> bool:
    """Whether a file is there and was changed after another, or both at once."""
    one, two = disk_reads.status(path), disk_reads.status(other)
    return one is not None and two is not None and one.st_mtime_ns >= two.st_mtime_ns


def is_same(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file or folder, by whatever way; neither need be there, or be in sight."""
    try:
        return disk_reads.real(path) == disk_reads.real(other)
    except OSError:
        return path.absolute() == other.absolute()


def append(path: Path, data: bytes) -> None:
    """Add bytes at the end and wait until the disk has them and the file's name; missing folders are made.

    What cannot be written and synced whole is cut off again: a refused command must not come back.
    """
    make_folder(path.parent)
    left_overs.take_back(path)
    is_new = not is_there(path)
    handle = disk.open_end(path)
    try:
        status = os.fstat(handle)
        try:
            write_all(handle, data)
            disk.sync(handle)
            _enter(path, status, is_new=is_new)
        except OSError:
            left_overs.note(path, status.st_size, data)
            with contextlib.suppress(OSError):
                left_overs.take_back(path)
            raise
    finally:
        with contextlib.suppress(OSError):
            disk.close(handle)


def make_sure(path: Path) -> None:
    """Wait until the disk has a file as it stands, and its name: who was killed may have left it waiting.

    Nothing happens where there is no file, or where it cannot be synced.
    """
    with contextlib.suppress(OSError):
        handle = disk.open_there(path)
        try:
            disk.sync(handle)
            _enter(path, os.fstat(handle))
        finally:
            disk.close(handle)


class FileChangedError(OSError):
    """Somebody else has changed the file meanwhile."""


def replace(path: Path, data: bytes, *, durable: bool = True, seen: Version | None = None) -> Version:
    """Give a file other bytes: a reader sees the old ones or the new ones, never a mixture.  The version that came.

    Mode bits stay, a symbolic link stays one.  `durable` waits for the disk.  Raises FileChangedError where the file is
    not the one that was `seen`.
    """
    target = Path(disk_reads.real(path))
    make_folder(target.parent, durable=durable)
    temporary = target.parent / f".{target.name[:60]}.{secrets.token_hex(4)}{TEMPORARY}"
    try:
        _write_new(temporary, data, mode=_mode_of(target), durable=durable)
        coming = version(temporary)
        if seen is not None and version(target) != seen:
            raise FileChangedError(errno.EBUSY, "somebody else has changed it a moment ago", str(target))
        rename(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            remove(temporary)
        raise
    if durable:
        disk.sync_folder(target.parent)
    return coming


def make(path: Path, data: bytes) -> None:
    """Make a file with these bytes and wait until the disk has it; FileExistsError where there is one."""
    make_folder(path.parent)
    _write_new(path, data, mode=None, durable=True)
    disk.sync_folder(path.parent)


def ends_with_newline(path: Path) -> bool:
    """Whether a line can be appended as it is: the file is absent, empty, or its last byte is a newline."""
    try:
        with open_file(path) as file:
            if file.seek(0, os.SEEK_END) == 0:
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except FileNotFoundError:
        return True


def make_folder(folder: Path, *, durable: bool = True) -> None:
    """Make a folder and those above it; `durable` waits until the disk has all their names.

    A folder that is there may have been made by a program that was killed before the disk had its name.
    """
    status, is_new = disk_reads.status(folder), False
    if status is None:
        make_folder(folder.parent, durable=durable)
        with contextlib.suppress(FileExistsError):
            disk.make_folder(folder)
        status, is_new = folder.stat(), True
    if durable:
        _enter(folder, status, is_new=is_new)


def remove(path: Path) -> None:
    """Take a file away; nothing happens where there is none."""
    with contextlib.suppress(FileNotFoundError):
        disk.remove(path)


def _enter(path: Path, status: os.stat_result, *, is_new: bool = False) -> None:
    """See to it that the disk has the name of a file or folder and those of the folders above it, once a process.

    A name in a folder that the coder may not write in was there before.
    """
    key = status.st_dev, status.st_ino
    if key in _entered and not is_new:
        return
    folder = Path(disk_reads.real(path)).parent
    # Of a folder that cannot be seen nobody knows whether it may be written in.
    above = disk_reads.status(folder)
    if os.access(folder, os.W_OK):
        if folder != folder.parent and above is not None:
            _enter(folder, above)
        disk.sync_folder(folder)
    _entered.add(key)


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; the system may take fewer at a time."""
    left = memoryview(data)
    while left:
        left = left[disk.write(handle, left) :]


def rename(source: Path, target: Path) -> None:
    """Put a file in another's place; on Windows a virus scanner may hold it for a moment, so try again."""
    for pause in (0.01, 0.05, 0.2) if os.name == "nt" else ():
        try:
            disk.rename(source, target)
            return
        except PermissionError:
            time.sleep(pause)
    disk.rename(source, target)


def _mode_of(path: Path) -> int | None:
    """The mode bits of a file, None where there is none yet."""
    status = disk_reads.status(path)
    return None if status is None else stat.S_IMODE(status.st_mode)


def _write_new(path: Path, data: bytes, *, mode: int | None, durable: bool) -> None:
    """Write a file that must not be there yet, whole or not at all; without a mode the umask decides."""
    handle = disk.create(path)
    try:
        try:
            write_all(handle, data)
            if durable:
                disk.sync(handle)
        finally:
            disk.close(handle)
        if mode is not None:
            disk.set_mode(path, mode)
    except BaseException:
        with contextlib.suppress(OSError):
            disk.remove(path)
        raise

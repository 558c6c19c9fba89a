"""Read, append to and replace files: each operation happens completely, or raises OSError and changes nothing."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, TypeVar

from codetui.storage import disk

LARGEST = 1 << 30
"""Bytes of the largest file that is read whole; tables of sources are read row by row and may be larger."""

NOT_A_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EINVAL}
"""Errors of a path that leads to no file: nothing, a link that points nowhere, a folder, a pipe."""

LINK_HINT = "remove the link, and copy what it leads to, or merge those sessions with `codetui merge`"
"""Advice on a symbolic link in the sessions folder."""

T = TypeVar("T")


# --- reading ------------------------------------------------------------------------------------------


def open_regular(path: Path | str, *, is_buffered: bool = True) -> BinaryIO:
    """Open a file for reading; raise OSError if it is a folder, or a pipe or device, which might block."""
    handle = disk.open_handle(path)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "is a pipe or a device, not a file", str(path))
        return disk.file_of(handle, is_buffered=is_buffered)
    except BaseException:
        os.close(handle)
        raise


def read(path: Path | str) -> bytes:
    """Return the bytes of a file; raise OSError if it is larger than `LARGEST`."""
    with naming_file(path), open_regular(path, is_buffered=False) as file:
        if os.fstat(file.fileno()).st_size > LARGEST:
            raise OSError(errno.EFBIG, "is larger than 1 GB, which is too large to read", str(path))
        return file.read()


def read_head(path: str, size: int) -> bytes:
    """Return the first `size` bytes of a file, with few system calls."""
    with open_regular(path, is_buffered=False) as file:
        return file.read(size)


def none_if_gone(read: Callable[[], T]) -> T | None:
    """Return what `read` returns, or None if its path no longer leads to a file; raise OSError if it cannot be read."""
    try:
        return read()
    except OSError as error:
        if error.errno not in NOT_A_FILE:
            raise
        return None


@contextlib.contextmanager
def naming_file(path: Path | str) -> Iterator[None]:
    """Add the path to an OSError that does not name a file."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            error.filename = str(path)
        raise


def ends_with_newline(path: Path) -> bool:
    """Return whether a line can be appended directly: the file is absent, empty, or ends with a newline."""
    try:
        with open_regular(path) as file:
            if file.seek(0, os.SEEK_END) == 0:
                return True
            file.seek(-1, os.SEEK_END)
            return file.read(1) == b"\n"
    except FileNotFoundError:
        return True


# --- looking ------------------------------------------------------------------------------------------
# All of these raise OSError if the disk cannot answer.


def exists_or_link(path: Path) -> bool:
    """Return whether anything has this name, including a broken link."""
    return disk.link_status(path) is not None


def exists(path: Path) -> bool:
    """Return whether there is a file or folder at a path, following links."""
    return disk.status(path) is not None


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at a path."""
    return stat.S_ISDIR(_mode_of(path))


def is_file(path: Path) -> bool:
    """Return whether there is a regular file at a path."""
    return stat.S_ISREG(_mode_of(path))


def _mode_of(path: Path) -> int:
    """Return the mode of the file or folder at a path, 0 if there is none."""
    status = disk.status(path)
    return 0 if status is None else status.st_mode


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none if it is absent.  Raise OSError if it cannot be read."""
    try:
        return sorted(disk.names(folder))
    except (FileNotFoundError, NotADirectoryError):
        return []


def differs(path: Path, data: bytes) -> bool:
    """Return whether a path has anything but these bytes."""
    try:
        return read(path) != data
    except FileNotFoundError:
        return exists_or_link(path)


class Version(NamedTuple):
    """Identify a version of a file: its number (0 if there is none), size in bytes, time of change in ns."""

    file: int = 0
    size: int = 0
    changed: int = 0


def version(path: Path) -> Version:
    """Return the version of the file at a path."""
    status = disk.status(path)
    return Version() if status is None else Version(status.st_ino or 1, status.st_size, status.st_mtime_ns)


def changed_version(path: Path, seen: Version | None) -> Version | None:
    """Return a file's version if it is not the one `seen`, else None; also None while it cannot be read."""
    try:
        now = version(path)
    except OSError:
        return None
    return None if now == seen else now


def is_newer(path: Path, other: Path) -> bool:
    """Return whether a file exists and was changed no earlier than another."""
    one, two = disk.status(path), disk.status(other)
    return one is not None and two is not None and one.st_mtime_ns >= two.st_mtime_ns


def owner(path: Path) -> str:
    """Return the user to whom a file belongs; empty where the system does not name one. Raises OSError."""
    try:
        return path.owner()
    except (KeyError, NotImplementedError):
        return ""


def is_same_file(path: Path, other: Path) -> bool:
    """Return whether two paths lead to the same file or folder, which need not exist or be visible."""
    try:
        return disk.real(path) == disk.real(other)
    except OSError:
        return path.absolute() == other.absolute()


def require_inside(root: Path, path: Path, hint: str = LINK_HINT) -> Path:
    """Return the path; raise PermissionError with `hint` if symbolic links lead out of the folder `root`."""
    if disk.is_below(root, path):
        return path
    folder, real = disk.real(root), disk.real(path)
    if not Path(real).is_relative_to(folder):
        message = f"a symbolic link leads out of {root} to {real}, where nothing is written"
        raise PermissionError(errno.EACCES, f"{message}: {hint}", str(path))
    return path


# --- writing ------------------------------------------------------------------------------------------


class FileChangedError(OSError):
    """Raised if another program has changed the file meanwhile."""


def append(path: Path, data: bytes) -> None:
    """Append bytes and wait until they and the file's name are on the disk; create missing folders.

    If they cannot be written and synced completely they are cut off again, so that a refused command does not come
    back.
    """
    ensure_folder(path.parent)
    roll_back(path)
    is_new = not exists(path)
    handle = disk.open_end(path)
    try:
        status = os.fstat(handle)
        try:
            write_all(handle, data)
            disk.sync(handle)
            _fsync_parents(path, status, is_new=is_new)
        except OSError:
            remember_refused(path, status.st_size, data)
            with contextlib.suppress(OSError):
                roll_back(path)
            raise
    finally:
        with contextlib.suppress(OSError):
            disk.close(handle)


def replace(path: Path, data: bytes, *, durable: bool = True, seen: Version | None = None) -> Version:
    """Replace a file's bytes in one step and return its new version; readers never see a mixture.

    Mode bits stay, and a symbolic link stays one.  `durable` waits for the disk.  Raise FileChangedError if the file
    is not the version that was `seen`.
    """
    target = Path(disk.real(path))
    ensure_folder(target.parent, durable=durable)
    temporary = target.parent / f".{target.name[:60]}.{secrets.token_hex(4)}{TEMPORARY}"
    try:
        write_new(temporary, data, mode=stat.S_IMODE(_mode_of(target)), durable=durable)
        new_version = version(temporary)
        if seen is not None and version(target) != seen:
            raise FileChangedError(errno.EBUSY, "another program has changed it a moment ago", str(target))
        rename(temporary, target)
    except BaseException:
        with contextlib.suppress(OSError):
            remove(temporary)
        raise
    if durable:
        disk.sync_folder(target.parent)
    return new_version


def create(path: Path, data: bytes) -> None:
    """Create a file with these bytes and wait until it is on the disk; raise FileExistsError if it exists already."""
    ensure_folder(path.parent)
    write_new(path, data, durable=True)
    disk.sync_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a file if it exists."""
    with contextlib.suppress(FileNotFoundError):
        disk.remove(path)


def rename(source: Path, target: Path) -> None:
    """Move a file over another; retry for a short time, since another program may have it open for a moment.

    Office programs, sync services and virus scanners do, on Windows and on network drives.
    """
    for pause in PAUSES:
        try:
            disk.rename(source, target)
            return
        except OSError as error:
            if not (isinstance(error, PermissionError) or error.errno == errno.EBUSY):
                raise
            time.sleep(pause)
    try:
        disk.rename(source, target)
    except PermissionError as error:
        if os.name != "nt":
            raise
        what = "another program has it open: close it there"
        raise PermissionError(error.errno or errno.EACCES, what, str(target)) from error


def write_all(handle: int, data: bytes) -> None:
    """Write every byte; the system may accept fewer at a time."""
    left = memoryview(data)
    while left:
        left = left[disk.write(handle, left) :]


def write_new(path: Path, data: bytes, *, mode: int = 0, durable: bool) -> None:
    """Create a file with these bytes, or leave none behind; without a mode the umask decides."""
    handle = disk.create(path)
    try:
        try:
            write_all(handle, data)
            if durable:
                disk.sync(handle)
        finally:
            disk.close(handle)
        if mode:
            disk.set_mode(path, mode)
    except BaseException:
        with contextlib.suppress(OSError):
            disk.remove(path)
        raise


# --- durable names ------------------------------------------------------------------------------------
# A name is on disk only when its folder is synced.  Whoever created it may have been killed before that, so this
# process syncs every folder that it uses once, not only those that it created.

PRIVATE = 0o700
_durable_names: set[tuple[int, int]] = set()
"""Files and folders (device, number) whose names this process has synced."""


def ensure_folder(folder: Path, *, durable: bool = True) -> None:
    """Create a folder and its parents if missing; `durable` waits until all their names are on the disk."""
    status, is_new = disk.status(folder), False
    if status is None:
        ensure_folder(folder.parent, durable=durable)
        with contextlib.suppress(FileExistsError):
            disk.make_folder(folder)
        status, is_new = folder.stat(), True
    if durable:
        _fsync_parents(folder, status, is_new=is_new)


def require_own(folder: Path) -> Path:
    """Return a folder; raise PermissionError if it, or the target of a link with this name, is another user's."""
    if os.name != "nt":
        for status in (disk.link_status(folder), disk.status(folder)):
            if status is not None and status.st_uid != os.getuid():
                raise PermissionError(errno.EACCES, "belongs to another user, so nothing is kept there", str(folder))
    return folder


def ensure_private(folder: Path) -> Path:
    """Create a folder that only its user may enter, or restrict it; raise PermissionError if it is another user's."""
    if not exists_or_link(folder):
        ensure_folder(folder.parent)
        with contextlib.suppress(FileExistsError):
            disk.make_folder(folder, 0o700)
    status = disk.status(require_own(folder))
    if os.name != "nt" and status is not None and stat.S_IMODE(status.st_mode) != PRIVATE:
        disk.set_mode(folder, PRIVATE)
    return folder


def ensure_durable(path: Path) -> None:
    """Wait until a file's bytes and name are on the disk, which a killed program may have left pending.

    Do nothing if the file does not exist or cannot be synced.
    """
    with contextlib.suppress(OSError):
        handle = disk.open_there(path)
        try:
            disk.sync(handle)
            _fsync_parents(path, os.fstat(handle))
        finally:
            disk.close(handle)


def _fsync_parents(path: Path, status: os.stat_result, *, is_new: bool = False) -> None:
    """Sync the folders above a file or folder, once per process.

    A folder that is not writable is skipped: its names existed before.
    """
    key = status.st_dev, status.st_ino
    if key in _durable_names and not is_new:
        return
    folder = Path(disk.real(path)).parent
    # If the folder cannot be seen, whether it is writable is unknown: this raises.
    above = disk.status(folder)
    if os.access(folder, os.W_OK):
        if folder != folder.parent and above is not None:
            _fsync_parents(folder, above)
        disk.sync_folder(folder)
    _durable_names.add(key)


# --- refused bytes ------------------------------------------------------------------------------------
# A disk that refuses to sync appended bytes often refuses to truncate them, too.  They stay in the file although the
# append was reported as failed.  They are remembered, hidden from readers, and removed before the next append.


_refused: dict[Path, tuple[int, bytes]] = {}
"""By file, bytes whose append failed, after the offset at which they begin."""


def remember_refused(path: Path, size: int, data: bytes) -> None:
    """Remember that `data`, or a first part of it, may be in a file from byte `size` on."""
    _refused[path] = size, data


def without_refused(path: Path, data: bytes) -> bytes:
    """Return the contents `data` of a file without bytes whose append failed."""
    size, refused = _refused.get(path, (0, b""))
    end = data[size:]
    return data[:size] if end and refused.startswith(end) else data


def refused_bytes(path: Path) -> bytes:
    """Return the bytes whose append failed and that may still be in a file; empty if there are none."""
    return _refused.get(path, (0, b""))[1]


def roll_back(path: Path) -> None:
    """Remove bytes whose append failed from a file; raise OSError.

    If the file is absent they stay remembered: it may be on a removable disk that returns with them.
    """
    if path not in _refused:
        return
    with contextlib.suppress(FileNotFoundError):
        with open_regular(path) as file:
            data = file.read()
        kept = without_refused(path, data)
        if len(kept) < len(data):
            _truncate(path, len(kept))
        del _refused[path]


def roll_back_all() -> None:
    """Remove bytes whose append failed from all files that are writable again."""
    for path in list(_refused):
        with contextlib.suppress(OSError):
            roll_back(path)


def _truncate(path: Path, size: int) -> None:
    handle = disk.open_end(path)
    try:
        disk.truncate(handle, size)
        disk.sync(handle)
    finally:
        with contextlib.suppress(OSError):
            disk.close(handle)


# --- temporary files ----------------------------------------------------------------------------------

TEMPORARY = ".tmp"
PAUSES = 0.01, 0.05, 0.2
"""Seconds to wait before a file is moved again that another program holds."""

_OWN_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")
STALE_TEMPORARY = 3600.0
"""Seconds after which a temporary file is stale: writing takes milliseconds, but clocks of two machines may differ."""


def remove_stale_temporaries(folder: Path) -> None:
    """Delete temporary files that killed programs left in a folder, recognised by this program's names."""
    oldest = time.time() - STALE_TEMPORARY
    with contextlib.suppress(OSError):
        for entry in disk.entries(folder):
            if not _OWN_TEMPORARY.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and status.st_mtime < oldest:
                    disk.remove(Path(entry.path))

"""What the store will not touch: files beyond a study's folders, and what is no file."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from codetui.storage import disk_reads

T = TypeVar("T")
NO_FILE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.EISDIR, errno.EINVAL}
"""What is said of a place where no file stands: nothing, a link that leads nowhere, a folder, a pipe."""

SESSIONS = "name that folder with --sessions, or take the link away"
"""What to do about a link in the folder of the sessions."""


def inside(root: Path, path: Path, way_out: str = SESSIONS) -> Path:
    """The path itself; PermissionError where symbolic links lead out of the folder `root`."""
    folder, real = disk_reads.real(root), disk_reads.real(path)
    if not Path(real).is_relative_to(folder):
        message = f"a symbolic link leads out of {root} to {real}, where nothing is written"
        raise PermissionError(errno.EACCES, f"{message}: {way_out}", str(path))
    return path


def open_file(path: Path | str, *, is_buffered: bool = True) -> BinaryIO:
    """A file opened for reading; OSError where it is a folder, or a pipe or device, which might keep one waiting."""
    handle = disk_reads.open_handle(path)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "is a pipe or a device, not a file", str(path))
        return disk_reads.file_of(handle, is_buffered=is_buffered)
    except BaseException:
        os.close(handle)
        raise


def unless_gone(read: Callable[[], T]) -> T | None:
    """What is read at a place; None where no file stands there any more.  Raises OSError where it cannot be read."""
    try:
        return read()
    except OSError as error:
        if error.errno not in NO_FILE:
            raise
        return None

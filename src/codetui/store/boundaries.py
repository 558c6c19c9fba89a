"""What the store will not touch: files beyond a study's folders, and what is no file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

_HARMLESS_OPEN = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)


SESSIONS = "name that folder with --sessions, or take the link away"
"""What to do about a link in the folder of the sessions."""


def inside(root: Path, path: Path, way_out: str = SESSIONS) -> Path:
    """The path itself; PermissionError where symbolic links lead out of the folder `root`."""
    folder, real = os.path.realpath(root), os.path.realpath(path)
    if not Path(real).is_relative_to(folder):
        message = f"a symbolic link leads out of {root} to {real}, where nothing is written"
        raise PermissionError(errno.EACCES, f"{message}: {way_out}", str(path))
    return path


def open_file(path: Path | str) -> BinaryIO:
    """A file opened for reading; OSError where it is a folder, or a pipe or device, which might keep one waiting."""
    handle = os.open(path, _HARMLESS_OPEN)
    try:
        mode = os.fstat(handle).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, "is a folder, not a file", str(path))
        if not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, "is a pipe or a device, not a file", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise

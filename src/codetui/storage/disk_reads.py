"""The system calls by which the store looks at a disk, one function each: whatever is read goes through here.

What cannot be seen is never taken for absent: a name is absent where the disk answers that nothing has it.  They are
called as `disk_reads.status(…)`, so that one place sees, counts or refuses them all.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

_BINARY = getattr(os, "O_BINARY", 0)
_PROMPT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)

_NO_NAMES = (123, 1921)
"""What Windows says of a name that no file can have, and of a link that leads nowhere."""

_ABSENT = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
"""What a disk says of a name behind which nothing stands: a link that leads to itself leads nowhere."""


def open_handle(path: Path | str, *, follows: bool = True) -> int:
    """A handle for reading; a pipe or device keeps nobody waiting.  `follows` symbolic links at the end of the path."""
    return os.open(path, os.O_RDONLY | _BINARY | _PROMPT | (0 if follows else _NO_LINK))


def read(handle: int, size: int) -> bytes:
    """So many bytes, or fewer where the file ends."""
    return os.read(handle, size)


def file_of(handle: int, *, is_buffered: bool = True) -> BinaryIO:
    """The file behind a handle, which closes it."""
    return os.fdopen(handle, "rb") if is_buffered else os.fdopen(handle, "rb", buffering=0)


def status(path: Path | str) -> os.stat_result | None:
    """What stands at a path, behind all links; None where nothing does.  Raises OSError where that cannot be seen."""
    try:
        return os.stat(path)  # noqa: PTH116  the path may be a text
    except (OSError, ValueError) as error:
        if not _is_absent(error):
            raise
        return None


def own_status(path: Path | str) -> os.stat_result | None:
    """What has this name, be it a link; None where nothing does.  Raises OSError where that cannot be seen."""
    try:
        return os.lstat(path)
    except (OSError, ValueError) as error:
        if not _is_absent(error):
            raise
        return None


def names(folder: Path | str) -> list[str]:
    """The names in a folder, in no order."""
    return os.listdir(folder)  # noqa: PTH208  a Path each would double the time of 100,000 files


def entries(folder: Path | str) -> list[os.DirEntry[str]]:
    """What lies in a folder, in no order, as far as the folder itself says what it is."""
    with os.scandir(folder) as found:
        return list(found)


def real(path: Path | str) -> str:
    """The path without symbolic links; the end of it need not be there.  Raises OSError where a link cannot be seen."""
    if os.name == "nt":
        return os.path.realpath(path)
    try:
        return os.path.realpath(path, strict=True)
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return os.path.realpath(path)


def _is_absent(error: OSError | ValueError) -> bool:
    """Whether the disk says that nothing has the name; one that no file can have is a ValueError."""
    is_no_name = getattr(error, "winerror", None) in _NO_NAMES
    return not isinstance(error, OSError) or error.errno in _ABSENT or is_no_name

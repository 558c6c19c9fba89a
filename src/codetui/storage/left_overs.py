"""Lines that the disk refused and would not let go: they stand at the end of a file although nobody was told so.

A disk that fails at one operation often fails at the next, which would take the line away again.  It is taken away as
soon as the disk does that, before anything else is added; until then nobody reads it.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import NamedTuple

from codetui.storage import disk
from codetui.storage.boundaries import open_file


class LeftOver(NamedTuple):
    """The bytes of a refused line, and where in its file they begin."""

    size: int
    data: bytes


_left: dict[Path, LeftOver] = {}


def note(path: Path, size: int, data: bytes) -> None:
    """Remembers that `data`, or a part of it, may stand in a file from byte `size` on."""
    _left[path] = LeftOver(size, data)


def without(path: Path, data: bytes) -> bytes:
    """What a file says, from what stands in it."""
    left = _left.get(path)
    return data[: left.size] if left and _is_left(left, data) else data


def remains(path: Path) -> bytes:
    """The refused bytes that may stand in a file still; none where there are none."""
    left = _left.get(path)
    return left.data if left else b""


def take_back(path: Path) -> None:
    """Takes away what is left in a file; raises OSError.

    A file that is not there may be on a stick that was pulled out, and come back with what is left in it.
    """
    left = _left.get(path)
    if left is None:
        return
    with contextlib.suppress(FileNotFoundError):
        with open_file(path) as file:
            data = file.read()
        if _is_left(left, data):
            _cut(path, left.size)
        del _left[path]


def take_back_all() -> None:
    """Takes away what is left in any file, where the disk does that by now."""
    for path in list(_left):
        with contextlib.suppress(OSError):
            take_back(path)


def _is_left(left: LeftOver, data: bytes) -> bool:
    """Whether a file ends with a part of the refused bytes, at the place where they began: nothing else goes."""
    end = data[left.size :]
    return bool(end) and left.data.startswith(end)


def _cut(path: Path, size: int) -> None:
    handle = disk.open_end(path)
    try:
        disk.truncate(handle, size)
        disk.sync(handle)
    finally:
        with contextlib.suppress(OSError):
            disk.close(handle)

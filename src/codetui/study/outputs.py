"""Where the command line writes what it was asked for, and where it does not."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from codetui.storage import disk, fs
from codetui.storage.fs import require_inside
from codetui.study.study_parts import complain

STDOUT = "-"
WAY_OUT = "name the place with -o, or take the link away"


def chosen(output: str | None, default: str) -> str:
    """What `-o` names, else the default, which is never a link that leads out of this folder; PermissionError there."""
    if output:
        return output
    require_inside(Path(), Path(default), WAY_OUT)
    return default


def is_in_the_way(target: str | Path, *, force: bool) -> bool:
    """Whether something stands where a file would go: a folder in any case, else what --force would overwrite."""
    if fs.is_folder(Path(target)):
        return True
    return not force and fs.exists_or_link(Path(target)) and not _is_device(Path(target))


def write(target: str | Path, data: bytes) -> None:
    """Puts bytes into a file; a device or a pipe takes them and stays what it is, as `/dev/null` must."""
    if not _is_device(Path(target)):
        fs.replace(Path(target), data)
        return
    handle = disk.open_end(Path(target))
    try:
        if os.name != "nt":
            # Whoever reads a pipe may take their time.
            os.set_blocking(handle, True)
        fs.write_all(handle, data)
    finally:
        disk.close(handle)


def _is_device(target: Path) -> bool:
    status = disk.status(target)
    return status is not None and not S_ISREG(status.st_mode) and not S_ISDIR(status.st_mode)


def refuse(target: str | Path) -> int:
    """Says that something stands where the output would go; the exit code."""
    if fs.is_folder(Path(target)):
        return complain(f"{target} is a folder; name a file with -o.")
    return complain(f"{target} is there already; --force overwrites it, -o names another place.")


def below(folder: str, path: Path) -> Path:
    """A file in a folder that is written to; PermissionError where a link in that folder leads out of it."""
    return require_inside(Path(folder), Path(folder) / path, WAY_OUT)

"""Files that appear complete or not at all: written beside their targets, and moved over them at the end."""

from __future__ import annotations

import filecmp
import os
import secrets
import stat
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from codetui.storage import disk, fs

LINK_REMEDY = "name the output with -o, or remove the link"
CHUNK = 1 << 20


class OutputFiles:
    """The files of one output: one file, several below a folder, or none that has a name yet.

    Use it as a context manager. Without `publish` nothing is left of it, not even new folders.
    """

    def __init__(
        self, target: Path | None, *, is_folder: bool = False, check: Callable[[Path], None] = lambda _: None
    ) -> None:
        """Write to `target`, or to an unnamed file for `chunks`; `check` raises if a folder must not be written to."""
        self._target = target
        self._is_folder = is_folder
        self._check = check
        self._one: BinaryIO | None = None
        self._temporaries: dict[Path, Path] = {}
        self._folders: dict[Path, None] = {}
        self._checked: set[Path] = set()

    def __enter__(self) -> OutputFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._close()
        for temporary in self._temporaries.values():
            with suppress(OSError):
                fs.remove(temporary)
        if self._temporaries:
            for folder in reversed(self._folders):
                with suppress(OSError):
                    disk.remove_folder(folder)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """Open a file by its path below the folder; if the output is one file, continue it behind an empty line.

        Raises OSError, also if a link inside the folder leads out of it.
        """
        if not self._is_folder:
            if self._one is None:
                self._one = self._create(self._target)
            elif self._one.tell():
                self._one.write(b"\n")
            yield self._one
            return
        folder = self._target or Path()
        with self._create(fs.require_inside(folder, folder / name, LINK_REMEDY)) as file:
            yield file
            _sync(file)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes of an output without a name."""
        if self._one is not None:
            self._one.flush()
            self._one.seek(0)
            while chunk := self._one.read(CHUNK):
                yield chunk

    @property
    def targets(self) -> Collection[Path]:
        """The files to be written that are not at their places yet."""
        return self._temporaries.keys()

    def different(self) -> Path | None:
        """Return the first target that exists with other bytes than those to be moved there; None if none does."""
        self._close()
        for target, temporary in self._temporaries.items():
            if fs.exists_or_link(target) and not (fs.is_file(target) and filecmp.cmp(target, temporary, shallow=False)):
                return target
        return None

    def publish(self) -> dict[Path, int]:
        """Move all files to their targets, and return their sizes in bytes.  Raises OSError."""
        if self._target is not None and is_device(self._target):
            send(self._target, self.chunks())
            return {}
        self._close()
        sizes: dict[Path, int] = {}
        for target, temporary in list(self._temporaries.items()):
            sizes[target] = fs.version(temporary).size
            fs.rename(temporary, temporary.parent / Path(disk.real(target)).name)
            del self._temporaries[target]
        for folder in dict.fromkeys(Path(disk.real(target)).parent for target in sizes):
            disk.sync_folder(folder)
        return sizes

    def _create(self, target: Path | None) -> BinaryIO:
        if target is None or is_device(target):
            return tempfile.TemporaryFile()
        if target.parent not in self._checked:
            self._check(target.parent)
            self._checked.add(target.parent)
        real = Path(disk.real(target))
        self._ensure(real.parent)
        temporary = real.parent / f".{real.name[:60]}.{secrets.token_hex(4)}{fs.TEMPORARY}"
        file = disk.file_for_writing(disk.create(temporary))
        self._temporaries[target] = temporary
        if fs.is_file(real):
            disk.set_mode(temporary, stat.S_IMODE(real.stat().st_mode))
        return file

    def _ensure(self, folder: Path) -> None:
        """Create a folder, and remember the folders that are new."""
        new = [one for one in (folder, *folder.parents) if not fs.exists(one)]
        self._folders |= dict.fromkeys(reversed(new))
        fs.ensure_folder(folder)

    def _close(self) -> None:
        if self._one is not None and not self._one.closed:
            with self._one:
                _sync(self._one)


def _sync(file: BinaryIO) -> None:
    file.flush()
    disk.sync(file.fileno())


def is_device(path: Path) -> bool:
    """Return whether a path is a pipe or a device, which is written to instead of being replaced."""
    status = disk.status(path)
    return status is not None and not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode)


def send(path: Path, chunks: Iterable[bytes]) -> None:
    """Write bytes to a pipe or a device."""
    with fs.naming_file(path):
        handle = disk.open_end(path)
        try:
            if os.name != "nt":
                # The reader of a pipe may be slow.
                os.set_blocking(handle, True)
            for chunk in chunks:
                fs.write_all(handle, chunk)
        finally:
            disk.close(handle)

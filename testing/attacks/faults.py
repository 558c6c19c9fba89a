"""Hooks between `storage` and the disk: each operation that changes or reads it can be counted and made to fail."""

from __future__ import annotations

import errno
import io
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from codetui.storage import disk

Operation = Callable[..., object]
Hook = Callable[[str, Operation, tuple[object, ...]], object]

ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES", "EINTR", "EDQUOT", "ENODEV", "ENOTCONN")
"""A disk that is full, broken or read-only, missing rights, a signal, a quota, a stick or share that is gone."""


READ_ERRORS = ("EIO", "EACCES", "ESTALE", "ENOTCONN", "EINTR", "ENODEV")
"""A broken disk, missing rights, a share whose file or server is gone, a signal, a stick that is gone."""


READS = ("open_handle", "read", "file_of", "status", "link_status", "names", "entries", "real")
WRITES = tuple(
    name
    for name, each in vars(disk).items()
    if callable(each) and each.__module__ == disk.__name__ and not name.startswith("_") and name not in READS
)
"""The functions of `codetui.storage.disk` that read the disk, and those that change it."""


@contextmanager
def interposed(hook: Hook, names: Sequence[str] = WRITES) -> Iterator[None]:
    """Route these functions of `codetui.storage.disk` through `hook(name, operation, arguments)`."""
    real: dict[str, Operation] = {name: getattr(disk, name) for name in names}

    def through(name: str, *arguments: object, **options: object) -> object:
        return hook(name, partial(real[name], **options) if options else real[name], arguments)

    for name in real:
        setattr(disk, name, partial(through, name))
    try:
        yield
    finally:
        for name, operation in real.items():
            setattr(disk, name, operation)


class Counter:
    """Counts operations and changes none."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """Count an operation."""
        self.count += 1
        return operation(*arguments)


class Killer:
    """Kills its own process at the operation `at`, from 1: "before" it, "after" it, or "half" way through a write."""

    def __init__(self, at: int, moment: str) -> None:
        self._left = at
        self._moment = moment

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """Execute the operation, or die."""
        self._left -= 1
        if self._left:
            return operation(*arguments)
        try:
            if self._moment == "after":
                operation(*arguments)
            elif self._moment == "half" and name == "write":
                operation(*halved(arguments))
        finally:
            # Also where the operation fails by itself, as making a folder that is there.
            os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError("a killed process goes on")


class FailingDisk:
    """Fails the operation `at`, from 1, and with `lasts` all later ones until it is repaired.

    A refused write leaves half of its bytes behind.
    """

    def __init__(self, at: int, error: str, *, lasts: bool) -> None:
        self._left = at
        self._code = getattr(errno, error)
        self._lasts = lasts
        self._is_healed = False
        self.refused: list[str] = []

    def heal(self) -> None:
        """Make all operations work again."""
        self._is_healed = True

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """Execute the operation, or raise OSError."""
        self._left -= 1
        is_hit = self._left <= 0 if self._lasts else self._left == 0
        if self._is_healed or not is_hit:
            return operation(*arguments)
        self.refused.append(name)
        if name == "write":
            operation(*halved(arguments))
        if name == "close":
            operation(*arguments)
        raise OSError(self._code, os.strerror(self._code))


class FailingReads:
    """Fails the read `at`, from 1, and with `lasts` all later ones.

    A refused file can be opened but not read. While it `rests` everything is readable, and nothing is counted.
    """

    def __init__(self, at: int, error: str, *, lasts: bool) -> None:
        self._at = at
        self.code = getattr(errno, error)
        self._lasts = lasts
        self.rests = False
        self.looks = 0
        self.refused: list[str] = []

    @property
    def message(self) -> str:
        """Return the system's words for the error."""
        return os.strerror(self.code)

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """Execute the read, or raise OSError."""
        if self.rests:
            return operation(*arguments)
        self.looks += 1
        if not (self.looks >= self._at if self._lasts else self.looks == self._at):
            return operation(*arguments)
        self.refused.append(name)
        if name == "file_of" and self.code != errno.EINTR:  # Python would read on for ever after that.
            file = operation(*arguments)
            assert isinstance(file, io.IOBase)
            return io.BufferedReader(_Unreadable(file, self.code))
        of = arguments[0] if isinstance(arguments[0], str | Path) else None
        raise OSError(self.code, os.strerror(self.code), *([str(of)] if of is not None else []))


class _Unreadable(io.RawIOBase):
    """An open file whose reads fail."""

    def __init__(self, file: io.IOBase, code: int) -> None:
        self._file = file
        self._code = code

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Seek as the file does."""
        return self._file.seek(offset, whence)

    def fileno(self) -> int:
        """Return the file's handle."""
        return self._file.fileno()

    def readinto(self, _: object) -> int:
        """Raise OSError."""
        raise OSError(self._code, os.strerror(self._code))

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


class RemovedStick:
    """Removes a folder before the operation `at`, as if it were on a removable disk; nothing can be created there."""

    def __init__(self, at: int, folder: Path) -> None:
        self._left = at
        self._folder = folder
        self._pocket = folder.with_name("pocket")
        self.refused: list[str] = []

    def heal(self) -> None:
        """Put the removable disk back."""
        if self._pocket.exists():
            self._pocket.rename(self._folder)

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """Execute the operation, which fails by itself where it needs the folder."""
        self._left -= 1
        if self._left == 0 and self._folder.exists():
            self._folder.rename(self._pocket)
        if name == "make_folder" and arguments[0] == self._folder and self._pocket.exists():
            self.refused.append(name)
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return operation(*arguments)


def halved(arguments: tuple[object, ...]) -> tuple[object, ...]:
    """Return the arguments for writing half the bytes."""
    handle, data = arguments
    assert isinstance(data, bytes | memoryview)
    return handle, bytes(data[: len(data) // 2])

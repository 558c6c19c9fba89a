"""Between the store and the disk: every operation that changes the disk is seen, and can be harmed."""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from codetui.store import disk

Operation = Callable[..., object]
Hook = Callable[[str, Operation, tuple[object, ...]], object]

OPERATIONS = tuple(name for name, each in vars(disk).items() if callable(each) and each.__module__ == disk.__name__)
"""The names of all functions in `codetui.store.disk`."""

ERRORS = ("ENOSPC", "EIO", "EROFS", "EACCES", "EINTR", "EDQUOT", "ENODEV", "ENOTCONN")
"""A full disk, a broken one, one mounted for reading, rights, a signal, a quota, a stick or a share that is gone."""


@contextmanager
def interposed(hook: Hook) -> Iterator[None]:
    """All operations on the disk go through `hook(name, operation, arguments)` meanwhile."""
    real: dict[str, Operation] = {name: getattr(disk, name) for name in OPERATIONS}

    def through(name: str, *arguments: object) -> object:
        return hook(name, real[name], arguments)

    for name in OPERATIONS:
        setattr(disk, name, partial(through, name))
    try:
        yield
    finally:
        for name, operation in real.items():
            setattr(disk, name, operation)


class Counter:
    """Counts operations and does nothing to them."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, _name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """One operation more."""
        self.count += 1
        return operation(*arguments)


class Killer:
    """Kills its own process at the operation `at`, from 1: "before" it, "after" it, or "half" way through a write."""

    def __init__(self, at: int, moment: str) -> None:
        self._left = at
        self._moment = moment

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """The operation, or the end."""
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
    """Refuses the operation `at`, from 1, and with `lasts` all that follow until it is healed.

    A refused write leaves half of its bytes behind.
    """

    def __init__(self, at: int, error: str, *, lasts: bool) -> None:
        self._left = at
        self._code = getattr(errno, error)
        self._lasts = lasts
        self._is_healed = False
        self.refused: list[str] = []

    def heal(self) -> None:
        """All works again."""
        self._is_healed = True

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """The operation, or an OSError."""
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


class RemovedStick:
    """Takes a folder away before the operation `at`, as if it were on a stick; nothing can be made in its place."""

    def __init__(self, at: int, folder: Path) -> None:
        self._left = at
        self._folder = folder
        self._pocket = folder.with_name("pocket")
        self.refused: list[str] = []

    def heal(self) -> None:
        """The stick is put back."""
        if self._pocket.exists():
            self._pocket.rename(self._folder)

    def __call__(self, name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        """The operation, which fails by itself where it needs the folder."""
        self._left -= 1
        if self._left == 0 and self._folder.exists():
            self._folder.rename(self._pocket)
        if name == "make_folder" and arguments[0] == self._folder and self._pocket.exists():
            self.refused.append(name)
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return operation(*arguments)


def halved(arguments: tuple[object, ...]) -> tuple[object, ...]:
    """The arguments of a write of half the bytes."""
    handle, data = arguments
    assert isinstance(data, bytes | memoryview)
    return handle, bytes(data[: len(data) // 2])

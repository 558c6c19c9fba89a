"""One program at a time: a lock file beside the file that is to be changed, which says who holds it.

It works between programs on one machine and on shared folders, since a file is made once on every file system.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from codetui.storage import disk, fs

PATIENCE = 10.0
"""Seconds that one waits for another program."""

LONGEST_HOLD = 60.0
"""Seconds after which a lock is a left-over whoever made it: a change takes thousandths of a second."""

LONGEST_MAKING = 5.0
"""Seconds that a lock may stand without its owner's name, which is written right after it is made."""

_held: set[str] = set()
"""The owners whose locks this process holds."""

PAUSE = 0.004, 0.020
"""Seconds between two tries, from the shortest pause to the longest."""


class FileLock:
    """The lock on one file while it is held; `is_held` turns False when another program has taken it away."""

    def __init__(self, path: Path) -> None:
        """The lock on `path`, which is not held yet."""
        self.path = path
        self.file = path.with_name(f".{path.name}.lock")
        self._owner = f"{os.getpid()} {socket.gethostname()} {secrets.token_hex(8)}"
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether the lock file still names this owner.  Raises OSError where it cannot be read."""
        try:
            return fs.read(self.file) == self._owner.encode("utf-8")
        except FileNotFoundError:
            return False

    def take(self, patience: float = PATIENCE) -> None:
        """Waits until the lock is free and takes it; raises OSError where it cannot, or the other does not let go."""
        until = time.monotonic() + patience
        while not self._is_made():
            owner = _owner_of(self.file)
            if owner is not None and (_is_forgotten(owner) or _is_left_over(self.file, owner)):
                self._remove_left_over(owner)
            elif time.monotonic() > until:
                raise OSError(errno.EBUSY, self._busy(owner), str(self.path))
            else:
                time.sleep(PAUSE[0] + (PAUSE[1] - PAUSE[0]) * secrets.randbelow(100) / 100)

    def release(self) -> None:
        """Lets go, unless somebody else holds it by now."""
        is_held = False
        # One that cannot be read may be another's by now: it stays.  What was done under it is done.
        with contextlib.suppress(OSError):
            is_held = self.is_held
        _held.discard(self._owner)
        with contextlib.suppress(OSError):
            if self._handle is not None:
                disk.close(self._handle)
                self._handle = None
            if is_held:
                disk.remove(self.file)

    def _is_made(self) -> bool:
        """Whether the lock file could be made, which only one program can.

        On Windows it stays open, so that nobody can delete it while its owner lives.
        """
        try:
            handle = _create(self.file)
        except OSError as error:
            what = f"no lock can be made beside it ({error.strerror}); make its folder writable"
            raise OSError(error.errno, what, str(self.path)) from error
        if handle is None:
            return False
        _held.add(self._owner)
        try:
            fs.write_all(handle, self._owner.encode("utf-8"))
        except OSError:
            _held.discard(self._owner)
            with contextlib.suppress(OSError):
                disk.close(handle)
                disk.remove(self.file)
            raise
        if os.name == "nt":
            self._handle = handle
        else:
            with contextlib.suppress(OSError):
                disk.close(handle)
        return True

    def _remove_left_over(self, owner: str) -> None:
        """Deletes the lock of an owner who is gone, unless another program has done so and holds its own by now."""
        guard = self.file.with_suffix(".breaking")
        handle = _create(guard)
        if handle is None:
            if _age(guard) > LONGEST_MAKING:
                with contextlib.suppress(OSError):
                    disk.remove(guard)
            time.sleep(PAUSE[0])
            return
        disk.close(handle)
        try:
            if _owner_of(self.file) == owner:
                with contextlib.suppress(FileNotFoundError, PermissionError):
                    disk.remove(self.file)
        finally:
            with contextlib.suppress(OSError):
                disk.remove(guard)
        time.sleep(PAUSE[0])

    def _busy(self, owner: str | None) -> str:
        pid, host, _ = ((owner or "").split() + ["?"] * 3)[:3]
        who = f"another program (process {pid} on {host}) is changing it"
        return f"{who}; try again, or delete {self.file} if that program is gone"


@contextlib.contextmanager
def locked(path: Path, patience: float = PATIENCE) -> Iterator[FileLock]:
    """The lock on `path`, held as long as the block runs; raises OSError where it cannot be had."""
    lock = FileLock(path)
    lock.take(patience)
    try:
        yield lock
    finally:
        lock.release()


def _create(path: Path) -> int | None:
    """A handle on a new file; None where it is there already, or (on Windows) is just being deleted."""
    try:
        return disk.create(path)
    except FileExistsError:
        return None
    except PermissionError:
        if os.name == "nt" and fs.exists(path):
            return None
        raise


def _owner_of(path: Path) -> str | None:
    """Who holds a lock: process, machine and a number; empty while it is being made, None where there is none."""
    try:
        return fs.read(path).decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    except PermissionError:
        return ""


def _is_forgotten(owner: str) -> bool:
    """Whether a lock is this program's own and was let go, although the disk would not delete it."""
    return owner.startswith(f"{os.getpid()} {socket.gethostname()} ") and owner not in _held


def _is_left_over(path: Path, owner: str) -> bool:
    """Whether the owner of a lock is gone, or holds it for longer than any change takes."""
    age = _age(path)
    pid, _, rest = owner.partition(" ")
    host = rest.partition(" ")[0]
    if not host or not pid.isdecimal():
        return age > LONGEST_MAKING
    if age > LONGEST_HOLD:
        return True
    return host == socket.gethostname() and not _is_running(int(pid))


def _is_running(pid: int) -> bool:
    """Whether a process of this machine is there.  On Windows nobody knows: deleting the lock fails while it is."""
    if os.name == "nt":
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _age(path: Path) -> float:
    """The seconds since a file was changed; 0 where it is gone, or cannot be seen."""
    try:
        status = disk.status(path)
    except OSError:
        return 0.0
    return 0.0 if status is None else time.time() - status.st_mtime

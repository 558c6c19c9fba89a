"""Who codes an ad as one coder just now: a file beside the log, which says so to every other program.

It keeps nobody from anything by itself: logs of one session may be brought together in any order.  It lets people know
of each other.  A lock is left over when its process is gone (on this machine) or its heart has stopped (on any other).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import threading
import time
from pathlib import Path

from codetui.storage import disk, fs
from codetui.storage.holders import Holder, holder_from, is_gone, line_of, myself

HEARTBEAT = 10.0
"""Seconds between two signs of life: the file's time is set by the folder's own clock."""

STALE_AFTER = 120.0
"""Seconds without a sign of life after which a holder elsewhere is gone: NFS shows a file's time up to 60 s late, a
sync client some 30 s, and a heartbeat is 10 s old at most."""

LONGEST_MAKING = 5.0
"""Seconds that a lock may stand without its holder's name, which is written right after it is made."""

LONGEST_LINE = 4096
"""Bytes that are read of a lock: more is no lock of codetui's."""

UNKNOWN = Holder("somebody", "", 0, "", "")
"""Who has a lock that names nobody yet."""


def unreadable(error: OSError) -> Holder:
    """Who has a lock that cannot be read just now."""
    return Holder(f"somebody whose lock cannot be read ({error.strerror or error})", "", 0, "", "")


_let_go: dict[Path, str] = {}
"""Locks that this process has let go while the disk would not take them away, and the tokens in them."""


class UnreadableLockError(OSError):
    """The lock that this program has made cannot be read just now: nobody knows whether another one has it."""


class SessionLock:
    """The lock on the session with this log, as one program sees it; `token` tells it from all other programs."""

    def __init__(self, log: Path, token: str = "") -> None:
        self.file = log.with_name(f".{log.name}.lock")
        self._token = token or secrets.token_hex(8)
        self._stop: threading.Event | None = None
        self._watched: tuple[int, int] | None = None
        self._watched_since = self._age_then = 0.0

    # --- looking ----------------------------------------------------------------------------------

    def other(self) -> Holder | None:
        """The other program that has the session; None where nobody has it, or one that is gone.

        Of a lock that cannot be read somebody has it, until no sign of life has been seen for long; this program, if it
        has made it.
        """
        _take_away()
        try:
            status = disk.link_status(self.file)
        except OSError as error:
            return self._unless_held(error)
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        try:
            holder = _named_in(self.file)
        except FileNotFoundError:
            return None
        except OSError as error:
            return None if self._is_silent(status, STALE_AFTER) else self._unless_held(error)
        if holder is None:
            return None if self._is_silent(status, LONGEST_MAKING) else UNKNOWN
        if holder.token == self._token:
            return None
        return None if self._is_left_over(holder, status) else holder

    @property
    def is_mine(self) -> bool:
        """Whether the lock names this program; one that cannot be read does not."""
        try:
            return self._names_me()
        except OSError:
            return False

    def _names_me(self) -> bool:
        holder = _named_in(self.file)
        return holder is not None and holder.token == self._token

    def _unless_held(self, error: OSError) -> Holder | None:
        """Who has a lock that cannot be read."""
        return unreadable(error) if self._stop is None else None

    def _is_left_over(self, holder: Holder, status: os.stat_result) -> bool:
        gone = is_gone(holder)
        return gone if gone is not None else self._is_silent(status, STALE_AFTER)

    def _is_silent(self, status: os.stat_result, seconds: float) -> bool:
        """Whether the lock has not changed for longer than that: by the clock of the folder, or while we looked on.

        The latter finds out a lock whose time lies in the future.
        """
        seen, now = (status.st_ino, status.st_mtime_ns), time.monotonic()
        if seen != self._watched:
            self._watched, self._watched_since, self._age_then = seen, now, max(self._age(status), 0.0)
        return now - self._watched_since + self._age_then > seconds

    def _age(self, status: os.stat_result) -> float:
        """The seconds since the lock's last sign of life, by the clock of the folder that it is in."""
        probe = self.file.with_name(f"{self.file.name}.{self._token[:8]}.now")
        try:
            handle = disk.create(probe)
            try:
                now = os.fstat(handle).st_mtime
            finally:
                disk.close(handle)
                disk.remove(probe)
        except OSError:
            now = time.time()
        return now - status.st_mtime

    # --- having -----------------------------------------------------------------------------------

    def claim(self) -> Holder | None:
        """Takes the lock if nobody has it; the other program that has it, None once it is this one's.

        Raises OSError where no lock can be made, UnreadableLockError where it was made and cannot be read.
        """
        if self._is_known_as_mine():
            self._begin_to_beat()
            return None
        other = self.other()
        if other is None:
            self._make()
        return other

    def _is_known_as_mine(self) -> bool:
        try:
            return self._names_me()
        except FileNotFoundError:
            return False
        except OSError as error:
            if self._stop is None:
                return False
            raise UnreadableLockError(error.errno, error.strerror, str(self.file)) from error

    def take_over(self) -> None:
        """Takes the lock, whoever has it: they find out at their next command.  Raises OSError."""
        if not self.is_mine:
            self._replace()
            self._begin_to_beat()

    def release(self) -> None:
        """Lets go, unless another program has it by now."""
        if self._stop is None:
            return
        self._stop.set()
        self._stop = None
        _let_go[self.file] = self._token
        _take_away()

    def _make(self) -> None:
        try:
            self._write(self.file)
        except FileExistsError:
            self._replace()
        except FileNotFoundError:
            fs.ensure_folder(self.file.parent)
            self._write(self.file)
        self._begin_to_beat()

    def _replace(self) -> None:
        """Puts this program's name in the place of whatever stands there; never follows a symbolic link."""
        temporary = self.file.with_name(f"{self.file.name}.{self._token[:8]}.tmp")
        with contextlib.suppress(FileNotFoundError):
            disk.remove(temporary)
        self._write(temporary)
        try:
            disk.rename(temporary, self.file)
        except OSError:
            disk.remove(temporary)
            raise

    def _write(self, path: Path) -> None:
        """Makes a file that names this program, whole or not at all."""
        handle = disk.create(path)
        try:
            disk.write(handle, line_of(myself(self._token)))
        except OSError:
            disk.remove(path)
            raise
        finally:
            disk.close(handle)

    def _begin_to_beat(self) -> None:
        """Gives signs of life from now on, whatever else the program is busy with."""
        _let_go.pop(self.file, None)
        if self._stop is None:
            self._stop = threading.Event()
            threading.Thread(target=self._beat, args=(self._stop,), name="sign of life", daemon=True).start()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT):
            if self.is_mine:
                with contextlib.suppress(OSError):
                    os.utime(self.file)


def _named_in(file: Path) -> Holder | None:
    """Whom a lock names; None where it names nobody.  Raises OSError."""
    handle = disk.open_handle(file, follows=False)
    try:
        return holder_from(disk.read(handle, LONGEST_LINE))
    finally:
        os.close(handle)


def _take_away() -> None:
    """Takes away the locks that this process has let go, unless another program has them by now.

    One that the disk keeps, or does not show, goes later: the process lives, so others would wait for it.
    """
    for file, token in list(_let_go.items()):
        with contextlib.suppress(OSError):
            with contextlib.suppress(FileNotFoundError):
                holder = _named_in(file)
                if holder is not None and holder.token == token:
                    disk.remove(file)
            _let_go.pop(file, None)

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

from codetui.store import disk, files
from codetui.store.holders import Holder, holder_from, is_gone, line_of, myself

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
        """The other program that has the session; None where nobody has it, or one that is gone."""
        try:
            status = os.lstat(self.file)
        except OSError:
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        holder = self._read()
        if holder is None:
            return None if self._is_silent(status, LONGEST_MAKING) else UNKNOWN
        if holder.token == self._token:
            return None
        return None if self._is_left_over(holder, status) else holder

    @property
    def is_mine(self) -> bool:
        """Whether the lock names this program."""
        holder = self._read()
        return holder is not None and holder.token == self._token

    def _read(self) -> Holder | None:
        """Whom the lock names; None where it names nobody."""
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(self.file, flags)
        except OSError:
            return None
        try:
            return holder_from(os.read(handle, LONGEST_LINE))
        except OSError:
            return None
        finally:
            os.close(handle)

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

        Raises OSError where no lock can be made.
        """
        if self.is_mine:
            return None
        other = self.other()
        if other is None:
            self._make()
        return other

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
        if self.is_mine:
            with contextlib.suppress(OSError):
                disk.remove(self.file)

    def _make(self) -> None:
        try:
            self._write(self.file)
        except FileExistsError:
            self._replace()
        except FileNotFoundError:
            files.make_folder(self.file.parent)
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
        if self._stop is None:
            self._stop = threading.Event()
            threading.Thread(target=self._beat, args=(self._stop,), name="sign of life", daemon=True).start()

    def _beat(self, stop: threading.Event) -> None:
        while not stop.wait(HEARTBEAT):
            if self.is_mine:
                with contextlib.suppress(OSError):
                    os.utime(self.file)

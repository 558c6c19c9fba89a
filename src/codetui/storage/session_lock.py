"""Lock a session: a file beside its log names the program that is coding in it.

The lock is advisory, since logs of one session can be merged in any order: it shows other programs who is coding. It is
stale when its process has ended (on this machine) or has sent no heartbeat for a while (on any other).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import socket
import stat
import threading
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from codetui.model import Problem
from codetui.storage import disk, fs

HEARTBEAT = 10.0
"""Seconds between two heartbeats; each updates the lock's time by the clock of the file system."""

STALE_AFTER = 120.0
"""Seconds without a heartbeat after which a lock of another machine is stale.

NFS shows the time of a file up to 60 s late and a sync client about 30 s; a heartbeat is up to 10 s old.
"""

NAMING_TIME = 5.0
"""Seconds for which a lock may name nobody: the name is written right after the file is created."""

LONGEST_LOCK = 4096
"""Bytes that are read of a lock file."""

LONGEST_NAME = 64
"""Characters that are kept of a name that another program wrote."""

_UNPRINTABLE = re.compile(r"[^\w .@:+-]")


# --- holders ------------------------------------------------------------------------------------------


class Holder(NamedTuple):
    """The program that holds a lock: user, host, process, and since when (UTC, ISO 8601).

    `token` differs for each program, `machine` for machines of one host name.  `started` is when the process began,
    in the system's own units; empty if the system does not report it.
    """

    user: str
    host: str
    pid: int
    since: str
    token: str
    machine: str = ""
    started: str = ""

    def __str__(self) -> str:
        """Return the holder for a message, `since 00:13 (ann on pc, process 7)`, in the local time zone."""
        where = f" on {self.host}, process {self.pid}" if self.host else ""
        return f"{_since(self.since)}({self.user}{where})"


UNKNOWN = Holder("somebody", "", 0, "", "")
"""The holder of a lock that names nobody yet."""


def unreadable(error: OSError) -> Holder:
    """Return a stand-in for the holder of a lock that cannot be read."""
    return Holder(f"its lock cannot be read: {error.strerror or error}", "", 0, "", "")


def this_program(token: str) -> Holder:
    """Return this program as a holder."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    user, host, pid = _user(), socket.gethostname(), os.getpid()
    return Holder(user, host, pid, since, token, _machine(), _own_start(pid))


def preload() -> None:
    """Look up the names of user and machine in advance, so that the first command does not wait for them."""
    this_program("")


def dump_holder(holder: Holder) -> bytes:
    """Return the contents of a lock file."""
    return json.dumps(holder._asdict()).encode("ascii") + b"\n"


def parse_holder(data: bytes) -> Holder | None:
    """Parse the contents of a lock file; None if they are not valid. Control characters are replaced."""
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    pid = value.get("pid")
    if isinstance(pid, bool) or not isinstance(pid, int) or not 0 < pid < 2**31 or not value.get("token"):
        return None
    names = ("user", "host", "since", "token", "machine", "started")
    user, host, since, token, machine, started = (_clean(value.get(name)) for name in names)
    return Holder(user or "somebody", host, pid, since, token, machine, started)


def _has_ended(holder: Holder) -> bool | None:
    """Return whether a process of this machine has ended; None if unknown: elsewhere, or on Windows."""
    if os.name == "nt" or holder.host != socket.gethostname() or holder.machine != _machine():
        return None
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    started = _start_of(holder.pid)
    return started != holder.started if started and holder.started else None


def _start_of(pid: int) -> str:
    """Return when a process began, in ticks since boot: another process may have reused its number."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    # A process that has ended stays in the table until its parent asks for its exit code.
    return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else "ended"


@lru_cache(maxsize=1)
def _own_start(pid: int) -> str:
    """Return when this process began; a fork has another number."""
    return _start_of(pid)


@lru_cache(maxsize=1)
def _machine() -> str:
    """Return what identifies this machine, and the container in which process numbers are valid."""
    found = ""
    with contextlib.suppress(OSError):
        found = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        found += ":" + str(Path("/proc/self/ns/pid").readlink())
    return _clean(found)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"


def _clean(value: object) -> str:
    return _UNPRINTABLE.sub("?", value)[:LONGEST_NAME] if isinstance(value, str) else ""


def _since(time: str) -> str:
    try:
        then = datetime.fromisoformat(time).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    is_today = then.date() == datetime.now().astimezone().date()
    return f"since {then:%H:%M} " if is_today else f"since {then:%Y-%m-%d %H:%M} "


# --- the lock -----------------------------------------------------------------------------------------

_held: set[SessionLock] = set()
"""The locks of this process that get heartbeats."""

_heart: threading.Thread | None = None
"""The thread that sends the heartbeats of all of them."""

_released: dict[Path, str] = {}
"""Locks that this process has released but the disk would not delete, and their tokens."""


class UnreadableLockError(OSError):
    """Raised if the lock of this program cannot be read: another program may have replaced it."""


class SessionLock:
    """The lock on the session with this log, as one program sees it; `token` differs for each program."""

    def __init__(self, log: Path, token: str = "") -> None:
        self.file = log.with_name(f".{log.name}.lock")
        self._token = token or secrets.token_hex(8)
        self._is_held = False
        self._watched: tuple[int, int] | None = None
        self._watched_since = self._age_then = 0.0

    def other(self) -> Holder | None:
        """Return the other program that holds the session; None if there is none or the lock is stale.

        An unreadable lock counts as another program's until it is stale, unless this program created it.
        """
        _delete_released()
        try:
            status = disk.link_status(self.file)
        except OSError as error:
            return self._unless_held(error)
        if status is None or not stat.S_ISREG(status.st_mode):
            return None
        try:
            holder = _read_holder(self.file)
        except FileNotFoundError:
            return None
        except OSError as error:
            return None if self._is_silent(status, STALE_AFTER) else self._unless_held(error)
        if holder is None:
            return None if self._is_silent(status, NAMING_TIME) else UNKNOWN
        if holder.token == self._token:
            return None
        has_ended = _has_ended(holder)
        is_stale = has_ended if has_ended is not None else self._is_silent(status, STALE_AFTER)
        return None if is_stale else holder

    @property
    def is_mine(self) -> bool:
        """Return whether the lock names this program; False if it cannot be read."""
        try:
            return self._names_me()
        except OSError:
            return False

    def claim(self) -> Holder | None:
        """Acquire the lock if it is free; return None, or the other program that holds it.

        Raise OSError if no lock can be created, UnreadableLockError if this program's lock cannot be read.
        """
        if self._is_known_as_mine():
            self._start_heartbeat()
            return None
        other = self.other()
        if other is None:
            try:
                self._create()
            except FileExistsError:
                # Another program may have created it just now; else it is stale.
                other = self.other()
                if other is None:
                    self._replace()
            if other is None:
                self._start_heartbeat()
        return other

    def take_over(self) -> None:
        """Take over the lock from its holder, which notices at its next command; raise OSError."""
        if not self.is_mine:
            self._replace()
            self._start_heartbeat()

    def release(self) -> None:
        """Delete the lock, unless another program holds it by now."""
        if not self._is_held:
            return
        self._is_held = False
        _held.discard(self)
        _released[self.file] = self._token
        _delete_released()

    def _names_me(self) -> bool:
        holder = _read_holder(self.file)
        return holder is not None and holder.token == self._token

    def _is_known_as_mine(self) -> bool:
        try:
            return self._names_me()
        except FileNotFoundError:
            return False
        except OSError as error:
            if not self._is_held:
                return False
            raise UnreadableLockError(error.errno, error.strerror, str(self.file)) from error

    def _unless_held(self, error: OSError) -> Holder | None:
        """Return a stand-in for the holder of an unreadable lock, None if that is this program."""
        return None if self._is_held else unreadable(error)

    def _is_silent(self, status: os.stat_result, seconds: float) -> bool:
        """Return whether the lock has not changed for longer than that, by the folder's clock or while it was watched.

        Watching detects a stale lock with a time in the future.
        """
        seen, now = (status.st_ino, status.st_mtime_ns), time.monotonic()
        if seen != self._watched:
            self._watched, self._watched_since, self._age_then = seen, now, max(self._age(status), 0.0)
        return now - self._watched_since + self._age_then > seconds

    def _age(self, status: os.stat_result) -> float:
        """Return the seconds since the last heartbeat, by the clock of the lock's folder."""
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

    def _create(self) -> None:
        """Create the lock and its folder; raise FileExistsError if it exists.

        The file gets the lock's name only after it names its holder, so that a program killed in between blocks nobody.
        """
        try:
            temporary = self._write_temporary()
        except FileNotFoundError:
            fs.ensure_folder(self.file.parent)
            temporary = self._write_temporary()
        try:
            disk.link(temporary, self.file)
        except FileExistsError:
            raise
        except OSError:  # Some file systems know no second names.
            self._write(self.file)
        finally:
            disk.remove(temporary)

    def _write_temporary(self) -> Path:
        """Write a file that names this program beside the lock."""
        temporary = self.file.with_name(f"{self.file.name}.{self._token[:8]}.tmp")
        fs.remove(temporary)
        self._write(temporary)
        return temporary

    def _replace(self) -> None:
        """Replace anything with the lock's name; a symbolic link is never followed."""
        temporary = self._write_temporary()
        try:
            disk.rename(temporary, self.file)
        except OSError:
            disk.remove(temporary)
            raise

    def _write(self, path: Path) -> None:
        """Create a file that names this program, completely or not at all."""
        fs.write_new(path, dump_holder(this_program(self._token)), durable=False)

    def _start_heartbeat(self) -> None:
        """Send heartbeats from now on, even while the program is busy."""
        global _heart
        _released.pop(self.file, None)
        self._is_held = True
        _held.add(self)
        # A forked process has a copy of the thread that never runs.
        if _heart is None or not _heart.is_alive():
            _heart = threading.Thread(target=_beat, name="heartbeat", daemon=True)
            _heart.start()

    def beat(self) -> None:
        """Update the lock's time, unless another program has taken it over."""
        if self.is_mine:
            with contextlib.suppress(OSError):
                os.utime(self.file)


def _beat() -> None:
    while True:
        time.sleep(HEARTBEAT)
        for lock in list(_held):
            lock.beat()


class SessionAccess:
    """Decides whether this program may write a session; without a lock it always may.

    `holder` is the other program that has the session, as last seen. If a lock cannot be created, coding goes on
    without it, and `problem` is set.
    """

    def __init__(self, lock: SessionLock | None) -> None:
        self._lock = lock
        self.problem: Problem | None = None
        self.holder = self.elsewhere()

    @property
    def is_shared(self) -> bool:
        """Return whether other programs may be working on the session."""
        return self._lock is not None

    def elsewhere(self) -> Holder | None:
        """Return the other program that has the session at this moment; safe to call from any thread."""
        return self._lock.other() if self._lock is not None and self.problem is None else None

    def claim(self) -> bool:
        """Lock the session unless another program has it; return whether this one may write.

        Raises UnreadableLockError if this program had the lock and cannot read whether it still has it.
        """
        if self._lock is not None and self.problem is None:
            try:
                self.holder = self._lock.claim()
            except UnreadableLockError:
                raise
            except OSError as error:
                self._give_up(self._lock, error)
        return self.holder is None

    def refresh(self) -> bool:
        """Update the holder of the session; return whether it has changed."""
        before, self.holder = self.holder, self.elsewhere()
        return self.holder != before

    def take_over(self) -> None:
        """Lock the session, even if another program has it."""
        if self._lock is not None:
            try:
                self._lock.take_over()
            except OSError as error:
                self._give_up(self._lock, error)
        self.holder = None

    def release(self) -> None:
        """Unlock the session."""
        if self._lock is not None:
            self._lock.release()

    def _give_up(self, lock: SessionLock, error: OSError) -> None:
        what = f"other programs cannot see that this session is open ({error.strerror or error})"
        hint = "code it in one program at a time, or make the folder writable"
        self.problem = Problem(str(lock.file), 0, "warning", f"{what}: {hint}")
        self.holder = None


def _read_holder(file: Path) -> Holder | None:
    """Return the holder named in a lock, None if it names nobody; raise OSError."""
    handle = disk.open_handle(file, follows=False)
    try:
        return parse_holder(disk.read(handle, LONGEST_LOCK))
    finally:
        os.close(handle)


def _delete_released() -> None:
    """Delete the locks that this process has released, unless another program holds them by now.

    If the disk refuses, it is tried again later: other programs would wait as long as this process lives.
    """
    for file, token in list(_released.items()):
        with contextlib.suppress(OSError):
            with contextlib.suppress(FileNotFoundError):
                holder = _read_holder(file)
                if holder is not None and holder.token == token:
                    disk.remove(file)
            _released.pop(file, None)

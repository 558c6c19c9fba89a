"""Programs that have a session: how a lock names them, and whether one of this machine is still there."""

from __future__ import annotations

import json
import os
import re
import socket
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

LONGEST_NAME = 64
"""Characters of a name that another program has written."""

MOST_PROCESSES = 2**31
_UNPRINTABLE = re.compile(r"[^\w .@:+-]")


class Holder(NamedTuple):
    """A program: whose, where (`machine` tells apart what has one name), which process, since when (UTC, ISO 8601).

    `started` is when the process began, in whatever the system counts; empty where it does not say.
    """

    user: str
    host: str
    pid: int
    since: str
    token: str
    machine: str = ""
    started: str = ""

    def __str__(self) -> str:
        """Who has it, as people say it, in their own time."""
        where = f" on {self.host} (process {self.pid})" if self.host else ""
        return f"{self.user}{where}{_since(self.since)}"


def myself(token: str) -> Holder:
    """This program."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    return Holder(_user(), socket.gethostname(), os.getpid(), since, token, _machine(), started_at(os.getpid()))


def warm_up() -> None:
    """Loads what says who this program is: the first command takes a lock."""
    myself("")


def line_of(holder: Holder) -> bytes:
    """What a lock says."""
    return json.dumps(holder._asdict()).encode("ascii") + b"\n"


def holder_from(data: bytes) -> Holder | None:
    """Whom a lock names; None for anything but a lock.  What a terminal might obey is not repeated."""
    try:
        value: object = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    pid = value.get("pid")
    if isinstance(pid, bool) or not isinstance(pid, int) or not 0 < pid < MOST_PROCESSES or not value.get("token"):
        return None
    names = ("user", "host", "since", "token", "machine", "started")
    user, host, since, token, machine, started = (_name(value.get(name)) for name in names)
    return Holder(user or "somebody", host, pid, since, token, machine, started)


def is_gone(holder: Holder) -> bool | None:
    """Whether a process of this machine is gone; None where that cannot be known: on another one, or on Windows."""
    if os.name == "nt" or holder.host != socket.gethostname() or holder.machine != _machine():
        return None
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    started = started_at(holder.pid)
    return started != holder.started if started and holder.started else None


def started_at(pid: int) -> str:
    """When a process began, in ticks since the machine did: another process may have its number by now."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    # A process that has ended and was not waited for has no life any more.
    return fields[19] if len(fields) > 19 and fields[0] not in "ZX" else "ended"


@lru_cache(maxsize=1)
def _machine() -> str:
    """What tells this machine, and the room in it that its process numbers count in, from others of its name."""
    found = ""
    with suppress(OSError):
        found = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        found += ":" + str(Path("/proc/self/ns/pid").readlink())
    return _name(found)


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"


def _name(value: object) -> str:
    return _UNPRINTABLE.sub("?", value)[:LONGEST_NAME] if isinstance(value, str) else ""


def _since(time: str) -> str:
    try:
        then = datetime.fromisoformat(time).astimezone()
    except (ValueError, OverflowError, OSError):
        return ""
    is_today = then.date() == datetime.now().astimezone().date()
    return f", since {then:%H:%M}" if is_today else f", since {then:%Y-%m-%d %H:%M}"

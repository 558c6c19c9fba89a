"""Work on the disk that another process begins while this one loads its modules: Python's threads would take turns."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def begun(work: Callable[[], str | None]) -> Callable[[], str | None]:
    """What gives the outcome of `work`, which is begun now where the system can, and done then where it cannot.

    To be called before there is any thread.  Elsewhere than on Linux a process that was forked may not do everything.
    """
    if sys.platform != "linux" or (os.cpu_count() or 1) < 2:
        return work
    try:
        hearing, saying = os.pipe()
        child = os.fork()
    except OSError:
        return work
    if child == 0:
        _say(work, saying)
    os.close(saying)

    def outcome() -> str | None:
        with os.fdopen(hearing, "rb") as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        return os.fsdecode(said[1:]) or None if said else work()

    return outcome


def _say(work: Callable[[], str | None], saying: int) -> None:
    """Does the work and ends the process; whoever hears nothing does it again."""
    try:
        with os.fdopen(saying, "wb") as pipe:
            pipe.write(b"=" + os.fsencode(work() or ""))
    finally:
        os._exit(0)

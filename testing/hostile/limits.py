"""Limits on the processor time of readers of hostile input, in this process or in a separate one."""

from __future__ import annotations

import multiprocessing
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

Take = Callable[[Path, bytes], None]

LIMIT = 120.0
"""Processor seconds after which a measurement is given up."""

PATIENCE = 20
"""The factor between that and the clock, for a busy machine."""

NEVER = float("inf")


class TooSlowError(Exception):
    """An input took longer than allowed."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Raise TooSlowError after the given processor seconds, if the system has such an alarm (not on Windows)."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_: int, __: FrameType | None) -> None:
        raise TooSlowError(f"longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def seconds_for(take: Take, data: bytes, limit: float = LIMIT) -> float:
    """Return the processor seconds of a read in its own process; `NEVER` after `limit` seconds or an error."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_time, args=(take, data, sender, limit))
    child.start()
    sender.close()
    try:
        return float(receiver.recv()) if receiver.poll(PATIENCE * limit) else NEVER
    except EOFError:
        return NEVER
    finally:
        child.kill()
        child.join()
        receiver.close()


def _time(take: Take, data: bytes, sender: Connection, limit: float) -> None:
    import resource

    most = int(time.process_time() + limit) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, most))
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        take(Path(folder), data)
        sender.send(time.process_time() - start)

"""The progress of reading a large file, and a way to cancel that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Report = Callable[[float], None]
"""Receives the share that is read, from 0 to 1; raises ReadingCancelledError to stop."""

_report: ContextVar[Report | None] = ContextVar("report", default=None)


class ReadingCancelledError(Exception):
    """Raised by a report, and passed on by readers, if somebody cancels reading a file."""


@contextmanager
def reporting(report: Report) -> Iterator[None]:
    """Report what is read in this thread meanwhile."""
    token = _report.set(report)
    try:
        yield
    finally:
        _report.reset(token)


def report_read(done: float, total: float) -> None:
    """Report that a part of a file is read, if somebody waits for that. Raises ReadingCancelledError."""
    report = _report.get()
    if report is not None and total > 0:
        report(min(done / total, 1.0))

"""A terminal that is closed while the program runs: what is painted goes nowhere then, and nobody waits for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO


class Forgiving:
    """A terminal's stream that goes on taking what it can put nowhere any more.

    Textual's thread that writes would end with the first error, and the app would wait for it for ever.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        """Whatever else a stream has."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Writes what the terminal takes; the number of characters."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Writes what has waited, if the terminal takes it."""
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def forgiving_terminal() -> Iterator[None]:
    """Lets Textual paint on `sys.__stderr__`, as it does, whatever becomes of the terminal meanwhile."""
    stream = sys.__stderr__
    if stream is None:
        yield
        return
    sys.__stderr__ = Forgiving(stream)  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        sys.__stderr__ = stream  # type: ignore[misc]


def has_terminal() -> bool:
    """Whether keys come from a terminal that is still there."""
    with suppress(OSError, ValueError):
        return sys.__stdin__ is not None and os.isatty(sys.__stdin__.fileno())
    return False

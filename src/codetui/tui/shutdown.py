"""The way out: by a key, or because the system ends the program or closes its terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from textual.app import App

from codetui.tui.bench import KeepsText
from codetui.tui.workbench.screen import WorkbenchScreen

ENDING = ("SIGHUP", "SIGTERM", "SIGINT")
"""What ends the program from outside; Ctrl+C is a key to it and no signal.  Windows has not all of them."""

BY_SIGNAL = 128
"""Shells report a program that signal n has ended with the exit code 128 + n."""

CLOSED = BY_SIGNAL + 1
"""Ended because the terminal is closed, which is signal 1 on systems that have it."""

LOOK = 1.0
"""Seconds between two looks whether the terminal is there: not every system says so, and not to every program."""


class Shutdown:
    """Keeps a text that is being written, writes the document, and ends the app, once.

    `words` is what the coder has to know when the screen is gone.
    """

    def __init__(self, app: App[object], workbench: WorkbenchScreen) -> None:
        self.words: list[str] = []
        self._app = app
        self._workbench = workbench
        self._code: int | None = None

    def heed_signals(self) -> None:
        """Lets the system end the program in good order, where it has such signals."""
        loop = asyncio.get_running_loop()
        for name in ENDING:
            with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                number = getattr(signal, name)
                loop.add_signal_handler(number, self.leave, BY_SIGNAL + number)
        if has_terminal():
            self._app.set_interval(LOOK, self._look_for_terminal)

    def _look_for_terminal(self) -> None:
        if not has_terminal():
            self.leave(CLOSED)

    def leave(self, code: int) -> None:
        """Ends the app with this exit code."""
        if self._code is not None:
            return
        self._code = code
        self._workbench.say("")
        screen = self._app.screen
        if isinstance(screen, KeepsText):
            screen.keep()
        # The answer comes to whoever asked: behind it is the end.
        if not self._workbench.call_later(self._app.call_later, self._end, code):
            self._end(code)

    def _end(self, code: int) -> None:
        text, kind = self._workbench.status.message
        if kind == "error":
            self.words.append(text)
            if code == 0:
                # What was written could not be kept: the question is open again, with the text in it.
                self._code = None
                self.words.clear()
                return
        self.words += [str(problem) for problem in self._workbench.save() if problem.severity != "error"]
        self._app.exit(code, return_code=code)


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

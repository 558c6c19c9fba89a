"""Quitting: by a key, or because the system ends the program or closes its terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

from textual.app import App
from textual.css.query import NoMatches

from codetui.study.session.fallback import report_crash
from codetui.tui.bench import KeepsText
from codetui.tui.small_window import SmallWindow
from codetui.tui.workbench.screen import WorkbenchScreen

SIGNALS = (
    "SIGHUP", "SIGTERM", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGVTALRM", "SIGPROF", "SIGXCPU",
)  # fmt: skip
"""The signals that end a program and can be handled.  Ctrl+C is a key here; Windows lacks most of these."""

BY_SIGNAL = 128
"""Shells report a program that was ended by signal n with the exit code 128 + n."""

CLOSED = BY_SIGNAL + 1
"""The exit code for a closed terminal, which is signal 1 on systems that have it."""

POLL_SECONDS = 1.0
"""Between two checks of the terminal: not every system reports that it is closed, and not to every program."""


class Shutdown:
    """Keeps texts being written, saves the document, and ends the app, once.

    `messages` are printed after the screen is closed, then `kept`: the places of kept texts, or the texts themselves.
    """

    def __init__(self, app: App[object], workbench: WorkbenchScreen) -> None:
        self.messages: list[str] = []
        self.kept: list[str] = []
        self._app = app
        self._workbench = workbench
        self._code: int | None = None

    def handle_signals(self) -> None:
        """Shut down cleanly at the signals of this system, and when the terminal is closed."""
        loop = asyncio.get_running_loop()
        for name in SIGNALS:
            with suppress(AttributeError, NotImplementedError, RuntimeError, ValueError):
                number = getattr(signal, name)
                loop.add_signal_handler(number, self.begin, BY_SIGNAL + number)
        if has_terminal():
            self._app.set_interval(POLL_SECONDS, self._check_terminal)

    def _check_terminal(self) -> None:
        if not has_terminal():
            self.begin(CLOSED)

    def begin(self, code: int) -> None:
        """End the app with this exit code.

        Whoever quits has the text of an open dialog saved; otherwise it is unfinished, and kept in a file.
        """
        if self._code is not None:
            return
        self._code = code
        self._workbench.say("")
        while isinstance(self._app.screen, SmallWindow):
            self._app.pop_screen()
        screen = self._app.screen
        if code == 0 and isinstance(screen, KeepsText):
            # A dialog that is not mounted yet holds no text.
            with suppress(NoMatches):
                screen.keep()
        # The dialog's answer is in these two queues before it.
        if not self._workbench.call_later(self._app.call_later, self._end, code):
            self._end(code)

    def _end(self, code: int) -> None:
        text, kind = self._workbench.status.message
        if kind == "error":
            if code == 0:
                # The text could not be saved: its dialog is open again.
                self._code = None
                return
            self.messages.append(text)
        self._keep_texts(with_typed=code != 0)
        self.messages += [str(problem) for problem in self._workbench.saver.write() if problem.severity != "error"]
        self._app.exit(code, return_code=code)

    def crash(self, traceback: str) -> None:
        """Report an error that has ended the app, and keep the text that was being written."""
        self.messages.append(report_crash(traceback))
        self._keep_texts(with_typed=True)

    def _keep_texts(self, *, with_typed: bool) -> None:
        """Keep a text that was refused and, if asked, those being typed."""
        session = self._workbench.workspace.session
        text = self._workbench.drafts.text() if with_typed else ""
        self.kept += map(str, self._workbench.saver.keep_refused())
        if session is not None and text:
            self.kept.append(str(session.rescue_draft(text)))
        self._workbench.saver.forget_typed(is_ending=True)


class _ForgivingStream:
    """A terminal's stream that ignores errors after the terminal is closed.

    Otherwise Textual's writer thread would end with the first error, and the app would wait for it forever.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        """Return any other attribute of the stream."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write a text if possible; return its length."""
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush if possible."""
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def forgiving_terminal() -> Iterator[None]:
    """Let Textual, which writes to `sys.__stderr__`, survive the end of the terminal."""
    stream = sys.__stderr__
    if stream is None:
        yield
        return
    sys.__stderr__ = _ForgivingStream(stream)  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        sys.__stderr__ = stream  # type: ignore[misc]


def has_terminal() -> bool:
    """Return whether keys come from a terminal that still exists."""
    with suppress(OSError, ValueError):
        return sys.__stdin__ is not None and os.isatty(sys.__stdin__.fileno())
    return False

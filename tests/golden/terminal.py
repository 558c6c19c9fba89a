"""The program in a real pseudo-terminal, driven by keys and read as a person reads it.  POSIX only."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

PATIENCE = 30.0
"""Seconds after which a program that has not done what is waited for is given up."""

_SLICE = 0.02


class Terminal:
    """`codetui` running in `folder`; leaving the `with` block ends it."""

    def __init__(
        self, argv: tuple[str, ...], folder: Path, environ: Mapping[str, str], columns: int = 80, rows: int = 24
    ) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._has_ended = False
        self._painted = 0
        self._rows: dict[int, str] = {}
        self._pid, self._handle = pty.fork()
        if self._pid == 0:
            try:
                _set_size(0, columns, rows)
                os.chdir(folder)
                os.execve(sys.executable, [sys.executable, "-m", "codetui", *argv], dict(environ))
            finally:
                os._exit(127)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if not self._has_ended:
            self.kill()
        os.close(self._handle)

    @property
    def lines(self) -> list[str]:
        """The rows of the screen, without blanks at their ends."""
        for row in self._screen.dirty:
            cells = self._screen.buffer[row]
            # A wide character has an empty cell behind it.
            self._rows[row] = "".join(cells[column].data for column in range(self._screen.columns)).rstrip()
        self._screen.dirty.clear()
        return [self._rows[row] for row in range(self._screen.lines)]

    def type(self, keys: str) -> None:
        """Send keys in one burst; the program reads each in the mode that the key before has left."""
        data = keys.encode()
        while data:
            data = data[os.write(self._handle, data) :]

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size, as dragging the window's corner does."""
        self._screen.resize(rows, columns)
        _set_size(self._handle, columns, rows)
        os.kill(self._pid, signal.SIGWINCH)

    def wait_until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Read until a claim about the screen holds; return whether it came to hold in time."""
        limit = time.monotonic() + seconds
        while not holds():
            painted = self._painted
            while self._painted == painted:
                if time.monotonic() > limit or not self._read():
                    return holds()
        return True

    def wait_for_rest(self, seconds: float) -> None:
        """Read until the screen has not changed for some seconds; a blinking cursor is no change."""
        seen, painted, since = self.lines, self._painted, time.monotonic()
        while time.monotonic() - since < seconds and self._read():
            if self._painted != painted:
                painted = self._painted
                if self.lines != seen:
                    seen, since = self.lines, time.monotonic()

    def wait_for_end(self) -> int:
        """Return the exit code, once the program has ended by itself."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            self._read()
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                self._has_ended = True
                return os.waitstatus_to_exitcode(status)
        raise AssertionError("the program goes on:\n" + "\n".join(self.lines))

    def kill(self) -> None:
        """End the program as a power cut does."""
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        self._has_ended = True

    def _read(self) -> bool:
        """Feed what the program has written to the screen; return False once nothing more can come."""
        if not select.select([self._handle], [], [], _SLICE)[0]:
            return True
        try:
            data = os.read(self._handle, 65536)
        except OSError:
            data = b""
        if not data:
            time.sleep(_SLICE)
            return False
        self._stream.feed(data)
        self._painted += 1
        return True


def _set_size(handle: int, columns: int, rows: int) -> None:
    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

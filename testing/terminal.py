"""A program in a real pseudo-terminal, driven by keys and read like a person would. POSIX only."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from codetui.tui.bench import UNSEEN
from testing.forkserver import server_for
from testing.paths import SRC
from testing.screen import Screen, Stream

PATIENCE = 20.0
"""Seconds after which waiting is given up."""

_SLICE = 0.05
_INHERITED = ("PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH")


def codetui_command(*options: str) -> list[str]:
    """Return the command line of this project's codetui."""
    return [sys.executable, "-m", "codetui", *options]


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a plain 24-bit terminal, without that of the person who runs the tests."""
    mine = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    own = {
        "HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONUTF8": "1",
        "TEXTUAL_ANIMATIONS": "none",
    }
    paths = os.pathsep.join(filter(None, (mine.get("PYTHONPATH", ""), str(SRC))))
    return {**mine, **own, "PYTHONPATH": paths, **more}


class Terminal:
    """A running program; leaving the `with` block ends it."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        environ: Mapping[str, str],
        *,
        columns: int = 80,
        rows: int = 24,
        is_forked: bool = True,
    ) -> None:
        """Start a command; `is_forked` is False if its interpreter must be started anew in any case."""
        self.output = bytearray()
        self.exit_code: int | None = None
        self.painted_at = 0.0
        self._screen = Screen(columns, rows)
        self._stream = Stream(self._screen)
        self.started_at = time.perf_counter()
        self._server = server_for(command, environ) if is_forked else None
        if self._server is None:
            self.pid, self._handle = _spawn(command, folder, environ, columns, rows)
        else:
            self.pid, self._handle = self._server.fork(command, str(folder), environ, columns, rows)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        if self.exit_code is None:
            self.kill()
        if self._handle >= 0:
            os.close(self._handle)

    # --- its screen -----------------------------------------------------------------------------

    @property
    def lines(self) -> list[str]:
        """The rows of the screen, without blanks at their ends."""
        return self._screen.rows()

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def wait_for(self, *words: str, seconds: float = PATIENCE) -> None:
        """Read until all these words are on the screen."""
        self.wait_until(lambda: all(one in self.text for one in words), f"{words} on the screen", seconds)

    def read_question(self, *words: str) -> None:
        """Read until a question with these words is on the screen, and then for as long as a person would."""
        self.wait_for(*words)
        time.sleep(UNSEEN)

    def wait_until(self, holds: Callable[[], bool], claim: str, seconds: float = PATIENCE) -> None:
        """Read until a condition holds; raise AssertionError with the screen if it does not.

        `painted_at` is then the time of the bytes that fulfilled it.
        """
        if not self.comes_to_hold(holds, seconds):
            raise AssertionError(f"waited for: {claim}\n{self.text}")

    def comes_to_hold(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
        """Read until a condition holds; return whether it did in time."""
        limit = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > limit or not self._read():
                return holds()
        return True

    def wait_for_rest(self, seconds: float) -> None:
        """Read until the screen has not changed for some seconds; a blinking cursor is not a change."""
        seen, read, since = self.lines, len(self.output), time.monotonic()
        while time.monotonic() - since < seconds and self._read():
            if len(self.output) != read:
                read = len(self.output)
                if self.lines != seen:
                    seen, since = self.lines, time.monotonic()

    def wait_until_quiet(self, seconds: float = 0.5) -> None:
        """Wait until output has arrived and stopped; with no output, at most the given number of seconds."""
        limit, before = time.monotonic() + seconds, len(self.output)
        while time.monotonic() < limit:
            already = len(self.output)
            self._read()
            self._read()
            if already == len(self.output) > before:
                return

    def wait_for_bytes(self, words: bytes, seconds: float = PATIENCE) -> None:
        """Read until these bytes have arrived, and paint them only then, so that painting is not measured."""
        come = bytearray()
        limit = time.monotonic() + seconds
        while words not in come:
            if time.monotonic() > limit:
                raise AssertionError(f"waited for the bytes {words!r}\n{self.text}")
            if select.select([self._handle], [], [], _SLICE)[0]:
                come += os.read(self._handle, 65536)
                self.painted_at = time.perf_counter()
        self.output += come
        self._stream.feed(bytes(come))

    def _read(self) -> bool:
        """Feed the program's output to the screen; return False once no more can come."""
        ready, _, _ = select.select([self._handle], [], [], _SLICE)
        if not ready:
            return True
        try:
            data = os.read(self._handle, 65536)
        except OSError:
            data = b""
        if not data:
            return False
        self.painted_at = time.perf_counter()
        self.output += data
        self._stream.feed(data)
        return True

    # --- keys and signals -----------------------------------------------------------------------

    def type(self, keys: str | bytes) -> None:
        """Send keys in one write, as fast as a paste; use `wait_for` between keys to type at a person's pace."""
        data = keys if isinstance(keys, bytes) else keys.encode()
        while data:
            data = data[os.write(self._handle, data) :]

    def resize(self, columns: int, rows: int) -> None:
        """Resize the terminal, as dragging the window's corner does."""
        self._screen.resize(rows, columns)
        _set_size(self._handle, columns, rows)
        os.kill(self.pid, signal.SIGWINCH)

    def type_over(self, words: str) -> None:
        """Write over the whole screen, as another program would."""
        self._stream.feed(b"\x1b[2J\x1b[H" + words.encode())

    def kill(self) -> None:
        """End the program as a power cut does, so that it cannot write anything more."""
        os.kill(self.pid, signal.SIGKILL)
        while not self._has_ended():
            time.sleep(0.001)

    def hang_up(self, seconds: float = PATIENCE) -> int:
        """Close the terminal as closing its window does; return the exit code."""
        os.close(self._handle)
        self._handle = -1
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if self._has_ended() and self.exit_code is not None:
                return self.exit_code
            time.sleep(_SLICE)
        raise AssertionError("the program goes on without a terminal")

    def wait_for_end(self, seconds: float = PATIENCE) -> int:
        """Return the exit code after the program has ended by itself."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            is_open = self._read()
            if self._has_ended() and self.exit_code is not None:
                while is_open and select.select([self._handle], [], [], 0)[0]:
                    is_open = self._read()
                return self.exit_code
            if not is_open:
                time.sleep(_SLICE)
        raise AssertionError(f"the program goes on\n{self.text}")

    def _has_ended(self) -> bool:
        """Set the exit code if the program has ended; return whether it has."""
        if self._server is not None:
            self.exit_code = self._server.poll(self.pid)
        elif (found := os.waitpid(self.pid, os.WNOHANG))[0]:
            self.exit_code = os.waitstatus_to_exitcode(found[1])
        return self.exit_code is not None


def _spawn(
    command: Sequence[str], folder: Path, environ: Mapping[str, str], columns: int, rows: int
) -> tuple[int, int]:
    """Return the process id and the terminal's other end."""
    import pty

    pid, handle = pty.fork()
    if pid == 0:
        try:
            _set_size(0, columns, rows)
            os.chdir(folder)
            os.execvpe(command[0], list(command), dict(environ))
        finally:
            os._exit(127)
    return pid, handle


def _set_size(handle: int, columns: int, rows: int) -> None:
    import fcntl
    import struct
    import termios

    fcntl.ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

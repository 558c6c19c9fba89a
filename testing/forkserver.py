"""Start codetui by forking a process that has already loaded it, which takes a tenth of the time. POSIX only.

One server is started for each environment, and ends with the process that uses it.
"""

from __future__ import annotations

import array
import gc
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import walk_packages

from testing.paths import ROOT, SRC

OWN = ("HOME", "USERPROFILE", "TMPDIR", "EDITOR")
"""Variables of a program's own, which nothing reads while it is loaded."""

PREFIXES = ((sys.executable, "-m", "codetui"), (sys.executable, "-c"))
"""The beginnings of commands that a server can run."""

LATE = ("drivers.linux_driver", "drivers.headless_driver", "pilot", "layouts.horizontal")
"""Modules that Textual loads while it runs."""


class ForkServer:
    """A process that has loaded codetui and forks it on request."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        paths = os.pathsep.join(filter(None, (environ.get("PYTHONPATH", ""), str(ROOT), str(SRC))))
        self._socket, other = socket.socketpair()
        with other:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "testing.forkserver", str(other.fileno())],
                cwd=ROOT,
                env={**environ, "PYTHONPATH": paths},
                pass_fds=[other.fileno()],
            )
        self._replies = self._socket.makefile("rb")

    def fork(
        self, command: Sequence[str], folder: str, environ: Mapping[str, str], columns: int, rows: int
    ) -> tuple[int, int]:
        """Run a command in its own pseudo-terminal; return its process id and the terminal's other end."""
        self._send([list(command), folder, dict(environ), columns, rows])
        message, ancillary, *_ = self._socket.recvmsg(100, socket.CMSG_SPACE(array.array("i").itemsize))
        handles = array.array("i", ancillary[0][2])
        os.set_inheritable(handles[0], False)
        return int(message), handles[0]

    def poll(self, pid: int) -> int | None:
        """Return the exit code of a program that has ended, negative for a signal; None while it runs."""
        self._send(pid)
        status: int | None = json.loads(self._replies.readline())
        return status

    def close(self) -> None:
        """End the server, and wait for it."""
        self._replies.close()
        self._socket.close()
        self._process.wait()

    def _send(self, request: object) -> None:
        self._socket.sendall(json.dumps(request).encode() + b"\n")


_servers: dict[frozenset[tuple[str, str]], ForkServer] = {}
_is_enabled = False


def enable() -> None:
    """From now on start programs in terminals by forking."""
    global _is_enabled
    _is_enabled = True


def close_all() -> None:
    """End all servers."""
    while _servers:
        _servers.popitem()[1].close()


def server_for(command: Sequence[str], environ: Mapping[str, str]) -> ForkServer | None:
    """Return the server that can run a command in an environment; None if the command must be started directly."""
    if not _is_enabled or not any(tuple(command[: len(prefix)]) == prefix for prefix in PREFIXES):
        return None
    key = frozenset((name, value) for name, value in environ.items() if name not in OWN)
    if key not in _servers:
        _servers[key] = ForkServer(environ)
    return _servers[key]


# --- the server itself ---------------------------------------------------------------------------------


def _serve(connection: socket.socket) -> None:
    """Answer requests until the other side has closed the connection."""
    _load()
    statuses: dict[int, int] = {}
    for line in connection.makefile("rb"):
        match json.loads(line):
            case int(pid):
                if pid not in statuses and (found := os.waitpid(pid, os.WNOHANG))[0]:
                    statuses[pid] = os.waitstatus_to_exitcode(found[1])
                connection.sendall(json.dumps(statuses.get(pid)).encode() + b"\n")
            case [command, folder, environ, columns, rows]:
                pid, handle = _fork(columns, rows)
                if pid == 0:
                    os.close(connection.detach())
                    _run(command, folder, environ)
                    return
                socket.send_fds(connection, [str(pid).encode()], [handle])
                os.close(handle)


def _load() -> None:
    """Load all modules that the program may load at run time, as `codetui` would."""
    import codetui
    from codetui.cli.main import FRAMES_PER_SECOND

    os.environ["TEXTUAL_FPS"] = FRAMES_PER_SECOND
    for module in walk_packages(codetui.__path__, "codetui."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in LATE:
        import_module(f"textual.{name}")
    gc.freeze()


def _fork(columns: int, rows: int) -> tuple[int, int]:
    import fcntl
    import pty
    import struct
    import termios

    pid, handle = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return pid, handle


def _run(command: list[str], folder: str, environ: dict[str, str]) -> None:
    """Run a command in the forked process as Python does when started in a terminal."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8", errors="surrogateescape", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", 1, "utf-8", "surrogateescape", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", 1, "utf-8", "backslashreplace", closefd=False)  # type: ignore[misc]  # noqa: SIM115
    if command[1] == "-c":
        sys.argv = ["-c", *command[3:]]
        exec(compile(command[2], "<string>", "exec"), {"__name__": "__main__"})
    else:
        from codetui.__main__ import main

        sys.argv = ["codetui", *command[3:]]
        main()


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))

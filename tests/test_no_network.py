"""The program uses no network: it works even if any use of the network, or of another program, ends it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

CAUGHT = 97
GUARD = f"""\
import os
import sys

FORBIDDEN = (
    "socket.bind", "socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr",
    "socket.getnameinfo", "socket.getservbyname", "socket.sendto", "socket.sendmsg", "urllib.Request",
    "http.client.connect", "ftplib.connect", "smtplib.connect", "imaplib.open", "poplib.connect", "webbrowser.open",
    "subprocess.Popen", "os.system", "os.posix_spawn", "os.exec",
)
AF_UNIX = 1


def watch(event, details):
    is_socket = event == "socket.__new__" and details[1] != AF_UNIX
    if event in FORBIDDEN or is_socket:
        with open(os.environ["CAUGHT"], "a") as file:
            print(event, details, file=file)
        os._exit({CAUGHT})


sys.addaudithook(watch)
"""
"""What Python runs first.  asyncio talks to itself through a pair of local sockets, which is no network."""


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """Return an environment in which a program that uses the network is ended, and the use recorded in `caught`."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD, "utf-8")
    environ = environment(tmp_path, CAUGHT=str(tmp_path / "caught"))
    return {**environ, "PYTHONPATH": f"{tmp_path / 'guard'}:{environ['PYTHONPATH']}"}


def run(command: list[str], folder: Path, environ: dict[str, str]) -> int:
    """Return the exit code of a program."""
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, timeout=120, check=False).returncode


def caught(folder: Path) -> str:
    """Return the forbidden uses."""
    path = folder / "caught"
    return path.read_text() if path.exists() else ""


@pytest.mark.parametrize(
    "code",
    [
        "import socket; socket.socket()",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import socket; socket.socketpair()[0].connect('/nowhere')",
        "import urllib.request; urllib.request.urlopen('http://localhost:9')",
        "import asyncio; asyncio.run(asyncio.open_connection('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
    ],
)
def test_the_guard_ends_a_program_that_uses_the_network(tmp_path: Path, guarded: dict[str, str], code: str) -> None:
    assert run([sys.executable, "-c", code], tmp_path, guarded) == CAUGHT
    assert caught(tmp_path)


def test_the_guard_allows_asyncio(tmp_path: Path, guarded: dict[str, str]) -> None:
    assert run([sys.executable, "-c", "import asyncio; asyncio.run(asyncio.sleep(0))"], tmp_path, guarded) == 0


def test_coding_works_without_any_network(tmp_path: Path, guarded: dict[str, str]) -> None:
    study = write_study(tmp_path)
    (study / "role.md").write_text("# Role\n\n[A link](http://localhost/) and ![a picture](http://localhost/x.png).\n")
    with (study / "codebook.toml").open("a") as book:
        book.write('\n[[reference]]\ntitle = "The role"\npath = "role.md"\n')
    with Terminal(codetui_command("ads", "--coder", "wil"), study, guarded, is_forked=False) as terminal:
        terminal.wait_for("Shore Company", "You light the lamp")
        terminal.type("s11")
        terminal.wait_for("TASK1: Lighting ←")
        terminal.type("R")
        terminal.wait_for("The role", "A link")
        terminal.type("\x1b[27u?")
        terminal.wait_for("Keys")
        terminal.type("\x1b[27u\x11")
        assert terminal.wait_for_end() == 0
    assert caught(tmp_path) == ""
    assert list((study / "sessions" / "wil").glob("*.md"))


def test_every_subcommand_works_without_any_network(tmp_path: Path, guarded: dict[str, str]) -> None:
    study = write_study(tmp_path)
    document = (
        "# Manual Coding Analysis: Job Ad #11 (Shore Company)\n\n## 1. Job Task Analysis\n\n- **TASK1: Lighting:**\n"
    )
    (study / "coded.md").write_text(f'{document}  - "You watch the sea until dawn."\n', "utf-8")
    commands = [
        ["import", "coded.md", "--corpus", "ads", "--coder", "wil"],
        ["status", "--corpus", "ads"],
        ["check", "--corpus", "ads"],
        *(["export", "--format", layout] for layout in ("markdown", "csv", "jsonl", "xlsx")),
        ["find", "lamp", "--corpus", "ads"],
        ["invented", "--corpus", "ads", "--coder", "wil"],
        ["config"],
        ["codebook", "check"],
        ["codebook", "export"],
        ["codebook", "export", "--format", "html"],
        ["codebook", "import", "coding_book.md", "-o", "again.toml"],
        ["codebook", "diff", "codebook.toml", "again.toml"],
        ["codebook", "propose", "codebook.toml", "again.toml"],
        ["init", "other"],
    ]
    in_one = f"from codetui.cli.main import run\nfor command in {commands}:\n    assert run(command) == 0, command"
    assert run([sys.executable, "-c", in_one], study, guarded) == 0
    assert caught(tmp_path) == ""
    assert "watch the sea" in (study / "codings.csv").read_text("utf-8")

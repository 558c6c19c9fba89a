"""A text that can be put nowhere when the program ends is kept in a file, and the next start says where."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from terminal import Terminal, codetui_command, environment

CTRL_S, ENTER, ESCAPE, QUIT = "\x13", "\r", "\x1b", "\x11"
ASKED = "This session is open elsewhere"
KEPT = "sessions/wil/events/11.unsaved.md"
SAID = "could not be saved"
NO_LOG = """
import errno
from pathlib import Path
from codetui.__main__ import main
from codetui.store import disk
write = disk.write
def full(handle, data):
    if Path("full").exists() and Path(f"/proc/self/fd/{handle}").readlink().is_relative_to(Path("sessions").resolve()):
        raise OSError(errno.ENOSPC, "No space left on device")
    return write(handle, data)
disk.write = full
main()
"""


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    yield write_study(tmp_path)


def start(study: Path, command: list[str] | None = None) -> Terminal:
    command = command or codetui_command("ads", "--coder", "wil")
    terminal = Terminal(command, study, environment(study), columns=140, rows=30)
    terminal.wait_for("You light the lamp")
    return terminal


@pytest.mark.parametrize(("keys", "text"), [("s11nhalf a no", "half a no"), ("s11p2beca", "beca")])
@pytest.mark.parametrize("has_coded", [True, False])
def test_a_text_that_another_program_holds_up_is_kept_when_a_signal_ends_the_program(
    study: Path, keys: str, text: str, has_coded: bool
) -> None:
    with start(study) as terminal:
        terminal.type(keys)
        terminal.wait_for(text)
        with start(study) as other:
            other.wait_for(ASKED)
            other.type("o")
            other.wait_for("The session is yours now.")
            if has_coded:
                other.type("s12")
                other.wait_for("TASK2: Watching ←")
            os.kill(terminal.pid, signal.SIGTERM)
            assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert KEPT in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
        assert text in (study / KEPT).read_text("utf-8")
    with start(study) as terminal:
        terminal.wait_for(SAID)
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0


def test_a_text_that_another_program_holds_up_is_kept_when_the_coder_leaves_all_the_same(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note beside")
        terminal.type("half a no")
        terminal.wait_for("half a no")
        with start(study) as other:
            other.wait_for(ASKED)
            other.type("o")
            other.wait_for("The session is yours now.")
            terminal.type(QUIT)
            terminal.wait_for(ASKED, "last command is kept")
            assert not (study / KEPT).exists()
            terminal.type(QUIT)
            assert terminal.wait_for_end() in (0, 1)
            assert KEPT in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
    assert "half a no" in (study / KEPT).read_text("utf-8")


def test_a_text_that_is_held_up_is_kept_when_another_ad_is_opened(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note beside")
        with start(study) as other:
            other.wait_for(ASKED)
            other.type("o")
            other.wait_for("The session is yours now.")
            terminal.type(f"half a no{ENTER}")
            terminal.wait_for(ASKED)
            terminal.type(f"{ESCAPE}")
            terminal.wait_for("You read along")
            terminal.type(")")
            terminal.wait_until(lambda: (study / KEPT).exists(), "the text in its file")


def test_a_text_that_the_disk_refuses_is_kept_elsewhere_when_a_signal_ends_the_program(study: Path) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note beside")
        (study / "full").touch()
        terminal.type("by moonlight")
        terminal.wait_for("by moonlight")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    copy = study / "codetui-copy" / "wil" / "events" / "11.unsaved.md"
    assert "by moonlight" in copy.read_text("utf-8")
    assert str(copy) in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()


def test_a_text_that_is_saved_after_all_or_thrown_away_is_kept_nowhere(study: Path) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note beside")
        (study / "full").touch()
        terminal.type(f"by moonlight{ENTER}")
        terminal.wait_for("NOT SAVED")
        (study / "full").unlink()
        terminal.type(ENTER)
        terminal.wait_for("Note written")
        (study / "full").touch()
        terminal.type("n")
        terminal.wait_for("Note beside")
        terminal.type(f" or dawn{ENTER}")
        terminal.wait_for("NOT SAVED")
        terminal.type(ESCAPE)
        terminal.wait_for("Not saved yet")
        terminal.type(ESCAPE)
        (study / "full").unlink()
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    assert not list(study.rglob("*.unsaved.md"))

"""A text that cannot be saved when the program ends is kept in a file, which the next start reports."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

SAVE, ENTER, ESCAPE, QUIT = "\x13", "\r", "\x1b", "\x11"
ASKED = "This session is open elsewhere"
KEPT = "sessions/wil/events/11.unsaved.md"
SAID = "a text that was not saved is in"
NO_LOG = """
import errno
from pathlib import Path
from codetui.__main__ import main
from codetui.storage import disk
write = disk.write
def full(handle, data):
    if Path("full").exists() and Path("full").read_text() in str(Path(f"/proc/self/fd/{handle}").readlink()):
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


@pytest.mark.parametrize(
    ("keys", "text", "has_coded"),
    [
        ("s11nhalf a no", "half a no", True),
        ("s11p2beca", "beca", False),
        pytest.param("s11nhalf a no", "half a no", False, marks=pytest.mark.slow),
        pytest.param("s11p2beca", "beca", True, marks=pytest.mark.slow),
    ],
)
def test_a_text_blocked_by_another_program_is_kept_at_a_signal(
    study: Path, keys: str, text: str, has_coded: bool
) -> None:
    with start(study) as terminal:
        terminal.type(keys)
        terminal.wait_for(text)
        with start(study) as other:
            other.read_question(ASKED)
            other.type("o")
            other.wait_for("You can code this session here now.")
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


def test_a_text_blocked_by_another_program_is_kept_when_quitting(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        terminal.type("half a no")
        terminal.wait_for("half a no")
        with start(study) as other:
            other.read_question(ASKED)
            other.type("o")
            other.wait_for("You can code this session here now.")
            terminal.type(QUIT)
            terminal.read_question(ASKED, "last command is kept")
            assert not (study / KEPT).exists()
            terminal.type(QUIT)
            assert terminal.wait_for_end() in (0, 1)
            assert KEPT in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
    assert "half a no" in (study / KEPT).read_text("utf-8")


def test_a_blocked_text_is_kept_when_another_ad_is_opened(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        with start(study) as other:
            other.read_question(ASKED)
            other.type("o")
            other.wait_for("You can code this session here now.")
            terminal.type(f"half a no{ENTER}")
            terminal.read_question(ASKED)
            terminal.type(f"{ESCAPE}")
            terminal.wait_for("Read only: open elsewhere")
            terminal.type(")")
            terminal.wait_until(lambda: (study / KEPT).exists(), "the text in its file")


def test_a_text_that_cannot_be_written_is_kept_elsewhere_at_a_signal(study: Path) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        (study / "full").write_text("/sessions/")
        terminal.type("by moonlight")
        terminal.wait_for("by moonlight")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    copy = study / "codetui-copy" / "wil" / "events" / "11.unsaved.md"
    assert "by moonlight" in copy.read_text("utf-8")
    assert str(copy) in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()


@pytest.mark.parametrize(
    ("keys", "asked", "kept"),
    [
        ("s11D", "Edit TASK1", "definition: Lighting lamps. by moonlight"),
        ("s11A", "New code", "name:  by moonlight"),
        ("pD", "Edit the profile", "definition: Keeps the light. by moonlight"),
    ],
)
def test_a_text_that_cannot_be_written_to_the_codebook_is_kept_at_a_signal(
    study: Path, keys: str, asked: str, kept: str
) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type(keys)
        terminal.wait_for(asked)
        (study / "full").write_text("codebook.toml")
        terminal.type(" by moonlight")
        terminal.wait_for("by moonlight")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    assert kept in (study / KEPT).read_text("utf-8")
    assert KEPT in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
    assert "moonlight" not in (study / "codebook.toml").read_text("utf-8")


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGUSR1, signal.SIGXCPU, None])
def test_a_code_without_a_name_is_kept_in_a_file_when_the_program_ends(study: Path, end: signal.Signals | None) -> None:
    with start(study) as terminal:
        terminal.type("s11A")
        terminal.wait_for("New code")
        terminal.type("\t\t\tBy moonlight")
        terminal.wait_for("By moonlight")
        if end is None:
            terminal.type(QUIT)
        else:
            os.kill(terminal.pid, end)
        assert terminal.wait_for_end() == (1 if end is None else 128 + end)
    assert "definition: By moonlight" in (study / KEPT).read_text("utf-8")
    assert KEPT in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
    assert "moonlight" not in (study / "codebook.toml").read_text("utf-8")


def test_a_codebook_text_written_later_is_not_kept_elsewhere(study: Path) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type("s11D")
        terminal.wait_for("Edit TASK1")
        (study / "full").write_text("codebook.toml")
        terminal.type(f" by moonlight{SAVE}")
        terminal.wait_for("No space left on device")
        (study / "full").unlink()
        terminal.type(SAVE)
        terminal.wait_for("TASK1 was changed")
        (study / "full").write_text("codebook.toml")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert KEPT not in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()
    assert not list(study.rglob("*.unsaved.md"))


def test_a_text_saved_later_or_discarded_is_not_kept_elsewhere(study: Path) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        (study / "full").write_text("/sessions/")
        terminal.type(f"by moonlight{ENTER}")
        terminal.wait_for("NOT SAVED")
        (study / "full").unlink()
        terminal.type(ENTER)
        terminal.wait_for("Note saved")
        (study / "full").write_text("/sessions/")
        terminal.type("n")
        terminal.wait_for("Note on")
        terminal.type(f" or dawn{ENTER}")
        terminal.wait_for("NOT SAVED")
        terminal.type(ESCAPE)
        terminal.wait_for("Not saved yet")
        terminal.type(ESCAPE)
        (study / "full").unlink()
        terminal.wait_for("not saved, but kept")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert not list(study.rglob("*.unsaved.md"))


TYPED = "sessions/wil/events/11.typed.md"


@pytest.mark.parametrize(
    ("keys", "title", "text", "left"),
    [
        ("s11n", "Note on", "half a note", ""),
        ("p1", "Reasoning: Keeper", f"first line{ENTER}second line", ""),
        ("s11D", "Edit TASK1", " by moonlight", ""),
        ("p1", "Reasoning: Keeper", "half a reason", f"{ESCAPE}{ESCAPE}"),
    ],
)
def test_a_text_being_typed_survives_a_killed_program(study: Path, keys: str, title: str, text: str, left: str) -> None:
    last = text.rpartition(ENTER)[2].strip()
    with start(study) as terminal:
        terminal.type(keys)
        terminal.wait_for(title)
        terminal.type(text)
        terminal.wait_for(last)
        for key in left:
            terminal.type(key)
            time.sleep(0.3)
        terminal.wait_until(lambda: (study / TYPED).exists() and last in (study / TYPED).read_text("utf-8"), "the copy")
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_for_end()
    with start(study) as terminal:
        terminal.wait_for(SAID)
        assert last in (study / KEPT).read_text("utf-8") and not (study / TYPED).exists()
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize("end", [SAVE, f"{ESCAPE}|{ESCAPE}|{QUIT}", QUIT])
def test_a_text_that_was_saved_or_discarded_leaves_no_copy(study: Path, end: str) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half a reason")
        terminal.wait_until((study / TYPED).exists, "the copy")
        for key in end.split("|"):
            terminal.type(key)
            time.sleep(0.3)
        terminal.wait_until(lambda: not (study / TYPED).exists(), "no copy")
        assert not (study / KEPT).exists()


def test_a_copy_of_a_text_goes_elsewhere_where_the_study_cannot_be_written(study: Path) -> None:
    with start(study, [sys.executable, "-c", NO_LOG, "ads", "--coder", "wil"]) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        (study / "full").write_text("/sessions/")
        terminal.type("half a reason")
        terminal.wait_until((study / "codetui-copy/wil/events/11.typed.md").exists, "the copy")
        os.kill(terminal.pid, signal.SIGKILL)
        terminal.wait_for_end()
    with start(study) as terminal:
        terminal.wait_for(SAID)


def test_a_text_another_program_is_typing_is_not_taken_from_it(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        terminal.type("half a note")
        terminal.wait_until((study / TYPED).exists, "the copy")
        with start(study) as other:
            other.read_question(ASKED)
            assert (study / TYPED).exists()

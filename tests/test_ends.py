"""However the program ends, and whatever happens to its window, no text is lost and no traceback is shown."""

from __future__ import annotations

import os
import re
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

QUIT, SAVE, ENTER, ESCAPE, EDITOR, PALETTE = "\x11", "\x13", "\r", "\x1b", "\x05", "\x10"
KEPT = "sessions/wil/events/11.unsaved.md"
SAID = "a text that was not saved is in"

FAILING = """
import sys
from pathlib import Path
from codetui.__main__ import main
from codetui.storage import disk
from codetui.tui.widgets import document_view
from codetui.tui.workbench.screen import WorkbenchScreen

def fail(*_):
    raise RuntimeError("invented failure")

def refuse(tried):
    def refusing(path, *more):
        if any(part in str(path) for part in Path("refused").read_text().split()):
            raise OSError(28, "No space left on device")
        return tried(path, *more)
    return refusing

def on_resize(self):
    if Path("failing").exists():
        fail()

disk.create, disk.open_end = refuse(disk.create), refuse(disk.open_end)
WorkbenchScreen.on_resize = on_resize
main()
"""
"""The program, which fails when its window changes once there is a file `failing`, on a disk that refuses paths."""


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    study = write_study(tmp_path)
    (study / "refused").write_text("")
    (study / "temporary").mkdir()
    yield study


def start(study: Path, code: str = "", columns: int = 100, rows: int = 30, **environ: str) -> Terminal:
    command = (
        [sys.executable, "-c", code, "ads", "--coder", "wil"] if code else codetui_command("ads", "--coder", "wil")
    )
    environ = {"TMPDIR": str(study / "temporary")} | environ
    terminal = Terminal(command, study, environment(study, **environ), columns=columns, rows=rows)
    terminal.wait_for("You light the lamp")
    return terminal


def after(terminal: Terminal) -> str:
    """Return the text printed after the screen is closed."""
    return bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode().replace("\r\n", "\n")


# --- an error in the program --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "title", "text"),
    [("p1", "Reasoning: Keeper", "half a reason"), ("s11n", "Note on", "half a note"), ("s11D", "Edit", "half")],
)
def test_the_text_being_written_is_kept_when_an_error_ends_the_program(
    study: Path, keys: str, title: str, text: str
) -> None:
    with start(study, FAILING) as terminal:
        terminal.type(keys)
        terminal.wait_for(title)
        terminal.type(text)
        terminal.wait_for(text)
        (study / "failing").touch()
        terminal.resize(110, 30)
        assert terminal.wait_for_end() == 1
        printed = after(terminal)
    assert KEPT in printed and text in (study / KEPT).read_text("utf-8")
    assert "Traceback" not in printed and "RuntimeError: invented failure" in printed
    report = study / "codetui-copy" / "crash.txt"
    written = report.read_text("utf-8")
    assert str(report) in printed and "Traceback (most recent call last)" in written and "invented failure" in written
    assert text not in written
    with start(study) as terminal:
        terminal.wait_for(SAID)


@pytest.mark.parametrize(
    ("refused", "kept", "report"),
    [
        ("sessions/", "codetui-copy/wil/events/11.unsaved.md", "codetui-copy/crash.txt"),
        ("sessions/ /wil/", "", "codetui-copy/crash.txt"),
        ("sessions/ codetui-copy", "", ""),
    ],
)
def test_a_text_that_cannot_be_saved_anywhere_is_printed_last(
    study: Path, refused: str, kept: str, report: str
) -> None:
    with start(study, FAILING) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type(f"first line{ENTER}second line")
        terminal.wait_for("second line")
        (study / "refused").write_text(refused)
        (study / "failing").touch()
        terminal.resize(110, 30)
        assert terminal.wait_for_end() == 1
        printed = after(terminal)
    if kept:
        assert "first line\nsecond line" in (study / kept).read_text("utf-8")
    else:
        assert printed.rstrip().endswith("first line\nsecond line")
    assert ("could not be written anywhere (No space left on device)" in printed) is not bool(report)


def test_a_text_kept_among_temporary_files_is_reported(study: Path) -> None:
    with start(study, FAILING) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half a reason")
        terminal.wait_for("half a reason")
        (study / "refused").write_text(f"sessions/ {study}/codetui-copy")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
        assert str(study / "temporary" / "codetui-copy") in after(terminal)
    with start(study) as terminal:
        terminal.wait_for(SAID)


def assert_kept_as_unsaved(study: Path, text: str) -> None:
    log = study / "sessions/wil/events/11.jsonl"
    assert text in (study / KEPT).read_text("utf-8")
    assert text not in (log.read_text("utf-8") if log.exists() else "")
    assert not list(study.rglob("*.typed.md"))


@pytest.mark.parametrize("end", ["SIGHUP", "SIGQUIT", "closed"])
def test_a_lost_terminal_loses_no_text(study: Path, end: str) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half a reason")
        terminal.wait_for("half a reason")
        if end == "closed":
            assert terminal.hang_up() == 128 + signal.SIGHUP
        else:
            number = getattr(signal, end)
            os.kill(terminal.pid, number)
            assert terminal.wait_for_end() == 128 + number
    assert_kept_as_unsaved(study, "half a reason")
    with start(study) as terminal:
        terminal.wait_for(SAID)


def test_an_internal_error_of_a_command_is_reported_with_a_file(study: Path) -> None:
    code = "from codetui.cli import sessions; sessions.COMMANDS['status'].run = lambda _: 1 / 0\n"
    command = [sys.executable, "-c", f"{code}from codetui.__main__ import main; main()", "status"]
    with Terminal(command, study, environment(study), columns=200) as terminal:
        assert terminal.wait_for_end() == 1
        printed = terminal.output.decode()
    assert "Traceback" not in printed and "ZeroDivisionError: division by zero" in printed
    assert "in <lambda>" in (study / "codetui-copy" / "crash.txt").read_text("utf-8")


# --- the window ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "You light the lamp"),
        ("p", "Profile of this ad"),
        ("p1half", "half"),
        ("s1", "Enter  assign"),
        ("a", "Shore Company"),
        ("?", "type to filter"),
        (PALETTE, "Search for commands"),
        ("/lamp", "1 of 1"),
        (ENTER, "Assign a code"),
    ],
)
def test_a_window_that_is_too_small_is_reported_and_works_after_it_grows(study: Path, keys: str, words: str) -> None:
    with start(study) as terminal:
        terminal.type(keys)
        terminal.wait_for(words)
        for columns, rows in ((1, 1), (2, 1), (59, 30), (100, 14)):
            terminal.resize(columns, rows)
            if columns > 50:
                terminal.wait_for("codetui needs a window of 60 × 15")
            else:
                terminal.wait_until_quiet()
        terminal.type("s11d")
        terminal.wait_until_quiet()
        terminal.resize(100, 30)
        terminal.wait_for(words)
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    log = study / "sessions/wil/events/11.jsonl"
    assert "coding-added" not in (log.read_text("utf-8") if log.exists() else "")
    assert not (study / "codetui-copy").exists()


@pytest.mark.parametrize("size", [(1, 1), (2, 1), (59, 15), (60, 14)])
def test_a_program_started_in_a_small_window_works_after_it_grows(study: Path, size: tuple[int, int]) -> None:
    with Terminal(
        codetui_command("ads", "--coder", "wil"), study, environment(study), columns=size[0], rows=size[1]
    ) as terminal:
        time.sleep(1)
        terminal.wait_until_quiet()
        terminal.resize(60, 15)
        terminal.wait_for("You light the lamp")
        terminal.type("s11")
        terminal.wait_for("TASK1")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0


def test_a_signal_in_a_small_window_loses_no_text(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half a reason")
        terminal.wait_for("half a reason")
        terminal.resize(58, 10)
        terminal.wait_for("codetui needs a window")
        os.kill(terminal.pid, signal.SIGTERM)
        assert terminal.wait_for_end() == 128 + signal.SIGTERM
    assert_kept_as_unsaved(study, "half a reason")


def test_a_stopped_program_is_painted_again_when_it_continues(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half a reason")
        terminal.wait_for("half a reason")
        before = terminal.lines
        for stop in ("signal", "again"):
            time.sleep(0.3)  # A stop within moments of going on is lost, and no person is so quick.
            os.kill(terminal.pid, signal.SIGTSTP)
            terminal.wait_until(lambda: b"\x1b[?1049l" in terminal.output, "the shell's screen")
            time.sleep(0.3)
            assert Path(f"/proc/{terminal.pid}/stat").read_text().rpartition(")")[2].split()[0] == "T", stop
            del terminal.output[:]
            terminal.type_over("shell")
            os.kill(terminal.pid, signal.SIGCONT)
            terminal.wait_until(lambda: terminal.lines == before, "the same as before")
        terminal.type(f" and more{SAVE}{QUIT}")
        assert terminal.wait_for_end() == 0
    assert "half a reason and more" in (study / "sessions/wil/events/11.jsonl").read_text("utf-8")


def test_the_palette_suspends_and_ctrl_z_undoes(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11")
        terminal.wait_for("TASK1: Lighting ←")
        terminal.type("\x1a")
        terminal.wait_for("Undone")
        terminal.type(f"{PALETTE}suspend")
        terminal.wait_for("return to the shell")
        terminal.type(ENTER)
        terminal.wait_until(lambda: b"\x1b[?1049l" in terminal.output, "the shell's screen")
        time.sleep(0.3)
        os.kill(terminal.pid, signal.SIGCONT)
        terminal.wait_for("You light the lamp")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0


# --- the coder's own editor ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "editor", ["vi '", "rm", "false", "no-such-editor", "sh -c 'kill -9 $$'", "sh -c 'rm $0; mkdir $0'", "\\"]
)
def test_a_failing_editor_leaves_the_text_unchanged(study: Path, editor: str) -> None:
    with start(study, EDITOR=editor) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half a reason")
        terminal.wait_for("half a reason")
        terminal.type(EDITOR)
        terminal.wait_for("Your editor did not open", "half a reason")
        terminal.type(f" more{SAVE}{QUIT}")
        assert terminal.wait_for_end() == 0
    assert "half a reason more" in (study / "sessions/wil/events/11.jsonl").read_text("utf-8")


# --- Esc ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "title", "text"),
    [
        ("P", "Reasoning: Keeper", f"one{ENTER}two{ENTER}three"),
        ("E", "Ad #11", "Lighthouse Ltd"),
        ("D", "Edit", "a definition"),
        ("n", "Note on", "a long note"),
    ],
)
def test_a_text_left_by_escape_is_offered_again(study: Path, keys: str, title: str, text: str) -> None:
    last = re.split(r"[\r]", text)[-1]
    with start(study) as terminal:
        terminal.type(f"p1{SAVE}s11")
        terminal.wait_for("TASK1: Lighting ←")
        terminal.type(keys)
        terminal.wait_for(title)
        terminal.type(text)
        terminal.wait_for(last)
        leave(terminal, title)
        terminal.wait_for("open the same dialog again to continue it")
        terminal.type(keys)
        terminal.wait_for(title, "You left this text unsaved", last)
        terminal.type(SAVE if keys != "n" else ENTER)
        terminal.wait_until(lambda: title not in terminal.text, "the dialog is closed")
        terminal.type(keys)
        terminal.wait_for(title)
        assert "You left this text unsaved" not in terminal.text


def test_a_text_left_a_second_time_is_discarded(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        for _ in range(2):
            terminal.wait_for("Reasoning: Keeper")
            if "half" not in terminal.text:
                terminal.type("half a reason")
                terminal.wait_for("half a reason")
            leave(terminal, "Reasoning: Keeper")
            terminal.type("P")
        terminal.wait_for("Reasoning: Keeper")
        assert "half a reason" not in terminal.text


def leave(terminal: Terminal, title: str) -> None:
    """Press escape until a dialog is closed."""
    for _ in range(2):
        if title in terminal.text:
            terminal.type(ESCAPE)
            time.sleep(0.3)
            terminal.wait_until_quiet()
    assert title not in terminal.text

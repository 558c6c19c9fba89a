"""Copying the selection, a quotation or a list, by the terminal or by a program, and saying where it went."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from test_settings_in_use import running_with

from codetui.tui.clipboard import LONGEST_SEQUENCE, by_command, by_terminal
from codetui.tui.dialogs.base import Dialog
from testing.keys import parse, press, running, status_rows, until, workspace_on, write_ad

WRITE = "import sys, pathlib; pathlib.Path(sys.argv[1]).write_bytes(sys.stdin.buffer.read())"


@pytest.mark.parametrize(
    ("keys", "copied", "message"),
    [
        ("y", "Python", "Copied the selection “Python” to the terminal's clipboard."),
        ("2a<home>y", "We need Python and SQL.", "Copied the words at the cursor, “We need Python and SQL.”"),
        ("2a<escape>y", "Python", "Copied the quotation of TECH1: Languages, “Python”"),
        ("2aty", "“Python”", "Copied the quotation of TECH1: Languages, “Python”"),
        ("2at<left>y", "2a TECH1: Languages  1", "Copied 2 lines of the codebook to the terminal's clipboard."),
        ("t<home>y", "", "There is no profile to copy yet."),
    ],
)
async def test_a_key_copies_what_is_under_the_cursor(tmp_path: Path, keys: str, copied: str, message: str) -> None:
    text, selection = parse("We need [Python|] and SQL. You like people.")
    write_ad(tmp_path, text)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        bench.selector.put(selection)
        await press(pilot, keys)
        assert message in " ".join(status_rows(bench.status).split())
        assert copied.strip("“”") in pilot.app.clipboard


async def test_ctrl_c_of_the_preset_with_arrows_copies_and_says_how_to_quit(tmp_path: Path) -> None:
    async with running_with(tmp_path, 'preset = "arrows"\n') as (pilot, bench):
        await press(pilot, "<ctrl+c>")
        assert pilot.app.clipboard == "We need Python and SQL."
        assert "Ctrl+Q quits." in " ".join(status_rows(bench.status).split())
        await press(pilot, "<f1><ctrl+c>")
        assert len(pilot.app.clipboard.splitlines()) > 100


async def test_a_list_is_copied_whole_and_its_dialog_says_so(tmp_path: Path) -> None:
    async with running_with(tmp_path, '[keys]\ncopy_text = ["y", "Ctrl+Y"]\nredo = "F9"\n') as (pilot, _bench):
        await press(pilot, "?<ctrl+y>")
        lines = pilot.app.clipboard.splitlines()
        assert len(lines) > 100 and any("Undo your last step" in line for line in lines)
        dialog = pilot.app.screen
        assert isinstance(dialog, Dialog)
        assert f"Copied {len(lines)} lines" in str(dialog.query_one(".frame").border_subtitle)


async def test_the_copy_command_gets_the_text_as_it_is(tmp_path: Path) -> None:
    target = tmp_path / "copied $(touch x).txt"
    command = [sys.executable, "-c", WRITE, str(target)]
    quoted = ", ".join(f"'{one}'" for one in command)
    async with running_with(tmp_path, f"copy_command = [{quoted}]\n") as (pilot, bench):
        await press(pilot, "y")
        await until(pilot, lambda: "Copied the words" in status_rows(bench.status) or target.exists())
        await until(pilot, lambda: "by " in status_rows(bench.status))
        assert target.read_text("utf-8") == "We need Python and SQL."
        assert not (tmp_path / "x").exists()


def test_a_line_is_split_into_arguments_without_a_shell(tmp_path: Path) -> None:
    target = tmp_path / "a b.txt"
    line = f"'{sys.executable}' -c '{WRITE}' '{target}' ; touch x"
    assert by_command(line, "it", "Zoë\n") == (f"Copied it by {sys.executable}.", False)
    assert target.read_bytes() == "Zoë\n".encode()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("no-such-program-here", "No such file or directory"),
        (["no-such-program-here"], "No such file or directory"),
        ("'unclosed", "No closing quotation"),
        ([sys.executable, "-c", "raise SystemExit(3)"], "it ended with code 3"),
    ],
)
def test_a_command_that_fails_is_reported(command: str | list[str], reason: str) -> None:
    words, is_refused = by_command(command, "it", "text")
    assert is_refused and reason in words and "Correct copy_command" in words


def test_a_text_that_terminals_cut_is_refused_in_words() -> None:
    assert not by_terminal("it", "a" * (LONGEST_SEQUENCE // 2)).is_refused
    assert by_terminal("it", "a" * LONGEST_SEQUENCE).is_refused

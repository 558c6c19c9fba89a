"""The program in a real terminal: keys in, a screen out, and what survives a power cut."""

from __future__ import annotations

import json
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

QUIT, CTRL_S, ENTER, ESCAPE = "\x11", "\x13", "\r", "\x1b"
COLOUR = re.compile(rb"\x1b\[(?:[0-9:]+;)*(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9:;]*)?m")

DOCUMENT = """\
# Manual Coding Analysis: Job Ad #11 (Shore Company)

This document contains the manual coding for the "Keeper of the Northern Light" position at Shore Company.

- **Assigned Profile:** `Builder`
- **Reasoning:** Towers need mirrors.

---

## 1. Job Task Analysis

- **TASK1: Lighting:**
  - "You light the lamp at dusk." (at dusk only)
- **TASK2: Watching:**
  - "You watch the sea until dawn."
  - "You polish the mirrors every week."

---

## 2. Technology & Tool Analysis

- **TOOL1: Instruments:**
  - `barometer`
"""


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    yield write_study(tmp_path)


def start(study: Path, *, is_forked: bool = True, **environ: str) -> Terminal:
    command = codetui_command("ads", "--coder", "wil")
    terminal = Terminal(command, study, environment(study, **environ), is_forked=is_forked)
    terminal.wait_for("Shore Company", "You light the lamp")
    return terminal


def events(study: Path, ad: str = "11") -> list[str]:
    log = study / "sessions" / "wil" / "events" / f"{ad}.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [event["kind"] for line in lines for event in json.loads(line)["events"]]


def document(study: Path) -> str:
    path = study / "sessions" / "wil" / "analysis_job_11_shore_company.md"
    return path.read_text("utf-8") if path.exists() else ""


def codes_at(terminal: Terminal, words: str) -> list[str]:
    """Return the keys of codes that the gutter shows before these words."""
    gutter = next((line.split(words)[0] for line in terminal.lines[1:] if words in line), "")
    return re.findall(r"[0-9a-z]+", gutter)


def jump_to(terminal: Terminal, word: str) -> None:
    """Select a word by its jump label, whose next letter is in the cell before the word."""
    row = next(number for number, line in enumerate(terminal.lines) if word in line)
    column = terminal.lines[row].index(word) - 1
    before = terminal.lines[row]
    terminal.type("f")
    while "last word" not in terminal.text:
        terminal.wait_until(lambda seen=before: terminal.lines[row] != seen, f"letters on {word}")
        before = terminal.lines[row]
        terminal.type(before[column])
        terminal.wait_until_quiet()


def code_three_and_a_term(terminal: Terminal) -> None:
    terminal.type("s")
    terminal.type("1")
    terminal.wait_for("1 Job Task Analysis", "“You light the lamp at dusk.”")
    terminal.type("1")
    terminal.wait_for("TASK1: Lighting ← “You light the lamp at dusk.”")
    terminal.type("n")
    terminal.wait_for("Note on")
    terminal.type("at dusk only" + ENTER)
    terminal.wait_until(lambda: "Note on" not in terminal.text, "the note is closed")
    terminal.type("s12")
    terminal.wait_for("TASK2: Watching ← “You watch the sea until dawn.”")
    terminal.type("s.")
    terminal.wait_for("TASK2: Watching ← “You polish the mirrors")

    jump_to(terminal, "barometer")
    terminal.type("21")
    terminal.wait_for("TOOL1: Instruments ← “barometer”")


def assign_profile(terminal: Terminal) -> None:
    terminal.type("p")
    terminal.wait_for("Profile of this ad", "Keeper", "Builder")
    terminal.type("2")
    terminal.wait_for("Reasoning: Builder")
    terminal.type("Towers need mirrors.")
    terminal.wait_for("Towers need mirrors.")
    terminal.type(CTRL_S)
    terminal.wait_until(lambda: "Reasoning: Builder" not in terminal.text, "the reasoning is closed")


ALL_EVENTS = ["session-opened", "coding-added", "coding-noted", *["coding-added"] * 3, *["profile-assigned"] * 2]


def test_after_a_power_cut_everything_is_restored_at_the_same_place(study: Path) -> None:
    with start(study, is_forked=False) as terminal:
        code_three_and_a_term(terminal)
        assign_profile(terminal)
        terminal.wait_until(lambda: events(study) == ALL_EVENTS, "all events on disk")
        terminal.kill()
    with start(study, is_forked=False) as terminal:
        terminal.wait_for("Builder · coder wil", "Ad 11 · Shore Company")
        terminal.wait_until(lambda: codes_at(terminal, "You light the lamp") == ["12", "12", "11"], "the quotations")
        terminal.wait_until(lambda: codes_at(terminal, "• Experience") == ["21"], "the term")
        terminal.type("u")
        terminal.wait_for("Undone")
        terminal.type("uu")
        terminal.wait_until(lambda: codes_at(terminal, "• Experience") == [], "the term is undone")
        terminal.type("\x12\x12\x12")
        terminal.wait_for("Builder · coder wil", "21")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert document(study) == DOCUMENT


def test_a_document_lost_by_a_power_cut_is_written_when_coding_continues(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11")
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        terminal.kill()
    (study / "sessions" / "wil" / "analysis_job_11_shore_company.md").unlink(missing_ok=True)
    with start(study) as terminal:
        terminal.wait_for("11┃")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert '  - "You light the lamp at dusk."' in document(study)


def test_a_killed_program_resumes_at_its_ad_and_scroll_position(tmp_path: Path) -> None:
    days = "".join(f"Day {number} brings fog.\n\n" for number in range(200))
    write_study(tmp_path, {"1_first.txt": "First\n\nOne.\n", "2_second.txt": f"Second\n\n{days}"})
    place = tmp_path / "sessions" / "wil" / "events" / "place.json"
    command, environ = codetui_command("--coder", "wil"), environment(tmp_path)
    with Terminal([*command, "--ad", "2"], tmp_path, environ) as terminal:
        terminal.wait_for("Second", "Day 0", "First steps")
        terminal.type("X/")
        terminal.wait_for("search in this ad")
        terminal.type("Day 100 ")
        terminal.wait_for("1 of 1", "Day 100 brings fog.")
        terminal.type(ENTER)
        terminal.wait_until(lambda: "1 of 1" not in terminal.text, "the search is closed")
        terminal.type("11")
        terminal.wait_for("TASK1: Lighting ←")
        cursor = f'"cursor": {len(f"Second{chr(10) * 2}{days}".partition("Day 100 ")[0]) + len("Day 100 ")}'
        terminal.wait_until(lambda: place.exists() and cursor in place.read_text(), "the place on disk")
        before = seen(terminal)
        terminal.kill()
    with Terminal(command, tmp_path, environ) as terminal:
        terminal.wait_for("Day 100 brings fog.", "Second", "11")
        terminal.wait_until(lambda: seen(terminal) == before, "the same rows")


def seen(terminal: Terminal) -> list[str]:
    """Return the rows of the ad, regardless of the quotation under the cursor."""
    return [line.replace("▐", "┃") for line in terminal.lines[:-3]]


def test_without_colours_the_gutter_still_shows_the_codes(study: Path) -> None:
    with start(study, is_forked=False, NO_COLOR="1") as terminal:
        terminal.type("s11s12")
        terminal.wait_for("TASK2: Watching ← “You watch the sea until dawn.”")
        terminal.wait_until(lambda: codes_at(terminal, "You light the lamp") == ["12", "11"], "the codes' keys")
        assert not COLOUR.search(terminal.output)


def test_all_keys_of_one_burst_are_handled(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11s.s12..s")
        terminal.wait_until(lambda: events(study).count("coding-added") == 3, "three codings on disk")
        terminal.type("u")
        terminal.wait_for("Undone")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert "TASK2" not in document(study)


def test_a_search_typed_in_one_burst_finds_its_words(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("/mirrors")
        terminal.wait_for("/ mirrors", "1 of 1")


@pytest.mark.parametrize("sent", ["\x1b[1;2R", "\x1b[13;2~"])
def test_shift_f3_searches_backwards_in_every_encoding_of_terminals(study: Path, sent: str) -> None:
    with start(study) as terminal:
        terminal.type(f"/the{ENTER}")
        terminal.type("\x07")
        terminal.wait_for("“the”: 2 of 5")
        terminal.type(sent)
        terminal.wait_for("“the”: 1 of 5")


COLOUR_ANSWER = b"\x1b]11;rgb:1111/2222/3333\x1b\\"


@pytest.mark.parametrize(
    "message",
    [
        COLOUR_ANSWER,
        b"\x1b]11;rgb:1111/2222/3333",
        b"\x1b[57441;2u",
        b"\x1b[65;30;49;1;0;1_\x1b[65;30;49;0;0;1_",
        b"\x1b[?62;1;1c\x1b[1;1R\x1bP>|1 1\x1b\\",
        b"\x1b[<0;99999;3M\x1b[<0;-1;-1m\x1b[49;1:3u",
        b"\x1b1",
        b"\xe9\xff\x9b11~",
    ],
)
def test_reports_of_the_terminal_are_not_keys(study: Path, message: bytes) -> None:
    with start(study) as terminal:
        terminal.type("s")
        terminal.wait_until_quiet()
        for at in {len(message), 2, max(2, len(message) - 1)}:
            terminal.type(message[:at])
            time.sleep(0.05)
            terminal.type(message[at:])
            time.sleep(0.15)
        terminal.type("\x13")
        terminal.wait_for("Everything is saved")
        assert "coding-added" not in events(study)
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type("half ")
        terminal.wait_for("half")
        terminal.type(message)
        time.sleep(0.2)
        terminal.type("typed")
        terminal.type(CTRL_S)
        terminal.wait_until(lambda: len(logged(study)) == 3, "the reasoning on disk")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert described(logged(study)[-1]) == "profile: 1 half typed"


def test_an_invalid_utf_8_byte_loses_no_text(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type(b"caf\xe9 de \x1b[200~la\x1b[A\xe9\x1b[201~")
        terminal.type(CTRL_S + QUIT)
        assert terminal.wait_for_end() == 0
    assert described(logged(study)[-1]) == "profile: 1 caf de la·[A"


def test_shift_alone_does_not_close_jump_labels(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("f")
        terminal.wait_until(lambda: "You light" not in terminal.text, "letters on the words")
        terminal.type(b"\x1b[57441;2u\x1b[57441;1:3u\x1b[I")
        terminal.wait_until_quiet()
        assert "You light" not in terminal.text and "does nothing" not in terminal.text


def test_keys_before_quitting_in_the_same_burst_are_handled(study: Path) -> None:
    with start(study) as terminal:
        terminal.type(f"s11s.{QUIT}")
        assert terminal.wait_for_end() == 0
    assert document(study).count('  - "') == 2


@pytest.mark.parametrize(
    ("keys", "kept"),
    [
        (f"p1why{CTRL_S}", "profile: 1 why"),
        (f"p2why{ENTER}indeed{CTRL_S}", "profile: 2 why\nindeed"),
        (f"s11nat dusk{ENTER}", "note: at dusk"),
        (f"s11n{ESCAPE}", ""),
        (f"{ENTER}watch{ENTER}", "code: TASK2"),
        (f"/dusk{ENTER}12", "code: TASK2"),
        (f"/dusk{ESCAPE}s12", "code: TASK2"),
        (f"a{ESCAPE}s12", "code: TASK2"),
        (f"?undo{ESCAPE}s12", "code: TASK2"),
        (f"tt1{ESCAPE}s12", "code: TASK2"),
    ],
)
def test_keys_typed_ahead_into_a_question_are_all_read(study: Path, keys: str, kept: str) -> None:
    with start(study) as terminal:
        terminal.type(keys + QUIT)
        assert terminal.wait_for_end() == 0
    message = [fact for event in logged(study) if (fact := described(event))]
    assert message[-1:] == ([kept] if kept else ["code: TASK1"])


def test_letters_right_before_ctrl_s_are_saved_too(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("p1")
        terminal.wait_for("Reasoning: Keeper")
        terminal.type(f"why{CTRL_S}")
        terminal.wait_until(lambda: len(logged(study)) == 3, "the reasoning on disk")
    assert described(logged(study)[-1]) == "profile: 1 why"


@pytest.mark.parametrize(
    ("keys", "end", "kept"),
    [("s11n", ENTER, "note: one·31m two"), ("p1", CTRL_S, "profile: 1 one·31m\ntwo")],
)
def test_a_paste_is_queued_and_contains_no_control_characters(study: Path, keys: str, end: str, kept: str) -> None:
    with start(study) as terminal:
        terminal.type(f"{keys}\x1b[200~one\x9b31m\rtwo\x1b[201~{end}{QUIT}")
        assert terminal.wait_for_end() == 0
    assert described(logged(study)[-1]) == kept


@pytest.mark.parametrize("keys", ["s11", "s11?", "s11a", "s11i", "s111", "s11f", "s11/sea", "s11\x10"])
def test_ctrl_q_quits_from_everywhere(study: Path, keys: str) -> None:
    with start(study) as terminal:
        terminal.type(keys)
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert "You light the lamp" in document(study)


@pytest.mark.parametrize(("keys", "kept"), [("s11nhalf a no", "note: half a no"), ("s11p2beca", "profile: 2 beca")])
def test_quitting_keeps_the_text_being_written(study: Path, keys: str, kept: str) -> None:
    with start(study) as terminal:
        terminal.type(keys + QUIT)
        assert terminal.wait_for_end() == 0
    assert described(logged(study)[-1]) == kept


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_signal_shuts_the_program_down_cleanly(study: Path, name: str) -> None:
    number = getattr(signal, name)
    with start(study) as terminal:
        terminal.type("s11p2beca")
        terminal.wait_for("beca")
        os.kill(terminal.pid, number)
        assert terminal.wait_for_end() == 128 + number
        assert terminal.output.rfind(b"\x1b[?1049l") > terminal.output.rfind(b"\x1b[?1049h")
    assert "You light the lamp" in document(study) and "beca" not in document(study)
    assert "beca" in (study / "sessions/wil/events/11.unsaved.md").read_text("utf-8")


def test_a_closed_terminal_shuts_the_program_down_cleanly(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11")
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        assert terminal.hang_up() == 128 + signal.SIGHUP
    assert "You light the lamp" in document(study)


def test_a_terminal_closed_while_painting_ends_the_program(study: Path) -> None:
    with start(study) as terminal:
        terminal.type("s11" + "s" * 200)
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        # Nobody reads what is painted: the program waits for the terminal to take it when that is closed.
        time.sleep(0.5)
        assert terminal.hang_up() == 128 + signal.SIGHUP
    assert "You light the lamp" in document(study)


IGNORING = """
import signal
from codetui.__main__ import main
from codetui.tui import shutdown
shutdown.SIGNALS = ()
signal.signal(signal.SIGHUP, signal.SIG_IGN)
main()
"""


@pytest.mark.parametrize("keys", ["s11", "s11" + "s" * 200])
def test_a_program_detects_a_terminal_closed_without_a_signal(study: Path, keys: str) -> None:
    command = [sys.executable, "-c", IGNORING, "ads", "--coder", "wil"]
    with Terminal(command, study, environment(study)) as terminal:
        terminal.wait_for("ad 1 of")
        terminal.type(keys)
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        time.sleep(0.5)
        assert terminal.hang_up() == 128 + signal.SIGHUP
    assert "You light the lamp" in document(study)


BROKEN = """
from pathlib import Path
from codetui.__main__ import main
from codetui.storage import disk
from codetui.tui.workbench.source import SourceController

def on_full_disk(opened):
    def tried(path):
        if Path("full").exists() and "sessions" in path.parts:
            raise OSError(28, "No space left on device")
        return opened(path)
    return tried

def fail(self):
    raise RuntimeError("invented failure")

disk.create, disk.open_end = on_full_disk(disk.create), on_full_disk(disk.open_end)
SourceController.profile = fail
main()
"""


def start_broken(study: Path) -> Terminal:
    """Start a program whose sessions are on a full disk once a file `full` exists; `p` makes it crash."""
    terminal = Terminal([sys.executable, "-c", BROKEN, "ads", "--coder", "wil"], study, environment(study))
    terminal.wait_for("Shore Company", "You light the lamp")
    return terminal


def test_text_not_written_on_a_full_disk_is_reported_after_the_screen_closes(study: Path) -> None:
    with start_broken(study) as terminal:
        terminal.type("s11")
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        (study / "full").touch()
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 1
        left, _, after = bytes(terminal.output).rpartition(b"\x1b[?1049l")
        assert left and b"codetui: " in after and b"No space left on device" in after


def test_a_note_refused_by_a_full_disk_is_not_lost(study: Path) -> None:
    with start_broken(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        (study / "full").touch()
        terminal.type(f"at dusk{ENTER}")
        terminal.wait_for("Note on", "NOT SAVED: No space left on device", "at dusk")
        (study / "full").unlink()
        terminal.type(ENTER)
        terminal.wait_until(lambda: "coding-noted" in events(study), "the note on disk")
    assert described(logged(study)[-1]) == "note: at dusk"


def test_on_a_full_disk_coding_continues_elsewhere_and_returns_automatically(study: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    with start_broken(study) as terminal:
        terminal.type("s11")
        terminal.wait_until(lambda: "coding-added" in events(study), "the coding on disk")
        (study / "full").touch()
        terminal.type("s12")
        terminal.wait_for("NOT SAVED: No space left on device", "press B to save a copy elsewhere")
        terminal.type("B")
        terminal.wait_for("Save a copy to…")
        terminal.type(f"\x15{copy}{ENTER}")
        terminal.wait_for("The session was copied to", "12▐11┃")
        terminal.type("u")
        terminal.wait_for("Saved in the copy", "No space left on device")
        (study / "full").unlink()
        terminal.type("s12")
        terminal.wait_for("everything is saved.)")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert events(study).count("coding-added") == 3
    assert "elsewhere" not in bytes(terminal.output).rpartition(b"\x1b[?1049l")[2].decode()


def test_a_text_refused_by_a_full_disk_prevents_quitting(study: Path) -> None:
    with start_broken(study) as terminal:
        terminal.type("s11n")
        terminal.wait_for("Note on")
        (study / "full").touch()
        terminal.type(f"at dusk{QUIT}")
        terminal.wait_for("Note on", "NOT SAVED: No space left on device", "at dusk")
        (study / "full").unlink()
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert described(logged(study)[-1]) == "note: at dusk"


def test_a_crash_ends_with_an_exit_code_and_the_document_written(study: Path) -> None:
    with start_broken(study) as terminal:
        terminal.type("s11p")
        assert terminal.wait_for_end() == 1
        assert b"invented failure" in terminal.output
    assert "You light the lamp" in document(study)


def logged(study: Path) -> list[dict[str, str]]:
    """Return the events of the first ad."""
    log = study / "sessions" / "wil" / "events" / "11.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [event for line in lines for event in json.loads(line)["events"]]


def described(event: dict[str, str]) -> str:
    """Describe an event in a few words."""
    match event["kind"]:
        case "profile-assigned":
            return f"profile: {event['profile']} {event['reasoning']}".strip()
        case "coding-noted":
            return f"note: {event['note']}"
        case "coding-added":
            return f"code: {event['code']}"
    return ""

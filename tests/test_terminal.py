"""The program in a real terminal: keys in, a screen out, and what outlives a power cut."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from terminal import Terminal, codetui_command, environment

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


def start(study: Path, columns: int = 80, rows: int = 24, **environ: str) -> Terminal:
    command = codetui_command("ads", "--coder", "wil")
    terminal = Terminal(command, study, environment(study, **environ), columns=columns, rows=rows)
    terminal.wait_for("Shore Company  #11", "You light the lamp")
    return terminal


def events(study: Path, ad: str = "11") -> list[str]:
    log = study / "sessions" / "wil" / "events" / f"{ad}.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [event["kind"] for line in lines for event in json.loads(line)["events"]]


def document(study: Path) -> str:
    path = study / "sessions" / "wil" / "analysis_job_11_shore_company.md"
    return path.read_text("utf-8") if path.exists() else ""


def codes_at(terminal: Terminal, words: str) -> list[str]:
    """The keys of codes that the gutter shows before these words."""
    gutter = next((line.split(words)[0] for line in terminal.lines[1:] if words in line), "")
    return re.findall(r"[0-9a-z]+", gutter)


def jump_to(terminal: Terminal, word: str) -> None:
    """Selects a word by the letters that are painted on its beginning."""
    row = next(number for number, line in enumerate(terminal.lines) if word in line)
    column = terminal.lines[row].index(word)
    terminal.type("f")
    terminal.wait_until(lambda: word not in terminal.lines[row], f"letters on {word}")
    terminal.type(terminal.cells_like(row, column))


def code_three_and_a_term(terminal: Terminal) -> None:
    terminal.type("s")
    terminal.type("1")
    terminal.wait_for("1 Job Task Analysis", "“You light the lamp at dusk.”")
    terminal.type("1")
    terminal.wait_for("TASK1: Lighting ← “You light the lamp at dusk.”")
    terminal.type("n")
    terminal.wait_for("Note beside")
    terminal.type("at dusk only" + ENTER)
    terminal.wait_until(lambda: "Note beside" not in terminal.text, "the note is closed")
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


def test_after_a_power_cut_everything_is_there_on_screen_and_on_disk_at_the_same_place(study: Path) -> None:
    with start(study) as terminal:
        code_three_and_a_term(terminal)
        assign_profile(terminal)
        terminal.wait_until(lambda: events(study) == ALL_EVENTS, "all events on disk")
        terminal.kill()
    with start(study) as terminal:
        terminal.wait_for("coder wil · Builder", "#11 Shore Company")
        terminal.wait_until(lambda: codes_at(terminal, "You light the lamp") == ["12", "12", "11"], "the quotations")
        terminal.wait_until(lambda: codes_at(terminal, "* Experience") == ["21"], "the term")
        terminal.type("u")
        terminal.wait_for("Undone")
        terminal.type("uu")
        terminal.wait_until(lambda: codes_at(terminal, "* Experience") == [], "the term is undone")
        terminal.type("\x12\x12\x12")
        terminal.wait_for("coder wil · Builder", "21")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert document(study) == DOCUMENT


def test_a_document_that_the_power_cut_kept_from_disk_is_written_when_the_coder_goes_on(study: Path) -> None:
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


def test_the_program_starts_again_at_the_ad_and_the_scroll_where_it_was_killed(tmp_path: Path) -> None:
    days = "".join(f"Day {number} brings fog.\n\n" for number in range(200))
    write_study(tmp_path, {"1_first.txt": "First\n\nOne.\n", "2_second.txt": f"Second\n\n{days}"})
    place = tmp_path / "sessions" / "wil" / "events" / "place.json"
    command, environ = codetui_command("--coder", "wil"), environment(tmp_path)
    with Terminal([*command, "--ad", "2"], tmp_path, environ) as terminal:
        terminal.wait_for("Second  #2", "Day 0")
        terminal.type("/")
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
        terminal.wait_for("Day 100 brings fog.", "Second  #2", "11")
        assert seen(terminal) == before


def seen(terminal: Terminal) -> list[str]:
    """The rows of the ad, whatever quotation the cursor is on."""
    return [line.replace("▐", "┃") for line in terminal.lines[:-2]]


def test_without_colours_the_gutter_still_names_the_codes(study: Path) -> None:
    with start(study, NO_COLOR="1") as terminal:
        terminal.type("s11s12")
        terminal.wait_for("TASK2: Watching ← “You watch the sea until dawn.”")
        terminal.wait_until(lambda: codes_at(terminal, "You light the lamp") == ["12", "11"], "the codes' keys")
        assert not COLOUR.search(terminal.output)


def test_keys_in_one_burst_all_count(study: Path) -> None:
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


def test_keys_before_quitting_in_the_same_burst_count_too(study: Path) -> None:
    with start(study) as terminal:
        terminal.type(f"s11s.{QUIT}")
        assert terminal.wait_for_end() == 0
    assert document(study).count('  - "') == 2

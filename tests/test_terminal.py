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
    terminal.wait_for("Keeper of the Northern Light", "ad 1 of 3")
    return terminal


def events(study: Path, ad: str = "11") -> list[str]:
    log = study / "sessions" / "wil" / "events" / f"{ad}.jsonl"
    lines = log.read_text("utf-8").splitlines() if log.exists() else []
    return [event["kind"] for line in lines for event in json.loads(line)["events"]]


def document(study: Path) -> str:
    path = study / "sessions" / "wil" / "analysis_job_11_shore_company.md"
    return path.read_text("utf-8") if path.exists() else ""


def gutter(terminal: Terminal, words: str) -> str:
    """What stands before these words in their row."""
    return next(line.split(words)[0] for line in terminal.lines[1:] if words in line)


def jump_to(terminal: Terminal, word: str) -> None:
    """Selects a word by the letters that stand on its beginning."""
    row = next(number for number, line in enumerate(terminal.lines) if word in line)
    column = terminal.lines[row].index(word)
    before = terminal.text
    terminal.type("f")
    terminal.wait_until(lambda: terminal.text != before, "labels")
    for _ in range(2):
        shown = terminal.lines[row][column]
        terminal.type(terminal.lines[row][column])
        terminal.wait_until(lambda shown=shown: terminal.lines[row][column] != shown, f"label on {word} taken")
        if terminal.lines[row][column] == word[0]:
            break


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


def assign_profile(terminal: Terminal) -> None:
    terminal.type("p")
    terminal.wait_for("Profile of this ad", "Keeper", "Builder")
    terminal.type("2")
    terminal.wait_for("Reasoning: Builder")
    terminal.type("Towers need mirrors.")
    terminal.wait_for("Towers need mirrors.")
    terminal.type(CTRL_S)
    terminal.wait_until(lambda: "Reasoning: Builder" not in terminal.text, "the reasoning is closed")

"""Two programs in two real terminals on one session: taken over back and forth, killed, and nothing lost."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

QUIT, ESCAPE = "\x11", "\x1b"
LOCK, LOG = "sessions/wil/events/.11.jsonl.lock", "sessions/wil/events/11.jsonl"
ASKED = "This session is open elsewhere"


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    yield write_study(tmp_path)


def start(study: Path) -> Terminal:
    terminal = Terminal(codetui_command("ads", "--coder", "wil"), study, environment(study), columns=100, rows=30)
    terminal.wait_for("You light the lamp")
    return terminal


def codings(study: Path) -> list[tuple[str, str]]:
    """Return the codings in the log: code and words."""
    standing: dict[str, tuple[str, str]] = {}
    for line in (study / LOG).read_text("utf-8").splitlines():
        for event in json.loads(line)["events"]:
            if event["kind"] == "coding-added":
                standing[event["coding"]] = event["code"], event["words"]
            if event["kind"] == "coding-removed":
                del standing[event["coding"]]
    return list(standing.values())


def test_the_second_program_is_read_only_and_can_take_over_and_back(study: Path) -> None:
    with start(study) as first:
        first.type("11")
        first.wait_for("TASK1: Lighting ←")
        with start(study) as second:
            second.read_question(ASKED, f"process {first.pid}")
            second.type(ESCAPE)
            second.wait_for("Read only: open elsewhere")
            first.type("s12")
            second.wait_for("changed this session", "12 TASK2: Watching              1")
            second.type("12")
            second.wait_until(lambda: "changed this session" not in second.text, "the refusal of the key")
            second.wait_for("Read only:")
            second.type("O")
            second.wait_for("You can code this session here now.")
            second.type("ss11")
            second.wait_for("TASK1: Lighting ← “You watch the sea until dawn.”")
            first.type("x")
            first.read_question(ASKED, "Your last command is kept")
            first.type("o")
            first.wait_for("Removed TASK2")
            second.type("x")
            second.read_question(ASKED)
            second.type(ESCAPE)
            second.wait_for("Read only: open elsewhere")
            second.type(QUIT)
            assert second.wait_for_end() == 0
        first.type(QUIT)
        assert first.wait_for_end() == 0
    expected = [("TASK1", "Keeper of the Northern Light"), ("TASK1", "You watch the sea until dawn.")]
    assert codings(study) == expected and not (study / LOCK).exists()
    (document,) = (study / "sessions").rglob("analysis_job_*.md")
    output = re.findall(r'  - "(.*)"', document.read_text("utf-8"))
    assert output == [words for _, words in expected]


def test_files_of_a_killed_program_cause_no_question(study: Path) -> None:
    with start(study) as first:
        first.type("11")
        first.wait_for("TASK1: Lighting ←")
        first.kill()
    assert (study / LOCK).exists()
    with start(study) as second:
        second.type("s12")
        second.wait_for("TASK2: Watching ←")
        assert ASKED not in second.text
        second.type(QUIT)
        assert second.wait_for_end() == 0
    assert len(codings(study)) == 2 and not (study / LOCK).exists()


def test_a_session_is_free_as_soon_as_the_program_that_had_it_is_killed(study: Path) -> None:
    with start(study) as first:
        first.type("11")
        first.wait_for("TASK1: Lighting ←")
        with start(study) as second:
            second.read_question(ASKED)
            second.type(ESCAPE)
            second.wait_for("Read only: open elsewhere")
            first.kill()
            second.type("s12")
            second.wait_for("TASK2: Watching ←")
            second.type(QUIT)
            assert second.wait_for_end() == 0
    assert len(codings(study)) == 2


def test_a_killed_adjudication_goes_on_where_it_was(study: Path) -> None:
    for coder, code in (("rosa", "TASK1"), ("otto", "TASK2")):
        words = ("You light the lamp at dusk.", "You watch the sea until dawn.", "You polish the mirrors")
        code_source(Study.open(study), coder, "11", [(code, one) for one in words])
    with start(study) as first:
        first.type("zj")
        first.wait_for("0 decided, 3 open")
        first.type("3")
        first.wait_for("1 decided, 2 open")
        first.kill()
    with start(study) as second:
        second.type("zj")
        second.wait_for("0 decided, 2 open")
        second.type("33")
        second.wait_for("No disagreement is open.")
        second.type(ESCAPE + QUIT)
        assert second.wait_for_end() == 0
    (consensus,) = Study.open(study).sessions(coder="consensus")
    assert len(list(consensus.state.live())) == 6 and consensus.state.is_done

"""Finding in a real terminal of several sizes: retrieve, open, recode, come back; code findings, and undo it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

QUIT, ESCAPE, FIND, ENTER, TAB, F3, F6, ALT_LEFT = "\x11", "\x1b", "\x06", "\r", "\t", "\x1bOR", "\x1b[17~", "\x1b[1;3D"
SIZES = [(80, 24), *(pytest.param(size, marks=pytest.mark.slow) for size in ((140, 40), (200, 60)))]


def start(study: Path, size: tuple[int, int]) -> Terminal:
    config = study / "config" / "codetui"
    config.mkdir(parents=True, exist_ok=True)
    (config / "config.toml").write_text('[keys]\nrecode = "F6"\n', "utf-8")
    environ = environment(study, XDG_CONFIG_HOME=str(config.parent))
    columns, rows = size
    return Terminal(codetui_command("ads", "--coder", "rosa"), study, environ, columns=columns, rows=rows)


def codings(study: Path, ad: str) -> list[tuple[str, str]]:
    with Study.open(study).session(ad, "rosa") as session:
        return [(one.code, one.words) for one in session.state.live()]


@pytest.mark.parametrize("size", SIZES)
def test_quotations_are_retrieved_opened_recoded_with_a_changed_key_and_gone_back_from(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    study = write_study(tmp_path)
    words = {"11": "watch the sea", "12": "count the sacks", "13": "one stone"}
    for ad, one in words.items():
        code_source(Study.open(study), "rosa", ad, [("TASK1", one)], is_done=False)
    with start(study, size) as terminal:
        terminal.wait_for("You light the lamp")
        terminal.type(f"{FIND}code:TASK1")
        terminal.wait_for("3 places in 3 ads", *words.values())
        terminal.type(f"{TAB}{F3}")
        terminal.wait_for(" F6  recode", " Space  mark")
        terminal.type(ENTER)
        terminal.wait_for("2 of 3 findings", "count the sacks", "ad 2 of 3")
        terminal.type(F3)
        terminal.wait_for("3 of 3 findings", "ad 3 of 3")
        terminal.type(FIND)
        terminal.wait_for("3 places in 3 ads", "code:TASK1")
        terminal.type(f" {F6}")
        terminal.wait_for("Assign another code")
        terminal.type("TASK2")
        terminal.wait_for("TASK2: Watching")
        terminal.type(ENTER)
        terminal.read_question("1 change in 1 ad")
        terminal.type(ENTER)
        terminal.wait_for("Done: Recode “one stone”", "2 places in 2 ads")
        terminal.type(ESCAPE)
        terminal.wait_for("ad 3 of 3")
        terminal.type(ALT_LEFT)
        terminal.wait_for("ad 2 of 3")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0
    assert [codings(study, ad) for ad in words] == [
        [("TASK1", "watch the sea")],
        [("TASK1", "count the sacks")],
        [("TASK2", "one stone")],
    ]


@pytest.mark.parametrize("size", SIZES)
def test_three_passages_are_coded_from_a_search_and_undone_after_a_restart(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    study = write_study(tmp_path)
    with start(study, size) as terminal:
        terminal.wait_for("You light the lamp")
        terminal.type(f"{FIND}you{TAB}")
        terminal.wait_for("places in", " c  code one by one")
        terminal.type("c")
        terminal.wait_for("Code one by one")
        terminal.type(f"TOOL1{ENTER}")
        for number in (1, 2, 3):
            terminal.read_question(f"{number} of 7 ·")
            terminal.type("y")
        terminal.read_question("4 of 7 ·")
        terminal.type(ESCAPE)
        terminal.wait_for("3 passages coded TOOL1")
        terminal.type(f"{ESCAPE}{QUIT}")
        assert terminal.wait_for_end() == 0
    before = [one for ad in ("11", "12", "13") for one in codings(study, ad)]
    assert [code for code, _ in before] == ["TOOL1"] * 3
    with start(study, size) as terminal:
        for number in (1, 2, 3):
            terminal.wait_for("saved")
            terminal.type("u")
            terminal.wait_until(
                lambda number=number: sum(len(codings(study, ad)) for ad in ("11", "12", "13")) == 3 - number, "undone"
            )
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0

"""Two coders' documents become one truth in a real terminal, by keys alone, and kills lose no decision."""

from __future__ import annotations

import csv
import json
import random
import re
import shutil
import sys
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.state import State
from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import SHORE, write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

ADS = {f"{number}_shore_{number}.txt": SHORE.replace("Northern", f"Northern {number}") for number in range(11, 17)}
LAMP, SEA, MIRRORS = "You light the lamp at dusk.", "You watch the sea until dawn.", "You polish the mirrors"
HERS = [("TASK1", LAMP), ("TASK2", SEA), ("TASK2", MIRRORS), ("TOOL1", "sextant"), ("TASK1", "Patience")]
HIS = [("TASK1", LAMP), ("TASK1", SEA), ("TASK1", MIRRORS), ("TOOL1", "barometer"), ("TASK1", "Patience.")]
KILLS = 25
COUNT = re.compile(r"(\d+) decided, (\d+) open")


def start(study: Path, coder: str) -> Terminal:
    terminal = Terminal(codetui_command("ads", "--coder", coder), study, environment(study, CODETUI_CODER=coder))
    terminal.wait_for("You light the lamp")
    return terminal


def begin(terminal: Terminal) -> tuple[int, int]:
    """Begin to settle disagreements; return how many are decided and open."""
    terminal.type("zj")
    terminal.wait_until(lambda: COUNT.search(terminal.text) is not None, "the count")
    return count(terminal)


def count(terminal: Terminal) -> tuple[int, int]:
    found = COUNT.search(terminal.text)
    return (int(found[1]), int(found[2])) if found else (0, -1)


def consensus(study: Path) -> dict[str, State]:
    return {one.source.id: one.state for one in Study.open(study).sessions(coder="consensus")}


def result(study: Path) -> dict[str, list[tuple[str, str]]]:
    return {id_: sorted((one.code, one.words) for one in state.live()) for id_, state in consensus(study).items()}


def decisions(study: Path) -> int:
    """Return the number of decisions that are in force."""
    made = [
        (one.source.id, step.from_name)
        for one in Study.open(study).sessions(coder="consensus")
        for step in one.transactions
        if step.cause == "consensus" and step.from_name not in ("agreed", "done")
    ]
    assert len(made) == len(set(made)), "a disagreement was decided twice"
    return len(made)


@pytest.mark.slow
def test_a_kill_at_any_moment_loses_no_decision_that_was_shown(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", ADS)
    opened = Study.open(study)
    for id_ in (name[:2] for name in ADS):
        code_source(opened, "rosa", id_, HERS, "1")
        code_source(opened, "otto", id_, HIS, "2")
    shutil.copytree(study, tmp_path / "whole")
    with start(tmp_path / "whole", "lead") as terminal:
        _, total = begin(terminal)
        terminal.type("1" * total)
        terminal.wait_for(f"{total} decided, 0 open")
    dice, sure = random.Random(5), 0
    for _ in range(KILLS):
        with start(study, "lead") as terminal:
            done, left = begin(terminal)
            assert total - left >= sure, "a decision that was shown is gone"
            if not left:
                break
            terminal.type("1" * dice.randint(1, 4))
            limit = dice.random() * 0.4
            terminal.comes_to_hold(lambda: count(terminal)[1] == 0, limit)
            done, now = count(terminal)
            sure = total - left + done if now >= 0 else total - left
            terminal.kill()
        assert decisions(study) >= sure
    with start(study, "lead") as terminal:
        _, left = begin(terminal)
        terminal.type("1" * left)
        terminal.wait_for(f"{left} decided, 0 open")
    assert result(study) == result(tmp_path / "whole")
    assert all(state.is_done for state in consensus(study).values()) and decisions(study) == total


@pytest.mark.slow
def test_by_keys_alone_from_two_coders_documents_to_a_compared_consensus(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [name[:2] for name in ADS]
    # Documents as two people wrote them elsewhere.
    written = write_study(tmp_path / "elsewhere", ADS)
    for coder, codings, profile in (("rosa", HERS, "1"), ("otto", HIS, "2")):
        for id_ in (name[:2] for name in ADS):
            code_source(Study.open(written), coder, id_, codings, profile)
    study = write_study(tmp_path / "study", ADS)
    for coder in ("rosa", "otto"):
        folder = study / "sessions" / coder
        folder.mkdir(parents=True)
        for document in (written / "sessions" / coder).glob("*.md"):
            shutil.copy(document, folder)
    monkeypatch.chdir(study)
    monkeypatch.setenv("CODETUI_CODER", "lead")
    for coder in ("rosa", "otto"):
        with start(study, coder) as terminal:
            for number in range(1, len(ADS) + 1):
                terminal.wait_for(f"ad {number} of {len(ADS)}")
                terminal.type("d")
                terminal.wait_for(f"ad {number} of {len(ADS)}", "done · saved")
                terminal.wait_until_quiet()
                terminal.type(")")
            terminal.wait_until_quiet()
    with start(study, "lead") as terminal:
        terminal.type("za3")
        terminal.wait_for("Agreement: A", "quotations F1")
        shown = terminal.text
        title = re.search(r"A (\w+) · B (\w+)", shown)
        assert title
        run(["agree", *title.groups(), "--json", "--resamples", "0"])
        record = json.loads(capsys.readouterr().out)
        for name, figure in (("quotations F1", "spans"), ("codes F1", "codes"), ("profile α", "profile")):
            value = record[figure]["alpha" if figure == "profile" else "f1"]
            assert f"{name} {value:.2f}" in shown, (name, value, shown)
        assert len(record["ads"]) == len(ADS)
        terminal.type("\x1b")
        terminal.wait_for("You light the lamp")
        _, total = begin(terminal)
        keys = 0
        for _ in range(total):
            before = count(terminal)[0]
            terminal.type("0" if "only one" in terminal.text else "1")
            keys += 1
            terminal.wait_until(lambda: count(terminal)[0] > before, "one more decided")  # noqa: B023
        assert keys / total <= 1.2
    assert all(state.is_done for state in consensus(study).values()) and decisions(study) == total
    assert run(["export", "--coder", "consensus", "-o", "consensus.csv"]) == 0
    with Path("consensus.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["code_id"]]
    exported = {id_: sorted((row["code_id"], row["words"]) for row in rows if row["ad_id"] == id_) for id_ in ids}
    assert exported == result(study)
    capsys.readouterr()
    assert run(["agree", "consensus", "rosa", "--json", "--resamples", "0"]) == 0
    record = json.loads(capsys.readouterr().out)
    matched = sum(len(codings) for codings in exported.values())
    assert record["spans"]["a"] == matched and record["coded"]["consensus"]["made_from"]
    assert run(["check"]) == 0

"""After a kill everything confirmed is there, once and in order, and at most the one command in progress besides."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from codetui.storage import disk
from testing.attacks import ledger
from testing.attacks.ledger import Difference, Ledger

ROOT = Path(__file__).resolve().parents[2]
ELSEWHERE = ("outside.py", "git_driver.py", "text_index.py", "kept_readings.py", "kit.py", "regex_child.py")
"""Modules that write outside the study: for another program, into the cache folder, or to a parent process."""

if sys.platform == "win32":
    pytest.skip("Windows has neither fork nor pseudo-terminals", allow_module_level=True)


HANGS = 480
"""Seconds after which an attack, which takes less than one minute, will never end."""


def attack(*options: str) -> list[int]:
    """Return the figures printed by an attack, run in its own process, which forks before it has any thread."""
    command = [sys.executable, "-m", "benchmarks.kills", *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=HANGS)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
    return [int(number) for number in re.findall(r"\d+", done.stdout)]


@pytest.mark.parametrize("kills", [24, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_kill_anywhere_in_the_storage_loses_and_duplicates_nothing(kills: int) -> None:
    counted, at_random, before, half, after, commands, in_flight, *_ = attack("--store", str(kills))
    assert counted == kills and min(at_random, before, half, after) == kills // 4
    assert commands > kills and in_flight > kills // 20


@pytest.mark.parametrize("kills", [3, pytest.param(50, marks=pytest.mark.slow)])
def test_a_kill_anywhere_in_the_program_loses_nothing_that_was_confirmed(kills: int) -> None:
    counted, commands, confirmed, *_ = attack("--program", str(kills))
    assert counted == kills and commands >= confirmed > kills


@pytest.mark.parametrize("every", [97, pytest.param(2, marks=pytest.mark.slow)])
def test_a_change_of_many_sessions_killed_anywhere_is_done_absent_or_reported_as_interrupted(every: int) -> None:
    kills, resumed, *_ = attack("--steps", str(every))
    assert kills > 300 // every and resumed > 100 // every


@pytest.mark.parametrize(
    ("found", "difference"),
    [
        (["a", "b"], Difference()),
        (["a", "b", "c"], Difference()),
        (["a"], Difference(lost=1)),
        (["a", "b", "b"], Difference(doubled=1)),
        (["b", "a"], Difference(disordered=1)),
        (["a", "b", "d"], Difference(doubled=1)),
        (["a", "c"], Difference(lost=1, doubled=1)),
    ],
)
def test_the_ledger_detects_lost_duplicated_and_reordered_steps(found: list[str], difference: Difference) -> None:
    ledger = Ledger()
    for fact in "ab":
        ledger.record("begin", "1", (fact,))
        ledger.record("done", "1", (fact,))
    ledger.record("begin", "1", ("c",))
    assert ledger.compare({"1": [(fact,) for fact in found]}) == difference


def test_all_changes_of_the_disk_go_through_one_module() -> None:
    calls = re.compile(
        r"\bos\.(write|replace|rename|unlink|remove|fsync|ftruncate|truncate|mkdir|makedirs|link|symlink|chmod)\("
        r"|(?<!disk)(?<!fs)\.(write_text|write_bytes|unlink|mkdir|rename|touch|rmdir|chmod|hardlink_to|symlink_to)\("
        r"|\bos\.open\(.*O_(WRONLY|RDWR|CREAT)"
        r"|\bopen\([^)]*[\"'][wax]"
    )
    storage = Path(disk.__file__).parent
    found = {
        f"{path.parent.name}/{path.name}: {line.strip()}"
        for path in [*storage.glob("**/*.py"), *storage.parent.glob("study/**/*.py")]
        for line in path.read_text("utf-8").splitlines()
        if calls.search(line) and path.name not in ("disk.py", *ELSEWHERE)
    }
    assert found == set()


def test_a_line_of_a_log_is_read_as_it_was_confirmed() -> None:
    line = b'{"cause":"undo","target":"t1","events":[]}'
    assert [ledger.fact_in(one) for one in ledger.lines_of(line + b"\n" + line[:-3])] == [("undo", "t1")]

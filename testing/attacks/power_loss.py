"""A coder's day, ended by a power loss after any operation; the study is reopened on each possible disk."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple

from codetui.storage import fs
from testing.attacks.coder import BOOK, CHOICES, CODER, MEMORY, Coder, edits_in, lay_out, open_study
from testing.attacks.failing_disk import patient
from testing.attacks.fallible_disk import FallibleDisk, Files, lay_down
from testing.attacks.faults import Operation, interposed
from testing.attacks.ledger import Difference, Fact, Ledger, logs_in

Watched = Literal["operation", "command", "nothing"]
FIRST_DAY = 5
"""A day on which a note follows the last save of the document; that older document must not revert it."""

BEGINNING = ("assign", "assign", "save")
NEXT_DAY = ("look round", "assign", "save", "assign", "undo", "change ad", "assign")
"""The coder's actions between a kill of the program and the loss of power."""


class KilledError(BaseException):
    """Raised when a program ends as if killed."""


@dataclass
class Tally:
    """The results: operations after which power was lost, distinct disks that were opened, and faults."""

    operations: int = 0
    disks: int = 0
    torn: int = 0
    difference: Difference = field(default_factory=Difference)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    stops: bool = False
    """Whether to stop at the first fault."""


class Moment(NamedTuple):
    """A possible disk after a loss of power, and the commands confirmed by then."""

    operation: int
    files: Files
    confirmed: dict[str, list[Fact]]
    begun: tuple[str, Fact] | None


class Day:
    """A coder on a recorded disk: after each operation the disks that a power loss could leave are recorded."""

    def __init__(self, folder: Path, *, every_byte: int = 1, forgets: frozenset[str] = frozenset()) -> None:
        """Prepare a day; a write is torn at every `every_byte`th byte."""
        shutil.rmtree(folder / "study", ignore_errors=True)
        self.study = lay_out(folder / "study", ads=2, sentences=6)
        self.ledger = Ledger()
        self.disk = FallibleDisk.of(self.study, forgets)
        self.moments: dict[int, Moment] = {}
        self.operations = 0
        self.torn = 0
        self._every_byte = every_byte

    def work(self, script: Iterable[str], seed: int, *, dies_at: int = 0, watched: Watched = "operation") -> None:
        """Start a program and run the script to its end, or die at the operation `dies_at` as if killed."""
        fs._durable_names.clear()
        count = 0

        def operate(name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
            nonlocal count
            count += 1
            if 0 < dies_at <= count:
                raise KilledError
            done = self.disk(name, operation, arguments)
            self.operations += 1
            if watched == "operation":
                self._watch(tears=name == "write")
            return done

        with interposed(operate), suppress(KilledError):
            coder = Coder(self.study, Random(seed), self.ledger.record, seed * 1000)
            for choice in script:
                coder.do(choice)
                if watched == "operation":
                    self._watch()
                elif watched == "command":
                    self._note(self.disk.least())
            coder.workspace.leave()

    def adopt(self) -> None:
        """Count everything on disk as confirmed, as the next start of the program does."""
        self.ledger.compare(found_in(self.study))

    def _watch(self, *, tears: bool = False) -> None:
        """Record every disk that a power loss could leave now."""
        for left in self.disk.losses():
            self._note(left)
        for number, left in enumerate(self.disk.torn() if tears else ()):
            if number % self._every_byte == 0:
                self.torn += self._note(left)

    def _note(self, left: Files) -> bool:
        """Record a disk unless an equal one was recorded with as many confirmed commands; return whether it was."""
        key = hash((tuple(left.items()), self.ledger.count, self.ledger.begun))
        if key in self.moments:
            return False
        confirmed = {about: list(facts) for about, facts in self.ledger.confirmed.items()}
        self.moments[key] = Moment(self.operations, left, confirmed, self.ledger.begun)
        return True


def open_again(day: Day, folder: Path, tally: Tally) -> None:
    """Open the study as each power loss would leave it."""
    tally.operations += day.operations
    tally.torn += day.torn
    for moment in day.moments.values():
        if tally.stops and tally.faults:
            return
        tally.disks += 1
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        lay_down(moment.files, folder)
        try:
            difference = _look(folder, moment)
            tally.difference += difference
            if not difference.is_none:
                tally.faults.append(f"operation {moment.operation}: {difference} of {moment.confirmed}")
        except Exception as error:
            tally.faults.append(f"operation {moment.operation}: {type(error).__name__}: {error}")


def _look(folder: Path, moment: Moment) -> Difference:
    """Open and close every ad; return the differences from the confirmed commands."""
    workspace = open_study(folder)
    torn = [log.name for log in sorted(folder.glob("sessions/*/events/*.jsonl")) if _is_torn(log.read_bytes())]
    for entry in workspace.sources.entries:
        workspace.open(entry)
        problems = workspace.leave()
        assert problems == [], problems
    found = found_in(folder)
    ledger = Ledger(defaultdict(list, moment.confirmed), moment.begun)
    difference = ledger.compare(found)
    named = [Path(problem.file).name for problem in workspace.problems if problem.file.endswith(".jsonl")]
    assert sorted(named) == torn, f"{torn} are torn, and {named} are reported"
    return difference


def found_in(study: Path) -> dict[str, list[Fact]]:
    """Return the facts in the logs and the codebook of a study."""
    return {**logs_in(study / "sessions", CODER), BOOK: edits_in(study / "codebook.toml")}


def _is_torn(log: bytes) -> bool:
    """Return whether the last line is incomplete."""
    last = log.rpartition(b"\n")[2]
    try:
        return bool(last) and not isinstance(json.loads(last), dict)
    except ValueError:
        return True


def run(
    *,
    days: Sequence[int] = (FIRST_DAY,),
    every_byte: int = 1,
    every_death: int = 1,
    forgets: frozenset[str] = frozenset(),
    stops: bool = False,
) -> Tally:
    """Lose power after every operation of some days, and on the day after one on which the program was killed.

    It is killed at every `every_death`th operation; on the next day only synced changes are left.
    """
    started = time.perf_counter()
    tally = Tally(stops=stops)
    with patient(), tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        for seed in days:
            day = Day(folder, every_byte=every_byte, forgets=forgets)
            day.work(a_day(seed), seed)
            open_again(day, folder / "again", tally)
        for dies_at in range(1, day.operations, every_death):
            day = Day(folder, forgets=forgets)
            day.work(a_day(days[-1]), days[-1], dies_at=dies_at, watched="nothing")
            day.adopt()
            day.work(NEXT_DAY, 1, watched="command")
            open_again(day, folder / "again", tally)
    tally.seconds = time.perf_counter() - started
    return tally


def a_day(seed: int) -> list[str]:
    """Run one day of a coder."""
    return [*BEGINNING, *Random(seed).choices([*CHOICES], [*CHOICES.values()], k=15)]

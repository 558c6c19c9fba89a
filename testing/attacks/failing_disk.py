"""A coder's day on a disk that fails at one operation, and what is on disk afterwards."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

from codetui.storage import fs
from codetui.storage.journal import Journal
from codetui.study.session.outcome import NotSaved
from testing.attacks.coder import BOOK, CODER, MEMORY, Coder, edits_in, lay_out
from testing.attacks.faults import ERRORS, Counter, FailingDisk, RemovedStick, interposed
from testing.attacks.ledger import Difference, Fact, Ledger, logs_in

SCRIPT = (
    *("assign", "assign", "note", "save", "undo", "remove", "profile", "edit the codebook", "assign", "quit"),
    *("change ad", "assign", "move", "redo", "undo", "save", "change ad", "assign", "recode", "quit"),
)
"""The coder's actions; random choices are the same in every run."""

SEED = 5


@dataclass
class Tally:
    """The results: days, commands confirmed, commands refused by the disk, and faults.

    `unread` counts days with a failed read; `unreadable_commands` counts command lines run on such a disk.
    """

    days: int = 0
    unread: int = 0
    unreadable_commands: int = 0
    confirmed: int = 0
    not_saved: int = 0
    difference: Difference = field(default_factory=Difference)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add the results of days with failing reads."""
        self.days += other.days
        self.unread += other.days
        self.confirmed += other.confirmed
        self.not_saved += other.not_saved
        self.difference += other.difference
        self.faults += other.faults


def run(errors: Sequence[str] = ERRORS, *, is_each: bool, step: int = 1) -> Tally:
    """Fail at every `step`th operation of the script, once and then until its end, with each kind of error in turn.

    With `is_each`, fail with every kind of error at each operation, and then at every read, during a day and during a
    command line.
    """
    started = time.perf_counter()
    tally = Tally()
    turns = cycle(errors)
    with patient(), tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for at in range(1, operations(Path(folder)) + 1, step):
            for lasts in (False, True):
                for error in errors if is_each else [next(turns)]:
                    _fail(Path(folder), at, error, lasts=lasts, tally=tally)
    if is_each:
        _fail_to_read(tally)
    tally.seconds = time.perf_counter() - started
    return tally


def _fail_to_read(tally: Tally) -> None:
    from testing.attacks import failing_reads, unreadable_commands

    tally.add(failing_reads.run(is_each=False))
    commands = unreadable_commands.run()
    tally.unreadable_commands += commands.days
    tally.faults += commands.faults


@contextmanager
def patient() -> Iterator[None]:
    """Make `folder` the home folder, where failed appends are recorded."""
    home = os.environ.get("HOME")
    try:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            os.environ["HOME"] = folder
            yield
    finally:
        if home is not None:
            os.environ["HOME"] = home


def operations(folder: Path) -> int:
    """Return the number of operations that the script takes on a good disk."""
    counter, day = Counter(), _Day(folder, "")
    with interposed(counter):
        for choice in SCRIPT:
            day.act(choice)
    return counter.count


def remove_sticks(*, step: int = 1) -> Tally:
    """Remove the sessions folder before every `step`th operation until the script ends."""
    tally = Tally()
    with patient(), tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name)
        for at in range(1, operations(folder) + 1, step):
            day = _Day(folder, "")
            _work(day, RemovedStick(at, day.study / "sessions"), f"stick removed at {at}", tally)
    return tally


def _fail(folder: Path, at: int, error: str, *, lasts: bool, tally: Tally) -> None:
    failing, day = FailingDisk(at, error, lasts=lasts), _Day(folder, os.strerror(getattr(errno, error)))
    _work(day, failing, f"{error} at {at} ({'lasting' if lasts else 'once'})", tally)
    tally.faults += [] if failing.refused else [f"{error} at {at}: the disk has not failed"]


def _work(day: _Day, failing: FailingDisk | RemovedStick, what: str, tally: Tally) -> None:
    """Run one day, after which the disk works again and the coder continues for a while."""
    with interposed(failing):
        for choice in SCRIPT:
            day.act(choice)
        failing.heal()
        for choice in ("profile", "edit the codebook"):
            day.act(choice)
        day.faults += [str(problem) for problem in day.coder.workspace.leave()]
    difference = day.ledger.compare(day.found())
    tally.days += 1
    tally.confirmed += day.ledger.count
    tally.not_saved += day.ledger.not_saved
    tally.difference += difference
    faults = day.faults + day.unreadable() + ([] if difference.is_none else [str(difference)])
    tally.faults += [f"{what}: {fault}" for fault in faults]


class _Day:
    """A coder in a new study, with a ledger of the confirmed commands."""

    def __init__(self, folder: Path, reason: str) -> None:
        shutil.rmtree(folder / "study", ignore_errors=True)
        fs._durable_names.clear()
        self.study = lay_out(folder / "study", ads=2, sentences=6)
        self.ledger = Ledger()
        self.faults: list[str] = []
        self._reason = reason
        self.coder = Coder(self.study, Random(SEED), self.ledger.record)

    def act(self, choice: str) -> None:
        """Do one action; opening an ad and saving the place may raise OSError, as the workspace documents."""
        before = self.coder.session
        state = before.state
        self.coder.outcome = None
        with suppress(OSError):
            self.coder.do(choice)
        outcome = self.coder.outcome
        if isinstance(outcome, NotSaved):
            if self._reason not in outcome.message:
                self.faults.append(f"{choice}: {outcome.message!r} does not name {self._reason!r}")
            if before.state is not state:
                self.faults.append(f"{choice} was refused, and has changed the state")

    def found(self) -> dict[str, list[Fact]]:
        """Return the facts on disk."""
        return {**logs_in(self.study / "sessions", CODER), BOOK: edits_in(self.study / "codebook.toml")}

    def unreadable(self) -> list[str]:
        """Return incomplete log lines and leftover temporary files."""
        logs = (self.study / "sessions" / CODER / "events").glob("*.jsonl")
        return [str(problem) for log in logs for problem in Journal(log).read()[1]]

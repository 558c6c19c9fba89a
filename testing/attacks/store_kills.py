"""Runs of a coder on a real session, each ended by SIGKILL; the confirmed commands are compared with the disk.

One process loads the program; each life is a fork of it, opens the study anew, and is killed at a random moment or at
one operation on the disk.  The study is in memory if the system has such a folder: a kill loses nothing that was passed
to the system, so a disk would only be slower.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

from testing.attacks.coder import BOOK, CODER, MEMORY, Coder, documents_differ, edits_in, lay_out, open_study
from testing.attacks.faults import Killer, interposed
from testing.attacks.ledger import Difference, Fact, Ledger, logs_in

LIVES = 40
"""The number of runs on one study before a new one is created."""

LONGEST = 0.030
"""The latest random moment of a kill, in seconds after the first command."""

MOST_OPERATIONS = 60
"""The latest operation on the disk at which a run is killed."""

MOMENTS = ("at random", "before", "half", "after")


@dataclass
class Tally:
    """The results."""

    kills: int = 0
    moments: dict[str, int] = field(default_factory=dict)
    commands: int = 0
    in_flight: int = 0
    difference: Difference = field(default_factory=Difference)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, other: Tally) -> None:
        """Add the results of another run."""
        self.kills += other.kills
        for moment, number in other.moments.items():
            self.moments[moment] = self.moments.get(moment, 0) + number
        self.commands += other.commands
        self.in_flight += other.in_flight
        self.difference += other.difference
        self.faults += other.faults
        self.seconds += other.seconds


def run(kills: int, seed: int) -> Tally:
    """Kill the given number of runs and compare after each."""
    started = time.perf_counter()
    tally = Tally()
    chance = Random(seed)
    gc.freeze()
    moments = cycle(MOMENTS)
    while tally.kills < kills:
        with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
            _study(Path(folder), chance, min(LIVES, kills - tally.kills), moments, tally)
    tally.seconds = time.perf_counter() - started
    return tally


def _study(folder: Path, chance: Random, lives: int, moments: cycle[str], tally: Tally) -> None:
    """Run the coder on one study until the given number of kills, and a last time without one."""
    lay_out(folder)
    ledger = Ledger()
    while lives:
        moment = next(moments)
        is_killed = _live(folder, chance, moment, ledger, tally)
        _compare(folder, ledger, tally, f"killed {moment}")
        lives -= 1
        tally.kills += is_killed
        tally.moments[moment] = tally.moments.get(moment, 0) + is_killed
    if os.fork() == 0:
        _end_well(folder)
    if os.wait()[1]:
        tally.faults.append("the last life failed")
    _compare(folder, ledger, tally, "after a life in peace")
    tally.commands += ledger.count


def _compare(folder: Path, ledger: Ledger, tally: Tally, when: str) -> None:
    found = {**logs_in(folder / "sessions", CODER), BOOK: edits_in(folder / "codebook.toml")}
    before = ledger.count
    difference = ledger.compare(found)
    tally.in_flight += ledger.count - before if difference.is_none else 0
    if not difference.is_none:
        tally.difference += difference
        tally.faults.append(f"{when}: {difference}")


# --- one life -------------------------------------------------------------------------------------


def _live(folder: Path, chance: Random, moment: str, ledger: Ledger, tally: Tally) -> bool:
    """Follow one run to its end; return True if it was killed, False if it ended with a fault."""
    reader, writer = os.pipe()
    seed, serial = chance.getrandbits(64), tally.kills * 1000
    at = chance.randrange(1, MOST_OPERATIONS)
    patience = chance.uniform(0, LONGEST)
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        _be_killed(folder, Random(seed), writer, serial, Killer(at, moment) if moment != "at random" else None)
    os.close(writer)
    with os.fdopen(reader, "rb") as heard:
        if moment == "at random":
            _wait_until_open(heard.fileno())
            time.sleep(patience)
            os.kill(pid, signal.SIGKILL)
        for line in heard.read().split(b"\n"):
            _record(line, ledger, tally)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == -signal.SIGKILL


def _wait_until_open(pipe: int) -> None:
    """Wait for the first line, which reports that the study is open or why it is not."""
    while os.read(pipe, 1) not in (b"\n", b""):
        pass


def _record(line: bytes, ledger: Ledger, tally: Tally) -> None:
    if not line:
        return
    end, about, fact = json.loads(line)
    if end == "fault":
        tally.faults.append(about)
    elif end != "open":
        ledger.record(end, about, tuple(fact))


def _be_killed(folder: Path, chance: Random, pipe: int, serial: int, killer: Killer | None) -> None:
    """Work until killed; never return."""

    def report(end: str, about: str, fact: Fact) -> None:
        os.write(pipe, json.dumps([end, about, fact]).encode() + b"\n")

    try:
        if killer is None:
            coder = Coder(folder, chance, report, serial)
            report("open", "", ())
            while True:
                coder.act()
        with interposed(killer):
            coder = Coder(folder, chance, report, serial)
            while True:
                coder.act()
    except BaseException:
        report("fault", traceback.format_exc(), ())
    finally:
        os._exit(1)


def _end_well(folder: Path) -> None:
    """Open and close every ad, and check that its document matches its log; never return."""
    try:
        faults = documents_differ(open_study(folder))
        if faults:
            print(*faults, sep="\n", file=sys.stderr, flush=True)
        os._exit(bool(faults))
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(1)

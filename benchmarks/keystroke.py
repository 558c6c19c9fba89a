"""Time the key that assigns a code until the screen shows it, fsync included, beside a bare append and fsync.

    python -m benchmarks.keystroke [--runs 300]

The program runs in a pseudo-terminal.  For each size of ad, `s` goes to the next sentence, `1` opens the codes,
and the time runs from the key after that until the answer, naming the sentence, has come to the terminal.
Then the line that this added to the log is appended to a file beside it and synced, nothing else.  The programs take
turns.
On Linux the processor time of the program from key to key is printed too, `s` and `1` in front included: other
programs on the machine change it little.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import figures
from benchmarks.corpora import CODEBOOK
from codetui.core.anchors.anchor import anchor_at
from codetui.model import (
    CodeId,
    CodingAdded,
    CodingId,
    Event,
    SessionOpened,
    SourceId,
    Span,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage.journal import encode
from testing.terminal import Terminal, codetui_command, environment

KILO, MEGA = 1000, 1_000_000
CODER = "ada"


class Case(NamedTuple):
    """An ad with the given numbers of characters and of codings before the first key."""

    name: str
    size: int
    codings: int = 0
    most_ms: int = 25
    """The aim: milliseconds beyond the disk at the 99th percentile."""


CASES = (
    Case("10 KB", 10 * KILO, 100),
    Case("1 MB", MEGA, 100),
    Case("10 MB", 10 * MEGA, 100),
    Case("1 MB, 5,000 codings", MEGA, 5000, most_ms=50),
)

RUNS = 300
"""Of 150 the 99th percentile is the last but one, and medians of the same program differ by a tenth."""

A_TURN, A_PAUSE = 25, 1.5
"""Commands that a program carries out before it is the next one's turn, and seconds in which it then writes its
document: the next one has the disk to itself."""


class Times(NamedTuple):
    """Seconds of each run, and the bytes of its answer."""

    painted: list[float]
    synced: list[float]
    worked: list[float]
    sent: list[float]


def sentence(number: int) -> str:
    """Return a sentence with a unique beginning."""
    return f"Lamp {number} is lit."


def write_study(folder: Path, case: Case) -> None:
    """Write a study with one ad, with codings if the case has them, all in one transaction."""
    (folder / "ads").mkdir(parents=True)
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    filler = " The sea is wide and the night is long, and nobody but the keeper is awake to see it."
    paragraphs, size, number = [], 0, 0
    while size < case.size:
        paragraphs.append(sentence(number) + (filler if number >= 1000 else "") + "\n\n")
        size += len(paragraphs[-1])
        number += 1
    text = "".join(paragraphs)
    (folder / "ads" / "1_harbour.txt").write_text(text, "utf-8", newline="")
    if case.codings:
        log = folder / "sessions" / CODER / "events" / "1.jsonl"
        log.parent.mkdir(parents=True)
        log.write_bytes(b"".join(encode(one) + b"\n" for one in coded(text, case.codings, at_once=case.codings)))


def coded(text: str, count: int, *, at_once: int) -> Iterator[Transaction]:
    """Return transactions of `at_once` codings each, evenly spread over the text's second half."""
    digest = text_hash(text)
    events: list[Event] = [SessionOpened(source=SourceId("1"), employer="Harbour", title="Keeper", text_hash=digest)]
    step = len(text) // 2 // count
    for number in range(count):
        start = len(text) // 2 + number * step
        anchor = anchor_at(text, Span(start, start + 40), digest)
        name = CodingId(f"c{number}")
        events.append(
            CodingAdded(coding=name, code=CodeId("TASK2"), anchor=anchor, words=anchor.words, rank=number + 1)
        )
        if (number + 1) % at_once == 0:
            yield _transaction(number + 1, tuple(events))
            events.clear()


def _transaction(seq: int, events: tuple[Event, ...]) -> Transaction:
    return Transaction(id=TransactionId(str(seq)), seq=seq, time="2025-01-01T00:00:00.000Z", coder=CODER, events=events)


class Sitting:
    """One program on one case, and the times of its keys so far."""

    def __init__(self, terminal: Terminal, folder: Path) -> None:
        self.times = Times([], [], [], [])
        self._terminal = terminal
        self._log = folder / "sessions" / CODER / "events" / "1.jsonl"
        self._done = 0

    def work(self, commands: int) -> None:
        """Assign a code to each of the next sentences."""
        terminal, times = self._terminal, self.times
        worked = processor_seconds(terminal.pid)
        for number in range(self._done + 1, self._done + commands + 1):
            terminal.type("s1")
            terminal.wait_for(f"“{sentence(number)}”", "11 TASK1: Lighting")
            bytes_before = len(terminal.output)
            started = time.perf_counter()
            terminal.type("1")
            terminal.wait_for_bytes(f"← “{sentence(number)}”".encode())
            times.painted.append(terminal.painted_at - started)
            times.sent.append(len(terminal.output) - bytes_before)
            data = self._log.read_bytes().rstrip(b"\n").rpartition(b"\n")[2] + b"\n"
            times.synced.append(append_and_sync(self._log.with_name("bare"), data))
            before, worked = worked, processor_seconds(terminal.pid)
            times.worked.append(worked - before)
        self._done += commands


def measure(folder: Path, cases: Sequence[Case], runs: int) -> list[Times]:
    """Return the times for each case.

    The cases take turns, as a machine's speed may change from one minute to the next.
    """
    with ExitStack() as stack:
        sittings = []
        for number, case in enumerate(cases):
            study = folder / str(number)
            write_study(study, case)
            command = codetui_command("--coder", CODER)
            terminal = stack.enter_context(Terminal(command, study, environment(study), columns=120, rows=40))
            terminal.wait_for(sentence(3), "ad 1 of 1", seconds=60)
            sittings.append(Sitting(terminal, study))
        for done in range(0, runs, A_TURN):
            for sitting in sittings:
                sitting.work(min(A_TURN, runs - done))
                time.sleep(A_PAUSE)
        return [sitting.times for sitting in sittings]


def processor_seconds(pid: int) -> float:
    """Return the processor time of all threads of a process; 0 if the system does not report nanoseconds."""
    files = (task / "schedstat" for task in Path(f"/proc/{pid}/task").glob("*"))
    return sum(int(one.read_text("ascii").split()[0]) for one in files if one.exists()) / 1e9


def append_and_sync(path: Path, data: bytes) -> float:
    """Return the seconds to append bytes to a file and wait for the disk."""
    started = time.perf_counter()
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(handle, data)
        os.fsync(handle)
    finally:
        os.close(handle)
    return time.perf_counter() - started


def report(case: Case, times: Times) -> float:
    """Print a case's figures; return its median without the disk, in seconds."""
    figures.line(f"{case.name}: key to painted", times.painted)
    figures.line(f"{case.name}: bare append and fsync", times.synced)
    if any(times.worked):
        figures.line(f"{case.name}: processor time", times.worked)
    slow = figures.percentile(times.painted, 0.99) - figures.percentile(times.synced, 0.99)
    figures.ratio(f"{case.name}: p99 beyond the disk's, ms", slow * figures.MILLI, f"at most {case.most_ms}")
    figures.ratio(f"{case.name}: median to median", median(times.painted) / median(times.synced), "none")
    figures.ratio(f"{case.name}: bytes to the terminal, median", median(times.sent), "none")
    return median(times.painted) - median(times.synced)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        measured = measure(Path(folder), CASES, runs)
    beyond = [report(case, times) for case, times in zip(CASES, measured, strict=True)]
    sizes = beyond[:3]
    figures.ratio("slowest size / fastest size, beyond the disk", max(sizes) / min(sizes), "at most 1.2")


if __name__ == "__main__":
    main()

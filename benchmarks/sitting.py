"""Measure a long sitting in one program, and long logs.

    python -m benchmarks.sitting [--commands 10000] [--one-ad 12000] [--events 100000] [--codings 1000000]

The program runs in a pseudo-terminal.  Of ten commands eight give a code to the next sentence, one is undone and one
redone; after forty the next ad is opened.  Memory is what `/proc` says is resident after the first thousand commands
and at the end; a command's time runs from its key to the bytes of its answer.  The last thousand take turns with the
first thousand of a program that has just been started on the same kind of study: the speed of a machine changes in
ten minutes by more than what is looked for.

A log of many events, and one of very many codings, are opened by the program until the ad is on the screen, and read
beside merely decoding the same lines as JSON.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import figures
from benchmarks.corpora import CODEBOOK
from benchmarks.keystroke import CODER, coded, sentence
from codetui.core.session.state import replay
from codetui.storage.journal import Journal, encode
from testing.terminal import Terminal, codetui_command, environment

AN_AD, A_TURN, FIRST = 40, 10, 1000
A_STINT = 50
UNDONE, REDONE = 8, 9
KILO = 1024


def write_ads(folder: Path, count: int, sentences: int = AN_AD + 1) -> None:
    """Write a study with the given number of ads of numbered sentences."""
    (folder / "ads").mkdir(parents=True)
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    text = "\n\n".join(sentence(number) for number in range(sentences))
    for number in range(1, count + 1):
        (folder / "ads" / f"{number}_harbour.txt").write_text(f"Ad {number}\n\n{text}\n", "utf-8")


def commands(count: int, an_ad: int = AN_AD) -> Iterator[tuple[str, str]]:
    """Yield keys, and the words of the answer; an answer of no words is not timed."""
    for done in range(count):
        if done and done % an_ad == 0:
            yield ")", ""
        kind = done % A_TURN
        if kind == UNDONE:
            yield "u", "Undone:"
        elif kind == REDONE:
            yield "\x12", "Redone:"
        else:
            yield "s11", "← “"


class Sitting:
    """One program at work on a study, and the seconds of each of its commands so far."""

    def __init__(self, terminal: Terminal, commands: Iterator[tuple[str, str]], ads: int) -> None:
        self.times: list[float] = []
        self._terminal = terminal
        self._commands = commands
        self._ads = ads
        self._ad = 1

    def work(self, count: int) -> None:
        """Execute the next commands, and open the next ad when it is due."""
        terminal, until = self._terminal, len(self.times) + count
        while len(self.times) < until:
            keys, answer = next(self._commands)
            if not answer:
                self._ad += 1
                terminal.type(keys)
                terminal.wait_for(f"ad {self._ad} of {self._ads}", f"Ad {self._ad}", seconds=60)
                continue
            started = time.perf_counter()
            terminal.type(keys)
            terminal.wait_for_bytes(answer.encode())
            self.times.append(terminal.painted_at - started)
            terminal.output.clear()

    @property
    def megabytes(self) -> float:
        """Return the resident memory of the program."""
        status = Path(f"/proc/{self._terminal.pid}/status").read_text("ascii")
        return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) / KILO


@contextmanager
def sitting(folder: Path, count: int) -> Iterator[Sitting]:
    """Yield a program on a study that has enough ads for the given number of commands."""
    ads = -(-count // AN_AD)
    write_ads(folder, ads)
    with Terminal(codetui_command("--coder", CODER), folder, environment(folder), columns=120, rows=40) as terminal:
        terminal.wait_for(f"ad 1 of {ads}", sentence(0), seconds=60)
        yield Sitting(terminal, commands(count), ads)


def sit(folder: Path, count: int) -> None:
    """Print the effect of a long sitting on memory and on the time of a command."""
    with sitting(folder / "long", count) as long:
        long.work(FIRST)
        before = long.megabytes
        long.work(count - 2 * FIRST)
        with sitting(folder / "fresh", count) as fresh:
            for _ in range(0, FIRST, A_STINT):
                fresh.work(A_STINT)
                long.work(A_STINT)
        figures.line(f"commands 1 to {FIRST:,}", long.times[:FIRST])
        figures.line(f"the last {FIRST:,} of {count:,}", long.times[-FIRST:])
        figures.line(f"{FIRST:,} of a program just started", fresh.times)
        figures.ratio(
            "median of the last / of the first", median_ratio(long.times[-FIRST:], long.times[:FIRST]), "none"
        )
        figures.ratio(
            "median of the last / just started",
            median_ratio(long.times[-FIRST:], fresh.times),
            "at most 1.1",
        )
        figures.ratio("MB more than after the first", long.megabytes - before, "at most 20")


def sit_on_one_ad(folder: Path, count: int) -> None:
    """Print the memory of the given number of commands in one large ad."""
    write_ads(folder, 1, sentences=count)
    with Terminal(codetui_command("--coder", CODER), folder, environment(folder), columns=120, rows=40) as terminal:
        terminal.wait_for("ad 1 of 1", sentence(0), seconds=60)
        one = Sitting(terminal, commands(count, an_ad=count + 1), 1)
        one.work(count)
        figures.line(f"the last {FIRST:,} of {count:,} in one ad", one.times[-FIRST:])
        figures.ratio(f"MB after {count:,} commands in one ad", one.megabytes, "at most 150")


def opening(folder: Path, codings: int, *, at_once: int) -> None:
    """Print how long a log with the given number of codings takes until the ad is on the screen, and to be read."""
    (folder / "ads").mkdir(parents=True)
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    text = "\n\n".join(sentence(number) for number in range(codings // 4))
    (folder / "ads" / "1_harbour.txt").write_text(text, "utf-8", newline="")
    log = folder / "sessions" / CODER / "events" / "1.jsonl"
    log.parent.mkdir(parents=True)
    with log.open("wb") as file:
        for transaction in coded(text, codings, at_once=at_once):
            file.write(encode(transaction) + b"\n")
    name = f"log of {codings:,} events on {codings // at_once:,} lines"
    with Terminal(codetui_command("--coder", CODER), folder, environment(folder), columns=120, rows=40) as terminal:
        started = time.perf_counter()
        terminal.wait_for("Ad 1", seconds=600)
        figures.line(f"{name}: on the screen", [terminal.painted_at - started])
    started = time.perf_counter()
    for line in log.read_bytes().splitlines():
        json.loads(line)
    bare = time.perf_counter() - started
    started = time.perf_counter()
    replay(Journal(log).read()[0])
    figures.ratio(f"{name}: read and replayed / bare JSON", (time.perf_counter() - started) / bare, "none")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commands", type=int, default=10_000)
    parser.add_argument("--one-ad", type=int, default=0, help="commands in one ad, which take long")
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--codings", type=int, default=1_000_000)
    options = parser.parse_args()
    if 0 < options.commands < 2 * FIRST:
        parser.error(f"--commands: none, or at least {2 * FIRST}")
    if options.commands:
        with tempfile.TemporaryDirectory() as folder:
            sit(Path(folder), options.commands)
    if options.one_ad:
        with tempfile.TemporaryDirectory() as folder:
            sit_on_one_ad(Path(folder), options.one_ad)
    for codings, at_once in ((options.events, 1), (options.codings, 1000)):
        if codings:
            with tempfile.TemporaryDirectory() as folder:
                opening(Path(folder), codings, at_once=at_once)


def median_ratio(times: list[float], others: list[float]) -> float:
    """Return the ratio of two medians."""
    return figures.percentile(times, 0.5) / figures.percentile(others, 0.5)


if __name__ == "__main__":
    main()

"""Measure the time from the command line to the first ad's words on the screen, beside a Textual app with one Static.

python -m benchmarks.start [--runs 21] [--ads 100000] [--layout csv]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks import bare, figures
from benchmarks.corpora import BODY, FIRST_WORDS, LAYOUTS, Layout, corpus_of, write_study
from benchmarks.keystroke import CODER, coded
from codetui.model import SourceId
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths, StoppedAt
from testing.terminal import Terminal, codetui_command, environment

ROOT = Path(__file__).resolve().parent.parent
FEW = 10
CODINGS = 30
HEADING = 1
"""Rows above the ad's text."""


def seconds_to(words: str, first_row: int, command: Sequence[str], folder: Path, home: Path) -> float:
    """Return the seconds from starting the command to its words on the screen, in this row or below."""
    with Terminal(command, folder, environment(home), columns=120, rows=40) as terminal:
        terminal.wait_until(lambda: any(words in row for row in terminal.lines[first_row:]), words, seconds=60)
        return terminal.painted_at - terminal.started_at


def work_on(study: Path) -> None:
    """Let the coder code the study's first ad and stop there."""
    paths = SessionPaths(study / "sessions", CODER)
    log = Journal(paths.log("1"))
    for transaction in coded(f"{FIRST_WORDS}\n\n{BODY}", CODINGS, at_once=1):
        log.append(transaction)
    paths.write_place(StoppedAt(SourceId("1")))


def measure(home: Path, layout: Layout, many: int, runs: int) -> None:
    """Print the figures for one layout, the programs taking turns."""
    (home / "coded").mkdir()
    studies = [*(write_study(home, layout, count) for count in (FEW, many)), write_study(home / "coded", layout, FEW)]
    work_on(studies[-1])
    command = codetui_command(corpus_of(layout), "--coder", CODER)
    bare_command = [sys.executable, "-m", bare.__name__]
    times: list[list[float]] = [[], [], [], []]
    for run in range(runs + 1):
        taken = [
            seconds_to(bare.WORDS, 0, bare_command, ROOT, home),
            *(seconds_to(FIRST_WORDS, HEADING, command, study, home) for study in studies),
        ]
        if run:
            for kept, one in zip(times, taken, strict=True):
                kept.append(one)
    figures.line("bare Textual", times[0])
    figures.line(f"{layout}, {FEW} ads", times[1])
    figures.line(f"{layout}, {many:,} ads", times[2])
    figures.line(f"{layout}, {FEW} ads, {CODINGS} codings", times[3])
    figures.ratio(f"{layout}: {FEW} ads / bare Textual", median(times[1]) / median(times[0]), "at most 1.8")
    figures.ratio(f"{layout}: {many:,} ads / bare Textual", median(times[2]) / median(times[0]), "at most 1.8")
    figures.ratio(f"{layout}: {CODINGS} codings / bare Textual", median(times[3]) / median(times[0]), "at most 1.8")
    figures.ratio(f"{layout}: {many:,} ads / {FEW} ads", median(times[2]) / median(times[1]), "1")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=21)
    parser.add_argument("--ads", type=int, default=100_000)
    parser.add_argument("--layout", choices=LAYOUTS, action="append")
    options = parser.parse_args()
    for layout in options.layout or LAYOUTS:
        with tempfile.TemporaryDirectory() as home:
            measure(Path(home), layout, options.ads, options.runs)


if __name__ == "__main__":
    main()

"""Measure `codetui --help` beside a Python that does nothing.

python -m benchmarks.help [--runs 25]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Sequence
from statistics import median

from benchmarks import figures
from testing.terminal import codetui_command


def seconds_of(command: Sequence[str]) -> float:
    """Return the seconds from starting a command to its end."""
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print, the two commands taking turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25)
    runs = parser.parse_args().runs
    bare, shown = [sys.executable, "-c", "pass"], codetui_command("--help")
    times = [(seconds_of(bare), seconds_of(shown)) for _ in range(runs + 1)][1:]
    of_bare, of_help = zip(*times, strict=True)
    figures.line("python -c pass", of_bare)
    figures.line("codetui --help", of_help)
    figures.ratio("codetui --help / python -c pass", median(of_help) / median(of_bare), "at most 3")


if __name__ == "__main__":
    main()

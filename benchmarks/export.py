"""Measure the time and memory of exports of a large study.  Needs /proc.

python -m benchmarks.export [--codings 1000000] [--ads 25000] [--format csv]
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks import figures
from benchmarks.corpora import write_study
from codetui.study.study import Study
from testing.made_sessions import write_logs

FORMATS = ("csv", "jsonl", "xlsx", "qdpx")
CODERS = ("anna", "ben", "carla", "dirk")
MOST = 300
"""Megabytes that an export may use."""

RUN = """
import sys
from codetui.cli.main import run
code = run(sys.argv[1:])
print(open("/proc/self/status").read(), file=sys.stderr)
sys.exit(code)
"""
"""Run a command, and print the most memory that it used."""


def measure(folder: Path, layout: str) -> tuple[float, float]:
    """Return the seconds of an export, and the most megabytes that it used."""
    arguments = ["export", "--study", str(folder), "--corpus", str(folder / "ads.csv"), "--format", layout]
    begin = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", RUN, *arguments, "-o", str(folder / f"out.{layout}")],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    used = re.search(r"VmHWM:\s+(\d+) kB", done.stderr)
    return perf_counter() - begin, int(used[1]) / 1024 if used else 0.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codings", type=int, default=1_000_000)
    parser.add_argument("--ads", type=int, default=12_500)
    parser.add_argument("--format", choices=FORMATS, action="append")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        folder = write_study(Path(home), "csv", options.ads)
        study = Study.open(folder, corpus=folder / "ads.csv")
        sources = [text.source for text in study.corpus.texts([])]
        codings = write_logs(study, CODERS, sources, options.codings // (len(sources) * len(CODERS)))
        for layout in options.format or FORMATS:
            seconds, megabytes = measure(folder, layout)
            print(f"{f'{layout}, {codings:,} codings':<44}{seconds:8.1f} s", flush=True)
            figures.ratio(f"{layout}: MB", megabytes, f"at most {MOST}")


if __name__ == "__main__":
    main()

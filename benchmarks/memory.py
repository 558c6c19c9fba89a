"""Measure the memory of the running program with all ads listed, beside that with ten.  Needs /proc.

python -m benchmarks.memory [--ads 100000] [--layout csv]
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

from benchmarks import figures
from benchmarks.corpora import LAYOUTS, Layout, corpus_of, write_study
from testing.terminal import Terminal, codetui_command, environment

FEW = 10
KILO = 1024


def megabytes(study: Path, layout: Layout, count: int, home: Path) -> tuple[float, float]:
    """Return the resident memory after all ads are listed, and the maximum so far."""
    with Terminal(codetui_command(corpus_of(layout)), study, environment(home), columns=120, rows=40) as terminal:
        terminal.wait_for(f"ad 1 of {count:,}", seconds=120)
        terminal.type("s11")
        terminal.wait_for("TASK1")
        status = Path(f"/proc/{terminal.pid}/status").read_text("ascii")
        now, most = (int(re.findall(rf"{name}:\s+(\d+) kB", status)[0]) / KILO for name in ("VmRSS", "VmHWM"))
        return now, most


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ads", type=int, default=100_000)
    parser.add_argument("--layout", choices=LAYOUTS, action="append")
    options = parser.parse_args()
    for layout in options.layout or LAYOUTS:
        with tempfile.TemporaryDirectory() as home:
            sizes = {}
            for count in (FEW, options.ads):
                study = write_study(Path(home), layout, count)
                sizes[count], most = megabytes(study, layout, count, Path(home))
                print(f"{f'{layout}, {count:,} ads':<44}{sizes[count]:8.1f} MB   at most {most:.1f} MB", flush=True)
            figures.ratio(f"{layout}: MB for {options.ads:,} ads", sizes[options.ads], "at most 250")


if __name__ == "__main__":
    main()

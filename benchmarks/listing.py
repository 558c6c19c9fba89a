"""Measure `codetui status` and `codetui check` on a large corpus, in processor seconds, which other work affects less.

python -m benchmarks.listing [--rows 200000] [--files 50000] [--layout csv]
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import tempfile
from pathlib import Path

from benchmarks.corpora import LAYOUTS, corpus_of, write_study
from testing.terminal import codetui_command

AIMS = {"status": 3, "check": 5}


def processor_seconds(study: Path, command: str, corpus: str) -> float:
    """Run a command on a study and return its processor seconds, including those of the system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(codetui_command(command, "--corpus", corpus), cwd=study, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--layout", choices=LAYOUTS, action="append")
    options = parser.parse_args()
    for layout in options.layout or LAYOUTS:
        count: int = options.files if layout == "folder" else options.rows
        with tempfile.TemporaryDirectory() as home:
            study = write_study(Path(home), layout, count)
            for command, aim in AIMS.items():
                seconds = processor_seconds(study, command, corpus_of(layout))
                print(
                    f"{f'{command}, {layout}, {count:,} ads':<44}{seconds:.2f} s   (aim: at most {aim} s)", flush=True
                )


if __name__ == "__main__":
    main()

"""Measure the figures of codings: the whole command with and without kept readings, and each view by itself.

python -m benchmarks.statistics [--codings 20193 1000000]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter

from benchmarks import figures
from benchmarks.retrieval import write_study
from codetui.core.statistics.counted import by_attribute, by_profile
from codetui.core.statistics.frequencies import code_table, crosstab
from codetui.core.statistics.saturation import saturation_table
from codetui.core.statistics.significance import significance_table
from codetui.core.statistics.table import FigureTable
from codetui.core.statistics.together import together_table
from codetui.study.statistics import CountRequest, count_codings
from codetui.study.study import Study

ADS = {20_193: 1_272, 1_000_000: 100_000}
"""The ads of a study with so many codings."""

MEGA = 1024


def command(study: Path, cache: Path) -> tuple[float, float, int]:
    """Run `stats` in a process of its own; return its seconds, those of the processor, and its largest memory in MB."""
    options = ["stats", "--study", str(study), "--corpus", str(study / "ads.csv"), "--all-ads", "--codes"]
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    start = perf_counter()
    with subprocess.Popen([sys.executable, "-m", "codetui", *options], env=environment, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        run.stdout.read()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0
    return perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss // MEGA


def views(study: Path) -> None:
    """Print how long each table takes once the codings are counted."""
    opened = Study.open(study, corpus=study / "ads.csv")
    counted = count_codings(opened, CountRequest(is_for_all=True)).counted
    tables: dict[str, Callable[[], FigureTable]] = {
        "codes": lambda: code_table(counted),
        "by profile": lambda: crosstab(counted, by_profile, "profile", counted.profiles),
        "by a column": lambda: crosstab(counted, by_attribute("employer"), "employer"),
        "test": lambda: significance_table(counted, by_profile, "profile", Random(1).random, seed=1),
        "together in ads": lambda: together_table(counted, "ad"),
        "together in words": lambda: together_table(counted, "overlap"),
        "saturation": lambda: saturation_table(counted, Random(1).random, seed=1),
    }
    for name, make in tables.items():
        start = perf_counter()
        make()
        print(f"  {name:<20}{(perf_counter() - start) * figures.MILLI:9.1f} ms", flush=True)


def main() -> None:
    """Print the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--codings", type=int, nargs="+", default=[20_193])
    for codings in parser.parse_args().codings:
        with tempfile.TemporaryDirectory() as folder:
            study = write_study(Path(folder), ADS.get(codings, codings // 16), codings)
            for name in ("cold", "warm", "warm"):
                seconds, processor, memory = command(study, Path(folder) / "cache")
                times = f"{seconds:7.2f} s   processor {processor:7.2f} s"
                print(f"{codings:>9,} codings, {name}: {times}   {memory} MB", flush=True)
            views(study)
    print(f"largest memory here: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MEGA} MB")


if __name__ == "__main__":
    main()

"""Run hostile inputs through every reader and print how many were read, the seconds, the slowest one and the failures.

    python -m benchmarks.fuzz [--inputs 1000000] [--seed 1] [--only "event log"] [--keep DIR]

Inputs are mutated bytes and mutated JSON; one seed always gives the same ones.  An input fails if its reader raises an
exception, breaks one of its own promises, or takes longer than `LONGEST` seconds of processor time.  Exits with 1 if
any input failed; --keep saves these inputs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from testing.hostile.readers import Failure, Reader, failure_of, inputs_of, readers

MOST_SHOWN = 5
"""Failures of one reader that are printed."""


class Count:
    """The results of one reader's inputs."""

    def __init__(self) -> None:
        self.inputs = 0
        self.seconds = 0.0
        self.slowest = 0.0
        self.failures: list[Failure] = []


def run(name: str, reader: Reader, folder: Path, inputs: Iterator[bytes], count: Count) -> None:
    """Run the inputs through the reader and count the results."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in inputs:
        started = time.perf_counter()
        failure = failure_of(name, reader, folder, data)
        took = time.perf_counter() - started
        count.inputs += 1
        count.seconds += took
        count.slowest = max(count.slowest, took)
        count.failures += [failure] if failure else []


def fuzz(folder: Path, inputs: int, seed: int, only: str = "") -> dict[str, Count]:
    """Read the given number of inputs, the readers in turn, and report progress now and then."""
    everyone = readers(folder)
    chosen = {name: reader for name, reader in everyone.items() if only in ("", name)}
    streams = {name: inputs_of(reader, name, seed) for name, reader in chosen.items()}
    counts = {name: Count() for name in chosen}
    done = 0
    while chosen and done < inputs:
        for name, reader in chosen.items():
            some = min(reader.in_turn, inputs - done)
            run(name, reader, folder / name, islice(streams[name], some), counts[name])
            done += some
        failed = sum(len(count.failures) for count in counts.values())
        print(f"\r{done} inputs, {failed} failures", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return counts


def report(counts: dict[str, Count]) -> None:
    """Print a line for each reader, the sum, and the first failures."""
    print(f"{'reader':<22}{'inputs':>10}{'seconds':>10}{'per second':>12}{'slowest':>11}{'failures':>10}")
    for name, count in counts.items():
        speed = count.inputs / count.seconds if count.seconds else 0
        slowest = f"{count.slowest * 1000:.0f} ms"
        failed = len(count.failures)
        print(f"{name:<22}{count.inputs:>10}{count.seconds:>10.0f}{speed:>12.0f}{slowest:>11}{failed:>10}")
    every = counts.values()
    whole, seconds = sum(count.inputs for count in every), sum(count.seconds for count in every)
    print(f"{'all':<22}{whole:>10}{seconds:>10.0f}{'':>23}{sum(len(count.failures) for count in every):>10}")
    for count in every:
        for failure in count.failures[:MOST_SHOWN]:
            print(f"\n{failure.reader}: {failure.data[:200]!r}\n{failure.reason}")


def main() -> int:
    """Fuzz and print; return 1 if anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="READER")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="save the inputs that failed here")
    options = parser.parse_args()
    memory = Path("/dev/shm")  # A disk that waits for every fsync would make it take days.
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        counts = fuzz(Path(folder), options.inputs, options.seed, options.only)
    report(counts)
    failures = [failure for count in counts.values() for failure in count.failures]
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        for number, failure in enumerate(failures):
            (options.keep / f"{failure.reader.replace(' ', '_')}_{number}").write_bytes(failure.data)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""Measure how the time of every reader grows with hostile input:

seconds at one size, at four times that, and at the largest.

    python -m benchmarks.bounds [--only READER] [--shape TEXT] [--largest BYTES]

Each pair of a reader and a shape is measured in a process of its own, in seconds of the processor.  A reader whose time
is in proportion to its input takes four times as long for four times as much; one that takes more than `STEEPEST` times
as long, or longer than `LIMIT` seconds, is flagged, and the exit code is 1.  Of each reader the slowest shapes are
measured with the largest input too and printed, and all that are flagged.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from testing.hostile.bounds import Bound, bounds
from testing.hostile.limits import NEVER, Take, seconds_for
from testing.hostile.shapes import Shape

STEEPEST = 7.0
"""Times as long for four times as much: 4 is linear, 16 would be the square."""

SMALLEST, ENOUGH = 4_000, 0.25
"""Bytes to begin with, and seconds below which a time says little: the input then grows by four."""

MB = 1_000_000
SHOWN = 3
"""Shapes of a reader that are measured with the largest input: those that were slowest before."""


class Measured(NamedTuple):
    """Seconds at `size` bytes and at four times that; `NEVER` if the measurement was cancelled."""

    shape: Shape
    size: int
    seconds: float
    at_four: float

    @property
    def ratio(self) -> float:
        """Return the ratio of the times for four times the size; 0 if they are too short to compare."""
        return self.at_four / max(self.seconds, 0.001) if self.at_four >= ENOUGH else 0.0


def measured(take: Take, shape: Shape, largest: int) -> Measured:
    """Measure one shape for one reader, at the first size with a meaningful time; a steep one is measured twice."""
    size = min(SMALLEST, largest // 4)
    seconds, at_four = (seconds_for(take, shape.make(each)) for each in (size, 4 * size))
    while at_four < ENOUGH and 16 * size <= largest:
        size, seconds = 4 * size, at_four
        at_four = seconds_for(take, shape.make(4 * size))
    if STEEPEST * seconds < at_four < NEVER:
        seconds = max(seconds, seconds_for(take, shape.make(size)))
        at_four = min(at_four, seconds_for(take, shape.make(4 * size)))
    return Measured(shape, size, seconds, at_four)


def rows(bound: Bound, wanted: str = "") -> Iterator[tuple[bool, str]]:
    """Yield the table's lines about one reader, and whether each is flagged; `wanted` filters the shapes by name."""
    every = [measured(bound.take, shape, bound.largest) for shape in bound.shapes if wanted in shape.name]
    every.sort(key=lambda row: row.at_four / row.size, reverse=True)
    yield False, f"{bound.name}: {len(every)} shapes, at most {bound.largest / MB:g} MB"
    for place, row in enumerate(every):
        is_steep = row.ratio > STEEPEST
        at_largest = seconds_for(bound.take, row.shape.make(bound.largest)) if place < SHOWN else 0.0
        if is_steep or place < SHOWN:
            is_flagged = is_steep or at_largest == NEVER
            times = f"{row.size / 1000:8.0f} kB {row.seconds:7.2f} s, four times that {row.at_four:7.2f} s"
            yield (
                is_flagged,
                f"{'!' if is_flagged else ' '} {row.shape.name:32}{times}, × {row.ratio:4.1f}; all {at_largest:7.2f} s",
            )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 if anything is flagged."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="one reader")
    parser.add_argument("--shape", default="", help="shapes that have this in their name")
    parser.add_argument("--largest", type=int, default=4 * MB, help="bytes, for readers without a lower cap")
    options = parser.parse_args(arguments)
    flagged = 0
    with tempfile.TemporaryDirectory() as folder:
        for bound in bounds(Path(folder), options.largest):
            for is_flagged, line in rows(bound, options.shape) if options.only in ("", bound.name) else ():
                print(line, flush=True)
                flagged += is_flagged
    print(f"{flagged} flagged")
    return 1 if flagged else 0


if __name__ == "__main__":
    sys.exit(main())

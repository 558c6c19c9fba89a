"""Code real documents again using only keystrokes, compare the exports, and count the keys.

    python -m benchmarks.replay --ads ads.csv --codebook codebook.toml --codings DIR

Exits with 1 unless all exported documents are equal.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from codetui.formats.codebook.reader import parse_codebook
from testing.pilot import IdleLoop
from testing.replay.document import documents_in, replay
from testing.replay.planner import MOVES, NATURAL
from testing.replay.report import Replayed, report


def main(argv: Sequence[str] | None = None) -> int:
    """Replay all documents; return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--ads", type=Path, required=True)
    parser.add_argument("--codebook", type=Path, required=True)
    parser.add_argument("--codings", type=Path, nargs="+", required=True)
    parser.add_argument("--size", default="140x40", help="columns x rows of the terminal, default 140x40")
    parser.add_argument("--natural", action="store_true", help="only jump labels, sentence steps and pages")
    options = parser.parse_args(argv)
    book, problems = parse_codebook(options.codebook.read_text("utf-8"), str(options.codebook))
    if book is None:
        print(*problems, sep="\n", file=sys.stderr)
        return 2
    columns, rows = map(int, options.size.split("x"))
    moves = NATURAL if options.natural else MOVES
    results: list[Replayed] = []
    for path in documents_in(options.codings):
        with asyncio.Runner(loop_factory=IdleLoop) as runner:
            result = runner.run(replay(path, options.ads, book, (columns, rows), moves))
        if result is None:
            print(f"{path.name}: no manual-coding document, passed over")
        else:
            results.append(result)
    report(results)
    return 0 if results and not any(result.trouble for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())

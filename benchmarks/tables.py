"""Measure how long a large workbook takes until all its ads are listed, beside calamine alone, which returns its cells.

python -m benchmarks.tables [--rows 100000] [--runs 3]
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

from xlsxwriter import Workbook

WORDS = ("bakker", "zoekt", "collega", "voor", "de", "nacht", "you", "bake", "bread", "oven", "deeg", "kassa", "vloer")
FURTHER = 18
"""Further columns, as in the tables of a job-ad database."""

AIM = 4.0


def write_workbook(path: Path, rows: int) -> None:
    """Write an invented workbook without a column of ids, with texts of about 1,200 characters."""
    chance = random.Random(1)
    book = Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet()
    further = [f"Kenmerk {number}" for number in range(FURTHER)]
    sheet.write_row(0, 0, ["Organisatienaam", "Vacaturetitel", "Functieomschrijving", *further])
    for row in range(1, rows + 1):
        cells = [f"Bedrijf {row % 500}", f"Bakker {row}", " ".join(chance.choices(WORDS, k=220)), *further[:-1]]
        sheet.write_row(row, 0, [*cells, row % 31])
    book.close()


def by_calamine(path: Path) -> int:
    """Return the number of rows that calamine returns."""
    from python_calamine import load_workbook

    return sum(1 for _ in load_workbook(path).get_sheet_by_index(0).iter_rows()) - 1


def by_codetui(path: Path) -> int:
    """Return the number of ads that are listed."""
    from codetui.model import CorpusSettings
    from codetui.storage.sources.corpus import Corpus

    corpus = Corpus(path, CorpusSettings(), path.parent / "sessions")
    assert corpus.first() is not None
    return sum(len(batch.entries) for batch in corpus.batches())


READERS = {"calamine": by_calamine, "codetui": by_codetui}


def measured(name: str, path: Path) -> tuple[int, float, float]:
    """Return the rows, the seconds of the processor, and the most memory in MB; for a process of its own."""
    started = time.process_time()
    rows = READERS[name](path)
    seconds = time.process_time() - started
    return rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "ads.xlsx"
        write_workbook(path, options.rows)
        print(f"{options.rows:,} rows, {path.stat().st_size / 1e6:.0f} MB")
        best: dict[str, float] = {}
        for _ in range(options.runs):
            for name in READERS:
                with get_context("spawn").Pool(1) as pool:
                    rows, seconds, memory = pool.apply(measured, (name, path))
                best[name] = min(seconds, best.get(name, seconds))
                print(f"{name:<12}{rows:,} rows   {seconds:.2f} s   {memory:.0f} MB", flush=True)
        print(f"ratio {best['codetui'] / best['calamine']:.2f}   (aim: at most {AIM})")


if __name__ == "__main__":
    main()

"""Measure how long sources take to read, as a ratio of what their library takes, in processor seconds.

python -m benchmarks.sources [--pages 500]
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable

from codetui.storage.sources import pdf
from testing.sources import pdf as pdf_of

AIM_OF_PDF = 2.0
PAGE = "\n".join(
    [
        "Data engineer (m/v/x)",
        "",
        *[
            "Wij zoeken een ervaren data engineer die samen met analisten en ontwikkelaars onze gegevens-",
            "stromen bouwt, bewaakt en verbetert, en die daarover helder kan vertellen aan collega's. Je werkt met",
            "de nieuwste middelen. You build pipelines in Python and SQL, together with analysts.",
            "",
        ]
        * 12,
    ]
)


def fastest(run: Callable[[], object], rounds: int = 3) -> float:
    """Return the processor seconds of the fastest of some rounds."""
    seconds = []
    for _ in range(rounds):
        start = time.process_time()
        run()
        seconds.append(time.process_time() - start)
    return min(seconds)


def read_by_library(data: bytes) -> int:
    """Return the characters of a PDF as its library reads them."""
    import pypdfium2

    document, count = pypdfium2.PdfDocument(data), 0
    for page in document:
        words = page.get_textpage()
        count += len(words.get_text_range())
        words.close()
        page.close()
    document.close()
    return count


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=500)
    pages: int = parser.parse_args().pages
    data = pdf_of([f"{PAGE}\n{number}" for number in range(pages)])
    by_library = fastest(lambda: read_by_library(data))
    ratio = fastest(lambda: pdf.extract(io.BytesIO(data), False)) / by_library
    print(
        f"{f'PDF, {pages:,} pages, {by_library:.2f} s':<44}{ratio:.2f} ×   (aim: at most {AIM_OF_PDF:.0f} ×)",
        flush=True,
    )


if __name__ == "__main__":
    main()

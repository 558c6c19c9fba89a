"""Codings as a table in CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from codetui.formats.export.exporter import Export, ExportedSession
from codetui.formats.export.table import COLUMNS, Row, rows_of
from codetui.model import Codebook

FORMULA = re.compile(r"'*(?:[\t\r\n]|\s*[=+\-@＝＋－＠])")
"""The beginning of a cell that a spreadsheet may take for a formula, with any apostrophes in front."""


class CsvExporter:
    """Writes one row a coding."""

    name = "csv"
    suffix = ".csv"
    default_output = "codings.csv"
    has_attributes = True

    def export(self, sessions: Sequence[ExportedSession], book: Codebook) -> Export:
        """Return the table."""
        rows = rows_of(sessions, book)
        return Export({"": to_csv(rows)}, len(rows), "coding")


def to_csv(rows: Iterable[Row]) -> str:
    """Render rows as CSV (RFC 4180): a header, commas, CRLF, each cell guarded against formulas.

    The attributes of sources follow the columns of codings, in the order in which they appear; one with the name of
    such a column is called `source.NAME`.
    """
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row.attributes))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(guarded(f"source.{name}" if name in COLUMNS else name) for name in names)])
    for row in rows:
        cells = (*row[: len(COLUMNS)], *(row.attributes.get(name, "") for name in names))
        writer.writerow(["" if cell is None else guarded(str(cell)) for cell in cells])
    return out.getvalue()


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet evaluates: what looks like a formula gets an apostrophe in front.

    A cell that has apostrophes before what looks like a formula gets one more: removing one restores every cell.
    """
    return f"'{cell}" if FORMULA.match(cell) else cell

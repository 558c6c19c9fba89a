"""Codings as a table in CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from codetui.core.text.display import INVISIBLE
from codetui.formats.export.exporter import COLUMNS, Export, ExportedSession, Row, rows_of
from codetui.model import Codebook

SEPARATORS = ";\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
"""Characters at which a program that expects no commas begins another cell, whatever is quoted."""

IGNORED = rf"(?:(?![{SEPARATORS}])(?:[\s'\"]|{INVISIBLE.pattern}))*"
"""What spreadsheets may drop or nobody sees at the beginning of a cell."""

FORMULA = re.compile(rf"(?:^|(?<=[{SEPARATORS}]))(?={IGNORED}[=+\-@＝＋－＠])|^(?='*[\t\r\n])")
"""The empty place in front of what a spreadsheet may take for a formula, where a cell may begin."""

QUOTED = re.compile(rf"[,\"{SEPARATORS}]|{INVISIBLE.pattern}|^\s|\s\Z")
"""What makes a cell need quotes."""


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
    header = [*COLUMNS, *(f"source.{name}" if name in COLUMNS else name for name in names)]
    cells = ((*row[: len(COLUMNS)], *(row.attributes.get(name, "") for name in names)) for row in rows)
    return "".join(",".join(map(_written, line)) + "\r\n" for line in (header, *cells))


def _written(cell: object) -> str:
    text = "" if cell is None else guarded(str(cell))
    return '"{}"'.format(text.replace('"', '""')) if QUOTED.search(text) else text


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet evaluates: an apostrophe comes before what looks like a formula.

    It does so also behind the separators of programs that do not split at commas. What had an apostrophe before gets
    one more, so that removing one restores every cell.
    """
    return FORMULA.sub("'", cell)

"""Tables as lines of text: CSV, safe to open in a spreadsheet, and JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from codetui.core.text.display import INVISIBLE
from codetui.formats.export.table import Cell, ExportTable

SEPARATORS = ";\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029"
"""Characters at which a program that expects no commas begins another cell, whatever is quoted."""

IGNORED = rf"(?:(?![{SEPARATORS}])(?:[\s'\"]|{INVISIBLE.pattern}))*"
"""Characters at the beginning of a cell that spreadsheets may drop or that are invisible."""

FORMULA = re.compile(rf"(?:^|(?<=[{SEPARATORS}]))(?={IGNORED}[=+\-@＝＋－＠])|^(?='*[\t\r\n])")
"""The empty place in front of what a spreadsheet may take for a formula, where a cell may begin."""

GUARD = re.compile(rf"(?:^|(?<=[{SEPARATORS}]))'(?={IGNORED}[=+\-@＝＋－＠])|^'(?='*[\t\r\n])")
"""The apostrophe that `guarded` has put there."""

QUOTED = re.compile(rf"[,\"{SEPARATORS}]|{INVISIBLE.pattern}|^\s|\s\Z")
"""Characters that make a cell need quotes."""


def csv_lines(table: ExportTable) -> Iterator[str]:
    """Yield a table as CSV (RFC 4180): a header, commas, CRLF, each cell guarded against formulas."""
    yield csv_line(table.all_columns)
    yield from map(csv_line, table.lines())


def csv_line(cells: Sequence[Cell | float]) -> str:
    """Render one line of CSV as `csv_lines` does, with its line end; numbers need no guard."""
    return ",".join(map(_written, cells)) + "\r\n"


def _written(cell: Cell | float) -> str:
    text = "" if cell is None else guarded(cell) if isinstance(cell, str) else repr(cell)
    return '"{}"'.format(text.replace('"', '""')) if QUOTED.search(text) else text


def guarded(cell: str) -> str:
    """Return a cell that no spreadsheet evaluates, with an apostrophe before anything that looks like a formula.

    The apostrophe is also put after separators, for programs that do not split at commas. A cell that already had an
    apostrophe there gets another one, so that removing one restores every cell.
    """
    return FORMULA.sub("'", cell)


def unguarded(cell: str) -> str:
    """Return the cell that `guarded` was given."""
    return GUARD.sub("", cell)


UNSAFE = re.compile("[\u0085\u2028\u2029\ud800-\udfff]")
"""Characters that some readers take for line ends, and lone surrogates."""


def json_lines(table: ExportTable) -> Iterator[str]:
    """Yield a table as JSON lines, each ending in LF; cells are not changed.

    The attributes of a source are in an object named `attributes`.
    """
    for row in table.rows:
        fields: dict[str, object] = dict(zip(table.columns, row.cells, strict=True))
        if row.attributes:
            fields["attributes"] = dict(row.attributes)
        yield f"{json_line(fields)}\n"


def json_line(record: object) -> str:
    """Return a value as JSON on one line, without its end."""
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(record, ensure_ascii=False))

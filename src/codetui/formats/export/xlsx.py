"""Tables as a workbook that opens with a double click: one sheet per table, and no cell is a formula."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from codetui.formats.export.table import Cell, Table

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS, MOST_COLUMNS, MOST_UNITS = 1_048_576, 16_384, 32_767
"""The rows of one sheet, and the UTF-16 units of one cell, at most."""

UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
"""Characters that XML forbids."""

PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n\r"}
"""The signs shown for control characters, which LibreOffice drops: `␋`."""

WIDEST, NARROWEST = 60, 8
"""The width of columns in characters."""

SAMPLE = 200
"""The rows that decide how wide columns are."""

CREATED = datetime(2000, 1, 1)
"""The date in the properties of a workbook: equal tables give equal files."""


def to_xlsx(tables: Sequence[Table]) -> tuple[bytes, tuple[str, ...]]:
    """Render tables as a workbook; return it with a sentence per loss: cells that are too long, too many columns.

    A table that is too long for one sheet continues on the next.
    """
    from xlsxwriter import Workbook

    out = io.BytesIO()
    losses: list[str] = []
    with Workbook(out, {"constant_memory": True}) as workbook:
        workbook.set_properties({"created": CREATED})
        for table in tables:
            _Sheets(workbook, table, losses).write()
    return out.getvalue(), tuple(losses)


class _Sheets:
    """The sheets of one table."""

    def __init__(self, workbook: Workbook, table: Table, losses: list[str]) -> None:
        self._workbook, self._table, self._losses = workbook, table, losses
        self._bold = workbook.add_format({"bold": True})
        self._columns = table.all_columns[:MOST_COLUMNS]
        self._lines = list(table.lines())
        if len(table.all_columns) > MOST_COLUMNS:
            losses.append(f"{table.name}: a sheet holds {MOST_COLUMNS:,} columns, the others are left out")

    def write(self) -> None:
        room = MOST_ROWS - 1
        for start in range(0, max(1, len(self._lines)), room):
            number = start // room + 1
            sheet = self._workbook.add_worksheet(self._table.name if number == 1 else f"{self._table.name} {number}")
            self._write_sheet(sheet, start, self._lines[start : start + room])

    def _write_sheet(self, sheet: Worksheet, start: int, lines: Sequence[Sequence[Cell]]) -> None:
        for at, name in enumerate(self._columns):
            widest = max((len(str(line[at] or "")) for line in lines[:SAMPLE]), default=0)
            sheet.set_column(at, at, min(WIDEST, max(NARROWEST, widest, len(name)) + 2))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(lines), len(self._columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(lines) + 1}"})
        for at, name in enumerate(self._columns):
            sheet.write_string(0, at, self._fitting(name, 1, name), self._bold)
        for row, line in enumerate(lines, 1):
            for at, (name, cell) in enumerate(zip(self._columns, line, strict=False)):
                if isinstance(cell, int):
                    sheet.write_number(row, at, cell)
                elif cell:
                    sheet.write_string(row, at, self._fitting(cell, start + row + 1, name))

    def _fitting(self, text: str, row: int, column: str) -> str:
        """Return the part of a text that fits into a cell."""
        text = UNWRITABLE.sub("\ufffd", text).translate(PICTURES)
        units = text.encode("utf-16-le")
        if len(units) <= 2 * MOST_UNITS:
            return text
        what = f"{self._table.name}, row {row}, {column}: a cell holds {MOST_UNITS:,} characters"
        self._losses.append(f"{what}, the rest is left out; --format csv and jsonl have all of it")
        return f"{units[: 2 * MOST_UNITS - 2].decode('utf-16-le', 'ignore')}…"

"""Sheets of a workbook that opens with a double click: no cell is a formula or a link."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from codetui.formats.export.table import Row, Table

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

LINE, TALLEST = 15, 6
"""The height of a line in points, and the most lines of a row that are shown before somebody makes it taller."""

MOST_TALL = 100_000
"""The rows at the beginning of a sheet that are made taller: XlsxWriter keeps each height in memory."""

SAMPLE = 200
"""The rows that decide how wide columns are."""

CREATED = datetime(2000, 1, 1)
"""The date in the properties of a workbook: equal tables give equal files."""


def open_workbook(file: BinaryIO) -> Workbook:
    """Return a new workbook, a context manager, whose rows are on disk until it is written into a file at the end."""
    from xlsxwriter import Workbook

    workbook = Workbook(file, {"constant_memory": True})
    workbook.set_properties({"created": CREATED})
    return workbook


class Sheets:
    """The sheets of one table, to which rows are added one by one."""

    def __init__(self, workbook: Workbook, table: Table, losses: list[str]) -> None:
        self._workbook, self._table, self._losses = workbook, table, losses
        self._bold = workbook.add_format({"bold": True, "valign": "top"})
        self._top = workbook.add_format({"valign": "top"})
        self._wrapped = workbook.add_format({"valign": "top", "text_wrap": True})
        self._columns = table.all_columns[:MOST_COLUMNS]
        self._number = 0
        self._row = 0
        self._widths: list[int] = []
        if len(table.all_columns) > MOST_COLUMNS:
            losses.append(f"{table.name}: a sheet holds {MOST_COLUMNS:,} columns, the others are left out")
        self._begin()

    def add(self, row: Row) -> None:
        """Write a row below the last one."""
        if self._row == MOST_ROWS:
            self.finish()
            self._begin()
        line = self._table.line(row)
        if self._row <= SAMPLE:
            self._widths = [
                max(width, *map(len, str(cell or "").split("\n")))
                for width, cell in zip(self._widths, line, strict=False)
            ]
        height = max((_lines_of(cell) for cell in line[: len(self._columns)] if isinstance(cell, str)), default=1)
        if height > 1 and self._row <= MOST_TALL:
            self._sheet.set_row(self._row, LINE * min(height, TALLEST))
        for at, (name, cell) in enumerate(zip(self._columns, line, strict=False)):
            if isinstance(cell, int | float):
                self._sheet.write_number(self._row, at, cell, self._top)
            elif cell:
                style = self._wrapped if _lines_of(cell) > 1 else self._top
                self._sheet.write_string(self._row, at, self._fitting(cell, name), style)
        self._row += 1

    def finish(self) -> None:
        """Set the widths of the columns, and what else depends on the rows."""
        for at, width in enumerate(self._widths):
            self._sheet.set_column(at, at, min(WIDEST, max(NARROWEST, width) + 2))
        self._sheet.autofilter(0, 0, self._row - 1, len(self._columns) - 1)
        self._sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{self._row}"})

    def _begin(self) -> None:
        self._number += 1
        title = self._table.name if self._number == 1 else f"{self._table.name} {self._number}"
        self._sheet: Worksheet = self._workbook.add_worksheet(title)
        self._sheet.freeze_panes(1, 0)
        self._widths = [len(one) for one in self._columns]
        self._row = 0
        for at, name in enumerate(self._columns):
            self._sheet.write_string(0, at, self._fitting(name, name), self._bold)
        self._row = 1

    def _fitting(self, text: str, column: str) -> str:
        """Return the part of a text that fits into a cell."""
        text = UNWRITABLE.sub("\ufffd", text).translate(PICTURES)
        units = text.encode("utf-16-le")
        if len(units) <= 2 * MOST_UNITS:
            return text
        row = (self._number - 1) * (MOST_ROWS - 1) + self._row + 1
        what = f"{self._table.name}, row {row}, {column}: a cell holds {MOST_UNITS:,} characters"
        self._losses.append(f"{what}, the rest is left out; --format csv and jsonl have all of it")
        return f"{units[: 2 * MOST_UNITS - 2].decode('utf-16-le', 'ignore')}…"


def _lines_of(text: str) -> int:
    """Return how many lines a text takes in a column of the greatest width."""
    return sum(-(-len(line) // WIDEST) or 1 for line in text[: WIDEST * TALLEST].split("\n"))

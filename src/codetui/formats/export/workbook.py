"""A study as a workbook, in which no cell is a formula or a link: its tables, the codebook, agreement, and origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from codetui.core.codebook.index import index_of
from codetui.formats.export.exporter import NO_ATTRIBUTES, Exported, ExportedStudy, OpenFile, What
from codetui.formats.export.table import COLLECTED, Cell, ExportRow, ExportTable, RowsOf, Tally, streamed, table_of

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

    def __init__(self, workbook: Workbook, table: ExportTable, losses: list[str]) -> None:
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

    def add(self, row: ExportRow) -> None:
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


# --- the sheets of a study ----------------------------------------------------------------------------

WHOLE: tuple[What, ...] = ("codings", "matrix-counts", "ads", "notes")
"""The tables of a whole study, beside which the workbook has the codebook, the agreement and `about`."""

TITLES: Mapping[What, str] = {"matrix-counts": "ads × codes"}
"""The titles of sheets that are not named like their tables."""

CODEBOOK = ("section", "group", "code_id", "code_name", "key", "definition", "include", "exclude", "examples")
AGREEMENT = ("coders", "figure", "value", "low", "high", "why")


def write_workbook(study: ExportedStudy, tables: Sequence[What], open_file: OpenFile) -> Exported:
    """Write a workbook with a sheet for each table, in one pass over the sessions.

    A table that is too long for one sheet continues on another one behind all others. A loss is a cell whose text is
    too long, or a column too many.
    """
    losses: list[str] = []
    tallies = {name: Tally(name, study.book.words) for name in tables}
    with open_file("") as file, open_workbook(file) as workbook:
        if tables[0] in COLLECTED:
            table = table_of(tables[0], study)
            _write(workbook, table._replace(rows=tallies[tables[0]].counted(table.rows)), losses)
        else:
            _write_streamed(workbook, study, tallies, losses)
        if tuple(tables) == WHOLE:
            _write(workbook, _codebook(study), losses)
            if rows := study.agreement():
                shown = ((" · ".join(one.coders), *one[1:]) for one in rows)
                _write(workbook, _table("agreement", AGREEMENT, shown), losses)
            _write(workbook, _table("about", ("about", "value"), _about(study, tallies, losses)), losses)
    counts = {str(name): tally.rows for name, tally in tallies.items()}
    said = (tally.contents for name, tally in tallies.items() if len(tables) == 1 or not name.startswith("matrix"))
    return Exported(counts, ", ".join(said), tuple(losses))


def _write_streamed(workbook: Workbook, study: ExportedStudy, tallies: Mapping[What, Tally], losses: list[str]) -> None:
    """Write the sheets whose rows belong to one session each."""
    sheets: list[tuple[Sheets, Tally, RowsOf]] = []
    for name, tally in tallies.items():
        columns, rows_of = streamed(name, study)
        table = ExportTable(TITLES.get(name, name), columns, (), study.attributes)
        sheets.append((Sheets(workbook, table, losses), tally, rows_of))
    for session in study.sessions:
        for sheet, tally, rows_of in sheets:
            for row in tally.counted(rows_of(session)):
                sheet.add(row)
    for sheet, _, _ in sheets:
        sheet.finish()


def _write(workbook: Workbook, table: ExportTable, losses: list[str]) -> None:
    """Write a whole table."""
    sheets = Sheets(workbook, table, losses)
    for row in table.rows:
        sheets.add(row)
    sheets.finish()


def _table(name: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> ExportTable:
    return ExportTable(name, columns, (ExportRow(cells, NO_ATTRIBUTES) for cells in rows))


def _codebook(study: ExportedStudy) -> ExportTable:
    """Return the profiles and codes with their definitions; codes of earlier codebooks come last."""
    book, index = study.book, index_of(study.book)
    profiles = (("profiles", "", one.id, one.name, "", one.definition, "", "", "") for one in book.profiles)
    codes = (
        (
            index.sections[one.section].title if one.section in index.sections else "",
            index.groups[one.group].title if one.group in index.groups else "",
            *(one.id, one.name, index.short_keys[one.id], one.definition, one.include, one.exclude),
            "\n".join(one.examples),
        )
        for one in book.codes
    )
    former = (
        (one.section.title, one.group.title if one.group else "", one.id, one.name, "", "", "", "", "")
        for one in book.former
    )
    return _table("codebook", CODEBOOK, (*profiles, *codes, *former))


def _about(study: ExportedStudy, tallies: Mapping[What, Tally], losses: Sequence[str]) -> Iterable[tuple[str, Cell]]:
    """Yield the facts that a later reader of the workbook needs."""
    book = study.book
    yield from (("program", study.program), ("date (UTC)", study.date))
    yield from (("codebook", book.title), ("codebook version", book.version), ("codebook hash", book.content_hash))
    yield "coders", ", ".join(study.coders)
    yield from ((f"rows of {TITLES.get(name, name)}", tally.rows) for name, tally in tallies.items())
    yield "seed of the intervals", 1
    yield from (("loss", loss) for loss in losses)

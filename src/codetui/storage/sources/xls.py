"""Read the cells of workbooks of Excel 97 to 2003 (`.xls`) with xlrd: calamine returns other texts for some of them."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING

from codetui.storage.sources.documents import UnreadableSourceError
from codetui.storage.sources.ole import SIGNATURE, OleError, is_encrypted, stream_of
from codetui.storage.sources.packages import PROTECTED
from codetui.storage.sources.sheets import BROKEN, EXTRA, Grid, Grids, Merge, cell_text

if TYPE_CHECKING:
    import xlrd

_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = range(1, 6)
"""The kinds of cells in xlrd."""


def read_xls(data: bytes) -> Grids:
    """Return the sheets of a workbook with what is in it and not read; raise UnreadableSourceError."""
    if find_spec("xlrd") is None:
        raise UnreadableSourceError(EXTRA.format("a workbook of Excel 97 to 2003"))
    if data.startswith(SIGNATURE):
        data = _stream(data)
    with _xlrd():
        book = _opened(data)
        sheets = [book.sheet_by_index(number) for number in range(book.nsheets)]
    visible = [sheet for sheet in sheets if not sheet.visibility]
    not_read = Counter({"hidden sheet": len(sheets) - len(visible)})
    return Grids((_grid(book, sheet) for sheet in visible), not_read)


def _stream(data: bytes) -> bytes:
    """Return the stream of the workbook in a compound file."""
    try:
        stream = stream_of(data, ("Workbook", "Book"))
        if stream is None:
            other = "is no workbook, whatever its name: open it in a spreadsheet program and save it as xlsx"
            raise UnreadableSourceError(PROTECTED if is_encrypted(data) else other)
    except OleError as error:
        raise UnreadableSourceError(BROKEN.format(error)) from error
    return stream


def _opened(data: bytes) -> xlrd.book.Book:
    """Return the workbook with what is hidden and merged; without that if the formats of its cells are broken."""
    import xlrd

    try:
        return _open(data, has_formats=True)
    except xlrd.XLRDError:
        raise
    except Exception:  # xlrd raises whatever its code does with broken records.
        return _open(data, has_formats=False)


def _open(data: bytes, *, has_formats: bool) -> xlrd.book.Book:
    import xlrd

    return xlrd.open_workbook(file_contents=data, formatting_info=has_formats, ragged_rows=True, logfile=io.StringIO())


def _grid(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet) -> Grid:
    hidden = frozenset(number + 1 for number, row in sheet.rowinfo_map.items() if row.hidden)
    merges = [Merge(top + 1, left, bottom) for top, bottom, left, _ in sheet.merged_cells]
    errors = sum(bytes(sheet.row_types(number)).count(_ERROR) for number in range(sheet.nrows))
    return Grid(sheet.name, 1, _texts(book, sheet), hidden, merges, errors, last=sheet.nrows)


def _texts(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet) -> Iterator[list[str]]:
    for number in range(sheet.nrows):
        cells = zip(sheet.row_types(number), sheet.row_values(number), strict=True)
        yield [
            value if kind == _TEXT else _text(kind, value, book.datemode, _is_duration(book, sheet, number, column))
            for column, (kind, value) in enumerate(cells)
        ]


def _is_duration(book: xlrd.book.Book, sheet: xlrd.sheet.Sheet, row: int, column: int) -> bool:
    """Return whether the format of a date is that of a duration, such as `[h]:mm`."""
    if not book.formatting_info or sheet.cell_type(row, column) != _DATE:
        return False
    known = book.format_map.get(book.xf_list[sheet.cell_xf_index(row, column)].format_key)
    return known is not None and "[h" in known.format_str.lower()


def _text(kind: int, value: float | str, datemode: int, is_duration: bool) -> str:
    """Return a cell that is no text; errors such as `#N/A` and blank cells are empty."""
    if isinstance(value, str) or kind not in (_NUMBER, _DATE, _BOOLEAN):
        return ""
    if kind == _BOOLEAN:
        return cell_text(bool(value))
    if kind == _NUMBER:
        return cell_text(value)
    if is_duration:
        return cell_text(timedelta(days=value))
    from xlrd.xldate import XLDateError, xldate_as_datetime

    try:
        moment = xldate_as_datetime(value, datemode)
    except (XLDateError, ValueError, OverflowError):
        return cell_text(value)
    # Excel keeps a time without a date as a part of day 0.
    return cell_text(moment.time() if 0 <= value < 1 else moment)


@contextmanager
def _xlrd() -> Iterator[None]:
    """Turn the errors of xlrd into one: on broken records it raises whatever its code does with them."""
    try:
        yield
    except Exception as error:
        reason = (str(error) or type(error).__name__).splitlines()[0][:200]
        what = PROTECTED if "encrypted" in reason else BROKEN.format(reason)
        raise UnreadableSourceError(what) from error

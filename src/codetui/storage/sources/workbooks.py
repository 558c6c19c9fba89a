"""Read sources from Excel workbooks: the rows of each visible sheet that has a column of texts.

A workbook cannot be read from a place in the middle.  It is read once, and its rows are kept in memory, compressed, as
long as its file does not change.
"""

from __future__ import annotations

import marshal
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from codetui.storage import fs
from codetui.storage.fs import Version
from codetui.storage.sources.columns import FIELDS, Columns, columns_of
from codetui.storage.sources.documents import UnreadableSourceError, note_not_read
from codetui.storage.sources.ole import SIGNATURE
from codetui.storage.sources.reader import Place, SourceFile
from codetui.storage.sources.reading import report_read
from codetui.storage.sources.sheets import Grid, Grids, Merge
from codetui.storage.sources.tables import Row, further_columns, has_columns

BLOCK = 64
"""Rows that are compressed together."""

KEPT = 1 << 28
"""Bytes of compressed workbooks that are kept in memory; the one in use is kept in any case."""

HEADER_WITHIN = 50
"""Rows in which the header is looked for: titles and remarks may be above it."""

_REPORTED = 1000
"""Rows after which progress is reported."""

_ZIP = b"PK\x03\x04"
_OTHERS = (b"<!doctype", b"<html", b"<?xml", b"<table")


class _Sheet(NamedTuple):
    """A sheet with sources: the positions of the fields and of the further columns, whose names are known."""

    fields: list[int]
    others: list[tuple[int, str]]
    has_ids: bool
    width: int


@dataclass
class Workbook:
    """The sources of a workbook: their rows in compressed blocks."""

    sheets: list[_Sheet] = field(default_factory=list)
    headers: list[tuple[int, str, list[str], Columns]] = field(default_factory=list)
    """The line, sheet, names and columns of each header."""
    not_read: Counter[str] = field(default_factory=Counter)
    count: int = 0
    _blocks: list[bytes] = field(default_factory=list)
    _rest: list[tuple[int, int, list[str]]] = field(default_factory=list)

    def add(self, sheet: int, line: int, cells: list[str]) -> None:
        """Add a row of a sheet."""
        self._rest.append((sheet, line, cells))
        self.count += 1
        if len(self._rest) == BLOCK:
            self._blocks.append(zlib.compress(marshal.dumps(self._rest), 1))
            self._rest = []

    def rows(self, first: int) -> Iterator[tuple[int, int, list[str]]]:
        """Yield the rows from one on: sheet, line and cells."""
        number, skipped = divmod(first, BLOCK)
        for block in self._blocks[number:]:
            yield from islice(marshal.loads(zlib.decompress(block)), skipped, None)
            skipped = 0
        yield from islice(self._rest, skipped, None)

    @property
    def size(self) -> int:
        """Return the bytes that are kept."""
        return sum(map(len, self._blocks))


_kept: dict[str, tuple[Version, Mapping[str, str], Workbook]] = {}
_lock = Lock()
"""Two threads list and read sources; a workbook is loaded by one of them."""


def read_workbook_rows(file: SourceFile, start: Place | None) -> Iterator[Row]:
    """Yield the rows of a workbook; with `start`, those from there on."""
    book, step = _workbook(file)
    if start is None:
        _report(book, file)
    first = start.offset // step if start is not None else 0
    for number, (at, line, cells) in enumerate(book.rows(first), first):
        sheet = book.sheets[at]
        cells = cells + [""] * (sheet.width + 1 - len(cells))
        source_id, employer, title, body = (cells[index] for index in sheet.fields)
        id_ = source_id.strip() if sheet.has_ids else None
        yield Row(Place(number * step, line), id_, employer, title, body, partial(_attributes, cells, sheet.others))


def _attributes(cells: list[str], columns: list[tuple[int, str]]) -> dict[str, str]:
    return {name: cells[index] for index, name in columns}


def _report(book: Workbook, file: SourceFile) -> None:
    """Report what a workbook lacks and what of it is not read."""
    is_table = bool(book.sheets)
    for line, name, names, columns in book.headers:
        if not columns.missing or not is_table:
            sheet = f'sheet "{name}": ' if len(book.headers) > 1 else ""
            has_columns(columns, names, line, file, sheet)
    if not book.headers:
        file.problems.add(
            0, "error", "this workbook has no table in a visible sheet: its first row must name the columns"
        )
    note_not_read({noun: count for noun, count in book.not_read.items() if count}, 0, file.problems)


def is_kept(path: str) -> bool:
    """Return whether a workbook is in memory as it is now in its file. Raises OSError."""
    known = _kept.get(path)
    return known is not None and known[0] == fs.version(Path(path))


# --- loading ------------------------------------------------------------------------------------------


def _workbook(file: SourceFile) -> tuple[Workbook, int]:
    """Return the workbook in a file, and the distance of two of its rows in SourceEntry.offset."""
    with _lock:
        version = fs.version(Path(file.path))
        known = _kept.pop(file.path, None)
        if known is None or known[:2] != (version, file.columns):
            with fs.naming_file(file.path):
                known = version, file.columns, _loaded(fs.read(file.path), file.columns)
        _kept[file.path] = known
        while len(_kept) > 1 and sum(book.size for _, _, book in _kept.values()) > KEPT:
            del _kept[next(iter(_kept))]
    book = known[2]
    return book, max(1, version.size // max(1, book.count))


def _loaded(data: bytes, wanted: Mapping[str, str]) -> Workbook:
    found, book = _grids(data), Workbook()
    for grid in found.grids:
        _load(book, grid, wanted)
    book.not_read.update(found.not_read)
    return book


def _grids(data: bytes) -> Grids:
    """Return the sheets of a workbook by its content: `.xls` files that are zip files are common."""
    if data.startswith(_ZIP):
        from codetui.storage.sources.xlsx import read_xlsx

        return read_xlsx(data)
    if data.startswith(SIGNATURE) or data[:1] == b"\x09":
        from codetui.storage.sources.xls import read_xls

        return read_xls(data)
    head = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not data.strip():
        what = "is empty"
    elif head.startswith(_OTHERS):
        what = "is a web page or XML and no workbook, whatever its name"
    elif b"\0" not in head:
        what = "is a text, such as a CSV table, and no workbook, whatever its name"
    else:
        what = "is no workbook, whatever its name"
    raise UnreadableSourceError(
        f"{what}: open it in a spreadsheet program and save it as xlsx, or give it the right suffix"
    )


def _load(book: Workbook, grid: Grid, wanted: Mapping[str, str]) -> None:
    """Add the rows of a sheet to a workbook, if it has a column of texts."""
    rows = _shown(grid, book.not_read)
    head = list(islice(rows, HEADER_WITHIN))
    if not head:
        return
    at, names, columns = _header([cells for _, cells in head], wanted)
    book.headers.append((head[at][0], grid.name, names, columns))
    if columns.missing:
        book.not_read["other sheet"] += 1
        return
    positions = {field: names.index(name) for field, name in columns.names.items()}
    others = further_columns(names, set(positions.values()))
    # Cell -1 is the empty one at the end of each row.
    fields = [positions.get(field, -1) for field in FIELDS]
    book.sheets.append(_Sheet(fields, others, "id" in positions, len(names)))
    for number, cells in chain(head[at + 1 :], rows):
        book.add(len(book.sheets) - 1, number, cells)
        if book.count % _REPORTED == 0:
            report_read(number, grid.last)
        book.not_read["stray cell"] += sum(map(bool, cells[len(names) :]))
    book.not_read["error value"] += grid.errors
    book.not_read["formula without a value"] += grid.uncomputed


def _shown(grid: Grid, not_read: Counter[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of the rows that are neither blank nor hidden; count the hidden ones.

    A value in merged cells holds for each of their rows.
    """
    begins: dict[int, list[Merge]] = {}
    for one in grid.merges:
        if one.bottom > one.top:
            begins.setdefault(one.top, []).append(one)
    merged: dict[int, tuple[int, str]] = {}
    for number, cells in enumerate(grid.rows, grid.first):
        for one in begins.get(number, ()):
            if one.left < len(cells):
                merged[one.left] = one.bottom, cells[one.left]
        if not any(map(str.strip, cells)):
            continue
        if number in grid.hidden:
            not_read["hidden row"] += 1
            continue
        for left, (bottom, value) in merged.items():
            if number <= bottom and left < len(cells):
                cells[left] = cells[left] or value
        yield number, cells


def _header(rows: Sequence[list[str]], wanted: Mapping[str, str]) -> tuple[int, list[str], Columns]:
    """Return position, names and columns of the first row with most recognised names, else with most cells."""
    found = []
    for at, cells in enumerate(rows):
        names = [" ".join(cell.split()) for cell in cells]
        while names and not names[-1]:
            names.pop()
        columns = columns_of(names, wanted)
        found.append((("body" in columns.names, len(columns.names), sum(map(bool, names)), -at), at, names, columns))
    return max(found, key=lambda one: one[0])[1:]

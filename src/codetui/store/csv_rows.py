"""Records of a CSV file with their places; mismatched quotes cost their row, not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from codetui.store.corpus_names import columns_of
from codetui.store.text_lines import Lines
from codetui.store.trouble import Trouble

CELL_LIMIT = 64 * 1024 * 1024
_ID_LIMIT = 400
_LOOK_AHEAD = 2000

csv.field_size_limit(CELL_LIMIT)


class Header(NamedTuple):
    """The columns' names and the sign between them."""

    names: list[str]
    delimiter: str


class Record(NamedTuple):
    """The cells of one row; `place` is the byte offset of its first line."""

    place: int
    line: int
    cells: list[str]


def read_header(lines: Lines, wanted: Mapping[str, str]) -> Header | None:
    """The header, with the delimiter under which most columns are recognised; None where there is no line.

    A first line `sep=;`, which spreadsheets write, decides by itself.
    """
    start = next((line for line in lines if line.strip()), "")
    if start[:4].lower() == "sep=" and len(start.strip("\r\n")) == 5:
        names = _cells(lines, start[4])
        return Header(names, start[4]) if names else None
    here = (lines.offset, lines.number)
    best: tuple[tuple[int, int], Header] | None = None
    after = here
    for delimiter in (",", ";", "\t"):
        lines.seek(*here)
        names = _cells_from(start, lines, delimiter)
        known = columns_of(names, wanted).names
        score = (len(known), len(names))
        if names and (best is None or score > best[0]):
            best, after = (score, Header(names, delimiter)), (lines.offset, lines.number)
    lines.seek(*after)
    return best[1] if best else None


def _cells(lines: Lines, delimiter: str) -> list[str]:
    return _cells_from(next(iter(lines), ""), lines, delimiter)


def _cells_from(first: str, lines: Lines, delimiter: str) -> list[str]:
    """The cells of the row that begins with the line `first` and may go on in `lines`."""
    try:
        return next(csv.reader(_with_first(first, lines), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [cell.strip('"') for cell in first.rstrip("\r\n").split(delimiter)]


def _with_first(first: str, lines: Lines) -> Iterator[str]:
    yield first
    yield from lines


def records(lines: Lines, header: Header, id_at: int, trouble: Trouble) -> Iterator[Record]:
    """The rows from here on; blank ones are passed over, ragged ones come reported with what they have."""
    width = len(header.names)
    is_done = False
    while not is_done:
        place, number = lines.offset, lines.number
        try:
            for cells in csv.reader(lines, delimiter=header.delimiter, strict=True):
                if len(cells) != width:
                    _report_ragged(cells, width, number, trouble)
                if any(cells):
                    yield Record(place, number, cells)
                place, number = lines.offset, lines.number
            is_done = True
        except csv.Error:
            lines.seek(place, number)
            yield _mended_record(lines, header, id_at, trouble)


def _report_ragged(cells: list[str], width: int, number: int, trouble: Trouble) -> None:
    """Say that a row has other cells than the header; surplus empty ones are nothing to speak of."""
    if any(cells) and (len(cells) < width or any(cells[width:])):
        message = (
            f"this row has {len(cells)} cells where the header has {width}; it opens with what it has: "
            "a cell that holds the delimiter must stand in double quotes"
        )
        trouble.add(number, "warning", message)


def _mended_record(lines: Lines, header: Header, id_at: int, trouble: Trouble) -> Record:
    """The row that stands here, whose quotes do not match; the lines then stand where the next row begins."""
    place, number = lines.offset, lines.number
    text = next(iter(lines), "")
    own = mended_cells(text, header)
    own_id = own[id_at].strip() if id_at < len(own) else ""
    next_place, next_number = lines.offset, lines.number
    pieces = [text]
    for line in lines:
        after = lines.offset, lines.number
        if _starts_row(line, lines, header, id_at, own_id):
            break
        pieces.append(line)
        next_place, next_number = after
        lines.seek(*after)
    lines.seek(next_place, next_number)
    cells = mended_cells("".join(pieces), header)
    message = (
        f"the quotes of this row do not match; it was read as far as line {next_number - 1}: "
        "put one double quote at each end of a cell and write each one inside it twice"
    )
    trouble.add(number, "warning", message)
    _report_ragged(cells, len(header.names), number, trouble)
    return Record(place, number, cells)


def _starts_row(line: str, lines: Lines, header: Header, id_at: int, own_id: str) -> bool:
    """Whether a whole row with an id of the same kind begins with this line; moves the lines."""
    try:
        cells = next(csv.reader([line], delimiter=header.delimiter), [])
        if id_at < len(cells) - 1 and not _is_like(cells[id_at], own_id):
            return False
        ahead = islice(_with_first(line, lines), _LOOK_AHEAD)
        cells = next(csv.reader(ahead, delimiter=header.delimiter, strict=True), [])
    except csv.Error:
        cells = mended_cells(line, header)
    return len(cells) == len(header.names) and _is_like(cells[id_at], own_id)


def _is_like(cell: str, own_id: str) -> bool:
    """Whether a cell can be an id in a column that holds `own_id`."""
    text = cell.strip()
    return 0 < len(text) < _ID_LIMIT and "\n" not in text and text.isdigit() == (own_id or text).isdigit()


def mended_cells(text: str, header: Header) -> list[str]:
    """The cells of a row whose quotes do not match.

    A quote closes a cell only before a delimiter or at the end.  One that never closes is a character of its
    cell or opens a cell up to the end, whichever gives as many cells as the header has.
    """
    row = text.rstrip("\r\n")
    plain = _cut(row, header.delimiter, is_open_to_end=False)
    to_end = _cut(row, header.delimiter, is_open_to_end=True)
    return plain if len(plain) == len(header.names) else to_end


def _cut(row: str, delimiter: str, *, is_open_to_end: bool) -> list[str]:
    cells: list[str] = []
    start = 0
    while True:
        close = _closing_quote(row, start + 1, delimiter) if row.startswith('"', start) else None
        if close is not None and (close >= 0 or is_open_to_end):
            end = close if close >= 0 else len(row)
            cells.append(row[start + 1 : end].replace('""', '"'))
            end += 1
        else:
            end = row.find(delimiter, start)
            end = len(row) if end < 0 else end
            cells.append(row[start:end])
        if end >= len(row):
            return cells
        start = end + 1


def _closing_quote(row: str, start: int, delimiter: str) -> int:
    """Where the quote stands that ends the cell beginning at `start`, -1 where there is none."""
    at = row.find('"', start)
    while at >= 0:
        if row.startswith('""', at):
            at += 1
        elif at + 1 == len(row) or row[at + 1] == delimiter:
            return at
        at = row.find('"', at + 1)
    return -1

"""Records of a CSV file with their places; mismatched quotes cost their row, not the rest of the file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codetui.core.text.display import plural
from codetui.storage.corpus_names import columns_of
from codetui.storage.csv_quotes import Ahead, Step, mended_cells, step
from codetui.storage.sources.decoding import Lines, ProblemCollector

_ID_LIMIT = 400


class Header(NamedTuple):
    """The columns' names, the sign between them, and the line they begin in.

    `skips_blanks` where blanks behind that sign are no part of a cell.
    """

    names: list[str]
    delimiter: str
    line: int
    skips_blanks: bool = False


class Record(NamedTuple):
    """The cells of one row; `place` is the byte offset of its first line."""

    place: int
    line: int
    cells: list[str]


def read_header(lines: Lines, wanted: Mapping[str, str]) -> Header | None:
    """The header, with the delimiter under which most columns are recognised; None where there is no line.

    A first line `sep=;`, which spreadsheets write, decides by itself.
    """
    start = _first_written(lines)
    if start[:4].lower() == "sep=" and len(start.strip("\r\n")) == 5:
        first = _first_written(lines)
        line = lines.number - 1
        names = _cells_from(first, lines, start[4])
        return _without_blanks(Header(names, start[4], line)) if names else None
    here = (lines.offset, lines.number)
    best: tuple[tuple[int, int], Header] | None = None
    after = here
    for delimiter in (",", ";", "\t"):
        lines.seek(*here)
        names = _cells_from(start, lines, delimiter)
        known = columns_of(names, wanted).names
        score = (len(known), len(names))
        if names and (best is None or score > best[0]):
            best, after = (score, Header(names, delimiter, here[1] - 1)), (lines.offset, lines.number)
    lines.seek(*after)
    return _without_blanks(best[1]) if best else None


def _first_written(lines: Lines) -> str:
    """The next line that is not blank; nothing where there is none."""
    return next((line for line in lines if line.strip()), "")


def _without_blanks(header: Header) -> Header:
    """A header that has a blank behind each delimiter, as all rows will then: else `, "a, b"` is two cells."""
    if len(header.names) < 2 or not all(name.startswith(" ") for name in header.names[1:]):
        return header
    names = [name.strip(" ") for name in header.names]
    names = [name[1:-1] if name[:1] == name[-1:] == '"' else name for name in names]
    return header._replace(names=names, skips_blanks=True)


def _cells_from(first: str, lines: Lines, delimiter: str) -> list[str]:
    """The cells of the row that begins with the line `first` and may go on in `lines`."""
    try:
        return next(csv.reader(_with_first(first, lines), delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [cell.strip('"') for cell in first.rstrip("\r\n").split(delimiter)]


def _with_first(first: str, lines: Lines) -> Iterator[str]:
    yield first
    yield from lines


def records(lines: Lines, header: Header, id_at: int, trouble: ProblemCollector) -> Iterator[Record]:
    """The rows from here on; blank ones are passed over, ragged ones come reported with what they have."""
    rows = _Rows(lines, header, id_at, trouble)
    while not rows.is_done:
        yield from rows.quickly()
        yield from rows.with_care()


class _Rows:
    """The rows of a table: in one go as long as quotes match, and line by line where they do not."""

    def __init__(self, lines: Lines, header: Header, id_at: int, trouble: ProblemCollector) -> None:
        self._lines = lines
        self._header = header
        self._id_at = id_at
        self._trouble = trouble
        self._ahead = Ahead(lines, header.delimiter, skips_blanks=header.skips_blanks)
        self.is_done = False

    def quickly(self) -> Iterator[Record]:
        """The rows up to the first one whose quotes do not match; that one too, mended."""
        lines = self._lines
        place, number = lines.offset, lines.number
        try:
            for cells in self._reader():
                yield from self._record(place, number, cells)
                place, number = lines.offset, lines.number
            self.is_done = True
        except csv.Error:
            self._look_ahead(place, number)
            yield self._mended(place, number)

    def with_care(self) -> Iterator[Record]:
        """The rows that begin where it is known whether quotes match: each as `quickly` would read it."""
        lines = self._lines
        while not self.is_done and self._ahead.covers(lines.offset):
            place, number = lines.offset, lines.number
            cells = self._cells(place, number)
            if cells is None:
                yield self._mended(place, number)
            else:
                yield from self._record(place, number, cells)

    def _look_ahead(self, place: int, number: int) -> None:
        """Go on from inside quotes at the end of a row's first line, so that no later row goes there again."""
        if self._step(self._line(place, number)).end == "inside":
            self._ahead.more_cells()

    def _cells(self, place: int, number: int) -> list[str] | None:
        """The cells of the row that begins here; None where its quotes do not match."""
        found = self._step(self._line(place, number))
        if found.end != "inside":
            return found.cells if found.end == "closed" else None
        return None if self._ahead.more_cells() is None else self._whole(place, number)

    def _whole(self, place: int, number: int) -> list[str] | None:
        """The cells of a row over several lines; None where its quotes do not match.  Moves the lines behind it."""
        self._lines.seek(place, number)
        try:
            return next(self._reader(), [])
        except csv.Error:
            return None

    def _reader(self) -> Iterator[list[str]]:
        """The rows from where the lines stand."""
        header = self._header
        return csv.reader(self._lines, delimiter=header.delimiter, strict=True, skipinitialspace=header.skips_blanks)

    def _step(self, line: str) -> Step:
        return step(line, self._header.delimiter, skips_blanks=self._header.skips_blanks)

    def _line(self, place: int, number: int) -> str:
        """The line that begins here; the lines then stand behind it."""
        self._lines.seek(place, number)
        return next(iter(self._lines), "")

    def _record(self, place: int, number: int, cells: list[str]) -> Iterator[Record]:
        width = len(self._header.names)
        if len(cells) != width:
            _report_ragged(cells, width, number, self._trouble)
        if any(cells):
            yield Record(place, number, cells)

    # --- rows whose quotes do not match -----------------------------------------------------------------

    def _mended(self, place: int, number: int) -> Record:
        """The row that begins here, whose quotes do not match; the lines then stand where the next row begins."""
        lines, width = self._lines, len(self._header.names)
        pieces = [self._line(place, number)]
        own = self._mended_cells(pieces[0])
        own_id = own[self._id_at].strip() if self._id_at < len(own) else ""
        here = lines.offset, lines.number
        while line := self._line(*here):
            after = lines.offset, lines.number
            if self._starts_row(line, here, own_id):
                break
            pieces.append(line)
            here = after
        lines.seek(*here)
        cells = self._mended_cells("".join(pieces))
        message = (
            f"the quotes of this row do not match; it was read as far as line {here[1] - 1}: "
            "put one double quote at each end of a cell and write each one inside it twice"
        )
        self._trouble.add(number, "warning", message)
        _report_ragged(cells, width, number, self._trouble)
        return Record(place, number, cells)

    def _starts_row(self, line: str, here: tuple[int, int], own_id: str) -> bool:
        """Whether a whole row with an id of the same kind begins with this line; moves the lines."""
        width, id_at = len(self._header.names), self._id_at
        found = self._step(line)
        if id_at < len(found.cells) - 1 and not _is_like(found.cells[id_at], own_id):
            return False
        more = self._ahead.more_cells() if found.end == "inside" else None
        if more is not None:
            cells = self._whole(*here) if len(found.cells) + more == width else None
        else:
            cells = found.cells if found.end == "closed" else self._mended_cells(line)
        return cells is not None and len(cells) == width and _is_like(cells[id_at], own_id)

    def _mended_cells(self, text: str) -> list[str]:
        header = self._header
        return mended_cells(text, header.delimiter, len(header.names), skips_blanks=header.skips_blanks)


def _report_ragged(cells: list[str], width: int, number: int, trouble: ProblemCollector) -> None:
    """Say that a row has other cells than the header; surplus empty ones are nothing to speak of."""
    if any(cells) and (len(cells) < width or any(cells[width:])):
        message = (
            f"this row has {plural(len(cells), 'cell')} where the header has {width}; it opens with what it has: "
            "a cell that holds the delimiter must stand in double quotes"
        )
        trouble.add(number, "warning", message)


def _is_like(cell: str, own_id: str) -> bool:
    """Whether a cell can be an id in a column that holds `own_id`."""
    text = cell.strip()
    return 0 < len(text) < _ID_LIMIT and "\n" not in text and text.isdigit() == (own_id or text).isdigit()

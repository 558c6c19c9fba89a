"""Read sources from tables: CSV and TSV files, and JSONL files with one object per line.

A row with mismatched quotes does not affect other rows.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import NamedTuple

from codetui.core.text.display import plural
from codetui.storage.fs import open_regular
from codetui.storage.sources.columns import (
    COLUMN_HINT,
    FIELDS,
    Columns,
    columns_hint,
    columns_of,
    found_columns,
)
from codetui.storage.sources.reader import (
    CHUNK,
    ROW_LIMIT,
    Lines,
    Place,
    ProblemCollector,
    RowTooLongError,
    SourceFile,
)
from codetui.storage.sources.tables import NO_IDS, Row, RowReader, TableReader, further_columns, has_columns

MOST_WITHOUT_TEXT = 1000
"""Objects of JSON Lines without a text that are kept until one has a text."""

_DEEPEST = 3
"""Levels of objects whose fields are attributes."""

LineReader = Callable[[Lines, SourceFile, Place | None], Iterator[Row]]
"""Read the rows of a table from its lines; with a place, those from there on."""


def _from_lines(read: LineReader) -> RowReader:
    """Return a reader of the rows of a file of text."""

    def rows(file: SourceFile, start: Place | None) -> Iterator[Row]:
        with open_regular(file.path) as handle:
            lines = Lines(handle, file.problems)
            try:
                yield from read(lines, file, start)
            finally:
                lines.release()

    return rows


# --- CSV and TSV --------------------------------------------------------------------------------------

_LIMIT_WORDS = f"{ROW_LIMIT >> 20} MB"
_SPLIT = "split its text over several rows, each with an id of its own"
_ID_LIMIT = 400
csv.field_size_limit(4 * ROW_LIMIT)

_SURROGATE = re.compile("[\ud800-\udfff]")


class Header(NamedTuple):
    """The names of the columns, the delimiter, and the line of the header.

    `skips_blanks` is True if blanks after a delimiter do not belong to the cell.
    """

    names: list[str]
    delimiter: str
    line: int
    skips_blanks: bool = False


class Record(NamedTuple):
    """The cells of one row and its place."""

    place: Place
    cells: list[str]


def read_csv_rows(lines: Lines, file: SourceFile, start: Place | None) -> Iterator[Row]:
    """Yield the rows of a table; with `start`, only those from there on."""
    problems = file.problems
    try:
        header = read_header(lines, file.columns)
    except RowTooLongError:
        problems.add(1, "error", f"the header is longer than {_LIMIT_WORDS}: put the names of the columns on line 1")
        return
    if header is None:
        problems.add(0, "error", "this table is empty: its first line must name the columns")
        return
    columns = columns_of(header.names, file.columns)
    if not has_columns(columns, header.names, header.line, file):
        return
    at = {field: header.names.index(name) for field, name in columns.names.items()}
    fields_at = [at.get(field, -1) for field in FIELDS]
    others = further_columns(header.names, set(at.values()))
    if start is not None:
        lines.seek(*start)
    has_ids = "id" in at
    for place, cells in read_records(lines, header, at.get("id"), problems):
        # The last cell is empty: it is that of the columns which the table lacks.
        cells += [""] * max(1, len(header.names) - len(cells) + 1)
        source_id, employer, title, body = (cells[at] for at in fields_at)
        attributes = partial(_attributes, cells, others)
        yield Row(place, source_id.strip() if has_ids else None, employer, title, body, attributes)


def _attributes(cells: list[str], columns: list[tuple[int, str]]) -> dict[str, str]:
    return {name: cells[index] for index, name in columns}


# --- the header ---------------------------------------------------------------------------------------


def read_header(lines: Lines, wanted: Mapping[str, str]) -> Header | None:
    """Return the header with the delimiter for which most columns are recognised, None if there is no line.

    A first line `sep=;`, which spreadsheets write, decides by itself.
    """
    first = _skip_blank_lines(lines)
    delimiters = [",", ";", "\t", "|"]
    if first[:4].lower() == "sep=" and len(first.strip("\r\n")) == 5:
        delimiters = [first[4]]
        _skip_blank_lines(lines)
    line = lines.number - 1

    def names_under(delimiter: str) -> list[str]:
        lines.rewind()
        return _header_cells(lines, delimiter)

    best = max(delimiters, key=lambda sign: (len(columns_of(names_under(sign), wanted).names), len(names_under(sign))))
    names = names_under(best)
    return _without_blanks(Header(names, best, line)) if names else None


def _skip_blank_lines(lines: Lines) -> str:
    """Return the next line that is not blank, with the byte order mark before it; empty if there is none."""
    lines.mark()
    for line in lines:
        if line.strip():
            lines.rewind()
            return next(lines)
        lines.mark()
    return ""


def _without_blanks(header: Header) -> Header:
    """Return a header without the blank after each delimiter if all have one.

    Otherwise `, "a, b"` would be two cells.
    """
    if len(header.names) < 2 or not all(name.startswith(" ") for name in header.names[1:]):
        return header
    names = [name.strip(" ") for name in header.names]
    names = [name[1:-1] if name[:1] == name[-1:] == '"' else name for name in names]
    return header._replace(names=names, skips_blanks=True)


def _header_cells(lines: Lines, delimiter: str) -> list[str]:
    """Return the cells of the header, or the pieces of its first line if its quotes are mismatched."""
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        lines.rewind()
        return [cell.strip('"') for cell in next(lines).rstrip("\r\n").split(delimiter)]


# --- rows ---------------------------------------------------------------------------------------------


def read_records(lines: Lines, header: Header, id_at: int | None, problems: ProblemCollector) -> Iterator[Record]:
    """Yield the rows from here on; report ragged rows, and leave out rows with mismatched quotes."""
    return _Records(lines, header, id_at, problems).read()


class _Records:
    """Read rows at once while quotes match, and line by line after a row whose quotes do not, or that is too long.

    `_dead_end` is the line at which such a row, or the file, ended: a row that is inside quotes at the end of an
    earlier line ends there as well. So each line is read only a few times, however many rows are broken. `_too_long`
    has the lines of rows that were skipped because of their length.
    """

    def __init__(self, lines: Lines, header: Header, id_at: int | None, problems: ProblemCollector) -> None:
        self._lines = lines
        self._header = header
        self._width = len(header.names)
        self._reader = partial(
            csv.reader, delimiter=header.delimiter, strict=True, skipinitialspace=header.skips_blanks
        )
        delimiter = re.escape(header.delimiter)
        self._opens_quotes = re.compile(rf'(?:^|{delimiter}) *"(?!"[^{delimiter}"\r\n])').search
        self._id_at = id_at or 0
        self._has_ids = id_at is not None
        self._problems = problems
        self._dead_end = 0
        self._too_long: set[int] = set()

    def read(self) -> Iterator[Record]:
        """Yield the rows up to the end."""
        lines, careful_until = self._lines, 0
        while True:
            is_fast, first = lines.offset >= careful_until, lines.number
            place = Place(lines.offset, lines.number)
            lines.mark()
            reader = self._reader(lines.stream() if is_fast else lines)
            try:
                for cells in reader:
                    if is_fast:
                        lines.arrive(reader.line_num)
                    if self._is_usable(place, cells):
                        yield Record(place, cells)
                    place = Place(lines.offset, lines.number)
                    if not is_fast:
                        lines.mark()
                        if lines.offset >= careful_until:
                            break
                else:
                    return
            except (csv.Error, RowTooLongError) as error:
                if isinstance(error, RowTooLongError):
                    self._too_long.add(place.line)
                if is_fast:
                    self._dead_end = first + reader.line_num - 1
                    lines.seek(*place)
                else:
                    self._dead_end = lines.number - 1
                    lines.rewind()
                yield from self._read_carefully()
                careful_until = lines.offset + CHUNK

    def _read_carefully(self) -> Iterator[Record]:
        """Yield the rows that begin before the dead end; skip from a broken row to the next whole one."""
        lines = self._lines
        broken_at, broken_id = 0, ""

        def may_be_row(line: str) -> bool:
            is_quoted = '"' in line and self._opens_quotes(line) is not None
            return is_quoted or self._is_whole(line.split(self._header.delimiter), broken_id)

        while broken_at or lines.number <= self._dead_end:
            if broken_at:
                lines.skip_to(may_be_row)
            lines.mark()
            place = Place(lines.offset, lines.number)
            try:
                first = next(lines, "")
            except RowTooLongError:
                broken_at = broken_at or place.line
                self._too_long.add(broken_at)
                continue
            if not first:
                break
            cells = self._cells(first, place.line)
            if broken_at and (cells is None or not self._is_whole(cells, broken_id)):
                self._skip_one()
            elif cells is None:
                broken_at, broken_id = place.line, self._loose_id(first)
                self._skip_one()
            else:
                if broken_at:
                    self._report_broken(broken_at, place.line - 1)
                    broken_at = 0
                if self._is_usable(place, cells):
                    yield Record(place, cells)
        if broken_at:
            self._report_broken(broken_at, lines.number - 1)

    def _skip_one(self) -> None:
        """Go back to the second line of a failed row; rows inside it that span several lines count as broken, too."""
        self._dead_end = max(self._dead_end, self._lines.number - 1)
        self._lines.rewind(1)

    def _cells(self, first: str, number: int) -> list[str] | None:
        """Return the cells of the row that begins at a line, None if its quotes do not match."""
        is_open = False

        def one_line() -> Iterator[str]:
            nonlocal is_open
            yield first
            is_open = True

        try:
            return next(self._reader(one_line()), [])
        except csv.Error:
            if not is_open or number < self._dead_end:
                return None
        try:
            return next(self._reader(chain([first], self._lines)), [])
        except csv.Error:
            return None
        except RowTooLongError:
            self._too_long.add(number)
            return None

    def _is_usable(self, place: Place, cells: list[str]) -> bool:
        """Return whether a row is not empty and not too long; report one that is too long, or ragged."""
        if not any(cells):
            return False
        if self._lines.offset - place.offset > ROW_LIMIT:
            self._problems.add(
                place.line, "error", f"this row is longer than {_LIMIT_WORDS}, so it is left out: {_SPLIT}"
            )
            return False
        if len(cells) < self._width or any(cells[self._width :]):
            message = (
                f"this row has {plural(len(cells), 'cell')} and the header has {self._width}; it is read as it is: "
                "put a cell that contains the delimiter in double quotes"
            )
            self._problems.add(place.line, "warning", message)
        return True

    def _report_broken(self, line: int, last: int) -> None:
        lines = f"it is left out, as far as line {last}" if last > line else "it is left out"
        hint = "put one double quote at each end of a cell and write each one inside it twice"
        what = "the quotes of this row do not match"
        if line in self._too_long:
            what, hint = f"this row is longer than {_LIMIT_WORDS}, or its quotes do not match", f"{_SPLIT}, or {hint}"
        self._problems.add(line, "error", f"{what}, so {lines}: {hint}")

    def _loose_id(self, first: str) -> str:
        """Return the id of a broken row, as far as its first line contains it."""
        try:
            cells = next(csv.reader([first], delimiter=self._header.delimiter), [])
        except csv.Error:
            return ""
        return cells[self._id_at].strip() if self._id_at < len(cells) else ""

    def _is_whole(self, cells: list[str], broken_id: str) -> bool:
        """Return whether cells form a row of the table, rather than a line inside the text of a broken row."""
        if len(cells) != self._width:
            return False
        text = cells[self._id_at].strip()
        is_short = len(text) < _ID_LIMIT and "\n" not in text
        return is_short and (not self._has_ids or (text != "" and text.isdigit() == (broken_id or text).isdigit()))


CSV = TableReader((".csv", ".tsv"), _from_lines(read_csv_rows))


# --- JSONL --------------------------------------------------------------------------------------------


def read_jsonl_rows(lines: Lines, file: SourceFile, start: Place | None) -> Iterator[Row]:
    """Yield the rows of a file; with `start`, those from there on."""
    if start is not None:
        lines.seek(*start)
    return rows_of_objects(_objects(lines, file.problems), file, start)


def _objects(lines: Lines, problems: ProblemCollector) -> Iterator[tuple[Place, dict[str, object]]]:
    """Yield the object on each line with its place; report lines without one."""
    while True:
        place = Place(lines.offset, lines.number)
        try:
            line = next(lines, "")
        except RowTooLongError:
            problems.add(place.line, "error", f"this line is longer than {_LIMIT_WORDS} and is left out: {_SPLIT}")
            continue
        if not line:
            return
        values = _parse_object(line, place.line, problems) if line.strip() else None
        if values is not None:
            yield place, values


def rows_of_objects(
    objects: Iterable[tuple[Place, dict[str, object]]], file: SourceFile, start: Place | None
) -> Iterator[Row]:
    """Yield the rows of JSON objects, which begin at `start` if it is not None; report fields that are missing."""
    problems = file.problems
    known: dict[tuple[str, ...], Columns] = {}
    has_ids = False
    waiting: list[Row] | None = [] if start is None else None
    """The objects without a text: those of a file in which none has one are no sources."""
    first: tuple[int, dict[str, object]] | None = None
    for place, values in objects:
        names = tuple(values)
        if names not in known:
            known[names] = columns_of(names, file.columns)
            for complaint in known[names].complaints:
                problems.add_once(complaint.split(". ")[0], place.line, "warning", complaint)
        row = _row(values, known[names], place, problems)
        has_ids = has_ids or row.id is not None
        if row.id is None and (has_ids or "id" in known[names].missing):
            what = f"no field holds the id of the {problems.words.source}. {columns_hint(names, known[names])}"
            problems.add_once("no id", place.line, "error", f"{what}. Fields found: {found_columns(values)}")
            row = row._replace(id="")
        elif row.id is None:
            problems.add_once("no ids", place.line, "note", NO_IDS)
        if "body" not in known[names].names and waiting is not None:
            first = first or (place.line, values)
            waiting.append(row)
            if len(waiting) > MOST_WITHOUT_TEXT:
                break
            continue
        if "body" not in known[names].names or waiting:
            number, fields = first or (place.line, values)
            what = f"no field holds the body of the {problems.words.source}: {COLUMN_HINT % 'body'}"
            problems.add_once("no body", number, "warning", f"{what}. Fields found: {found_columns(fields)}")
        yield from waiting or ()
        waiting = None
        yield row
    if waiting and first is not None:
        number, values = first
        what = f"no field holds the texts of the {problems.words.sources}, so it is not opened"
        hint = columns_hint(list(values), columns_of(list(values), file.columns))
        problems.add(number, "error", f"{what}. {hint}. Fields found: {found_columns(values)}")


def _parse_object(line: str, number: int, problems: ProblemCollector) -> dict[str, object] | None:
    """Return the object on a line, or None, with a problem, if there is none."""
    try:
        value: object = json.loads(line)
    except RecursionError:
        problems.add(number, "error", "this line is nested too deeply and is left out: make it a flat object")
    except ValueError as error:
        message = f"this line is not JSON ({error}): it is left out; each line must be one whole object"
        problems.add(number, "error", message)
    else:
        if isinstance(value, dict):
            return value
        problems.add(
            number,
            "error",
            f"this line is JSON but not an object {{…}}, and is left out: write one {problems.words.source} per line",
        )
    return None


def _flat(name: str, value: object, level: int = 0) -> Iterator[tuple[str, str]]:
    """Yield a field as attributes: an object's fields as `name.field`, a list of plain values on one line."""
    if _is_scalar(value):
        yield name, _scalar(value)
    elif isinstance(value, dict) and level < _DEEPEST:
        for key, each in value.items():
            yield from _flat(f"{name}.{key}", each, level + 1)
    elif isinstance(value, list) and all(map(_is_scalar, value)):
        yield name, "; ".join(map(_scalar, value))


def _row(values: dict[str, object], columns: Columns, place: Place, problems: ProblemCollector) -> Row:
    """Return the row of an object; absent fields are empty."""
    cells = {field: _text(values[name], name, place.line, problems) for field, name in columns.names.items()}
    used = set(columns.names.values())
    return Row(
        place,
        cells["id"].strip() if "id" in cells else None,
        cells.get("employer", ""),
        cells.get("title", ""),
        cells.get("body", ""),
        lambda: dict(chain.from_iterable(_flat(name, value) for name, value in values.items() if name not in used)),
    )


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _scalar(value: object) -> str:
    """Return a string unchanged, null as an empty text, and any other scalar as JSON."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return _SURROGATE.sub("\ufffd", text)


def _text(value: object, name: str, number: int, problems: ProblemCollector) -> str:
    """Return a value as text; lone surrogates, which no file can contain, become U+FFFD."""
    if isinstance(value, str):
        if value.isascii():
            return value
        text = value
    elif isinstance(value, float) and value.is_integer():
        text = str(int(value))
    elif isinstance(value, list) and all(isinstance(part, str) for part in value):
        text = "\n".join(str(part) for part in value)
    elif value is None:
        text = ""
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)
    else:
        problems.add(number, "warning", f'"{name}" is not a text and is read as empty: write it as a string')
        text = ""
    if _SURROGATE.search(text):
        message = f'"{name}" contains half a character (a lone surrogate), read as \ufffd: write the whole character'
        problems.add(number, "warning", message)
        text = _SURROGATE.sub("\ufffd", text)
    return text


JSONL = TableReader((".jsonl",), _from_lines(read_jsonl_rows))

"""Tables of ads: each row of a CSV or JSONL file with its byte offset, whatever is wrong with other rows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from codetui.model import with_plain_line_ends
from codetui.storage import csv_rows
from codetui.storage.corpus_names import Columns, columns_of, found
from codetui.storage.fs import open_regular
from codetui.storage.sources.decoding import Lines, ProblemCollector

TABLES = (".csv", ".tsv", ".jsonl")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WAY_OUT = 'name one in codebook.toml, [corpus] columns = { %s = "your column" }'


class Row(NamedTuple):
    """One ad of a table as it stands there; `place` is the byte offset of its first line."""

    place: int
    line: int
    id: str
    employer: str
    title: str
    body: str

    @property
    def text(self) -> str:
        """The text that is coded: title, a blank line, body; without a title the body alone.  Its line ends are LF."""
        return with_plain_line_ends(f"{self.title}\n\n{self.body}" if self.title.strip() else self.body)

    @property
    def body_start(self) -> int:
        """Where the body begins in the text."""
        return len(with_plain_line_ends(self.title)) + 2 if self.title.strip() else 0


class RowPlace(NamedTuple):
    """Where a row begins: byte offset and line."""

    offset: int
    line: int


def rows(
    source: str, wanted: Mapping[str, str], trouble: ProblemCollector, start: RowPlace | None = None
) -> Iterator[Row]:
    """The ads of a table from the row at `start` on, all of them without it.

    Nothing comes where no row begins at `start`.  Raises OSError.
    """
    with open_regular(source) as file:
        lines = Lines(file, trouble)
        if start is not None and not lines.is_line_start(start.offset):
            return
        lines.seek(lines.start, 1)
        read = _json_rows if source.lower().endswith(".jsonl") else _csv_rows
        yield from (row for row in read(lines, wanted, trouble, start) if _is_usable(row, trouble))


def _is_usable(row: Row, trouble: ProblemCollector) -> bool:
    """Whether a row is an ad; says what is wrong or odd about it."""
    if not row.id:
        trouble.add(row.line, "error", "this row has no id, so it is left out: give it one that stays")
        return False
    if not row.body.strip():
        trouble.add(row.line, "note", f"ad {row.id[:80]} has no text: there is nothing to code in it")
    return True


# --- CSV --------------------------------------------------------------------------------------------


def _csv_rows(
    lines: Lines, wanted: Mapping[str, str], trouble: ProblemCollector, start: RowPlace | None
) -> Iterator[Row]:
    header = csv_rows.read_header(lines, wanted)
    if header is None:
        trouble.add(0, "error", "this table is empty: its first line must name the columns")
        return
    columns = columns_of(header.names, wanted)
    if not _is_readable(columns, header, trouble):
        return
    at = {field: header.names.index(name) for field, name in columns.names.items()}
    id_at, body_at = at["id"], at["body"]
    employer_at, title_at = at.get("employer", -1), at.get("title", -1)
    if start is not None:
        lines.seek(start.offset, start.line)
    for record in csv_rows.records(lines, header, id_at, trouble):
        cells = record.cells
        missing = max(id_at, body_at, employer_at, title_at) + 1 - len(cells)
        if missing > 0:
            cells = cells + [""] * missing
        yield Row(
            record.place,
            record.line,
            cells[id_at].strip(),
            cells[employer_at] if employer_at >= 0 else "",
            cells[title_at] if title_at >= 0 else "",
            cells[body_at],
        )


def _is_readable(columns: Columns, header: csv_rows.Header, trouble: ProblemCollector) -> bool:
    """Whether the columns that every ad needs are there; says which are not, and the way out."""
    for complaint in columns.complaints:
        trouble.add(header.line, "warning", complaint)
    listed = f"Columns found: {found(header.names)}"
    if "id" not in columns.names:
        message = (
            "no column holds the ads' ids, and row numbers change when rows are added, so it is not opened: "
            f"add a column `id`, or {_WAY_OUT % 'id'}. {listed}"
        )
        trouble.add(header.line, "error", message)
    if "body" not in columns.names:
        message = f"no column holds the ads' texts: {_WAY_OUT % 'body'}. {listed}"
        trouble.add(header.line, "error", message)
    for field in ("employer", "title"):
        if field not in columns.names:
            trouble.add(header.line, "note", f"no column for the {field} was recognised: {_WAY_OUT % field}. {listed}")
    return "id" in columns.names and "body" in columns.names


# --- JSONL ------------------------------------------------------------------------------------------


def _json_rows(
    lines: Lines, wanted: Mapping[str, str], trouble: ProblemCollector, start: RowPlace | None
) -> Iterator[Row]:
    known: dict[tuple[str, ...], Columns] = {}
    if start is not None:
        lines.seek(start.offset, start.line)
    place, number = lines.offset, lines.number
    for line in lines:
        values = _json_object(line, number, trouble) if line.strip() else None
        if values is not None:
            names = tuple(values)
            if names not in known:
                known[names] = columns_of(names, wanted)
                for complaint in known[names].complaints:
                    trouble.once(complaint.split(". ")[0], number, "warning", complaint)
            yield _json_row(values, known[names], place, number, trouble)
        place, number = lines.offset, lines.number


def _json_object(line: str, number: int, trouble: ProblemCollector) -> dict[str, object] | None:
    """The object on a line; None, with a problem, where there is none."""
    try:
        value: object = json.loads(line)
    except RecursionError:
        trouble.add(number, "error", "this line is nested too deeply and is left out: make it a flat object")
    except ValueError as error:
        message = f"this line is not JSON ({error}): it is left out; each line must be one whole object"
        trouble.add(number, "error", message)
    else:
        if isinstance(value, dict):
            return value
        trouble.add(number, "error", "this line is JSON but no object {…}, and is left out: write one ad a line")
    return None


def _json_row(values: dict[str, object], columns: Columns, place: int, number: int, trouble: ProblemCollector) -> Row:
    """A row from an object; absent fields are empty."""
    cells = {field: _json_text(values[name], name, number, trouble) for field, name in columns.names.items()}
    if "id" not in cells or "body" not in cells:
        absent = "id" if "id" not in cells else "body"
        message = f"no field holds the ad's {absent}: {_WAY_OUT % absent}. Fields found: {found(values)}"
        trouble.once(f"no {absent}", number, "error" if absent == "id" else "warning", message)
    return Row(
        place,
        number,
        cells.get("id", "").strip(),
        cells.get("employer", ""),
        cells.get("title", ""),
        cells.get("body", ""),
    )


def _json_text(value: object, name: str, number: int, trouble: ProblemCollector) -> str:
    """A value as text; half characters, which no file can hold, become U+FFFD."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str):
        text = value
    elif isinstance(value, list) and all(isinstance(part, str) for part in value):
        text = "\n".join(str(part) for part in value)
    elif value is None:
        text = ""
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)
    else:
        trouble.add(number, "warning", f'"{name}" holds no text: it is read as empty; write it as a string')
        text = ""
    if not text.isascii() and _SURROGATE.search(text):
        message = f'"{name}" holds half a character (a lone surrogate), read as \ufffd: write the whole one'
        trouble.add(number, "warning", message)
        text = _SURROGATE.sub("\ufffd", text)
    return text

"""Read sources from JSONL files: one object a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from codetui.storage.sources.decoding import Lines, ProblemCollector
from codetui.storage.sources.reader import (
    COLUMN_HINT,
    Columns,
    Place,
    Row,
    SourceFile,
    TableReader,
    columns_of,
    found_columns,
)

_SURROGATE = re.compile("[\ud800-\udfff]")


def read_rows(lines: Lines, file: SourceFile, start: Place | None) -> Iterator[Row]:
    """Yield the rows of a file; with `start`, those from there on."""
    problems = file.problems
    known: dict[tuple[str, ...], Columns] = {}
    if start is not None:
        lines.seek(*start)
    place = Place(lines.offset, lines.number)
    for line in lines:
        values = _parse_object(line, place.line, problems) if line.strip() else None
        if values is not None:
            names = tuple(values)
            if names not in known:
                known[names] = columns_of(names, file.columns)
                for complaint in known[names].complaints:
                    problems.add_once(complaint.split(". ")[0], place.line, "warning", complaint)
            yield _row(values, known[names], place, problems)
        place = Place(lines.offset, lines.number)


def _parse_object(line: str, number: int, problems: ProblemCollector) -> dict[str, object] | None:
    """Return the object on a line, None (with a problem) if there is none."""
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
        problems.add(number, "error", "this line is JSON but no object {…}, and is left out: write one ad a line")
    return None


def _row(values: dict[str, object], columns: Columns, place: Place, problems: ProblemCollector) -> Row:
    """Return the row of an object; absent fields are empty."""
    cells = {field: _text(values[name], name, place.line, problems) for field, name in columns.names.items()}
    if "id" not in cells or "body" not in cells:
        absent = "id" if "id" not in cells else "body"
        message = f"no field holds the ad's {absent}: {COLUMN_HINT % absent}. Fields found: {found_columns(values)}"
        problems.add_once(f"no {absent}", place.line, "error" if absent == "id" else "warning", message)
    used = set(columns.names.values())
    return Row(
        place,
        cells.get("id", "").strip(),
        cells.get("employer", ""),
        cells.get("title", ""),
        cells.get("body", ""),
        lambda: {name: _scalar(value) for name, value in values.items() if name not in used and _is_scalar(value)},
    )


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _scalar(value: object) -> str:
    """Return a string as it is, and any other scalar as JSON, null as nothing."""
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value)
    return _SURROGATE.sub("\ufffd", text)


def _text(value: object, name: str, number: int, problems: ProblemCollector) -> str:
    """Return a value as text; half characters, which no file can hold, become U+FFFD."""
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
        problems.add(number, "warning", f'"{name}" holds no text: it is read as empty; write it as a string')
        text = ""
    if not text.isascii() and _SURROGATE.search(text):
        message = f'"{name}" holds half a character (a lone surrogate), read as \ufffd: write the whole one'
        problems.add(number, "warning", message)
        text = _SURROGATE.sub("\ufffd", text)
    return text


JSONL = TableReader((".jsonl",), read_rows)

"""Read sources from JSON files: an array of objects, an object that has one such array in it, or one object.

The offset of a row is in code points, at the beginning of its object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from codetui.model import with_plain_line_ends
from codetui.storage import fs
from codetui.storage.sources.reader import Place, SourceFile, decode
from codetui.storage.sources.table_readers import rows_of_objects
from codetui.storage.sources.tables import Row

_BLANKS = re.compile(r"[ \t\n\r]*")
_LEVELS = 4
"""Levels of objects in which the array is looked for."""

_DECODER = json.JSONDecoder(strict=False)


class _NoTableError(ValueError):
    """Raised if a file has no array of objects."""


def read_array_rows(file: SourceFile, start: Place | None) -> Iterator[Row]:
    """Yield the rows of a file; with `start`, those from there on."""
    text = with_plain_line_ends(decode(fs.read(file.path), file.problems))
    return rows_of_objects(_objects(text, file, start), file, start)


def _objects(text: str, file: SourceFile, start: Place | None) -> Iterator[tuple[Place, dict[str, object]]]:
    """Yield each object with its place; report where the file is no JSON."""
    at, line = (0, 1) if start is None else start
    counted = at
    try:
        at = _first(text) if start is None else at
        while at < len(text) and text[at] != "]":
            line += text.count("\n", counted, at)
            counted = at
            value, end = _DECODER.raw_decode(text, at)
            if isinstance(value, dict):
                yield Place(at, line), value
            else:
                file.problems.add(line, "error", "this value is not an object {…}, and is left out")
            at = _after(text, end)
    except _NoTableError as error:
        file.problems.add(0, "warning", f"this file is not a table ({error}), so it is not opened: move it elsewhere")
    except RecursionError:
        file.problems.add(line, "error", "this object is nested too deeply, so what follows is left out: make it flat")
    except ValueError as error:
        file.problems.add(
            line, "error", f"this is not JSON ({error}), so what follows is left out: save the file again"
        )


def _first(text: str) -> int:
    """Return where the first object begins; raise _NoTableError if there is none, and ValueError if it is no JSON."""
    at = _after_blanks(text, 0)
    if text[at : at + 1] == "[":
        return _after_blanks(text, at + 1)
    if text[at : at + 1] != "{":
        raise _NoTableError("it has neither an array nor an object")
    objects = [at]
    for _ in range(_LEVELS):
        members = [member for one in objects for member in _members(text, one)]
        arrays = [begin for begin, value in members if _is_table(value)]
        if len(arrays) > 1:
            raise _NoTableError("it has several arrays of objects")
        if arrays:
            return _after_blanks(text, arrays[0] + 1)
        objects = [begin for begin, value in members if isinstance(value, dict)]
    return at


def _members(text: str, at: int) -> Iterator[tuple[int, object]]:
    """Yield where each value of the object at a place begins, and the value."""
    inside = _after_blanks(text, at + 1)
    while inside < len(text) and text[inside] == '"':
        _, end = _DECODER.raw_decode(text, inside)
        begin = _after_blanks(text, _after_blanks(text, end) + 1)
        value, end = _DECODER.raw_decode(text, begin)
        yield begin, value
        inside = _after(text, end)


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _after_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    return at if found is None else found.end()


def _after(text: str, end: int) -> int:
    """Return where the next value begins: after blanks and a comma, if there is one."""
    at = _after_blanks(text, end)
    return _after_blanks(text, at + 1) if text[at : at + 1] == "," else at

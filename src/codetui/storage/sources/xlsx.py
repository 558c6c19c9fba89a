"""Read the cells of Excel workbooks (`.xlsx`, `.xlsm`) with calamine, after a look at what they unpack to.

calamine reserves memory for each cell up to the last one and returns no hidden rows, so both are looked up in the XML.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple
from xml.sax.saxutils import unescape

from codetui.storage.sources.documents import UnreadableSourceError
from codetui.storage.sources.packages import PROTECTED
from codetui.storage.sources.reading import report_read
from codetui.storage.sources.sheets import BROKEN, EXTRA, Cell, Grid, Grids, Merge, cell_text

if TYPE_CHECKING:
    import python_calamine

LARGEST = 1 << 30
"""Bytes of all parts of a workbook after unpacking."""

PACKED, LARGE = 200, 1 << 26
"""The rate of compression of a part that is refused, and the bytes from which that matters."""

MOST_CELLS = 40_000_000
"""Cells of a sheet up to the last row and column that is used: a full sheet of 38 columns."""

_CHUNK = 1 << 20
_OF_XML = 0.2
"""Share of the time in which a sheet's XML is looked through, before calamine reads it."""

# Expressions that begin with letters are three times as fast, and in texts `<` is always escaped.
_ROW = re.compile(rb"row(?<=[<:]row)\b([^>]*)>")
_NUMBER, _HIDDEN = re.compile(rb"""\br=["']([0-9]{1,8})["']"""), re.compile(rb"""\bhidden=["'](?:1|true)["']""")
_COLUMN = re.compile(rb""" r=["']([A-Z]{1,4})[0-9]""")
_ERROR = b't="e"'
_NO_VALUE = re.compile(rb"f>(?:<v ?/>|<v></v>)?</c>")
_SHEET, _RELATION = re.compile(r"<(?:\w+:)?sheet\b([^>]*)>"), re.compile(r"<(?:\w+:)?Relationship\b([^>]*)>")
_ATTRIBUTE = re.compile(r"""([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class _Facts(NamedTuple):
    """The facts in a sheet's XML: its hidden rows, from 1, its last row, the letters of its columns, errors and
    formulas without a value, which a program wrote that does not compute.
    """

    hidden: frozenset[int]
    last: int
    columns: frozenset[bytes]
    errors: int
    uncomputed: int


_NO_FACTS = _Facts(frozenset(), 0, frozenset(), 0, 0)


def read_xlsx(data: bytes) -> Grids:
    """Return the sheets of a workbook with what is in it and not read; raise UnreadableSourceError."""
    try:
        import python_calamine
    except ImportError as error:
        raise UnreadableSourceError(EXTRA.format("an Excel workbook")) from error
    facts, not_read = _checked(data)
    with _calamine():
        book = python_calamine.load_workbook(io.BytesIO(data))
        metadata = book.sheets_metadata
    visible = []
    for number, sheet in enumerate(metadata):
        if sheet.typ is not python_calamine.SheetTypeEnum.WorkSheet:
            not_read["chart"] += 1
        elif sheet.visible is not python_calamine.SheetVisibleEnum.Visible:
            not_read["hidden sheet"] += 1
        else:
            visible.append((number, sheet.name))
    return Grids(_grids(book, visible, facts), not_read)


def _grids(
    book: python_calamine.CalamineWorkbook, visible: Iterable[tuple[int, str]], facts: list[_Facts]
) -> Iterator[Grid]:
    for number, name in visible:
        with _calamine():
            sheet = book.get_sheet_by_index(number)
            merges = [Merge(top + 1, left, bottom + 1) for (top, left), (bottom, _) in sheet.merged_cell_ranges or ()]
            first, left = sheet.start or (0, 0)
            rows = sheet.iter_rows()
        known = facts[number] if number < len(facts) else _NO_FACTS
        yield Grid(
            name, first + 1, _texts(rows, left), known.hidden, merges, known.errors, known.uncomputed, known.last
        )


def _texts(rows: Iterator[list[Cell]], left: int) -> Iterator[list[str]]:
    blank = [""] * left
    for row in rows:
        yield blank + [cell if type(cell) is str else cell_text(cell) for cell in row]


# --- what it unpacks to -------------------------------------------------------------------------------


def _checked(data: bytes) -> tuple[list[_Facts], Counter[str]]:
    """Return facts about each sheet, in order; raise UnreadableSourceError if the workbook cannot be read safely."""
    with _unpacking(), zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = package.infolist()
        sizes = [(part.file_size, part.compress_size) for part in parts]
        is_bomb = sum(size for size, _ in sizes) > LARGEST
        is_bomb = is_bomb or any(size > LARGE and size > PACKED * packed for size, packed in sizes)
        if is_bomb:
            raise UnreadableSourceError("unpacks to more than a table of texts can have, and is not opened")
        names = {part.filename for part in parts}
        if "xl/workbook.xml" not in names:
            raise UnreadableSourceError(
                "is no workbook, whatever its name: open it in a spreadsheet program and save it as xlsx"
            )
        facts = [_facts(package, part) if part in names else _NO_FACTS for part in _parts(package)]
        for part in parts:
            # The sizes above are what the file claims: reading checks them.
            if part.filename.endswith((".xml", ".rels")) and "worksheets/" not in part.filename:
                for _ in _chunks(package, part.filename):
                    pass
    images = sum(name.startswith("xl/media/") for name in names)
    return facts, Counter({"image": images})


def _parts(package: zipfile.ZipFile) -> list[str]:
    """Return the names of the parts with the sheets, in the order of the sheets."""
    book, relations = (
        b"".join(_chunks(package, f"xl/{name}")).decode("utf-8", "replace")
        for name in ("workbook.xml", "_rels/workbook.xml.rels")
    )
    targets = {one.get("Id", ""): one.get("Target", "") for one in map(_attributes, _RELATION.findall(relations))}
    ids = (
        next((value for key, value in one.items() if key.endswith(":id")), "")
        for one in map(_attributes, _SHEET.findall(book))
    )
    return [posixpath.normpath(posixpath.join("/xl", targets.get(one, ""))).lstrip("/") for one in ids]


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _facts(package: zipfile.ZipFile, part: str) -> _Facts:
    hidden, columns = set[int](), set[bytes]()
    done, size = 0, package.getinfo(part).file_size
    last = errors = uncomputed = 0
    rest = b""
    for chunk in _chunks(package, part):
        done += len(chunk)
        report_read(_OF_XML * done, size)
        text = rest + chunk
        end = text.rfind(b">") + 1
        text, rest = text[:end], text[end:]
        rest = rest[rest.find(b"<") :] if b"<" in rest else b""
        if len(rest) > _CHUNK:
            raise UnreadableSourceError(BROKEN.format("a tag without end"))
        for attributes in _ROW.findall(text):
            number = _NUMBER.search(attributes)
            last = int(number[1]) if number else last + 1
            if _HIDDEN.search(attributes):
                hidden.add(last)
        columns.update(_COLUMN.findall(text))
        errors += text.count(_ERROR)
        uncomputed += sum(_is_uncomputed(text, one.start()) for one in _NO_VALUE.finditer(text))
    width = max((_column_number(letters) for letters in columns), default=1)
    if last * width > MOST_CELLS:
        what = f"has a sheet whose last cell is in row {last:,} and column {width:,}, which is too large"
        raise UnreadableSourceError(f"{what}: delete the empty rows and columns around the table")
    return _Facts(frozenset(hidden), last, frozenset(columns), errors, uncomputed)


def _is_uncomputed(text: bytes, at: int) -> bool:
    """Return whether the cell around a place lacks its value, rather than having the empty text as its value."""
    return b't="str"' not in text[text.rfind(b"<c ", 0, at) : at].partition(b">")[0]


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _chunks(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """Yield the bytes of a part; the checksum at its end fails if it has more than it claims."""
    if package.getinfo(part).flag_bits & 1:
        raise UnreadableSourceError(PROTECTED)
    with package.open(part) as file:
        while chunk := file.read(_CHUNK):
            yield chunk


@contextmanager
def _unpacking() -> Iterator[None]:
    """Turn the errors of a zip file that cannot be unpacked into one."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, ValueError, RuntimeError) as error:
        raise UnreadableSourceError(BROKEN.format(str(error) or type(error).__name__)) from error


@contextmanager
def _calamine() -> Iterator[None]:
    """Turn the errors of calamine into one; a failed assertion of its Rust code is no Exception."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, UnreadableSourceError):
        raise
    except BaseException as error:
        reason = str(error) or type(error).__name__
        raise UnreadableSourceError(BROKEN.format(reason.splitlines()[0][:200])) from error

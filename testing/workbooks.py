"""Workbooks for tests: written by XlsxWriter, by LibreOffice, and record by record."""

from __future__ import annotations

import io
import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from testing.programs import program

Rows = Sequence[Sequence[object]]


def xlsx(sheets: Mapping[str, Rows], finish: Callable[[Workbook], None] | None = None) -> bytes:
    """Return a workbook with these sheets; None is an empty cell. `finish` changes it before it is written."""
    buffer = io.BytesIO()
    book = Workbook(buffer, {"strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "d-m-yyyy"})
    for name, rows in sheets.items():
        sheet: Worksheet = book.add_worksheet(name)
        for number, cells in enumerate(rows):
            for column, cell in enumerate(cells):
                if cell is not None:
                    sheet.write(number, column, cell)
    if finish is not None:
        finish(book)
    book.close()
    return buffer.getvalue()


def biff(rows: Rows) -> bytes:
    """Return a sheet of Excel 2 with texts of up to 255 characters, numbers, booleans and, as None, `#N/A`."""

    def record(code: int, data: bytes) -> bytes:
        return struct.pack("<HH", code, len(data)) + data

    records = [record(0x0009, struct.pack("<HH", 2, 0x0010)), record(0x0042, struct.pack("<H", 1252))]
    for number, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            place = struct.pack("<HH3x", number, column)
            match cell:
                case None:
                    records.append(record(0x0005, place + bytes((42, 1))))
                case bool():
                    records.append(record(0x0005, place + bytes((cell, 0))))
                case int() | float():
                    records.append(record(0x0003, place + struct.pack("<d", cell)))
                case _:
                    text = str(cell).encode("cp1252")
                    records.append(record(0x0004, place + bytes((len(text),)) + text))
    return b"".join([*records, record(0x000A, b"")])


def compound(stream: bytes, name: str, *, loops: bool = False) -> bytes:
    """Return an OLE compound file with one stream, whose last sector is followed by its first if it `loops`."""
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    is_small = len(stream) < 4096
    width = 64 if is_small else 512
    count = -(-len(stream) // width)
    held = stream.ljust(-(-count * width // 512) * 512, b"\0")
    sectors = len(held) // 512

    def chain(first: int, length: int, *, is_last: bool = True) -> list[int]:
        return [*range(first + 1, first + length), end if is_last else first]

    def entry(name: str, kind: int, first: int, size: int, child: int = free) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        tree = struct.pack("<BBIII", kind, 1, free, free, child)
        return (
            text.ljust(64, b"\0")
            + struct.pack("<H", len(text))
            + tree
            + bytes(36)
            + struct.pack("<IIxxxx", first, size)
        )

    # Sector 0 is the table, 1 the directory, 2 the table of small sectors; the stream follows.
    table = [0xFFFFFFFD, end, end, *chain(3, sectors, is_last=is_small or not loops)]
    small = chain(0, count, is_last=not loops) if is_small else []
    root = entry("Root Entry", 5, 3 if is_small else end, len(held) if is_small else 0, 1)
    folder = root + entry(name, 2, 0 if is_small else 3, len(stream))
    parts = [struct.pack(f"<{len(table)}I", *table), folder, struct.pack(f"<{len(small)}I", *small)]
    fields = struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, 2, 1, end, 0, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + fields + b"\xff" * 432
    padded = [part.ljust(512, b"\xff" if number != 1 else b"\0") for number, part in enumerate(parts)]
    return header.ljust(512, b"\xff")[:512] + b"".join(padded) + held


def converted(file: Path, kind: str) -> Path:
    """Return a file as LibreOffice writes it in another format: `xls`, `xlsx:Calc MS Excel 2007 XML`; else skip."""
    office = program("soffice", "libreoffice")
    folder = file.parent / f"written as {kind.partition(':')[0]}"
    profile = f"-env:UserInstallation={(file.parent / 'profile').absolute().as_uri()}"
    command = [office, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / file.with_suffix(f".{kind.partition(':')[0]}").name

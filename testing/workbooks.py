"""Workbooks for tests: written by XlsxWriter, by LibreOffice, and record by record."""

from __future__ import annotations

import io
import shutil
import struct
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

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


def converted(file: Path, kind: str) -> Path:
    """Return a file as LibreOffice writes it in another format: `xls`, `xlsx:Calc MS Excel 2007 XML`; else skip."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed, which writes the file")
    folder = file.parent / f"written as {kind.partition(':')[0]}"
    profile = f"-env:UserInstallation={(file.parent / 'profile').absolute().as_uri()}"
    command = [program, profile, "--headless", "--convert-to", kind, "--outdir", str(folder), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / file.with_suffix(f".{kind.partition(':')[0]}").name

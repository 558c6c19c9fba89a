"""Exports in memory."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from codetui.formats.export.exporter import Exported, ExportedStudy, Exporter, What
from codetui.formats.export.lines import csv_lines, json_lines
from codetui.formats.export.table import ExportTable
from codetui.formats.export.workbook import Sheets, open_workbook


class Files(dict[str, bytes]):
    """Files by their paths below an output folder that is not on disk."""

    @contextmanager
    def open(self, path: str) -> Iterator[BinaryIO]:
        """Open a file for writing."""
        file = io.BytesIO()
        yield file
        self[path] = file.getvalue()


def written(exporter: Exporter, study: ExportedStudy, *tables: What) -> tuple[Files, Exported]:
    """Return the files of an export, with what the exporter returned."""
    files = Files()
    return files, exporter.write(study, tables or exporter.tables, files.open)


def to_csv(table: ExportTable) -> str:
    """Return a table as CSV."""
    return "".join(csv_lines(table))


def to_jsonl(table: ExportTable) -> str:
    """Return a table as JSON lines."""
    return "".join(json_lines(table))


def to_xlsx(tables: Sequence[ExportTable]) -> tuple[bytes, tuple[str, ...]]:
    """Return tables as a workbook, with its losses."""
    file = io.BytesIO()
    losses: list[str] = []
    with open_workbook(file) as workbook:
        for table in tables:
            sheets = Sheets(workbook, table, losses)
            for row in table.rows:
                sheets.add(row)
            sheets.finish()
    return file.getvalue(), tuple(losses)

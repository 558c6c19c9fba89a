"""Sources of text: files, and rows of tables.  A new format is one more reader in `READERS`."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from codetui.storage.sources.documents import DocumentReader, Extracted
from codetui.storage.sources.reader import TEXT, Place, SourceFile, SourceReader
from codetui.storage.sources.table_readers import CSV, JSONL
from codetui.storage.sources.tables import Row, TableReader


def _html(file: BinaryIO, _: bool, path: Path) -> Extracted:
    from codetui.storage.sources.html import extract

    return extract(file, path)


def _mhtml(file: BinaryIO, is_head: bool, _: Path) -> Extracted:
    from codetui.storage.sources.mhtml import extract

    return extract(file, is_head)


def _docx(file: BinaryIO, is_head: bool, _: Path) -> Extracted:
    from codetui.storage.sources.docx import extract

    return extract(file, is_head)


def _odt(file: BinaryIO, is_head: bool, _: Path) -> Extracted:
    from codetui.storage.sources.odt import extract

    return extract(file, is_head)


def _pdf(file: BinaryIO, is_head: bool, _: Path) -> Extracted:
    from codetui.storage.sources.pdf import extract

    return extract(file, is_head)


def _subtitles(file: BinaryIO, is_head: bool, _: Path) -> Extracted:
    from codetui.storage.sources.subtitles import extract

    return extract(file, is_head)


def _json_rows(file: SourceFile, start: Place | None) -> Iterator[Row]:
    from codetui.storage.sources.json_arrays import read_array_rows

    return read_array_rows(file, start)


def _workbook_rows(file: SourceFile, start: Place | None) -> Iterator[Row]:
    from codetui.storage.sources.workbooks import read_workbook_rows

    return read_workbook_rows(file, start)


HTML = DocumentReader((".html", ".htm", ".xhtml"), _html, "html 2")
MHTML = DocumentReader((".mhtml", ".mht"), _mhtml, "mhtml 1")
DOCX = DocumentReader((".docx",), _docx, "docx 2")
ODT = DocumentReader((".odt",), _odt, "odt 2")
PDF = DocumentReader((".pdf",), _pdf, "pdf 2", library="pypdfium2")
SUBTITLES = DocumentReader((".vtt", ".srt"), _subtitles, "subtitles 2")
JSON = TableReader((".json",), _json_rows)
XLSX = TableReader((".xlsx", ".xlsm"), _workbook_rows, "xlsx 1", "python-calamine")
XLS = TableReader((".xls",), _workbook_rows, "xls 1", "xlrd")

READERS: tuple[SourceReader, ...] = (TEXT, CSV, JSONL, JSON, HTML, MHTML, DOCX, ODT, PDF, SUBTITLES, XLSX, XLS)

"""Sources of text: files, and rows of tables.  A new format is one more reader in `READERS`."""

from typing import BinaryIO

from codetui.storage.sources.documents import DocumentReader, Extracted
from codetui.storage.sources.reader import TEXT, SourceReader
from codetui.storage.sources.table_readers import CSV, JSONL


def _html(file: BinaryIO, is_head: bool) -> Extracted:
    from codetui.storage.sources.html import extract

    return extract(file, is_head)


def _docx(file: BinaryIO, is_head: bool) -> Extracted:
    from codetui.storage.sources.docx import extract

    return extract(file, is_head)


def _odt(file: BinaryIO, is_head: bool) -> Extracted:
    from codetui.storage.sources.odt import extract

    return extract(file, is_head)


HTML = DocumentReader((".html", ".htm", ".xhtml"), _html, "html 1")
DOCX = DocumentReader((".docx",), _docx, "docx 1")
ODT = DocumentReader((".odt",), _odt, "odt 1")

READERS: tuple[SourceReader, ...] = (TEXT, CSV, JSONL, HTML, DOCX, ODT)

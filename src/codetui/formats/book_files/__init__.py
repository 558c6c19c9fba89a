"""Codebooks in the files of other programs: the readers by the suffixes of their files.

Coding books in markdown, and in other notations of text, are read by `formats/coding_book`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NamedTuple

from codetui.formats.book_files.entries import FoundBook

Read = Callable[[bytes, str], FoundBook]
"""Returns the codes in a file; its name without suffix is the title of last resort.  Raises UnreadableBookError."""


class BookReader(NamedTuple):
    """Reads one kind of file; its module is loaded when it is used."""

    name: str
    suffixes: tuple[str, ...]
    module: str
    function: str

    def read(self, data: bytes, stem: str) -> FoundBook:
        """Return the codes in a file. Raises UnreadableBookError."""
        function: Read = getattr(import_module(f"{__package__}.{self.module}"), self.function)
        return function(data, stem)


READERS = (
    BookReader("CSV", (".csv", ".tsv", ".tab"), "tables", "read_csv"),
    BookReader("XLSX", (".xlsx", ".xlsm", ".ods"), "tables", "read_xlsx"),
    BookReader("JSON", (".json", ".jsonl"), "objects", "read_json"),
    BookReader("YAML", (".yaml", ".yml"), "objects", "read_yaml"),
    BookReader("REFI-QDA codebook", (".qdc",), "refi", "read_qdc"),
    BookReader("REFI-QDA project", (".qdpx", ".qde"), "refi", "read_qdpx"),
    BookReader("Taguette or QualCoder project", (".sqlite3", ".sqlite", ".db", ".qda"), "databases", "read_database"),
)
READER_OF: Mapping[str, BookReader] = {suffix: reader for reader in READERS for suffix in reader.suffixes}

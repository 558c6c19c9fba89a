"""Sources of text: files, and rows of tables.  A new format is one more reader in `READERS`."""

from codetui.storage.sources.reader import TEXT, SourceReader
from codetui.storage.sources.table_readers import CSV, JSONL

READERS: tuple[SourceReader, ...] = (TEXT, CSV, JSONL)
READER_OF: dict[str, SourceReader] = {suffix: reader for reader in READERS for suffix in reader.suffixes}
SUFFIXES: tuple[str, ...] = tuple(READER_OF)


def reader_of(file: str) -> SourceReader:
    """Return the reader of a file by its suffix; raise KeyError if there is none."""
    return READER_OF[file[file.rindex(".") :].lower() if "." in file else ""]

"""Sources of text: files, and rows of tables.  A new format is one more reader in `READERS`."""

from codetui.storage.sources.reader import TEXT, SourceReader
from codetui.storage.sources.table_readers import CSV, JSONL

READERS: tuple[SourceReader, ...] = (TEXT, CSV, JSONL)

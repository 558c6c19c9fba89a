"""Tables in which each row is a source, whatever the format of the file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from codetui.model import Source, SourceEntry, SourceId, with_plain_line_ends
from codetui.storage.sources.reader import Place, ProblemCollector, SourceFile, note_nul, one_line


class Row(NamedTuple):
    """One row of a table: its place, its four fields, and a function that returns all further columns.

    The id is None if the table has none; then the row gets one.
    """

    place: Place
    id: str | None
    employer: str
    title: str
    body: str
    attributes: Callable[[], dict[str, str]]


RowReader = Callable[[SourceFile, Place | None], Iterator[Row]]
"""Read the rows of a table; with a place, those from there on."""


@dataclass(frozen=True)
class TableReader:
    """Reads tables in which each row is a source, with the function `rows`."""

    suffixes: tuple[str, ...]
    rows: RowReader
    is_table: bool = True
    extractor: str = ""

    def id_in_name(self, _: str) -> str | None:
        """Return None: a table may have any ids."""
        return None

    def entries(self, file: SourceFile, start: Place | None = None) -> Iterator[SourceEntry]:
        """Yield the entries of the rows."""
        return (_entry(file.path, row) for row in self._rows(file, start))

    def sources(self, file: SourceFile, start: Place | None = None) -> Iterator[tuple[SourceEntry, Source]]:
        """Yield the entries and sources of the rows; a text is title, blank line and body, or only the body."""
        for row in self._rows(file, start):
            note_nul(row.body, row.place.line, file.problems)
            entry = _entry(file.path, row)
            head = with_plain_line_ends(f"{row.title}\n\n") if row.title.strip() else ""
            text = head + with_plain_line_ends(row.body)
            source = Source(
                entry.id, entry.employer, entry.title, text, file.path, entry.line, len(head), row.attributes()
            )
            yield entry, source

    def _rows(self, file: SourceFile, start: Place | None) -> Iterator[Row]:
        """Yield the rows that are sources."""
        if start is not None and start.offset < 0:
            return
        rows, ids = self.rows(file, start), file.row_ids
        again = file._replace(problems=ProblemCollector(file.path))
        whole = (
            ids.assigned(rows, file.path, lambda: self.rows(again, None))
            if start is None
            else map(ids.identified, rows)
        )
        for row in whole:
            if _is_usable(row, file.problems):
                yield row


def _entry(file: str, row: Row) -> SourceEntry:
    # Employers repeat: each name is kept in memory once.
    employer = sys.intern(one_line(row.employer))
    return SourceEntry(SourceId(row.id or ""), employer, one_line(row.title), file, *row.place)


def _is_usable(row: Row, problems: ProblemCollector) -> bool:
    """Return whether a row has an id; report a missing id or text."""
    if row.id is None:
        problems.add(row.place.line, "note", "this row has neither a title nor a text, so it is left out")
        return False
    if not row.id:
        problems.add(row.place.line, "error", "this row has no id, so it is left out: give it one that will not change")
        return False
    if not row.body.strip():
        problems.add(
            row.place.line, "note", f"{problems.words.source} {row.id[:80]} has no text: there is nothing to code in it"
        )
    return True

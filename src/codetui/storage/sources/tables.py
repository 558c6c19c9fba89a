"""Tables in which each row is a source, whatever the format of the file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from codetui.model import Source, SourceEntry, SourceId, with_plain_line_ends
from codetui.storage.sources.columns import COLUMN_HINT, NEEDED, Columns, columns_hint, found_columns
from codetui.storage.sources.reader import Place, ProblemCollector, SourceFile, extractor_of, note_nul, one_line


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


NO_IDS = (
    "no column of ids was recognised: each row has an id made from its title and text, which it keeps when rows move"
)

RowReader = Callable[[SourceFile, Place | None], Iterator[Row]]
"""Read the rows of a table; with a place, those from there on."""


@dataclass(frozen=True)
class TableReader:
    """Reads tables in which each row is a source, with the function `rows`; `rules` and `library` as DocumentReader."""

    suffixes: tuple[str, ...]
    rows: RowReader
    rules: str = ""
    library: str = ""
    is_table: bool = True

    @property
    def extractor(self) -> str:
        """Return the name and version of what extracts the texts; empty if the tables are plain text."""
        return extractor_of(self.rules, self.library)

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


# --- columns ------------------------------------------------------------------------------------------


def has_columns(columns: Columns, names: Sequence[str], line: int, file: SourceFile, where: str = "") -> bool:
    """Return whether a table has what is needed; report what is missing and what to do, with the place in the file."""
    problems = file.problems
    for complaint in columns.complaints:
        problems.add(line, "warning", where + complaint)
    listed = f"Columns found: {found_columns(names)}"
    if columns.missing:
        what = " and the ".join(NEEDED[field] for field in columns.missing)
        hint = columns_hint(names, columns)
        message = f"no column holds the {what} of the {problems.words.sources}, so it is not opened. {hint}. {listed}"
        problems.add(line, "error", where + message)
        return False
    for field in ("employer", "title"):
        if field not in columns.names:
            message = f"no column for the {field} was recognised: {COLUMN_HINT % field}. {listed}"
            problems.add(line, "note", where + message)
    if "id" not in columns.names:
        problems.add(line, "note", where + NO_IDS)
    return True


def further_columns(names: list[str], used: set[int]) -> list[tuple[int, str]]:
    """Return index and name of the columns that are not fields; a missing or repeated name gets a number."""
    found: dict[str, int] = {}
    for index, name in enumerate(names):
        if index not in used:
            name = name.strip() or f"column {index + 1}"
            found[name if name not in found else f"{name} ({index + 1})"] = index
    return [(index, name) for name, index in found.items()]

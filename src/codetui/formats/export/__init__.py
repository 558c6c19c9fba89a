"""The formats in which sessions are exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from codetui.core.text.display import plural
from codetui.formats.export.csv import to_csv
from codetui.formats.export.exporter import Export, ExportedSession, What, encoded
from codetui.formats.export.jsonl import to_jsonl
from codetui.formats.export.table import Table, table_of
from codetui.formats.export.xlsx import to_xlsx
from codetui.formats.session_doc.patch import document_of
from codetui.model import Codebook

Render = Callable[[Sequence[ExportedSession], Codebook, Sequence[What]], Export]
"""Renders sessions with a codebook as some of the tables, or as documents."""


class Exporter(NamedTuple):
    """A format with the suffixes of its files, and the tables that are exported by default.

    Documents have no tables: they are written into a folder, and need no sources.
    """

    name: str
    suffixes: tuple[str, ...]
    tables: tuple[What, ...]
    export: Render


def _documents(sessions: Sequence[ExportedSession], book: Codebook, _: Sequence[What]) -> Export:
    """Return a document for each session, in a folder for each coder; one without a log is exported unchanged."""
    files = {
        each.path: encoded(document_of(each.state, book, each.facts).text if each.document is None else each.document)
        for each in sessions
        if each.is_begun
    }
    return Export(files, plural(len(files), "document"))


def _table(write: Callable[[Table], str]) -> Render:
    """Return the exporter of one table as a text."""

    def export(sessions: Sequence[ExportedSession], book: Codebook, tables: Sequence[What]) -> Export:
        table = table_of(tables[0], sessions, book)
        return Export({"": encoded(write(table))}, table.contents)

    return export


def _workbook(sessions: Sequence[ExportedSession], book: Codebook, tables: Sequence[What]) -> Export:
    """Return a workbook with a sheet for each table."""
    made = [table_of(name, sessions, book) for name in tables]
    data, losses = to_xlsx(made)
    return Export({"": data}, ", ".join(table.contents for table in made), losses)


TABLES: Mapping[What, str] = {"codings": "codings", "ads": "coded_ads", "notes": "notes"}
"""The tables that can be exported, with the names of their files, none of which could be taken for a corpus."""

EXPORTERS = {
    exporter.name: exporter
    for exporter in (
        Exporter("markdown", (".md", ".markdown"), (), _documents),
        Exporter("csv", (".csv",), ("codings",), _table(to_csv)),
        Exporter("jsonl", (".jsonl", ".ndjson"), ("codings",), _table(to_jsonl)),
        Exporter("xlsx", (".xlsx",), tuple(TABLES), _workbook),
    )
}
"""Every export format by its name; the first one is the default."""

SUFFIXES = {suffix: exporter.name for exporter in EXPORTERS.values() for suffix in exporter.suffixes}
"""The formats by the suffixes of files, which choose them."""

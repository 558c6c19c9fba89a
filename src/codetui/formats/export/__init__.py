"""The formats in which sessions are exported."""

from __future__ import annotations

from collections.abc import Mapping

from codetui.formats.export.csv import CsvExporter
from codetui.formats.export.exporter import Export, ExportedSession, Exporter, What
from codetui.formats.export.jsonl import JsonLinesExporter
from codetui.formats.export.markdown import MarkdownExporter
from codetui.formats.export.xlsx import XlsxExporter

EXPORTERS: tuple[Exporter, ...] = (
    MarkdownExporter(),
    CsvExporter(),
    JsonLinesExporter(),
    XlsxExporter(),
)
"""Every export format."""

SUFFIXES: Mapping[str, str] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".csv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "xlsx",
}
"""The formats by the suffixes of files, which choose them; the first one is the default."""

TABLES: Mapping[What, str] = {"codings": "codings", "ads": "coded_ads", "notes": "notes"}
"""The tables that can be exported, with the names of their files, none of which could be taken for a corpus."""


def exporter_named(name: str) -> Exporter:
    """Return the exporter of a format.

    Raises KeyError for an unknown format.
    """
    return {exporter.name: exporter for exporter in EXPORTERS}[name]


__all__ = ["EXPORTERS", "SUFFIXES", "TABLES", "Export", "ExportedSession", "Exporter", "What", "exporter_named"]

"""The formats that sessions are exported in."""

from __future__ import annotations

from codetui.formats.export.csv import CsvExporter
from codetui.formats.export.exporter import Export, ExportedSession, Exporter
from codetui.formats.export.jsonl import JsonLinesExporter
from codetui.formats.export.markdown import MarkdownExporter

EXPORTERS: tuple[Exporter, ...] = (
    MarkdownExporter(),
    CsvExporter(),
    JsonLinesExporter(),
)
"""Every export format; the first one is the default."""


def exporter_named(name: str) -> Exporter:
    """Return the exporter of a format.  Raises KeyError where there is none."""
    return {exporter.name: exporter for exporter in EXPORTERS}[name]


__all__ = ["EXPORTERS", "Export", "ExportedSession", "Exporter", "exporter_named"]

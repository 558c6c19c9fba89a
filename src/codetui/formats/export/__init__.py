"""The formats in which sessions are exported."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from codetui.core.text.display import plural
from codetui.formats.export.annotations import (
    write_brat,
    write_continua,
    write_doccano,
    write_gold,
    write_label_studio,
    write_web_annotations,
)
from codetui.formats.export.exporter import Exported, ExportedStudy, Exporter, OpenFile, What, Write, encoded
from codetui.formats.export.lines import csv_lines, json_lines
from codetui.formats.export.table import ExportTable, Tally, table_of
from codetui.formats.export.workbook import WHOLE, write_workbook
from codetui.formats.session_doc.patch import document_of


def _documents(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write a document for each session, in a folder for each coder; one without a log is exported unchanged."""
    number = 0
    for each in study.sessions:
        if each.is_begun:
            text = each.document
            if text is None:
                text = document_of(each.state, study.book, each.facts).text
            with open_file(each.path) as file:
                file.write(encoded(text))
            number += 1
    return Exported({"documents": number}, plural(number, "document"))


def _lines(lines_of: Callable[[ExportTable], Iterator[str]]) -> Write:
    """Return the exporter of one table as lines of text."""

    def write(study: ExportedStudy, tables: Sequence[What], open_file: OpenFile) -> Exported:
        table = table_of(tables[0], study)
        tally = Tally(table.name, study.book.words)
        with open_file("") as file:
            for line in lines_of(table._replace(rows=tally.counted(table.rows))):
                file.write(encoded(line))
        return Exported({tables[0]: tally.rows}, tally.contents)

    return write


def _project(study: ExportedStudy, _: Sequence[What], open_file: OpenFile) -> Exported:
    """Write a project of REFI-QDA."""
    from codetui.formats.refi.project_writer import write_project

    with open_file("") as file:
        return write_project(study, file)


TABLES: Mapping[What, str] = {
    "codings": "codings",
    "ads": "coded_ads",
    "notes": "notes",
    "matrix": "matrix",
    "matrix-counts": "matrix_counts",
    "matrix-profiles": "matrix_profiles",
    "matrix-codes": "matrix_codes",
}
"""The tables that can be exported, with the names of their files, none of which could be taken for a corpus."""

EXPORTERS = {
    exporter.name: exporter
    for exporter in (
        Exporter(
            "markdown", (".md", ".markdown"), (), _documents, is_folder=True, needs_sources=False, default_name="export"
        ),
        Exporter("csv", (".csv",), ("codings",), _lines(csv_lines)),
        Exporter("jsonl", (".jsonl", ".ndjson"), ("codings",), _lines(json_lines)),
        Exporter("xlsx", (".xlsx",), WHOLE, write_workbook),
        Exporter("qdpx", (".qdpx",), (), _project, default_name="study"),
        Exporter("gold", (".jsonl",), (), write_gold, default_name="gold", is_named=True),
        Exporter("doccano", (".jsonl",), (), write_doccano, default_name="doccano", is_named=True),
        Exporter("label-studio", (".json",), (), write_label_studio, default_name="label_studio", is_named=True),
        Exporter("web-annotation", (".jsonld", ".json"), (), write_web_annotations, is_named=True),
        Exporter("brat", (), (), write_brat, is_folder=True, default_name="brat", is_named=True),
        Exporter("pygamma", (), (), write_continua, is_folder=True, default_name="continua", is_named=True),
    )
}
"""Every export format by its name; the first one is the default."""

SUFFIXES = {
    suffix: exporter.name for exporter in EXPORTERS.values() if not exporter.is_named for suffix in exporter.suffixes
}
"""The formats by the suffixes of files, which choose them."""

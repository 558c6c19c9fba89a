"""The command that exports sessions."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from codetui import __version__
from codetui.cli.console import (
    STDOUT,
    as_records,
    error,
    note,
    note_problems,
    output_format,
    output_path,
    output_suffix,
    progress,
    show_json,
    write_stdout,
)
from codetui.cli.options import (
    ONE_CODER,
    PARTS,
    Command,
    add_format,
    add_output,
    add_protection,
    add_study,
    read_pseudonyms,
)
from codetui.cli.sessions import open_study
from codetui.formats.export import EXPORTERS, SUFFIXES, TABLES
from codetui.formats.export.exporter import Exporter
from codetui.formats.export.protection import Pseudonyms
from codetui.storage.output import OutputFiles
from codetui.study.export_target import ExportTarget
from codetui.study.exporter import ExportRequest, StudyExport, export_study
from codetui.study.study import Study

SCHEMA, VERSION = "codetui export", 1
"""The name and version of the summary; docs/schemas/export.schema.json describes it. A new key keeps the version."""

OFFSETS = (
    "start and end count code points (not bytes, not UTF-16 units) from 0 in the text as codetui shows it: for a file "
    "the whole file, for a table the title, a blank line and the body; line ends are LF, without a byte order mark. "
    "start_in_body and end_in_body count in the body alone. place is exact (the words occur there, apart from white "
    "space), folded (quotes, dashes or case differ, or a marked cut), fuzzy (they resemble ad_words), ambiguous "
    "(several places) or none; to_check marks those that the coder has not accepted. In CSV an apostrophe precedes "
    "what a spreadsheet could take for a formula, also behind ; and tabs in a cell. A program that ignores quotes "
    "still cuts such cells apart, which no CSV can prevent: --format xlsx is for opening with a double click."
)
"""The meaning of the columns of exports."""


def export(options: argparse.Namespace) -> int:
    """Write all sessions in an export format."""
    study = open_study(options)
    layout, refused = output_format(options.format, options.output, SUFFIXES)
    exporter = EXPORTERS[layout]
    if output_suffix(options.output) in exporter.suffixes:
        refused = ""
    if refused := refused or _refusal(options, exporter):
        return error(refused)
    pseudonyms = read_pseudonyms(options.pseudonyms)
    request = ExportRequest(
        layout,
        options.coder,
        options.what,
        is_end_exclusive=options.end_exclusive,
        pseudonyms=pseudonyms,
        has_words=not options.no_texts,
        is_partitioned=bool(options.partition),
    )
    if options.output == STDOUT:
        with OutputFiles(None) as output, progress("exporting") as show:
            done = export_study(study, request, output, show)
            write_stdout(output.chunks())
        return _reported(done, pseudonyms)
    target = _target(study, options, exporter)
    with target.open() as output:
        with progress("exporting") as show:
            done = export_study(study, request, output, show)
        sizes = target.publish(output)
    if options.json:
        show_json(_summary(layout, done, sizes))
    else:
        note(f"{done.exported.contents} written to {target.path}")
    return _reported(done, pseudonyms)


def _target(study: Study, options: argparse.Namespace, exporter: Exporter) -> ExportTarget:
    """Return the file or folder to write: as given, else that of the format. Raises StudyError."""
    default = TABLES[options.what] if options.what else exporter.default_name
    suffix = "" if exporter.is_folder or options.partition else exporter.suffixes[0]
    return ExportTarget(
        study,
        exporter,
        output_path(options.output, default + suffix),
        is_forced=options.force,
        is_partitioned=bool(options.partition),
    )


def _refusal(options: argparse.Namespace, exporter: Exporter) -> str:
    """Return why the options do not fit together; empty if they do."""
    if options.end_exclusive and exporter.name != "qdpx":
        return "--end-exclusive is for projects of REFI-QDA alone: --format qdpx."
    if options.output != STDOUT:
        return ""
    if options.partition:
        return "--partition writes a folder of files; name it with -o."
    if options.json:
        return "--json prints a summary where the export would go; name a file with -o."
    if exporter.is_folder and not exporter.suffixes:
        return f"{exporter.name} is a folder of files; name it with -o."
    if exporter.name in ("xlsx", "qdpx") and sys.stdout.isatty():
        what = "workbook" if exporter.name == "xlsx" else "project"
        return f"a {what} cannot be shown on a terminal; name a file with -o."
    return ""


def _reported(done: StudyExport, pseudonyms: Pseudonyms | None) -> int:
    if pseudonyms and pseudonyms.unused:
        note(f"these names were not found: {', '.join(pseudonyms.unused)}")
    return note_problems(done.errors)


def _summary(layout: str, done: StudyExport, sizes: dict[Path, int]) -> dict[str, object]:
    book = done.study.book
    return {
        "schema": SCHEMA,
        "version": VERSION,
        "codetui": __version__,
        "format": layout,
        "files": [{"path": str(path), "bytes": size} for path, size in sizes.items()],
        "counts": done.exported.counts,
        "coders": done.study.coders,
        "codebook": {"title": book.title, "version": book.version, "hash": book.content_hash},
        "losses": done.exported.losses,
        "problems": as_records(done.errors),
    }


def _add_export(parser: argparse.ArgumentParser) -> None:
    add_study(parser, *PARTS, coder=ONE_CODER)
    add_format(parser, tuple(EXPORTERS))
    words = "the table; default: codings, in xlsx a sheet for each"
    parser.add_argument("--what", choices=tuple(TABLES), help=words)
    words = "a folder for each coder, coder=NAME/part-0.jsonl, as Spark and DuckDB read it"
    parser.add_argument("--partition", choices=("coder",), help=words)
    words = "in qdpx a selection ends with the character behind it, for programs that read it so (qc, QualCoder)"
    parser.add_argument("--end-exclusive", action="store_true", help=words)
    add_output(parser, None, "a file, or a folder of documents")
    add_protection(parser)
    parser.add_argument("--json", action="store_true", help="print a summary as JSON")
    parser.epilog = OFFSETS


COMMANDS = {"export": Command(_add_export, export)}

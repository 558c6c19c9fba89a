"""A study as a workbook: its tables, the codebook, the agreement of its coders, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from codetui.core.codebook.index import index_of
from codetui.formats.export.exporter import NO_ATTRIBUTES, Exported, ExportedStudy, OpenFile, What
from codetui.formats.export.matrices import COLLECTED, RowsOf, streamed, table_of
from codetui.formats.export.table import Cell, Row, Table, Tally
from codetui.formats.export.xlsx import Sheets, open_workbook

if TYPE_CHECKING:
    from xlsxwriter import Workbook

WHOLE: tuple[What, ...] = ("codings", "matrix-counts", "ads", "notes")
"""The tables of a whole study, beside which the workbook has the codebook, the agreement and `about`."""

TITLES: Mapping[What, str] = {"matrix-counts": "ads × codes"}
"""The titles of sheets that are not named like their tables."""

CODEBOOK = ("section", "group", "code_id", "code_name", "key", "definition", "include", "exclude", "examples")
AGREEMENT = ("coders", "figure", "value", "low", "high", "why")


def write_workbook(study: ExportedStudy, tables: Sequence[What], open_file: OpenFile) -> Exported:
    """Write a workbook with a sheet for each table, in one pass over the sessions.

    A table that is too long for one sheet continues on another one behind all others. A loss is a cell whose text is
    too long, or a column too many.
    """
    losses: list[str] = []
    tallies = {name: Tally(name, study.book.words) for name in tables}
    with open_file("") as file, open_workbook(file) as workbook:
        if tables[0] in COLLECTED:
            table = table_of(tables[0], study)
            _write(workbook, table._replace(rows=tallies[tables[0]].counted(table.rows)), losses)
        else:
            _write_streamed(workbook, study, tallies, losses)
        if tuple(tables) == WHOLE:
            _write(workbook, _codebook(study), losses)
            if rows := study.agreement():
                shown = ((" · ".join(one.coders), *one[1:]) for one in rows)
                _write(workbook, _table("agreement", AGREEMENT, shown), losses)
            _write(workbook, _table("about", ("about", "value"), _about(study, tallies, losses)), losses)
    counts = {str(name): tally.rows for name, tally in tallies.items()}
    said = (tally.contents for name, tally in tallies.items() if len(tables) == 1 or not name.startswith("matrix"))
    return Exported(counts, ", ".join(said), tuple(losses))


def _write_streamed(workbook: Workbook, study: ExportedStudy, tallies: Mapping[What, Tally], losses: list[str]) -> None:
    """Write the sheets whose rows belong to one session each."""
    sheets: list[tuple[Sheets, Tally, RowsOf]] = []
    for name, tally in tallies.items():
        columns, rows_of = streamed(name, study)
        table = Table(TITLES.get(name, name), columns, (), study.attributes)
        sheets.append((Sheets(workbook, table, losses), tally, rows_of))
    for session in study.sessions:
        for sheet, tally, rows_of in sheets:
            for row in tally.counted(rows_of(session)):
                sheet.add(row)
    for sheet, _, _ in sheets:
        sheet.finish()


def _write(workbook: Workbook, table: Table, losses: list[str]) -> None:
    """Write a whole table."""
    sheets = Sheets(workbook, table, losses)
    for row in table.rows:
        sheets.add(row)
    sheets.finish()


def _table(name: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    return Table(name, columns, (Row(cells, NO_ATTRIBUTES) for cells in rows))


def _codebook(study: ExportedStudy) -> Table:
    """Return the profiles and codes with their definitions; codes of earlier codebooks come last."""
    book, index = study.book, index_of(study.book)
    profiles = (("profiles", "", one.id, one.name, "", one.definition, "", "", "") for one in book.profiles)
    codes = (
        (
            index.sections[one.section].title if one.section in index.sections else "",
            index.groups[one.group].title if one.group in index.groups else "",
            *(one.id, one.name, index.short_keys[one.id], one.definition, one.include, one.exclude),
            "\n".join(one.examples),
        )
        for one in book.codes
    )
    former = (
        (one.section.title, one.group.title if one.group else "", one.id, one.name, "", "", "", "", "")
        for one in book.former
    )
    return _table("codebook", CODEBOOK, (*profiles, *codes, *former))


def _about(study: ExportedStudy, tallies: Mapping[What, Tally], losses: Sequence[str]) -> Iterable[tuple[str, Cell]]:
    """Yield the facts that a later reader of the workbook needs."""
    book = study.book
    yield from (("program", study.program), ("date (UTC)", study.date))
    yield from (("codebook", book.title), ("codebook version", book.version), ("codebook hash", book.content_hash))
    yield "coders", ", ".join(study.coders)
    yield from ((f"rows of {TITLES.get(name, name)}", tally.rows) for name, tally in tallies.items())
    yield "seed of the intervals", 1
    yield from (("loss", loss) for loss in losses)

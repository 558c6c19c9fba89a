"""A codebook as a table in CSV or XLSX, from which `tables` reads the same codes, and as a file of REFI-QDA."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

from codetui.core.codebook.keys import with_keys
from codetui.formats.book_files.tables import OWN_COLUMNS
from codetui.formats.export.csv import csv_line
from codetui.formats.export.xlsx import MOST_UNITS, PICTURES, UNWRITABLE, open_workbook
from codetui.model import Code, Codebook, Group, Section

WIDTHS = {"name": 30, "definition": 60, "include": 40, "exclude": 40, "examples": 40}
"""The widths of columns in characters; others are as wide as a word."""

WIDTH = 14


def render_csv(book: Codebook) -> bytes:
    """Return a codebook as CSV, one code a row, below a row for each section or group with a definition or no code."""
    return "".join(map(csv_line, [OWN_COLUMNS, *book_rows(book)])).encode("utf-8", "replace")


def render_xlsx(book: Codebook) -> bytes:
    """Return a codebook as a workbook with the rows of `render_csv`. Raises ValueError for a text that is too long."""
    out = BytesIO()
    with open_workbook(out) as workbook:
        sheet = workbook.add_worksheet("codebook")
        sheet.freeze_panes(1, 0)
        bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
        for at, name in enumerate(OWN_COLUMNS):
            sheet.set_column(at, at, WIDTHS.get(name, WIDTH))
            sheet.write_string(0, at, name, bold)
        for number, row in enumerate(book_rows(book), 1):
            for at, cell in enumerate(row):
                text = UNWRITABLE.sub("\ufffd", cell).translate(PICTURES)
                if len(text.encode("utf-16-le")) > 2 * MOST_UNITS:
                    what = f"the {OWN_COLUMNS[at]} of {row[0] or row[2]} is longer than a cell of a workbook"
                    raise ValueError(f"{what}, which holds {MOST_UNITS:,} characters; export CSV instead")
                if text:
                    sheet.write_string(number, at, text, wrapped)
    return out.getvalue()


def book_rows(book: Codebook) -> Iterator[tuple[str, ...]]:
    """Yield the rows of a codebook: a section's codes in their order.

    Rows without an id are its headings; they are above its codes if these do not have all of them.
    """
    book = with_keys(book)
    groups = {group.id: group for group in book.groups}
    for section in book.sections:
        codes = [code for code in book.codes if code.section == section.id]
        own = [group for group in book.groups if group.section == section.id]
        in_codes = [groups[one] for one in dict.fromkeys(code.group for code in codes) if one]
        if not codes or in_codes != own or section.definition or any(group.definition for group in own):
            yield _row(section, None, section, {"definition": section.definition, "key": section.key})
            yield from (_row(section, group, group, {"definition": group.definition}) for group in own)
        yield from (_row(section, groups.get(code.group), code, _fields(code)) for code in codes)


def _fields(code: Code) -> dict[str, str]:
    return {
        "key": code.key,
        "definition": code.definition,
        "include": code.include,
        "exclude": code.exclude,
        "examples": "\n".join(code.examples),
        "confused_with": "\n".join(code.confused_with),
        "found_in": code.found_in,
        "retired": "yes" if code.is_retired else "",
    }


def _row(
    section: Section, group: Group | None, part: Section | Group | Code, fields: dict[str, str]
) -> tuple[str, ...]:
    own = {"id": part.id, "name": part.name} if isinstance(part, Code) else {}
    place = {
        "section": section.title,
        "group": group.title if group else "",
        "section_id": section.id,
        "group_id": group.id if group else "",
        "holds": section.holds,
    }
    cells: dict[str, str] = {**fields, **own, **place}
    return tuple(cells.get(name, "") for name in OWN_COLUMNS)

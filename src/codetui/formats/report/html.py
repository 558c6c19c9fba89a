"""A report as one HTML page: no scripts, nothing loaded, legible in light and dark, and printable."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.resources import files

from codetui.core.text.display import sanitize
from codetui.formats.pictures.svg import STYLE, to_svg
from codetui.formats.report.content import (
    Drawing,
    Entries,
    Entry,
    Grid,
    Prose,
    Quotation,
    Quotations,
    Report,
    ReportBlock,
    ReportSection,
    printable,
)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""The content security policy of the page: nothing is loaded but its own style."""

RECORD = "codetui-report"
"""The id of the element with the record."""

BROAD = 10
"""Columns from which a table is printed across the page."""

LONG = 40
"""Characters from which a cell may be wrapped anywhere, and its column is kept wide."""

SHORT = 16
"""Characters up to which a cell is not wrapped, such as a date."""

LIST = 40
"""Quotations in one list: a list outside of the window is not laid out."""


def to_html(report: Report) -> Iterator[str]:
    """Yield the page in lines."""
    style = files(__package__).joinpath("report.css").read_text("utf-8")
    yield from ("<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">')
    yield f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{_text(report.title)}</title>"
    yield f"<style>\n{style}{STYLE}</style>"
    yield from ("</head>", "<body>", "<header>", f"<h1>{_text(report.title)}</h1>")
    yield from (f'<p class="note">{_text(report.subtitle)}</p>', "</header>")
    yield from _contents(report.sections)
    yield "<main>"
    for section in report.sections:
        yield "<section>"
        yield f'<h2 id="{section.id}">{_text(section.heading)}</h2>'
        for block in section.blocks:
            yield from _block(block)
        for part in section.parts:
            yield f'<h3 id="{part.id}">{_text(part.heading)}</h3>'
            for block in part.blocks:
                yield from _block(block)
        yield "</section>"
    yield "</main>"
    yield from _record(report.record)
    yield from ("</body>", "</html>", "")


def _contents(sections: Sequence[ReportSection]) -> Iterator[str]:
    """Yield the table of contents."""
    yield from ('<nav aria-label="Contents">', "<ol>")
    for section in sections:
        parts = "".join(f'<li><a href="#{part.id}">{_text(part.heading)}</a></li>' for part in section.parts)
        below = f"<ul>{parts}</ul>" if parts else ""
        yield f'<li><a href="#{section.id}">{_text(section.heading)}</a>{below}</li>'
    yield from ("</ol>", "</nav>")


def _record(record: Mapping[str, object]) -> Iterator[str]:
    """Yield what reproduces the report, for machines."""
    shown = escape(sanitize(json.dumps(record, ensure_ascii=False, indent=1)), quote=False)
    yield f'<details><summary>For machines</summary><pre id="{RECORD}">{shown}</pre></details>'


def _block(block: ReportBlock) -> Iterator[str]:
    match block:
        case Prose():
            paragraph = f"<p>{_text(block.text)}</p>"
            yield f"<blockquote>{paragraph}</blockquote>" if block.is_quotable else paragraph
        case Grid():
            for grid in printable(block):
                yield from _table(grid)
        case Drawing():
            yield f'<figure class="picture" id="{block.name}"><div class="scroll">{_drawing(block)}</div></figure>'
        case Entries():
            yield "<dl>"
            for entry in block.entries:
                yield from _entry(entry)
            yield "</dl>"
        case Quotations():
            for start in range(0, len(block.quotations), LIST):
                yield '<ul class="quotations">'
                yield from map(_quotation, block.quotations[start : start + LIST])
                yield "</ul>"


def _drawing(block: Drawing) -> str:
    return to_svg(block.picture, name=block.name, is_inline=True)


def _table(grid: Grid) -> Iterator[str]:
    broad = " broad" if len(grid.columns) > BROAD else ""
    yield f'<figure class="table{broad}" id="{grid.name}">'
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{_text(grid.caption)}">'
    yield f"<table><caption>{_text(grid.caption)}</caption>"
    heads = (f'<th scope="col"{_kind(one.is_number)}>{_text(one.title)}</th>' for one in grid.columns)
    yield f"<thead><tr>{''.join(heads)}</tr></thead>"
    yield "<tbody>"
    for row in grid.rows:
        cells = (
            f"<td{_kind(column.is_number, cell)}>{_text(cell)}</td>"
            for column, cell in zip(grid.columns[1:], row[1:], strict=True)
        )
        yield f'<tr><th scope="row"{_kind(grid.columns[0].is_number, row[0])}>{_text(row[0])}</th>{"".join(cells)}</tr>'
    yield "</tbody></table></div>"
    notes = " ".join(map(_text, grid.notes))
    yield f'<figcaption class="note">{notes}</figcaption></figure>' if notes else "</figure>"


def _kind(is_number: bool, cell: str = "") -> str:
    if is_number:
        return ' class="number"'
    return ' class="long"' if len(cell) > LONG else ' class="short"' if 0 < len(cell) <= SHORT else ""


def _entry(entry: Entry) -> Iterator[str]:
    yield f"<dt>{_text(entry.term)}</dt>"
    yield f"<dd>{_lines(entry.definition)}</dd>" if entry.definition else "<dd>No definition.</dd>"
    for label, text in entry.fields:
        yield f"<dd><b>{_text(label)}</b> {_lines(text)}</dd>"


def _quotation(one: Quotation) -> str:
    words = f"<q>{_text(one.words)}</q> " if one.words else ""
    note = f" {_text(one.note)}" if one.note else ""
    return f"<li>{words}<cite>{_text(one.place)}</cite>{note}</li>"


def _text(text: str) -> str:
    return escape(sanitize(" ".join(text.split())))


def _lines(text: str) -> str:
    """Return a text whose line breaks are kept."""
    return escape(sanitize(text.strip().replace("\r", "")))

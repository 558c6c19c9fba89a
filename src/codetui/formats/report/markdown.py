"""A report as markdown, which pandoc turns into other formats; pictures are left out, their figures are in tables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codetui.core.text.display import sanitize
from codetui.formats.report.content import Drawing, Entries, Grid, Prose, Quotation, Quotations, Report, ReportBlock

SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|~$^@]")
"""Characters that pandoc or other readers interpret as markup."""

BEGINS = re.compile(r"^([-+:=%]|\d+(?=[.)](?:\s|$)))")
"""The beginnings of lists and other blocks."""


def to_markdown(report: Report) -> Iterator[str]:
    """Yield the report in lines."""
    yield from (f"# {_text(report.title)}", "", _text(report.subtitle), "")
    for section in report.sections:
        yield from (f"## {_text(section.heading)}", "")
        yield from _blocks(section.blocks)
        for part in section.parts:
            yield from (f"### {_text(part.heading)}", "")
            yield from _blocks(part.blocks)


def _blocks(blocks: Sequence[ReportBlock]) -> Iterator[str]:
    for block in blocks:
        match block:
            case Prose():
                yield from (f"{'> ' if block.is_quotable else ''}{_text(block.text)}", "")
            case Grid():
                yield from _table(block)
            case Drawing():
                pass
            case Entries():
                for entry in block.entries:
                    yield from (f"**{_text(entry.term)}**", "", _text(entry.definition or "No definition."), "")
                    yield from (f"- *{_text(label)}* {_text(text)}" for label, text in entry.fields)
                    yield from [""] if entry.fields else ()
            case Quotations():
                yield from map(_quotation, block.quotations)
                yield ""


def _table(grid: Grid) -> Iterator[str]:
    """Yield a pipe table with its caption, as pandoc reads one, and its notes."""
    yield from (f"Table: {_text(grid.caption)}", "")
    yield _row([one.title for one in grid.columns])
    yield f"| {' | '.join('--:' if one.is_number else ':--' for one in grid.columns)} |"
    yield from map(_row, grid.rows)
    yield ""
    if grid.notes:
        yield from (" ".join(map(_text, grid.notes)), "")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(map(_text, cells))} |"


def _quotation(one: Quotation) -> str:
    words = f"“{_text(one.words)}” " if one.words else ""
    note = f" — {_text(one.note)}" if one.note else ""
    return f"- {words}({_text(one.place)}){note}"


def _text(text: str) -> str:
    """Return a text on one line that markdown shows as it is."""
    escaped = SPECIAL.sub(r"\\\g<0>", sanitize(" ".join(text.split())))
    return BEGINS.sub(lambda found: f"{found[1]}\\" if found[1].isdigit() else f"\\{found[1]}", escaped)

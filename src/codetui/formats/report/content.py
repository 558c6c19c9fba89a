"""The content of a report: sections of paragraphs, tables, pictures, definitions and quotations, as they are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from codetui.formats.pictures.picture import Bars, Curve, Heat, Picture, Strip

MOST_COLUMNS = 20
"""Columns that a printed page has room for; further ones continue in another table."""


class Prose(NamedTuple):
    """A paragraph; one that `is_quotable` can be pasted into a paper."""

    text: str
    is_quotable: bool = False


class ColumnHeading(NamedTuple):
    """The heading of a column, and whether it has numbers."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; `name` is its id on the page, and the first cell of each row heads it. `notes` begin with the base."""

    name: str
    caption: str
    columns: Sequence[ColumnHeading]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()


class Drawing(NamedTuple):
    """A picture; `name` begins its ids on the page."""

    name: str
    picture: Picture


class Entry(NamedTuple):
    """A term with its definition and further labelled texts."""

    term: str
    definition: str
    fields: Sequence[tuple[str, str]] = ()


class Entries(NamedTuple):
    """Definitions, one after the other."""

    entries: Sequence[Entry]


class Quotation(NamedTuple):
    """The words of a quotation, empty if they are left out, with its place and the note of the coder."""

    words: str
    place: str
    note: str = ""


class Quotations(NamedTuple):
    """Quotations in order."""

    quotations: Sequence[Quotation]


ReportBlock: TypeAlias = Prose | Grid | Drawing | Entries | Quotations


@dataclass(frozen=True, slots=True)
class Subsection:
    """A part of a section under its own heading."""

    id: str
    heading: str
    blocks: Sequence[ReportBlock]


@dataclass(frozen=True, slots=True)
class ReportSection:
    """A section of a report."""

    id: str
    heading: str
    blocks: Sequence[ReportBlock]
    parts: Sequence[Subsection] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report; `record` is what reproduces it, for machines."""

    title: str
    subtitle: str
    sections: Sequence[ReportSection]
    record: Mapping[str, object]


def printable(grid: Grid) -> list[Grid]:
    """Return a table, or several with the same rows if it has more columns than a printed page has room for."""
    number = len(grid.columns) - 1
    if number <= MOST_COLUMNS:
        return [grid]
    starts = range(1, len(grid.columns), MOST_COLUMNS)
    return [
        Grid(
            name=f"{grid.name}-{at}" if at > 1 else grid.name,
            caption=f"{grid.caption} (columns {start} to {min(start + MOST_COLUMNS - 1, number)} of {number})",
            columns=[grid.columns[0], *grid.columns[start : start + MOST_COLUMNS]],
            rows=[[row[0], *row[start : start + MOST_COLUMNS]] for row in grid.rows],
            notes=grid.notes,
        )
        for at, start in enumerate(starts, 1)
    ]


# --- changing every text ------------------------------------------------------------------------------

TextChange = Callable[[str], str]


def mapped(report: Report, change: TextChange) -> Report:
    """Return the report with all its texts and its record changed; ids on the page stay."""
    sections = [
        replace(
            section,
            heading=change(section.heading),
            blocks=[_block(block, change) for block in section.blocks],
            parts=[
                replace(part, heading=change(part.heading), blocks=[_block(block, change) for block in part.blocks])
                for part in section.parts
            ],
        )
        for section in report.sections
    ]
    record = {key: _part(value, change) for key, value in report.record.items()}
    return Report(change(report.title), change(report.subtitle), sections, record)


def _block(block: ReportBlock, change: TextChange) -> ReportBlock:
    match block:
        case Prose():
            return block._replace(text=change(block.text))
        case Grid():
            return replace(
                block,
                caption=change(block.caption),
                columns=[one._replace(title=change(one.title)) for one in block.columns],
                rows=[_all(row, change) for row in block.rows],
                notes=_all(block.notes, change),
            )
        case Drawing():
            return block._replace(picture=_picture(block.picture, change))
        case Entries():
            return Entries([_entry(entry, change) for entry in block.entries])
        case Quotations():
            return Quotations([Quotation(*_all(one, change)) for one in block.quotations])


def _entry(entry: Entry, change: TextChange) -> Entry:
    fields = [(label, change(text)) for label, text in entry.fields]
    return Entry(change(entry.term), change(entry.definition), fields)


def _picture(picture: Picture, change: TextChange) -> Picture:
    title = change(picture.title)
    match picture:
        case Bars():
            return replace(
                picture, title=title, bars=tuple(one._replace(label=change(one.label)) for one in picture.bars)
            )
        case Heat():
            rows, columns = _all(picture.rows, change), _all(picture.columns, change)
            return replace(picture, title=title, rows=tuple(rows), columns=tuple(columns))
        case Curve():
            series = tuple(one._replace(name=change(one.name)) for one in picture.series)
            return replace(picture, title=title, series=series)
        case Strip():
            named = tuple(one._replace(label=change(one.label)) for one in picture.rows)
            return replace(picture, title=title, rows=named)


def _all(texts: Sequence[str], change: TextChange) -> list[str]:
    return [change(text) for text in texts]


def _part(value: object, change: TextChange) -> object:
    """Return a part of the record, whose own keys stay."""
    return {key: _value(each, change) for key, each in value.items()} if isinstance(value, Mapping) else value


def _value(value: object, change: TextChange) -> object:
    """Return a value of the record with its texts and the keys of its tables changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {change(str(key)): _value(each, change) for key, each in value.items()}
    return [_value(each, change) for each in value] if isinstance(value, list | tuple) else value

"""The content of a report: sections of paragraphs, tables, pictures, definitions and quotations, as they are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from codetui.formats.pictures.picture import Picture

MOST_COLUMNS = 20
"""Columns that a printed page has room for; further ones continue in another table."""


class Prose(NamedTuple):
    """A paragraph; one that `is_quotable` can be pasted into a paper."""

    text: str
    is_quotable: bool = False


class Heading(NamedTuple):
    """The heading of a column, and whether it has numbers."""

    title: str
    is_number: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table; `name` is its id on the page, and the first cell of each row heads it. `notes` begin with the base."""

    name: str
    caption: str
    columns: Sequence[Heading]
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


Block: TypeAlias = Prose | Grid | Drawing | Entries | Quotations


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a section under its own heading."""

    id: str
    heading: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a report."""

    id: str
    heading: str
    blocks: Sequence[Block]
    parts: Sequence[Part] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report; `record` is what reproduces it, for machines."""

    title: str
    subtitle: str
    sections: Sequence[Section]
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

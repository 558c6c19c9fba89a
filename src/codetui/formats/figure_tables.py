"""Tables of figures as text, markdown, CSV and records of JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from textwrap import wrap
from typing import NamedTuple

from codetui.core.agreement.figure import Undefined
from codetui.core.statistics.table import Base, Column, FigureTable, Kind, Value
from codetui.core.text.display import plural, sanitize, with_article
from codetui.core.text.layout import cluster_cells
from codetui.formats.export.lines import csv_line
from codetui.model import Words

SCHEMA = "codetui statistics"
VERSION = 1
"""The version of the record: it changes if a field changes its meaning or goes; further fields may come."""

DIGITS = 15
"""Significant digits of figures in CSV and JSON."""

UNDEFINED = "–"
GAP = 2
WIDEST = 32
"""Cells of a column of text for which others are put into the next block."""

HEADING = 11
"""Cells at which the heading of a column of numbers is wrapped."""

TALLEST = 3
"""Lines of the tallest heading, about."""

MARKS = 4
"""Code points in a cell at most, in a text that is cut: further marks on a letter are lost."""

NARROWEST = 8
"""Cells that a column of text keeps."""

Record = dict[str, object]


def shown(value: Value, kind: Kind = "text") -> str:
    """Return a value as people read it: `1,234`, `12.5 %` without its sign, `.44`, `1.6e-17`; `–` if undefined."""
    if isinstance(value, Undefined):
        return UNDEFINED
    if isinstance(value, str):
        return " ".join(sanitize(value).split())
    match kind:
        case "share":
            return f"{100 * value:.1f}"
        case "p":
            return f"{value:.3f}" if value >= 0.001 or value == 0 else f"{value:.1e}"
        case "figure":
            return f"{value:.2f}".replace("-0.00", "0.00").replace("-", "−")
        case _:
            return f"{value:,}"


def shortened(table: FigureTable, top: int, rest: str) -> FigureTable:
    """Return the rows that people read: the first `top` ones, or the ads with new codes.

    A note states how many there are, and `rest` where the others are.
    """
    rows = table.rows
    if table.name == "saturation":
        rows = [row for number, row in enumerate(rows, 1) if row[2] or number == len(rows)]
    if top and table.name.startswith(("terms", "together", "saturation")):
        rows = rows[:top]
    if len(rows) == len(table.rows):
        return table
    more = f"{len(rows):,} of {len(table.rows):,} rows; {rest}."
    return replace(table, rows=rows, notes=[more, *table.notes])


# --- text ---------------------------------------------------------------------------------------------


def text_lines(table: FigureTable, words: Words, width: int = 80) -> Iterator[str]:
    """Yield a table as lines of at most `width` cells, with its base and notes below.

    Columns beyond the width follow as further blocks, each of which begins with the first column.
    """
    yield from _wrapped(table.title, width)
    for number, block in enumerate(blocks_of(table, width)):
        yield from [""] if number else []
        yield from (*block.heading, *block.rows)
    if not table.rows:
        yield "(no rows)"
    yield ""
    for note in notes_of(table, words):
        yield from _wrapped(note, width)


class TableBlock(NamedTuple):
    """Some columns of a table as lines: those of the heading, and one for each row."""

    heading: Sequence[str]
    rows: Sequence[str]


def blocks_of(table: FigureTable, width: int) -> list[TableBlock]:
    """Return a table in blocks of at most `width` cells, each of which begins with the first column."""
    columns = _columns(table)
    return [
        _block([columns[at] for at in block], width)
        for block in _columns_of_blocks([_width(column) for column in columns], width)
    ]


def notes_of(table: FigureTable, words: Words) -> list[str]:
    """Return the sentences below a table: base, left out, computation, reasons of undefined figures."""
    reasons = [f"{UNDEFINED}: {why}" for why in table.undefined]
    seed = [f"seed {table.seed}"] if table.seed is not None else []
    return [statement(table.base, words), *table.base.notes, *table.notes, *seed, *reasons]


def statement(base: Base, words: Words) -> str:
    """Return the sentence that states which sources, states and coders a table counts."""

    def sources(number: int) -> str:
        return plural(number, words.source, words.sources)

    by = [f"{one.coder} ({sources(one.ads)}, {plural(one.codings, 'coding')})" for one in base.coders]
    verb = "matches" if base.ads == 1 else "match"
    matching = f" that {verb} {base.where}" if base.where else ""
    several = f"; {with_article(words.source)} coded by several has the codes of all of them" if len(by) > 1 else ""
    state = "begun" if base.is_for_all else "done"
    return f"{sources(base.ads)} {state}{matching}, coded by {', '.join(by) or 'nobody'}{several}."


class _Cells:
    """A column as text: the lines of its heading, and its cells."""

    def __init__(self, column: Column, cells: Sequence[str]) -> None:
        self.is_text = column.kind == "text"
        self.is_share = column.kind == "share" and column.title == "%"
        self.cells = cells
        title, inner = sanitize(column.title), max(map(cell_width, cells), default=0)
        self.heading = [title] if self.is_text else _heading(title, max(HEADING, inner))
        self.width = max(inner, *map(cell_width, self.heading))

    def padded(self, width: int, height: int) -> list[str]:
        """Return the lines at a width, the heading in `height` lines, numbers at the right."""
        heading = [""] * (height - len(self.heading)) + self.heading
        return [fitted(cell, width, is_right=not self.is_text) for cell in (*heading, *self.cells)]


def _columns(table: FigureTable) -> list[_Cells]:
    return [
        _Cells(column, [shown(row[at], column.kind) for row in table.rows]) for at, column in enumerate(table.columns)
    ]


def _width(column: _Cells) -> tuple[int, bool]:
    return min(column.width, WIDEST) if column.is_text else column.width, column.is_share


def _columns_of_blocks(widths: Sequence[tuple[int, bool]], room: int) -> list[list[int]]:
    """Return the columns of each block; a share stays beside the column before it."""
    blocks, used = [[0]], widths[0][0]
    for at in range(1, len(widths)):
        wanted = GAP + min(widths[at][0], NARROWEST if at == 1 else widths[at][0])
        if at + 1 < len(widths) and widths[at + 1][1]:
            wanted += GAP + widths[at + 1][0]
        if used + wanted > room and len(blocks[-1]) > 1 and not widths[at][1]:
            blocks.append([0])
            used = widths[0][0]
        blocks[-1].append(at)
        used += GAP + widths[at][0]
    return blocks


def _block(columns: Sequence[_Cells], room: int) -> TableBlock:
    """Return the lines of columns; those of text are narrowed, the widest first, until all fit."""
    widths = [column.width for column in columns]
    while sum(widths) + GAP * (len(widths) - 1) > room:
        wide = [at for at, column in enumerate(columns) if column.is_text and widths[at] > NARROWEST]
        if not wide:
            break
        widths[max(wide, key=lambda at: widths[at])] -= 1
    height = max(len(column.heading) for column in columns)
    padded = [column.padded(width, height) for column, width in zip(columns, widths, strict=True)]
    lines = [(" " * GAP).join(cells).rstrip() for cells in zip(*padded, strict=True)]
    return TableBlock(lines[:height], lines[height:])


def cell_width(text: str) -> int:
    """Return the cells that a line of text takes on a terminal."""
    return len(text) if text.isascii() else sum(cluster_cells(text))


def cut(text: str, width: int) -> str:
    """Return a text of at most `width` cells, which ends in dots if it was longer."""
    if cell_width(text) <= width:
        return text
    kept = text[: MARKS * width]
    while kept and cell_width(kept) > width - 1:
        kept = kept[:-1]
    return f"{kept}…"


def fitted(text: str, width: int, *, is_right: bool = False) -> str:
    """Return a text in exactly `width` cells, cut with dots or padded."""
    text = cut(text, width)
    blanks = " " * (width - cell_width(text))
    return blanks + text if is_right else text + blanks


def _heading(title: str, width: int) -> list[str]:
    """Return the lines of a heading, words that are too long for it cut."""
    words = (fitted(word, width).rstrip() for word in cut(title, TALLEST * width).split())
    return wrap(" ".join(words), width, break_on_hyphens=False) or [""]


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(sanitize(text), width, subsequent_indent="  ", break_on_hyphens=False)


# --- other formats --------------------------------------------------------------------------------------


def to_markdown(table: FigureTable, words: Words) -> str:
    """Render a table as a pipe table with its title, base and notes."""
    head = [_escaped(column.title) for column in table.columns]
    rule = [":--" if column.kind == "text" else "--:" for column in table.columns]
    rows = ([_escaped(shown(value, column.kind)) for value, column in _pairs(row, table)] for row in table.rows)
    lines = (f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))
    notes = (f"{_escaped(note)}\n" for note in notes_of(table, words))
    return "\n".join([f"**{_escaped(table.title)}**", "", *lines, "", *notes])


def _escaped(text: str) -> str:
    """Return a text that markdown shows as it is, within one cell."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|~$" else sign for sign in sanitize(text).replace("\n", " "))


def to_csv(table: FigureTable) -> str:
    """Render the rows as CSV (RFC 4180), shares between 0 and 1, undefined figures as empty cells."""
    rows = [tuple(_plain(value) for value in row) for row in table.rows]
    return "".join(map(csv_line, [tuple(column.key for column in table.columns), *rows]))


def _plain(value: Value) -> str | float | None:
    if isinstance(value, Undefined):
        return None
    return _rounded(value) if isinstance(value, float) else value


def as_record(tables: Iterable[FigureTable], words: Words) -> Record:
    """Return tables as a record: shares between 0 and 1, undefined figures None with the reason in `why` of the row."""
    return {"schema": SCHEMA, "version": VERSION, "tables": [_record(table, words) for table in tables]}


def _record(table: FigureTable, words: Words) -> Record:
    base = table.base
    return {
        "name": table.name,
        "title": table.title,
        "base": {
            "ads": base.ads,
            "coders": [one._asdict() for one in base.coders],
            "codebook": base.codebook,
            "not_done_too": base.is_for_all,
            "where": base.where,
            "statement": statement(base, words),
            "notes": list(base.notes),
        },
        "seed": table.seed,
        "notes": list(table.notes),
        "columns": [column._asdict() for column in table.columns],
        "rows": [_row(row, table) for row in table.rows],
    }


def _row(row: Sequence[Value], table: FigureTable) -> Record:
    found: Record = {}
    why: Record = {}
    for value, column in _pairs(row, table):
        found[column.key] = None if isinstance(value, Undefined) else value
        if isinstance(value, float):
            found[column.key] = _rounded(value)
        if isinstance(value, Undefined):
            why[column.key] = value.why
    return found | ({"why": why} if why else {})


def _pairs(row: Sequence[Value], table: FigureTable) -> Iterator[tuple[Value, Column]]:
    return zip(row, table.columns, strict=True)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")

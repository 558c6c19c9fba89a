"""A text with the quotations of several coders in gutters on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from codetui.core.text.layout import Layout
from codetui.tui.widgets.rows import Part, Row

Place = tuple[int, int]
"""The offsets of a quotation: start, and end exclusive."""


class Side(NamedTuple):
    """The quotations of one coder, and the letter that marks their rows."""

    letter: str
    places: Sequence[Place]


def gutter_cells(sides: int) -> int:
    """Return the cells beside a text with this many sides: the box, the gutters, and the edges of the list."""
    return 13 + sides


def gutter_rows(text: str, layout: Layout, sides: Sequence[Side], strong: Sequence[Place]) -> list[Row]:
    """Return the rows of a wrapped text; words in `strong` places stand out, the others are dim.

    The first half of the sides are in the left gutter, the others in the right one.
    """
    left, right = sides[: (len(sides) + 1) // 2], sides[(len(sides) + 1) // 2 :]
    rows: list[Row] = []
    for number in range(layout.rows):
        row = layout.row(number)
        first, last = _letters(left, row.start, row.end), _letters(right, row.start, row.end)
        before = f"{first}▌ " if first.strip() else " " * (len(left) + 2)
        after = f" ▐{last}" if last.strip() else " " * (len(right) + 2)
        words = _parts(text, row.start, row.end, strong)
        rows.append(Row((Part(before, "strong"), Part(" " * row.indent), *words), (Part(after, "strong"),)))
    return rows


def _letters(sides: Sequence[Side], start: int, end: int) -> str:
    return "".join(side.letter if _covers(side.places, start, end) else " " for side in sides)


def _parts(text: str, start: int, end: int, strong: Sequence[Place]) -> list[Part]:
    edges = {edge for place in strong for edge in place if start < edge < end}
    return [
        Part(text[low:high].replace("\t", " "), "strong" if _covers(strong, low, high) else "dim")
        for low, high in pairwise(sorted({start, end, *edges}))
    ]


def _covers(places: Sequence[Place], start: int, end: int) -> bool:
    return any(first < end and last > start for first, last in places)

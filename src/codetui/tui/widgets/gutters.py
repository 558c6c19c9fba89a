"""A text with the quotations of two coders in a gutter on each side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from codetui.core.text.layout import Layout
from codetui.tui.widgets.rows import Part, Row

GUTTERS = 15
"""Cells beside the text: the box, both gutters, and the edges of the list."""

Place = tuple[int, int]
"""The offsets of a quotation: start, and end exclusive."""


class Side(NamedTuple):
    """The quotations of one coder, and the letter that marks their rows."""

    letter: str
    places: Sequence[Place]


def gutter_rows(text: str, layout: Layout, left: Side, right: Side, strong: Sequence[Place]) -> list[Row]:
    """Return the rows of a wrapped text; words in `strong` places stand out, the others are dim."""
    rows: list[Row] = []
    for number in range(layout.rows):
        row = layout.row(number)
        first = f"{left.letter}▌ " if _covers(left.places, row.start, row.end) else "   "
        last = f" ▐{right.letter}" if _covers(right.places, row.start, row.end) else "   "
        words = _parts(text, row.start, row.end, strong)
        rows.append(Row((Part(first, "strong"), Part(" " * row.indent), *words), (Part(last, "strong"),)))
    return rows


def _parts(text: str, start: int, end: int, strong: Sequence[Place]) -> list[Part]:
    edges = {edge for place in strong for edge in place if start < edge < end}
    return [
        Part(text[low:high].replace("\t", " "), "strong" if _covers(strong, low, high) else "dim")
        for low, high in pairwise(sorted({start, end, *edges}))
    ]


def _covers(places: Sequence[Place], start: int, end: int) -> bool:
    return any(first < end and last > start for first, last in places)

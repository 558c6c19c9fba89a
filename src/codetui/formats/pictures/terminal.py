"""Pictures as lines of a terminal: every figure is written beside its mark, and colour is not needed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from codetui.core.text.display import sanitize
from codetui.core.text.layout import cluster_cells
from codetui.formats.pictures.picture import (
    STEPS,
    Bars,
    Curve,
    Heat,
    Picture,
    Scale,
    Series,
    Strip,
    in_words,
    number,
)

WIDTH = 80
HEIGHT = 14
"""Rows of a curve."""

EIGHTHS = " ▏▎▍▌▋▊▉"
"""The last cell of a bar, by eighths of a cell."""

SHADES = " ▁▂▃▄▅▆▇█"
MARKS = "●○+×"
"""The marks of the lines of a curve, in order; where two meet, the first one is drawn."""

LONGEST = 30
"""Cells of the longest label."""

LEAST = 12
"""Cells that bars and strips keep on a narrow terminal."""


def to_lines(picture: Picture, width: int = WIDTH) -> list[str]:
    """Render a picture in lines of at most `width` cells, below its title."""
    match picture:
        case Bars():
            lines = _bars(picture, width)
        case Heat():
            lines = _heat(picture, width)
        case Curve():
            lines = _curve(picture, width)
        case Strip():
            lines = _strip(picture, width)
    return [_cut(_clean(line), width).rstrip() for line in (picture.title, *lines)]


def _bars(picture: Bars, width: int) -> Iterator[str]:
    if not picture.bars:
        yield in_words(picture)
        return
    figures = max(_cells(bar.words) for bar in picture.bars)
    labels = _labels([bar.label for bar in picture.bars], width - figures - 4 - LEAST)
    side = _cells(labels[0])
    room = max(width - side - figures - 4, LEAST)
    for label, bar in zip(labels, picture.bars, strict=True):
        eighths = round(8 * room * picture.scale.share(bar.value))
        # Whatever is more than nothing is seen.
        eighths = max(eighths, 1) if bar.value > 0 else 0
        marks = "█" * (eighths // 8) + EIGHTHS[eighths % 8].strip()
        yield f"{label}  {_padded(marks, room)}  {bar.words.rjust(figures)}"
    yield from _axis(picture.scale, side + 2, room, picture.unit, width)


def _axis(scale: Scale, start: int, room: int, unit: str, width: int) -> Iterator[str]:
    """Yield the ticks of a scale that runs over `room` cells from the cell `start`, and its unit."""
    line, labels = [" "] * start + ["─"] * room, [" "] * width
    free = 0
    for tick in scale.ticks:
        at = start + min(round(room * scale.share(tick)), room - 1)
        line[at] = "┬"
        words = number(tick)
        left = min(max(at - len(words) // 2, start), width - len(words))
        if left >= free:
            labels[left : left + len(words)] = words
            free = left + len(words) + 1
    yield "".join(line)
    # The unit is left of the ticks if it fits there, else on a line of its own.
    if _cells(unit) < start - 1:
        yield _padded(unit, start) + "".join(labels)[start:]
    else:
        yield "".join(labels)
        yield " " * start + unit


def _heat(picture: Heat, width: int) -> Iterator[str]:
    if not picture.rows or not picture.columns:
        yield in_words(picture)
        return
    shown = [[_cell(picture, cell) for cell in row] for row in picture.cells]
    widest = max(len(cell) for row in shown for cell in row)
    cell_width = max(widest, min(max(map(_cells, picture.columns)), 8))
    labels = _labels(picture.rows, max(width - len(picture.columns) * (cell_width + 2), LEAST))
    side = _cells(labels[0])
    at_once = max((width - side) // (cell_width + 2), 1)
    for start in range(0, len(picture.columns), at_once):
        columns = picture.columns[start : start + at_once]
        if start:
            yield ""
        yield " " * side + "".join(f"  {_padded(_cut(name, cell_width), cell_width, right=True)}" for name in columns)
        for label, row in zip(labels, shown, strict=True):
            yield label + "".join(f"  {cell:>{cell_width}}" for cell in row[start : start + at_once])
    steps = ((step, picture.bounds(step)) for step in range(1, STEPS + 1))
    legend = "  ".join(f"{SHADES[step]} {bounds}" for step, bounds in steps if bounds)
    yield _cut(f"{picture.unit}: {legend}" if legend else f"{picture.unit}: none", width)


def _cell(picture: Heat, cell: float | None) -> str:
    return "–" if cell is None else f"{SHADES[picture.step(cell)]} {number(cell)}".strip()


def _curve(picture: Curve, width: int) -> Iterator[str]:
    if not any(one.points for one in picture.series):
        yield in_words(picture)
        return
    ticks = {round((HEIGHT - 1) * picture.y_scale.share(tick)): number(tick) for tick in picture.y_scale.ticks}
    side = max(map(len, ticks.values()))
    room = width - side - 4
    grid = [[" "] * room for _ in range(HEIGHT)]
    for mark, one in reversed(list(zip(MARKS, picture.series, strict=False))):
        for column in range(room):
            value = _value_at(one, picture.x_scale.high * column / (room - 1))
            if value is not None:
                grid[round((HEIGHT - 1) * picture.y_scale.share(value))][column] = mark
    yield picture.y_unit
    for row in reversed(range(HEIGHT)):
        yield f"{ticks.get(row, ''):>{side}} {'┤' if row in ticks else '│'}{''.join(grid[row])}"
    yield from _axis(picture.x_scale, side + 2, room, picture.x_unit, width)
    for mark, words in zip(MARKS, in_words(picture).removesuffix(".").split("; "), strict=False):
        yield _cut(f"{mark} {words}", width)


def _value_at(series: Series, x: float) -> float | None:
    """Return the value of a line at `x`: that of its last point up to there."""
    reached = [y for at, y in series.points if at <= x + 1e-9]
    return reached[-1] if reached else None


def _strip(picture: Strip, width: int) -> Iterator[str]:
    if not picture.rows:
        yield in_words(picture)
        return
    figures = max(len(number(len(row.spans))) for row in picture.rows)
    labels = _labels([row.label for row in picture.rows], width - figures - 4 - 3 * LEAST)
    side = _cells(labels[0])
    room = max(width - side - figures - 4, LEAST)
    for label, row in zip(labels, picture.rows, strict=True):
        cells = ["·"] * room
        for start, end in row.spans:
            first = min(int(room * picture.scale.share(start)), room - 1)
            last = max(first + 1, round(room * picture.scale.share(end)))
            cells[first:last] = "█" * (last - first)
        yield f"{label}  {''.join(cells[:room])}  {number(len(row.spans)):>{figures}}"
    yield from _axis(picture.scale, side + 2, room, picture.unit, width)


# --- labels -----------------------------------------------------------------------------------------


def _labels(labels: Sequence[str], room: int) -> list[str]:
    """Return labels padded to one width of at most `room` cells, and cut to it."""
    clean = [" ".join(_clean(label).split()) for label in labels]
    width = min(max(map(_cells, clean), default=0), LONGEST, max(room, 8))
    return [_padded(_cut(label, width), width) for label in clean]


def _clean(text: str) -> str:
    return re.sub(r"\s", " ", sanitize(text))


def _cells(text: str) -> int:
    return sum(cluster_cells(text))


def _cut(text: str, width: int) -> str:
    """Return a text in at most `width` cells, with `…` where it was cut."""
    cells = cluster_cells(text)
    if sum(cells) <= width:
        return text
    used, end = 0, 0
    while used + cells[end] < width:
        used += cells[end]
        end += 1
    return text[:end].rstrip() + "…"


def _padded(text: str, width: int, *, right: bool = False) -> str:
    blanks = " " * (width - _cells(text))
    return blanks + text if right else text + blanks

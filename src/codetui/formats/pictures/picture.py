"""Descriptions of pictures: their marks, labels and scales, which terminal and SVG share."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor, log10
from typing import NamedTuple, TypeAlias

STEPS = 8
"""Shades of a heat table; none at all marks zero."""

TICKS = 6
"""The most ticks of an axis."""


SMALLEST = 1e-9
"""Values below this are drawn as 0."""


class Scale(NamedTuple):
    """A linear scale from 0 to a round end; `ticks` are the values that are labelled, both ends among them."""

    ticks: tuple[float, ...]

    @property
    def high(self) -> float:
        """The largest value."""
        return self.ticks[-1]

    def share(self, value: float) -> float:
        """Return where a value lies on the scale, from 0 to 1."""
        return min(max(value / self.high, 0), 1)


def scale_to(high: float, *, is_whole: bool = True) -> Scale:
    """Return a scale that reaches `high` with steps of 1, 2 or 5 times a power of ten.

    Heckbert 1990, Nice numbers for graph labels, Graphics Gems, p. 61. With `is_whole` no step is below 1.
    """
    if high < SMALLEST:
        return Scale((0, 1))
    least = high / (TICKS - 1)
    power = 10 ** floor(log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
    step = max(step, 1) if is_whole else step
    number = max(1, ceil(high / step - 1e-9))
    return Scale(tuple(round(at * step, 10) for at in range(number + 1)))


def fixed_scale(length: int) -> Scale:
    """Return a scale that ends exactly at `length`, with round ticks before it."""
    rounded = [tick for tick in scale_to(length).ticks if tick < length]
    step = rounded[1] if len(rounded) > 1 else length
    # A tick close to the end would be written over the end's label.
    return Scale((*(tick for tick in rounded if length - tick >= step / 2), max(length, 1)))


class Bar(NamedTuple):
    """A bar; `words` is the figure as it is written beside it, such as `26 (65 %)`."""

    label: str
    value: float
    words: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars; `unit` names what their axis counts."""

    title: str
    unit: str
    bars: tuple[Bar, ...]

    @property
    def scale(self) -> Scale:
        """The scale of all bars."""
        return scale_to(max((bar.value for bar in self.bars), default=0))


@dataclass(frozen=True, slots=True)
class Heat:
    """A table of numbers with a shade for each, `cells[row][column]`; None is a cell without a number."""

    title: str
    unit: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[float | None, ...], ...]

    @property
    def high(self) -> float:
        """The largest number."""
        return max((cell for row in self.cells for cell in row if cell is not None), default=0)

    def step(self, cell: float | None) -> int:
        """Return the shade of a number: 0 for zero and no number, else 1 to `STEPS`."""
        return ceil(STEPS * cell / self.high) if cell and cell > 0 else 0

    def bounds(self, step: int) -> str:
        """Return the numbers that have a shade: `6–10`."""
        low, high = self.high * (step - 1) / STEPS, self.high * step / STEPS
        if any(cell is not None and cell != int(cell) for row in self.cells for cell in row):
            return f"{low:.2f}–{high:.2f}"
        first, last = floor(low) + 1, floor(high)
        return "" if first > last else number(first) if first == last else f"{number(first)}–{number(last)}"


class Series(NamedTuple):
    """A line through points (x, y), sorted by x."""

    name: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Lines over one pair of axes."""

    title: str
    x_unit: str
    y_unit: str
    series: tuple[Series, ...]

    @property
    def x_scale(self) -> Scale:
        """The scale to the right."""
        return fixed_scale(ceil(max((x for one in self.series for x, _ in one.points), default=1)))

    @property
    def y_scale(self) -> Scale:
        """The scale upwards."""
        return scale_to(max((y for one in self.series for _, y in one.points), default=0))


class StripRow(NamedTuple):
    """A code with its places, half-open, in the unit of the strip."""

    label: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Strip:
    """The places of codes in one text, from its begin to its end at `length`."""

    title: str
    unit: str
    length: int
    rows: tuple[StripRow, ...]

    @property
    def scale(self) -> Scale:
        """The scale from the begin to the end of the text."""
        return fixed_scale(self.length)


Picture: TypeAlias = Bars | Heat | Curve | Strip


def number(value: float) -> str:
    """Return a number as it is written on axes and in cells: `1,200`, `0.35`."""
    return f"{int(value):,}" if value == int(value) else f"{value:.2f}"


def in_words(picture: Picture) -> str:
    """Return all figures of a picture in words, for those who cannot see it."""
    match picture:
        case Bars():
            found = [f"{bar.label}: {bar.words}" for bar in picture.bars]
        case Heat():
            found = [
                f"{row}: " + ", ".join(f"{column} {number(cell)}" for column, cell in _cells(picture, at))
                for at, row in enumerate(picture.rows)
                if any(_cells(picture, at))
            ]
        case Curve():
            found = [f"{one.name}: {_course(one, picture)}" for one in picture.series if one.points]
        case Strip():
            found = [
                f"{row.label}: " + ", ".join(f"{start:,} to {end:,}" for start, end in row.spans)
                for row in picture.rows
            ]
    return "; ".join(found) + "." if found else "There is nothing to show."


def _cells(heat: Heat, row: int) -> list[tuple[str, float]]:
    """Return the numbers of a row that are not zero, with their columns."""
    pairs = zip(heat.columns, heat.cells[row], strict=True)
    return [(column, cell) for column, cell in pairs if cell]


def _course(series: Series, curve: Curve) -> str:
    """Return the last value of a line, and where it first had nine tenths of it."""
    x, y = series.points[-1]
    near = next(point for point in series.points if point[1] >= 0.9 * y)
    most = f", {number(round(near[1], 2))} of them after {number(near[0])}" if near[0] < x else ""
    return f"{number(round(y, 2))} {curve.y_unit} after {number(x)} {curve.x_unit}{most}"

"""Pictures of figures: their marks, labels and scales, which terminal and SVG share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import NamedTuple, TypeAlias

from codetui.core.statistics.counted import CountedAd
from codetui.core.statistics.table import FigureTable, Value
from codetui.core.text.display import plural
from codetui.model import Words

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


# --- pictures of tables of figures --------------------------------------------------------------------

MOST_BARS = 40
"""Bars of a table of terms, which may have thousands."""


def picture_of(table: FigureTable, words: Words, order: Sequence[str] = ()) -> Picture | None:
    """Return the picture of a table, None if it has none; `order` has the ids of the codes as the codebook has them."""
    match table.name.partition("_")[0]:
        case "profiles" | "codes" | "terms" if not table.name.endswith("_by"):
            return _bars(table, words)
        case "profiles" | "codes" | "terms":
            return _shares(table, words)
        case "together":
            return _together(table, words, order)
        case "saturation":
            return _saturation(table, words)
        case _:
            return None


def _bars(table: FigureTable, words: Words) -> Bars:
    """Return the sources of each row as bars, with their number and share."""
    ads, share = _at(table, "ads"), _at(table, "share")
    unit = table.columns[ads].title
    bars: list[Bar] = []
    for row in table.rows[:MOST_BARS]:
        number = _number(row[ads]) or 0
        percent = _number(row[share])
        label = str(row[0])
        if table.name == "codes" and row[1] and row[1] != row[0]:
            label = f"{row[0]}: {row[1]}"
        bars.append(Bar(label, number, f"{number:,.0f}" + ("" if percent is None else f" ({100 * percent:.0f} %)")))
    more = f", the first {MOST_BARS} of {len(table.rows):,}" if len(table.rows) > MOST_BARS else ""
    return Bars(f"{table.title} by number of {unit}{more} (of {_size(table, words)})", unit, tuple(bars))


def _shares(table: FigureTable, words: Words) -> Heat:
    """Return the shares of a crosstab as a heat table in percent."""
    at = [number for number, column in enumerate(table.columns) if column.kind == "share"]
    columns = tuple(table.columns[number - 1].title for number in at)
    rows = [row for row in table.rows if row[0]]
    cells = tuple(tuple(_percent(row[number]) for number in at) for row in rows)
    names = tuple(str(row[0]) for row in rows)
    title = f"{table.title}: percent of the {words.sources} of each column ({_size(table, words)})"
    return Heat(title, "%", names, columns, cells)


def _together(table: FigureTable, words: Words, order: Sequence[str]) -> Heat:
    """Return pairs of codes as a square heat table, whose diagonal has no numbers."""
    both = _at(table, "both")
    pairs: dict[tuple[str, str], float] = {}
    for row in table.rows:
        one, other = str(row[0]), str(row[1])
        pairs[one, other] = pairs[other, one] = _number(row[both]) or 0
    found = dict.fromkeys(code for pair in pairs for code in pair)
    known = {code: number for number, code in enumerate(order)}
    codes = tuple(sorted(found, key=lambda code: known.get(code, len(known))))
    cells = tuple(tuple(None if a == b else pairs.get((a, b), 0) for b in codes) for a in codes)
    title = f"{table.title} ({_size(table, words)})"
    return Heat(title, table.columns[both].title.removesuffix(" both"), codes, codes, cells)


def _saturation(table: FigureTable, words: Words) -> Curve:
    """Return the codes so far in coding order, and their mean over random orders."""
    numbers, codes, mean = _at(table, "number"), _at(table, "codes"), _at(table, "mean")
    names = {codes: "in the order of coding", mean: f"mean over random orders, seed {table.seed}"}
    series: list[Series] = []
    for at, name in names.items():
        points = ((_number(row[numbers]), _number(row[at])) for row in table.rows)
        series.append(Series(name, tuple((x, y) for x, y in points if x is not None and y is not None)))
    title = f"{table.title} (of {_size(table, words)})"
    return Curve(title, words.sources, "codes", tuple(one for one in series if one.points))


def strip_of(ad: CountedAd, words: Words, order: Sequence[str]) -> Strip:
    """Return where in an ad the codes occur, for each coder apart if there are several."""
    places: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for session in ad.sessions:
        for coding in session.codings:
            if coding.start >= 0:
                places.setdefault((coding.code, session.coder), []).append((coding.start, coding.end))
    known = {code: number for number, code in enumerate(order)}
    keys = sorted(places, key=lambda key: (known.get(key[0], len(known)), key))
    several = len(ad.sessions) > 1
    rows = [
        StripRow(f"{code} · {coder}" if several else code, tuple(sorted(places[code, coder]))) for code, coder in keys
    ]
    coders = " and ".join(session.coder for session in ad.sessions)
    quotations = plural(sum(len(row.spans) for row in rows), "quotation")
    title = f"Where codes occur in {words.source} {ad.id}: {quotations} by {coders}"
    return Strip(title, "characters", ad.length, tuple(rows))


def _size(table: FigureTable, words: Words) -> str:
    return plural(table.base.ads, words.source, words.sources)


def _at(table: FigureTable, key: str) -> int:
    """Return the position of a column."""
    return next(number for number, column in enumerate(table.columns) if column.key == key)


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) else None


def _percent(value: Value) -> float | None:
    number = _number(value)
    return None if number is None else round(100 * number)

"""The picture of a table of figures: bars, a heat table or a curve, and the strip of an ad."""

from __future__ import annotations

from collections.abc import Sequence

from codetui.core.statistics.counted import CountedAd
from codetui.core.statistics.table import FigureTable, Value
from codetui.core.text.display import plural
from codetui.formats.pictures.picture import Bar, Bars, Curve, Heat, Picture, Series, Strip, StripRow
from codetui.model import Words

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

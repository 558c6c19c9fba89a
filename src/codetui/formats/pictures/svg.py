"""Pictures as SVG: light and dark, without scripts, with the figures in words for screen readers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from textwrap import wrap

from codetui.core.text.display import STAND_IN, sanitize
from codetui.core.text.layout import cluster_cells
from codetui.formats.pictures.picture import STEPS, Bars, Curve, Heat, Picture, Scale, Strip, in_words, number

WIDTH = 480
"""Units of the width, which a phone shows at about three quarters; a heat table of many columns is wider."""

SIZE = 12
"""Units of the height of letters."""

ADVANCE = 6.6
"""Units that a letter takes on average, with a margin."""

LINE = 15
ROW = 22
LABELS = 0.42
"""The largest share of the width that labels may use."""

PLOT = 220
"""Units of the height of a curve."""

CELL = 34
"""Units of the width of a cell of a heat table, at least."""

STYLE = """\
.cp-paper { fill: #ffffff } .cp-text { fill: #1b1f24 } .cp-soft { fill: #57606a } .cp-mark { fill: #2f6db5 }
.cp-line { stroke: #8b949e } .cp-grid { stroke: #d8dee4 } .cp-shade { fill: #6baed6 } .cp-curve { fill: none }
.cp-track { fill: #eaeef2 }
.cp-one { stroke: #2f6db5 } .cp-two { stroke: #b35900 } .cp-three { stroke: #1a7f37 } .cp-four { stroke: #8250df }
@media screen and (prefers-color-scheme: dark) {
.cp-paper { fill: #14181d } .cp-text { fill: #e8edf2 } .cp-soft { fill: #a9b4c0 } .cp-mark { fill: #6fa8e8 }
.cp-line { stroke: #6e7781 } .cp-grid { stroke: #30363d } .cp-shade { fill: #2f6f9f } .cp-track { fill: #262c34 }
.cp-one { stroke: #6fa8e8 } .cp-two { stroke: #f0a04b } .cp-three { stroke: #56d364 } .cp-four { stroke: #bc8cff }
}
"""
"""The colours; a page with several pictures has them once."""

LINES = (("cp-one", ""), ("cp-two", "6 3"), ("cp-three", "2 3"), ("cp-four", "9 3 2 3"))
"""The colour and dashes of each line of a curve."""


def to_svg(picture: Picture, *, name: str = "picture", is_inline: bool = False) -> str:
    """Render a picture; `name` begins its ids, which differ on a page with several pictures.

    With `is_inline` the colours are left out, which the page has.
    """
    canvas = _Canvas()
    canvas.title(picture.title)
    match picture:
        case Bars():
            _draw_bars(canvas, picture)
        case Heat():
            _draw_heat(canvas, picture)
        case Curve():
            _draw_curve(canvas, picture)
        case Strip():
            _draw_strip(canvas, picture)
    width, height = canvas.width, canvas.bottom + 10
    wide = ' class="cp-wide"' if width > WIDTH else ""
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}"{wide} role="img" aria-labelledby="{name}-title {name}-desc" '
        f'font-family="system-ui, sans-serif" font-size="{SIZE}">'
    )
    parts = [
        head,
        f'<title id="{name}-title">{_escaped(picture.title)}</title>',
        f'<desc id="{name}-desc">{_escaped(in_words(picture))}</desc>',
        *([] if is_inline else [f"<style>{STYLE}</style>"]),
        f'<rect class="cp-paper" width="{width:g}" height="{height:g}"/>',
        *canvas.parts,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


class _Canvas:
    """The elements drawn so far; `bottom` is the lowest place that is taken."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.width: float = WIDTH
        self.bottom: float = 8

    def title(self, words: str) -> None:
        """Write the title in bold, on as many lines as it needs."""
        for line in _wrapped(words, (WIDTH - 16) * 0.93, 3):
            self.text(8, self.bottom + 12, line, extra=' font-weight="600"')
            self.bottom += LINE + 1
        self.bottom += 6

    def text(
        self, x: float, y: float, words: str, *, of: str = "text", anchor: str = "start", extra: str = "", tip: str = ""
    ) -> None:
        """Write words with their base line at `y`; `tip` is shown when the mouse rests on them."""
        at = "" if anchor == "start" else f' text-anchor="{anchor}"'
        whole = f"<title>{_escaped(tip)}</title>" if tip else ""
        self.parts.append(f'<text class="cp-{of}" x="{x:g}" y="{y:g}"{at}{extra}>{whole}{_escaped(words)}</text>')

    def rect(self, of: str, x: float, y: float, width: float, height: float, extra: str = "") -> None:
        """Draw a rectangle."""
        place = f'x="{_short(x)}" y="{_short(y)}" width="{_short(width)}" height="{_short(height)}"'
        self.parts.append(f'<rect class="cp-{of}" {place}{extra}/>')

    def line(self, of: str, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a straight line."""
        ends = f'x1="{_short(x1)}" y1="{_short(y1)}" x2="{_short(x2)}" y2="{_short(y2)}"'
        self.parts.append(f'<line class="cp-{of}" {ends}/>')

    def labels(self, labels: Sequence[str], height: float, room: float) -> None:
        """Write labels of rows, right-aligned at `room`, on two lines at most."""
        for label in labels:
            lines = _wrapped(label, room - 8, 2)
            middle = self.bottom + height / 2 + 4
            for at, line in enumerate(lines):
                y = middle + (at - (len(lines) - 1) / 2) * (SIZE + 1)
                is_cut = line.endswith("…") and line is lines[-1]
                self.text(room, y, line, anchor="end", tip=label if is_cut else "")
            self.bottom += height

    def ticks(self, scale: Scale, left: float, right: float, top: float, unit: str) -> None:
        """Draw the grid lines and labels of a scale from `left` to `right` below the marks, and its unit."""
        for tick in scale.ticks:
            x = left + (right - left) * scale.share(tick)
            self.line("grid", x, top, x, self.bottom)
        self.line("line", left, self.bottom, right, self.bottom)
        free = left - 20
        for tick in scale.ticks:
            x, words = left + (right - left) * scale.share(tick), number(tick)
            half = _length(words) / 2
            x = min(x, self.width - 4 - half)
            if x - half >= free:
                self.text(x, self.bottom + LINE, words, of="soft", anchor="middle")
                free = x + half + 4
        self.text((left + right) / 2, self.bottom + 2 * LINE, unit, of="soft", anchor="middle")
        self.bottom += 2 * LINE


def _draw_bars(canvas: _Canvas, picture: Bars) -> None:
    if not picture.bars:
        _draw_nothing(canvas, picture)
        return
    labels = [bar.label for bar in picture.bars]
    left = _label_room(labels) + 8
    right = WIDTH - max(_length(bar.words) for bar in picture.bars) - 16
    top, height = canvas.bottom, _row_height(labels, left - 8)
    marks = _Canvas()
    for at, bar in enumerate(picture.bars):
        y, length = top + at * height, (right - left) * picture.scale.share(bar.value)
        marks.rect("mark", left, y + 4, max(length, 1 if bar.value > 0 else 0), height - 8)
        marks.text(left + length + 5, y + height / 2 + 4, bar.words)
    canvas.labels(labels, height, left - 8)
    canvas.ticks(picture.scale, left, right, top, picture.unit)
    canvas.parts += marks.parts


def _draw_heat(canvas: _Canvas, picture: Heat) -> None:
    if not picture.rows or not picture.columns:
        _draw_nothing(canvas, picture)
        return
    left = _label_room(picture.rows) + 8
    shown = [["–" if cell is None else number(cell) for cell in row] for row in picture.cells]
    widest = max(_length(cell) for row in shown for cell in row) + 8
    count = len(picture.columns)
    longest = max(map(_length, picture.columns)) + 6
    cell = max(CELL, widest, min((WIDTH - 8 - left) / count, max(longest, 60)))
    is_turned = longest > cell
    canvas.width = max(WIDTH, left + cell * count + 8 + (30 if is_turned else 0))
    deep = min(longest * 0.72, 110) + 10 if is_turned else LINE + 4
    for at, name in enumerate(picture.columns):
        x, y = left + (at + 0.5) * cell, canvas.bottom + deep - 6
        words = _wrapped(name, 110 / 0.72 if is_turned else cell, 1)[0]
        turn = f' transform="rotate(-45 {x:g} {y:g})"' if is_turned else ""
        anchor = "start" if is_turned else "middle"
        canvas.text(x, y, words, anchor=anchor, extra=turn, tip=name if words != name else "")
    canvas.bottom += deep
    top, height = canvas.bottom, _row_height(picture.rows, left - 8)
    canvas.labels(picture.rows, height, left - 8)
    for at, row in enumerate(picture.cells):
        for column, value in enumerate(row):
            x, y = left + column * cell, top + at * height
            if step := picture.step(value):
                canvas.rect("shade", x + 1, y + 1, cell - 2, height - 2, _opacity(step))
            canvas.text(x + cell / 2, y + height / 2 + 4, shown[at][column], anchor="middle")
    _draw_legend(canvas, picture)


def _draw_legend(canvas: _Canvas, picture: Heat) -> None:
    """Draw the shades with their numbers, and the unit."""
    x, y = 8.0, canvas.bottom + 10
    canvas.text(x, y + 11, picture.unit, of="soft")
    x += _length(picture.unit) + 12
    for step in range(1, STEPS + 1):
        words = picture.bounds(step)
        if not words:
            continue
        if x + 20 + _length(words) > canvas.width - 8:
            x, y = 8.0, y + LINE + 4
        canvas.rect("shade", x, y, 14, 14, _opacity(step))
        canvas.text(x + 18, y + 11, words, of="soft")
        x += 28 + _length(words)
    canvas.bottom = y + LINE


def _opacity(step: int) -> str:
    return f' fill-opacity="{step / STEPS:g}"'


def _draw_curve(canvas: _Canvas, picture: Curve) -> None:
    drawn = [one for one in picture.series if one.points]
    if not drawn:
        _draw_nothing(canvas, picture)
        return
    canvas.text(8, canvas.bottom + 10, picture.y_unit, of="soft")
    canvas.bottom += LINE + 6
    left = 16 + max(_length(number(tick)) for tick in picture.y_scale.ticks)
    right, top = WIDTH - 16, canvas.bottom
    for tick in picture.y_scale.ticks:
        y = top + PLOT * (1 - picture.y_scale.share(tick))
        canvas.line("grid", left, y, right, y)
        canvas.text(left - 6, y + 4, number(tick), of="soft", anchor="end")
    canvas.bottom = top + PLOT
    canvas.ticks(picture.x_scale, left, right, top, picture.x_unit)
    for one, (colour, dashes) in zip(drawn, LINES, strict=False):
        points = " ".join(
            f"{_short(left + (right - left) * picture.x_scale.share(x))},"
            f"{_short(top + PLOT * (1 - picture.y_scale.share(y)))}"
            for x, y in one.points
        )
        canvas.parts.append(f'<polyline class="cp-curve {colour}"{_dashes(dashes)} points="{points}"/>')
    for words, (colour, dashes) in zip(in_words(picture).removesuffix(".").split("; "), LINES, strict=False):
        canvas.bottom += 10
        y = canvas.bottom + 8
        canvas.parts.append(f'<path class="cp-curve {colour}"{_dashes(dashes)} d="M8 {y:g}h28"/>')
        for at, line in enumerate(_wrapped(words, WIDTH - 52, 3)):
            canvas.text(42, y + 4 + at * LINE, line)
            canvas.bottom += LINE


def _dashes(dashes: str) -> str:
    return ' stroke-width="2"' + (f' stroke-dasharray="{dashes}"' if dashes else "")


def _draw_strip(canvas: _Canvas, picture: Strip) -> None:
    if not picture.rows:
        _draw_nothing(canvas, picture)
        return
    labels = [row.label for row in picture.rows]
    left, right = _label_room(labels) + 8, WIDTH - 36
    top, height = canvas.bottom, _row_height(labels, left - 8)
    marks = _Canvas()
    for at, row in enumerate(picture.rows):
        y = top + at * height
        marks.rect("track", left, y + 5, right - left, height - 10)
        for start, end in row.spans:
            x = left + (right - left) * picture.scale.share(start)
            length = (right - left) * (picture.scale.share(end) - picture.scale.share(start))
            marks.rect("mark", x, y + 5, max(length, 2), height - 10)
        marks.text(WIDTH - 8, y + height / 2 + 4, number(len(row.spans)), anchor="end")
    canvas.labels(labels, height, left - 8)
    canvas.ticks(picture.scale, left, right, top, picture.unit)
    canvas.parts += marks.parts


def _draw_nothing(canvas: _Canvas, picture: Picture) -> None:
    canvas.text(8, canvas.bottom + 12, in_words(picture), of="soft")
    canvas.bottom += LINE + 8


# --- words ------------------------------------------------------------------------------------------


def _label_room(labels: Sequence[str]) -> float:
    """Return the width of the column of labels."""
    return min(8 + max(map(_length, labels)), WIDTH * LABELS)


def _row_height(labels: Sequence[str], room: float) -> float:
    """Return the height of a row, which is larger if a label needs two lines."""
    return ROW if all(_length(label) <= room - 8 for label in labels) else ROW + 12


def _length(words: str) -> float:
    """Return about how many units wide words are."""
    return ADVANCE * sum(cluster_cells(_plain(words)))


def _wrapped(words: str, room: float, most: int) -> list[str]:
    """Return words on at most `most` lines of `room` units, with `…` where they were cut."""
    # Wide characters count twice, so that a line of them is cut at half the number.
    plain = _plain(words)
    average = sum(cluster_cells(plain)) / max(len(plain), 1)
    letters = max(int(room / ADVANCE / max(average, 1) + 0.01), 4)
    if most == 1:
        return [plain if len(plain) <= letters else plain[: letters - 1].rstrip() + "…"]
    return wrap(plain, letters, max_lines=most, placeholder="…") or [""]


def _plain(words: str) -> str:
    """Return words on one line, without what XML does not allow."""
    return sanitize(" ".join(words.split())).translate({0xFFFE: STAND_IN, 0xFFFF: STAND_IN})


def _escaped(words: str) -> str:
    return escape(_plain(words))


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")

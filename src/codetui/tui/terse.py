"""A picture in few bytes: over SSH each key waits for what the one before has sent.

Textual writes every piece of a row with its place, its whole style and a reset.  Here a place is written where the
cursor is not there already, and of a style what differs from the one before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.control import Control
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

RESET = "\x1b[0m"
FOREGROUND = {"39", *map(str, (*range(30, 38), *range(90, 98)))}
BACKGROUND = {"49", *map(str, (*range(40, 48), *range(100, 108)))}


class Piece(NamedTuple):
    """Cells of row `y`, from column `x`."""

    y: int
    x: int
    strip: Strip


def terse(picture: RenderableType | None) -> RenderableType | None:
    """A picture of Textual's, or a part of one, that is written in few bytes; anything else as it is."""
    return TerseUpdate(list(_pieces(picture))) if isinstance(picture, ChopsUpdate | LayoutUpdate) else picture


class TerseUpdate(CompositorUpdate):
    """Writes cells, row by row, in few bytes."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self._pieces = pieces

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for y, x, strip in self._pieces:
            yield Control.move_to(x, y)
            yield from strip

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal, which stands without a style before and after."""
        colours = console._color_system or ColorSystem.TRUECOLOR
        written: list[str] = []
        pen = ""
        cursor = None
        for y, x, strip in self._pieces:
            if (x, y) != cursor:
                written.append(f"\x1b[{y + 1};{x + 1}H")
            text, pen, is_narrow = _kept(strip, pen, colours)
            written.append(text)
            # Terminals differ in how wide they draw some characters: behind those the place is said again.
            cursor = (x + strip.cell_length, y) if is_narrow else None
        if pen:
            written.append(RESET)
        return "".join(written)


class Written(NamedTuple):
    """A strip as it is written, the pen behind it, and whether every terminal draws it as wide as it is."""

    text: str
    pen: str
    is_narrow: bool


_MOST = 1024
_written: dict[tuple[int, str, ColorSystem], tuple[Strip, Written]] = {}
"""By a strip's id; it is held, so that no other has this id.  The oldest goes first."""


def _kept(strip: Strip, pen: str, colours: ColorSystem) -> Written:
    """A strip as it is written with this pen in hand: rows that only scroll are worked out once."""
    key = (id(strip), pen, colours)
    known = _written.get(key)
    if known is None:
        if len(_written) >= _MOST:
            del _written[next(iter(_written))]
        known = _written[key] = (strip, _write(strip, pen, colours))
    return known[1]


def _write(strip: Strip, pen: str, colours: ColorSystem) -> Written:
    written: list[str] = []
    is_narrow = True
    for text, style, _ in strip:
        wanted = _codes(style, colours) if style else ""
        if wanted != pen:
            written.append(_change(pen, wanted))
            pen = wanted
        written.append(text if style is None or not style.link else _linked(text, style))
        is_narrow = is_narrow and text.isascii() and text.isprintable()
    return Written("".join(written), pen, is_narrow)


def _pieces(update: ChopsUpdate | LayoutUpdate) -> Iterator[Piece]:
    """What a picture of Textual's writes."""
    if isinstance(update, LayoutUpdate):
        for y, strips in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in strips:
                yield Piece(y, x, strip)
                x += strip.cell_length
        return
    for y, start, end in update.spans:
        for piece_end, (x, piece) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if piece is not None and x <= end and piece_end > start:
                is_whole = start <= x < end and piece_end <= end
                yield Piece(y, x, piece if is_whole else piece.crop(0, min(piece_end, end) - x))


def _linked(text: str, style: Style) -> str:
    return f"\x1b]8;id={style.link_id};{style.link}\x1b\\{text}\x1b]8;;\x1b\\"


@lru_cache(maxsize=4096)
def _codes(style: Style, colours: ColorSystem) -> str:
    """The parameters of a style: `1;38;2;0;0;0`."""
    return Strip.render_ansi(style, colours)


@lru_cache(maxsize=4096)
def _change(before: str, after: str) -> str:
    """What makes one style of another: what is added, or a reset and the whole."""
    flags_before, *colours_before = _parts(before)
    flags, *colours = _parts(after)
    takes_away = flags_before - flags or any(had and not has for had, has in zip(colours_before, colours, strict=True))
    if takes_away:
        return f"\x1b[0;{after}m" if after else RESET
    added = sorted(flags - flags_before, key=int)
    added += [has for had, has in zip(colours_before, colours, strict=True) if has != had]
    return f"\x1b[{';'.join(added)}m"


def _parts(codes: str) -> tuple[frozenset[str], str, str]:
    """The flags, the foreground and the background of a style's parameters."""
    rest = iter(codes.split(";") if codes else ())
    flags, foreground, background = set(), "", ""
    for code in rest:
        if code in ("38", "48"):
            kind = next(rest)
            colour = ";".join((code, kind, *(next(rest) for _ in range(3 if kind == "2" else 1))))
            foreground, background = (colour, background) if code == "38" else (foreground, colour)
        elif code in FOREGROUND:
            foreground = code
        elif code in BACKGROUND:
            background = code
        else:
            flags.add(code)
    return frozenset(flags), foreground, background

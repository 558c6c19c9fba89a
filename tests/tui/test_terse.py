"""What is written in few bytes gives the same cells as what the toolkit writes."""

from __future__ import annotations

import re

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from codetui.tui.terse import Piece, TerseUpdate, terse

WIDTH, HEIGHT, PIECE = 24, 5, 6

colours = st.none() | st.sampled_from([Color.parse(name) for name in ("default", "red", "bright_blue", "color(120)")])
colours |= st.builds(Color.from_rgb, st.integers(0, 3), st.integers(0, 3), st.just(7))
flags = st.none() | st.booleans()
styles = st.builds(Style, color=colours, bgcolor=colours, bold=flags, underline=flags, reverse=flags, strike=flags)
texts = st.text("ab ▏é漢", min_size=1, max_size=4)
segments = st.lists(st.builds(Segment, texts, st.none() | styles, st.none()), min_size=1, max_size=4)
pieces = st.builds(lambda segments: Strip(segments).adjust_cell_length(PIECE), segments)
rows = st.lists(st.lists(pieces, min_size=WIDTH // PIECE, max_size=WIDTH // PIECE), min_size=HEIGHT, max_size=HEIGHT)
spans = st.tuples(st.integers(0, HEIGHT - 1), st.integers(0, WIDTH - 1), st.integers(1, WIDTH)).map(
    lambda one: (one[0], min(one[1:]), max(*one[1:], min(one[1:]) + 1))
)
CONSOLE = Console(color_system="truecolor", force_terminal=True)


def cells(written: str) -> list[list[pyte.screens.Char]]:
    """The cells of a terminal that had others before."""
    screen = pyte.Screen(WIDTH, HEIGHT)
    stream = pyte.Stream(screen)
    stream.feed("#" * WIDTH * HEIGHT + "\x1b[H")
    stream.feed(written)
    assert screen.cursor.attrs == screen.default_char
    return [[screen.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]


def assert_same(update: ChopsUpdate | LayoutUpdate) -> None:
    written = terse(update)
    assert isinstance(written, CompositorUpdate)
    assert cells(written.render_segments(CONSOLE)) == cells(update.render_segments(CONSOLE))


@given(rows)
def test_a_whole_picture_has_the_same_cells(picture: list[list[Strip]]) -> None:
    assert_same(LayoutUpdate(list(picture), Region(0, 0, WIDTH, HEIGHT)))


@given(
    rows,
    st.lists(spans, min_size=1, unique_by=lambda span: span[0]),
    st.sets(st.integers(0, WIDTH // PIECE - 1)),
)
def test_a_part_of_a_picture_has_the_same_cells(
    picture: list[list[Strip]], parts: list[tuple[int, int, int]], missing: set[int]
) -> None:
    chops = [{place * PIECE: None if place in missing else piece for place, piece in enumerate(row)} for row in picture]
    ends = [[(place + 1) * PIECE for place in range(len(row))] for row in picture]
    assert_same(ChopsUpdate(chops, sorted(parts), ends))


def test_a_style_is_written_once_and_a_place_where_the_cursor_is_not() -> None:
    plain, bold = Style(color="#010203", bgcolor="#040506"), Style(color="#010203", bgcolor="#040506", bold=True)
    row = [Strip([Segment("lamp", plain), Segment("s ", plain)]), Strip([Segment("are", plain), Segment("lit", bold)])]
    update = LayoutUpdate([row, [Strip([Segment("é", bold)]), Strip([Segment("x", bold)])]], Region(0, 0, 12, 2))
    assert terse(update).render_segments(CONSOLE) == (
        "\x1b[1;1H\x1b[38;2;1;2;3;48;2;4;5;6mlamps are\x1b[1mlit\x1b[2;1Hé\x1b[2;2Hx\x1b[0m"
    )


def test_a_terminal_of_few_colours_is_given_those() -> None:
    line = Strip([Segment("a", Style(color="red")), Segment("b", Style(color="bright_green")), Segment("c")])
    written = TerseUpdate([Piece(0, 0, line)])
    assert written.render_segments(Console(color_system="standard", force_terminal=True)) == (
        "\x1b[1;1H\x1b[31ma\x1b[92mb\x1b[0mc"
    )


def test_a_link_stays_a_link() -> None:
    update = LayoutUpdate([[Strip([Segment("x", Style(link="https://e.org", bold=True))])]], Region(0, 0, 1, 1))
    written = terse(update).render_segments(CONSOLE)
    assert re.fullmatch(r"\x1b\[1;1H\x1b\[1m\x1b\]8;id=\d+;https://e\.org\x1b\\x\x1b\]8;;\x1b\\\x1b\[0m", written)


def test_what_is_no_picture_stays_as_it_is() -> None:
    assert terse(None) is None
    assert terse("words") == "words"

"""What is painted key by key is what painting the whole screen gives."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pyte
import pytest
from rich.cells import cell_len
from rich.console import Console, RenderableType
from textual._compositor import CompositorUpdate, LayoutUpdate
from textual.geometry import Region, Size
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip

from codetui.tui.app import CodetuiApp
from codetui.tui.compositing import FrontFirst
from codetui.tui.terse import terse
from codetui.tui.themes import register_themes
from codetui.tui.widgets.code_panel import CodePanel
from testing.keys import keys_of, press, running, workspace_on, write_ad

CONSOLE = Console(color_system="truecolor", force_terminal=True)
AD = "\n\n".join(
    f"# Part {number}\n\n- Je bouwt lamp {number} én 漢字.\n- You tend it, day {number}, and write it down for others."
    for number in range(20)
)
NAMED = ("end", "shift+right", "pagedown", "pageup", "down", "up", "escape", "enter", "space", "tab", "f4")
WALK = (
    *("s1", "1", "11", "12", "2", "a", ".", "s", "w", "m", "n", "u", "U", "x", "b", "f", "p", "?", "R", "t", "/da"),
    *(f"<{name}>" for name in NAMED),
)
"""Keys that a coder might press in any order, wrong ones with them."""


class Shown:
    """What a terminal shows of all that the program has written to it."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.screen = pyte.Screen(*size)
        self._stream = pyte.Stream(self.screen)

    def take(self, picture: RenderableType | None) -> None:
        """What the program writes."""
        written = terse(picture)
        if isinstance(written, CompositorUpdate):
            self._stream.feed(written.render_segments(CONSOLE))

    def cells(self) -> list[list[pyte.screens.Char]]:
        """The cells, row by row; of a sign two cells wide that something lies over half of nothing is left."""
        columns = range(self.screen.columns)
        rows = [[self.screen.buffer[y][x] for x in columns] for y in range(self.screen.lines)]
        for row in rows:
            for x in columns[:-1]:
                if cell_len(row[x].data) > 1 and row[x + 1].data:
                    row[x] = row[x]._replace(data=" ")
        return rows


def shown_from_now_on(monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]) -> Shown:
    """A terminal in the place of the app's way to one."""
    shown = Shown(size)

    def display(app: CodetuiApp, screen: Screen[object], picture: RenderableType | None) -> None:
        shown.take(picture)

    monkeypatch.setattr(CodetuiApp, "_display", display)
    return shown


def painted_whole(app: CodetuiApp) -> list[list[pyte.screens.Char]]:
    """The cells of the screen as the toolkit paints it when it paints all."""
    strips: list[list[Strip]] = [[strip] for strip in app.screen._compositor.render_strips()]
    shown = Shown(app.size)
    shown.take(LayoutUpdate(list(strips), Region(0, 0, *app.size)))
    return shown.cells()


async def assert_same(pilot: Pilot[object], shown: Shown, keys: list[str]) -> None:
    """What is shown is the whole; a worker may just now have said something that is not painted yet."""
    app = pilot.app
    assert isinstance(app, CodetuiApp)
    for _ in range(20):
        await pilot.pause()
        if shown.cells() == painted_whole(app):
            return
    rows = [y for y, (one, two) in enumerate(zip(shown.cells(), painted_whole(app), strict=True)) if one != two]
    raise AssertionError(f"after {keys} rows {rows} are not as they should be:\n" + "\n".join(shown.screen.display))


@pytest.mark.parametrize(("size", "seed"), [((80, 24), 1), ((80, 24), 2), ((120, 30), 3), ((140, 40), 4)])
async def test_key_by_key_the_screen_is_what_the_whole_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], seed: int
) -> None:
    write_ad(tmp_path, AD)
    write_ad(tmp_path, AD[::-1], "2_other.txt")
    shown = shown_from_now_on(monkeypatch, size)
    random, pressed = Random(seed), ["(nothing)"]
    async with running(workspace_on(tmp_path), size=size) as (pilot, bench):
        assert isinstance(bench._compositor, FrontFirst)
        await assert_same(pilot, shown, pressed)
        for _ in range(40):
            keys = random.choice(WALK)
            pressed.append(keys)
            await pilot.press(*keys_of(keys))
            await assert_same(pilot, shown, pressed)
            if pilot.app.screen is not bench and random.random() < 0.6:
                await press(pilot, "<escape>")


async def test_the_panel_keeps_its_place_and_is_not_there_while_it_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ad(tmp_path, AD)
    shown = shown_from_now_on(monkeypatch, (100, 30))
    async with running(workspace_on(tmp_path), size=(100, 30)) as (pilot, bench):
        for keys, is_open in (("s1", True), ("<escape>", False), ("1", True), ("1", False), ("s2", True)):
            await press(pilot, keys)
            await assert_same(pilot, shown, [keys])
            under, _ = bench.get_widget_at(90, 22)
            assert bench.panel.is_open == is_open
            assert any(isinstance(one, CodePanel) for one in under.ancestors_with_self) == is_open
        await press(pilot, "<escape>")
        shown.screen.resize(24, 80)
        await pilot.resize_terminal(80, 24)
        await assert_same(pilot, shown, ["another size"])
        await press(pilot, "1")
        await assert_same(pilot, shown, ["1 in another size"])
        assert bench.panel.region.right == 80
        assert pilot.app.size == Size(80, 24)


@pytest.mark.parametrize("last", ["textual-light", "nord"])
async def test_another_theme_leaves_nothing_of_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    pictures = []
    for number, first in enumerate((last, "textual-dark")):
        folder = tmp_path / str(number)
        folder.mkdir()
        write_ad(folder, AD)

        def begin_with(app: CodetuiApp, theme: str = first) -> None:
            register_themes(app)
            app.theme = theme

        monkeypatch.setattr("codetui.tui.app.register_themes", begin_with)
        async with running(workspace_on(folder), size=(120, 30)) as (pilot, bench):
            await press(pilot, "s11s1<escape>zt")
            pilot.app.theme = last
            await pilot.pause()
            await press(pilot, "<down>1<escape>")
            assert isinstance(pilot.app, CodetuiApp)
            assert bench.focused is bench.outline
            pictures.append(painted_whole(pilot.app))
    assert pictures[0] == pictures[1]


async def test_a_wide_sign_under_the_edge_of_the_panel_is_whole_again_when_it_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_ad(tmp_path, "\n\n".join(("a" * (number % 2)) + "漢字" * 30 for number in range(12)))
    for columns in (110, 111):
        shown = shown_from_now_on(monkeypatch, (columns, 30))
        async with running(workspace_on(tmp_path), size=(columns, 30)) as (pilot, bench):
            before = shown.cells()
            for _ in range(2):
                await press(pilot, "1")
                place = bench.panel.region
                open_rows = shown.cells()[place.y : place.bottom]
                assert [row[place.x].data for row in open_rows] == ["╭", *"│" * (place.height - 2), "╰"]
                assert {" "} < {row[place.x - 1].data for row in open_rows}
                await press(pilot, "<escape>")
                await assert_same(pilot, shown, ["escape"])
                assert shown.cells()[place.y : place.bottom] == before[place.y : place.bottom]

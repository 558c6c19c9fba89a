"""A view that scrolls is laid out and painted only where it changes."""

from __future__ import annotations

from collections.abc import Hashable

import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip
from textual.widgets import Static

from codetui.tui.widgets.steady_scroll import SteadyScroll

HEIGHT = 10


class Rows(SteadyScroll):
    """Numbers its rows, and notes which were painted."""

    def __init__(self) -> None:
        super().__init__(self.looks)
        self.painted: list[int] = []
        self.changed: set[int] = set()

    def looks(self, rows: range) -> list[Hashable]:
        top = self.scroll_offset.y
        return [(top + y, top + y in self.changed) for y in rows]

    def render_line(self, y: int) -> Strip:
        self.painted.append(y)
        return Strip.blank(self.size.width)


class RowsApp(App[None]):
    """Rows, and something that opens over them."""

    CSS = """
    Rows { overflow-x: hidden; }
    Static { overlay: screen; position: absolute; height: 2; width: 5; offset: 3 3; display: none; }
    """

    def compose(self) -> ComposeResult:
        yield Static("over")
        yield Rows()


async def test_what_opens_over_the_rows_has_them_painted_only_under_it(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[ScrollBar] = []
    app = RowsApp()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        view = app.query_one(Rows)
        view.set_rows(100)
        await pilot.pause()
        assert view.show_vertical_scrollbar
        render = ScrollBar.render
        monkeypatch.setattr(ScrollBar, "render", lambda bar: [bars.append(bar), render(bar)][1])
        view.painted.clear()
        for is_open in (True, False):
            app.query_one(Static).display = is_open
            await pilot.pause()
            assert app.query_one(Static).region.height == (2 if is_open else 0)
        assert view.painted == []
        assert bars == []
        view.scroll_to(y=5, animate=False)
        await pilot.pause()
        assert view.painted == [5, 6, 7, 8, 9]
        assert bars != []


async def test_the_bar_and_the_scroll_follow_the_rows() -> None:
    app = RowsApp()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        view = app.query_one(Rows)
        view.set_rows(100)
        await pilot.pause()
        view.scroll_to(y=90, animate=False)
        for rows, top in ((100, 90), (50, 40), (120, 40), (3, 0), (100, 0)):
            view.set_rows(rows)
            await pilot.pause()
            assert (rows, view.scroll_offset.y, view.vertical_scrollbar.position) == (rows, top, top)
            assert view.virtual_size.height == view.vertical_scrollbar.window_virtual_size == rows
            assert view.show_vertical_scrollbar == (rows > HEIGHT)


async def test_more_rows_have_nothing_painted_that_stays_as_it_is() -> None:
    app = RowsApp()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        view = app.query_one(Rows)
        view.set_rows(100)
        await pilot.pause()
        view.painted.clear()
        view.set_rows(101)
        view.changed.add(4)
        view.refresh_changed()
        await pilot.pause()
        assert view.painted == [4]


async def test_rows_that_were_in_view_before_are_not_painted_again() -> None:
    app = RowsApp()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        view = app.query_one(Rows)
        view.set_rows(100)
        await pilot.pause()
        shown = view.render_lines(Region(0, 0, view.size.width, HEIGHT))
        view.scroll_to(y=1, animate=False)
        await pilot.pause()
        view.painted.clear()
        assert view.render_lines(Region(0, 0, view.size.width, HEIGHT))[:-1] == shown[1:]
        view.scroll_to(y=0, animate=False)
        await pilot.pause()
        assert view.painted == []
        view.repaint()
        await pilot.pause()
        assert view.painted == list(range(HEIGHT))


async def test_the_bar_looks_as_the_toolkit_paints_it() -> None:
    app = RowsApp()
    async with app.run_test(size=(40, HEIGHT)) as pilot:
        view, seen = app.query_one(Rows), set[str]()
        view.set_rows(64)
        await pilot.pause()
        bar = view.vertical_scrollbar
        for top in (*range(40), *range(40)):
            view.scroll_to(y=top, animate=False)
            bar.mouse_over = top % 3 == 0
            app.theme = "textual-light" if top > 20 else "textual-dark"
            await pilot.pause()
            kept = bar.render_lines(bar.size.region)
            bar.refresh()
            assert kept == ScrollBar.render_lines(bar, bar.size.region)
            seen.update(strip.text for strip in kept)
        assert len(seen) == len(" ▁▂▃▄▅▆▇")

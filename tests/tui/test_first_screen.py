"""The content of the first frame, and the effect of keys typed before it."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widget import AwaitMount, Widget

from codetui.study.workspace import Workspace
from codetui.tui import app as tui_app
from codetui.tui.app import CodetuiApp
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, workspace_on, write_ad

LONG = "\n".join(
    f"Sentence number {number} of a rather long ad, which wraps where it is narrow." for number in range(200)
)
SIZES = [(80, 24), (120, 40)]


class FirstPicture(CodetuiApp):
    """Records the content of the first frame of the workbench."""

    CSS_PATH = [Path(tui_app.__file__).parent / path for path in CodetuiApp.CSS_PATH]

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.rows: list[str] = []
        self.classes_then: frozenset[str] = frozenset()

    def post_display_hook(self) -> None:
        """Record a frame; Textual calls this after painting one."""
        super().post_display_hook()
        screen = self.screen
        if self.rows or not isinstance(screen, WorkbenchScreen) or not screen.document.size:
            return
        view = screen.document
        self.rows = [view.render_line(y).text.strip() for y in range(view.size.height)]
        self.classes_then = screen.classes


@pytest.mark.parametrize("size", SIZES)
async def test_the_first_frame_shows_where_the_coder_stopped(tmp_path: Path, size: tuple[int, int]) -> None:
    write_ad(tmp_path, LONG)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await pilot.resize_terminal(*size)
        await press(pilot, "<pagedown><pagedown>s11")
        top = bench.document.top_offset
        await pilot.app.action_quit()
    app = FirstPicture(workspace_on(tmp_path))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        view = app.screen.document
        assert app.rows == [view.render_line(y).text.strip() for y in range(view.size.height)]
        assert view.top_row > 10
        assert view.top_offset == top
        assert app.classes_then == app.screen.classes


async def test_keys_before_the_first_frame_are_not_lost(tmp_path: Path) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    app = CodetuiApp(workspace_on(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await press(pilot, "s11")
        assert [coding.code for coding in app.screen.state.live()] == ["TASK1"]


async def test_a_click_before_the_first_frame_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    app = CodetuiApp(workspace_on(tmp_path))
    monkeypatch.setattr(WorkbenchScreen, "_complete", lambda _: None)
    async with app.run_test(size=(100, 30)) as pilot:
        bench = app.screen
        assert not bench.is_complete
        await pilot.click("#codebook", offset=(5, 1), times=2)
        assert bench.is_complete and app.screen is not bench


@pytest.mark.parametrize("is_first", [False, True])
async def test_quitting_right_after_the_first_frame_is_clean(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    write_ad(tmp_path, "We need Python and SQL. You like people.")
    mount_deferred, mount = WorkbenchScreen.mount_deferred, WorkbenchScreen.mount

    async def left_before(bench: WorkbenchScreen) -> None:
        bench.app.exit(0)
        await mount_deferred(bench)

    def left_between(bench: WorkbenchScreen, *widgets: Widget, **place: int | Widget | None) -> AwaitMount:
        mounted = mount(bench, *widgets, **place)
        if any(isinstance(widget, CodePanel) for widget in widgets):
            bench.app.exit(0)
        return mounted

    if is_first:
        monkeypatch.setattr(WorkbenchScreen, "mount_deferred", left_before)
    else:
        monkeypatch.setattr(WorkbenchScreen, "mount", left_between)
    app = CodetuiApp(workspace_on(tmp_path))
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
    assert app.return_code == 0

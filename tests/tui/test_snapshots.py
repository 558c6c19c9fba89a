"""Pictures of the screens.  Each docstring says what the eye should see."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from codetui.tui.app import CodetuiApp
from testing.keys import keys_of
from testing.pilot import IdleLoop, QuickPilot

ROOT = Path(__file__).resolve().parents[2]
NARROW, WIDE = (80, 24), (140, 40)
CODED = "ssss13s12/PyTorch<enter>24s13"
SHOWN = (
    CODED + "s15/Docker<enter>26/PostgreSQL<enter>29p1Forecasts are what the job is about.<ctrl+s>/responsib<enter>s35"
)
Snap = Callable[..., bool]


@pytest.fixture(autouse=True)
def idle_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return a loop that detects when it is idle; the snapshot tool runs the program itself, on any loop."""
    run = App.run

    def run_on_idle_loop(app: App[object], **options: object) -> object:
        with closing(IdleLoop()) as loop:
            return run(app, loop=loop, **options)

    monkeypatch.setattr(App, "run", run_on_idle_loop)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Return the shipped study, with sessions."""
    monkeypatch.chdir(tmp_path)
    for name in ("ads", "references"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "codebook.toml", tmp_path / "codebook.toml")
    return open_workspace(Study.open(), "rosa")


def after(keys: str, theme: str = "textual-dark") -> Callable[[Pilot[object]], Awaitable[None]]:
    """Press keys after the corpus is listed."""

    async def run(given: Pilot[object]) -> None:
        pilot = QuickPilot(given.app)
        pilot.app.theme = theme
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.press(*keys_of(keys))
        await pilot.pause()

    return run


@pytest.mark.parametrize(("size", "keys"), [(NARROW, CODED), (WIDE, SHOWN)], ids=["narrow", "wide"])
def test_workbench(snap_compare: Snap, workspace: Workspace, size: tuple[int, int], keys: str) -> None:
    """An ad with coded quotations, and bars with short keys to their left; wide, the codebook beside it."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=size, run_before=after(keys))


def test_jump_labels(snap_compare: Snap, workspace: Workspace) -> None:
    """Letters on every word in view, one on the likeliest starts, two on the others; the rest dimmed."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after("f"))


def test_code_panel(snap_compare: Snap, workspace: Workspace) -> None:
    """The technologies with their keys over the lower half; the first one's examples beside them."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after("s2"))


def test_picker(snap_compare: Snap, workspace: Workspace) -> None:
    """A box with a query and the codes that fit it; the definition of the first below."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after("s<enter>pipe"))


def test_codebook_over_the_ad(snap_compare: Snap, workspace: Workspace) -> None:
    """Narrow: the codebook with its quotations lies over the right of the ad."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after(CODED + "t"))


def test_codebook_change(snap_compare: Snap, workspace: Workspace) -> None:
    """Before a code is split: how many codings in how many ads, and what is left open; nothing is done yet."""

    async def run(pilot: Pilot[object]) -> None:
        await after("ss13s13)sss13)ss13Tstask2<enter><ctrl+n>Prompting<ctrl+s><ctrl+s>")(pilot)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    assert snap_compare(CodetuiApp(workspace), terminal_size=WIDE, run_before=run)


def test_profile(snap_compare: Snap, workspace: Workspace) -> None:
    """The three profiles on the left, all texts of the first one on the right."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=WIDE, run_before=after("p"))


def test_list_of_ads(snap_compare: Snap, workspace: Workspace) -> None:
    """Ten ads with their states; the one in progress is marked and counted."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after("s11a"))


def test_help(snap_compare: Snap, workspace: Workspace) -> None:
    """The keys in groups, with a line to filter them."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after("?"))


def test_refusal(snap_compare: Snap, workspace: Workspace) -> None:
    """A refusal with its remedy in the status line: the ad has no profile."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after("d"))


def test_reader(snap_compare: Snap, workspace: Workspace) -> None:
    """A background document in the place of the codebook."""
    assert snap_compare(CodetuiApp(workspace), terminal_size=WIDE, run_before=after("R"))


def test_light_theme(snap_compare: Snap, workspace: Workspace) -> None:
    """The coded ad on light ground; every tint is legible."""
    run = after(CODED, "textual-light")
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=run)


def test_without_colour(snap_compare: Snap, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """No colour at all: coded words are underlined, the bars show their keys, the selection is reversed."""
    monkeypatch.setenv("NO_COLOR", "1")
    assert snap_compare(CodetuiApp(workspace), terminal_size=NARROW, run_before=after(CODED))

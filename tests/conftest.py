"""What all tests share."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from textual.app import App

from testing.paths import shared_path
from testing.pilot import IdleLoop, run_test

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("random", derandomize=False, deadline=None, print_blob=True)
settings.load_profile("same")
"""The same examples every time and everywhere; `--hypothesis-profile=random` looks for new ones."""


@pytest.fixture
def shared() -> Path:
    """The folder of real ads and codings."""
    return shared_path()


@pytest.fixture(autouse=True)
def terminal_with_all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The screen looks the same in whatever terminal the tests are started."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def home_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What is put into the home where a disk fails goes into a folder that is made for it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Asynchronous tests run on a loop that knows when it is idle."""
    return {"idle": asyncio.new_event_loop if sys.platform == "win32" else IdleLoop}


@pytest.fixture(autouse=True)
def quick_pilots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test of an app gets a pilot that waits no longer than the app works."""
    monkeypatch.setattr(App, "run_test", run_test)

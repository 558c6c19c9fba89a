"""What all tests share."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import settings
from textual.app import App

from testing.examples import register_profiles
from testing.paths import shared_path
from testing.pilot import IdleLoop, run_test

register_profiles()
settings.load_profile("quick")


def pytest_configure(config: pytest.Config) -> None:
    """In the slow step properties try all their examples."""
    if is_slow_step(config) and not config.getoption("--hypothesis-profile"):
        settings.load_profile("slow")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The slow step runs every property again."""
    if is_slow_step(config):
        for item in items:
            if isinstance(item, pytest.Function) and getattr(item.obj, "is_hypothesis_test", False):
                item.add_marker("slow")


def is_slow_step(config: pytest.Config) -> bool:
    """Whether the tests marked slow, and they alone, are to be run."""
    return bool(config.getoption("-m") == "slow")


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

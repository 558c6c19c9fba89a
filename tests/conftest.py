"""Configuration and fixtures that all tests share."""

import asyncio
import compileall
import gc
import sys
from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings
from textual import screen
from textual.app import App
from textual.css import stylesheet

from testing import forkserver, rewriting
from testing.examples import register_profiles
from testing.paths import SRC, shared_path
from testing.pilot import IdleLoop, remembered_rules, remembered_variables, run_test

_numbers = count(1)

register_profiles()
settings.load_profile("quick")


def pytest_configure(config: pytest.Config) -> None:
    """Fork the programs of the quick step; in the slow step, start each anew and try all examples of properties.

    Compile and rewrite the modules once, even if Python may store none, since some hundred programs are started.
    """
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(SRC, quiet=1)
        if config.getoption("numprocesses", default=None):
            rewriting.rewrite(Path(__file__).parent)
    if not is_slow_step(config):
        forkserver.enable()
    elif not config.getoption("--hypothesis-profile"):
        settings.load_profile("slow")


def pytest_unconfigure() -> None:
    """End the processes from which programs were forked."""
    forkserver.close_all()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Run every property again in the slow step."""
    if is_slow_step(config):
        for item in items:
            if isinstance(item, pytest.Function) and getattr(item.obj, "is_hypothesis_test", False):
                item.add_marker("slow")


def pytest_collection_finish() -> None:
    """Collect garbage rarely, since loaded modules stay: Python's default takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 20)


def is_slow_step(config: pytest.Config) -> bool:
    """Return whether only the tests marked slow are run."""
    return bool(config.getoption("-m") == "slow")


@pytest.fixture
def shared() -> Path:
    """Return the folder of real ads and codings."""
    return shared_path()


@pytest.fixture(autouse=True)
def terminal_with_all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the screen look the same in whatever terminal the tests are run."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture
def tmp_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new, empty folder; pytest's own fixture lists all earlier folders to number the next."""
    path = tmp_path_factory.getbasetemp() / str(next(_numbers))
    path.mkdir()
    return path


@pytest.fixture(autouse=True)
def home_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Give each test its own home folder, where the program saves when a disk fails; it does not exist yet."""
    home = tmp_path_factory.getbasetemp() / f"home-{next(_numbers)}"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))


def pytest_asyncio_loop_factories(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Run asynchronous tests on a loop that detects when it is idle."""
    return {"idle": asyncio.new_event_loop if sys.platform == "win32" else IdleLoop}


@pytest.fixture(autouse=True)
def quick_pilots(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every test of an app a pilot that waits no longer than the app works, and parse styles once for all.

    The pilot paints when the app is idle; pictures in between would take half of the time.
    """
    monkeypatch.setattr(App, "run_test", run_test)
    monkeypatch.setattr(screen, "UPDATE_PERIOD", 0.2)
    monkeypatch.setattr(stylesheet, "parse", remembered_rules)
    monkeypatch.setattr(stylesheet, "tokenize_values", remembered_variables)

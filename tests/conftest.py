"""What all tests share."""

from pathlib import Path

import pytest
from hypothesis import settings

from testing.paths import shared_path

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

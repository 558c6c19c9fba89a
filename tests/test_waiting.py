"""Whoever waits long for the texts of a study sees what for, on a terminal."""

from __future__ import annotations

import io
import sys
import time

import pytest

from codetui.cli import console


class Output(io.StringIO):
    """An output that is a terminal or is not."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(("is_terminal", "is_long"), [(True, True), (True, False), (False, True)])
def test_a_message_is_shown_while_something_takes_long(
    monkeypatch: pytest.MonkeyPatch, is_terminal: bool, is_long: bool
) -> None:
    output = Output(is_terminal=is_terminal)
    monkeypatch.setattr(sys, "stderr", output)
    monkeypatch.setattr(console, "PATIENCE", 0.01 if is_long else 60.0)
    is_expected = is_terminal and is_long
    ends = time.monotonic() + (60.0 if is_expected else 0.1)
    with console.waiting("Reading ads.xlsx …"):
        while time.monotonic() < ends and not output.getvalue():
            time.sleep(0.01)
        assert output.getvalue() == ("Reading ads.xlsx …" if is_expected else "")
    assert output.getvalue().endswith("\r\x1b[2K" if is_expected else "")

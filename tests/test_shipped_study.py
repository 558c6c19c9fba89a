"""The study that comes with the program: its invented coders, and the README's commands on them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.study.study import Study
from testing.studies import copy_shipped_study

ROOT = Path(__file__).resolve().parent.parent
CODERS = {"sanne", "daan", "model:example"}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_shipped_study(tmp_path_factory.mktemp("shipped"))


def test_all_ads_are_done_by_all_and_nothing_is_wrong_with_them(
    shipped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shipped)
    sessions = list(Study.open().sessions())
    assert {one.coder for one in sessions} == CODERS
    assert len(sessions) == 30 and all(one.state.is_done and not one.edits for one in sessions)
    assert run(["check"]) == 0
    assert "0 errors, 0 warnings" in capsys.readouterr().out


def test_each_command_of_the_readme_shows_something(
    shipped: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(shipped)
    monkeypatch.setenv("CODETUI_CODER", "reader")
    text = (ROOT / "README.md").read_text("utf-8")
    block = re.search(r"<!-- after coding -->\n```sh\n(.*?)```", text, re.DOTALL)
    assert block
    commands = [shlex.split(line) for line in block[1].splitlines()]
    assert len(commands) > 5
    for command in commands:
        assert run(command[1:]) == 0, command
        out = capsys.readouterr().out
        assert len(out.splitlines()) > 1 or (shipped / command[-1]).stat().st_size > 1000, command
    assert "patiëntgegevens verlaten nooit" in (shipped / "report.html").read_text("utf-8")

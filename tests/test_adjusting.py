"""Settings in a real terminal: a changed key is used, and the hints, messages and help name it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals of this kind", allow_module_level=True)

from testing.terminal import Terminal, codetui_command, environment

QUIT, ESCAPE, F6 = "\x11", "\x1b", "\x1b[17~"


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Path]:
    yield write_study(tmp_path)


def start(study: Path, config: str) -> Terminal:
    folder = study / "config" / "codetui"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(config, "utf-8")
    environ = environment(study, XDG_CONFIG_HOME=str(folder.parent), APPDATA=str(folder.parent))
    return Terminal(codetui_command("ads", "--coder", "wil"), study, environ, columns=100, rows=30)


def test_a_changed_key_is_used_and_named_by_hints_messages_and_help(study: Path) -> None:
    with start(
        study, '[keys]\nprofile = "Ctrl+P"\npalette = "z p"\nproblems = "F4"\nundo = ["F6", "z u"]\n'
    ) as terminal:
        terminal.wait_for("press Ctrl+P", "Ctrl+P  profile")
        terminal.type("11")
        terminal.wait_for("TASK1: Lighting ←")
        terminal.type(F6)
        terminal.wait_for("Undone")
        terminal.type("?undo")
        terminal.wait_for("F6, z u", "Undo your last step")
        terminal.type(ESCAPE)
        terminal.wait_for("You light the lamp")
        terminal.type("u")
        terminal.wait_for("“u” does nothing here.")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    "config", ["[keys", 'theme = 1\n[keys]\nundo = "no such key"\n', '[keys]\nundo = "r"\nredo = "r"\n']
)
def test_broken_settings_are_reported_and_never_prevent_the_start(study: Path, config: str) -> None:
    with start(study, config) as terminal:
        terminal.wait_for("You light the lamp", "config.toml:")
        terminal.type("11")
        terminal.wait_for("“Keeper of the Northern Light”")
        terminal.type(QUIT)
        assert terminal.wait_for_end() == 0

"""`codetui config`: the settings in use with their sources, what is wrong with them, and all actions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.tui.actions import ACTIONS


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the user's settings file, in an existing folder."""
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "config" / "codetui" / "config.toml"
    file.parent.mkdir(parents=True)
    return file


def study(folder: Path, ui: str) -> None:
    (folder / "codebook.toml").write_text(f'title = "Bakeries"\n{ui}', "utf-8")


def test_every_setting_is_printed_with_its_source(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('theme = "nord"\nreading_width = 80\n[keys]\nundo = ["F6", "z y"]\n', "utf-8")
    study(config.parents[2], "[ui]\nreading_width = 70\n")
    assert run(["config"]) == 0
    rows = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert f"theme nord {config}:1" in rows
    assert "reading_width 70 codebook.toml:3" in rows
    assert f"keys.undo F6, z y {config}:4" in rows
    assert "preset vim default" in rows


def test_problems_are_reported_with_their_lines_and_the_exit_code_is_1(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text('theme = "nordd"\n[keys]\nundo = "r"\nredo = "r"\nundu = "x"\n', "utf-8")
    assert run(["config"]) == 1
    err = capsys.readouterr().err
    assert f'{config}:1: error: there is no theme "nordd"; did you mean nord?' in err
    assert f"{config}:4: error: r is the key of both undo and redo; undo has it" in err
    assert f'{config}:5: error: there is no action "undu"; did you mean undo?' in err


def test_all_actions_are_listed_with_the_keys_in_use(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('preset = "arrows"\n[keys]\ndone = "Ctrl+G"\n', "utf-8")
    assert run(["config", "--actions"]) == 0
    captured = capsys.readouterr()
    assert all(f"  {action.id} " in captured.out for action in ACTIONS)
    assert "  done                        Ctrl+G\n" in captured.out
    assert "  search                      Ctrl+F\n" in captured.out


def test_json_has_settings_actions_and_problems(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('copy_command = ["wl-copy"]\n[keys]\nundo = "F6"\n', "utf-8")
    assert run(["config", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    by_name = {one["name"]: one for one in found["settings"]}
    assert by_name["copy_command"] == {
        "name": "copy_command",
        "value": ["wl-copy"],
        "source": {"file": str(config), "line": 1},
    }
    (undo,) = (one for one in found["actions"] if one["id"] == "undo")
    assert (undo["keys"], undo["source"]) == (["F6"], {"file": str(config), "line": 3})
    assert found["problems"] == []


def test_the_path_is_printed_alone(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["config", "--path"]) == 0
    assert capsys.readouterr().out == f"{config}\n"


def test_a_codebook_that_cannot_be_read_is_reported(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study(config.parents[2], "[ui\n")
    assert run(["config"]) == 1
    assert "codebook.toml:2: error: not valid TOML" in capsys.readouterr().err

"""The settings of the user, overridden by those of the study."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.study.settings import check_settings_files, load_settings, settings_paths

ACTIONS, THEMES = ("undo", "redo"), ("light", "dark")


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Return the two settings files, in existing folders."""
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    own, shared = settings_paths(tmp_path)
    own.parent.mkdir(parents=True)
    return own, shared


def test_settings_of_the_study_override_those_of_the_user(paths: tuple[Path, Path], tmp_path: Path) -> None:
    own, shared = paths
    own.write_text('[keys]\nundo = "u"\nredo = "U"\n[theme]\nname = "dark"\n', "utf-8")
    shared.write_text('[keys]\nundo = "ctrl+z"\n', "utf-8")
    settings, problems = load_settings(tmp_path, ACTIONS, THEMES)
    assert (settings.keys, settings.theme, problems) == ({"undo": "ctrl+z", "redo": "U"}, "dark", [])


def test_missing_settings_files_are_no_problem(paths: tuple[Path, Path], tmp_path: Path) -> None:
    settings, problems = load_settings(tmp_path, ACTIONS, THEMES)
    assert (settings.keys, settings.theme, problems) == ({}, "", [])
    assert check_settings_files(tmp_path) == []


def test_problems_name_the_file_and_the_line(paths: tuple[Path, Path], tmp_path: Path) -> None:
    own, shared = paths
    own.write_text('[keys]\nundu = "u"\n', "utf-8")
    shared.write_text("[keys]\nundo = 7\n", "utf-8")
    (unknown,) = load_settings(tmp_path, ACTIONS, THEMES)[1]
    assert (unknown.file, unknown.line) == (str(own), 2)
    (wrong,) = check_settings_files(tmp_path)
    assert (wrong.file, wrong.line, wrong.severity) == (str(shared), 2, "error")


def test_settings_that_cannot_be_read_are_a_warning(paths: tuple[Path, Path], tmp_path: Path) -> None:
    own, shared = paths
    own.mkdir()
    shared.write_bytes(b"\xff\xfe")
    settings, problems = load_settings(tmp_path, ACTIONS, THEMES)
    assert settings.keys == {}
    assert [(problem.file, problem.severity) for problem in problems] == [
        (str(own), "warning"),
        (str(shared), "warning"),
    ]

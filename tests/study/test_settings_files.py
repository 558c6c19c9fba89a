"""The user's settings together with those of the study, and changing them in place."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from codetui.formats.settings import Names, Settings
from codetui.model import Codebook
from codetui.study.settings import SettingsFiles, Source, config_path
from codetui.study.study import CodebookService, Study

NAMES = Names(("undo", "redo"), ("vim", "arrows"), ("light", "dark"))
COMMENTED = """\
# Mine.
theme = "dark"   # for the evening

[keys]
# As everywhere.
undo = "ctrl+z"
"""


def files(path: Path, text: str = "", codebook: CodebookService | None = None) -> SettingsFiles:
    path.write_text(text, "utf-8") if text else None
    return SettingsFiles(NAMES, codebook, path)


def with_ui(folder: Path, ui: str) -> CodebookService:
    (folder / "ads").mkdir(exist_ok=True)
    (folder / "codebook.toml").write_text(f'title = "Bakeries"\n\n{ui}', "utf-8")
    return Study.open(folder).codebook_service


def test_the_file_is_in_the_users_configuration_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("APPDATA", str(tmp_path))
    assert config_path() == tmp_path / "codetui" / "config.toml"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert config_path() == tmp_path / ".config" / "codetui" / "config.toml"


def test_settings_of_the_codebook_are_used_and_their_places_are_known(tmp_path: Path) -> None:
    study = with_ui(tmp_path, '[ui]\nreading_width = 70\ntheme = "light"\n[ui.keys]\nredo = "y"\nundo = "x"\n')
    found = files(tmp_path / "config.toml", COMMENTED, study)
    assert (found.settings.reading_width, found.settings.theme) == (70, "dark")
    assert found.settings.keys == {"undo": ("ctrl+z",), "redo": ("y",)}
    own, shared = str(tmp_path / "config.toml"), str(tmp_path / "codebook.toml")
    assert found.source("theme") == Source(own, 2)
    assert found.source("reading_width") == Source(shared, 4)
    assert found.source("keys", "undo") == Source(own, 6)
    assert found.source("keys", "redo") == Source(shared, 7)
    assert found.source("labels") is None
    assert [one for one in (*found.problems, *study.problems) if one.line] == []


def test_mistakes_in_both_files_are_reported_with_their_lines(tmp_path: Path) -> None:
    study = with_ui(tmp_path, '[ui]\npanel_width = 1\n[ui.keys]\nundu = "y"\n')
    found = files(tmp_path / "config.toml", "\nthema = 1\n", study)
    places = [(Path(one.file).name, one.line) for one in found.problems]
    assert sorted(places) == [("codebook.toml", 4), ("codebook.toml", 6), ("config.toml", 2)]
    assert found.settings == Settings()


def test_without_files_everything_has_its_default(tmp_path: Path) -> None:
    found = files(tmp_path / "none" / "config.toml")
    assert (found.settings, found.problems) == (Settings(), [])


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[", b"theme = 'x"])
def test_a_broken_file_is_a_problem_and_the_defaults_hold(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    found = SettingsFiles(NAMES, None, path)
    assert found.settings == Settings()
    assert [(one.file, one.severity) for one in found.problems] == [(str(path), "error")]


def test_a_folder_in_the_place_of_the_file_is_a_problem(tmp_path: Path) -> None:
    found = SettingsFiles(NAMES, None, tmp_path)
    assert [one.file for one in found.problems] == [str(tmp_path)]
    assert "are not kept" not in found.change({"theme": "dark"}) != ""


def test_a_change_leaves_comments_and_order_as_they_are(tmp_path: Path) -> None:
    found = files(tmp_path / "config.toml", COMMENTED)
    assert found.change({"theme": "light"}) == ""
    assert found.path.read_text("utf-8") == COMMENTED.replace('"dark"', '"light"')
    assert found.change({"reading_width": 80}) == ""
    expected = COMMENTED.replace('"dark"   # for the evening\n', '"light"   # for the evening\nreading_width = 80\n')
    assert found.path.read_text("utf-8") == expected
    assert found.change({"reading_width": None}) == ""
    assert found.path.read_text("utf-8") == COMMENTED.replace('"dark"', '"light"')
    assert found.settings.theme == "light"


def test_the_first_change_creates_the_file_and_its_folder(tmp_path: Path) -> None:
    found = files(tmp_path / "new" / "codetui" / "config.toml")
    assert found.change({"preset": "arrows"}) == ""
    assert found.path.read_text("utf-8") == 'preset = "arrows"\n'
    assert found.settings.preset == "arrows"


def test_a_file_with_a_mistake_is_not_changed(tmp_path: Path) -> None:
    found = files(tmp_path / "config.toml", "[keys\n")
    assert "nothing was changed: fix it first" in found.change({"theme": "light"})
    assert found.path.read_text("utf-8") == "[keys\n"


def test_two_programs_that_change_settings_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(COMMENTED, "utf-8")
    changes = [("theme", "light"), ("preset", "arrows"), ("reading_width", 66), ("panel_width", 44), ("left_margin", 3)]
    with ThreadPoolExecutor(len(changes)) as pool:
        refused = list(pool.map(lambda change: SettingsFiles(NAMES, None, path).change(dict([change])), changes))
    assert refused == [""] * len(changes)
    found = SettingsFiles(NAMES, None, path).settings
    assert [getattr(found, name) for name, _ in changes] == [value for _, value in changes]


def test_a_codebook_without_settings_has_none() -> None:
    assert Codebook(title="").ui == {}

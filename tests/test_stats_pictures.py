"""`codetui stats --picture`, `--svg` and `--strip`."""

from __future__ import annotations

import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from codetui.cli.main import run
from codetui.study.study import Study
from testing.coders import code_source
from testing.studies import write_study

LAMP = "You light the lamp at dusk."


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a study that anna has coded."""
    folder = write_study(tmp_path_factory.mktemp("pictures"))
    opened = Study.open(folder)
    code_source(opened, "anna", "11", [("TASK1", LAMP), ("TOOL1", "barometer")], "1")
    code_source(opened, "anna", "12", [("TASK1", "You count the sacks.")], "2")
    return folder


@pytest.fixture
def study(coded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that study, which is the working folder."""
    folder = Path(shutil.copytree(coded, tmp_path / "study"))
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("options", "lines"),
    [
        (["--picture"], ["Profiles by number of ads (of 2 ads)", "TASK1: Lighting     ███", "2 (100 %)"]),
        (["--picture", "--by", "profile"], ["TASK1    █ 100    █ 100", "%: ▁ "]),
        (["--picture", "--together", "ad"], ["TASK1      –    █ 1", "ads: █ 1"]),
        (["--picture", "--saturation"], ["● in the order of coding: 2 codes after 2 ads", "○ mean over random orders"]),
        (["--strip", "11"], ["Where codes occur in ad 11: 2 quotations by anna", "TASK1  ··········███", "characters"]),
    ],
)
def test_pictures_are_printed_with_their_figures_in_80_columns(
    study: Path, capsys: pytest.CaptureFixture[str], options: list[str], lines: list[str]
) -> None:
    assert run(["stats", *options]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    for line in lines:
        assert line in text


def test_a_picture_is_written_as_svg_and_replaces_nothing(study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["stats", "--svg", "codes.svg"]) == 0
    title = ElementTree.parse("codes.svg").getroot().find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == "Codes by number of ads (of 2 ads)"
    assert run(["stats", "--strip", "12", "--svg", "codes.svg"]) == 2
    assert run(["stats", "--strip", "12", "--svg", "codes.svg", "--force"]) == 0
    assert run(["stats", "--svg", "ads/11_shore_company.txt", "--force"]) == 2
    capsys.readouterr()
    assert run(["stats", "--strip", "12", "--svg", "-"]) == 0
    assert capsys.readouterr().out == Path("codes.svg").read_text("utf-8")


@pytest.mark.parametrize("options", [["--strip", "13"], ["--test", "--by", "profile", "--picture"]])
def test_what_has_no_picture_is_refused(study: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    assert run(["stats", *options]) == 2
    assert "codetui: " in capsys.readouterr().err

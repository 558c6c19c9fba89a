"""Coders with nearly the same name are reported, and a dangling link is not an empty study."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId
from testing.machines import Machine
from testing.studies import write_study


def code(study: Path, coder: str) -> None:
    machine = Machine(study, coder)
    machine.execute(AssignCode(machine.span("the sea"), CodeId("TASK1")))
    machine.close()


def printed(capsys: pytest.CaptureFixture[str], study: Path, *words: str) -> tuple[int, str]:
    capsys.readouterr()
    number = run([*words, "--study", str(study)])
    return number, "".join(capsys.readouterr())


@pytest.mark.parametrize("other", ["Anna", "anna ", " ANNA", "ANNA"])
def test_coders_with_nearly_the_same_name_are_reported(
    tmp_path: Path, other: str, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path)
    code(study, "anna")
    assert "nearly the same name" not in printed(capsys, study, "check")[1]
    machine = Machine(study, other)
    machine.workspace.warm_up()
    assert any("nearly the same name as that of" in problem.message for problem in machine.workspace.problems)
    machine.close()
    code(study, other)
    assert printed(capsys, study, "check")[1].count("nearly the same name") == 2
    number, output = printed(capsys, study, "status")
    assert number == 0 and "nearly the same name" in output and "2 sessions of 2 coders" in output


def test_different_names_are_not_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    study = write_study(tmp_path)
    for coder in ("anna", "annabel", "anna b", "rosa"):
        code(study, coder)
    assert "nearly the same name" not in printed(capsys, study, "check")[1]


@pytest.mark.parametrize("command", [["status"], ["check"], ["export", "--format", "csv", "-o", "-"]])
def test_a_dangling_link_as_sessions_folder_is_an_error(
    tmp_path: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path / "study")
    (study / "sessions").symlink_to(tmp_path / "disk that is gone")
    number, output = printed(capsys, study, *command)
    assert number == 2 and "leads nowhere" in output and "--sessions" in output
    assert not (tmp_path / "disk that is gone").exists()


@pytest.mark.parametrize("is_named", [True, False])
def test_a_dangling_link_as_corpus_is_called_so(
    tmp_path: Path, *, is_named: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path / "study")
    if not is_named:
        book = study / "codebook.toml"
        book.write_text(book.read_text("utf-8").replace('path = "ads"\n', ""), "utf-8")
    (study / "ads").rename(tmp_path / "elsewhere")
    (study / "ads").symlink_to(tmp_path / "disk that is gone")
    number, output = printed(capsys, study, "check")
    assert number == 2 and "leads nowhere" in output, output


@pytest.mark.parametrize("link", ["sessions/wil", "sessions/anna/events"])
@pytest.mark.parametrize("has_another", [True, False])
def test_a_dangling_link_as_coders_folder_is_an_error(
    tmp_path: Path, link: str, *, has_another: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    study = write_study(tmp_path)
    if has_another:
        code(study, "rosa")
    (study / link).parent.mkdir(parents=True, exist_ok=True)
    (study / link).symlink_to(tmp_path / "disk that is gone")
    for command in ("status", "check"):
        number, output = printed(capsys, study, command)
        assert number == 1 and "leads nowhere" in output, output

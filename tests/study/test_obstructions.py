"""Links, folders and pipes in place of session files: `check` reports each, and no command omits one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.study.checker import check_study
from codetui.study.overview import study_status
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from testing.studies import write_study

if sys.platform == "win32":
    pytest.skip("Windows has no pipes with names, and links need rights", allow_module_level=True)

DOCUMENT = "rosa/analysis_job_11_shore_company.md"
FILES = (
    DOCUMENT,
    "rosa/study.jsonl",
    "rosa/events/11.jsonl",
    "rosa/events/11.written",
    "rosa/events/place.json",
    "rosa/events/.11.jsonl.lock",
    ".codebooks/0123456789ab.toml",
)
FOLDERS = ("rosa", "rosa/events", ".codebooks")


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    """Return the sessions of a study in which rosa and otto have coded."""
    study = Study.open(write_study(tmp_path / "study"))
    for coder in ("rosa", "otto"):
        with study.session("11", coder) as session:
            assert isinstance(session.execute(AssignCode(Span(0, 4), CodeId("TASK1"))), Saved)
    return tmp_path / "study" / "sessions"


def moved(path: Path) -> Path:
    """Move a file or folder out of the study, if it exists."""
    elsewhere = path.parents[len(path.parts) - 1 - path.parts.index("study")] / f"elsewhere-{path.name}"
    if path.exists():
        path.rename(elsewhere)
    return elsewhere


def errors(sessions: Path) -> dict[str, str]:
    found = check_study(Study.open(sessions.parent))
    return {
        Path(one.file).relative_to(sessions).as_posix(): one.message
        for one in reversed(found)
        if one.severity == "error" and one.message.startswith("this ")
    }


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kind", ["folder", "pipe", "leads nowhere", "leads out"])
def test_something_else_in_place_of_a_file_is_an_error(sessions: Path, name: str, kind: str) -> None:
    path = sessions / name
    elsewhere = moved(path)
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(elsewhere)
        elsewhere.unlink(missing_ok=True) if kind == "leads nowhere" else elsewhere.touch()
    assert kind in errors(sessions)[name]


@pytest.mark.parametrize("name", FOLDERS)
@pytest.mark.parametrize("kind", ["file", "leads nowhere", "leads out"])
def test_something_else_in_place_of_a_folder_is_an_error(
    sessions: Path, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sessions / name
    elsewhere = moved(path)
    if kind == "file":
        path.write_text("notes of a person", "utf-8")
    else:
        path.symlink_to(elsewhere)
        if kind == "leads nowhere":
            shutil.rmtree(elsewhere)
    if (name, kind) == ("rosa", "file"):
        assert errors(sessions) == {}  # A file beside the folders of the coders is nobody's.
        return
    assert kind in errors(sessions)[name]
    for command in ("status", "export -o -"):
        arguments = ["--study", str(sessions.parent)]
        assert run([*command.split(), *arguments]) == 1
        assert name in capsys.readouterr().err


@pytest.mark.parametrize("name", [*FILES, *FOLDERS])
@pytest.mark.parametrize("kind", ["wrong", "leads nowhere", "leads out"])
def test_what_is_in_the_way_is_reported_once(
    sessions: Path, name: str, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = sessions / name
    elsewhere = moved(path)
    if kind == "wrong":
        path.mkdir() if name in FILES else path.write_text("notes of a person", "utf-8")
    else:
        path.symlink_to(elsewhere)
        if kind == "leads nowhere" and elsewhere.exists():
            shutil.rmtree(elsewhere) if elsewhere.is_dir() else elsewhere.unlink()
        elif kind == "leads out" and not elsewhere.exists():
            elsewhere.mkdir() if name in FOLDERS else elsewhere.touch()
    found = [one for one in check_study(Study.open(sessions.parent)) if Path(one.file).is_relative_to(path)]
    assert len(found) == ((name, kind) != ("rosa", "wrong")), found
    for command in ("status", "export -o -"):
        run([*command.split(), "--study", str(sessions.parent)])
        assert capsys.readouterr().err.count(f"{path}") == len(found)


def test_a_link_to_the_folder_of_a_coder_of_another_study_is_reported_with_the_way_to_merge_it(sessions: Path) -> None:
    other = Study.open(write_study(sessions.parents[1] / "other"))
    with other.session("12", "ann") as session:
        assert isinstance(session.execute(AssignCode(Span(0, 4), CodeId("TASK1"))), Saved)
    (sessions / "ann").symlink_to(other.sessions_path / "ann")
    [(name, message)] = errors(sessions).items()
    assert name == "ann" and "remove the link" in message and "codetui merge" in message
    (sessions / "ann").unlink()
    assert run(["merge", str(other.sessions_path / "ann"), "--study", str(sessions.parent)]) == 0
    assert (sessions / "ann" / "events" / "12.jsonl").exists()


def test_links_within_the_sessions_and_personal_files_are_accepted(sessions: Path) -> None:
    (sessions / DOCUMENT).rename(sessions / "shared.md")
    (sessions / DOCUMENT).symlink_to(sessions / "shared.md")
    (sessions / "README.md").touch()
    (sessions / "rosa" / "papers").mkdir()
    assert errors(sessions) == {}


def test_a_folder_of_all_sessions_may_be_a_link(sessions: Path) -> None:
    sessions.symlink_to(moved(sessions))
    assert errors(sessions) == {}


@pytest.mark.parametrize("data", [b"\0" * 40, b"garbage\n", b'{"text": 1}\n'])
def test_unreadable_snapshots_and_study_logs_are_reported_with_their_line(sessions: Path, data: bytes) -> None:
    for name in ("rosa/events/11.written", "rosa/study.jsonl"):
        (sessions / name).write_bytes(data)
    found = {Path(one.file).name: (one.line, one.message) for one in check_study(Study.open(sessions.parent))}
    for name in ("11.written", "study.jsonl"):
        assert found[name][0] == 1 and "cannot be read" in found[name][1]
    reported = [Path(one.file).name for one in study_status(Study.open(sessions.parent)).errors]
    assert sorted(reported) == ["11.written", "study.jsonl"]
    with Study.open(sessions.parent).session("11", "rosa") as session:
        assert any(Path(one.file).name == "11.written" for one in session.problems)
    with Study.open(sessions.parent).session("11", "rosa"):
        pass
    assert "11.written" not in {Path(one.file).name for one in check_study(Study.open(sessions.parent))}

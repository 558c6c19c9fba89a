"""Damage in logs and documents is reported by every command, and never counts as a hand edit."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import pytest

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Problem, Span
from codetui.study.study import Study
from testing.studies import write_study


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study with one coded ad, and a copy of its sessions in `other`."""
    here = tmp_path / "here"
    write_study(here)
    opened = Study.open(here)
    with opened.session("11", coder="wil") as session:
        session.execute(AssignCode(Span(0, 6), CodeId("TASK1")))
        session.execute(AssignCode(Span(7, 9), CodeId("TASK2")))
    copytree(here / "sessions", tmp_path / "other" / "sessions")
    return here


def damaged(study: Path, kind: str) -> Path:
    """Damage the log or the document of the session; return the file."""
    log = study / "sessions/wil/events/11.jsonl"
    document = next((study / "sessions/wil").glob("*.md"))
    data = log.read_bytes()
    match kind:
        case "half a line":
            log.write_bytes(data.rpartition(b'"seq"')[0] + b"\n")
        case "a line of another program":
            log.write_bytes(data + b"nothing of ours\n")
        case "a log of NULs":
            log.write_bytes(bytes(len(data)))
        case "an empty log":
            log.write_bytes(b"")
        case "a log of blank lines":
            log.write_bytes(b"\r\n\r\n")
        case "a log of a web page":
            log.write_bytes(b"<html>\n<body>\n</body>\n")
        case "NULs behind the log":
            log.write_bytes(data + bytes(64))
        case "NULs behind the document":
            document.write_bytes(document.read_bytes() + bytes(64))
        case "a document of NULs":
            document.write_bytes(bytes(512))
    return document if "document" in kind else log


DAMAGES = [
    "half a line", "a line of another program", "a log of NULs", "NULs behind the log", "NULs behind the document",
    "a document of NULs", "an empty log", "a log of blank lines", "a log of a web page",
]  # fmt: skip

BLANK = ["an empty log", "a log of blank lines"]
USELESS = ["a log of NULs", "a log of a web page", *BLANK]


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize(
    "command", [("status",), ("status", "--json"), ("check",), ("export", "--format", "csv", "-o")]
)
def test_damage_is_reported_with_exit_code_1(
    study: Path, kind: str, command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    file = damaged(study, kind)
    before = {path: path.read_bytes() for path in (study / "sessions").rglob("*") if path.is_file()}
    output = [str(study.parent / "out.csv")] if command[-1] == "-o" else []
    assert run([*command, *output, "--study", str(study)]) == 1
    printed = capsys.readouterr()
    assert file.name in (printed.out if command == ("check",) else printed.err)
    if "--json" in command:
        problems = json.loads(printed.out)["problems"]
        assert [one["severity"] for one in problems if file.name in one["file"]][:1] == ["error"]
        assert printed.err.splitlines() == [str(Problem(**one)) for one in problems]
    assert before == {path: path.read_bytes() for path in before}


@pytest.mark.parametrize("kind", ["a line of another program", "a log of NULs"])
def test_the_later_commands_report_damage_too(study: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = damaged(study, kind)
    out = study.parent / "out"
    commands = [
        ("find", "code:TASK1", "--all-coders"), ("stats", "--all-ads", "--strip", "12"), ("stats",),
        ("report", "-o", f"{out}.html"), ("adjudicate", "wil", "ann"), ("study", "freeze", f"{out}.zip"),
        ("export", "--format", "qdpx", "-o", f"{out}.qdpx"),
        ("sample", "--size", "1", "--coders", "ann", "--stratify", "profile", "--of", "wil", "--dry-run"),
        ("show", "11", "--coder", "wil"), ("invented", "--coder", "wil"),
    ]  # fmt: skip
    for command in commands:
        assert run([*command, "--study", str(study)]) in (1, 2), command
        assert path.name in "".join(capsys.readouterr()), command


@pytest.mark.parametrize("kind", [kind for kind in DAMAGES if "document" not in kind])
def test_a_merge_reports_damage_on_either_side(
    study: Path, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged(study, kind)
    is_repaired = kind in BLANK  # The log of the other side is now ours.
    assert run(["merge", str(tmp_path / "other"), "--study", str(study)]) == (0 if is_repaired else 1)
    assert ("11.jsonl:" in capsys.readouterr().out) != is_repaired
    damaged(study, kind)
    again = tmp_path / "again"
    write_study(again)
    run(["merge", str(study), "--study", str(again)])
    assert "11.jsonl" in capsys.readouterr().out


MAP = '[codes]\nTASK1 = "T1"\n'


@pytest.mark.parametrize("kind", DAMAGES)
def test_a_migration_reports_damage_with_exit_code_1(
    study: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Study.open(study).session("12", coder="wil") as session:
        session.execute(AssignCode(Span(0, 5), CodeId("TASK1")))
    file = damaged(study, kind)
    book, rules = study / "codebook.toml", study / "map.toml"
    rules.write_text(MAP, "utf-8")
    book.write_text(book.read_text("utf-8").replace('"TASK1"', '"T1"'), "utf-8")
    migrated = 1 if kind in USELESS else 2  # A document alone does not have the ids of codes that are gone.
    for options in (["--dry-run"], []):
        assert run(["codebook", "migrate", "--map", str(rules), *options, "--study", str(study)]) == 1
        printed = capsys.readouterr()
        assert printed.err.count(f"{file.name}:") == 1 and ": error: " in printed.err
        assert f"{migrated} codings in {migrated} ads".replace("1 codings in 1 ads", "1 coding in 1 ad") in printed.out
        assert "imported first" not in printed.out or kind == "half a line"
        assert ("to be decided: 1 coding of TASK1: Lighting" in printed.out) == (kind in USELESS)
    codes = {coding.code for one in Study.open(study).sessions() for coding in one.state.live()}
    assert codes <= {"T1", "TASK2"} or kind in USELESS
    rest = [one for one in Study.open(study).sessions() if one.source.id == "12"]
    assert [coding.code for one in rest for coding in one.state.live()] == ["T1"]


@pytest.mark.parametrize("kind", USELESS)
def test_without_a_readable_line_in_its_log_a_session_is_that_of_its_document(
    study: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged(study, kind)
    (snapshot,) = Study.open(study).sessions()
    assert len(snapshot.state.live()) == 2 and [one.severity for one in snapshot.problems] == ["error"]
    assert run(["export", "--format", "csv", "-o", "-", "--study", str(study)]) == 1
    assert len(capsys.readouterr().out.splitlines()) == 3
    with Study.open(study).session("11", coder="wil") as session:
        assert len(session.state.live()) == 2
    assert run(["status", "--json", "--study", str(study)]) == (0 if "empty" in kind or "blank" in kind else 1)


def test_a_useless_log_without_a_document_is_an_unread_session(study: Path) -> None:
    damaged(study, "a log of NULs")
    next((study / "sessions/wil").glob("*.md")).unlink()
    (snapshot,) = Study.open(study).sessions()
    assert snapshot.is_unread and "no line of this log can be read" in snapshot.problems[0].message


@pytest.mark.parametrize("kind", ["NULs behind the document", "a document of NULs"])
def test_damage_is_not_an_edit(study: Path, kind: str) -> None:
    damaged(study, kind)
    with Study.open(study).session("11", coder="wil") as session:
        assert len(session.state.live()) == 2

"""An interrupted change of the codebook is reported by every command, and finished or reverted by one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from test_refactoring import code, codes_of, counted, done, everything, opened

from codetui.cli.main import run
from codetui.core.codebook.refactoring import Merge, Rename, Retire
from codetui.core.session.commands import AssignCode, NotePlace, RecodeCoding, Refusal
from codetui.model import CodeId, MemoTarget, Span
from codetui.storage.journal import Journal, StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.checker import check_study
from codetui.study.migrate import read_plan
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import Saved
from codetui.study.steps import StepNote, interrupted_steps
from codetui.study.study import Study

RENAME = Rename(CodeId("TASK1"), CodeId("T1"), "Lights")
Command = Callable[..., int]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study with two coders and three sessions."""
    code(tmp_path, "11", "TASK1", "TASK2", "TASK1")
    code(tmp_path, "12", "TASK1")
    code(tmp_path, "12", "TASK1", "TOOL1", coder="otto")
    return tmp_path


@pytest.fixture
def interrupted(study: Path) -> Path:
    """Return the study after a program ended when only the codebook and the open session were changed."""
    workspace = opened(study, "11")
    begun = CodeRefactoring(workspace).apply(counted(workspace, RENAME))
    assert isinstance(begun, MigrationPreview) and begun.note is not None
    begun.note.release()
    return study


@pytest.fixture
def codetui(study: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    """Run a command on the study; return its exit code and its whole output."""

    def run_here(*words: str) -> tuple[int, str]:
        exit_code = run([*words, "--study", str(study)])
        return exit_code, "".join(capsys.readouterr())

    return run_here


@pytest.mark.parametrize("command", ["check", "status", "export -o -"])
def test_every_command_that_reads_sessions_reports_an_interrupted_step_and_its_remedy(
    interrupted: Path, codetui: Callable[..., tuple[int, str]], command: str
) -> None:
    exit_code, output = codetui(*command.split())
    assert exit_code == 1 and "TASK1: Lighting becomes T1: Lights" in output and "begun by rosa" in output
    assert "was interrupted" in output and "codebook finish --undo" in output


def test_an_interrupted_step_is_finished_as_one_step_of_the_study_logs(
    interrupted: Path, codetui: Callable[..., tuple[int, str]]
) -> None:
    exit_code, output = codetui("codebook", "finish")
    assert exit_code == 0 and "finished: TASK1: Lighting becomes T1: Lights; 2 sessions changed" in output
    assert codes_of(interrupted, "11") == ["T1", "TASK2", "T1"] and codes_of(interrupted, "12", "otto") == [
        "T1",
        "TOOL1",
    ]
    for coder, ads in (("rosa", {"11", "12"}), ("otto", {"12"})):
        paths = SessionPaths(interrupted / "sessions", coder)
        [step], _ = StudyJournal(paths.study_log()).read()
        logged = {(log.stem, one.id) for log in paths.logs() for one in Journal(log).read()[0] if one.step == step.id}
        assert logged == set(step.transactions) and {ad for ad, _ in logged} == ads and step.kind == "refactoring"
    assert interrupted_steps(interrupted / "sessions") == ([], [])
    assert "there is no interrupted change of the codebook" in codetui("codebook", "finish")[1]


def test_an_interrupted_step_is_reverted_with_its_codebook(
    study: Path, codetui: Callable[..., tuple[int, str]], request: pytest.FixtureRequest
) -> None:
    before = everything(study)
    request.getfixturevalue("interrupted")
    exit_code, output = codetui("codebook", "finish", "--undo")
    assert exit_code == 0 and "taken back: TASK1: Lighting becomes T1: Lights; 1 session changed" in output
    documents = {name: data for name, data in everything(study).items() if not name.endswith(".jsonl")}
    assert documents == {name: data for name, data in before.items() if not name.endswith(".jsonl")}
    [step], _ = StudyJournal(SessionPaths(study / "sessions", "rosa").study_log()).read()
    assert step.codebook_before == step.codebook_after and len(step.transactions) == 2
    assert not [one for one in check_study(Study.open(study)) if "older" in one.message or "no code" in one.message]


def test_later_codings_stay_when_a_step_is_reverted(study: Path, codetui: Callable[..., tuple[int, str]]) -> None:
    workspace = opened(study, "11")
    begun = CodeRefactoring(workspace).apply(counted(workspace, Merge(CodeId("TASK1"), CodeId("TASK2"))))
    assert isinstance(begun, MigrationPreview) and begun.note is not None and workspace.session is not None
    first, *_ = workspace.session.state.live()
    for command in (
        RecodeCoding(first.id, CodeId("TOOL1")),
        AssignCode(Span(30, 34), CodeId("TASK2")),
        NotePlace(MemoTarget(kind="code", id="TASK2"), "later"),
    ):
        assert isinstance(workspace.session.execute(command), Saved)
    workspace.leave()
    begun.note.release()
    assert codetui("codebook", "finish", "--undo")[0] == 0
    assert sorted(codes_of(study, "11")) == ["TASK1", "TASK2", "TASK2", "TOOL1"]


def test_no_other_step_can_begin_before(interrupted: Path, codetui: Callable[..., tuple[int, str]]) -> None:
    workspace = opened(interrupted, "11")
    refused = CodeRefactoring(workspace).count(Retire(CodeId("TOOL1")))
    assert isinstance(refused, Refusal) and "codebook finish" in refused.message
    rules = interrupted / "other.toml"
    rules.write_text('[codes]\n"TOOL1" = "TASK2"\n', "utf-8")
    exit_code, output = codetui("codebook", "migrate", "--map", str(rules))
    assert exit_code == 2 and "was interrupted" in output
    assert codes_of(interrupted, "12", "otto") == ["TASK1", "TOOL1"]


def test_a_step_of_a_running_program_is_not_reported_as_interrupted(study: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from codetui.study.steps import BegunStep, StepNote;"
        "StepNote(Path(sys.argv[1]), 'a1').begin(BegunStep('a1', 'migration', 'otto', '', 'w', 'r', '', 'h', ''));"
        "print('begun', flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(study / "sessions")], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == "begun\n"
        assert interrupted_steps(study / "sessions") == ([], [])
        other.kill()
        other.wait()
    [step], [problem] = interrupted_steps(study / "sessions")
    assert step.coder == "otto" and "begun by otto" in problem.message


def test_a_codebook_that_was_changed_since_is_not_overwritten(
    interrupted: Path, codetui: Callable[..., tuple[int, str]]
) -> None:
    path = interrupted / "codebook.toml"
    theirs = path.read_text("utf-8").replace("Looking out.", "Theirs.")
    path.write_text(theirs, "utf-8")
    exit_code, output = codetui("codebook", "finish", "--undo")
    assert exit_code == 2 and "it has been changed since then" in output and path.read_text("utf-8") == theirs
    path.write_text(theirs.replace('"T1"', '"T2"'), "utf-8")
    exit_code, output = codetui("codebook", "finish")
    assert exit_code == 2 and "lacks T1" in output and codes_of(interrupted, "12") == ["TASK1"]
    path.write_text(theirs, "utf-8")
    assert codetui("codebook", "finish")[0] == 0 and path.read_text("utf-8") == theirs
    assert codes_of(interrupted, "12") == ["T1"]


@pytest.mark.parametrize("data", [b"", b"\0" * 30, b"[]", b'{"id": "a1", "kind": "other"}', b'{"id": 1}'])
def test_an_unreadable_note_of_a_step_is_reported_and_changes_nothing(
    study: Path, codetui: Callable[..., tuple[int, str]], data: bytes
) -> None:
    StepNote(study / "sessions", read_id := "a1").path.write_bytes(data)  # type: ignore[arg-type]
    assert read_id in codetui("check")[1]
    exit_code, output = codetui("codebook", "finish")
    assert exit_code == 1 and "cannot be read" in output


def test_a_migration_by_rules_is_finished_by_the_same_command_too(
    study: Path, codetui: Callable[..., tuple[int, str]]
) -> None:
    path, rules = study / "codebook.toml", study / "map.toml"
    path.write_text(path.read_text("utf-8").replace('"TASK1"', '"T1"'), "utf-8")
    rules.write_text('[codes]\n"TASK1" = "T1"\n', "utf-8")
    root = study / "sessions"
    plan = read_plan(rules, path, root)
    note = StepNote(root, plan.step)
    note.begin(plan.begun("migration", "otto", "otto"))
    note.release()
    assert json.loads(note.path.read_bytes())["only"] == "otto"
    assert codetui("codebook", "migrate", "--map", str(rules), "--coder", "otto")[0] == 0
    assert codes_of(study, "12", "otto") == ["T1", "TOOL1"] and codes_of(study, "12") == ["TASK1"]
    assert interrupted_steps(root) == ([], [])


def test_a_completed_change_leaves_no_note(study: Path) -> None:
    done(opened(study, "11"), RENAME)
    assert not [path for path in (study / "sessions" / ".codebooks").iterdir() if "begun" in path.name]

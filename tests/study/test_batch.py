"""Several sessions are changed as one step: all of them or none, and a killed program leaves a note."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_refactoring import code, codes_of, opened

from codetui.cli.main import run
from codetui.core.session.commands import AssignCode, Command, NoteCoding, RecodeCoding, Refusal, RemoveCoding
from codetui.model import CodeId, SourceId, Span
from codetui.storage.journal import Journal, StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.batch import Begun, StepDone, StepRunner
from codetui.study.session.outcome import Saved
from codetui.study.steps import interrupted_steps
from codetui.study.workspace import Workspace
from testing.steps import run_commands


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in which rosa has coded three ads."""
    for ad in ("11", "12", "13"):
        code(tmp_path, ad, "TASK1", "TASK2", "TASK1")
    return tmp_path


def all_of(workspace: Workspace, change: type[RemoveCoding] = RemoveCoding) -> dict[SourceId, list[Command]]:
    """Return commands on all codings of TASK1."""
    found: dict[SourceId, list[Command]] = {}
    for record in workspace.study.sessions(coder="rosa"):
        found[record.source.id] = [change(coding.id) for coding in record.state.of_code(CodeId("TASK1"))]
    return found


def test_commands_in_several_sessions_are_one_step_with_one_transaction_each(study: Path) -> None:
    workspace = opened(study, "12")
    done = run_commands(workspace, "removal of 6 codings in 3 ads", all_of(workspace))
    assert isinstance(done, StepDone) and done.is_complete and done.sessions == 3 and not done.problems
    assert workspace.session is not None
    assert [coding.code for coding in workspace.session.state.live()] == ["TASK2"]
    workspace.release()
    [step], problems = StudyJournal(SessionPaths(study / "sessions", "rosa").study_log()).read()
    assert problems == [] and step.kind == "batch" and step.what == "removal of 6 codings in 3 ads"
    assert step.made_in == "12" and step.codebook_before == step.codebook_after
    logged = {
        (log.stem, one.id)
        for log in SessionPaths(study / "sessions", "rosa").logs()
        for one in Journal(log).read()[0]
        if one.step == step.id
    }
    assert logged == set(step.transactions) and len(logged) == 3
    assert [codes_of(study, ad) for ad in ("11", "12", "13")] == [["TASK2"]] * 3
    assert interrupted_steps(study / "sessions") == ([], [])


def test_the_documents_of_the_other_sessions_are_written(study: Path) -> None:
    workspace = opened(study, "12")
    run_commands(workspace, "removal", all_of(workspace))
    [document] = SessionPaths(study / "sessions", "rosa").documents_of("11")
    assert "TASK1" not in document.read_text("utf-8")


def test_refused_commands_are_left_out_and_counted(study: Path) -> None:
    workspace = opened(study, "12")
    commands = all_of(workspace)
    commands[SourceId("11")].append(AssignCode(Span(5, 9), CodeId("TASK2")))
    done = run_commands(workspace, "changes", commands)
    assert isinstance(done, StepDone) and done.sessions == 3
    assert ["already assigned" in one.message for one in done.skipped] == [True]


def test_commands_that_are_all_refused_write_nothing(study: Path) -> None:
    workspace = opened(study, "12")
    same = {SourceId(ad): [AssignCode(Span(0, 4), CodeId("TASK1"))] for ad in ("11", "13")}
    assert isinstance(run_commands(workspace, "codings", same), Refusal)
    assert not SessionPaths(study / "sessions", "rosa").study_log().exists()


def test_several_commands_on_one_coding_follow_each_other(study: Path) -> None:
    workspace = opened(study, "12")
    assert workspace.session is not None
    first, *_ = workspace.session.state.live()
    commands: list[Command] = [RecodeCoding(first.id, CodeId("TOOL1")), NoteCoding(first.id, "see 11")]
    done = run_commands(workspace, "changes", {SourceId("12"): commands})
    changed = workspace.session.state.codings[first.id]
    assert isinstance(done, StepDone) and (changed.code, changed.note) == ("TOOL1", "see 11")
    assert len(workspace.session.transactions) == 4 and not workspace.session.transactions[-1].step


def test_nothing_is_changed_if_one_of_the_sessions_is_open_elsewhere(study: Path) -> None:
    other = opened(study, "13", is_shared=True)
    assert other.session is not None
    assert isinstance(other.session.execute(AssignCode(Span(0, 3), CodeId("TASK2"))), Saved)
    workspace = opened(study, "12", is_shared=True)
    refused = run_commands(workspace, "removal", all_of(workspace))
    other.release()
    assert isinstance(refused, Refusal) and "ad 13 is open elsewhere" in refused.message
    assert codes_of(study, "11") == ["TASK1", "TASK2", "TASK1"]


class KilledError(BaseException):
    """The end of the program in the middle of a step."""


def killed_after(workspace: Workspace, sessions: int) -> None:
    """Begin to remove all codings of TASK1, and end once a number of sessions have the change."""

    def count(number: int) -> None:
        if number == sessions:
            raise KilledError

    runner = StepRunner.of(workspace)
    plan = runner.plan_commands("removal of 6 codings in 3 ads", all_of(workspace))
    assert not isinstance(plan, Refusal)
    begun = runner.begin(plan)
    assert isinstance(begun, Begun) and len(begun.done) == 1
    if sessions > 1:
        with pytest.raises(KilledError):
            runner.finish(begun, count)
    runner.release()
    workspace.release()
    # The lock of the note names this process, which is alive.
    for lock in (workspace.study.sessions_path / ".codebooks").glob("*.lock"):
        lock.unlink()


@pytest.mark.parametrize("sessions", [1, 2, 3])
@pytest.mark.parametrize("way", ["finish", "undo"])
def test_a_killed_step_is_announced_and_finished_or_taken_back(
    study: Path, sessions: int, way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    killed_after(opened(study, "12"), sessions)
    [step], [problem] = interrupted_steps(study / "sessions")
    assert step.what == "removal of 6 codings in 3 ads" and "was interrupted" in problem.message
    refused = run_commands(opened(study, "12"), "removal", {SourceId("13"): [AssignCode(Span(0, 3), CodeId("TASK2"))]})
    assert isinstance(refused, Refusal) and "was interrupted" in refused.message
    words = ["codebook", "finish", *(["--undo"] if way == "undo" else []), "--study", str(study)]
    assert run(words) == 0, capsys.readouterr()
    wanted = ["TASK2"] if way == "finish" else ["TASK1", "TASK2", "TASK1"]
    assert [codes_of(study, ad) for ad in ("11", "12", "13")] == [wanted] * 3
    assert interrupted_steps(study / "sessions") == ([], [])


def test_a_note_has_every_transaction_of_the_step(study: Path) -> None:
    killed_after(opened(study, "12"), 1)
    [note] = (study / "sessions" / ".codebooks").glob("begun_*.json")
    assert sorted(change[2] for change in json.loads(note.read_bytes())["changes"]) == ["11", "12", "13"]

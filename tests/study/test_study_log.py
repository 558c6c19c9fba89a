"""Each coder has a log of the study: it leads to all transactions of a step, and each of them leads to the step."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from test_migrate import Study as Coded

from codetui.model import StepId, StudyStep, Transaction
from codetui.storage import fs
from codetui.storage.journal import Journal, StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.merger import merge_folders
from codetui.study.study import Study


@pytest.fixture
def study(tmp_path: Path) -> Coded:
    """Return a study in which two coders have coded, just after a change of the codebook."""
    coded = Coded(tmp_path)
    coded.code("11", "TASK1", "TASK1")
    coded.code("12", "TASK1")
    coded.code("12", "TASK1", coder="ben")
    coded.code("13", "TOOL1")
    coded.change()
    return coded


def steps(study: Coded, coder: str) -> list[StudyStep]:
    found, problems = StudyJournal(SessionPaths(study.sessions, coder).study_log()).read()
    assert problems == []
    return found


def transactions(study: Coded, coder: str) -> dict[tuple[str, str], Transaction]:
    """Return the transactions of a coder by source and id."""
    paths = SessionPaths(study.sessions, coder)
    return {(log.stem, one.id): one for log in paths.logs() for one in Journal(log).read()[0]}


def test_the_transactions_of_a_step_are_found_from_the_study_log_and_the_step_from_each_of_them(study: Coded) -> None:
    assert study.run() == 0
    for coder, count in (("rosa", 2), ("ben", 1)):
        [step] = steps(study, coder)
        logged = transactions(study, coder)
        assert [logged[pair].cause for pair in step.transactions] == ["migration"] * count
        assert {pair for pair, one in logged.items() if one.step == step.id} == set(step.transactions)
        assert (step.kind, step.coder, step.seq, step.parents) == ("migration", coder, 1, ())
        assert (step.codebook_before, step.codebook_after) == (study.old.content_hash, study.book().content_hash)
    assert steps(study, "rosa")[0].id == steps(study, "ben")[0].id


def test_a_migration_that_changes_nothing_leaves_no_step(study: Coded) -> None:
    assert study.run() == 0
    before = study.logs()
    assert study.run() == 0
    assert study.logs() == before


def test_each_step_follows_the_last_one(study: Coded) -> None:
    assert study.run() == 0
    first = steps(study, "rosa")[0]
    log = StudyJournal(SessionPaths(study.sessions, "rosa").study_log())
    log.record(replace(first, id=StepId("next")))
    logged = [(one.id, one.seq, one.parents) for one in steps(study, "rosa")]
    assert logged == [(first.id, 1, ()), ("next", 2, (first.id,))]


def test_a_torn_step_is_reported_and_the_next_begins_a_line(study: Coded) -> None:
    assert study.run() == 0
    log = StudyJournal(SessionPaths(study.sessions, "rosa").study_log())
    line = log.path.read_bytes()
    log.path.write_bytes(line + line[:40])
    [step], [problem] = log.read()
    assert problem.line == 2
    log.record(step)
    assert line[:40] + b"\n" in log.path.read_bytes()


def test_merging_adds_study_steps_once(study: Coded, tmp_path_factory: pytest.TempPathFactory) -> None:
    assert study.run() == 0
    here = Coded(tmp_path_factory.mktemp("here"))
    here.code("11", "TASK1")
    opened = Study.open(here.folder)
    assert isinstance(opened, Study)
    for _ in range(2):
        list(merge_folders(opened, [study.sessions]))
        assert [steps(here, coder) for coder in ("rosa", "ben")] == [steps(study, coder) for coder in ("rosa", "ben")]


def test_a_failure_to_record_a_study_step_is_reported_and_the_sessions_keep_theirs(
    study: Coded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    append = fs.append

    def refuse(path: Path, data: bytes) -> None:
        if path.name == "study.jsonl":
            raise OSError(28, "No space left on device", str(path))
        append(path, data)

    monkeypatch.setattr(fs, "append", refuse)
    study.run()
    assert "the step is not in the log of the study: No space left" in capsys.readouterr().err
    assert {one.step for one in transactions(study, "rosa").values()} > {""}

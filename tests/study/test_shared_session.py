"""A session open in two programs: one writes, the other follows; nothing that was confirmed is lost."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from test_session import AD, BOOK, span

from codetui.core.session.commands import AssignCode, AssignProfile, Undo
from codetui.model import CodeId, SourceId, Span
from codetui.storage import disk
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import HeldElsewhere, Outcome, PullKind, Saved
from codetui.study.session.session import Session
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.studies import write_study

WORDS = ("You build", "pipelines", "Python", "You like people", "Run Kafka", "people")


def opened(root: Path) -> Session:
    return Session(AD, BOOK, SessionPaths(root, "rosa"), "rosa", token="")


def code(session: Session, words: str, to: str = "TASK1") -> Outcome:
    return session.execute(AssignCode(span(words), CodeId(to)))


def words(session: Session) -> list[str]:
    return [coding.words for coding in session.state.live()]


def lock_of(root: Path) -> Path:
    return root / "rosa" / "events" / ".7.jsonl.lock"


def test_the_first_command_locks_the_session_and_opening_does_not(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    assert not lock_of(tmp_path).exists()
    assert isinstance(code(first, "Python"), Saved)
    outcome = code(second, "pipelines")
    assert isinstance(outcome, HeldElsewhere) and f"process {os.getpid()}" in outcome.message
    assert words(second) == [] and second.holder is not None
    first.release()
    assert not lock_of(tmp_path).exists()


def test_a_takeover_continues_where_the_other_program_stopped(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    code(first, "Python")
    second.take_over()
    assert words(second) == ["Python"]
    assert isinstance(code(second, "pipelines"), Saved)
    before = first.state
    assert isinstance(code(first, "people"), HeldElsewhere) and first.state is before
    first.take_over()
    assert words(first) == ["Python", "pipelines"] and isinstance(code(first, "people"), Saved)
    assert [one.seq for one in Journal(tmp_path / "rosa/events/7.jsonl").read()[0]] == [1, 2, 3]


def test_a_command_takes_the_other_programs_steps_into_account(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    code(first, "Python")
    first.release()
    outcome = code(second, "Python")
    assert "already assigned to these words" in outcome.message
    assert isinstance(second.execute(Undo()), Saved) and words(second) == []


def test_a_read_only_session_shows_new_codings_and_writes_nothing(tmp_path: Path) -> None:
    first = opened(tmp_path)
    code(first, "Python")
    first.save_document()
    second = opened(tmp_path)
    assert second.initial_pull is None and not second.has_unsaved_document and second.changed() is None
    code(first, "pipelines")
    assert second.changed() is not None and second.changed() == second.changed()
    taken = second.pull()
    assert taken is not None and "changed this session" in taken.message and words(second) == ["Python", "pipelines"]
    assert second.changed() is None and second.save_document(is_forced=True) is None
    assert "pipelines" not in first.document_path.read_text("utf-8")
    first.release()
    assert second.changed() is not None
    taken = second.pull()
    assert taken is not None and taken.kind is PullKind.FREED and second.has_unsaved_document


def test_a_program_that_lost_the_session_no_longer_writes_the_document(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    code(first, "Python")
    second.take_over()
    code(second, "pipelines")
    second.save_document()
    text = second.document_path.read_text("utf-8")
    assert first.save_document() is None and first.save_document(is_forced=True) is None
    assert second.document_path.read_text("utf-8") == text and "pipelines" in text
    taken = first.pull()
    assert taken is not None and taken.kind is PullKind.HELD and words(first) == ["Python", "pipelines"]


def test_a_hand_edit_is_imported_once_by_the_holder_of_the_session(tmp_path: Path) -> None:
    first = opened(tmp_path)
    code(first, "Python")
    first.save_document()
    second = opened(tmp_path)
    path = first.document_path
    path.write_text(path.read_text("utf-8").replace('  - "Python"', '  - "Python"\n  - "You like people."'), "utf-8")
    assert second.pull() is None
    assert first.pull() is not None and len(words(first)) == 2
    second.pull()
    assert words(second) == words(first)
    causes = [one.cause for one in Journal(tmp_path / "rosa/events/7.jsonl").read()[0]]
    assert causes == ["hand", "edit"]


@pytest.mark.parametrize("obstacle", ["folder", "refusal"])
def test_a_failure_to_create_the_lock_is_reported_and_coding_continues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, obstacle: str
) -> None:
    session = opened(tmp_path)
    if obstacle == "folder":
        lock_of(tmp_path).mkdir(parents=True)
    else:
        create = disk.create

        def refuse(path: Path) -> int:
            if path.name.startswith(".7.jsonl.lock"):
                raise PermissionError(13, "Permission denied")
            return create(path)

        monkeypatch.setattr(disk, "create", refuse)
    outcome = code(session, "Python")
    assert isinstance(outcome, Saved) and "other programs cannot see" in outcome.message
    outcome = code(session, "pipelines")
    assert isinstance(outcome, Saved) and "other programs" not in outcome.message
    assert [problem.severity for problem in session.problems] == ["warning"]
    assert words(opened(tmp_path)) == ["Python", "pipelines"]


def test_a_deleted_lock_is_created_again(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, "Python")
    lock_of(tmp_path).unlink()
    assert isinstance(code(session, "pipelines"), Saved) and lock_of(tmp_path).exists()


@pytest.mark.parametrize("seed", range(5))
def test_every_confirmed_command_of_two_programs_is_kept_once(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    programs = [opened(tmp_path), opened(tmp_path)]
    confirmed: list[tuple[str, str]] = []
    for _ in range(120):
        number = chance.randrange(2)
        session = programs[number]
        match chance.choice(["code", "code", "code", "profile", "take over", "look", "save", "release", "restart"]):
            case "code":
                pair = chance.choice(WORDS), chance.choice(["TASK1", "TASK2", "TECH1"])
                if isinstance(code(session, *pair), Saved):
                    confirmed.append(pair)
            case "profile":
                session.execute(AssignProfile("1", f"because {chance.random()}"))
            case "take over":
                session.take_over()
            case "look":
                session.pull()
            case "save":
                assert session.save_document() is None
            case "release":
                session.release()
            case "restart":
                session.release()
                programs[number] = opened(tmp_path)
    for session in programs:
        session.take_over()
    last = programs[1]
    assert last.save_document() is None
    coded = [(coding.words, coding.code) for coding in last.state.live()]
    assert coded == confirmed and len(set(coded)) == len(coded)
    again = opened(tmp_path)
    assert [(coding.words, coding.code) for coding in again.state.live()] == confirmed
    assert not any(one.cause == "edit" for one in again.transactions)


def test_other_ads_and_other_coders_are_not_locked(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    programs = [started(study, coder, ad) for coder, ad in (("rosa", "11"), ("rosa", "12"), ("wil", "11"))]
    for program in programs:
        assert program.session is not None
        assert isinstance(program.session.execute(AssignCode(program_span(program), CodeId("TASK1"))), Saved)
    for program in programs:
        program.leave()
        program.release()
    assert not list(study.rglob(".*.lock"))


def test_opening_another_ad_releases_the_session(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    program = started(study, "rosa", "11")
    program.session.execute(AssignCode(program_span(program), CodeId("TASK1")))
    assert len(list(study.rglob(".*.lock"))) == 1
    entry = program.entry
    assert entry is not None
    program.open(entry)
    program.session.execute(AssignProfile("1", "why"))
    assert program.holder is None and len(list(study.rglob(".*.lock"))) == 1
    other = program.begin_with(SourceId("12"))
    assert other is not None
    program.open(other)
    assert not list(study.rglob(".*.lock"))


def test_a_document_of_a_session_open_elsewhere_is_not_restored(tmp_path: Path) -> None:
    study = write_study(tmp_path)
    busy, other = started(study, "rosa", "11"), started(study, "rosa", "12")
    busy.session.execute(AssignCode(program_span(busy), CodeId("TASK1")))
    for batch in other.sources.batches():
        other.sources.add(batch)
    assert [ad for ad, _ in other.sources.read_statuses()] == ["11"]
    assert not list(study.rglob("analysis_job_*.md"))
    busy.release()
    assert [ad for ad, _ in other.sources.read_statuses()] == ["11"]
    assert len(list(study.rglob("analysis_job_*.md"))) == 1


def started(study: Path, coder: str, ad: str) -> Workspace:
    program = open_workspace(Study.open(study), coder, wanted=ad, is_shared=True)
    assert program.first is not None
    program.open(program.first)
    return program


def program_span(program: Workspace) -> Span:
    """Return the span of the first line of the open ad."""
    assert program.session is not None
    return Span(0, program.session.source.text.index("\n"))

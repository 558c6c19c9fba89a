"""A session open in two programs: one codes, the other is read-only, and either may take it over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from test_watching import until
from textual.pilot import Pilot

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, Span
from codetui.storage.journal import SessionLog
from codetui.storage.session_lock import SessionLock
from codetui.study.session.outcome import HeldElsewhere, Outcome, Saved
from codetui.study.workspace import Workspace
from codetui.tui.bench import UNSEEN
from codetui.tui.dialogs.confirm import TakeOverDialog
from codetui.tui.widgets.status_line import StatusLine
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, study_with, write_ad

AD = "You light the lamp. You watch the sea until dawn. You polish the mirrors."


def shared(folder: Path) -> Workspace:
    """Open a program on the study in a folder, as `codetui` does."""
    workspace = Workspace(study_with(folder), "rosa", is_shared=True)
    workspace.begin_with()
    return workspace


def words(screen: WorkbenchScreen) -> list[str]:
    return [coding.words for coding in screen.state.live()]


def message_of(screen: WorkbenchScreen) -> str:
    return screen.query_one(StatusLine).message[0]


def is_asked(pilot: Pilot[object]) -> bool:
    return isinstance(pilot.app.screen, TakeOverDialog)


def code_elsewhere(program: Workspace, words: str, code: str = "TASK1") -> Outcome:
    """Let the other program code these words."""
    start = AD.index(words)
    return program.session.execute(AssignCode(Span(start, start + len(words)), CodeId(code)))


@pytest.fixture
def other(tmp_path: Path) -> Workspace:
    """Return the other program, which has the session."""
    write_ad(tmp_path, AD)
    program = shared(tmp_path)
    assert program.first is not None
    program.open(program.first)
    assert isinstance(code_elsewhere(program, "You light the lamp."), Saved)
    return program


async def test_reading_locks_nothing(tmp_path: Path, other: Workspace) -> None:
    other.release()
    async with running(shared(tmp_path)) as (pilot, _):
        await press(pilot, "sss")
        assert not is_asked(pilot)
        assert isinstance(code_elsewhere(other, "You watch"), Saved)


async def test_the_second_program_is_asked_and_stays_read_only(tmp_path: Path, other: Workspace) -> None:
    async with running(shared(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: is_asked(pilot))
        await pilot.pause(UNSEEN)
        await press(pilot, "<escape>")
        assert "Read only: open elsewhere" in message_of(screen) and f"process {os.getpid()}" in message_of(screen)
        await press(pilot, "s11")
        assert message_of(screen).startswith("Read only: ") and "O takes it over" in message_of(screen)
        code_elsewhere(other, "You polish")
        await until(pilot, lambda: len(words(screen)) == 2)
        assert words(screen) == ["You light the lamp.", "You polish"]
        other.release()
        await until(pilot, lambda: "you can code it here" in message_of(screen))
        await press(pilot, "s12")
        assert len(words(screen)) == 3


async def test_keys_typed_after_escape_are_refused_in_the_workbench(tmp_path: Path, other: Workspace) -> None:
    async with running(shared(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: is_asked(pilot))
        await pilot.pause(UNSEEN)
        await press(pilot, "<escape>11")
        assert message_of(screen).startswith("Read only: ") and words(screen) == ["You light the lamp."]


async def test_a_session_taken_over_has_all_codings_of_the_other_program(tmp_path: Path, other: Workspace) -> None:
    async with running(shared(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: is_asked(pilot))
        await pilot.pause(UNSEEN)
        await press(pilot, "o")
        assert message_of(screen).startswith("You can code this session here now.")
        await press(pilot, "s12<ctrl+s>")
        assert words(screen) == ["You light the lamp.", "You watch the sea until dawn."]
        outcome = code_elsewhere(other, "You polish")
        assert isinstance(outcome, HeldElsewhere) and "Open elsewhere" in outcome.message
        assert other.session and not other.session.has_unsaved_document


async def test_a_command_after_losing_the_session_is_kept(
    tmp_path: Path, other: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codetui.tui.workbench.background.LOOK_EVERY", 3600)
    other.release()
    async with running(shared(tmp_path)) as (pilot, screen):
        await press(pilot, "s12")
        other.take_over()
        code_elsewhere(other, "You polish")
        await press(pilot, "n")
        await press(pilot, "why<enter>")
        assert is_asked(pilot)
        await pilot.pause(UNSEEN)
        assert len(words(screen)) == 2 and not any(coding.note for coding in screen.state.live())
        await press(pilot, "<escape>")
        assert "carries out your last command" in message_of(screen)
        await press(pilot, "O")
        assert words(screen) == ["You light the lamp.", "You watch the sea until dawn.", "You polish"]
        assert [coding.note for coding in screen.state.live()] == ["", "why", ""]


async def test_a_session_without_another_holder_is_not_taken_over(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(shared(tmp_path)) as (pilot, screen):
        await press(pilot, "O")
        assert "you can code it here" in message_of(screen)


async def test_a_session_just_taken_by_another_program_can_be_taken_back(
    tmp_path: Path, other: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("codetui.tui.workbench.background.LOOK_EVERY", 3600)
    other.release()
    async with running(shared(tmp_path)) as (pilot, screen):
        code_elsewhere(other, "You polish")
        await press(pilot, "O")
        assert message_of(screen).startswith("You can code this session here now.") and len(words(screen)) == 2
        assert isinstance(code_elsewhere(other, "You watch"), HeldElsewhere)


async def test_a_session_with_an_unknown_holder_is_never_reported_as_yours(
    tmp_path: Path, other: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(shared(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: is_asked(pilot))
        await pilot.pause(UNSEEN)

        def refuse(_: SessionLock) -> None:
            raise OSError(30, "Read-only file system")

        monkeypatch.setattr(SessionLock, "take_over", refuse)
        await press(pilot, "o")
        assert "ou can code" not in message_of(screen) and "Read-only file system" in message_of(screen)
        await press(pilot, "O")
        assert "ou can code" not in message_of(screen) and "Read-only file system" in message_of(screen)


async def test_a_session_with_an_unreadable_log_is_never_reported_as_yours(
    tmp_path: Path, other: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(shared(tmp_path)) as (pilot, screen):
        await until(pilot, lambda: is_asked(pilot))
        await pilot.pause(UNSEEN)

        def refuse(_: SessionLog) -> bool:
            raise OSError(5, "Input/output error", "11.jsonl")

        monkeypatch.setattr(SessionLog, "catch_up", refuse)
        await press(pilot, "o")
        assert "ou can code" not in message_of(screen) and "Input/output error" in message_of(screen)

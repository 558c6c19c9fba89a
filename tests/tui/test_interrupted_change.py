"""A change of the codebook interrupted by a kill: the next start asks, and one key finishes or reverts it."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_code_changes import assigned_codes, confirmed, move_to, until_done
from test_codebook_editing_screen import coded_before, codes_in, message_of, on_words, opened

from codetui.core.codebook.refactoring import Rename
from codetui.core.session.state import replay
from codetui.model import CodeId
from codetui.storage.journal import Journal
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.steps import interrupted_steps
from codetui.tui.dialogs.confirm import ChoiceDialog
from testing.keys import press, running, until

RENAME = Rename(CodeId("TASK1"), CodeId("T1"), "Lights")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a study whose codebook, but no session, was changed by a program that has ended."""
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    coded_before(tmp_path, "13", "one stone", "TASK1", coder="otto")
    refactoring = CodeRefactoring(opened(tmp_path))
    counted = refactoring.count(RENAME)
    assert isinstance(counted, MigrationPreview), counted
    begun = refactoring.apply(counted)
    assert isinstance(begun, MigrationPreview) and begun.note is not None, begun
    begun.note.release()
    return tmp_path


def codes(folder: Path) -> list[str]:
    logs = sorted((folder / "sessions").glob("*/events/1[23].jsonl"))
    return [coding.code for log in logs for coding in replay(Journal(log).read()[0]).live()]


@pytest.mark.parametrize(("key", "code"), [("f", "T1"), ("t", "TASK1"), ("<enter>", "T1")])
async def test_an_interrupted_change_is_finished_or_reverted_with_one_key_at_the_start(
    folder: Path, key: str, code: str
) -> None:
    async with running(opened(folder)) as (pilot, bench):
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await press(pilot, key)
        await until(pilot, lambda: pilot.app.screen is bench)
        await until_done(pilot)
        assert "2 codings in 2 ads" in message_of(bench) or (code == "TASK1" and "Taken back" in message_of(bench))
        assert codes(folder) == [code, code] and code in codes_in(folder)
        assert interrupted_steps(folder / "sessions") == ([], [])
        assert not any("interrupted" in one.message for one in bench.workspace.problems)
        assert bench.index.codes.keys() >= {code}


@pytest.mark.parametrize("key", ["l", "<escape>"])
async def test_choosing_later_changes_nothing_and_asks_before_the_next_change(folder: Path, key: str) -> None:
    async with running(opened(folder)) as (pilot, bench):
        await until(pilot, lambda: isinstance(pilot.app.screen, ChoiceDialog))
        await press(pilot, key)
        assert pilot.app.screen is bench and codes(folder) == ["TASK1", "TASK1"]
        assert any("was interrupted" in one.message for one in bench.workspace.problems)
        await move_to(pilot, bench, "TASK2")
        await press(pilot, "T")
        await press(pilot, "f")
        await until(pilot, lambda: pilot.app.screen is bench)
        await until_done(pilot)
        assert codes(folder) == ["T1", "T1"]


async def test_a_study_without_an_interrupted_change_asks_nothing(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11")
        await move_to(pilot, bench, "TASK1")
        await confirmed(pilot, "Tn<home>X<ctrl+s>")
        assert assigned_codes(bench) == ["XTASK1"]
    async with running(opened(tmp_path)) as (pilot, bench):
        await until_done(pilot)
        assert pilot.app.screen is bench

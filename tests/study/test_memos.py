"""Memos on codes, profiles, the study, ads and quotations: written, edited by hand in memos.md, undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_refactoring import code, opened

from codetui.core.session.commands import Refusal
from codetui.model import MemoTarget
from codetui.study.batch import StepRunner
from codetui.study.history import History
from codetui.study.memos import Memos
from codetui.study.session.outcome import Saved
from codetui.study.workspace import Workspace

STUDY = MemoTarget(kind="study", id="")
CODE = MemoTarget(kind="code", id="TASK1")
AD = MemoTarget(kind="source", id="11")
LONG = "# Is this one code?\n\nLighting and *lamps* stand together in ad 12.\n\n- ask Otto"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in which rosa has coded two ads."""
    for ad in ("11", "12"):
        code(tmp_path, ad, "TASK1", "TASK2")
    return tmp_path


def written(workspace: Workspace, *texts: tuple[MemoTarget, str]) -> Memos:
    memos = Memos(workspace)
    for target, text in texts:
        assert isinstance(memos.write(target, text), Saved)
    assert memos.sync() == []
    return memos


def test_memos_are_written_to_a_file_with_an_id_each(study: Path) -> None:
    workspace = opened(study, "11")
    memos = written(workspace, (STUDY, "Where we are"), (CODE, LONG), (AD, "Two\nlines"))
    text = memos.path.read_text("utf-8")
    assert [line.partition(" {#")[0] for line in text.splitlines() if line.startswith("## ")] == [
        "## Study",
        "## Code TASK1: Lighting",
        "## Ad 11",
    ]
    assert LONG in text
    again = Memos(opened(study, "11"))
    assert [again.of(one).text for one in (STUDY, CODE, AD)] == ["Where we are", LONG, "Two\nlines"]  # type: ignore[union-attr]
    assert again.sync() == [] and memos.path.read_text("utf-8") == text


def test_a_memo_of_another_ad_stays_in_the_file(study: Path) -> None:
    written(opened(study, "11"), (AD, "On the shore"))
    memos = written(opened(study, "12"), (MemoTarget(kind="source", id="12"), "On the harbour"))
    assert "On the shore" in memos.path.read_text("utf-8") and len(memos.known()) == 2


def test_an_edit_by_hand_is_imported_as_a_step_that_can_be_undone(study: Path) -> None:
    workspace = opened(study, "11")
    memos = written(workspace, (CODE, "One code?"), (AD, "On the shore"))
    edited = memos.path.read_text("utf-8").replace("One code?", "Two codes.").replace("On the shore", "At sea")
    memos.path.write_text(edited, "utf-8")
    workspace = opened(study, "12")
    memos = Memos(workspace)
    assert memos.sync() == []
    assert {entry.text for entry in memos.known()} == {"Two codes.", "At sea"}
    assert memos.path.read_text("utf-8") == edited
    workspace = opened(study, "11")
    memos = Memos(workspace)
    assert memos.of(AD).text == "At sea"  # type: ignore[union-attr]
    history = History(workspace)
    entry = history.latest(is_undo=True)
    assert not isinstance(entry, Refusal) and isinstance(history.reverse_here(entry, is_undo=True), Saved)
    assert memos.sync() == [] and "On the shore" in memos.path.read_text("utf-8")


def test_a_memo_on_a_code_is_undone_and_redone(study: Path) -> None:
    workspace = opened(study, "11")
    memos = written(workspace, (CODE, "One"), (CODE, "Two"))
    history = History(workspace)
    for is_undo, text in ((True, "One"), (True, ""), (False, "One"), (False, "Two")):
        entry = history.latest(is_undo=is_undo)
        assert not isinstance(entry, Refusal) and entry.what == "memo on code TASK1: Lighting"
        runner = StepRunner.of(workspace)
        found = history.count(entry, runner, is_undo=is_undo)
        assert not isinstance(found, Refusal)
        runner.carry_out(found.plan)
        known = memos.of(CODE)
        assert (known.text if known else "") == text
        assert memos.sync() == [] and (f"\n{text}\n" in memos.path.read_text("utf-8"))


def test_a_deleted_section_removes_the_memo(study: Path) -> None:
    memos = written(opened(study, "11"), (CODE, "One code?"), (AD, "On the shore"))
    text = memos.path.read_text("utf-8")
    memos.path.write_text(text[: text.index("\n## Ad 11")], "utf-8")
    memos = Memos(opened(study, "11"))
    assert memos.sync() == [] and memos.of(AD) is None and memos.of(CODE) is not None


@pytest.mark.parametrize("damage", ["", "# Memos of rosa\n", "<<<<<<< ours\n=======\n>>>>>>> theirs\n"])
def test_a_damaged_file_is_reported_and_left_alone(study: Path, damage: str) -> None:
    memos = written(opened(study, "11"), (CODE, "One code?"), (AD, "On the shore"))
    text = memos.path.read_text("utf-8")
    memos.path.write_text(text + damage if "<" in damage else damage, "utf-8")
    memos = Memos(opened(study, "11"))
    [problem] = {one.severity for one in memos.sync()}
    assert problem == "error" and memos.of(CODE) is not None and memos.of(AD) is not None
    assert memos.path.read_text("utf-8") == (text + damage if "<" in damage else damage)
    memos.path.unlink()
    assert memos.sync() == [] and memos.path.read_text("utf-8") == text


def test_a_memo_changed_on_both_sides_keeps_the_other_one_for_undo(study: Path) -> None:
    workspace = opened(study, "11")
    memos = written(workspace, (AD, "First"))
    text = memos.path.read_text("utf-8")
    assert isinstance(memos.write(AD, "In the program"), Saved)
    memos.path.write_text(text.replace("First", "By hand"), "utf-8")
    [problem] = memos.sync()
    assert problem.severity == "warning" and "changed in the program too" in problem.message
    assert memos.of(AD).text == "By hand"  # type: ignore[union-attr]
    history = History(workspace)
    entry = history.latest(is_undo=True)
    assert not isinstance(entry, Refusal)
    history.reverse_here(entry, is_undo=True)
    assert memos.of(AD).text == "In the program"  # type: ignore[union-attr]


def test_a_memo_with_headings_like_those_of_the_file_stays_one_memo(study: Path) -> None:
    tricky = "Text\n## Code TASK2 {#abc}\n\\## x {#y}\nmore"
    workspace = opened(study, "11")
    memos = written(workspace, (CODE, tricky))
    (study / "sessions" / "rosa" / ".memos.checked").unlink()
    memos = Memos(opened(study, "11"))
    assert memos.sync() == [] and memos.of(CODE).text == tricky  # type: ignore[union-attr]


def test_a_text_under_an_unknown_id_is_kept_and_reported(study: Path) -> None:
    memos = written(opened(study, "11"), (CODE, "One code?"))
    text = memos.path.read_text("utf-8") + "\n## Something {#mine}\n\nMy own words\n"
    memos.path.write_text(text, "utf-8")
    [problem] = memos.sync()
    kept = study / "sessions" / "rosa" / "memo-mine.unsaved.md"
    assert str(kept) in problem.message and kept.read_text("utf-8") == "My own words\n"


def test_nothing_is_written_where_there_are_no_memos(study: Path) -> None:
    memos = Memos(opened(study, "11"))
    assert memos.sync() == [] and not memos.path.exists() and memos.known() == []


def test_a_file_from_a_machine_that_lacks_the_last_change_undoes_nothing(study: Path) -> None:
    workspace = opened(study, "11")
    memos = written(workspace, (CODE, "First"), (AD, "Old"))
    stale = memos.path.read_text("utf-8")
    written(workspace, (CODE, "Second"), (AD, "New"))
    memos.path.write_text(stale.replace("Old", "By hand"), "utf-8")
    (study / "sessions" / "rosa" / ".memos.checked").unlink()
    memos = Memos(opened(study, "11"))
    memos.sync()
    assert memos.of(CODE).text == "Second" and memos.of(AD).text == "By hand"  # type: ignore[union-attr]
    assert "Second" in memos.path.read_text("utf-8")

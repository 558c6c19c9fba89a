"""Which step undo takes back, and why it refuses where somebody has built on one."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_refactoring import code, codes_of, done, opened

from codetui.core.codebook.refactoring import Merge, Reinstate, Rename
from codetui.core.session.commands import AssignCode, Refusal
from codetui.formats.codebook.editing import append_example, set_texts
from codetui.model import Code, CodeId, SourceId, Span
from codetui.study.batch import StepDone, StepRunner
from codetui.study.history import History, HistoryEntry, Reversal
from codetui.study.proposals import edit_or_propose
from codetui.study.session.outcome import Saved
from codetui.study.workspace import Workspace
from testing.steps import run_commands
from testing.studies import CODEBOOK

MERGE = Merge(CodeId("TASK1"), CodeId("TASK2"))


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study in which rosa has coded two ads and otto one."""
    code(tmp_path, "11", "TASK1", "TASK2")
    code(tmp_path, "12", "TASK1")
    code(tmp_path, "12", "TASK1", "TOOL1", coder="otto")
    return tmp_path


def latest(workspace: Workspace, *, is_undo: bool = True) -> HistoryEntry:
    found = History(workspace).latest(is_undo=is_undo)
    assert isinstance(found, HistoryEntry), found
    return found


def counted(workspace: Workspace, *, is_undo: bool = True) -> Reversal | Refusal:
    runner = StepRunner.of(workspace)
    found = History(workspace).count(latest(workspace, is_undo=is_undo), runner, is_undo=is_undo)
    runner.release()
    return found


def reverse(workspace: Workspace, *, is_undo: bool = True) -> str:
    runner, history = StepRunner.of(workspace), History(workspace)
    found = history.count(latest(workspace, is_undo=is_undo), runner, is_undo=is_undo)
    assert isinstance(found, Reversal), found
    carried_out = runner.carry_out(found.plan)
    assert isinstance(carried_out, StepDone) and carried_out.problems == ()
    runner.release()
    return found.message


def changed_definition(workspace: Workspace, text: str) -> None:
    known = next(one for one in workspace.book.codes if one.id == "TASK1")
    new = Code(id=known.id, name=known.name, section=known.section, definition=text)
    edit_or_propose(workspace, f"edit of TASK1: {text}", lambda book: set_texts(book, known, new))


def test_a_step_is_undone_from_any_ad_that_it_touched_after_a_restart(study: Path) -> None:
    workspace = opened(study, "11")
    done(workspace, MERGE)
    workspace.leave()
    workspace.release()
    workspace = opened(study, "12")
    assert latest(workspace).what == "merge of TASK1 into TASK2"
    assert reverse(workspace) == "Undone: merge of TASK1 into TASK2 (3 codings in 2 ads of 2 coders)."
    assert codes_of(study, "11") == ["TASK1", "TASK2"] and codes_of(study, "12", "otto") == ["TASK1", "TOOL1"]
    assert (study / "codebook.toml").read_text("utf-8") == CODEBOOK
    assert reverse(opened(study, "11"), is_undo=False).startswith("Redone: merge of TASK1 into TASK2 (3 codings")
    assert codes_of(study, "11") == ["TASK2", "TASK2"] and codes_of(study, "12", "otto") == ["TASK2", "TOOL1"]


def test_the_step_of_another_coder_is_skipped(study: Path) -> None:
    done(opened(study, "11"), MERGE)
    workspace = opened(study, "12", "otto")
    entry = latest(workspace)
    assert entry.step is None and entry.what.startswith("TOOL1")
    [listed] = History(workspace).of_study()
    assert (
        listed.by == "rosa"
        and "only they can undo it" in History(workspace).count(listed, StepRunner.of(workspace), is_undo=True).message
    )


def test_what_was_recoded_after_a_step_keeps_its_code(study: Path) -> None:
    done(opened(study, "11"), MERGE)
    workspace = opened(study, "12", "otto")
    coding = workspace.session.state.of_code(CodeId("TASK2"))[0]  # type: ignore[union-attr]
    run_commands(workspace, "change", {SourceId("12"): [AssignCode(Span(0, 3), CodeId("TASK2"))]})
    workspace.leave()
    workspace.release()
    reverse(opened(study, "11"))
    assert coding.code == "TASK2" and sorted(codes_of(study, "12", "otto")) == ["TASK1", "TASK2", "TOOL1"]


def test_an_undo_names_whose_codings_use_a_code_that_would_be_gone(study: Path) -> None:
    done(opened(study, "11"), Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    code(study, "13", "T1", coder="otto")
    workspace = opened(study, "13")
    assert isinstance(workspace.session and workspace.session.execute(AssignCode(Span(0, 3), CodeId("T1"))), Saved)
    refused = counted(opened(study, "11"))
    assert isinstance(refused, Refusal)
    assert "1 coding of otto in ad 13 and 1 coding of yours in ad 13 use T1" in refused.message
    assert codes_of(study, "11") == ["T1", "TASK2"]


def test_an_undo_names_the_later_edit_of_the_same_part(study: Path) -> None:
    changed_definition(opened(study, "11"), "First.")
    changed_definition(opened(study, "12", "otto"), "Second.")
    refused = counted(opened(study, "11"))
    assert isinstance(refused, Refusal) and "“edit of TASK1: Second.” by otto" in refused.message
    assert "Second." in (study / "codebook.toml").read_text("utf-8")


def test_a_merge_whose_retired_code_was_reinstated_is_undone_after_that_only(study: Path) -> None:
    done(opened(study, "11"), MERGE)
    done(opened(study, "13"), Reinstate(CodeId("TASK1")))
    refused = counted(opened(study, "11"))
    assert isinstance(refused, Refusal) and "“reinstatement of TASK1”" in refused.message
    reverse(opened(study, "13"))
    reverse(opened(study, "11"))
    assert (study / "codebook.toml").read_text("utf-8") == CODEBOOK


def test_other_parts_and_comments_that_were_edited_meanwhile_stay(study: Path) -> None:
    workspace = opened(study, "11")
    changed_definition(workspace, "First.")
    edit_or_propose(opened(study, "12", "otto"), "example", lambda text: append_example(text, "TASK2", "the sea"))
    path = study / "codebook.toml"
    path.write_text(path.read_text("utf-8") + "\n# agreed in May\n", "utf-8")
    reverse(opened(study, "11"))
    text = path.read_text("utf-8")
    assert "the sea" in text and "# agreed in May" in text and "Lighting lamps." in text and "First." not in text


def test_a_codebook_with_windows_line_ends_keeps_them(study: Path) -> None:
    path = study / "codebook.toml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    before = path.read_bytes()
    changed_definition(opened(study, "11"), "First.")
    reverse(opened(study, "11"))
    assert path.read_bytes() == before


def test_the_documents_have_the_old_label_again_after_a_name_is_undone(study: Path) -> None:
    def documents() -> list[str]:
        return [path.read_text("utf-8") for path in sorted((study / "sessions").glob("*/analysis_job_*.md"))]

    before = documents()
    done(opened(study, "13"), Rename(CodeId("TASK1"), CodeId("TASK1"), "Lights"))
    assert all("Lights" in text for text in documents())
    reverse(opened(study, "13"))
    assert documents() == before

"""The codebook is changed during coding, and kept in every version used."""

from __future__ import annotations

from pathlib import Path

from codetui.core.codebook.diff import Part
from codetui.core.session.commands import AssignCode, Refusal
from codetui.formats.codebook.editing import add_code, append_example, set_field
from codetui.model import Code, CodeId, Span, text_hash
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.studies import CODEBOOK, SHORE, write_study

LAMP = "You light the lamp at dusk."


def opened(folder: Path) -> Workspace:
    workspace = open_workspace(Study.open(folder), "rosa", wanted="11")
    assert workspace.first is not None
    workspace.open(workspace.first)
    return workspace


def code(workspace: Workspace, words: str, code_id: str) -> None:
    start = SHORE.index(words)
    assert isinstance(workspace.session.execute(AssignCode(Span(start, start + len(words)), CodeId(code_id))), Saved)


def versions(workspace: Workspace) -> list[str]:
    assert workspace.session is not None
    return [coding.codebook for coding in workspace.session.state.live()]


def test_a_book_is_kept_with_the_first_coding(tmp_path: Path) -> None:
    workspace = opened(write_study(tmp_path))
    assert not (tmp_path / "sessions").exists()
    code(workspace, LAMP, "TASK1")
    kept = list((tmp_path / "sessions" / ".codebooks").glob("*.toml"))
    assert [path.read_text("utf-8") for path in kept] == [CODEBOOK]


def test_only_a_codebook_without_faulty_fields_is_not_checked_again(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    (folder / "sessions").mkdir()
    (folder / "codebook.toml").write_text(CODEBOOK + 'colour = "red"\n', "utf-8")
    for _ in range(2):
        workspace = opened(folder)
        workspace.warm_up()
        assert len([each for each in workspace.problems if "colour" in each.message]) == 1
        assert len([each for each in workspace.codebook.problems if "colour" in each.message]) == 1
    (folder / "codebook.toml").write_text(CODEBOOK, "utf-8")
    opened(folder).warm_up()
    assert [path.stem for path in folder.glob("sessions/.codebooks/*.checked")] == [text_hash(CODEBOOK)[:12]]


def test_a_new_code_can_be_assigned_at_once_and_the_old_definition_stays_readable(tmp_path: Path) -> None:
    workspace = opened(write_study(tmp_path))
    code(workspace, LAMP, "TASK1")
    new = Code(id=CodeId("TASK3"), name="Polishing", section="tasks", definition="Cleans.", found_in="11")
    assert isinstance(workspace.edit_codebook(lambda text: add_code(text, new)), Saved)
    changed = workspace.edit_codebook(
        lambda text: set_field(text, Part("code", "TASK1"), "definition", "Lights lamps.")
    )
    assert isinstance(changed, Saved)
    code(workspace, "You polish the mirrors every week.", "TASK3")
    old, latest = versions(workspace)
    before, after = workspace.codebook.kept(old), workspace.codebook.kept(latest)
    assert before is not None and after is not None
    assert [one.definition for one in before.codes[:1]] == ["Lighting lamps."]
    assert [(one.id, one.definition) for one in after.codes if one.section == "tasks"] == [
        ("TASK1", "Lights lamps."),
        ("TASK2", "Looking out."),
        ("TASK3", "Cleans."),
    ]
    assert latest == f"7#{text_hash((tmp_path / 'codebook.toml').read_text('utf-8'))[:12]}"
    assert (tmp_path / "codebook.toml").read_text("utf-8").startswith(CODEBOOK[:200])


def test_a_renamed_code_has_its_new_name_in_the_document(tmp_path: Path) -> None:
    workspace = opened(write_study(tmp_path))
    code(workspace, LAMP, "TASK1")
    workspace.leave()
    workspace.edit_codebook(lambda text: set_field(text, Part("code", "TASK1"), "name", "Lights"))
    workspace.leave()
    (document,) = (tmp_path / "sessions" / "rosa").glob("*.md")
    assert "- **TASK1: Lights:**" in document.read_text("utf-8")


def test_an_edit_keeps_concurrent_changes_of_the_codebook(tmp_path: Path) -> None:
    workspace = opened(write_study(tmp_path))
    other = Code(id=CodeId("TASK9"), name="Other", section="tasks", definition="By another hand.")
    path = tmp_path / "codebook.toml"
    path.write_text(add_code(CODEBOOK, other), "utf-8")
    workspace.edit_codebook(lambda text: append_example(text, "TASK1", "a lamp"))
    assert {one.id for one in workspace.book.codes} >= {"TASK9"}
    assert [one.examples for one in workspace.book.codes if one.id == "TASK1"] == [("a lamp",)]


def test_an_impossible_change_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    workspace = opened(write_study(tmp_path))
    twin = Code(id=CodeId("TASK1"), name="Twin", section="tasks")
    assert isinstance(workspace.edit_codebook(lambda text: add_code(text, twin)), Refusal)
    assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK
    (tmp_path / "codebook.toml").unlink()
    assert isinstance(workspace.edit_codebook(lambda text: append_example(text, "TASK1", "x")), NotSaved)
    assert [one.id for one in workspace.book.codes] == ["TASK1", "TASK2", "TOOL1"]

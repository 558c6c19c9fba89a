"""Refactoring a code at run time: in the codebook and, with one undo step each, in the sessions of all coders."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.codebook.migration import pending_decisions
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split
from codetui.core.session.commands import AssignCode, RecodeCoding, Refusal, Undo
from codetui.model import Code, CodeId, Span
from codetui.storage import fs, study_files
from codetui.storage.journal import Journal, StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.studies import CODEBOOK, write_study

SPLIT = Split(
    CodeId("TASK1"),
    (CodeId("TASK2"), CodeId("TASK3")),
    (Code(id=CodeId("TASK3"), name="Polishing", section="tasks"),),
)


def opened(folder: Path, ad: str, coder: str = "rosa", *, is_shared: bool = False) -> Workspace:
    if not (folder / "ads").exists():
        write_study(folder)
    workspace = open_workspace(
        Study.open(folder),
        coder,
        wanted=ad,
        is_shared=is_shared,
    )
    assert workspace.first is not None, workspace
    workspace.open(workspace.first)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    return workspace


def code(folder: Path, ad: str, *codes: str, coder: str = "rosa") -> None:
    """Create a session in which the words 0 to 4, 5 to 9 … have these codes."""
    workspace = opened(folder, ad, coder)
    for number, each in enumerate(codes):
        done = workspace.session.execute(AssignCode(Span(5 * number, 5 * number + 4), CodeId(each)))
        assert isinstance(done, Saved), done
    workspace.leave()
    workspace.release()


def codes_of(folder: Path, ad: str, coder: str = "rosa") -> list[str]:
    workspace = opened(folder, ad, coder)
    assert workspace.session is not None
    workspace.release()
    return [coding.code for coding in workspace.session.state.live()]


def counted(workspace: Workspace, step: Refactoring) -> MigrationPreview:
    found = CodeRefactoring(workspace).count(step)
    assert isinstance(found, MigrationPreview), found
    return found


def done(workspace: Workspace, step: Refactoring) -> MigrationPreview:
    begun = CodeRefactoring(workspace).apply(counted(workspace, step))
    assert isinstance(begun, MigrationPreview), begun
    return CodeRefactoring(workspace).migrate_others(begun)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Return a study with two coders and three sessions."""
    code(tmp_path, "11", "TASK1", "TASK2", "TASK1")
    code(tmp_path, "12", "TASK1")
    code(tmp_path, "12", "TASK1", "TOOL1", coder="otto")
    return tmp_path


def everything(folder: Path) -> dict[str, bytes]:
    skipped = {"place.json", ".codebooks"}
    found = [path for path in folder.rglob("*") if path.is_file() and not skipped & set(path.parts)]
    return {str(path): path.read_bytes() for path in found if path.suffix in (".jsonl", ".md", ".toml")}


@pytest.mark.parametrize("step", [Rename(CodeId("TASK1"), CodeId("T1"), "Lights"), SPLIT, Retire(CodeId("TASK1"))])
def test_counting_reports_the_effect_and_writes_nothing(study: Path, step: Refactoring) -> None:
    workspace = opened(study, "11")
    before = everything(study)
    assert counted(workspace, step).lines[0] == "4 codings in 2 ads of 2 coders"
    assert everything(study) == before


def test_a_renamed_code_is_renamed_in_every_session_and_undo_reverts_one(study: Path) -> None:
    workspace = opened(study, "11")
    assert done(workspace, Rename(CodeId("TASK1"), CodeId("T1"), "Lights")).tally.reach == (
        "4 codings in 2 ads of 2 coders"
    )
    assert workspace.session is not None
    assert [coding.code for coding in workspace.session.state.live()] == ["T1", "TASK2", "T1"]
    assert codes_of(study, "12", "otto") == ["T1", "TOOL1"] and codes_of(study, "12") == ["T1"]
    document = next((study / "sessions" / "otto").glob("*.md")).read_text("utf-8")
    assert "- **T1: Lights:**" in document and "TASK1" not in document
    assert isinstance(workspace.session.execute(Undo()), Saved)
    assert [coding.code for coding in workspace.session.state.live()] == ["TASK1", "TASK2", "TASK1"]
    assert codes_of(study, "12", "otto") == ["T1", "TOOL1"]


def test_a_refactoring_is_one_step_of_the_study_logs_the_open_session_included(study: Path) -> None:
    workspace = opened(study, "11")
    done(workspace, Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    ids = set()
    for coder, ads in (("rosa", {"11", "12"}), ("otto", {"12"})):
        paths = SessionPaths(study / "sessions", coder)
        [step], problems = StudyJournal(paths.study_log()).read()
        assert not problems and step.kind == "refactoring" and step.codebook_before != step.codebook_after
        logged = {(log.stem, one.id) for log in paths.logs() for one in Journal(log).read()[0] if one.step == step.id}
        assert logged == set(step.transactions) and {ad for ad, _ in logged} == ads
        ids.add(step.id)
    assert len(ids) == 1


def test_the_same_change_can_be_made_again_after_it_was_reversed(study: Path) -> None:
    workspace = opened(study, "11")
    there = Rename(CodeId("TASK1"), CodeId("T1"), "Lighting")
    for _ in range(3):
        done(workspace, there)
        assert codes_of(study, "12") == ["T1"]
        done(workspace, Rename(CodeId("T1"), CodeId("TASK1"), "Lighting"))
        assert codes_of(study, "12") == ["TASK1"]


def test_merged_codings_get_the_other_code_and_duplicates_are_pending(study: Path) -> None:
    workspace = opened(study, "11")
    assert workspace.session is not None
    workspace.session.execute(AssignCode(Span(0, 4), CodeId("TASK2")))
    found = done(workspace, Merge(CodeId("TASK1"), CodeId("TASK2")))
    assert {one.code for one in workspace.session.state.live()} == {"TASK2"}
    waiting = pending_decisions(workspace.session.state, workspace.book, workspace.kept_rules())
    assert [one.reason for one in waiting] == ["twice"]
    assert "to be decided: 1 coding of TASK2 (now twice on the same words)" in found.lines


def test_split_codings_are_pending_with_their_choices_even_after_a_rename(study: Path) -> None:
    workspace = opened(study, "11")
    done(workspace, SPLIT)
    assert workspace.session is not None

    def choices() -> list[tuple[str, ...]]:
        assert workspace.session is not None
        return [
            one.choices for one in pending_decisions(workspace.session.state, workspace.book, workspace.kept_rules())
        ]

    assert choices() == [("TASK2", "TASK3")] * 2
    done(workspace, Rename(CodeId("TASK3"), CodeId("TASK9"), "Polishing"))
    assert choices() == [("TASK2", "TASK9")] * 2
    first = workspace.session.state.live()[0]
    assert isinstance(workspace.session.execute(RecodeCoding(first.id, CodeId("TASK9"))), Saved)
    assert choices() == [("TASK2", "TASK9")]
    assert codes_of(study, "12", "otto") == ["TASK1", "TOOL1"]


def test_a_code_split_into_itself_and_another_is_pending_and_its_document_reads_back(study: Path) -> None:
    workspace = opened(study, "11")
    done(workspace, Split(CodeId("TASK1"), (CodeId("TASK1"), CodeId("TASK2"))))
    workspace.leave()
    path = next((study / "sessions" / "rosa").glob("*_11_*.md"))
    text = path.read_text("utf-8")
    assert "- **TASK1? (waits: TASK1 of an earlier codebook):**" in text
    assert text.index("TASK1? (") < text.index("TASK2")
    workspace.release()
    shutil.rmtree(study / "sessions" / "rosa" / "events")
    assert codes_of(study, "11") == ["TASK1?", "TASK1?", "TASK2"]


def test_pending_codings_do_not_follow_another_code_with_their_old_id(study: Path) -> None:
    workspace = opened(study, "11")
    done(workspace, Split(CodeId("TASK1"), (CodeId("TASK1"), CodeId("TASK2"))))
    done(workspace, Retire(CodeId("TOOL1")))
    done(workspace, Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    assert workspace.session is not None
    assert [one.code for one in workspace.session.state.live()] == ["TASK1?", "TASK2", "TASK1?"]
    waiting = pending_decisions(workspace.session.state, workspace.book, workspace.kept_rules())
    assert [one.choices for one in waiting] == [("T1", "TASK2")] * 2


def test_retired_and_moved_codes_change_documents_but_no_sessions(study: Path) -> None:
    workspace = opened(study, "12")
    done(workspace, Retire(CodeId("TASK1")))
    assert codes_of(study, "11") == ["TASK1", "TASK2", "TASK1"]
    done(workspace, Reinstate(CodeId("TASK1")))
    assert (study / "codebook.toml").read_text("utf-8") == CODEBOOK
    done(workspace, Move(CodeId("TASK1"), "tools"))
    text = next((study / "sessions" / "rosa").glob("*_11_*.md")).read_text("utf-8")
    assert text.index("## 2. Technology") < text.index("TASK1: Lighting")


def test_a_refactoring_applies_to_the_codebook_as_changed_since_counting(study: Path) -> None:
    workspace = opened(study, "11")
    prospect = counted(workspace, Retire(CodeId("TASK1")))
    theirs = CODEBOOK.replace("Looking out.", "Theirs.")
    (study / "codebook.toml").write_text(theirs, "utf-8")
    begun = CodeRefactoring(workspace).apply(prospect)
    assert isinstance(begun, MigrationPreview)
    text = (study / "codebook.toml").read_text("utf-8")
    assert "Theirs." in text and "retired = true" in text
    (study / "codebook.toml").write_text(CODEBOOK.replace('"TASK1"', '"X"'), "utf-8")
    assert isinstance(CodeRefactoring(workspace).apply(prospect), Refusal)


def test_a_failure_to_write_the_codebook_changes_nothing(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = opened(study, "11")
    prospect = counted(workspace, Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    before = everything(study)
    real = fs.replace

    def full(path: Path, *rest: object, **more: object) -> object:
        if path.name == "codebook.toml":
            raise OSError(28, "No space left on device", str(path))
        return real(path, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(fs, "replace", full)
    outcome = CodeRefactoring(workspace).apply(prospect)
    assert isinstance(outcome, NotSaved) and "No space left" in outcome.message
    assert everything(study) == before


def test_sessions_that_could_not_be_migrated_follow_the_kept_rules_later(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = opened(study, "11")
    begun = CodeRefactoring(workspace).apply(counted(workspace, Rename(CodeId("TASK1"), CodeId("T1"), "Lights")))
    assert isinstance(begun, MigrationPreview)
    # The program is killed here: no other session has followed.
    assert codes_of(study, "12", "otto") == ["TASK1", "TOOL1"]
    kept = study_files.kept_maps(study / "sessions")
    assert str(kept[0]) in CodeRefactoring(workspace).hint(begun.plan)
    paths = ["--codebook", str(study / "codebook.toml"), "--sessions", str(study / "sessions")]
    assert run(["codebook", "migrate", "--map", str(kept[0]), *paths]) == 0
    assert codes_of(study, "12", "otto") == ["T1", "TOOL1"] and codes_of(study, "11") == ["T1", "TASK2", "T1"]


# --- the codebook edited outside ----------------------------------------------------------------------


def test_a_codebook_edited_outside_is_used_if_it_is_valid(tmp_path: Path) -> None:
    workspace = opened(tmp_path, "11")
    workspace.reload_codebook()
    assert workspace.reload_codebook() is None and workspace.codebook.changed_version() is None
    path = tmp_path / "codebook.toml"
    path.write_text(CODEBOOK.replace("Looking out.", "Theirs."), "utf-8")
    assert workspace.codebook.changed_version() is not None
    found = workspace.reload_codebook()
    assert found is not None and not found.is_held
    assert [each.definition for each in workspace.book.codes][1] == "Theirs."
    assert workspace.codebook.changed_version() is None
    path.write_text(CODEBOOK.replace('id = "TASK2"', 'id = "TASK1"'), "utf-8")
    found = workspace.reload_codebook()
    line = path.read_text("utf-8").splitlines().index('name = "Watching"')
    assert found is not None and found.is_held and f"codebook.toml:{line}: error" in found.message
    assert [each.id for each in workspace.book.codes] == ["TASK1", "TASK2", "TOOL1"]
    path.write_text("title = ", "utf-8")
    assert "codebook.toml:1: error" in (workspace.reload_codebook() or found).message


@pytest.mark.parametrize("has_begun", [False, True])
def test_a_session_open_in_another_program_is_migrated_there(tmp_path: Path, has_begun: bool) -> None:
    code(tmp_path, "11", "TASK1", "TASK2")
    one, two = opened(tmp_path, "11", is_shared=True), opened(tmp_path, "12", "otto", is_shared=True)
    if has_begun:
        assert isinstance(one.session.execute(AssignCode(Span(30, 34), CodeId("TASK1"))), Saved)
    found = done(two, Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    assert ["it is migrated there" in problem.message for problem in found.tally.problems] == [True] * has_begun
    assert isinstance(one.session.execute(AssignCode(Span(20, 24), CodeId("TASK1"))), Saved)
    one.pull()
    reloaded = one.reload_codebook()
    assert reloaded is not None and "the codings of this ad are updated" in reloaded.message
    assert one.session is not None
    assert {coding.code for coding in one.session.state.live()} == {"T1", "TASK2"}
    assert not one.leave()
    text = next((tmp_path / "sessions" / "rosa").glob("*_11_*.md")).read_text("utf-8")
    assert "T1: Lights" in text and "TASK1" not in text
    for workspace in (one, two):
        workspace.release()


def test_codings_made_with_a_reloaded_codebook_name_and_keep_it(tmp_path: Path) -> None:
    workspace = opened(tmp_path, "11")
    (tmp_path / "codebook.toml").write_text(CODEBOOK.replace("Looking out.", "Theirs."), "utf-8")
    workspace.reload_codebook()
    assert isinstance(workspace.session.execute(AssignCode(Span(0, 4), CodeId("TASK2"))), Saved)
    assert workspace.session is not None
    version = workspace.session.state.live()[0].codebook
    kept = workspace.codebook.kept(version)
    assert kept is not None and kept.codes[1].definition == "Theirs."

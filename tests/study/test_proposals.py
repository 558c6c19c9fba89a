"""Editors of the codebook decide what others propose; nobody else changes it, or the sessions of all."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.codebook.refactoring import Merge
from codetui.core.session.commands import Refusal
from codetui.formats.codebook.editing import append_example
from codetui.model import CodeId
from codetui.study.batch import StepDone
from codetui.study.history import History
from codetui.study.proposals import Proposed, edit_or_propose, propose_change
from codetui.study.refactoring import CodeRefactoring
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.coders import code_source
from testing.studies import write_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """Return a study whose codebook lead edits, who has confirmed it; anna is at the keyboard."""
    monkeypatch.chdir(write_study(tmp_path))
    path = tmp_path / "codebook.toml"
    head, rest = path.read_text("utf-8").split("[[profile]]", 1)
    path.write_text(f'{head}[codebook]\neditors = ["lead"]\n\n[[profile]]{rest}', encoding="utf-8")
    assert at_keyboard("lead", "accept", "hand") == 0
    code_source(Study.open(), "bram", "11", [("TASK1", "light the lamp")], "1")
    code_source(Study.open(), "anna", "11", [("TASK1", "watch the sea")], "1")
    capsys.readouterr()
    return path


def at_keyboard(coder: str, *arguments: str) -> int:
    before = os.environ.get("CODETUI_CODER")
    os.environ["CODETUI_CODER"] = coder
    try:
        return run(["codebook", *arguments])
    finally:
        os.environ.pop("CODETUI_CODER")
        if before is not None:
            os.environ["CODETUI_CODER"] = before


def workspace_of(coder: str) -> Workspace:
    return open_workspace(Study.open(), coder, wanted="11")


def proposed(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the names of the open proposals."""
    capsys.readouterr()
    assert at_keyboard("lead", "proposals", "--json") == 0
    return [one["proposal"] for one in json.loads(capsys.readouterr().out)["proposals"]]


def add_example(text: str) -> str:
    return append_example(text, "TASK1", "light the lamp")


def codes_of(coder: str) -> list[str]:
    (session,) = Study.open().sessions(coder=coder)
    return [one.code for one in session.state.live()]


def test_an_edit_by_another_coder_is_proposed_and_an_editor_accepts_it(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = study.read_bytes()
    outcome = edit_or_propose(workspace_of("anna"), "example of TASK1", add_example)
    assert isinstance(outcome, Proposed) and "lead can accept it" in outcome.message
    assert study.read_bytes() == before
    [name] = proposed(capsys)
    assert at_keyboard("lead", "proposals") == 0
    assert "light the lamp" in capsys.readouterr().out
    assert at_keyboard("anna", "accept", name) == 2 and "Only lead" in capsys.readouterr().err
    assert study.read_bytes() == before
    study.write_bytes(before.replace(b"Looking out.", b"Looking out to sea."))
    assert at_keyboard("lead", "accept", "hand") == 0
    assert at_keyboard("lead", "accept", name) == 0
    text = study.read_text("utf-8")
    assert 'examples = ["light the lamp"]' in text and "Looking out to sea." in text
    assert proposed(capsys) == []
    assert run(["check"]) == 0, "an accepted change is no edit by hand"
    undone = History(workspace_of("anna")).latest(is_undo=True)
    assert isinstance(undone, Refusal) or undone.step is None


def test_a_merge_by_another_coder_changes_nothing_until_an_editor_accepts_it(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    merge = Merge(CodeId("TASK1"), CodeId("TASK2"))
    assert isinstance(CodeRefactoring(workspace_of("anna")).count(merge), Refusal)
    assert isinstance(propose_change(workspace_of("anna"), merge), Proposed)
    Path("map.toml").write_text('[codes]\nTASK1 = "TASK2"\n', encoding="utf-8")
    assert at_keyboard("anna", "migrate", "--map", "map.toml") == 2
    assert codes_of("bram") == codes_of("anna") == ["TASK1"]
    [name] = proposed(capsys)
    assert at_keyboard("lead", "accept", name, "--dry-run") == 0
    assert "2 codings in 1 ad of 2 coders" in capsys.readouterr().out
    assert codes_of("bram") == ["TASK1"]
    assert at_keyboard("lead", "accept", name) == 0
    assert codes_of("bram") == codes_of("anna") == ["TASK2"]
    assert proposed(capsys) == []


def test_a_proposal_is_declined_with_a_reason_and_withdrawn_by_who_made_it(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = study.read_bytes()
    for coder, decider in (("anna", "lead"), ("anna", "anna")):
        edit_or_propose(workspace_of(coder), "example of TASK1", add_example)
        [name] = proposed(capsys)
        assert at_keyboard("bram", "decline", name) == 2
        assert at_keyboard(decider, "decline", name, "--because", "too short") == 0
        assert proposed(capsys) == []
    assert study.read_bytes() == before
    assert "too short" in Study.open().paths_of("lead").study_log().read_text("utf-8")
    assert at_keyboard("lead", "accept", name) == 2 and "no open proposal" in capsys.readouterr().err


def test_edits_by_hand_are_noticed_named_and_confirmed_or_taken_back(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = study.read_bytes()
    assert run(["check"]) == 0
    study.write_bytes(before.replace(b"Looking out.", b"Looking away."))
    capsys.readouterr()
    run(["check"])
    shown = " ".join(capsys.readouterr().out.split())
    assert "edited by hand since an editor (lead) confirmed it" in shown and "TASK2" in shown
    assert re.search(r"the file belongs to the user \S+\)", shown) or os.name == "nt"
    workspace = workspace_of("anna")
    workspace.warm_up()
    assert any("edited by hand" in one.message for one in workspace.problems)
    assert at_keyboard("anna", "accept", "hand") == 2
    assert at_keyboard("lead", "decline", "hand") == 0
    assert study.read_bytes() == before
    study.write_bytes(before.replace(b"Looking out.", b"Looking far out."))
    assert at_keyboard("lead", "accept", "hand") == 0
    capsys.readouterr()
    run(["check"])
    assert "edited by hand" not in capsys.readouterr().out


def test_without_editors_everybody_changes_the_codebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_study(tmp_path))
    assert isinstance(edit_or_propose(workspace_of("anna"), "example of TASK1", add_example), StepDone)


def test_an_example_from_an_unseen_ad_waits_until_the_ad_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_study(tmp_path))
    assert run(["sample", "--size", "3", "--overlap", "3", "--coders", "anna,bram"]) == 0
    workspace = workspace_of("bram")
    quotes = (workspace.first.id,) if workspace.first else ()
    assert isinstance(edit_or_propose(workspace, "example of TASK1", add_example, quotes=quotes), Proposed)
    for coder in ("anna", "bram"):
        assert at_keyboard(coder, "proposals") == 0
        assert ("light the lamp" in capsys.readouterr().out) == (coder == "bram")
    [name] = proposed(capsys)
    assert at_keyboard("bram", "accept", name) == 2 and "still coded unseen" in capsys.readouterr().err
    for coder in ("anna", "bram"):
        code_source(Study.open(), coder, "11", [("TASK1", "light the lamp")], "1")
    assert at_keyboard("anna", "accept", name) == 0
    assert "light the lamp" in Path("codebook.toml").read_text("utf-8")


@pytest.mark.parametrize("change", ["", '["Dissolve",{}]', '["Merge",{"code":1}]', "{}", "not JSON"])
def test_a_proposed_change_that_cannot_be_read_is_named_and_the_others_are_listed(
    study: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    propose_change(workspace_of("anna"), Merge(CodeId("TASK1"), CodeId("TASK2")))
    edit_or_propose(workspace_of("bram"), "example of TASK1", add_example)
    log = Study.open().paths_of("anna").study_log()
    record = json.loads(log.read_bytes())
    log.write_text(json.dumps(record | {"change": change}) + "\n", "utf-8")
    code = at_keyboard("lead", "proposals")
    out, err = capsys.readouterr()
    assert "example of TASK1" in out
    assert (code, "cannot be read: update codetui" in err) == ((1, True) if change else (0, False))

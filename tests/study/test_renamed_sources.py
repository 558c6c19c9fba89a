"""An ad that was given another id is found by its text, and what was coded under the old one is carried over."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId
from codetui.study.workspace import Workspace
from codetui.tui.workbench.source import duplicate_words
from testing.machines import Machine
from testing.studies import write_study

AD = "11_shore_company.txt"


def begun(study: Path, ad: str) -> tuple[Machine, Workspace]:
    machine = Machine(study)
    machine.open(ad)
    sources = machine.workspace.sources
    for batch in sources.batches():
        sources.add(batch)
    sources.is_listed = True
    list(sources.read_texts())
    return machine, machine.workspace


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study in which rosa coded ad 11."""
    machine = Machine(write_study(tmp_path))
    for words in ("the lamp", "the sea"):
        machine.execute(AssignCode(machine.span(words), CodeId("TASK1")))
    machine.close()
    return tmp_path


@pytest.mark.parametrize("name", ["0011_shore_company.txt", "kust.md", "99_x.txt"])
def test_a_renamed_ad_offers_what_was_coded_before(study: Path, name: str) -> None:
    file = (study / "ads" / AD).rename(study / "ads" / name)
    file.write_bytes(file.read_bytes() + b"\n")
    machine, workspace = begun(study, name.split("_")[0].removesuffix(".md"))
    found = workspace.sources.duplicate()
    assert found is not None and found.ad == "11" and found.is_renamed
    assert duplicate_words(found, is_coded=False) == "Coded as 11 before (in progress, 2 codings): Y carries them over"
    machine.execute(workspace.copy_from(found.ad))
    assert [coding.words for coding in machine.state.live()] == ["the lamp", "the sea"]
    assert all(coding.anchor is not None for coding in machine.state.live())
    machine.close()


def test_another_text_and_another_coder_are_offered_nothing(study: Path) -> None:
    (study / "ads" / AD).unlink()
    machine, workspace = begun(study, "12")
    assert workspace.sources.duplicate() is None
    machine.close()


def test_an_ad_that_is_listed_still_is_not_renamed(study: Path) -> None:
    machine, workspace = begun(study, "11")
    assert workspace.sources.duplicate() is None
    machine.close()

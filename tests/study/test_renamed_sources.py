"""An ad that got another id is found by its text, and its earlier codings can be copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode, AssignProfile, Undo
from codetui.model import CodeId
from codetui.study.checker import check_study
from codetui.study.overview import study_status
from codetui.study.study import Study
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
    """Return a study in which rosa coded ad 11."""
    machine = Machine(write_study(tmp_path))
    for words in ("the lamp", "the sea"):
        machine.execute(AssignCode(machine.span(words), CodeId("TASK1")))
    machine.close()
    return tmp_path


@pytest.mark.parametrize("name", ["0011_shore_company.txt", "kust.md", "99_x.txt"])
def test_a_renamed_ad_offers_its_earlier_codings(study: Path, name: str) -> None:
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


@pytest.mark.parametrize("is_twin_touched", [False, True])
def test_a_renamed_ad_is_offered_before_a_listed_one_in_which_nothing_is_coded(
    study: Path, is_twin_touched: bool
) -> None:
    file = (study / "ads" / AD).rename(study / "ads" / "0011_shore_company.txt")
    (study / "ads" / "14_shore_company.txt").write_bytes(file.read_bytes())
    if is_twin_touched:
        with Study.open(study).session("14", "rosa") as session:
            session.execute(AssignProfile("1", ""))
            session.execute(Undo())
    machine, workspace = begun(study, "0011")
    list(workspace.sources.read_statuses())
    found = workspace.sources.duplicate()
    assert found is not None and found.ad == "11" and found.is_renamed and found.status.codings == 2
    machine.close()


def test_a_listed_ad_in_which_more_is_coded_is_offered_before_a_renamed_one(study: Path) -> None:
    file = (study / "ads" / AD).rename(study / "ads" / "0011_shore_company.txt")
    (study / "ads" / "14_shore_company.txt").write_bytes(file.read_bytes())
    machine = Machine(study)
    machine.open("14")
    for words in ("the lamp", "the sea", "dawn"):
        machine.execute(AssignCode(machine.span(words), CodeId("TASK1")))
    machine.close()
    machine, workspace = begun(study, "0011")
    workspace.sources.statuses.update(workspace.sources.read_statuses())
    found = workspace.sources.duplicate()
    assert found is not None and found.ad == "14" and not found.is_renamed
    machine.close()


def test_check_reports_the_ad_that_has_the_text_of_a_missing_one(study: Path) -> None:
    (study / "ads" / AD).rename(study / "ads" / "0011_shore_company.txt")
    [missing] = [one for one in check_study(Study.open(study)) if "no longer in" in one.message]
    assert "ad 0011 has the same text: open that, and carry the codings over" in missing.message
    (study / "ads" / "0011_shore_company.txt").write_text("Another text.\n", "utf-8")
    [missing] = [one for one in check_study(Study.open(study)) if "no longer in" in one.message]
    assert missing.message.endswith("restore it; its codings are kept")


def test_check_reports_the_ad_that_has_the_text_of_another_one(study: Path) -> None:
    other = next(path for path in sorted((study / "ads").iterdir()) if path.name != AD)
    text, there = (study / "ads" / AD).read_bytes(), other.read_bytes()
    (study / "ads" / AD).write_bytes(there)
    other.write_bytes(text)
    id_ = other.name.partition("_")[0]
    for _ in range(2):
        found = [
            one.message for one in check_study(Study.open(study)) if "the text that was coded as ad 11" in one.message
        ]
        assert (
            len(found) == 1 and found[0].startswith(f"ad {id_} has") and "give the files their names again" in found[0]
        )
        machine = Machine(study)
        machine.open("11")
        machine.close()
    (study / "ads" / AD).write_bytes(text)
    other.write_bytes(there)
    machine = Machine(study)
    machine.open("11")
    assert all(coding.anchor for coding in machine.state.live())
    machine.close()
    assert not [one for one in check_study(Study.open(study)) if "was coded as" in one.message]


OTHER = "12_harbour_office.txt"


@pytest.mark.parametrize("is_opened_between", [False, True])
@pytest.mark.parametrize("swaps", ["texts", "names"])
def test_two_swapped_ads_offer_each_others_codings(study: Path, swaps: str, is_opened_between: bool) -> None:
    machine = Machine(study)
    machine.open("12")
    machine.execute(AssignCode(machine.span("the sacks"), CodeId("TASK2")))
    machine.close()
    ads = study / "ads"
    if swaps == "texts":
        text, there = (ads / AD).read_bytes(), (ads / OTHER).read_bytes()
        (ads / AD).write_bytes(there)
        (ads / OTHER).write_bytes(text)
    else:
        (ads / AD).rename(ads / "12_shore_company.txt")
        (ads / OTHER).rename(ads / "11_harbour_office.txt")
    for ad in ("11", "12", "11") if is_opened_between else ():
        machine = Machine(study)
        machine.open(ad)
        machine.close()
    expected = {"11": ("12", ["the sacks"]), "12": ("11", ["the lamp", "the sea"])}
    for ad, (old, words) in expected.items():
        machine, workspace = begun(study, ad)
        found = workspace.sources.duplicate()
        assert found is not None and found.ad == old and found.is_renamed
        machine.execute(workspace.copy_from(found.ad))
        assert [coding.words for coding in machine.state.live() if coding.anchor] == words
        machine.close()
    messages = [one.message for one in check_study(Study.open(study))]
    assert sum("its codings were carried over: remove those here that have no place" in one for one in messages) == 2
    status = {line.ad: line.employer for line in study_status(Study.open(study)).lines}
    assert (status["11"], status["12"]) == {
        "texts": ("Shore Company", "Harbour Office"),
        "names": ("Harbour Office", "Shore Company"),
    }[swaps]


def test_a_session_whose_codings_were_carried_over_is_no_error(study: Path) -> None:
    (study / "ads" / AD).rename(study / "ads" / "0011_shore_company.txt")
    machine, workspace = begun(study, "0011")
    machine.execute(workspace.copy_from("11"))
    [missing] = [one for one in check_study(Study.open(study)) if "no longer in" in one.message]
    assert missing.severity == "note" and "were carried over to ad 0011" in missing.message
    machine.execute(Undo())
    machine.close()
    [missing] = [one for one in check_study(Study.open(study)) if "no longer in" in one.message]
    assert missing.severity == "error"


def test_other_texts_and_other_coders_are_not_offered(study: Path) -> None:
    (study / "ads" / AD).unlink()
    machine, workspace = begun(study, "12")
    assert workspace.sources.duplicate() is None
    machine.close()


def test_an_ad_still_listed_is_not_a_renamed_one(study: Path) -> None:
    machine, workspace = begun(study, "11")
    assert workspace.sources.duplicate() is None
    machine.close()

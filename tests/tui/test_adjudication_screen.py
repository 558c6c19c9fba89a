"""Adjudication on the screen: each disagreement in its text, one key for each, and the result as a session."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Static

from codetui.core.session.state import State
from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.dialogs.adjudication import AdjudicationScreen
from codetui.tui.dialogs.code_search import CodePicker
from codetui.tui.widgets.rows import PassiveRows
from testing.coders import code_source
from testing.keys import press, running, until
from testing.studies import write_study

LAMP, SEA = "You light the lamp at dusk.", "You watch the sea until dawn."


def coded(folder: Path) -> Study:
    """Write a study that rosa and otto have coded, with a disagreement of each kind."""
    study = Study.open(write_study(folder))
    code_source(study, "rosa", "11", [("TASK1", LAMP), ("TASK2", SEA), ("TASK2", "You polish the mirrors")], "1")
    code_source(study, "otto", "11", [("TASK1", "the lamp"), ("TASK1", SEA)], "1")
    code_source(study, "rosa", "12", [("TASK2", "which ships come in")], "1")
    code_source(study, "otto", "12", [("TASK2", "which ships come in"), ("TOOL1", "sacks")], "2")
    return study


def consensus(study: Study, source: str) -> State:
    return next(one.state for one in study.sessions(coder="consensus") if one.source.id == source)


def codings(study: Study, source: str) -> list[tuple[str, str]]:
    return [(one.code, one.anchor.words if one.anchor else "") for one in consensus(study, source).live()]


def text_of(screen: AdjudicationScreen, part: str) -> str:
    return str(screen.query_one(f"#adjudication-{part}", Static).render())


async def test_all_disagreements_are_settled_with_one_key_each(tmp_path: Path) -> None:
    study = coded(tmp_path)
    async with running(open_workspace(study, "lead")) as (pilot, bench):
        await press(pilot, "zj")
        await until(pilot, lambda: isinstance(pilot.app.screen, AdjudicationScreen))
        screen = pilot.app.screen
        assert isinstance(screen, AdjudicationScreen)
        # The same words with the same code are taken over at once, and so is the profile both assigned.
        assert codings(study, "12") == [("TASK2", "which ships come in")]
        assert consensus(study, "11").profile == "1"
        assert "ad 11" in text_of(screen, "count") and "0 decided, 5 open" in text_of(screen, "count")
        rows = screen.query_one(PassiveRows)
        shown = ["".join(part.text for part in rows.row(n, 76).left) for n in range(rows.row_count())]
        assert sum(row[1:2] == "▌" for row in shown) == 1
        one = text_of(screen, "sides").splitlines()[0]
        await press(pilot, "1")
        assert ("TASK1", LAMP if LAMP in one else "the lamp") in codings(study, "11")
        await press(pilot, "2222")
        assert "No disagreement is open." in text_of(screen, "sides")
        assert "5 decided" in text_of(screen, "count")
        assert consensus(study, "11").is_done and consensus(study, "12").is_done
        await press(pilot, "<escape>")
        assert pilot.app.screen is bench


async def test_a_decision_is_undone_put_off_repeated_and_given_a_reason(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    code_source(study, "rosa", "11", [("TASK1", LAMP), ("TASK1", SEA)])
    code_source(study, "otto", "11", [("TASK2", LAMP), ("TASK2", SEA)])
    async with running(open_workspace(study, "lead")) as (pilot, _bench):
        await press(pilot, "zj")
        await until(pilot, lambda: isinstance(pilot.app.screen, AdjudicationScreen))
        screen = pilot.app.screen
        assert isinstance(screen, AdjudicationScreen)
        await press(pilot, "-")
        assert "Only edges of the same code" in text_of(screen, "message")
        await press(pilot, "u")
        assert "Nothing was decided here" in text_of(screen, "message")
        await press(pilot, "<space>")
        assert SEA in text_of(screen, "sides")
        await press(pilot, "<space>3")
        assert sorted(codings(study, "11")) == [("TASK1", LAMP), ("TASK2", LAMP)]
        await press(pilot, "u")
        assert codings(study, "11") == [] and "2 open" in text_of(screen, "count") and LAMP in text_of(screen, "sides")
        await press(pilot, "nclearer<enter><enter>")
        assert isinstance(pilot.app.screen, CodePicker)
        await press(pilot, "TOOL1<enter>")
        assert codings(study, "11") == [("TOOL1", LAMP)]
        (memo,) = consensus(study, "11").memos.values()
        assert memo.text == "clearer"
        await press(pilot, "u0.")
        assert "You have not decided" not in text_of(screen, "message")
        assert codings(study, "11") == [] and "0 open" in text_of(screen, "count")
        await press(pilot, "u")
        assert "1 open" in text_of(screen, "count") and not consensus(study, "11").is_done
        await press(pilot, "<tab>")
        assert "1 disagreement set aside" in text_of(screen, "sides")


async def test_joined_edges_become_one_quotation(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    code_source(study, "rosa", "11", [("TASK1", LAMP)])
    code_source(study, "otto", "11", [("TASK1", "the lamp")])
    async with running(open_workspace(study, "lead")) as (pilot, _bench):
        for key, words in (("-", "the lamp"), ("+", LAMP)):
            await press(pilot, "zj")
            await until(pilot, lambda: isinstance(pilot.app.screen, AdjudicationScreen))
            await press(pilot, key)
            assert codings(study, "11") == [("TASK1", words)]
            await press(pilot, "u<escape>")


async def test_one_coder_alone_has_nobody_to_disagree_with(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    code_source(study, "rosa", "11", [("TASK1", LAMP)])
    async with running(open_workspace(study, "rosa")) as (pilot, bench):
        await press(pilot, "zj")
        assert "Disagreements need two coders" in bench.status.message[0]


async def test_the_codings_of_a_model_are_reviewed(tmp_path: Path) -> None:
    study = Study.open(write_study(tmp_path))
    code_source(study, "model:x", "11", [("TASK1", LAMP), ("TASK1", SEA), ("TASK2", "polish")], "1")
    async with running(open_workspace(study, "lead")) as (pilot, _bench):
        await press(pilot, "zj")
        await until(pilot, lambda: isinstance(pilot.app.screen, AdjudicationScreen))
        screen = pilot.app.screen
        assert isinstance(screen, AdjudicationScreen)
        await press(pilot, "3")
        assert "accepted, rejected" in text_of(screen, "message")
        await press(pilot, "10<enter>TASK1<enter>1")
        assert "4 decided, 0 open" in text_of(screen, "count")
    (reviewed,) = study.sessions(coder="lead-review")
    assert [(one.code, one.words) for one in reviewed.state.live()] == [("TASK1", LAMP), ("TASK1", "polish")]
    assert reviewed.state.profile == "1" and reviewed.state.is_done


async def test_three_coders_stand_in_the_gutters_and_a_reason_is_asked_for(tmp_path: Path) -> None:
    folder = write_study(tmp_path)
    book = folder / "codebook.toml"
    book.write_text(book.read_text("utf-8") + '\n[adjudication]\nreasons = ["other_code"]\n', encoding="utf-8")
    study = Study.open(folder)
    for coder, code in (("rosa", "TASK1"), ("otto", "TASK2"), ("ben", "TASK1")):
        code_source(study, coder, "11", [(code, LAMP)], "1")
    code_source(study, "rosa", "12", [("TASK2", "which ships come in")])
    code_source(study, "otto", "12", [("TASK2", "which ships come in")])
    code_source(study, "ben", "12", [])
    async with running(open_workspace(study, "lead")) as (pilot, _bench):
        await press(pilot, "zj1")
        await until(pilot, lambda: isinstance(pilot.app.screen, AdjudicationScreen))
        screen = pilot.app.screen
        assert isinstance(screen, AdjudicationScreen)
        rows = screen.query_one(PassiveRows)
        (row,) = [one for n in range(rows.row_count()) if "▌" in (one := rows.row(n, 76)).left[0].text]
        assert (row.left[0].text, row.right[0].text) == ("12▌ ", " ▐3")
        assert [line[:1] for line in text_of(screen, "sides").splitlines()[:3]] == ["1", "2", "3"]
        await press(pilot, "4")
        assert "There is no coder 4" in text_of(screen, "message")
        await press(pilot, "a<escape>")
        assert "nothing is decided" in text_of(screen, "message") and codings(study, "11") == []
        await press(pilot, "alamps are looked at, too<enter>")
        assert sorted(codings(study, "11")) == [("TASK1", LAMP), ("TASK2", LAMP)]
        assert "only 2 of 3" in text_of(screen, "count")
        await press(pilot, "0")
        assert codings(study, "12") == [] and "2 decided, 0 open" in text_of(screen, "count")

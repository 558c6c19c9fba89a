"""Ads with the same text on the workbench: the messages, and copying with Y."""

from __future__ import annotations

from pathlib import Path

import pytest

from codetui.storage.journal import Journal
from codetui.study.overview import DuplicateText
from codetui.study.session.outcome import AdStatus
from codetui.tui.workbench.source import duplicate_words
from testing.keys import press, running, workspace_on, write_ad

NEED = "We need Python and SQL. You like people."
TAKEN = "Copied from ad 1: 2 codings and the profile. u undoes it."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Ads 1, 2 and 4 with one text, in which rosa has given ad 1 two codes and a profile; ad 3 has another."""
    for name, text in (("2_other.txt", NEED.replace(" ", "  ")), ("3_else.txt", "Something else."), ("4_x.txt", NEED)):
        write_ad(tmp_path, text, name)
    write_ad(tmp_path, NEED)
    return tmp_path


async def code(folder: Path, coder: str = "rosa") -> None:
    """Gives ad 1 two codes and a profile with its reasoning, and marks it done."""
    async with running(workspace_on(folder, coder=coder)) as (pilot, _):
        await press(pilot, "11s12p1So.<ctrl+s>d")


async def test_on_opening_it_is_said_that_the_text_was_coded_and_y_takes_it_over(folder: Path) -> None:
    await code(folder)
    workspace = workspace_on(folder)
    async with running(workspace) as (pilot, bench):
        await press(pilot, ")")
        assert bench.status.message[0] == "Same text as 1 (done, 2 codings): Y copies them"
        await press(pilot, "Y")
        assert bench.status.message[0] == TAKEN
        assert [(one.code, one.words) for one in bench.state.live()] == [
            ("TASK1", "We  need  Python  and  SQL."),
            ("TASK2", "You  like  people."),
        ]
        assert (bench.state.profile, bench.state.reasoning, bench.state.is_done) == ("1", "So.", False)
        await press(pilot, "u")
        assert bench.state.is_untouched
        await press(pilot, "<ctrl+r><ctrl+s>")
        assert len(bench.state.live()) == 2
        assert {(one.origin, one.from_name) for one in bench.state.live()} == {("copy", "1")}
    transactions, problems = Journal(folder / "sessions" / "rosa" / "events" / "2.jsonl").read()
    assert problems == [] and [(one.cause, one.from_name) for one in transactions][:2] == [("copy", "1"), ("undo", "")]
    assert "We need Python and SQL." in (folder / "sessions" / "rosa" / "analysis_job_2_other.md").read_text("utf-8")


async def test_it_is_said_when_the_texts_are_read_while_the_first_ad_is_open(folder: Path) -> None:
    async with running(workspace_on(folder)) as (pilot, bench):
        assert bench.status.message[0] == "Same text as 2 and 1 more"
        await press(pilot, "s")
        assert bench.status.message[0] == ""
        await press(pilot, "))")
        assert "Same text" not in bench.status.message[0]
        await press(pilot, "((")
        assert bench.status.message[0] == "Same text as 2 and 1 more"


async def test_of_several_the_one_with_most_codings_is_named(folder: Path) -> None:
    await code(folder)
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, ")11)")
        await press(pilot, ")")
        assert bench.status.message[0] == "Same text as 1 (done, 2 codings): Y copies them"
        await press(pilot, "(((")
        assert bench.status.message[0] == "Same text as 2 and 1 more"


async def test_what_others_coded_is_not_offered(folder: Path) -> None:
    await code(folder, coder="ada")
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, ")")
        assert bench.status.message[0] == "Same text as 1 and 1 more"
        await press(pilot, "Y")
        assert bench.status.message == ("You have coded nothing in ad 1, which has the same text.", "refusal")
        assert bench.state.opened is None


async def test_where_the_text_stands_once_y_says_so(folder: Path) -> None:
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, "))Y")
        assert bench.status.message == ("No other ad has the text of this one.", "refusal")


async def test_an_ad_that_is_coded_keeps_what_it_has(folder: Path) -> None:
    await code(folder)
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, ")11")
        kept = bench.state.live()[0]
        await press(pilot, "()")
        assert bench.status.message[0] == "Same text as 1 and 1 more"
        await press(pilot, "Y")
        assert bench.state.live()[0] == kept and len(bench.state.live()) == 2
        await press(pilot, "Y")
        assert bench.status.message == ("Everything coded in ad 1 is here already.", "refusal")


@pytest.mark.parametrize(
    ("twins", "is_coded", "words"),
    [
        (
            DuplicateText("812", AdStatus("in progress", 14)),
            False,
            "Same text as 812 (in progress, 14 codings): Y copies them",
        ),
        (DuplicateText("812", AdStatus("done", 1), 3), False, "Same text as 812 (done, 1 coding): Y copies them"),
        (DuplicateText("812", AdStatus("in progress", 14)), True, "Same text as 812"),
        (DuplicateText("812", AdStatus("untouched", 0), 2), False, "Same text as 812 and 2 more"),
    ],
)
def test_what_is_said_names_the_ad_and_the_key(twins: DuplicateText, is_coded: bool, words: str) -> None:
    assert duplicate_words(twins, is_coded=is_coded) == words

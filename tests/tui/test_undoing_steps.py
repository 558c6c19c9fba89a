"""Undo and redo in the workbench: of changes of the codebook, of steps over several ads, and with a question."""

from __future__ import annotations

from pathlib import Path

from test_code_changes import assigned_codes, confirmed, move_to, until_done
from test_codebook_editing_screen import LAMP, coded_before, codes_in, message_of, on_words, opened
from textual.widgets import TextArea

from codetui.core.session.commands import AssignCode
from codetui.model import CodeId, SourceId, Span
from codetui.tui.dialogs.confirm import ChoiceDialog
from codetui.tui.dialogs.history import HistoryDialog, HistoryRows
from testing.keys import press, running
from testing.steps import run_commands
from testing.studies import CODEBOOK


async def test_an_example_is_undone_before_the_coding(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11e")
        assert codes_in(tmp_path)["TASK1"].examples == (LAMP,)
        await press(pilot, "u")
        assert message_of(bench) == "Undone: example of TASK1: “You light the lamp at dusk.”."
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK and assigned_codes(bench) == ["TASK1"]
        await press(pilot, "u")
        assert assigned_codes(bench) == [] and message_of(bench).startswith("Undone: TASK1")
        await press(pilot, "<ctrl+r><ctrl+r>")
        assert codes_in(tmp_path)["TASK1"].examples == (LAMP,) and assigned_codes(bench) == ["TASK1"]
        assert message_of(bench) == "Redone: example of TASK1: “You light the lamp at dusk.”."


async def test_what_is_coded_after_an_undo_ends_the_redo_of_the_example(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11eu12<ctrl+r>")
        assert message_of(bench) == "Nothing to redo in this ad." and not codes_in(tmp_path)["TASK1"].examples


async def test_a_new_code_is_undone_after_its_coding(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "A")
        await press(pilot, "Trimming<ctrl+s>")
        [new] = set(codes_in(tmp_path)) - {"TASK1", "TASK2", "TOOL1"}
        assert assigned_codes(bench) == [new]
        await press(pilot, "uu")
        await until_done(pilot)
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK and assigned_codes(bench) == []
        assert message_of(bench) == f"Undone: new code {new}."


async def test_a_new_code_that_somebody_uses_is_not_undone(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, _bench):
        await press(pilot, "A")
        await press(pilot, "Trimming<ctrl+s>")
        [new] = set(codes_in(tmp_path)) - {"TASK1", "TASK2", "TOOL1"}
        coded_before(tmp_path, "13", "one stone", new, coder="otto")
        await press(pilot, "uu")
        await until_done(pilot)
        shown = str(pilot.app.screen.query_one("#then").render())
        assert f"1 coding of otto in ad 13 use {new}" in shown.replace("\n", " ")
        await press(pilot, "<enter>")
        assert new in codes_in(tmp_path)


async def test_a_merge_is_undone_in_all_ads_and_the_codebook_with_its_counts(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    coded_before(tmp_path, "13", "one stone", "TASK1", coder="otto")
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11")
        await move_to(pilot, bench, "TASK1")
        await confirmed(pilot, "Tm<enter>")
        assert assigned_codes(bench) == ["TASK2"] and codes_in(tmp_path)["TASK1"].is_retired
        await press(pilot, "u")
        await until_done(pilot)
        assert message_of(bench) == "Undone: merge of TASK1 into TASK2 (3 codings in 3 ads of 2 coders)."
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK and assigned_codes(bench) == ["TASK1"]
        await press(pilot, "<ctrl+r>")
        await until_done(pilot)
        assert assigned_codes(bench) == ["TASK2"] and codes_in(tmp_path)["TASK1"].is_retired
        assert message_of(bench).startswith("Redone: merge of TASK1 into TASK2 (3 codings")
    other = opened(tmp_path, ad="13", coder="otto")
    assert other.first is not None
    assert [coding.code for coding in other.open(other.first).state.live()] == ["TASK2"]


async def test_an_edited_definition_is_undone_unless_it_was_edited_by_hand(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11D")
        pilot.app.screen.query_one("#definition", TextArea).text = "Lighting lamps and fires."
        await press(pilot, "<ctrl+s>")
        changed = (tmp_path / "codebook.toml").read_text("utf-8")
        assert "and fires" in changed
        (tmp_path / "codebook.toml").write_text(f"# Ours\n{changed}", "utf-8")
        await press(pilot, "u")
        assert (tmp_path / "codebook.toml").read_text("utf-8") == f"# Ours\n{CODEBOOK}"
        await press(pilot, "<ctrl+r>")
        edited = (tmp_path / "codebook.toml").read_text("utf-8").replace("and fires", "and fires, by hand")
        (tmp_path / "codebook.toml").write_text(edited, "utf-8")
        await press(pilot, "u")
        assert "was edited by hand since then" in message_of(bench)
        assert (tmp_path / "codebook.toml").read_text("utf-8") == edited


async def test_more_than_ten_codings_are_undone_after_a_question_only(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (pilot, bench):
        spans = [Span(number, number + 1) for number in range(30) if bench.ad.text[number].strip()][:12]
        commands = [AssignCode(span, CodeId("TASK1")) for span in spans]
        run_commands(bench.workspace, "12 codings", {SourceId("11"): commands})
        await press(pilot, "u")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "n")
        assert len(assigned_codes(bench)) == 12
        await press(pilot, "uy")
        assert assigned_codes(bench) == [] and message_of(bench) == "Undone: the changes (12 codings)."


async def test_the_history_lists_the_steps_and_undoes_to_one_after_a_question(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11e12zh")
        modal = pilot.app.screen
        assert isinstance(modal, HistoryDialog)
        listed = modal.query_one(HistoryRows)
        words = [entry.words for entry in listed.entries]
        assert words[1].startswith("example of TASK1: “You light") and words[0].startswith(
            "TASK2: Watching on “You light"
        )
        await press(pilot, "<tab>")
        assert [entry.words for entry in listed.entries] == [words[1]]
        await press(pilot, "<tab><end><enter>")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "y")
        await until_done(pilot)
        assert assigned_codes(bench) == [] and not codes_in(tmp_path)["TASK1"].examples
        assert message_of(bench).startswith("Undone: 3 steps, to TASK1: Lighting on")
        await press(pilot, "zh<enter>")
        assert isinstance(pilot.app.screen, HistoryDialog) and "undone already" in str(
            pilot.app.screen.query_one("#history-none").render()
        )

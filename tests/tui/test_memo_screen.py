"""Memos in the workbench: on the quotation, code or ad under the cursor, the list, and undo."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from test_code_changes import move_to
from test_codebook_editing_screen import LAMP, message_of, on_words
from textual.widgets import TextArea

from codetui.cli.main import run
from codetui.tui.dialogs.memos import MemoRows, MemosDialog
from codetui.tui.dialogs.text import TextDialog
from testing.keys import press, until


def memos_in(folder: Path) -> str:
    return (folder / "sessions" / "rosa" / "memos.md").read_text("utf-8")


async def test_a_memo_of_one_line_on_a_quotation_is_its_note(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11zm")
        assert isinstance(pilot.app.screen, TextDialog)
        await press(pilot, "Wicks too<ctrl+s>")
        [coding] = bench.state.live()
        assert coding.note == "Wicks too" and not (tmp_path / "sessions" / "rosa" / "memos.md").exists()


async def test_a_longer_memo_on_a_quotation_stands_in_the_file_and_is_undone(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11zm")
        pilot.app.screen.query_one(TextArea).text = "Wicks\n\n- and oil"
        await press(pilot, "<ctrl+s>")
        assert "## Ad 11, “You light the lamp at dusk.” {#" in memos_in(tmp_path)
        assert "Wicks\n\n- and oil" in memos_in(tmp_path)
        assert message_of(bench) == "Memo saved: Ad 11, “You light the lamp at dusk.”."
        await press(pilot, "zm")
        assert pilot.app.screen.query_one(TextArea).text == "Wicks\n\n- and oil"
        await press(pilot, "<escape>u")
        assert message_of(bench) == "Undone: the memo on “You light the lamp at dusk.”."
        assert "Wicks" not in memos_in(tmp_path)


async def test_memos_on_a_code_an_ad_and_the_study_are_listed_searched_undone_and_exported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "zmThe shore<ctrl+s>zsWhere we are<ctrl+s>")
        await move_to(pilot, bench, "TASK1")
        await press(pilot, "zmOne code?<ctrl+s>t")
        assert [line for line in memos_in(tmp_path).splitlines() if line in ("The shore", "Where we are", "One code?")]
        await press(pilot, "zl")
        modal = pilot.app.screen
        assert isinstance(modal, MemosDialog)
        assert [one.text for one in modal.query_one(MemoRows).entries] == ["Where we are", "One code?", "The shore"]
        await press(pilot, "code?")
        assert [one.text for one in modal.query_one(MemoRows).entries] == ["One code?"]
        await press(pilot, "<enter>")
        assert isinstance(pilot.app.screen, TextDialog)
        await press(pilot, "<escape>u")
        assert message_of(bench) == "Undone: memo on code TASK1: Lighting."
        assert "One code?" not in memos_in(tmp_path)
        await press(pilot, "<ctrl+r>")
        assert "One code?" in memos_in(tmp_path)
    assert run(["export", "--format", "csv", "--what", "notes", "-o", "-", "--study", str(tmp_path)]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out.removeprefix("\ufeff"))))
    assert {(row["ad_id"], row["on"], row["code_id"], row["note"]) for row in rows} == {
        ("11", "source", "", "The shore"),
        ("", "study", "", "Where we are"),
        ("", "code", "TASK1", "One code?"),
    }


async def test_memos_edited_outside_arrive_in_the_open_list_and_are_undone(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "zmThe shore<ctrl+s>zsWhere we are<ctrl+s>zl")
        path = tmp_path / "sessions" / "rosa" / "memos.md"
        path.write_text(memos_in(tmp_path).replace("The shore", "The shore\n\nand the pier"), "utf-8")
        modal = pilot.app.screen
        assert isinstance(modal, MemosDialog)
        await until(
            pilot, lambda: "The shore\n\nand the pier" in [one.text for one in modal.query_one(MemoRows).entries]
        )
        assert message_of(bench) == "Imported from memos.md: 1 memo changed"
        await press(pilot, "<escape>u")
        assert "pier" not in memos_in(tmp_path)
        await press(pilot, "zm")
        path.write_text(memos_in(tmp_path).replace("The shore", "The coast"), "utf-8")
        await until(pilot, lambda: "1 memo changed" in message_of(bench))
        await press(pilot, "<ctrl+end>!<ctrl+s>")
        assert message_of(bench).endswith("memos.md had another text meanwhile: u brings it back.")
        assert "The shore!" in memos_in(tmp_path)
        await press(pilot, "u")
        assert "The coast" in memos_in(tmp_path)
        await press(pilot, "u")
        path.write_text("<<<<<<< mine\n" + memos_in(tmp_path), "utf-8")
        await until(pilot, lambda: "conflict" in message_of(bench))
        path.unlink()
        await until(pilot, path.exists)
        assert "The shore" in memos_in(tmp_path) and bench.workspace.changed_memos() is None

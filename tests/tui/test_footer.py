"""The footer: the keys of the present situation, from the keymap in use; the title bars; the share of the text."""

from __future__ import annotations

from pathlib import Path

import pytest
from invented import BOOK

from codetui.tui.keymap import Keymap
from codetui.tui.workbench.footer import HINTS, Footer
from testing.keys import chips_row, press, running, status_rows, workspace_on, write_ad

NEED = "We need Python and SQL. You like people."


@pytest.mark.parametrize(
    ("keys", "chips"),
    [
        ("", "s sentence f jump"),
        ("s", "1 2 code"),
        ("s11", "x remove r recode b edges"),
        ("s11r", "1 2 other code"),
        ("s11b", "Enter save [ move start"),
        ("f", "a … z label Backspace back Esc cancel"),
        ("s1", "key assign"),
        ("/", "Enter keep"),
        ("t", "↑↓ ←→ move, fold Enter select i definition"),
        ("s11u<escape><ctrl+end>", "s sentence"),
    ],
)
async def test_the_footer_shows_the_keys_of_the_situation(tmp_path: Path, keys: str, chips: str) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (100, 30)) as (pilot, bench):
        await press(pilot, keys)
        await pilot.pause()
        assert chips_row(bench.status).startswith(chips)


async def test_the_footer_stays_below_a_warning_and_ends_with_the_key_of_the_help(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (60, 24)) as (pilot, bench):
        bench.say("Something is wrong. " * 20, "error")
        await pilot.pause()
        assert chips_row(bench.status).endswith("? all keys")


def test_the_footer_follows_the_keymap_and_omits_actions_without_a_key() -> None:
    changed = Footer(Keymap.build({"remove": ("ctrl+d",)}), BOOK).chips("quotation")
    assert ("Ctrl+D", "remove") in changed
    none = Keymap.build(actions=[one._replace(keys=()) for one in Keymap.build().actions])
    assert Footer(none, BOOK).chips("quotation") == ()


def test_every_hint_names_an_action() -> None:
    known = {action.id for action in Keymap.build().actions}
    named = {one for hints in HINTS.values() for hint in hints for one in hint.actions} - {"sections"}
    assert named <= known


async def test_the_title_of_the_focused_pane_is_lit(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (120, 30)) as (pilot, bench):
        title = bench.query_one("#heading")
        assert title.has_class("-lit")
        assert str(title.render()).startswith("Ad 1 · ")
        await press(pilot, "t")
        assert not title.has_class("-lit") and bench.outline.has_focus
        assert "Codebook" in str(bench.outline.border_title)


async def test_the_status_shows_how_much_of_the_text_is_read(tmp_path: Path) -> None:
    write_ad(tmp_path, "\n".join(f"Sentence number {number} ends here." for number in range(100)))
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await pilot.pause()
        assert "20% read" in status_rows(bench.status)
        await press(pilot, "<ctrl+end>")
        await pilot.pause()
        assert "100% read" in status_rows(bench.status)

"""The workbench by its keys: the keys of a coder, and the resulting files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from codetui.core.session.commands import NotePlace
from codetui.model import Codebook, CodeId, MemoTarget, Problem
from codetui.tui import small_window
from codetui.tui.bench import UNSEEN
from codetui.tui.dialogs.code_search import CodePicker
from codetui.tui.dialogs.confirm import ChoiceDialog
from codetui.tui.dialogs.help import DefinitionDialog, HelpRows, HelpScreen
from codetui.tui.dialogs.source import ProfilePicker
from codetui.tui.dialogs.source_list import AdListScreen
from codetui.tui.dialogs.text import NoteDialog, SourceDialog, TextDialog
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import BOOK, coded, keys_of, press, running, status_rows, until, with_codings, workspace_on, write_ad

NEED = "We need Python and SQL. You like people."


@pytest.mark.parametrize(
    ("before", "keys", "after"),
    [
        ("We need [Python|] and SQL", "2a", "We need {TECH1:Python} and SQL"),
        ("We need [|Python] and SQL", "2a", "We need {TECH1:Python} and SQL"),
        ("We need Py|thon and SQL", "2a", "We need {TECH1:Python} and SQL"),
        ("We need. Py|thon and SQL. Now.", "11", "We need. {TASK1:Python and SQL.} Now."),
        ("We need [Python |]and SQL", "2a", "We need {TECH1:Python} and SQL"),
        ("We need [Python|] and SQL", "2a.", "We need {TECH1:Python} and SQL"),
        ("We need [Python|] and SQL", "2a1112", "We need {TECH1:{TASK1:{TASK2:Python}}} and SQL"),
        ("We need [Python|] and SQL", "2au", "We need Python and SQL"),
        ("We need [Python|] and SQL", "2au<ctrl+r>", "We need {TECH1:Python} and SQL"),
        ("We need [Python|] and SQL", "2ax", "We need Python and SQL"),
        ("We need [Python|] and SQL", "2ax<ctrl+z>", "We need {TECH1:Python} and SQL"),
        ("We need [Python|] and SQL", "2ar12", "We need {TASK2:Python} and SQL"),
        ("We need [Python|] and SQL", "2ab<shift+right><enter>", "We need {TECH1:Python} and SQL"),
        ("We need [Python|] and SQL", "2ab]wb", "We need {TECH1:Python and} SQL"),
        ("We need [Python|] and SQL", "2ab]w<escape>", "We need {TECH1:Python} and SQL"),
        ("We need [Python|] and SQL", "2<escape>1<escape>", "We need Python and SQL"),
        ("We need [Python|] and SQL", "2q<escape>", "We need Python and SQL"),
        ("We need [Python|] and SQL", "9", "We need Python and SQL"),
        ("We need [Python|] and SQL", "12<down>", "We need {TASK2:Python} and SQL"),
        ("We need [Python|] and SQL", "1<down><enter>", "We need {TASK2:Python} and SQL"),
        ("|We need Python. And SQL.", "s11s.", "We need Python. {TASK1:And SQL.}"),
    ],
)
async def test_keys_produce_the_codings(tmp_path: Path, before: str, keys: str, after: str) -> None:
    assert await coded(tmp_path, before, keys) == after


async def test_keys_typed_in_one_burst_are_handled_in_the_mode_of_the_previous_key(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await burst(pilot, "1", "1", "2", "a", "1", "2")
        assert [coding.code for coding in bench.state.live()] == ["TASK1", "TECH1", "TASK2"]


async def test_keys_typed_in_one_burst_reach_the_tree_and_the_ad_again(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await burst(pilot, "t", "end")
        assert bench.outline.cursor == bench.outline.row_count() - 1
        await burst(pilot, "home", "t", "t", "t", "s")
        assert bench.outline.cursor == 0
        assert bench.selected_span("quotations").start == NEED.index("You")


async def test_a_note_is_added_to_the_coding_whose_bullet_is_under_the_cursor(tmp_path: Path) -> None:
    write_ad(tmp_path, "* We need Python.\n* And SQL.")
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, _bench):
        await press(pilot, "11n")
        assert isinstance(pilot.app.screen, NoteDialog)


async def test_the_picker_assigns_the_code_searched_for(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "<enter>")
        assert isinstance(pilot.app.screen, CodePicker)
        await press(pilot, "lang<enter>")
        assert [coding.code for coding in bench.state.live()] == ["TECH1"]
        await press(pilot, "<enter><enter>")
        assert bench.status.message[1] == "refusal"
        assert len(bench.state.live()) == 1


async def test_a_note_is_written_beside_the_quotation_just_coded(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "2an")
        assert isinstance(pilot.app.screen, NoteDialog)
        await press(pilot, "a snake<enter>")
        assert [coding.note for coding in bench.state.live()] == ["a snake"]


@pytest.mark.parametrize(
    ("keys", "after"),
    [
        ("x", "{TASK1:We need Python}"),
        ("r12", "{TASK1:We need {TASK2:Python}}"),
        ("b<shift+left><enter>", "{TASK1:We need {TECH1:Pytho}n}"),
        ("nyes<enter>", "{TASK1:We need {TECH1:Python}}"),
        # Once the coder has moved, it is what stands under the cursor.
        ("<left><left><home>x", "We need {TECH1:Python}"),
    ],
)
async def test_a_term_coded_from_the_end_of_its_word_is_the_target_of_keys(
    tmp_path: Path, keys: str, after: str
) -> None:
    write_ad(tmp_path, "We need Python")
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "11<end>2a" + keys)
        assert with_codings(workspace) == after
        notes = {coding.code: coding.note for coding in bench.state.live()}
        assert notes.get(CodeId("TASK1"), "") == ""
        assert (notes.get(CodeId("TECH1")) == "yes") == keys.startswith("n")


async def test_a_section_without_codes_is_reported(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    book = replace(BOOK, codes=BOOK.codes[:2])
    async with running(workspace_on(tmp_path, book)) as (pilot, bench):
        await press(pilot, "2")
        assert not bench.panel.is_open
        assert bench.status.message == ("Section 2 Technology & Tool Analysis has no codes yet; A adds one.", "refusal")


async def test_notes_on_group_and_code_and_entries_are_written_from_the_tree(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "t<down><down>")
        places = []
        for _ in range(6):
            await press(pilot, "n")
            if isinstance(pilot.app.screen, NoteDialog):
                await press(pilot, "note<enter>")
                places = [(note.target.kind, note.target.id) for note in bench.state.notes.values()]
            await press(pilot, "<down>")
        assert ("group", "A") in places and ("code", "TASK1") in places
        await press(pilot, "<home>")
        while not (bench.node() and getattr(bench.node(), "id", "") == "TASK2"):
            await press(pilot, "<down>")
        await press(pilot, "Nimplied<enter>")
        remarks = [note for note in bench.state.notes.values() if note.target.kind == "entry"]
        assert [(note.target.id, note.text) for note in remarks] == [("TASK2", "implied")]


async def test_profile_then_reasoning_then_done(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "d")
        assert "p assigns one" in bench.status.message[0]
        await press(pilot, "p")
        assert isinstance(pilot.app.screen, ProfilePicker)
        await press(pilot, "2")
        assert isinstance(pilot.app.screen, TextDialog)
        await press(pilot, "green<enter>fingers<ctrl+s>")
        assert (bench.state.profile, bench.state.reasoning) == ("2", "green\nfingers")
        await press(pilot, "d")
        assert bench.state.is_done
        await press(pilot, "P")
        assert pilot.app.screen.query_one(TextArea).text == "green\nfingers"
        await press(pilot, "<escape>u")
        assert not bench.state.is_done


async def test_reasoning_without_a_profile_is_refused_with_a_remedy(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "P")
        assert bench.status.message == (
            "The reasoning belongs to a profile: press p and choose one first.",
            "refusal",
        )


async def test_missing_facts_of_an_ad_are_asked_once_at_its_first_coding(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED, "7.txt")
    write_ad(tmp_path, NEED, "8_beta.txt")
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "2a")
        assert isinstance(pilot.app.screen, SourceDialog)
        await pilot.pause(UNSEEN)
        await press(pilot, "Acme BV<enter>")
        assert bench.state.employer == "Acme BV"
        await press(pilot, "11")
        assert pilot.app.screen is bench
        await press(pilot, "<ctrl+s>")
    names = [path.name for path in (tmp_path / "sessions" / "rosa").glob("*.md")]
    assert names == ["analysis_job_7_acme_bv.md"]


async def test_the_employer_is_not_asked_for_where_the_corpus_has_none(tmp_path: Path) -> None:
    for name in ("7.txt", "8.txt"):
        write_ad(tmp_path, NEED, name)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "2a")
        assert pilot.app.screen is bench and bench.state.live()
        await press(pilot, "E")
        assert isinstance(pilot.app.screen, SourceDialog)


@pytest.mark.parametrize("ahead", ["12", "n", "<enter>", "<escape>", "Acme<enter>"])
async def test_keys_typed_ahead_of_a_question_do_not_answer_it(tmp_path: Path, ahead: str) -> None:
    write_ad(tmp_path, "We build boats. We sail.", "7.txt")
    write_ad(tmp_path, NEED, "8_beta.txt")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        for key in keys_of("11"):
            pilot.app.post_message(events.Key(key, key))
        for key in keys_of(ahead):
            pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
        await pilot.pause(0.3)
        assert bench.state.live() and not bench.state.employer
        if ahead == "12":
            assert len(bench.state.live()) == 2
            assert isinstance(pilot.app.screen, SourceDialog)


async def test_a_key_typed_before_a_question_was_visible_is_handled_by_the_workbench(tmp_path: Path) -> None:
    write_ad(tmp_path, "We build boats. We sail.", "7.txt")
    write_ad(tmp_path, NEED, "8_beta.txt")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        early = events.Key("s", "s")
        await press(pilot, "11")
        assert isinstance(pilot.app.screen, SourceDialog)
        pilot.app.post_message(early)
        await until(pilot, lambda: bench.selector.selection.is_explicit)
        await until(pilot, lambda: isinstance(pilot.app.screen, SourceDialog))
        await pilot.pause(UNSEEN)
        await press(pilot, "Acme<enter>")
        assert bench.state.employer == "Acme"


async def test_keys_typed_before_a_question_could_be_read_are_handled_by_the_workbench(tmp_path: Path) -> None:
    write_ad(tmp_path, "We build boats. We sail.", "7.txt")
    write_ad(tmp_path, NEED, "8_beta.txt")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "11")
        assert isinstance(pilot.app.screen, SourceDialog)
        await press(pilot, "s12")
        assert len(bench.state.live()) == 2 and pilot.app.screen is bench
        await until(pilot, lambda: isinstance(pilot.app.screen, SourceDialog))
        await pilot.pause(UNSEEN)
        await press(pilot, "Acme<enter>")
        assert bench.state.employer == "Acme"


async def test_the_search_selects_while_typing_and_escape_returns(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "/sql")
        assert bench.selector.selection.span == (19, 22)
        await press(pilot, "<enter>2a")
        assert [coding.words for coding in bench.state.live()] == ["SQL"]
        await press(pilot, "<home>/people<escape>")
        assert bench.selector.selection.span == (0, 0)


async def test_jump_labels_select_from_start_to_end(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "f")
        label = dict(bench.selector.shown_labels)[NEED.index("Python")]
        await press(pilot, label)
        ends = dict(bench.selector.shown_labels)
        last = next(letters for offset, letters in ends.items() if NEED.index("SQL") <= offset < NEED.index("You"))
        await press(pilot, f"{last}12")
        words = [coding.words for coding in bench.state.live()]
        assert words in (["Python and SQL."], ["Python and SQL"])


async def test_escape_and_backspace_cancel_the_labels(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        for leave in ("<escape>", "<backspace>"):
            await press(pilot, "f")
            assert bench.selector.is_jumping
            await press(pilot, leave)
            assert not bench.selector.is_jumping


async def test_work_is_on_disk_when_another_ad_opens(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        write_ad(tmp_path, f"Ad {number}. We need Python.", f"{number}_acme.txt")
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "(")
        assert bench.status.message[1] == "refusal"
        await press(pilot, "2a)")
        assert bench.ad.id == "2"
        assert (tmp_path / "sessions" / "rosa" / "analysis_job_1_acme.md").is_file()
        await press(pilot, "U")
        assert bench.ad.id == "10"
        await press(pilot, "U")
        assert bench.ad.id == "2"
        await press(pilot, "a")
        assert isinstance(pilot.app.screen, AdListScreen)
        await press(pilot, "1<enter>")
        assert bench.ad.id in ("1", "10")


async def test_a_restart_resumes_where_the_coder_stopped(tmp_path: Path) -> None:
    text = "\n".join(f"Sentence number {n}." for n in range(200))
    write_ad(tmp_path, "First.", "1_acme.txt")
    write_ad(tmp_path, text, "2_acme.txt")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, ")<pagedown><pagedown>s")
        place = (bench.selector.selection.span.start, bench.document.top_row)
        assert place[1] > 10
        await press(pilot, "11")
        await pilot.app.action_quit()
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        assert bench.ad.id == "2"
        span = bench.selected_span("quotations")
        assert (span.start, bench.document.top_row) == place
        assert len(bench.state.live()) == 1


async def test_the_document_is_written_a_moment_after_the_last_key(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "2a")
        document = tmp_path / "sessions" / "rosa" / "analysis_job_1_acme.md"
        for _ in range(100):
            if document.exists():
                break
            await pilot.pause(0.05)
        assert "`We`" in document.read_text("utf-8")


async def test_definition_help_and_problems_open_and_close(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "i")
        assert bench.status.message[1] == "refusal"
        await press(pilot, "11i")
        assert isinstance(pilot.app.screen, DefinitionDialog)
        await press(pilot, "<escape>?double")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert pilot.app.screen.query_one(HelpRows).row(0, 70).left[0].text == "Mouse"
        await press(pilot, "<escape><f4>")
        assert isinstance(pilot.app.screen, WorkbenchScreen | HelpScreen)


async def test_background_documents_open_beside_the_ad_during_coding(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    (tmp_path / "role.md").write_text("# The role\n\nText.", "utf-8")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "R")
        assert bench.has_class("-reading")
        await press(pilot, "<tab>2a")
        assert len(bench.state.live()) == 1
        await press(pilot, "R<escape>")
        assert not bench.has_class("-reading")


async def test_the_mouse_selects_words_and_sentences(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        cells = bench.document.margin_cells + bench.document.gutter_cells
        await pilot.double_click("#document", offset=(cells + 9, 0))
        assert bench.selector.selection.span == (8, 14)
        await pilot.triple_click("#document", offset=(cells + 9, 0))
        assert bench.selector.selection.span == (0, 23)
        await pilot.mouse_down("#document", offset=(cells + 3, 0))
        await pilot.hover("#document", offset=(cells + 6, 0))
        await pilot.mouse_up("#document", offset=(cells + 6, 0))
        assert bench.selector.selection.span == (3, 7)


async def test_another_coding_under_the_cursor_is_reached_with_a_key(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "2a11")
        codes = [bench.coding_here()]
        await press(pilot, "o")
        codes.append(bench.coding_here())
        assert {coding.code for coding in codes if coding} == {"TECH1", "TASK1"}


async def test_an_empty_ad_is_reported_and_refuses_codes(tmp_path: Path) -> None:
    write_ad(tmp_path, "")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        assert "no text" in bench.status.message[0]
        await press(pilot, "s11")
        assert bench.state.live() == ()
        assert bench.status.message[1] == "refusal"


async def test_ads_that_are_not_codable_are_skipped_and_shown_as_such(tmp_path: Path) -> None:
    for name, text in (("1_acme.txt", NEED), ("2_bare.txt", ""), ("3_spam.txt", "Cookies?"), ("4_last.txt", NEED)):
        write_ad(tmp_path, text, name)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, ")zu")
        assert bench.ad.id == "3" and "⊘ not codable" in status_rows(bench.status)
        await press(pilot, "p1")
        assert bench.state.profile == "" and "marked not codable" in bench.status.message[0]
        await press(pilot, "<escape>((")
        assert bench.ad.id == "1"
        await press(pilot, ")")
        assert bench.ad.id == "4"
        await press(pilot, "anot codable")
        states = bench.app.screen.query_one("#ads-states").render()
        assert "⊘ not codable 1  ∅ no text 1" in str(states)


@pytest.mark.parametrize("size", [(80, 24), (200, 60), (60, 15)])
async def test_coding_and_the_tree_work_at_every_size(tmp_path: Path, size: tuple[int, int]) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace, size) as (pilot, bench):
        await press(pilot, "t")
        assert bench.outline.has_focus and bench.outline.display
        await press(pilot, "t2a")
        assert with_codings(workspace).startswith("{TECH1:We}")


@pytest.mark.parametrize(("key", "name"), [("q", "“q”"), ("<backspace>", "Backspace"), ("<ctrl+b>", "Ctrl+B")])
async def test_a_key_without_a_meaning_is_reported(tmp_path: Path, key: str, name: str) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, key)
        assert bench.status.message == (f"{name} does nothing here. ? shows every key.", "refusal")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("sss", "There is no next sentence."),
        ("S", "There is no previous sentence."),
        ("s++", "There is no larger unit."),
        ("w--", "There is no smaller unit."),
        ("w<", "Only one word is left."),
        ("w,", "There is no punctuation at the end."),
        ("ss", ""),
        ("s,", ""),
        ("s<", ""),
        ("<", ""),
    ],
)
async def test_a_step_without_effect_is_reported(tmp_path: Path, keys: str, words: str) -> None:
    write_ad(tmp_path, "Mason\n\nYou lay stones. You look at them.")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, keys)
        assert bench.status.message == (words, "refusal" if words else "info")


async def test_ctrl_c_shows_how_to_quit(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "<ctrl+c>")
        words, kind = bench.status.message
        assert words.startswith("Ctrl+Q") and kind == "info"
        assert not list(pilot.app.screen.query("Toast"))


async def test_a_book_without_sections_is_reported(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path, Codebook(title="Empty"))) as (pilot, bench):
        assert "code" not in bench.status.message[0]
        await press(pilot, "1")
        words, kind = bench.status.message
        assert "no section" in words and "F4" in words and kind == "refusal"


async def test_the_tree_of_another_ad_begins_at_its_top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(small_window, "ROWS", 8)
    write_ad(tmp_path, NEED)
    write_ad(tmp_path, NEED, "2_acme.txt")
    async with running(workspace_on(tmp_path), (80, 8)) as (pilot, bench):
        await press(pilot, "t<end>")
        assert bench.outline.cursor > 0 and bench.outline.scroll_offset.y > 0
        await press(pilot, ")")
        assert bench.outline.cursor == bench.outline.scroll_offset.y == 0


async def test_the_status_line_shows_that_the_ad_has_no_profile(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        assert "no profile" in status_rows(bench.status)
        await press(pilot, "p2Because.<ctrl+s>")
        assert "no profile" not in status_rows(bench.status) and "Gardener" in status_rows(bench.status)


async def test_typed_filters_never_reach_the_workbench(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "?s11")
        assert pilot.app.screen.query_one(Input).value == "s11"
        await press(pilot, "<escape>")
        assert bench.state.live() == ()


async def burst(pilot: Pilot[object], *keys: str) -> None:
    """Send keys faster than the screen changes."""
    for key in keys:
        pilot.app.simulate_key(key)
    for _ in range(5):
        await pilot.pause()


async def test_words_typed_right_after_the_slash_reach_the_search(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await burst(pilot, "slash", "s", "q", "l")
        assert bench.selector.selection.span == (19, 22)


async def test_words_typed_right_after_enter_reach_the_picker(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await burst(pilot, "enter", "l", "a", "n", "g")
        assert pilot.app.screen.query_one(Input).value == "lang"


async def test_keys_right_after_a_search_code_the_match(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await burst(pilot, "slash", "s", "q", "l", "enter", "2", "a", "1", "1")
        await burst(pilot)
        assert [(coding.words, coding.code) for coding in bench.state.live()] == [("SQL", "TECH1"), ("SQL", "TASK1")]


async def test_undoing_the_reasoning_is_reported(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "p1why<ctrl+s>u")
        assert bench.status.message[0] == "Undone: the reasoning."
        await press(pilot, "u")
        assert bench.status.message[0] == "Undone: profile Engineer."


async def test_after_a_restart_the_codings_are_drawn(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "2a")
        await pilot.app.action_quit()
    async with running(workspace_on(tmp_path)) as (_, bench):
        row = "".join(segment.text for segment in bench.document.render_line(0))
        assert "2a" in row


async def test_lost_documents_are_restored_from_their_logs(tmp_path: Path) -> None:
    for number in (1, 2):
        write_ad(tmp_path, f"Ad {number}. We need Python.", f"{number}_acme.txt")
    documents = [tmp_path / "sessions" / "rosa" / f"analysis_job_{number}_acme.md" for number in (1, 2)]
    async with running(workspace_on(tmp_path)) as (pilot, _):
        await press(pilot, "11)2a")
        await pilot.app.action_quit()
    texts = [document.read_bytes() for document in documents]
    for document in documents:
        document.unlink()
    async with running(workspace_on(tmp_path)) as (pilot, _):
        assert documents[0].read_bytes() == texts[0]
        await pilot.app.action_quit()
    assert documents[1].read_bytes() == texts[1]


async def test_the_palette_runs_the_same_actions_as_keys(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "2a<ctrl+p>")
        await pilot.press(*"undo")
        await pilot.pause(0.5)
        await press(pilot, "<enter>")
        await pilot.pause(0.2)
        assert bench.state.live() == ()


async def test_x_on_a_code_of_the_tree_removes_nothing(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "s11t<home><down><down>x")
        assert bench.status.message[1] == "refusal"
        assert len(bench.state.live()) == 1


async def test_a_new_selection_cancels_a_pending_recoding(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "s11rs12")
        assert [coding.code for coding in bench.state.live()] == ["TASK1", "TASK2"]


async def test_a_refusal_disappears_with_the_next_key(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "9")
        assert bench.status.message[1] == "refusal"
        await press(pilot, "s")
        assert bench.status.message == ("", "info")


async def test_keeping_a_boundary_releases_the_edge(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "2ab]w<enter>")
        assert bench.selector.selection.edge is None


async def test_escape_closes_the_codebook_over_the_ad(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await press(pilot, "t<escape>")
        assert not bench.outline.has_class("-shown") and bench.focused is bench.document


async def test_moving_the_edges_of_a_quotation_in_the_tree_shows_the_ad(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    workspace = workspace_on(tmp_path)
    async with running(workspace, (80, 24)) as (pilot, bench):
        await press(pilot, "2atb")
        assert not bench.outline.has_class("-shown") and bench.focused is bench.document
        await press(pilot, "]w<enter>")
        assert with_codings(workspace).startswith("{TECH1:We need}")


async def test_the_list_of_problems_matches_the_status_line_and_can_be_filtered(
    tmp_path: Path,
) -> None:
    write_ad(tmp_path, NEED)
    write_ad(tmp_path, "", "2_acme.txt")
    workspace = workspace_on(tmp_path)
    workspace.problems += [
        Problem("codebook.toml", 3, "warning", "the code has no definition"),
        Problem("codebook.toml", 9, "note", "the section has no key"),
    ]
    async with running(workspace) as (pilot, bench):
        total = len(workspace.problems)
        assert bench.status.message[0] == f"codebook.toml: the code has no definition (F4 lists all {total})"
        await press(pilot, "<f4>")
        frame, field = pilot.app.screen.query_one(".frame"), pilot.app.screen.query_one(Input)
        assert f"all {total} (" in str(frame.border_title)
        assert "undo" not in field.placeholder and "warning" in field.placeholder
        await press(pilot, "zzz")
        rows = pilot.app.screen.query_one(HelpRows)
        assert rows.row(0, 60).left[0].text == "No problem matches these words."


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("/sql<enter>s", "We need Python and SQL."),
        ("/sql<enter>ss", "You like people."),
        ("/sql<enter><shift+right>s", "You like people."),
        ("/need<enter>g", "We need Python and SQL. You like people."),
        ("/we<enter>w", "need"),
        ("/like<enter>SS", "We need Python and SQL."),
    ],
)
async def test_a_step_after_a_search_selects_the_sentence_of_the_match(tmp_path: Path, keys: str, words: str) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, keys)
        assert NEED[slice(*bench.selector.selection.span)] == words


async def test_a_whole_sentence_as_a_term_is_coded_with_a_warning(tmp_path: Path) -> None:
    write_ad(tmp_path, "Short one. We need Python and SQL and a good deal of patience. Next.")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "s2a")
        assert "This term is a whole sentence" in bench.status.message[0]
        assert [coding.code for coding in bench.state.live()] == ["TECH1"]
        await press(pilot, "b<less_than_sign><enter>")
        assert [coding.words for coding in bench.state.live()] == ["We need Python and SQL and a good deal of"]
        await press(pilot, "uuS2a")
        assert [coding.words for coding in bench.state.live()] == ["Short one."]
        assert "whole sentence" not in bench.status.message[0]


async def test_undoing_a_note_names_the_note(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "2anwhy<enter>u")
        assert bench.status.message[0] == "Undone: the note beside “We”."
        bench.execute_command(NotePlace(MemoTarget(kind="group", id="A"), "none"))
        await press(pilot, "u")
        assert bench.status.message[0] == "Undone: the note on Core."


async def test_i_defines_the_profile_in_the_tree(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "t<home>i")
        assert bench.status.message == ("No profile yet: p lists the profiles with their definitions.", "refusal")
        await press(pilot, "p2<escape>i")
        assert isinstance(pilot.app.screen, DefinitionDialog)
        assert "Grows." in str(pilot.app.screen.query_one("DefinitionPane Static", Static).render())


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
@pytest.mark.parametrize("row", [3, 17])
async def test_the_panel_keeps_the_words_to_be_coded_visible(tmp_path: Path, size: tuple[int, int], row: int) -> None:
    write_ad(tmp_path, "\n".join(f"Row number {number}." for number in range(200)))
    async with running(workspace_on(tmp_path), size) as (pilot, bench):
        await press(pilot, "s" * row + "1")
        here = bench.selector.rows(bench.selected_span("quotations"))
        assert here.start == bench.document.region.y + row
        panel = bench.panel.region
        assert not panel.y <= here.start < panel.bottom
        assert panel.bottom <= bench.status.region.y


async def test_the_codebook_over_the_ad_opens_around_the_quotation(tmp_path: Path) -> None:
    write_ad(tmp_path, " ".join(f"You do thing {number}." for number in range(30)))
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await press(pilot, "w2a" + "w." * 20 + "s12")
        await press(pilot, "t")
        await pilot.pause()
        above = bench.outline.cursor - bench.outline.scroll_offset.y
        assert bench.outline.row_count() > bench.outline.size.height
        assert 2 <= above < bench.outline.size.height


async def test_messages_behind_a_question_are_visible(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (120, 30)) as (pilot, bench):
        await press(pilot, "n2an")
        assert isinstance(pilot.app.screen, NoteDialog)
        bench.say("Something-was-said")
        await until(pilot, lambda: "Something-was-said" in pilot.app.export_screenshot())


async def test_panes_over_a_narrow_ad_keep_the_bottom_rows_visible(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await press(pilot, "t")
        assert bench.outline.region.bottom == bench.status.region.y == 21
        await press(pilot, "<escape>R")
        assert bench.reader.region.bottom == bench.status.region.y
        await press(pilot, "/")
        assert bench.reader.region.bottom == bench.search.region.y == 20
        await press(pilot, "<escape>")
        assert bench.reader.region.bottom == bench.status.region.y


@pytest.mark.parametrize("keys", ["?", "p", "<enter>", "<ctrl+p>"])
async def test_screens_under_a_dialog_follow_the_size_of_the_terminal(tmp_path: Path, keys: str) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (80, 24)) as (pilot, bench):
        await press(pilot, keys)
        assert pilot.app.screen is not bench
        await pilot.resize_terminal(130, 40)
        await until(pilot, lambda: bench.outline.region.right == 130)
        assert (bench.status.region.y, bench.status.region.width) == (37, 130)
        assert bench.document.region.right <= bench.outline.region.x


async def test_leaving_an_ad_while_moving_a_boundary_reports_it_as_unchanged(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    write_ad(tmp_path, NEED, "2_other.txt")
    workspace = workspace_on(tmp_path)
    async with running(workspace) as (pilot, bench):
        await press(pilot, "11b]w")
        before = with_codings(workspace)
        await press(pilot, ")")
        assert bench.ad.id == "2" and "boundary that was being moved is unchanged" in bench.status.message[0]
        await press(pilot, "(")
        assert with_codings(workspace) == before


async def test_a_wrong_key_while_moving_a_boundary_repeats_the_hint(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "11bq")
        assert "“q” does nothing here" in bench.status.message[0]
        await press(pilot, "s")
        assert bench.status.message[0].startswith("Move its edges")


async def test_a_search_opened_again_selects_the_next_match_of_the_last_query(tmp_path: Path) -> None:
    write_ad(tmp_path, "A lamp here. A lamp there. A lamp.")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "/lamp<enter>/")
        assert str(pilot.app.screen.query_one("#search-found", Static).content) == "2 of 3"
        await press(pilot, "<enter>")
        assert bench.selector.selection.span.start == 15
        await press(pilot, "/<enter><ctrl+home>/")
        assert str(pilot.app.screen.query_one("#search-found", Static).content) == "1 of 3"
        await press(pilot, "<escape>")
        assert bench.selector.selection.head == 0


async def test_a_search_without_a_match_is_reported_on_enter(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "/zzzz<enter>")
        assert bench.status.message == ("“zzzz” is not in this ad.", "refusal")


async def test_an_unwritten_document_stays_visible_until_it_is_written(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path), (100, 24)) as (pilot, bench):
        await press(pilot, "11<ctrl+s>")
        document = next((tmp_path / "sessions" / "rosa").glob("*.md"))
        document.write_text("rubbish", "utf-8")
        await press(pilot, "s12")
        await until(pilot, lambda: bench.workspace.is_document_refused)
        await press(pilot, "S")
        assert status_rows(bench.status).endswith("document not written: F4")
        await press(pilot, "<ctrl+s>")
        await press(pilot, "S")
        assert status_rows(bench.status).endswith("saved")
        assert "TASK2" in document.read_text("utf-8")


async def test_the_menu_of_further_actions_shows_them_and_the_next_key_runs_one(tmp_path: Path) -> None:
    write_ad(tmp_path, NEED)
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "2azp")
        assert bench.is_current
        assert "No problems" in status_rows(bench.status)
        await press(pilot, "z")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "<escape>")
        assert bench.is_current

"""Editing the codebook in the workbench: the keys, and the resulting codebook.toml."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Event

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from codetui.core.codebook.diff import Part
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import AssignCode
from codetui.formats.codebook.editing import set_field
from codetui.formats.codebook.reader import parse_codebook
from codetui.model import Code, CodeId, SourceEntry, SourceId, Span
from codetui.storage.session_files import SessionPaths
from codetui.study.overview import CodeUsage
from codetui.study.session.outcome import Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from codetui.tui.bench import UNSEEN
from codetui.tui.dialogs.code_forms import CodeForm, NewCodeDialog, strange_id
from codetui.tui.dialogs.code_search import CodePicker
from codetui.tui.dialogs.help import DefinitionDialog
from codetui.tui.widgets.codebook_tree import CodeNode, SectionNode
from codetui.tui.widgets.rows import PlainRows, RowList
from codetui.tui.workbench.background import STAYS
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, until, with_codings
from testing.studies import ADS, CODEBOOK, SHORE, write_study

LAMP = "You light the lamp at dusk."
MIRRORS = "You polish the mirrors every week."


def opened(folder: Path, codebook: str = CODEBOOK, ad: str = "11", coder: str = "rosa") -> Workspace:
    if not (folder / "ads").exists():
        write_study(folder)
        (folder / "codebook.toml").write_text(codebook, "utf-8")
    return open_workspace(Study.open(folder), coder, wanted=ad)


@asynccontextmanager
async def on_words(
    folder: Path, words: str = MIRRORS, codebook: str = CODEBOOK
) -> AsyncIterator[tuple[Pilot[object], WorkbenchScreen]]:
    """Open the program on the first ad, with some of its words selected."""
    async with running(opened(folder, codebook)) as (pilot, bench):
        start = SHORE.index(words)
        bench.select(Span(start, start + len(words)))
        yield pilot, bench


def coded_before(folder: Path, ad: str, words: str, code: str, coder: str = "rosa") -> None:
    """Create a session on an ad of the study, in which these words have this code."""
    workspace = opened(folder, ad=ad, coder=coder)
    assert workspace.first is not None
    start = next(text for name, text in ADS.items() if name.startswith(ad)).index(words)
    workspace.open(workspace.first)
    assert isinstance(workspace.session.execute(AssignCode(Span(start, start + len(words)), CodeId(code))), Saved)
    workspace.release()


def other_ads_wait(folder: Path, bench: WorkbenchScreen, monkeypatch: pytest.MonkeyPatch) -> Event:
    """Delay the reading of the coder's other ads until the event is set."""
    go_on, usage = Event(), CodeUsage(SessionPaths(folder / "sessions", "rosa"))

    def read_late(entries: Sequence[SourceEntry], skipped: SourceId | None = None) -> Iterator[SourceId]:
        assert go_on.wait(10)
        yield from CodeUsage.read(usage, entries, skipped)

    monkeypatch.setattr(usage, "read", read_late)
    monkeypatch.setattr(bench.workspace, "usage", usage)
    return go_on


def codes_in(folder: Path) -> dict[str, Code]:
    book, problems = parse_codebook((folder / "codebook.toml").read_text("utf-8"), "codebook.toml")
    assert book is not None and not [one for one in problems if one.severity == "error"]
    return {code.id: code for code in book.codes}


def message_of(bench: WorkbenchScreen) -> str:
    return bench.status.message[0]


def rows(row_list: RowList) -> list[str]:
    """Return the visible text of the rows, uncut."""
    all_rows = (row_list.row(index, 200) for index in range(row_list.row_count()))
    return ["".join(part.text for part in (*row.left, *row.right)) for row in all_rows]


def defined(pilot: Pilot[object]) -> str:
    """Return the text of the definition pane in front."""
    return str(pilot.app.screen.query_one("DefinitionPane > Static", Static).content)


# --- a new code -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys", ["<enter>Polishing<enter>", "<enter>Polishing<ctrl+n>", "APolishing", "<ctrl+n>Polishing"]
)
async def test_a_new_code_is_written_to_the_book_and_assigned_to_the_words(tmp_path: Path, keys: str) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, keys)
        assert isinstance(pilot.app.screen, NewCodeDialog)
        await press(pilot, "<ctrl+s>")
        assert pilot.app.screen is bench
        assert f"{{TASK3:{MIRRORS}}}" in with_codings(bench.workspace)
        new = codes_in(tmp_path)["TASK3"]
        assert (new.name, new.section, new.definition, new.found_in) == ("Polishing", "tasks", "", "11")
        assert "TASK3: Polishing ←" in message_of(bench) and "codebook.toml" in message_of(bench)
        bench.saver.write()
    assert "- **TASK3: Polishing:**" in next((tmp_path / "sessions" / "rosa").glob("*.md")).read_text("utf-8")


async def test_the_screen_shows_the_new_code_at_once_and_keeps_folded_nodes(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "t<home><down>")
        while bench.outline.current != SectionNode("tools"):
            await press(pilot, "<down>")
        await press(pilot, "<left>t<enter>Polishing<enter><ctrl+s>")
        assert any("TASK3: Polishing" in row for row in rows(bench.outline))
        assert not any("TOOL1" in row for row in rows(bench.outline))
        assert bench.index.short_keys[CodeId("TASK3")] == "13"
        assert [one.key for one in bench.document._codings.coded] == ["13"]
        await press(pilot, "u")
        assert "TASK3" in codes_in(tmp_path)
        await press(pilot, "13")
        assert f"{{TASK3:{MIRRORS}}}" in with_codings(bench.workspace)


GROUPED = """\
title = "Groups"
label = "{id}: {name}"
section = [{ id = "tasks", title = "Tasks" }]
group = [{ id = "A", section = "tasks", title = "First" }, { id = "B", section = "tasks", title = "Second" }]

[[code]]
id = "1.A.1"
name = "Lighting"
group = "A"

[[code]]
id = "1.B.2"
name = "Watching"
group = "B"
"""


async def test_a_new_code_changes_no_existing_key(tmp_path: Path) -> None:
    async with on_words(tmp_path, codebook=GROUPED) as (pilot, bench):
        assert bench.index.short_keys == {"1.A.1": "11", "1.B.2": "12"}
        await press(pilot, "APolishing<ctrl+s>")
        assert [coding.code for coding in bench.state.live()] == ["1.A.2"]
        assert bench.index.short_keys == {"1.A.1": "11", "1.A.2": "1p", "1.B.2": "12"}


async def test_section_id_and_definition_can_be_chosen(tmp_path: Path) -> None:
    async with on_words(tmp_path, "sextant") as (pilot, bench):
        await press(pilot, "ARulers<enter><down>")
        assert pilot.app.screen.query_one("#id", Input).value == "TOOL2"
        await press(pilot, "<enter>0<enter>For angles.<ctrl+s>")
        new = codes_in(tmp_path)["TOOL20"]
        assert (new.section, new.name, new.definition) == ("tools", "Rulers", "For angles.")
        assert "{TOOL20:sextant}" in with_codings(bench.workspace)


async def test_letters_typed_into_the_list_of_places_are_reported(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, _):
        await press(pilot, "<enter>zzgleaming<enter>")
        modal = pilot.app.screen
        assert isinstance(modal, NewCodeDialog)
        await press(pilot, "C")
        assert "This is a list" in str(modal.query_one(".hint", Static).render())
        await press(pilot, "<tab><tab>Shines.<ctrl+s>")
        assert [code.definition for code in codes_in(tmp_path).values() if code.name == "zzgleaming"] == ["Shines."]


async def test_a_coding_can_be_recoded_to_a_new_code(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11r<enter>Polishing<enter><ctrl+s>")
        assert [coding.code for coding in bench.state.live()] == ["TASK3"]
        assert "TASK1: Lighting changed to TASK3: Polishing" in message_of(bench)


async def test_the_cursor_in_the_tree_sets_the_place_of_a_new_code(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (pilot, bench):
        await press(pilot, "t")
        while bench.outline.current != CodeNode(CodeId("TOOL1")):
            await press(pilot, "<down>")
        await press(pilot, "A")
        modal = pilot.app.screen
        assert isinstance(modal, NewCodeDialog)
        assert (modal.spot.section, modal.text("id")) == ("tools", "TOOL2")


async def test_an_id_or_name_in_use_is_refused(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "Alighting<ctrl+s>")
        modal = pilot.app.screen
        assert isinstance(modal, NewCodeDialog)
        assert "TASK1 already has this name" in str(modal.query_one(".hint", Static).content)
        await press(pilot, " up<enter><enter><backspace>2<ctrl+s>")
        assert "TASK2 is already the id of “Watching”" in str(modal.query_one(".hint", Static).content)
        await press(pilot, "<escape><escape>")
        assert pilot.app.screen is bench
        assert list(codes_in(tmp_path)) == ["TASK1", "TASK2", "TOOL1"] and not bench.state.live()


async def test_a_code_added_concurrently_keeps_the_written_text(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        other = '\n[[code]]\nid = "TASK3"\nname = "Other"\nsection = "tasks"\n'
        await press(pilot, "APolishing<enter><enter><enter>Cleans.")
        (tmp_path / "codebook.toml").write_text(CODEBOOK + other, "utf-8")
        await press(pilot, "<ctrl+s>")
        modal = pilot.app.screen
        assert isinstance(modal, NewCodeDialog)
        assert "TASK3" in str(modal.query_one(".hint", Static).content)
        assert modal.query_one(TextArea).text == "Cleans." and modal.text("name") == "Polishing"
        modal.query_one("#id", Input).value = "TASK4"
        await press(pilot, "<ctrl+s>")
        assert [codes_in(tmp_path)[one].name for one in ("TASK3", "TASK4")] == ["Other", "Polishing"]
        assert [coding.code for coding in bench.state.live()] == ["TASK4"]


async def test_a_read_only_codebook_loses_no_text(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, _):
        await press(pilot, "11APolishing<enter><enter><enter>Cleans.")
        (tmp_path / "codebook.toml").chmod(0o444)
        await press(pilot, "<ctrl+s>")
        modal = pilot.app.screen
        assert isinstance(modal, NewCodeDialog)
        assert "NOT SAVED" in str(modal.query_one(".hint", Static).content)
        assert modal.query_one(TextArea).text == "Cleans."
        await press(pilot, "<escape>")
        assert pilot.app.screen is modal
        (tmp_path / "codebook.toml").chmod(0o644)
        await press(pilot, "<ctrl+s>")
        assert codes_in(tmp_path)["TASK3"].definition == "Cleans."


# --- examples ---------------------------------------------------------------------------------------


async def test_a_quotation_becomes_an_example_of_its_code_once(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "11e")
        assert codes_in(tmp_path)["TASK1"].examples == (LAMP,)
        assert f"“{LAMP}” is now an example of TASK1" in message_of(bench) and "codebook.toml" in message_of(bench)
        assert bench.index.codes[CodeId("TASK1")].examples == (LAMP,)
        await press(pilot, "e")
        assert codes_in(tmp_path)["TASK1"].examples == (LAMP,)
        assert bench.status.message == (f"“{LAMP}” is already an example of TASK1.", "refusal")


async def test_without_a_quotation_no_example_is_added(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        await press(pilot, "e")
        assert "No quotation here" in message_of(bench)
        assert (tmp_path / "codebook.toml").read_text("utf-8") == CODEBOOK


# --- name and definition ----------------------------------------------------------------------------


async def test_a_definition_is_changed_from_the_tree(tmp_path: Path) -> None:
    async with running(opened(tmp_path)) as (pilot, bench):
        await press(pilot, "t")
        while bench.outline.current != CodeNode(CodeId("TASK1")):
            await press(pilot, "<down>")
        await press(pilot, "D<space>Every evening.<ctrl+s>")
        assert codes_in(tmp_path)["TASK1"].definition == "Lighting lamps. Every evening."
        assert message_of(bench).startswith("TASK1 was changed in ")
        await press(pilot, "i")
        assert "Every evening." in defined(pilot)


def test_an_id_with_signs_that_no_id_has_is_refused() -> None:
    assert strange_id("1.A.3") == strange_id("TASK-4b") == ""
    assert "no “(”" in strange_id("3.6xn(}!yVm[") and "no “ ”" in strange_id("TASK 4")


async def test_a_name_is_changed_from_the_picker_and_the_words_are_coded_after_it(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "<enter>watch<ctrl+e>")
        modal = pilot.app.screen
        assert isinstance(modal, CodeForm)
        await press(pilot, "<shift+tab> out<ctrl+s>")
        assert isinstance(pilot.app.screen, CodePicker)
        await press(pilot, "watch<enter>")
        assert codes_in(tmp_path)["TASK2"].name == "Watching out"
        assert f"{{TASK2:{MIRRORS}}}" in with_codings(bench.workspace)
        assert any("TASK2: Watching out" in row for row in rows(bench.outline))


async def test_an_unchanged_code_is_not_written(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        before = (tmp_path / "codebook.toml").stat().st_mtime_ns
        await press(pilot, "11D<ctrl+s>")
        assert pilot.app.screen is bench
        await press(pilot, "D<escape>")
        assert pilot.app.screen is bench
        assert (tmp_path / "codebook.toml").stat().st_mtime_ns == before


async def test_a_concurrently_changed_definition_is_shown_before_it_is_replaced(tmp_path: Path) -> None:
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "11D<space>Mine.")
        theirs = set_field(CODEBOOK, Part("code", "TASK1"), "definition", "Theirs.")
        (tmp_path / "codebook.toml").write_text(theirs, "utf-8")
        await press(pilot, "<ctrl+s>")
        assert (tmp_path / "codebook.toml").read_text("utf-8") == theirs
        modal = pilot.app.screen
        assert isinstance(modal, CodeForm)
        assert "Theirs." in str(modal.query_one(".hint", Static).content)
        assert modal.query_one(TextArea).text == "Lighting lamps. Mine."
        await press(pilot, "<ctrl+s>")
        assert pilot.app.screen is bench
        assert codes_in(tmp_path)["TASK1"].definition == "Lighting lamps. Mine."


# --- what is known of a code --------------------------------------------------------------------------


RICH = (
    CODEBOOK.replace(
        'definition = "Lighting lamps."',
        'definition = "Lighting lamps."\ninclude = "Torches."\nexclude = "The sun."\nconfused_with = ["TASK2"]',
    )
    + '\n[[reference]]\ntitle = "On the sea"\npath = "sea.md"\n'
    + '\n[[reference]]\ntitle = "On lamps"\npath = "lamps.md"\ncode = "TASK1"\n'
)


async def test_a_definition_shows_criteria_similar_codes_and_references(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP, RICH) as (pilot, bench):
        (tmp_path / "lamps.md").write_text("# Lamps\n\nThey burn oil.\n", "utf-8")
        await press(pilot, "11i")
        text = defined(pilot)
        for words in (
            "Lighting lamps.",
            "Include\nTorches.",
            "Exclude\nThe sun.",
            "• TASK2: Watching",
            "• On lamps",
        ):
            assert words in text
        assert "On the sea" not in text
        await press(pilot, "R")
        assert pilot.app.screen is bench and bench.focused is bench.reader
        assert bench.reader.place == 1


async def test_a_definition_shows_the_coders_earlier_codings(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    coded_before(tmp_path, "13", "You lay one stone upon another.", "TASK1")
    coded_before(tmp_path, "13", "one stone", "TASK2")
    coded_before(tmp_path, "12", "Clerk", "TASK1", coder="somebody else")
    async with on_words(tmp_path) as (pilot, _):
        await press(pilot, "11")
        await press(pilot, "s11i")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        text = defined(pilot)
        assert text.index(MIRRORS) < text.index("one stone upon another.” #13") < text.index("count the sacks.” #12")
        assert text.count("this ad") == 1 and "#11" not in text
        assert "Clerk" not in text and text.count("stone") == 1 and "reading" not in text


async def test_a_definition_does_not_wait_for_the_other_ads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        go_on = other_ads_wait(tmp_path, bench, monkeypatch)
        await press(pilot, "11i")
        assert "loading your other ads…" in defined(pilot) and "sacks" not in defined(pilot)
        go_on.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "reading" not in defined(pilot) and "sacks" in defined(pilot)


async def test_the_first_panel_shows_codings_read_in_the_background(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    async with on_words(tmp_path, LAMP) as (pilot, bench):
        bench.open_panel(bench.index.codes_of["tasks"], "")
        assert "sacks" in defined(pilot)


async def test_panel_and_picker_show_earlier_codings(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    async with on_words(tmp_path) as (pilot, _):
        await press(pilot, "1")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "count the sacks.” #12" in defined(pilot)
        await press(pilot, "<escape><enter>lighting")
        assert isinstance(pilot.app.screen, CodePicker)
        assert "count the sacks.” #12" in defined(pilot)


async def test_other_ads_are_read_again_while_the_panel_stays_open(tmp_path: Path) -> None:
    coded_before(tmp_path, "12", "You count the sacks.", "TASK1")
    async with on_words(tmp_path) as (pilot, bench):
        await press(pilot, "1")
        await pilot.app.workers.wait_for_complete()
        assert bench.workspace.usage.readings == 1
        await press(pilot, "1")
        coded_before(tmp_path, "13", "one stone", "TASK1")
        await press(pilot, "s11")
        await pilot.pause(STAYS + 0.1)
        await pilot.app.workers.wait_for_complete()
        assert bench.workspace.usage.readings == 1
        await press(pilot, "s1")
        assert "one stone" not in defined(pilot)
        await until(pilot, lambda: "one stone" in defined(pilot))
        assert "count the sacks.” #12" in defined(pilot)
        assert bench.workspace.usage.readings == 2


async def test_an_old_coding_shows_the_definition_that_it_was_made_with(tmp_path: Path) -> None:
    async with on_words(tmp_path, LAMP) as (pilot, _):
        await press(pilot, "11i")
        assert "OLD" not in defined(pilot)
        await press(pilot, "<escape>D New.<ctrl+s>i")
        text = defined(pilot)
        old = text.index("EARLIER VERSION, when this was coded (7#")
        assert text.index("Lighting lamps. New.") < old < text.rindex("Lighting lamps.")


async def test_a_removed_code_is_shown_in_the_version_used_for_coding(tmp_path: Path) -> None:
    coded_before(tmp_path, "11", LAMP, "TASK1")
    (tmp_path / "codebook.toml").write_text(CODEBOOK.replace('"TASK1"', '"TASK0"'), "utf-8")
    async with on_words(tmp_path, LAMP) as (pilot, _):
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, DefinitionDialog)
        assert "EARLIER VERSION, when this was coded" in defined(pilot) and "Lighting lamps." in defined(pilot)


# --- retired codes, codes that are gone -----------------------------------------------------------------


RETIRED = CODEBOOK.replace('definition = "Lighting lamps."', 'definition = "Lighting lamps."\nretired = true')


async def test_a_retired_code_is_shown_with_its_codings_and_not_assigned(tmp_path: Path) -> None:
    coded_before(tmp_path, "11", LAMP, "TASK1")
    (tmp_path / "codebook.toml").write_text(RETIRED, "utf-8")
    async with on_words(tmp_path) as (pilot, bench):
        assert any("TASK1: Lighting (retired)" in row for row in rows(bench.outline))
        await press(pilot, "1")
        assert [row[:8] for row in rows(bench.panel.query_one(PlainRows))] == ["2 TASK2:"]
        await press(pilot, "1<escape><enter>")
        assert not any("TASK1" in row for row in rows(pilot.app.screen.query_one(PlainRows)))
        await press(pilot, "<escape>.")
        assert [coding.code for coding in bench.state.live()] == ["TASK1"]
        bench.assigner.take(CodeId("TASK1"))
        assert "TASK1: Lighting is retired" in message_of(bench) and len(bench.state.live()) == 1
        await press(pilot, ")")
        assert not any("TASK1" in row for row in rows(bench.outline))


async def test_codings_without_a_code_of_the_book_are_recoded_one_by_one(tmp_path: Path) -> None:
    coded_before(tmp_path, "11", LAMP, "TASK1")
    coded_before(tmp_path, "11", MIRRORS, "TASK2")
    (tmp_path / "codebook.toml").write_text(RETIRED.replace('"TASK2"', '"TASK5"'), "utf-8")
    async with running(opened(tmp_path)) as (pilot, bench):
        assert "2 codings need another code (Q)" in message_of(bench)
        await press(pilot, "Q")
        assert message_of(bench).startswith("1 of 2 · code TASK1 is retired")
        await press(pilot, "Q")
        assert message_of(bench).startswith("2 of 2 · code TASK2 is not in the codebook")
        await press(pilot, "Q15")
        assert [coding.code for coding in bench.state.live()] == ["TASK2", "TASK5"]
        await press(pilot, "Q")
        assert message_of(bench).startswith("1 of 1 · code TASK2")
        await press(pilot, "xQ")
        assert message_of(bench) == "Every coding has a code of the codebook."
        assert [coding.words for coding in bench.state.live()] == [LAMP]


def test_codes_that_are_retired_keep_their_keys() -> None:
    book, _ = parse_codebook(RETIRED, "codebook.toml")
    assert book is not None
    assert CodebookIndex(book).short_keys == {"TASK1": "11", "TASK2": "12", "TOOL1": "21"}


async def test_who_is_no_editor_proposes_and_an_editor_accepts_on_the_screen(tmp_path: Path) -> None:
    text = CODEBOOK.replace("[[profile]]", '[codebook]\neditors = ["lead"]\n\n[[profile]]', 1)
    async with on_words(tmp_path, LAMP, text) as (pilot, bench):
        await press(pilot, "11e")
        assert "Proposed: example of TASK1" in bench.status.message[0]
        assert (tmp_path / "codebook.toml").read_text("utf-8") == text
        await press(pilot, "Tm<enter>")
        assert "Proposed: TASK1: Lighting becomes" in bench.status.message[0]
        for keys in ("zk<enter>a", "zk<down><enter>a"):
            await press(pilot, keys)
            assert "Only lead can decide this" in bench.status.message[0]
    async with running(opened(tmp_path, coder="lead")) as (pilot, bench):
        await press(pilot, "zk<enter>a")
        assert "Accepted: example of TASK1" in bench.status.message[0]
        assert f'examples = ["{LAMP}"]' in (tmp_path / "codebook.toml").read_text("utf-8")
        await press(pilot, "zk<enter>a")
        await until(pilot, lambda: getattr(pilot.app.screen, "stage", "") == "asking")
        await pilot.pause(UNSEEN)
        await press(pilot, "<enter>")
        await until(pilot, lambda: "Accepted" in bench.status.message[0])
        (session,) = Study.open(tmp_path).sessions(coder="rosa")
        assert [one.code for one in session.state.live()] == ["TASK2"]
        await press(pilot, "zk")
        assert "Nobody proposes" in bench.status.message[0]

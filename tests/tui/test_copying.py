"""Ads with the same text on the workbench, and copies of a session's files: the messages, copying and merging."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from codetui.core.session.state import replay
from codetui.model import Coding, SourceId
from codetui.storage.journal import Journal
from codetui.study.overview import DuplicateText
from codetui.study.session.outcome import AdStatus
from codetui.study.workspace import Workspace
from codetui.tui.bench import UNSEEN
from codetui.tui.dialogs.confirm import ChoiceDialog, DryRunDialog
from codetui.tui.dialogs.help import HelpRows
from codetui.tui.workbench.source import duplicate_words
from testing.keys import press, running, workspace_on, write_ad

NEED = "We need Python and SQL. You like people."
TAKEN = "Copied from ad 1: 2 codings and the profile. u undoes it."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return ads 1, 2 and 4 with one text, in which rosa gave ad 1 two codes and a profile; ad 3 has another."""
    for name, text in (("2_other.txt", NEED.replace(" ", "  ")), ("3_else.txt", "Something else."), ("4_x.txt", NEED)):
        write_ad(tmp_path, text, name)
    write_ad(tmp_path, NEED)
    return tmp_path


async def code(folder: Path, coder: str = "rosa") -> None:
    """Give ad 1 two codes and a profile with its reasoning, and mark it done."""
    async with running(workspace_on(folder, coder=coder)) as (pilot, _):
        await press(pilot, "11s12p1So.<ctrl+s>d")


async def test_opening_an_ad_reports_codings_of_the_same_text_and_y_copies_them(folder: Path) -> None:
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


async def test_codings_of_the_same_text_are_reported_once_the_texts_are_read(folder: Path) -> None:
    async with running(workspace_on(folder)) as (pilot, bench):
        assert bench.status.message[0] == "Same text as 2 and 1 more"
        await press(pilot, "s")
        assert bench.status.message[0] == ""
        await press(pilot, "))")
        assert "Same text" not in bench.status.message[0]
        await press(pilot, "((")
        assert bench.status.message[0] == "Same text as 2 and 1 more"


async def test_the_duplicate_with_most_codings_is_reported(folder: Path) -> None:
    await code(folder)
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, ")11)")
        await press(pilot, ")")
        assert bench.status.message[0] == "Same text as 1 (done, 2 codings): Y copies them"
        await press(pilot, "(((")
        assert bench.status.message[0] == "Same text as 2 and 1 more"


async def test_codings_of_others_are_not_offered(folder: Path) -> None:
    await code(folder, coder="ada")
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, ")")
        assert bench.status.message[0] == "Same text as 1 and 1 more"
        await press(pilot, "Y")
        assert bench.status.message == ("You have coded nothing in ad 1, which has the same text.", "refusal")
        assert bench.state.opened is None


async def test_y_reports_that_the_text_is_unique(folder: Path) -> None:
    async with running(workspace_on(folder)) as (pilot, bench):
        await press(pilot, "))Y")
        assert bench.status.message == ("No other ad has the text of this one.", "refusal")


async def test_a_coded_ad_keeps_its_codings(folder: Path) -> None:
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
def test_the_offer_to_copy_names_the_ad_and_the_key(twins: DuplicateText, is_coded: bool, words: str) -> None:
    assert duplicate_words(twins, is_coded=is_coded) == words


def at_third(folder: Path) -> Workspace:
    workspace = workspace_on(folder)
    workspace.begin_with(SourceId("3"))
    return workspace


async def test_two_swapped_ads_are_explained_before_the_quotations_that_are_lost(folder: Path) -> None:
    await code(folder)
    async with running(at_third(folder)) as (pilot, _):
        await press(pilot, "11")
    first, third = folder / "ads" / "1_acme.txt", folder / "ads" / "3_else.txt"
    text, other = first.read_bytes(), third.read_bytes()
    first.write_bytes(other)
    third.write_bytes(text)
    async with running(at_third(folder)) as (pilot, bench):
        assert bench.status.message[0].startswith("Coded as 1 before (done, 2 codings): Y carries them over · ")
        await press(pilot, "Y")
        assert [one.words for one in bench.state.live() if one.anchor] == [
            "We need Python and SQL.",
            "You like people.",
        ]


# --- copies of a session's log and document -------------------------------------------------------------

TWO = "You light the lamp. You watch the sea until dawn."
ROSA = Path("sessions/rosa")
DOCUMENT = ROSA / "analysis_job_1_acme.md"


@pytest.fixture
async def two_states(tmp_path: Path) -> tuple[Path, Path]:
    """Return a study in which rosa has coded one sentence, and a copy of it with another sentence coded, too."""
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    write_ad(here, TWO)
    async with running(workspace_on(here)) as (pilot, _):
        await press(pilot, "11<ctrl+s>")
    shutil.copytree(here, there)
    async with running(workspace_on(there)) as (pilot, _):
        await press(pilot, "<ctrl+end>12<ctrl+s>")
    return here, there


COPIES = (
    (DOCUMENT, DOCUMENT.with_name("analysis_job_1_acme (1).md")),
    (DOCUMENT, DOCUMENT.with_name("analysis_job_1_acme - Copy.md")),
    (DOCUMENT, DOCUMENT.with_name("analysis_job_1_acme (Rosa's conflicted copy 2026-01-02).md")),
    (DOCUMENT, DOCUMENT.with_name("Kopie van analysis_job_1_acme.md")),
    (ROSA / "events/1.jsonl", ROSA / "events/1 (1).jsonl"),
    (ROSA / "events/1.jsonl", ROSA / "events/1.sync-conflict-20260102-101010-ABCDEFG.jsonl"),
    (ROSA / "events/1.jsonl", ROSA / "1.jsonl"),
    (ROSA, ROSA.with_name("rosa - Kopie")),
)


@pytest.mark.parametrize(("real", "copy"), COPIES)
async def test_a_copy_is_compared_and_merged_on_the_screen(
    two_states: tuple[Path, Path], real: Path, copy: Path
) -> None:
    here, there = two_states
    (shutil.copytree if (there / real).is_dir() else shutil.copy)(there / real, here / copy)
    async with running(workspace_on(here)) as (pilot, bench):
        if copy.parent.name == "events" or copy.name.startswith("analysis"):
            assert f"{copy.name} is a copy and is not read: z c compares it" in bench.status.message[0]
        await press(pilot, "zc")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.stage == "asking"
        assert dialog.preview == "Only in the copy:\n· TASK2: People: “You watch the sea until dawn.”"
        assert len(bench.state.live()) == 1
        await pilot.pause(UNSEEN)
        await press(pilot, "<enter>")
        assert [one.words for one in bench.state.live()] == ["You light the lamp.", "You watch the sea until dawn."]
        assert "You can delete" in bench.status.message[0] and bench.status.message[1] == "info"
        await press(pilot, "zc")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.stage == "done"
        await press(pilot, "<enter>")
    assert [one.words for one in workspace_state(here)] == ["You light the lamp.", "You watch the sea until dawn."]


def workspace_state(folder: Path) -> tuple[Coding, ...]:
    """Return the codings that the log of ad 1 has."""
    return replay(Journal(folder / ROSA / "events/1.jsonl").read()[0]).live()


async def test_of_several_copies_one_is_chosen_and_esc_changes_nothing(two_states: tuple[Path, Path]) -> None:
    here, there = two_states
    shutil.copy(there / DOCUMENT, here / COPIES[0][1])
    shutil.copy(here / DOCUMENT, here / COPIES[1][1])
    async with running(workspace_on(here)) as (pilot, bench):
        await press(pilot, "zc")
        assert isinstance(pilot.app.screen, ChoiceDialog)
        await press(pilot, "2")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.preview == "The copy has exactly what is here."
        await press(pilot, "<escape>zc1")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.stage == "asking"
        await press(pilot, "<escape>")
        assert len(bench.state.live()) == 1


async def test_a_deleted_copy_is_no_longer_reported(two_states: tuple[Path, Path]) -> None:
    here, there = two_states
    copy = here / COPIES[0][1]
    shutil.copy(there / DOCUMENT, copy)
    async with running(workspace_on(here)) as (pilot, bench):
        assert any(one.file == str(copy) for one in bench.workspace.problems)
        copy.unlink()
        await press(pilot, "zc")
        assert bench.status.message[0].startswith("No copy of this session's document or log, or of this ad, is beside")
        await press(pilot, "<f4>")
        assert not any(one.file == str(copy) for one in bench.workspace.problems)


async def test_a_copy_without_news_is_reported_as_deletable(two_states: tuple[Path, Path]) -> None:
    here, there = two_states
    shutil.copy(here / DOCUMENT, there / COPIES[0][1])
    async with running(workspace_on(there)) as (pilot, bench):
        await press(pilot, "zc")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.stage == "done"
        assert dialog.preview == "Only here:\n· TASK2: People: “You watch the sea until dawn.”"
        await press(pilot, "<enter>")
        assert len(bench.state.live()) == 2


async def test_a_copy_with_conflict_marks_is_not_merged(two_states: tuple[Path, Path]) -> None:
    here, there = two_states
    text = (there / DOCUMENT).read_text("utf-8")
    (here / COPIES[0][1]).write_text(f"{text}<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n", "utf-8")
    async with running(workspace_on(here)) as (pilot, bench):
        await press(pilot, "zc<enter>")
        assert len(bench.state.live()) == 1


@pytest.mark.parametrize(
    ("name", "text", "preview", "advice"),
    [
        ("{} (1).txt", TWO, "The copy has exactly the text that is here.", "you can delete"),
        ("{} - Copy.txt", f"{TWO}\n\nYou rest.", "Only in the copy:\n· You rest.", "stays as it is"),
        ("Kopie van {}.txt", f"{TWO}!", f"Only in the copy:\n· {TWO}!\nOnly here:\n· {TWO}", "stays as it is"),
        ("{} (2).txt", "", "", "stays as it is"),
    ],
)
async def test_a_copy_of_an_ad_is_compared_on_the_screen(
    tmp_path: Path, name: str, text: str, preview: str, advice: str
) -> None:
    write_ad(tmp_path, TWO)
    ad = tmp_path / "ads" / "1_acme.txt"
    copy = ad.with_name(name.format(ad.stem))
    copy.write_text(text, "utf-8")
    async with running(workspace_on(tmp_path)) as (pilot, bench):
        await press(pilot, "zc")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.stage == "done"
        assert dialog.preview == preview or not preview
        await pilot.pause(UNSEEN)
        await press(pilot, "<enter>")
        assert bench.state.is_untouched
    assert ad.read_text("utf-8") == TWO and copy.read_text("utf-8") == text


async def test_a_copy_of_a_folder_without_this_ad_is_named(two_states: tuple[Path, Path]) -> None:
    here, _ = two_states
    write_ad(here, "Something else.", "2_other.txt")
    shutil.copytree(here / ROSA, here / ROSA.with_name("rosa (1)"))
    async with running(workspace_on(here)) as (pilot, bench):
        await press(pilot, ")zc")
        assert "rosa (1) copies your folder, without this ad: `codetui merge`" in bench.status.message[0]


async def test_a_log_whose_codings_were_imported_from_its_document_is_not_merged_a_second_time(
    two_states: tuple[Path, Path],
) -> None:
    here, there = two_states
    shutil.copy(there / DOCUMENT, here / COPIES[0][1])
    shutil.copy(there / ROSA / "events/1.jsonl", here / COPIES[4][1])
    async with running(workspace_on(here)) as (pilot, bench):
        await press(pilot, "zc2")
        await pilot.pause(UNSEEN)
        await press(pilot, "<enter>zc1")
        dialog = pilot.app.screen
        assert isinstance(dialog, DryRunDialog) and dialog.stage == "done"
        await press(pilot, "<enter>")
        assert len(bench.state.live()) == 2
        await press(pilot, "<f4>")
        rows = pilot.app.screen.query_one(HelpRows)
        shown = " ".join(part.text.strip() for at in range(rows.row_count()) for part in rows.row(at, 80).left)
        assert " ".join(shown.split()).count("(z c compares and merges it here)") == 2

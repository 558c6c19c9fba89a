"""The document and the codebook edited in another program while the workbench is open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from codetui.study.study import Study
from codetui.study.workspace import open_workspace
from codetui.tui.widgets.status_line import StatusLine
from codetui.tui.workbench.background import LOOK_EVERY
from codetui.tui.workbench.screen import WorkbenchScreen
from testing.keys import press, running, until, workspace_on, write_ad
from testing.studies import write_study

AD = "You light the lamp. You watch the sea until dawn. You polish the mirrors."


def document(folder: Path) -> Path:
    (path,) = (folder / "sessions").rglob("analysis_job_*.md")
    return path


def words(screen: WorkbenchScreen) -> list[str]:
    return [coding.words for coding in screen.state.live()]


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], object]]:
    """Return the checks of document, codebook and memos, which the test runs itself instead of a timer."""
    found: list[Callable[[], object]] = []
    original = WorkbenchScreen.set_interval

    def set_interval(screen: WorkbenchScreen, interval: float, callback: Callable[[], object], **more: str) -> object:
        return found.append(callback) if interval == LOOK_EVERY else original(screen, interval, callback, **more)

    monkeypatch.setattr(WorkbenchScreen, "set_interval", set_interval)
    return found


def test_a_change_is_noticed_in_less_than_two_seconds() -> None:
    assert 0 < 2 * LOOK_EVERY < 2


async def test_a_codebook_edited_outside_is_shown_after_two_checks(
    tmp_path: Path, looks: list[Callable[[], object]]
) -> None:
    workspace = open_workspace(Study.open(write_study(tmp_path)), "rosa", wanted="11")
    async with running(workspace) as (pilot, screen):
        book = tmp_path / "codebook.toml"
        book.write_text(book.read_text("utf-8").replace('"Lighting"', '"Polishing"'), "utf-8")
        assert len(looks) == 3
        for is_shown in (False, True):
            for look in looks:
                look()
            await pilot.pause()
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert ("Polishing" in tree(screen), "Lighting" in tree(screen)) == (is_shown, not is_shown)


def tree(screen: WorkbenchScreen) -> str:
    """Return the text of the codebook tree."""
    rows = (screen.outline.row(number, 60) for number in range(screen.outline.row_count()))
    return "\n".join("".join(part.text for part in (*row.left, *row.right)) for row in rows)


async def test_an_edit_outside_is_shown_at_once_and_undone_by_a_key(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, screen):
        await press(pilot, "11<ctrl+s>")
        before = document(tmp_path).read_text("utf-8")
        document(tmp_path).write_text(
            before.replace('"You light', '"You watch the sea until dawn."\n  - "You light'), "utf-8"
        )
        await until(pilot, lambda: len(words(screen)) == 2)
        assert words(screen) == ["You watch the sea until dawn.", "You light the lamp."]
        assert "edited by hand: 1 added" in screen.query_one(StatusLine).message[0]
        await press(pilot, "u<ctrl+s>")
        assert words(screen) == ["You light the lamp."]
        assert document(tmp_path).read_text("utf-8") == before


async def test_an_edit_just_before_another_ad_is_opened_is_imported(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    (tmp_path / "ads" / "2_acme.txt").write_text("Another.", "utf-8")
    async with running(workspace_on(tmp_path)) as (pilot, screen):
        await press(pilot, "11<ctrl+s>")
        path = document(tmp_path)
        path.write_text(path.read_text("utf-8").replace('lamp."', 'lamp." (at dusk)'), "utf-8")
        await press(pilot, ")(")
        assert [coding.note for coding in screen.state.live()] == ["at dusk"]


async def test_a_document_with_conflict_marks_is_replaced_only_by_ctrl_s(tmp_path: Path) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, screen):
        await press(pilot, "11<ctrl+s>")
        before = document(tmp_path).read_text("utf-8")
        harmed = f"<<<<<<< mine\n{before}=======\n{before}>>>>>>> theirs\n"
        document(tmp_path).write_text(harmed, "utf-8")
        status = screen.query_one(StatusLine)
        await until(pilot, lambda: "conflict mark of git" in status.message[0])
        assert status.message[1] == "error"
        await press(pilot, "s11)")
        assert document(tmp_path).read_text("utf-8") == harmed
        await press(pilot, "(<ctrl+s>")
        assert "You watch the sea" in document(tmp_path).read_text("utf-8")
        assert "<<<<" not in document(tmp_path).read_text("utf-8")
        kept = list((tmp_path / "sessions").rglob("*.kept-*"))
        assert [path.read_text("utf-8") for path in kept] == [harmed]
        assert f"kept in {kept[0]}" in status.message[0]


ENTRY = '  - "'
MANY = "One lamp. Two lamps. Three lamps. Four lamps. Five lamps. Six lamps."


@pytest.mark.parametrize(
    ("answer", "left_here", "left_there"),
    [("<enter>", 5, 0), ("<down><enter>", 5, 5), ("<down><down><enter>", 0, 0), ("<escape>", 5, 0)],
)
async def test_an_edit_without_many_codings_removes_them_only_if_the_coder_confirms(
    tmp_path: Path, answer: str, left_here: int, left_there: int
) -> None:
    write_ad(tmp_path, MANY)
    async with running(workspace_on(tmp_path)) as (pilot, screen):
        await press(pilot, "s11" * 5 + "<ctrl+s>")
        path = document(tmp_path)
        lines = path.read_text("utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(ENTRY)), "utf-8")
        await until(pilot, lambda: len(pilot.app.screen_stack) > 1)
        await press(pilot, answer)
        assert len(screen.state.live()) == left_here
        assert path.read_text("utf-8").count(ENTRY) == left_there
        assert left_here != left_there or not screen.workspace.is_document_refused


async def look(pilot: Pilot[object], looks: list[Callable[[], object]]) -> None:
    """Check document and codebook twice, as the timer does."""
    for _ in range(2):
        for one in looks:
            one()
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


@pytest.mark.parametrize(("repaired", "words"), [("Lighting", "is fixed"), ("Polishing", "is reloaded")])
async def test_a_message_about_the_codebook_disappears_once_it_is_repaired(
    tmp_path: Path, looks: list[Callable[[], object]], repaired: str, words: str
) -> None:
    workspace = open_workspace(Study.open(write_study(tmp_path)), "rosa", wanted="11")
    async with running(workspace) as (pilot, screen):
        book = tmp_path / "codebook.toml"
        whole = book.read_text("utf-8")
        book.write_text(f"{whole}\n[[code\n", "utf-8")
        await look(pilot, looks)
        broken, kind = screen.status.message
        assert kind == "refusal" and "Until this is fixed, the codebook is used as it was." in broken
        assert any(one.file == str(book) and one.severity == "error" for one in workspace.problems)
        book.write_text(whole.replace("Lighting", repaired), "utf-8")
        await look(pilot, looks)
        message, kind = screen.status.message
        assert kind == "info" and words in message and "Until" not in message
        assert not any(one.severity == "error" for one in workspace.problems)


async def test_a_codebook_error_shown_at_the_start_disappears_once_it_is_repaired(
    tmp_path: Path, looks: list[Callable[[], object]]
) -> None:
    book = write_study(tmp_path) / "codebook.toml"
    whole = book.read_text("utf-8")
    book.write_text(whole.replace('id = "TASK2"', 'id = "TASK1"'), "utf-8")
    async with running(open_workspace(Study.open(tmp_path), "rosa", wanted="11")) as (pilot, screen):
        assert screen.status.message[1] == "error" and "codebook.toml" in screen.status.message[0]
        book.write_text(whole, "utf-8")
        await look(pilot, looks)
        assert screen.status.message[1] == "info" and "is reloaded" in screen.status.message[0]


async def test_a_message_about_a_damaged_document_disappears_once_it_is_repaired(
    tmp_path: Path, looks: list[Callable[[], object]]
) -> None:
    write_ad(tmp_path, AD)
    async with running(workspace_on(tmp_path)) as (pilot, screen):
        await press(pilot, "11<ctrl+s>")
        whole = document(tmp_path).read_text("utf-8")
        document(tmp_path).write_text(f"{whole}<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n", "utf-8")
        await look(pilot, looks)
        assert "conflict mark" in screen.status.message[0]
        document(tmp_path).write_text(whole, "utf-8")
        await look(pilot, looks)
        assert screen.status.message == ("", "info")


def test_messages_about_other_files_stay_when_one_is_removed() -> None:
    status = StatusLine()
    status.show_message("the disk is full", "error", "a.md")
    status.add_message("a key is used twice", "refusal", "codebook.toml")
    assert status.message == ("the disk is full · a key is used twice", "error")
    status.add_message("", file="a.md")
    assert status.message == ("a key is used twice", "refusal")
    status.add_message("reloaded", file="codebook.toml")
    assert status.message == ("reloaded", "info")

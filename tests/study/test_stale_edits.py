"""Documents that an editor saves during coding: no coding or hand edit is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_hand_edits import BOOK, INK, LAMP, MIRRORS, SEA, begun, code, document_of, edit, log_of, opened, words_of

from codetui.core.session.commands import (
    AssignProfile,
    DescribeSource,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    RemoveCoding,
)
from codetui.core.session.conflicts import find_conflicts
from codetui.model import CodeId, MemoTarget
from codetui.storage import disk, fs
from codetui.study.session import document
from codetui.study.session.outcome import PullKind
from codetui.study.sessions import session_snapshots

LINE = f'  - "{MIRRORS}"\n'


def test_a_stale_save_removes_no_later_codings(tmp_path: Path) -> None:
    session = begun(tmp_path)
    read_before = document_of(tmp_path).read_text("utf-8")
    for words, code_id in ((MIRRORS, "T2"), (INK, "T3")):
        code(session, words, code_id)
        assert session.save_document() is None
    document_of(tmp_path).write_text(read_before.replace(f'"{LAMP}"', f'"{LAMP}" (by hand)'), "utf-8", newline="")
    taken = session.pull()
    assert taken is not None
    assert "1 changed." in taken.message
    assert [problem.message.split(" was ")[0] for problem in taken.problems] == [f"“{MIRRORS}”", f"“{INK}”"]
    expected = {"T1": [(LAMP, "by hand")], "T2": [(SEA, ""), (MIRRORS, "")], "T3": [(INK, "")], "I1": [("sextant", "")]}
    assert words_of(session) == expected
    assert session.save_document() is None
    assert words_of(opened(tmp_path)) == expected
    assert LINE in document_of(tmp_path).read_text("utf-8")


def test_a_save_of_an_unedited_older_text_is_reported(tmp_path: Path) -> None:
    session = begun(tmp_path)
    read_before = document_of(tmp_path).read_bytes()
    code(session, MIRRORS, "T2")
    assert session.save_document() is None
    document_of(tmp_path).write_bytes(read_before)
    taken = session.pull()
    assert taken is not None
    assert "written again" in taken.message
    assert session.save_document() is None
    assert LINE in document_of(tmp_path).read_text("utf-8")


@pytest.mark.parametrize("is_open", [False, True], ids=["while closed", "while open"])
def test_the_last_coding_can_be_removed_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_open: bool) -> None:
    session = begun(tmp_path)
    code(session, MIRRORS, "T2")
    monkeypatch.setattr(document, "STALE", -1.0)
    assert session.save_document() is None
    edit(tmp_path, LINE, "")
    if not is_open:
        session = opened(tmp_path)
    taken = session.pull() if is_open else session.initial_pull
    assert taken is not None
    assert "1 removed" in taken.message
    assert MIRRORS not in str(words_of(session))
    assert LINE not in document_of(tmp_path).read_text("utf-8")


def test_a_document_without_its_last_newline_is_not_a_partial_save(tmp_path: Path) -> None:
    session = begun(tmp_path)
    path = document_of(tmp_path)
    path.write_text(path.read_text("utf-8").rstrip("\n"), "utf-8", newline="")
    taken = session.pull()
    assert taken is not None
    assert taken.problems == ()
    code(session, MIRRORS, "T2")
    assert session.save_document() is None
    assert LINE in path.read_text("utf-8")


def test_an_edited_document_truncated_within_a_line_removes_nothing(tmp_path: Path) -> None:
    session = begun(tmp_path)
    code(session, "barometer", "I1")
    assert session.save_document() is None
    path = document_of(tmp_path)
    text = path.read_text("utf-8").replace("The lamp decides.", "The lamp decides, says the keeper.")
    path.write_text(text[: text.index("sextant") + 3], "utf-8", newline="")
    taken = session.pull()
    assert taken is not None
    assert "ends too early" in taken.message
    assert words_of(session)["I1"] == [("sextant", ""), ("barometer", "")]


@pytest.mark.parametrize("first_step", [lambda path: path.write_bytes(b""), Path.unlink], ids=["emptied", "taken away"])
def test_an_editor_that_empties_the_file_first_can_finish_its_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first_step: object
) -> None:
    session = begun(tmp_path)
    path = document_of(tmp_path)
    coming = path.read_text("utf-8").replace(f'"{LAMP}"', f'"{LAMP}" (by hand)')
    code(session, MIRRORS, "T2")
    assert callable(first_step)
    first_step(path)
    monkeypatch.setattr(document.time, "sleep", lambda _: path.write_text(coming, "utf-8", newline=""))
    problem = session.save_document()
    assert problem is not None
    assert path.read_text("utf-8") == coming
    session.pull()
    assert words_of(session) == {
        "T1": [(LAMP, "by hand")],
        "T2": [(SEA, ""), (MIRRORS, "")],
        "I1": [("sextant", "")],
    }


@pytest.mark.parametrize("moment", ["before the file is replaced", "after"])
def test_an_edit_during_the_replacement_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    session = begun(tmp_path)
    path = document_of(tmp_path)
    code(session, MIRRORS, "T2")
    edited = path.read_text("utf-8").replace("The lamp decides.", "The hand decides.")
    sync, rename = disk.sync, fs.rename

    def edit_now() -> None:
        if path.read_text("utf-8") != edited:
            path.write_text(edited, "utf-8", newline="")

    def sync_and_edit(handle: int) -> None:
        sync(handle)
        edit_now()

    def rename_and_edit(source: Path, target: Path) -> None:
        rename(source, target)
        if target == path:
            edit_now()

    if moment == "after":
        monkeypatch.setattr(fs, "rename", rename_and_edit)
    else:
        monkeypatch.setattr(disk, "sync", sync_and_edit)
    session.save_document()
    monkeypatch.undo()
    session.pull()
    assert session.save_document() is None
    assert session.state.reasoning == "The hand decides."
    text = path.read_text("utf-8")
    assert "The hand decides." in text
    assert LINE in text


def test_a_stale_save_does_not_restore_a_removed_profile_text(tmp_path: Path) -> None:
    session = begun(tmp_path)
    read_before = document_of(tmp_path).read_text("utf-8")
    session.execute(AssignProfile("2", "The tower decides."))
    assert session.save_document() is None
    document_of(tmp_path).write_text(read_before.replace(f'"{LAMP}"', f'"{LAMP}" (by hand)'), "utf-8", newline="")
    session.pull()
    assert (session.state.profile, session.state.reasoning) == ("2", "The tower decides.")
    assert words_of(session)["T1"] == [(LAMP, "by hand")]


def test_two_programs_on_one_session_import_an_edit_once(tmp_path: Path) -> None:
    one = begun(tmp_path)
    other = opened(tmp_path)
    code(one, MIRRORS, "T2")
    assert one.save_document() is None
    code(other, INK, "T3")
    other.save_document()
    edit(tmp_path, f'"{LAMP}"', f'"{LAMP}" (by hand)')
    for session in (one, other, one, other):
        session.pull()
        session.save_document()
    expected = {"T1": [(LAMP, "by hand")], "T2": [(SEA, ""), (MIRRORS, "")], "T3": [(INK, "")], "I1": [("sextant", "")]}
    assert words_of(one) == expected
    assert words_of(other) == expected
    assert words_of(opened(tmp_path)) == expected


def test_steps_of_another_program_are_reported(tmp_path: Path) -> None:
    one = begun(tmp_path)
    other = opened(tmp_path)
    code(one, MIRRORS, "T2")
    assert one.save_document() is None
    taken = other.pull()
    assert taken is not None
    assert "Another codetui" in taken.message
    assert words_of(other) == words_of(one)
    assert not other.has_unsaved_document


@pytest.mark.parametrize("is_open", [False, True], ids=["while closed", "while open"])
def test_the_value_that_lost_the_merge_is_listed_after_an_edit_of_the_one_that_won(
    tmp_path: Path, is_open: bool
) -> None:
    """The edit changes the kept value without a new conflict; its author never saw the other value."""
    root = tmp_path / "here"
    begun(root).release()
    shutil.copytree(root, tmp_path / "there")
    for folder in ("there", "here"):
        session = opened(tmp_path / folder)
        session.execute(AssignProfile("1", f"From {folder}."))
        if folder == "here":
            session.execute(AssignProfile("2", "From here."))  # Counts on further, so that it is kept.
        assert session.save_document() is None
    here, there = (tmp_path / name / "rosa/events/7.jsonl" for name in ("here", "there"))
    here.write_bytes(here.read_bytes() + there.read_bytes().splitlines(keepends=True)[-1])
    if is_open:
        session.pull()
        listed = session.conflicts
    else:
        listed = opened(root).conflicts
    assert "From there. is not" in " ".join(one.message for one in listed)
    edit(root, "From here.", "By hand.")
    if is_open:
        session.pull()
        session.update_conflicts()
    else:
        session = opened(root)
    assert session.state.reasoning == "By hand."
    assert [one.message.split(": ", 2)[2] for one in session.conflicts if "reasoning" in one.message] == [
        "By hand. is kept, From there. is not; change it again if that is wrong"
    ]
    assert session.save_document() is None
    assert find_conflicts(log_of(root)) != []
    session.execute(AssignProfile("2", "Both."))
    assert session.update_conflicts() == session.conflicts == ()


def test_an_edit_that_moves_a_coding_its_author_has_not_seen_makes_no_conflict(tmp_path: Path) -> None:
    root = tmp_path / "here"
    begun(root).release()
    shutil.copytree(root, tmp_path / "there")
    session = opened(tmp_path / "there")
    for words in (MIRRORS, INK):
        code(session, words, "T1")
    here, there = (tmp_path / name / "rosa/events/7.jsonl" for name in ("here", "there"))
    here.write_bytes(there.read_bytes())
    edit(root, f'  - "{LAMP}"\n', f'  - "the sea"\n  - "{LAMP}"\n  - "ink"\n')
    session = opened(root)
    assert {words for words, _ in words_of(session)["T1"]} == {"the sea", LAMP, "ink", MIRRORS, INK}
    assert session.conflicts == () and find_conflicts(log_of(root)) == []


@pytest.mark.parametrize("more", ["", f'"{LAMP}" (by hand)'], ids=["nothing else", "and a note elsewhere"])
def test_an_edit_that_restores_a_recent_text_is_reported_with_its_changes(tmp_path: Path, more: str) -> None:
    """An editor that read the text before may have saved it, so nothing is undone, but the edit is reported."""
    session = begun(tmp_path)
    before = document_of(tmp_path).read_text("utf-8")
    code(session, MIRRORS, "T2")
    session.execute(NoteCoding(session.state.live()[1].id, "at night"))
    session.execute(NotePlace(MemoTarget(kind="code", id="T2"), "the code"))
    session.execute(AssignProfile("2", "The tower decides."))
    session.execute(DescribeSource("Shore", "Keeper of towers"))
    assert session.save_document() is None
    expected = words_of(session)
    document_of(tmp_path).write_text(before.replace(f'"{LAMP}"', more or f'"{LAMP}"'), "utf-8", newline="")
    pulled = session.pull()
    assert pulled is not None and pulled.kind is (PullKind.EDITED if more else PullKind.STALE)
    found = [
        one.message.split(" was coded")[0].split("; the newer")[0].split("of this: ")[-1] for one in pulled.problems
    ]
    assert sorted(found) == sorted(
        [f"“{MIRRORS}”", f"the note beside “{SEA}”", "the note on T2: Watch", "profile Keeper", "employer and title"]
    )
    assert words_of(session) == ({**expected, "T1": [(LAMP, "by hand")]} if more else expected)
    assert session.state.reasoning == "The tower decides."


def test_a_coding_only_in_an_older_text_stays_removed_and_is_reported(tmp_path: Path) -> None:
    session = begun(tmp_path)
    before = document_of(tmp_path).read_bytes()
    session.execute(RemoveCoding(session.state.live()[1].id))
    assert session.save_document() is None
    document_of(tmp_path).write_bytes(before)
    pulled = session.pull()
    assert pulled is not None and pulled.kind is PullKind.STALE
    [problem] = pulled.problems
    assert problem.message.startswith(f"“{SEA}” was removed a moment ago and is in the edited document")
    assert "T2" not in words_of(session)


def test_an_older_text_without_differences_is_accepted(tmp_path: Path) -> None:
    session = begun(tmp_path)
    before = document_of(tmp_path).read_text("utf-8")
    edit(tmp_path, "- **T2", "-   **T2")
    session.pull()
    edit(tmp_path, "-   **T2", "- **T2")
    pulled = session.pull()
    assert pulled is None or pulled.problems == ()
    assert document_of(tmp_path).read_text("utf-8") == before


def test_a_hand_removal_of_a_coding_changed_on_the_other_side_is_listed(tmp_path: Path) -> None:
    root = tmp_path / "here"
    begun(root).release()
    shutil.copytree(root, tmp_path / "there")
    for folder, codes in (("there", ["T3"]), ("here", ["T2", "T1"])):
        session = opened(tmp_path / folder)
        lamp = next(one for one in session.state.live() if one.words == LAMP)
        for code_id in codes:  # Here the code is the one of before, and was written last.
            session.execute(RecodeCoding(lamp.id, CodeId(code_id)))
        assert session.save_document() is None
    here, there = (tmp_path / name / "rosa/events/7.jsonl" for name in ("here", "there"))
    here.write_bytes(here.read_bytes() + there.read_bytes().splitlines(keepends=True)[-1])
    edit(root, f'  - "{LAMP}"\n', "")
    [in_memory] = session_snapshots(root, BOOK, None, None)
    assert [one.field[0] for one in find_conflicts(in_memory.steps)] == ["removal"]
    session = opened(root)
    assert LAMP not in str(words_of(session))
    assert [one.field[0] for one in find_conflicts(log_of(root))] == ["removal"]
    assert "was removed on one side and changed on the other" in session.conflicts[0].message

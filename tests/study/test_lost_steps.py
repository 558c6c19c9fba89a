"""An older log beside a newer document, and a snapshot that could not be saved: the document's newer words stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_hand_edits import BOOK, INK, LAMP, MIRRORS, SEA, begun, code, document_of, edit, log_of, opened, words_of

from codetui.core.session.commands import AssignProfile, NoteCoding, NotePlace, RemoveCoding, Undo
from codetui.model import CodingId, MemoTarget
from codetui.storage import fs
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.session.session import Session
from codetui.study.sessions import restore_document, session_snapshots


def log_path(root: Path) -> Path:
    return root / "rosa" / "events" / "7.jsonl"


def base_path(root: Path) -> Path:
    return root / "rosa" / "events" / "7.written"


def id_of(session: Session, words: str) -> CodingId:
    return next(coding.id for coding in session.state.live() if coding.words == words)


def gone_on(root: Path) -> bytes:
    """Return a session continued after its log was copied; its document is newer than that log, which is put back."""
    session = begun(root)
    older = log_path(root).read_bytes()
    session.execute(AssignProfile("2", "The tower decides."))
    session.execute(NoteCoding(id_of(session, LAMP), "a newer note"))
    session.execute(NotePlace(MemoTarget(kind="group", id="A"), "a newer note on the group"))
    session.execute(RemoveCoding(id_of(session, SEA)))
    code(session, MIRRORS, "T2")
    assert session.save_document() is None
    return older


def assert_newer(session: Session) -> None:
    assert (session.state.profile, session.state.reasoning) == ("2", "The tower decides.")
    assert words_of(session) == {"T1": [(LAMP, "a newer note")], "T2": [(MIRRORS, "")], "I1": [("sextant", "")]}
    assert [note.text for note in session.state.notes.values() if note.text] == ["a newer note on the group"]


def test_a_document_newer_than_its_log_is_imported_and_reported(tmp_path: Path) -> None:
    older = gone_on(tmp_path)
    newer = document_of(tmp_path).read_bytes()
    log_path(tmp_path).write_bytes(older)
    session = opened(tmp_path)
    assert_newer(session)
    assert session.initial_pull is not None
    assert session.initial_pull.message.startswith("The log lacks 5 steps that are in the document")
    assert session.initial_pull.problems[0].severity == "warning"
    session.save_document()
    assert document_of(tmp_path).read_bytes() == newer
    again = opened(tmp_path)
    assert again.initial_pull is None
    assert_newer(again)
    again.execute(Undo())
    assert (again.state.profile, words_of(again)["T2"]) == ("1", [(SEA, "")])


def test_lost_steps_are_not_duplicated_when_their_lines_return(tmp_path: Path) -> None:
    older = gone_on(tmp_path)
    whole = log_path(tmp_path).read_bytes()
    log_path(tmp_path).write_bytes(older)
    assert opened(tmp_path).save_document() is None
    log_path(tmp_path).write_bytes(log_path(tmp_path).read_bytes() + whole.removeprefix(older))
    assert_newer(opened(tmp_path))


def test_an_edited_newer_document_is_imported_completely(tmp_path: Path) -> None:
    older = gone_on(tmp_path)
    edit(tmp_path, f'  - "{MIRRORS}"\n', f'  - "{MIRRORS}" (by hand)\n')
    log_path(tmp_path).write_bytes(older)
    session = opened(tmp_path)
    assert (session.state.profile, session.state.reasoning) == ("2", "The tower decides.")
    assert words_of(session)["T2"] == [(MIRRORS, "by hand")]


def test_steps_of_the_log_unknown_to_the_document_stay(tmp_path: Path) -> None:
    older = gone_on(tmp_path)
    newer = document_of(tmp_path).read_bytes()
    written = base_path(tmp_path).read_bytes()
    log_path(tmp_path).write_bytes(older)
    document_of(tmp_path).unlink()
    base_path(tmp_path).unlink()
    other = opened(tmp_path)
    code(other, INK, "T3")
    document_of(tmp_path).write_bytes(newer)
    base_path(tmp_path).write_bytes(written)
    session = opened(tmp_path)
    assert words_of(session)["T3"] == [(INK, "")]
    assert (session.state.profile, words_of(session)["T2"]) == ("2", [(MIRRORS, "")])


def test_a_document_newer_than_the_log_is_not_overwritten_in_the_background(tmp_path: Path) -> None:
    older = gone_on(tmp_path)
    newer = document_of(tmp_path).read_bytes()
    log_path(tmp_path).write_bytes(older)
    restore_document(SessionPaths(tmp_path, "rosa"), BOOK, log_of(tmp_path))
    assert document_of(tmp_path).read_bytes() == newer


def test_the_newer_document_is_exported(tmp_path: Path) -> None:
    older = gone_on(tmp_path)
    log_path(tmp_path).write_bytes(older)
    [record] = session_snapshots(tmp_path, BOOK, None, CorpusSources(None))
    assert (record.state.profile, record.state.reasoning) == ("2", "The tower decides.")


def test_lost_steps_without_effect_on_documents_do_not_prevent_saving(tmp_path: Path) -> None:
    session = begun(tmp_path)
    older = log_path(tmp_path).read_bytes()
    code(session, MIRRORS, "T2")
    session.execute(Undo())
    assert session.save_document() is None
    log_path(tmp_path).write_bytes(older)
    again = opened(tmp_path)
    assert again.initial_pull is None
    assert words_of(again) == words_of(session)


# --- a base that the disk refuses -------------------------------------------------------------------------


def refuse_bases(monkeypatch: pytest.MonkeyPatch) -> None:
    replace = fs.replace

    def refused(path: Path, data: bytes, **options: object) -> object:
        if path.suffix == ".written":
            raise OSError(28, "No space left on device", str(path))
        return replace(path, data, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(fs, "replace", refused)


@pytest.mark.parametrize("is_restarted", [True, False], ids=["after a restart", "while open"])
def test_an_edit_without_a_saved_snapshot_causes_no_conflict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_restarted: bool
) -> None:
    session = begun(tmp_path)
    edit(tmp_path, f'"{LAMP}"', f'"{LAMP}" (by hand)')
    with monkeypatch.context() as patch:
        refuse_bases(patch)
        assert session.pull() is not None
        session.execute(NoteCoding(id_of(session, LAMP), "by keys"))
        session.execute(RemoveCoding(id_of(session, SEA)))
        problem = session.save_document()
        assert problem is not None and "No space left" in problem.message
    if is_restarted:
        session = opened(tmp_path)
    assert session.initial_pull is None
    assert session.save_document() is None
    assert words_of(session) == {"T1": [(LAMP, "by keys")], "I1": [("sextant", "")]}
    assert "(by keys)" in document_of(tmp_path).read_text("utf-8")
    assert opened(tmp_path).initial_pull is None


def test_a_document_imported_without_a_saved_snapshot_is_imported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(tmp_path)
    log_path(tmp_path).unlink()
    base_path(tmp_path).unlink()
    with monkeypatch.context() as patch:
        refuse_bases(patch)
        session = opened(tmp_path)
        session.execute(RemoveCoding(id_of(session, SEA)))
    again = opened(tmp_path)
    assert again.initial_pull is None
    assert words_of(again) == {"T1": [(LAMP, "")], "I1": [("sextant", "")]}
    assert again.save_document() is None
    assert SEA not in document_of(tmp_path).read_text("utf-8")

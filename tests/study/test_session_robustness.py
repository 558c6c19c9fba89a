"""A session survives logs and documents that are deleted, truncated, replaced or another's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode, AssignProfile, DescribeSource, NoteCoding, Undo
from codetui.model import Code, Codebook, CodeId, Profile, Section, Source, SourceId, Span
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.study.session.session import Session
from codetui.study.sessions import restore_document

TEXT = "Keeper of lamps\n\nYou light the lamp. You watch   the sea. You polish mirrors."
BOOK = Codebook(
    title="Lighthouses",
    version="1",
    profiles=(Profile(id="1", name="Keeper"),),
    sections=(Section(id="tasks", title="Tasks", key="1"),),
    codes=(
        Code(id=CodeId("T1"), name="Lighting", section="tasks", key="1"),
        Code(id=CodeId("T2"), name="Watching", section="tasks", key="2"),
    ),
    content_hash="abc",
)
LAMP, SEA = "You light the lamp.", "You watch   the sea."


def opened(root: Path, ad: str = "7", employer: str = "Shore", text: str = TEXT, book: Codebook = BOOK) -> Session:
    return Session(Source(SourceId(ad), employer, "Keeper", text, "ads.csv"), book, SessionPaths(root, "wil"), "wil")


def code(session: Session, words: str, ident: str = "T1") -> None:
    start = session.source.text.index(words)
    session.execute(AssignCode(Span(start, start + len(words)), CodeId(ident)))


def words_of(session: Session) -> list[str]:
    return [coding.words for coding in session.state.live()]


def log_of(root: Path, ad: str = "7") -> Path:
    return root / "wil" / "events" / f"{ad}.jsonl"


def document_of(root: Path, name: str = "7_shore") -> Path:
    return root / "wil" / f"analysis_job_{name}.md"


def kept(root: Path) -> list[str]:
    return [path.read_text("utf-8") for path in (root / "wil" / "events").glob("*.kept-*.md")]


# --- the log ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["deleted", "emptied", "cut", "renamed", "replaced"])
def test_a_log_damaged_at_run_time_is_restored_with_the_next_command(tmp_path: Path, harm: str) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    code(session, SEA, "T2")
    log, data = log_of(tmp_path), log_of(tmp_path).read_bytes()
    match harm:
        case "deleted":
            log.unlink()
        case "emptied":
            log.write_bytes(b"")
        case "cut":
            log.write_bytes(data[:-40])
        case "renamed":
            log.rename(log.with_suffix(".old"))
        case _:
            other = log.with_suffix(".new")
            other.write_bytes(data.split(b"\n")[0] + b"\n" + b" " * 2 * len(data))
            other.replace(log)
    code(session, "You polish mirrors.")
    assert words_of(opened(tmp_path)) == [LAMP, SEA, "You polish mirrors."]


def test_a_sessions_folder_deleted_at_run_time_is_restored(tmp_path: Path) -> None:
    root = tmp_path / "sessions"
    session = opened(root)
    code(session, LAMP)
    session.save_document()
    document_of(root).unlink()
    log_of(root).unlink()
    for path in (root / "wil" / "events").iterdir():
        path.unlink()
    (root / "wil" / "events").rmdir()
    (root / "wil").rmdir()
    code(session, SEA)
    session.save_document()
    assert words_of(opened(root)) == [LAMP, SEA]
    assert LAMP in document_of(root).read_text("utf-8")


def test_a_log_without_its_beginning_is_completed_from_the_document_without_duplicates(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.execute(NoteCoding(session.state.live()[0].id, "at dusk"))
    code(session, SEA, "T2")
    session.execute(AssignProfile("1", "why"))
    session.save_document()
    log_of(tmp_path).write_bytes(log_of(tmp_path).read_bytes().split(b"\n", 1)[1])
    again = opened(tmp_path)
    assert sorted((one.words, one.note) for one in again.state.live()) == [(LAMP, "at dusk"), (SEA, "")]
    assert (again.state.profile, again.state.reasoning) == ("1", "why")
    assert sorted(words_of(opened(tmp_path))) == [LAMP, SEA]


def test_two_programs_on_one_session_lose_no_command(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    code(first, LAMP)
    code(second, SEA)
    first.save_document()
    second.save_document()
    code(first, SEA, "T2")
    first.save_document()
    again = opened(tmp_path)
    again.save_document()
    assert sorted(words_of(again)) == [LAMP, SEA, SEA]
    assert document_of(tmp_path).read_text("utf-8").count('  - "') == 3
    assert kept(tmp_path) == []


# --- the document -----------------------------------------------------------------------------------


def test_ads_with_colliding_names_keep_separate_documents(tmp_path: Path) -> None:
    first, second = opened(tmp_path, "1_a", "b"), opened(tmp_path, "1", "a b")
    code(first, LAMP)
    code(second, SEA)
    for session in (first, second, opened(tmp_path, "1_a", "b"), opened(tmp_path, "1", "a b")):
        session.save_document()
    documents = [path.read_text("utf-8") for path in (tmp_path / "wil").glob("*.md")]
    assert len(documents) == 2
    assert sorted(("#1_a (b)" in text, LAMP in text) for text in documents) == [(False, False), (True, True)]
    assert kept(tmp_path) == []
    log_of(tmp_path, "1").unlink()
    assert words_of(opened(tmp_path, "1", "a b")) == [SEA]


def test_a_second_document_is_kept_before_the_first_one_takes_its_name(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    mine = document_of(tmp_path).read_text("utf-8") + "\nMine.\n"
    document_of(tmp_path, "7_tower").write_text(mine, "utf-8")
    session.execute(DescribeSource("Tower", "Keeper"))
    problem = session.save_document()
    assert problem is not None and problem.severity == "warning"
    assert kept(tmp_path) == [mine]
    assert not document_of(tmp_path).exists()


def test_another_ads_document_is_never_read_or_overwritten(tmp_path: Path) -> None:
    other = "# Manual Coding Analysis: Job Ad #8 (Shore)\n\nMine.\n"
    document_of(tmp_path).parent.mkdir(parents=True)
    document_of(tmp_path).write_text(other, "utf-8")
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    assert document_of(tmp_path).read_text("utf-8") == other
    assert LAMP in session.document_path.read_text("utf-8")
    assert opened(tmp_path).document_path == session.document_path


def test_personal_notes_beside_the_documents_are_not_changed(tmp_path: Path) -> None:
    notes = document_of(tmp_path, "7_a_notes")
    notes.parent.mkdir(parents=True)
    notes.write_text("my notes", "utf-8")
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    assert notes.read_text("utf-8") == "my notes"
    assert LAMP in document_of(tmp_path).read_text("utf-8")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "utf-8-sig"])
def test_a_document_without_its_log_is_read_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.execute(AssignProfile("1", "één café"))
    session.save_document()
    data = document_of(tmp_path).read_text("utf-8").encode(encoding)
    document_of(tmp_path).write_bytes(data)
    log_of(tmp_path).unlink()
    again = opened(tmp_path)
    assert (words_of(again), again.state.reasoning) == ([LAMP], "één café")
    code(again, SEA)
    again.save_document()
    kept = [path.read_bytes() for path in log_of(tmp_path).parent.glob("*.kept-*.md")]
    # A byte order mark stays on the document, which is then as the person left it but for the new line.
    assert kept == ([] if encoding == "utf-8-sig" else [data])
    assert document_of(tmp_path).read_bytes().startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")


def test_an_outdated_document_is_recognised_however_old_it_is(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    for number in range(60):
        session.execute(NoteCoding(session.state.live()[0].id, f"note {number}"))
    again = opened(tmp_path)
    assert again.problems == []
    again.save_document()
    assert "note 59" in document_of(tmp_path).read_text("utf-8")
    assert kept(tmp_path) == []


def test_a_document_is_recognised_after_a_change_of_the_codebook(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    without = BOOK.__class__(title="Other", sections=BOOK.sections, codes=BOOK.codes[1:])
    again = opened(tmp_path, book=without)
    assert again.problems == []
    again.save_document()
    assert LAMP in document_of(tmp_path).read_text("utf-8")
    assert kept(tmp_path) == []


def test_a_document_without_its_log_is_imported_completely(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    log_of(tmp_path).unlink()
    again = opened(tmp_path, text=TEXT.replace("Keeper of", "Keepers of"), employer="Beach")
    code(again, SEA)
    again.save_document()
    text = again.document_path.read_text("utf-8")
    assert "(Shore)" in text and text.index(LAMP) < text.index("You watch the sea.")
    assert sorted(words_of(again)) == [LAMP, SEA]


def test_a_document_outdated_by_a_crash_is_restored_without_opening_its_ad(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    before = document_of(tmp_path).stat().st_mtime_ns
    code(session, SEA)
    log = log_of(tmp_path)
    os.utime(log, ns=(before + 10, before + 10))
    restore_document(SessionPaths(tmp_path, "wil"), BOOK, Journal(log).read()[0])
    assert "You watch the sea." in document_of(tmp_path).read_text("utf-8")


def test_an_edited_document_is_not_overwritten_by_a_restoration(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    session.save_document()
    document_of(tmp_path).write_text("mine", "utf-8")
    code(session, SEA)
    restore_document(SessionPaths(tmp_path, "wil"), BOOK, Journal(log_of(tmp_path)).read()[0])
    assert document_of(tmp_path).read_text("utf-8") == "mine"


def test_a_document_linked_out_of_the_folder_is_reported_and_coding_continues(tmp_path: Path) -> None:
    root, outside = tmp_path / "sessions", tmp_path / "outside.md"
    session = opened(root)
    code(session, LAMP)
    session.save_document()
    outside.write_bytes(document_of(root).read_bytes())
    document_of(root).unlink()
    try:
        document_of(root).symlink_to(outside)
    except OSError:
        pytest.skip("this system makes no symbolic links")
    before = outside.read_bytes()
    again = opened(root)
    code(again, SEA)
    problem = again.save_document()
    assert problem is not None and problem.severity == "error" and "codetui merge" in problem.message
    assert outside.read_bytes() == before
    assert words_of(opened(root)) == [LAMP, SEA]


# --- the ad -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("meanwhile", ["", "Nothing of all that."])
def test_quotations_are_relocated_when_the_ad_returns(tmp_path: Path, meanwhile: str) -> None:
    session = opened(tmp_path)
    code(session, SEA)
    session.save_document()
    log_of(tmp_path).unlink()
    without = opened(tmp_path, text=meanwhile)
    assert [coding.anchor for coding in without.state.live()] == [None]
    again = opened(tmp_path)
    anchor = again.state.live()[0].anchor
    assert anchor is not None and TEXT[anchor.start : anchor.end] == SEA
    again.execute(Undo())
    assert words_of(opened(tmp_path)) == []


def test_ambiguous_words_stay_without_a_place_when_the_ad_returns(tmp_path: Path) -> None:
    session = opened(tmp_path)
    code(session, LAMP)
    opened(tmp_path, text="Nothing of all that.")
    again = opened(tmp_path, text=f"{LAMP} {LAMP}")
    assert [coding.anchor for coding in again.state.live()] == [None]

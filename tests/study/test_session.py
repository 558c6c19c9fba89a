"""A session on disk: the log first, then the document, and nothing is overwritten."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from codetui.core.session.commands import (
    AssignCode,
    AssignProfile,
    DescribeSource,
    MarkDone,
    MarkUncodable,
    MoveBoundary,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    Redo,
    Refusal,
    RemoveCoding,
    Undo,
)
from codetui.model import Code, Codebook, CodeId, Group, MemoTarget, Profile, Section, Source, SourceId, Span
from codetui.storage import disk, fs
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import NotSaved, Saved, status_of
from codetui.study.session.session import Session

TEXT = "Data engineer\n\nYou build   pipelines in Python. You like people.\n  * Run Kafka;\n"
AD = Source(SourceId("7"), "Acme Data", "Data engineer", TEXT, "ads.csv", 2)
BOOK = Codebook(
    title="Book",
    version="3",
    profiles=(Profile(id="1", name="Engineer"),),
    sections=(
        Section(id="tasks", title="Job Task Analysis", key="1"),
        Section(id="tools", title="Tools", holds="terms", key="2"),
    ),
    groups=(Group(id="A", section="tasks", title="Core"),),
    codes=(
        Code(id=CodeId("TASK1"), name="Build", section="tasks", group="A", key="1"),
        Code(id=CodeId("TASK2"), name="People", section="tasks", group="A", key="2"),
        Code(id=CodeId("TECH1"), name="Languages", section="tools", key="1"),
    ),
    content_hash="abc",
)


def span(words: str) -> Span:
    start = TEXT.index(words)
    return Span(start, start + len(words))


def opened(root: Path, text: str = TEXT, coder: str = "rosa") -> Session:
    ad = Source(AD.id, AD.employer, AD.title, text, AD.file, AD.line)
    return Session(ad, BOOK, SessionPaths(root, coder), coder)


def log_of(root: Path) -> Path:
    return root / "rosa" / "events" / "7.jsonl"


def document_of(root: Path) -> Path:
    return root / "rosa" / "analysis_job_7_acme_data.md"


def test_existing_files_are_on_disk_before_the_first_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study, synced = tmp_path / "study", list[Path]()
    study.mkdir()
    sync_folder = disk.sync_folder
    monkeypatch.setattr(disk, "sync_folder", lambda folder: (synced.append(folder), sync_folder(folder))[1])
    SessionPaths(study / "sessions", "rosa").sync_folders()
    assert tmp_path in synced and not list(study.iterdir())
    synced.clear()
    assert isinstance(opened(study / "sessions").execute(AssignCode(span("You like people."), CodeId("TASK2"))), Saved)
    folders = [study, study / "sessions", study / "sessions" / "rosa", study / "sessions" / "rosa" / "events"]
    assert sorted(set(synced) - {study / "sessions" / ".codebooks"}) == folders


def test_opening_an_ad_writes_nothing(tmp_path: Path) -> None:
    session = opened(tmp_path)
    assert session.save_document() is None
    assert list(tmp_path.rglob("*")) == []


def test_a_command_is_on_disk_before_the_state_shows_it(tmp_path: Path) -> None:
    session = opened(tmp_path)
    outcome = session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    assert isinstance(outcome, Saved)
    assert "Python" in log_of(tmp_path).read_text("utf-8")
    assert [coding.words for coding in opened(tmp_path).state.live()] == ["Python"]


def test_a_failed_write_leaves_the_state_unchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    before = session.state

    def full(_handle: int, _data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(fs, "write_all", full)
    outcome = session.execute(RemoveCoding(before.live()[0].id))
    assert isinstance(outcome, NotSaved) and "No space left" in outcome.message
    assert session.state is before
    monkeypatch.undo()
    assert isinstance(session.execute(RemoveCoding(before.live()[0].id)), Saved)
    assert opened(tmp_path).state.live() == ()


def test_the_document_is_the_projection_of_the_state(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("You build   pipelines in Python."), CodeId("TASK1")))
    session.execute(NoteCoding(session.state.live()[0].id, "the core"))
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.execute(AssignProfile("1", "Builds things."))
    assert session.has_unsaved_document
    assert session.save_document() is None
    assert not session.has_unsaved_document
    assert document_of(tmp_path).read_text("utf-8") == (
        "# Manual Coding Analysis: Job Ad #7 (Acme Data)\n\n"
        'This document contains the manual coding for the "Data engineer" position at Acme Data.\n\n'
        "- **Assigned Profile:** `Engineer`\n"
        "- **Reasoning:** Builds things.\n\n---\n\n"
        "## 1. Job Task Analysis\n\n### Core\n\n- **TASK1: Build:**\n"
        '  - "You build pipelines in Python." (the core)\n\n---\n\n'
        "## 2. Tools\n\n- **TECH1: Languages:**\n  - `Python`\n"
    )


def test_a_log_without_its_document_restores_it(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.save_document()
    text = document_of(tmp_path).read_bytes()
    document_of(tmp_path).unlink()
    opened(tmp_path).save_document()
    assert document_of(tmp_path).read_bytes() == text


def test_a_document_without_its_log_resumes_with_its_anchors(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("You build   pipelines"), CodeId("TASK1"), "why"))
    session.execute(NotePlace(MemoTarget(kind="group", id="A"), "on the group"))
    session.execute(NotePlace(MemoTarget(kind="code", id="TASK2"), "on the code"))
    session.execute(NotePlace(MemoTarget(kind="entry", id="TASK2"), "a remark"))
    session.execute(AssignProfile("1", "Because."))
    session.save_document()
    text = document_of(tmp_path).read_bytes()
    log_of(tmp_path).unlink()
    again = opened(tmp_path)
    coding = again.state.live()[0]
    assert coding.anchor is not None
    assert (coding.anchor.start, coding.anchor.end) == span("You build   pipelines")
    assert (coding.note, again.state.profile, again.state.reasoning) == ("why", "1", "Because.")
    again.execute(AssignCode(span("Python"), CodeId("TECH1")))
    again.execute(Undo())
    again.save_document()
    assert document_of(tmp_path).read_bytes() == text


def test_ambiguous_and_missing_words_resume_without_a_place_and_are_reported(tmp_path: Path) -> None:
    session = opened(tmp_path, TEXT + "Python again")
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.execute(AssignCode(span("Run Kafka"), CodeId("TASK1")))
    session.save_document()
    log_of(tmp_path).unlink()
    again = opened(tmp_path, TEXT.replace("Run Kafka", "Zwem elke dag") + "Python again")
    assert [coding.anchor for coding in again.state.live()] == [None, None]
    assert len([p for p in again.problems if p.severity == "warning"]) == 2
    assert {coding.words for coding in again.state.live()} == {"Python", "Run Kafka"}
    kafka = next(c for c in again.state.live() if c.words == "Run Kafka")
    place = again.source.text.index("Zwem")
    assert isinstance(again.execute(MoveBoundary(kafka.id, Span(place, place + 4))), Saved)


def test_a_document_outdated_after_a_crash_is_not_an_edit(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.save_document()
    session.execute(AssignCode(span("Run Kafka"), CodeId("TASK1")))
    again = opened(tmp_path)
    assert again.problems == []
    assert again.save_document() is None
    assert "Run Kafka" in document_of(tmp_path).read_text("utf-8")
    assert not list((tmp_path / "rosa" / "events").glob("*.kept-*"))


def test_a_torn_last_line_loses_nothing_that_was_confirmed(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.execute(AssignCode(span("Run Kafka"), CodeId("TASK1")))
    whole = log_of(tmp_path).read_bytes()
    log_of(tmp_path).write_bytes(whole[:-30])
    again = opened(tmp_path)
    assert [coding.words for coding in again.state.live()] == ["Python"]
    again.execute(AssignCode(span("people"), CodeId("TASK2")))
    assert [coding.words for coding in opened(tmp_path).state.live()] == ["Python", "people"]


def test_undo_and_redo_survive_a_restart(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.execute(AssignProfile("1", "why"))
    session.execute(Undo())
    again = opened(tmp_path)
    assert again.state.profile == ""
    assert isinstance(again.execute(Undo()), Saved)
    assert again.state.live() == ()
    third = opened(tmp_path)
    assert isinstance(third.execute(Redo()), Saved) and isinstance(third.execute(Redo()), Saved)
    assert (third.state.profile, len(third.state.live())) == ("1", 1)
    assert isinstance(third.execute(Redo()), Refusal)


def test_done_is_refused_without_profile_and_reasoning(tmp_path: Path) -> None:
    session = opened(tmp_path)
    refusal = session.execute(MarkDone(True))
    assert isinstance(refusal, Refusal) and refusal.hint == "assign a profile"
    session.execute(AssignProfile("1", ""))
    refusal = session.execute(MarkDone(True))
    assert isinstance(refusal, Refusal) and refusal.hint == "write the reasoning"
    session.execute(AssignProfile("1", "why"))
    assert isinstance(session.execute(MarkDone(True)), Saved)
    assert opened(tmp_path).state.is_done


def test_a_source_marked_not_codable_is_that_and_nothing_else_until_it_is_codable_again(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    refusal = session.execute(MarkUncodable(True))
    assert isinstance(refusal, Refusal) and "1 coding" in refusal.message
    session.execute(Undo())
    assert isinstance(session.execute(MarkUncodable(True)), Saved)
    again = opened(tmp_path)
    assert again.state.is_uncodable and status_of(again.state).progress == "not codable"
    for command in (AssignCode(span("Python"), CodeId("TECH1")), AssignProfile("1", ""), MarkDone(True)):
        refusal = again.execute(command)
        assert isinstance(refusal, Refusal) and refusal.hint == "mark it codable"
    assert isinstance(again.execute(Undo()), Saved) and again.state.is_untouched
    assert isinstance(again.execute(Redo()), Saved) and again.state.is_uncodable
    assert isinstance(again.execute(MarkUncodable(False)), Saved) and again.state.is_untouched


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (AssignCode(Span(3, 3), CodeId("TASK1")), "Nothing is selected"),
        (AssignCode(Span(13, 15), CodeId("TASK1")), "Nothing is selected"),
        (AssignCode(Span(0, 4), CodeId("NOPE")), "no code NOPE"),
        (AssignCode(span("Python"), CodeId("TECH1")), "already"),
        (Redo(), "Nothing to redo"),
    ],
)
def test_an_impossible_command_is_refused_without_a_trace(tmp_path: Path, command: object, words: str) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    before = log_of(tmp_path).read_bytes()
    refusal = session.execute(command)  # type: ignore[arg-type]
    assert isinstance(refusal, Refusal) and words in refusal.message
    assert log_of(tmp_path).read_bytes() == before


def test_recoding_moves_the_quotation_and_refuses_a_duplicate(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("You like people."), CodeId("TASK1")))
    session.execute(AssignCode(span("You like people."), CodeId("TASK2")))
    first = session.state.of_code(CodeId("TASK1"))[0]
    assert isinstance(session.execute(RecodeCoding(first.id, CodeId("TASK2"))), Refusal)
    second = session.state.of_code(CodeId("TASK2"))[0]
    session.execute(RemoveCoding(second.id))
    assert isinstance(session.execute(RecodeCoding(first.id, CodeId("TASK2"))), Saved)
    assert [coding.id for coding in session.state.live()] == [first.id]


def test_an_employer_entered_later_renames_the_document(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.save_document()
    session.execute(DescribeSource("Ander Bedrijf", "Engineer"))
    session.save_document()
    names = [path.name for path in (tmp_path / "rosa").glob("*.md")]
    assert names == ["analysis_job_7_ander_bedrijf.md"]


def test_each_line_of_the_log_is_one_command_with_its_codebook_version(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.execute(AssignProfile("1", "why"))
    lines = [json.loads(line) for line in log_of(tmp_path).read_text("utf-8").splitlines()]
    assert [line["seq"] for line in lines] == [1, 2]
    assert {line["codebook"] for line in lines} == {"3#abc"}
    assert [event["kind"] for event in lines[0]["events"]] == ["session-opened", "coding-added"]


def test_quotations_are_relocated_when_the_text_of_the_ad_has_changed(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("Python"), CodeId("TECH1")))
    session.execute(AssignCode(span("Run Kafka"), CodeId("TASK1")))
    changed = "A new first line.\n" + TEXT.replace("Run Kafka;", "")
    again = opened(tmp_path, changed)
    python, kafka = again.state.live()
    assert python.anchor is not None and changed[python.anchor.start : python.anchor.end] == "Python"
    assert (kafka.anchor, kafka.words) == (None, "Run Kafka")
    assert len(again.problems) == 1 and "Run Kafka" in again.problems[0].message
    assert opened(tmp_path, changed).problems == []
    again.execute(Undo())
    assert [coding.words for coding in again.state.live()] == ["Python"]


def test_an_unedited_document_is_not_rendered_when_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("You like people."), CodeId("TASK2"), "n1"))
    assert session.save_document() is None
    before = session.document_path.stat()
    monkeypatch.setattr("codetui.formats.session_doc.patch.document_of", lambda *_: pytest.fail("it is rendered"))
    again = opened(tmp_path)
    assert again.initial_pull is None and again.may_have_unsaved_document
    monkeypatch.undo()
    assert not again.has_unsaved_document and not again.may_have_unsaved_document
    assert opened(tmp_path).save_document() is None
    after = session.document_path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_an_outdated_document_is_written(tmp_path: Path) -> None:
    session = opened(tmp_path)
    session.execute(AssignCode(span("You like people."), CodeId("TASK2"), "n1"))
    assert session.save_document() is None
    session.execute(AssignCode(span("Run Kafka;"), CodeId("TASK1"), "n2"))
    again = opened(tmp_path)
    assert again.initial_pull is None and again.has_unsaved_document and again.save_document() is None
    assert "Run Kafka;" in again.document_path.read_text("utf-8")
    renamed = replace(BOOK, codes=(replace(BOOK.codes[0], name="Construct"), *BOOK.codes[1:]))
    third = Session(AD, renamed, SessionPaths(tmp_path, "rosa"), "rosa")
    assert third.initial_pull is None and third.save_document() is None
    assert "TASK1: Construct" in third.document_path.read_text("utf-8")

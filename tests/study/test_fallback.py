"""A failing disk: work continues in a second folder, and returns when the disk does."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from codetui.core.session.commands import AssignCode, NoteCoding, Refusal, Undo
from codetui.model import Code, Codebook, CodeId, Section, Source, SourceId, Span
from codetui.storage import disk
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.session.session import Session

TEXT = "You light the lamp at dusk. You watch the sea until dawn."
AD = Source(SourceId("7"), "Shore", "Keeper", TEXT, "ads.csv", 2)
BOOK = Codebook(
    title="Book",
    version="1",
    sections=(Section(id="tasks", title="Tasks", key="1"),),
    codes=(Code(id=CodeId("T1"), name="Lighting", section="tasks", key="1"),),
    content_hash="abc",
)
LAMP, SEA = AssignCode(Span(0, 27), CodeId("T1")), AssignCode(Span(28, 57), CodeId("T1"))


class Disk:
    """The disk of the sessions folder, which may be full or missing; all others work."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.refusal: int | None = None
        for name in ("open_end", "create"):
            self._watch(name, monkeypatch)

    def _watch(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(disk, name)

        def opened(path: Path) -> int:
            if self.refusal is not None and path.is_relative_to(self.root):
                raise OSError(self.refusal, os.strerror(self.refusal), str(path))
            handle: int = real(path)
            return handle

        monkeypatch.setattr(disk, name, opened)


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    yield Disk(tmp_path / "stick", monkeypatch)


def opened(root: Path) -> Session:
    return Session(AD, BOOK, SessionPaths(root, "wil"), "wil")


def seqs(root: Path) -> list[int]:
    log = root / "wil" / "events" / "7.jsonl"
    return [json.loads(line)["seq"] for line in log.read_text("utf-8").splitlines()] if log.exists() else []


@pytest.mark.parametrize("refusal", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.ENODEV, errno.EDQUOT])
def test_refused_steps_are_written_to_the_copy_and_coding_continues_there(
    tmp_path: Path, stick: Disk, refusal: int
) -> None:
    session, copy = opened(stick.root), tmp_path / "copy"
    assert isinstance(session.execute(LAMP), Saved)
    stick.refusal = refusal
    refused = session.execute(SEA)
    assert isinstance(refused, NotSaved) and os.strerror(refusal) in refused.message
    assert len(session.state.live()) == 1
    assert isinstance(session.save_copy(copy), Saved)
    assert [coding.words for coding in session.state.live()] == [TEXT[:27], TEXT[28:]]
    assert seqs(copy) == [1, 2] and seqs(stick.root) == [1]
    assert "You watch the sea until dawn." in (copy / "wil" / "analysis_job_7_shore.md").read_text("utf-8")
    noted = session.execute(NoteCoding(session.state.live()[0].id, "why"))
    assert isinstance(noted, Saved) and "Saved in the copy only" in noted.message
    assert seqs(copy) == [1, 2, 3] and session.pending == 2
    assert opened(copy).state.live() == session.state.live()


def test_lines_of_a_newer_version_are_copied(tmp_path: Path, stick: Disk) -> None:
    newer = b'{"v":3,"id":"zz","seq":9,"what":"new"}\n'
    opened(stick.root).execute(LAMP)
    log = stick.root / "wil" / "events" / "7.jsonl"
    log.write_bytes(log.read_bytes() + newer)
    session, copy = opened(stick.root), tmp_path / "copy"
    assert [problem.line for problem in session.problems] == [2]
    assert isinstance(session.save_copy(copy), Saved)
    assert newer in (copy / "wil" / "events" / "7.jsonl").read_bytes()


def test_everything_is_restored_once_the_disk_works_again(tmp_path: Path, stick: Disk) -> None:
    session = opened(stick.root)
    session.execute(LAMP)
    stick.refusal = errno.ENOSPC
    session.execute(SEA)
    session.save_copy(tmp_path / "copy")
    session.execute(Undo())
    stick.refusal = None
    back = session.execute(SEA)
    assert isinstance(back, Saved) and "The disk works again" in back.message
    assert seqs(stick.root) == [1, 2, 3, 4] and session.pending == 0
    assert session.save_document() is None
    assert opened(stick.root).state.live() == session.state.live()
    assert seqs(tmp_path / "copy") == [1, 2, 3]


def test_quitting_writes_pending_steps_or_reports_where_they_are(tmp_path: Path, stick: Disk) -> None:
    session, copy = opened(stick.root), tmp_path / "copy"
    session.execute(LAMP)
    session.save_document()
    stick.refusal = errno.EIO
    session.execute(SEA)
    session.save_copy(copy)
    problem = session.flush_fallback()
    assert problem is not None and problem.file == str(copy)
    assert f"codetui merge {copy}" in problem.message and "the last steps (1)" in problem.message
    stick.refusal = None
    assert session.flush_fallback() is None and session.flush_fallback() is None
    assert seqs(stick.root) == [1, 2]


def test_the_first_step_of_an_ad_is_not_lost_either(tmp_path: Path, stick: Disk) -> None:
    session = opened(stick.root)
    assert isinstance(session.save_copy(tmp_path / "copy"), Refusal)
    stick.refusal = errno.EROFS
    session.execute(LAMP)
    assert isinstance(session.save_copy(tmp_path / "copy"), Saved)
    assert [coding.words for coding in opened(tmp_path / "copy").state.live()] == [TEXT[:27]]


def test_a_second_failing_folder_changes_nothing(tmp_path: Path, stick: Disk) -> None:
    session = opened(stick.root)
    session.execute(LAMP)
    (tmp_path / "file").write_text("no folder")
    outcome = session.save_copy(tmp_path / "file")
    assert isinstance(outcome, NotSaved) and str(tmp_path / "file") in outcome.message
    assert isinstance(session.save_copy(stick.root), Refusal)
    assert isinstance(session.execute(SEA), Saved)
    assert seqs(stick.root) == [1, 2]


def test_a_copy_made_twice_contains_everything_once(tmp_path: Path, stick: Disk) -> None:
    session, copy = opened(stick.root), tmp_path / "copy"
    session.execute(LAMP)
    session.save_copy(copy)
    session.execute(SEA)
    session.save_copy(copy)
    assert seqs(copy) == [1, 2] and seqs(stick.root) == [1, 2]

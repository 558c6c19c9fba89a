"""An unreadable file is never treated as absent: commands that need it wait, report why, and continue later."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codetui.cli import main
from codetui.core.codebook.refactoring import Rename
from codetui.core.session.commands import AssignCode, Command, RemoveCoding, Undo
from codetui.model import CodeId, Span
from codetui.storage import disk, fs
from codetui.storage.session_lock import SessionLock
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Saved
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.attacks.faults import READS, Operation, interposed
from testing.studies import write_study

BROKEN = "Input/output error"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path)


@contextmanager
def unreadable(suffix: str, *, is_seen: bool = False) -> Iterator[None]:
    """Make files and folders whose paths end so unreadable meanwhile; with `is_seen` only their contents."""

    def hook(name: str, operation: Operation, arguments: tuple[object, ...]) -> object:
        if str(arguments[0]).endswith(suffix) and (name == "open_handle" or not is_seen):
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(arguments[0]))
        return operation(*arguments)

    with interposed(hook, READS):
        yield


def program(study: Path, ad: str = "11") -> Workspace:
    """Return a program on the study, with an ad open."""
    workspace = open_workspace(Study.open(study), "wil", wanted=ad, is_shared=True)
    assert workspace.first is not None
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    workspace.open(workspace.first)
    return workspace


def assign(number: int) -> Command:
    return AssignCode(Span(10 * number, 10 * number + 9), CodeId("TASK1"), f"n{number}")


def notes(workspace: Workspace) -> list[str]:
    assert workspace.session is not None
    return [coding.note for coding in workspace.session.state.live()]


def document(study: Path, ad: str = "11") -> Path:
    return next((study / "sessions" / "wil").glob(f"analysis_job_{ad}_*.md"))


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_command_waits_while_the_state_of_another_program_is_unknown(study: Path, is_seen: bool) -> None:
    one, two = program(study), program(study)
    assert isinstance(one.session.execute(assign(0)), Saved)
    one.leave()
    one.release()
    two.pull()
    assert isinstance(two.session.execute(assign(1)), Saved)
    two.leave()
    two.release()
    written = document(study).read_bytes()
    with unreadable("11.jsonl", is_seen=is_seen):
        outcome = one.session.execute(assign(2))
        assert isinstance(outcome, NotSaved) and "11.jsonl" in outcome.message and BROKEN in outcome.message
        assert notes(one) == ["n0"]
        (problem,) = one.leave()
        assert problem.severity == "error" and BROKEN in problem.message
    assert document(study).read_bytes() == written
    assert isinstance(one.session.execute(assign(2)), Saved)
    assert notes(one) == ["n0", "n1", "n2"] and one.leave() == []
    assert document(study).read_text("utf-8").count("  - ") == 3


@pytest.mark.parametrize("is_seen", [True, False])
def test_a_document_with_an_unreadable_snapshot_is_not_a_hand_edit(study: Path, is_seen: bool) -> None:
    one = program(study)
    one.session.execute(assign(0))
    one.session.execute(assign(1))
    one.leave()
    assert one.session is not None
    coding = one.session.state.live()[0].id
    one.session.execute(RemoveCoding(coding))
    one.release()
    with unreadable(".written", is_seen=is_seen), pytest.raises(OSError, match=BROKEN):
        program(study)
    two = program(study)
    assert notes(two) == ["n1"] and two.leave() == []
    assert "n0" not in document(study).read_text("utf-8")


def test_an_unreadable_ad_does_not_open_and_the_previous_one_stays(study: Path) -> None:
    one = program(study)
    one.session.execute(assign(0))
    before = one.session
    entry = one.sources.neighbour(1)
    assert entry is not None
    with unreadable(Path(entry.file).name), pytest.raises(OSError, match=BROKEN):
        one.open(entry)
    assert one.session is before and isinstance(one.session.execute(assign(1)), Saved)
    assert one.open(entry).source.text


def test_an_unreadable_document_is_reported_once_and_not_changed(study: Path) -> None:
    one = program(study)
    one.session.execute(assign(0))
    one.leave()
    path = document(study)
    path.write_text(path.read_text("utf-8").replace("n0", "n0 by hand"), "utf-8")
    with unreadable(path.name):
        taken = one.pull()
        assert taken is not None and not taken.is_saved and BROKEN in taken.message and path.name in taken.message
        assert one.pull() is None
        assert isinstance(one.session.execute(assign(1)), Saved)
        assert [BROKEN in str(problem) for problem in one.leave()] == [True]
    assert "n1" not in path.read_text("utf-8")
    assert one.leave() == [] and notes(one) == ["n0 by hand", "n1"]
    assert "n1" in path.read_text("utf-8") and "n0 by hand" in path.read_text("utf-8")


def test_an_unreadable_lock_counts_as_held(study: Path) -> None:
    one, two = program(study), program(study)
    one.session.execute(assign(0))
    with unreadable(".lock"):
        outcome = two.session.execute(assign(1))
        assert isinstance(outcome, HeldElsewhere) and BROKEN in outcome.message
    assert isinstance(one.session.execute(assign(1)), Saved)
    assert two.holder is not None


def test_a_lock_unreadable_at_release_is_deleted_later(study: Path) -> None:
    one = program(study)
    one.session.execute(assign(0))
    assert one.session is not None
    lock = study / "sessions" / "wil" / "events" / ".11.jsonl.lock"
    with unreadable(".lock"):
        one.release()
    assert lock.exists()
    assert SessionLock(lock.with_name("11.jsonl")).other() is None and not lock.exists()


def test_status_reports_unreadable_ads_and_does_not_count_them_as_untouched(
    study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = program(study)
    one.session.execute(assign(0))
    one.leave()
    one.release()
    options = ("--codebook", str(study / "codebook.toml"), "--sessions", str(study / "sessions"))
    with unreadable("11.jsonl"):
        assert main.run(["status", "--corpus", str(study / "ads"), *options]) == 1
    output = capsys.readouterr()
    assert BROKEN in output.err and "11.jsonl" in output.err and "cannot be read" in output.out
    assert not [line for line in output.out.splitlines() if line.startswith("untouched") and " 11 " in line]
    assert main.run(["status", "--corpus", str(study / "ads"), *options]) == 0


def test_a_code_is_not_changed_while_the_open_document_cannot_be_read(study: Path) -> None:
    one = program(study)
    one.session.execute(assign(0))
    one.leave()
    path, book = document(study), (study / "codebook.toml").read_bytes()
    path.write_text(path.read_text("utf-8").replace("n0", "n0 by hand"), "utf-8")
    prospect = CodeRefactoring(one).count(Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    assert isinstance(prospect, MigrationPreview)
    with unreadable(path.name):
        outcome = CodeRefactoring(one).apply(prospect)
        assert isinstance(outcome, NotSaved) and BROKEN in outcome.message
    assert (study / "codebook.toml").read_bytes() == book
    assert isinstance(CodeRefactoring(one).apply(prospect), MigrationPreview) and notes(one) == ["n0 by hand"]


def test_an_unreadable_position_is_reported(study: Path) -> None:
    one = program(study)
    one.remember_place(3, 0)
    one.release()
    with unreadable("place.json"):
        two = open_workspace(Study.open(study), "wil")
        assert two.stopped_at() is None
    assert len([problem for problem in two.problems if BROKEN in str(problem) and "place.json" in problem.file]) == 1


def test_the_ads_are_listed_while_the_sessions_are_unreadable(study: Path) -> None:
    workspace = open_workspace(Study.open(study), "wil")
    with unreadable("sessions"):
        listed = [entry.id for batch in workspace.sources.batches() for entry in batch.entries]
    assert listed == ["11", "12", "13"]


def test_an_unreadable_link_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"one")
    link = tmp_path / "link.md"
    link.symlink_to("real.md")
    with unreadable("link.md"), pytest.raises(OSError, match=BROKEN):
        fs.replace(link, b"two")
    assert link.is_symlink() and link.read_bytes() == b"one"


# --- what the disk refused and has all the same ------------------------------------------------------


@contextmanager
def stuck(monkeypatch: pytest.MonkeyPatch, study: Path) -> Iterator[None]:
    """Return a disk of sessions that writes lines but can neither sync nor remove them, until it is repaired."""
    sync, truncate = disk.sync, disk.truncate

    def refuse(handle: int, *rest: int) -> None:
        if Path(f"/proc/self/fd/{handle}").readlink().is_relative_to((study / "sessions").resolve()):
            raise OSError(errno.EIO, BROKEN)
        sync(handle) if not rest else truncate(handle, *rest)

    monkeypatch.setattr(disk, "sync", refuse)
    monkeypatch.setattr(disk, "truncate", refuse)
    yield
    monkeypatch.setattr(disk, "sync", sync)
    monkeypatch.setattr(disk, "truncate", truncate)


posix_only = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="handles are looked up in /proc")


@posix_only
def test_a_refused_step_left_on_disk_is_reported_once_at_the_next_start(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = program(study)
    one.session.execute(assign(0))
    with stuck(monkeypatch, study):
        assert isinstance(one.session.execute(assign(1)), NotSaved)
        assert any("may have been written after all" in str(problem) for problem in one.leave())
        one.release()
        fs._refused.clear()  # The program ends here.
    two = program(study)
    output = [problem for problem in two.problems if "reported an error for this step" in problem.message]
    assert len(output) == 1 and notes(two) == ["n0", "n1"]
    assert isinstance(two.session.execute(Undo()), Saved) and notes(two) == ["n0"]
    two.release()
    assert not [problem for problem in program(study).problems if "reported an error for this step" in problem.message]


@posix_only
def test_a_refused_step_removed_from_disk_is_not_reported(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = program(study)
    one.session.execute(assign(0))
    with stuck(monkeypatch, study):
        assert isinstance(one.session.execute(assign(1)), NotSaved)
    assert isinstance(one.session.execute(assign(2)), Saved) and one.leave() == []
    one.release()
    assert not list(Path.home().rglob("*.refused.jsonl"))
    two = program(study)
    assert notes(two) == ["n0", "n2"] and two.problems == one.problems


def test_an_unreadable_record_of_a_missing_document_leaves_out_its_edits_alone(study: Path) -> None:
    one = program(study)
    one.session.execute(assign(0))
    assert one.leave() == []
    one.release()
    document(study).unlink()
    with unreadable("11.written"):
        (snapshot,) = Study.open(study).sessions()
    assert [coding.note for coding in snapshot.state.live()] == ["n0"]
    assert any(BROKEN in problem.message for problem in snapshot.problems)

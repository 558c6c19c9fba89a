"""A program killed at any write of a step, or refused by the disk, leaves all of it, nothing, or a note."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from codetui.cli.main import run
from codetui.core.codebook.refactoring import Merge, Rename
from codetui.core.session.commands import AssignCode, Refusal, RemoveCoding
from codetui.formats.codebook.editing import append_example
from codetui.model import CodeId, SourceId, Span
from codetui.storage import disk, fs
from codetui.storage.session_files import SessionPaths
from codetui.study.batch import StepRunner
from codetui.study.history import History
from codetui.study.proposals import edit_or_propose
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import Saved
from codetui.study.steps import interrupted_steps
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.steps import run_commands
from testing.studies import write_study

Act = Callable[[Workspace], None]
MOST_WRITES = 200


class KilledError(BaseException):
    """The end of the program."""


def opened(folder: Path, ad: str = "11") -> Workspace:
    workspace = open_workspace(Study.open(folder), "rosa", wanted=ad)
    assert workspace.first is not None
    workspace.open(workspace.first)
    return workspace


def remove_all(workspace: Workspace) -> None:
    records = workspace.study.sessions(coder="rosa")
    commands = {SourceId(one.source.id): [RemoveCoding(coding.id) for coding in one.state.live()] for one in records}
    run_commands(workspace, "removal", commands)


def add_example(workspace: Workspace) -> None:
    edit_or_propose(workspace, "example", lambda text: append_example(text, "TASK1", "lamps at dusk"))


def merge(workspace: Workspace) -> None:
    found = CodeRefactoring(workspace).count(Merge(CodeId("TASK1"), CodeId("TASK2")))
    assert isinstance(found, MigrationPreview)
    begun = CodeRefactoring(workspace).apply(found)
    assert isinstance(begun, MigrationPreview)
    CodeRefactoring(workspace).migrate_others(begun)


def rename(workspace: Workspace) -> None:
    found = CodeRefactoring(workspace).count(Rename(CodeId("TASK1"), CodeId("T1"), "Lights"))
    assert isinstance(found, MigrationPreview)
    begun = CodeRefactoring(workspace).apply(found)
    assert isinstance(begun, MigrationPreview)
    CodeRefactoring(workspace).migrate_others(begun)


def undo(workspace: Workspace) -> None:
    history, runner = History(workspace), StepRunner.of(workspace)
    entry = history.latest(is_undo=True)
    if isinstance(entry, Refusal) or entry.step is None:
        return
    found = history.count(entry, runner, is_undo=True)
    assert not isinstance(found, Refusal)
    runner.carry_out(found.plan)
    runner.release()


def contents(folder: Path) -> dict[str, bytes]:
    """Return the codebook and, once every ad was opened, the documents."""
    for ad in ("11", "12", "13"):
        workspace = opened(folder, ad)
        workspace.leave()
        workspace.release()
    paths = [folder / "codebook.toml", *SessionPaths(folder / "sessions", "rosa").documents()]
    return {path.name: path.read_bytes() for path in paths}


def start(folder: Path) -> Path:
    write_study(folder)
    for ad in ("11", "12", "13"):
        workspace = opened(folder, ad)
        for number, code in enumerate(("TASK1", "TASK2", "TASK1")):
            assert isinstance(
                workspace.session
                and workspace.session.execute(AssignCode(Span(5 * number, 5 * number + 4), CodeId(code))),
                Saved,
            )
        workspace.leave()
        workspace.release()
    return folder


def failed_at(number: int, error: BaseException, monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> bool:
    """Act, and raise an error in place of the write of this number; return whether it came to that."""
    written = [0]

    def counted(write: Callable[..., object]) -> Callable[..., object]:
        def then(*args: object, **options: object) -> object:
            written[0] += 1
            if written[0] == number:
                raise error
            return write(*args, **options)

        return then

    with monkeypatch.context() as patched:
        patched.setattr(fs, "replace", counted(fs.replace))
        patched.setattr(fs, "append", counted(fs.append))
        patched.setattr(fs, "remove", counted(fs.remove))
        with suppress(KilledError):
            act()
    return written[0] >= number


def forget_locks(folder: Path) -> None:
    """Delete the locks, which name this process: it is alive, unlike the program that was killed."""
    for lock in [*folder.rglob("*.lock"), *folder.rglob(".*.lock")]:
        if lock.exists():
            disk.remove(lock)


STEPS: dict[str, tuple[tuple[Act, ...], Act]] = {
    "batch": ((), remove_all),
    "undo of a batch": ((remove_all,), undo),
    "edit": ((), add_example),
    "undo of an edit": ((add_example,), undo),
    "undo of a merge": ((merge,), undo),
    "undo of a rename": ((rename,), undo),
}


FULL = pytest.param(OSError(28, "No space left on device"), marks=pytest.mark.slow, id="full disk")
QUICK = ("undo of an edit", "undo of a merge")


@pytest.mark.parametrize("error", [pytest.param(KilledError(), id="kill"), FULL])
@pytest.mark.parametrize("is_reverse", [False, True], ids=["finish", "undo"])
@pytest.mark.parametrize(
    "name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in STEPS]
)
def test_a_step_that_fails_at_any_write_is_whole_absent_finished_or_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, error: BaseException, *, is_reverse: bool
) -> None:
    before_it, act = STEPS[name]
    start(tmp_path / "start")
    workspace = opened(tmp_path / "start")
    for one in before_it:
        one(workspace)
    workspace.leave()
    workspace.release()
    shutil.copytree(tmp_path / "start", tmp_path / "whole")
    workspace = opened(tmp_path / "whole")
    act(workspace)
    workspace.leave()
    workspace.release()
    before, after = contents(tmp_path / "start"), contents(tmp_path / "whole")
    assert before != after
    seen = set()
    for number in range(1, MOST_WRITES):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "start", folder)
        workspace = opened(folder)
        is_failed = failed_at(number, error, monkeypatch, lambda: act(workspace))  # noqa: B023
        forget_locks(folder)
        steps, problems = interrupted_steps(folder / "sessions")
        assert len(steps) == len(problems) <= 1
        if steps:
            words = ["codebook", "finish", *(["--undo"] if is_reverse else []), "--study", str(folder)]
            assert run(words) == 0, number
        found = contents(folder)
        assert found in ((before if is_reverse else after,) if steps else (before, after)), number
        assert interrupted_steps(folder / "sessions") == ([], [])
        seen.add((bool(steps), found == after))
        shutil.rmtree(folder)
        if not is_failed:
            break
    assert (True, not is_reverse) in seen and (False, True) in seen and not is_failed

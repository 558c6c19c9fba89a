"""Any sequence of commands in several ads, changes of the codebook, undo, redo and restarts is undone to the start."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from codetui.core.codebook.keys import with_free_key
from codetui.core.codebook.refactoring import Merge, Move, Refactoring, Reinstate, Rename, Retire, Split
from codetui.core.session.commands import (
    AssignCode,
    AssignProfile,
    Command,
    NoteCoding,
    RecodeCoding,
    Refusal,
    RemoveCoding,
)
from codetui.core.text.units import units
from codetui.formats.codebook.editing import add_code, append_example, set_texts
from codetui.model import Code, CodeId, SourceId, Span
from codetui.storage.session_files import SessionPaths
from codetui.study.batch import StepDone, StepRunner
from codetui.study.history import History
from codetui.study.proposals import edit_or_propose
from codetui.study.refactoring import CodeRefactoring, MigrationPreview
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.steps import interrupted_steps
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.examples import examples
from testing.steps import run_commands
from testing.studies import CODEBOOK, write_study

ADS = ("11", "12", "13")
MEMORY = Path("/dev/shm")
BOOK = CODEBOOK.replace("[[code]]", "# Ours: agreed in May.\n[[code]]", 1)

Operation = tuple[str, int, int, int]
OPERATIONS = (
    *("assign", "assign", "remove", "recode", "note", "profile", "bulk recode", "bulk remove"),
    *("example", "new code", "definition", "rename", "merge", "split", "retire", "reinstate", "move"),
    *("undo", "undo", "redo", "restart", "go"),
)
BEGINNING: tuple[Operation, ...] = tuple(
    each
    for ad in range(3)
    for each in (("go", ad, 0, 0), *(("assign", word, word, 0) for word in range(3)), ("profile", ad, 0, 0))
)
"""Every ad has a few codings before anything else is done."""


class Coder:
    """A coder at work on a study: does one operation after another, as the screen would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ad = "11"
        self.workspace: Workspace | None = None
        self.open()

    def open(self) -> Session:
        """Close the program and start it again on the current ad."""
        self.close()
        self.workspace = open_workspace(Study.open(self.folder), "rosa", wanted=self.ad)
        assert self.workspace.first is not None
        return self.workspace.open(self.workspace.first)

    def close(self) -> None:
        """Write the document and release the session."""
        if self.workspace is not None:
            assert self.workspace.leave() == []
            self.workspace.release()
            self.workspace = None

    def do(self, operation: Operation) -> None:
        """Do one operation; one that is refused changes nothing."""
        name, *numbers = operation
        workspace = self.workspace
        assert workspace is not None and workspace.session is not None
        if name in ("go", "restart"):
            self.ad = ADS[numbers[0] % len(ADS)] if name == "go" else self.ad
            self.open()
        elif name in ("undo", "redo"):
            self.reverse(is_undo=name == "undo")
        elif name.startswith("bulk"):
            commands = {SourceId(ad): list(self._bulk(ad, name, numbers)) for ad in ADS}
            run_commands(workspace, name, {ad: some for ad, some in commands.items() if some})
        elif command := self._command(name, workspace.session, numbers):
            workspace.session.execute(command)
        elif change := self._edit(name, numbers):
            edit_or_propose(workspace, name, change)
        elif step := self._step(name, numbers):
            found = CodeRefactoring(workspace).count(step)
            if isinstance(found, MigrationPreview):
                begun = CodeRefactoring(workspace).apply(found)
                if isinstance(begun, MigrationPreview):
                    CodeRefactoring(workspace).migrate_others(begun)

    def reverse(self, *, is_undo: bool) -> bool:
        """Undo or redo the latest step here; return whether there was one that could be."""
        workspace = self.workspace
        assert workspace is not None
        history, runner = History(workspace), StepRunner.of(workspace)
        entry = history.latest(is_undo=is_undo)
        if isinstance(entry, Refusal):
            return False
        try:
            if entry.step is None:
                return isinstance(history.reverse_here(entry, is_undo=is_undo), Saved)
            found = history.count(entry, runner, is_undo=is_undo)
            if isinstance(found, Refusal):
                note(found.message)
                return False
            done = runner.carry_out(found.plan)
            assert isinstance(done, StepDone) and not done.problems, done
            return True
        finally:
            runner.release()

    def undo_everything(self) -> None:
        """Undo in each ad in turn what can be undone, until nothing is left anywhere."""
        is_changed = True
        while is_changed:
            is_changed = False
            for self.ad in ADS:
                self.open()
                while self.reverse(is_undo=True):
                    is_changed = True

    def _code(self, number: int) -> CodeId:
        assert self.workspace is not None
        codes = self.workspace.book.codes
        return codes[number % len(codes)].id

    def _command(self, name: str, session: Session, numbers: list[int]) -> Command | None:
        codings = session.state.live()
        coding = codings[numbers[0] % len(codings)].id if codings else None
        words = units(session.source.text, 0, len(session.source.text), "word")
        span = words[numbers[0] % len(words)]
        match name:
            case "assign":
                return AssignCode(Span(span[0], span[1]), self._code(numbers[1]))
            case "profile":
                return AssignProfile(str(numbers[0] % 2 + 1), f"Because {numbers[1]}.")
            case "remove" if coding:
                return RemoveCoding(coding)
            case "recode" if coding:
                return RecodeCoding(coding, self._code(numbers[1]))
            case "note" if coding:
                return NoteCoding(coding, f"note {numbers[1]}")
            case _:
                return None

    def _bulk(self, ad: str, name: str, numbers: list[int]) -> list[Command]:
        assert self.workspace is not None
        found = (one for one in self.workspace.study.sessions(coder="rosa") if one.source.id == ad)
        codings = [one.id for record in found for one in record.state.of_code(self._code(numbers[0]))]
        code = self._code(numbers[1])
        return [RemoveCoding(one) if name == "bulk remove" else RecodeCoding(one, code) for one in codings]

    def _edit(self, name: str, numbers: list[int]) -> Callable[[str], str] | None:
        assert self.workspace is not None
        book = self.workspace.book
        code = book.codes[numbers[0] % len(book.codes)]
        match name:
            case "example":
                return lambda text: append_example(text, code.id, f"example {numbers[1]}")
            case "new code":
                new = Code(id=CodeId(f"NEW{numbers[0]}"), name=f"New {numbers[1]}", section="tasks")
                return lambda text: add_code(text, with_free_key(book, new))
            case "definition":
                changed = Code(id=code.id, name=code.name, section=code.section, definition=f"Text {numbers[1]}.")
                return lambda text: set_texts(text, code, changed)
            case _:
                return None

    def _step(self, name: str, numbers: list[int]) -> Refactoring | None:
        code, other = self._code(numbers[0]), self._code(numbers[1])
        match name:
            case "rename":
                return Rename(code, CodeId(f"{code}x{numbers[1]}"), f"Renamed {numbers[1]}")
            case "merge" if code != other:
                return Merge(code, other)
            case "split" if code != other:
                return Split(code, (code, other), ())
            case "retire":
                return Retire(code)
            case "reinstate":
                return Reinstate(code)
            case "move":
                return Move(code, ("tasks", "tools")[numbers[1] % 2])
            case _:
                return None


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Return the codebook and the documents."""
    paths = [folder / "codebook.toml", *SessionPaths(folder / "sessions", "rosa").documents()]
    return {path.name: path.read_bytes() for path in paths}


def check(operations: list[Operation]) -> None:
    """Do the operations on a new study, undo everything, and compare the files."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        write_study(folder)
        (folder / "codebook.toml").write_text(BOOK, "utf-8")
        coder = Coder(folder)
        for each in BEGINNING:
            coder.do(each)
        coder.undo_everything()
        coder.close()
        before = bytes_of(folder)
        coder.open()
        for each in (*BEGINNING, *operations):
            coder.do(each)
        coder.undo_everything()
        coder.close()
        assert bytes_of(folder) == before and before["codebook.toml"].decode() == BOOK
        assert interrupted_steps(folder / "sessions") == ([], [])


numbers = st.integers(0, 5)


@settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), numbers, numbers, numbers), max_size=14))
def test_undoing_everything_leads_back_to_the_start(operations: list[Operation]) -> None:
    check(operations)


@pytest.mark.slow
@settings(max_examples=examples(100), deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(OPERATIONS), numbers, numbers, numbers), max_size=40))
def test_undoing_many_steps_leads_back_to_the_start(operations: list[Operation]) -> None:
    check(operations)

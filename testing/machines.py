"""Machines that work on copies of one study, each with its own program."""

from __future__ import annotations

from pathlib import Path

from codetui.core.session.commands import Command
from codetui.core.session.state import State
from codetui.model import SourceId, Span
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace


class Machine:
    """A study in a folder and a coder's program, which opens ad 11 with the first command."""

    def __init__(self, folder: Path, coder: str = "rosa") -> None:
        self.folder = folder
        self._coder = coder
        self._workspace: Workspace | None = None

    def open(self, ad: str = "11") -> None:
        """Start the program on an ad."""
        self.close()
        workspace = open_workspace(Study.open(self.folder), self._coder, wanted=ad, is_shared=True)
        assert workspace.first is not None
        workspace.open(workspace.first)
        assert workspace.entry is not None and workspace.entry.id == SourceId(ad)
        self._workspace = workspace

    def close(self) -> None:
        """End the program."""
        if self._workspace is not None:
            assert self._workspace.leave() == []
            self._workspace.release()
        self._workspace = None

    @property
    def workspace(self) -> Workspace:
        """The running program."""
        if self._workspace is None:
            self.open()
        assert self._workspace is not None
        return self._workspace

    @property
    def session(self) -> Session:
        """The open session."""
        assert self.workspace.session is not None
        return self.workspace.session

    @property
    def state(self) -> State:
        """The state of the open session."""
        return self.session.state

    def span(self, words: str) -> Span:
        """Return the span of words in the open ad."""
        start = self.session.source.text.index(words)
        return Span(start, start + len(words))

    def execute(self, command: Command) -> None:
        """Execute a command."""
        outcome = self.session.execute(command)
        assert isinstance(outcome, Saved), outcome


def log_of(files: dict[str, bytes], name: str = "11.jsonl") -> list[bytes]:
    """Return the lines of a log among files."""
    return [line for path, data in files.items() if path.endswith(f"/{name}") for line in data.splitlines()]


def state_of(machine: Machine) -> tuple[object, ...]:
    """Return the content of a machine's session."""
    state = machine.state
    return (
        state.live(),
        dict(state.codings),
        dict(state.notes),
        (state.opened, state.employer, state.title, state.profile, state.reasoning, state.is_done, state.layout),
    )

"""A coder who runs random commands in a real workspace, and reports each one before and after it is executed."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

from codetui.core.session import commands
from codetui.core.session.decide import redo_target, undo_target
from codetui.model import Code, Coding, MemoTarget, SourceEntry, Span
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.session.session import Session
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.attacks.ledger import Fact
from testing.studies import write_study

CODER = "wil"
MEMORY = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
"""The folder for studies whose files need not outlive a power cut: in memory where the system has one."""

BOOK = "codebook"
"""The key of the ledger, beside the ids of ads, for edits of the codebook."""

WORDS = ("lamp", "fog horn", "anchor chain", "barometer", "tide table", "rope")
SENTENCE = re.compile(r"[^.\n]+\.")
DEFINITION = re.compile(r'(definition = "Lighting lamps\.)([^"]*)')

CHOICES = {
    "assign": 10,
    "remove": 3,
    "move": 3,
    "recode": 2,
    "note": 4,
    "note a place": 1,
    "profile": 2,
    "done": 1,
    "undo": 5,
    "redo": 4,
    "save": 3,
    "change ad": 2,
    "edit the codebook": 1,
    "quit": 1,
}
"""The relative frequency of each kind of action."""

Report = Callable[[str, str, Fact], None]
"""Called with `("begin", ad, fact)` before a command and `("done", …)`, `("refused", …)`, `("not saved", …)` after."""


def lay_out(folder: Path, *, ads: int = 3, sentences: int = 30) -> Path:
    """Create a study of invented ads; return its folder."""
    texts = {
        f"{ad}_harbour_{ad}.txt": f"Keeper of light {ad}\n\n"
        + "".join(f"You see to {WORDS[(ad + one) % len(WORDS)]} {one} of tower {ad}.\n" for one in range(sentences))
        for ad in range(1, ads + 1)
    }
    return write_study(folder, texts)


def open_study(folder: Path) -> Workspace:
    """Open the study's workspace with all ads listed and none open."""
    workspace = open_workspace(Study.open(folder), CODER)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    return workspace


class Coder:
    """Opens the study in `folder` and continues with it."""

    def __init__(self, folder: Path, chance: Random, report: Report, serial: int = 0) -> None:
        """Prepare the coder, whose texts contain numbers that start after `serial`."""
        self._folder = folder
        self._chance = chance
        self._report = report
        self._serial = serial
        self.outcome: object = None
        self.workspace = self._opened()

    def _opened(self) -> Workspace:
        workspace = open_study(self._folder)
        self._open(workspace, self._chance.choice(workspace.sources.entries))
        return workspace

    def _open(self, workspace: Workspace, entry: SourceEntry) -> None:
        workspace.open(entry)
        workspace.remember_place(self._serial, 0)

    @property
    def session(self) -> Session:
        """The session of the open ad."""
        assert self.workspace.session is not None
        return self.workspace.session

    def act(self) -> None:
        """Do one random action."""
        self.do(self._chance.choices([*CHOICES], [*CHOICES.values()])[0])

    def do(self, choice: str) -> None:
        """Do one action of this kind with random arguments."""
        self._serial += 1
        match choice:
            case "save":
                self.session.save_document()
            case "change ad":
                self._open(self.workspace, self._chance.choice(self.workspace.sources.entries))
            case "look round":
                for entry in self.workspace.sources.entries:
                    self._open(self.workspace, entry)
            case "edit the codebook":
                self._edit_codebook()
            case "quit":
                self.workspace.leave()
                self.workspace = self._opened()
            case _:
                self._give(choice)

    # --- commands -------------------------------------------------------------------------------

    def _give(self, choice: str) -> None:
        made = self._command(choice, f"n{self._serial}")
        if made is None:
            return
        command, fact = made
        self._reporting(fact, self.session.source.id, lambda: self.session.execute(command))

    def _reporting(self, fact: Fact, about: str, execute_command: Callable[[], object]) -> None:
        self._report("begin", about, fact)
        outcome = self.outcome = execute_command()
        ends = {Saved: "done", NotSaved: "not saved"}
        self._report(ends.get(type(outcome), "refused"), about, fact)

    def _command(self, choice: str, text: str) -> tuple[commands.Command, Fact] | None:
        """Return a command and the fact that its log line will contain; None if there is nothing it could apply to."""
        state, chance = self.session.state, self._chance
        match choice:
            case "assign":
                span, code = self._span(), self._code()
                fact: Fact = ("coding-added", code.id, span.start, span.end, text)
                return commands.AssignCode(span, code.id, text), fact
            case "profile":
                profile = chance.choice(self.workspace.book.profiles).id
                return commands.AssignProfile(profile, text), ("profile-assigned", profile, text)
            case "done":
                return commands.MarkDone(not state.is_done), ("done-marked", not state.is_done)
            case "note a place":
                return commands.NotePlace(MemoTarget(kind="code", id="TASK1"), text), ("memo-written", text)
            case "undo":
                target = undo_target(state)
                return (commands.Undo(), ("undo", target.id)) if target else None
            case "redo":
                target = redo_target(state)
                return (commands.Redo(), ("redo", target.id)) if target else None
        return self._on_coding(choice, chance.choice(state.live()), text) if state.live() else None

    def _on_coding(self, choice: str, coding: Coding, text: str) -> tuple[commands.Command, Fact]:
        match choice:
            case "remove":
                return commands.RemoveCoding(coding.id), ("coding-removed", coding.id)
            case "note":
                return commands.NoteCoding(coding.id, text), ("coding-noted", coding.id, text)
            case "recode":
                code = self._code()
                return commands.RecodeCoding(coding.id, code.id), ("coding-recoded", coding.id, code.id)
            case "move":
                span = self._span()
                return commands.MoveBoundary(coding.id, span), ("coding-reanchored", coding.id, span.start, span.end)
        raise AssertionError(choice)

    def _span(self) -> Span:
        sentences = [*SENTENCE.finditer(self.session.source.text)]
        first = self._chance.randrange(len(sentences))
        last = min(first + self._chance.randrange(3), len(sentences) - 1)
        return Span(sentences[first].start(), sentences[last].end())

    def _code(self) -> Code:
        return self._chance.choice(self.workspace.book.codes)

    def _edit_codebook(self) -> None:
        """Append the number to a definition, so that all edits can be read there in order."""
        fact: Fact = ("edited", self._serial)
        change = lambda text: DEFINITION.sub(rf"\1\2 {self._serial}", text)  # noqa: E731
        self._reporting(fact, BOOK, lambda: self.workspace.edit_codebook(change))


def documents_differ(workspace: Workspace) -> list[str]:
    """Open and leave every ad; return the ads whose document then differs from its log."""
    faults = []
    for entry in workspace.sources.entries:
        session = workspace.open(entry)
        faults += [str(problem) for problem in workspace.leave()]
        if session.state.opened is None:
            continue
        written = session.document_path.read_text("utf-8")
        live = session.state.live()
        lacking = [one for one in live if not (" ".join(one.words.split()) in written and one.note in written)]
        faults += [f"{session.document_path.name} lacks {one}" for one in lacking]
        if written.count("\n  - ") != len(live):
            faults.append(f"{session.document_path.name} has {written.count(chr(10) + '  - ')} entries of {len(live)}")
    return faults


def edits_in(codebook: Path) -> list[Fact]:
    """Return the edits in the definition in the form of the ledger."""
    found = DEFINITION.search(codebook.read_text("utf-8"))
    assert found is not None
    return [("edited", int(number)) for number in found[2].split()]

"""Any sequence of commands, restarts and hand edits, on real files: log, state and document always agree.

The long mode: `CODETUI_EXAMPLES=10000 python -m pytest tests/attacks/test_state_machine.py --hypothesis-profile=random`
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from codetui.core.session.commands import (
    AcceptPlace,
    AssignCode,
    AssignProfile,
    Command,
    DescribeSource,
    MarkDone,
    MoveBoundary,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    Redo,
    RemoveCoding,
    Undo,
)
from codetui.core.session.state import State, Steps, replay
from codetui.formats.session_doc.patch import document_of
from codetui.model import CodeId, MemoTarget, Span
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import Saved
from codetui.study.session.session import Session
from codetui.study.session.sync import parse
from codetui.study.study import Study
from codetui.study.workspace import Workspace, open_workspace
from testing.examples import examples
from testing.studies import CODEBOOK, write_study

EXAMPLES = int(os.environ.get("CODETUI_EXAMPLES", examples(100)))
MEMORY = Path("/dev/shm")
"""Where a sync costs nothing; elsewhere the long mode waits for the disk."""

BOOK = f"""{CODEBOOK}
[[group]]
id = "sea"
section = "tasks"
title = "The sea"

[[code]]
id = "TASK3"
name = "Rowing"
group = "sea"
definition = "Rowing out."
"""
TEXT = (
    "Keeper of the “Light”\n\nYou light the lamp (daily), and you  watch\nthe sea: *all* of it. “Why?” – `Go`, R&D.\n"
    "   * Experience with a barometer;\n   * You watch the sea; you watch\n\tthe sea … é e\u0301 👩‍🚒 x\u200by.\n"
)
ADS = {
    "11_shore.txt": TEXT,
    "12_shore.txt": TEXT.replace("\n\n", "\n\n\n"),
    "13_tower.txt": "Mason\n\nYou lay stones.\n",
}
CODES = ("TASK1", "TASK2", "TASK3", "TOOL1", "TASK9")
NOTES = (
    "",
    "why",
    "a (nested) note",
    "so.",
    'it says "sea"',
    "_(x)_",
    "two\n\nparagraphs",
    "- **TASK1: x:**",
    "*",
    "é\u202e",
)
PLACES = (
    *(MemoTarget(kind=kind, id=id_) for kind in ("code", "entry") for id_ in ("TASK1", "TASK3", "TOOL1")),
    MemoTarget(kind="group", id="sea"),
    MemoTarget(kind="section", id="tasks"),
)

spans = st.builds(lambda start, length: Span(start, start + length), st.integers(0, len(TEXT)), st.integers(0, 40))
codes = st.sampled_from(CODES).map(CodeId)
notes = st.sampled_from(NOTES)
numbers = st.integers(0, 20)


def content_of(session: Session) -> tuple[object, ...]:
    """Return the content of a session, without its history."""
    state = session.state
    codings = [(one.id, one.code, one.anchor, one.words, one.note, one.rank, one.is_proposed) for one in state.live()]
    remarks = sorted((one.id, one.target, one.text) for one in state.notes.values() if one.text)
    return codings, remarks, state.profile, state.reasoning, state.is_done, session.description, state.layout


def whole(state: State) -> tuple[object, ...]:
    """Return the complete state, including the steps that can be undone and redone."""
    steps = [list(_ids(stack)) for stack in (state.done_steps, state.undone_steps)]
    content = (state.opened, state.employer, state.title, dict(state.codings), dict(state.notes), state.profile)
    return *content, state.reasoning, state.is_done, state.layout, state.seq, steps


def _ids(steps: Steps | None) -> Iterable[str]:
    while steps is not None:
        yield steps.newest.id
        steps = steps.earlier


class Coding(RuleBasedStateMachine):
    """One coder at work on three ads, two of which have the same text."""

    workspace: Workspace

    @initialize()
    def begin(self) -> None:
        """Create a study in its own folder."""
        self.folder = Path(tempfile.mkdtemp(dir=MEMORY if MEMORY.is_dir() else None))
        write_study(self.folder, ADS)
        (self.folder / "codebook.toml").write_text(BOOK, "utf-8")
        self.copies = 0
        self._start()

    def teardown(self) -> None:
        """Check that the document contains everything."""
        if hasattr(self, "folder"):
            try:
                self.save()
                self.workspace.release()
            finally:
                shutil.rmtree(self.folder)

    def _start(self) -> None:
        found = open_workspace(Study.open(self.folder), "wil")
        assert found.first is not None
        self.workspace = found
        for batch in found.sources.batches():
            found.sources.add(batch)
        for _ in found.sources.read_texts():
            pass
        found.sources.statuses.update(found.sources.read_statuses())
        found.open(found.first)

    @property
    def session(self) -> Session:
        """The open session."""
        assert self.workspace.session is not None
        return self.workspace.session

    # --- what is done -------------------------------------------------------------------------------

    def _execute(self, command: Command, is_undone: bool = False) -> None:
        before = content_of(self.session)
        outcome = self.workspace.session.execute(command)
        note(f"{command} -> {type(outcome).__name__}")
        if not isinstance(outcome, Saved):
            assert content_of(self.session) == before, "a refusal changes nothing"
            return
        if not is_undone:
            return
        after = content_of(self.session)
        assert isinstance(self.workspace.session.execute(Undo()), Saved)
        assert content_of(self.session) == before, "undo after do"
        assert isinstance(self.workspace.session.execute(Redo()), Saved)
        assert content_of(self.session) == after, "redo after undo"

    @rule(span=spans, code=codes, words=notes, is_undone=st.booleans())
    def assign(self, span: Span, code: CodeId, words: str, is_undone: bool) -> None:
        """Assign a code to some words."""
        self._execute(AssignCode(span, code, words), is_undone)

    @rule(
        kind=st.sampled_from(["remove", "recode", "move", "accept", "note"]),
        number=numbers, span=spans, code=codes, words=notes, is_undone=st.booleans(),
    )  # fmt: skip
    def change(self, kind: str, number: int, span: Span, code: CodeId, words: str, is_undone: bool) -> None:
        """Change something about a coding, which may have been removed."""
        known = sorted(self.session.state.codings)
        if not known:
            return
        coding = known[number % len(known)]
        commands: dict[str, Command] = {
            "remove": RemoveCoding(coding),
            "recode": RecodeCoding(coding, code),
            "move": MoveBoundary(coding, span),
            "accept": AcceptPlace(coding),
            "note": NoteCoding(coding, words),
        }
        self._execute(commands[kind], is_undone)

    @rule(place=st.sampled_from(PLACES), words=notes, is_undone=st.booleans())
    def note_place(self, place: MemoTarget, words: str, is_undone: bool) -> None:
        """Write a note on a section, group or code, or an entry that is only a note."""
        self._execute(NotePlace(place, words), is_undone)

    @rule(profile=st.sampled_from(["", "1", "2"]), words=notes, is_undone=st.booleans())
    def assess(self, profile: str, words: str, is_undone: bool) -> None:
        """Assign a profile with its reasoning."""
        self._execute(AssignProfile(profile, words), is_undone)

    @rule(is_done=st.booleans(), is_undone=st.booleans())
    def mark_done(self, is_done: bool, is_undone: bool) -> None:
        """Mark the ad done or not done."""
        self._execute(MarkDone(is_done), is_undone)

    @rule(employer=st.sampled_from(["", "Shore", "A (B) & Co"]), title=st.sampled_from(["", 'The "Light"', "Keeper"]))
    def describe(self, employer: str, title: str) -> None:
        """Set employer and title."""
        self._execute(DescribeSource(employer, title), True)

    @rule(is_undo=st.booleans())
    def step(self, is_undo: bool) -> None:
        """Undo or redo the last step."""
        self._execute(Undo() if is_undo else Redo())

    @rule()
    def copy(self) -> None:
        """Copy the codings of the ad with the same text."""
        twins = self.workspace.sources.duplicate()
        if twins is not None:
            self._execute(self.workspace.copy_from(twins.ad), True)

    @rule(number=numbers)
    def change_ad(self, number: int) -> None:
        """Open another ad, or the same one again."""
        self.workspace.open(self.workspace.sources.entries[number % len(self.workspace.sources.entries)])

    @rule(is_saved=st.booleans())
    def restart(self, is_saved: bool) -> None:
        """End the program, with or without writing the document, and start it again."""
        entry, before = self.workspace.entry, content_of(self.session)
        assert entry is not None
        if is_saved:
            assert self.workspace.leave() == []
        self.workspace.release()
        self._start()
        self.workspace.open(entry)
        assert content_of(self.session) == before, "after a restart"

    @rule()
    def save(self) -> None:
        """Check that the saved document is that of the state."""
        self.session.save_document()
        if self.session.state.opened is not None:
            assert self.session.document_path.read_text("utf-8") == self._document(), "the document on disk"

    def _document(self, session: Session | None = None) -> str:
        one = session or self.session
        text = document_of(one.state, one.book, one.description).text
        return text.encode("utf-8", "replace").decode("utf-8")

    @rule(
        kind=st.sampled_from(["insert", "delete", "change", "copy", "paragraph", "spread"]),
        number=numbers, words=st.sampled_from(["You watch", "the sea", "barometer", "Zwem"]), remark=notes,
    )  # fmt: skip
    def edit_by_hand(self, kind: str, number: int, words: str, remark: str) -> None:
        """Edit the document in an editor while the program runs."""
        self.save()
        if self.session.state.opened is None:
            return
        before, path = content_of(self.session), self.session.document_path
        lines = path.read_text("utf-8").split("\n")
        entries = [at for at, line in enumerate(lines) if line.startswith("  - ")]
        entry = f'  - "{words}"' + (f" ({' '.join(remark.split())})" if remark else "")
        at = entries[number % len(entries)] if entries else -1
        match kind:
            case "insert" if entries:
                lines.insert(at, entry)
            case "delete" if entries:
                del lines[at]
            case "change" if entries:
                lines[at] = entry
            case "copy" if entries:
                lines.insert(at, lines[at])
            case "paragraph":
                lines[-1:] = ["", f"Mine: {words}.", ""]
            case "spread":
                lines = [line.replace("- ", "*   ", 1) if line.startswith("- ") else line for line in lines]
        edited = path.with_name("edited.tmp")
        edited.write_text("\n".join(lines), "utf-8")
        edited.replace(path)
        note(f"by hand: {kind} {entry!r} at {at}")
        taken = self.workspace.pull()
        assert taken is None or taken.is_saved
        self.save()
        if taken is not None and content_of(self.session) != before:
            after = content_of(self.session)
            assert isinstance(self.workspace.session.execute(Undo()), Saved)
            assert content_of(self.session) == before, "undo of an edit by hand"
            assert isinstance(self.workspace.session.execute(Redo()), Saved)
            assert content_of(self.session) == after, "redo of an edit by hand"

    @rule()
    def import_what_is_exported(self) -> None:
        """Import the document as another coder, with equal content, and here, without changes."""
        session = self.session
        if session.state.opened is None:
            return
        self.copies += 1
        text = self._document()
        paths = SessionPaths(self.folder / "copies", f"ann{self.copies}")
        copy = Session(session.source, session.book, paths, "ann")
        assert copy.import_text(parse(text, ""), self.folder / "exported.md").is_saved
        assert self._document(copy) == text, "export after import"

    # --- what always holds --------------------------------------------------------------------------

    @invariant()
    def state_is_what_the_log_says(self) -> None:
        """Check that reading the log yields this state."""
        if hasattr(self, "workspace"):
            log = Journal(SessionPaths(self.folder / "sessions", "wil").log(self.session.source.id))
            transactions, problems = log.read()
            assert problems == []
            assert whole(replay(transactions)) == whole(self.session.state)


TestCoding = Coding.TestCase
TestCoding.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)

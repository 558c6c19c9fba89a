"""A coder's day on a disk on which one read fails, and the files on disk afterwards.

The main danger is that an unreadable file is treated as absent: a log as empty, a document as deleted, its snapshot as
missing, an ad's text as changed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from random import Random

from codetui.model import SourceEntry
from codetui.storage import fs
from codetui.study.session.outcome import NotSaved
from codetui.study.study import Study, StudyError
from codetui.study.workspace import Workspace, open_workspace
from testing.attacks.coder import BOOK as IN_BOOK
from testing.attacks.coder import CODER, MEMORY, Coder, documents_differ, edits_in, lay_out, open_study
from testing.attacks.failing_disk import Tally, patient
from testing.attacks.faults import READ_ERRORS, READS, FailingReads, interposed
from testing.attacks.ledger import Fact, Ledger, fact_in, lines_of

SCRIPT = (
    *("assign", "assign", "save", "edit by hand", "look", "note", "quit", "edit by hand", "assign", "undo", "save"),
    *("edit by hand", "quit", "another program", "assign", "note", "edit the codebook", "save", "look round", "list"),
    *("assign", "quit", "edit by hand", "change ad", "look", "remove", "quit", "profile"),
)
"""The actions of the coder and others; random choices are the same in every run."""

SEED = 5
NOTE = re.compile(r"\bn\d+\b(?!h)")


def run(errors: Sequence[str] = READ_ERRORS, *, is_each: bool, step: int = 1, first: int = 1) -> Tally:
    """Fail every `step`th read of the script, once and then until its end, with each kind of error in turn.

    With `is_each`, fail with every kind of error at each read.
    """
    started = time.perf_counter()
    tally = Tally()
    turns = cycle(errors)
    with patient(), tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        for at in range(first, looks(Path(folder)) + 1, step):
            for lasts in (False, True):
                for error in errors if is_each else [next(turns)]:
                    _fail(Path(folder), FailingReads(at, error, lasts=lasts), f"{error} at {at}", tally)
    tally.seconds = time.perf_counter() - started
    return tally


def looks(folder: Path) -> int:
    """Return the number of reads on a good disk."""
    failing = FailingReads(0, "EIO", lasts=False)
    day = _Day(folder, failing)
    with interposed(failing, READS):
        for choice in SCRIPT:
            day.act(choice)
    day.end()
    assert day.by_hand == SCRIPT.count("edit by hand")
    assert day.faults == []
    return failing.looks


def _fail(folder: Path, failing: FailingReads, what: str, tally: Tally) -> None:
    """Run one day, after which the disk works again and the coder continues for a while."""
    day = _Day(folder, failing)
    with interposed(failing, READS):
        for choice in SCRIPT:
            day.act(choice)
    for choice in ("profile", "edit the codebook"):
        day.act(choice)
    day.end()
    difference = day.ledger.compare(day.found())
    tally.days += 1
    tally.confirmed += day.ledger.count
    tally.not_saved += day.ledger.not_saved
    tally.difference += difference
    faults = day.faults + ([] if difference.is_none else [str(difference)])
    faults += [] if failing.refused else ["all could be read"]
    tally.faults += [f"{what}, {failing.refused[:1]}: {fault}" for fault in faults]


class _Beginning(Coder):
    """A coder whose program may fail to start; it is then started again before the next action."""

    def __init__(self, folder: Path, chance: Random, ledger: Ledger) -> None:
        self.ledger = ledger
        super().__init__(folder, chance, ledger.record)

    def _opened(self) -> Workspace:
        try:
            workspace = open_workspace(Study.open(self._folder), CODER, is_shared=True)
        except StudyError as error:
            raise OSError(str(error)) from error
        for batch in workspace.sources.batches():
            workspace.sources.add(batch)
        assert workspace.first is not None
        self._open(workspace, workspace.first)
        return workspace

    def _open(self, workspace: Workspace, entry: SourceEntry) -> None:
        workspace.open(entry)
        with suppress(OSError):
            workspace.remember_place(self._serial, 0)


class _Day:
    """A coder in a new study beside an editor and another program, with a ledger of the confirmed commands."""

    def __init__(self, folder: Path, failing: FailingReads) -> None:
        shutil.rmtree(folder / "study", ignore_errors=True)
        fs._durable_names.clear()
        self.study = lay_out(folder / "study", ads=2, sentences=6)
        self.ledger = Ledger()
        self.faults: list[str] = []
        self.by_hand = 0
        self._edits: list[str] = []
        self._failing = failing
        self._chance = Random(SEED)
        self._serial = 0
        self.coder: _Beginning | None = None
        self._begin()

    @contextmanager
    def _outside(self) -> Iterator[None]:
        """Do an action of the editor or the other program, for which the disk works."""
        self._failing.rests = True
        try:
            yield
        finally:
            self._failing.rests = False

    def _begin(self) -> None:
        """Start the program; a failure must report its cause."""
        try:
            self.coder = _Beginning(self.study, self._chance, self.ledger)
            self.coder._serial = self._serial
        except OSError as error:
            if os.strerror(self._failing.code) not in str(error):
                self.faults.append(f"it does not start, and says {error}")

    def act(self, choice: str) -> None:
        """Do one action; only opening an ad may raise."""
        try:
            self._act(choice)
        except Exception:
            self.faults.append(f"{choice} has raised: {traceback.format_exc(-4)}")

    def _act(self, choice: str) -> None:
        """Execute a command; a refusal must report its cause and change nothing."""
        self._serial += 1
        if self.coder is None:
            self._begin()
        coder = self.coder
        if coder is None:
            return
        coder.outcome = None
        match choice:
            case "quit":
                self._quit(coder)
            case "save":
                coder.workspace.leave()
            case "look":
                coder.workspace.pull()
            case "list":
                list(coder.workspace.sources.read_statuses())
                list(coder.workspace.usage.read(coder.workspace.sources.entries))
                coder.workspace.reload_codebook()
            case "edit by hand":
                self._edit(coder)
            case "another program":
                with self._outside():
                    self._work_elsewhere(coder)
            case "change ad" | "look round":
                with suppress(OSError):
                    # A corpus that could not be read when the program began has no other ad.
                    coder.do(choice if coder.workspace.sources.entries else "save")
            case _:
                coder.do(choice)
        self._serial = max(self._serial, coder._serial)
        if isinstance(coder.outcome, NotSaved):
            if os.strerror(self._failing.code) not in coder.outcome.message:
                self.faults.append(f"{choice}: {coder.outcome.message!r} does not name the cause")
            shown = {one.id for one in coder.session.transactions}
            lines = [line for log in self._events("*.jsonl") for line in lines_of(log.read_bytes())]
            if not shown <= {line["id"] for line in lines}:
                self.faults.append(f"{choice} was refused, and is in the state")

    def _quit(self, coder: _Beginning) -> None:
        coder.workspace.leave()
        coder.workspace.release()
        self.coder = None
        self._begin()

    def _edit(self, coder: _Beginning) -> None:
        """Append text to a note in the document, if the document agrees with the session."""
        session = coder.workspace.session
        if session is None or session.has_unsaved_document or not session.document_path.exists():
            return
        path = session.document_path
        text = path.read_text("utf-8")
        if not NOTE.search(text):
            return
        self.by_hand += 1
        self._edits.append(f"h{self.by_hand}")
        path.write_text(NOTE.sub(lambda found: f"{found[0]}h{self.by_hand}", text, count=1), "utf-8")

    def _work_elsewhere(self, coder: _Beginning) -> None:
        """Let another program take over the session and code."""
        if coder.workspace.entry is None:
            return
        self._serial += 100
        other = _Beginning(self.study, Random(SEED), self.ledger)
        other._serial = self._serial
        other._open(other.workspace, coder.workspace.entry)
        other.workspace.take_over()
        other.do("assign")
        other.do("note")
        other.workspace.leave()
        other.workspace.release()

    # --- when it is over ------------------------------------------------------------------------

    def end(self) -> None:
        """Quit, and check logs, documents and hand edits."""
        assert self.coder is not None
        self.faults += [str(problem) for problem in self.coder.workspace.leave() if problem.severity == "error"]
        self.coder.workspace.release()
        self.faults += documents_differ(open_study(self.study))
        text = "".join(path.read_text("utf-8") for path in self._events("*"))
        self.faults += [f"the edit {edit} is lost" for edit in self._edits if not re.search(rf"{edit}\b", text)]

    def found(self) -> dict[str, list[Fact]]:
        """Return the facts on disk, without imported hand edits."""
        found: dict[str, list[Fact]] = {IN_BOOK: edits_in(self.study / "codebook.toml")}
        for log in self._events("*.jsonl"):
            lines = lines_of(log.read_bytes())
            found[log.stem] = [fact_in(line) for line in lines if not self._is_by_hand(line)]
        return found

    def _is_by_hand(self, line: dict[str, object]) -> bool:
        """Return whether a transaction only imports one note: an unreadable file is neither deleted nor new."""
        assert isinstance(line["events"], list)
        kinds = {event["kind"] for event in line["events"]} - {"layout-changed"}
        if line["cause"] == "edit" and kinds != {"coding-noted"}:
            self.faults.append(f"taken over: {json.dumps(line['events'])[:300]}")
        return line["cause"] == "edit"

    def _events(self, pattern: str) -> list[Path]:
        folder = self.study / "sessions" / CODER / "events"
        return [path for path in sorted(folder.glob(pattern)) if path.is_file()]

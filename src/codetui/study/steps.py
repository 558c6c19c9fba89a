"""A change of the codebook and of many sessions, with a note on disk from before its beginning until its end.

A program may be killed at any moment in between.  Both codebooks and the rules are kept beside the sessions before
anything changes, so that another program can finish or revert the change.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from codetui.model import NO_STEP, Problem, SourceId, StepId, StepKind, StudyStep
from codetui.storage import disk, fs
from codetui.storage.fs import require_inside
from codetui.storage.journal import StudyJournal, fresh_id, now
from codetui.storage.session_files import KEPT_FOLDER, SessionPaths
from codetui.storage.session_lock import Holder, SessionLock

BEGUN, NOTE = "begun_", ".json"
"""The name of a note in the folder of kept codebooks: `begun_<step>.json`."""


Change = tuple[str, str, SourceId, str]
"""The transaction of a step in one session: the coder's folder, the coder, the source, and the line of the log."""


class BegunStep(NamedTuple):
    """A step over several sessions: who began it, when, and a description of it.

    `only` is the coder to whose sessions it is limited, empty for all.  `rules` is the digest of the kept rules,
    `before` and `after` are the content hashes of the codebooks; `before` is empty if unknown, and both are if the
    codebook is unchanged. `changes` are those of a step that follows no rules; `target` and `made_in` are as in
    StudyStep.
    """

    id: StepId
    kind: StepKind
    coder: str
    only: str
    what: str
    rules: str
    before: str
    after: str
    time: str
    target: StepId = NO_STEP
    made_in: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def has_rules(self) -> bool:
        """True if the step follows rules, so that sessions which are not known yet may be part of it."""
        return self.kind in ("refactoring", "migration")


class StepNote:
    """The note of a step; a lock beside it shows other programs that the program carrying it out is alive."""

    def __init__(self, root: Path, step_id: StepId, *, is_resumed: bool = False) -> None:
        """Create a note in `root`, the folder of the sessions; an `is_resumed` step was begun by another program."""
        self.path = root / KEPT_FOLDER / f"{BEGUN}{step_id}{NOTE}"
        self._root, self._is_resumed = root, is_resumed
        self._lock = SessionLock(self.path)

    def begin(self, step: BegunStep) -> None:
        """Lock the step and save its note. Raises OSError, and then there is no note."""
        self.claim()
        try:
            step = step._replace(time=step.time or now())
            fs.replace(require_inside(self._root, self.path), json.dumps(step._asdict()).encode("ascii") + b"\n")
        except OSError:
            self.release()
            raise

    def claim(self) -> Holder | None:
        """Lock the step; return the other program that is carrying it out, if any."""
        with suppress(OSError):  # Without a lock others may call the step interrupted while it is carried out.
            return self._lock.claim()
        return None

    def end(self, problems: list[Problem]) -> None:
        """Delete the note, unless a resumed step has errors, so that it can be resumed again."""
        if not (self._is_resumed and any(one.severity == "error" for one in problems)):
            with suppress(OSError):
                fs.remove(self.path)
        self.release()

    def release(self) -> None:
        """Unlock the step; its note remains."""
        self._lock.release()


def interrupted_steps(root: Path) -> tuple[list[BegunStep], list[Problem]]:
    """Return the steps that ended programs began and did not finish, and the problems with them. Raises OSError."""
    steps: list[BegunStep] = []
    problems: list[Problem] = []
    for path in _notes(root):
        if SessionLock(path).other() is not None:
            continue
        step = _read(path)
        if step is None:
            what = "this note of a change that was interrupted cannot be read"
            hint = "check that all sessions have the codes of the codebook, then delete this file"
            problems.append(Problem(str(path), 0, "error", f"{what}; {hint}"))
            continue
        steps.append(step)
        by, when = f" by {step.coder}" if step.coder else "", step.time[:16].replace("T", " ")
        what = f"“{step.what}”, begun{by} at {when} UTC, was interrupted, so that not all sessions have it"
        hint = "`codetui codebook finish` finishes it, `codetui codebook finish --undo` takes it back"
        what = f"{what}; {hint} (deleting this file leaves all as it is)"
        problems.append(Problem(str(path), 0, "error", what))
    return steps, problems


def is_note(problem: Problem) -> bool:
    """Return whether a problem is that of an interrupted step."""
    path = Path(problem.file)
    return path.parent.name == KEPT_FOLDER and path.name.startswith(BEGUN)


def step_between(root: Path, before: str, after: str) -> StepId:
    """Return the step, interrupted or not, that leads from one codebook to another; None if there is none."""
    with suppress(OSError):
        steps = [step for path in _notes(root) if (step := _read(path))]
        return next((step.id for step in steps if (step.before, step.after) == (before, after)), NO_STEP)
    return NO_STEP


def _notes(root: Path) -> list[Path]:
    """Return the notes, oldest first. Raises OSError."""
    try:
        names = disk.names(root / KEPT_FOLDER)
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [root / KEPT_FOLDER / name for name in sorted(names) if name.startswith(BEGUN) and name.endswith(NOTE)]


def _read(path: Path) -> BegunStep | None:
    """Return the step of a note; None if the note cannot be read."""
    from pydantic import TypeAdapter, ValidationError

    try:
        step = TypeAdapter(BegunStep).validate_json(fs.read(path), strict=True)
    except (OSError, ValidationError):
        return None
    return step if path.name == f"{BEGUN}{step.id}{NOTE}" else None


def log_step(root: Path, folder: str, step: StudyStep) -> Iterator[Problem]:
    """Record a step in a coder's log of the study, unless it is there; yield the problem, if any."""
    log = SessionPaths.of_folder(root, folder).study_log()
    try:
        journal = StudyJournal(log)
        if all(one.id != step.id for one in journal.read()[0]):
            journal.record(step)
    except OSError as error:
        what = f"the step is not in the log of the study: {error.strerror or error}; the sessions have it"
        yield Problem(str(log), 0, "warning", what)


def log_reversal(root: Path, folder: str, step: BegunStep) -> Iterator[Problem]:
    """Record that an interrupted step was taken back, if a coder's log has it already; yield the problem, if any."""
    log = SessionPaths.of_folder(root, folder).study_log()
    try:
        known = next((one for one in StudyJournal(log).read()[0] if one.id == step.id), None)
    except OSError as error:
        what = f"the step that was taken back may still be in it: {error.strerror or error}"
        yield Problem(str(log), 0, "warning", what)
        return
    if known is not None:
        kind: StepKind = "redo" if step.kind == "undo" else "undo"
        id_, target = StepId(fresh_id()), step.target or step.id
        yield from log_step(root, folder, replace(known, id=id_, time=now(), kind=kind, target=target))

"""One coder's work on one source after the other, for programs without a screen: commands and the plain mode.

Commands, refusals and the log are those of the screen; both execute them in `Session`.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from codetui.core.session.commands import Command, Refusal
from codetui.core.session.naming import QuotedPlace, place_at
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.model import Codebook, Coding, MemoTarget, Problem, Source, SourceEntry, Span
from codetui.study.batch import StepDone, StepRunner
from codetui.study.history import MANY, History, HistoryEntry
from codetui.study.memos import Memos
from codetui.study.session.outcome import Outcome, Saved, status_of
from codetui.study.session.session import Session
from codetui.study.study import Study, StudyError
from codetui.study.workspace import Workspace, open_workspace, place_refused

CURRENT = "."
"""Names the source where the coder stopped."""


class LargeStep(NamedTuple):
    """A step with so many codings that its undo or redo needs a confirmation."""

    words: str


class Desk:
    """A workspace with an open session, and what its coder does there."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.cursor = 0
        """The position of the coder in the text, in code points."""
        self._is_to_remember = False

    @classmethod
    def at(cls, study: Study, coder: str, source: str | None = None) -> Desk:
        """Open a coder's session of a source; None or `.` is the one where the coder stopped.

        Raises StudyError if there is no such source, and OSError if the session cannot be read.
        """
        wanted = None if source in (None, CURRENT) else source
        if wanted is not None:
            study.require_readable(coder, wanted)
        workspace = open_workspace(study, coder, wanted=wanted, is_shared=True)
        if source == CURRENT and workspace.stopped_at() is None:
            word = study.codebook.words.source
            raise StudyError(f"{coder} has not worked on any {word} yet, so {CURRENT} names none; name its id.")
        desk = cls(workspace)
        if workspace.first is not None:
            study.require_readable(coder, workspace.first.id)
            desk.open(workspace.first)
        return desk

    @property
    def session(self) -> Session:
        """The open session."""
        if self.workspace.session is None:
            raise StudyError(f"no {self.book.words.source} is open.")
        return self.workspace.session

    @property
    def source(self) -> Source:
        """The open source, with the employer and title that the coder entered."""
        return self.session.description

    @property
    def state(self) -> State:
        """The state of the open session."""
        return self.session.state

    @property
    def book(self) -> Codebook:
        """The codebook."""
        return self.workspace.book

    @cached_property
    def memos(self) -> Memos:
        """The memos of the coder."""
        return Memos(self.workspace)

    @cached_property
    def _history(self) -> History:
        return History(self.workspace)

    def place(self, coding: Coding) -> QuotedPlace | None:
        """Return the place of a coding with the text around it; None if it has none."""
        anchor = coding.anchor
        return place_at(self.session.source.text, Span(anchor.start, anchor.end)) if anchor else None

    # --- the open source --------------------------------------------------------------------------

    def open(self, entry: SourceEntry) -> Session:
        """Save the open session and open that of another source. Raises OSError."""
        self.workspace.add_problems(self._remember())
        session = self.workspace.open(entry)
        stopped = self.workspace.stopped_at()
        self.cursor = stopped.cursor if stopped is not None and stopped.source == entry.id else 0
        self._is_to_remember = False
        return session

    def go_to(self, offset: int) -> None:
        """Move the coder's place, which is remembered from now on."""
        self.cursor, self._is_to_remember = offset, True

    def _remember(self) -> list[Problem]:
        """Save the place as the one where the coder stopped, if the coder worked here; return the problem, if any."""
        try:
            if self._is_to_remember:
                self.workspace.remember_place(self.cursor, 0)
        except OSError as error:
            return [place_refused(error)]
        return []

    def close(self) -> list[Problem]:
        """Save the document and release the session; return the problems that were found with it."""
        problems = [*self.workspace.leave(), *self._remember()]
        self.workspace.release()
        return problems

    # --- commands ---------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Execute a command of the coder."""
        return self._done(self.session.execute(command))

    def write_memo(self, target: MemoTarget, text: str) -> Outcome:
        """Write a memo that has no line in the document: on the source, a profile, a code or the study."""
        return self._with_memos(self.memos.write(target, text))

    def note_coding(self, coding: Coding, text: str) -> Outcome:
        """Write the note on a quotation; of several lines it is a memo."""
        return self._with_memos(self.memos.write_on_coding(coding, text))

    def reverse(self, *, is_undo: bool, may_be_large: bool = False) -> Outcome | LargeStep:
        """Undo or redo the coder's latest step made in or touching the open source, as on the screen."""
        entry = self._history.latest(is_undo=is_undo)
        if isinstance(entry, Refusal):
            return entry
        if entry.step is not None:
            return self._reverse_step(entry, is_undo=is_undo, may_be_large=may_be_large)
        if entry.codings > MANY and not may_be_large:
            return LargeStep(entry.words)
        outcome = self._history.reverse_here(entry, is_undo=is_undo)
        return self._with_memos(outcome) if entry.has_memo else self._done(outcome)

    def _reverse_step(self, entry: HistoryEntry, *, is_undo: bool, may_be_large: bool) -> Outcome | LargeStep:
        """Undo or redo a step over several sessions or the codebook."""
        runner = StepRunner.of(self.workspace)
        try:
            found = self._history.count(entry, runner, is_undo=is_undo)
            if isinstance(found, Refusal):
                return found
            if found.codings > MANY and not may_be_large:
                return LargeStep(found.words)
            done = runner.carry_out(found.plan)
        finally:
            runner.release()
        if not isinstance(done, StepDone):
            return done
        self.workspace.add_problems(done.problems)
        failed = sum(problem.severity == "error" for problem in done.problems)
        but = f" But {plural(failed, 'session')} could not be changed." if failed else ""
        return self._with_memos(Saved(f"{found.message}{but}"))

    def _with_memos(self, outcome: Outcome) -> Outcome:
        if isinstance(outcome, Saved):
            self.workspace.add_problems(self.memos.sync())
        return self._done(outcome)

    def _done(self, outcome: Outcome) -> Outcome:
        self._is_to_remember = self._is_to_remember or isinstance(outcome, Saved)
        return outcome


def next_source(study: Study, coder: str) -> tuple[SourceEntry | None, int]:
    """Return the first source without work of a coder, in the coder's queue or else in the list; and their number.

    Sources without text are passed over, and not read for the number.
    """
    workspace = Workspace(study, coder)
    for batch in workspace.sources.batches():
        workspace.sources.add(batch)
    begun = {one.source.id: status_of(one.state) for one in study.sessions(coder, coder=coder)}
    workspace.sources.statuses.update(begun)
    for entry in workspace.sources.untouched():
        source, _ = study.corpus.read(entry)
        if source is not None and not source.is_empty:
            return entry, sum(1 for _ in workspace.sources.untouched())
    return None, 0

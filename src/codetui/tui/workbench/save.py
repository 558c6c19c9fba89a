"""Write the document and the coder's position: after a pause, when the source changes, on quitting."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from textual.timer import Timer

from codetui.core.session.commands import Command
from codetui.model import Problem
from codetui.study.session.fallback import draft_of
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, Saved
from codetui.study.session.session import Session
from codetui.study.workspace import place_refused
from codetui.tui.bench import Bench, RefusedError, Unsaved, ask_until_saved, in_background
from codetui.tui.keymap import key_of

PAUSE = 0.8
"""Seconds without a command after which the document is written, and after which the place is remembered."""

LONGEST_LAG = 60.0
"""Seconds after which the document is written although the coder goes on without a pause: that holds keys up."""


TYPED = 2.0
"""Seconds between two copies to the disk of a text that is being typed."""

COPY = Path("~") / "codetui-copy"
COPY_WHY = (
    "The whole session is saved there, with the last step, which could not be saved here. "
    "You can go on coding: steps that cannot be saved here are saved there too."
)


class SaveController:
    """Writes what is not urgent after a delay; commands are on disk before."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._pausing: Timer | None = None
        self._lagging: Timer | None = None
        self._placing: Timer | None = None
        self._is_placed = True
        self._refused: tuple[Session, str] | None = None
        self._typing: Timer | None = None
        self._typed = ""
        self._is_keeping = False

    def write_soon(self) -> None:
        """Write the document as soon as the coder pauses."""
        if self._pausing is not None:
            self._pausing.stop()
        self._pausing = self._bench.set_timer(PAUSE, self._write_aside)
        if self._lagging is None:
            self._lagging = self._bench.set_timer(LONGEST_LAG, self._write_aside)

    def write(self, *, is_forced: bool = False) -> list[Problem]:
        """Write the document and the position now; return any problems."""
        self._stop()
        self.remember()
        problems = self._bench.workspace.leave(is_forced=is_forced)
        for problem in problems:
            self._report(problem)
        return problems

    # --- texts that could not be saved --------------------------------------------------------------

    def carried_out(self, command: Command, outcome: Outcome) -> None:
        """Remember a text that could not be saved, until a later one is saved."""
        session = self._bench.workspace.session
        if isinstance(outcome, NotSaved | HeldElsewhere) and session is not None:
            text = draft_of(command, session.state)
            self._refused = (session, text) if text else self._refused
        elif isinstance(outcome, Saved):
            self._refused = None

    def book_refused(self, text: str) -> None:
        """Remember a text that could not be written to the codebook."""
        session = self._bench.workspace.session
        self._refused = (session, text) if session is not None else self._refused

    def thrown_away(self) -> None:
        """Forget the text, because the coder discarded it or the codebook has it."""
        self._refused = None

    def keep_refused(self) -> list[Problem]:
        """Save a text that could not be stored to a file; return the place."""
        refused, self._refused = self._refused, None
        kept = [refused[0].rescue_draft(refused[1])] if refused else []
        self._bench.workspace.problems += kept
        return kept

    # --- texts that are being typed -----------------------------------------------------------------

    def keep_typed(self) -> None:
        """Keep the texts being typed on the disk, in a thread and every few seconds, until they are saved."""
        session, drafts = self._bench.workspace.session, self._bench.drafts
        if self._typing is None:
            self._typing = self._bench.set_interval(TYPED, self.keep_typed)
        text = drafts.text()
        if session is None or session.holder is not None or self._is_keeping or (self._refused and not text):
            return
        if text != self._typed:
            self._is_keeping = True
            in_background(self._bench, "typed", partial(session.typed.keep, text), partial(self._is_kept, text))
        elif drafts.is_empty:
            self._typing.stop()
            self._typing = None

    def _is_kept(self, text: str, _: None) -> None:
        self._typed, self._is_keeping = text, False

    def forget_typed(self, *, is_ending: bool = False) -> None:
        """Delete the file with the texts being typed; it is written again soon, unless the program ends."""
        session, self._typed = self._bench.workspace.session, ""
        if session is not None and is_ending:
            session.typed.close()
        elif session is not None:
            session.typed.keep("")

    # --- the document, and the place ----------------------------------------------------------------

    def _write_aside(self) -> None:
        """Write the document in a thread, so that no key waits for it; the log is already complete."""
        self._stop()
        session = self._bench.workspace.session
        if session is not None:
            in_background(self._bench, "document", session.save_document, partial(self._tried, session))

    def _tried(self, session: Session, problem: Problem | None) -> None:
        """Show whether the document could be written, until it can."""
        workspace = self._bench.workspace
        if problem is not None:
            self._report(problem)
        elif workspace.is_document_refused:
            self._bench.notify_behind("", file=str(session.document_path))
        else:
            return
        if session is workspace.session:
            workspace.is_document_refused = problem is not None and problem.severity == "error"
            self._bench.show_state()

    def _stop(self) -> None:
        for timer in (self._pausing, self._lagging):
            if timer is not None:
                timer.stop()
        self._pausing = self._lagging = None

    def _report(self, problem: Problem) -> None:
        self._bench.workspace.problems.append(problem)
        self._bench.notify_behind(str(problem), "error" if problem.severity == "error" else "refusal", problem.file)

    def save_now(self) -> None:
        """Write the document even over one that cannot be imported, and keep a copy of that."""
        kept = [problem.message for problem in self.write(is_forced=True)]
        session = self._bench.workspace.session
        if session is not None:
            self._bench.workspace.is_document_refused = session.has_unsaved_document
            self._bench.show_state()
        if session is not None and not session.has_unsaved_document:
            self._bench.say(" · ".join([*kept, f"Everything is saved: {session.document_path}"]))

    def save_copy(self) -> None:
        """Ask for a folder and save the session there."""
        workspace, words = self._bench.workspace, self._bench.words
        if workspace.session is None:
            raise RefusedError(f"No {words.source} is open. {key_of('ads')} shows the list of {words.sources}.")
        from codetui.tui.dialogs.confirm import FolderDialog

        def dialog(lost: Unsaved[Path] | None) -> FolderDialog:
            folder, refusal = lost or (COPY, "")
            return FolderDialog("Save a copy to…", COPY_WHY, folder, refusal)

        def save(folder: Path) -> str:
            outcome = workspace.save_copy(folder)
            if not isinstance(outcome, Saved):
                return outcome.message
            self._bench.show_state()
            self._bench.say(outcome.message)
            return ""

        ask_until_saved(self._bench, dialog, save)

    def remember_soon(self) -> None:
        """Save the coder's position after a delay."""
        if self._placing is None:
            self._placing = self._bench.set_timer(PAUSE, self.remember)

    def remember(self) -> None:
        """Save the coder's position now."""
        if self._placing is not None:
            self._placing.stop()
            self._placing = None
        try:
            self._bench.workspace.remember_place(self._bench.selector.selection.head, self._bench.selector.top)
            self._is_placed = True
        except OSError as error:
            # Reported once: it must not hide, a moment later, that a coding was not saved.
            if self._is_placed:
                self._bench.workspace.problems.append(place_refused(error))
            self._is_placed = False

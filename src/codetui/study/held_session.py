"""A session that other programs are told of: one of them codes it, the others read along.

The first command takes it.  Another program may take it over; this one finds out at its next command, which changes
nothing then, or by looking, as it does for the document.
"""

from __future__ import annotations

from collections.abc import Sequence

from codetui.core.session.commands import Command, Decision
from codetui.model import Codebook, Problem, Source
from codetui.storage.holders import Holder
from codetui.storage.sessions import SessionPaths
from codetui.study.holding import Holding
from codetui.study.outcome import HeldElsewhere, NotSaved, Outcome, Saved
from codetui.study.session import KeepBook, Session
from codetui.study.taken_in import TakenIn

FREE = "Nobody else has this session any more: it can be coded here."


class HeldSession(Session):
    """The open session of one program among several; `holder` is the other one that has it, None for nobody."""

    def __init__(
        self,
        ad: Source,
        book: Codebook,
        paths: SessionPaths,
        coder: str,
        keep_book: KeepBook | None = None,
        token: str = "",
    ) -> None:
        """`token` tells this program from others: sessions with the same one are no strangers to each other."""
        self._holding = Holding(paths.log(ad.id), token)
        try:
            super().__init__(ad, book, paths, coder, keep_book)
        except OSError:
            self._holding.release()
            raise

    def begin(self) -> None:
        """Takes in what was done to ad and document outside, unless another program has the session."""
        if self.holder is None:
            super().begin()

    # --- who has it -------------------------------------------------------------------------------

    @property
    def holder(self) -> Holder | None:
        """The other program that has this session: here it is read only."""
        return self._holding.holder

    def take_over(self) -> TakenIn | None:
        """Takes the session from the other program; what to say of its document."""
        self._holding.take_over()
        try:
            self._catch_up()
            self.begin_anew()
        except OSError as error:
            return self._unread.because(error, self._log.path)
        self._report_lock()
        return self.taken

    def release(self) -> None:
        """Lets other programs have the session."""
        self._holding.release()

    def _claim(self) -> HeldElsewhere | NotSaved | None:
        """Why this program may not write; None where it may.  The session is as others have left it then."""
        try:
            if not self._holding.claim():
                return HeldElsewhere(f"{self.in_other_hands}.")
            self._catch_up()
        except OSError as error:
            self._unread.because(error, self._log.path)
            what = f"{error.filename or self._log.path} cannot be read ({error.strerror or error})"
            return NotSaved(f"NOT SAVED: {what}. Nothing has changed; mend it and press again.")
        return None

    def _report_lock(self) -> str:
        """Lists, once, why the session cannot be locked; that in words."""
        problem = self._holding.problem
        if problem is None or problem in self.problems:
            return ""
        self.problems.append(problem)
        return f" But {problem.message}."

    @property
    def in_other_hands(self) -> str:
        """Who has the session, and what that means."""
        return f"{self.holder} has this session; here it is read only"

    # --- commands ---------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Carries a command out, if no other program has the session."""
        hindrance = self._claim()
        if hindrance is not None:
            return hindrance
        outcome, aside = super().execute(command), self._report_lock()
        return outcome._replace(message=f"{outcome.message}{aside}") if aside else outcome

    def record(self, decision: Decision) -> Saved | NotSaved:
        """Puts a decision on disk, then into the state, if no other program has the session."""
        hindrance = self._claim()
        if isinstance(hindrance, HeldElsewhere):
            return NotSaved(f"NOT SAVED: {self.in_other_hands}. Close it there.")
        return hindrance or super().record(decision)

    def take_steps(self, lines: Sequence[bytes]) -> NotSaved | None:
        """Puts lines from another log of this session on disk, and goes on from there; why not, if that failed."""
        hindrance = self._claim()
        if isinstance(hindrance, HeldElsewhere):
            return NotSaved(f"{self.in_other_hands}: close it there, and run the same command again")
        if hindrance is not None:
            return hindrance
        try:
            self._log.add(lines)
        except OSError as error:
            return NotSaved(f"{error.strerror or error}; nothing is brought: mend it, and run the same command again")
        self._catch_up()
        self._find_again()
        return None

    # --- the document -----------------------------------------------------------------------------

    @property
    def has_unsaved_document(self) -> bool:
        """True while the document on disk lags behind the log and this program is the one to write it."""
        return self.holder is None and super().has_unsaved_document

    def save_document(self, *, is_forced: bool = False) -> Problem | None:
        """Replaces the markdown, unless another program has the session, which does so."""
        holder = self._holding.seen_elsewhere()
        if holder is None:
            return super().save_document(is_forced=is_forced)
        if holder.token or not self.has_unsaved_document:
            return None
        what = f"the document is not written: {holder} has the session; the codings are safe in the log"
        return Problem(str(self.document_path), 0, "error", what)

    # --- what others do ---------------------------------------------------------------------------

    def changing(self) -> object:
        """What others have done since it was looked at; None for nothing.  Any thread may ask."""
        holder = self._holding.seen_elsewhere()
        document = None if holder else self.changing_version()
        try:
            log = self._changing_log()
        except OSError:
            log = None
        has_changed = holder != self.holder
        return (holder, document, log) if has_changed or document or log else None

    def take_in(self) -> TakenIn | None:
        """Takes in what others have done; while one of them has the session the document is that one's."""
        before = self.holder
        try:
            changed_hands = self._changed_hands(before)
            return changed_hands or (self.follow() if self.holder else super().take_in())
        except OSError as error:
            # What has to be done when it changes hands is done once all can be read.
            self._holding.holder = before
            return self._unread.because(error, self._log.path)

    def _changed_hands(self, before: Holder | None) -> TakenIn | None:
        """What to say where another program has taken the session, or has left it.  Raises OSError."""
        if not self._holding.look():
            return None
        self._catch_up()
        if self.holder is not None:
            what = f"{self.in_other_hands}. O takes it over."
            return TakenIn(what, (Problem(str(self._log.path), 0, "warning", what),))
        self.begin_anew()
        return self.taken or (TakenIn(FREE) if before else None)

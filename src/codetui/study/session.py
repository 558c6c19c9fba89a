"""One coder's coding of one ad: the log on disk first, then the state, then the document."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from codetui.core.session.commands import Command, Decision, Refusal, Study
from codetui.core.session.decide import decide
from codetui.core.session.state import State, replay
from codetui.model import (
    Codebook,
    Event,
    Problem,
    SessionOpened,
    Source,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage import files, left_overs
from codetui.storage.files import Version
from codetui.storage.sessions import SessionPaths
from codetui.study.documents import AdFacts, SessionDocument
from codetui.study.ids import fresh_id, now
from codetui.study.in_step import InStep
from codetui.study.outcome import NotSaved, Outcome, Saved
from codetui.study.session_log import SessionLog
from codetui.study.spare import Spare
from codetui.study.taken_in import TakenIn
from codetui.study.text_changes import TextTally, events_from_changed_text

KeepBook = Callable[[Codebook], Problem | None]


class Session(SessionLog):
    """The open session: state, log and document of one coder and ad.

    Raises OSError where the log is there but cannot be read.
    """

    def __init__(
        self, ad: Source, book: Codebook, paths: SessionPaths, coder: str, keep_book: KeepBook | None = None
    ) -> None:
        """`keep_book` is told once that the book is coded with, after the first command."""
        self.ad = ad
        self._keep_book = keep_book
        self.book = book
        self.coder = coder
        self.text_tally: TextTally | None = None
        self._hash = text_hash(ad.text)
        super().__init__(paths.log(ad.id))
        self._spare: Spare | None = None
        self._refused: Transaction | None = None
        self._is_noted = False
        self.owed = 0
        """How many transactions stand in the second place alone."""
        self._paths = paths
        self._document = InStep(self, SessionDocument(paths, ad.id))
        self.taken: TakenIn | None = None
        self.begin()

    def begin(self) -> None:
        """Takes in what was done to ad and document outside while the session was not open."""
        if self.state.opened is not None:
            self._find_again()
        self.taken = self._document.begin()
        self._report_disagreements()

    def begin_anew(self) -> None:
        """Takes in what was done to ad and document while another program had the session."""
        self._document = InStep(self, SessionDocument(self._paths, self.ad.id))
        self.begin()

    def use(self, book: Codebook, keep_book: KeepBook | None = None) -> None:
        """Goes on with another version of the codebook: what its document calls things may change."""
        self.book, self._keep_book = book, keep_book
        self._document.look_at_new_book()

    # --- commands -------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Carries a command out: on disk, then in memory; a refusal changes nothing."""
        study = Study(self.book, self.ad.text, self._hash, fresh_id())
        decision = decide(self.state, command, study)
        if isinstance(decision, Refusal):
            return decision
        return self.record(decision)

    def record(self, decision: Decision) -> Saved | NotSaved:
        """Puts a decision on disk, then into the state."""
        opening: tuple[Event, ...] = () if self.state.opened else (self._opened(),)
        transaction = Transaction(
            id=TransactionId(fresh_id()),
            seq=self.state.seq + 1,
            time=now(),
            coder=self.coder,
            codebook=f"{self.book.version}#{self.book.content_hash[:12]}",
            cause=decision.cause,
            target=decision.target,
            source=decision.source,
            events=opening + decision.events,
        )
        try:
            aside = self._append(transaction)
        except OSError as error:
            self._refused = transaction
            self._note_left_over()
            return NotSaved(f"NOT SAVED: {error.strerror or error}. Nothing has changed; mend it and press again.")
        self._refused = None
        self._forget_left_over()
        if self._keep_book is not None:
            problem, self._keep_book = self._keep_book(self.book), None
            self.problems += [problem] if problem else []
        self._take(transaction)
        return Saved(f"{decision.message}{aside}", decision.coding)

    def _append(self, transaction: Transaction) -> str:
        """Puts a transaction on disk, or in the second place; what there is to say of that.  Raises OSError."""
        try:
            self._complete_log(is_forced=bool(self.owed))
            self._log.append(transaction)
        except OSError as error:
            if self._spare is None:
                raise
            self._spare.take([*self.transactions, transaction])
            self.owed += 1
            return f" (In the copy alone: {error.strerror or error}.)"
        owed, self.owed = self.owed, 0
        return " (The disk is back, and has everything.)" if owed else ""

    def _opened(self) -> SessionOpened:
        ad = self.ad
        return SessionOpened(ad=ad.id, employer=ad.employer, title=ad.title, text_hash=self._hash)

    def _find_again(self) -> None:
        """Finds the quotations again where the ad's text is not the one that was coded."""
        if not self.ad.text:
            return
        found = events_from_changed_text(self.state, self.ad, self.ad.source)
        if found.events:
            self.text_tally = found.tally
            self.problems += found.problems
            self.record(Decision(found.events, "", cause="corpus"))

    # --- the document ---------------------------------------------------------------------------

    @property
    def facts(self) -> AdFacts:
        """Employer and title as the coder said them, else as the source does."""
        return self.facts_of(self.state)

    def facts_of(self, state: State) -> AdFacts:
        """Employer and title as they are in a state of this session."""
        return AdFacts(self.ad.id, state.employer or self.ad.employer, state.title or self.ad.title)

    @property
    def has_unsaved_document(self) -> bool:
        """True while the document on disk lags behind the log."""
        return self._document.is_behind

    @property
    def may_have_unsaved_document(self) -> bool:
        """The same, soon answered: True as well where that has not been worked out since the session was opened."""
        return self._document.may_be_behind

    @property
    def document_path(self) -> Path:
        """Where the session's markdown stands."""
        return self._document.path

    def lagging(self) -> str:
        """Takes in what others have done since; why that failed, if it did.  It has to be in before all is changed."""
        taken = self.take_in()
        unread = self._unread.problem or self._document.unread
        return str(unread) if unread else taken.message if taken and not taken.is_saved else ""

    def changing_version(self) -> Version | None:
        """Which version of the document somebody else has put there since it was looked at; any thread may ask."""
        return self._document.changing_version()

    def changing(self) -> object:
        """What others have done since it was looked at, in the document or in the log; None for nothing.

        Two values that are equal are of one change.  Any thread may ask.  Nothing while the disk cannot be seen.
        """
        with suppress(OSError):
            document, log = self.changing_version(), self._changing_log()
            return (document, log) if document or log else None
        return None

    def take_in(self) -> TakenIn | None:
        """Takes in what others have done since; None where there is nothing to say.

        While the log cannot be read the document, which may say more, is left alone.
        """
        try:
            gone_on = self.follow()
        except OSError as error:
            return self._unread.because(error, self._log.path)
        return self._document.take_in() or gone_on

    def bring(self, text: str, file: Path) -> TakenIn:
        """Takes over a document from elsewhere: what the session lacks, or what has changed in it since last time."""
        return self._document.bring(text, file, self._imported(file.name))

    def _imported(self, name: str) -> State | None:
        """The session as it was when a document of this name was brought last."""
        brought = [one for one in self.transactions if one.cause == "document" and one.source == name]
        if not brought:
            return None
        last = max(one.seq for one in brought)
        return replay(one for one in self.transactions if one.seq <= last)

    def save_document(self, *, is_forced: bool = False) -> Problem | None:
        """Replaces the markdown by the state's document; the problem it met, if any.  Any thread may call this.

        A document that was changed outside and not taken over stays as it is; `is_forced` replaces it and keeps a
        copy.  While the disk refuses, the second place has the newest.
        """
        problem = self._unread.problem or self._document.save(is_forced=is_forced)
        if problem is not None and self._spare is not None and self.owed:
            return self._spare.write(self._document.base(), self.facts.employer)
        return problem

    def _note_left_over(self) -> None:
        """Notes elsewhere that the log may say what was refused, lest the next start take it for confirmed."""
        lines = left_overs.remains(self._log.path)
        if lines:
            from codetui.study.refusals import note

            self._is_noted = note(self._paths, self.ad.id, lines)

    def _forget_left_over(self) -> None:
        if self._is_noted:
            from codetui.study.refusals import forget

            self._is_noted = not forget(self._paths, self.ad.id)

    def left_over(self) -> Problem | None:
        """That the log may say what was refused, since the disk would not let go of it."""
        if not left_overs.remains(self._log.path):
            self._forget_left_over()
            return None
        what = "what the disk refused last may stand in it all the same: "
        what += "the next start says so" if self._is_noted else "look at its last step when the disk is back"
        return Problem(str(self._log.path), 0, "warning", f"{what}; u takes it back")

    def keep_text(self, text: str) -> Problem:
        """Keeps a text that could not be saved in a file, and says where."""
        from codetui.study.unsaved import keep_text

        return keep_text(self._paths, self.ad.id, text)

    # --- a second place ---------------------------------------------------------------------------

    def save_copy(self, folder: Path) -> Outcome:
        """Puts the session, and what the disk refused last, into a folder elsewhere.

        From now on that takes what the disk refuses.
        """
        if files.is_same(folder, self._paths.root):
            return Refusal(f"{folder} is where the session stands; name another folder.")
        refused = [self._refused] if self._refused and self._refused.seq == self.state.seq + 1 else []
        if not self.transactions and not refused:
            return Refusal("Nothing is coded in this ad yet.")
        try:
            spare = Spare(folder, self.coder, self.ad.id)
            spare.take([*self.transactions, *refused])
        except OSError as error:
            return NotSaved(f"NOT SAVED there either: {error.filename or folder}: {error.strerror or error}.")
        self._spare, self._refused = spare, None
        self._forget_left_over()
        for transaction in refused:
            self.owed += 1
            self._take(transaction)
        problem = spare.write(self._document.base(), self.facts.employer)
        said = f"The session is copied, and what the disk refuses goes there until it is back: {folder}"
        return Saved(f"{said} {problem}" if problem else said)

    def pay(self) -> Problem | None:
        """Brings what stands in the second place alone to its own, if the disk is back; what is left to do if not."""
        if self._spare is None or not self.owed:
            return None
        try:
            self._complete_log(is_forced=True)
            self._log_seen = files.stamp(self._log.path)
        except OSError as error:
            self._spare.write(self._document.base(), self.facts.employer)
            why = f"what your disk refused last ({self.owed}) stands here alone: {error.strerror or error}"
            way_out = f"once it is back, `codetui merge {self._spare.folder}` brings it in"
            return Problem(str(self._spare.folder), 0, "warning", f"{why}; {way_out}")
        self.owed = 0
        return None

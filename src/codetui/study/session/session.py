"""Whether a session may be written: this program has it, or nobody does, or another one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from codetui.core.session.commands import Command, Decision, DecisionContext, Refusal
from codetui.core.session.decide import decide
from codetui.core.session.state import State, evolve, replay
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
from codetui.storage import fs
from codetui.storage.fs import Stamp, Version
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths
from codetui.storage.session_lock import Holder, SessionLock, UnreadableLockError
from codetui.study.ids import fresh_id, now
from codetui.study.session.document import AdFacts, SessionDocument
from codetui.study.session.fallback import FallbackFolder
from codetui.study.session.outcome import HeldElsewhere, NotSaved, Outcome, PullResult, ReadFailure, Saved
from codetui.study.session.reanchor import TextTally, events_from_changed_text
from codetui.study.session.sync import DocumentSync


class Holding:
    """The session's lock as the session needs it.  `holder` is the other program that has it, as last looked.

    A lock that cannot be made keeps nobody from coding: then it is not heeded any more, and `problem` says so.
    """

    def __init__(self, log: Path, token: str = "") -> None:
        self._lock = SessionLock(log, token)
        self.problem: Problem | None = None
        self.holder = self._lock.other()

    def claim(self) -> bool:
        """Takes the session, unless another program has it: whether this one may write.

        Raises UnreadableLockError where it had it, and cannot see whether it has it still.
        """
        if self.problem is None:
            try:
                self.holder = self._lock.claim()
            except UnreadableLockError:
                raise
            except OSError as error:
                self._give_up(error)
        return self.holder is None

    def seen_elsewhere(self) -> Holder | None:
        """The other program that has the session at this moment; any thread may ask."""
        return self._lock.other() if self.problem is None else None

    def look(self) -> bool:
        """Looks who has the session; True where that is another program than before, or none any more."""
        before, self.holder = self.holder, self.seen_elsewhere()
        return self.holder != before

    def take_over(self) -> None:
        """Takes the session from whoever has it."""
        try:
            self._lock.take_over()
        except OSError as error:
            self._give_up(error)
        self.holder = None

    def release(self) -> None:
        """Lets the session go."""
        self._lock.release()

    def _give_up(self, error: OSError) -> None:
        what = f"other programs are not told that this session is open ({error.strerror or error})"
        way_out = "code it in one program at a time, or make the folder writable"
        self.problem = Problem(str(self._lock.file), 0, "warning", f"{what}: {way_out}")
        self.holder = None


GONE_ON = "Another codetui has gone on with this session: what was done there is shown here too."
NOT_SHOWN = "what another program may have done is not shown, and the document is left as it is"


class SessionLog:
    """The transactions of one coder and ad, on disk and in memory; the log is on disk as it is read here.

    Raises OSError where it is there but cannot be read: it is never taken for empty.
    """

    book: Codebook

    def __init__(self, path: Path) -> None:
        self._log = Journal(path)
        self._caught_up = fs.stamp(path)
        self._log.make_sure()
        transactions, self.problems = self._log.read()
        self.transactions = list(transactions)
        self._log_seen = fs.stamp(path)
        self._unread = ReadFailure(NOT_SHOWN)
        self.state: State = replay(transactions)

    def _take(self, transaction: Transaction) -> None:
        """Goes on with a transaction that is on disk: what of that cannot be seen just now is seen with the next."""
        self.transactions.append(transaction)
        with suppress(OSError):
            self._log_seen = self._caught_up = fs.stamp(self._log.path)
        self.state = evolve(self.state, transaction)

    def _complete_log(self, *, is_forced: bool = False) -> None:
        """Gives a log that was deleted, cut or replaced meanwhile the lines that it has lost; raises OSError."""
        now_seen = fs.stamp(self._log.path)
        is_whole = now_seen.file == self._log_seen.file and now_seen.size >= self._log_seen.size
        if is_forced or not is_whole:
            self._log.complete(self.transactions)

    # --- what others do ---------------------------------------------------------------------------

    def follow(self) -> PullResult | None:
        """Takes in what another program has put into the log since; None for nothing.  Raises OSError."""
        return PullResult(GONE_ON, self._report_disagreements()) if self._catch_up() else None

    def _changing_log(self) -> Stamp | None:
        stamp = fs.stamp(self._log.path)
        return None if stamp == self._caught_up else stamp

    def _catch_up(self) -> bool:
        """Takes in what another program has put into the log: what its document says is nobody's edit by hand.

        Raises OSError where that cannot be read: then it is read the next time.
        """
        changing = self._changing_log()
        read = self._log.read()[0] if changing else []
        self._caught_up = changing or self._caught_up
        self._unread.no_more()
        known = {transaction.id for transaction in self.transactions} if read else set()
        new = [transaction for transaction in read if transaction.id not in known]
        if new:
            self.transactions = sorted((*self.transactions, *new), key=lambda each: (each.seq, each.id))
            self.state = replay(self.transactions)
        return bool(new)

    def _report_disagreements(self) -> tuple[Problem, ...]:
        """Lists what two machines have said differently; those that are new."""
        if len({one.seq for one in self.transactions}) == len(self.transactions):
            # Two sides would both have counted on from the step that they have in common.
            return ()
        from codetui.core.session.conflicts import disagreements, sentence

        said = (sentence(one, self.state, self.book) for one in disagreements(self.transactions))
        found = (Problem(str(self._log.path), 0, "warning", one) for one in said)
        new = tuple(one for one in found if one not in self.problems)
        self.problems += new
        return new


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
        self._spare: FallbackFolder | None = None
        self._refused: Transaction | None = None
        self._is_noted = False
        self.pending = 0
        """How many transactions stand in the second place alone."""
        self._paths = paths
        self._document = DocumentSync(self, SessionDocument(paths, ad.id))
        self.taken: PullResult | None = None
        self.begin()

    def begin(self) -> None:
        """Takes in what was done to ad and document outside while the session was not open."""
        if self.state.opened is not None:
            self._find_again()
        self.taken = self._document.begin()
        self._report_disagreements()

    def begin_anew(self) -> None:
        """Takes in what was done to ad and document while another program had the session."""
        self._document = DocumentSync(self, SessionDocument(self._paths, self.ad.id))
        self.begin()

    def use(self, book: Codebook, keep_book: KeepBook | None = None) -> None:
        """Goes on with another version of the codebook: what its document calls things may change."""
        self.book, self._keep_book = book, keep_book
        self._document.look_at_new_book()

    # --- commands -------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Carries a command out: on disk, then in memory; a refusal changes nothing."""
        study = DecisionContext(self.book, self.ad.text, self._hash, fresh_id())
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
            from_name=decision.from_name,
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
            self._complete_log(is_forced=bool(self.pending))
            self._log.append(transaction)
        except OSError as error:
            if self._spare is None:
                raise
            self._spare.take([*self.transactions, transaction])
            self.pending += 1
            return f" (In the copy alone: {error.strerror or error}.)"
        pending, self.pending = self.pending, 0
        return " (The disk is back, and has everything.)" if pending else ""

    def _opened(self) -> SessionOpened:
        ad = self.ad
        return SessionOpened(source=ad.id, employer=ad.employer, title=ad.title, text_hash=self._hash)

    def _find_again(self) -> None:
        """Finds the quotations again where the ad's text is not the one that was coded."""
        if not self.ad.text:
            return
        found = events_from_changed_text(self.state, self.ad, self.ad.file)
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
        taken = self.pull()
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

    def pull(self) -> PullResult | None:
        """Takes in what others have done since; None where there is nothing to say.

        While the log cannot be read the document, which may say more, is left alone.
        """
        try:
            gone_on = self.follow()
        except OSError as error:
            return self._unread.because(error, self._log.path)
        return self._document.pull() or gone_on

    def bring(self, text: str, file: Path) -> PullResult:
        """Takes over a document from elsewhere: what the session lacks, or what has changed in it since last time."""
        return self._document.bring(text, file, self._imported(file.name))

    def _imported(self, name: str) -> State | None:
        """The session as it was when a document of this name was brought last."""
        brought = [one for one in self.transactions if one.cause == "document" and one.from_name == name]
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
        if problem is not None and self._spare is not None and self.pending:
            return self._spare.write(self._document.base(), self.facts.employer)
        return problem

    def _note_left_over(self) -> None:
        """Notes elsewhere that the log may say what was refused, lest the next start take it for confirmed."""
        lines = fs.refused_bytes(self._log.path)
        if lines:
            from codetui.study.session.fallback import note

            self._is_noted = note(self._paths, self.ad.id, lines)

    def _forget_left_over(self) -> None:
        if self._is_noted:
            from codetui.study.session.fallback import forget

            self._is_noted = not forget(self._paths, self.ad.id)

    def left_over(self) -> Problem | None:
        """That the log may say what was refused, since the disk would not let go of it."""
        if not fs.refused_bytes(self._log.path):
            self._forget_left_over()
            return None
        what = "what the disk refused last may stand in it all the same: "
        what += "the next start says so" if self._is_noted else "look at its last step when the disk is back"
        return Problem(str(self._log.path), 0, "warning", f"{what}; u takes it back")

    def keep_text(self, text: str) -> Problem:
        """Keeps a text that could not be saved in a file, and says where."""
        from codetui.study.session.fallback import keep_text

        return keep_text(self._paths, self.ad.id, text)

    # --- a second place ---------------------------------------------------------------------------

    def save_copy(self, folder: Path) -> Outcome:
        """Puts the session, and what the disk refused last, into a folder elsewhere.

        From now on that takes what the disk refuses.
        """
        if fs.is_same_file(folder, self._paths.root):
            return Refusal(f"{folder} is where the session stands; name another folder.")
        refused = [self._refused] if self._refused and self._refused.seq == self.state.seq + 1 else []
        if not self.transactions and not refused:
            return Refusal("Nothing is coded in this ad yet.")
        try:
            spare = FallbackFolder(folder, self.coder, self.ad.id)
            spare.take([*self.transactions, *refused])
        except OSError as error:
            return NotSaved(f"NOT SAVED there either: {error.filename or folder}: {error.strerror or error}.")
        self._spare, self._refused = spare, None
        self._forget_left_over()
        for transaction in refused:
            self.pending += 1
            self._take(transaction)
        problem = spare.write(self._document.base(), self.facts.employer)
        said = f"The session is copied, and what the disk refuses goes there until it is back: {folder}"
        return Saved(f"{said} {problem}" if problem else said)

    def flush_fallback(self) -> Problem | None:
        """Brings what stands in the second place alone to its own, if the disk is back; what is left to do if not."""
        if self._spare is None or not self.pending:
            return None
        try:
            self._complete_log(is_forced=True)
            self._log_seen = fs.stamp(self._log.path)
        except OSError as error:
            self._spare.write(self._document.base(), self.facts.employer)
            why = f"what your disk refused last ({self.pending}) stands here alone: {error.strerror or error}"
            way_out = f"once it is back, `codetui merge {self._spare.folder}` brings it in"
            return Problem(str(self._spare.folder), 0, "warning", f"{why}; {way_out}")
        self.pending = 0
        return None


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

    def take_over(self) -> PullResult | None:
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

    def pull(self) -> PullResult | None:
        """Takes in what others have done; while one of them has the session the document is that one's."""
        before = self.holder
        try:
            changed_hands = self._changed_hands(before)
            return changed_hands or (self.follow() if self.holder else super().pull())
        except OSError as error:
            # What has to be done when it changes hands is done once all can be read.
            self._holding.holder = before
            return self._unread.because(error, self._log.path)

    def _changed_hands(self, before: Holder | None) -> PullResult | None:
        """What to say where another program has taken the session, or has left it.  Raises OSError."""
        if not self._holding.look():
            return None
        self._catch_up()
        if self.holder is not None:
            what = f"{self.in_other_hands}. O takes it over."
            return PullResult(what, (Problem(str(self._log.path), 0, "warning", what),))
        self.begin_anew()
        return self.taken or (PullResult(FREE) if before else None)

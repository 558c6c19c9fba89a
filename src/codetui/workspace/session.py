"""One coder's coding of one ad: the log on disk first, then the state, then the document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from codetui.core.commands import Command, Decision, Refusal, Study
from codetui.core.deciding import decide
from codetui.core.state import State, evolve, replay
from codetui.formats import manual_coding
from codetui.model import (
    Ad,
    Codebook,
    Event,
    Problem,
    SessionOpened,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.store import files
from codetui.store.event_log import EventLog, encoded
from codetui.store.files import Version
from codetui.store.sessions import SessionPaths
from codetui.workspace.documents import SessionDocument
from codetui.workspace.ids import fresh_id, now
from codetui.workspace.in_step import AdFacts, InStep, TakenIn
from codetui.workspace.outcome import NotSaved, Outcome, Saved
from codetui.workspace.text_changes import TextTally, events_from_changed_text

KeepBook = Callable[[Codebook], Problem | None]


GONE_ON = "Another codetui has gone on with this session: what was done there is shown here too."


def read_log(log: Path) -> list[Transaction]:
    """The transactions of a log, for whoever only looks; none where it cannot be read."""
    try:
        return EventLog(log).read()[0]
    except OSError:
        return []


def restore_document(paths: SessionPaths, book: Codebook, transactions: Sequence[Transaction]) -> None:
    """Writes the document of a session that has a log and none, or one that a crash has left behind its log.

    What the disk refuses is tried again when the session is opened.
    """
    state = replay(transactions)
    opened = state.opened
    if opened is None or state.is_untouched:
        return
    facts = AdFacts(opened.ad, state.employer or opened.employer, state.title or opened.title)

    with suppress(OSError):
        if files.is_newer(paths.document(opened.ad, facts.employer), paths.log(opened.ad)):
            return
        document = SessionDocument(paths, opened.ad)
        if document.text is None or document.is_known:
            document.write(manual_coding.document_of(state, book, facts), facts.employer)


class Session:
    """The open session: state, log and document of one coder and ad.

    Raises OSError where the log is there but cannot be read.
    """

    def __init__(
        self, ad: Ad, book: Codebook, paths: SessionPaths, coder: str, keep_book: KeepBook | None = None
    ) -> None:
        """`keep_book` is told once that the book is coded with, after the first command."""
        self.ad = ad
        self._keep_book = keep_book
        self.book = book
        self.coder = coder
        self.text_tally: TextTally | None = None
        self._hash = text_hash(ad.text)
        self._log = EventLog(paths.log(ad.id))
        transactions, self.problems = self._log.read()
        self._known = list(transactions)
        self._log_seen = files.stamp(self._log.path)
        self.state: State = replay(transactions)
        if self.state.opened is not None:
            self._find_again()
        self._document = InStep(self, SessionDocument(paths, ad.id))
        self.taken: TakenIn | None = self._document.begin()

    def use(self, book: Codebook, keep_book: KeepBook) -> None:
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
            self._complete_log()
            self._log.append(transaction)
        except OSError as error:
            return NotSaved(f"NOT SAVED: {error.strerror or error}. Nothing has changed; mend it and press again.")
        if self._keep_book is not None:
            problem, self._keep_book = self._keep_book(self.book), None
            self.problems += [problem] if problem else []
        self._known.append(transaction)
        self._log_seen = files.stamp(self._log.path)
        self.state = evolve(self.state, transaction)
        return Saved(decision.message, decision.coding)

    def _complete_log(self) -> None:
        """Gives a log that was deleted, cut or replaced meanwhile the lines that it has lost; raises OSError."""
        now_seen = files.stamp(self._log.path)
        if now_seen.file == self._log_seen.file and now_seen.size >= self._log_seen.size:
            return
        standing = {transaction.id for transaction in self._log.read()[0]}
        lost = [transaction for transaction in self._known if transaction.id not in standing]
        if lost:
            lines = b"".join(encoded(transaction) + b"\n" for transaction in lost)
            files.append(self._log.path, lines if files.ends_with_newline(self._log.path) else b"\n" + lines)

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
    def document_path(self) -> Path:
        """Where the session's markdown stands."""
        return self._document.path

    def changing_version(self) -> Version | None:
        """Which version of the document somebody else has put there since it was looked at; any thread may ask."""
        return self._document.changing_version()

    def take_in(self) -> TakenIn | None:
        """Takes over what was changed in the document outside; None where there is nothing to say."""
        has_gone_on = self.changing_version() is not None and self._catch_up()
        return self._document.take_in() or (TakenIn(GONE_ON) if has_gone_on else None)

    def _catch_up(self) -> bool:
        """Takes in what another program has put into the log: what its document says is nobody's edit by hand."""
        known = {transaction.id for transaction in self._known}
        new = [transaction for transaction in read_log(self._log.path) if transaction.id not in known]
        if new:
            self._known = sorted((*self._known, *new), key=lambda each: (each.seq, each.id))
            self.state = replay(self._known)
        return bool(new)

    def bring(self, text: str, file: Path) -> TakenIn:
        """Takes over a document from elsewhere: what the session lacks, or what has changed in it since last time."""
        return self._document.bring(text, file, self._imported(file.name))

    def _imported(self, name: str) -> State | None:
        """The session as it was when a document of this name was brought last."""
        brought = [one for one in self._known if one.cause == "document" and one.source == name]
        if not brought:
            return None
        last = max(one.seq for one in brought)
        return replay(one for one in self._known if one.seq <= last)

    def save_document(self, *, is_forced: bool = False) -> Problem | None:
        """Replaces the markdown by the state's document; the problem it met, if any.  Any thread may call this.

        A document that was changed outside and not taken over stays as it is; `is_forced` replaces it and keeps a
        copy.
        """
        return self._document.save(is_forced=is_forced)

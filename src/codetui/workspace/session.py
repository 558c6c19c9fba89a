"""One coder's coding of one ad: the log on disk first, then the state, then the document."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from codetui.core.commands import Command, Decision, Refusal, Study
from codetui.core.deciding import decide
from codetui.core.state import State, evolve, replay
from codetui.formats import manual_coding
from codetui.model import (
    Ad,
    AdId,
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
from codetui.store.sessions import SessionPaths
from codetui.workspace.documents import SessionDocument
from codetui.workspace.ids import fresh_id, now
from codetui.workspace.outcome import NotSaved, Outcome, Saved
from codetui.workspace.resuming import events_from_changed_text, events_from_document, unknown_events


class AdFacts(NamedTuple):
    """What a document says of the ad itself."""

    id: AdId
    employer: str
    title: str


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
        if document.text is None or document.is_ours:
            document.write(manual_coding.write(manual_coding.project(state, book, facts)), facts.employer)


class Session:
    """The open session: state, log and document of one coder and ad.

    Raises OSError where the log is there but cannot be read.
    """

    def __init__(self, ad: Ad, book: Codebook, paths: SessionPaths, coder: str) -> None:
        self.ad = ad
        self.book = book
        self.coder = coder
        self._hash = text_hash(ad.text)
        self._log = EventLog(paths.log(ad.id))
        transactions, self.problems = self._log.read()
        self._known = list(transactions)
        self._log_seen = files.stamp(self._log.path)
        self.state: State = replay(transactions)
        self._document = SessionDocument(paths, ad.id)
        self._shown: State | None = None
        self._writing = Lock()
        if self.state.opened is None:
            self._resume()
        else:
            self._compare()
            self._find_again()

    # --- commands -------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Carries a command out: on disk, then in memory; a refusal changes nothing."""
        study = Study(self.book, self.ad.text, self._hash, fresh_id())
        decision = decide(self.state, command, study)
        if isinstance(decision, Refusal):
            return decision
        return self._record(decision)

    def _record(self, decision: Decision) -> Saved | NotSaved:
        opening: tuple[Event, ...] = () if self.state.opened else (self._opened(),)
        transaction = Transaction(
            id=TransactionId(fresh_id()),
            seq=self.state.seq + 1,
            time=now(),
            coder=self.coder,
            codebook=f"{self.book.version}#{self.book.content_hash[:12]}",
            cause=decision.cause,
            target=decision.target,
            events=opening + decision.events,
        )
        try:
            self._complete_log()
            self._log.append(transaction)
        except OSError as error:
            return NotSaved(f"NOT SAVED: {error.strerror or error}. Nothing has changed; mend it and press again.")
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

    # --- the document ---------------------------------------------------------------------------

    @property
    def facts(self) -> AdFacts:
        """Employer and title as the coder said them, else as the source does."""
        return self._facts(self.state)

    @property
    def has_unsaved_document(self) -> bool:
        """True while the document on disk lags behind the log."""
        return self.state.opened is not None and self.state is not self._shown

    @property
    def document_path(self) -> Path:
        """Where the session's markdown stands."""
        return self._document.path

    def save_document(self) -> Problem | None:
        """Replaces the markdown by the state's projection; the problem it met, if any.  Any thread may call this."""
        with self._writing:
            if not self.has_unsaved_document:
                return None
            state = self.state
            problem = self._document.write(self._projection(state), self._facts(state).employer)
            if problem is None or problem.severity != "error":
                self._shown = state
            return problem

    def _facts(self, state: State) -> AdFacts:
        return AdFacts(self.ad.id, state.employer or self.ad.employer, state.title or self.ad.title)

    def _projection(self, state: State) -> str:
        return manual_coding.write(manual_coding.project(state, self.book, self._facts(state)))

    def _compare(self) -> None:
        """Finds out whether the document on disk is what the log says, lags behind it, or was edited."""
        text = self._document.text
        if text is None:
            return
        if text == self._projection(self.state):
            self._shown = self.state
            self._document.is_ours = True
            return
        if not self._document.is_ours:
            self._shown = self.state
            self.problems.append(self._document.edited())

    def _find_again(self) -> None:
        """Finds the quotations again where the ad's text is not the one that was coded."""
        if not self.ad.text:
            return
        found = events_from_changed_text(self.state, self.ad, f"{self.ad.source}")
        if found.events:
            self.problems += found.problems
            self._record(Decision(found.events, "", cause="corpus"))

    def _resume(self) -> None:
        """Takes the session up from a document that came without its log, or with one that lost its beginning."""
        text = self._document.readable
        if text is None:
            return
        file = str(self._document.path)
        document, problems = manual_coding.read(text, file)
        resumed = events_from_document(document, self.ad, self.book, file, fresh_id)
        events = unknown_events(resumed.events, self.state)
        self.problems += [*problems, *resumed.problems]
        message = f"Resumed from {self._document.path.name}"
        outcome = self._record(Decision(events, message, cause="document"))
        if isinstance(outcome, NotSaved):
            self.problems.append(Problem(file, 0, "error", outcome.message))
            return
        self._shown = self.state
        if self._document.text != self._projection(self.state):
            self._document.disown()

"""One coder's coding of one source: commands go to the log on disk first, then to the state, then to the document."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from codetui.core.anchors.outline import outline_of
from codetui.core.anchors.unresolved import ReanchorCounts, reanchor
from codetui.core.session.commands import Command, Decision, DecisionContext, Refusal, transaction_of
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
    source_hash,
)
from codetui.storage import fs
from codetui.storage.erasures import is_erased
from codetui.storage.journal import SessionLog, fresh_id, now
from codetui.storage.session_files import SessionPaths
from codetui.storage.session_lock import Holder, SessionAccess, SessionLock
from codetui.study.session.document import SessionDocument, misplaced_log, other_logs
from codetui.study.session.fallback import (
    FallbackFolder,
    TypedTexts,
    drafts,
    forget_failed_append,
    note_failed_append,
    recover_typed,
    rescue_draft,
    take_refused_steps,
)
from codetui.study.session.outcome import (
    HeldElsewhere,
    NotSaved,
    Outcome,
    PullKind,
    PullResult,
    ReadFailure,
    Saved,
)
from codetui.study.session.sync import DocumentSync, MemoryLog, ParsedDocument

T = TypeVar("T")
ATTEMPTS = 3
"""The number of comparisons of log and document while other programs, or copies that arrive, change them."""

KeepBook = Callable[[Codebook], Problem | None]


class OutdatedError(Exception):
    """Another program wrote the session between the reading of its log and the reading of its document."""


class Session:
    """An open session: log, state and document of one coder and source.

    With a `token` it is shared: one program codes it, and the others show it read-only. The first command locks it.
    Another program may take over the lock; this one notices at its next command, which then changes nothing. Sessions
    with the same token belong to one program.
    """

    def __init__(
        self,
        source: Source,
        book: Codebook,
        paths: SessionPaths,
        coder: str,
        keep_book: KeepBook | None = None,
        token: str | None = None,
    ) -> None:
        """Open the session; `keep_book` is called once, after the first command.

        Raises OSError if the log or the document exists but cannot be read.
        """
        self.source, self.book, self.coder = source, book, coder
        self._paths = paths
        self._keep_book = keep_book
        self._hash = source_hash(source.text)
        self._access = SessionAccess(None if token is None else SessionLock(paths.log(source.id), token))
        self._fallback: FallbackFolder | None = None
        self._refused: Transaction | None = None
        self._is_noted = False
        self.typed = TypedTexts(paths, source.id, book.words.source)
        self._failure = ReadFailure("changes by other programs are not shown, and the document stays as it is")
        self.conflicts: tuple[Problem, ...] = ()
        """The values that a merge has lost, and the copies beside log and document, as problems."""
        self._copies: tuple[Problem, ...] = ()
        self.reanchored: ReanchorCounts | None = None
        self.initial_pull: PullResult | None = None
        """The changes that were imported when the session was opened."""
        try:
            self._log = SessionLog(paths.log(source.id))
            opened = self._log.state.opened
            if opened is not None and opened.source != source.id:
                what = misplaced_log(self._log.path, opened.source, book.words.source).message
                raise OSError(errno.EINVAL, what, str(self._log.path))
            self.problems = list(self._log.problems)
            self._sync = self._new_sync()
            if self.holder is None:
                self._reconcile_on_open()
        except OSError:
            self._access.release()
            raise

    def _new_sync(self) -> DocumentSync:
        sync = DocumentSync(self._log, self.source, self.book, self._paths, self._record_edit)
        self._copies = self._copies_beside(sync.document)
        self._add_problems(self._copies)
        return sync

    def _copies_beside(self, document: SessionDocument) -> tuple[Problem, ...]:
        return (*other_logs(self._paths, self.source.id, self.book.words.source), *document.misplaced)

    def _reconcile_on_open(self) -> None:
        """Import the changes that were made to source and document while the session was closed. Raises OSError."""
        if self.state.opened is not None:
            self._reanchor()
        self._retried(self._import_changes)

    def _import_changes(self) -> None:
        self.initial_pull = self._reported(self._sync.reconcile_on_open())
        damaged = self._sync.document.snapshots.problem(self.book.words.source)
        self._add_problems([damaged] if damaged else [])
        self._sync.recognize()
        self.update_conflicts()

    def _reported(self, result: PullResult | None) -> PullResult | None:
        self._add_problems(result.problems if result else ())
        return result

    def _add_problems(self, problems: Iterable[Problem]) -> None:
        self.problems += [problem for problem in problems if problem not in self.problems]

    # --- what it holds ----------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """Return the state that results from the log."""
        return self._log.state

    @property
    def log_path(self) -> Path:
        """Return the path of the log."""
        return self._log.path

    @property
    def transactions(self) -> Sequence[Transaction]:
        """Return the steps of the log."""
        return self._log.transactions

    @property
    def description(self) -> Source:
        """Return the source with the employer and title entered by the coder, if any."""
        return self.state.describe(self.source)

    @property
    def book_with_former(self) -> Codebook:
        """Return the codebook with the codes of earlier versions that are still used here."""
        return self._sync.book_of(self.state)

    def use(self, book: Codebook, keep_book: KeepBook | None = None) -> None:
        """Switch to another version of the codebook; the labels in the document may change."""
        self.book, self._keep_book = book, keep_book
        self._sync.book = book

    def recognize_codes(self) -> None:
        """Recode codings under an unknown label to the code that now has that label in the codebook, if any."""
        if self.holder is None:
            self._retried(lambda: self._sync.recognize())

    # --- commands ---------------------------------------------------------------------------------

    def execute(self, command: Command) -> Outcome:
        """Execute a command: on disk, then in memory. A refused command changes nothing."""
        obstacle = self._claim()
        if obstacle is not None:
            return obstacle
        decision = decide(self.state, command, DecisionContext(self.book, self.source.text, self._hash, fresh_id()))
        outcome = decision if isinstance(decision, Refusal) else self._record(decision)
        return self._with_lock_problem(outcome)

    def record(self, decision: Decision) -> Saved | NotSaved:
        """Record a decision on disk, then in the state, unless another program has the session."""
        obstacle = self._claim()
        if isinstance(obstacle, HeldElsewhere):
            return NotSaved(obstacle.reason)
        return obstacle or self._record(decision)

    def _record_edit(self, decision: Decision) -> Saved | NotSaved:
        """Record changes of the document as `record` does.

        Raises OutdatedError if another program wrote log and document since they were compared: they may be its steps.
        """
        known = len(self.transactions)
        obstacle = self._claim()
        if isinstance(obstacle, HeldElsewhere) or len(self.transactions) != known:
            raise OutdatedError
        return obstacle or self._record(decision)

    def _record(self, decision: Decision) -> Saved | NotSaved:
        is_open = self.state.opened and (self._hash in self.state.outlines or not self.source.text)
        opening: tuple[Event, ...] = () if is_open else (self._opened(),)
        codebook = f"{self.book.version}#{self.book.content_hash[:12]}"
        step = Transaction(
            id=TransactionId(fresh_id()), seq=0, time=now(), coder=self.coder, codebook=codebook, events=()
        )
        transaction = transaction_of(decision, self.state, step, opening)
        try:
            note = self._append(transaction)
        except OSError as error:
            self._refused = transaction
            self._is_noted = note_failed_append(self._paths, self.source.id, self._log.path) or self._is_noted
            return NotSaved(str(error.strerror or error))
        self._refused = None
        self._forget_failed_append()
        if self._keep_book is not None:
            problem, self._keep_book = self._keep_book(self.book), None
            self.problems += [problem] if problem else []
        return Saved(f"{decision.message}{note}", decision.coding, decision.hint)

    def _opened(self) -> SessionOpened:
        source = self.source
        return SessionOpened(
            source=source.id,
            employer=source.employer,
            title=source.title,
            text_hash=self._hash,
            body_start=source.body_start,
            outline=outline_of(source.text),
        )

    def _append(self, transaction: Transaction) -> str:
        """Write a transaction to disk, or to the fallback folder; return a note for the coder.  Raises OSError."""
        fallback = self._fallback
        try:
            self._log.append(transaction, completes=bool(self.pending))
        except OSError as error:
            if fallback is None:
                raise
            fallback.add([*self.transactions, transaction], self._log.unknown)
            fallback.pending += 1
            self._log.adopt(transaction)
            return f" (Saved in the copy only: {error.strerror or error}.)"
        if fallback is None or not fallback.pending:
            return ""
        fallback.pending = 0
        return " (The disk works again, and everything is saved.)"

    def add_steps(self, lines: Sequence[bytes]) -> NotSaved | HeldElsewhere | None:
        """Write lines from another log of this session to disk and apply them; return why, if that fails."""
        obstacle = self._claim()
        if obstacle is not None:
            return obstacle
        try:
            self._log.add_lines(lines)
        except OSError as error:
            return NotSaved(str(error.strerror or error))
        self._reanchor()
        return None

    def _reanchor(self) -> None:
        """Locate the quotations again if the text of the source has changed."""
        if not self.source.text:
            return
        found = reanchor(self.state, self.source, self.book.words.source)
        if found.events:
            self.reanchored = found.counts
            self.problems += found.problems
            self.record(Decision(found.events, "", cause="corpus"))

    # --- other programs ---------------------------------------------------------------------------

    @property
    def holder(self) -> Holder | None:
        """Return the other program that has this session, which is then read-only here."""
        return self._access.holder

    @property
    def doubt(self) -> Problem | None:
        """Return why the state of the session in other programs is unknown; None if it is known."""
        return self._access.problem or self._failure.problem or self._sync.failure.problem

    def take_over(self) -> PullResult | None:
        """Take over the session from the other program; return the outcome for its document."""
        self._access.take_over()
        try:
            self._log.catch_up()
            self._sync = self._new_sync()
            self._reconcile_on_open()
        except OSError as error:
            return self._failure.report(error, self._log.path)
        self._add_problems([self._access.problem] if self._access.problem else [])
        return self.initial_pull

    def release(self) -> None:
        """Release the session for other programs."""
        self._access.release()

    def _claim(self) -> HeldElsewhere | NotSaved | None:
        """Return why this program may not write, or None if it may; then the session has all steps of others."""
        try:
            if self._is_erased():
                return NotSaved(self._erased_words)
            if not self._access.is_shared:
                return None
            if not self._access.claim():
                return HeldElsewhere(self.holder)
            self._catch_up()
        except OSError as error:
            self._failure.report(error, self._log.path)
            return NotSaved(f"{error.filename or self._log.path} cannot be read ({error.strerror or error})")
        return None

    def _is_erased(self) -> bool:
        """Return whether the source was erased meanwhile: then nothing of it is written again. Raises OSError."""
        return is_erased(self._paths.root, self.source.id)

    @property
    def _erased_words(self) -> str:
        return f"this {self.book.words.source} was erased from the study, and nothing of it is kept"

    def _catch_up(self) -> bool:
        has_more = self._log.catch_up()
        if self._failure.problem is not None:
            self._failure.clear()
        return has_more

    def _with_lock_problem(self, outcome: Outcome) -> Outcome:
        """Return the outcome, with the problem if the session could not be locked, which is reported once."""
        problem = self._access.problem
        if problem is None or problem in self.problems:
            return outcome
        self.problems.append(problem)
        if isinstance(outcome, Saved | Refusal):
            return outcome._replace(message=f"{outcome.message} But {problem.message}.")
        return outcome

    def update_conflicts(self) -> tuple[Problem, ...]:
        """Replace the listed conflicts with the unresolved ones; return those that are new."""
        known = (*self.conflicts, *self._copies)
        self._copies = tuple(one for one in self._copies if fs.exists(Path(one.file)))
        self.conflicts = (*self._copies, *self._find_conflicts())
        self.problems[:] = [one for one in self.problems if one not in known]
        self.problems += self.conflicts
        return tuple(one for one in self.conflicts if one not in known)

    def _find_conflicts(self) -> tuple[Problem, ...]:
        if all(later.parents in ((), (earlier.id,)) for earlier, later in pairwise(self.transactions)):
            # The author of each step had seen all before it.
            return ()
        from codetui.core.session.conflicts import conflict_sentences

        sentences = conflict_sentences(self.transactions, self.state, self.book)
        return tuple(Problem(str(self._log.path), 0, "warning", one) for one in sentences)

    def changed(self) -> object:
        """Return the versions of document, log or lock that others have changed since they were read, None if none.

        Equal values belong to one change. None while the disk cannot be read. Any thread may ask.
        """
        holder, document, log = self._access.elsewhere(), None, None
        with suppress(OSError):
            document = None if holder else self._sync.document.changed_version()
            log = self._log.changed()
        return (holder, document, log) if holder != self.holder or document or log else None

    def pull(self) -> PullResult | None:
        """Import the changes of others; return None if there is nothing to report.

        While another program has the session, that program writes the document. While the log cannot be read, the
        document, which may be newer, is not changed.
        """
        before = self.holder
        try:
            return self._pull(before)
        except OSError as error:
            # What has to be done when the session changes hands is done once everything can be read.
            self._access.holder = before
            return self._failure.report(error, self._log.path)

    def _pull(self, before: Holder | None) -> PullResult | None:
        if self._is_erased():
            return PullResult(PullKind.NOT_SAVED, detail=self._erased_words)
        if self._access.refresh():
            self._catch_up()
            if self.holder is None:
                self._sync = self._new_sync()
                self._reconcile_on_open()
                return self.initial_pull or (PullResult(PullKind.FREED) if before else None)
            return self._held()
        followed = PullResult(PullKind.FOLLOWED, self.update_conflicts()) if self._catch_up() else None
        if self.holder is not None:
            return followed
        pulled = self._retried(lambda: self._sync.pull(), lambda: self._sync.reconcile_on_open())
        return self._held() if self.holder else self._reported(pulled) or followed

    def _held(self) -> PullResult:
        message = HeldElsewhere(self.holder).message
        problem = Problem(str(self._log.path), 0, "warning", message)
        return PullResult(PullKind.HELD, (problem,), detail=message)

    def _retried(self, compare: Callable[[], T], again: Callable[[], T] | None = None) -> T | None:
        """Compare log and document, and once more if another program wrote them meanwhile.

        Since the first attempt this program has the lock; None if the other one has it.
        """
        for attempt in (compare, *[again or compare] * (ATTEMPTS - 1)):
            try:
                return attempt()
            except OutdatedError:
                if self.holder is not None:
                    return None
                self._sync = self._new_sync()
        return None

    def accept_removals(self) -> PullResult | None:
        """Import the edited document although this removes many codings; return the outcome."""
        try:
            return self._reported(self._retried(lambda: self._sync.accept()))
        except OSError as error:
            return self._failure.report(error, self.document_path)

    def out_of_date_reason(self) -> str:
        """Import the changes of others; return why that failed, empty if it did not."""
        result = self.pull()
        unread = self._failure.problem or self._sync.failure.problem
        return str(unread) if unread else result.message if result and not result.is_saved else ""

    # --- copies of the log and the document -------------------------------------------------------

    @property
    def copies(self) -> list[Path]:
        """Return the copies of the log and the document found so far."""
        return [Path(one.file) for one in self._copies]

    def find_copies(self) -> list[Path]:
        """Search for copies of log and document and return them; if that is impossible, return those found before."""
        with suppress(OSError):
            word = self.book.words.source
            document = SessionDocument(self._paths, self.source, lambda: self.transactions, word)
            self._copies = self._copies_beside(document)
        return self.copies

    # --- the document -----------------------------------------------------------------------------

    @property
    def has_unsaved_document(self) -> bool:
        """Return whether the document on disk is older than the log, and this program has to write it."""
        return self.holder is None and self._sync.is_behind

    @property
    def may_have_unsaved_document(self) -> bool:
        """Return the same as `has_unsaved_document` without rendering the document; also True while it is unknown."""
        return self._sync.may_be_behind

    @property
    def document_text(self) -> str | None:
        """Return the text of the document on disk as last read or written, None if there is none."""
        return self._sync.document.text

    @property
    def document_path(self) -> Path:
        """Return the path of the document."""
        return self._sync.document.path

    def import_text(self, parsed: ParsedDocument, file: Path, *, may_remove_many: bool = False) -> PullResult:
        """Import a document from elsewhere: everything that is new in it, or was changed since it was last imported."""

        def compare() -> PullResult:
            earlier = self._state_at_import(file.name)
            return self._sync.import_text(parsed, file, earlier, may_remove_many=may_remove_many)

        result = self._retried(compare) or self._held()
        self._add_problems(result.problems)
        return result

    def rehearse_import(self, parsed: ParsedDocument, file: Path, *, is_alone: bool) -> State:
        """Return the state after importing a document, or the state that it describes alone; write nothing."""
        log = MemoryLog(() if is_alone else self.transactions)
        sync = DocumentSync(log, self.source, self.book, self._paths, log.record, candidates=())
        sync.import_text(parsed, file, None if is_alone else self._state_at_import(file.name), may_remove_many=True)
        return log.state

    def _state_at_import(self, name: str) -> State | None:
        """Return the session as it was when a document of this name was last imported."""
        imports = [one.seq for one in self.transactions if one.cause == "document" and one.from_name == name]
        return replay(one for one in self.transactions if one.seq <= max(imports)) if imports else None

    def save_document(self, *, is_forced: bool = False) -> Problem | None:
        """Write the document; return the problem, if any. Safe in any thread.

        A document with hand edits that were not imported is not changed; `is_forced` replaces it and keeps a copy. If
        it cannot be written, the fallback folder has the newest version. If another program has the session, that
        program writes the document.
        """
        with suppress(OSError):
            if self._is_erased():
                return Problem(str(self.document_path), 0, "error", self._erased_words)
        holder = self._access.elsewhere()
        if holder is not None:
            if holder.token or not self.has_unsaved_document:
                return None
            what = (
                f"the document is not written: the session is open elsewhere {holder}; the codings are safe in the log"
            )
            return Problem(str(self.document_path), 0, "error", what)
        problem = self._failure.problem or self._sync.save(is_forced=is_forced)
        if problem is not None and self._fallback is not None and self.pending:
            return self._copy_document(self._fallback)
        return problem

    # --- when the disk refuses --------------------------------------------------------------------

    @property
    def pending(self) -> int:
        """Return how many steps are only in the fallback folder."""
        return self._fallback.pending if self._fallback else 0

    def save_copy(self, folder: Path) -> Outcome:
        """Copy the session, and the last step that could not be written, into a folder elsewhere.

        From now on that folder receives the steps that cannot be written.
        """
        if self._is_erased():
            return Refusal(f"T{self._erased_words[1:]}.")
        if fs.is_same_file(folder, self._paths.root):
            return Refusal(f"{folder} is the folder of the session itself; name another one.")
        refused = [self._refused] if self._refused and self._refused.seq == self.state.seq + 1 else []
        if not self.transactions and not refused:
            return Refusal(f"Nothing is coded in this {self.book.words.source} yet.")
        fallback = FallbackFolder(folder, self.coder, self.source)
        try:
            fallback.add([*self.transactions, *refused], self._log.unknown)
        except OSError as error:
            return NotSaved(f"not saved there either: {error.filename or folder}: {error.strerror or error}")
        self._fallback, self._refused = fallback, None
        self._forget_failed_append()
        for transaction in refused:
            fallback.pending += 1
            self._log.adopt(transaction)
        problem = self._copy_document(fallback)
        message = f"The session was copied to {folder}, where steps are saved too if they cannot be saved here."
        return Saved(f"{message} {problem}" if problem else message)

    def _copy_document(self, fallback: FallbackFolder) -> Problem | None:
        return fallback.write_document(self._sync.render(), self.description.employer)

    def flush_fallback(self) -> Problem | None:
        """Write the steps that are only in the fallback folder, if the disk works again; else return a problem."""
        fallback = self._fallback
        if fallback is None or not fallback.pending:
            return None
        try:
            self._log.complete(is_forced=True)
        except OSError as error:
            self._copy_document(fallback)
            what = f"the last steps ({fallback.pending}) are saved only in this copy: {error.strerror or error}"
            hint = f"when the disk works again, run `codetui merge {fallback.folder}`"
            return Problem(str(fallback.folder), 0, "warning", f"{what}; {hint}")
        fallback.pending = 0
        return None

    def _forget_failed_append(self) -> None:
        if self._is_noted:
            self._is_noted = not forget_failed_append(self._paths, self.source.id)

    def failed_append(self) -> Problem | None:
        """Return the problem that the log may contain a refused step, if the disk kept it nevertheless."""
        if not fs.refused_bytes(self._log.path):
            self._forget_failed_append()
            return None
        what = "a step that could not be saved may have been written after all"
        hint = "the next start reports it" if self._is_noted else "check the last step when the disk works again"
        return Problem(str(self._log.path), 0, "warning", f"{what}: {hint}; undo it if you do not want it")

    def leftovers(self) -> list[Problem]:
        """Return the problems left over from earlier runs: rescued texts, and refused steps that are in the log."""
        from codetui.core.session.words import step_words

        context = DecisionContext(self.book, self.source.text, "", "")
        what = "the disk reported an error for this step but has written it; undo it if you do not want it"
        refused = take_refused_steps(self._paths, self.source.id, self.transactions)
        words = (step_words(step, self.state, context) for step in refused)
        problems = [Problem(str(self._log.path), 0, "warning", f"{what}: {each}") for each in words]
        if self.holder is None:
            recover_typed(self._paths, self.source.id)
        return [*drafts(self._paths, self.source.id), *problems]

    def rescue_draft(self, text: str) -> Problem:
        """Save a text that was not stored to a file, and report the place."""
        return rescue_draft(self._paths, self.source.id, text, self.book.words.source)

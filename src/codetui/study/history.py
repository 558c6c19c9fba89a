"""The steps of a source and of the study, newest first, and undo and redo of each of them.

A step over several sessions or the codebook is undone as a whole, unless somebody has built on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

from codetui.core.codebook.diff import KINDS, parts_of
from codetui.core.codebook.index import label
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.commands import Decision, DecisionContext, Redo, Refusal, Undo, transaction_of
from codetui.core.session.decide import invert, redo_target, undo_target
from codetui.core.session.state import State, Steps, evolve
from codetui.core.session.words import codings_in, extent, step_words
from codetui.core.text.display import plural
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.edit import EditError
from codetui.model import Codebook, CodeId, MemoWritten, RecordKind, StepId, StudyStep, Transaction, TransactionId
from codetui.storage import fs, session_files
from codetui.storage.fs import Version
from codetui.storage.journal import StudyJournal
from codetui.storage.session_files import SessionPaths
from codetui.study.batch import (
    SessionChange,
    SessionUnavailableError,
    StepPlan,
    StepRunner,
    carried_over,
    inverse_of,
)
from codetui.study.memos import study_memos
from codetui.study.samples import unblinded_sources
from codetui.study.session.outcome import Outcome
from codetui.study.session.session import Session
from codetui.study.study import kept_book
from codetui.study.workspace import Workspace

MANY = 10
"""Codings up to which a step is undone without a question."""

REVERSALS = ("undo", "redo")


class StepLog:
    """The steps in one coder's log of the study, and which of them are undone."""

    def __init__(self, records: Sequence[StudyStep]) -> None:
        """Use the records in the order of the log."""
        self.steps: dict[StepId, StudyStep] = {}
        self._reversals: dict[StepId, StudyStep] = {}
        self.unblinded = unblinded_sources(records)
        """The sources of which the coder has read the work of others, with the step that records it."""
        for one in records:
            if one.kind in get_args(RecordKind):
                continue
            if one.kind in REVERSALS:
                self._reversals[one.target] = one
            elif one.kind != "refactoring" or one.codebook_before != one.codebook_after:
                # Else it was interrupted and taken back.
                self.steps[one.id] = one

    def is_undone(self, step: StepId) -> bool:
        """Return whether a step was undone, and not redone since."""
        last = self._reversals.get(step)
        return last is not None and last.kind == "undo"

    def moved(self, step: StepId) -> StepId:
        """Return the id, which sorts by time, of the last undo or redo of a step, else its own."""
        return self._reversals[step].id if step in self._reversals else step

    def own(self) -> Iterator[StudyStep]:
        """Yield the steps that this coder has made, in the order of their last undo or redo."""
        yield from sorted((one for one in self.steps.values() if not one.made_by), key=lambda one: self.moved(one.id))


class HistoryEntry(NamedTuple):
    """A step in the history; `step` is its record if it is one of the study, else `transaction` is the step.

    `extent` has the counts of a step that is larger than one coding, and `by` another coder who made it.
    """

    time: str
    what: str
    extent: str
    is_undone: bool
    step: StudyStep | None = None
    transaction: Transaction | None = None
    by: str = ""

    @property
    def words(self) -> str:
        """The step with its counts."""
        return f"{self.what} ({self.extent})" if self.extent else self.what

    @property
    def has_memo(self) -> bool:
        """True if the step writes a memo."""
        events = (*(self.transaction.events if self.transaction else ()), *(self.step.events if self.step else ()))
        return any(isinstance(event, MemoWritten) for event in events)

    @property
    def codings(self) -> int:
        """The number of codings that it changes in the open session; those of a step of the study are counted later."""
        return codings_in(self.transaction.events) if self.transaction else 0


class Reversal(NamedTuple):
    """An undo or redo of a step of the study that was counted; `extent` has the counts in words."""

    entry: HistoryEntry
    is_undo: bool
    plan: StepPlan
    codings: int
    extent: str

    @property
    def words(self) -> str:
        """The step with the counts."""
        return f"{self.entry.what} ({self.extent})" if self.extent else self.entry.what

    @property
    def message(self) -> str:
        """The message once it is done."""
        return f"{'Undone' if self.is_undo else 'Redone'}: {self.words}."


class History:
    """The steps of a workspace's coder."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._root = workspace.study.sessions_path
        self._paths = workspace.study.paths_of(workspace.coder)
        self._seen: Version | None = None
        self._log = StepLog(())

    @property
    def log(self) -> StepLog:
        """The coder's log of the study as it is now; an empty one if it cannot be read."""
        path = self._paths.study_log()
        try:
            version = fs.version(path)
            if version != self._seen:
                self._log, self._seen = StepLog(StudyJournal(path).read()[0]), version
        except OSError:
            # The next append reports it.
            self._seen = None
        return self._log

    # --- the lists ----------------------------------------------------------------------------------

    def of_source(self) -> list[HistoryEntry]:
        """Return the steps made in the open source or touching it, newest first, the undone ones among them."""
        session = self._workspace.session
        if session is None:
            return []
        log, source_id = self.log, session.source.id
        done = {one.id for one in done_transactions(session.state)}
        undone = {one.id for one in _stack(session.state.undone_steps)}
        found = [
            (one.id, self._of_transaction(one, log, is_undone=one.id in undone))
            for one in session.transactions
            if one.id in done or one.id in undone
        ]
        listed = {entry.step.id for _, entry in found if entry.step}
        found += [
            (TransactionId(one.id), self._of_step(one, log))
            for one in log.steps.values()
            if one.made_in == source_id and one.id not in listed
        ]
        return [entry for _, entry in sorted(found, key=lambda one: one[0], reverse=True)]

    def of_study(self) -> list[HistoryEntry]:
        """Return the steps over several sources and of the codebook, newest first."""
        log = self.log
        return [self._of_step(one, log) for one in sorted(log.steps.values(), key=lambda one: one.id, reverse=True)]

    def _of_transaction(self, transaction: Transaction, log: StepLog, *, is_undone: bool) -> HistoryEntry:
        """Return the entry of a transaction, or that of the step to which it belongs."""
        step = log.steps.get(transaction.step) if transaction.step else None
        if step is not None:
            return self._of_step(step, log)._replace(transaction=transaction)
        session = self._workspace.session
        state = session.state if session else State()
        context = DecisionContext(self._workspace.book, "", "", "")
        what = step_words(transaction, state, context).removeprefix("the ")
        read = log.unblinded.get(session.source.id) if session else None
        what += ", after reading what others made" if read is not None and transaction.id > read else ""
        return HistoryEntry(transaction.time, what, extent(transaction.events), is_undone, None, transaction)

    def _of_step(self, step: StudyStep, log: StepLog) -> HistoryEntry:
        number, words = len(step.transactions), self._workspace.book.words
        reach = plural(number, words.source, words.sources) if number else ""
        what = step.what or {"migration": "migration by rules", "refactoring": "change of a code"}.get(step.kind, "")
        return HistoryEntry(step.time, what, reach, log.is_undone(step.id), step, by=step.made_by)

    # --- the next one -------------------------------------------------------------------------------

    def latest(self, *, is_undo: bool) -> HistoryEntry | Refusal:
        """Return the coder's latest step made in or touching the open source that can be undone, or redone."""
        session, words = self._workspace.session, self._workspace.book.words
        if session is None:
            return Refusal(f"No {words.source} is open.")
        found: list[tuple[str, HistoryEntry]] = []
        transaction = self._in_session(session.state, is_undo=is_undo)
        if transaction is not None:
            chain = (one.id for one in reversed(session.transactions) if transaction.id in (one.id, one.target))
            found.append((next(chain), self._of_transaction(transaction, self.log, is_undone=not is_undo)))
        step = self._made_here(session, is_undo=is_undo)
        if step is not None:
            found.append((self.log.moved(step.id), self._of_step(step, self.log)))
        found = [one for one in found if is_undo or not self._is_overtaken(one[0])]
        if not found:
            return Refusal(f"Nothing to {'undo' if is_undo else 'redo'} in this {words.source}.")
        return max(found, key=lambda one: one[0])[1]

    def _in_session(self, state: State, *, is_undo: bool) -> Transaction | None:
        """Return the newest transaction to undo or redo, without those of steps that others made."""
        log = self.log
        found = (one for one in _stack(state.done_steps if is_undo else state.undone_steps))
        return next((one for one in found if one.step not in log.steps or not log.steps[one.step].made_by), None)

    def _made_here(self, session: Session, *, is_undo: bool) -> StudyStep | None:
        """Return the newest step of the study made in a source without changing it."""
        log = self.log
        touched = {one.step for one in session.transactions if one.step}
        here = [one for one in log.own() if one.made_in == session.source.id and one.id not in touched]
        return next((one for one in reversed(here) if log.is_undone(one.id) != is_undo), None)

    def _is_overtaken(self, undone: str) -> bool:
        """Return whether another step was made here after one was undone, so that it can no longer be redone."""
        session = self._workspace.session
        if session is None:
            return False
        made = (one.id for one in done_transactions(session.state) if not one.step)
        steps = (one.id for one in self.log.own() if one.made_in == session.source.id)
        return any(one > undone for one in [*made, *steps])

    # --- undo and redo ------------------------------------------------------------------------------

    def is_latest(self, entry: HistoryEntry, *, is_undo: bool) -> bool:
        """Return whether a step of the open session is the one that its undo or redo would take."""
        session = self._workspace.session
        state = session.state if session else State()
        newest = undo_target(state) if is_undo else redo_target(state)
        return newest is not None and entry.transaction is not None and newest.id == entry.transaction.id

    def reverse_here(self, entry: HistoryEntry, *, is_undo: bool) -> Outcome:
        """Undo or redo a step of the open session alone."""
        session, transaction = self._workspace.session, entry.transaction
        if session is None or transaction is None:
            return Refusal("That step is not in this session.")
        if self.is_latest(entry, is_undo=is_undo):
            return session.execute(Undo() if is_undo else Redo())
        decision = _reversal_of(transaction.id, session.transactions, session.state, is_undo=is_undo)
        if decision is None or not decision.events:
            return Refusal(f"Nothing is left to {'undo' if is_undo else 'redo'}: {entry.what} was changed since then.")
        return session.record(decision._replace(message=f"{'Undone' if is_undo else 'Redone'}: {entry.words}."))

    def is_light(self, entry: HistoryEntry, *, is_undo: bool) -> bool:
        """Return whether a step of the study can be counted without reading sessions."""
        step = entry.step
        if step is None or step.transactions or step.kind == "refactoring":
            return False
        if step.kind == "memo":
            return True
        text = self._changed_text(step, is_undo=is_undo)
        return isinstance(text, Refusal) or not _gone(self._workspace.book, text)

    def count(self, entry: HistoryEntry, runner: StepRunner, *, is_undo: bool) -> Reversal | Refusal:
        """Count what undoing or redoing a step of the study changes; nothing is written, and any thread may call this.

        Refuses, with the reason, if somebody has built on it.
        """
        step, verb = entry.step, "undone" if is_undo else "redone"
        if step is None:
            return Refusal("That is a step of one session.")
        book = self._workspace.book
        if step.kind in ("edit", "refactoring") and not book.has_editor(self._workspace.coder):
            return Refusal(f"Not {verb}: only {' or '.join(book.editors)} can change the codebook.")
        if step.made_by:
            return Refusal(f"{step.made_by} made this change: only they can undo it.")
        if step.kind == "memo":
            return self._count_memo(entry, step, is_undo=is_undo)
        edit: Callable[[str], str] | None = None
        gone: set[CodeId] = set()
        relabelled: set[CodeId] = set()
        if step.kind in ("edit", "refactoring") and self.log.is_undone(step.id) != is_undo:
            text = self._changed_text(step, is_undo=is_undo)
            if isinstance(text, Refusal):
                return text
            edit, gone = self._edit(step, is_undo=is_undo), _gone(self._workspace.book, text)
            relabelled = _relabelled(self._workspace.book, text) if step.kind == "refactoring" else set()
        try:
            changes = tuple(self._changes(step, runner, is_undo=is_undo))
            changes += tuple(self._relabelled_in(relabelled, changes, runner))
        except SessionUnavailableError as error:
            return Refusal(f"Not {verb}: {error}.")
        if gone and (users := self._users(gone, changes)):
            return Refusal(f"Not {verb}: {users}. Recode or remove these first.")
        study, words = self._workspace.study, self._workspace.book.words
        shown = [one for one in changes if study.may_read(one.session.coder, one.session.source.id)]
        codings = sum(codings_in(change.decision.events) for change in shown)
        ads = len({change.session.source.id for change in shown if codings_in(change.decision.events)})
        reach = f"{plural(codings, 'coding')} in {plural(ads, words.source, words.sources)}" if codings else ""
        coders = len({change.folder for change in shown})
        reach += f" of {coders} coders" if codings and coders > 1 else ""
        plan = StepPlan("undo" if is_undo else "redo", entry.what, changes, edit, step.id)
        return Reversal(entry, is_undo, plan, codings, reach)

    def _count_memo(self, entry: HistoryEntry, step: StudyStep, *, is_undo: bool) -> Reversal | Refusal:
        """Return the undo or redo of a memo of the study, unless it was changed since."""
        inverse = (invert(event) for event in reversed(step.events))
        events = tuple(event for event in inverse if event is not None) if is_undo else step.events
        known = study_memos(StudyJournal(self._paths.study_log()).read()[0])
        for event in events:
            if isinstance(event, MemoWritten) and event.memo in known and known[event.memo].text != event.text_before:
                return Refusal(f"Not {'undone' if is_undo else 'redone'}: the {entry.what} was changed since then.")
        plan = StepPlan("undo" if is_undo else "redo", entry.what, target=step.id, events=events)
        return Reversal(entry, is_undo, plan, 0, "")

    def _relabelled_in(
        self, codes: set[CodeId], changes: Sequence[SessionChange], runner: StepRunner
    ) -> Iterator[SessionChange]:
        """Yield the sessions whose documents name codes by another label afterwards, without a change of codings."""
        known = {(one.folder, one.session.source.id) for one in changes}
        for record in self._workspace.study.sessions(is_shown=False) if codes else ():
            is_named = any(code in codes for code in record.state.codes)
            if is_named and record.log is not None and (record.folder, record.source.id) not in known:
                session = runner.session(record.source.id, record.folder, record.coder)
                yield SessionChange(record.folder, session, Decision((), ""))

    def _edit(self, step: StudyStep, *, is_undo: bool) -> Callable[[str], str]:
        hashes = (step.codebook_after, step.codebook_before) if is_undo else (step.codebook_before, step.codebook_after)
        return lambda text: carried_over(self._root, text, *hashes)

    def _changed_text(self, step: StudyStep, *, is_undo: bool) -> str | Refusal:
        """Return the text of the codebook after an undo or redo, or why that is impossible."""
        verb = "undone" if is_undo else "redone"
        try:
            text = fs.read(self._workspace.codebook.path).decode("utf-8")
            return self._edit(step, is_undo=is_undo)(text)
        except (OSError, UnicodeDecodeError) as error:
            return Refusal(f"Not {verb}: the codebook cannot be read ({error}).")
        except EditError as error:
            later = self._later_edit(step)
            if later is None:
                return Refusal(f"Not {verb}: this part of the codebook was edited by hand since then ({error}).")
            by = f" by {later.coder}" if later.coder != self._workspace.coder else ""
            when = later.time[:16].replace("T", " ")
            return Refusal(f"Not {verb}: “{later.what}”{by}, {when} UTC, changed the same part. Undo that first.")

    def _later_edit(self, step: StudyStep) -> StudyStep | None:
        """Return the newest later step of any coder, not undone, that changed the same parts of the codebook."""
        mine = _parts_changed(step, self._root)
        found: list[StudyStep] = []
        for log in self._logs().values():
            later = (one for one in log.steps.values() if log.moved(one.id) > step.id and not log.is_undone(one.id))
            found += [one for one in later if one.id != step.id and mine & _parts_changed(one, self._root)]
        return max(found, key=lambda one: one.id, default=None)

    def _logs(self) -> dict[str, StepLog]:
        """Return the logs of the study of all coders that can be read, by folder."""
        logs: dict[str, StepLog] = {}
        for folder in session_files.coders(self._root):
            try:
                path = SessionPaths.of_folder(self._root, folder).study_log()
                logs[folder] = StepLog(StudyJournal(path).read()[0])
            except OSError:
                continue
        return {**logs, self._paths.folder.name: self.log}

    def _changes(self, step: StudyStep, runner: StepRunner, *, is_undo: bool) -> Iterator[SessionChange]:
        """Yield the change of each session that is part of a step. Raises SessionUnavailableError."""
        for folder, log in self._logs().items():
            record = log.steps.get(step.id)
            for source_id, id_ in record.transactions if record else ():
                session = runner.session(source_id, folder, record.coder if record else "")
                decision = _reversal_of(id_, session.transactions, session.state, is_undo=is_undo)
                if decision is not None:
                    yield SessionChange(folder, session, decision)

    def _users(self, gone: set[CodeId], changes: Sequence[SessionChange]) -> str:
        """Return whose codings use codes that the codebook would lack; empty if nobody's do."""
        after = {(one.folder, one.session.source.id): _state_after(one) for one in changes}
        codings: defaultdict[str, int] = defaultdict(int)
        ads: defaultdict[str, set[str]] = defaultdict(set)
        used: set[str] = set()
        is_hidden = False
        for record in self._workspace.study.sessions(is_shown=False):
            state = after.get((record.folder, record.source.id), record.state)
            using = [one for one in state.live() if one.code in gone]
            if using and not self._workspace.study.may_read(record.coder, record.source.id):
                is_hidden = True
                continue
            for coding in using:
                codings[record.coder] += 1
                ads[record.coder].add(record.source.id)
                used.add(coding.code)
        words = self._workspace.book.words
        reach = [
            f"{plural(number, 'coding')} of {'yours' if coder == self._workspace.coder else coder}"
            f" in {words.source if len(ads[coder]) == 1 else words.sources} {', '.join(sorted(ads[coder])[:5])}"
            for coder, number in sorted(codings.items())
        ]
        reach += ["codings that are hidden from you"] if is_hidden else []
        return f"{' and '.join(reach)} use {', '.join(sorted(used or gone))}" if reach else ""


def _stack(steps: Steps | None) -> Iterator[Transaction]:
    while steps is not None:
        yield steps.newest
        steps = steps.earlier


def _reversal_of(
    id_: TransactionId, transactions: Sequence[Transaction], state: State, *, is_undo: bool
) -> Decision | None:
    """Return the decision that undoes or redoes a transaction; None if that was done, or if there is none."""
    chain = [one for one in transactions if id_ in (one.id, one.target)]
    if not chain or (chain[-1].cause == "undo") == is_undo:
        return None
    return inverse_of(chain[-1], state)


def _state_after(change: SessionChange) -> State:
    state = change.session.state
    blank = Transaction(id=TransactionId("~"), seq=0, time="", coder="", events=())
    return evolve(state, transaction_of(change.decision, state, blank))


def _gone(book: Codebook, text: str) -> set[CodeId]:
    """Return the codes of the codebook that a text of it lacks."""
    after, _ = parse_codebook(text.removeprefix("\ufeff"), "")
    return {code.id for code in book.codes} - {code.id for code in (after.codes if after else book.codes)}


def _relabelled(book: Codebook, text: str) -> set[CodeId]:
    """Return the codes that have another label in a text of the codebook."""
    after, _ = parse_codebook(text.removeprefix("\ufeff"), "")
    labels = {code.id: label(after, code) for code in after.codes} if after else {}
    return {code.id for code in book.codes if labels.get(code.id, label(book, code)) != label(book, code)}


def _parts_changed(step: StudyStep, root: Path) -> set[tuple[str, str]]:
    """Return the parts of the codebook that a step changed, by kind and id; none if its versions were not kept."""
    if step.codebook_before == step.codebook_after:
        return set()
    try:
        before, after = kept_book(root, step.codebook_before), kept_book(root, step.codebook_after)
    except OSError:
        return set()
    if before is None or after is None:
        return set()
    changed: set[tuple[str, str]] = set()
    for kind in KINDS:
        old = {one.id: one for one in parts_of(before, kind)}
        new = {one.id: one for one in parts_of(after, kind)}
        changed |= {(kind, id_) for id_ in (*old, *new) if old.get(id_) != new.get(id_)}
    return changed

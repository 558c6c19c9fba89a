"""Change several sessions, and the codebook, as one step: it is noted on disk before it begins, and undone as one."""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.commands import Command, Decision, DecisionContext, Refusal, transaction_of
from codetui.core.session.decide import applicable, decide, undo_events, undo_unchanged
from codetui.core.session.state import State, evolve
from codetui.formats.codebook.editing import verified
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.edit import EditError
from codetui.formats.toml.rebase import distance, rebase
from codetui.model import (
    NO_STEP,
    Event,
    Problem,
    Source,
    SourceEntry,
    SourceId,
    StepId,
    StepKind,
    StudyStep,
    Transaction,
    TransactionId,
    source_hash,
)
from codetui.storage import study_files
from codetui.storage.journal import StudyJournal, decode, encode, fresh_id, now
from codetui.storage.session_files import SessionPaths
from codetui.study.session.outcome import NotSaved, Saved, not_read
from codetui.study.session.session import Session
from codetui.study.steps import BegunStep, StepNote, interrupted_steps, log_reversal, log_step
from codetui.study.study import Study
from codetui.study.workspace import Workspace

TextChange = Callable[[str], str]
"""Returns the new text of the codebook for the current one, or raises EditError to leave it unchanged."""

Edit = Callable[[TextChange], Saved | Refusal | NotSaved]


class SessionChange(NamedTuple):
    """The change of one session in a step; `folder` is that of its coder."""

    folder: str
    session: Session
    decision: Decision


class StepPlan(NamedTuple):
    """A step that has not begun; `what` describes it.

    `edit` changes the codebook, None leaves it unchanged. `target` is the step that an undo or redo is about.
    `skipped` are the refusals of commands that are left out.
    """

    kind: StepKind
    what: str
    changes: tuple[SessionChange, ...] = ()
    edit: TextChange | None = None
    target: StepId = NO_STEP
    skipped: tuple[Refusal, ...] = ()
    events: tuple[Event, ...] = ()
    """Those of memos that belong to no session."""


class StepDone(NamedTuple):
    """A step that was carried out.

    `sessions` is the number of sessions that it changed. Sessions among `problems` with an error lack it: then the step
    counts as interrupted, and can be finished or taken back.
    """

    what: str
    sessions: int
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Refusal, ...] = ()

    @property
    def is_complete(self) -> bool:
        """True if all sessions have it."""
        return all(problem.severity != "error" for problem in self.problems)


class Begun(NamedTuple):
    """A step that has begun: its note, and the folders and sessions that have it so far."""

    step: BegunStep
    note: StepNote
    changes: tuple[SessionChange, ...]
    done: list[tuple[str, Session]]
    problems: list[Problem]
    skipped: tuple[Refusal, ...] = ()


class SessionUnavailableError(Exception):
    """Raised if a session cannot be changed now; the message has the reason."""


class StepRunner:
    """Carries out steps over several sessions and the codebook, for one coder.

    The sessions that it opens are released by `release`.
    """

    def __init__(self, study: Study, coder: str, current: Session | None = None, edit: Edit | None = None) -> None:
        """Use `current` as the session that is open on the screen; `edit` changes the text of the codebook."""
        self.coder = coder
        self._study = study
        self._root = study.sessions_path
        self._own = study.paths_of(coder).folder.name
        self._current = current
        self._edit = edit or study.codebook_service.edit
        self._sources = study.sources_by_id()
        self._listed: Callable[[SourceId], SourceEntry | None] = lambda _: None
        self._opened: dict[tuple[str, SourceId], Session] = {}

    @classmethod
    def of(cls, workspace: Workspace) -> StepRunner:
        """Return the runner of a workspace, which shares its open session."""
        runner = cls(workspace.study, workspace.coder, workspace.session, workspace.edit_codebook)
        runner._listed = workspace.sources.find
        return runner

    def session(self, source_id: SourceId, folder: str = "", coder: str = "") -> Session:
        """Return a session to change: the coder's own, or that of the `coder` in another folder.

        Raises SessionUnavailableError if another program has it, or if it cannot be read.
        """
        folder, coder = folder or self._own, coder or self.coder
        current = self._current
        if current is not None and (folder, source_id) == (self._own, current.source.id):
            if current.holder is not None:
                raise SessionUnavailableError(self._held(current))
            return current
        key = folder, source_id
        if key not in self._opened:
            try:
                entry = self._listed(source_id)
                source = self._study.corpus.read(entry)[0] if entry else self._sources.find(source_id)
                source = source or Source(source_id, "", "", "", folder)
                paths, keep = SessionPaths.of_folder(self._root, folder), self._study.keeper(source)
                session = Session(source, self._study.codebook, paths, coder, keep, token="")
            except OSError as error:
                reason = f"{error.filename or folder}: {error.strerror or error}"
                raise SessionUnavailableError(f"{self._name(source_id)} cannot be read: {reason}") from error
            self._opened[key] = session
            if session.holder is not None:
                raise SessionUnavailableError(self._held(session))
            pulled = session.initial_pull
            if pulled is not None and not pulled.is_saved:
                raise SessionUnavailableError(pulled.message)
        return self._opened[key]

    def _held(self, session: Session) -> str:
        return f"{self._name(session.source.id)} is open elsewhere {session.holder}; close it there"

    def _name(self, source_id: SourceId) -> str:
        return f"{self._study.codebook.words.source} {source_id}"

    def release(self) -> None:
        """Release the sessions that were opened for the step."""
        for session in self._opened.values():
            session.release()
        self._opened.clear()

    # --- a step of commands -------------------------------------------------------------------------

    def plan_commands(self, what: str, commands: Mapping[SourceId, Sequence[Command]]) -> StepPlan | Refusal:
        """Decide commands in the coder's own sessions, as one step; nothing is written.

        Refused commands are left out; if all are, their first refusal is returned.
        """
        changes: list[SessionChange] = []
        skipped: list[Refusal] = []
        try:
            for source_id, some in commands.items():
                session = self.session(source_id)
                decision, refused = decide_together(session, some, what)
                skipped += refused
                if decision is not None:
                    changes.append(SessionChange(self._own, session, decision))
        except SessionUnavailableError as error:
            return Refusal(f"Nothing was changed: {error}.")
        if not changes:
            return skipped[0] if skipped else Refusal("Nothing is selected.")
        return StepPlan("batch", what, tuple(changes), skipped=tuple(skipped))

    # --- carrying out -------------------------------------------------------------------------------

    def carry_out(
        self, plan: StepPlan, progress: Callable[[int], None] = lambda _: None
    ) -> StepDone | Refusal | NotSaved:
        """Carry out a step; `progress` receives the number of sessions that have it.

        If the codebook or the note cannot be written, nothing is changed.
        """
        begun = self.begin(plan)
        return self.finish(begun, progress) if isinstance(begun, Begun) else begun

    def begin(self, plan: StepPlan) -> Begun | StepDone | Refusal | NotSaved:
        """Note a step, and change the codebook and the open session; `finish` changes the others.

        A step without note, in one session or without any change, is done at once.
        """
        if plan.events:
            return self._log_memo(plan)
        refusal = self._interrupted() or self._outdated(plan)
        if refusal is not None:
            return refusal
        is_single = plan.kind == "batch" and len(plan.changes) == 1
        # While another session is open, the step has to name it: undo looks there for the latest one.
        if is_single and self._current in (None, plan.changes[0].session):
            [(_, session, decision)] = plan.changes
            outcome = session.record(decision)
            written = self._written(session) if isinstance(outcome, Saved) else ()
            return StepDone(plan.what, 1, written, plan.skipped) if isinstance(outcome, Saved) else outcome
        id_ = StepId(fresh_id())
        lines = tuple(
            (folder, one.coder, one.source.id, _line(one, decision, id_)) for folder, one, decision in plan.changes
        )
        made_in = self._current.source.id if self._current is not None else ""
        step = BegunStep(id_, plan.kind, self.coder, "", plan.what, "", "", "", "", plan.target, made_in, lines)
        note = StepNote(self._root, id_)
        noted = self._note(step, note, plan.edit)
        if not isinstance(noted, BegunStep):
            note.end([])
            return noted
        if not plan.changes and noted.before == noted.after:
            note.end([])
            return StepDone(plan.what, 0)
        begun = Begun(noted, note, plan.changes, [], [], plan.skipped)
        self._write_all(begun, [one for one in plan.changes if one.session is self._current])
        return begun

    def finish(self, begun: Begun, progress: Callable[[int], None] = lambda _: None) -> StepDone:
        """Change the sessions that are not open on the screen, record the step and end its note; for a worker."""
        self._write_all(begun, [one for one in begun.changes if one.session is not self._current], progress)
        problems: list[Problem] = begun.problems
        if any(problem.severity == "error" for problem in problems):
            begun.note.release()
        else:
            problems.extend(self._log(begun.step, begun.done))
            begun.note.end([])
        return StepDone(begun.step.what, len(begun.done), tuple(problems), begun.skipped)

    def _interrupted(self) -> Refusal | None:
        """Return why no other step may begin if one was interrupted."""
        try:
            problems = interrupted_steps(self._root)[1]
        except OSError as error:
            return Refusal(str(not_read(error, self._root, "nothing is changed")))
        return Refusal(f"Nothing was changed: {problems[0].message}.") if problems else None

    def _outdated(self, plan: StepPlan) -> NotSaved | None:
        """Import the changes of others into the open session; return why that failed, if it did."""
        session = self._current
        if session is None or all(change.session is not session for change in plan.changes):
            return None
        reason = session.out_of_date_reason()
        return NotSaved(reason) if reason else None

    def _note(self, step: BegunStep, note: StepNote, edit: TextChange | None) -> BegunStep | Refusal | NotSaved:
        """Save the note of a step, and change the codebook after keeping both versions."""
        if edit is None:
            try:
                note.begin(step)
            except OSError as error:
                return NotSaved(f"{error.filename or note.path}: {error.strerror or error}")
            return step
        noted = [step]

        def change(text: str) -> str:
            changed = edit(text)
            if changed != text:
                hashes = [keep_version(self._root, one) for one in (text, changed)]
                noted[0] = step._replace(before=hashes[0], after=hashes[1])
                note.begin(noted[0])
            return changed

        outcome = self._edit(change)
        return noted[0] if isinstance(outcome, Saved) else outcome

    def _write_all(
        self, begun: Begun, changes: Sequence[SessionChange], progress: Callable[[int], None] = lambda _: None
    ) -> None:
        """Change some of the sessions of a step."""
        step = begun.step
        for folder, session, decision in changes:
            if step.before != step.after and session is not self._current:
                session.use(self._study.codebook, self._study.codebook_service.keep)
            outcome = session.record(decision._replace(step=step.id)) if decision.events else Saved("")
            if isinstance(outcome, Saved):
                begun.done.append((folder, session))
                begun.problems.extend(self._written(session))
            else:
                what = f"this session is unchanged: {outcome.reason}; fix the cause, then finish the change"
                begun.problems.append(Problem(str(session.log_path), 0, "error", what))
            progress(len(begun.done))

    def _written(self, session: Session) -> tuple[Problem, ...]:
        """Write the document of a session that is not on the screen; return the problem, if any.

        The log has the change already, so that a document which cannot be written is no error of the step.
        """
        problem = None if session is self._current else session.save_document()
        return (problem._replace(severity="warning"),) if problem else ()

    def _log(self, step: BegunStep, done: Sequence[tuple[str, Session]]) -> Iterator[Problem]:
        """Record the step in the log of each coder whose sessions it changed, and in the coder's own."""
        maker = self._study.paths_of(step.coder).folder.name
        folders = {maker: step.coder, **{folder: session.coder for folder, session in done}}
        for folder, coder in folders.items():
            sessions = [session for each, session in done if each == folder]
            transactions = [
                (session.source.id, one.id)
                for session in sessions
                for one in session.transactions
                if one.step == step.id
            ]
            record = StudyStep(
                id=step.id,
                seq=0,
                time=now(),
                coder=coder,
                kind=step.kind,
                transactions=tuple(transactions),
                codebook_before=step.before or self._study.codebook.content_hash,
                codebook_after=step.after or self._study.codebook.content_hash,
                what=step.what,
                made_in=step.made_in,
                made_by="" if folder == maker else step.coder,
                target=step.target,
            )
            yield from log_step(self._root, folder, record)

    def _log_memo(self, plan: StepPlan) -> StepDone | NotSaved:
        """Record a step that only the log of the study has, in one line."""
        book, made_in = self._study.codebook.content_hash, self._current.source.id if self._current is not None else ""
        step = StudyStep(
            id=StepId(fresh_id()),
            seq=0,
            time=now(),
            coder=self.coder,
            kind=plan.kind,
            codebook_before=book,
            codebook_after=book,
            what=plan.what,
            made_in=made_in,
            target=plan.target,
            events=plan.events,
        )
        try:
            StudyJournal(SessionPaths.of_folder(self._root, self._own).study_log()).record(step)
        except OSError as error:
            return NotSaved(f"{error.filename or self._own}: {error.strerror or error}")
        return StepDone(plan.what, 0)

    # --- interrupted steps --------------------------------------------------------------------------

    def resume(self, step: BegunStep, *, is_reverse: bool) -> StepDone | Refusal | NotSaved:
        """Finish a step that was interrupted, or take it back; values that were changed since then stay."""
        note = StepNote(self._root, step.id, is_resumed=True)
        holder = note.claim()
        if holder is not None:
            return Refusal(f"Another program is making this change ({holder}): wait until it ends.")
        try:
            changes = tuple(self._remaining(step, is_reverse=is_reverse))
        except (SessionUnavailableError, OSError, ValueError) as error:
            note.release()
            return Refusal(f"Nothing was changed: {error}.")
        if step.before != step.after:
            here, there = (step.after, step.before) if is_reverse else (step.before, step.after)
            outcome = self._edit(lambda text: carried_over(self._root, text, here, there, is_resumed=True))
            if not isinstance(outcome, Saved):
                note.release()
                return outcome
        if is_reverse:
            return self._take_back(step, note, changes)
        begun = Begun(step, note, changes, [], [])
        self._write_all(begun, [one for one in changes if one.session is self._current])
        return self.finish(begun)

    def _remaining(self, step: BegunStep, *, is_reverse: bool) -> Iterator[SessionChange]:
        """Yield the changes by which an interrupted step is finished, or taken back. Raises ValueError on damage."""
        for folder, coder, source_id, line in step.changes:
            planned = decode(line.encode("utf-8"), Transaction)
            session = self.session(source_id, folder, coder)
            known = [one for one in session.transactions if one.step == step.id]
            is_done = len(known) % 2 == 1
            if is_done and is_reverse:
                yield SessionChange(folder, session, inverse_of(known[-1], session.state))
            elif not is_done and not is_reverse:
                events = applicable(planned.events, session.state)
                yield SessionChange(folder, session, Decision(events, step.what, planned.cause, planned.target))

    def _take_back(self, step: BegunStep, note: StepNote, changes: Sequence[SessionChange]) -> StepDone:
        problems: list[Problem] = []
        for _, session, decision in changes:
            outcome = session.record(decision._replace(step=step.id))
            if isinstance(outcome, Saved):
                problems += self._written(session)
            else:
                what = f"this session is unchanged: {outcome.reason}; fix the cause and take the change back again"
                problems.append(Problem(str(session.log_path), 0, "error", what))
        if all(problem.severity != "error" for problem in problems):
            for folder in {self._own, *(folder for folder, *_ in step.changes)}:
                problems += log_reversal(self._root, folder, step)
        note.end(problems)
        return StepDone(step.what, len(changes), tuple(problems))


def decide_together(session: Session, commands: Sequence[Command], what: str) -> tuple[Decision | None, list[Refusal]]:
    """Return one decision for several commands in a session, and the refusals of those that are left out."""
    state, refused = session.state, list[Refusal]()
    found: list[Decision] = []
    for command in commands:
        context = DecisionContext(session.book, session.source.text, source_hash(session.source.text), fresh_id())
        decision = decide(state, command, context)
        if isinstance(decision, Refusal):
            refused.append(decision)
        else:
            found.append(decision)
            state = evolve(state, transaction_of(decision, state, _blank(session)))
    events = tuple(event for decision in found for event in decision.events)
    return (found[0]._replace(events=events, message=f"{what}.") if found else None), refused


def inverse_of(transaction: Transaction, state: State) -> Decision:
    """Return the decision that undoes a transaction, or redoes one that was an undo.

    Values that were changed after it stay.
    """
    is_last = state.heads == (transaction.id,) and transaction.cause not in ("undo", "redo")
    events = undo_events(transaction) if is_last else undo_unchanged(transaction, state)
    if transaction.cause == "undo":
        return Decision(events, "", "redo", transaction.target)
    target = transaction.target if transaction.cause == "redo" else transaction.id
    return Decision(events, "", "undo", target)


def keep_version(root: Path, text: str) -> str:
    """Keep a version of the codebook beside the sessions; return its hash. Raises EditError, OSError."""
    bare = text.removeprefix("\ufeff")
    book, problems = parse_codebook(bare, "")
    if book is None:
        raise EditError(problems[0].message)
    problem = study_files.keep_codebook(root, bare, book.content_hash)
    if problem is not None:
        raise OSError(errno.EIO, problem.message, problem.file)
    return book.content_hash


def carried_over(root: Path, text: str, before: str, after: str, *, is_resumed: bool = False) -> str:
    """Return the codebook with the change between two kept versions, by their hashes; other edits of it stay.

    A change that is `is_resumed` may be there already. Raises EditError if a version is not kept, or if the same lines
    were changed since then.
    """
    bare = text.removeprefix("\ufeff")
    kept = [study_files.kept_codebook(root, digest) for digest in (before, after)]
    for digest, each in zip((before, after), kept, strict=True):
        if each is None:
            raise EditError(f"its version {digest[:12]} is not kept in {root}")
    here, there = kept[0] or "", kept[1] or ""
    if bare != here and distance(bare, there) < distance(bare, here):
        if is_resumed:
            return text
        raise EditError("it was changed back in the codebook since then")
    return text.removesuffix(bare) + verified(bare, rebase(bare, here, there))


def _line(session: Session, decision: Decision, step: StepId) -> str:
    """Return the transaction of a decision as a line of a log."""
    return encode(transaction_of(decision._replace(step=step), session.state, _blank(session))).decode("utf-8")


def _blank(session: Session) -> Transaction:
    codebook = f"{session.book.version}#{session.book.content_hash[:12]}"
    id_ = TransactionId(fresh_id())
    return Transaction(id=id_, seq=0, time=now(), coder=session.coder, codebook=codebook, events=())

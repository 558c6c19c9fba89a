"""Rename, merge, split, move or retire a code: in the codebook, then in the sessions of all coders."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.migration import MigrationMap, version_name
from codetui.core.codebook.refactoring import Refactoring, describe, name_of, rule_of
from codetui.core.session.commands import Refusal
from codetui.formats.codebook.editing import refactor
from codetui.formats.codebook.reader import parse_codebook
from codetui.formats.toml.edit import EditError
from codetui.model import Codebook, Problem, StepId
from codetui.storage import fs, study_files
from codetui.storage.journal import fresh_id
from codetui.study.migrate import (
    MigrationCounts,
    MigrationPlan,
    count_sessions,
    keep_books,
    keep_rules,
    lines_of,
    migrate_session,
    migrate_sessions,
    read_plan,
    resumed_plan,
    transactions_of,
)
from codetui.study.session.outcome import NotSaved, not_read
from codetui.study.sessions import SessionSnapshot
from codetui.study.steps import BegunStep, StepNote, interrupted_steps, is_note
from codetui.study.study import StudyError
from codetui.study.workspace import Workspace


class MigrationPreview(NamedTuple):
    """The counts of a migration before or after it; `step` is the refactoring that it begins with, None for a map.

    Once it has begun, `note` is its note on disk; `only` is the coder to whose sessions it is limited, empty for all.
    """

    plan: MigrationPlan
    tally: MigrationCounts
    step: Refactoring | None = None
    note: StepNote | None = None
    only: str = ""

    @property
    def lines(self) -> list[str]:
        """The counts as messages, the total first, and the problems: `42 codings in 17 ads of 2 coders`."""
        plan, tally = self.plan, self.tally
        of_books, *rest = lines_of(tally, plan.rules, plan.new, plan.old)
        problems = [str(problem) for problem in (*plan.problems, *tally.unread, *tally.problems)]
        return [tally.reach if plan.is_fresh else of_books, *(line.strip() for line in rest), *problems]


class CodeRefactoring:
    """Refactors codes in the codebook together with their codings in the sessions of all coders."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._study = workspace.study
        self._paths = workspace.study.paths_of(workspace.coder)

    def count(self, step: Refactoring) -> MigrationPreview | Refusal:
        """Count the changes that a refactoring would make; nothing is written, and any thread may call this."""
        if refused := self._not_editor():
            return refused
        try:
            text = fs.read(self._workspace.codebook.path).decode("utf-8-sig")
            plan = _plan(text, refactor(text, step), step)
        except (EditError, OSError, UnicodeDecodeError) as error:
            return self._interrupted() or Refusal(f"The codebook is unchanged: {error}.")
        return self._interrupted() or MigrationPreview(plan, count_sessions(plan, self._study), step)

    def count_map(self, map_file: Path) -> MigrationPreview | Refusal:
        """Count the changes that the rules in a file would make; nothing is written, and any thread may call this."""
        if refused := self._not_editor():
            return refused
        try:
            plan = read_plan(map_file, self._workspace.codebook.path, self._paths.root)
        except StudyError as error:
            return self._interrupted() or Refusal(str(error))
        if not plan.rules.is_checked:
            return Refusal(f"Nobody has reviewed the rules in {map_file} yet: review them, and set checked = true.")
        return self._interrupted() or MigrationPreview(plan, count_sessions(plan, self._study))

    def apply(self, preview: MigrationPreview) -> MigrationPreview | Refusal | NotSaved:
        """Change the codebook and migrate the open session; return the counts so far, for `migrate_others`.

        If the codebook has changed since the preview, the change applies to its newest text.
        """
        reason = self._out_of_date()
        if reason is not None:
            return reason
        problems: list[Problem] = []
        if preview.step is not None:
            begun = self._changed(preview.step)
        else:
            problems = keep_books(self._workspace.codebook.path, None, self._paths.root, preview.plan)
            what = f"migration from {preview.plan.rules.name}"
            begun = self._named(preview.plan._replace(what=what)), StepNote(self._paths.root, preview.plan.step)
            try:
                begun[1].begin(begun[0].begun(what, self._workspace.coder))
            except OSError as error:
                return NotSaved(f"{error.filename}: {error.strerror or error}")
        if isinstance(begun, Refusal | NotSaved):
            return begun
        plan, note = begun
        tally = MigrationCounts(plan.new.words, problems=problems)
        return self._migrate_open(MigrationPreview(plan, tally, preview.step, note))

    def resume(self, step: BegunStep, *, is_reverse: bool) -> MigrationPreview | Refusal | NotSaved:
        """Finish or revert an interrupted step in the codebook and the open session, as `apply` does."""
        reason = self._out_of_date()
        if reason is not None:
            return reason
        try:
            plan, note = resumed_plan(step, self._study, self._workspace.edit_codebook, is_reverse=is_reverse)
        except StudyError as error:
            return Refusal(str(error))
        return self._migrate_open(MigrationPreview(plan, MigrationCounts(plan.new.words), None, note, step.only))

    def interrupted(self) -> list[BegunStep]:
        """Return the interrupted steps, and replace those listed among the problems with them."""
        known = [one for one in self._workspace.problems if is_note(one)]
        try:
            steps, problems = interrupted_steps(self._paths.root)
        except OSError as error:
            steps, problems = [], [not_read(error, self._paths.root, "changes that were interrupted are not shown")]
        self._workspace.problems[:] = [one for one in self._workspace.problems if one not in known]
        self._workspace.add_problems(problems)
        return steps

    def _not_editor(self) -> Refusal | None:
        """Return why the coder may not change the sessions of all; None if they may."""
        book = self._workspace.book
        if book.has_editor(self._workspace.coder):
            return None
        return Refusal(f"The codebook is unchanged: only {' or '.join(book.editors)} can change the sessions of all.")

    def _interrupted(self) -> Refusal | None:
        """Return why no other step may begin if one was interrupted."""
        try:
            problems = interrupted_steps(self._paths.root)[1]
        except OSError as error:
            return Refusal(f"{error.filename}: {error.strerror or error}")
        return Refusal(f"The codebook is unchanged: {problems[0].message}.") if problems else None

    def _out_of_date(self) -> NotSaved | None:
        """Save the open session with the changes of others, or return why that failed."""
        session = self._workspace.session
        reason = session.out_of_date_reason() if session else ""
        if reason:
            return NotSaved(reason)
        self._workspace.leave()
        return None

    def _migrate_open(self, begun: MigrationPreview) -> MigrationPreview:
        """Migrate the open session."""
        session, plan, tally = self._workspace.session, begun.plan, begun.tally
        if session is not None and begun.only in ("", session.coder):
            done = migrate_session(plan, session)
            if isinstance(done, NotSaved):
                what = f"this session is unchanged: {done.reason}"
                tally.problems.append(Problem(str(session.document_path), 0, "error", what))
            else:
                tally.add(session.source.id, self._paths.folder.name, done)
                tally.steps[self._paths.folder.name, session.coder] += transactions_of(session, plan.step)
        return begun

    def migrate_others(
        self, begun: MigrationPreview, progress: Callable[[int], None] = lambda _: None
    ) -> MigrationPreview:
        """Migrate all other sessions of all coders, for a worker; `progress` receives the number done so far."""
        plan, only = begun.plan, begun.only or None
        tally = migrate_sessions(plan, self._study, only, self._is_open, begun.tally, progress)
        if begun.note is not None:
            begun.note.end(tally.problems)
        return begun._replace(tally=tally)

    def hint(self, plan: MigrationPlan) -> str:
        """Return how to migrate the sessions that could not be migrated."""
        path = study_files.map_path(self._paths.root, plan.rules.digest)
        return f"Fix the cause, then: codetui codebook migrate --map {path}"

    def _changed(self, step: Refactoring) -> tuple[MigrationPlan, StepNote] | Refusal | NotSaved:
        """Change the codebook's file after saving both versions, the rules and the step beside the sessions."""
        root, id_ = self._paths.root, StepId(fresh_id())
        note = StepNote(root, id_)
        plans: list[MigrationPlan] = []

        def change(text: str) -> str:
            changed = refactor(text, step)
            before, after = text.removeprefix("\ufeff"), changed.removeprefix("\ufeff")
            plan = self._named(_plan(before, after, step)._replace(step=id_, what=name_of(step)))
            plans[:] = [plan]
            old = plan.old or plan.new
            kept = (
                study_files.keep_codebook(root, before, old.content_hash),
                study_files.keep_codebook(root, after, plan.new.content_hash),
                *keep_rules(root, plan.rules),
            )
            for problem in filter(None, kept):
                raise OSError(errno.EIO, problem.message, problem.file)
            note.begin(plan.begun(describe(step, old), self._workspace.coder))
            return changed

        outcome = self._workspace.edit_codebook(change)
        if isinstance(outcome, Refusal | NotSaved):
            note.end([])
            return outcome
        return plans[0], note

    def _named(self, plan: MigrationPlan) -> MigrationPlan:
        """Return the plan with the coder who makes the change and the source that is open."""
        session = self._workspace.session
        return plan._replace(made_in=session.source.id if session else "", coder=self._workspace.coder)

    def _is_open(self, record: SessionSnapshot) -> bool:
        session = self._workspace.session
        return session is not None and (record.folder, record.source.id) == (self._paths.folder.name, session.source.id)


def _plan(before: str, after: str, step: Refactoring) -> MigrationPlan:
    """Return the rules between two texts of the codebook. Raises EditError if one cannot be read."""
    old, new = _read(before), _read(after)
    rules = MigrationMap((rule_of(step),), version_name(old), version_name(new))
    return MigrationPlan(rules, new, old, is_fresh=True, kind="refactoring")


def _read(text: str) -> Codebook:
    book, problems = parse_codebook(text, "")
    if book is None:
        raise EditError(problems[0].message)
    return book

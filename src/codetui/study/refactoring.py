"""Renaming, merging, splitting, moving and retiring a code: in the codebook, then in the sessions of all coders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.migration import MigrationMap, version_name
from codetui.core.codebook.refactoring import Refactoring, rule_of
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
    transactions_of,
)
from codetui.study.session.outcome import NotSaved
from codetui.study.sessions import SessionSnapshot
from codetui.study.study import StudyError
from codetui.study.workspace import Workspace


class MigrationPreview(NamedTuple):
    """The counts of a migration before or after it; `step` is the refactoring that it begins with, None for a map."""

    plan: MigrationPlan
    tally: MigrationCounts
    step: Refactoring | None = None

    @property
    def lines(self) -> list[str]:
        """The counts in words, the total first, and the problems: `42 codings in 17 ads of 2 coders`."""
        plan, tally = self.plan, self.tally
        of_books, *rest = lines_of(tally, plan.rules, plan.new, plan.old)
        problems = [str(problem) for problem in (*plan.problems, *tally.problems)]
        return [tally.reach if plan.is_fresh else of_books, *(line.strip() for line in rest), *problems]


class CodeRefactoring:
    """Refactors codes in the codebook together with their codings in the sessions of all coders."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._study = workspace.study
        self._paths = workspace.study.paths_of(workspace.coder)

    def count(self, step: Refactoring) -> MigrationPreview | Refusal:
        """Count the changes that a refactoring would make; nothing is written, and any thread may call this."""
        try:
            text = fs.read(self._workspace.codebook.path).decode("utf-8-sig")
            plan = _plan(text, refactor(text, step), step)
        except EditError as error:
            return Refusal(f"The codebook is unchanged: {error}.")
        except (OSError, UnicodeDecodeError) as error:
            return Refusal(f"The codebook is unchanged: {error}.")
        return MigrationPreview(plan, count_sessions(plan, self._study), step)

    def count_map(self, map_file: Path) -> MigrationPreview | Refusal:
        """Count the changes that the rules in a file would make; nothing is written, and any thread may call this."""
        try:
            plan = read_plan(map_file, self._workspace.codebook.path, self._paths.root)
        except StudyError as error:
            return Refusal(str(error))
        if not plan.rules.is_checked:
            return Refusal(f"Nobody has reviewed the rules in {map_file} yet: review them, and set checked = true.")
        return MigrationPreview(plan, count_sessions(plan, self._study))

    def apply(self, preview: MigrationPreview) -> MigrationPreview | Refusal | NotSaved:
        """Change the codebook and migrate the open session; return the counts so far, for `migrate_others`.

        If the codebook was changed since the preview, its newest text is changed.
        """
        session = self._workspace.session
        reason = session.out_of_date_reason() if session else ""
        if reason:
            return NotSaved(reason)
        self._workspace.leave()
        plan = preview.plan if preview.step is None else self._changed(preview.step)
        if isinstance(plan, Refusal | NotSaved):
            return plan
        tally = MigrationCounts(plan.new.words)
        if session is not None:
            done = migrate_session(plan, session)
            if isinstance(done, NotSaved):
                what = f"this session is unchanged: {done.reason}"
                tally.problems.append(Problem(str(session.document_path), 0, "error", what))
            else:
                tally.add(session.source.id, self._paths.folder.name, done)
                tally.steps[self._paths.folder.name, session.coder] += transactions_of(session, plan.step)
        return MigrationPreview(plan, tally, preview.step)

    def migrate_others(
        self, begun: MigrationPreview, progress: Callable[[int], None] = lambda _: None
    ) -> MigrationPreview:
        """Migrate all other sessions, of all coders, for a worker; `progress` gets the number that is done."""
        plan = begun.plan
        tally = migrate_sessions(plan, self._study, None, self._is_open, begun.tally, progress)
        if not plan.is_fresh:
            tally.problems += keep_books(self._workspace.codebook.path, None, self._paths.root, plan)
        return MigrationPreview(plan, tally, begun.step)

    def hint(self, plan: MigrationPlan) -> str:
        """Return how to migrate those sessions that could not be."""
        path = study_files.map_path(self._paths.root, plan.rules.digest)
        return f"Fix the cause, then: codetui codebook migrate --map {path}"

    def _changed(self, step: Refactoring) -> MigrationPlan | Refusal | NotSaved:
        """Change the codebook's file, and keep its previous version and the rules beside the sessions."""
        workspace, root = self._workspace, self._paths.root
        texts: list[str] = []

        def change(text: str) -> str:
            texts[:] = [text, refactor(text, step)]
            return texts[1]

        changed = workspace.edit_codebook(change)
        if isinstance(changed, Refusal | NotSaved):
            return changed
        before, after = (text.removeprefix("\ufeff") for text in texts)
        plan = _plan(before, after, step)
        if plan.old is not None:
            problem = study_files.keep_codebook(root, before, plan.old.content_hash)
            kept = keep_rules(root, plan.rules)
            workspace.add_problems([*([problem] if problem else []), *kept])
        return plan

    def _is_open(self, record: SessionSnapshot) -> bool:
        session = self._workspace.session
        return session is not None and (record.folder, record.source.id) == (self._paths.folder.name, session.source.id)


def _plan(before: str, after: str, step: Refactoring) -> MigrationPlan:
    """Return the rules between two texts of the codebook.  Raises EditError where one cannot be read."""
    old, new = _read(before), _read(after)
    rules = MigrationMap((rule_of(step),), version_name(old), version_name(new))
    return MigrationPlan(rules, new, old, is_fresh=True, step=StepId(fresh_id()))


def _read(text: str) -> Codebook:
    book, problems = parse_codebook(text, "")
    if book is None:
        raise EditError(problems[0].message)
    return book

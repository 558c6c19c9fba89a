"""Migrating sessions from one codebook to the next, each in one step that can be undone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from codetui.core.codebook.migration import (
    MigrationMap,
    MigrationResult,
    Reason,
    Rule,
    chain_maps,
    migrate,
    version_name,
)
from codetui.core.codebook.usage import done_transactions
from codetui.core.session.commands import Decision, Refusal
from codetui.core.session.decide import undo_unchanged
from codetui.core.session.state import State
from codetui.core.text.display import plural
from codetui.formats.codebook.migration_map import parse_applied_map, parse_map, render_applied_map
from codetui.formats.session_doc.patch import document_of
from codetui.formats.toml.edit import EditError
from codetui.formats.toml.tables import nearest as nearest_name
from codetui.model import (
    NO_STEP,
    Codebook,
    Problem,
    Source,
    SourceId,
    StepId,
    StepKind,
    StudyStep,
    Transaction,
    TransactionId,
    Words,
    text_hash,
)
from codetui.storage import fs, study_files
from codetui.storage.copies import is_left_out
from codetui.storage.journal import fresh_id, now
from codetui.storage.session_files import SessionPaths
from codetui.storage.sources.corpus_sources import CorpusSources
from codetui.study.former import with_former
from codetui.study.session.outcome import NotSaved, Saved
from codetui.study.session.session import Session
from codetui.study.sessions import SessionSnapshot
from codetui.study.steps import BegunStep, StepNote, interrupted_steps, log_reversal, log_step
from codetui.study.study import Study, StudyError, kept_book, read_codebook

AT_ONCE = 8
"""Sessions that are written at the same time."""


class MigrationPlan(NamedTuple):
    """A migration that has not run yet: its rules and both codebooks, the old one if it is known.

    `is_fresh` is True if the codebook has just been changed as the rules describe. `step` is the step of the study's
    logs to which the transactions belong. With `is_reverse` that step is reverted: `new` is the codebook before it.
    `what`, `made_in` and `coder` are recorded with the step; the coder is empty if unknown.
    """

    rules: MigrationMap
    new: Codebook
    old: Codebook | None
    problems: tuple[Problem, ...] = ()
    is_fresh: bool = False
    step: StepId = NO_STEP
    is_reverse: bool = False
    kind: StepKind = "migration"
    what: str = ""
    made_in: str = ""
    coder: str = ""

    def applied_to(self, state: State) -> MigrationResult:
        """Return the events of the migration in a session; none if the step was done there already."""
        done = self.done_in(state)
        if self.is_reverse:
            events = undo_unchanged(done, state) if done else ()
            return MigrationResult(events, {}, 0, 0, ())
        return migrate(state, self.rules, self.new, fresh_id, self.old, is_fresh=self.is_fresh and not done)

    def done_in(self, state: State) -> Transaction | None:
        """Return the transaction of this step in a session, unless it was undone; None if there is none."""
        return next((one for one in done_transactions(state) if self.step and one.step == self.step), None)

    def begun(self, what: str, coder: str, only: str = "") -> BegunStep:
        """Return the step to record before it is carried out."""
        before, after = self.old.content_hash if self.old else "", self.new.content_hash
        digest = self.rules.digest
        return BegunStep(self.step, self.kind, coder, only, what, digest, before, after, "", made_in=self.made_in)


def read_plan(map_file: Path, codebook: Path, sessions: Path, old: Path | None = None) -> MigrationPlan:
    """Return the rules in a file, with the codebook they lead to and the one they come from.

    The old codebook is the file `old`, else the one named by the rules, if it was kept.  Raises StudyError.
    """
    book, _ = read_codebook(codebook)
    try:
        text = fs.read(map_file).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        hint = f"`codetui codebook propose OLD NEW -o {map_file}` writes such a file."
        raise StudyError(f"{reason}; {hint}", file=map_file) from error
    before = _old_book(text, map_file, book, sessions, old)
    rules, problems = parse_map(text, str(map_file), book, before)
    problems += _unknown_codes(rules, text, map_file, book, sessions) if rules and before is None else ()
    errors = [problem for problem in problems if problem.severity == "error"]
    if rules is None or errors:
        raise StudyError("the rules cannot be followed, so nothing is changed:", problems=errors)
    return MigrationPlan(rules, book, before, tuple(problems), step=StepId(fresh_id()))


def find_codebook(name: str, sessions: Path) -> Codebook:
    """Return the codebook in a file, or a kept one by its version, by its hash (four digits at least) or by both.

    Of several kept codebooks of one version the last one used is returned. Raises StudyError if there is none.
    """
    if fs.is_file(Path(name)):
        return read_codebook(Path(name))[0]
    version, _, digest = name.rpartition("#")
    found = kept_book(sessions, digest)
    if found is not None and version in ("", found.version):
        return found
    # The kept ones, in the order of their first use.
    kept = [book for one in study_files.kept_names(sessions) if (book := kept_book(sessions, one)) is not None]
    named = [book for book in kept if book.version == name]
    if named:
        return named[-1]
    known = ", ".join(dict.fromkeys(version_name(book) for book in kept))
    there = f"kept in {sessions} are: {known}" if known else f"no codebook is kept in {sessions} yet"
    raise StudyError(f"there is no file, version or kept codebook “{name}”; {there}.")


def migrate_study(plan: MigrationPlan, study: Study, coder: str | None, old: Path | None = None) -> MigrationCounts:
    """Migrate all sessions of a study, or those of one coder, and keep both codebooks beside them.

    They are kept first, since documents name codes of the old one. An interrupted step with the same rules is finished.
    Raises StudyError if another step was interrupted.
    """
    counts = MigrationCounts(plan.new.words, problems=keep_books(study.codebook_path, old, study.sessions_path, plan))
    steps, problems = interrupted_steps(study.sessions_path)
    same = next((one for one in steps if one.rules == plan.rules.digest), None)
    if problems and same is None:
        raise StudyError("nothing is changed:", problems=problems)
    if same is not None:
        plan = plan._replace(step=same.id, is_fresh=same.kind == "refactoring", kind=same.kind)
    note = StepNote(study.sessions_path, plan.step, is_resumed=same is not None)
    try:
        note.begin(same or plan.begun(f"migration from {plan.rules.name}", "", coder or ""))
    except OSError as error:
        what = (
            f"if this is interrupted, no command will report it ({error.strerror or error}): run the same command again"
        )
        counts.problems.append(Problem(str(note.path), 0, "warning", what))
    counts = migrate_sessions(plan, study, coder, tally=counts)
    note.end(counts.problems)
    return counts


def resume_study(step: BegunStep, study: Study, *, is_reverse: bool) -> MigrationCounts:
    """Finish an interrupted step, or revert it with `is_reverse`.

    Raises StudyError if that is not possible, and then nothing is changed.
    """
    plan, note = resumed_plan(step, study, study.codebook_service.edit, is_reverse=is_reverse)
    counts = migrate_sessions(plan, study, step.only or None)
    note.end(counts.problems)
    return counts


Edit = Callable[[Callable[[str], str]], Saved | Refusal | NotSaved]


def resumed_plan(step: BegunStep, study: Study, edit: Edit, *, is_reverse: bool) -> tuple[MigrationPlan, StepNote]:
    """Change the codebook to that after an interrupted step, or before it; return the remaining work.

    `edit` changes the text of the codebook. Raises StudyError.
    """
    root, is_refactoring = study.sessions_path, step.kind == "refactoring"
    note = StepNote(root, step.id, is_resumed=True)
    holder = note.claim()
    if holder is not None:
        raise StudyError(f"another program is making this change ({holder}); wait until it ends.", file=note.path)
    try:
        if is_refactoring:
            _edit_back(step, root, edit, is_reverse=is_reverse)
        plan = _resumed(step, study, is_reverse=is_reverse)
    except (StudyError, OSError) as error:
        note.release()
        if isinstance(error, StudyError):
            raise
        raise StudyError(f"{error.filename}: {error.strerror or error}; nothing is changed", file=note.path) from error
    return plan, note


def _edit_back(step: BegunStep, root: Path, edit: Edit, *, is_reverse: bool) -> None:
    """Change the codebook to the version after or before a step. Raises StudyError."""
    here, there = (step.after, step.before) if is_reverse else (step.before, step.after)
    wanted = study_files.kept_codebook(root, there)

    def change(text: str) -> str:
        bare = text.removeprefix("\ufeff")
        if text_hash(bare) == here and wanted is not None:
            return text.removesuffix(bare) + wanted
        if text_hash(bare) != there and (is_reverse or text_hash(bare) == here):
            why = (
                "it has been changed since then"
                if wanted is not None
                else f"its version {there[:12]} is not kept in {root}"
            )
            raise EditError(f"the change cannot be {'taken back' if is_reverse else 'finished'}, as {why}")
        return text

    done = edit(change)
    if not isinstance(done, Saved):
        raise StudyError(done.message)


def _resumed(step: BegunStep, study: Study, *, is_reverse: bool) -> MigrationPlan:
    """Return the remaining work of a step whose codebook is already in place. Raises StudyError, OSError."""
    root = study.sessions_path
    book, other = study.codebook, kept_book(root, step.after if is_reverse else step.before)
    found = _rules_in(study_files.map_path(root, step.rules))
    known = {code.id for code in book.codes}
    lost = [to for rule in found.rules for to in rule.new if rule.part == "code" and to not in known]
    if lost and not is_reverse:
        what = f"the codebook has been changed since then and lacks {', '.join(lost)}"
        raise StudyError(f"{what}: add the code again, or take the change back")
    rules = tuple(replace(rule, is_same=not rule.new and rule.old in known) for rule in found.rules)
    is_fresh = step.kind == "refactoring" and not is_reverse
    return MigrationPlan(
        replace(found, rules=rules), book, other, (), is_fresh, step.id, is_reverse=is_reverse, kind=step.kind
    )._replace(what=step.what, made_in=step.made_in, coder=step.coder)


def count_sessions(plan: MigrationPlan, study: Study, coder: str | None = None) -> MigrationCounts:
    """Count the changes that a migration would make, including hand edits; nothing is written."""
    tally = MigrationCounts(plan.new.words, has_hidden=study.hides_anything())
    for record in study.sessions(coder=coder, book=plan.old or plan.new, is_shown=False):
        tally.unread += filter(is_left_out, record.problems)
        if record.state.opened is None and record.document is None:
            continue
        done = plan.applied_to(record.state)
        if not study.may_read(record.coder, record.source.id):
            continue
        tally.add(record.source.id, record.folder, done)
        if record.document and done.counts and not done.events:
            book = with_former(plan.new, study.sessions_path, [record.state])
            tally.rewritten += document_of(record.state, book, record.source).text != record.document.text
    return tally


def migrate_sessions(
    plan: MigrationPlan,
    study: Study,
    coder: str | None,
    is_skipped: Callable[[SessionSnapshot], bool] = lambda _: False,
    tally: MigrationCounts | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> MigrationCounts:
    """Migrate the sessions; those that cannot be written are unchanged and reported as problems.

    Several sessions are written at once, as nearly all the time is spent waiting for the disk. Skipped sessions are
    already counted in the `tally`.  `progress` is called with the number of sessions that were read.
    """
    tally, ads = tally or MigrationCounts(plan.new.words), study.sources_by_id()
    tally.has_hidden = study.hides_anything()
    sessions, read = (
        study.sessions_path,
        study.sessions(coder=coder, book=plan.old or plan.new, sources=ads, is_shown=False),
    )
    found = (one for one in read if not is_skipped(one))
    looked_at = 0
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while some := list(islice(found, 8 * AT_ONCE)):
            work = [(plan, sessions, record, _source_of(record, ads)) for record in some]
            for record, done in zip(some, pool.map(_migrate_session, *zip(*work, strict=True)), strict=True):
                tally.unread += filter(is_left_out, record.problems)
                tally.problems += done.problems
                tally.edited += done.was_edited
                tally.rewritten += done.is_rewritten
                if done.migrated is not None and study.may_read(record.coder, record.source.id):
                    tally.add(record.source.id, record.folder, done.migrated)
                tally.steps[record.folder, record.coder] += done.transactions
            looked_at += len(some)
            progress(looked_at)
    tally.problems += _log_step(plan, sessions, tally)
    return tally


def _log_step(plan: MigrationPlan, sessions: Path, tally: MigrationCounts) -> Iterator[Problem]:
    """Record the step in each coder's log of the study that lacks it; yield the problems."""
    before = plan.new if plan.is_reverse else plan.old
    if plan.coder:
        # The coder who made it has it too if no session of theirs is part of it.
        tally.steps[SessionPaths(sessions, plan.coder).folder.name, plan.coder] += ()
    own = SessionPaths(sessions, plan.coder).folder.name if plan.coder and not plan.is_reverse else ""
    for (folder, coder), transactions in tally.steps.items():
        if plan.is_reverse:
            yield from log_reversal(sessions, folder, plan.begun(plan.what, plan.coder))
        if not transactions and folder != own:
            continue
        step = StudyStep(
            id=plan.step,
            seq=0,
            time=now(),
            coder=coder,
            kind=plan.kind,
            transactions=tuple(transactions),
            codebook_before=before.content_hash if before else "",
            codebook_after=plan.new.content_hash,
            what=plan.what,
            made_in=plan.made_in,
            made_by="" if coder == plan.coder else plan.coder,
        )
        yield from log_step(sessions, folder, step)


def transactions_of(session: Session, step: StepId) -> list[tuple[SourceId, TransactionId]]:
    """Return the transactions of a session that belong to a step, for its record."""
    return [(session.source.id, one.id) for one in session.transactions if step and one.step == step]


def keep_books(codebook: Path, old: Path | None, sessions: Path, plan: MigrationPlan) -> list[Problem]:
    """Keep both codebooks beside the sessions if they come from files; return the problems."""
    books = [*([(old, plan.old)] if old and plan.old else []), (codebook, plan.new)]
    problems = keep_rules(sessions, plan.rules)
    for path, book in books:
        try:
            problem = study_files.keep_codebook(sessions, fs.read(path).decode("utf-8-sig"), book.content_hash)
        except (OSError, UnicodeDecodeError) as error:
            problem = Problem(str(path), 0, "warning", f"{error}; this version of the codebook is not kept")
        problems += [problem] if problem else []
    return problems


def _old_book(text: str, map_file: Path, book: Codebook, sessions: Path, old: Path | None) -> Codebook | None:
    """Return the codebook that the rules start from; None if it is unknown. Raises StudyError."""
    if old is not None:
        return read_codebook(old)[0]
    rules, _ = parse_map(text, str(map_file), book)
    digest = rules.old_book.rpartition("#")[2] if rules else ""
    try:
        return kept_book(sessions, digest)
    except OSError as error:
        raise StudyError(f"the old codebook cannot be read: {error.filename}: {error.strerror or error}.") from error


def _unknown_codes(rules: MigrationMap, text: str, map_file: Path, book: Codebook, sessions: Path) -> Iterator[Problem]:
    """Yield a problem for each rule of a code that neither the codebook nor a kept version of it has."""
    kept = [one for name in study_files.kept_names(sessions) if (one := kept_book(sessions, name)) is not None]
    known = {code.id for one in (book, *kept) for code in one.codes}
    lines = [line.partition("=")[0].strip().strip("\"'") for line in text.split("\n")]
    for old in (rule.old for rule in rules.rules if rule.part == "code" and rule.old not in known and kept):
        near = nearest_name(old, known)
        hint = f"did you mean {near}?" if near else "correct it, or leave it"
        line = lines.index(old) + 1 if old in lines else 0
        yield Problem(str(map_file), line, "warning", f"no codebook known to the study has the code {old}; {hint}")


class _Done(NamedTuple):
    """The outcome for one session; `migrated` is None if it is unchanged."""

    migrated: MigrationResult | None
    problems: tuple[Problem, ...] = ()
    was_edited: bool = False
    is_rewritten: bool = False
    transactions: Sequence[tuple[SourceId, TransactionId]] = ()


def _migrate_session(plan: MigrationPlan, sessions: Path, record: SessionSnapshot, ad: Source | Problem) -> _Done:
    """Import hand edits of a session's document with the old codebook, then apply the rules."""
    if record.state.opened is None and record.document is None:
        return _Done(None, record.problems)
    expected = plan.applied_to(record.state)
    is_resumed = any(plan.step and one.step == plan.step for one in record.transactions)
    if not (expected.events or expected.counts or is_resumed):
        return _Done(expected)
    if isinstance(ad, Problem):
        return _Done(None, (ad,))
    try:
        paths = SessionPaths.of_folder(sessions, record.folder)
        session = Session(ad, plan.old or plan.new, paths, record.coder, token="")
    except OSError as error:
        return _Done(None, (_failed(record, f"{error.filename or ''}: {error.strerror or error}"),))
    try:
        if session.holder is not None:
            return _Done(None, (_held_elsewhere(plan, session, record, sessions),))
        pulled = session.initial_pull
        if pulled is not None and not pulled.is_saved:
            return _Done(None, (_failed(record, pulled.message),))
        done, was_edited = migrate_session(plan, session), pulled is not None and pulled.counts is not None
        if isinstance(done, NotSaved):
            return _Done(None, (_failed(record, done.reason),), was_edited)
        problem = session.save_document()
        document = record.document
        is_rewritten = not done.events and document is not None and document.text != session.document_text
        problems = (problem,) if problem else ()
        return _Done(done, problems, was_edited, is_rewritten, transactions_of(session, plan.step))
    finally:
        session.release()


def migrate_session(plan: MigrationPlan, session: Session) -> MigrationResult | NotSaved:
    """Apply the rules to an open session, which then uses the new codebook; its document is not written."""
    session.use(plan.new)
    done = plan.applied_to(session.state)
    if done.events:
        message = f"{plural(len(done.events), 'change')} by the rules from one codebook to the next."
        decision = Decision(done.events, message, cause="migration", from_name=plan.rules.name, step=plan.step)
        undone = plan.done_in(session.state) if plan.is_reverse else None
        outcome = session.record(decision._replace(cause="undo", target=undone.id) if undone else decision)
        if not isinstance(outcome, Saved):
            return outcome
    return done


def _source_of(record: SessionSnapshot, ads: CorpusSources) -> Source | Problem:
    """Return a session's source, without its text if the corpus lacks it, or a problem if it cannot be read."""
    try:
        return ads.find(record.source.id) or replace(record.source, text="", file=record.folder)
    except OSError as error:
        return _failed(record, f"{error.filename or ''}: {error.strerror or error}")


def _failed(record: SessionSnapshot, reason: str) -> Problem:
    what = f"this session is unchanged: {reason}; fix the cause and run the same command again"
    return Problem(f"{record.folder}/{record.source.id}", 0, "error", what)


def _held_elsewhere(plan: MigrationPlan, session: Session, record: SessionSnapshot, sessions: Path) -> Problem:
    """Return the problem of a session that another program has open; after a refactoring that program migrates it."""
    if not plan.is_fresh:
        return _failed(record, f"it is open elsewhere {session.holder}; close it there")
    again = f"`codetui codebook migrate --map {study_files.map_path(sessions, plan.rules.digest)}`"
    what = f"open elsewhere {session.holder}: it is migrated there within two seconds"
    return Problem(f"{record.folder}/{record.source.id}", 0, "warning", f"{what}; if that program ends before, {again}")


HINT = "until recoded, these codings keep their code; to keep its name, leave it in the codebook with retired = true"
WHY: dict[Reason, str] = {
    "unknown": "not in the new codebook; recode by hand",
    "split": "split",
    "retired": "retired",
    "twice": "now twice on the same words",
}


@dataclass
class MigrationCounts:
    """Counts of the changes made by a migration: codings by rule, their sources, and pending decisions."""

    words: Words = field(default_factory=Words)
    codings: Counter[Rule] = field(default_factory=Counter)
    ads: defaultdict[Rule, set[SourceId]] = field(default_factory=lambda: defaultdict(set))
    coders: set[str] = field(default_factory=set)
    notes: int = 0
    left: int = 0
    sessions: int = 0
    rewritten: int = 0
    """The documents that are written anew although their sessions are unchanged."""
    applied: int = 0
    edited: int = 0
    waiting: Counter[tuple[str, Reason]] = field(default_factory=Counter)
    waiting_profiles: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Problem] = field(default_factory=list)
    """The errors of logs and documents, of which only what can be read is migrated."""
    steps: defaultdict[tuple[str, str], list[tuple[SourceId, TransactionId]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """The transactions that were written, by folder and coder."""
    has_hidden: bool = False
    """True if sessions are hidden from who reads the counts; they are migrated without being counted."""

    def add(self, ad: SourceId, coder: str, done: MigrationResult) -> None:
        """Add one session to the counts."""
        self.coders |= {coder} if done.counts else set()
        for rule, number in done.counts.items():
            self.codings[rule] += number
            self.ads[rule].add(ad)
        self.notes += done.notes
        self.left += done.left
        self.sessions += bool(done.events)
        self.applied += done.was_applied
        for queued in done.pending:
            if queued.coding is None:
                self.waiting_profiles[queued.code] += 1
            else:
                self.waiting[queued.code, queued.reason] += 1

    @property
    def reach(self) -> str:
        """The total in words: `42 codings in 17 ads`, `of 2 coders` if there are several."""
        ads = {ad for rule, ads in self.ads.items() if rule.part == "code" for ad in ads}
        of = f" of {len(self.coders)} coders" if len(self.coders) > 1 else ""
        more = ", not counting what is hidden from you" if self.has_hidden else ""
        return f"{plural(self.number, 'coding')} in {self.sources(len(ads))}{of}{more}"

    def sources(self, number: int) -> str:
        """Return a number of sources with its noun."""
        return plural(number, self.words.source, self.words.sources)

    @property
    def number(self) -> int:
        """The number of codings that are migrated."""
        return sum(number for rule, number in self.codings.items() if rule.part == "code")


def lines_of(tally: MigrationCounts, rules: MigrationMap, new: Codebook, old: Codebook | None) -> Iterator[str]:
    """Yield the counts as messages: the total, each rule, the unchanged sessions, and the pending decisions."""
    before = rules.old_book.rpartition("#")[0] or (old.version if old else "")
    about = f"{before or 'old'} → {new.version or 'new'}"
    yield f"{about}: {tally.reach}"
    for rule in rules.rules:
        if rule in tally.codings:
            yield f"  {_shown(rule):<32} {_numbers(rule, tally)}"
    idle = [rule.old for rule in rules.rules if rule not in tally.codings and rule.part in ("code", "profile")]
    if idle:
        yield f"  without codings: {', '.join(idle)}"
    if tally.notes:
        yield f"{plural(tally.notes, 'note')} on codes, groups and sections moved along"
    if tally.edited:
        yield f"{plural(tally.edited, 'document')} imported first: edited by hand, or without a log"
    if tally.applied:
        yield f"{plural(tally.applied, 'session')} unchanged, migrated by these rules before"
    if tally.left:
        yield f"{plural(tally.left, 'coding')} unchanged, coded with the new codebook"
    for (code, reason), number in sorted(tally.waiting.items()):
        yield f"to be decided: {plural(number, 'coding')} of {code} ({WHY[reason]})"
    known = {code.id for code in new.codes}
    if any(code not in known for code, _ in tally.waiting):
        yield HINT
    for profile, number in sorted(tally.waiting_profiles.items()):
        yield f"to be decided: the profile of {tally.sources(number)}, {profile}"


def _shown(rule: Rule) -> str:
    kind = "" if rule.part == "code" else f"{rule.part} "
    to = " or ".join(rule.new)
    return f"{kind}{rule.old} → {to}" if to else f"{kind}{rule.old} is retired"


def _numbers(rule: Rule, tally: MigrationCounts) -> str:
    waits = "" if rule.effect == "renamed" else ", to be decided"
    ads = tally.sources(len(tally.ads[rule]))
    return f"{ads}{waits}" if rule.part == "profile" else f"{plural(tally.codings[rule], 'coding')} in {ads}{waits}"


def keep_rules(sessions: Path, rules: MigrationMap) -> list[Problem]:
    """Keep rules beside the sessions; return a problem, if any."""
    problem = study_files.keep_map(sessions, rules.digest, render_applied_map(rules))
    return [problem] if problem else []


def kept_rules(sessions: Path) -> MigrationMap:
    """Return all kept rules as one map, from the first codebook to the last.  Raises OSError."""
    return chain_maps(map(_rules_in, study_files.kept_maps(sessions)))


def rules_between(sessions: Path, old: Codebook, new: Codebook) -> MigrationMap | None:
    """Return the kept rules from one codebook to another; None if there are none.

    Raises OSError.
    """
    for path in reversed(study_files.kept_maps(sessions)):
        rules = _rules_in(path)
        if (rules.old_book, rules.new_book) == (version_name(old), version_name(new)):
            return rules
    return None


@lru_cache(maxsize=256)
def _rules_in(path: Path) -> MigrationMap:
    """Return the rules in a file; cached, as the name of a file is the hash of its text.  Raises OSError."""
    return parse_applied_map(fs.read(path).decode("utf-8", "replace"))

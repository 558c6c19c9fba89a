"""The workspace of one coder on a study: the list of sources, the open session, and where the coder stopped.

How codes were used before, in all sources, is read from the logs: once, and again where a log has changed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from codetui.core.codebook.index import CodebookIndex, profile
from codetui.core.codebook.usage import Usage, latest_usages, usages_by_code
from codetui.core.session.commands import Command, CopySession, Refusal
from codetui.core.session.state import replay
from codetui.model import Codebook, CodeId, Problem, Reference, Source, SourceEntry, SourceId
from codetui.storage import fs, session_lock, study_files
from codetui.storage.fs import Version
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths, StoppedAt, safe_name
from codetui.storage.session_lock import Holder
from codetui.storage.sources.corpus import Batch
from codetui.study.session.outcome import NotSaved, Outcome, PullResult, Saved, not_read, status_of
from codetui.study.session.session import Session
from codetui.study.source_index import SourceIndex
from codetui.study.study import Study, StudyError

if TYPE_CHECKING:
    from codetui.core.codebook.migration import MigrationMap
    from codetui.study.refactoring import CodeRefactoring

T = TypeVar("T")
__all__ = ["Batch", "Workspace", "open_workspace"]


class _LogUsage(NamedTuple):
    """The codes and the profile that one version of a log uses."""

    version: Version
    by_code: Mapping[CodeId, tuple[Usage, ...]]
    profile: str


class CodeUsage:
    """The codings of one coder in the sources that were read so far; never those of another coder."""

    def __init__(self, paths: SessionPaths) -> None:
        self._paths = paths
        self._logs: dict[SourceId, _LogUsage] = {}
        self._sources: dict[str, SourceId] = {}
        self._searched: tuple[Set[str], int] = frozenset(), 0
        self._latest: dict[tuple[CodeId, SourceId, int], tuple[Usage, ...]] = {}
        self.is_complete = False
        """True once all logs were read."""
        self.readings = 0
        """How many times a log was read."""

    def read(self, entries: Sequence[SourceEntry], skipped: SourceId | None = None) -> Iterator[SourceId]:
        """Read the logs that have changed since they were read last, for a worker; yield each source it has looked at.

        The log of the source `skipped` is not read: the open session is known, and its log changes with every key.
        """
        try:
            touched = self._paths.log_ids()
        except OSError:
            # Not complete: the next question looks for logs again.
            return
        self._find_sources(touched, entries)
        for name, source_id in list(self._sources.items()):
            if name in touched and source_id != skipped:
                self.refresh(source_id)
                yield source_id
        self.is_complete = True

    def _find_sources(self, touched: Set[str], entries: Sequence[SourceEntry]) -> None:
        """Find the listed sources of new logs; searching 100,000 sources takes a tenth of a second, so it is rare."""
        unknown = touched - self._sources.keys()
        if not unknown or self._searched == (unknown, len(entries)):
            return
        for entry in entries:
            name = safe_name(entry.id)
            if name in unknown:
                self._sources.setdefault(name, entry.id)
        self._searched = touched - self._sources.keys(), len(entries)

    def refresh(self, source_id: SourceId) -> None:
        """Read the log of one source if it changed since it was read last; one that cannot be read stays as known."""
        with suppress(OSError):
            log = self._paths.log(source_id)
            version = fs.version(log)
            if source_id not in self._logs or self._logs[source_id].version != version:
                state = replay(Journal(log).read()[0])
                self.readings += 1
                self._logs[source_id] = _LogUsage(version, usages_by_code(state, source_id), state.profile)
                # A new cache instead of an emptied one: another thread may be filling the old one.
                self._latest = {}

    def latest(self, code: CodeId, skipped: SourceId, limit: int) -> tuple[Usage, ...]:
        """Return the latest codings with a code in all sources but one, the newest first.

        The answer is cached until a log is read again: a code may have ten thousand codings.
        """
        cache, key = self._latest, (code, skipped, limit)
        if key not in cache:
            logs = list(self._logs.items())
            found = (one for source_id, log in logs if source_id != skipped for one in log.by_code.get(code, ()))
            cache[key] = latest_usages(found, limit)
        return cache[key]

    def pending(self, index: CodebookIndex) -> dict[SourceId, int]:
        """Return how many codings of each source, its profile included, have no code in use in the codebook."""
        in_use = {code.id for code in index.book.codes if not code.is_retired}
        counts: dict[SourceId, int] = {}
        for source_id, log in list(self._logs.items()):
            number = sum(len(codings) for code, codings in log.by_code.items() if code not in in_use)
            number += bool(log.profile) and profile(index.book, log.profile) is None
            if number:
                counts[source_id] = number
        return counts

    def codes(self) -> frozenset[CodeId]:
        """Return the codes that are used in the sources that were read."""
        return frozenset(code for log in list(self._logs.values()) for code in log.by_code)


class Reloaded(NamedTuple):
    """What became of a codebook that was changed outside; `is_held` where it has errors and is not used."""

    message: str
    is_held: bool = False


class Workspace:
    """One coder at work on a study; the only mutable object below the screen."""

    def __init__(self, study: Study, coder: str, *, is_shared: bool = False) -> None:
        """`is_shared` where other programs may work on the same sessions: they see which one is coded here."""
        self.study = study
        self.coder = coder
        self.problems: list[Problem] = list(study.codebook_service.known_problems)
        """Everything that was found to be wrong, which each part of the workspace adds to."""
        self.session: Session | None = None
        self.entry: SourceEntry | None = None
        self.first: SourceEntry | None = None
        """The source to begin with."""
        self.is_document_refused = False
        """Whether the open session's document could not be written when that was last tried."""
        self._paths = study.paths_of(coder)
        self._token = secrets.token_hex(8) if is_shared else None
        self.codebook = study.codebook_service
        self.sources = SourceIndex(study, coder, self._paths, self.problems, self._token)
        self.usage = CodeUsage(self._paths)

    @property
    def book(self) -> Codebook:
        """The codebook as it is now."""
        return self.codebook.book

    def warm_up(self) -> None:
        """Load what the first command needs and remove half-written files of killed programs, for a worker."""
        session_lock.preload()
        import_module("codetui.formats.session_doc")
        with suppress(OSError):
            self.add_problems(self.codebook.check_fields(is_recorded=True))
        self.codebook.remove_stale_temporaries()
        self._paths.remove_stale_temporaries()
        self._paths.sync_folders()

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Add problems that are not listed yet."""
        self.problems += [problem for problem in problems if problem not in self.problems]

    def update_conflicts(self) -> None:
        """List the conflicts in the open session that nobody has settled, and these alone."""
        if self.session is not None:
            known = self.session.conflicts
            self.session.update_conflicts()
            self.problems[:] = [one for one in self.problems if one not in known]
            self.add_problems(self.session.conflicts)

    # --- the codebook -------------------------------------------------------------------------------

    def edit_codebook(self, change: Callable[[str], str]) -> Saved | Refusal | NotSaved:
        """Change the text of the codebook and continue with the codebook it has then."""
        outcome = self.codebook.edit(change)
        if isinstance(outcome, Saved):
            self._follow_codebook()
        return outcome

    def reload_codebook(self) -> Reloaded | None:
        """Use the codebook as it was changed outside; None where it was not changed.

        One that has new errors is left: the program continues with the codebook in use.
        """
        change = self.codebook.read_change()
        if isinstance(change, Problem):
            return Reloaded(f"{change} Until this is fixed, the codebook is used as it was.", is_held=True)
        if change is None:
            return None
        before = self.book
        try:
            rules = self.refactoring().rules_since(before, change.book)
        except OSError:
            # Without the rules the codings could not follow: the codebook is read again at the next look.
            self.codebook.forget_version()
            return None
        self.codebook.use(change)
        self._follow_codebook()
        has_followed = rules is not None and self.refactoring().follow(rules, before)
        what = f"{self.codebook.path} was changed outside and is reloaded"
        followed = f"; the codings of this {self.book.words.source} are updated" if has_followed else ""
        return Reloaded(f"{what}{followed}.")

    def _follow_codebook(self) -> None:
        """Replace the problems of the codebook, and let the open session use it."""
        others = [one for one in self.problems if one.file != str(self.codebook.path)]
        self.problems[:] = [*self.codebook.problems, *others]
        if self.session is not None:
            self.session.use(self.book, self.codebook.keep)

    def refactoring(self) -> CodeRefactoring:
        """Return what changes codes together with all their codings, in the sessions of all coders."""
        from codetui.study.refactoring import CodeRefactoring

        return CodeRefactoring(self, self.study, self._paths)

    def kept_rules(self) -> MigrationMap:
        """Return what all migrations so far made of the codes and profiles; nothing where that cannot be read."""
        from codetui.core.codebook.migration import MigrationMap
        from codetui.study.migrate import kept_rules

        try:
            return kept_rules(self._paths.root)
        except OSError as error:
            what = "the codes that a code was split into are not offered"
            self.add_problems([not_read(error, self._paths.root, what, "warning")])
            return MigrationMap()

    def read_reference(self, reference: Reference) -> str:
        """Return the text of a background document, or why it cannot be read."""
        text, problem = study_files.read_reference(self.codebook.path, reference)
        return str(problem) if problem else text

    # --- the open session ---------------------------------------------------------------------------

    def open(self, entry: SourceEntry) -> Session:
        """Save the open session and open that of another source.  Raises OSError, and then the first stays open."""
        self.leave()
        ad, problems = self.study.corpus.read(entry)
        session = self._opened(ad or Source(entry.id, entry.employer, entry.title, "", entry.file, entry.line))
        self.release()
        self.entry, self.session, self.is_document_refused = entry, session, False
        self.sources.current, self.sources.session = entry, session
        session.problems[:0] = session.leftovers()
        self.add_problems((*problems, *session.problems))
        return session

    def _opened(self, ad: Source) -> Session:
        return Session(ad, self.book, self._paths, self.coder, self.codebook.keep, self._token)

    def execute(self, command: Command) -> Outcome:
        """Execute a command in the open session."""
        if self.session is None:
            return Refusal(f"No {self.book.words.source} is open.")
        return self.session.execute(command)

    def copy_from(self, source_id: SourceId) -> CopySession:
        """Return the command that copies this coder's session of another source.  Raises OSError.

        It is never another coder's session: coders would no longer be independent of each other.
        """
        entry = self.sources.find(source_id)
        found = self.study.corpus.read(entry)[0] if entry else None
        state = replay(Journal(self._paths.log(source_id)).read()[0])
        return CopySession(source_id, found.text if found else "", state)

    def pull(self) -> PullResult | None:
        """Import hand edits of the open session's document; its problems are listed."""
        result = self.session.pull() if self.session else None
        if result is not None:
            self.add_problems(result.problems)
        return result

    def leave(self, *, is_forced: bool = False) -> list[Problem]:
        """Save the open session's document after importing hand edits; return the problems with that.

        `is_forced` replaces a document whose edits cannot be imported.
        """
        fs.roll_back_all()
        session = self.session
        if session is None:
            return []
        self.pull()
        self.sources.statuses[session.source.id] = status_of(session.state)
        pending = session.flush_fallback()
        problem = pending or session.save_document(is_forced=is_forced)
        return [one for one in (problem, session.failed_append()) if one]

    def save_copy(self, folder: Path) -> Outcome:
        """Copy the open session to another folder, which from now on receives what the disk refuses."""
        outcome = self.session.save_copy(folder) if self.session else Refusal(f"No {self.book.words.source} is open.")
        if isinstance(outcome, Saved):
            self.codebook.keep(self.book, folder)
        return outcome

    # --- other programs -----------------------------------------------------------------------------

    @property
    def holder(self) -> Holder | None:
        """The other program that holds the open session, which is read-only here."""
        return self.session.holder if self.session else None

    def take_over(self) -> PullResult | None:
        """Take the open session from the other program; return what became of its document."""
        return self.session.take_over() if self.session else None

    def release(self) -> None:
        """Let other programs hold the open session, once its document is saved."""
        if self.session is not None:
            self.session.release()

    # --- where the coder stopped --------------------------------------------------------------------

    def begin_with(self, wanted: SourceId | None = None) -> SourceEntry | None:
        """Set and return the source to begin with: the one wanted, else where the coder stopped, else the first.

        Raises OSError where the one wanted may be in a file that cannot be read.
        """
        if wanted is not None:
            self.first = self.study.corpus.find(wanted)
        else:
            place = self.stopped_at()
            found = self._unless_unread(lambda: self._found_at(place)) if place else None
            self.first = found or self.study.corpus.first()
        self.sources.current = self.first
        return self.first

    def stopped_at(self) -> StoppedAt | None:
        """Return where the coder stopped last time; None, with a problem, where that cannot be read."""
        return self._unless_unread(self._paths.read_place)

    def _found_at(self, stopped: StoppedAt) -> SourceEntry | None:
        return self.study.corpus.find(stopped.source, stopped.file, stopped.offset, stopped.line)

    def _unless_unread(self, read: Callable[[], T]) -> T | None:
        """Return what is read; None, with a problem, where it cannot be."""
        try:
            return read()
        except OSError as error:
            self.add_problems(
                [not_read(error, self._paths.folder, f"you begin with the first {self.book.words.source}", "warning")]
            )
            return None

    def remember_place(self, cursor: int, top: int) -> None:
        """Save where the coder is, for the next start; `cursor` and `top`, the first visible one, in code points."""
        if self.entry is None:
            return
        entry = self.entry
        self._paths.write_place(StoppedAt(entry.id, entry.file, entry.offset, entry.line, cursor, top))


def open_workspace(study: Study, coder: str, *, wanted: str | None = None, is_shared: bool = False) -> Workspace:
    """Open the workspace of a study with its first source: the one `wanted`, else where the coder stopped.

    `is_shared` as in Workspace.  Raises StudyError where there is nothing to code.
    """
    workspace = Workspace(study, coder, is_shared=is_shared)
    path = study.corpus.path
    if workspace.begin_with(SourceId(wanted) if wanted else None) is None:
        if wanted:
            raise study.missing_source(wanted)
        for batch in workspace.sources.batches():
            workspace.sources.add(batch)
        what = (
            f"there is no {study.codebook.words.source} to code in {path}: put .txt, .md, .csv or .jsonl files there."
        )
        raise StudyError(what, problems=workspace.problems)
    return workspace

"""The workspace of one coder on a study: the list of sources, the open session, and where the coder stopped."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from codetui.core.session.commands import CopySession, Refusal
from codetui.core.session.state import replay
from codetui.model import Codebook, Problem, Reference, Source, SourceEntry, SourceId, hashes_of
from codetui.storage import fs, session_lock, study_files
from codetui.storage.erasures import is_erased
from codetui.storage.journal import Journal
from codetui.storage.session_files import MEMOS, SessionPaths, StoppedAt, logs, safe_name
from codetui.storage.session_lock import Holder, SessionLock
from codetui.storage.sources.corpus import Batch
from codetui.storage.sources.reading import ReadingCancelledError, reporting
from codetui.study.overview import CodeUsage, DuplicateText, DuplicateTexts
from codetui.study.session.outcome import AdStatus, NotSaved, Outcome, PullResult, Saved, not_read, status_of
from codetui.study.session.session import Session
from codetui.study.sessions import coded_texts, left_out_of, restore_document
from codetui.study.steps import interrupted_steps, step_between
from codetui.study.study import Study, StudyError

if TYPE_CHECKING:
    from codetui.core.codebook.migration import MigrationMap

T = TypeVar("T")
__all__ = ["Batch", "Workspace", "open_workspace"]


UNTOUCHED = AdStatus("untouched", 0)


NOT_READ = AdStatus("in progress", 0)
"""A source that was touched, of whose codings nothing is known."""


class SourceIndex:
    """The listed sources, batch by batch, and the progress of one coder with each.

    `current` is the source on screen, `session` its open session.
    """

    def __init__(
        self, study: Study, coder: str, paths: SessionPaths, problems: list[Problem], token: str | None = None
    ) -> None:
        """Create an index that adds problems to the list `problems`; `token` is as in Session."""
        self._coder = coder
        self.entries: list[SourceEntry] = []
        self.is_listed = False
        """True once all sources are listed."""
        self.statuses: dict[SourceId, AdStatus] = {}
        self.current: SourceEntry | None = None
        self.session: Session | None = None
        self._study = study
        self._paths = paths
        self._problems = problems
        self._token = token
        self._positions: dict[SourceId, int] = {}
        self._texts = DuplicateTexts()
        self._renamed: dict[str, DuplicateText] = {}
        """The coder's sessions of sources that are gone or have another text now, by the hashes of the coded texts."""

    # --- the list -----------------------------------------------------------------------------------

    def batches(self) -> Iterator[Batch]:
        """Yield the sources in batches, for a worker; each batch goes to `add`."""
        return self._study.corpus.batches()

    def add(self, batch: Batch) -> None:
        """Add a batch of sources to the list."""
        for entry in batch.entries:
            self._positions.setdefault(entry.id, len(self.entries))
            self.entries.append(entry)
        self._problems += batch.problems

    def find(self, source_id: SourceId) -> SourceEntry | None:
        """Return the listed source with this id."""
        position = self._positions.get(source_id)
        return None if position is None else self.entries[position]

    def position(self) -> int | None:
        """Return the position of the current source, from 0; None if it is not listed yet."""
        return self._positions.get(self.current.id) if self.current else None

    def neighbour(self, step: int) -> SourceEntry | None:
        """Return the next (1) or previous (-1) source in the list that can be coded; None if there is none.

        Those without text or marked not codable are skipped.
        """
        position = self.position()
        if position is None:
            return None
        others = range(position + step, len(self.entries) if step > 0 else -1, step)
        return next((self.entries[place] for place in others if not self._is_uncodable(place)), None)

    def _is_uncodable(self, place: int) -> bool:
        return self.is_empty(place) or self.status(self.entries[place].id).progress == "not codable"

    def in_order_from_here(self, source_ids: Collection[SourceId]) -> list[SourceEntry]:
        """Return those of these sources that are listed, in list order from the current one, wrapping around."""
        here, count = self.position() or 0, len(self.entries)
        positions = [self._positions[one] for one in source_ids if one in self._positions]
        return [self.entries[one] for one in sorted(positions, key=lambda position: (position - here) % count)]

    # --- progress -----------------------------------------------------------------------------------

    def status(self, source_id: SourceId) -> AdStatus:
        """Return the progress of the coder with a source, as far as known."""
        if self.session and self.session.source.id == source_id:
            return status_of(self.session.state)
        return self.statuses.get(source_id, UNTOUCHED)

    def read_statuses(self) -> Iterator[tuple[SourceId, AdStatus]]:
        """Yield the status of each source that the coder has touched, for a worker; restore missing documents."""
        skipped = self.session.source.id if self.session else None
        if self.session is not None and self.session.state.opened is not None:
            yield self.session.source.id, status_of(self.session.state)
        try:
            # A log that cannot be read has the name of its source, and not the id.
            touched = self._paths.log_ids()
            names = ((safe_name(entry.id), entry.id) for entry in (list(self.entries) if touched else ()))
            ids = {name: source_id for name, source_id in names if name in touched}
            for session in self._study.sessions(self._coder, coder=self._coder, skipped=skipped):
                source_id = ids.get(session.source.id, session.source.id)
                if source_id not in self._positions:
                    continue
                if session.is_unread:
                    self._problems += session.problems
                elif session.log is not None and self._is_free(source_id):
                    restore_document(self._paths, self._study.codebook, list(session.transactions))
                yield source_id, NOT_READ if session.is_unread else status_of(session.state)
        except OSError as error:
            self._problems.append(not_read(error, self._paths.folder, "your progress is unknown"))

    def _is_free(self, source_id: SourceId) -> bool:
        """Return whether no program is known to have a source's session open."""
        if self.session is not None and self.current is not None and self.current.id == source_id:
            return False
        return not self._token or SessionLock(self._paths.log(source_id), self._token).other() is None

    def is_empty(self, position: int) -> bool:
        """Return whether the source at a position of the list has no text, as far as the texts have been read."""
        return self._texts.is_empty(position)

    def next_uncoded(self) -> SourceEntry | None:
        """Return the next source without work of this coder: in the coder's queue, else in the list, from here on.

        Sources without text are skipped.
        """
        return next((entry for entry in self.untouched() if not self.is_empty(self._positions[entry.id])), None)

    def untouched(self) -> Iterator[SourceEntry]:
        """Yield the sources without work of this coder: those in the coder's queue, then in the list, from here on."""
        here, begun = self.position(), frozenset[str]()
        with suppress(OSError):  # A source with a log that was not read yet was touched.
            begun = self._paths.log_ids()
        read = {*self.statuses, *([self.session.source.id] if self.session else [])}
        start = 0 if here is None else here + 1
        queue = (self.find(SourceId(one)) for one in self._study.samples.queue(self._coder))
        queued = [entry for entry in queue if entry is not None and entry != self.current]
        in_queue = {entry.id for entry in queued}
        others = self.entries[start:] + self.entries[: max(0, start - 1)]
        for entry in chain(queued, (one for one in others if one.id not in in_queue)):
            is_known = entry.id in read or safe_name(entry.id) not in begun
            if is_known and self.status(entry.id).progress == "untouched":
                yield entry

    # --- sources with the same text -----------------------------------------------------------------

    def read_texts(self) -> Iterator[int]:
        """Read the texts of all listed sources to find those that are the same, for a worker; yield the number read."""
        yield from self._texts.read(self._study.corpus.digests(self.entries))
        with suppress(OSError):
            found = sorted(self._sessions_of_others(), key=lambda each: each[1].status.codings)
            self._renamed = dict(found)

    def _sessions_of_others(self) -> Iterator[tuple[str, DuplicateText]]:
        for log in logs(self._paths.folder):
            steps = Journal(log).read()[0]
            state = replay(steps)
            if state.opened is None or state.is_untouched:
                continue
            entry = self.find(state.opened.source)
            source = self._study.corpus.read(entry)[0] if entry else None
            status, texts = status_of(state), coded_texts(steps)
            if source is not None:
                # What has its place in the text of the source is no other source's.
                texts = state.quoted_texts - hashes_of(source.text)
                number = sum(place.text_hash in texts for place in state.places)
                status = status._replace(codings=number)
            twin = DuplicateText(state.opened.source, status, is_renamed=True)
            yield from ((digest, twin) for digest in texts)

    @property
    def has_read_texts(self) -> bool:
        """True once all texts have been compared."""
        return self._texts.is_complete

    def duplicate(self) -> DuplicateText | None:
        """Return the source with the current one's text that the coder coded most, else the first; None if unique.

        A source that is no longer listed because it got another id also counts, if its session has any work, and so
        does one that has another text now, such as the text of this one.
        """
        here = self.position()
        group = self._texts.group(here) if here is not None else ()
        known = hashes_of(self.session.source.text) if self.session and self._renamed else ()
        renamed = next((self._renamed[digest] for digest in known if digest in self._renamed), None)
        if here is None or not group:
            return renamed
        touched = ((self._positions.get(one), status) for one, status in self.statuses.items())
        coded = [(-status.codings, at) for at, status in touched if at is not None and status.codings]
        best = min((one for one in coded if one[1] in group and one[1] != here), default=None)
        if renamed is not None and (best is None or renamed.status.codings > -best[0]):
            return renamed
        found = self.entries[best[1] if best else group[group[0] == here]].id
        return DuplicateText(found, self.status(found), len(group) - 2)


class Reloaded(NamedTuple):
    """The message about a codebook changed by another program; `is_held` if it has errors and is not used."""

    message: str
    is_held: bool = False


class Workspace:
    """One coder at work on a study; the only mutable object below the screen."""

    def __init__(self, study: Study, coder: str, *, is_shared: bool = False) -> None:
        """Open a workspace.

        `is_shared` if other programs may work on the same sessions and should see which one is open here.
        """
        self.study = study
        self.coder = coder
        self.problems: list[Problem] = list(study.codebook_service.known_problems)
        """All problems found so far; each part of the workspace adds its own."""
        self.session: Session | None = None
        self.entry: SourceEntry | None = None
        self.first: SourceEntry | None = None
        """The source to begin with."""
        self.is_document_refused = False
        """True if the open session's document could not be written at the last attempt."""
        self.memos_seen = fs.Version()
        """The version of the coder's file of memos when it was read or written last."""
        self._paths = study.paths_of(coder)
        self._token = secrets.token_hex(8) if is_shared else None
        self.codebook = study.codebook_service
        self.sources = SourceIndex(study, coder, self._paths, self.problems, self._token)
        self.usage = CodeUsage(self._paths)

    @property
    def book(self) -> Codebook:
        """The current codebook."""
        return self.codebook.book

    def warm_up(self) -> None:
        """Load the modules that the first command needs and remove stale temporary files, for a worker."""
        session_lock.preload()
        import_module("codetui.formats.session_doc.patch")
        with suppress(OSError):
            self.add_problems(self.codebook.check(is_recorded=True))
            self.add_problems(left_out_of(self._paths))
        if self.book.editors:
            from codetui.study.hand_edits import hand_edit

            by_hand = hand_edit(self.study)
            self.add_problems([by_hand] if by_hand else [])
        self.codebook.remove_stale_temporaries()
        self._paths.remove_stale_temporaries()
        self._paths.sync_folders()

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Add problems that are not listed yet."""
        self.problems += [problem for problem in problems if problem not in self.problems]

    def update_conflicts(self) -> None:
        """Replace the listed conflicts of the open session with those that are unresolved."""
        if self.session is not None:
            known = self.session.conflicts
            self.session.update_conflicts()
            self.problems[:] = [one for one in self.problems if one not in known]
            self.add_problems(self.session.conflicts)

    # --- the codebook -------------------------------------------------------------------------------

    def edit_codebook(self, change: Callable[[str], str]) -> Saved | Refusal | NotSaved:
        """Change the text of the codebook and use the resulting codebook."""
        outcome = self.codebook.edit(change)
        if isinstance(outcome, Saved):
            self._follow_codebook()
        return outcome

    def reload_codebook(self) -> Reloaded | None:
        """Use the codebook as another program changed it; None if it was not changed.

        A codebook with new errors is not used; the current one stays in use.
        """
        was_refused = self.codebook.refused is not None
        change = self.codebook.read_change()
        self._list_codebook_problems()
        if isinstance(change, Problem):
            return Reloaded(f"{change}. Until this is fixed, the codebook is used as it was.", is_held=True)
        if change is None:
            is_fixed = was_refused and self.codebook.refused is None
            return Reloaded(f"{self.codebook.path} is fixed: it is the codebook in use again.") if is_fixed else None
        from codetui.study.migrate import MigrationPlan, migrate_session, rules_between

        before = self.book
        try:
            rules = rules_between(self._paths.root, before, change[0]) if self.session else None
        except OSError:
            # Without the rules the codings could not follow: the codebook is read again at the next look.
            self.codebook.forget_version()
            return None
        self.codebook.use(change)
        self._follow_codebook()
        has_followed = False
        if rules is not None and self.session is not None:
            step = step_between(self._paths.root, before.content_hash, self.book.content_hash)
            done = migrate_session(MigrationPlan(rules, self.book, before, is_fresh=True, step=step), self.session)
            has_followed = not isinstance(done, NotSaved) and bool(done.events)
        what = f"{self.codebook.path} was changed outside and is reloaded"
        followed = f"; the codings of this {self.book.words.source} are updated" if has_followed else ""
        return Reloaded(f"{what}{followed}.")

    def is_interrupted(self) -> bool:
        """Return whether a change of the codebook was interrupted, or may have been."""
        try:
            return bool(interrupted_steps(self._paths.root)[1])
        except OSError:
            return True

    def _list_codebook_problems(self) -> None:
        others = [one for one in self.problems if one.file != str(self.codebook.path)]
        refused = [self.codebook.refused] if self.codebook.refused else []
        self.problems[:] = [*refused, *self.codebook.problems, *others]

    def _follow_codebook(self) -> None:
        """Replace the problems of the codebook, and make the open session use it."""
        self._list_codebook_problems()
        if self.session is not None:
            self.session.use(self.book, self.codebook.keep)
            self.session.recognize_codes()

    def kept_rules(self) -> MigrationMap:
        """Return the rules of all migrations so far as one map; an empty map if they cannot be read."""
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

    def is_slow(self, entry: SourceEntry) -> bool:
        """Return whether opening a source may take a second or more."""
        return self.study.corpus.is_slow(entry)

    def read_ahead(self, entry: SourceEntry, goes_on: Callable[[float], bool]) -> bool:
        """Read a source, so that it opens at once; return False if that was cancelled.

        `goes_on` receives the share that is read, and returns False to cancel. What cannot be read is reported when
        the source is opened.
        """

        def report(share: float) -> None:
            if not goes_on(share):
                raise ReadingCancelledError

        with suppress(OSError), reporting(report):
            try:
                self.study.corpus.read(entry)
            except ReadingCancelledError:
                return False
        return True

    def open(self, entry: SourceEntry) -> Session:
        """Save the open session and open that of another source. Raises OSError; then the first session stays open."""
        self.leave()
        ad, problems = self.study.corpus.read(entry)
        ad = ad or Source(entry.id, entry.employer, entry.title, "", entry.file, entry.line)
        session = Session(ad, self.book, self._paths, self.coder, self.study.keeper(ad), self._token)
        self.release()
        self.entry, self.session, self.is_document_refused = entry, session, False
        self.sources.current, self.sources.session = entry, session
        session.problems[:0] = session.leftovers()
        self.add_problems((*problems, *session.problems))
        return session

    @property
    def has_memo_file(self) -> bool:
        """True if the coder has a file of memos, which people may have edited."""
        with suppress(OSError):
            return fs.is_file(self._paths.folder / MEMOS)
        return False

    def changed_memos(self) -> fs.Version | None:
        """Return the version of the file of memos if others have changed it, else None; safe in any thread."""
        return fs.changed_version(self._paths.folder / MEMOS, self.memos_seen)

    def copy_from(self, source_id: SourceId) -> CopySession:
        """Return the command that copies this coder's session of another source.  Raises OSError.

        Another coder's session is never copied, since coders must be independent of each other.
        """
        twins = self.sources.duplicate()
        entry = None if twins and twins.is_renamed and twins.ad == source_id else self.sources.find(source_id)
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
        """Save the open session's document after importing hand edits; return the problems.

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
        """Copy the open session to another folder, which then receives the steps that cannot be written."""
        outcome = self.session.save_copy(folder) if self.session else Refusal(f"No {self.book.words.source} is open.")
        if isinstance(outcome, Saved):
            self.codebook.keep(self.book, folder)
        return outcome

    # --- other programs -----------------------------------------------------------------------------

    @property
    def holder(self) -> Holder | None:
        """The other program that holds the open session, which is then read-only here."""
        return self.session.holder if self.session else None

    def take_over(self) -> PullResult | None:
        """Take over the open session from the other program; return the outcome for its document."""
        return self.session.take_over() if self.session else None

    def release(self) -> None:
        """Release the open session after saving its document."""
        if self.session is not None:
            self.session.release()

    # --- where the coder stopped --------------------------------------------------------------------

    def begin_with(self, wanted: SourceId | None = None) -> SourceEntry | None:
        """Set and return the first source to open: the `wanted` one, else where the coder stopped, else the first.

        Raises OSError if the wanted one may be in an unreadable file.
        """
        if wanted is not None:
            self.first = self.study.corpus.find(wanted)
        else:
            place, find = self.stopped_at(), self.study.corpus.find
            found = place and self._unless_unread(lambda: find(place.source, place.file, place.offset, place.line))
            self.first = found or self.study.corpus.first()
        self.sources.current = self.first
        return self.first

    def stopped_at(self) -> StoppedAt | None:
        """Return where the coder stopped last time; None, with a problem, if that cannot be read."""
        return self._unless_unread(self._paths.read_place)

    def _unless_unread(self, read: Callable[[], T]) -> T | None:
        """Return the result of reading; None, with a problem, if it cannot be read."""
        try:
            return read()
        except OSError as error:
            self.add_problems(
                [not_read(error, self._paths.folder, f"the first {self.book.words.source} is opened", "warning")]
            )
            return None

    def remember_place(self, cursor: int, top: int) -> None:
        """Save the coder's place for the next start.

        `cursor` and `top`, the first visible offset, are in code points.
        """
        if self.entry is None or is_erased(self._paths.root, self.entry.id):
            return
        entry = self.entry
        self._paths.write_place(StoppedAt(entry.id, entry.file, entry.offset, entry.line, cursor, top))


def open_workspace(
    study: Study,
    coder: str,
    *,
    wanted: str | None = None,
    is_shared: bool = False,
    report: Callable[[float, float], None] | None = None,
) -> Workspace:
    """Open the workspace of a study with its first source: the one `wanted`, else where the coder stopped.

    `is_shared` as in Workspace.  With `report`, which receives how much of how much is read, a large first source is
    read as well, so that it opens at once.  Raises StudyError if there is nothing to code.
    """
    workspace = Workspace(study, coder, is_shared=is_shared)
    path = study.corpus.path
    with reporting(lambda share: report(share, 1.0) if report else None):
        first = workspace.begin_with(SourceId(wanted) if wanted else None)
        if first is not None and report is not None and workspace.is_slow(first):
            with suppress(OSError):
                study.corpus.read(first)
    if first is None:
        if wanted:
            raise study.missing_source(wanted)
        for batch in workspace.sources.batches():
            workspace.sources.add(batch)
        what = (
            f"there is no {study.codebook.words.source} to code in {path}: put .txt, .md, .csv or .jsonl files there."
        )
        raise StudyError(what, problems=workspace.problems)
    return workspace


def place_refused(error: OSError) -> Problem:
    """Return the problem of a position that could not be saved."""
    what = f"your position is not saved ({error.strerror or error}); check the disk and its permissions"
    return Problem(str(error.filename or "sessions"), 0, "warning", what)

"""The workspace: the corpus as a list, the open session, and where the coder stopped."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from codetui.core.session.commands import Command, CopySession, Refusal
from codetui.core.session.state import replay
from codetui.model import Codebook, Problem, Reference, Source, SourceEntry, SourceId
from codetui.storage import fs, journal, session_lock, study_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths, StoppedAt
from codetui.storage.session_lock import Holder
from codetui.storage.sources.corpus import Batch, Corpus
from codetui.study.book_side import BookSide
from codetui.study.codebook_file import CodebookFile
from codetui.study.session.fallback import found_at_start
from codetui.study.session.outcome import NotSaved, Outcome, PullResult, Saved, not_read, status_of
from codetui.study.session.session import HeldSession, Session
from codetui.study.source_index import AdList, DuplicateText, DuplicateTexts
from codetui.study.study import Study, StudyError
from codetui.study.usage import CodeUsage

T = TypeVar("T")


class Workspace(BookSide, AdList):
    """One coder at work on one corpus; the only mutable thing below the screen."""

    def __init__(
        self,
        book: Codebook,
        corpus: Corpus,
        paths: SessionPaths,
        coder: str,
        problems: list[Problem],
        codebook: Path,
        *,
        is_shared: bool = False,
    ) -> None:
        """`is_shared` where other programs may work on the same sessions: they are told which one is coded here."""
        super().__init__()
        self.book = book
        self.codebook_path = codebook
        self.coder = coder
        self.problems = problems
        self.session: Session | None = None
        self.entry: SourceEntry | None = None
        self.is_document_refused = False
        """Whether the open session's document could not be written when that was last tried."""
        self._corpus = corpus
        self._paths = paths
        self._token = secrets.token_hex(8) if is_shared else ""
        self._duplicates = DuplicateTexts()
        self.living_book = CodebookFile(codebook, paths.root)
        self.earlier = CodeUsage(paths)

    def warm_up(self) -> None:
        """Loads what the first command needs, for a worker: nobody waits for it before the first ad is shown.

        What programs that were killed have left half written is taken away.
        """
        journal.warm_up()
        session_lock.preload()
        import_module("codetui.formats.session_doc")
        with suppress(OSError):
            self.living_book.record_check(self.book)
        self.living_book.remove_stale_temporaries()
        self._paths.remove_stale_temporaries()
        self._paths.warm_up()

    def listing(self) -> Iterator[Batch]:
        """The ads in batches, for a worker; hand each batch to `add`."""
        return self._corpus.batches()

    # --- ads with the same text -----------------------------------------------------------------

    def read_texts(self) -> Iterator[int]:
        """Reads the texts of all listed ads to know which are the same, for a worker: how many, after each."""
        return self._duplicates.read(self._corpus.digests(self.entries))

    @property
    def has_read_texts(self) -> bool:
        """True once it is known which ads have the same text."""
        return self._duplicates.is_complete

    def twins(self) -> DuplicateText | None:
        """The other ads with the open ad's text: the one that this coder has coded most first; None without any."""
        here = self.position()
        group = self._duplicates.group(here) if here is not None else ()
        if here is None or not group:
            return None
        touched = ((self._positions.get(ad), status) for ad, status in self.statuses.items())
        coded = [(-status.codings, at) for at, status in touched if at is not None and status.codings]
        best = min((one for one in coded if self._duplicates.are_alike(here, one[1])), default=None)
        ad = self.entries[best[1] if best else group[group[0] == here]].id
        return DuplicateText(ad, self.status(ad), len(group) - 2)

    def copy_from(self, ad: SourceId) -> CopySession:
        """The command that takes this coder's session on a listed ad over.

        It is never another coder's: they would no longer be independent of each other.  Raises OSError.
        """
        entry = self.entry_of(ad)
        found = self._corpus.read(entry)[0] if entry else None
        return CopySession(ad, found.text if found else "", replay(Journal(self._paths.log(ad)).read()[0]))

    # --- the open ad ----------------------------------------------------------------------------

    def stopped_at(self) -> StoppedAt | None:
        """Where the coder stopped last time; None, with a problem, where that cannot be read."""
        return self._unless_unread(self._paths.read_place)

    def _unless_unread(self, read: Callable[[], T]) -> T | None:
        """What is read; None, with a problem, where it cannot be."""
        try:
            return read()
        except OSError as error:
            problem = not_read(error, self._paths.folder, "you begin with the first ad", "warning")
            self.problems += [problem] if problem not in self.problems else []
            return None

    def opening(self, wanted: SourceId | None = None) -> SourceEntry | None:
        """The ad to begin with: the one wanted, else where the coder stopped, else the first.

        Raises OSError where the one wanted may be in a file that cannot be read.
        """
        if wanted is not None:
            return self._corpus.find(wanted)
        place = self.stopped_at()
        found = self._unless_unread(lambda: self._found_at(place)) if place else None
        return found or self._corpus.first()

    def _found_at(self, stopped: StoppedAt) -> SourceEntry | None:
        return self._corpus.find(stopped.ad, stopped.source, stopped.place, stopped.line)

    def open(self, entry: SourceEntry) -> Session:
        """Opens an ad's session; the one before is written out first.  Raises OSError, and then that one stays open."""
        self.leave()
        ad, problems = self._corpus.read(entry)
        session = self._opened(ad or Source(entry.id, entry.employer, entry.title, "", entry.source, entry.line))
        self.release()
        self.entry, self.session, self.is_document_refused = entry, session, False
        known = set(self.problems)
        session.problems[:0] = found_at_start(self._paths, session)
        self.problems += [problem for problem in (*problems, *session.problems) if problem not in known]
        return session

    def _opened(self, ad: Source) -> Session:
        if self._token:
            return HeldSession(ad, self.book, self._paths, self.coder, self.living_book.keep, self._token)
        return Session(ad, self.book, self._paths, self.coder, self.living_book.keep)

    @property
    def holder(self) -> Holder | None:
        """The other program that has the open session, which is read only here."""
        return self.session.holder if isinstance(self.session, HeldSession) else None

    def take_over(self) -> PullResult | None:
        """Takes the open session from the other program; what to say of its document."""
        return self.session.take_over() if isinstance(self.session, HeldSession) else None

    def release(self) -> None:
        """Lets other programs have the open session, once its document is written."""
        if isinstance(self.session, HeldSession):
            self.session.release()

    def pull(self) -> PullResult | None:
        """Takes over what was edited in the open session's document outside; its problems join the list."""
        taken = self.session.pull() if self.session else None
        if taken is not None:
            self.problems += [problem for problem in taken.problems if problem not in self.problems]
        return taken

    def leave(self, *, is_forced: bool = False) -> list[Problem]:
        """Writes the open session's document, and remembers how far it is.

        What was edited in it outside is taken over first; `is_forced` replaces one that cannot be.
        """
        fs.roll_back_all()
        session = self.session
        if session is None:
            return []
        self.pull()
        self.statuses[session.ad.id] = status_of(session.state)
        owing = session.flush_fallback()
        problem = owing or session.save_document(is_forced=is_forced)
        return [one for one in (problem, session.left_over()) if one]

    def save_copy(self, folder: Path) -> Outcome:
        """Puts the open session into a folder elsewhere, which from now on takes what the disk refuses."""
        outcome = self.session.save_copy(folder) if self.session else Refusal("No ad is open.")
        if isinstance(outcome, Saved):
            self.living_book.keep(self.book, folder)
        return outcome

    def execute(self, command: Command) -> Outcome:
        """Carries a command out in the open session."""
        if self.session is None:
            return NotSaved("No ad is open. a shows the list of ads.")
        return self.session.execute(command)

    def read_reference(self, reference: Reference) -> str:
        """The text of a background document, or what keeps it from being read."""
        text, problem = study_files.read_reference(self.codebook_path, reference)
        return str(problem) if problem else text

    def remember_place(self, cursor: int, top: int) -> None:
        """Keeps where the coder is, for the next start; `cursor` in code points, `top` in code points."""
        if self.entry is None:
            return
        entry = self.entry
        self._paths.write_place(StoppedAt(entry.id, entry.source, entry.place, entry.line, cursor, top))


def open_workspace(study: Study, coder: str, *, wanted: str | None = None, is_shared: bool = False) -> Workspace:
    """Open the workspace of a study with its first source: the one `wanted`, else where the coder stopped.

    `is_shared` as in Workspace.  Raises StudyError where there is nothing to code.
    """
    paths, corpus = study.paths_of(coder), study.corpus
    problems = list(study.codebook_problems)
    workspace = Workspace(study.codebook, corpus, paths, coder, problems, study.codebook_path, is_shared=is_shared)
    workspace.first = workspace.opening(SourceId(wanted) if wanted else None)
    if workspace.first is None and wanted:
        raise StudyError(f"there is no ad {wanted} in {corpus.path}; `codetui status` lists the ads.")
    if workspace.first is None:
        for batch in workspace.listing():
            workspace.add(batch)
        what = f"there is no ad to code in {corpus.path}: put .txt, .md, .csv or .jsonl files there."
        raise StudyError(what, problems=workspace.problems)
    return workspace


__all__ = ["Batch", "Workspace", "open_workspace"]

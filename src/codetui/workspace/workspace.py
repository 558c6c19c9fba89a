"""The workspace: the corpus as a list, the open session, and where the coder stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from codetui.core.commands import Command
from codetui.core.state import replay
from codetui.model import Ad, AdEntry, AdId, Codebook, Problem, Reference
from codetui.store import event_log, files, study
from codetui.store.corpus import Batch, Corpus
from codetui.store.safe_names import safe_name
from codetui.store.sessions import SessionPaths, StoppedAt
from codetui.workspace.outcome import AdStatus, NotSaved, Outcome, status_of
from codetui.workspace.session import Session, read_log, restore_document

UNTOUCHED = AdStatus("untouched", 0)


class Workspace:
    """One coder at work on one corpus; the only mutable thing below the screen."""

    def __init__(
        self,
        book: Codebook,
        corpus: Corpus,
        paths: SessionPaths,
        coder: str,
        problems: list[Problem],
        codebook: Path,
    ) -> None:
        self.book = book
        self.codebook_path = codebook
        self.first: AdEntry | None = None
        self.coder = coder
        self.problems = problems
        self.entries: list[AdEntry] = []
        self.is_listed = False
        self.statuses: dict[AdId, AdStatus] = {}
        self.session: Session | None = None
        self.entry: AdEntry | None = None
        self._corpus = corpus
        self._paths = paths
        self._positions: dict[AdId, int] = {}

    # --- the list of ads ------------------------------------------------------------------------

    def warm_up(self) -> None:
        """Loads what the first command needs, for a worker: nobody waits for it before the first ad is shown."""
        event_log.warm_up()

    def listing(self) -> Iterator[Batch]:
        """The ads in batches, for a worker; hand each batch to `add`."""
        return self._corpus.batches()

    def add(self, batch: Batch) -> None:
        """Takes a batch of listed ads in."""
        for entry in batch.entries:
            self._positions.setdefault(entry.id, len(self.entries))
            self.entries.append(entry)
        self.problems += batch.problems

    def position(self) -> int | None:
        """The open ad's place in the list, from 0; None while it is not listed yet."""
        return self._positions.get(self.entry.id) if self.entry else None

    def entry_of(self, ad: AdId) -> AdEntry | None:
        """The listed ad with this id."""
        position = self._positions.get(ad)
        return None if position is None else self.entries[position]

    def status(self, ad: AdId) -> AdStatus:
        """How far the coder is with an ad, as far as it has been read."""
        if self.session and self.session.ad.id == ad:
            return status_of(self.session.state)
        return self.statuses.get(ad, UNTOUCHED)

    def read_statuses(self) -> Iterator[tuple[AdId, AdStatus]]:
        """The status of each ad that the coder has touched, for a worker; lost documents come back."""
        touched = self._paths.log_ids()
        for entry in list(self.entries) if touched else ():
            if safe_name(entry.id) in touched:
                transactions = read_log(self._paths.log(entry.id))
                if self.entry is None or self.entry.id != entry.id:
                    restore_document(self._paths, self.book, transactions)
                yield entry.id, status_of(replay(transactions))

    def beside(self, step: int) -> AdEntry | None:
        """The ad `step` places on in the list, or None at its end."""
        position = self.position()
        if position is None or not 0 <= position + step < len(self.entries):
            return None
        return self.entries[position + step]

    def next_uncoded(self) -> AdEntry | None:
        """The next ad that nobody of this name has touched, from here round the list."""
        here = self.position()
        start = 0 if here is None else here + 1
        for entry in self.entries[start:] + self.entries[: max(0, start - 1)]:
            if self.status(entry.id).progress == "untouched":
                return entry
        return None

    # --- the open ad ----------------------------------------------------------------------------

    def stopped_at(self) -> StoppedAt | None:
        """Where the coder stopped last time."""
        return self._paths.read_place()

    def opening(self, wanted: AdId | None = None) -> AdEntry | None:
        """The ad to begin with: the one wanted, else where the coder stopped, else the first."""
        if wanted is not None:
            return self._corpus.find(wanted)
        place = self.stopped_at()
        found = self._corpus.find(place.ad, place.source, place.place, place.line) if place else None
        return found or self._corpus.first()

    def look_at(self, entry: AdEntry) -> None:
        """Raises OSError where the coder's log of an ad is there and cannot be read; cheap enough for the start."""
        with suppress(FileNotFoundError):
            files.read_head(str(self._paths.log(entry.id)), 1)

    def open(self, entry: AdEntry) -> Session:
        """Opens an ad's session; the one before is written out first.  Raises OSError, and then that one stays open."""
        self.leave()
        ad, problems = self._corpus.read(entry)
        session = Session(ad or _missing(entry), self.book, self._paths, self.coder)
        self.entry, self.session = entry, session
        known = set(self.problems)
        self.problems += [problem for problem in (*problems, *session.problems) if problem not in known]
        return session

    def leave(self) -> list[Problem]:
        """Writes the open session's document, and remembers how far it is."""
        session = self.session
        if session is None:
            return []
        self.statuses[session.ad.id] = status_of(session.state)
        problem = session.save_document()
        return [problem] if problem else []

    def execute(self, command: Command) -> Outcome:
        """Carries a command out in the open session."""
        if self.session is None:
            return NotSaved("No ad is open. a shows the list of ads.")
        return self.session.execute(command)

    def read_reference(self, reference: Reference) -> str:
        """The text of a background document, or what keeps it from being read."""
        text, problem = study.read_reference(self.codebook_path, reference)
        return str(problem) if problem else text

    def remember_place(self, cursor: int, top: int) -> None:
        """Keeps where the coder is, for the next start; `cursor` in code points, `top` in code points."""
        if self.entry is None:
            return
        entry = self.entry
        self._paths.write_place(StoppedAt(entry.id, entry.source, entry.place, entry.line, cursor, top))


def _missing(entry: AdEntry) -> Ad:
    return Ad(entry.id, entry.employer, entry.title, "", entry.source, entry.line)


__all__ = ["Batch", "Workspace"]

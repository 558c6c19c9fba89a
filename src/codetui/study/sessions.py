"""All sessions on disk, whoever made them, for export and status; an edit by hand counts as if it were taken over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from codetui.core.session.commands import Decision
from codetui.core.session.state import State, evolve, replay
from codetui.model import (
    Codebook,
    CodingAdded,
    CodingReanchored,
    Problem,
    SessionOpened,
    Source,
    SourceEntry,
    SourceId,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage import fs, session_files
from codetui.storage.journal import Journal
from codetui.storage.session_files import SessionPaths, safe_name
from codetui.storage.sources.corpus import Corpus
from codetui.study.ids import minted
from codetui.study.session.document import AdFacts, SessionDocument, heading_id, legible
from codetui.study.session.outcome import AdStatus, Saved, not_read, status_of
from codetui.study.session.sync import DocumentSync

HEADLESS = "the beginning of this log is missing, which names the ad: open the ad once, or bring the line back"


class SessionSnapshot(NamedTuple):
    """One session.  `source` is its text where there is only a document, which came without a log.

    Of one that `is_unread`, since its log or its only document cannot be read, nothing is known.
    """

    folder: str
    coder: str
    facts: AdFacts
    state: State
    problems: tuple[Problem, ...] = ()
    source: str | None = None
    is_unread: bool = False


def records(root: Path, book: Codebook, coder: str | None, corpus: Corpus | None) -> Iterator[SessionSnapshot]:
    """The sessions below `root`, of one coder or of all, by coder and ad."""
    ads = Ads(corpus)
    for folder in session_files.coders(root):
        if coder is None or folder == session_files.coder_folder(root, coder):
            yield from _Folder(root, folder, book, ads).records()


class Ads:
    """The corpus by id, listed when the first document asks."""

    def __init__(self, corpus: Corpus | None) -> None:
        self._corpus = corpus
        self._entries: dict[str, SourceEntry] | None = None
        self._is_whole = True

    def find(self, ad: str) -> Source | None:
        """The ad with its text, if the corpus has it.  Raises OSError where it may be in what cannot be read."""
        if self._corpus is None:
            return None
        if self._entries is None:
            batches = list(self._corpus.batches())
            self._is_whole = not any(one.severity == "error" for batch in batches for one in batch.problems)
            self._entries = {entry.id: entry for batch in batches for entry in batch.entries}
        entry = self._entries.get(ad)
        if entry is None and not self._is_whole:
            entry = self._corpus.find(ad)
        return self._corpus.read(entry)[0] if entry else None


class _OnlyLooking:
    """A session in memory: what is taken over into it reaches no disk."""

    def __init__(self, ad: Source, book: Codebook, state: State, transactions: Sequence[Transaction] = ()) -> None:
        self.ad = ad
        self.book = book
        self.state = state
        self.transactions = transactions
        self.problems: list[Problem] = []

    def record(self, decision: Decision) -> Saved:
        """Puts a decision into the state."""
        self.state = evolve(
            self.state,
            Transaction(
                id=TransactionId("taken"),
                seq=self.state.seq + 1,
                time="",
                coder="",
                cause=decision.cause,
                from_name=decision.from_name,
                events=decision.events,
            ),
        )
        return Saved(decision.message)

    def facts_of(self, state: State) -> AdFacts:
        """Employer and title as they are in a state."""
        return AdFacts(self.ad.id, state.employer or self.ad.employer, state.title or self.ad.title)


class _Folder:
    """The sessions of one coder."""

    def __init__(self, root: Path, name: str, book: Codebook, ads: Ads) -> None:
        self._paths = SessionPaths.of_folder(root, name)
        self._name = name
        self._book = book
        self._ads = ads

    def records(self) -> Iterator[SessionSnapshot]:
        """Those with a log first, then those with a document alone."""
        from codetui.formats import session_doc

        unreadable: list[SessionSnapshot] = []
        documents: dict[str, list[Path]] = {}
        for path in self._paths.documents():
            try:
                documents.setdefault(session_doc.source_id_of(_head(path)), []).append(path)
            except OSError as error:
                unreadable.append(self._lost(path, error))
        for log in session_files.logs(self._paths.folder):
            try:
                record = self._from_log(log, documents)
            except OSError as error:
                record = self._lost(log, error)
                # Its document is no session without a log.
                documents = {ad: paths for ad, paths in documents.items() if safe_name(ad) != log.stem}
            if record is not None:
                documents.pop(heading_id(record.facts.id), None)
                yield record
        for ad, paths in documents.items():
            for path in paths if ad else ():
                yield self._from_document(ad, path)
        yield from unreadable

    def _lost(self, path: Path, error: OSError) -> SessionSnapshot:
        facts = AdFacts(SourceId(path.stem.removeprefix(session_files.DOCUMENT)), "", "")
        problem = not_read(error, path, "this session is left out")
        return SessionSnapshot(self._name, self._name, facts, State(), (problem,), is_unread=True)

    def _from_log(self, log: Path, documents: Mapping[str, list[Path]]) -> SessionSnapshot | None:
        transactions, problems = Journal(log).read()
        state = replay(transactions)
        opened = state.opened
        if opened is None:
            if transactions:
                problems.append(Problem(str(log), 0, "error", HEADLESS))
            elif not problems:
                return None
            return SessionSnapshot(
                self._name, self._name, AdFacts(SourceId(log.stem), state.employer, state.title), state, tuple(problems)
            )
        bare = Source(opened.source, opened.employer, opened.title, "", str(log))
        looked = _OnlyLooking(bare, self._book, state, transactions)
        try:
            self._look_at(looked, next(iter(documents.get(heading_id(opened.source), ())), None))
        except OSError as error:
            problems.append(not_read(error, log, "what was edited by hand in the document is left out"))
        coder = transactions[-1].coder
        return SessionSnapshot(
            self._name, coder, looked.facts_of(looked.state), looked.state, (*problems, *looked.problems)
        )

    def _look_at(self, looked: _OnlyLooking, path: Path | None) -> None:
        """Takes in what was edited by hand in a session's document and is not taken over yet."""
        if path is None:
            return
        document = SessionDocument(self._paths, looked.ad.id, path=path, is_read_only=True)
        if not document.says_no_more_than(looked.transactions):
            looked.ad = self._ads.find(looked.ad.id) or looked.ad
            DocumentSync(looked, document).begin()

    def _from_document(self, name: str, path: Path) -> SessionSnapshot:
        try:
            text = legible(fs.read(path), path)
            ad = self._ads.find(name) or Source(SourceId(name), "", "", "", str(path))
            looked = _OnlyLooking(ad, self._book, State())
            DocumentSync(looked, SessionDocument(self._paths, ad.id, path=path, is_read_only=True)).begin()
        except OSError as error:
            return self._lost(path, error)
        return SessionSnapshot(
            self._name, self._name, looked.facts_of(looked.state), looked.state, tuple(looked.problems), text
        )


def _head(path: Path) -> str:
    return legible(fs.read(path), path).split("\n## ", 1)[0]


NO_TEXT = text_hash("")

MOST_STEPS = 2**40
"""No honest log has so many steps: it would be larger than any disk."""


class MergeSide(NamedTuple):
    """A session: the ad's id, its log, and its steps.

    `edits` are what was done to its document by hand and is in no log: steps whose ids follow from the document, so
    that each machine that sees it makes the same.
    """

    ad: SourceId
    log: Path
    transactions: tuple[Transaction, ...]
    edits: tuple[Transaction, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def steps(self) -> tuple[Transaction, ...]:
        """All that was done in it."""
        return (*self.transactions, *self.edits)


def side_of(paths: SessionPaths, log: Path, book: Codebook, ads: Ads) -> MergeSide | None:
    """What stands on disk, which stays as it is; None where nothing was done yet.

    Without the line that names the ad the ad's id is empty.  Raises OSError.
    """
    transactions, problems = Journal(log).read()
    opened = replay(transactions).opened
    if opened is None:
        headless = Problem(str(log), 0, "error", HEADLESS)
        return MergeSide(SourceId(""), log, tuple(transactions), (), (headless,)) if transactions or problems else None
    ad = ads.find(opened.source) or Source(opened.source, opened.employer, opened.title, "", str(log))
    beside = _Beside(ad, book, transactions)
    document = SessionDocument(paths, ad.id, is_read_only=True)
    if not document.says_no_more_than(transactions):
        DocumentSync(beside, document).begin()
    return MergeSide(ad.id, log, tuple(transactions), tuple(beside.edits), (*problems, *beside.problems))


def texts_of(transactions: Iterable[Transaction]) -> set[str]:
    """The hashes of the texts that an ad had while it was coded."""
    found: set[str] = set()
    for event in (event for one in transactions for event in one.events):
        match event:
            case SessionOpened():
                found.add(event.text_hash)
            case CodingAdded() | CodingReanchored() if event.anchor:
                found.add(event.anchor.text_hash)
            case _:
                pass
    return found - {NO_TEXT}


def other_text(ours: MergeSide, theirs: MergeSide) -> Problem | None:
    """Why two sessions are on different texts, which are no two sides of one; None where they are not."""
    mine, other = texts_of(ours.transactions), texts_of(theirs.transactions)
    if not mine or not other or mine & other:
        return None
    what = f"the ad has another text here ({ours.log}: {_short(mine)}) than there ({theirs.log}: {_short(other)})"
    way_out = "nothing is brought: give both machines the same ads, or code one of them under another id"
    return Problem(str(theirs.log), 0, "error", f"{what}; {way_out}")


def beyond_bounds(side: MergeSide) -> Problem | None:
    """Why one could not count on from a side's steps; None where one can."""
    if all(one.seq < MOST_STEPS for one in side.steps):
        return None
    what = "a line of this log has a number (seq) from which nobody could count on; nothing is brought: take it out"
    return Problem(str(side.log), 0, "error", what)


def _short(hashes: set[str]) -> str:
    return ", ".join(sorted(each[:12] for each in hashes))


class _Beside:
    """A session in memory; what is taken over into it is a step whose id follows from what was known before."""

    def __init__(self, ad: Source, book: Codebook, transactions: list[Transaction]) -> None:
        self.ad = ad
        self.book = book
        self.state: State = replay(transactions)
        self.transactions = list(transactions)
        self.problems: list[Problem] = []
        self.edits: list[Transaction] = []

    def record(self, decision: Decision) -> Saved:
        """Puts a decision into the state, as done when the log ends: no clock says the same on two machines."""
        last = self.transactions[-1]
        mint = minted(last.id, repr(decision.events))
        edit = Transaction(
            id=TransactionId(mint()),
            seq=self.state.seq + 1,
            time=last.time,
            coder=last.coder,
            codebook=last.codebook,
            cause=decision.cause,
            from_name=decision.from_name,
            events=decision.events,
        )
        self.edits.append(edit)
        self.transactions.append(edit)
        self.state = evolve(self.state, edit)
        return Saved(decision.message)

    def facts_of(self, state: State) -> AdFacts:
        """Employer and title as they are in a state."""
        return AdFacts(self.ad.id, state.employer or self.ad.employer, state.title or self.ad.title)


def restored_status(paths: SessionPaths, book: Codebook, ad: SourceId, *, restores: bool) -> AdStatus:
    """How far a session is; its document comes back, if it is lost and `restores` says so.  Raises OSError."""
    transactions = Journal(paths.log(ad)).read()[0]
    if restores:
        restore_document(paths, book, transactions)
    return status_of(replay(transactions))


def restore_document(paths: SessionPaths, book: Codebook, transactions: Sequence[Transaction]) -> None:
    """Writes the document of a session that has a log and none, or one that a crash has left behind its log.

    What the disk refuses is tried again when the session is opened.
    """
    from codetui.formats import session_doc

    state = replay(transactions)
    opened = state.opened
    if opened is None or state.is_untouched:
        return
    facts = AdFacts(opened.source, state.employer or opened.employer, state.title or opened.title)

    with suppress(OSError):
        if fs.is_newer(paths.document(opened.source, facts.employer), paths.log(opened.source)):
            return
        document = SessionDocument(paths, opened.source)
        if document.says_no_more_than(transactions):
            written = session_doc.document_of(state, book, facts)
            document.write(written, facts.employer, steps=tuple(one.id for one in transactions))

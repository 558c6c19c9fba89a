"""All sessions on disk, whoever made them, for export, status and check."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from codetui.core.state import State, replay
from codetui.formats import manual_coding
from codetui.model import Ad, AdEntry, AdId, Codebook, Problem, Transaction, TransactionId
from codetui.store import files, sessions
from codetui.store.corpus import Corpus
from codetui.store.event_log import EventLog
from codetui.workspace.documents import heading_id, legible
from codetui.workspace.resuming import events_from_document
from codetui.workspace.session import AdFacts

HEADLESS = "the beginning of this log is missing, which names the ad: open the ad once, or bring the line back"


class Record(NamedTuple):
    """One session.  `source` is its text where there is only a document, which came without a log."""

    folder: str
    coder: str
    facts: AdFacts
    state: State
    problems: tuple[Problem, ...] = ()
    source: str | None = None


def records(root: Path, book: Codebook, coder: str | None, corpus: Corpus | None) -> Iterator[Record]:
    """The sessions below `root`, of one coder or of all, by coder and ad."""
    ads = Ads(corpus)
    for folder in sessions.coders(root):
        if coder is None or folder == sessions.coder_folder(root, coder):
            yield from _of_coder(root / folder, book, ads)


class Ads:
    """The corpus by id, listed when the first document without a log asks."""

    def __init__(self, corpus: Corpus | None) -> None:
        self._corpus = corpus
        self._entries: dict[str, AdEntry] | None = None

    def find(self, ad: str) -> Ad | None:
        """The ad with its text, if the corpus has it."""
        if self._corpus is None:
            return None
        if self._entries is None:
            batches = self._corpus.batches()
            self._entries = {entry.id: entry for batch in batches for entry in batch.entries}
        entry = self._entries.get(ad)
        return self._corpus.read(entry)[0] if entry else None


def _of_coder(folder: Path, book: Codebook, ads: Ads) -> Iterator[Record]:
    known: set[str] = set()
    for log in sessions.logs(folder):
        record = _from_log(log, folder.name)
        if record is not None:
            known.add(heading_id(record.facts.id))
            yield record
    for path in sessions.documents(folder):
        record = _from_document(path, folder.name, book, ads, known)
        if record is not None:
            yield record


def _from_log(log: Path, folder: str) -> Record | None:
    try:
        transactions, problems = EventLog(log).read()
    except OSError as error:
        problem = Problem(str(log), 0, "error", f"{error.strerror or error}; mend the disk or its rights")
        return Record(folder, folder, AdFacts(AdId(log.stem), "", ""), State(), (problem,))
    state = replay(transactions)
    if state.opened is None:
        if transactions:
            problems.append(Problem(str(log), 0, "error", HEADLESS))
        elif not problems:
            return None
        return Record(folder, folder, AdFacts(AdId(log.stem), state.employer, state.title), state, tuple(problems))
    opened = state.opened
    facts = AdFacts(opened.ad, state.employer or opened.employer, state.title or opened.title)
    return Record(folder, transactions[-1].coder, facts, state, tuple(problems))


def _from_document(path: Path, folder: str, book: Codebook, ads: Ads, known: set[str]) -> Record | None:
    try:
        text = legible(files.read(path), path)
    except OSError as error:
        problem = Problem(str(path), 0, "error", f"{error.strerror or error}; mend the disk or its rights")
        return Record(folder, folder, AdFacts(AdId(path.stem), "", ""), State(), (problem,))
    document, problems = manual_coding.read(text, str(path))
    if not document.ad or document.ad in known:
        return None
    ad = ads.find(document.ad) or Ad(AdId(document.ad), document.employer, document.title, "", str(path))
    ids = (f"d{number}" for number in count())
    resumed = events_from_document(document, ad, book, str(path), lambda: next(ids))
    state = replay(
        [Transaction(id=TransactionId("d"), seq=1, time="", coder=folder, cause="document", events=resumed.events)]
    )
    facts = AdFacts(ad.id, state.employer or ad.employer, state.title or ad.title)
    return Record(folder, folder, facts, state, (*problems, *resumed.problems), text)

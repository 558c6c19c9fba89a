"""One machine's session as another one sees it: its steps, and what was edited by hand in its document since."""

from __future__ import annotations

from collections.abc import Iterable
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
    SourceId,
    Transaction,
    TransactionId,
    text_hash,
)
from codetui.storage.event_log import EventLog
from codetui.storage.sessions import SessionPaths
from codetui.study.documents import AdFacts, SessionDocument
from codetui.study.ids import minted
from codetui.study.in_step import InStep
from codetui.study.outcome import Saved
from codetui.study.records import HEADLESS, Ads

NO_TEXT = text_hash("")

MOST_STEPS = 2**40
"""No honest log has so many steps: it would be larger than any disk."""


class Side(NamedTuple):
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


def side_of(paths: SessionPaths, log: Path, book: Codebook, ads: Ads) -> Side | None:
    """What stands on disk, which stays as it is; None where nothing was done yet.

    Without the line that names the ad the ad's id is empty.  Raises OSError.
    """
    transactions, problems = EventLog(log).read()
    opened = replay(transactions).opened
    if opened is None:
        headless = Problem(str(log), 0, "error", HEADLESS)
        return Side(SourceId(""), log, tuple(transactions), (), (headless,)) if transactions or problems else None
    ad = ads.find(opened.ad) or Source(opened.ad, opened.employer, opened.title, "", str(log))
    beside = _Beside(ad, book, transactions)
    document = SessionDocument(paths, ad.id, is_read_only=True)
    if not document.says_no_more_than(transactions):
        InStep(beside, document).begin()
    return Side(ad.id, log, tuple(transactions), tuple(beside.edits), (*problems, *beside.problems))


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


def other_text(ours: Side, theirs: Side) -> Problem | None:
    """Why two sessions are on different texts, which are no two sides of one; None where they are not."""
    mine, other = texts_of(ours.transactions), texts_of(theirs.transactions)
    if not mine or not other or mine & other:
        return None
    what = f"the ad has another text here ({ours.log}: {_short(mine)}) than there ({theirs.log}: {_short(other)})"
    way_out = "nothing is brought: give both machines the same ads, or code one of them under another id"
    return Problem(str(theirs.log), 0, "error", f"{what}; {way_out}")


def beyond_bounds(side: Side) -> Problem | None:
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
            source=decision.source,
            events=decision.events,
        )
        self.edits.append(edit)
        self.transactions.append(edit)
        self.state = evolve(self.state, edit)
        return Saved(decision.message)

    def facts_of(self, state: State) -> AdFacts:
        """Employer and title as they are in a state."""
        return AdFacts(self.ad.id, state.employer or self.ad.employer, state.title or self.ad.title)

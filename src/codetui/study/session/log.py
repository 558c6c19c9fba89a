"""The steps of one session and the state that follows, on disk and in memory, with fresh ids and times for steps."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from codetui.core.session.commands import Decision
from codetui.core.session.state import State, evolve, replay
from codetui.model import Source, Transaction, TransactionId
from codetui.storage import fs
from codetui.storage.fs import Version
from codetui.storage.journal import Journal
from codetui.study.session.outcome import Saved


def fresh_id() -> str:
    """A unique id that sorts by time: 11 hexadecimal digits of milliseconds, 12 of chance."""
    return f"{time.time_ns() // 1_000_000:011x}{secrets.token_hex(6)}"


def minted(*said: str) -> Callable[[], str]:
    """Ids that follow from what is said, and sort as they are given: on two machines the same."""
    prefix = sha256("\0".join(said).encode("utf-8", "surrogatepass")).hexdigest()[:17]
    numbers = count()
    return lambda: f"{prefix}{next(numbers):06x}"


def now() -> str:
    """The time in UTC, ISO 8601 with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SessionLog:
    """The transactions of one coder and source; other programs may add to the journal on disk.

    Raises OSError where the journal exists and cannot be read: it never counts as empty.
    """

    def __init__(self, path: Path, *, is_durable: bool = True) -> None:
        """Read the log; `is_durable` waits until the disk has what was read."""
        self._journal = Journal(path)
        self.path = path
        self._caught_up = fs.version(path)
        if is_durable:
            self._journal.ensure_durable()
        transactions, self.problems = self._journal.read()
        self._seen = fs.version(path)
        self.transactions = list(transactions)
        self.state: State = replay(transactions)

    @property
    def unknown(self) -> Iterable[bytes]:
        """The lines of the log that are steps, but of no known version or form."""
        return self._journal.unknown

    def append(self, transaction: Transaction, *, completes: bool = False) -> None:
        """Put a transaction on disk, then into the state.  Raises OSError, and then nothing has changed.

        `completes` also writes earlier transactions that the log on disk may lack.
        """
        self.complete(is_forced=completes)
        self._journal.append(transaction)
        self.adopt(transaction)

    def adopt(self, transaction: Transaction) -> None:
        """Put a transaction that is on disk into the state; what cannot be seen of it now is seen with the next."""
        self.transactions.append(transaction)
        with suppress(OSError):
            self._seen = self._caught_up = fs.version(self.path)
        self.state = evolve(self.state, transaction)

    def complete(self, *, is_forced: bool = False) -> None:
        """Give a log that was deleted, cut or replaced the lines that it has lost.  Raises OSError."""
        now = fs.version(self.path)
        is_whole = now.file == self._seen.file and now.size >= self._seen.size
        if is_forced or not is_whole:
            self._journal.complete(self.transactions)
        if is_forced:
            self._seen = fs.version(self.path)

    def add_lines(self, lines: Iterable[bytes]) -> None:
        """Put lines of another log of this session on disk, and catch up.  Raises OSError."""
        self._journal.add(lines)
        self.catch_up()

    def changed(self) -> Version | None:
        """Return the version of the log if another program has changed it.  Raises OSError."""
        version = fs.version(self.path)
        return None if version == self._caught_up else version

    def catch_up(self) -> bool:
        """Read what other programs have added; return whether there was anything.  Raises OSError: read next time."""
        changed = self.changed()
        read = self._journal.read()[0] if changed else []
        self._caught_up = changed or self._caught_up
        known = {transaction.id for transaction in self.transactions} if read else set()
        new = [transaction for transaction in read if transaction.id not in known]
        if new:
            self.transactions = sorted((*self.transactions, *new), key=lambda each: (each.seq, each.id))
            self.state = replay(self.transactions)
        return bool(new)


class MemoryLog:
    """A log of which nothing reaches the disk: what is recorded are `edits` beside the steps that were read.

    The id of an edit follows from the log and the edit, so that two machines make the same step of one edit by hand.
    """

    def __init__(self, transactions: Iterable[Transaction] = ()) -> None:
        self.transactions = list(transactions)
        self.edits: list[Transaction] = []
        self.state: State = replay(self.transactions)

    def record(self, decision: Decision) -> Saved:
        """Put a decision into the state, at the time of the last step: the clocks of two machines differ."""
        last = self.transactions[-1] if self.transactions else None
        edit = Transaction(
            id=TransactionId(minted(last.id if last else "", repr(decision.events))()),
            parents=(last.id,) if last else (),
            seq=self.state.seq + 1,
            time=last.time if last else "",
            coder=last.coder if last else "",
            codebook=last.codebook if last else "",
            cause=decision.cause,
            from_name=decision.from_name,
            events=decision.events,
        )
        self.edits.append(edit)
        self.transactions.append(edit)
        self.state = evolve(self.state, edit)
        return Saved(decision.message)


def described(source: Source, state: State) -> Source:
    """Return a source with the employer and title that the session has recorded."""
    return replace(source, employer=state.employer or source.employer, title=state.title or source.title)

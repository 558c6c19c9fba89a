"""The log of a session and the state that follows from it, while other programs may write to that log too."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from codetui.core.session.state import State, evolve, replay
from codetui.model import Codebook, Problem, Transaction
from codetui.storage import files
from codetui.storage.event_log import EventLog
from codetui.storage.files import Stamp
from codetui.study.taken_in import TakenIn, Unread

GONE_ON = "Another codetui has gone on with this session: what was done there is shown here too."
NOT_SHOWN = "what another program may have done is not shown, and the document is left as it is"


class SessionLog:
    """The transactions of one coder and ad, on disk and in memory; the log is on disk as it is read here.

    Raises OSError where it is there but cannot be read: it is never taken for empty.
    """

    book: Codebook

    def __init__(self, path: Path) -> None:
        self._log = EventLog(path)
        self._caught_up = files.stamp(path)
        self._log.make_sure()
        transactions, self.problems = self._log.read()
        self.transactions = list(transactions)
        self._log_seen = files.stamp(path)
        self._unread = Unread(NOT_SHOWN)
        self.state: State = replay(transactions)

    def _take(self, transaction: Transaction) -> None:
        """Goes on with a transaction that is on disk: what of that cannot be seen just now is seen with the next."""
        self.transactions.append(transaction)
        with suppress(OSError):
            self._log_seen = self._caught_up = files.stamp(self._log.path)
        self.state = evolve(self.state, transaction)

    def _complete_log(self, *, is_forced: bool = False) -> None:
        """Gives a log that was deleted, cut or replaced meanwhile the lines that it has lost; raises OSError."""
        now_seen = files.stamp(self._log.path)
        is_whole = now_seen.file == self._log_seen.file and now_seen.size >= self._log_seen.size
        if is_forced or not is_whole:
            self._log.complete(self.transactions)

    # --- what others do ---------------------------------------------------------------------------

    def follow(self) -> TakenIn | None:
        """Takes in what another program has put into the log since; None for nothing.  Raises OSError."""
        return TakenIn(GONE_ON, self._report_disagreements()) if self._catch_up() else None

    def _changing_log(self) -> Stamp | None:
        stamp = files.stamp(self._log.path)
        return None if stamp == self._caught_up else stamp

    def _catch_up(self) -> bool:
        """Takes in what another program has put into the log: what its document says is nobody's edit by hand.

        Raises OSError where that cannot be read: then it is read the next time.
        """
        changing = self._changing_log()
        read = self._log.read()[0] if changing else []
        self._caught_up = changing or self._caught_up
        self._unread.no_more()
        known = {transaction.id for transaction in self.transactions} if read else set()
        new = [transaction for transaction in read if transaction.id not in known]
        if new:
            self.transactions = sorted((*self.transactions, *new), key=lambda each: (each.seq, each.id))
            self.state = replay(self.transactions)
        return bool(new)

    def _report_disagreements(self) -> tuple[Problem, ...]:
        """Lists what two machines have said differently; those that are new."""
        if len({one.seq for one in self.transactions}) == len(self.transactions):
            # Two sides would both have counted on from the step that they have in common.
            return ()
        from codetui.core.session.conflicts import disagreements, sentence

        said = (sentence(one, self.state, self.book) for one in disagreements(self.transactions))
        found = (Problem(str(self._log.path), 0, "warning", one) for one in said)
        new = tuple(one for one in found if one not in self.problems)
        self.problems += new
        return new

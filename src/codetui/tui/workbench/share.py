"""A session that another program has: the coder reads along, or takes it over.

A command that comes when the session is gone is kept, and carried out once it is taken over.
"""

from __future__ import annotations

from typing import NamedTuple

from codetui.core.session.commands import Command
from codetui.study.session.session import Session
from codetui.tui.actions import CHANGING
from codetui.tui.bench import Bench, Do

WAITING = "Your last command is kept: it is carried out as soon as you take the session over."


class _Kept(NamedTuple):
    """A command that another program's having the session has held up."""

    session: Session | None
    command: Command
    aside: str


class Sharing:
    """Who codes the open ad.  `changed_hands` is told when that is another program than before."""

    def __init__(self, bench: Bench, changed_hands: Do) -> None:
        self._bench = bench
        self._changed_hands = changed_hands
        self._kept: _Kept | None = None

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"take_over": self.take_over}

    def refuses(self, action: str) -> bool:
        """True for an action that would change the session while another program has it; says so."""
        workspace = self._bench.workspace
        if workspace.holder is None or action not in CHANGING:
            return False
        # The other program may have gone since somebody looked.
        workspace.pull()
        self._changed_hands()
        if workspace.holder is not None:
            self._bench.say(f"Read only: {workspace.holder} has this session. O takes it over.", "refusal")
        return workspace.holder is not None

    def began(self) -> None:
        """Another ad is open: asks what to do where another program has it."""
        self._kept = None
        if self._bench.workspace.holder is not None:
            self._ask()

    def hold_up(self, command: Command, aside: str) -> None:
        """Keeps a command that was refused, and asks whether to take the session over for it."""
        self._kept = _Kept(self._bench.workspace.session, command, aside)
        self._changed_hands()
        self._ask(WAITING)

    def _ask(self, waiting: str = "") -> None:
        from codetui.tui.dialogs.confirm import TakeOverModal

        self._bench.ask(TakeOverModal(str(self._bench.workspace.holder), waiting), self._answered)

    def _answered(self, takes: bool) -> None:
        if takes:
            self.take_over()
        else:
            kept = " Your last command is kept for that." if self._kept else ""
            who = self._bench.workspace.holder
            self._bench.say(f"You read along: {who} has this session. O takes it over.{kept}", "refusal")

    def take_over(self) -> None:
        """Takes the session over, and carries out what was kept for that."""
        bench, kept, self._kept = self._bench, self._kept, None
        if bench.workspace.holder is None:
            bench.say("No other program has this session: it is yours.", "refusal")
        else:
            taken = bench.workspace.take_over()
            self._changed_hands()
            bench.say(" · ".join(filter(None, ("The session is yours now.", taken.message if taken else ""))))
        if kept is not None and kept.session is bench.workspace.session:
            bench.carry_out(kept.command, kept.aside)

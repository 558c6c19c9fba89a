"""Handle a session that is open in another program: keep it read-only, or take it over.

A command that arrives after the session was lost is kept, and executed once it is taken over.
"""

from __future__ import annotations

from codetui.core.session.commands import Command
from codetui.study.session.outcome import PullKind, PullResult
from codetui.study.session.session import Session
from codetui.tui.actions import CHANGING
from codetui.tui.bench import Bench
from codetui.tui.keymap import key_of
from codetui.tui.widgets.status_line import Kind
from codetui.tui.workbench.view_model import pull_words

WAITING = "Your last command is kept: it is carried out when you take over the session."


class ShareController:
    """Knows which program has the open session."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._kept: tuple[Session | None, Command, str] | None = None
        """A command with its aside that could not be executed because another program has that session."""

    def refuses(self, action: str) -> bool:
        """Return whether an action must wait because another program has the session, and report it."""
        workspace = self._bench.workspace
        if workspace.holder is None or action not in CHANGING:
            return False
        # The other program may have gone since somebody looked.
        workspace.pull()
        self._bench.changed_elsewhere()
        if workspace.holder is not None:
            self._say_read_only()
        return workspace.holder is not None

    def began(self) -> None:
        """Ask what to do if another program has the session that was just opened."""
        self._kept = None
        session = self._bench.workspace.session
        if self._bench.workspace.holder is not None:
            self._ask()
        elif session is not None:
            self.ask_about_removals(session.initial_pull)

    def hold_up(self, command: Command, aside: str) -> None:
        """Keep a command and ask whether to take over the session for it."""
        self._kept = (self._bench.workspace.session, command, aside)
        self._bench.changed_elsewhere()
        self._ask(WAITING)

    def ask_about_removals(self, result: PullResult | None) -> None:
        """Ask whether to remove the many codings that an edited document lacks."""
        if result is None or result.kind is not PullKind.MUCH_REMOVED:
            return
        from codetui.tui.dialogs.confirm import ChoiceDialog, option

        session = self._bench.workspace.session
        # Without keys, and harmless first: a key that was meant for the workbench decides nothing.
        later = option("later", "", "Decide later", "document and session stay as they are")
        keep = option("keep", "", "Keep the codings", "the document is written again; a copy of it is kept")
        remove = option("remove", "", "Remove them from the session too", f"{key_of('undo')} undoes that")

        def answered(answer: str) -> None:
            if session is None or session is not self._bench.workspace.session:
                return
            if answer == "keep":
                problem = session.save_document(is_forced=True)
                self._bench.say(str(problem) if problem else "The codings are kept.", "refusal" if problem else "info")
            elif answer == "remove":
                self._bench.say(pull_words(session.accept_removals()))
            self._bench.workspace.is_document_refused = session.has_unsaved_document
            self._bench.changed_elsewhere()

        self._bench.ask(ChoiceDialog("Remove these codings?", (later, keep, remove), result.detail), answered)

    def _ask(self, waiting: str = "") -> None:
        from codetui.tui.dialogs.confirm import TakeOverDialog

        self._bench.ask(TakeOverDialog(str(self._bench.workspace.holder), waiting), self._answered)

    def _answered(self, takes: bool) -> None:
        if takes:
            self.take_over()
        else:
            self._say_read_only(" It then carries out your last command." if self._kept else "")

    def _say_read_only(self, more: str = "") -> None:
        who = self._bench.workspace.holder
        self._bench.say(f"Read only: open elsewhere {who}. {key_of('take_over')} takes it over.{more}", "refusal")

    def take_over(self) -> None:
        """Take over the session and execute the kept command."""
        bench, kept, self._kept = self._bench, self._kept, None
        # Another program may have taken it since somebody looked.
        found = bench.workspace.pull()
        self._bench.changed_elsewhere()
        if bench.workspace.holder is not None:
            found = bench.workspace.take_over()
            self._bench.changed_elsewhere()
            bench.say(*self._outcome("You can code this session here now.", found))
        else:
            bench.say(*self._outcome("No other program has this session open: you can code it here.", found, "refusal"))
        if kept is not None and kept[0] is bench.workspace.session:
            bench.execute_command(*kept[1:])
        self.ask_about_removals(found)

    def _outcome(self, yours: str, found: PullResult | None, kind: Kind = "info") -> tuple[str, Kind]:
        """Return the message `yours` with the problems found, or why the outcome is uncertain."""
        session = self._bench.workspace.session
        if session is None:
            return f"No {self._bench.index.book.words.source} is open.", "refusal"
        if session.doubt is not None:
            return f"It is unknown who has this session: {session.doubt.message}.", "error"
        if session.holder is not None or (found is not None and not found.is_saved):
            return pull_words(found) or f"{session.holder} has this session.", "error"
        return " · ".join(filter(None, (yours, pull_words(found)))), kind

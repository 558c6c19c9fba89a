"""The app: themes, the workbench, and the way out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from codetui.study.workspace import Workspace
from codetui.tui.key_queue import KeyQueue, Typed
from codetui.tui.shutdown import Shutdown
from codetui.tui.themes import register_themes
from codetui.tui.workbench.screen import WorkbenchScreen

if TYPE_CHECKING:
    from textual.command import Provider

FEW_COLOURS = "standard"
"""What Rich calls the colours of a terminal that has eight, and eight bright ones."""


def commands() -> type[Provider]:
    """The palette's commands, loaded when the palette opens: the first ad does not wait for them."""
    from codetui.tui.palette import WorkbenchCommands

    return WorkbenchCommands


SHIFTED_F3 = {1: "shift+f3", 4: "ctrl+f3"}
"""What F3 is with other keys, by the column in which a terminal seems to say that its cursor stands."""


class CodetuiApp(App[object]):
    """codetui on the screen."""

    TITLE = "codetui"
    CSS_PATH = ["app.tcss", "workbench/workbench.tcss"]
    COMMANDS = {commands}
    ENABLE_COMMAND_PALETTE = False
    """Not by a key of Textual's own: the registry has one, as for everything."""

    BINDINGS = [Binding("ctrl+q", "quit", "quit", show=False, priority=True)]

    def __init__(self, workspace: Workspace) -> None:
        has_colour = "NO_COLOR" not in os.environ
        super().__init__(ansi_color=None if has_colour else True)
        self.workspace = workspace
        self._workbench = WorkbenchScreen(workspace)
        self._turns = KeyQueue(self, self._hand_out)
        self._leaving = Shutdown(self, self._workbench)
        register_themes(self)
        if not has_colour or self.console.color_system == FEW_COLOURS:
            # Without colours other themes turn to greys, which are colours to a terminal; with eight of them
            # one colour would stand for several.
            self.theme = "ansi-dark"

    def get_default_screen(self) -> Screen[None]:
        """The workbench, at once: no empty screen is laid out and painted before it."""
        return self._workbench

    def on_mount(self) -> None:
        """Heed the system's wish to end the program; a test has no such wish."""
        if not self.is_headless:
            self._leaving.heed_signals()

    async def on_event(self, event: events.Event) -> None:
        """Keys and pastes wait for their turn; all else is Textual's."""
        if isinstance(event, events.CursorPosition):
            # Nobody has asked where the cursor is: so xterm, and tmux with it, sends Shift+F3.
            event = events.Key(SHIFTED_F3[event.x], None) if event.x in SHIFTED_F3 and not event.y else event
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._turns.take(event)
        else:
            await super().on_event(event)

    async def _hand_out(self, typed: Typed) -> None:
        """Gives a key or a paste to what reads it.

        The key of a code is the workbench's, whatever has the focus: it does not pass the queues of all in between.
        """
        bench = self._workbench
        asks = self.app_focus and self.screen is bench and bench.asks_for_code
        if asks and isinstance(typed, events.Key) and typed.is_printable:
            await bench.on_key(typed)
        else:
            await super().on_event(typed)

    def action_command_palette(self) -> None:
        """Opens the palette."""
        from codetui.tui.palette import Palette

        if not Palette.is_open(self):
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Opens the palette on the themes."""
        from textual.theme import ThemeProvider

        from codetui.tui.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def action_help_quit(self) -> None:
        """Answers Ctrl+C, with which other programs are left, in the status line and not over it."""
        self._workbench.say("Ctrl+Q writes the document and leaves. Esc goes one step back.")

    async def action_quit(self) -> None:
        """Writes everything out and leaves."""
        self._leaving.leave(0)

    @property
    def last_words(self) -> list[str]:
        """What to tell the coder when the screen is gone; a document that is not written yet is tried once more."""
        return [*self._leaving.words, *map(str, self.workspace.leave())]

"""The app: themes, the workbench, and the way out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen

from codetui.tui.screens.workbench import WorkbenchScreen
from codetui.tui.themes import register_themes
from codetui.workspace.workspace import Workspace

if TYPE_CHECKING:
    from textual.command import Provider


def commands() -> type[Provider]:
    """The palette's commands, loaded when the palette opens: the first ad does not wait for them."""
    from codetui.tui.palette import WorkbenchCommands

    return WorkbenchCommands


class CodetuiApp(App[object]):
    """codetui on the screen."""

    TITLE = "codetui"
    CSS_PATH = ["app.tcss", "screens/workbench.tcss"]
    COMMANDS = App.COMMANDS | {commands}

    # Not with priority, as Textual has it: the keys typed before it come first.
    BINDINGS = [Binding("ctrl+q", "quit", "quit", show=False)]

    def __init__(self, workspace: Workspace) -> None:
        has_colour = "NO_COLOR" not in os.environ
        super().__init__(ansi_color=None if has_colour else True)
        self.workspace = workspace
        self._workbench = WorkbenchScreen(workspace)
        register_themes(self)
        if not has_colour:
            # Textual's other themes turn to greys, which are colours to a terminal.
            self.theme = "ansi-dark"

    def get_default_screen(self) -> Screen[None]:
        """The workbench, at once: no empty screen is laid out and painted before it."""
        return self._workbench

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

    async def action_quit(self) -> None:
        """Writes everything out and leaves."""
        self._workbench.finish()
        self.exit(0)

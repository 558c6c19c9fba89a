"""The app: themes, the workbench, and the way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.app import App

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
    CSS_PATH = "app.tcss"
    COMMANDS = App.COMMANDS | {commands}

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace

    def on_mount(self) -> None:
        """Shows the workbench."""
        register_themes(self)
        self._workbench = WorkbenchScreen(self.workspace)
        self.push_screen(self._workbench)

    async def action_quit(self) -> None:
        """Writes everything out and leaves."""
        self._workbench.finish()
        self.exit(0)

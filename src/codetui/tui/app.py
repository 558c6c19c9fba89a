"""The app: themes, the workbench, and the way out."""

from __future__ import annotations

from textual.app import App

from codetui.tui.palette import WorkbenchCommands
from codetui.tui.screens.workbench import WorkbenchScreen
from codetui.tui.themes import register_themes
from codetui.workspace.workspace import Workspace


class CodetuiApp(App[object]):
    """codetui on the screen."""

    TITLE = "codetui"
    CSS_PATH = "app.tcss"
    COMMANDS = App.COMMANDS | {WorkbenchCommands}

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

"""The Textual app: themes, the workbench, the order of keys, and quitting."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from io import StringIO
from traceback import format_exc
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from rich.console import Console
from textual import constants, events
from textual.binding import Binding
from textual.driver import Driver
from textual.screen import Screen

from codetui.study.workspace import Workspace
from codetui.tui.bench import Do, in_background
from codetui.tui.input import TerminalDriver
from codetui.tui.keymap import key_of
from codetui.tui.keys import KeyQueue, Typed
from codetui.tui.shutdown import Shutdown
from codetui.tui.small_window import SmallWindow, is_too_small
from codetui.tui.themes import ThemedApp
from codetui.tui.workbench.screen import WorkbenchScreen

if TYPE_CHECKING:
    from textual.command import Provider
    from textual.theme import Theme

    from codetui.study.settings import SettingsFiles
    from codetui.tui.clipboard import Copied

FEW_COLOURS = "standard"
"""Rich's name for terminals with eight colours and eight bright ones."""


@runtime_checkable
class Blinks(Protocol):
    """A field whose cursor blinks."""

    cursor_blink: bool


def unknown_theme(name: str, known: Iterable[str]) -> str:
    """Return that there is no theme of a name, with the nearest name."""
    from codetui.formats.toml.tables import nearest, shown

    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"choose one of {', '.join(known)}"
    return f"there is no theme {shown(name)}; {hint}"


def commands() -> type[Provider]:
    """Return the palette's commands, loaded when the palette opens."""
    from codetui.tui.palette import WorkbenchCommands

    return WorkbenchCommands


class CodetuiApp(ThemedApp):
    """codetui on the screen."""

    TITLE = "codetui"
    CSS_PATH = ["app.tcss", "widgets/widgets.tcss", "workbench/workbench.tcss"]
    COMMANDS = {commands}
    ENABLE_COMMAND_PALETTE = False
    """The keymap opens the palette, not a key of Textual's own."""

    BINDINGS = [Binding("ctrl+q", "quit", "quit", show=False, priority=True, id="quit")]

    def __init__(
        self, workspace: Workspace, settings: SettingsFiles | None = None, *, is_tutorial: bool = False
    ) -> None:
        """Create the program; without `settings` everything has its default."""
        has_colour = "NO_COLOR" not in os.environ
        super().__init__(ansi_color=None if has_colour else True)
        # Textual prints errors there, with the values of variables: they are not for the screen.
        self._errors = StringIO()
        self._traceback = ""
        self.error_console = Console(file=self._errors, width=120)
        self.workspace = workspace
        self.settings = settings
        self._workbench = WorkbenchScreen(workspace, settings, is_tutorial=is_tutorial)
        self._key_queue = KeyQueue(self, self._dispatch)
        self.shutdown = Shutdown(self, self._workbench)
        if not has_colour or self.console.color_system == FEW_COLOURS:
            # Without colour other themes turn to greys, which terminals show as colours; of eight colours one would
            # have to represent several.
            chosen = settings.settings.theme if settings is not None else None
            is_light = chosen in self.available_themes and not self.available_themes[chosen].dark
            self.theme = "ansi-light" if has_colour and is_light else "ansi-dark"
        elif settings is not None:
            self._use_theme(settings)
        self._shown_theme = self.theme
        if settings is not None:
            workspace.problems += settings.problems

    def _use_theme(self, settings: SettingsFiles) -> None:
        """Use the theme of the settings, or report that there is none of that name."""
        name = settings.settings.theme
        if name is not None and name in self.available_themes:
            self.theme = name
        elif name is not None:
            settings.report(unknown_theme(name, self.available_themes), "theme")

    def get_driver_class(self) -> type[Driver]:
        """Return the driver that filters the terminal's input."""
        return super().get_driver_class() if constants.DRIVER else TerminalDriver

    def get_default_screen(self) -> Screen[None]:
        """Return the workbench, so that no empty screen is painted before it."""
        return self._workbench

    def on_mount(self) -> None:
        """Handle the signals that end the program, unless there is no terminal, as in tests."""
        if not self.is_headless:
            self.shutdown.handle_signals()
        if self.settings is not None:
            self.theme_changed_signal.subscribe(self, self._keep_theme)

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Keep the cursor of a field from blinking: nothing on the screen flashes."""
        if isinstance(event.widget, Blinks):
            event.widget.cursor_blink = False

    def _keep_theme(self, theme: Theme) -> None:
        """Keep a theme that was chosen in the program for the next start."""
        if self.settings is not None and theme.name != self._shown_theme:
            self._shown_theme = theme.name
            self._workbench.keep_settings(self.settings, {"theme": theme.name})

    def show_theme(self, name: str) -> None:
        """Show a theme; whoever calls this keeps it."""
        self._shown_theme = name
        self.theme = name

    def copy_text(self, text: str, what: str, done: Callable[[Copied], None]) -> None:
        """Copy a text by the command of the settings, or by the terminal, and call `done` with where it went."""
        from codetui.tui.clipboard import by_command, by_terminal

        command = self.settings.settings.copy_command if self.settings else None
        if command is None:
            self.copy_to_clipboard(text)
            done(by_terminal(what, text))
        else:
            in_background(self._workbench, "copying", lambda: by_command(command, what, text), done)

    async def on_event(self, event: events.Event) -> None:
        """Queue keys and pastes; pass everything else to Textual."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self._key_queue.put(event)
        else:
            await super().on_event(event)

    def ask_when_idle(self, question: Do) -> None:
        """Open a dialog that no key requested as soon as no keys are queued."""
        self._key_queue.ask(question)

    async def _dispatch(self, typed: Typed) -> None:
        """Pass on a key or a paste.

        A key that chooses a code goes directly to the workbench, whatever has the focus.
        """
        bench = self._workbench
        is_for_panel = self.app_focus and self.screen is bench and bench.asks_for_code
        if is_for_panel and isinstance(typed, events.Key) and typed.is_printable:
            await bench.on_key(typed)
        else:
            await super().on_event(typed)

    def action_command_palette(self) -> None:
        """Open the palette."""
        from codetui.tui.palette import Palette

        if not Palette.is_open(self):
            self.push_screen(Palette())

    def search_themes(self) -> None:
        """Open the palette with the themes."""
        from textual.theme import ThemeProvider

        from codetui.tui.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))

    def action_help_quit(self) -> None:
        """Answer Ctrl+C, which quits other programs, with a message in the status line."""
        self._workbench.say(
            f"{key_of('quit')} saves the document and quits. {key_of('move.collapse')} goes one step back."
        )

    async def action_quit(self) -> None:
        """Save everything and quit."""
        self.shutdown.begin(0)

    def on_resize(self, event: events.Resize) -> None:
        """Cover the screen while the window is too small for it."""
        if is_too_small(event.size) and not isinstance(self.screen, SmallWindow):
            self.push_screen(SmallWindow())
        elif isinstance(self.screen, SmallWindow) and not is_too_small(event.size):
            self.screen.dismiss()

    def bell(self) -> None:
        """Ring the bell; Textual rings first when an error ends the app, so its traceback is recorded here."""
        if sys.exc_info()[0] is not None:
            self._traceback = self._traceback or format_exc()
        super().bell()

    def run_to_end(self) -> list[str]:
        """Run the app; return the text to print after the screen is closed.

        A document that could not be written is tried once more.
        """
        try:
            self.run()
            if errors := self._errors.getvalue():
                self.shutdown.crash(self._traceback or errors)
            problems = self.workspace.leave()
        except Exception:
            self.shutdown.crash(format_exc())
            problems = []
        return [*self.shutdown.messages, *map(str, problems), *self.shutdown.kept]

"""Where every key of the workbench is decided, one after the other, however fast they come.

Textual's bindings run in the app, some messages after the screen has seen the key; two keys typed at once
would both be read in the mode before the first.  So the screen looks keys up itself, in the registry.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol

from textual import events
from textual.app import App
from textual.binding import ActiveBinding
from textual.widget import Widget

from codetui.model import CodeId
from codetui.tui.actions import ACTIONS
from codetui.tui.bench import Do, Kind
from codetui.tui.key_words import key_words
from codetui.tui.parts.assigning import Assigning
from codetui.tui.parts.selecting import Selecting
from codetui.tui.screens.reader import ReaderPane
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.search_line import SearchLine

TREE_KEYS = frozenset(
    ("up", "down", "left", "right", "h", "j", "k", "l", "space", "enter", "home", "end", "pageup", "pagedown")
)
LONGEST_WAIT = 50
"""Hundredths of a second that a typed key waits for a modal to open."""

READER_KEYS = TREE_KEYS | {"escape"}


class Panes(Protocol):
    """What the keyboard needs of the workbench."""

    panel: CodePanel
    search: SearchLine
    outline: CodebookTree
    reader: ReaderPane
    selecting: Selecting
    assigning: Assigning

    @property
    def app(self) -> App[object]:
        """The app."""

    @property
    def active_bindings(self) -> Mapping[str, ActiveBinding]:
        """What each key is bound to, from the focus up."""

    @property
    def focused(self) -> Widget | None:
        """The widget with the focus."""

    def set_focus(self, widget: Widget | None) -> None:
        """Gives a widget the focus, at once."""

    def say(self, text: str, kind: Kind = "info") -> None:
        """Puts an answer into the status line."""

    def take_code(self, code: CodeId) -> None:
        """The panel's key was pressed."""

    def leave_panel(self) -> None:
        """The panel was closed."""

    def is_current_screen(self) -> bool:
        """True while no modal stands over the workbench."""

    def back_to_ad(self) -> bool:
        """Gives the keys to the ad, and takes away the codebook that lies over it; True."""

    def focus_search(self) -> None:
        """Gives the search line the focus, at once."""


class Keyboard:
    """Keys to actions, in the mode that the keys before have left."""

    def __init__(self, panes: Panes, actions: Mapping[str, Do]) -> None:
        self._panes = panes
        self._actions = actions
        self._ids = {key: action.id for action in ACTIONS for key in action.keys}

    def do(self, action: str) -> None:
        """Carries an action of the registry out."""
        self._actions[action]()

    async def press(self, event: events.Key) -> None:
        """One key.  What the focused widget needs for itself passes by."""
        panes = self._panes
        if event.key.startswith("alt+") and event.key not in self._ids:
            # Terminals send Esc and a key right behind it as one.
            self._consume(event)
            await self.press(events.Key("escape", None))
            await self.press(events.Key(event.key.removeprefix("alt+"), event.character))
        elif not panes.is_current_screen():
            self._consume(event)
            await self._until_it_listens()
            self._send_on(event)
        elif panes.search.is_open:
            self._press_in_search(event)
        elif panes.panel.is_open:
            self._consume(event)
            self._press_in_panel(event)
        elif panes.selecting.is_jumping and panes.selecting.press(event.key, event.character):
            self._consume(event)
        elif event.key in self._keys_of_pane():
            await self._press_in_pane(event)
        else:
            self._press_action(event)

    def _keys_of_pane(self) -> frozenset[str]:
        """The keys that the focused pane reads itself."""
        if self._panes.focused is self._panes.outline:
            return TREE_KEYS
        return READER_KEYS if self._panes.focused is self._panes.reader else frozenset()

    async def _press_in_pane(self, event: events.Key) -> None:
        """A key of the focused pane: done here, since one that was typed before the pane had the focus passes it by."""
        active = self._panes.active_bindings.get(event.key)
        if active is not None:
            self._consume(event)
            await self._panes.app.run_action(active.binding.action, active.node)

    def _press_action(self, event: events.Key) -> None:
        action = self._ids.get(event.key)
        if action is not None:
            self._consume(event)
            self._begin(action)
            if action != "move.collapse" or not self._leaves(event):
                self.do(action)
        elif event.is_printable and event.character:
            self._consume(event)
            self._panes.say(f"{key_words(event.key)} does nothing here. ? shows every key.", "refusal")

    def _begin(self, action: str) -> None:
        """What was said before this key is old now; a mode ends where the coder goes on to something else."""
        panes = self._panes
        is_selecting = action.startswith(("move.", "jump", "search", "next_", "previous_"))
        if panes.assigning.bounding is None and (panes.assigning.recoding is None or is_selecting):
            panes.say("")
        if is_selecting:
            if action != "move.collapse":
                panes.assigning.moved_on()
            if panes.focused is panes.outline:
                panes.back_to_ad()

    def _leaves(self, event: events.Key) -> bool:
        """True where Esc had something to leave: a mode, or the codebook over the ad."""
        if self._panes.assigning.escape():
            return True
        return event.key == "escape" and self._panes.outline.has_class("-shown") and self._panes.back_to_ad()

    def _press_in_panel(self, event: events.Key) -> None:
        code = self._panes.panel.take_key(event.key, event.character)
        if code is not None:
            self._panes.take_code(code)
        elif not self._panes.panel.is_open:
            self._panes.leave_panel()

    def _press_in_search(self, event: events.Key) -> None:
        """A key that the search line has not read was typed before it had the focus, or behind its last key."""
        focused, search = self._panes.focused, self._panes.search
        if focused is None or search not in focused.ancestors:
            self._panes.focus_search()
        if not search.has_read(event):
            self._send_on(event)

    async def _until_it_listens(self) -> None:
        """Waits for a modal that was just opened to have its focus, so that nothing typed ahead is lost."""
        for _ in range(LONGEST_WAIT):
            screen = self._panes.app.screen
            is_ready = screen.focused is not None or (screen.is_mounted and not screen.focus_chain)
            if is_ready or self._panes.is_current_screen():
                return
            await asyncio.sleep(0.01)

    def _send_on(self, event: events.Key) -> None:
        """Lets the app send the key to where the focus is now: it was typed before that was shown."""
        self._consume(event)
        app = self._panes.app
        app.post_message(events.Key(event.key, event.character).set_sender(app))

    @staticmethod
    def _consume(event: events.Key) -> None:
        event.stop()
        event.prevent_default()

"""Where every key of the workbench is decided: looked up in the registry, in the mode that the key before has left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

from textual import events
from textual.screen import Screen
from textual.widget import Widget

from codetui.model import CodeId
from codetui.tui.actions import Action
from codetui.tui.bench import Do, Kind
from codetui.tui.dialogs.confirm import ChoiceDialog, option
from codetui.tui.keymap import Keymap, key_words
from codetui.tui.widgets.code_panel import CodePanel
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.reader import ReaderPane
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.workbench.code import CodeController
from codetui.tui.workbench.resolve import ResolveController
from codetui.tui.workbench.select import SelectionController
from codetui.tui.workbench.share import ShareController

T = TypeVar("T")
TREE_KEYS = frozenset(
    ("up", "down", "left", "right", "h", "j", "k", "l", "space", "enter", "home", "end", "pageup", "pagedown")
)
READER_KEYS = TREE_KEYS | {"escape"}


class Panes(Protocol):
    """What the keyboard needs of the workbench."""

    panel: CodePanel
    search: SearchLine
    outline: CodebookTree
    reader: ReaderPane
    selector: SelectionController
    assigner: CodeController
    resolver: ResolveController
    sharing: ShareController

    @property
    def focused(self) -> Widget | None:
        """The widget with the focus."""

    def say(self, text: str, kind: Kind = "info") -> None:
        """Puts an answer into the status line."""

    def ask(self, screen: Screen[T | None], answered: Callable[[T], None]) -> None:
        """Open a dialog; `answered` gets its answer, unless it is cancelled."""

    def take_code(self, code: CodeId) -> None:
        """The panel's key was pressed."""

    def leave_panel(self) -> None:
        """The panel was closed."""

    def back_to_ad(self) -> bool:
        """Gives the keys to the ad, and takes away the codebook that lies over it; True."""


class Keyboard:
    """Keys to actions, in the mode that the keys before have left."""

    def __init__(self, panes: Panes, keymap: Keymap, actions: Mapping[str, Do]) -> None:
        self._panes = panes
        self._keymap = keymap
        self._actions = actions

    def do(self, action: str) -> None:
        """Carries an action of the registry out."""
        if self._panes.sharing.refuses(action):
            return
        self._actions[action]()

    def press(self, event: events.Key) -> None:
        """One key.  What the focused widget needs for itself passes by."""
        panes = self._panes
        if panes.panel.is_open:
            self._consume(event)
            self._press_in_panel(event)
        elif panes.selector.is_jumping and panes.selector.press(event.key, event.character):
            self._consume(event)
        elif not self._is_read_elsewhere(event.key):
            self._press_action(event)

    def _is_read_elsewhere(self, key: str) -> bool:
        """True for the keys that the search line or the focused pane reads by its own bindings."""
        panes = self._panes
        if panes.search.is_open:
            return True
        if panes.focused is panes.outline:
            return key in TREE_KEYS
        return panes.focused is panes.reader and key in READER_KEYS

    def _press_action(self, event: events.Key) -> None:
        action = self._keymap.action(event.key)
        if action is None and (further := self._keymap.continuations(event.key)):
            self._consume(event)
            self._open_menu(further)
        elif action is not None:
            self._consume(event)
            self._begin(action)
            if self._panes.resolver.takes(action):
                return
            if action != "move.collapse" or not self._leaves(event):
                self.do(action)
        elif event.is_printable and event.character:
            self._consume(event)
            self._refuse(f"“{event.character}”")
        else:
            # Not consumed: Textual has keys of its own, and answers them behind this.
            self._refuse(key_words(event.key))

    def _open_menu(self, further: tuple[tuple[str, Action], ...]) -> None:
        """Show the actions whose keys begin with the key just pressed; the next key chooses one."""
        options = [option(action.id, key_words(key), action.words) for key, action in further]
        self._panes.ask(ChoiceDialog("More actions", options), self._run)

    def _run(self, action: str) -> None:
        self._begin(action)
        if not self._panes.resolver.takes(action):
            self.do(action)

    def _refuse(self, key: str) -> None:
        self._panes.say(f"{key} does nothing here. ? shows every key.", "refusal")

    def _begin(self, action: str) -> None:
        """What was said before this key is old now; a mode ends where the coder goes on to something else."""
        panes = self._panes
        is_selecting = action.startswith(("move.", "jump", "search", "next_", "previous_"))
        if panes.assigner.bounding is not None:
            panes.assigner.remind()
        elif panes.assigner.recoding is None or is_selecting:
            panes.say("")
        if is_selecting:
            if action != "move.collapse":
                panes.assigner.moved_on()
            if panes.focused is panes.outline:
                panes.back_to_ad()

    def _leaves(self, event: events.Key) -> bool:
        """True where Esc had something to leave: a mode, or the codebook over the ad."""
        if self._panes.assigner.escape():
            return True
        return event.key == "escape" and self._panes.outline.has_class("-shown") and self._panes.back_to_ad()

    def _press_in_panel(self, event: events.Key) -> None:
        code = self._panes.panel.press(event.key, event.character)
        if code is not None:
            self._panes.take_code(code)
        elif not self._panes.panel.is_open:
            self._panes.leave_panel()

    @staticmethod
    def _consume(event: events.Key) -> None:
        event.stop()
        event.prevent_default()

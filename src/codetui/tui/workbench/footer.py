"""The key chips of the footer: which keys do what in the present situation, read from the keymap in use."""

from __future__ import annotations

from typing import Literal, NamedTuple

from codetui.model import Codebook
from codetui.tui.keymap import Keymap, key_words
from codetui.tui.widgets.status_line import Chip

Situation = Literal[
    "ad",
    "selection",
    "quotation",
    "labels",
    "boundary",
    "recoding",
    "locating",
    "panel",
    "search",
    "tree",
    "reader",
]
"""The situation of the coder: a mode, or else the focused pane, or what is under the cursor in the ad."""


READ_BY_THEMSELVES = frozenset(("labels", "panel", "search"))
"""The situations in which the key of the help is read as a letter."""


class Hint(NamedTuple):
    """The actions of one chip, and its words."""

    actions: tuple[str, ...]
    words: str


_CODE, _CODE_UNIT = "code", "code here"
_SECTIONS = "sections"
"""Represents the digits of the sections that the codebook has."""


def _hint(actions: str, words: str) -> Hint:
    return Hint(tuple(actions.split()), words)


HINTS: dict[Situation, tuple[Hint, ...]] = {
    "ad": (
        _hint("move.next_sentence", "sentence"),
        _hint("jump", "jump"),
        _hint(_SECTIONS, _CODE_UNIT),
        _hint("profile", "profile"),
        _hint("next_ad", "next {source}"),
        _hint("search", "search"),
        _hint("tree", "codebook"),
        _hint("done", "done"),
        _hint("ads", "list"),
        _hint("undo", "undo"),
    ),
    "selection": (
        _hint(_SECTIONS, _CODE),
        _hint("repeat", "same code again"),
        _hint("pick", "search codes"),
        _hint("move.toggle_stop", "full stop"),
        _hint("move.hold_start move.hold_end", "move edges"),
        _hint("move.grow", "grow"),
        _hint("move.collapse", "clear"),
        _hint("new_code", "new code"),
    ),
    "quotation": (
        _hint("remove", "remove"),
        _hint("recode", "recode"),
        _hint("boundary", "edges"),
        _hint("note", "note"),
        _hint("define", "definition"),
        _hint(_SECTIONS, "code"),
        _hint("other", "other here"),
        _hint("undo", "undo"),
        _hint("example", "example"),
        _hint("move.next_sentence", "sentence"),
    ),
    "boundary": (
        _hint("pick", "save"),
        _hint("move.hold_start", "move start"),
        _hint("move.hold_end", "move end"),
        _hint("move.toggle_stop", "full stop"),
        _hint("move.collapse", "cancel"),
    ),
    "recoding": (
        _hint(_SECTIONS, "other code"),
        _hint("pick", "search codes"),
        _hint("move.collapse", "cancel"),
    ),
    "locating": (
        _hint("pick", "accept"),
        _hint("settle", "next"),
        _hint("boundary", "edges"),
        _hint("remove", "remove"),
        _hint("move.collapse", "cancel"),
    ),
    "tree": (
        _hint("define", "definition"),
        _hint("note", "note"),
        _hint("remark", "remark"),
        _hint("recode", "recode"),
        _hint("remove", "remove"),
        _hint("edit_code", "edit code"),
        _hint("reshape", "change code"),
        _hint("tree", "{source}"),
    ),
}

FIXED: dict[Situation, tuple[Chip, ...]] = {
    "labels": (Chip("a … z", "label"), Chip("Backspace", "back"), Chip("Esc", "cancel")),
    "panel": (Chip("key", "assign"), Chip("↑↓", "move"), Chip("Enter", "assign"), Chip("Esc", "close")),
    "search": (Chip("Enter", "keep"), Chip("↑↓", "other match"), Chip("Esc", "cancel")),
    "tree": (Chip("↑↓ ←→", "move, fold"), Chip("Enter", "select")),
    "reader": (Chip("↑↓", "scroll"), Chip("←→", "other document"), Chip("Esc", "close")),
}
"""The keys that a pane reads by itself, before those of the keymap."""


class Footer:
    """The chips of each situation, made once for a keymap and a codebook."""

    def __init__(self, keymap: Keymap, book: Codebook) -> None:
        """Create the footer for the digits of the book's sections, and with its noun for a source."""
        self._keymap = keymap
        self._digits = [section.key for section in book.sections]
        self._source = book.words.source
        self._made: dict[Situation, tuple[Chip, ...]] = {}

    def chips(self, situation: Situation) -> tuple[Chip, ...]:
        """Return the chips of a situation, the most useful first; the last one is the key of the help.

        An action without a key has no chip.
        """
        if situation not in self._made:
            self._made[situation] = self._make(situation)
        return self._made[situation]

    def _make(self, situation: Situation) -> tuple[Chip, ...]:
        keys = {action.id: key_words(action.keys[0]) for action in self._keymap.actions if action.keys}
        digits = [keys[f"section.{digit}"] for digit in self._digits if f"section.{digit}" in keys]
        found = list(FIXED.get(situation, ()))
        for actions, words in HINTS.get(situation, ()):
            own = digits if actions == (_SECTIONS,) else [keys[one] for one in actions if one in keys]
            if own:
                found.append(Chip(" ".join(own), words.format(source=self._source)))
        if "help" in keys and situation not in READ_BY_THEMSELVES:
            found.append(Chip(keys["help"], "all keys"))
        return tuple(found)

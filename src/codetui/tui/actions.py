"""The registry of actions: ids, keys, names and help, for the keyboard, the palette, the help screen and docs/keys.md.

`actions.toml` holds them.  Without Textual, so that programs without a screen can read it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

from codetui.model import Words


class Action(NamedTuple):
    """One action: its id, the keys that trigger it (any of them), its name, one sentence of help, and its group."""

    id: str
    keys: tuple[str, ...]
    words: str
    help: str
    group: str


_GROUPS: dict[str, dict[str, list[str]]] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
_ACTIONS = tuple(
    Action(name, tuple(keys), words, help_, group)
    for group, rows in _GROUPS.items()
    for name, (words, help_, *keys) in rows.items()
)

MOTION_KEYS = {one.id.removeprefix("move."): one.keys for one in _ACTIONS if one.id.startswith("move.")}
"""Textual's names of the keys of each motion."""

SECTION_DIGITS = "123456789"
PRESETS = ("vim", "arrows")
"""The presets of keys; the first one is that of the registry."""


def named_actions(words: Words) -> tuple[Action, ...]:
    """Return the actions, with the codebook's noun for a source in their texts."""
    names = {"source": words.source, "sources": words.sources, "Sources": words.sources.capitalize()}
    return tuple(Action(one.id, one.keys, *(text.format_map(names) for text in one[2:])) for one in _ACTIONS)


ACTIONS = named_actions(Words())


def preset_actions(preset: str, actions: tuple[Action, ...] = ACTIONS) -> tuple[Action, ...]:
    """Return the actions with the keys of a preset."""
    if preset == PRESETS[0]:
        return actions
    keys: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("presets.toml").read_text("utf-8"))[preset]
    return tuple(one._replace(keys=tuple(keys.get(one.id, one.keys))) for one in actions)


LOOKING = frozenset(("other", "queue", "doubts", "history", "memos"))
CHANGING = frozenset(
    one.id
    for one in _ACTIONS
    if one.group in ("Coding", "Quotation under the cursor", "Profile and {source}") and one.id not in LOOKING
)
"""Actions that change the open session; they are refused while another program has it."""

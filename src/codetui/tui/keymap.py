"""The keymap: which key or sequence of keys triggers which action, and how keys are written for people."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from textual.keys import KEY_NAME_REPLACEMENTS, format_key, key_to_character

from codetui.tui.actions import ACTIONS, Action

if TYPE_CHECKING:
    from codetui.study.settings import SettingsFiles

NAMES = {
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "space": "Space",
    "enter": "Enter",
    "backspace": "Backspace",
}


SPELLINGS = {
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "spacebar": "space",
    "↑": "up",
    "↓": "down",
    "←": "left",
    "→": "right",
}
"""Other names of keys that people write."""

MODIFIERS = {
    "ctrl": "ctrl",
    "control": "ctrl",
    "alt": "alt",
    "option": "alt",
    "meta": "alt",
    "shift": "shift",
}
EXAMPLES = ("x", "ctrl+x", "f2", "pageup", "shift+left", " ".join("zx"))
NAMED_KEYS = frozenset(
    (
        *("up", "down", "left", "right", "home", "end", "pageup", "pagedown", "insert", "delete", "backspace"),
        *("enter", "escape", "tab", "space", *(f"f{number}" for number in range(1, 25))),
    )
)


class KeyProblem(NamedTuple):
    """A problem with the keys of an action."""

    action: str
    message: str


@dataclass(frozen=True)
class Keymap:
    """The keys of all actions, from the registry or replaced by settings.

    `problems` names keys that are used twice, that no keyboard has or that hide a longer sequence.
    """

    ids: Mapping[tuple[str, ...], str]
    actions: tuple[Action, ...]
    problems: tuple[KeyProblem, ...] = ()

    @classmethod
    def build(cls, changed: Mapping[str, Sequence[str]] | None = None, actions: Sequence[Action] = ACTIONS) -> Keymap:
        """Return the keymap of `actions`; `changed` maps action ids to keys, as people write them, that replace theirs.

        A changed key is taken away from the action that has it by default.
        """
        problems: list[KeyProblem] = []
        replaced = {name: _known_keys(name, keys, problems) for name, keys in (changed or {}).items()}
        chosen = {(is_of_dialogs(name), keys): name for name in reversed(replaced) for keys in replaced[name]}
        ids: dict[tuple[str, ...], str] = {}
        in_dialogs: dict[tuple[str, ...], str] = {}
        kept: list[Action] = []
        for action in actions:
            context = is_of_dialogs(action.id)
            default = tuple(keys for keys in action.keys if (context, keys) not in chosen)
            free = replaced.get(action.id, default)
            if not free and action.keys and action.id not in replaced:
                other = chosen[context, action.keys[0]]
                what = f"{key_words(action.keys[0])} is the only key of {action.id}; choose another, or one for that"
                problems.append(KeyProblem(other, what))
            for keys in free:
                sequence = tuple(keys.split())
                other = (in_dialogs if context else ids).setdefault(sequence, action.id)
                if other != action.id:
                    what = f"{key_words(keys)} is the key of both {other} and {action.id}; {other} has it"
                    problems.append(KeyProblem(action.id, what))
            kept.append(action._replace(keys=free))
        for sequence, name in ids.items():
            hidden = next((ids[sequence[:n]] for n in range(1, len(sequence)) if sequence[:n] in ids), None)
            if hidden:
                what = f"{key_words(' '.join(sequence))} of {name} cannot be typed: it begins with the key of {hidden}"
                problems.append(KeyProblem(name if name in replaced else hidden, what))
        return cls(ids, tuple(kept), tuple(problems))

    @cached_property
    def by_id(self) -> Mapping[str, Action]:
        """The actions by their ids."""
        return {action.id: action for action in self.actions}

    def action(self, *keys: str) -> str | None:
        """Return the id of the action that a key, or a sequence of keys, triggers; None if there is none."""
        return self.ids.get(keys)

    def continuations(self, *prefix: str) -> tuple[tuple[str, Action], ...]:
        """Return the keys that may follow `prefix`, each with its action; empty if no sequence begins with it."""
        length = len(prefix)
        return tuple(
            (keys[length], self.by_id[name])
            for keys, name in self.ids.items()
            if keys[:length] == prefix and len(keys) == length + 1
        )


def is_of_dialogs(action_id: str) -> bool:
    """Return whether an action has its keys in dialogs alone."""
    return action_id.startswith("dialog.")


def _known_keys(action: str, written: Sequence[str], problems: list[KeyProblem]) -> tuple[str, ...]:
    """Return the keys that people wrote by Textual's names, and add a problem for each that no keyboard has."""
    found: list[str] = []
    for one in written:
        presses = [parse_key(press) for press in one.split()]
        if all(presses):
            found.append(" ".join(presses))
        else:
            wrong = one.split()[presses.index("")]
            what = f'there is no key "{wrong}"; write it like {keys_words(EXAMPLES)} (two keys)'
            problems.append(KeyProblem(action, what))
    return tuple(found)


def parse_key(written: str) -> str:
    """Return Textual's name of a key as people write it: `Ctrl+Z` is `ctrl+z`, `.` is `full_stop`; empty if unknown."""
    before, plus, last = written.rpartition("+")
    if not last:
        before, last = before.removesuffix("+"), plus
    held = before.split("+") if before else []
    modifiers = {MODIFIERS.get(one.casefold(), "") for one in held}
    name = SPELLINGS.get(last.casefold(), last.casefold())
    if len(last) == 1 and last not in SPELLINGS:
        name = last if last.isalnum() else _name_of_sign(last)
        if modifiers == {"shift"} and last.isalpha():
            return last.upper()
        name = name.lower() if modifiers else name
    elif name not in NAMED_KEYS and key_to_character(name) is None:
        return ""
    return "" if "" in modifiers or not name else "+".join([*sorted(modifiers), name])


def _name_of_sign(sign: str) -> str:
    name = unicodedata.name(sign, "").lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


def keymap_of(files: SettingsFiles, actions: Sequence[Action]) -> Keymap:
    """Return the keymap of the settings, with the problems of its keys added to theirs."""
    keymap = Keymap.build(files.settings.keys, actions)
    for action, message in keymap.problems:
        files.report(message, "keys", action)
    return keymap


_in_use = [Keymap.build()]


def use(keymap: Keymap) -> Keymap:
    """Make a keymap the one whose keys messages name, and return it."""
    _in_use[:] = [keymap]
    return keymap


def key_of(action_id: str) -> str:
    """Return the first key of an action as people write it, `z b`, for a message; by name if the action has no key."""
    action = _in_use[0].by_id[action_id]
    if action.keys:
        return key_words(action.keys[0])
    return f"“{action.words}”" if action_id == "palette" else f"{key_of('palette')} “{action.words}”"


def dialog_key_of(action_id: str) -> str:
    """Return the first key of an action that is no sequence, as a dialog binds it; empty if it has none."""
    return next((key_words(keys) for keys in _in_use[0].by_id[action_id].keys if " " not in keys), "")


def has_key(action_id: str, key: str) -> bool:
    """Return whether a single key triggers an action."""
    return key in _in_use[0].by_id[action_id].keys


def bound_keys(keys: Iterable[str]) -> str:
    """Return the keys that are no sequences, as a binding of Textual's has them."""
    return ",".join(one for one in keys if " " not in one)


def key_words(keys: str) -> str:
    """Return a key or a sequence of keys as on a keyboard: `.` for `full_stop`, `Ctrl+Home`, `z b`."""
    return " ".join(map(_key_word, keys.split()))


def _key_word(key: str) -> str:
    *modifiers, last = key.split("+")
    sign = format_key(last)
    is_sign = len(sign) == 1 and not sign.isalnum()
    is_plain_letter = len(last) == 1 and not modifiers
    name = NAMES.get(last) or (sign if is_sign else last if is_plain_letter else last.capitalize())
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def keys_words(keys: Iterable[str]) -> str:
    """Return all keys of one action as people write them: `R, F2, z r`."""
    return ", ".join(map(key_words, keys))

"""The keymap: which key or sequence of keys triggers which action, and how keys are written for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from textual.keys import format_key

from codetui.tui.actions import ACTIONS, Action

NAMES = {
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "space": "Space",
    "enter": "Enter",
    "backspace": "Backspace",
}


@dataclass(frozen=True)
class Keymap:
    """The keys of all actions, from the registry or replaced by settings.

    `problems` names keys that are used twice or that hide a longer sequence, and actions that do not exist.
    """

    ids: Mapping[tuple[str, ...], str]
    actions: tuple[Action, ...]
    problems: tuple[str, ...] = ()

    @classmethod
    def build(cls, changed: Mapping[str, str] | None = None, actions: Sequence[Action] = ACTIONS) -> Keymap:
        """Return the keymap of `actions`; `changed` maps action ids to the key or sequence that replaces theirs."""
        changed = changed or {}
        known = {action.id for action in actions}
        problems = [f"there is no action {name}" for name in changed if name not in known]
        replaced = {tuple(keys.split()) for name, keys in changed.items() if name in known}
        ids: dict[tuple[str, ...], str] = {}
        in_dialogs: dict[tuple[str, ...], str] = {}
        kept: list[Action] = []
        for action in actions:
            own = changed.get(action.id)
            free = (own,) if own else tuple(keys for keys in action.keys if tuple(keys.split()) not in replaced)
            for keys in free:
                sequence = tuple(keys.split())
                other = (in_dialogs if action.id.startswith("dialog.") else ids).setdefault(sequence, action.id)
                if other != action.id:
                    problems.append(f"{key_words(keys)} is the key of both {other} and {action.id}")
            kept.append(action._replace(keys=free))
        for sequence in ids:
            hidden = next((ids[sequence[:n]] for n in range(1, len(sequence)) if sequence[:n] in ids), None)
            if hidden:
                problems.append(f"{key_words(' '.join(sequence))} cannot be typed: its first key is that of {hidden}")
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

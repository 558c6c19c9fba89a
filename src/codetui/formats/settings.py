"""Settings that people write as TOML: theme, keys, widths and the like.  Invalid ones become problems, all others hold.

A user's file has them at its top, a codebook in its table `[ui]`; both have a table `keys`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import NamedTuple

from codetui.formats.toml.tables import Table, nearest, shown

CELLS = {"reading_width": (20, 400), "panel_width": (20, 400), "left_margin": (0, 100)}
"""The settings in cells, with their least and their greatest number."""

SIDES = ("left", "right")
DEFAULTS: Mapping[str, str | int] = {
    "theme": "textual-dark",
    "preset": "vim",
    "reading_width": 100,
    "panel_width": "38 % of the window",
    "panel_side": "right",
    "left_margin": 0,
    "labels": "asdfjklghewioruqvncmptybxzASDFJKLGHEWIORUQVNCMPTYBXZ",
    "copy_command": "none: the terminal copies",
}
"""The values of settings that are not set, as they are shown."""

FEWEST_LABELS = 10
LAYOUT = (*CELLS, "panel_side")
FIELDS = ("theme", "preset", "reading_width", "panel_width", "panel_side", "left_margin", "labels", "copy_command")


class Names(NamedTuple):
    """The names that settings may contain; no themes means that they are not known."""

    actions: Collection[str]
    presets: Collection[str]
    themes: Collection[str] = ()


class Settings(NamedTuple):
    """Settings of one file, or of both together; None is a setting that is not set.

    `keys` has the keys of an action as they were written, several presses separated by blanks: `{"find": ("z f",)}`.
    `copy_command` is a program with its arguments, as a list or on one line.
    """

    theme: str | None = None
    preset: str | None = None
    keys: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    reading_width: int | None = None
    panel_width: int | None = None
    panel_side: str | None = None
    left_margin: int | None = None
    labels: str | None = None
    copy_command: str | tuple[str, ...] | None = None

    def over(self, other: Settings, names: Collection[str] = FIELDS) -> Settings:
        """Return the other settings, with those of these that are set, and among `names`, in their place."""
        changed = {name: value for name in names if (value := getattr(self, name)) is not None}
        return other._replace(keys={**other.keys, **self.keys}, **changed)


def effective(user: Settings, study: Settings) -> Settings:
    """Return the settings in use: the user's come first, except for the layout of the text, where the study's do."""
    both = user.over(study)
    return study.over(both, LAYOUT)._replace(keys=both.keys)


def read_settings(table: Table, names: Names, *, is_study: bool = False) -> Settings:
    """Return the settings in a table, and report on its sheet what is invalid."""
    for name in table.fields:
        if name not in (*FIELDS, "keys"):
            near = nearest(name, (*FIELDS, "keys"))
            hint = f"did you mean {near}?" if near else f"known here: {', '.join((*FIELDS, 'keys'))}"
            table.report("error", f"there is no setting {shown(name)}; {hint}", name)
    return Settings(
        theme=_choice(table, "theme", names.themes),
        preset=_choice(table, "preset", names.presets),
        keys=_keys(table, names.actions),
        reading_width=_cells(table, "reading_width"),
        panel_width=_cells(table, "panel_width"),
        panel_side=_choice(table, "panel_side", SIDES),
        left_margin=_cells(table, "left_margin"),
        labels=_labels(table),
        copy_command=_command(table, is_study=is_study),
    )


def _text(table: Table, name: str, *, instead: str) -> str | None:
    value = table.fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        table.report("error", f"{name} is not a text; write {name} = {instead}", name)
        return None
    return table.text(name)


def _choice(table: Table, name: str, known: Collection[str]) -> str | None:
    value = _text(table, name, instead=f'"{next(iter(known), "…")}"')
    if value is None or not known or value in known:
        return value
    near = nearest(value, known)
    hint = f"did you mean {near}?" if near else f"choose one of {', '.join(known)}"
    table.report("error", f"there is no {name.replace('_', ' ')} {shown(value)}; {hint}", name)
    return None


def _cells(table: Table, name: str) -> int | None:
    value, (least, greatest) = table.fields.get(name), CELLS[name]
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= greatest:
        written = shown(str(value)) if isinstance(value, str) else value
        table.report("error", f"{name} is a number of cells from {least} to {greatest}, not {written}", name)
        return None
    return value


def _labels(table: Table) -> str | None:
    value = _text(table, "labels", instead='"asdfjklghewioru"')
    if value is None or (value.isalpha() and len(set(value)) == len(value) >= FEWEST_LABELS):
        return value
    table.report("error", f"labels is at least {FEWEST_LABELS} different letters, the handiest first", "labels")
    return None


def _command(table: Table, *, is_study: bool) -> str | tuple[str, ...] | None:
    value = table.fields.get("copy_command")
    if value is None:
        return None
    if is_study:
        what = "copy_command runs a program, so it counts only in your own settings; remove it here"
        table.report("error", what, "copy_command")
        return None
    if isinstance(value, list) and value and all(isinstance(one, str) and one for one in value):
        return tuple(value)
    return _text(table, "copy_command", instead='"program", or ["program", "argument"]')


def _keys(table: Table, actions: Collection[str]) -> dict[str, tuple[str, ...]]:
    if not isinstance(table.fields.get("keys", {}), dict):
        table.report("error", 'keys is a table; write [keys], and below it lines such as undo = "ctrl+z"', "keys")
    keys = table.table("keys")
    found: dict[str, tuple[str, ...]] = {}
    for action, value in _flat(keys.fields):
        several = [value] if isinstance(value, str) else value
        if action not in actions:
            near = nearest(action, actions)
            hint = f"did you mean {near}?" if near else "`codetui config --actions` lists all actions"
            keys.report("error", f"there is no action {shown(action)}; {hint}", *_place(keys.fields, action))
        elif not isinstance(several, list) or not all(isinstance(one, str) for one in several):
            what = f'the keys of {action} are not texts; write "{action}" = "key", or ["key", "another key"]'
            keys.report("error", what, *_place(keys.fields, action))
        else:
            found[action] = tuple(one for one in several if one.strip())
    return found


def _flat(fields: Mapping[str, object], before: str = "") -> list[tuple[str, object]]:
    """Return the ids of actions with their keys: `move.grow` without quotes is a table `move` to TOML."""
    pairs: list[tuple[str, object]] = []
    for name, value in fields.items():
        pairs += _flat(value, f"{before}{name}.") if isinstance(value, dict) else [(f"{before}{name}", value)]
    return pairs


def _place(fields: Mapping[str, object], action: str) -> tuple[str, ...]:
    return (action,) if action in fields else tuple(action.split("."))


def key_place(table: Table, action: str) -> tuple[str, ...]:
    """Return the names that lead from the table of the settings to the keys of an action."""
    fields = table.table("keys").fields
    return ("keys", *_place(fields, action))

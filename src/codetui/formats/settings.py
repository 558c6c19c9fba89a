"""Settings that people write as TOML: keys, theme and widths. Invalid ones become problems; all others are used."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from codetui.formats.toml.tables import Sheet, Table, nearest, shown
from codetui.model import Problem

NARROWEST, WIDEST = 20, 400
"""Cells of a pane."""

WIDTHS = ("text_width", "codebook_width", "reader_width")


@dataclass(frozen=True, slots=True)
class Settings:
    """A person's settings; whatever is not set keeps the program's default.

    `keys` holds keys by action id, several presses separated by blanks: `{"find": "z f"}`.  `theme` is empty, and a
    width (in cells) None, unless it was set.
    """

    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = ""
    text_width: int | None = None
    codebook_width: int | None = None
    reader_width: int | None = None

    def updated(self, other: Settings) -> Settings:
        """Return these settings with those of `other` on top."""
        changed = {name: value for name in ("theme", *WIDTHS) if (value := getattr(other, name))}
        return replace(self, keys={**self.keys, **other.keys}, **changed)


def parse_settings(
    text: str, file: str, actions: Collection[str], themes: Collection[str]
) -> tuple[Settings, list[Problem]]:
    """Return the settings in a text and the problems in the order of their lines.

    `actions` and `themes` are the valid names.  Names and types of fields are left to `check_settings`, which loads
    pydantic.
    """
    sheet = Sheet(file)
    top = sheet.parse(text)
    if top is None:
        return Settings(), sheet.problems
    theme, layout = top.table("theme"), top.table("layout")
    settings = Settings(
        keys=_keys(top.table("keys"), actions),
        theme=_known(theme, "name", "theme", theme.text("name"), themes),
        **{name: _width(layout, name) for name in WIDTHS},
    )
    return settings, sorted(sheet.problems, key=lambda problem: problem.line)


def check_settings(text: str, file: str) -> list[Problem]:
    """Return the problems with names and types of fields."""
    from codetui.formats.forms import SettingsForm, check_text

    return check_text(SettingsForm, text, file)


def _keys(table: Table, actions: Collection[str]) -> dict[str, str]:
    keys: dict[str, str] = {}
    for action in table.fields:
        key = table.text(action)
        taken = next((other for other, its in keys.items() if its == key), "")
        if not _known(table, action, "action", action, actions):
            continue
        if taken:
            table.report("warning", f"the key {shown(key)} is set for {taken} already; choose another one", action)
        elif key:
            keys[action] = key
        elif isinstance(table.fields[action], str):
            table.report("warning", f'no key is set for {action}; write {action} = "key"', action)
    return keys


def _known(table: Table, field_name: str, kind: str, name: str, known: Collection[str]) -> str:
    """Return a name if it is known; else an empty text, and add a problem."""
    if name and name not in known:
        near = nearest(name, known)
        table.report(
            "warning",
            f"there is no {kind} {shown(name)}; {f'did you mean {near}?' if near else 'remove it'}",
            field_name,
        )
        return ""
    return name


def _width(layout: Table, name: str) -> int | None:
    value = layout.fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    if not NARROWEST <= value <= WIDEST:
        layout.report("warning", f"{name} is from {NARROWEST} to {WIDEST} cells, not {value}; it is ignored", name)
        return None
    return value

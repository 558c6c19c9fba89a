"""The command on settings: print those in use with their sources, check them, list all actions."""

from __future__ import annotations

import argparse

from codetui.cli.console import as_records, exit_code, note_problems, show, show_json
from codetui.cli.options import Command, add_json, add_study
from codetui.core.text.display import plural
from codetui.formats.settings import DEFAULTS, FIELDS, Names
from codetui.model import Problem
from codetui.study.settings import SettingsFiles, Source, config_path
from codetui.study.study import CodebookService, StudyError, codebook_path, read_codebook
from codetui.tui.actions import ACTIONS, PRESETS, preset_actions
from codetui.tui.keymap import Keymap, key_words, keymap_of, keys_words
from codetui.tui.themes import theme_names

DEFAULT = "default"
WIDEST_VALUE = 30
"""Cells for which values are padded."""


def config(options: argparse.Namespace) -> int:
    """Print the settings in use and where each is set; with problems, report them and return 1."""
    if options.is_path_only:
        show(config_path())
        return 0
    names = Names([action.id for action in ACTIONS], PRESETS, theme_names())
    files, problems = _files(options, names)
    keymap = keymap_of(files, preset_actions(files.settings.preset or PRESETS[0]))
    problems += files.problems
    if options.json:
        show_json(_as_json(files, keymap, problems))
        return exit_code(problems)
    if options.actions:
        _show_actions(keymap)
    else:
        _show_settings(files)
    return note_problems(problems)


def _files(options: argparse.Namespace, names: Names) -> tuple[SettingsFiles, list[Problem]]:
    """Return the settings of the user and of the study, if there is one here, and why its codebook is not read."""
    path = codebook_path(options.study, options.codebook)
    try:
        book, _ = read_codebook(path, "none")
    except StudyError as unusable:
        return SettingsFiles(names), list(unusable.problems)
    return SettingsFiles(names, CodebookService(path, path.parent, book, [])), []


def _show_settings(files: SettingsFiles) -> None:
    rows = [(name, _written(_value(files, name)), _place(files.source(name))) for name in FIELDS]
    keys = files.settings.keys
    for action, several in keys.items():
        written = ", ".join(several) or "none"
        rows.append((f"keys.{action}", written, _place(files.source("keys", action))))
    names, values = (max(len(row[column]) for row in rows) for column in (0, 1))
    for name, value, place in rows:
        show(f"{name:<{names}}  {value:<{min(values, WIDEST_VALUE)}}  {place}")
    show("")
    known = "" if files.path.exists() else ", which does not exist yet"
    show(f"Your settings: {files.path}{known}. `codetui config --actions` lists all actions and their keys.")
    if not keys:
        show(f"No key is changed; {plural(len(ACTIONS), 'action')} have those of the preset.")


def _show_actions(keymap: Keymap) -> None:
    group = ""
    for action in keymap.actions:
        if action.group != group:
            show(f"{'' if not group else chr(10)}{action.group}:")
            group = action.group
        show(f"  {action.id:<27} {keys_words(action.keys) or 'no key'}")
        show(f"      {action.words}: {action.help}")


def _value(files: SettingsFiles, name: str) -> object:
    value = getattr(files.settings, name)
    return DEFAULTS[name] if value is None else value


def _written(value: object) -> str:
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _place(source: Source | None) -> str:
    if source is None:
        return DEFAULT
    return f"{source.file}:{source.line}" if source.line else source.file


def _as_json(files: SettingsFiles, keymap: Keymap, problems: list[Problem]) -> dict[str, object]:
    def source(name: str, action: str = "") -> dict[str, object] | None:
        found = files.source(name, action)
        return found._asdict() if found else None

    settings = [{"name": name, "value": _value(files, name), "source": source(name)} for name in FIELDS]
    actions = [
        {
            "id": one.id,
            "keys": [key_words(keys) for keys in one.keys],
            "name": one.words,
            "help": one.help,
            "group": one.group,
            "source": source("keys", one.id),
        }
        for one in keymap.actions
    ]
    found = as_records(problems)
    return {"path": str(files.path), "settings": settings, "actions": actions, "problems": found}


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser, "codebook")
    parser.add_argument("--actions", action="store_true", help="list all actions with their keys and help")
    words = "print only the path of your settings"
    parser.add_argument("--path", action="store_true", dest="is_path_only", help=words)
    add_json(parser)


COMMANDS = {"config": Command(_add_arguments, config)}

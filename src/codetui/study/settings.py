"""The settings files: one of the user, and one of the study, which takes precedence."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path

from codetui.formats.settings import Settings, check_settings, parse_settings
from codetui.model import Problem
from codetui.storage import fs

SETTINGS = "settings.toml"


def settings_paths(study: Path) -> tuple[Path, Path]:
    """Return the user's settings file, and that of the study in a folder."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  Path raises if there is no home
    own = os.environ.get("APPDATA" if os.name == "nt" else "XDG_CONFIG_HOME") or home / ".config"
    return Path(own) / "codetui" / SETTINGS, study / SETTINGS


def load_settings(study: Path, actions: Collection[str], themes: Collection[str]) -> tuple[Settings, list[Problem]]:
    """Return the settings of the user and of the study in a folder, and their problems; a missing file counts as empty.

    `actions` and `themes` are the valid names.
    """
    settings, problems = Settings(), list[Problem]()
    for path in settings_paths(study):
        text = _read(path)
        if isinstance(text, Problem):
            problems.append(text)
        elif text:
            found, more = parse_settings(text, str(path), actions, themes)
            settings = settings.updated(found)
            problems += more
    return settings, problems


def check_settings_files(study: Path) -> list[Problem]:
    """Return the problems with names and types of fields in both files; for a worker, as this loads pydantic."""
    texts = {path: _read(path) for path in settings_paths(study)}
    checked = (check_settings(text, str(path)) for path, text in texts.items() if isinstance(text, str) and text)
    return [problem for problems in checked for problem in problems]


def _read(path: Path) -> str | Problem:
    """Return the text of a file; an empty text if there is no file, a problem if it cannot be read."""
    try:
        return fs.read(path).decode("utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) and error.strerror else "not UTF-8"
        return Problem(str(path), 0, "warning", f"the settings cannot be read and are ignored: {what}")

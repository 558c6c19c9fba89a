"""Where the command line writes what it was asked for, and where it does not."""

from __future__ import annotations

from pathlib import Path

from codetui.store.boundaries import inside
from codetui.workspace.study_parts import complain

STDOUT = "-"
WAY_OUT = "name the place with -o, or take the link away"


def chosen(output: str | None, default: str) -> str:
    """What `-o` names, else the default, which is never a link that leads out of this folder; PermissionError there."""
    if output:
        return output
    inside(Path(), Path(default), WAY_OUT)
    return default


def refuse(target: str | Path) -> int:
    """Says that a file stands where the output would go; the exit code."""
    return complain(f"{target} is there already; --force overwrites it, -o names another place.")


def below(folder: str, path: Path) -> Path:
    """A file in a folder that is written to; PermissionError where a link in that folder leads out of it."""
    return inside(Path(folder), Path(folder) / path, WAY_OUT)

"""Edit a text in the coder's own editor, which uses the terminal meanwhile."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from textual.app import App, SuspendNotSupported


def edit_outside(app: App[object], text: str) -> str | None:
    """Return the edited text, or None if no editor can run or the editor failed."""
    if not editor():
        return None
    try:
        with app.suspend():
            return edit_text(text)
    except SuspendNotSupported:
        return None


def editor() -> str:
    """Return the command of the coder's editor: $VISUAL, $EDITOR, or Notepad on Windows; empty if there is none."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "")


def edit_text(text: str) -> str | None:
    """Return the text that the editor saved, or None if it cannot run or fails."""
    # ValueError: a quotation mark without its other one.
    with suppress(OSError, ValueError), tempfile.TemporaryDirectory(prefix="codetui-") as folder:
        command = shlex.split(editor(), posix=os.name != "nt")
        path = Path(folder) / "reasoning.md"
        path.write_text(text, encoding="utf-8", newline="\n")
        if subprocess.run([*command, str(path)], check=False).returncode == 0:
            return path.read_text(encoding="utf-8-sig", errors="replace").rstrip("\r\n")
    return None

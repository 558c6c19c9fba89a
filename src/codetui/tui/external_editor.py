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
    """Return a text after editing in $VISUAL, $EDITOR, or Notepad on Windows; None if that cannot run or fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "")
    if not editor:
        return None
    with (
        suppress(SuspendNotSupported),
        app.suspend(),
        # ValueError: a quotation mark without its other one.
        suppress(OSError, ValueError),
        tempfile.TemporaryDirectory(prefix="codetui-") as folder,
    ):
        path = Path(folder) / "reasoning.md"
        path.write_text(text, encoding="utf-8", newline="\n")
        command = [*shlex.split(editor, posix=os.name != "nt"), str(path)]
        if subprocess.run(command, check=False).returncode == 0:
            return path.read_text(encoding="utf-8-sig", errors="replace").rstrip("\r\n")
    return None

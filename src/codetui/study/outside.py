"""The coder's own editor, for long texts."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile
from pathlib import Path


def editor() -> str:
    """The command of the coder's editor: $VISUAL, $EDITOR, or Notepad on Windows; empty where there is none."""
    return os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "")


def edit_text(text: str) -> str | None:
    """The text as the editor leaves it, or None where it cannot run or fails."""
    command = shlex.split(editor(), posix=os.name != "nt")
    with tempfile.TemporaryDirectory(prefix="codetui-") as folder:
        path = Path(folder) / "reasoning.md"
        path.write_text(text, encoding="utf-8", newline="\n")
        try:
            result = subprocess.run([*command, str(path)], check=False)
        except OSError:
            return None
        if result.returncode != 0:
            return None
        return path.read_text(encoding="utf-8-sig", errors="replace").rstrip("\r\n")

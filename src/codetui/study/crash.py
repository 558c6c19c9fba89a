"""Report an error of the program itself, in a file for those who fix it."""

from __future__ import annotations

import sys

from codetui import __version__
from codetui.storage import fs
from codetui.storage.journal import now
from codetui.study.session.fallback import home_copy, temporary_copy

FILE = "crash.txt"


def report_crash(traceback: str) -> str:
    """Append a traceback to a file in the home folder, else in the temporary one; return a sentence with its path."""
    lines = [line for line in traceback.splitlines() if line[:1].isalpha()]
    what = f"codetui ended because of an error in the program ({lines[-1] if lines else 'unknown'})."
    entry = f"## {now()}, codetui {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n{traceback}\n\n"
    reason = ""
    for folder in (home_copy, temporary_copy):
        try:
            path = fs.ensure_private(folder()) / FILE
            fs.append(path, entry.encode("utf-8", "replace"))
        except OSError as error:
            reason = error.strerror or str(error)
        else:
            return f"{what} Everything confirmed before is saved. Please report it, with the details in {path}."
    return f"{what} Everything confirmed before is saved. The details could not be written anywhere ({reason})."

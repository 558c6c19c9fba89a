"""What programs that were killed while they replaced a file have left: it is taken away."""

from __future__ import annotations

import contextlib
import re
import stat
import time
from pathlib import Path

from codetui.storage import disk, disk_reads

_OWN_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{8}\.tmp")
LONGEST_WRITING = 3600.0
"""Seconds after which a file that was to take another's place is a left-over.

Writing takes thousandths of a second, but the clocks of two machines on one folder may differ.
"""


def sweep(folder: Path) -> None:
    """Takes away what a program that was killed while it replaced a file has left in a folder: its own names alone."""
    oldest = time.time() - LONGEST_WRITING
    with contextlib.suppress(OSError):
        for entry in disk_reads.entries(folder):
            if not _OWN_TEMPORARY.fullmatch(entry.name):
                continue
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode) and status.st_mtime < oldest:
                    disk.remove(Path(entry.path))

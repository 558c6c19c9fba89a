"""Rewrite the assertions of test modules once, instead of in each worker of a parallel run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from testing.paths import ROOT

PROCESSES = 2
FEW = 20
"""Modules that workers may as well rewrite themselves."""


def rewrite(folder: Path) -> None:
    """Let pytest collect the modules that changed, so that it stores them rewritten, even if Python may store none."""
    changed = [str(path) for path in sorted(folder.rglob("test_*.py")) if not _is_stored(path)]
    if len(changed) > FEW:
        command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", "-p", "no:xdist"]
        environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}
        processes = [
            subprocess.Popen([*command, *changed[number::PROCESSES]], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL)
            for number in range(PROCESSES)
        ]
        for process in processes:
            process.wait()


def _is_stored(path: Path) -> bool:
    """Return whether pytest has stored a module rewritten since it changed."""
    stored = (path.parent / "__pycache__").glob(f"{path.stem}.{sys.implementation.cache_tag}-pytest-*.pyc")
    return any(one.stat().st_mtime >= path.stat().st_mtime for one in stored)

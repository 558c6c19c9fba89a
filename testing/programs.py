"""Other programs that write files for tests, or read them."""

from __future__ import annotations

import os
import shutil

import pytest

MUST_NOT_SKIP = "CODETUI_MUST_NOT_SKIP"
"""Set to anything, tests fail instead of being skipped where a program is absent."""


def program(*names: str) -> str:
    """Return the path of the first program that is installed; without any, skip the test, or fail where it must run."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None and os.environ.get(MUST_NOT_SKIP):
        pytest.fail(f"{names[0]} is not installed, which this test needs")
    if found is None:
        pytest.skip(f"{names[0]} is not installed")
    return found

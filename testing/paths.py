"""The folders of the project, and of the real corpus beside it."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
SHARED = ROOT.parent / "shared"


def shared_path() -> Path:
    """Return the folder of real ads and codings beside the project; skip the test if it is absent."""
    import pytest

    if not SHARED.is_dir():
        pytest.skip("the real corpus does not lie beside this clone (../shared)")
    return SHARED

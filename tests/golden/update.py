"""Record the golden files anew: `python -m tests.golden.update [CASE …]`; review the diff before it is committed."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .cases import Case, all_cases
from .record import HERE, Record

KINDS = ("facts", "words")


def golden_path(kind: str, name: str) -> Path:
    """Return the golden file of a case."""
    return HERE / kind / f"{name}.txt"


def recorded(name: str, case: Case) -> dict[str, str]:
    """Run a case in a fresh folder and return its facts and words."""
    path = golden_path("words", name)
    with tempfile.TemporaryDirectory(prefix="golden") as folder:
        record = Record(Path(folder).resolve(), path.read_bytes().decode("utf-8") if path.exists() else "")
        case(record)
        return {"facts": record.facts, "words": record.words}


def update(names: list[str]) -> None:
    """Write the golden files of the given cases, or of all; print the changed ones."""
    cases = all_cases()
    for name in names or cases:
        for kind, text in recorded(name, cases[name]).items():
            path = golden_path(kind, name)
            if not path.exists() or path.read_bytes() != text.encode("utf-8"):
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(text.encode("utf-8"))
                print(f"{kind}/{path.name}")
    if not names:
        for path in (path for kind in KINDS for path in (HERE / kind).glob("*.txt") if path.stem not in cases):
            path.unlink()
            print(f"{path.parent.name}/{path.name}: removed")


if __name__ == "__main__":
    update(sys.argv[1:])

"""Write the licences of everything that is installed with the program: `python tools/licences.py`."""

from __future__ import annotations

import re
from importlib.metadata import PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent / "docs" / "licences.md"
EXTRAS = ("sources",)
HEAD = """\
# Licences

What is installed with codetui and its extras, and under which licence. The development tools are not listed.

| package | licence | homepage |
|---|---|---|
"""


def packages() -> list[str]:
    """Return the names of all packages that codetui requires, directly or not, as they are spelt in their metadata."""
    found: dict[str, str] = {}
    waiting = [requirement for requirement in distribution("codetui").requires or () if _is_wanted(requirement)]
    while waiting:
        name = re.match(r"[\w.-]+", waiting.pop())
        key = re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""
        try:
            package = distribution(key)
        except PackageNotFoundError:  # It is for another system.
            continue
        if key not in found:
            found[key] = package.metadata["Name"]
            waiting += [one for one in package.requires or () if "extra ==" not in one]
    return [found[key] for key in sorted(found)]


def _is_wanted(requirement: str) -> bool:
    return "extra ==" not in requirement or any(f"extra == '{one}'" in requirement.replace('"', "'") for one in EXTRAS)


def table() -> str:
    """Return the page."""
    return HEAD + "".join(_row(name) for name in packages())


def _row(name: str) -> str:
    metadata = distribution(name).metadata
    classifiers = [one.split(" :: ")[-1] for one in metadata.get_all("Classifier") or () if one.startswith("License")]
    named = _field(metadata, "License-Expression") or _field(metadata, "License")
    links = [one.partition(", ")[2] for one in metadata.get_all("Project-URL") or ()]
    homepage = _field(metadata, "Home-page") or min(links, key=len, default="")
    return f"| {name} | {named or ', '.join(classifiers)} | {homepage} |\n"


def _field(metadata: PackageMetadata, name: str) -> str:
    """Return the first line of a field; empty if it is missing."""
    return metadata[name].partition("\n")[0] if name in metadata else ""


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8", newline="\n")

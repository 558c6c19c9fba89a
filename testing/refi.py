"""Projects of REFI-QDA as other programs write them, by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile


def guid(number: int) -> str:
    """Return an identifier with a number at its end."""
    return f"00000000-0000-4000-8000-{number:012d}"


def write_project(path: Path, body: str, texts: Mapping[str, bytes]) -> str:
    """Write a `.qdpx` whose project contains `body`; return its path. `@7` in the body is the identifier 7."""
    body = re.sub(r"@(\d+)", lambda found: guid(int(found[1])), body)
    head = '<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:1.0" name="Shore" origin="Other 1">'
    project = f"{head}{body}</Project>"
    with ZipFile(path, "w") as archive:
        archive.writestr("project.qde", project.encode("utf-8"))
        for name, data in texts.items():
            archive.writestr(f"Sources/{name}", data)
    return str(path)


def selection(start: int, end: int, name: str, code: int = 11, user: int = 1, notes: str = "") -> str:
    """Return a selection with a coding."""
    coding = f'<Coding guid="@9{start}{end}" creatingUser="@{user}"><CodeRef targetGUID="@{code}"/>{notes}</Coding>'
    attributes = f'guid="@8{start}{end}" name="{name}" startPosition="{start}" endPosition="{end}"'
    return f"<PlainTextSelection {attributes}>{coding}</PlainTextSelection>"

"""The first heading of a coding book: `# Title (v3 - Definitive)`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

STATUS = r"(?:\s*[-–—,:]\s*(?P<status>[^()]+))?"
IN_BRACKETS = re.compile(
    rf"(?P<title>.*\S)\s*\((?:(?:version|versie) (?P<named>\S+?)|(?P<version>v\d[\w.]*|\d+\.\d[\w.]*)){STATUS}\)",
    re.IGNORECASE,
)
BEHIND = re.compile(
    rf"(?P<title>.*?\w\)?)[\s,:–—-]+(?:(?:version|versie) (?P<named>\d[\w.]*)|(?P<version>v\d[\w.]*)){STATUS}",
    re.IGNORECASE,
)
SPEAKS_FOR_ITSELF = re.compile(r"v\d[\w.]*|\d+\.\d[\w.]*", re.IGNORECASE)


BELOW = re.compile(
    r"[\s*_>|-]*(?:(?:version|versie)(?: number|nummer)?\b[\s:*_]*(?P<named>v?\d[\w.]*)"
    r"|(?P<version>v\d[\w.]*)(?=\W|$))",
    re.IGNORECASE,
)
LONGEST_HEADING = 400
"""Characters of a heading in which a version is looked for."""

LINES_BELOW = 4
"""Lines under the heading that may say which version this is."""


class Head(NamedTuple):
    """What the first heading says."""

    title: str
    version: str = ""
    status: str = ""


def read_head(heading: str) -> Head:
    """Title, version and what is said of the version; a very long heading is all title."""
    is_short = len(heading) <= LONGEST_HEADING
    found = IN_BRACKETS.fullmatch(heading) or BEHIND.fullmatch(heading) if is_short else None
    if found is None:
        return Head(heading)
    return Head(found["title"].strip(), found["named"] or found["version"], (found["status"] or "").strip())


def version_below(lines: Iterable[str]) -> str:
    """The version that the first lines under the heading begin with: `Version 4, 12 March`; empty where none does."""
    for line in islice(filter(str.strip, lines), LINES_BELOW):
        if line.startswith("#"):
            break
        found = BELOW.match(line)
        if found:
            return (found["named"] or found["version"]).rstrip(".")
    return ""


def write_head(head: Head, language: str = "") -> str:
    """The heading that says it."""
    if not head.version:
        return head.title
    version = (
        head.version
        if SPEAKS_FOR_ITSELF.fullmatch(head.version)
        else f"{'versie' if language == 'nl' else 'version'} {head.version}"
    )
    return f"{head.title} ({version}{f' - {head.status}' if head.status else ''})"

"""The head of a document, read and written: the heading, the opening sentence, profile and reasoning."""

from __future__ import annotations

import re
from typing import NamedTuple

from codetui.formats.document.entries import entry_in, write_entry
from codetui.formats.document.inline import (
    escape,
    find_unescaped,
    first_that_reads_back,
    one_line,
    opening_bracket,
    read_group,
    unescape,
    write_group,
)
from codetui.formats.document.values import Entry

OPENING = "This document contains the manual coding for"
HEADING = re.compile(r".*?\bJob\s+Ad\s*#\s?(.*)", re.IGNORECASE | re.DOTALL)
TITLED = re.compile(r'.*?\bfor\s+the\s+"', re.IGNORECASE | re.DOTALL)
POSITION = re.compile(r"\s+(?:position|role|vacancy|job)\b")
EMPLOYER = re.compile(r"\bposition\s+at\s+([^,]+?)(?:,|\.?$|\.\s)")
PROFILE = re.compile(r"(?:\*\*|__)\s*Assigned\s+Profile\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:?)(.*)", re.I | re.S)
REASONING = re.compile(r"(?:\*\*|__)\s*Reasoning\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:?)(.*)", re.I | re.S)


class Heading(NamedTuple):
    """Which ad the document is about."""

    ad: str
    employer: str


def write_heading(heading: Heading) -> str:
    """The text of the first heading."""
    ad, employer = one_line(heading.ad), one_line(heading.employer)
    ways = (
        f"Manual Coding Analysis: Job Ad #{written}" + (f" {write_group(employer, is_armed=armed)}" if employer else "")
        for armed in (False, True)
        for written in (ad, escape(ad, "()"))
    )
    return first_that_reads_back(ways, read_heading, Heading(ad, employer))


def read_heading(text: str) -> Heading | None:
    """The ad and the employer that the first heading names; None where it names no ad."""
    found = HEADING.fullmatch(text)
    if not found:
        return None
    rest = found[1]
    start = _employer_start(rest)
    employer = read_group(rest[start:]) if start >= 0 else None
    if employer is None:
        return Heading(unescape(rest, "()").strip(), "")
    return Heading(unescape(rest[:start].rstrip(), "()"), employer.strip())


def _employer_start(text: str) -> int:
    """Where the brackets begin that the line ends with."""
    start = opening_bracket(text)
    if start < 0 and text.endswith(")"):
        start = find_unescaped(text, "(")
    return start if start <= 0 or text[start - 1].isspace() else -1


def write_opening(title: str, employer: str) -> str:
    """The opening sentence that follows from title and employer."""
    title, employer = one_line(title), one_line(employer)
    end = f" at {employer}" if employer else ""
    end += "" if end.endswith(".") else "."
    if not title:
        return f"{OPENING} a position{end}"
    ways = (f'{OPENING} the "{written}" position{end}' for written in (title, escape(title, '"')))
    return first_that_reads_back(ways, read_title, title)


def read_title(opening: str) -> str:
    """The title that the opening sentence quotes; empty where it quotes none."""
    start, end = _title_place(opening)
    return unescape(opening[start:end], '"')


def read_employer(opening: str) -> str:
    """The employer that the opening sentence names; empty where it names none."""
    found = EMPLOYER.search(opening, _title_place(opening)[1])
    return found[1].strip() if found else ""


def _title_place(opening: str) -> tuple[int, int]:
    """Start and end of the quoted title, which ends before `position`, else at the first quote."""
    found = TITLED.match(opening)
    if not found or opening.startswith(f"{OPENING} a position"):
        return 0, 0
    start = found.end()
    first = end = find_unescaped(opening, '"', start)
    while end >= 0 and not POSITION.match(opening, end + 1):
        end = find_unescaped(opening, '"', end + 1)
    end = first if end < 0 else end
    return (start, end) if end >= 0 else (0, 0)


def write_profile(profile: str, reasoning: str) -> list[str]:
    """The bullets that say the profile and why; none where neither is there."""
    lines = []
    if profile:
        lines.append(f"- **Assigned Profile:** {write_entry(Entry('term', profile))}")
    if reasoning:
        lines.append(f"- **Reasoning:** {one_line(reasoning)}")
    return lines


def read_profile(text: str) -> str | None:
    """The profile that a bullet assigns, or None for another bullet."""
    found = PROFILE.fullmatch(text)
    if not found:
        return None
    entry = entry_in(found[1].strip())
    return entry.words if entry and not entry.note else found[1].strip()


def read_reasoning(text: str) -> str | None:
    """The reasoning that a bullet begins, or None for another bullet."""
    found = REASONING.fullmatch(text)
    return found[1].strip() if found else None

"""The head of a document, read and written: the heading, the opening sentence, profile and reasoning."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.entries import (
    entry_in,
    escape,
    find_unescaped,
    first_that_reads_back,
    one_line,
    opening_bracket,
    read_group,
    unescape,
    write_entry,
    write_group,
)
from codetui.formats.session_doc.lines import Key, Kind, Row, Rows
from codetui.formats.session_doc.model import Document, Entry, HeadPart
from codetui.model import DocumentLayout

SEPARATED = re.compile(r"((?:\\.|[^\s\\])+?)(?::\s+|\s+[-–—|]\s+)(.+)", re.DOTALL)
"""An ad's id and the employer without brackets: `7: Acme`, `7 - Acme`."""

RULE = "---"
ID_SIGNS = "():-–—|"
OPENING = "This document contains the manual coding for"
HEADING = re.compile(r".*?\b(?:Job\s+Ad|Vacature|Advertentie)\s*(?:#\s?|(?=\d))(.*)", re.IGNORECASE | re.DOTALL)
TITLED = re.compile(r'.*?\bfor\s+the\s+"', re.IGNORECASE | re.DOTALL)
POSITION = re.compile(r"\s+(?:position|role|vacancy|job)\b")
EMPLOYER = re.compile(r"\bposition\s+at\s+([^,]+?)(?:,|\.?$|\.\s)")
LABELLED = r"(?:(?:\*\*|__)\s*(?:{0})\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:?)|(?:{0})\s*:)(.*)"
PROFILE = re.compile(LABELLED.format(r"(?:Assigned\s+)?Profile|(?:Toegewezen\s+)?Profiel"), re.I | re.S)
REASONING = re.compile(LABELLED.format("Reasoning"), re.I | re.S)
OTHER_REASONING = re.compile(LABELLED.format("Rationale|Redenering|Motivatie|Onderbouwing|Toelichting"), re.I | re.S)
EMPHASISED = re.compile(r"(\*\*|__|\*|_)(?!\s)(.+)(?<!\s)\1", re.S)


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
        for written in (ad, escape(ad, "()"), escape(ad, ID_SIGNS))
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
    ad = rest if employer is None else rest[:start].rstrip()
    separated = SEPARATED.fullmatch(ad.strip())
    if separated:
        ad, employer = separated[1], separated[2] if employer is None else employer
    return Heading(unescape(ad, ID_SIGNS).strip(), (employer or "").strip())


def _employer_start(text: str) -> int:
    """Where the brackets begin that the line ends with."""
    start = opening_bracket(text)
    if start < 0 and text.endswith(")"):
        start = find_unescaped(text, "(")
    return start if start <= 0 or text[start - 1].isspace() else -1


def write_section_heading(title: str) -> str:
    """The line that a section begins with."""
    return f"## {one_line(title)}".rstrip()


def write_group_heading(title: str, marks: str = "###") -> str:
    """The line that a group begins with."""
    return f"{marks} {one_line(title)}".rstrip()


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
        lines.append(f"- {_with_profile('', profile)}")
    if reasoning:
        lines.append(f"- {_with_reasoning('', reasoning)}")
    return lines


def read_profile(text: str) -> str | None:
    """The profile that a bullet assigns, or None for another bullet."""
    found = PROFILE.fullmatch(text)
    if not found:
        return None
    said = found[1].strip()
    emphasised = EMPHASISED.fullmatch(said)
    entry = entry_in(emphasised[2] if emphasised else said)
    if entry and entry.kind != "note" and not entry.note:
        return entry.words
    return emphasised[2] if emphasised else said


def read_reasoning(text: str, *, is_first: bool = True) -> str | None:
    """The reasoning that a bullet begins, or None for another bullet; other names than the usual count `is_first`."""
    found = REASONING.fullmatch(text) or (OTHER_REASONING.fullmatch(text) if is_first else None)
    return found[1].strip() if found else None


# --- the head of a layout -------------------------------------------------------------------------


def patch_head(rows: Rows, document: Document, layout: DocumentLayout, wanted: Document, index: CodebookIndex) -> None:
    """Change the head of a layout, read as `document`, to that of `wanted`.

    Employer and title are changed only where the session's have changed since the layout was read.
    """
    head = list(takewhile(lambda row: row.kind != "heading" or row.level < 2, (r for r in rows.rows if not r.is_new)))
    employer = wanted.employer if wanted.employer != collapse_spaces(layout.employer) else None
    title = wanted.title if wanted.title != collapse_spaces(layout.title) else None

    profiles = [row for row in head if row.kind == "bullet" and read_profile(row.text) is not None]

    def rows_of(part: HeadPart, *kinds: Kind) -> list[Row]:
        line, end = document.lines.get(part, (0, 0))
        return [row for row in head if line <= row.number < end and row.kind in kinds and row not in profiles]

    reasonings = rows_of("reasoning", "bullet", "paragraph")
    last = next((row.key for row in reversed(head) if row.kind in ("heading", "paragraph", "bullet")), (0,))
    if employer is not None and employer != collapse_spaces(document.employer):
        for row in rows_of("heading", "heading"):
            marks, text, _ = row.raw[0].partition(row.text)
            rows.rewrite(row, marks + _with_employer(text, employer))
    if (employer, title) != (None, None):
        _patch_opening(rows, rows_of("opening", "paragraph"), document, title, employer)
    if wanted.profile != collapse_spaces(profile_name(index.book, document.profile)):
        _patch_profile(rows, profiles, reasonings, wanted.profile, last)
    if wanted.reasoning != collapse_spaces(document.reasoning):
        for row in reasonings[1:] if wanted.reasoning else reasonings:
            row.is_removed = True
        if wanted.reasoning and reasonings:
            first = reasonings[0]
            rows.rewrite(first, first.prefix + _with_reasoning(first.text, wanted.reasoning))
        elif wanted.reasoning:
            prefix = profiles[0].prefix if profiles else "- "
            rows.add("bullet", (*last, 1, 1), prefix + _with_reasoning("", wanted.reasoning))


def _patch_profile(rows: Rows, profiles: list[Row], reasonings: list[Row], profile: str, last: Key) -> None:
    if not profile:
        for row in profiles:
            row.is_removed = True
    elif profiles:
        rows.rewrite(profiles[-1], profiles[-1].prefix + _with_profile(profiles[-1].text, profile))
    elif reasonings:
        below = reasonings[0]
        row = rows.add("bullet", (below.key[0] - 1,), below.prefix + _with_profile("", profile))
        row.gap, below.gap = below.gap, row.gap
    else:
        rows.add("bullet", (*last, 1, 0), "- " + _with_profile("", profile))


def _patch_opening(
    rows: Rows, paragraphs: list[Row], document: Document, title: str | None, employer: str | None
) -> None:
    """Change title and employer in the opening where it names them; None leaves them as they are."""
    old = ["\n".join(line.strip() for line in row.raw) for row in paragraphs]
    new = "\n\n".join(old)
    if not document.opening:
        now = document.title if title is None else title, document.employer if employer is None else employer
        new = write_opening(*now)
    else:
        new = new if title is None else _opening_with_title(new, title)
        new = new if employer is None else _opening_with_employer(new, employer)
    texts = new.split("\n\n")
    for row, before, text in zip(paragraphs, old, texts if len(texts) == len(old) else old, strict=True):
        if before != text:
            rows.rewrite(row, *text.split("\n"))


def _with_employer(heading: str, employer: str) -> str:
    """The first heading's text with another employer; what stands before the ad's id stays as it is."""
    found, said = HEADING.fullmatch(heading), read_heading(heading)
    if found is None or said is None:
        return heading
    wanted = Heading(said.ad, one_line(employer))
    written = write_heading(wanted)
    ways = (heading[: found.start(1)] + written.partition("#")[2], written)
    return first_that_reads_back(ways, read_heading, wanted)


def _opening_with_title(opening: str, title: str) -> str:
    """The opening with another title where it quotes one."""
    start, end = _title_place(opening)
    if not end:
        return opening
    title = one_line(title)
    ways = (f"{opening[:start]}{written}{opening[end:]}" for written in (title, escape(title, '"')))
    return first_that_reads_back(ways, read_title, title)


def _opening_with_employer(opening: str, employer: str) -> str:
    """The opening with another employer where it names one."""
    found = EMPLOYER.search(opening, _title_place(opening)[1])
    if not found:
        return opening
    start = found.start(1) if employer else found.start() + len("position")
    return opening[:start] + one_line(employer) + opening[found.end(1) :]


def _with_profile(text: str, profile: str) -> str:
    """A bullet that assigns a profile with another one."""
    found = PROFILE.fullmatch(text)
    start = text[: found.start(1)] if found else "**Assigned Profile:**"
    return f"{start} {write_entry(Entry('term', profile))}"


def _with_reasoning(text: str, reasoning: str) -> str:
    """A bullet that begins the reasoning with another one."""
    found = REASONING.fullmatch(text) or OTHER_REASONING.fullmatch(text)
    start = text[: found.start(1)] if found else "**Reasoning:**"
    return f"{start} {one_line(reasoning)}"

"""The head of a document: the heading, the opening sentence, profile and reasoning, parsed, rendered and patched."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.text.display import with_article
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
from codetui.formats.session_doc.lines import Key, LineKind, PatchRow, PatchRows, escape_heading
from codetui.formats.session_doc.model import AD, Document, Entry, HeadPart
from codetui.model import DocumentLayout

RULE = "---"
TITLE = "Manual Coding Analysis:"
JOB_AD = "Job Ad"
OPENING = "This document contains the manual coding for"
JOB_ADS = r"(?:Job\s+Ad|Vacature|Advertentie)"
HEADING = re.compile(
    rf"{TITLE}\s+(?!{JOB_ADS}\s*\d)([^#(\\]*[^#(\s\\])\s*\\?#\s?(.*)|.*?\b({JOB_ADS})\s*(?:\\?#\s?|(?=\d))(.*)",
    re.IGNORECASE | re.DOTALL,
)
"""The canonical heading with any word for a source, or one with any words before a job ad."""

SEPARATED = re.compile(r"((?:\\.|[^\s\\])+?)(?::\s+|\s+[-–—|]\s+)(.+)", re.DOTALL)
"""An id and the employer without brackets: `7: Acme`, `7 - Acme`."""

ID_SIGNS = "():-–—|_*#~[]<>&"
TITLED = re.compile(r'.*?\bfor\s+the\s+"', re.IGNORECASE | re.DOTALL)
UNTITLED = re.compile(rf"{OPENING} an? ")
LABELLED = r"(?:(?:\*\*|__)\s*(?:{0})\s*(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*:?)|(?:{0})\s*:)(.*)"
PROFILE = re.compile(LABELLED.format(r"(?:Assigned\s+)?Profile|(?:Toegewezen\s+)?Profiel"), re.I | re.S)
REASONING = re.compile(LABELLED.format("Reasoning"), re.I | re.S)
OTHER_REASONING = re.compile(LABELLED.format("Rationale|Redenering|Motivatie|Onderbouwing|Toelichting"), re.I | re.S)
EMPHASISED = re.compile(r"(\*\*|__|\*|_)(?!\s)(.+)(?<!\s)\1", re.S)


class DocumentHeading(NamedTuple):
    """The source of a document; `kind` is the word for a source, as headings write it."""

    source_id: str
    employer: str
    kind: str = JOB_AD


def kind_of(noun: str) -> str:
    """Return the noun for a source as headings write it."""
    return JOB_AD if noun == AD else noun[:1].upper() + noun[1:]


def noun_of(kind: str, opening: str) -> str:
    """Return the noun for a source as the codebook writes it:

    in lower case, unless it is in upper case in the opening.
    """
    if kind.casefold().split() == JOB_AD.casefold().split():
        return AD
    noun = kind[:1].lower() + kind[1:]
    return kind if kind in opening and noun not in opening else noun


def write_heading(heading: DocumentHeading) -> str:
    """Render the text of the first heading."""
    id_, employer, kind = map(one_line, heading)
    ways = (
        f"{TITLE} {kind} #{written}" + (f" {write_group(employer, is_armed=armed)}" if employer else "")
        for armed in (False, True)
        for written in (id_, escape(id_, "()"), escape(id_, ID_SIGNS))
    )
    return first_that_reads_back(ways, read_heading, DocumentHeading(id_, employer, kind))


def read_heading(text: str) -> DocumentHeading | None:
    """Return the source that the first heading names; None if it names none."""
    found = HEADING.fullmatch(text)
    if not found:
        return None
    kind, rest = found[1] or found[3], found[2] or found[4] or ""
    start = _employer_start(rest)
    employer = read_group(rest[start:]) if start >= 0 else None
    id_ = rest if employer is None else rest[:start].rstrip()
    if separated := SEPARATED.fullmatch(id_.strip()):
        id_, employer = separated[1], separated[2] if employer is None else employer
    return DocumentHeading(unescape(id_, ID_SIGNS).strip(), (employer or "").strip(), kind)


def _employer_start(text: str) -> int:
    """Return the start of the brackets at the end of the line; -1 for none."""
    start = opening_bracket(text)
    if start < 0 and text.endswith(")"):
        start = find_unescaped(text, "(")
    return start if start <= 0 or text[start - 1].isspace() else -1


def write_title(title: str, marks: str = "##") -> str:
    """Render the heading of a section or, with other marks, of a group."""
    return f"{marks} {escape_heading(one_line(title))}".rstrip()


# --- the opening sentence -------------------------------------------------------------------------


def write_opening(title: str, employer: str, noun: str = AD) -> str:
    """Render the opening sentence for a title and an employer."""
    title, employer, noun = one_line(title), one_line(employer), _in_sentence(noun)
    end = f" at {employer}" if employer else ""
    end += "" if end.endswith(".") else "."
    if not title:
        return f"{OPENING} {with_article(noun)}{end}"
    ways = (f'{OPENING} the "{written}" {noun}{end}' for written in (title, escape(title, '"')))
    return first_that_reads_back(ways, lambda opening: read_title(opening, noun), title)


def read_title(opening: str, noun: str = AD) -> str:
    """Return the title that the opening sentence quotes; empty if it quotes none."""
    start, end = _title_span(opening, noun)
    return unescape(opening[start:end], '"')


def read_employer(opening: str, noun: str = AD) -> str:
    """Return the employer that the opening sentence names; empty if it names none."""
    found = _patterns(noun)[1].search(opening, _title_span(opening, noun)[1])
    return found[2].strip() if found else ""


def _in_sentence(noun: str) -> str:
    """Return the noun for a source in the opening sentence."""
    return "position" if noun == AD else one_line(noun)


@lru_cache(maxsize=8)
def _patterns(noun: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns for the text after a title, and for the employer with the text before it."""
    word = re.escape(_in_sentence(noun))
    return (
        re.compile(rf"\s+(?:position|role|vacancy|job|{word})(?!\w)"),
        re.compile(rf"\b((?:position|{word}))\s+at\s+([^,]+?)(?:,|\.?$|\.\s)"),
    )


def _title_span(opening: str, noun: str) -> tuple[int, int]:
    """Return the start and end of the quoted title, which ends before `position`, else at the first quote."""
    found = TITLED.match(opening)
    if not found or UNTITLED.match(opening):
        return 0, 0
    start = found.end()
    first = end = find_unescaped(opening, '"', start)
    while end >= 0 and not _patterns(noun)[0].match(opening, end + 1):
        end = find_unescaped(opening, '"', end + 1)
    end = first if end < 0 else end
    return (start, end) if end >= 0 else (0, 0)


# --- profile and reasoning ------------------------------------------------------------------------


def write_profile(profile: str, reasoning: str) -> list[str]:
    """Render the bullets of profile and reasoning, each only if it has a text."""
    bullets = (profile and _with_profile("", profile), reasoning and _with_reasoning("", reasoning))
    return [f"- {bullet}" for bullet in bullets if bullet]


def read_profile(text: str) -> str | None:
    """Return the profile that a bullet assigns, or None for another bullet."""
    found = PROFILE.fullmatch(text)
    if not found:
        return None
    profile = found[1].strip()
    emphasised = EMPHASISED.fullmatch(profile)
    profile = emphasised[2] if emphasised else profile
    entry = entry_in(profile)
    return entry.words if entry and entry.kind != "note" and not entry.note else profile


def read_reasoning(text: str, *, is_first: bool = True) -> str | None:
    """Return the reasoning that a bullet begins, or None; only the first reasoning may have another label."""
    found = REASONING.fullmatch(text) or (OTHER_REASONING.fullmatch(text) if is_first else None)
    return found[1].strip() if found else None


# --- the head of a layout -------------------------------------------------------------------------


def patch_head(
    rows: PatchRows, document: Document, layout: DocumentLayout, wanted: Document, index: CodebookIndex
) -> None:
    """Change the head of a layout, parsed as `document`, to that of `wanted`.

    Employer and title are changed only if the session's have changed since the layout was parsed.
    """
    head = list(takewhile(lambda row: row.kind != "heading" or row.level < 2, (r for r in rows.rows if not r.is_new)))
    profiles = [row for row in head if row.kind == "bullet" and read_profile(row.text) is not None]

    def rows_of(part: HeadPart, *kinds: LineKind) -> list[PatchRow]:
        line, end = document.lines.get(part, (0, 0))
        return [row for row in head if line <= row.number < end and row.kind in kinds and row not in profiles]

    employer = wanted.employer if wanted.employer != collapse_spaces(layout.employer) else None
    title = wanted.title if wanted.title != collapse_spaces(layout.title) else None
    if employer is not None and employer != collapse_spaces(document.employer):
        for row in rows_of("heading", "heading"):
            marks, text, _ = row.raw[0].partition(row.text)
            below = [raw.rstrip("\r\n") for raw in row.raw[1:]]
            rows.rewrite(row, marks + escape_heading(_with_employer(text, employer)), *below)
    if (employer, title) != (None, None):
        _patch_opening(rows, rows_of("opening", "paragraph"), document, title, employer)
    reasonings = rows_of("reasoning", "bullet", "paragraph")
    last = next((row.key for row in reversed(head) if row.kind in ("heading", "paragraph", "bullet")), (0,))
    if wanted.profile != collapse_spaces(profile_name(index.book, document.profile)):
        _patch_profile(rows, profiles, reasonings, wanted.profile, last)
    if wanted.reasoning != collapse_spaces(document.reasoning):
        _patch_reasoning(rows, profiles, reasonings, wanted.reasoning, last)


def _patch_opening(
    rows: PatchRows, paragraphs: list[PatchRow], document: Document, title: str | None, employer: str | None
) -> None:
    """Change title and employer where the opening names them; None leaves one unchanged."""
    old = ["\n".join(line.strip() for line in row.raw) for row in paragraphs]
    new = "\n\n".join(old)
    if not document.opening:
        now = document.title if title is None else title, document.employer if employer is None else employer
        new = write_opening(*now, document.noun)
    else:
        new = new if title is None else _opening_with_title(new, title, document.noun)
        new = new if employer is None else _opening_with_employer(new, employer, document.noun)
    texts = new.split("\n\n")
    for row, before, text in zip(paragraphs, old, texts if len(texts) == len(old) else old, strict=True):
        if before != text:
            rows.rewrite(row, *text.split("\n"))


def _patch_profile(
    rows: PatchRows, profiles: list[PatchRow], reasonings: list[PatchRow], profile: str, last: Key
) -> None:
    for row in profiles:
        row.is_removed = not profile
    if profile and profiles:
        rows.rewrite(profiles[-1], profiles[-1].prefix + _with_profile(profiles[-1].text, profile))
    elif profile and reasonings:
        below = reasonings[0]
        row = rows.add("bullet", (below.key[0] - 1,), below.list_prefix + _with_profile("", profile))
        row.gap, below.gap = below.gap, row.gap
    elif profile:
        rows.add("bullet", (*last, 1, 0), "- " + _with_profile("", profile))


def _patch_reasoning(
    rows: PatchRows, profiles: list[PatchRow], reasonings: list[PatchRow], reasoning: str, last: Key
) -> None:
    for row in reasonings:
        row.is_removed = not reasoning or row is not reasonings[0]
    if reasoning and reasonings:
        rows.rewrite(reasonings[0], reasonings[0].prefix + _with_reasoning(reasonings[0].text, reasoning))
    elif reasoning:
        prefix = profiles[0].list_prefix if profiles else "- "
        rows.add("bullet", (*last, 1, 1), prefix + _with_reasoning("", reasoning))


def _with_employer(heading: str, employer: str) -> str:
    """Replace the employer in the text of the first heading, keeping everything before the id."""
    found, old = HEADING.fullmatch(heading), read_heading(heading)
    if found is None or old is None:
        return heading
    new = old._replace(employer=one_line(employer))
    written = write_heading(new)
    start = max(found.start(2), found.start(4))
    ways = (heading[:start] + written.partition("#")[2], written)
    return first_that_reads_back(ways, read_heading, new)


def _opening_with_title(opening: str, title: str, noun: str) -> str:
    """Replace the title in the opening, if it quotes one."""
    start, end = _title_span(opening, noun)
    if not end:
        return opening
    title = one_line(title)
    ways = (f"{opening[:start]}{written}{opening[end:]}" for written in (title, escape(title, '"')))
    return first_that_reads_back(ways, lambda written: read_title(written, noun), title)


def _opening_with_employer(opening: str, employer: str, noun: str) -> str:
    """Replace the employer in the opening, if it names one."""
    found = _patterns(noun)[1].search(opening, _title_span(opening, noun)[1])
    if not found:
        return opening
    return opening[: found.start(2) if employer else found.end(1)] + one_line(employer) + opening[found.end(2) :]


def _with_profile(text: str, profile: str) -> str:
    """Replace the profile in a bullet; an empty one gets the usual label."""
    return _relabelled(PROFILE.fullmatch(text), "**Assigned Profile:**", write_entry(Entry("term", profile)))


def _with_reasoning(text: str, reasoning: str) -> str:
    """Replace the reasoning in a bullet; an empty one gets the usual label."""
    found = REASONING.fullmatch(text) or OTHER_REASONING.fullmatch(text)
    return _relabelled(found, "**Reasoning:**", one_line(reasoning))


def _relabelled(found: re.Match[str] | None, label: str, value: str) -> str:
    return f"{found.string[: found.start(1)] if found else label} {value}"

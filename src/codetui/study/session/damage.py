"""Recognize documents that nobody meant to leave as they are: saved half-way, or merged badly."""

from __future__ import annotations

from typing import NamedTuple

from codetui.formats import session_doc
from codetui.model import Problem
from codetui.study.session.document import Snapshot

REPAIR = "or write the document again (a copy is kept)"


class Damage(NamedTuple):
    """What is wrong with a document, in which line, and what to do."""

    line: int
    message: str


class ParsedDocument(NamedTuple):
    """A text, what it says, and the lines that could not be parsed."""

    text: str
    document: session_doc.Document
    problems: list[Problem]


def parse(text: str, file: str) -> ParsedDocument:
    """Parse a document; problems name `file`."""
    return ParsedDocument(text, *session_doc.read(text, file))


def damage_of(edited: ParsedDocument, base: Snapshot | None, heading: str) -> Damage | None:
    """Return why a text must not count as an edit of `base`; None if it may.

    `heading` is the id of the source as the heading of its document gives it.
    """
    conflict = unmerged(edited.text)
    if conflict is not None:
        return conflict
    if not edited.document.source_id:
        what = f"the heading `# Manual Coding Analysis: Job Ad #{heading} (…)` is missing"
        return Damage(1, f"{what}: restore it, {REPAIR}")
    if edited.document.source_id != heading:
        what = f"the heading names ad {edited.document.source_id}, and this is the document of ad {heading}"
        return Damage(1, f"{what}: correct it, {REPAIR}")
    return _cut_short(edited, base) if base else None


def unmerged(text: str) -> Damage | None:
    """Return the conflict marks that git has left in a document, if any."""
    line = session_doc.conflict_marks(text)
    if not line:
        return None
    what = "this is a conflict mark of git: choose between the two sides and delete the marks"
    return Damage(line, f"{what}; until then the document stays as it is, and your codings go into the log")


def _cut_short(edited: ParsedDocument, base: Snapshot) -> Damage | None:
    """Recognize a save that stopped half-way: a section is missing, or the last line breaks off."""
    last = edited.text.count("\n") + 1
    if _breaks_off(edited, base):
        return Damage(last, f"the document breaks off here, as if it was saved half-way: save it whole, {REPAIR}")
    present = {_title(section.title) for section in edited.document.sections}
    before = [section.title for section in base.document.sections]
    missing = [title for title in before if _title(title) not in present]
    if missing and len(present) < len(before):
        what = f"the section “{missing[0]}” is missing, as if the document was saved half-way"
        return Damage(last, f"{what}: save it whole, {REPAIR}")
    return None


def _breaks_off(edited: ParsedDocument, base: Snapshot) -> bool:
    """Return whether the last line is the beginning of a line of `base` and cannot be parsed."""
    text = edited.text
    if text.endswith(("\n", "\r")) or not base.text.endswith(("\n", "\r")) or text.rstrip() == base.text.rstrip():
        return False
    if base.text.startswith(text):
        return True
    lines = text.splitlines()
    is_part = any(line.startswith(lines[-1]) and line != lines[-1] for line in base.text.splitlines())
    return is_part and any(problem.line == len(lines) for problem in edited.problems)


def _title(heading: str) -> str:
    return session_doc.without_number(heading).casefold()

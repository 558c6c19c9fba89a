"""Compare a document's head and headings with the session and the codebook, and report disagreements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import quoted
from codetui.core.session.state import State, profile_event
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.model import Block, CodeLine, Document, HeadPart, SectionPart
from codetui.model import Code, Codebook, CodeId, Event, Severity, Source
from codetui.study.reconcile.statements import joined

BOTH = "changed in the document and in the session"


class Remark(NamedTuple):
    """A remark on a line; in a conflict, document and session disagree."""

    line: int
    severity: Severity
    message: str
    is_conflict: bool = False


# --- the head -----------------------------------------------------------------------------------------


def compare_description(edited: Document, base: Document | None, known: Source) -> tuple[Source, list[Remark]]:
    """Return the source with the employer and title from a document, and the conflicts.

    Without a base these count only if neither session nor source, `known`, has them.
    """
    last = base or Document("")
    fields: tuple[tuple[str, HeadPart, str, str, str], ...] = (
        ("employer", "heading", edited.employer, last.employer, known.employer),
        ("title", "opening", edited.title, last.title, known.title),
    )
    values, remarks = list[str](), list[Remark]()
    for what, part, new, old, now in fields:
        new, shown = collapse_spaces(new), collapse_spaces(now)
        value, is_conflict = _merged(
            new or shown, None if base is None else collapse_spaces(old) if shown else "", shown
        )
        values.append(now if value == shown else value)
        if is_conflict and base is not None:
            message = f"{BOTH}: the {what}: {quoted(now)} (session) is kept, not {quoted(new)}; correct the document"
            remarks.append(_conflict(edited, part, message))
    return replace(known, employer=values[0], title=values[1]), remarks


def compare_assessment(
    edited: Document, base: Document | None, state: State, book: Codebook
) -> tuple[tuple[Event, ...], list[Remark]]:
    """Return the changes of profile and reasoning, and the remarks; without a base, only those that the session lacks.

    Of two profiles the session's is kept; of two reasonings both, but without a base the session's alone.
    """
    now = _profile_id(books.profile_name(book, state.profile), book), collapse_spaces(state.reasoning)
    new, old = assessment_of(edited, book), assessment_of(base, book) if base else (None, None)
    remarks: list[Remark] = []
    profile, is_conflict = _merged(new[0], old[0], now[0])
    if is_conflict:
        kept, other = (quoted(books.profile_name(book, one)) if one else "none" for one in (now[0], new[0]))
        what = f"{BOTH}: the profile: {kept} (session) is kept, not {other}; assign the right one"
        if base is None:
            what = f"the session's profile {kept} is kept, not {other}: assign the right one"
        remarks.append(_conflict(edited, "profile", what))
    # The reasoning for a profile that is not used does not apply.
    is_of_other = base is None and is_conflict
    reasoning, is_conflict = _merged("" if is_of_other else new[1], old[1], now[1])
    if base is None and new[1] not in ("", reasoning):
        what = f"the reasoning in the document, {quoted(new[1])}, is not used: edit the session's if needed"
        remarks.append(_conflict(edited, "reasoning", what))
    elif is_conflict:
        reasoning = joined(now[1], new[1])
        what = f"{BOTH}: the reasoning: both texts are kept, the session's first; shorten it"
        remarks.append(_conflict(edited, "reasoning", what))
    profile = state.profile if profile == now[0] else profile
    reasoning = state.reasoning if reasoning == now[1] else reasoning
    if (profile, reasoning) == (state.profile, state.reasoning):
        return (), remarks
    if profile not in ("", state.profile) and books.profile(book, profile) is None:
        message = f"the codebook has no profile “{profile}”: add it to the codebook, or assign another profile"
        remarks.append(_conflict(edited, "profile", message)._replace(is_conflict=False))
    return (profile_event(state, profile, reasoning),), remarks


def _merged(new: str, old: str | None, now: str) -> tuple[str, bool]:
    """Return the value after the change from `old` to `new`, and whether the session has changed it differently.

    Without an old value, a new one only counts if the session has none.
    """
    if old is None:
        return now or new, new not in ("", now or new)
    if new in (old, now):
        return now, False
    return (new, False) if now == old else (now, True)


def assessment_of(document: Document, book: Codebook) -> tuple[str, str]:
    """Return a document's profile, by its id if the codebook has it, and its reasoning on one line."""
    return _profile_id(document.profile, book), collapse_spaces(document.reasoning)


def _profile_id(name: str, book: Codebook) -> str:
    found = books.profile(book, name)
    return found.id if found else collapse_spaces(name)


def _conflict(document: Document, part: HeadPart, message: str) -> Remark:
    place = document.lines.get(part)
    return Remark(place.line if place else 0, "warning", message, is_conflict=True)


# --- the codebook -------------------------------------------------------------------------------------


def new_remarks(document: Document, base: Document | None, index: CodebookIndex) -> list[Remark]:
    """Return the remarks on a document that do not already apply to `base`."""
    known = {(one.severity, one.message) for one in codebook_remarks(base, index)} if base else set()
    return [one for one in codebook_remarks(document, index) if (one.severity, one.message) not in known]


def codebook_remarks(document: Document, index: CodebookIndex) -> Iterator[Remark]:
    """Yield the disagreements of a document (with the ids of its sections, groups and codes) with the codebook."""
    for section in document.sections:
        has_notes = any(block.heading is None and block.notes for block in section.blocks)
        if section.id not in index.sections:
            yield _unknown("section", section.title, section.line, has_notes=has_notes)
        for block in section.blocks:
            if block.heading is not None and block.id not in index.groups:
                yield _unknown("group", block.heading, block.line, has_notes=bool(block.notes))
            for line in block.codes:
                yield from _on_code(line, section, block, index)


def _unknown(what: str, heading: str, line: int, *, has_notes: bool) -> Remark:
    kept = "its notes are kept under that name" if has_notes else "it is kept as written"
    message = f"the codebook has no {what} “{heading}”; {kept}. Correct the heading, or add it to the codebook"
    return Remark(line, "warning" if has_notes else "note", message)


def _on_code(line: CodeLine, section: SectionPart, block: Block, index: CodebookIndex) -> Iterator[Remark]:
    code = index.codes.get(CodeId(line.id))
    if code is None:
        former = index.former.get(CodeId(line.id))
        message = f"the codebook has no code “{line.label}”; its codings are kept under that name. "
        if former is not None and former.was_code:
            message += "An earlier version has it: recode them, or keep the code with retired = true"
        else:
            message += "Correct the label, or add the code to the codebook"
        yield Remark(line.line, "warning", message)
        return
    here, own = _misplaced(code, section, block, index)
    if own:
        message = f"“{line.label}” is under “{here}” here and under “{own}” in the codebook: move it, or leave it"
        yield Remark(line.line, "note", message)


def _misplaced(code: Code, section: SectionPart, block: Block, index: CodebookIndex) -> tuple[str, str]:
    """Return the heading above a code and the correct one, or empty texts if they agree or the heading is unknown."""
    own = index.sections.get(code.section)
    if own and section.id in index.sections and section.id != code.section:
        return section.title, own.title
    if block.heading is None or block.id not in index.groups or block.id == code.group:
        return "", ""
    group = index.groups.get(code.group)
    return block.heading, group.title if group else own.title if own else ""

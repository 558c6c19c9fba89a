"""Compare a document's head and headings with the session and the codebook, and report what disagrees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import quoted
from codetui.core.session.state import State, profile_event
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.model import Block, CodeLine, Document, HeadPart, SectionPart
from codetui.model import Code, Codebook, CodeId, Event, Severity, Source, SourceDescribed
from codetui.study.reconcile.statements import joined

BOTH = "changed in the document and in the session"


class Remark(NamedTuple):
    """A remark on a line; in a conflict, document and session disagree."""

    line: int
    severity: Severity
    message: str
    is_conflict: bool = False


class Head(NamedTuple):
    """The events and remarks that follow from the head of a document."""

    events: tuple[Event, ...] = ()
    remarks: tuple[Remark, ...] = ()


class Assessment(NamedTuple):
    """A profile, by its id if the codebook has it, and its reasoning on one line; empty where there is none."""

    profile: str
    reasoning: str


# --- the head -----------------------------------------------------------------------------------------


def compare_description(edited: Document, base: Document | None, state: State, source: Source) -> Head:
    """Return the changes of employer and title.

    Without a base they count only where neither session nor source names them.
    """
    known = state.describe(source)
    employer, title = known.employer, known.title
    new_employer, on_employer = _merged_text(edited, "employer", base.employer if base else None, employer)
    new_title, on_title = _merged_text(edited, "title", base.title if base else None, title)
    event = SourceDescribed(employer=new_employer, title=new_title, employer_before=employer, title_before=title)
    is_new = (new_employer, new_title) != (employer, title)
    return Head((event,) if is_new else (), (*on_employer, *on_title))


def _merged_text(edited: Document, what: str, base: str | None, now: str) -> tuple[str, tuple[Remark, ...]]:
    new, shown = collapse_spaces(edited.employer if what == "employer" else edited.title), collapse_spaces(now)
    old = None if base is None else collapse_spaces(base)
    if new in ("", shown, old):
        return now, ()
    if shown in ("", old):
        return new, ()
    if old is None:
        return now, ()
    message = f"{BOTH}: the {what}: {quoted(now)} (session) is kept, not {quoted(new)}; correct the document"
    return now, (_conflict(edited, "heading" if what == "employer" else "opening", message),)


def compare_assessment(edited: Document, base: Document | None, state: State, book: Codebook) -> Head:
    """Return the changes of profile and reasoning; without a base, only those that the session lacks."""
    new = assessment_of(edited, book)
    now = Assessment(_profile_id(books.profile_name(book, state.profile), book), collapse_spaces(state.reasoning))
    if base is None:
        after, remarks = _completed(edited, new, now, book)
    else:
        after, remarks = _merged_assessment(edited, new, assessment_of(base, book), now, book)
    profile = state.profile if after.profile == now.profile else after.profile
    reasoning = state.reasoning if after.reasoning == now.reasoning else after.reasoning
    if (profile, reasoning) == (state.profile, state.reasoning):
        return Head((), tuple(remarks))
    if profile not in ("", state.profile) and books.profile(book, profile) is None:
        message = f"the codebook has no profile “{profile}”: add it to the codebook, or assign another profile"
        remarks.append(Remark(_line(edited, "profile"), "warning", message))
    return Head((profile_event(state, profile, reasoning),), tuple(remarks))


def assessment_of(document: Document, book: Codebook) -> Assessment:
    """Return a document's profile and reasoning."""
    return Assessment(_profile_id(document.profile, book), collapse_spaces(document.reasoning))


def _profile_id(name: str, book: Codebook) -> str:
    found = books.profile(book, name)
    return found.id if found else collapse_spaces(name)


def _completed(edited: Document, new: Assessment, now: Assessment, book: Codebook) -> tuple[Assessment, list[Remark]]:
    """Complete the session's assessment from the document; the reasoning for another profile does not apply."""
    profile = now.profile or new.profile
    is_other = new.profile not in ("", profile)
    reasoning = now.reasoning or ("" if is_other else new.reasoning)
    remarks: list[Remark] = []
    if is_other:
        kept, other = _name(now, book), _name(new, book)
        message = f"the session's profile {kept} is kept, not {other}: assign the right one"
        remarks.append(_conflict(edited, "profile", message))
    if new.reasoning not in ("", reasoning):
        message = f"the reasoning in the document, {quoted(new.reasoning)}, is not used: edit the session's if needed"
        remarks.append(_conflict(edited, "reasoning", message))
    return Assessment(profile, reasoning), remarks


def _merged_assessment(
    edited: Document, new: Assessment, base: Assessment, now: Assessment, book: Codebook
) -> tuple[Assessment, list[Remark]]:
    """Merge edits by hand into the session's assessment; of two profiles keep the session's, of two reasonings both."""
    profile, reasoning = now
    remarks: list[Remark] = []
    if new.profile not in (base.profile, now.profile):
        if now.profile == base.profile:
            profile = new.profile
        else:
            kept, other = _name(now, book), _name(new, book)
            message = f"{BOTH}: the profile: {kept} (session) is kept, not {other}; assign the right one"
            remarks.append(_conflict(edited, "profile", message))
    if new.reasoning not in (base.reasoning, now.reasoning):
        if now.reasoning == base.reasoning:
            reasoning = new.reasoning
        else:
            reasoning = joined(now.reasoning, new.reasoning)
            message = f"{BOTH}: the reasoning: both texts are kept, the session's first; shorten it"
            remarks.append(_conflict(edited, "reasoning", message))
    return Assessment(profile, reasoning), remarks


def _name(one: Assessment, book: Codebook) -> str:
    return quoted(books.profile_name(book, one.profile)) if one.profile else "none"


def _conflict(document: Document, part: HeadPart, message: str) -> Remark:
    return Remark(_line(document, part), "warning", message, is_conflict=True)


def _line(document: Document, part: HeadPart) -> int:
    place = document.lines.get(part)
    return place.line if place else 0


# --- the codebook -------------------------------------------------------------------------------------


def new_remarks(document: Document, base: Document | None, index: CodebookIndex) -> list[Remark]:
    """Return the remarks on a document that did not apply to `base`."""
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
    """Return the heading above a code and the title of its own; empty if they agree or the heading is unknown."""
    own = index.sections.get(code.section)
    if own and section.id in index.sections and section.id != code.section:
        return section.title, own.title
    if block.heading is None or block.id not in index.groups or block.id == code.group:
        return "", ""
    group = index.groups.get(code.group)
    return block.heading, group.title if group else own.title if own else ""

"""What a document's head says, employer, title, profile and reasoning, beside what the session says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.formats.session_doc import Block, CodeLine, Document, SectionPart
from codetui.formats.session_doc.model import HeadPart
from codetui.model import Code, Codebook, CodeId, Event, ProfileAssigned, Severity, Source, SourceDescribed
from codetui.study.reconcile.statements import joined


class HeadRemark(NamedTuple):
    """What to tell the coder about a part of the head; in a conflict the two sides say different things."""

    part: HeadPart
    message: str
    is_conflict: bool = True


class Head(NamedTuple):
    """What follows from a document's head."""

    events: tuple[Event, ...]
    remarks: tuple[HeadRemark, ...]


class Assessment(NamedTuple):
    """A profile, by its id where the codebook has it, and its reasoning on one line; empty where there is none."""

    profile: str
    reasoning: str


def described(edited: Document, base: Document | None, state: State, ad: Source) -> Head:
    """What is new about employer and title.

    Of a document whose past is unknown they count where neither session nor source says them.
    """
    employer, title = state.employer or ad.employer, state.title or ad.title
    new_employer, on_employer = _described("employer", edited.employer, base.employer if base else None, employer)
    new_title, on_title = _described("title", edited.title, base.title if base else None, title)
    if (new_employer, new_title) == (employer, title):
        return Head((), (*on_employer, *on_title))
    event = SourceDescribed(employer=new_employer, title=new_title, employer_before=employer, title_before=title)
    return Head((event,), (*on_employer, *on_title))


def _described(what: str, edited: str, base: str | None, now: str) -> tuple[str, tuple[HeadRemark, ...]]:
    said, shown = shown_words(edited), shown_words(now)
    old = None if base is None else shown_words(base)
    if said in ("", shown, old):
        return now, ()
    if shown in ("", old):
        return said, ()
    if old is None:
        return now, ()
    message = f"edited on both sides: the {what}: {quoted(now)} is kept, not {quoted(said)}; correct the document"
    return now, (HeadRemark("heading" if what == "employer" else "opening", message),)


def assessed(edited: Document, base: Document | None, state: State, book: Codebook) -> Head:
    """What is new about profile and reasoning; of a document whose past is unknown what the session lacks."""
    said = _assessment(edited.profile, edited.reasoning, book)
    now = _assessment(books.profile_name(book, state.profile), state.reasoning, book)
    if base is None:
        after, remarks = _completed(said, now, book)
    else:
        after, remarks = _merged_assessment(said, _assessment(base.profile, base.reasoning, book), now, book)
    profile = state.profile if after.profile == now.profile else after.profile
    reasoning = state.reasoning if after.reasoning == now.reasoning else after.reasoning
    if (profile, reasoning) == (state.profile, state.reasoning):
        return Head((), tuple(remarks))
    if profile not in ("", state.profile) and books.profile(book, profile) is None:
        message = f"the codebook has no profile “{profile}”; add it, or press p for another"
        remarks.append(HeadRemark("profile", message, is_conflict=False))
    event = ProfileAssigned(
        profile=profile, reasoning=reasoning, profile_before=state.profile, reasoning_before=state.reasoning
    )
    return Head((event,), tuple(remarks))


def _assessment(profile: str, reasoning: str, book: Codebook) -> Assessment:
    found = books.profile(book, profile)
    return Assessment(found.id if found else shown_words(profile), shown_words(reasoning))


def _completed(said: Assessment, now: Assessment, book: Codebook) -> tuple[Assessment, list[HeadRemark]]:
    """The session's assessment with what it lacks; the reasoning for another profile is none for this one."""
    profile = now.profile or said.profile
    is_other = said.profile not in ("", profile)
    reasoning = now.reasoning or ("" if is_other else said.reasoning)
    remarks: list[HeadRemark] = []
    if is_other:
        kept, other = _name(now, book), _name(said, book)
        message = f"the document says profile {other}, the session {kept}, which is kept; p assigns another"
        remarks.append(HeadRemark("profile", message))
    if said.reasoning not in ("", reasoning):
        message = f"the document's reasoning, {quoted(said.reasoning)}, is not taken over; P edits the session's"
        remarks.append(HeadRemark("reasoning", message))
    return Assessment(profile, reasoning), remarks


def _merged_assessment(
    said: Assessment, base: Assessment, now: Assessment, book: Codebook
) -> tuple[Assessment, list[HeadRemark]]:
    """The session's assessment with what was edited by hand; of two profiles the session's, of two reasonings both."""
    after = now
    remarks: list[HeadRemark] = []
    if said.profile not in (base.profile, now.profile):
        if now.profile == base.profile:
            after = after._replace(profile=said.profile)
        else:
            kept, other = _name(now, book), _name(said, book)
            message = f"edited on both sides: the profile: {kept} (session) is kept, not {other}; p assigns another"
            remarks.append(HeadRemark("profile", message))
    if said.reasoning not in (base.reasoning, now.reasoning):
        if now.reasoning == base.reasoning:
            after = after._replace(reasoning=said.reasoning)
        else:
            after = after._replace(reasoning=joined(now.reasoning, said.reasoning))
            message = "edited on both sides: the reasoning: both texts are kept, the session's first; P edits it"
            remarks.append(HeadRemark("reasoning", message))
    return after, remarks


def _name(one: Assessment, book: Codebook) -> str:
    return quoted(books.profile_name(book, one.profile)) if one.profile else "none"


class Remark(NamedTuple):
    """Something to be said about a line."""

    line: int
    severity: Severity
    message: str


def new_remarks(document: Document, base: Document | None, index: CodebookIndex) -> list[Remark]:
    """The remarks on a document that did not hold for `base` already."""
    known = {(one.severity, one.message) for one in remarks(base, index)} if base else set()
    return [one for one in remarks(document, index) if (one.severity, one.message) not in known]


def remarks(document: Document, index: CodebookIndex) -> Iterator[Remark]:
    """All remarks on a document that has the ids of its sections, groups and codes."""
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
    kept = "its notes are kept under that name" if has_notes else "it is kept as it is written"
    message = f"the codebook has no {what} “{heading}”; {kept}. Correct the heading, or add it to the codebook"
    return Remark(line, "warning" if has_notes else "note", message)


def _on_code(line: CodeLine, section: SectionPart, block: Block, index: CodebookIndex) -> Iterator[Remark]:
    code = index.codes.get(CodeId(line.id))
    if code is None:
        message = (
            f"the codebook has no code “{line.label}”; its codings are kept under that name. "
            "Correct the label, or add the code to the codebook"
        )
        yield Remark(line.line, "warning", message)
        return
    here, own = _misplaced(code, section, block, index)
    if own:
        message = f"“{line.label}” stands under “{here}”, in the codebook under “{own}”; it stays. Move it, or leave it"
        yield Remark(line.line, "note", message)


def _misplaced(code: Code, section: SectionPart, block: Block, index: CodebookIndex) -> tuple[str, str]:
    """The heading over a code and the title of its own; nothing where they agree, or the heading is unknown."""
    own = index.sections.get(code.section)
    if own and section.id in index.sections and section.id != code.section:
        return section.title, own.title
    if block.heading is None or block.id not in index.groups or block.id == code.group:
        return "", ""
    group = index.groups.get(code.group)
    return block.heading, group.title if group else own.title if own else ""

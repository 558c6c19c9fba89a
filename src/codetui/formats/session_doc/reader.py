"""A manual-coding document read, line by line; any text gives a document and a list of problems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile

import codetui.formats.session_doc.head as head
from codetui.formats.session_doc.entries import read_entry, split_label
from codetui.formats.session_doc.inline import read_notes
from codetui.formats.session_doc.lines import Line, cut
from codetui.formats.session_doc.values import (
    Block,
    CodeLine,
    Document,
    Entry,
    HeadPart,
    Lines,
    Note,
    SectionPart,
    Unread,
)
from codetui.model import Problem, Severity

FOREIGN = {"quote": "a block quote", "table": "a table", "fence": "fenced code", "comment": "a comment"}

KEPT_TEXTS = 4
"""So many documents are kept as they were read: one that was edited is looked at from several sides."""


@dataclass(slots=True)
class _Code:
    label: str
    line: Line
    notes: list[Note] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)


@dataclass(slots=True)
class _Block:
    heading: str | None
    line: Line
    notes: list[Note] = field(default_factory=list)
    codes: list[_Code] = field(default_factory=list)


@dataclass(slots=True)
class _Section:
    title: str
    line: Line
    blocks: list[_Block]


@dataclass(slots=True)
class _Reading:
    """A document being read."""

    file: str
    document: Document
    sections: list[_Section] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def report(self, line: int, severity: Severity, message: str) -> None:
        self.problems.append(Problem(self.file, line, severity, message))

    def leave(self, line: Line, message: str) -> None:
        """Keep a line that is not understood, and say so."""
        self.unread.append(Unread(line.number, "\n".join(line.raw), line.end))
        self.report(line.number, "warning", message)


def read(text: str, file: str) -> tuple[Document, list[Problem]]:
    """The document that `text` holds, and what in it is not understood; `file` names it in the problems."""
    document, problems = _read(text)
    return document, [problem._replace(file=file) for problem in problems]


@lru_cache(maxsize=KEPT_TEXTS)
def _read(text: str) -> tuple[Document, tuple[Problem, ...]]:
    document, problems = read_lines(cut(text), "")
    return document, tuple(problems)


def read_lines(lines: list[Line], file: str) -> tuple[Document, list[Problem]]:
    """As `read`, for a document that is cut into its logical lines already."""
    reading = _Reading(file, Document(""))
    top = list(takewhile(lambda line: line.kind != "heading" or line.level < 2, lines))
    _read_head(reading, top)
    for line in lines[len(top) :]:
        _read_line(reading, line)
    document = replace(
        reading.document,
        sections=tuple(_frozen_section(section) for section in reading.sections),
        unread=tuple(reading.unread),
    )
    return document, reading.problems


# --- the head ----------------------------------------------------------------------------------------


def _read_head(reading: _Reading, lines: list[Line]) -> None:
    heading = head.Heading("", "")
    found: head.Heading | None = None
    openings: list[str] = []
    rest: list[Line] = []
    places: dict[HeadPart, Lines] = {}
    for line in lines:
        if line.kind == "heading" and found is None and (found := head.read_heading(line.text)):
            heading = found
            places["heading"] = Lines(line.number, line.end)
        elif line.kind == "paragraph" and not rest:
            openings.append("\n".join(raw.strip() for raw in line.raw))
            _extend(places, "opening", line)
        elif line.kind in FOREIGN:
            _leave_foreign(reading, line)
        elif line.kind != "rule":
            rest.append(line)
    if found is None:
        first = "# Manual Coding Analysis: Job Ad #<id> (<employer>)"
        reading.report(1, "error", f"no heading says which ad this is about; begin the document with `{first}`.")
    opening = "\n\n".join(openings)
    title, employer = head.read_title(opening), heading.employer or head.read_employer(opening)
    is_usual = opening == head.write_opening(title, employer)
    reading.document = Document(heading.ad, employer, title, opening="" if is_usual else opening)
    _read_profile(reading, rest, places)


def _extend(places: dict[HeadPart, Lines], part: HeadPart, line: Line) -> None:
    """A part of the head goes on to the end of `line`."""
    start = places[part].line if part in places else line.number
    places[part] = Lines(start, line.end)


def _read_profile(reading: _Reading, lines: list[Line], places: dict[HeadPart, Lines]) -> None:
    """Profile and reasoning; all that follows the reasoning's bullet belongs to it, as one paragraph."""
    profile = ""
    reasoning: list[str] = []
    for line in lines:
        if line.kind == "bullet" and (assigned := head.read_profile(line.text)) is not None:
            if "profile" in places:
                reading.report(line.number, "warning", "a second profile; this one counts. Take one of them out.")
            profile = assigned
            places["profile"] = Lines(line.number, line.end)
        elif line.kind == "bullet" and (begun := _begun(line, reasoning)) is not None:
            reasoning.append(begun)
            _extend(places, "reasoning", line)
        elif reasoning and line.kind != "heading":
            reasoning.append(line.text)
            _extend(places, "reasoning", line)
            reading.report(line.number, "note", "the reasoning goes on here; it is read as one paragraph.")
        else:
            reading.leave(line, "neither profile nor reasoning; it is not read. Move it into the reasoning.")
    joined = " ".join(filter(None, reasoning))
    reading.document = replace(reading.document, profile=profile, reasoning=joined, lines=places)


def _begun(line: Line, reasoning: list[str]) -> str | None:
    return head.read_reasoning(line.text, is_first=not reasoning)


# --- the sections ------------------------------------------------------------------------------------


def _read_line(reading: _Reading, line: Line) -> None:
    match line.kind:
        case "heading":
            _read_heading(reading, line)
        case "bullet":
            _read_bullet(reading, line)
        case "paragraph":
            _read_paragraph(reading, line)
        case "rule":
            pass
        case _:
            _leave_foreign(reading, line)


def _leave_foreign(reading: _Reading, line: Line) -> None:
    reading.leave(line, f"{FOREIGN[line.kind]} is no part of the coding; it is kept and not read.")


def _read_heading(reading: _Reading, line: Line) -> None:
    if line.level == 2:
        reading.sections.append(_Section(line.text, line, [_Block(None, line)]))
    elif line.level > 2 and reading.sections:
        reading.sections[-1].blocks.append(_Block(line.text, line))
    else:
        reading.leave(line, "a heading that is neither section (`## `) nor group (`### `); correct its level.")


def _read_bullet(reading: _Reading, line: Line) -> None:
    block = reading.sections[-1].blocks[-1] if reading.sections else None
    if block is None:
        reading.leave(line, "this stands before all sections; move it under its `## ` heading.")
    elif (found := _label(line)) is not None:
        code = _Code(found[0], line)
        block.codes.append(code)
        _read_after_label(reading, code, line, found[1])
    elif not block.codes:
        reading.leave(line, "no code stands above this; put `- **the code's label:**` before it.")
    else:
        _read_entry(reading, block.codes[-1], line, line.text)


def _label(line: Line) -> tuple[str, str] | None:
    """The label that a bullet names and what follows it; one on the left may be plain and end in a colon."""
    found = split_label(line.text, is_nested=line.is_indented)
    is_plain = not line.is_indented and line.text.endswith(":") and line.text[0] not in '"`'
    if found is None and is_plain and read_entry(line.text) is None:
        return line.text[:-1].strip(), ""
    return found


def _read_after_label(reading: _Reading, code: _Code, line: Line, rest: str) -> None:
    """What follows a label on its line: notes, or the first entry."""
    if not rest:
        return
    notes = read_notes(rest)
    if notes:
        code.notes.extend(_placed(notes, line))
    elif rest[0] in '"`':
        _read_entry(reading, code, line, rest)
    else:
        code.notes.extend(_placed((Note(rest),), line))
        reading.report(line.number, "note", "text after the label is read as a note; write it as `_(note)_`.")


def _read_entry(reading: _Reading, code: _Code, line: Line, text: str) -> None:
    found = read_entry(text)
    if found is None:
        reading.leave(line, 'not understood; write `"a quotation"`, `` `a term` `` or `_(a note)_`.')
        return
    entry, remark = found
    code.entries.append(replace(entry, line=line.number, end=line.end))
    if remark:
        reading.report(line.number, "note", f"{remark}; it is read as `{entry.words}`. Check it.")


def _read_paragraph(reading: _Reading, line: Line) -> None:
    notes = read_notes(line.text)
    if notes and reading.sections:
        reading.sections[-1].blocks[-1].notes.extend(_placed(notes, line))
    else:
        reading.leave(line, "text that is no part of the coding; write a note on a group as `_(note)_`.")


def _placed(notes: tuple[Note, ...], line: Line) -> Iterator[Note]:
    return (replace(note, line=line.number, end=line.end) for note in notes)


# --- from what is being read to values ---------------------------------------------------------------


def _frozen_section(section: _Section) -> SectionPart:
    blocks = (_frozen_block(block) for block in section.blocks)
    kept = tuple(block for block in blocks if not block.is_empty)
    return SectionPart(section.title, kept, section.line.number, section.line.end)


def _frozen_block(block: _Block) -> Block:
    codes = tuple(_frozen_code(code) for code in block.codes)
    return Block(block.heading, tuple(block.notes), codes, block.line.number, block.line.end)


def _frozen_code(code: _Code) -> CodeLine:
    return CodeLine(code.label, tuple(code.notes), tuple(code.entries), code.line.number, code.line.end)

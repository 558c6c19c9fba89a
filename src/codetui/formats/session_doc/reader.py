"""A manual-coding document read, line by line; any text gives a document and a list of problems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile
from typing import TypeAlias, TypeVar

import codetui.formats.session_doc.head as head
from codetui.core.codebook.index import CodebookIndex, folded, group_by_title
from codetui.core.codebook.migration import id_of_document_label
from codetui.formats.session_doc.entries import read_entry, read_notes, split_label
from codetui.formats.session_doc.lines import Line, cut
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    HeadPart,
    Lines,
    Note,
    SectionPart,
    Unread,
    numbered,
    without_number,
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


LineIds: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]
"""The ids of the codings and notes on each line, in order: (line from 1, ids).  Lines without any are left out."""

Part = TypeVar("Part", Entry, Note)


def identified(document: Document, index: CodebookIndex) -> Document:
    """The document with the ids of its sections, groups and codes.

    A code that the book lacks goes by its label; a section or group that it lacks has the id "".
    """
    section_id = _section_finder(index)
    sections = (_identified_section(section, section_id(section.title), index) for section in document.sections)
    return replace(document, sections=tuple(sections))


def _section_finder(index: CodebookIndex) -> Callable[[str], str]:
    """Gives a section's id by the heading in a document, with or without its number, case and white space forgiven."""
    names: tuple[dict[str, list[str]], ...] = (defaultdict(list), defaultdict(list))
    for number, section in enumerate(index.sections.values(), 1):
        title = numbered(number, section.title)
        for found, name in zip(names, (title, without_number(title)), strict=True):
            found[folded(name)].append(section.id)

    def section_id(title: str) -> str:
        title = " ".join(title.split())
        for found, name in zip(names, (title, without_number(title)), strict=True):
            if len(ids := found.get(folded(name), [])) == 1:
                return ids[0]
        return ""

    return section_id


def _identified_section(section: SectionPart, section_id: str, index: CodebookIndex) -> SectionPart:
    blocks = tuple(_identified_block(block, section_id, index) for block in section.blocks)
    return replace(section, id=section_id, blocks=blocks)


def _identified_block(block: Block, section_id: str, index: CodebookIndex) -> Block:
    codes = tuple(replace(code, id=_code_id(code.label, index)) for code in block.codes)
    group = None
    if block.heading is not None:
        within = group_by_title(index.book, block.heading, section_id)
        group = within or group_by_title(index.book, block.heading)
    return replace(block, id=group.id if group else "", codes=codes)


def _code_id(label: str, index: CodebookIndex) -> str:
    code = index.code_by_label(label)
    return code.id if code else id_of_document_label(label)


def with_ids(document: Document, ids: Iterable[tuple[int, Iterable[str]]]) -> Document:
    """The document, as it was read, with `ids` (by line) on its entries and notes; where none is left they have ""."""
    coming = {line: iter(tuple(of_line)) for line, of_line in ids}

    def named(parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(replace(part, id=next(coming.get(part.line, iter(())), "")) for part in parts)

    def named_code(code: CodeLine) -> CodeLine:
        return replace(code, notes=named(code.notes), entries=named(code.entries))

    def named_block(block: Block) -> Block:
        return replace(block, notes=named(block.notes), codes=tuple(named_code(code) for code in block.codes))

    sections = (
        replace(section, blocks=tuple(named_block(block) for block in section.blocks)) for section in document.sections
    )
    return replace(document, sections=tuple(sections))


def ids_by_line(document: Document) -> LineIds:
    """The ids of the entries and notes of a document, by the lines on which they stand."""
    ids: dict[int, list[str]] = defaultdict(list)
    for part in _parts(document):
        ids[part.line].append(part.id)
    return tuple((line, tuple(of_line)) for line, of_line in sorted(ids.items()) if line and any(of_line))


def _parts(document: Document) -> Iterator[Entry | Note]:
    """All entries and notes, in the order of the document."""
    for section in document.sections:
        for block in section.blocks:
            yield from block.notes
            for code in block.codes:
                yield from code.notes
                yield from code.entries

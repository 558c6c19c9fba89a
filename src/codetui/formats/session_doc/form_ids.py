"""Which codings, notes, codes, groups and sections the parts of a document stand for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TypeAlias, TypeVar

from codetui.core.codebook.index import CodebookIndex, folded, group_by_title
from codetui.core.codebook.migration import id_by_label
from codetui.formats.session_doc.projection import numbered, without_number
from codetui.formats.session_doc.values import Block, CodeLine, Document, Entry, Note, SectionPart

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
    return code.id if code else id_by_label(label)


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

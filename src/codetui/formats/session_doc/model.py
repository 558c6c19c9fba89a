"""The values of a session document: sections, groups, codes, and the entries and notes under them.

Documents with the same content are equal: line numbers, ids and the style of emphasis are not compared.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, Protocol, TypeAlias, TypeVar

AD = "ad"
NUMBER = re.compile(r"\d+[.)]\s+")

EntryKind = Literal["quotation", "term", "note"]
Emphasis = Literal["_", "*", ""]
HeadPart = Literal["heading", "opening", "profile", "reasoning"]

LineIds: TypeAlias = tuple[tuple[int, tuple[str, ...]], ...]
"""The ids of the entries and notes on each line, in order: (line from 1, ids). Lines without any are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A part of a document: `line` is its first line, from 1, `end` the line after its last; 0 if it was not read.

    `id` identifies the coding, memo, code, group or section that the part represents.
    """

    line: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)
    id: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Note(Located):
    """A note that is one line of text: `_(text)_`, `*(text)*` or `(text)`."""

    text: str
    emphasis: Emphasis = field(default="_", compare=False)

    @property
    def is_empty(self) -> bool:
        """True for a note without text; no session stores one."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True)
class Entry(Located):
    """The content of one bullet under a code: a quotation or a term with or without a note, or a note alone.

    `words` and `note` have no line breaks.
    """

    kind: EntryKind
    words: str = ""
    note: str = ""
    emphasis: Emphasis = field(default="_", compare=False)

    @property
    def is_empty(self) -> bool:
        """True for a note without text; no session stores one."""
        return self.kind == "note" and not self.note.strip()


@dataclass(frozen=True, slots=True)
class CodeLine(Located):
    """A code with its label in the document (without the colon), its notes and its entries."""

    label: str
    notes: tuple[Note, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Block(Located):
    """The codes under the heading of one group, or above all groups (`heading` is None)."""

    heading: str | None = None
    notes: tuple[Note, ...] = ()
    codes: tuple[CodeLine, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True for a block that does not appear in a document."""
        return self.heading is None and not self.notes and not self.codes


@dataclass(frozen=True, slots=True)
class SectionPart(Located):
    """One section of the document."""

    title: str
    blocks: tuple[Block, ...] = ()


class LineRange(NamedTuple):
    """The lines of a part: the number of the first, from 1, and of the line after the last."""

    line: int
    end: int


@dataclass(frozen=True, slots=True)
class Unread:
    """Lines that the grammar does not recognise, with their original text."""

    line: int
    text: str
    end: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One coder's coding of one source.

    `opening` is empty if the opening sentence follows from title and employer. `noun` is the codebook's word for a
    source. `lines` maps each part of the head that was read to its lines.
    """

    source_id: str
    employer: str = ""
    title: str = ""
    profile: str = ""
    reasoning: str = ""
    sections: tuple[SectionPart, ...] = ()
    opening: str = ""
    noun: str = field(default=AD, compare=False)
    unread: tuple[Unread, ...] = field(default=(), compare=False)
    lines: Mapping[HeadPart, LineRange] = field(default_factory=dict, compare=False)

    def blocks(self) -> Iterator[tuple[SectionPart, Block]]:
        """Yield all blocks in order, with their sections."""
        return ((section, block) for section in self.sections for block in section.blocks)

    def codes(self) -> Iterator[CodeLine]:
        """Yield the lines of all codes in order."""
        return (code for _, block in self.blocks() for code in block.codes)

    def parts_by_code(self) -> Iterator[tuple[str, Entry | Note]]:
        """Yield all entries and notes in order, with the ids of their codes (empty for notes under headings)."""
        for _, block in self.blocks():
            yield from (("", note) for note in block.notes)
            for code in block.codes:
                yield from ((code.id, note) for note in code.notes)
                yield from ((code.id, entry) for entry in code.entries)

    def parts(self) -> Iterator[Entry | Note]:
        """Yield all entries and notes in their order."""
        return (part for _, part in self.parts_by_code())


class Written(NamedTuple):
    """A document's text and the ids of its entries and notes."""

    text: str
    ids: LineIds


EntryOrNote = TypeVar("EntryOrNote", Entry, Note)


class PartChange(Protocol):
    """Returns a changed entry or note; `code` is the id of its code, empty for a note under a heading."""

    def __call__(self, part: EntryOrNote, code: str, /) -> EntryOrNote: ...


def with_parts(document: Document, change: PartChange) -> Document:
    """Return the document with changed entries and notes; `change` is called in their order."""

    def changed(parts: tuple[EntryOrNote, ...], code: str = "") -> tuple[EntryOrNote, ...]:
        return tuple(change(part, code) for part in parts)

    def of_code(code: CodeLine) -> CodeLine:
        return replace(code, notes=changed(code.notes, code.id), entries=changed(code.entries, code.id))

    def of_block(block: Block) -> Block:
        return replace(block, notes=changed(block.notes), codes=tuple(map(of_code, block.codes)))

    sections = (replace(section, blocks=tuple(map(of_block, section.blocks))) for section in document.sections)
    return replace(document, sections=tuple(sections))


def with_part_ids(document: Document, id_of: Callable[[Entry | Note], str]) -> Document:
    """Return the document with new ids on its entries and notes; `id_of` is called in their order."""

    def with_id(part: EntryOrNote, _: str, /) -> EntryOrNote:
        return replace(part, id=id_of(part))

    return with_parts(document, with_id)


def with_ids(document: Document, ids: Iterable[tuple[int, Iterable[str]]]) -> Document:
    """Return the document as it was read with `ids` (by line) on its entries and notes; all others get ""."""
    coming = {line: iter(tuple(of_line)) for line, of_line in ids}
    return with_part_ids(document, lambda part: next(coming.get(part.line, iter(())), ""))


def ids_by_line(document: Document) -> LineIds:
    """Return the ids of the entries and notes of a document by their lines."""
    ids: dict[int, list[str]] = defaultdict(list)
    for part in document.parts():
        ids[part.line].append(part.id)
    return tuple((line, tuple(of_line)) for line, of_line in sorted(ids.items()) if line and any(of_line))


def numbered(number: int, title: str) -> str:
    """Return a section's title as documents write it, `2. Tools`; a title that already has a number keeps it."""
    title = " ".join(title.split())
    return title if NUMBER.match(title) else f"{number}. {title}"


def without_number(heading: str) -> str:
    """Return the title in a section's heading: `Tools` of `2. Tools`."""
    return NUMBER.sub("", heading, count=1) if NUMBER.match(heading) else heading

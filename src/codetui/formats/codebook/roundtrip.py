"""Whether documents read back as they were written: a document that uses a whole codebook, rendered and parsed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex, codes_of, group_by_title, groups, profile, section_by_title
from codetui.formats.session_doc.head import read_profile, write_profile
from codetui.formats.session_doc.markdown import parse_document, render_document
from codetui.formats.session_doc.model import Block, CodeLine, Document, Entry, SectionPart, numbered, without_number
from codetui.model import Codebook


class Heading(NamedTuple):
    """A part as a document shows it; the id is empty for one that was not recognised."""

    kind: str
    id: str
    text: str


def lost_headings(book: Codebook, index: CodebookIndex) -> list[Heading]:
    """Return the sections, groups and codes that a document does not give back.

    Texts that two parts share are left to the checks that compare them.
    """
    wanted: list[Heading] = []
    document = Document("1", sections=tuple(_parts(book, index, wanted)))
    found = list(_recognised(parse_document(render_document(document), "")[0], index))
    if len(wanted) != len(found):
        pairs = zip(wanted, found, strict=False)
        return [next((one for one, other in pairs if one[:2] != other[:2]), wanted[-1] if wanted else found[-1])]
    texts = [heading.text.casefold() for heading in wanted]
    return [
        one
        for one, other in zip(wanted, found, strict=True)
        if one.id != other.id and texts.count(one.text.casefold()) < 2
    ]


def lost_profiles(book: Codebook) -> Iterator[Heading]:
    """Yield the profiles that a document does not give back."""
    for each in book.profiles:
        (line,) = write_profile(each.name, "")
        found = profile(book, read_profile(line.removeprefix("- ")) or "")
        if found is None or found.id != each.id:
            yield Heading("profile", each.id, each.name)


def _parts(book: Codebook, index: CodebookIndex, wanted: list[Heading]) -> Iterator[SectionPart]:
    """Yield the sections of a document with an entry under each code; add all headings to `wanted`."""
    for number, section in enumerate(book.sections, 1):
        wanted.append(Heading("section", section.id, section.title))
        entry = Entry("term" if section.holds == "terms" else "quotation", "words")
        blocks: list[Block] = []
        for group in (None, *groups(book, section)):
            codes = [code.id for code in codes_of(book, section) if code.group == (group.id if group else "")]
            wanted += [Heading("group", group.id, group.title)] if group else []
            wanted += [Heading("code", code, index.labels[code]) for code in codes]
            lines = tuple(CodeLine(index.labels[code], entries=(entry,)) for code in codes)
            blocks.append(Block(group.title if group else None, codes=lines))
        yield SectionPart(numbered(number, section.title), tuple(block for block in blocks if not block.is_empty))


def _recognised(document: Document, index: CodebookIndex) -> Iterator[Heading]:
    for part in document.sections:
        title = without_number(part.title)
        section = section_by_title(index.book, title)
        yield Heading("section", section.id if section else "", title)
        for block in part.blocks:
            if block.heading is not None:
                group = group_by_title(index.book, block.heading, section.id if section else "")
                yield Heading("group", group.id if group else "", block.heading)
            for line in block.codes:
                code = index.code_by_label(line.label)
                yield Heading("code", code.id if code else "", line.label)

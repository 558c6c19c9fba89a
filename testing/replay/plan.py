"""The task of replaying a real document: codings, notes, profile, and the codebook they need."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import NamedTuple

from codetui.core.anchors import anchor as anchors
from codetui.core.codebook.index import CodebookIndex, folded, groups, profile
from codetui.core.codebook.keys import with_keys
from codetui.formats.session_doc.model import Document, Entry, Note, SectionPart, without_number
from codetui.model import Code, Codebook, CodeId, Group, MemoTarget, Profile, Section, Span

_ALIKE = 0.9
"""The least similarity of a heading and a group's title: one letter may differ, but `A` and `B` are two groups."""


class Wanted(NamedTuple):
    """One coding to make: its code, the acceptable spans, and its note."""

    code: CodeId
    words: str
    spans: tuple[Span, ...]
    note: str


class Remark(NamedTuple):
    """One note without a quotation to write."""

    place: MemoTarget
    text: str


class Task(NamedTuple):
    """The content of one document as a task.

    `lost` has no place: words missing from the ad, notes on a section missing from the book. `outside` is outside its
    code's section, or unknown to the format.
    """

    items: tuple[Wanted | Remark, ...]
    lost: tuple[str, ...]
    outside: tuple[str, ...]


def section_named(book: Codebook, title: str, number: int) -> Section | None:
    """Return the section of a document's heading: by its title, else by its position."""
    wanted = folded(without_number(title))
    named = [section for section in book.sections if folded(without_number(section.title)) == wanted]
    if named:
        return named[0]
    return book.sections[number] if number < len(book.sections) else None


def group_named(book: Codebook, section: Section | None, heading: str | None) -> Group | None:
    """Return the group of a document's heading, allowing for a typing error."""
    if section is None or heading is None:
        return None
    titles = {folded(group.title): group for group in groups(book, section)}
    near = get_close_matches(folded(heading), titles, 1, _ALIKE)
    return titles[near[0]] if near else None


def code_named(index: CodebookIndex, label: str) -> Code | None:
    """Return the code of a document's label: by label or name, else by the id in it."""
    ident, _ = _split_label(index.book.label, label)
    return index.code_by_label(label) or index.codes.get(CodeId(ident))


def completed(book: Codebook, document: Document) -> Codebook:
    """Return the book with the codes, noted groups and profile that the document uses and the book lacks."""
    for part, section in _parts(document, book):
        for block in part.blocks if section is not None else ():
            if section and block.heading and block.notes and group_named(book, section, block.heading) is None:
                added = Group(id=block.heading, section=section.id, title=block.heading)
                book = replace(book, groups=(*book.groups, added))
            for line in block.codes:
                if section is not None and code_named(CodebookIndex(book), line.label) is None:
                    ident, name = _split_label(book.label, line.label)
                    group = group_named(book, section, block.heading)
                    new = Code(id=CodeId(ident), name=name, section=section.id, group=group.id if group else "")
                    book = replace(book, codes=(*book.codes, new))
    if document.profile and profile(book, document.profile) is None:
        new_profile = Profile(id=document.profile, name=document.profile)
        book = replace(book, profiles=(*book.profiles, new_profile))
    return with_keys(book)


def _parts(document: Document, book: Codebook) -> Iterator[tuple[SectionPart, Section | None]]:
    """Yield the blocks of a document, each with its section."""
    for number, part in enumerate(document.sections):
        yield part, section_named(book, part.title, number)


def _split_label(pattern: str, label: str) -> tuple[str, str]:
    """Return the id and name that yield `label` with the book's pattern."""
    expression = re.escape(pattern).replace(r"\{id\}", r"(?P<id>\S+?)").replace(r"\{name\}", r"(?P<name>.+)")
    found = re.fullmatch(expression, label)
    return (found["id"], found["name"]) if found else (label, label)


def task(document: Document, book: Codebook, text: str) -> Task:
    """Return the task of the document, in its own order."""
    index = CodebookIndex(book)
    items: list[Wanted | Remark] = []
    lost: list[str] = []
    outside: list[str] = []
    for part, section in _parts(document, book):
        for block in part.blocks:
            group = group_named(book, section, block.heading)
            if group is not None:
                items += _remark(MemoTarget(kind="group", id=group.id), block.notes)
            elif section is not None and block.heading is None:
                items += _remark(MemoTarget(kind="section", id=section.id), block.notes)
            else:
                aside = lost if block.heading is None else outside
                aside += [f"{block.heading or part.title}: {note.text}" for note in block.notes]
            for line in block.codes:
                code = code_named(index, line.label)
                if code is None or section is None or code.section != section.id:
                    outside += [f"{line.label}: {entry.words or entry.note}" for entry in line.entries]
                    outside += [f"{line.label}: {note.text}" for note in line.notes]
                    continue
                items += _remark(MemoTarget(kind="code", id=code.id), line.notes)
                for entry in line.entries:
                    _ask(code.id, entry, text, items, lost)
    outside += [f"line {each.line}: {' '.join(each.text.split())}" for each in document.unread if each.text.strip()]
    return Task(tuple(items), tuple(lost), tuple(outside))


def _remark(place: MemoTarget, notes: Sequence[Note]) -> list[Remark]:
    """Return the notes on a group or code joined, as the program keeps them."""
    return [Remark(place, " ".join(note.text for note in notes))] if notes else []


def _ask(code: CodeId, entry: Entry, text: str, items: list[Wanted | Remark], lost: list[str]) -> None:
    """Add the items of one entry."""
    if entry.kind == "note":
        items.append(Remark(MemoTarget(kind="entry", id=code), entry.note))
        return
    spans = places(text, entry.words)
    if spans:
        items.append(Wanted(code, entry.words, spans, entry.note))
    else:
        lost.append(entry.words)


def places(text: str, words: str) -> tuple[Span, ...]:
    """Return the spans of a document's words in its ad."""
    found = anchors.locate(text, words)
    if isinstance(found, anchors.Ambiguous):
        return found.spans
    return (found.span,) if isinstance(found, anchors.Exact | anchors.Fuzzy) else ()

"""What a real document asks of the keyboard: codings, notes, profile, and the book they need."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from codetui.core import anchor as anchors
from codetui.core.codebook import CodebookIndex, codes_of, folded, groups, with_keys
from codetui.core.folding import fold
from codetui.formats.manual_coding import Document, without_number
from codetui.model import Code, Codebook, CodeId, Place, Profile, Section, Span


class Wanted(NamedTuple):
    """One coding to be made: its code, the places that will do, and its note."""

    code: CodeId
    words: str
    spans: tuple[Span, ...]
    note: str


class Remark(NamedTuple):
    """One note without a quotation to be written."""

    place: Place
    text: str


class Task(NamedTuple):
    """All that one document holds; `lost` are words that have no place in the ad."""

    items: tuple[Wanted | Remark, ...]
    lost: tuple[str, ...]
    outside: tuple[str, ...]


def section_named(book: Codebook, title: str, number: int) -> Section | None:
    """The section of a document's heading: by its title, else by its place."""
    wanted = folded(without_number(title))
    named = [section for section in book.sections if folded(without_number(section.title)) == wanted]
    if named:
        return named[0]
    return book.sections[number] if number < len(book.sections) else None


def completed(book: Codebook, document: Document) -> Codebook:
    """The book with the codes and the profile added that the document uses and it lacks."""
    index, added = CodebookIndex(book), list[Code]()
    for number, part in enumerate(document.sections):
        section = section_named(book, part.title, number)
        for line in (line for block in part.blocks for line in block.codes):
            known = index.code_by_label(line.label) or any(code.name in line.label for code in added)
            if section is not None and not known:
                ident, name = _split_label(book.label, line.label)
                added.append(Code(id=CodeId(ident), name=name, section=section.id))
    profiles = book.profiles
    if document.profile and not any(folded(each.name) == folded(document.profile) for each in profiles):
        profiles += (Profile(id=document.profile, name=document.profile),)
    return with_keys(book.model_copy(update={"codes": (*book.codes, *added), "profiles": profiles}))


def _split_label(pattern: str, label: str) -> tuple[str, str]:
    """Id and name that give `label` under the book's pattern."""
    expression = re.escape(pattern).replace(r"\{id\}", r"(?P<id>\S+?)").replace(r"\{name\}", r"(?P<name>.+)")
    found = re.fullmatch(expression, label)
    return (found["id"], found["name"]) if found else (label, label)


def task(document: Document, book: Codebook, text: str) -> Task:
    """What the document asks for, in its own order."""
    index = CodebookIndex(book)
    items: list[Wanted | Remark] = []
    lost: list[str] = []
    outside: list[str] = []
    for number, part in enumerate(document.sections):
        section = section_named(book, part.title, number)
        for block in part.blocks:
            group = next(
                (g for s in book.sections for g in groups(book, s) if folded(g.title) == folded(block.heading or "")),
                None,
            )
            if group is not None:
                items += [Remark(Place(kind="group", id=group.id), note.text) for note in block.notes]
            for line in block.codes:
                code = index.code_by_label(line.label)
                if code is None or section is None or code.section != section.id:
                    outside += [entry.words for entry in line.entries]
                    continue
                items += [Remark(Place(kind="code", id=code.id), note.text) for note in line.notes]
                for entry in line.entries:
                    if entry.kind == "note":
                        items.append(Remark(Place(kind="entry", id=code.id), entry.note))
                        continue
                    spans = places(text, entry.words)
                    if spans:
                        items.append(Wanted(code.id, entry.words, spans, entry.note))
                    else:
                        lost.append(entry.words)
    return Task(tuple(items), tuple(lost), tuple(outside))


def places(text: str, words: str) -> tuple[Span, ...]:
    """Where the words of a document stand in its ad."""
    found = anchors.locate(text, words)
    if isinstance(found, anchors.Ambiguous):
        return found.spans
    return (found.span,) if isinstance(found, anchors.Exact | anchors.Fuzzy) else ()


# --- the comparison -----------------------------------------------------------------------------------


def differences(document: Document, exported: Document, book: Codebook, text: str) -> list[str]:
    """What the export says otherwise than the document: profile, reasoning, and under each code words and notes."""
    found: list[str] = []
    if (document.profile, document.reasoning) != (exported.profile, exported.reasoning):
        found.append(f"profile or reasoning: {exported.profile!r} for {document.profile!r}")
    wanted, given = dict(_said(document, book, text)), dict(_said(exported, book, text))
    for label in dict.fromkeys([*wanted, *given]):
        if wanted.get(label) != given.get(label):
            found.append(f"{label}: {given.get(label)!r} for {wanted.get(label)!r}")
    return found


def _said(document: Document, book: Codebook, text: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Under each code and group: kind, words (as the ad has them, folded) and note, in order."""
    index = CodebookIndex(book)
    by_label: dict[str, list[tuple[str, str, str]]] = {}
    for number, part in enumerate(document.sections):
        section = section_named(book, part.title, number)
        for block in part.blocks:
            for note in block.notes:
                by_label.setdefault(folded(block.heading or ""), []).append(("group note", "", note.text))
            for line in block.codes:
                code = index.code_by_label(line.label)
                if code is None or section is None or code.section != section.id:
                    continue
                said = by_label.setdefault(code.id, [])
                said += [("code note", "", note.text) for note in line.notes]
                said += [(entry.kind, _in_ad(entry.words, text), entry.note) for entry in line.entries]
    yield from by_label.items()


def _in_ad(words: str, text: str) -> str:
    spans = places(text, words) if words else ()
    return fold(text[spans[0].start : spans[0].end]) if spans else fold(words)


def is_in_order(document: Document, book: Codebook, text: str) -> bool:
    """True for a document that the program would write itself: its headings, labels, order and exact words."""
    if document.opening or document.unread:
        return False
    index = CodebookIndex(book)
    for number, part in enumerate(document.sections):
        section = section_named(book, part.title, number)
        if section is None or len(document.sections) != len(book.sections):
            return False
        lines = [(block, line) for block in part.blocks for line in block.codes]
        titles = [group.title for group in groups(book, section)]
        headings = [block.heading for block in part.blocks if block.heading is not None]
        if headings != [title for title in titles if title in headings]:
            return False
        labels = [line.label for _, line in lines]
        if labels != [label for label in (index.labels[c.id] for c in codes_of(book, section)) if label in labels]:
            return False
        if any(not _stands(entry.words, text) for _, line in lines for entry in line.entries if entry.words):
            return False
    return True


def _stands(words: str, text: str) -> bool:
    return anchors.shown_words(words) in anchors.shown_words(text)

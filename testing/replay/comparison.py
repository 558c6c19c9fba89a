"""Differences between an exported document and the replayed one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex, groups, profile_name
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.model import Block, Document, SectionPart
from codetui.model import Codebook, Section
from testing.replay.plan import code_named, group_named, places, section_named


class Entry(NamedTuple):
    """One entry under a code or group: words, a note, or words with a note."""

    kind: str
    words: str
    note: str


def differences(document: Document, exported: Document, book: Codebook, text: str) -> list[str]:
    """Return the differences between export and document: profile, reasoning, and words and notes of each code.

    The export must have the ad's own words. If the document cuts or misspells them, the words at their place in the ad
    count.
    """
    found = []
    for what in ("source_id", "profile", "reasoning"):
        wanted, actual = (collapse_spaces(getattr(each, what)) for each in (document, exported))
        if what == "profile":
            wanted, actual = profile_name(book, wanted), profile_name(book, actual)
        if wanted != actual:
            found.append(f"{what}: {actual!r} for {wanted!r}")
    theirs, ours = _entries(document, book), _entries(exported, book)
    for place in dict.fromkeys([*theirs, *ours]):
        for wanted_one, actual_one in zip_longest(theirs.get(place, ()), ours.get(place, ())):
            if wanted_one is None or actual_one is None or not _agree(wanted_one, actual_one, text):
                found.append(f"{place}: {actual_one!r} for {wanted_one!r}")
    return found


def _agree(wanted: Entry, actual: Entry, text: str) -> bool:
    """Return whether two entries are equal, with the words as the ad has them."""
    if (wanted.kind, wanted.note) != (actual.kind, actual.note):
        return False
    words = (
        {collapse_spaces(text[span.start : span.end]) for span in places(text, wanted.words)} if wanted.words else {""}
    )
    is_exact = wanted.words in words
    return actual.words == wanted.words if is_exact else actual.words in words


def _entries(document: Document, book: Codebook) -> dict[str, list[Entry]]:
    """Return the entries of each code and group in order, without codes outside their section."""
    index = CodebookIndex(book)
    by_place: dict[str, list[Entry]] = {}
    for block, section in _blocks(document, book):
        group = group_named(book, section, block.heading)
        place = group.title if group else part_title(section) if block.heading is None else ""
        if place and block.notes:
            by_place.setdefault(place, []).append(_note(note.text for note in block.notes))
        for line in block.codes:
            code = code_named(index, line.label)
            if code is None or section is None or code.section != section.id:
                continue
            entries = by_place.setdefault(index.labels[code.id], [])
            entries += [_note(note.text for note in line.notes)] if line.notes else []
            entries += [
                Entry(
                    "note" if entry.kind == "note" else "words",
                    collapse_spaces(entry.words),
                    collapse_spaces(entry.note),
                )
                for entry in line.entries
            ]
    return by_place


def part_title(section: Section | None) -> str:
    """Return the name of a section in a difference."""
    return f"section {section.title}" if section else ""


def _note(texts: Iterator[str]) -> Entry:
    """Return the notes on one target joined, as the program keeps them."""
    return Entry("note on it", "", collapse_spaces(" ".join(texts)))


def _blocks(document: Document, book: Codebook) -> Iterator[tuple[Block, Section | None]]:
    for number, part in enumerate(document.sections):
        for block in part.blocks:
            yield block, section_named(book, part.title, number)


# --- documents that must come out byte for byte -------------------------------------------------------


def is_in_order(document: Document, book: Codebook, text: str) -> bool:
    """Return whether the program would write the document like this: headings, labels, order and exact words."""
    if document.opening or document.unread or len(document.sections) != len(book.sections):
        return False
    if document.profile != profile_name(book, document.profile):
        return False
    return all(
        part_is_in_order(part, section_named(book, part.title, number), book, text)
        for number, part in enumerate(document.sections)
    )


def part_is_in_order(part: SectionPart, section: Section | None, book: Codebook, text: str) -> bool:
    """Return the same for one section."""
    if section is None or not all(_is_plain(block, section, text) for block in part.blocks):
        return False
    index = CodebookIndex(book)
    codes_here = index.codes_of[section.id]
    ungrouped = [code for code in codes_here if not code.group]
    grouped = [
        (group.title, [code for code in codes_here if code.group == group.id]) for group in groups(book, section)
    ]
    order = [(title, index.labels[code.id]) for title, codes in ((None, ungrouped), *grouped) for code in codes]
    standing = [(block.heading, line.label) for block in part.blocks for line in block.codes]
    headings = [block.heading for block in part.blocks]
    titles = [title for title in (None, *(title for title, _ in grouped)) if title in headings]
    return standing == [place for place in order if place in standing] and headings == titles


def _is_plain(block: Block, section: Section, text: str) -> bool:
    """Return whether a block has the program's own style of notes and the ad's own words."""
    whole = collapse_spaces(text)
    kind = "term" if section.holds == "terms" else "quotation"
    entries = [entry for line in block.codes for entry in line.entries]
    if any(collapse_spaces(each) != each for entry in entries for each in (entry.words, entry.note)):
        return False
    notes = [block.notes, *(line.notes for line in block.codes)]
    if any(len(each) > 1 or any(note.emphasis != "_" for note in each) for each in notes):
        return False
    return all(
        entry.emphasis == "_" if entry.kind == "note" else entry.kind == kind and entry.words in whole
        for entry in entries
    )

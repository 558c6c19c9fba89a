"""The document of a session: its state laid out in the order of the codebook."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import groups, index_of, profile_name
from codetui.core.codebook.migration import document_label, former_id
from codetui.core.session.state import State
from codetui.formats.session_doc.entries import write_code_line, write_entry, write_notes
from codetui.formats.session_doc.head import (
    RULE,
    Heading,
    write_group_heading,
    write_heading,
    write_opening,
    write_profile,
    write_section_heading,
)
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    EntryKind,
    Note,
    SectionPart,
    Written,
    numbered,
)
from codetui.model import Codebook, Coding, Memo, MemoTarget

NO_SECTION = "Codings"
LAST_COMPONENT = re.compile(r"(?:\d+|(?<=[\W_])[^\W_]+)[\W_]*$")


_LinesByPlace: TypeAlias = dict[tuple[str, str], list[CodeLine]]
"""The lines of codes by section and group."""


class AdFacts(Protocol):
    """What a document says of an ad; a `Source` and a `SourceEntry` both have it."""

    @property
    def id(self) -> str:
        """The ad's id."""

    @property
    def employer(self) -> str:
        """Who placed the ad; may be empty."""

    @property
    def title(self) -> str:
        """The position; may be empty."""


class Site(NamedTuple):
    """Where documents show a code: section and group by id (an empty group is none), and its order there."""

    section: str
    group: str
    order: int
    is_known: bool

    @property
    def sort_key(self) -> tuple[int, bool]:
        """Codes in the order of the book, each unknown one after the last of its kin."""
        return self.order, not self.is_known


@dataclass(slots=True)
class _Contents:
    """What the coder put under each code and group, in the order of placing."""

    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    code_notes: dict[str, list[Note]] = field(default_factory=lambda: defaultdict(list))
    group_notes: dict[str, list[Note]] = field(default_factory=lambda: defaultdict(list))
    section_notes: dict[str, list[Note]] = field(default_factory=lambda: defaultdict(list))

    def notes_on(self, place: MemoTarget) -> dict[str, list[Note]]:
        """The notes on places of this kind, by the place's id."""
        if place.kind == "section":
            return self.section_notes
        return self.group_notes if place.kind == "group" else self.code_notes

    def codes(self) -> Iterable[str]:
        """The ids of all codes under which something stands."""
        return dict.fromkeys([*self.entries, *self.code_notes])


def project(state: State, book: Codebook, ad: AdFacts) -> Document:
    """The document that says what `state` holds; what the coder said about the ad counts before the source.

    A code that the book lacks stands with the codes whose ids are built like its own, labelled by its id.
    """
    layout = Layout(book)
    contents = _contents(state, layout)
    return Document(
        ad=_folded(ad.id),
        employer=_folded(state.employer or ad.employer),
        title=_folded(state.title or ad.title),
        profile=_folded(profile_name(book, state.profile)),
        reasoning=_folded(state.reasoning),
        sections=layout.sections(contents),
    )


def _contents(state: State, layout: Layout) -> _Contents:
    contents = _Contents()
    placed: list[Coding | Memo] = [*state.live(), *(note for note in state.notes.values() if note.text.strip())]
    for each in sorted(placed, key=lambda one: (one.rank, one.id)):
        if isinstance(each, Coding):
            contents.entries[each.code].append(_entry(each, layout))
        elif each.place.kind == "entry":
            contents.entries[each.place.id].append(Entry("note", note=_folded(each.text), id=each.id))
        else:
            contents.notes_on(each.place)[each.place.id].append(Note(_folded(each.text), id=each.id))
    return contents


def _entry(coding: Coding, layout: Layout) -> Entry:
    words = coding.words or (coding.anchor.words if coding.anchor else "")
    kind: EntryKind = "term" if layout.holds_terms(coding.code) else "quotation"
    return Entry(kind, shown_words(words), _folded(coding.note), id=coding.id)


def _folded(text: str) -> str:
    return " ".join(text.split())


class Layout:
    """Where documents show everything, after the codebook."""

    def __init__(self, book: Codebook) -> None:
        """Lay out `book`."""
        self.book = book
        self.index = index_of(book)
        self.last_section = book.sections[-1].id if book.sections else ""

    def holds_terms(self, code_id: str) -> bool:
        """True for a code whose entries are terms."""
        section = self.index.sections.get(self.site(code_id).section)
        return section is not None and section.holds == "terms"

    def site(self, code_id: str) -> Site:
        """The place of a code; of one that the book lacks, the place of the last code built like it."""
        code = self.index.codes.get(code_id)
        if code is not None and code.section in self.index.sections:
            group = self.index.groups.get(code.group)
            is_grouped = group is not None and group.section == code.section
            return Site(code.section, code.group if is_grouped else "", self.index.order[code.id], True)
        old = former_id(code_id)
        return self.site(old)._replace(is_known=False) if old else self._likely_site(code_id)

    def _likely_site(self, code_id: str) -> Site:
        first_word = code_id.split()[0] if code_id.split() else ""
        stem, is_nearest = _stem(first_word), True
        while stem:
            kin = [code for code in self.book.codes if _is_kin(code.id, stem, is_nearest=is_nearest)]
            kin = [code for code in kin if code.section in self.index.sections]
            if kin:
                site = self.site(kin[-1].id)
                return site._replace(group=site.group if is_nearest else "", is_known=False)
            stem, is_nearest = _stem(stem), False
        return Site(self.last_section, "", len(self.book.codes), False)

    def sections(self, contents: _Contents) -> tuple[SectionPart, ...]:
        """All sections of the book, each with the groups and codes under which something stands."""
        sites = {code_id: self.site(code_id) for code_id in contents.codes()}
        order = sorted(sites, key=lambda code_id: sites[code_id].sort_key)
        lines: _LinesByPlace = defaultdict(list)
        for code_id in order:
            line = CodeLine(
                _folded(document_label(self.index, code_id)),
                tuple(contents.code_notes.get(code_id, ())),
                tuple(contents.entries.get(code_id, ())),
                id=code_id,
            )
            lines[sites[code_id].section, sites[code_id].group].append(line)
        parts = [
            self._section(numbered(number, self.index.sections[section_id].title), section_id, lines, contents)
            for number, section_id in enumerate(self.index.sections, 1)
        ]
        return tuple(parts) if parts else self._without_sections(lines, contents)

    def _section(self, title: str, section_id: str, lines: _LinesByPlace, contents: _Contents) -> SectionPart:
        """Codes without a group come first: under a group's heading they would read as the group's."""
        section = self.index.sections[section_id]
        notes = tuple(contents.section_notes.get(section_id, ()))
        blocks = [Block(None, notes, tuple(lines.get((section_id, ""), ())))]
        for group in groups(self.book, section):
            codes = tuple(lines.get((section_id, group.id), ()))
            notes = tuple(contents.group_notes.get(group.id, ()))
            blocks.append(Block(_folded(group.title), notes, codes, id=group.id))
        if section_id == self.last_section:
            blocks.extend(self._homeless(contents))
        return SectionPart(title, tuple(block for block in blocks if _has_content(block)), id=section_id)

    def _homeless(self, contents: _Contents) -> list[Block]:
        """The notes on groups and sections that the book lacks, each under its id."""
        known = {group.id for group in self.book.groups if group.section in self.index.sections}
        groups = {each: notes for each, notes in contents.group_notes.items() if each not in known}
        strays = {each: notes for each, notes in contents.section_notes.items() if each not in self.index.sections}
        return [Block(_folded(each), tuple(notes), id=each) for each, notes in (*strays.items(), *groups.items())]

    def _without_sections(self, lines: _LinesByPlace, contents: _Contents) -> tuple[SectionPart, ...]:
        codes = tuple(line for under in lines.values() for line in under)
        blocks = [Block(codes=codes), *self._homeless(contents)]
        blocks = [block for block in blocks if _has_content(block)]
        return (SectionPart(NO_SECTION, tuple(blocks)),) if blocks else ()


def _has_content(block: Block) -> bool:
    return bool(block.notes or block.codes)


def _stem(code_id: str) -> str:
    """What an id shares with its siblings: `1.A.` of `1.A.2`, `TASK` of `TASK5`; empty if that is nothing."""
    stem = LAST_COMPONENT.sub("", code_id)
    return stem if stem != code_id else ""


def _is_kin(code_id: str, stem: str, *, is_nearest: bool) -> bool:
    return _stem(code_id) == stem if is_nearest else code_id.startswith(stem)


class Row(NamedTuple):
    """One line that is written, and the ids of what stands on it."""

    text: str
    ids: tuple[str, ...] = ()


def write(document: Document) -> str:
    """The markdown of a document: LF, tight lists, one newline at the end.

    `read` gives an equal document back, line breaks inside values as blanks.
    """
    return written(document).text


def written(document: Document) -> Written:
    """What `write` gives, with the ids of the entries and notes by line; lines without any are left out."""
    rows = [Row(line) for line in _head_text(document).split("\n")]
    for section in document.sections:
        rows += [Row(""), Row(RULE), Row(""), *_section_rows(section)]
    ids = tuple((number, row.ids) for number, row in enumerate(rows, 1) if any(row.ids))
    return Written("".join(f"{row.text}\n" for row in rows), ids)


def _head_text(document: Document) -> str:
    heading = write_heading(Heading(document.ad, document.employer))
    opening = document.opening or write_opening(document.title, document.employer)
    profile = "\n".join(write_profile(document.profile, document.reasoning))
    return "\n\n".join(filter(None, (f"# {heading}", opening, profile)))


def _section_rows(section: SectionPart) -> Iterator[Row]:
    yield Row(write_section_heading(section.title))
    for block in section.blocks:
        yield from _block_rows(block)


def _block_rows(block: Block) -> Iterator[Row]:
    if block.heading is not None:
        yield from (Row(""), Row(write_group_heading(block.heading)))
    for note in block.notes:
        yield from (Row(""), Row(write_notes((note,)), (note.id,)))
    if block.codes:
        yield Row("")
    for code in block.codes:
        yield from _code_rows(code)


def _code_rows(code: CodeLine) -> Iterator[Row]:
    yield Row(f"- {write_code_line(code)}", tuple(note.id for note in code.notes))
    for entry in code.entries:
        yield Row(f"  - {write_entry(entry)}", (entry.id,))

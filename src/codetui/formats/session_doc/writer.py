"""Build the document of a session in the order of the codebook, and render documents in the canonical shape."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

from codetui.core.codebook.index import groups, index_of, profile_name
from codetui.core.codebook.migration import document_label, former_id
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.entries import write_code_line, write_entry, write_notes
from codetui.formats.session_doc.head import (
    RULE,
    Heading,
    kind_of,
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
from codetui.model import Codebook, Coding, Memo

NO_SECTION = "Codings"
LAST_COMPONENT = re.compile(r"(?:\d+|(?<=[\W_])[^\W_]+)[\W_]*$")


class SourceFacts(Protocol):
    """The facts of a source that a document shows; a `Source` and a `SourceEntry` have them."""

    @property
    def id(self) -> str: ...

    @property
    def employer(self) -> str: ...

    @property
    def title(self) -> str: ...


# --- from a session to its document ---------------------------------------------------------------


class Site(NamedTuple):
    """The place of a code in documents: the ids of section and group (empty for none), and its order there."""

    section: str
    group: str
    order: int
    is_known: bool

    @property
    def sort_key(self) -> tuple[int, bool]:
        """Sort codes in the order of the codebook, each unknown one behind the last of its kin."""
        return self.order, not self.is_known


class CodeSites:
    """The places of codes in the documents of a codebook."""

    def __init__(self, book: Codebook) -> None:
        self.book = book
        self.index = index_of(book)
        self.last_section = book.sections[-1].id if book.sections else ""

    def holds_terms(self, code_id: str) -> bool:
        """True for a code whose entries are terms."""
        section = self.index.sections.get(self.site(code_id).section)
        return section is not None and section.holds == "terms"

    def site(self, code_id: str) -> Site:
        """Return the site of a code; of one that the codebook lacks, that of the last code with an id built alike."""
        code = self.index.codes.get(code_id)
        if code is not None and code.section in self.index.sections:
            group = self.index.groups.get(code.group)
            is_grouped = group is not None and group.section == code.section
            return Site(code.section, code.group if is_grouped else "", self.index.order[code.id], True)
        former = former_id(code_id)
        return self.site(former)._replace(is_known=False) if former else self._likely_site(code_id)

    def _likely_site(self, code_id: str) -> Site:
        stem, is_nearest = _stem(next(iter(code_id.split()), "")), True
        while stem:
            kin = [code for code in self.book.codes if code.id.startswith(stem) and code.section in self.index.sections]
            kin = [code for code in kin if not is_nearest or _stem(code.id) == stem]
            if kin:
                site = self.site(kin[-1].id)
                return site._replace(group=site.group if is_nearest else "", is_known=False)
            stem, is_nearest = _stem(stem), False
        return Site(self.last_section, "", len(self.book.codes), False)


def _stem(code_id: str) -> str:
    """Return what an id shares with its siblings: `1.A.` of `1.A.2`, `TASK` of `TASK5`; empty if that is nothing."""
    stem = LAST_COMPONENT.sub("", code_id)
    return stem if stem != code_id else ""


def project(state: State, book: Codebook, source: SourceFacts) -> Document:
    """Return the document of a session; what the coder wrote about the source comes before the source's own facts.

    A code that the codebook lacks is placed with the codes whose ids are built alike, with its id as label.
    """
    return Document(
        source_id=collapse_spaces(source.id),
        employer=collapse_spaces(state.employer or source.employer),
        title=collapse_spaces(state.title or source.title),
        profile=collapse_spaces(profile_name(book, state.profile)),
        reasoning=collapse_spaces(state.reasoning),
        sections=_Projection(state, CodeSites(book)).sections(),
        noun=collapse_spaces(book.words.source),
    )


class _Projection:
    """The content of a session by code and by place, in the order in which the coder assigned it."""

    def __init__(self, state: State, sites: CodeSites) -> None:
        self._book, self._index, self._sites = sites.book, sites.index, sites
        self._entries: dict[str, list[Entry]] = defaultdict(list)
        self._notes: Mapping[str, dict[str, list[Note]]] = defaultdict(lambda: defaultdict(list))
        placed: list[Coding | Memo] = [*state.live(), *(note for note in state.notes.values() if note.text.strip())]
        for each in sorted(placed, key=lambda one: (one.rank, one.id)):
            if isinstance(each, Coding):
                self._entries[each.code].append(self._entry(each))
            elif each.target.kind == "entry":
                self._entries[each.target.id].append(Entry("note", note=collapse_spaces(each.text), id=each.id))
            else:
                self._notes[each.target.kind][each.target.id].append(Note(collapse_spaces(each.text), id=each.id))

    def _entry(self, coding: Coding) -> Entry:
        words = coding.words or (coding.anchor.words if coding.anchor else "")
        kind: EntryKind = "term" if self._sites.holds_terms(coding.code) else "quotation"
        return Entry(kind, collapse_spaces(words), collapse_spaces(coding.note), id=coding.id)

    def sections(self) -> tuple[SectionPart, ...]:
        """Return all sections of the codebook with the groups and codes that have content."""
        code_ids = dict.fromkeys([*self._entries, *self._notes["code"]])
        lines: dict[tuple[str, str], list[CodeLine]] = defaultdict(list)
        for site, code_id in sorted(
            ((self._sites.site(id_), id_) for id_ in code_ids), key=lambda one: one[0].sort_key
        ):
            label = collapse_spaces(document_label(self._index, code_id))
            line = CodeLine(label, self._notes_on("code", code_id), tuple(self._entries.get(code_id, ())), id=code_id)
            lines[site.section, site.group].append(line)
        if not self._index.sections:
            blocks = [Block(codes=tuple(line for of_place in lines.values() for line in of_place)), *self._homeless()]
            return (SectionPart(NO_SECTION, _filled(blocks)),) if _filled(blocks) else ()
        parts = []
        for number, section in enumerate(self._index.sections.values(), 1):
            # Codes without a group come first: under a group's heading they would be read as the group's.
            blocks = [Block(None, self._notes_on("section", section.id), tuple(lines.get((section.id, ""), ())))]
            for group in groups(self._book, section):
                codes = tuple(lines.get((section.id, group.id), ()))
                blocks.append(
                    Block(collapse_spaces(group.title), self._notes_on("group", group.id), codes, id=group.id)
                )
            blocks += self._homeless() if section.id == self._sites.last_section else []
            parts.append(SectionPart(numbered(number, section.title), _filled(blocks), id=section.id))
        return tuple(parts)

    def _notes_on(self, kind: str, id_: str) -> tuple[Note, ...]:
        return tuple(self._notes[kind].get(id_, ()))

    def _homeless(self) -> list[Block]:
        """Return the notes on sections and groups that the codebook lacks, each under its id."""
        known = {group.id for group in self._book.groups if group.section in self._index.sections}
        strays = [each for each in self._notes["section"].items() if each[0] not in self._index.sections]
        strays += [each for each in self._notes["group"].items() if each[0] not in known]
        return [Block(collapse_spaces(id_), tuple(notes), id=id_) for id_, notes in strays]


def _filled(blocks: list[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.notes or block.codes)


# --- from a document to its text ------------------------------------------------------------------


def write(document: Document) -> str:
    """Render a document as markdown: LF, tight lists, one newline at the end.

    `read` returns an equal document, with line breaks inside values as blanks.
    """
    return written(document).text


def written(document: Document) -> Written:
    """Render a document as `write` does; return its text with the ids of the entries and notes by line."""
    rows: list[tuple[str, tuple[str, ...]]] = [(line, ()) for line in _head_lines(document)]
    for section in document.sections:
        rows += [("", ()), (RULE, ()), ("", ()), *_section_rows(section)]
    ids = tuple((number, of_row) for number, (_, of_row) in enumerate(rows, 1) if any(of_row))
    return Written("".join(f"{text}\n" for text, _ in rows), ids)


def _head_lines(document: Document) -> list[str]:
    heading = write_heading(Heading(document.source_id, document.employer, kind_of(document.noun)))
    opening = document.opening or write_opening(document.title, document.employer, document.noun)
    profile = "\n".join(write_profile(document.profile, document.reasoning))
    return "\n\n".join(filter(None, (f"# {heading}", opening, profile))).split("\n")


def _section_rows(section: SectionPart) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lines of a section with the ids of the parts in each."""
    yield write_section_heading(section.title), ()
    for block in section.blocks:
        if block.heading is not None:
            yield from (("", ()), (write_group_heading(block.heading), ()))
        for note in block.notes:
            yield from (("", ()), (write_notes((note,)), (note.id,)))
        if block.codes:
            yield "", ()
        for code in block.codes:
            yield f"- {write_code_line(code)}", tuple(note.id for note in code.notes)
            yield from ((f"  - {write_entry(entry)}", (entry.id,)) for entry in code.entries)

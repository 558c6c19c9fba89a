"""Documents as markdown: project a session to its document, render a document, and parse any text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import takewhile
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

import codetui.formats.session_doc.head as head
from codetui.core.codebook.index import CodebookIndex, folded, group_by_title, groups, index_of, profile_name
from codetui.core.codebook.migration import document_label, former_id, id_of_document_label
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.entries import (
    SEVERAL_TERMS,
    has_several,
    read_entry,
    read_notes,
    split_label,
    write_code_line,
    write_entry,
    write_notes,
)
from codetui.formats.session_doc.lines import (
    BULLET_PREFIX,
    ODD_BLANK,
    LogicalLine,
    cut,
    escape_heading,
    unescape_heading,
)
from codetui.formats.session_doc.marks import MARKED, is_same, visible
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    EntryKind,
    HeadPart,
    LineRange,
    Note,
    SectionPart,
    Unread,
    Written,
    numbered,
    without_number,
)
from codetui.model import Codebook, CodeId, Coding, FormerCode, Memo, Problem, Severity

NO_SECTION = "Codings"
LAST_COMPONENT = re.compile(r"(?:\d+|(?<=[\W_])[^\W_]+)[\W_]*$")


T = TypeVar("T", SectionPart, Block, CodeLine)
ReadPart: TypeAlias = SectionPart | Block | CodeLine | Entry | Note


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
        """Sort codes in the order of the codebook, each unknown one after the last code with a similar id."""
        return self.order, not self.is_known


class CodeSites:
    """The places of codes in the documents of a codebook."""

    def __init__(self, book: Codebook) -> None:
        self.book = book
        self.index = index_of(book)
        self.last_section = book.sections[-1].id if book.sections else ""

    def holds_terms(self, code_id: str) -> bool:
        """True for a code whose entries are terms."""
        former = self.index.former.get(CodeId(code_id))
        if former is not None:
            return former.holds == "terms"
        section = self.index.sections.get(self.site(code_id).section)
        return section is not None and section.holds == "terms"

    def site(self, code_id: str) -> Site:
        """Return the site of a code; for a code that the codebook lacks, that of the last code with a similar id."""
        code = self.index.codes.get(code_id)
        if code is not None and code.section in self.index.sections:
            group = self.index.groups.get(code.group)
            is_grouped = group is not None and group.section == code.section
            return Site(code.section, code.group if is_grouped else "", self.index.order[code.id], True)
        earlier = self.index.former.get(CodeId(code_id))
        if earlier is not None:
            return Site(earlier.section.id, earlier.group.id if earlier.group else "", self._end(earlier), False)
        former = former_id(code_id)
        if former:
            return self.site(former)._replace(is_known=False)
        return self.kin(code_id) or Site(self.last_section, "", len(self.book.codes), False)

    def _end(self, code: FormerCode) -> int:
        """Return the position after which an earlier version's code is placed:

        that of the last code up to its section.
        """
        sections = list(self.index.sections)
        upto = sections[: sections.index(code.section.id) + 1] if code.section.id in sections else sections
        return max((self.index.order[own.id] for own in self.book.codes if own.section in upto), default=-1)

    def kin(self, code_id: str) -> Site | None:
        """Return the site after the last code whose id is built alike; None if there is none."""
        stem, is_nearest = _stem(next(iter(code_id.split()), "")), True
        while stem:
            kin = [code for code in self.book.codes if code.id.startswith(stem) and code.section in self.index.sections]
            kin = [code for code in kin if not is_nearest or _stem(code.id) == stem]
            if kin:
                site = self.site(kin[-1].id)
                return site._replace(group=site.group if is_nearest else "", is_known=False)
            stem, is_nearest = _stem(stem), False
        return None


def _stem(code_id: str) -> str:
    """Return the part of an id that its siblings share:

    `1.A.` for `1.A.2`, `TASK` for `TASK5`; empty if there is none.
    """
    stem = LAST_COMPONENT.sub("", code_id)
    return stem if stem != code_id else ""


def project(state: State, book: Codebook, source: SourceFacts) -> Document:
    """Return the document of a session; employer and title entered by the coder replace those of the source.

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
    """The content of a session by code and by place, in the order of assigning."""

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
        former = [code for code in self._book.former if code.id in code_ids]
        sections = dict(self._index.sections)
        for code in former:
            sections.setdefault(code.section.id, code.section)
        for number, section in enumerate(sections.values(), 1):
            # Codes without a group come first: under a group's heading they would be read as the group's.
            blocks = [Block(None, self._notes_on("section", section.id), tuple(lines.get((section.id, ""), ())))]
            gone = [code.group for code in former if code.group and code.section == section]
            for group in dict.fromkeys([*groups(self._book, section), *gone]):
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
        """Return the notes on sections and groups that the codebook lacks, each under the missing id."""
        known = {group.id for group in self._book.groups if group.section in self._index.sections}
        strays = [each for each in self._notes["section"].items() if each[0] not in self._index.sections]
        strays += [each for each in self._notes["group"].items() if each[0] not in known]
        return [Block(collapse_spaces(id_), tuple(notes), id=id_) for id_, notes in strays]


def _filled(blocks: list[Block]) -> tuple[Block, ...]:
    return tuple(block for block in blocks if block.notes or block.codes)


# --- from a document to its text ------------------------------------------------------------------


def render_document(document: Document) -> str:
    """Render a document as markdown: LF, tight lists, one newline at the end.

    `parse_document` returns an equal document, with line breaks inside values as blanks.
    """
    return written(document).text


def written(document: Document) -> Written:
    """Render a document as `render_document` does; return the text with the ids of the entries and notes by line."""
    rows: list[tuple[str, tuple[str, ...]]] = [(line, ()) for line in _head_lines(document)]
    for section in document.sections:
        rows += [("", ()), (head.RULE, ()), ("", ()), *_section_rows(section)]
    ids = tuple((number, of_row) for number, (_, of_row) in enumerate(rows, 1) if any(of_row))
    return Written("".join(f"{text}\n" for text, _ in rows), ids)


def _head_lines(document: Document) -> list[str]:
    heading = head.write_heading(
        head.DocumentHeading(document.source_id, document.employer, head.kind_of(document.noun))
    )
    opening = document.opening or head.write_opening(document.title, document.employer, document.noun)
    profile = "\n".join(head.write_profile(document.profile, document.reasoning))
    return "\n\n".join(filter(None, (f"# {escape_heading(heading)}", opening, profile))).split("\n")


def _section_rows(section: SectionPart) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the lines of a section with the ids of the parts on each."""
    yield head.write_title(section.title), ()
    for block in section.blocks:
        if block.heading is not None:
            yield from (("", ()), (head.write_title(block.heading, "###"), ()))
        for note in block.notes:
            yield from (("", ()), (write_notes((note,)), (note.id,)))
        if block.codes:
            yield "", ()
        for code in block.codes:
            yield f"- {write_code_line(code)}", tuple(note.id for note in code.notes)
            yield from ((f"  - {write_entry(entry)}", (entry.id,)) for entry in code.entries)


FOREIGN = {"quote": "a block quote", "table": "a table", "fence": "fenced code", "comment": "a comment"}

NOT_UNDERSTOOD = 'this is not understood; write `"a quotation"`, `` `a term` `` or `_(a note)_`.'
SEVERAL = "this line has several entries; write each on its own line."

CACHED_TEXTS = 4
"""Documents that are kept as they were parsed: an edited one is parsed by several callers."""


Meant: TypeAlias = str | Entry | None
"""The label or the entry in a line that is not understood; None for a line that only looks like one."""

Overrides: TypeAlias = tuple[tuple[int, Meant], ...]
"""The meaning of lines, by their numbers."""


def parse_document(text: str, file: str, overrides: Overrides = ()) -> tuple[Document, list[Problem]]:
    """Return the document in `text`, and problems for what was not understood.

    `file` is the file's name in the problems.
    """
    document, problems = _read(text, overrides)
    return document, [problem._replace(file=file) for problem in problems]


def source_id_of(text: str) -> str:
    """Return the id of the source that the heading of a document names; empty if it names none."""
    return _read(text.split("\n## ", 1)[0])[0].source_id


@lru_cache(maxsize=CACHED_TEXTS)
def _read(text: str, overrides: Overrides = ()) -> tuple[Document, tuple[Problem, ...]]:
    reader = _Reader(dict(overrides))
    lines = cut(text)
    top = list(takewhile(lambda line: line.kind != "heading" or line.level < 2, lines))
    document = reader.read_head(top)
    for line in lines[len(top) :]:
        reader.read_line(line)
    return replace(document, sections=reader.sections(), unread=tuple(reader.unread)), tuple(reader.problems)


@dataclass(slots=True)
class _Reader:
    """A document being read: `parts` holds sections, blocks, codes, entries and the notes on blocks in one flat list.

    `has_code` is True if an entry on the next line belongs to a code, `is_second_head` below a second title, up to the
    next section.
    """

    overrides: Mapping[int, Meant]
    parts: list[ReadPart] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    has_code: bool = False
    is_second_head: bool = False

    def report(self, line: int, severity: Severity, message: str) -> None:
        self.problems.append(Problem("", line, severity, message))

    def leave(self, line: LogicalLine, message: str) -> None:
        """Keep a line that was not understood in the document, and report it."""
        self.unread.append(Unread(line.number, "\n".join(line.raw), line.end))
        self.report(line.number, "warning", message)

    def leave_foreign(self, line: LogicalLine) -> None:
        self.leave(line, f"{FOREIGN[line.kind]} is not part of the coding; it is kept as it is.")

    # --- the head ---------------------------------------------------------------------------------

    def read_head(self, lines: list[LogicalLine]) -> Document:
        """Return a document that contains only the head."""
        heading: head.DocumentHeading | None = None
        openings: list[str] = []
        rest: list[LogicalLine] = []
        found: dict[HeadPart, LineRange] = {}
        for line in lines:
            if (
                line.kind == "heading"
                and heading is None
                and (heading := head.read_heading(unescape_heading(line.text)))
            ):
                found["heading"] = LineRange(line.number, line.end)
            elif line.kind == "paragraph" and not rest:
                openings.append("\n".join(raw.strip() for raw in line.raw))
                _extend(found, "opening", line)
            elif line.kind in FOREIGN:
                self.leave_foreign(line)
            elif line.kind != "rule":
                rest.append(line)
        if heading is None:
            first = "# Manual Coding Analysis: … #<id> (<employer>)"
            self.report(1, "error", f"the heading does not name a source; begin the document with `{first}`.")
        opening = "\n\n".join(openings)
        id_, employer, kind = heading or head.DocumentHeading("", "")
        noun = head.noun_of(kind, opening)
        title, employer = head.read_title(opening, noun), employer or head.read_employer(opening, noun)
        profile, reasoning = self._read_profile(rest, found)
        opening = "" if opening == head.write_opening(title, employer, noun) else opening
        return Document(id_, employer, title, profile, reasoning, opening=opening, noun=noun, lines=found)

    def _read_profile(self, lines: list[LogicalLine], found: dict[HeadPart, LineRange]) -> tuple[str, str]:
        """Return profile and reasoning; everything after the bullet of the reasoning belongs to it."""
        profile = ""
        reasoning: list[str] = []
        for line in lines:
            is_bullet = line.kind == "bullet"
            if is_bullet and (assigned := head.read_profile(line.text)) is not None:
                if "profile" in found:
                    self.report(line.number, "warning", "a second profile; this one is used. Remove one of them.")
                profile = assigned
                found["profile"] = LineRange(line.number, line.end)
            elif is_bullet and (begun := head.read_reasoning(line.text, is_first=not reasoning)) is not None:
                reasoning.append(begun)
                _extend(found, "reasoning", line)
            elif reasoning and line.kind != "heading":
                reasoning.append(line.text)
                _extend(found, "reasoning", line)
                self.report(line.number, "note", "the reasoning continues here; it is read as one paragraph.")
            else:
                self.leave(line, "this is neither profile nor reasoning, and is ignored. Move it into the reasoning.")
        return profile, " ".join(filter(None, reasoning))

    # --- the sections -----------------------------------------------------------------------------

    def read_line(self, line: LogicalLine) -> None:
        """Read one line of the sections."""
        override = self.overrides.get(line.number)
        if override is None and line.number in self.overrides:
            self.leave(line, NOT_UNDERSTOOD)
            return
        if override is not None and (self.has_code or isinstance(override, str)):
            self._read_as(line, override)
            return
        match line.kind:
            case "heading" if line.level == 2:
                self._begin(SectionPart(unescape_heading(line.text), line=line.number, end=line.end))
            case "heading" if line.level > 2 and self.parts:
                self._begin(Block(unescape_heading(line.text), line=line.number, end=line.end))
            case "bullet" if self.is_second_head and _is_assessment(line.text):
                self.leave(line, "this is below a second title, and is ignored. Move it to the first, or remove it.")
            case "heading":
                self.is_second_head = line.level == 1
                self.leave(line, "a heading that is neither section (`## `) nor group (`### `); correct its level.")
            case "bullet":
                self._read_bullet(line)
            case "paragraph" if self.parts and (notes := _notes(line.text, line)):
                self.parts += notes
            case "paragraph":
                self.leave(line, "this text is not part of the coding; write a note on a group as `_(note)_`.")
            case "rule":
                pass
            case _:
                self.leave_foreign(line)

    def _read_as(self, line: LogicalLine, meant: str | Entry) -> None:
        """Read a line that was not understood as the label or the entry that it contains."""
        if isinstance(meant, Entry):
            self.parts.append(replace(meant, line=line.number, end=line.end))
            what = f"it is read as `{meant.words}`, since it has these words"
        else:
            self.parts.append(CodeLine(meant, line=line.number, end=line.end))
            self.unread.append(Unread(line.number, "\n".join(line.raw), line.end))
            self.has_code = True
            what = f"it is read as the code `{meant}`"
        self.report(line.number, "warning", f"this is not understood; {what}. Correct it, or leave it.")

    def _begin(self, part: SectionPart | Block) -> None:
        self.parts.append(part)
        self.has_code = self.is_second_head = False

    def _read_bullet(self, line: LogicalLine) -> None:
        if not self.parts:
            self.leave(line, "this comes before all sections; move it under a `## ` heading.")
        elif (found := _label(line)) is not None:
            self._read_code(line, *found)
        elif not self.has_code:
            self.leave(line, "there is no code above this; put `- **the code's label:**` before it.")
        else:
            self._read_entry(line, line.text)
        prefix = BULLET_PREFIX.match(line.raw[0])
        if prefix and prefix[4]:
            self.report(line.number, "note", "the check box is not part of the coding; it is kept as it is.")
        if ODD_BLANK.match(line.raw[0]):
            self.report(line.number, "note", "the line begins with odd blanks, which are read as usual ones.")

    def _read_code(self, line: LogicalLine, label: str, rest: str) -> None:
        """Read a label and the rest of its line: notes, or the first entry."""
        notes = _notes(rest, line)
        is_loose = bool(rest and not notes and rest[0] not in '"`')
        if is_loose:
            notes = (Note(rest, line=line.number, end=line.end),)
            self.report(line.number, "note", "text after the label is read as a note; write it as `_(note)_`.")
        self.parts.append(CodeLine(label, notes, line=line.number, end=line.end))
        self.has_code = True
        if rest and not notes:
            self._read_entry(line, rest)

    def _read_entry(self, line: LogicalLine, text: str) -> None:
        found = read_entry(text)
        if found is None:
            self.leave(line, SEVERAL if has_several(text) else NOT_UNDERSTOOD)
            return
        entry, remark = found
        self.parts.append(replace(entry, line=line.number, end=line.end))
        if remark:
            severity: Severity = "warning" if remark == SEVERAL_TERMS else "note"
            self.report(line.number, severity, f"{remark}; it is read as `{entry.words}`. Check it.")

    def sections(self) -> tuple[SectionPart, ...]:
        """Return the parts as sections that contain blocks, codes and entries."""
        sections: list[SectionPart] = []
        for section, below in _runs(self.parts, SectionPart):
            first = Block(line=section.line, end=section.end)
            blocks = (_filled_block(block, inside) for block, inside in _runs([first, *below], Block))
            sections.append(replace(section, blocks=tuple(block for block in blocks if not block.is_empty)))
        return tuple(sections)


def _filled_block(block: Block, inside: list[ReadPart]) -> Block:
    """Return a block with its notes and codes."""
    codes = (
        replace(code, entries=tuple(part for part in below if isinstance(part, Entry)))
        for code, below in _runs(inside, CodeLine)
    )
    return replace(block, notes=tuple(part for part in inside if isinstance(part, Note)), codes=tuple(codes))


def _runs(parts: Iterable[ReadPart], kind: type[T]) -> list[tuple[T, list[ReadPart]]]:
    """Return each part of a kind together with the parts up to the next one of that kind."""
    runs: list[tuple[T, list[ReadPart]]] = []
    for part in parts:
        if isinstance(part, kind):
            runs.append((part, []))
        elif runs:
            runs[-1][1].append(part)
    return runs


def _extend(found: dict[HeadPart, LineRange], part: HeadPart, line: LogicalLine) -> None:
    """Extend the lines of a part of the head to the end of `line`."""
    start = found[part].line if part in found else line.number
    found[part] = LineRange(start, line.end)


def _is_assessment(text: str) -> bool:
    """Return whether a bullet is that of the profile or of the reasoning."""
    return head.read_profile(text) is not None or head.read_reasoning(text, is_first=True) is not None


def _label(line: LogicalLine) -> tuple[str, str] | None:
    """Return the label in a bullet and the rest of its line; a label on the left may be plain and end in a colon."""
    found = split_label(line.text, is_nested=line.is_indented)
    is_plain = not line.is_indented and line.text.endswith(":") and line.text[0] not in '"`'
    if found is None and is_plain and read_entry(line.text) is None:
        return line.text[:-1].strip(), ""
    return found


def _notes(text: str, line: LogicalLine) -> tuple[Note, ...]:
    return tuple(replace(note, line=line.number, end=line.end) for note in read_notes(text))


# --- ids ------------------------------------------------------------------------------------------


def identified(document: Document, index: CodebookIndex) -> Document:
    """Return the document with the ids of its sections, groups and codes.

    The id of a code that the codebook lacks is its label; that of a missing section or group is empty.
    """
    section_id = _section_finder(index)

    def with_code_id(code: CodeLine) -> CodeLine:
        label = visible(code.label)
        found = index.code_by_label(code.label) or index.code_by_label(label)
        if found is None and MARKED.search(code.label):
            found = next((each for each in index.book.codes if is_same(code.label, index.labels[each.id])), None)
        id_ = found.id if found else index.former_id_by_label(code.label) or index.former_id_by_label(label)
        return replace(code, id=id_ or id_of_document_label(label))

    def with_block_ids(block: Block, section: str) -> Block:
        title = block.heading
        titles = dict.fromkeys((title, visible(title))) if title else ()
        found = (group_by_title(index.book, each, of) for each in titles for of in (section, ""))
        group = next(filter(None, found), None)
        return replace(block, id=group.id if group else "", codes=tuple(map(with_code_id, block.codes)))

    def with_section_ids(section: SectionPart) -> SectionPart:
        id_ = section_id(section.title)
        return replace(section, id=id_, blocks=tuple(with_block_ids(block, id_) for block in section.blocks))

    return replace(document, sections=tuple(map(with_section_ids, document.sections)))


def _section_finder(index: CodebookIndex) -> Callable[[str], str]:
    """Return a lookup of section ids by heading, with or without its number, case and white space ignored."""
    by_title: dict[str, list[str]] = defaultdict(list)
    by_name: dict[str, list[str]] = defaultdict(list)
    for number, section in enumerate(index.sections.values(), 1):
        title = numbered(number, section.title)
        by_title[folded(title)].append(section.id)
        by_name[folded(without_number(title))].append(section.id)

    def section_id(title: str) -> str:
        title = " ".join(title.split())
        titles = dict.fromkeys((title, visible(title)))
        found = [by_title.get(folded(each), ()) for each in titles]
        found += [by_name.get(folded(without_number(each)), ()) for each in titles]
        return next((ids[0] for ids in found if len(ids) == 1), "")

    return section_id

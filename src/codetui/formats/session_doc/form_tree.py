"""What stands where in a document that a person laid out: its sections, groups and codes, as pieces of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import CodebookIndex, folded
from codetui.formats.session_doc.entries import split_label
from codetui.formats.session_doc.form_pieces import Chain, Piece
from codetui.formats.session_doc.lines import cut, ended_lines
from codetui.formats.session_doc.model import Block, CodeLine, Document, Entry, Note, SectionPart, without_number
from codetui.formats.session_doc.reader import identified, read_lines, with_ids
from codetui.model import CodeId, DocumentLayout


@dataclass(slots=True, eq=False)
class FormCode:
    """A code's line and what stands under it.

    `key` is the code's id.  `inline` is an entry on the line itself; `entries` are the lines of the others.  `bottom`
    marks the end of the list; `has_foreign` says that something stands in it that is no part of the coding,
    `count` how many entries and notes stand there now.
    """

    piece: Piece
    label: str
    key: str
    block: FormBlock
    bottom: Piece
    notes: tuple[Note, ...] = ()
    inline: Entry | None = None
    entries: list[Piece] = field(default_factory=list)
    has_foreign: bool = False
    count: int = 0

    @property
    def written_label(self) -> str:
        """The label as it stands on the line, with its marks and colon."""
        found = split_label(self.piece.text)
        rest = found[1] if found else ""
        return self.piece.text[: len(self.piece.text) - len(rest)].rstrip()

    @property
    def had_content(self) -> bool:
        """True for a code under which something stood in the form."""
        return bool(self.notes or self.inline or self.entries)


@dataclass(slots=True, eq=False)
class FormBlock:
    """The codes under one heading; `heading` is None for those that stand before all groups of their section.

    `note_count` says how many notes stand on it now; the rest is as in a code and in a section.
    """

    section: FormSection
    heading: Piece | None
    title: str
    id: str
    is_unknown: bool
    bottom: Piece
    codes: list[FormCode] = field(default_factory=list)
    notes: list[Piece] = field(default_factory=list)
    has_foreign: bool = False
    had_content: bool = False
    note_count: int = 0

    @property
    def top(self) -> Piece:
        """The heading under which the block begins."""
        return self.heading or self.section.heading


@dataclass(slots=True, eq=False)
class FormSection:
    """A section; the first of its blocks is the one without a heading.  Of an unknown heading `id` is a guess."""

    heading: Piece
    title: str
    id: str
    is_unknown: bool
    blocks: list[FormBlock] = field(default_factory=list)

    @property
    def bottom(self) -> Piece:
        """The mark at its end, before the rule that parts it from the next."""
        return self.blocks[-1].bottom

    @property
    def names(self) -> set[str]:
        """What a note's place may call a section that the codebook does not have under this title."""
        return {folded(self.title), folded(without_number(self.title))} if self.is_unknown else set()


@dataclass(slots=True, eq=False)
class Tree:
    """A whole form: `head` holds the pieces of its head; `bottom` marks the end of what stands before all sections."""

    chain: Chain
    document: Document
    head: list[Piece]
    bottom: Piece
    sections: list[FormSection] = field(default_factory=list)

    def blocks(self) -> Iterator[FormBlock]:
        """All blocks in their order."""
        return (block for section in self.sections for block in section.blocks)

    def codes(self) -> Iterator[FormCode]:
        """All lines of codes in their order."""
        return (code for block in self.blocks() for code in block.codes)


def planted(form: DocumentLayout, index: CodebookIndex) -> Tree:
    """The tree of a form's text, which has no byte order mark."""
    lines = cut(form.text)
    document = with_ids(identified(read_lines(lines, "")[0], index), form.ids)
    chain = Chain(lines, ended_lines(form.text))
    pieces = list(chain)
    below = next((number for number, line in enumerate(lines) if line.kind == "heading" and line.level > 1), len(lines))
    first = document.sections[0].line if document.sections else 0
    above = [piece for piece in pieces if not first or piece.number < first]
    last = next((piece for piece in reversed(above) if piece.kind != "rule"), chain.start)
    tree = Tree(chain, document, pieces[:below], chain.mark(last))
    _Planting(tree).plant(pieces[len(above) :])
    for section in tree.sections:
        section.id = section.id or _likely_section(section, tree, index)
        for block in section.blocks[1:]:
            block.id = block.id or _likely_group(block, tree, index)
    return tree


class _Planting:
    """The pieces behind the head, one after the other, as parts of the tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._sections = {section.line: section for section in tree.document.sections}
        blocks = [block for section in tree.document.sections for block in section.blocks]
        codes = [code for block in blocks for code in block.codes]
        notes = (note for block in blocks for note in block.notes)
        self._blocks = {block.line: block for block in blocks if block.heading is not None}
        self._codes = {code.line: code for code in codes}
        self._entries = {entry.line: entry for code in codes for entry in code.entries if not is_empty(entry)}
        self._notes = {line: tuple(of_line) for line, of_line in groupby(notes, key=lambda note: note.line)}

    def plant(self, pieces: list[Piece]) -> None:
        """Sorts the pieces into sections, groups and codes."""
        block: FormBlock | None = None
        for piece in pieces:
            if part := self._sections.get(piece.number):
                block = self._section(piece, part)
            elif block and (group := self._blocks.get(piece.number)):
                block = self._group(piece, group, block.section)
            elif block:
                self._member(piece, block)
        for each in self._tree.blocks():
            self._close(each)

    def _section(self, piece: Piece, part: SectionPart) -> FormBlock:
        section = FormSection(piece, part.title, part.id, not part.id)
        block = FormBlock(section, None, "", "", False, piece)
        section.blocks.append(block)
        self._tree.sections.append(section)
        return block

    def _group(self, piece: Piece, part: Block, section: FormSection) -> FormBlock:
        block = FormBlock(section, piece, part.heading or "", part.id, not part.id, piece)
        section.blocks.append(block)
        return block

    def _member(self, piece: Piece, block: FormBlock) -> None:
        code = block.codes[-1] if block.codes else None
        if part := self._codes.get(piece.number):
            block.codes.append(self._code(piece, part, block))
        elif code and (entry := self._entries.get(piece.number)):
            piece.parts = (entry,)
            code.entries.append(piece)
            code.bottom = piece
        elif not all(map(is_empty, notes := self._notes.get(piece.number, ()))):
            piece.parts = notes
            block.notes.append(piece)
        elif piece.kind != "rule":
            block.has_foreign = True
            if code and piece.is_nested:
                code.has_foreign, code.bottom = True, piece
        if piece.kind != "rule":
            block.bottom = piece

    def _code(self, piece: Piece, part: CodeLine, block: FormBlock) -> FormCode:
        piece.parts = part.notes
        notes = tuple(note for note in part.notes if not is_empty(note))
        return FormCode(piece, part.label, part.id, block, piece, notes, self._entries.get(piece.number))

    def _close(self, block: FormBlock) -> None:
        """Puts marks where the block and each list in it end."""
        block.had_content = bool(block.codes or block.notes)
        block.bottom = self._tree.chain.mark(block.bottom)
        for code in block.codes:
            code.bottom = self._tree.chain.mark(code.bottom)


def is_empty(part: Entry | Note) -> bool:
    """True for a note without text: it says nothing, no session holds it, and it stays as it stands."""
    if isinstance(part, Entry):
        return part.kind == "note" and not shown_words(part.note)
    return not shown_words(part.text)


# --- headings that the codebook does not have --------------------------------------------------------


def _likely_section(section: FormSection, tree: Tree, index: CodebookIndex) -> str:
    """The section to which most codes under an unknown heading belong, if it has no other heading."""
    codes = (index.codes.get(CodeId(code.key)) for block in section.blocks for code in block.codes)
    likely = _most([code.section if code else "" for code in codes])
    return "" if likely in {other.id for other in tree.sections} else likely


def _likely_group(block: FormBlock, tree: Tree, index: CodebookIndex) -> str:
    """The group to which most codes under an unknown heading belong, if it has no other heading."""
    codes = (index.codes.get(CodeId(code.key)) for code in block.codes)
    likely = _most([code.group if code else "" for code in codes])
    return "" if likely in {other.id for other in tree.blocks()} else likely


def _most(ids: list[str]) -> str:
    """The id that more than half of `ids` are."""
    id_, count = next(iter(Counter(ids).most_common(1)), ("", 0))
    return id_ if 2 * count > len(ids) else ""

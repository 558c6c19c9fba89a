"""Where new codes, groups and sections go in a document that a person laid out: to their places in the codebook."""

from __future__ import annotations

from collections import defaultdict

from codetui.core.codebook.index import CodebookIndex, folded
from codetui.formats.session_doc.entries import write_code_line
from codetui.formats.session_doc.form_pieces import Piece
from codetui.formats.session_doc.form_style import ListStyle, Styles
from codetui.formats.session_doc.form_tree import FormBlock, FormCode, FormSection, Tree
from codetui.formats.session_doc.form_wanted import Wanted, WantedCode
from codetui.formats.session_doc.head import RULE, write_group_heading, write_section_heading
from codetui.formats.session_doc.model import Block, CodeLine, SectionPart


class Sites:
    """Finds the blocks of a tree, and puts in what is missing."""

    def __init__(self, tree: Tree, wanted: Wanted, index: CodebookIndex, styles: Styles) -> None:
        """Index the headings of `tree`."""
        self._tree, self._wanted, self._styles = tree, wanted, styles
        self._chain = tree.chain
        self._section_order = {id_: number for number, id_ in enumerate(index.sections)}
        self._index = index
        headed = (
            block for section in wanted.document.sections for block in section.blocks if block.heading is not None
        )
        groups = dict.fromkeys([*index.groups, *(self._group(block.id, block.heading) for block in headed)])
        self._group_order = {name: number for number, name in enumerate(groups)}
        self._groups: dict[str, list[FormBlock]] = defaultdict(list)
        self._sections: dict[str, list[FormSection]] = defaultdict(list)
        for section in tree.sections:
            self._know_section(section)
            for block in section.blocks[1:]:
                self._know_group(block)

    def _know_section(self, section: FormSection) -> None:
        names = [f" {name}" for name in section.names]
        for name in [_guess(section.id), *names] if section.is_unknown else [section.id]:
            self._sections[name].append(section)

    def _know_group(self, block: FormBlock) -> None:
        names = [_guess(block.id), f" {folded(block.title)}"]
        for name in names if block.is_unknown else [block.id]:
            self._groups[name].append(block)

    def _group(self, id_: str, heading: str | None) -> str:
        """The name of a group: its id, or of one that the book lacks what its heading says."""
        return id_ if id_ in self._index.groups else f" {folded(heading or '')}"

    def named(self, section: SectionPart, block: Block) -> list[FormBlock]:
        """The blocks whose headings name `block`; a heading of the session's may also name an unknown section."""
        if block.heading is None:
            return [each.blocks[0] for each in self._sections.get(section.id or f" {folded(section.title)}", ())]
        name = f" {folded(block.heading)}"
        found = self._groups.get(self._group(block.id, block.heading)) or self._groups.get(name)
        return found or [each.blocks[0] for each in self._sections.get(name, ())]

    def new(self, section: SectionPart, block: Block) -> FormBlock:
        """A block for `block`, put in where none is named so."""
        if block.heading is None:
            return self._new_section(section).blocks[0]
        return self._new_group(self._section(section), block)

    def _for_codes(self, section: SectionPart, block: Block) -> FormBlock:
        """The block in which the codes of `block` stand, if only under an unknown heading, or a new one."""
        if block.heading is None:
            return self._section(section).blocks[0]
        found = self.named(section, block) or self._groups.get(_guess(block.id))
        return found[0] if found else self.new(section, block)

    def _section(self, part: SectionPart) -> FormSection:
        found = self._sections.get(part.id or f" {folded(part.title)}") or self._sections.get(_guess(part.id))
        return found[0] if found else self._new_section(part)

    def _new_section(self, part: SectionPart) -> FormSection:
        order = self._section_order
        own = order.get(part.id, len(order))
        sections = self._tree.sections
        place = 1 + max((n for n, each in enumerate(sections) if order.get(each.id, len(order)) < own), default=-1)
        bottom = sections[place - 1].bottom if place else self._tree.bottom
        heading = self._chain.new("heading", write_section_heading(part.title))
        is_first = bottom.previous is self._chain.start
        self._chain.put_after(bottom, *([] if is_first else [self._chain.new("rule", RULE)]), heading)
        section = FormSection(heading, part.title, part.id, not part.id)
        section.blocks.append(FormBlock(section, None, "", "", False, self._chain.mark(heading)))
        sections.insert(place, section)
        self._know_section(section)
        return section

    def _new_group(self, section: FormSection, part: Block) -> FormBlock:
        order, own = self._group_order, self._group_order[self._group(part.id, part.heading)]
        names = [self._group(each.id, each.title) for each in section.blocks[1:]]
        place = 1 + max((n for n, name in enumerate(names, 1) if order.get(name, own) < own), default=0)
        heading = self._chain.new("heading", write_group_heading(part.heading or "", self._styles.group_marks))
        self._chain.put_after(section.blocks[place - 1].bottom, heading)
        is_unknown = part.id not in self._index.groups
        block = FormBlock(section, heading, part.heading or "", part.id, is_unknown, self._chain.mark(heading))
        section.blocks.insert(place, block)
        self._know_group(block)
        return block

    def new_code(self, key: str, wanted: WantedCode) -> FormCode:
        """The line of a code with its notes, put in among the codes of its block."""
        block = self._for_codes(wanted.section, wanted.block)
        above, below = self._neighbours(block, wanted)
        style = self._style(block, above, below)
        notes = tuple(wanted.notes)
        text = style.prefix + write_code_line(CodeLine(wanted.label, notes))
        piece = self._chain.new("bullet", text, tuple(note.id for note in notes), is_loose=style.is_loose)
        place = block.codes.index(below) if below else block.codes.index(above) + 1 if above else 0
        if below:
            piece.gap, below.piece.gap = below.piece.gap, piece.gap
            self._chain.put_before(below.piece, piece)
        elif above:
            self._chain.put_after(above.bottom, piece)
        else:
            self._chain.put_before(block.bottom, piece)
        code = FormCode(piece, wanted.label, key, block, self._chain.mark(piece), count=len(notes))
        block.codes.insert(place, code)
        return code

    def _neighbours(self, block: FormBlock, wanted: WantedCode) -> tuple[FormCode | None, FormCode | None]:
        """The code behind which a new one goes, or else the one in front of which; none in a block without codes."""
        kin = [code for code in block.codes if self._wanted.site(code.key) == wanted.site]
        above = next((code for code in reversed(kin) if self._wanted.order(code.key) < wanted.order), None)
        if above is None and kin:
            return None, kin[0]
        return above or next(reversed(block.codes), None), None

    def _style(self, block: FormBlock, above: FormCode | None, below: FormCode | None) -> ListStyle:
        style = self._styles.of_codes(block, number_near(below.piece if below else block.top))
        if above:
            return style._replace(prefix=above.piece.prefix).next
        return style._replace(prefix=below.piece.prefix) if below else style


def _guess(id_: str) -> str:
    """The name for a heading that is not this one's, but has its codes under it."""
    return f" ?{id_}"


def number_near(piece: Piece | None) -> int:
    """The line of the form at which a piece stands; of a new one that of the nearest above."""
    while piece is not None and not piece.number:
        piece = piece.previous
    return piece.number if piece else 0

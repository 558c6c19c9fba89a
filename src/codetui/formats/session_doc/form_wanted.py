"""What a session wants to have said, by code and place, for comparison with what a form says."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import CodebookIndex, folded
from codetui.formats.session_doc.form_tree import FormCode, Tree
from codetui.formats.session_doc.model import Block, Document, Entry, Note, SectionPart
from codetui.model import CodeId


@dataclass(slots=True)
class WantedCode:
    """What shall stand under one code, and where the code belongs; `order` sorts the codes of one block."""

    label: str
    section: SectionPart
    block: Block
    order: tuple[int, int]
    notes: list[Note] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)

    @property
    def site(self) -> Hashable:
        """The block to which the code belongs."""
        return self.section.id, self.block.id


class Wanted:
    """The codes of `wanted`, the canonical document of a session, by their keys."""

    def __init__(self, wanted: Document, index: CodebookIndex) -> None:
        """Collect what stands under each code; a code that stands twice is one."""
        self.document = wanted
        self._index = index
        self.codes: dict[str, WantedCode] = {}
        for section in wanted.sections:
            for block in section.blocks:
                self._collect(section, block)

    def key(self, id_: str) -> str:
        """A code's id; of one that the book lacks the name by which documents know it."""
        code = self._index.codes.get(CodeId(id_)) or self._index.code_by_label(id_)
        return code.id if code else shown_words(id_)

    def site(self, key: str) -> Hashable:
        """The block to which a code belongs, as in `WantedCode`; None where nobody knows."""
        if key in self.codes:
            return self.codes[key].site
        code = self._index.codes.get(CodeId(key))
        return (code.section, code.group) if code else None

    def order(self, key: str) -> tuple[int, int]:
        """Where a code stands among those of its block."""
        return self.codes[key].order if key in self.codes else (self._index.order.get(CodeId(key), -1), 0)

    def recognize(self, tree: Tree) -> None:
        """Gives the lines of codes in a form their keys.

        A label that the book does not know, or that several codes have, stands for the code that all its entries
        have, if the label says that code's label or id.
        """
        keys: dict[str, str] = {}
        for code in tree.codes():
            code.key = self.key(code.key)
            if code.key in self._index.codes:
                continue
            keys = keys or {entry.id: key for key, one in self.codes.items() for entry in one.entries if entry.id}
            entries = (part for piece in code.entries for part in piece.parts)
            found = {keys[part.id] for part in (*entries, code.inline) if part and part.id in keys}
            if len(found) == 1 and self._is_named(code, key := found.pop()):
                code.key = key

    def _is_named(self, code: FormCode, key: str) -> bool:
        if folded(code.label) == folded(self.codes[key].label):
            return True
        return key in self._index.codes and re.search(rf"(?<![\w.]){re.escape(key)}(?!\.?\w)", code.label) is not None

    def _collect(self, section: SectionPart, block: Block) -> None:
        order = (-1, 0)
        for code in block.codes:
            key = self.key(code.id or code.label)
            number = self._index.order.get(CodeId(key))
            order = (order[0], order[1] + 1) if number is None else (number, 0)
            wanted = self.codes.setdefault(key, WantedCode(code.label, section, block, order))
            wanted.notes += code.notes
            wanted.entries += code.entries

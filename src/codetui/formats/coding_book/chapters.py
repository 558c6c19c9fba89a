"""Sections and groups found among the headings, and the whole book as a row of drafts in the order of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from codetui.core.codebook.diff import PartKind
from codetui.formats.codebook_writer import Fields
from codetui.formats.coding_book.blocks import Block
from codetui.formats.coding_book.labels import Label
from codetui.formats.coding_book.parts import Part, family, kind_of_family, kind_of_title
from codetui.formats.coding_book.pieces import Piece, as_text
from codetui.formats.coding_book.vocabulary import SectionKind

RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})")


@dataclass(slots=True, eq=False)
class Draft:
    """One part of the book, found at `line`, on its way to a table.

    `section` and `group` are the drafts that a code or a group stands under; `is_behind` for a text that belongs to
    the part before it.  `kind` is that of a section.
    """

    what: PartKind | None
    line: int
    heading: str = ""
    level: int = 0
    label: Label | None = None
    pieces: list[Piece] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    body: str = ""
    facts: Fields = field(default_factory=dict)
    section: Draft | None = None
    group: Draft | None = None
    kind: SectionKind | None = None
    is_behind: bool = False


def recognised(part: Part) -> SectionKind | None:
    """The kind of section that the codes' ids tell, or else the heading; None where neither tells one."""
    kinds = {kind.id: kind for id_ in part.code_ids() if (kind := kind_of_family(id_))}
    families = {family(id_) for id_ in part.code_ids()}
    if len(kinds) == 1 and len(families) == 1:
        return next(iter(kinds.values()))
    return kind_of_title(part.node.heading) if len(kinds) < 2 else None


def find_sections(part: Part) -> None:
    """Make the outermost heading that holds codes of one kind a section, headings between it and its codes groups."""
    if not part.node.level and part.role == "holder":
        return
    if part.role == "section" or (part.role == "holder" and _is_section(part)):
        part.role = "section"
        _find_groups(part)
    elif part.role == "holder":
        if _has_own_codes(part):
            part.role = "section"
        for child in part.children:
            find_sections(child)


def _has_own_codes(part: Part) -> bool:
    return bool(part.codes) or any(child.role == "code" for child in part.children)


def _is_section(part: Part) -> bool:
    if not part.holds("code") or part.holds("section") or part.holds("profile"):
        return False
    own = recognised(part)
    below = [recognised(each) for each in part.walk() if each is not part and each.role == "holder"]
    others = {kind.id for kind in below if kind}
    is_one_family = len({family(id_) for id_ in part.code_ids()}) == 1
    if own is not None:
        return others <= {own.id} or (is_one_family and len(others - {own.id}) == 1)
    return not others and (is_one_family or not below)


def _find_groups(section: Part) -> None:
    """The innermost headings with codes are groups; one that holds all codes and says nothing new is none."""
    holders = [
        each for each in section.walk() if each is not section and each.role == "holder" and _has_own_codes(each)
    ]
    own, count = recognised(section), len(section.code_ids())
    for each in holders:
        is_all = len(each.code_ids()) == count
        kind = kind_of_title(each.node.heading)
        says_nothing = kind is not None and kind == own
        if not (is_all and says_nothing):
            each.role = "group"


def drafts(parts: list[Part], lines: list[str], title: str) -> list[Draft]:
    """The parts and texts of the book called `title`, in the order of its lines."""
    return _Drafting(lines, title).run(parts)


class _Drafting:
    def __init__(self, lines: list[str], title: str) -> None:
        self._lines = lines
        self._kind = kind_of_title(title)
        self._found: list[Draft] = []
        self._default: Draft | None = None

    def run(self, parts: list[Part]) -> list[Draft]:
        for part in parts:
            self._add(part, None, None)
        return self._found

    def _add(self, part: Part, section: Draft | None, group: Draft | None) -> None:
        node = part.node
        facts = part.facts.facts if part.facts else {}
        draft = Draft(None, node.line, node.heading, node.level, part.label, part.pieces, facts=facts)
        match part.role:
            case "text":
                draft.body = self.raw(node.start, node.end)
                self._found.append(draft)
            case "profile" | "code":
                draft.what = part.role
                draft.section, draft.group = (
                    (section or self._section(node.line), group) if part.role == "code" else (None, None)
                )
                self._found.append(draft)
                self._below(part)
            case "section" | "group" | "holder":
                if part.role == "section":
                    draft.what, draft.kind, section, group = "section", recognised(part), draft, None
                elif part.role == "group":
                    draft.what, draft.section, group = "group", section or self._section(node.line), draft
                    section = draft.section
                self._holder(part, draft, section, group)

    def _below(self, part: Part) -> None:
        """The headings under a code or a profile that name no field: texts that belong to it."""
        for child in part.children:
            body = self.raw(child.node.start, child.node.end)
            self._found.append(
                Draft(None, child.node.line, child.node.heading, child.node.level, body=body, is_behind=True)
            )

    def _holder(self, part: Part, draft: Draft, section: Draft | None, group: Draft | None) -> None:
        first = next((piece.line for piece in part.pieces if piece.kind in ("code", "profile")), part.node.end)
        leading = [block for block in part.node.blocks if block.end <= first and block.kind != "rule"]
        if draft.what:
            draft.blocks = leading
        else:
            draft.body = self.raw(part.node.start, leading[-1].end if leading else part.node.start)
        self._found.append(draft)
        start = leading[-1].end if leading else part.node.start
        late = [block for piece in part.pieces if piece.line < start for block in piece.blocks if block.line >= start]
        own = [*(Piece("plain", block.line, blocks=[block]) for block in late), *part.pieces]
        self._own([piece for piece in own if piece.line >= start], section, group)
        for child in part.children:
            self._add(child, section, group)

    def _own(self, pieces: list[Piece], section: Draft | None, group: Draft | None) -> None:
        """The codes and profiles in a heading's own blocks, each with the fields behind it, and what is neither."""
        last: Draft | None = None
        for piece in pieces:
            if piece.kind in ("code", "profile"):
                what: PartKind = "code" if piece.kind == "code" else "profile"
                last = Draft(what, piece.line, label=piece.label, pieces=[piece])
                if what == "code":
                    last.section, last.group = section or self._section(piece.line), group
                self._found.append(last)
            elif last is not None and (piece.kind == "field" or not last.pieces[0].is_item):
                last.pieces.append(piece)
            elif piece.kind != "facts":
                self._found.append(Draft(None, piece.line, body=as_text(piece), is_behind=last is not None))

    def _section(self, line: int) -> Draft:
        """The section of codes that stand under no heading."""
        if self._default is None:
            self._default = Draft("section", line, "Codes", 2, kind=self._kind)
            self._found.append(self._default)
        return self._default

    def raw(self, start: int, end: int) -> str:
        """The lines from `start` to `end` as they stand, without empty lines and rules at their ends."""
        first, last = start - 1, end - 1
        while first < last and _is_empty(self._lines[last - 1]):
            last -= 1
        while first < last and _is_empty(self._lines[first]):
            first += 1
        return "\n".join(self._lines[first:last])


def _is_empty(line: str) -> bool:
    return not line.strip() or RULE.fullmatch(line) is not None

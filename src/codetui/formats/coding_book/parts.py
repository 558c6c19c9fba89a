"""Which headings of a coding book are codes, profiles and chapters: what each part of the tree is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from codetui.formats.coding_book.blocks import Block, Node
from codetui.formats.coding_book.labels import IS_DOTTED_ID, IS_WORD_ID, Label, chapter_title, code_label, profile_name
from codetui.formats.coding_book.pieces import Piece, gathered, pieces
from codetui.formats.coding_book.rows import named_entries, named_paragraphs, rows_of
from codetui.formats.coding_book.vocabulary import (
    CODE_FIELDS,
    PROFILE,
    PROFILE_FIELDS,
    SECTION_KINDS,
    FieldKey,
    SectionKind,
    field_key,
)

Role = Literal["text", "code", "profile", "holder", "section", "group"]
"""A holder has codes or profiles below it; sections and groups are holders of their own kind."""

HEADING_NUMBER = re.compile(r"[*_`]*(\d{1,3}(?:\.\w{1,3})*)[.:)]?\s")
FEWEST_LETTERS = 3
PARTS: tuple[Role, ...] = ("code", "profile", "section", "group")


@dataclass(slots=True, eq=False)
class Part:
    """A heading with what it was found to be.  `fields` are the subheadings that name fields of it."""

    node: Node
    role: Role = "text"
    pieces: list[Piece] = field(default_factory=list)
    children: list[Part] = field(default_factory=list)
    label: Label | None = None

    @property
    def codes(self) -> list[Piece]:
        """The codes that stand in its own blocks."""
        return [piece for piece in self.pieces if piece.kind == "code"]

    @property
    def keys(self) -> set[FieldKey]:
        """The fields that stand in its own blocks before any code, or under subheadings."""
        return {piece.key for piece in self.pieces if piece.kind == "field" and piece.key}

    @property
    def facts(self) -> Piece | None:
        """What a comment right under the heading says."""
        return self.pieces[0] if self.pieces and self.pieces[0].kind == "facts" else None

    def walk(self) -> Iterator[Part]:
        """This part and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def holds(self, role: Role) -> bool:
        """Whether a part below it, or a code in its own blocks, has this role."""
        own = any(piece.kind == role for piece in self.pieces)
        return own or any(child.role == role or child.holds(role) for child in self.children)

    def code_ids(self) -> list[str]:
        """The ids of all codes in and below it, empty for those without one."""
        own = [piece.label.id if piece.label else "" for piece in self.codes]
        if self.role == "code":
            own.append(self.label.id if self.label else "")
        return [*own, *(id_ for child in self.children for id_ in child.code_ids())]


def family(code_id: str) -> str:
    """What the ids of one section have in common: `TASK` of `TASK5`, `1` of `1.A.2`; empty for a bare number."""
    if IS_WORD_ID.fullmatch(code_id):
        return re.split(r"[-_ ]?\d", code_id, maxsplit=1)[0]
    return code_id.split(".")[0] if "." in code_id else ""


def known_ids(root: Node) -> Iterator[str]:
    """All ids that head something, each as often as it does."""
    for node in root.walk():
        label = code_label(node.heading, is_heading=True)
        if label:
            yield label.id
        yield from _ids_in(node.blocks)


def _alphabet(ids: Iterable[str]) -> set[str]:
    """The single letters among ids that go on as the alphabet does, a, b, c and on; none where they do not."""
    letters = [id_ for id_ in ids if len(id_) == 1 and id_.isalpha()]
    wanted = [chr(ord(letters[0]) + place) for place in range(len(letters))] if letters else []
    is_alphabet = len(letters) >= FEWEST_LETTERS and letters[0] in "aA" and letters == wanted
    return set(letters) if is_alphabet else set()


def _numbered_ids(root: Node) -> Iterator[str]:
    """The ids that go on with the number of the heading they stand under: 3.1 under `3. Attitude`."""
    for node in root.walk():
        number = HEADING_NUMBER.match(node.heading)
        if number:
            yield from (id_ for id_ in _ids_in(node.blocks) if id_.rpartition(".")[0] == number[1])


def _ids_in(blocks: Iterable[Block]) -> Iterator[str]:
    for block in blocks:
        if block.kind == "paragraph":
            found = (code_label(line) for line in block.text.split("\n"))
            yield from (label.id for label in found if label)
        for item in block.items:
            yield from _ids_in(item.blocks)


class Sorter:
    """Finds the role of every heading of one book."""

    def __init__(self, root: Node) -> None:
        """Count the ids of the book: one that has no kin and no known name heads nothing."""
        self._kin = Counter(family(id_) for id_ in set(known_ids(root)) if family(id_))
        self._numbered = set(_numbered_ids(root))
        self._letters = _alphabet(known_ids(root))
        self._has_ids = any(count > 1 for count in self._kin.values())

    def is_known(self, label: Label) -> bool:
        """Whether a paragraph or a bullet that begins so is a code."""
        if IS_WORD_ID.fullmatch(label.id):
            return self._kin[family(label.id)] > 1 or kind_of_family(label.id) is not None
        if label.id in self._letters:
            return label.is_marked
        if not IS_DOTTED_ID.fullmatch(label.id):
            return False
        return label.id in self._numbered or (label.is_marked and self._kin[family(label.id)] > 1)

    def part(self, node: Node, *, is_in_profiles: bool = False, kind: SectionKind | None = None) -> Part:
        """The part of `node` with all below it; `is_in_profiles` under a heading on profiles."""
        own = Part(node, pieces=self._pieces(node, is_in_profiles, kind))
        own.label = code_label(node.heading, is_heading=True)
        below = is_in_profiles or (node.level > 1 and bool(PROFILE.search(node.heading)))
        kind = kind or kind_of_title(node.heading)
        own.children = [self.part(child, is_in_profiles=below, kind=kind) for child in node.children]
        self._decide_siblings(own, below)
        own.role = self._role(own, is_in_profiles)
        if own.role in ("code", "profile"):
            _take_fields(own)
        return own

    def _pieces(self, node: Node, is_in_profiles: bool, kind: SectionKind | None) -> list[Piece]:
        """The pieces of a heading's own blocks, with the rows of tables and the names of lists that are codes."""
        names_profiles = bool(PROFILE.search(node.heading)) and not profile_name(node.heading).is_sure
        named = named_paragraphs(node.blocks) if names_profiles else {}
        found: list[Piece] = []
        for block in node.blocks:
            special: list[Piece] = []
            cut = pieces([block], self.is_known, found[-1] if found else None)
            if block.kind == "table":
                special = self._rows(block, kind or kind_of_title(node.heading), names_profiles or is_in_profiles)
            elif block.kind == "list" and not any(piece.kind == "code" for piece in cut):
                if names_profiles:
                    special = named_entries(block, "profile")
                elif kind_of_title(node.heading) and not self._has_ids:
                    special = named_entries(block, "code")
            elif block.line in named and all(piece.kind == "plain" for piece in cut):
                special = [named[block.line]]
            found += special or cut
        return gathered(found)

    def _rows(self, block: Block, kind: SectionKind | None, is_in_profiles: bool) -> list[Piece]:
        """The rows of a table that are profiles or codes."""
        keys = {key for cell in block.rows[0] if (key := field_key(cell))} if block.rows else set()
        if keys & PROFILE_FIELDS or is_in_profiles:
            return rows_of(block, "profile")
        rows = rows_of(block, "code")
        are_known = [row.label is not None and self.is_known(row.label._replace(is_marked=True)) for row in rows]
        is_sure = bool(rows) and (all(are_known) or _are_kin(row.label.id for row in rows if row.label))
        return rows if kind or keys - {"definition"} or is_sure else []

    def _decide_siblings(self, parent: Part, is_in_profiles: bool) -> None:
        """Give the leaves that are like their siblings the siblings' role: codes by number, profiles by number.

        Under a heading such as `Soft Skills`, in a book whose codes have no ids, all leaves are codes.
        """
        leaves = [child for child in parent.children if child.role == "text" and not child.children]
        named = parent.label is not None and IS_WORD_ID.fullmatch(parent.label.id) is not None
        has_codes = any(child.role == "code" for child in parent.children)
        is_flat = len(leaves) == len(parent.children) and not parent.codes
        kind = kind_of_title(parent.node.heading)
        if is_in_profiles:
            if not has_codes and not parent.holds("profile"):
                _make(leaves, "profile", lambda leaf: bool(profile_name(leaf.node.heading).id))
        elif has_codes or (is_flat and kind):
            _make(leaves, "code", lambda leaf: _has_number(leaf) and not (named and _field_of(leaf)))
            if is_flat and kind and not self._has_ids and len(leaves) > 1:
                _make(leaves, "code", lambda _: True)

    def _role(self, part: Part, is_in_profiles: bool) -> Role:
        """The role of a part whose children have theirs; siblings may yet change it."""
        facts = part.facts
        said = next((role for role in PARTS if facts and facts.name == role), None)
        if said:
            return said
        if any(part.holds(role) for role in PARTS):
            return "holder"
        keys = part.keys | {key for child in part.children if (key := _field_of(child))}
        label = part.label
        if label is not None and IS_WORD_ID.fullmatch(label.id) and (keys & CODE_FIELDS or self.is_known(label)):
            return "code"
        if keys & PROFILE_FIELDS:
            return "profile"
        is_dotted = label is not None and IS_DOTTED_ID.fullmatch(label.id) is not None
        if is_dotted and keys & CODE_FIELDS - {"definition"}:
            return "code"
        if is_in_profiles and part.node.heading and _is_named_profile(part, keys):
            return "profile"
        if label is not None and keys & CODE_FIELDS and (is_dotted or not is_in_profiles):
            return "code"
        return "code" if keys & CODE_FIELDS - {"definition"} and part.node.level > 1 else "text"


def _are_kin(ids: Iterable[str]) -> bool:
    """Whether several ids are built alike: `ATT-1` and `ATT-3`."""
    found = list(ids)
    families = {family(id_) for id_ in found if IS_WORD_ID.fullmatch(id_)}
    return len(found) > 1 and len(families) == 1 and all(map(IS_WORD_ID.fullmatch, found))


def _field_of(part: Part) -> FieldKey | None:
    """The field that a subheading without parts of its own names."""
    is_leaf = part.role == "text" and not part.children
    return field_key(chapter_title(part.node.heading)) if is_leaf else None


def _has_number(part: Part) -> bool:
    return part.label is not None and IS_DOTTED_ID.fullmatch(part.label.id) is not None


def _is_named_profile(part: Part, keys: set[FieldKey]) -> bool:
    return "definition" in keys or profile_name(part.node.heading).is_sure


def _make(leaves: list[Part], role: Role, is_meant: Callable[[Part], bool]) -> None:
    for leaf in filter(is_meant, leaves):
        leaf.role = role


def _take_fields(part: Part) -> None:
    """Turn subheadings that name fields into the fields they name."""
    kept: list[Part] = []
    for child in part.children:
        key = _field_of(child)
        if key is None:
            kept.append(child)
        else:
            blocks = [block for block in child.node.blocks if block.kind != "rule"]
            part.pieces.append(Piece("field", child.node.line, blocks=blocks, name=child.node.heading, key=key))
    part.children = kept


def kind_of_title(heading: str) -> SectionKind | None:
    """The kind of section that a heading names; None where it names none, or more than one."""
    found = [kind for kind in SECTION_KINDS if kind.words.search(chapter_title(heading))]
    return found[0] if len(found) == 1 else None


def kind_of_family(code_id: str) -> SectionKind | None:
    """The kind of section that a code's id betrays: `TECH7`."""
    word = family(code_id) if IS_WORD_ID.fullmatch(code_id) else ""
    return next((kind for kind in SECTION_KINDS if kind.family.match(word)), None)

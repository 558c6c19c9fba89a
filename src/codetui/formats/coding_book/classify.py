"""Codes and profiles that stand under no heading of their own: as rows of a table, or named in bold in a list."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from codetui.core.codebook.diff import PartKind
from codetui.formats.coding_book.fields import Piece, as_text, field_start, gathered, pieces
from codetui.formats.coding_book.labels import (
    IS_DOTTED_ID,
    IS_WORD_ID,
    Label,
    chapter_title,
    code_label,
    marked_label,
    profile_name,
)
from codetui.formats.coding_book.markdown import Block, Node
from codetui.formats.coding_book.vocabulary import (
    CODE_FIELDS,
    PROFILE,
    PROFILE_FIELDS,
    SECTION_KINDS,
    FieldKey,
    SectionKind,
    field_key,
)

RowKind = Literal["code", "profile"]
ID_COLUMN = re.compile(r"(code )?(id|nr|no|nummer|number)|#|code", re.IGNORECASE)
NAME_COLUMN = re.compile(
    r"(code|category|profile|task|skill|short)?\s*(name|label|title)|naam|titel|(sub-?)?categor(y|ie)|codes?|"
    r"profile?s?|profiel(en)?|(soft )?skills?|vaardigheid|(job )?tasks?|taak|technolog(y|ie)|tool",
    re.IGNORECASE,
)
LINE_BREAK = re.compile(r"(?<![ \t])[ \t]*+<br\s*+/?>[ \t]*+", re.IGNORECASE)
AN_ID = re.compile(r"[`*_]*([A-Za-z]*[-_ ]?\d[\w.]*?|[A-Z])[.:]?[`*_]*")
FEWEST = 2
"""Entries of a list that make its names codes: one alone is a remark."""


def rows_of(block: Block, kind: RowKind) -> list[Piece]:
    """The codes or profiles that a table defines, one on each row; none of a table whose columns say something else."""
    head = block.rows[0] if block.rows else []
    keys = [field_key(cell) for cell in head]
    plain = [cell.strip(" *_`:") for cell in head]
    names = [at for at, cell in enumerate(plain) if not keys[at] and NAME_COLUMN.fullmatch(cell)]
    ids = [at for at, cell in enumerate(plain) if not keys[at] and ID_COLUMN.fullmatch(cell) and at not in names[1:]]
    if (not names and not ids) or not any(keys):
        return []
    id_at = ids[0] if ids else -1
    name_at = next((at for at in names if at != id_at), id_at)
    found = []
    for number, row in enumerate(block.rows[1:]):
        label = _row_label(row, id_at, name_at)
        inner = [
            Piece("field", block.line + 2 + number, _cell(row[at]), name=plain[at], key=keys[at])
            for at in range(min(len(head), len(row)))
            if at not in (id_at, name_at) and row[at].strip()
        ]
        heads = " ".join(plain[at] for at in {id_at, name_at} - {-1})
        found.append(Piece(kind, block.line + 2 + number, label.rest, inner=inner, name=heads, label=label))
    return found


def _row_label(row: list[str], id_at: int, name_at: int) -> Label:
    """Id and name of a row; a cell that holds both is parted."""
    id_, name = row[id_at].strip() if id_at >= 0 else "", row[name_at].strip()
    if id_at != name_at and AN_ID.fullmatch(id_):
        bare = id_.strip("`*_ ").rstrip(".:")
        marked = marked_label(name)
        shown = marked.name if marked and not marked.rest.strip() else name
        return Label(bare, shown, "", "colon" if IS_WORD_ID.fullmatch(bare) else "dot", True)
    whole = name if id_at in (-1, name_at) else f"{id_} {name}"
    found = code_label(whole, is_heading=True)
    if found:
        return found
    marked = marked_label(whole)
    return marked if marked and not marked.rest.strip() else Label("", whole, "", "name", False)


def _cell(text: str) -> str:
    """A cell whose line breaks are lines; where there are some, each begins an entry."""
    lines = LINE_BREAK.split(text.strip())
    return "\n".join(lines)


def named_paragraphs(blocks: list[Block]) -> dict[int, Piece]:
    """The profiles that paragraphs begin in bold with, `**Analyst.** Works …`, by line; none where there is but one."""
    found: dict[int, Piece] = {}
    for block in blocks:
        label = marked_label(block.text) if block.kind == "paragraph" else None
        if label is None or field_key(label.name):
            continue
        if label.name.endswith(".") or re.match(r"\s*[.:–—-]", label.rest):
            bare = label._replace(name=label.name.rstrip("."))
            found[block.line] = Piece("profile", block.line, label.rest, label=bare)
    return found if len(found) >= FEWEST else {}


def named_entries(block: Block, kind: RowKind) -> list[Piece]:
    """The codes or profiles of a list in which every entry begins with a name in bold or backticks."""
    found: list[Piece] = []
    for item in block.items:
        first = item.blocks[0] if item.blocks else None
        label = code_label(first.text) or marked_label(first.text) if first and first.kind == "paragraph" else None
        begun = field_start(first.text) if first else None
        if label is None or not label.is_marked or (begun and field_key(begun[0])):
            return []
        if item.marker[:1].isdigit() and kind == "profile" and not label.id:
            label = label._replace(id=item.marker.rstrip(".)"))
        found.append(Piece(kind, item.line, label.rest, item.blocks[1:], label=label, is_item=True))
    return found if len(found) >= FEWEST else []


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
    is_opening: bool = False
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
        draft = Draft(None, node.line, node.heading, node.level, part.label, part.pieces)
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
            else:
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

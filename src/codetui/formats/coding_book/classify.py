"""The role of every heading of a coding book, and the passages of the book in the order of its lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from string import ascii_lowercase, ascii_uppercase
from typing import Literal

from codetui.core.codebook.diff import Part, PartKind
from codetui.formats.coding_book import vocabulary
from codetui.formats.coding_book.markdown import MarkdownBlock, Node
from codetui.formats.coding_book.pieces import (
    Piece,
    join_fields,
    named_codes,
    named_entries,
    named_paragraphs,
    split_blocks,
)
from codetui.formats.coding_book.tables import join_cards, label_runs, read_table
from codetui.formats.coding_book.vocabulary import NO_LABEL, FieldKey, Label, SectionKind

Role = Literal["text", "code", "profile", "container", "section", "group"]
"""A container has codes or profiles below it and is neither a section nor a group."""

DEFINED = vocabulary.CODE_FIELDS
CRITERIA = vocabulary.CODE_FIELDS - {"definition"}
HEADING_NUMBER = re.compile(r"[*_`]*(\d{1,3}(?:\.\w{1,3})*)[.:)]?\s")
RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:_[ \t]*){3,}|(?:\*[ \t]*){3,})")
FEWEST_LETTERS = 3
FEWEST_CARDS = 2
ABBREVIATION = re.compile(r"[A-Z][A-Z\d_.-]{0,11}|[A-Za-z]*[-_ ]?\d[\w.]*")
"""The id on the card of a code that its heading names."""


@dataclass(slots=True, eq=False)
class BookHeading:
    """A heading with its role, its label as a code, and the pieces of the blocks below it."""

    node: Node
    label: Label
    pieces: list[Piece]
    children: list[BookHeading] = field(default_factory=list)
    role: Role = "text"

    def walk(self) -> Iterator[BookHeading]:
        """Yield this heading and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def contains(self, role: Role) -> bool:
        """Return whether a heading below this one, or a piece anywhere below it, has the role."""
        return self.has_own(role) or any(child.contains(role) for child in self.children)

    def has_own(self, role: Role) -> bool:
        """Return whether a heading or piece directly below this one has the role."""
        return any(piece.kind == role for piece in self.pieces) or any(child.role == role for child in self.children)

    def code_ids(self) -> list[str]:
        """Return the ids of all codes at and below this heading, with an empty id for codes without one."""
        found = [piece.label.id for piece in self.pieces if piece.kind == "code"]
        if self.role == "code":
            found.append(self.label.id)
        return [*found, *(id_ for child in self.children for id_ in child.code_ids())]

    def field(self) -> FieldKey | None:
        """Return the field that this subheading names; None if it has a role or subheadings."""
        is_leaf = self.role == "text" and not self.children
        return vocabulary.field_key(vocabulary.chapter_title(self.node.heading)) if is_leaf else None

    def shape(self) -> str:
        """Return what the headings of neighbouring codes have in common: the word before the name, or a number."""
        found = vocabulary.WORDS["code_heading"].match(vocabulary.plain_name(self.node.heading))
        if found or re.match(r"code\s", self.node.heading, re.IGNORECASE):
            return (found["word"] or found["other"]).casefold() if found else "code"
        return "number" if self.label.id else ""

    def section_kind(self) -> SectionKind | None:
        """Return the kind of section by the ids of its codes, else by the heading; None if neither is clear."""
        ids = self.code_ids()
        kinds = {kind.id: kind for id_ in ids if (kind := _kind_of_id(id_))}
        if len(kinds) == 1 and len(set(map(_family, ids))) == 1:
            return next(iter(kinds.values()))
        return kind_of_title(self.node.heading) if len(kinds) < 2 else None


def _is_of_profiles(heading: str) -> bool:
    return vocabulary.WORDS["profile"].search(heading) is not None


def kind_of_title(heading: str) -> SectionKind | None:
    """Return the kind of section that a heading names; None if it names none or several."""
    found = [kind for kind in vocabulary.SECTION_KINDS if kind.words.search(vocabulary.chapter_title(heading))]
    return found[0] if len(found) == 1 else None


def _kind_of_id(code_id: str) -> SectionKind | None:
    letters = _family(code_id) if vocabulary.IS_WORD_ID.fullmatch(code_id) else ""
    return next((kind for kind in vocabulary.SECTION_KINDS if kind.family.match(letters)), None)


def _family(code_id: str) -> str:
    """Return what the ids of one section have in common: `TASK` for `TASK5`, `1` for `1.A.2`, empty for a number."""
    if vocabulary.IS_WORD_ID.fullmatch(code_id):
        return re.split(r"[-_ ]?\d", code_id, maxsplit=1)[0]
    return code_id.split(".")[0] if "." in code_id else ""


# --- codes and profiles ---------------------------------------------------------------------------------


class Classifier:
    """Finds the codes and profiles of one book."""

    def __init__(self, root: Node, *, is_declared: bool = False, is_lenient: bool = False) -> None:
        """Count the ids of the book; an id of unknown kind labels a code only if other ids are built alike.

        `is_declared` is True for a book whose title says that it has codes. With `is_lenient`, anything with a name and
        a definition is one.
        """
        self._is_declared = is_declared
        self._title_level = 1 if len(root.children) < 2 or is_declared else 0
        self._is_lenient = is_lenient
        blocks = [block for node in root.walk() for block in node.blocks] if is_lenient else []
        names = Counter(piece.label.name for block in blocks for piece in named_codes(block) if piece.kind == "code")
        self._names_codes = len(names) > 1 and max(names.values()) == 1
        """True if names in bold differ; repeated ones are fields."""
        ids: list[str] = []
        self._cards = 0
        """Tables with one field a row that may be cards of codes; a single one may explain the fields."""
        self._prefixed = 0
        """Headings such as `Code: Rent`."""
        self._numbered: set[str] = set()
        """Ids that continue the number of their heading: 3.1 below `3. Attitude`."""
        for node in root.walk():
            label = vocabulary.code_label(node.heading, is_heading=True)
            self._prefixed += _is_prefixed(node)
            own, number = list(_ids_in(node.blocks)), HEADING_NUMBER.match(node.heading)
            ids += [label.id, *own] if label else own
            tables = [read_table(block) for block in node.blocks if block.kind == "table"]
            self._cards += sum(table is not None and table.is_unsure for table in tables)
            self._numbered.update(id_ for id_ in own if number and id_.rpartition(".")[0] == number[1])
        self._families = Counter(_family(id_) for id_ in set(ids) if _family(id_))
        letters = "".join(id_ for id_ in ids if len(id_) == 1 and id_.isalpha())
        is_alphabet = ascii_lowercase.startswith(letters) or ascii_uppercase.startswith(letters)
        self._letters = set(letters) if is_alphabet and len(letters) >= FEWEST_LETTERS else set()
        self._card, self._is_card_of_heading = self._card_title(root)
        self._has_ids = any(count > 1 for count in self._families.values())

    def _card_title(self, root: Node) -> tuple[str, bool]:
        """Return the title of the lines that begin the cards of codes, in lower case, or an empty title without cards.

        Titles such as `Name` and `Label` count only in a book without ids, where they cannot be fields of other codes.
        Also return whether each heading with cards has a single one.
        """
        runs_of_nodes = (label_runs(split_blocks(node.blocks, NO_LABEL.__eq__)) for node in root.walk())
        cards = [[run.titles for run in runs if vocabulary.CODE_FIELDS & run.keys] for runs in runs_of_nodes]
        titles = Counter(title for of_node in cards for card in of_node for title in card)
        for title in sorted(titles, key=vocabulary.title_order):
            is_sure = vocabulary.is_title(title, "sure", "sub")
            if titles[title] >= FEWEST_CARDS and (is_sure or not self._families):
                return title, all(sum(title in card for card in of_node) < 2 for of_node in cards)
        return "", False

    def _label_of_card(self, node: Node, label: Label, pieces: list[Piece]) -> Label | None:
        """Return the label of a heading that names the code of the one card below it; None for any other heading."""
        cards = [piece.label for piece in pieces if piece.kind == "code"]
        if not self._is_card_of_heading or len(cards) != 1 or pieces[0].kind != "code":
            return None
        name = label.name or vocabulary.plain_name(node.heading)
        if cards[0].name == name or vocabulary.WORDS["group_heading"].match(node.heading):
            return label if cards[0].name == name else None
        is_id = not cards[0].id and not label.id and ABBREVIATION.fullmatch(cards[0].name)
        return Label(cards[0].name, name, style="dot") if is_id else None

    def heading(self, node: Node, *, is_in_profiles: bool = False, kind: SectionKind | None = None) -> BookHeading:
        """Classify `node` and all below it; `is_in_profiles` below a heading about profiles."""
        label = vocabulary.code_label(node.heading, is_heading=True) or NO_LABEL
        pieces = self._pieces(node, is_in_profiles, kind)
        of_card = self._label_of_card(node, label, pieces)
        own = BookHeading(node, of_card or label, pieces)
        below = is_in_profiles or (node.level > 1 and _is_of_profiles(node.heading))
        kind = kind or kind_of_title(node.heading)
        own.children = [self.heading(child, is_in_profiles=below, kind=kind) for child in node.children]
        own.children = [each for child in own.children for each in _with_codes_apart(child)]
        self._adapt_siblings(own, below)
        own.role = "code" if of_card else self._role(own, is_in_profiles)
        if own.role in ("code", "profile"):
            for child in own.children:
                if key := child.field():
                    blocks = [block for block in child.node.blocks if block.kind != "rule"]
                    own.pieces.append(Piece("field", child.node.line, blocks=blocks, name=child.node.heading, key=key))
            own.children = [child for child in own.children if not child.field()]
        return own

    def _is_code(self, label: Label) -> bool:
        """Return whether a paragraph or a list entry with this label is a code."""
        if label == NO_LABEL:
            return bool(self._card)
        family = _family(label.id)
        if vocabulary.IS_WORD_ID.fullmatch(label.id):
            return self._is_of_family(family, label) or _kind_of_id(label.id) is not None
        if label.id in self._letters:
            return label.is_marked
        if not vocabulary.IS_DOTTED_ID.fullmatch(label.id):
            return False
        return label.id in self._numbered or (label.is_marked and self._is_of_family(family, label))

    def _is_of_family(self, family: str, label: Label) -> bool:
        """Return whether other ids are built alike: those of its section or, if it is marked, of another section."""
        own = family.isdigit()
        others = label.is_marked and any(count > 1 and one.isdigit() == own for one, count in self._families.items())
        return self._families[family] > 1 or (others and family in self._families)

    def _pieces(self, node: Node, is_in_profiles: bool, kind: SectionKind | None) -> list[Piece]:
        """Return the pieces of a heading's own blocks, including codes in tables and in lists of names."""
        names_profiles = _is_of_profiles(node.heading) and not vocabulary.profile_label(node.heading).is_marked
        named = named_paragraphs(node.blocks) if names_profiles else {}
        own_kind = kind_of_title(node.heading)
        found: list[Piece] = []
        for block in node.blocks:
            parts: list[Piece] = []
            plain = split_blocks([block], self._is_code, found[-1] if found else None)
            if block.kind == "table":
                parts = self._rows(block, kind or own_kind, names_profiles or is_in_profiles)
            elif self._names_codes and not names_profiles and (named_here := named_codes(block)):
                parts = named_here
            elif block.kind == "list" and not any(piece.kind == "code" for piece in plain):
                if names_profiles:
                    parts = named_entries(block, "profile")
                elif own_kind and not self._has_ids:
                    parts = named_entries(block, "code")
            elif block.line in named and all(piece.kind == "plain" for piece in plain):
                parts = [named[block.line]]
            found += parts or plain
        return join_fields(join_cards(found, self._card))

    def _rows(self, block: MarkdownBlock, kind: SectionKind | None, is_in_profiles: bool) -> list[Piece]:
        """Return the rows of a table that are profiles or codes, or the fields of a table that is a heading's card."""
        table = read_table(block)
        if table is None:
            return []
        if is_in_profiles or vocabulary.PROFILE_ONLY_FIELDS & set(table.keys):
            return table.pieces("profile")
        if table.is_unsure and self._cards < FEWEST_CARDS:
            return []
        rows = table.pieces("code")
        is_sure = bool(kind) or not table.label_columns or table.has_codes or self._are_alike(rows)
        is_sure = is_sure or (self._is_lenient and table.has_definitions)
        return rows if is_sure else []

    def _are_alike(self, rows: list[Piece]) -> bool:
        """Return whether the ids of the rows look like ids of codes."""
        labels = [row.label for row in rows if row.kind == "code"]
        are_alike = len(labels) > 1 and all(vocabulary.IS_WORD_ID.fullmatch(label.id) for label in labels)
        are_alike = are_alike and len({_family(label.id) for label in labels}) == 1
        return are_alike or all(self._is_code(label._replace(is_marked=True)) for label in labels)

    def _adapt_siblings(self, parent: BookHeading, is_in_profiles: bool) -> None:
        """Turn numbered subheadings without a role into codes beside a code, or into profiles in a chapter of profiles.

        Below a heading such as `Soft Skills`, in a book whose codes have no ids, all subheadings are codes.
        """
        leaves = [child for child in parent.children if child.role == "text" and not child.children]
        has_codes = any(child.role == "code" for child in parent.children)
        if is_in_profiles:
            if not has_codes and not parent.contains("profile"):
                for leaf in leaves:
                    leaf.role = "profile" if vocabulary.profile_label(leaf.node.heading).id else leaf.role
            return
        is_flat = len(leaves) == len(parent.children) and not any(piece.kind == "code" for piece in parent.pieces)
        names_kind = is_flat and kind_of_title(parent.node.heading) is not None
        is_numbered = vocabulary.IS_WORD_ID.fullmatch(parent.label.id) is not None
        are_all_codes = names_kind and not self._has_ids and len(leaves) > 1
        for leaf in leaves if has_codes or names_kind else []:
            is_dotted = vocabulary.IS_DOTTED_ID.fullmatch(leaf.label.id) is not None
            if are_all_codes or (is_dotted and not (is_numbered and leaf.field())):
                leaf.role = "code"
        self.adapt_alike(parent.children)

    def adapt_alike(self, siblings: list[BookHeading]) -> None:
        """Turn headings into codes if they are built like codes beside them: `Node: Rent` beside `Node: Noise`.

        A heading with only a name becomes a code between two codes and, in a book of codes, after one or with a field.
        """
        coded = [at for at, child in enumerate(siblings) if child.role == "code"]
        shapes = {(siblings[at].node.level, siblings[at].shape()) for at in coded}
        for at, child in enumerate(siblings):
            shape = child.shape()
            is_leaf = child.role == "text" and not child.children and not child.field()
            if not is_leaf or (child.node.level, shape) not in shapes:
                continue
            is_plain = all(block.kind in ("paragraph", "list", "rule") for block in child.node.blocks)
            is_plain = is_plain and (not self._is_lenient or child.node.is_short())
            is_other = vocabulary.WORDS["matter"].match(vocabulary.chapter_title(child.node.heading)) or not is_plain
            is_between = coded[0] < at < coded[-1]
            is_later = at > coded[0] or any(piece.key for piece in child.pieces)
            is_beside = bool(child.node.blocks) and (is_between or (self._is_declared and not shape and is_later))
            if shape not in ("", "number") or (is_beside and not is_other):
                child.role = "code"

    def _role(self, own: BookHeading, is_in_profiles: bool) -> Role:
        """Return the role of a heading whose subheadings have their roles already; its siblings may still change it."""
        if own.contains("code") or own.contains("profile"):
            return "container"
        fields = {piece.key for piece in own.pieces if piece.kind == "field" and piece.key}
        fields |= {key for child in own.children if (key := child.field())}
        id_ = own.label.id
        is_coded = fields & vocabulary.CODE_FIELDS or self._is_code(own.label)
        if vocabulary.IS_WORD_ID.fullmatch(id_) and is_coded:
            return "code"
        if fields & vocabulary.PROFILE_ONLY_FIELDS:
            return "profile"
        is_dotted = vocabulary.IS_DOTTED_ID.fullmatch(id_) is not None
        if is_dotted and fields & CRITERIA:
            return "code"
        is_named = "definition" in fields or vocabulary.profile_label(own.node.heading).is_marked
        if is_in_profiles and own.node.heading and is_named:
            return "profile"
        if id_ and fields & vocabulary.CODE_FIELDS and (is_dotted or not is_in_profiles):
            return "code"
        is_matter = vocabulary.WORDS["matter"].match(vocabulary.chapter_title(own.node.heading))
        is_sure = (self._prefixed > 1 and _is_prefixed(own.node)) or (self._is_lenient and not is_matter)
        is_described = bool(fields & (DEFINED if is_sure else CRITERIA))
        if self._is_lenient and not (is_matter or own.children):
            is_described |= bool(own.pieces) and own.pieces[0].kind == "plain" and own.node.is_short()
        return "code" if own.node.level > self._title_level and is_described else "text"


def _with_codes_apart(heading: BookHeading) -> list[BookHeading]:
    """Split off the codes that follow the profiles below a heading of profiles; return the heading and those codes."""
    if not (_is_of_profiles(heading.node.heading) and heading.has_own("profile")):
        return [heading]
    coded = [child for child in heading.children if child.role == "code"]
    heading.children = [child for child in heading.children if child not in coded]
    return [heading, *coded]


def _is_prefixed(node: Node) -> bool:
    found = vocabulary.WORDS["code_heading"].match(vocabulary.plain_name(node.heading))
    return found is not None and found["word"] is not None


def _ids_in(blocks: Iterable[MarkdownBlock]) -> Iterator[str]:
    for block in blocks:
        if block.kind == "paragraph":
            yield from (label.id for line in block.text.split("\n") if (label := vocabulary.code_label(line)))
        for item in block.items:
            yield from _ids_in(item.blocks)


# --- sections and groups --------------------------------------------------------------------------------


def find_sections(heading: BookHeading) -> None:
    """Turn the outermost headings with codes of one kind into sections, and those below them into groups."""
    if heading.role not in ("container", "section") or not heading.node.level:
        return
    if heading.role == "section" or _is_section(heading):
        is_group = vocabulary.WORDS["group_heading"].match(heading.node.heading) and heading.has_own("code")
        if is_group and heading.section_kind() is None:
            heading.role = "group"
            return
        heading.role = "section"
        _find_groups(heading)
        return
    if heading.has_own("code"):
        heading.role = "section"
    for child in heading.children:
        find_sections(child)


def _is_section(heading: BookHeading) -> bool:
    if not heading.contains("code") or heading.contains("section"):
        return False
    if heading.contains("profile") and not _holds_profiles_apart(heading):
        return False
    own = heading.section_kind()
    below = [each for each in heading.walk() if each is not heading and each.role == "container"]
    containers = [each for each in below if each.contains("code")]
    others = {kind.id for each in containers if (kind := each.section_kind())}
    is_one_family = len(set(map(_family, heading.code_ids()))) == 1
    if own is not None:
        return others <= {own.id} or (is_one_family and len(others - {own.id}) == 1)
    return not others and (is_one_family or not containers)


def _holds_profiles_apart(heading: BookHeading) -> bool:
    """Return whether profiles have subheadings of their own, beside codes or beside several headings with codes."""
    coded = [child for child in heading.children if child.contains("code")]
    is_mixed = any(child.contains("profile") for child in coded)
    return heading.node.level > 1 and not is_mixed and (heading.has_own("code") or len(coded) > 1)


def _find_groups(section: BookHeading) -> None:
    """Turn the innermost headings with codes into groups, unless one holds all codes and repeats the section."""
    own, count = section.section_kind(), len(section.code_ids())
    containers = [each for each in section.walk() if each is not section and each.role == "container"]
    for each in [each for each in containers if each.has_own("code")]:
        kind = kind_of_title(each.node.heading)
        if len(each.code_ids()) < count or kind is None or kind != own:
            each.role = "group"


# --- passages -------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class BookPassage:
    """A part or a text of the book; `kind` is None for a text.

    `section` and `group` are the passages that contain a code or group; `is_behind` is True for a text that belongs to
    the part before it. `pieces` belong to a code or profile, `blocks` are the first blocks of a section or group.
    """

    kind: PartKind | None
    line: int
    heading: str = ""
    level: int = 0
    label: Label = NO_LABEL
    pieces: list[Piece] = field(default_factory=list)
    blocks: list[MarkdownBlock] = field(default_factory=list)
    body: str = ""
    section: BookPassage | None = None
    group: BookPassage | None = None
    section_kind: SectionKind | None = None
    is_behind: bool = False

    @property
    def part(self) -> Part:
        """The part by the name that texts use for it."""
        return Part(self.kind or "section", self.label.id)


def passages(headings: list[BookHeading], lines: list[str], title: str) -> list[BookPassage]:
    """Return the parts and texts of the book called `title`."""
    collector = _PassageCollector(lines, title)
    for heading in headings:
        collector.add(heading, None, None)
    return collector.found


class _PassageCollector:
    def __init__(self, lines: list[str], title: str) -> None:
        self.found: list[BookPassage] = []
        self._lines = lines
        self._title = title
        self._by_name: dict[tuple[BookPassage | None, str], BookPassage] = {}
        """The sections and groups that rows of tables name, by the section that contains them and by name."""

    def add(self, heading: BookHeading, section: BookPassage | None, group: BookPassage | None) -> None:
        """Add the passages of a heading in a section and a group."""
        node = heading.node
        passage = BookPassage(None, node.line, node.heading, node.level, heading.label, heading.pieces)
        match heading.role:
            case "text":
                passage.body = self._raw(node.start, node.end)
                self.found.append(passage)
            case "profile" | "code":
                self._add_part(passage, heading.role, section, group)
                for child in (child.node for child in heading.children):
                    body = self._raw(child.start, child.end)
                    self.found.append(
                        BookPassage(None, child.line, child.heading, child.level, body=body, is_behind=True)
                    )
            case "section":
                passage.kind, passage.section_kind = "section", heading.section_kind()
                self._add_container(heading, passage, passage, None)
            case "group":
                section = section or self._default_section(node.line)
                passage.kind, passage.section = "group", section
                self._add_container(heading, passage, section, passage)
            case "container":
                self._add_container(heading, passage, section, group)

    def _add_part(
        self, passage: BookPassage, kind: PartKind, section: BookPassage | None, group: BookPassage | None
    ) -> None:
        passage.kind = kind
        if kind == "code":
            passage.section, passage.group = section or self._default_section(passage.line), group
        self.found.append(passage)

    def _add_container(
        self, heading: BookHeading, passage: BookPassage, section: BookPassage | None, group: BookPassage | None
    ) -> None:
        node = heading.node
        first = next((piece.line for piece in heading.pieces if piece.kind in ("code", "profile")), node.end)
        leading = [block for block in node.blocks if block.end <= first and block.kind != "rule"]
        start = leading[-1].end if leading else node.start
        if passage.kind:
            passage.blocks = leading
        else:
            passage.body = self._raw(node.start, start)
        self.found.append(passage)
        # A piece that begins in the leading blocks may have later ones.
        late = [block for piece in heading.pieces if piece.line < start for block in piece.blocks]
        own = [Piece("plain", block.line, blocks=[block]) for block in late if block.line >= start]
        self._add_pieces([*own, *(piece for piece in heading.pieces if piece.line >= start)], section, group)
        for child in heading.children:
            self.add(child, section, group)

    def _add_pieces(self, pieces: list[Piece], section: BookPassage | None, group: BookPassage | None) -> None:
        """Add the codes and profiles in a heading's own blocks, each with the fields that follow it, and the texts."""
        last: BookPassage | None = None
        for piece in pieces:
            if piece.kind in ("code", "profile"):
                last = BookPassage(None, piece.line, label=piece.label, pieces=[piece])
                own = self._named_group(piece, section) if piece.groups else (section, group)
                self._add_part(last, "code" if piece.kind == "code" else "profile", *own)
            elif last is not None and (piece.kind == "field" or not last.pieces[0].is_item):
                last.pieces.append(piece)
            else:
                body = piece.named_content()
                self.found.append(BookPassage(None, piece.line, body=body, is_behind=last is not None))

    def _named_group(self, piece: Piece, section: BookPassage | None) -> tuple[BookPassage, BookPassage]:
        """Return the section and the group that the row of a code names.

        If the row names several and is below no heading, the outermost is the section.
        """
        names = piece.groups
        if section is None and len(names) > 1:
            section = self._named("section", piece.line, names[0], None)
            names = names[1:]
        section = section or self._default_section(piece.line)
        return section, self._named("group", piece.line, " / ".join(names), section)

    def _named(self, kind: PartKind, line: int, name: str, section: BookPassage | None, title: str = "") -> BookPassage:
        """Return the section or group with a name; a new section is of the kind that its title indicates."""
        found = self._by_name.get((section, name))
        if found is None:
            section_kind = kind_of_title(title or name) if kind == "section" else None
            found = BookPassage(kind, line, name, 2, section=section, section_kind=section_kind)
            self._by_name[section, name] = found
            self.found.append(found)
        return found

    def _default_section(self, line: int) -> BookPassage:
        """Return the section of codes that are below no heading."""
        return self._named("section", line, "Codes", None, self._title)

    def _raw(self, start: int, end: int) -> str:
        """Return the lines from `start` to `end` unchanged, without blank lines and rules at both ends."""
        lines = self._lines[start - 1 : end - 1]
        while lines and (not lines[-1].strip() or RULE.fullmatch(lines[-1])):
            lines.pop()
        while lines and (not lines[0].strip() or RULE.fullmatch(lines[0])):
            lines.pop(0)
        return "\n".join(lines)

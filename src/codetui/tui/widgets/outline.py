"""The outline of a session: what the codebook tree shows, as lines, without Textual."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.migration import document_label
from codetui.core.session.state import State
from codetui.model import Code, CodeId, Coding, CodingId, Group, Memo, MemoId, MemoTarget, Section


@dataclass(frozen=True, slots=True)
class ProfileNode:
    """The profile of the ad."""


@dataclass(frozen=True, slots=True)
class SectionNode:
    """A section of the codebook; an empty id holds what the codebook lacks."""

    id: str


@dataclass(frozen=True, slots=True)
class GroupNode:
    """A group of codes."""

    id: str


@dataclass(frozen=True, slots=True)
class CodeNode:
    """A code."""

    id: CodeId


@dataclass(frozen=True, slots=True)
class CodingNode:
    """A quotation under its code."""

    id: CodingId


@dataclass(frozen=True, slots=True)
class NoteNode:
    """A note on a group or code."""

    id: MemoId


Node = ProfileNode | SectionNode | GroupNode | CodeNode | CodingNode | NoteNode

MISSING = SectionNode("")


class Line(NamedTuple):
    """One line: a node, how deep it stands, what it says.  `total` counts quotations, or is -1."""

    node: Node
    depth: int
    text: str
    key: str = ""
    note: str = ""
    total: int = -1
    hue: int = 0
    is_folded: bool = False
    has_below: bool = False
    is_retired: bool = False


class Outline:
    """The lines of one codebook over one state."""

    def __init__(
        self,
        index: CodebookIndex,
        state: State,
        folded: AbstractSet[Node] = frozenset(),
    ) -> None:
        self._index = index
        self._book = book = index.book
        self._folded = folded
        self._state = state
        self._notes = _by_place(state)
        self._terms = {section.id for section in book.sections if section.holds == "terms"}
        self._parents: dict[Node, Node] = {}
        self.lines: list[Line] = []
        for hue, section in enumerate(book.sections):
            self._section(section, hue)
        self._missing()
        self._places = {line.node: place for place, line in enumerate(self.lines)}

    def _put(self, line: Line, parent: Node | None) -> bool:
        """Adds a line; True where what is below it is to be shown."""
        if parent is not None:
            self._parents[line.node] = parent
        is_folded = line.has_below and line.node in self._folded
        self.lines.append(line._replace(is_folded=True) if is_folded else line)
        return not is_folded

    def _section(self, section: Section, hue: int) -> None:
        codes = [code for code in self._index.codes_of.get(section.id, []) if self._is_shown(code)]
        groups = [group for group in self._book.groups if group.section == section.id]
        known = {group.id for group in groups}
        node = SectionNode(section.id)
        count = self._count(code.id for code in codes)
        notes = self._notes.get(("section", section.id), ())
        line = Line(node, 0, section.title, section.key, "", count, hue, has_below=bool(codes or groups or notes))
        is_open = self._put(line, None)
        mark = len(self.lines)
        for note in notes:
            self._put(_note_line(note, 1, hue), node)
        for code in codes:
            if code.group not in known:
                self._code(code, 1, node, hue)
        for group in groups:
            self._group(group, [code for code in codes if code.group == group.id], node, hue)
        if not is_open:
            del self.lines[mark:]

    def _group(self, group: Group, members: list[Code], parent: Node, hue: int) -> None:
        node = GroupNode(group.id)
        notes = self._notes.get(("group", group.id), ())
        count = self._count(code.id for code in members)
        line = Line(node, 1, group.title, "", "", count, hue, False, bool(members or notes))
        is_open = self._put(line, parent)
        mark = len(self.lines)
        for note in notes:
            self._put(_note_line(note, 2, hue), node)
        for code in members:
            self._code(code, 2, node, hue)
        if not is_open:
            del self.lines[mark:]

    def _code(self, code: Code, depth: int, parent: Node, hue: int) -> None:
        node = CodeNode(code.id)
        codings = self._state.of_code(code.id)
        notes = self._notes.get(("code", code.id), [])
        entries = self._notes.get(("entry", code.id), [])
        text = document_label(self._index, code.id)
        key = self._index.short_keys.get(code.id, "")
        if code.is_retired:
            text = f"{text} (retired)"
        has_below = bool(codings or notes or entries)
        line = Line(node, depth, text, key, "", len(codings), hue, False, has_below, code.is_retired)
        is_open = self._put(line, parent)
        if not is_open:
            return
        self.lines += [_note_line(note, depth + 1, hue) for note in notes]
        is_term = code.section in self._terms
        below = [(coding.rank, _coding_line(coding, depth + 1, hue, is_term)) for coding in codings]
        below += [(note.rank, _note_line(note, depth + 1, hue)) for note in entries]
        self.lines += [line for _, line in sorted(below, key=itemgetter(0))]

    def place(self, node: Node) -> int:
        """Where the line of a node is, or -1 where none is shown."""
        return self._places.get(node, -1)

    def parent(self, node: Node) -> Node | None:
        """What a node stands under, shown or not; None for a section, and for what is not there."""
        if isinstance(node, CodingNode):
            coding = self._state.codings.get(node.id)
            return CodeNode(coding.code) if coding and not coding.is_removed else None
        if isinstance(node, NoteNode):
            note = self._state.notes.get(node.id)
            if note is None or not note.text:
                return None
            return node_of(note.place)
        return self._parents.get(node)

    def _is_shown(self, code: Code) -> bool:
        """A retired code is there for what stands under it only."""
        if not code.is_retired or self._state.of_code(code.id):
            return True
        return any((kind, code.id) in self._notes for kind in ("code", "entry"))

    def _count(self, codes: Iterable[CodeId]) -> int:
        return sum(len(self._state.of_code(code)) for code in codes)

    def _missing(self) -> None:
        """What stands under codes and groups that the codebook lacks, so that nothing is out of sight."""
        sections = {section.id for section in self._book.sections}
        known = {code.id for code in self._book.codes if code.section in sections}
        groups = {group.id for group in self._book.groups if group.section in sections}
        codes = [code for code in self._state.standing.codes() if code not in known]
        lost_groups = [place for kind, place in self._notes if kind == "group" and place not in groups]
        lost_sections = [place for kind, place in self._notes if kind == "section" and place not in sections]
        noted = [CodeId(place) for kind, place in self._notes if kind in ("code", "entry") and place not in known]
        if not (codes or lost_groups or lost_sections or noted):
            return
        hue = len(self._book.sections)
        line = Line(MISSING, 0, "not in the codebook", "", "", self._count(codes), hue, False, True)
        is_open = self._put(line, None)
        mark = len(self.lines)
        for place in lost_sections:
            self._section(Section(id=place, title=place), hue)
        for place in lost_groups:
            self._group(Group(id=place, section="", title=place), [], MISSING, hue)
        for code in dict.fromkeys([*codes, *noted]):
            known_code = self._index.codes.get(code)
            self._code(known_code or Code(id=code, name="", section=""), 1, MISSING, hue)
        if not is_open:
            del self.lines[mark:]


def node_of(place: MemoTarget) -> Node:
    """The node on which a note at `place` stands."""
    match place.kind:
        case "section":
            return SectionNode(place.id)
        case "group":
            return GroupNode(place.id)
        case _:
            return CodeNode(CodeId(place.id))


def _coding_line(coding: Coding, depth: int, hue: int, is_term: bool) -> Line:
    left, right = ("`", "`") if is_term else ("“", "”")
    lost = "?" if coding.anchor is None or coding.is_proposed else ""
    return Line(CodingNode(coding.id), depth, f"{left}{coding.words}{right}", lost, coding.note, -1, hue)


def _note_line(note: Memo, depth: int, hue: int) -> Line:
    return Line(NoteNode(note.id), depth, "", note=note.text, hue=hue)


def _by_place(state: State) -> Mapping[tuple[str, str], list[Memo]]:
    notes: dict[tuple[str, str], list[Memo]] = {}
    standing = (note for note in state.notes.values() if note.text)
    for note in sorted(standing, key=lambda note: (note.rank, note.id)):
        notes.setdefault((note.place.kind, note.place.id), []).append(note)
    return notes

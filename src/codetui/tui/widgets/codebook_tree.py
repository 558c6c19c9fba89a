"""The codebook tree: codes with their quotations and notes below.

`Outline` computes its lines, without Textual; `CodebookTree` shows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.reactive import Reactive

from codetui.core.codebook.index import CodebookIndex, profile_name
from codetui.core.codebook.migration import document_label
from codetui.core.session.state import State
from codetui.model import Code, Codebook, CodeId, Coding, CodingId, Group, Memo, MemoId, MemoTarget, Section
from codetui.tui.keymap import key_of
from codetui.tui.widgets.rows import Part, Row, RowList, Tone, brief, shown, wrap

Id = TypeVar("Id")


@dataclass(frozen=True, slots=True)
class ProfileNode:
    """The profile of the ad."""


@dataclass(frozen=True, slots=True)
class _Identified(Generic[Id]):
    """A node for a part with an id; nodes of two kinds are never equal."""

    id: Id


class SectionNode(_Identified[str]):
    """A section of the codebook; an empty id is for content that the codebook lacks."""


class GroupNode(_Identified[str]):
    """A group of codes."""


class CodeNode(_Identified[CodeId]):
    """A code."""


class CodingNode(_Identified[CodingId]):
    """A quotation under its code."""


class NoteNode(_Identified[MemoId]):
    """A note on a section, group or code."""


Node = ProfileNode | SectionNode | GroupNode | CodeNode | CodingNode | NoteNode

MISSING = SectionNode("")


class Line(NamedTuple):
    """One line: a node, its depth, its text.  `total` is the number of quotations, -1 if they are not counted.

    `key` is a short key; on the line of a quotation, a sign that its location is in doubt.  `note` is that of a
    quotation, the text of a note, or the section and group that a code had in an earlier version of the codebook.
    """

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


class _Quotations(NamedTuple):
    """The lines below a code, and the values that they were made from."""

    codings: tuple[Coding, ...]
    look: tuple[int, int]
    lines: list[Line]


class Outline:
    """The lines of a codebook with the codings of a session."""

    def __init__(
        self,
        index: CodebookIndex,
        state: State,
        folded: AbstractSet[Node] = frozenset(),
        before: Outline | None = None,
    ) -> None:
        """Build the lines, except those below a `folded` node.

        Lines of quotations are reused from the outline `before` if it has them.
        """
        self.quotations: dict[CodeId, _Quotations] = dict(before.quotations) if before else {}
        self._index = index
        self._state = state
        self._folded = folded
        self._notes = _notes_by_target(state)
        self.lines: list[Line] = []
        for hue, section in enumerate(index.book.sections):
            self._add_section(section, hue)
        self._add_missing()
        self._places = {line.node: place for place, line in enumerate(self.lines)}

    def place(self, node: Node) -> int:
        """Return the index of a node's line, or -1 if it is not shown."""
        return self._places.get(node, -1)

    def parent(self, node: Node) -> Node | None:
        """Return the node above a node, shown or not; None for a section or a missing node."""
        match node:
            case CodingNode(id=coding_id):
                coding = self._state.codings.get(coding_id)
                return CodeNode(coding.code) if coding and not coding.is_removed else None
            case NoteNode(id=memo_id):
                note = self._state.notes.get(memo_id)
                return node_of(note.target) if note and note.text else None
            case CodeNode(id=code_id):
                code = self._index.codes.get(code_id)
                if code is None or code.section not in self._index.sections:
                    return MISSING
                group = self._index.groups.get(code.group)
                is_grouped = group is not None and group.section == code.section
                return GroupNode(code.group) if is_grouped else SectionNode(code.section)
            case GroupNode(id=group_id):
                group = self._index.groups.get(group_id)
                return SectionNode(group.section) if group and group.section in self._index.sections else MISSING
            case _:
                return None

    def _add(self, line: Line) -> bool:
        """Add a line; return whether the lines below it are shown."""
        is_folded = line.has_below and line.node in self._folded
        self.lines.append(line._replace(is_folded=True) if is_folded else line)
        return not is_folded

    def _add_notes(self, kind: str, target: str, depth: int, hue: int) -> None:
        self.lines += [_note_line(note, depth, hue) for note in self._notes.get((kind, target), ())]

    def _add_section(self, section: Section, hue: int) -> None:
        codes = [code for code in self._index.codes_of.get(section.id, []) if self._is_shown(code)]
        groups = [group for group in self._index.book.groups if group.section == section.id]
        self._add_part("section", SectionNode(section.id), section.title, hue, codes, groups, section.key)

    def _add_part(
        self,
        kind: str,
        node: SectionNode | GroupNode,
        title: str,
        hue: int,
        codes: Sequence[Code],
        groups: Sequence[Group] = (),
        key: str = "",
    ) -> None:
        """Add a section or group with its notes, its codes without a group, and its groups."""
        depth = 0 if kind == "section" else 1
        has_below = bool(codes or groups or (kind, node.id) in self._notes)
        count = self._count(code.id for code in codes)
        if not self._add(Line(node, depth, title, key, "", count, hue, has_below=has_below)):
            return
        self._add_notes(kind, node.id, depth + 1, hue)
        grouped = {group.id for group in groups}
        for code in codes:
            if code.group not in grouped:
                self._add_code(code, depth + 1, hue)
        for group in groups:
            of_group = [code for code in codes if code.group == group.id]
            self._add_part("group", GroupNode(group.id), group.title, hue, of_group)

    def _add_code(self, code: Code, depth: int, hue: int) -> None:
        codings = self._state.of_code(code.id)
        entries = self._notes.get(("entry", code.id), [])
        label = self._index.labels.get(code.id) or document_label(self._index, code.id)
        text = f"{label} (retired)" if code.is_retired else label
        key = self._index.short_keys.get(code.id, "")
        has_below = bool(codings or entries or ("code", code.id) in self._notes)
        former = self._index.former.get(code.id)
        place = " › ".join(part.title for part in (former.section, former.group) if part) if former else ""
        line = Line(CodeNode(code.id), depth, text, key, place, len(codings), hue, False, has_below, code.is_retired)
        if self._add(line):
            self._add_notes("code", code.id, depth + 1, hue)
            quotations = self._quotation_lines(code.id, codings, (depth + 1, hue))
            if entries:
                below = [(coding.rank, line) for coding, line in zip(codings, quotations, strict=True)]
                below += [(note.rank, _note_line(note, depth + 1, hue)) for note in entries]
                quotations = [line for _, line in sorted(below, key=itemgetter(0))]
            self.lines += quotations

    def _quotation_lines(self, code: CodeId, codings: tuple[Coding, ...], look: tuple[int, int]) -> list[Line]:
        """Return the lines of a code's quotations: the known ones, and new ones added behind them."""
        known = self.quotations.get(code)
        if known is None or known.look != look or codings[: len(known.codings)] != known.codings:
            known = _Quotations((), look, [])
        more = [_coding_line(coding, *look) for coding in codings[len(known.codings) :]]
        lines = [*known.lines, *more]
        self.quotations[code] = _Quotations(codings, look, lines)
        return lines

    def _add_missing(self) -> None:
        """Add the content of codes, groups and sections that the codebook lacks, so that nothing is hidden."""
        sections = self._index.sections
        known = {code.id for code in self._index.book.codes if code.section in sections}
        groups = {group.id for group in self._index.book.groups if group.section in sections}
        codes = [code for code in self._state.index.by_code if code not in known]
        lost_sections = [target for kind, target in self._notes if kind == "section" and target not in sections]
        lost_groups = [target for kind, target in self._notes if kind == "group" and target not in groups]
        noted = [CodeId(target) for kind, target in self._notes if kind in ("code", "entry") and target not in known]
        if not (codes or lost_groups or lost_sections or noted):
            return
        hue = len(self._index.book.sections)
        if self._add(Line(MISSING, 0, "not in the codebook", "", "", self._count(codes), hue, has_below=True)):
            for target in lost_sections:
                self._add_section(Section(id=target, title=target), hue)
            for target in lost_groups:
                self._add_part("group", GroupNode(target), target, hue, ())
            for code in dict.fromkeys([*codes, *noted]):
                self._add_code(self._index.codes.get(code) or Code(id=code, name="", section=""), 1, hue)

    def _is_shown(self, code: Code) -> bool:
        """Return whether a code is listed; a retired code is listed only if it has content."""
        if not code.is_retired or self._state.of_code(code.id):
            return True
        return any((kind, code.id) in self._notes for kind in ("code", "entry"))

    def _count(self, codes: Iterable[CodeId]) -> int:
        return sum(len(self._state.of_code(code)) for code in codes)


def node_of(target: MemoTarget) -> Node:
    """Return the node that a note on `target` belongs to."""
    if target.kind == "section":
        return SectionNode(target.id)
    return GroupNode(target.id) if target.kind == "group" else CodeNode(CodeId(target.id))


def _coding_line(coding: Coding, depth: int, hue: int) -> Line:
    in_doubt = "?" if coding.anchor is None or coding.is_proposed else ""
    return Line(CodingNode(coding.id), depth, f"“{coding.words}”", in_doubt, coding.note, -1, hue)


def _note_line(note: Memo, depth: int, hue: int) -> Line:
    return Line(NoteNode(note.id), depth, "", note=note.text, hue=hue)


def _notes_by_target(state: State) -> dict[tuple[str, str], list[Memo]]:
    notes: dict[tuple[str, str], list[Memo]] = {}
    for note in sorted(state.notes.values(), key=lambda note: (note.rank, note.id)):
        if note.text:
            notes.setdefault((note.target.kind, note.target.id), []).append(note)
    return notes


PROFILE = ProfileNode()
REASONING_ROWS = 3


class CodebookTree(RowList):
    """Profile, sections, groups, codes, quotations; folding, cursor and scroll position survive every update."""

    HELP = "The codebook, and under each code the quotations that it holds in this session."
    BINDING_GROUP_TITLE = "Codebook"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,h", "fold", "fold, or up to the parent", show=False),
        Binding("right,l", "unfold", "unfold, or down to the first below", show=False),
        Binding("space", "fold_or_unfold", "fold or unfold", show=False),
    ]

    @dataclass
    class NodeHighlighted(Message):
        """The cursor moved to another node."""

        node: Node

    @dataclass
    class NodeSelected(Message):
        """A node was selected, by Enter or by a click."""

        node: Node

    virtual_size = Reactive(Size(0, 0), repaint=False)
    """Its height does not depend on its rows, so another number of them needs no layout."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.index = CodebookIndex(Codebook(title=""))
        """The codebook that is shown, with the codes of earlier versions that the session has."""
        self._state = State()
        self._folded: set[Node] = {PROFILE}
        self._outline = Outline(self.index, self._state)
        self._head: list[Row] = []
        self._head_shows: tuple[object, ...] = ()
        self._head_width = 0

    # --- what is shown --------------------------------------------------------------------------------

    def show(self, book: Codebook, state: State) -> None:
        """Show another session from its top; folded nodes stay folded."""
        self._use(book)
        self._state = state
        self._rebuild(PROFILE)
        self.scroll_to(y=0, animate=False)

    def show_book(self, book: Codebook) -> None:
        """Show the session with another codebook; the cursor stays on its node if that is still shown."""
        self._use(book)
        self._rebuild(self.current)

    def _use(self, book: Codebook) -> None:
        """Set the codebook, and show its version in the title bar."""
        self.index = CodebookIndex(book)
        self.border_title = Content(shown(f"Codebook {book.version}").rstrip())

    def forget_keys(self) -> None:
        """Name the keys in use now when the session is shown next."""
        self._head_shows = ()

    def refresh_state(self, state: State) -> None:
        """Show another state of the session."""
        self._state = state
        self._rebuild(self.current)

    def reveal(self, coding: CodingId) -> None:
        """Move the cursor to a quotation without a message, unfolding the nodes above it."""
        node: Node = CodingNode(coding)
        if self._row_of(node) < 0:
            above = self._outline.parent(node)
            while above is not None:
                self._folded.discard(above)
                above = self._outline.parent(above)
            self._rebuild(self.current)
        if (row := self._row_of(node)) >= 0:
            self.place_cursor(row)

    @property
    def current(self) -> Node:
        """The node under the cursor."""
        return self._node_at(self.cursor)

    # --- keys -----------------------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold the node under the cursor; if it cannot be folded, move to its parent."""
        node = self.current
        if self._is_open(node):
            self._folded.add(node)
            self._rebuild(node)
        elif (parent := self._outline.parent(node)) is not None:
            self.move_to(self._row_of(parent))

    def action_unfold(self) -> None:
        """Unfold the node under the cursor; if it is open, move to the first node below it."""
        node = self.current
        if node in self._folded:
            self._folded.discard(node)
            self._rebuild(node)
        elif self._is_open(node) and node != PROFILE:
            self.action_move(1)

    def action_fold_or_unfold(self) -> None:
        """Fold or unfold the node under the cursor."""
        if self._is_open(self.current):
            self.action_fold()
        else:
            self.action_unfold()

    # --- rows -----------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Return the rows of the profile and of the outline."""
        return len(self._head) + len(self._outline.lines)

    def row(self, index: int, width: int) -> Row:
        """Return a row of the profile, or a line of the outline."""
        if index < len(self._head):
            return self._head[index]
        return _row(self._outline.lines[index - len(self._head)], width)

    def is_stop(self, index: int) -> bool:
        """Return False for the rows below the profile's name, which belong to it."""
        return index == 0 or index >= len(self._head)

    def row_highlighted(self, index: int) -> None:
        """Post which node the cursor moved to."""
        self.post_message(self.NodeHighlighted(self._node_at(index)))

    def row_selected(self, index: int) -> None:
        """Post which node was selected."""
        self.post_message(self.NodeSelected(self._node_at(index)))

    def on_resize(self) -> None:
        """Wrap the reasoning at the new width."""
        if self.row_cells != self._head_width:
            self._rebuild(self.current)

    def _rebuild(self, node: Node) -> None:
        """Rebuild the rows, with the cursor at the same height on `node`, or on the node that replaced it."""
        row_before, scroll_before, head_before = self.cursor, self.scroll_offset.y, len(self._head)
        self._outline = Outline(self.index, self._state, self._folded, self._outline)
        self._head_width = self.row_cells
        state = self._state
        is_folded = PROFILE in self._folded
        marks = state.is_done, state.is_uncodable
        shows = self.index, state.profile, state.reasoning, marks, is_folded, self._head_width
        if shows != self._head_shows:
            self._head_shows, self._head = shows, self._head_rows(self._head_width - 2)
        row = self._row_of(node)
        self.rows_changed(row if row >= 0 else row_before - head_before + len(self._head))
        if scroll_before and self.cursor != row_before:
            self.scroll_to(y=scroll_before + self.cursor - row_before, animate=False)
        if self.current != node:
            self.row_highlighted(self.cursor)

    def _head_rows(self, width: int) -> list[Row]:
        """Return the rows of the profile: its name, and its reasoning, folded to a few rows."""
        state = self._state
        done = (Part("● done", "strong"),) if state.is_done else ()
        if state.is_uncodable:
            return [Row((Part(f"⊘ not codable: {key_of('uncodable')} changes it", "strong"),)), Row(())]
        if not state.profile and not state.reasoning:
            return [Row((Part(f"no profile yet: press {key_of('profile')}", "note"),), done), Row(())]
        name = profile_name(self.index.book, state.profile) if state.profile else "no profile yet"
        lines = wrap(state.reasoning.replace("`", ""), width - 2)
        is_long, is_folded = len(lines) > REASONING_ROWS, PROFILE in self._folded
        if is_long and is_folded:
            lines = [*lines[: REASONING_ROWS - 1], brief(lines[REASONING_ROWS - 1] + " …", width - 2)]
        sign = "  " if not is_long else "▸ " if is_folded else "▾ "
        first = Row((Part(sign, "dim"), Part(brief(name, width), "strong")), done)
        reasoning = lines or ["no reasoning yet"]
        return [first, *(Row((Part(f"  {line}", "dim"),)) for line in reasoning), Row(())]

    def rows_below(self, node: Node) -> range:
        """Return the rows of a node and of everything that is shown below it."""
        first, lines = self._outline.place(node), self._outline.lines
        deeper = (place for place in range(first + 1, len(lines)) if lines[place].depth <= lines[first].depth)
        head = len(self._head)
        return range(head + first, head + next(deeper, len(lines)))

    def _row_of(self, node: Node) -> int:
        if node == PROFILE:
            return 0
        place = self._outline.place(node)
        return len(self._head) + place if place >= 0 else -1

    def _node_at(self, row: int) -> Node:
        place = row - len(self._head)
        return self._outline.lines[place].node if 0 <= place < len(self._outline.lines) else PROFILE

    def _is_open(self, node: Node) -> bool:
        if node == PROFILE:
            return PROFILE not in self._folded
        line = self._outline.lines[self._outline.place(node)]
        return line.has_below and not line.is_folded


@lru_cache(maxsize=512)
def _row(line: Line, width: int) -> Row:
    """Return the row of a line of the outline."""
    indent = Part("  " * line.depth)
    if isinstance(line.node, NoteNode):
        return Row((Part(f"{indent.text}  "), Part(brief(f"({line.note})", width), "note")))
    if isinstance(line.node, CodingNode):
        return _quotation_row(line, indent, width)
    sign = Part("  " if not line.has_below else "▸ " if line.is_folded else "▾ ", "dim")
    count = (Part(str(line.total), "plain"),) if line.total > 0 else ()
    key = (Part(f"{line.key} ", "hue", line.hue),) if line.key else ()
    is_in_use = line.total > 0 and not line.is_retired
    tone: Tone = "strong" if isinstance(line.node, SectionNode) else "plain" if is_in_use else "dim"
    place = (Part(f"  {brief(line.note, width // 3)}", "note"),) if line.note else ()
    return Row((indent, sign, *key, Part(brief(line.text, width), tone), *place), count)


def _quotation_row(line: Line, indent: Part, width: int) -> Row:
    """Return `“words” (note)`, with a `?` before words whose location is uncertain."""
    in_doubt = (Part("? ", "warn"),) if line.key else (Part("  "),)
    note = f"({line.note})" if line.note else ""
    room = width - len(indent.text) - 2
    if note:
        room = max(room - len(note) - 1, room * 3 // 5)
    words = Part(f"{line.text[0]}{brief(line.text[1:-1], room - 2)}{line.text[-1]}")
    return Row((indent, *in_doubt, words, Part(" "), Part(brief(note, width), "note")))

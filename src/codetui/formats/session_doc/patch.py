"""Patch a document that a person laid out: only the lines that differ from the session change.

The layout's text is cut into rows. Sections, groups and codes are found in them, the entries and notes of the session
are aligned with theirs by id and then by content, and each list is edited in place. No row is ever moved: a new row
gets a key that sorts it after the row that it follows.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from typing import TypeAlias

from codetui.core.codebook.index import CodebookIndex, folded, index_of
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.entries import entry_in, split_label, write_code_line, write_entry, write_notes
from codetui.formats.session_doc.formatting import read_like
from codetui.formats.session_doc.head import RULE, patch_head, write_title
from codetui.formats.session_doc.lines import BULLET_PREFIX, Key, PatchRow, PatchRows
from codetui.formats.session_doc.markdown import CodeSites, SourceFacts, project, written
from codetui.formats.session_doc.model import (
    Block,
    CodeLine,
    Document,
    Entry,
    EntryOrNote,
    Note,
    SectionPart,
    Written,
    without_number,
)
from codetui.model import Codebook, CodeId, DocumentLayout

NUMBER = re.compile(r"\d+")
HEADING_MARKS = re.compile(r" *(#+)")
LAST_NUMBER = 10**9 - 1

IN_LIST, IN_BLOCK, IN_SECTION, IN_DOCUMENT = range(1, 5)
"""The level of a new row behind another one; of several new rows the innermost comes first."""

Placed: TypeAlias = list[tuple[int | None, EntryOrNote]]
"""A list as it is wanted: each part with its index in the list of the layout, None for a new one."""

WantedCode: TypeAlias = tuple[SectionPart, Block, CodeLine]
"""The content that is wanted under one code, and the section and block that it has in the canonical document."""

NOTHING: WantedCode = SectionPart(""), Block(), CodeLine("")


def document_of(state: State, book: Codebook, source: SourceFacts) -> Written:
    """Return the document of a session: its layout, patched where the session has changed, or the canonical form."""
    wanted = project(state, book, source)
    if state.layout is None:
        return written(wanted)
    anchors = (coding.anchor for coding in state.live() if coding.anchor)
    around = "\n".join(anchor.before + anchor.words + anchor.after for anchor in anchors)
    return patch(state.layout, wanted, index_of(book), around)


def patch(layout: DocumentLayout, wanted: Document, index: CodebookIndex, source: str | None = None) -> Written:
    """Return the text of `layout` with the content of `wanted`, and the ids of its entries and notes by line.

    `wanted` is the canonical document of a session, with ids. Each of its entries and notes occurs once in the result;
    all lines of the layout that agree with `wanted` are kept in order, byte for byte. If a code occurs on several
    lines, each entry stays where it is, and the order of `wanted` applies within each list. `source` is the text of the
    quotations: a link or markup around words that are plain there is kept.
    """
    document = read_like(layout.text, "", wanted, index, layout.ids, source).document
    rows = PatchRows(layout.text)
    _Patch(rows, document, wanted, index).run()
    patch_head(rows, document, layout, wanted, index)
    return rows.written()


@dataclass(slots=True, eq=False)
class _Place:
    """A section or a group of the layout, with the codes and notes directly under its heading.

    Under a heading that is not in the codebook, `id` is that of the section or group to which most of the codes belong,
    if any. `end` is the key of the last row, rules aside. `is_kept` is True if a row is not part of the coding.
    `section` is None for a section.
    """

    heading: PatchRow
    title: str
    id: str
    is_known: bool
    section: _Place | None = None
    end: Key = ()
    groups: list[_Place] = field(default_factory=list)
    codes: list[_Code] = field(default_factory=list)
    notes: list[PatchRow] = field(default_factory=list)
    is_kept: bool = False

    @property
    def site(self) -> tuple[str, str]:
        """The ids of section and group."""
        return (self.section.id, self.id) if self.section else (self.id, "")

    @property
    def owned_notes(self) -> list[tuple[PatchRow, Note]]:
        """The notes with the rows they are in."""
        parts = ((row, part) for row in self.notes for part in row.parts)
        return [(row, part) for row, part in parts if isinstance(part, Note) and not part.is_empty]


@dataclass(slots=True, eq=False)
class _Code:
    """The row of a code, which contains notes or one entry, and the rows of its other entries.

    `before` and `behind` begin the keys of new codes next to it. `is_kept` is as in `_Place`.
    """

    row: PatchRow
    label: str
    id: str
    place: _Place
    before: Key = ()
    behind: Key = ()
    rows: list[PatchRow] = field(default_factory=list)
    is_kept: bool = False

    @property
    def notes(self) -> list[Note]:
        return [part for part in self.row.parts if isinstance(part, Note) and not part.is_empty]

    @property
    def has_inline(self) -> bool:
        """True if the code's own row contains an entry."""
        return any(isinstance(part, Entry) for part in self.row.parts)

    @property
    def entries(self) -> list[Entry]:
        return [part for row in (self.row, *self.rows) for part in row.parts if isinstance(part, Entry)]

    @property
    def written_label(self) -> str:
        """The label as written in its row, with its marks and colon."""
        found = split_label(self.row.text)
        rest = found[1] if found else ""
        return self.row.text[: len(self.row.text) - len(rest)].rstrip()


class _Patch:
    """One document being patched."""

    def __init__(self, rows: PatchRows, document: Document, wanted: Document, index: CodebookIndex) -> None:
        self._rows, self._document, self._wanted, self._index = rows, document, wanted, index
        self._site = CodeSites(index.book).site
        self._serial = count()
        self._places: list[_Place] = []
        self._codes: list[_Code] = []
        self._top: Key = (0,)
        self._find_places()
        self._named: dict[tuple[str, str], list[_Place]] = defaultdict(list)
        taken = {(place.section is None, place.id) for place in self._places}
        for place in self._places:
            place.id = place.id or self._likely_id(place, taken)
            taken.add((place.section is None, place.id))
            self._register(place)
        self._wanted_codes = self._collect()
        self._recognize()

    def run(self) -> None:
        """Edit all notes and codes, then remove the headings of groups that have become empty."""
        filled = [place for place in self._places if place.section and (place.codes or place.notes)]
        self._edit_place_notes()
        self._edit_codes()
        for place in filled:
            rows = (*place.notes, *(code.row for code in place.codes))
            place.heading.is_removed = not place.is_kept and all(row.is_removed for row in rows)

    # --- the layout -------------------------------------------------------------------------------

    def _find_places(self) -> None:
        """Find the sections, groups, codes, entries and notes of the layout in its rows."""
        parts: dict[int, list[Entry | Note]] = defaultdict(list)
        for each in self._document.parts():
            parts[each.line].append(each)
        blocks = (block for _, block in self._document.blocks())
        # A block without a heading of its own begins on the line of its section.
        headings = {part.line: part for part in (*blocks, *self._document.codes(), *self._document.sections)}
        place: _Place | None = None
        owner: PatchRow | None = None
        for row in self._rows.rows:
            row.parts = tuple(parts.get(row.number, ()))
            part = headings.get(row.number)
            if isinstance(part, SectionPart):
                place = self._add_place(_Place(row, part.title, part.id, bool(part.id)))
            elif place and isinstance(part, Block):
                above = place.section or place
                place = self._add_place(_Place(row, part.heading or "", part.id, bool(part.id), above))
            elif place:
                self._add_row(place, row, part)
            if place and row.kind != "rule":
                place.end = row.key
            elif row.kind != "rule":
                self._top = row.key
            if owner and row.is_nested and row.kind not in ("bullet", "heading") and row.is_empty:
                owner.end = row.key
            else:
                owner = row

    def _add_place(self, place: _Place) -> _Place:
        self._places.append(place)
        if place.section:
            place.section.groups.append(place)
        return place

    def _add_row(self, place: _Place, row: PatchRow, code_line: object) -> None:
        """Assign a row to the heading of `place`."""
        code = place.codes[-1] if place.codes else None
        if isinstance(code_line, CodeLine):
            code = _Code(row, code_line.label, self._key(code_line.id), place, (row.key[0] - 1,))
            place.codes.append(code)
            self._codes.append(code)
        elif row.is_empty:
            if row.kind == "rule":
                return
            place.is_kept = True
            if code is None or not row.is_nested:
                return
            code.is_kept = True
        elif code and isinstance(row.parts[0], Entry):
            code.rows.append(row)
        else:
            place.notes.append(row)
            return
        code.behind = (*row.key, IN_BLOCK)

    def _likely_id(self, place: _Place, taken: set[tuple[bool, str]]) -> str:
        """Return the section or group of more than half of the codes, unless another heading has its id."""
        below = [place, *place.groups]
        codes = [self._index.codes.get(CodeId(code.id)) for each in below for code in each.codes]
        ids = Counter((code.group if place.section else code.section) if code else "" for code in codes)
        likely, count = next(iter(ids.most_common(1)), ("", 0))
        return likely if 2 * count > len(codes) and (place.section is None, likely) not in taken else ""

    # --- the content that is wanted ---------------------------------------------------------------

    def _key(self, id_: str) -> str:
        """Return a code's id, or the name used in documents for a code that the codebook lacks."""
        code_id = CodeId(id_)
        if code_id in self._index.former:
            return collapse_spaces(id_)
        code = self._index.codes.get(code_id) or self._index.code_by_label(id_)
        return code.id if code else collapse_spaces(id_)

    def _collect(self) -> dict[str, WantedCode]:
        """Return the wanted content of each code; a code that occurs twice counts as one."""
        codes: dict[str, WantedCode] = {}
        for section, block in self._wanted.blocks():
            for code in block.codes:
                key = self._key(code.id or code.label)
                first, under, old = codes.get(key, (section, block, CodeLine(code.label)))
                merged = replace(old, notes=old.notes + code.notes, entries=old.entries + code.entries)
                codes[key] = first, under, merged
        return codes

    def _recognize(self) -> None:
        """Replace an ambiguous label by the code to which all entries under it belong.

        The code must have that label or that id.
        """
        unknown = [code for code in self._codes if code.id not in self._index.codes]
        wanted = self._wanted_codes.items() if unknown else ()
        keys = {entry.id: key for key, (*_, code) in wanted for entry in code.entries if entry.id}
        for code in unknown:
            found = {keys[entry.id] for entry in code.entries if entry.id in keys}
            if len(found) == 1 and self._is_label(code.label, key := found.pop()):
                code.id = key

    def _is_label(self, label: str, key: str) -> bool:
        if folded(label) == folded(self._wanted_codes[key][2].label):
            return True
        return key in self._index.codes and re.search(rf"(?<![\w.]){re.escape(key)}(?!\.?\w)", label) is not None

    # --- notes on sections and groups -------------------------------------------------------------

    def _edit_place_notes(self) -> None:
        wanted: dict[_Place, tuple[list[_Place], list[Note]]] = {}
        for section, block in self._wanted.blocks():
            if block.notes:
                places = self._find(section, block) or [self._new_place(section, block)]
                wanted.setdefault(places[0], (places, []))[1].extend(block.notes)
        placed: dict[_Place, Placed[Note]] = {}
        for places, notes in wanted.values():
            lists = [[note for _, note in place.owned_notes] for place in places]
            placed.update(zip(places, arrange(lists, notes, 0), strict=True))
        for place in self._places:
            self._edit_notes(place, placed.get(place, []))

    def _edit_notes(self, place: _Place, placed: Placed[Note]) -> None:
        owners, above = place.owned_notes, place.heading
        on_row: dict[PatchRow, list[Note]] = {row: [] for row in place.notes}
        for number, (old, note) in enumerate(placed):
            if old is None:
                key = (*above.key, IN_LIST, number)
                place.notes.append(self._rows.add("paragraph", key, write_notes((note,)), (note.id,)))
            else:
                above, before = owners[old]
                on_row[above].append(replace(note, emphasis=before.emphasis))
        for row, notes in on_row.items():
            row.is_removed = not notes
            if _update_ids(row, notes) and notes:
                indent = row.raw[0][: len(row.raw[0]) - len(row.raw[0].lstrip())]
                self._rows.rewrite(row, indent + _joined(notes))

    # --- codes ------------------------------------------------------------------------------------

    def _edit_codes(self) -> None:
        lines: dict[str, list[_Code]] = defaultdict(list)
        for code in self._codes:
            lines[code.id].append(code)
        for key, codes in lines.items():
            *_, wanted = self._wanted_codes.get(key, NOTHING)
            site = self._site(key)
            nearness = [(code.place.site[0] == site.section, code.place.site[1] == site.group) for code in codes]
            target = max(range(len(codes)), key=lambda number: (nearness[number], number))
            notes = arrange([code.notes for code in codes], wanted.notes, target)
            entries = arrange([code.entries for code in codes], wanted.entries, target)
            for code, own_notes, own_entries in zip(codes, notes, entries, strict=True):
                self._edit_code(code, own_notes, own_entries)
        for key, (section, block, wanted) in self._wanted_codes.items():
            if key not in lines:
                code = self._new_code(key, self._place(section, block), wanted)
                self._edit_entries(code, [(None, entry) for entry in wanted.entries])

    def _edit_code(self, code: _Code, notes: Placed[Note], entries: Placed[Entry]) -> None:
        had_content = bool(code.notes or code.entries)
        can_be_inline = code.has_inline and entries and entries[0][0] == 0 and not notes
        inline = entries[0][1] if can_be_inline and entries[0][1].kind != "note" else None
        if code.has_inline and not inline:
            entries = [(old or None, entry) for old, entry in entries]
        kept = [note if old is None else replace(note, emphasis=code.notes[old].emphasis) for old, note in notes]
        if _update_ids(code.row, [inline] if inline else kept):
            label = code.written_label
            rest = (
                _rewritten(code.row.parts[0], inline, code.row.text[len(label) :].lstrip()) if inline else _joined(kept)
            )
            self._rows.rewrite(code.row, code.row.prefix + _labelled(code, rest))
        self._edit_entries(code, entries)
        code.row.is_removed = had_content and not (notes or entries or code.is_kept)

    def _edit_entries(self, code: _Code, placed: Placed[Entry]) -> None:
        offset = int(code.has_inline)
        for row in code.rows:
            row.is_removed = True
        above, base = code.row, code.row.end
        for number, (old, entry) in enumerate(placed):
            if old is None:
                above = self._new_entry(code, above, (*base, IN_LIST, number), entry)
            elif old >= offset:
                above = code.rows[old - offset]
                base, above.is_removed, before = above.end, False, above.parts[0]
                if _update_ids(above, [entry]):
                    self._rows.rewrite(above, above.prefix + _rewritten(before, entry, above.text))

    def _new_entry(self, code: _Code, above: PatchRow, key: Key, entry: Entry) -> PatchRow:
        """Add an entry after `above`, in the style of its siblings or else of another code's entries.

        A new first entry keeps the distance between the code's row and the previous first entry.
        """
        sibling = code.rows[-1] if code.rows else self._entry_by_prefix.get(code.row.list_prefix)
        first = code.rows[0] if code.rows and above is code.row else None
        if first:
            prefix = first.list_prefix
        elif above is not code.row:
            prefix = _counted(above.list_prefix)
        else:
            prefix = NUMBER.sub("1", sibling.list_prefix) if sibling else _nested(code.row.list_prefix)
        is_loose = bool(sibling and sibling.gap)
        row = self._rows.add("bullet", key, prefix + write_entry(entry), (entry.id,), is_loose=is_loose)
        if first:
            row.gap, first.gap = first.gap, row.gap
        return row

    @cached_property
    def _entry_by_prefix(self) -> dict[str, PatchRow]:
        """The last entry under a code with each prefix."""
        return {code.row.list_prefix: code.rows[-1] for code in self._codes if code.rows}

    # --- what the layout lacks --------------------------------------------------------------------

    def _new_code(self, key: str, place: _Place, wanted: CodeLine) -> _Code:
        """Add a code with its notes among the codes of its section or group."""
        site = self._site(key)
        kin = [(code, other) for code in place.codes if (other := self._site(code.id))[:2] == site[:2]]
        above = next((code for code, other in reversed(kin) if other.sort_key <= site.sort_key), None)
        below = kin[0][0] if kin and not above else None
        above = above or (place.codes[-1] if place.codes and not below else None)
        if above:
            prefix, base, number = _counted(above.row.list_prefix), above.behind, place.codes.index(above) + 1
        elif below:
            prefix, base, number = below.row.list_prefix, below.before, place.codes.index(below)
        else:
            prefix = NUMBER.sub("1", self._codes[-1].row.list_prefix) if self._codes else "- "
            base, number = (*place.end, IN_BLOCK), 0
        own = [code.row for code in place.codes[1:] if not code.row.is_new] or self._later_codes
        ids = tuple(note.id for note in wanted.notes)
        key_ = (*base, *site.sort_key, next(self._serial))
        row = self._rows.add("bullet", key_, prefix + write_code_line(wanted), ids, is_loose=bool(own and own[-1].gap))
        if below:
            row.gap, below.row.gap = below.row.gap, row.gap
        code = _Code(row, wanted.label, key, place, base, base)
        place.codes.insert(number, code)
        return code

    @cached_property
    def _later_codes(self) -> list[PatchRow]:
        """The rows of all codes except the first under each heading."""
        return [code.row for place in self._places for code in place.codes[1:]]

    @cached_property
    def _group_marks(self) -> str:
        found = (HEADING_MARKS.match(place.heading.raw[0]) for place in self._places if place.section)
        return next((marks[1] for marks in found if marks), "###")

    def _register(self, place: _Place) -> None:
        """Index a place by its id; a place with an unknown heading also by its title and its likely id."""
        kind = "group" if place.section else "section"
        names = [(kind, place.id)]
        if not place.is_known:
            names = [(f"likely {kind}", place.id), (kind, f" {folded(place.title)}")]
            if not place.section:
                names.append((kind, f" {folded(without_number(place.title))}"))
        for name in dict.fromkeys(names):
            self._named[name].append(place)

    def _group_name(self, id_: str, heading: str) -> str:
        return id_ if id_ in self._index.groups else f" {folded(heading)}"

    @cached_property
    def _group_order(self) -> dict[str, int]:
        blocks = (block for _, block in self._wanted.blocks() if block.heading is not None)
        names = [self._group_name(block.id, block.heading or "") for block in blocks]
        return {name: number for number, name in enumerate(dict.fromkeys([*self._index.groups, *names]))}

    def _find(self, section: SectionPart, block: Block) -> list[_Place]:
        """Return the places whose headings name `block`; a heading of the session may name an unknown section."""
        if block.heading is None:
            return self._named.get(("section", section.id or f" {folded(section.title)}"), [])
        title = f" {folded(block.heading)}"
        names = (("group", self._group_name(block.id, block.heading)), ("group", title), ("section", title))
        return next((self._named[name] for name in names if self._named.get(name)), [])

    def _place(self, section: SectionPart, block: Block) -> _Place:
        """Return the place for the codes of a block: its own, another that contains its codes, or a new one."""
        likely = ("likely section", section.id) if block.heading is None else ("likely group", block.id)
        found = self._find(section, block) or self._named.get(likely)
        return found[0] if found else self._new_place(section, block)

    def _new_place(self, section: SectionPart, block: Block) -> _Place:
        """Add the heading of a group, or of a section if the block has none, in the order of the codebook."""
        order: dict[str, int]
        if block.heading is None:
            order = {id_: number for number, id_ in enumerate(self._index.sections)}
            own = order.get(section.id, len(order))
            above = [each for each in self._places if not each.section and not each.heading.is_new]
            above = [each for each in above if order.get(each.id, len(order)) < own]
            blocks = [each for each in (above[-1], *above[-1].groups) if not each.heading.is_new] if above else []
            base = blocks[-1].end if blocks else self._top
            key = (*base, IN_DOCUMENT, own, next(self._serial))
            self._rows.add("rule", key, RULE)
            heading = self._rows.add("heading", (*key, 0), write_title(section.title))
            place = _Place(heading, section.title, section.id, bool(section.id), end=heading.key)
        else:
            parent, order = self._place(section, Block()), self._group_order
            own = order[self._group_name(block.id, block.heading)]
            above = [each for each in parent.groups if not each.heading.is_new]
            above = [each for each in above if order.get(self._group_name(each.id, each.title), own) < own]
            key = (*[parent, *above][-1].end, IN_SECTION, own, next(self._serial))
            heading = self._rows.add("heading", key, write_title(block.heading, self._group_marks))
            is_known = block.id in self._index.groups
            place = _Place(heading, block.heading, block.id, is_known, parent, heading.key)
        self._add_place(place)
        self._register(place)
        return place


def _content(part: Entry | Note) -> Hashable:
    """Return the content of a part, white space normalized; a quotation and a term may have equal content."""
    if isinstance(part, Note):
        return collapse_spaces(part.text)
    return part.kind == "note", collapse_spaces(part.words), collapse_spaces(part.note)


def arrange(
    lists: Sequence[Sequence[EntryOrNote]], wanted: Sequence[EntryOrNote], target: int
) -> list[Placed[EntryOrNote]]:
    """Distribute `wanted` over `lists`: each part once, and in each list in the order of `wanted`.

    A part stays in the list that has its id, or else its content; as many stay as the order allows. The others are
    added to list `target`, each after the part that it follows in `wanted`.
    """
    found: list[dict[int, int]] = [{} for _ in lists]
    missing = list(range(len(wanted)))
    keys: tuple[Callable[[Entry | Note], Hashable], ...] = (lambda part: part.id, _content)
    for key_of in keys:
        left: dict[Hashable, deque[int]] = defaultdict(deque)
        for number in missing:
            left[key_of(wanted[number])].append(number)
        for places, parts in zip(found, lists, strict=True):
            for place, part in enumerate(parts if missing else ()):
                if place not in places and (key := key_of(part)) and left.get(key):
                    places[place] = left[key].popleft()
        known = {number for of_list in found for number in of_list.values()}
        missing = [number for number in range(len(wanted)) if number not in known]
    kept = [_rising(sorted(places.items())) for places in found]
    known = {number for numbers in kept for number in numbers}
    missing = [number for number in range(len(wanted)) if number not in known]
    kept[target].update(dict.fromkeys(missing))
    return [[(places[number], wanted[number]) for number in sorted(places)] for places in kept]


def _rising(places: list[tuple[int, int]]) -> dict[int, int | None]:
    """Return as many `places` (place, number) with rising numbers as possible, as place by number.

    This is the longest increasing subsequence, found by patience sorting.
    """
    tails: list[int] = []
    lengths: list[int] = []
    for _, number in places:
        lengths.append(bisect_left(tails, number))
        tails[lengths[-1] : lengths[-1] + 1] = [number]
    chosen: dict[int, int | None] = {}
    for (place, number), length in zip(reversed(places), reversed(lengths), strict=True):
        if length == len(tails) - 1 - len(chosen):
            chosen[number] = place
    return chosen


def _update_ids(row: PatchRow, parts: Sequence[Entry | Note]) -> bool:
    """Set the ids of a row to those of `parts`; return whether the row must be rewritten."""
    old = [part for part in row.parts if not part.is_empty]
    ids = [part.id for part in parts]
    is_changed = [_content(part) for part in old] != [_content(part) for part in parts]
    row.ids = tuple(ids) if is_changed else tuple("" if part.is_empty else ids.pop(0) for part in row.parts)
    return is_changed


def _joined(notes: Sequence[Note]) -> str:
    """Render the notes of one row; several notes need the signs that separate them."""
    if len(notes) < 2:
        return write_notes(tuple(notes))
    return write_notes(tuple(replace(note, emphasis=note.emphasis or "_") for note in notes))


def _rewritten(old: Entry | Note | None, new: Entry, text: str) -> str:
    """Render an entry in place of `old`, written as `text`, with the same quotes, backticks, emphasis and links."""
    if isinstance(old, Entry) and "note" not in (old.kind, new.kind):
        marked = entry_in(text)
        new = replace(new, kind=old.kind, words=marked.words if marked and old.words == new.words else new.words)
    elif isinstance(old, Entry) and old.kind == new.kind:
        new = replace(new, emphasis=old.emphasis)
    return write_entry(new, text)


def _labelled(code: _Code, rest: str) -> str:
    """Render a code's row without its bullet: the label as it was written, if it can be read, and `rest`."""
    text = ""
    for label in (code.written_label, write_code_line(CodeLine(code.label))):
        text = f"{label} {rest}".rstrip()
        if split_label(text, is_nested=code.row.is_indented) == (code.label, rest):
            break
    return text


def _counted(prefix: str) -> str:
    """Return the prefix of the next row in a list; a number is raised by one."""
    return NUMBER.sub(lambda found: str(min(int(found[0]) + 1, LAST_NUMBER)), prefix)


def _nested(prefix: str) -> str:
    """Return the prefix of a list nested below a row with this prefix."""
    found = BULLET_PREFIX.match(prefix)
    if found is None:
        return prefix
    indent, bullet, space = found.group(1, 2, 3)
    width = "\t" if "\t" in space else " " * len(bullet + space)
    return f"{indent}{width}{'-' if bullet[0].isdigit() else bullet}{space}"

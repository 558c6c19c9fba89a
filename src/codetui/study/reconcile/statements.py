"""What a document and a session say, as lists of the same statements, so that they can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.formats.session_doc import Block, Document, Entry, Note, SectionPart, with_part_ids
from codetui.model import Anchor, Codebook, CodeId, Coding, CodingId, Memo, MemoTarget


@dataclass(frozen=True, slots=True)
class Statement:
    """One quotation under its code, or one note.

    `slot` is the list in which it stands: `Place("entry", code)` for quotations and the notes between them.
    `words` are those of the quotation or the text of the note, white space folded.  `place` is where a note is kept;
    it differs from the slot on a section that the codebook lacks.
    """

    slot: MemoTarget
    is_note: bool
    words: str
    note: str = ""
    place: MemoTarget = field(default=MemoTarget(kind="entry", id=""), compare=False)
    id: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


def statements(document: Document, index: CodebookIndex) -> list[Statement]:
    """All that a document (with the ids of its sections, groups and codes) says under its codes, in its order.

    A note without text says nothing.
    """
    return [
        _statement(part, place, slot_of(place, index))
        for section in document.sections
        for block in section.blocks
        for place, parts in _parts(section, block)
        for part in parts
        if not part.is_empty
    ]


def _parts(section: SectionPart, block: Block) -> Iterator[tuple[MemoTarget, Sequence[Entry | Note]]]:
    """The notes and entries of a block with the place where they stand; `with_ids_in_order` goes the same way."""
    yield heading_place(section, block), block.notes
    for code in block.codes:
        yield MemoTarget(kind="code", id=code.id), code.notes
        yield MemoTarget(kind="entry", id=code.id), code.entries


def heading_place(section: SectionPart, block: Block) -> MemoTarget:
    """What the notes of a block stand on; a heading that the codebook lacks is its own id."""
    if block.heading is None:
        return MemoTarget(kind="section", id=section.id or section.title)
    return MemoTarget(kind="group", id=block.id or block.heading)


def _statement(part: Entry | Note, place: MemoTarget, slot: MemoTarget) -> Statement:
    if isinstance(part, Note):
        return Statement(slot, True, shown_words(part.text), place=place, id=part.id, line=part.line)
    if part.kind == "note":
        return Statement(slot, True, shown_words(part.note), place=place, id=part.id, line=part.line)
    words, note = shown_words(part.words), shown_words(part.note)
    return Statement(slot, False, words, note, place=place, id=part.id, line=part.line)


def with_ids_in_order(document: Document, ids: Sequence[str]) -> Document:
    """The document with these ids on its entries and notes, one for each of its `statements`."""
    coming = iter(ids)
    return with_part_ids(document, lambda part: "" if part.is_empty else next(coming))


def slot_of(place: MemoTarget, index: CodebookIndex) -> MemoTarget:
    """The list that a place means once it stands in a document, where ids have become labels and headings."""
    if place.kind in ("entry", "code"):
        label = shown_words(index.labels.get(CodeId(place.id), place.id))
        code = index.code_by_label(label)
        return MemoTarget(kind=place.kind, id=code.id if code else label)
    if place.kind == "section" and place.id in index.sections:
        return place
    if place.kind == "group" and place.id in index.groups:
        return place
    # Documents show the notes of what the codebook lacks under a group's heading.
    group = books.group_by_title(index.book, place.id)
    return MemoTarget(kind="group", id=group.id if group else shown_words(place.id))


# --- what the session says ----------------------------------------------------------------------------


class Held:
    """What a session says: `by_id` the statements of all codings and notes, `live` those that stand, in order."""

    def __init__(self, state: State, index: CodebookIndex) -> None:
        """Look at the codings and notes of `state`."""
        kept: list[Coding | Memo] = [*state.codings.values(), *state.notes.values()]
        slots = {place: slot_of(place, index) for place in {place_of(each) for each in kept}}
        self.by_id: dict[str, Statement] = {}
        self.live: list[Statement] = []
        self._anchors = {coding.id: coding.anchor for coding in state.codings.values()}
        self._gone: set[str] = set()
        for each in sorted(kept, key=lambda one: (one.rank, one.id)):
            place = place_of(each)
            said = _said(each, place, slots[place])
            self.by_id[each.id] = said
            if is_live(each):
                self.live.append(said)
            else:
                self._gone.add(each.id)

    def is_removed(self, id_: str) -> bool:
        """True for what the coder has taken away."""
        return id_ in self._gone

    def anchor(self, coding: str) -> Anchor | None:
        """Where a coding stands in the ad."""
        return self._anchors.get(CodingId(coding))


def _said(one: Coding | Memo, place: MemoTarget, slot: MemoTarget) -> Statement:
    if isinstance(one, Memo):
        return Statement(slot, True, shown_words(one.text), place=place, id=one.id)
    words = one.words or (one.anchor.words if one.anchor else "")
    return Statement(slot, False, shown_words(words), shown_words(one.note), place=place, id=one.id)


def place_of(one: Coding | Memo) -> MemoTarget:
    """Where a coding or note stands."""
    return MemoTarget(kind="entry", id=one.code) if isinstance(one, Coding) else one.place


def is_live(one: Coding | Memo) -> bool:
    """True for what documents show."""
    return not one.is_removed if isinstance(one, Coding) else bool(one.text.strip())


# --- codes that were renamed --------------------------------------------------------------------------


def renamed_codes(base: Document, state: State, book: Codebook) -> dict[str, CodeId]:
    """The codes of labels that a document has from an earlier codebook: their name is another now, or they are gone.

    What stands under a label tells which code it is.
    """
    known = {code.id for code in book.codes}
    codes: dict[str, set[CodeId]] = {}
    for line in (line for section in base.sections for block in section.blocks for line in block.codes):
        codings = (state.codings.get(CodingId(entry.id)) for entry in line.entries)
        found = {coding.code for coding in codings if coding and line.id not in known and _names(line.id, coding.code)}
        codes.setdefault(line.id, set()).update(found)
    return {label: code for label, found in codes.items() if len(found) == 1 for code in found}


def _names(label: str, code: CodeId) -> bool:
    """True where the code's id stands in a label, as a word."""
    return re.search(rf"(?<!\w){re.escape(code)}(?!\w)", label) is not None


def with_codes(document: Document, codes: dict[str, CodeId]) -> Document:
    """The document with the codes' ids on the lines that go by these labels."""
    if not codes:
        return document

    def block_with_codes(block: Block) -> Block:
        return replace(block, codes=tuple(replace(line, id=codes.get(line.id, line.id)) for line in block.codes))

    sections = tuple(
        replace(section, blocks=tuple(block_with_codes(block) for block in section.blocks))
        for section in document.sections
    )
    return replace(document, sections=sections)


Aspect = Literal["slot", "words", "note"]

Conflict: TypeAlias = Literal["apart", "joined", "restored", "kept"]
"""How both versions are kept: beside each other; as one text; removed on one side and changed on the other."""


class Merged(NamedTuple):
    """What the session's statement becomes, and how both versions are kept where both were changed.

    `apart`: the session's stays as it is, and the document's is one of its own.
    """

    after: Statement
    conflict: Conflict | None = None


def merged(edited: Statement, base: Statement, now: Statement, *, is_removed: bool) -> Merged:
    """What `now` becomes when the document's `base` has become `edited`; changes of different parts both hold."""
    by_hand = changed(base, edited)
    if not by_hand:
        return Merged(now)
    if is_removed:
        return Merged(replace(edited, id=now.id), "restored")
    clashes = by_hand & changed(base, now) & changed(now, edited)
    if clashes - {_text_of(now)}:
        return Merged(now, "apart")
    after = now
    if "slot" in by_hand:
        after = replace(after, slot=edited.slot, place=edited.place)
    if "words" in by_hand:
        words = joined(now.words, edited.words) if "words" in clashes else edited.words
        after = replace(after, words=words)
    if "note" in by_hand:
        after = replace(after, note=joined(now.note, edited.note) if "note" in clashes else edited.note)
    return Merged(after, "joined" if clashes else None)


def changed(one: Statement, other: Statement) -> set[Aspect]:
    """The parts in which two statements differ."""
    parts: set[Aspect] = set()
    if one.slot != other.slot:
        parts.add("slot")
    if one.words != other.words:
        parts.add("words")
    if one.note != other.note:
        parts.add("note")
    return parts


def _text_of(one: Statement) -> Aspect:
    """The part of which both versions can stand in one text."""
    return "words" if one.is_note else "note"


def joined(one: str, other: str) -> str:
    """Both texts in one."""
    return " / ".join(filter(None, (one, other)))

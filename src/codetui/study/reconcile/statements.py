"""The content of documents and sessions as lists of comparable statements, and the merge of one statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc import Block, Document, Entry, Note, SectionPart, with_part_ids
from codetui.model import Codebook, CodeId, Coding, CodingId, Memo, MemoTarget


@dataclass(frozen=True, slots=True)
class Statement:
    """One quotation under its code, or one note.

    `slot` is the list that holds it: `MemoTarget("entry", code)` for quotations and the notes between them. `words`
    are those of the quotation or the text of the note, white space collapsed. `place` is where a note is stored; it
    differs from the slot on a section that the codebook lacks.
    """

    slot: MemoTarget
    is_note: bool
    words: str
    note: str = ""
    place: MemoTarget = field(default=MemoTarget(kind="entry", id=""), compare=False)
    id: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)


# --- the statements of a document ---------------------------------------------------------------------


def statements(document: Document, index: CodebookIndex) -> list[Statement]:
    """Return the statements of a document (with the ids of its sections, groups and codes), in its order.

    Notes without text are left out.
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
    """Yield the notes and entries of a block with their place, in the order of `with_ids_in_order`."""
    yield heading_place(section, block), block.notes
    for code in block.codes:
        yield MemoTarget(kind="code", id=code.id), code.notes
        yield MemoTarget(kind="entry", id=code.id), code.entries


def heading_place(section: SectionPart, block: Block) -> MemoTarget:
    """Return the place of a block's notes; a heading that the codebook lacks is its own id."""
    if block.heading is None:
        return MemoTarget(kind="section", id=section.id or section.title)
    return MemoTarget(kind="group", id=block.id or block.heading)


def _statement(part: Entry | Note, place: MemoTarget, slot: MemoTarget) -> Statement:
    if isinstance(part, Note):
        return Statement(slot, True, collapse_spaces(part.text), place=place, id=part.id, line=part.line)
    if part.kind == "note":
        return Statement(slot, True, collapse_spaces(part.note), place=place, id=part.id, line=part.line)
    words, note = collapse_spaces(part.words), collapse_spaces(part.note)
    return Statement(slot, False, words, note, place=place, id=part.id, line=part.line)


def with_ids_in_order(document: Document, ids: Sequence[str]) -> Document:
    """Return the document with these ids on its entries and notes, one for each of its `statements`."""
    coming = iter(ids)
    return with_part_ids(document, lambda part: "" if part.is_empty else next(coming))


def slot_of(place: MemoTarget, index: CodebookIndex) -> MemoTarget:
    """Return the list that a place denotes in a document, where labels and headings replace ids."""
    if place.kind in ("entry", "code"):
        label = collapse_spaces(index.labels.get(CodeId(place.id), place.id))
        code = index.code_by_label(label)
        return MemoTarget(kind=place.kind, id=code.id if code else label)
    if place.kind == "section" and place.id in index.sections:
        return place
    if place.kind == "group" and place.id in index.groups:
        return place
    # Documents show the notes of what the codebook lacks under a group's heading.
    group = books.group_by_title(index.book, place.id)
    return MemoTarget(kind="group", id=group.id if group else collapse_spaces(place.id))


# --- the statements of a session ----------------------------------------------------------------------


def statements_of_session(state: State, index: CodebookIndex) -> dict[str, Statement]:
    """Return the statement of every coding and note, removed ones included, by id and in the order of ranks."""
    kept: list[Coding | Memo] = [*state.codings.values(), *state.notes.values()]
    slots = {place: slot_of(place, index) for place in {place_of(each) for each in kept}}
    in_order = sorted(kept, key=lambda one: (one.rank, one.id))
    return {each.id: _session_statement(each, place_of(each), slots[place_of(each)]) for each in in_order}


def _session_statement(one: Coding | Memo, place: MemoTarget, slot: MemoTarget) -> Statement:
    if isinstance(one, Memo):
        return Statement(slot, True, collapse_spaces(one.text), place=place, id=one.id)
    words = one.words or (one.anchor.words if one.anchor else "")
    return Statement(slot, False, collapse_spaces(words), collapse_spaces(one.note), place=place, id=one.id)


def place_of(one: Coding | Memo) -> MemoTarget:
    """Return the place of a coding or note."""
    return MemoTarget(kind="entry", id=one.code) if isinstance(one, Coding) else one.target


def is_live(one: Coding | Memo) -> bool:
    """Return whether documents show a coding or note."""
    return not one.is_removed if isinstance(one, Coding) else bool(one.text.strip())


# --- codes that were renamed --------------------------------------------------------------------------


def renamed_codes(base: Document, state: State, book: Codebook) -> dict[str, CodeId]:
    """Return the codes of labels that come from an earlier codebook; the codings under a label identify its code."""
    known = {code.id for code in book.codes}
    codes: dict[str, set[CodeId]] = {}
    for line in (line for section in base.sections for block in section.blocks for line in block.codes):
        codings = (state.codings.get(CodingId(entry.id)) for entry in line.entries)
        found = {one.code for one in codings if one and line.id not in known and _has_word(line.id, one.code)}
        codes.setdefault(line.id, set()).update(found)
    return {label: code for label, found in codes.items() if len(found) == 1 for code in found}


def _has_word(label: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", label) is not None


def with_codes(document: Document, codes: dict[str, CodeId]) -> Document:
    """Return the document with the ids of codes on the lines with these labels."""
    if not codes:
        return document

    def block_with_codes(block: Block) -> Block:
        return replace(block, codes=tuple(replace(line, id=codes.get(line.id, line.id)) for line in block.codes))

    sections = tuple(
        replace(section, blocks=tuple(block_with_codes(block) for block in section.blocks))
        for section in document.sections
    )
    return replace(document, sections=sections)


# --- three-way merge of one statement -----------------------------------------------------------------

Aspect = Literal["slot", "words", "note"]

Conflict: TypeAlias = Literal["apart", "joined", "restored", "kept"]
"""How both versions are kept: as two statements; as one text; removed on one side and changed on the other."""


class Merged(NamedTuple):
    """What the session's statement becomes, and how a conflict was resolved.

    `apart`: the session's statement stays, and the document's becomes a new one.
    """

    after: Statement
    conflict: Conflict | None = None


def merge(edited: Statement, base: Statement, now: Statement, *, is_removed: bool) -> Merged:
    """Apply the change from `base` to `edited` to `now`; changes of different aspects are combined."""
    by_hand = changed(base, edited)
    if not by_hand:
        return Merged(now)
    if is_removed:
        return Merged(replace(edited, id=now.id), "restored")
    clashes = by_hand & changed(base, now) & changed(now, edited)
    text: Aspect = "words" if now.is_note else "note"
    if clashes - {text}:
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
    """Return the aspects in which two statements differ."""
    pairs: tuple[tuple[Aspect, object, object], ...] = (
        ("slot", one.slot, other.slot),
        ("words", one.words, other.words),
        ("note", one.note, other.note),
    )
    return {aspect for aspect, this, that in pairs if this != that}


def joined(one: str, other: str) -> str:
    """Return both texts as one."""
    return " / ".join(filter(None, (one, other)))

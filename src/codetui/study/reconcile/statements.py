"""The content of documents and sessions as lists of statements, which are compared, matched and merged.

Matching pairs statements of two lists that are the same, changed or moved. Locating finds the quotations in the text of
the source.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Literal, NamedTuple, TypeAlias

from codetui.core.anchors import anchor as anchors
from codetui.core.anchors.anchor import Ambiguous, Exact, Fuzzy, Orphan, Resolution
from codetui.core.anchors.similarity import is_joined
from codetui.core.codebook import index as books
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.commands import quoted
from codetui.core.session.state import State
from codetui.core.text.normalize import collapse_spaces, normalize_words
from codetui.formats.session_doc.model import Block, Document, Entry, Note, SectionPart, with_part_ids
from codetui.model import Anchor, Codebook, CodeId, Coding, CodingId, Memo, MemoTarget, Span, hashes_of, source_hash

Aspect = Literal["slot", "words", "note"]
Conflict: TypeAlias = Literal["apart", "joined", "restored", "kept"]
"""The ways to keep both versions: as two statements; as one text; removed on one side and changed on the other."""

MIN_SIMILARITY = 65
"""The least similarity of words, in per cent, to count as changed rather than replaced.

In eight real documents no two quotations of one code are more than 63 % similar; of their quotations shortened by
two words, 91 % are at least 65 % similar to the original.
"""

MAX_CANDIDATES = 64
"""The number of neighbours with which each changed quotation is compared where many in a row were changed."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One quotation under its code, or one note.

    `slot` is the list that contains it: `MemoTarget("entry", code)` for quotations and the notes between them. `words`
    are the quotation's words or the note's text, white space collapsed. `place` is where a note is stored; it differs
    from the slot for a section that the codebook lacks.
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
    """Return the statements of a document (with the ids of its sections, groups and codes) in order.

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
    """Yield the notes and entries of a block with their places, in the order of `with_ids_in_order`."""
    yield heading_place(section, block), block.notes
    for code in block.codes:
        yield MemoTarget(kind="code", id=code.id), code.notes
        yield MemoTarget(kind="entry", id=code.id), code.entries


def heading_place(section: SectionPart, block: Block) -> MemoTarget:
    """Return the place of a block's notes; a heading that the codebook lacks serves as its own id."""
    if block.heading is None:
        return MemoTarget(kind="section", id=section.id or section.title)
    return MemoTarget(kind="group", id=block.id or block.heading)


def _statement(part: Entry | Note, place: MemoTarget, slot: MemoTarget) -> Statement:
    if isinstance(part, Entry) and part.kind != "note":
        words, note = collapse_spaces(part.words), collapse_spaces(part.note)
        return Statement(slot, False, words, note, place, part.id, part.line)
    text = part.text if isinstance(part, Note) else part.note
    return Statement(slot, True, collapse_spaces(text), "", place, part.id, part.line)


def with_ids_in_order(document: Document, ids: Sequence[str]) -> Document:
    """Return the document with these ids, one for each of its `statements`, on its entries and notes."""
    coming = iter(ids)
    return with_part_ids(document, lambda part: "" if part.is_empty else next(coming))


def slot_of(place: MemoTarget, index: CodebookIndex) -> MemoTarget:
    """Return the list that a place refers to in a document, where labels and headings replace ids."""
    if place.kind in ("entry", "code") and place.id in index.former:
        return place
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
    """Return the statement of every coding and note, including removed ones, by id and in the order of ranks."""
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
    """Return the codes of labels from an earlier codebook, identified by the codings under each label."""
    known = {code.id for code in book.codes}
    lines = (line for section in base.sections for block in section.blocks for line in block.codes)
    codes: dict[str, set[CodeId]] = {}
    for line in (line for line in lines if line.id not in known):
        codings = (state.codings.get(CodingId(entry.id)) for entry in line.entries)
        found = {one.code for one in codings if one and re.search(rf"(?<!\w){re.escape(one.code)}(?!\w)", line.id)}
        codes.setdefault(line.id, set()).update(found)
    return {label: code for label, found in codes.items() if len(found) == 1 for code in found}


def with_codes(document: Document, codes: dict[str, CodeId]) -> Document:
    """Return the document with the codes' ids on the lines with these labels."""
    if not codes:
        return document

    sections = [
        replace(section, blocks=tuple(map(partial(_block_with_codes, codes), section.blocks)))
        for section in document.sections
    ]
    return replace(document, sections=tuple(sections))


def _block_with_codes(codes: dict[str, CodeId], block: Block) -> Block:
    return replace(block, codes=tuple(replace(line, id=codes.get(line.id, line.id)) for line in block.codes))


# --- three-way merge of one statement -----------------------------------------------------------------


def merge(edited: Statement, base: Statement, now: Statement, *, is_removed: bool) -> tuple[Statement, Conflict | None]:
    """Apply the change from `base` to `edited` to `now`; changes of different aspects are combined.

    Return the merged statement, and how a conflict was resolved: with `apart` it is the session's statement, and the
    document's becomes a new one.
    """
    by_hand = changed(base, edited)
    if not by_hand:
        return now, None
    if is_removed:
        return replace(edited, id=now.id), "restored"
    clashes = by_hand & changed(base, now) & changed(now, edited)
    if clashes - {"words" if now.is_note else "note"}:
        return now, "apart"
    after = now
    if "slot" in by_hand:
        after = replace(after, slot=edited.slot, place=edited.place)
    if "words" in by_hand:
        after = replace(after, words=joined(now.words, edited.words) if "words" in clashes else edited.words)
    if "note" in by_hand:
        after = replace(after, note=joined(now.note, edited.note) if "note" in clashes else edited.note)
    return after, "joined" if clashes else None


def changed(one: Statement, other: Statement) -> set[Aspect]:
    """Return the aspects in which two statements differ."""
    aspects: dict[Aspect, bool] = {
        "slot": one.slot != other.slot,
        "words": one.words != other.words,
        "note": one.note != other.note,
    }
    return {aspect for aspect, differs in aspects.items() if differs}


def joined(one: str, other: str) -> str:
    """Return both texts as one."""
    return " / ".join(filter(None, (one, other)))


Key = Callable[[Statement], Hashable]
"""The key that two statements must have in common; None excludes a statement."""


class Pairs:
    """Pairs of statements, by their indices in `edited` and `base`; each statement is in at most one pair."""

    def __init__(self, edited: Sequence[Statement], base: Sequence[Statement]) -> None:
        self.base_of: dict[int, int] = {}
        self._edited, self._base = edited, base
        self._paired: set[int] = set()

    def unpaired_edited(self) -> list[int]:
        """Return the indices in `edited` without a partner."""
        return [index for index in range(len(self._edited)) if index not in self.base_of]

    def unpaired_base(self) -> list[int]:
        """Return the indices in `base` without a partner."""
        return [index for index in range(len(self._base)) if index not in self._paired]

    def pair(self, edited: int, base: int) -> None:
        """Record that two statements are the same."""
        self.base_of[edited] = base
        self._paired.add(base)

    def pair_in_order(self) -> None:
        """Pair the longest common subsequence of identical statements, slot by slot."""
        edited, base = _by_slot(self._edited), _by_slot(self._base)
        for slot, indices in edited.items():
            others = base.get(slot, [])
            numbering: dict[Statement, int] = {}
            here = [numbering.setdefault(self._edited[index], len(numbering)) for index in indices]
            there = [numbering.setdefault(self._base[index], len(numbering)) for index in others]
            for one, other in _common(here, there):
                self.pair(indices[one], others[other])

    def pair_by(self, key: Key, base_key: Key | None = None) -> None:
        """Pair the remaining statements that share a key, the first with the first."""
        waiting: defaultdict[Hashable, deque[int]] = defaultdict(deque)
        for index in self.unpaired_base():
            waiting[(base_key or key)(self._base[index])].append(index)
        for index in self.unpaired_edited():
            found = key(self._edited[index])
            if found is not None and waiting[found]:
                self.pair(index, waiting[found].popleft())

    def pair_similar(self) -> None:
        """Pair the remaining statements at the same position of a slot, the most similar words first."""
        same = {one: other for one, other in self.base_of.items() if self._edited[one].slot == self._base[other].slot}
        here = self._by_neighbour(self._edited, self.unpaired_edited(), same)
        there = self._by_neighbour(self._base, self.unpaired_base(), {other: other for other in same.values()})
        found = [each for place, indices in here.items() for each in self._similar(indices, there.get(place, []))]
        for _, one, other in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
            if one not in self.base_of and other not in self._paired:
                self.pair(one, other)

    def _by_neighbour(
        self, statements: Sequence[Statement], unpaired: list[int], partners: Mapping[int, int]
    ) -> dict[Hashable, list[int]]:
        """Group unpaired statements by the paired statement before them, and again by the one after them."""
        found: defaultdict[Hashable, list[int]] = defaultdict(list)
        waiting = set(unpaired)
        for slot, indices in _by_slot(statements).items():
            for is_before, order in ((True, indices), (False, indices[::-1])):
                neighbour = -1
                for index in order:
                    neighbour = partners.get(index, neighbour)
                    if index in waiting:
                        found[slot, statements[index].is_note, is_before, neighbour].append(index)
        return found

    def _similar(self, indices: list[int], others: list[int]) -> Iterator[tuple[float, int, int]]:
        """Yield similarity in per cent, the index in `edited` and the index in `base`."""
        from rapidfuzz import process
        from rapidfuzz.fuzz import ratio

        for position, index in enumerate(indices if others else ()):
            near = position * len(others) // len(indices)
            start = max(0, min(near - MAX_CANDIDATES // 2, len(others) - MAX_CANDIDATES))
            candidates = others[start : start + MAX_CANDIDATES]
            words = [self._base[other].words for other in candidates]
            matches = process.extract(
                self._edited[index].words, words, scorer=ratio, score_cutoff=MIN_SIMILARITY, limit=None
            )
            for _, score, at in matches:
                yield score, index, candidates[at]


def match_edits(edited: Sequence[Statement], base: Sequence[Statement]) -> Pairs:
    """Pair the statements of `base` with their edited versions: unchanged, or with another note, code or words."""
    pairs = Pairs(edited, base)
    pairs.pair_in_order()
    pairs.pair_by(lambda one: one)
    pairs.pair_by(_words_in_slot)
    pairs.pair_by(lambda one: (one.is_note, one.slot.kind, one.words, one.note))
    pairs.pair_similar()
    return pairs


def match_known(edited: Sequence[Statement], live: Sequence[Statement]) -> Pairs:
    """Pair the statements that a session already has; only one side need have a note on a quotation."""
    pairs = Pairs(edited, live)
    pairs.pair_in_order()
    pairs.pair_by(lambda one: one)
    pairs.pair_by(_words_without_note, _words_in_slot)
    pairs.pair_by(_words_in_slot, _words_without_note)
    return pairs


def count_edits(edited: Sequence[Statement], base: Sequence[Statement]) -> int:
    """Return how many statements were added, removed, changed or moved from `base` to `edited`."""
    pairs = match_edits(edited, base)
    changed = sum(edited[one] != base[other] for one, other in pairs.base_of.items())
    moved = len(out_of_order(pairs.base_of, edited, base))
    return len(pairs.unpaired_edited()) + len(pairs.unpaired_base()) + changed + moved


def out_of_order(base_of: dict[int, int], edited: Sequence[Statement], base: Sequence[Statement]) -> set[int]:
    """Return the smallest set of indices in `edited` that were moved within their slot."""
    kept: defaultdict[Hashable, list[int]] = defaultdict(list)
    for index in sorted(base_of):
        if edited[index].slot == base[base_of[index]].slot:
            kept[edited[index].slot].append(index)
    moved: set[int] = set()
    for indices in kept.values():
        rising = _longest_rise([base_of[index] for index in indices])
        moved.update(index for position, index in enumerate(indices) if position not in rising)
    return moved


def _words_in_slot(one: Statement) -> Hashable:
    return None if one.is_note else (one.slot, one.words)


def _words_without_note(one: Statement) -> Hashable:
    return None if one.note else _words_in_slot(one)


def _by_slot(statements: Sequence[Statement]) -> dict[Hashable, list[int]]:
    found: dict[Hashable, list[int]] = {}
    for index, one in enumerate(statements):
        found.setdefault(one.slot, []).append(index)
    return found


def _common(one: list[int], other: list[int]) -> Iterator[tuple[int, int]]:
    """Yield the positions of a longest common subsequence in both lists."""
    if one == other:
        yield from ((place, place) for place in range(len(one)))
        return
    from rapidfuzz.distance import LCSseq

    for block in LCSseq.opcodes(one, other).as_matching_blocks():
        yield from ((block.a + place, block.b + place) for place in range(block.size))


def _longest_rise(values: list[int]) -> set[int]:
    """Return the positions of a longest increasing subsequence of distinct values."""
    tails: list[int] = []
    at: list[int] = []
    before: list[int] = []
    for position, value in enumerate(values):
        length = bisect_left(tails, value)
        before.append(at[length - 1] if length else -1)
        tails[length : length + 1] = [value]
        at[length : length + 1] = [position]
    rising: set[int] = set()
    position = at[-1] if at else -1
    while position >= 0:
        rising.add(position)
        position = before[position]
    return rising


# --- places in the source -------------------------------------------------------------------------------

LocatedBy: TypeAlias = Literal["exact", "folded", "fuzzy", "ambiguous", "orphan"]


class Quotation(NamedTuple):
    """A coding without an anchor, and the anchor it had with other words."""

    coding: Coding
    near: Anchor | None = None


class Place(NamedTuple):
    """The anchor of a quotation, if it was located; how it was located; and a message about any problem."""

    anchor: Anchor | None
    located_by: LocatedBy
    message: str = ""


class SourceText:
    """The text of a source in which words are searched; each search runs once.  `word` is the noun for a source."""

    def __init__(self, text: str, word: str) -> None:
        self.text = text
        self.word = word
        self.hash = source_hash(text)
        self.known = hashes_of(text)
        self._found: dict[str, Resolution] = {}

    def find(self, words: str, near: Anchor | None = None) -> Resolution:
        """Locate words; of several occurrences choose the only one, in whole words, that overlaps `near`."""
        if words not in self._found:
            self._found[words] = anchors.locate(self.text, words)
        found = self._found[words]
        if isinstance(found, Ambiguous) and near is not None and near.text_hash in self.known:
            spans = [span for span in found.spans if span.start < near.end and near.start < span.end]
            if len(spans) == 1 and self.is_whole(spans[0]) and self.matches(spans[0], words):
                return Exact(spans[0], "words" if self.equals(spans[0], words) else "folded")
        return found

    def equals(self, span: Span, words: str) -> bool:
        """Return whether the text at `span` is exactly these words, ignoring differences in white space."""
        return anchors.has_words(self.text, span, words)

    def matches(self, span: Span, words: str) -> bool:
        """Return whether the text at `span` is these words, apart from quotes, dashes, case and marked cuts.

        The case of a short word counts: `Go` is not in "go".
        """
        if len(words) <= anchors.CASED:
            return self.equals(span, words)
        text = normalize_words(self.text[span.start : span.end])
        position = 0
        for part in filter(None, map(normalize_words, anchors.CUT.split(words))):
            position = text.find(part, position)
            if position < 0:
                return False
            position += len(part)
        return True

    def is_whole(self, span: Span) -> bool:
        """Return whether no word continues across an end of `span`."""
        return not is_joined(self.text, span.start) and not is_joined(self.text, span.end)


def locate(quotations: Sequence[Quotation], live: Iterable[Coding], source: SourceText) -> list[Place]:
    """Return the place of each quotation; `live` has all codings of the session, including these."""
    words = [collapse_spaces(each.coding.words) for each in quotations]
    resolutions = {index: source.find(words[index], each.near) for index, each in enumerate(quotations)}
    same_words: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for index, found in resolutions.items():
        if isinstance(found, Ambiguous):
            same_words[quotations[index].coding.code, words[index]].append(index)
    of_code: defaultdict[str, list[Coding]] = defaultdict(list)
    for coding in live if same_words else ():
        of_code[coding.code].append(coding)
    for (code, _), indices in same_words.items():
        spans = _certain([quotations[index].coding for index in indices], of_code[code], source)
        if spans:
            resolutions |= {index: Exact(span, "words") for index, span in zip(indices, spans, strict=True)}
    return [_place(resolutions[index], each.coding.words, source) for index, each in enumerate(quotations)]


def _certain(codings: Sequence[Coding], of_code: Sequence[Coding], source: SourceText) -> Sequence[Span]:
    """Return the places of codings with one code and the same words; none unless they are certain.

    A code is assigned to a place only once. So if the words occur as often as they were coded, each occurrence has its
    own coding.
    """
    words = collapse_spaces(codings[0].words)
    found = source.find(words)
    spans = found.spans if isinstance(found, Ambiguous) else ()
    if len(spans) in (0, 1, anchors.MOST_PLACES) or len({coding.note for coding in codings}) > 1:
        return ()
    if not all(source.is_whole(span) and source.equals(span, words) for span in spans):
        return ()
    ids = {coding.id for coding in codings}
    used: set[tuple[int, int]] = set()
    for other in (coding for coding in of_code if coding.id not in ids):
        anchor = other.anchor
        if anchor and not other.is_proposed and anchor.text_hash in source.known:
            used.add((anchor.start, anchor.end))
        elif collapse_spaces(other.words) == words:
            return ()
    free = [span for span in spans if span not in used]
    return free if len(free) == len(codings) else ()


def _place(found: Resolution, words: str, source: SourceText) -> Place:
    match found:
        case Exact():
            located_by: LocatedBy = "folded" if found.step == "folded" else "exact"
            return Place(anchors.anchor_at(source.text, found.span, source.hash), located_by)
        case Fuzzy():
            anchor = anchors.anchor_at(source.text, found.span, source.hash)
            message = f"{quoted(words)} resembles {quoted(anchor.words)} ({round(100 * found.score)} %): check it"
            return Place(anchor, "fuzzy", message)
        case Ambiguous(spans=spans) if found.score < 1:
            what = f"resembles {len(spans)} places in the {source.word}"
        case Ambiguous(spans=spans) if len(spans) > 1:
            more = " or more" if len(spans) >= anchors.MOST_PLACES else ""
            what = f"occurs {len(spans):,} times{more} in the {source.word}"
        case Ambiguous():
            what = "could not be located with certainty"
        case Orphan():
            what = f"is not in the {source.word}: locate it by hand, or remove it"
            return Place(None, "orphan", f"{quoted(words)} {what}")
    return Place(None, "ambiguous", f"{quoted(words)} {what}: choose the place that is meant")

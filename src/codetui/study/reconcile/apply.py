"""Apply a document to a session: the events that follow, their counts, and the layout to keep."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate, count
from typing import NamedTuple

from codetui.core.codebook.index import CodebookIndex, index_of
from codetui.core.session.commands import quoted
from codetui.core.session.state import State, coding_events
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.session_doc.markdown import identified, render_document
from codetui.formats.session_doc.marks import bare, find_words
from codetui.formats.session_doc.model import Document, Note, ids_by_line
from codetui.formats.session_doc.patch import document_of
from codetui.model import (
    Anchor,
    Codebook,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    DocumentLayout,
    Event,
    Memo,
    MemoId,
    MemoTarget,
    MemoWritten,
    Problem,
    Source,
    SourceDescribed,
)
from codetui.study.reconcile.findings import (
    BOTH,
    Remark,
    assessment_of,
    compare_assessment,
    compare_description,
    new_remarks,
)
from codetui.study.reconcile.statements import (
    Conflict,
    Place,
    Quotation,
    SourceText,
    Statement,
    changed,
    count_edits,
    is_live,
    locate,
    match_edits,
    match_known,
    merge,
    out_of_order,
    place_of,
    renamed_codes,
    slot_of,
    statements,
    statements_of_session,
    with_codes,
    with_ids_in_order,
)

Mint = Callable[[], str]

RESOLVED: dict[Conflict, str] = {
    "apart": "both versions are kept; remove the one that is wrong",
    "joined": "both texts are kept as one; shorten it",
    "restored": "removed in the session, changed in the document, and kept; remove it if it is wrong",
    "kept": "removed in the document, changed in the session, and kept; remove it if it is wrong",
}


class Counts(NamedTuple):
    """How the quotations of a document were located, and what was done to the session.

    Of codings and notes: `added`; `changed` in words or note; `moved` to another code or within their list; `removed`.
    An edit of profile and reasoning, or of employer and title, counts as one more `changed`. `conflicts` were changed
    on both sides, or differ.
    """

    exact: int = 0
    folded: int = 0
    fuzzy: int = 0
    ambiguous: int = 0
    orphan: int = 0
    added: int = 0
    changed: int = 0
    moved: int = 0
    removed: int = 0
    conflicts: int = 0

    @property
    def quotations(self) -> int:
        """Return how many quotations were searched in the source."""
        return self.exact + self.folded + self.fuzzy + self.ambiguous + self.orphan


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The events that bring a session to the content of a document.

    `document` has the ids of all entries and notes. `layout` is None where the text has the canonical layout.
    """

    events: tuple[Event, ...]
    document: Document
    counts: Counts
    problems: tuple[Problem, ...]
    layout: DocumentLayout | None = None


def reconcile(
    edited: Document,
    base: Document | None,
    state: State,
    source: Source,
    book: Codebook,
    file: str,
    mint: Mint,
    text: str = "",
) -> Reconciliation:
    """Return the events that bring `state` to the content of the document `edited`.

    `base` is the document as it was last written, with the ids of its entries and notes: the edits made to it since are
    applied to `state`, which may have changed too. Without `base` nothing is removed: what the session lacks is added.
    Words without a single place in the source become a coding without an anchor. `text` is the text of `edited`, for
    the layout; `mint` returns fresh ids; problems name `file`.
    """
    index = index_of(book)
    identified_edit, before = identified(edited, index), identified(base, index) if base else None
    renamed = renamed_codes(before, state, book) if before else {}
    document, before = with_codes(identified_edit, renamed), with_codes(before, renamed) if before else None
    work = _Reconciler(state, source, index, mint)
    work.compare_lines(document, before)
    ids = work.apply(statements(document, index), statements(before, index) if before else [])
    description = compare_description(document, before, state, source)
    assessment = compare_assessment(document, before, state, book)
    heads = (*description.events, *assessment.events)
    work.counts["changed"] += len(heads) if base else 0
    for remark in (*description.remarks, *assessment.remarks, *new_remarks(document, before, index)):
        work.report(remark)
    named = with_ids_in_order(document, ids)
    return Reconciliation(
        (*description.events, *work.draft.events(ids), *assessment.events),
        named,
        Counts(**work.counts),
        work.problems(file),
        _layout(text, identified_edit, named, _described(source, state, description.events), book) if text else None,
    )


def survey(document: Document, source: Source, book: Codebook, file: str) -> tuple[Counts, tuple[Problem, ...]]:
    """Locate all quotations of a document without regard to a session; return the counts and the problems."""
    index = index_of(book)
    document = identified(document, index)
    numbers = count(1)
    work = _Reconciler(State(), source, index, lambda: str(next(numbers)))
    work.add(statements(document, index), set())
    for remark in (*compare_assessment(document, None, State(), book).remarks, *new_remarks(document, None, index)):
        work.report(remark)
    return Counts(**work.counts), work.problems(file)


def closest_base(edited: Document, bases: Sequence[Document], book: Codebook) -> int:
    """Return the index of the base from which `edited` differs by the fewest edits; of equals the first."""
    index = index_of(book)
    edited_statements = statements(identified(edited, index), index)

    def distance(at: int) -> int:
        base = identified(bases[at], index)
        is_other_head = (base.employer, base.title) != (edited.employer, edited.title)
        is_other_assessment = assessment_of(base, book) != assessment_of(edited, book)
        return count_edits(edited_statements, statements(base, index)) + is_other_head + is_other_assessment

    return min(range(len(bases)), key=distance) if len(bases) > 1 else 0


# --- the layout ---------------------------------------------------------------------------------------


def _described(source: Source, state: State, events: tuple[Event, ...]) -> Source:
    """Return the source with the employer and title of the session after these events."""
    source = state.describe(source)
    for event in events:
        if isinstance(event, SourceDescribed):
            source = replace(source, employer=event.employer, title=event.title)
    return source


def _layout(text: str, edited: Document, named: Document, source: Source, book: Codebook) -> DocumentLayout | None:
    """Return the layout of a text; None if it is the canonical layout of this content."""
    if render_document(edited) == text and _canonical_text(edited, source, book) == text:
        return None
    return DocumentLayout(text=text, ids=ids_by_line(named), employer=source.employer, title=source.title)


def _canonical_text(document: Document, source: Source, book: Codebook) -> str:
    """Return the canonical text of a session with the content of `document`."""
    codings: dict[CodingId, Coding] = {}
    notes: dict[MemoId, Memo] = {}
    for rank, one in enumerate(statements(document, index_of(book)), 1):
        id_ = f"{rank:08}"
        if one.is_note:
            notes[MemoId(id_)] = Memo(id=MemoId(id_), target=one.place, text=one.words, rank=rank)
        else:
            codings[CodingId(id_)] = replace(_coding(id_, one), rank=rank)
    profile, reasoning = assessment_of(document, book)
    state = State(codings=codings, notes=notes, profile=profile, reasoning=reasoning)
    return document_of(state, book, source).text


# --- codings and notes --------------------------------------------------------------------------------


class _Reconciler:
    """Changes a session to the content of a document, with counts and remarks."""

    def __init__(self, state: State, source: Source, index: CodebookIndex, mint: Mint) -> None:
        self.draft = _Draft(state, index)
        self.counts: Counter[str] = Counter()
        self._known = statements_of_session(state, index)
        self._next_rank = state.next_rank
        self._source, self._index, self._mint = source, index, mint
        self._remarks: list[Remark] = []
        self._ids: dict[int, str] = {}
        self._moved: set[int] = set()
        self._unlocated: dict[int, Anchor | None] = {}
        self._lines = self._base_lines = _Lines(None)
        self._gone: Counter[str] = Counter()
        self._new: set[tuple[int, bool]] = set()

    def compare_lines(self, edited: Document, base: Document | None) -> None:
        """Keep what is removed from a list and whose words are in as many lines of `edited` as of `base`."""
        self._lines, self._base_lines = _Lines(edited), _Lines(base)

    def report(self, remark: Remark) -> None:
        """Keep a remark, and count it if it is a conflict."""
        self._remarks.append(remark)
        self.counts["conflicts"] += remark.is_conflict

    def problems(self, file: str) -> tuple[Problem, ...]:
        """Return the remarks as problems, by line."""
        remarks = sorted(self._remarks, key=lambda one: one.line)
        return tuple(Problem(file, one.line, one.severity, one.message) for one in remarks)

    def apply(self, edited: Sequence[Statement], base: Sequence[Statement]) -> list[str]:
        """Apply the edits made to `base` to the session; return the ids of all statements of `edited`."""
        base = self._known_once(base)
        pairs = match_edits(edited, base)
        self._moved = out_of_order(pairs.base_of, edited, base)
        here = ((one, pairs.base_of.get(index)) for index, one in enumerate(edited))
        self._new = {(one.line, one.is_note) for one, at in here if at is None or base[at].words != one.words}
        for index, place in sorted(pairs.base_of.items()):
            self._merge(index, edited[index], base[place])
        for place in pairs.unpaired_base():
            self._remove(base[place])
        moved = (self._ids[index] for index in self._moved if index in self._ids)
        self.counts["moved"] += sum(self.draft.is_live(id_) for id_ in moved)
        self.add(edited, {one.id for one in base})
        ids = [self._ids[index] for index in range(len(edited))]
        _arrange(edited, ids, self._moved, self.draft, self._next_rank)
        return ids

    def _known_once(self, base: Sequence[Statement]) -> list[Statement]:
        """Return the statements of `base` that the session knows, each once."""
        first = {one.id: one for one in reversed(base) if one.id in self._known}
        return list(first.values())[::-1]

    def _merge(self, index: int, edited: Statement, base: Statement) -> None:
        now = self._known[base.id]
        after, conflict = merge(edited, base, now, is_removed=not self.draft.is_live(base.id))
        if conflict:
            self._report_conflict(conflict, edited)
        if conflict == "apart":
            return
        self._ids[index] = base.id
        aspects = changed(now, after)
        if not aspects and conflict != "restored":
            return
        old_anchor = self.draft.anchor_of(now.id)
        self.draft.change(now, after)
        self.counts["changed"] += bool(aspects - {"slot"}) or conflict == "restored"
        if "slot" in aspects:
            self._moved.add(index)
        if "words" in aspects and not now.is_note:
            self._unlocated[index] = old_anchor

    def _remove(self, base: Statement) -> None:
        now = self._known[base.id]
        if not self.draft.is_live(base.id):
            return
        if changed(base, now):
            self._report_conflict("kept", now)
            return
        if line := self._line_with(base.words, is_note=base.is_note):
            what = f"{quoted(base.words)} is no entry here, but its words are in this line: it is kept"
            self.report(Remark(line, "warning", f"{what}; remove it in codetui, or delete the line"))
            return
        self.draft.remove(base.id)
        self.counts["removed"] += 1

    def _line_with(self, words: str, *, is_note: bool) -> int:
        """Return a line that still holds words although an entry with them is gone; 0 if none is left for them.

        A line that is a new entry, or one with new words, is not left for them.  A new note may be a line that was not
        understood, so that words of an entry may be left in it.
        """
        lines = [one for one in self._lines.with_words(words) if (one, False) not in self._new]
        lines = [one for one in lines if not (is_note and (one, True) in self._new)]
        before = len(self._base_lines.with_words(words)) if lines else 0
        if not lines or self._gone[words] < before - len(lines):
            self._gone[words] += 1
            return 0
        return lines[0]

    def _report_conflict(self, conflict: Conflict, one: Statement) -> None:
        label = self._index.labels.get(CodeId(one.place.id), one.place.id)
        what = f"the note {quoted(one.words)}" if one.is_note else f"{label} {quoted(one.words)}"
        self.report(Remark(one.line, "warning", f"{BOTH}: {what}: {RESOLVED[conflict]}", is_conflict=True))

    def add(self, edited: Sequence[Statement], base_ids: set[str]) -> None:
        """Add the statements that neither `base` nor the session has, and locate all quotations that need a place."""
        indices = [index for index in range(len(edited)) if index not in self._ids]
        live = [one for one in self._known.values() if one.id not in base_ids and self.draft.was_live(one.id)]
        pairs = match_known([edited[index] for index in indices], live)
        for position, index in enumerate(indices):
            if position in pairs.base_of:
                self._recognize(index, edited[index], live[pairs.base_of[position]])
                continue
            self._ids[index] = self._id_for(edited[index])
            self._moved.add(index)
            self.draft.add(self._ids[index], edited[index])
            self.counts["added"] += 1
            if not edited[index].is_note:
                self._unlocated[index] = None
        self._locate(edited)

    def _id_for(self, one: Statement) -> str:
        """Return a fresh id, or the one that the statement had before the log lost it."""
        return one.id if one.id and one.id not in self._known else self._mint()

    def _recognize(self, index: int, one: Statement, now: Statement) -> None:
        self._ids[index] = now.id
        if one.note != now.note and one.note:
            self.draft.change(now, replace(now, note=one.note))
            self.counts["changed"] += 1

    def _locate(self, edited: Sequence[Statement]) -> None:
        indices = sorted(self._unlocated)
        quotations = [
            Quotation(coding, self._unlocated[index])
            for index in indices
            if (coding := self.draft.coding(self._ids[index]))
        ]
        text = SourceText(self._source.text, self._index.book.words.source)
        found = locate(quotations, self.draft.live_codings(), text)
        for index, quotation, place in zip(indices, quotations, found, strict=True):
            self.draft.put(_located(quotation.coding, place))
            self.counts[place.located_by] += 1
            if place.message:
                self.report(Remark(edited[index].line, "warning", place.message))


def _located(coding: Coding, place: Place) -> Coding:
    """Return a coding with its place; words that equal the source's, white space aside, become the source's own."""
    anchor = place.anchor
    is_own = anchor is not None and collapse_spaces(anchor.words) == collapse_spaces(coding.words)
    words = anchor.words if anchor and is_own else coding.words
    return replace(coding, anchor=anchor, words=words, is_proposed=place.located_by == "fuzzy")


class _Lines:
    """The lines of a document in which words of an entry may be; none of no document."""

    def __init__(self, document: Document | None) -> None:
        self._document = document

    @cached_property
    def _bare(self) -> tuple[list[int], list[int], str]:
        """The numbers of the lines, where each begins in the text, and the text of all lines without marks."""
        found: list[tuple[int, str]] = []
        for part in self._document.parts() if self._document else ():
            found.append((part.line, part.text if isinstance(part, Note) else f"{part.words} {part.note}"))
        for unread in self._document.unread if self._document else ():
            found += enumerate(unread.text.split("\n"), unread.line)
        texts = [bare(text) for _, text in found]
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        return [number for number, _ in found], starts, "\n".join(texts)

    def with_words(self, words: str) -> list[int]:
        """Return the numbers of the lines that hold these words, as whole words, whatever the marks in them."""
        numbers, starts, text = self._bare
        part, found = bare(words), list[int]()
        place = find_words(text, part)
        while place >= 0:
            at = bisect_right(starts, place) - 1
            found.append(numbers[at])
            place = find_words(text, part, starts[at + 1])
        return found


class _Draft:
    """Codings and notes by id while they are changed; the events follow from comparing before and after."""

    def __init__(self, state: State, index: CodebookIndex) -> None:
        self._before: dict[str, Coding | Memo] = dict(state.codings.items())
        self._before |= state.notes.items()
        self._after = dict(self._before)
        self._slots: dict[MemoTarget, MemoTarget] = {}
        self._index = index
        self._note_places = {self.slot(note.id): note.target for note in state.notes.values() if note.text}

    def coding(self, id_: str) -> Coding | None:
        """Return the coding with this id as it is now."""
        found = self._after[id_]
        return found if isinstance(found, Coding) else None

    def anchor_of(self, id_: str) -> Anchor | None:
        """Return the anchor of a coding as it is now."""
        coding = self.coding(id_)
        return coding.anchor if coding else None

    def live_codings(self) -> Iterator[Coding]:
        """Yield the codings that are not removed."""
        return (one for one in self._after.values() if isinstance(one, Coding) and not one.is_removed)

    def is_live(self, id_: str) -> bool:
        """Return whether documents show it now."""
        return is_live(self._after[id_])

    def was_live(self, id_: str) -> bool:
        """Return whether documents showed it before."""
        return is_live(self._before[id_])

    def slot(self, id_: str) -> MemoTarget:
        """Return the list that holds it."""
        place = place_of(self._after[id_])
        if place not in self._slots:
            self._slots[place] = slot_of(place, self._index)
        return self._slots[place]

    def ranked(self) -> list[tuple[str, int]]:
        """Return the ids of all live codings and notes with their ranks, in order."""
        live = ((one.rank, one.id) for one in self._after.values() if is_live(one))
        return [(id_, rank) for rank, id_ in sorted(live)]

    def add(self, id_: str, new: Statement) -> None:
        """Add a coding or note; a quotation has no anchor yet."""
        if new.is_note:
            self._after[id_] = Memo(id=MemoId(id_), target=self._note_place(new), text=new.words)
        else:
            self._after[id_] = _coding(id_, new)

    def change(self, now: Statement, after: Statement) -> None:
        """Change a coding or note from one statement to another; changed words have no anchor yet."""
        one = self._after[now.id]
        if isinstance(one, Memo):
            self._after[now.id] = replace(
                one,
                target=one.target if after.slot == now.slot else self._note_place(after),
                text=one.text if after.words == now.words and one.text else after.words,
            )
            return
        if after.words != now.words:
            one = replace(one, words=after.words, anchor=None, is_proposed=False)
        self._after[now.id] = replace(
            one,
            code=one.code if after.slot == now.slot else CodeId(after.place.id),
            note=one.note if after.note == now.note else after.note,
            is_removed=False,
        )

    def _note_place(self, note: Statement) -> MemoTarget:
        """Return where a note is stored: on a heading that the codebook lacks, with the notes it has already."""
        return self._note_places.get(note.slot, note.place)

    def put(self, coding: Coding) -> None:
        """Replace a coding."""
        self._after[coding.id] = coding

    def remove(self, id_: str) -> None:
        """Remove a coding or note."""
        one = self._after[id_]
        self._after[id_] = replace(one, is_removed=True) if isinstance(one, Coding) else replace(one, text="")

    def rank(self, id_: str, rank: int) -> None:
        """Move a coding or note within its list."""
        self._after[id_] = replace(self._after[id_], rank=rank)

    def events(self, order: Iterable[str]) -> Iterator[Event]:
        """Yield the events of all changes: removals first, then what is in `order`, then the rest."""
        changes = [id_ for id_ in dict.fromkeys((*order, *self._after)) if self._after[id_] != self._before.get(id_)]
        for id_ in sorted(changes, key=lambda id_: is_live(self._after[id_])):
            before, after = self._before.get(id_), self._after[id_]
            if isinstance(after, Memo):
                yield from _note_events(before if isinstance(before, Memo) else None, after)
            else:
                yield from coding_events(before, after) if isinstance(before, Coding) else (_added(after),)


def _coding(id_: str, new: Statement) -> Coding:
    return Coding(id=CodingId(id_), code=CodeId(new.place.id), anchor=None, words=new.words, note=new.note)


def _added(coding: Coding) -> CodingAdded:
    return CodingAdded(
        coding=coding.id,
        code=coding.code,
        anchor=coding.anchor,
        words=coding.words,
        note=coding.note,
        rank=coding.rank,
        is_proposed=coding.is_proposed,
    )


def _note_events(before: Memo | None, after: Memo) -> Iterator[Event]:
    """Yield a removal first for a note that moves, since each event records the text before it."""
    text_before = before.text if before else ""
    if before and text_before and (before.target, before.rank) != (after.target, after.rank):
        yield MemoWritten(memo=before.id, target=before.target, text="", text_before=text_before, rank=before.rank)
        text_before = ""
    yield MemoWritten(memo=after.id, target=after.target, text=after.text, text_before=text_before, rank=after.rank)


# --- the order within a list --------------------------------------------------------------------------


def _arrange(edited: Sequence[Statement], ids: Sequence[str], moved: set[int], draft: _Draft, next_rank: int) -> None:
    """Rank the statements with the indices `moved`; those at the end of a list count on from `next_rank`.

    Statements before others of the session are ranked between them, after the same neighbour as in the document. As
    few ranks as possible change.
    """
    slots = {edited[index].slot for index in moved}
    in_document: defaultdict[MemoTarget, list[int]] = defaultdict(list)
    for index, one in enumerate(edited):
        if one.slot in slots and draft.is_live(ids[index]) and draft.slot(ids[index]) == one.slot:
            in_document[one.slot].append(index)
    in_session = _in_session(slots, {ids[index] for index in moved}, draft)
    last: list[int] = []
    first_rank = next_rank
    for slot, indices in in_document.items():
        fixed = [place for place, index in enumerate(indices) if index not in moved]
        end = fixed[-1] + 1 if fixed else 0
        last += indices[end:]
        order = _interleaved([(ids[index], index in moved) for index in indices[:end]], in_session[slot])
        for id_, rank in new_ranks(order):
            draft.rank(id_, rank)
            first_rank = max(first_rank, rank + 1)
    for rank, index in enumerate(sorted(last), first_rank):
        draft.rank(ids[index], rank)


def _in_session(slots: set[MemoTarget], moved: set[str], draft: _Draft) -> dict[MemoTarget, list[tuple[str, int]]]:
    """Return the codings and notes in each of `slots` as (id, rank), in order, without the ids `moved`."""
    found: defaultdict[MemoTarget, list[tuple[str, int]]] = defaultdict(list)
    for id_, rank in draft.ranked():
        if id_ not in moved and draft.slot(id_) in slots:
            found[draft.slot(id_)].append((id_, rank))
    return found


def _interleaved(document: list[tuple[str, bool]], session: list[tuple[str, int]]) -> list[tuple[str, int | None]]:
    """Return the session's list with the moved ones (rank None) after the neighbour they follow in the document."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    before = ""
    for id_, is_moved in document:
        if is_moved:
            following[before].append(id_)
        else:
            before = id_
    order: list[tuple[str, int | None]] = [(id_, None) for id_ in following[""]]
    for id_, rank in session:
        order.append((id_, rank))
        order += [(each, None) for each in following[id_]]
    return order


def new_ranks(order: Sequence[tuple[str, int | None]]) -> Iterator[tuple[str, int]]:
    """Yield the ranks that give `order`, a list of (id, rank or None), where they change.

    Statements are sorted by (rank, id): one without a rank follows its neighbour as closely as its id allows.
    """
    first = next((place for place, (_, rank) in enumerate(order) if rank is not None), len(order))
    if first == len(order):
        return
    start = order[first][1] or 0
    yield from ((id_, start - first + place) for place, (id_, _) in enumerate(order[:first]))
    previous = (start, order[first][0])
    for id_, rank in order[first + 1 :]:
        if rank is not None and (rank, id_) > previous:
            previous = (rank, id_)
            continue
        low, before = previous
        previous = (low if id_ > before else low + 1, id_)
        yield id_, previous[0]

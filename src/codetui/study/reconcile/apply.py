"""Apply a document to a session: the resulting events, their counts, and the layout to keep."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
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
    """Counts of the quotations of a document by the way they were located, and of the changes to the session.

    Codings and notes are counted as `added`, as `changed` in words or note, as `moved` to another code or within their
    list, or as `removed`. An edit of profile and reasoning, or of employer and title, counts as one more `changed`.
    `conflicts` counts what both sides changed, or what differs.
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
        """The number of quotations that were searched in the source."""
        return self.exact + self.folded + self.fuzzy + self.ambiguous + self.orphan


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The events that bring a session to the content of a document.

    `document` has the ids of all entries and notes. `layout` is None if the text has the canonical layout.
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
    applied to `state`, which may have changed too. Without `base` nothing is removed; only missing content is added.
    Words that have no place in the source, or several, become a coding without an anchor. `text` is the text of
    `edited`, for the layout; `mint` returns fresh ids; problems name `file`.
    """
    index = index_of(book)
    identified_edit, before = identified(edited, index), identified(base, index) if base else None
    renamed = renamed_codes(before, state, book) if before else {}
    document, before = with_codes(identified_edit, renamed), with_codes(before, renamed) if before else None
    work = _Reconciler(state, source, index, mint, document, before)
    ids = work.apply(statements(document, index), statements(before, index) if before else [])
    known = state.describe(source)
    described, remarks = compare_description(document, before, known)
    assessment, more = compare_assessment(document, before, state, book)
    work.report(*remarks, *more, *new_remarks(document, before, index))
    description: tuple[Event, ...] = ()
    if described != known:
        event = SourceDescribed(
            employer=described.employer, title=described.title, employer_before=known.employer, title_before=known.title
        )
        description = (event,)
    work.counts["changed"] += len(description) + len(assessment) if base else 0
    named = with_ids_in_order(document, ids)
    return Reconciliation(
        (*description, *work.events(ids), *assessment),
        named,
        Counts(**work.counts),
        work.problems(file),
        _layout(text, identified_edit, named, described, book) if text else None,
    )


def closest_base(edited: Document, bases: Sequence[Document], book: Codebook) -> int:
    """Return the index of the base that needs the fewest edits to become `edited`; of equal ones the first."""
    index = index_of(book)
    edited_statements = statements(identified(edited, index), index)

    def distance(at: int) -> int:
        base = identified(bases[at], index)
        is_other_head = (base.employer, base.title) != (edited.employer, edited.title)
        is_other_assessment = assessment_of(base, book) != assessment_of(edited, book)
        return count_edits(edited_statements, statements(base, index)) + is_other_head + is_other_assessment

    return min(range(len(bases)), key=distance) if len(bases) > 1 else 0


# --- the layout ---------------------------------------------------------------------------------------


def _layout(text: str, edited: Document, named: Document, source: Source, book: Codebook) -> DocumentLayout | None:
    """Return the layout of a text; None if this content has it as its canonical layout."""
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
    """Changes the codings and notes of a session to the content of a document, with counts and remarks.

    What is removed from a list stays if its words are in as many lines of the document as of its base.
    """

    def __init__(
        self, state: State, source: Source, index: CodebookIndex, mint: Mint, edited: Document, base: Document | None
    ) -> None:
        self.counts: Counter[str] = Counter()
        kept: list[Coding | Memo] = [*state.codings.values(), *state.notes.values()]
        self._before: dict[str, Coding | Memo] = {one.id: one for one in kept}
        self._after = dict(self._before)
        self._known = statements_of_session(state, index)
        self._note_places = {self._known[one.id].slot: one.target for one in state.notes.values() if one.text}
        self._next_rank = state.next_rank
        self._source, self._index, self._mint = source, index, mint
        self._remarks: list[Remark] = []
        self._ids: dict[int, str] = {}
        self._moved: set[int] = set()
        self._unlocated: dict[int, Anchor | None] = {}
        self._lines, self._base_lines = _Lines(edited), _Lines(base)
        self._gone: Counter[str] = Counter()
        self._new: set[tuple[int, bool]] = set()

    def report(self, *remarks: Remark) -> None:
        """Keep remarks, and count those that are conflicts."""
        self._remarks += remarks
        self.counts["conflicts"] += sum(one.is_conflict for one in remarks)

    def problems(self, file: str) -> tuple[Problem, ...]:
        """Return the remarks as problems, by line."""
        remarks = sorted(self._remarks, key=lambda one: one.line)
        return tuple(Problem(file, one.line, one.severity, one.message) for one in remarks)

    def apply(self, edited: Sequence[Statement], base: Sequence[Statement]) -> list[str]:
        """Apply the edits made to `base` to the session; return the ids of all statements in `edited`."""
        # The session knows these, and each is there once.
        first = {one.id: one for one in reversed(base) if one.id in self._known}
        base = list(first.values())[::-1]
        pairs = match_edits(edited, base)
        self._moved = out_of_order(pairs.base_of, edited, base)
        here = ((one, pairs.base_of.get(index)) for index, one in enumerate(edited))
        self._new = {(one.line, one.is_note) for one, at in here if at is None or base[at].words != one.words}
        for index, place in sorted(pairs.base_of.items()):
            self._merge(index, edited[index], base[place])
        for place in pairs.unpaired_base():
            self._remove(base[place])
        self.counts["moved"] += sum(self._is_live(self._ids[index]) for index in self._moved if index in self._ids)
        self.add(edited, first.keys())
        ids = [self._ids[index] for index in range(len(edited))]
        self._arrange(edited, ids)
        return ids

    def _is_live(self, id_: str) -> bool:
        return is_live(self._after[id_])

    def _slot(self, id_: str) -> MemoTarget:
        """Return the list that holds a coding or note now."""
        one, known = self._after[id_], self._before.get(id_)
        is_at_its_place = known is not None and place_of(known) == place_of(one)
        return self._known[id_].slot if is_at_its_place else slot_of(place_of(one), self._index)

    def _merge(self, index: int, edited: Statement, base: Statement) -> None:
        now = self._known[base.id]
        after, conflict = merge(edited, base, now, is_removed=not self._is_live(base.id))
        if conflict:
            self._report_conflict(conflict, edited)
        if conflict == "apart":
            return
        self._ids[index] = base.id
        aspects = changed(now, after)
        if not aspects and conflict != "restored":
            return
        before = self._after[now.id]
        self._change(now, after)
        self.counts["changed"] += bool(aspects - {"slot"}) or conflict == "restored"
        if "slot" in aspects:
            self._moved.add(index)
        if "words" in aspects and isinstance(before, Coding):
            self._unlocated[index] = before.anchor

    def _change(self, now: Statement, after: Statement) -> None:
        """Change a coding or note from one statement to another; changed words get their anchor later."""
        one = self._after[now.id]
        if isinstance(one, Memo):
            target = one.target if after.slot == now.slot else self._note_place(after)
            self._after[now.id] = replace(
                one, target=target, text=one.text if after.words == now.words and one.text else after.words
            )
            return
        if after.words != now.words:
            one = replace(one, words=after.words, anchor=None, is_proposed=False)
        code = one.code if after.slot == now.slot else CodeId(after.place.id)
        note = one.note if after.note == now.note else after.note
        self._after[now.id] = replace(one, code=code, note=note, is_removed=False)

    def _note_place(self, note: Statement) -> MemoTarget:
        """Return where a note is stored; on a heading that the codebook lacks, with the notes already there."""
        return self._note_places.get(note.slot, note.place)

    def _remove(self, base: Statement) -> None:
        now, one = self._known[base.id], self._after[base.id]
        if not is_live(one):
            return
        if changed(base, now):
            self._report_conflict("kept", now)
        elif line := self._line_with(base.words, is_note=base.is_note):
            what = f"{quoted(base.words)} has no line of its own any more, but its words are in this line: it is kept"
            self.report(Remark(line, "warning", f"{what}; remove it in codetui, or delete the line"))
        else:
            self._after[base.id] = replace(one, is_removed=True) if isinstance(one, Coding) else replace(one, text="")
            self.counts["removed"] += 1

    def _line_with(self, words: str, *, is_note: bool) -> int:
        """Return a line that still contains the words of a removed entry; 0 if none does.

        A line that is a new entry, or an entry with new words, does not count. A new note does: it may be a line that
        was not understood, in which the words of an entry may be left.
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

    def add(self, edited: Sequence[Statement], base_ids: Collection[str]) -> None:
        """Add the statements that neither `base` nor the session has, and locate all quotations without a place."""
        indices = [index for index in range(len(edited)) if index not in self._ids]
        live = [one for one in self._known.values() if one.id not in base_ids and is_live(self._before[one.id])]
        known = match_known([edited[index] for index in indices], live).base_of
        for position, index in enumerate(indices):
            one = edited[index]
            if position in known:
                now = live[known[position]]
                self._ids[index] = now.id
                if one.note != now.note and one.note:
                    self._change(now, replace(now, note=one.note))
                    self.counts["changed"] += 1
                continue
            # A fresh id, or the one that it had before the log lost it.
            id_ = self._ids[index] = one.id if one.id and one.id not in self._known else self._mint()
            self._moved.add(index)
            self.counts["added"] += 1
            if one.is_note:
                self._after[id_] = Memo(id=MemoId(id_), target=self._note_place(one), text=one.words)
            else:
                self._after[id_] = _coding(id_, one)
                self._unlocated[index] = None
        self._locate(edited)

    def _locate(self, edited: Sequence[Statement]) -> None:
        """Locate the quotations without an anchor; words that equal the source's become the source's own."""
        codings = {index: self._after[self._ids[index]] for index in sorted(self._unlocated)}
        quotations = {at: Quotation(one, self._unlocated[at]) for at, one in codings.items() if isinstance(one, Coding)}
        live = (one for one in self._after.values() if isinstance(one, Coding) and not one.is_removed)
        text = SourceText(self._source.text, self._index.book.words.source)
        for at, place in zip(quotations, locate(list(quotations.values()), live, text), strict=True):
            coding, anchor = quotations[at].coding, place.anchor
            is_own = anchor is not None and collapse_spaces(anchor.words) == collapse_spaces(coding.words)
            words = anchor.words if anchor and is_own else coding.words
            is_proposed = place.located_by == "fuzzy"
            self._after[coding.id] = replace(coding, anchor=anchor, words=words, is_proposed=is_proposed)
            self.counts[place.located_by] += 1
            if place.message:
                self.report(Remark(edited[at].line, "warning", place.message))

    def _arrange(self, edited: Sequence[Statement], ids: Sequence[str]) -> None:
        """Rank the statements that were moved; those at the end of a list count on from the last rank of the session.

        Statements before others of the session are ranked between them, after the same neighbour as in the document.
        As few ranks as possible change.
        """
        moved, last, first_rank = self._moved, list[int](), self._next_rank
        slots = {edited[index].slot for index in moved}
        in_document: defaultdict[MemoTarget, list[int]] = defaultdict(list)
        for index, one in enumerate(edited):
            if one.slot in slots and self._is_live(ids[index]) and self._slot(ids[index]) == one.slot:
                in_document[one.slot].append(index)
        in_session = self._in_session(slots, {ids[index] for index in moved})
        for slot, indices in in_document.items():
            end = max((at + 1 for at, index in enumerate(indices) if index not in moved), default=0)
            last += indices[end:]
            order = _interleaved([(ids[index], index in moved) for index in indices[:end]], in_session[slot])
            for id_, rank in new_ranks(order):
                self._after[id_] = replace(self._after[id_], rank=rank)
                first_rank = max(first_rank, rank + 1)
        for rank, index in enumerate(sorted(last), first_rank):
            self._after[ids[index]] = replace(self._after[ids[index]], rank=rank)

    def _in_session(self, slots: set[MemoTarget], moved: set[str]) -> dict[MemoTarget, list[tuple[str, int]]]:
        """Return the codings and notes in each of `slots` as (id, rank), in order, without the ids in `moved`."""
        found: defaultdict[MemoTarget, list[tuple[str, int]]] = defaultdict(list)
        for rank, id_ in sorted((one.rank, one.id) for one in self._after.values() if is_live(one)):
            if id_ not in moved and (slot := self._slot(id_)) in slots:
                found[slot].append((id_, rank))
        return found

    def events(self, order: Iterable[str]) -> Iterator[Event]:
        """Yield the events of all changes: removals first, then the ids in `order`, then the rest."""
        changes = [id_ for id_ in dict.fromkeys((*order, *self._after)) if self._after[id_] != self._before.get(id_)]
        for id_ in sorted(changes, key=self._is_live):
            yield from _events(self._before.get(id_), self._after[id_])


def _coding(id_: str, new: Statement) -> Coding:
    return Coding(id=CodingId(id_), code=CodeId(new.place.id), anchor=None, words=new.words, note=new.note)


def _events(before: Coding | Memo | None, after: Coding | Memo) -> Iterator[Event]:
    """Yield the events of one change; a note that moves is removed first, since each event records the text before."""
    match before, after:
        case Coding(), Coding():
            yield from coding_events(before, after)
        case _, Coding(id=id_, code=code, anchor=anchor, words=words):
            yield CodingAdded(
                coding=id_,
                code=code,
                anchor=anchor,
                words=words,
                note=after.note,
                rank=after.rank,
                is_proposed=after.is_proposed,
            )
        case _, Memo():
            text_before = before.text if isinstance(before, Memo) else ""
            if isinstance(before, Memo) and text_before and (before.target, before.rank) != (after.target, after.rank):
                yield _written(before, "", text_before)
                text_before = ""
            yield _written(after, after.text, text_before)


def _written(memo: Memo, text: str, text_before: str) -> MemoWritten:
    return MemoWritten(memo=memo.id, target=memo.target, text=text, text_before=text_before, rank=memo.rank)


class _Lines:
    """The lines of a document that may contain the words of an entry; none without a document."""

    def __init__(self, document: Document | None) -> None:
        self._document = document

    @cached_property
    def _bare(self) -> tuple[list[int], list[int], str]:
        """The numbers of the lines, the offset of each in the text, and the text of all lines without markup."""
        found: list[tuple[int, str]] = []
        for part in self._document.parts() if self._document else ():
            found.append((part.line, part.text if isinstance(part, Note) else f"{part.words} {part.note}"))
        for section in self._document.sections if self._document else ():
            found.append((section.line, section.title))
            found += [(block.line, block.heading) for block in section.blocks if block.heading]
        for unread in self._document.unread if self._document else ():
            found += enumerate(unread.text.split("\n"), unread.line)
        texts = [bare(text) for _, text in found]
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        return [number for number, _ in found], starts, "\n".join(texts)

    def with_words(self, words: str) -> list[int]:
        """Return the numbers of the lines that contain these words, as whole words, regardless of markup."""
        numbers, starts, text = self._bare
        part, found = bare(words), list[int]()
        place = find_words(text, part)
        while place >= 0:
            at = bisect_right(starts, place) - 1
            found.append(numbers[at])
            place = find_words(text, part, starts[at + 1])
        return found


# --- the order within a list --------------------------------------------------------------------------


def _interleaved(document: list[tuple[str, bool]], session: list[tuple[str, int]]) -> list[tuple[str, int | None]]:
    """Return the session's list with the moved ids (rank None) after their preceding neighbours in the document."""
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
    """Yield the changed ranks that give `order`, a list of (id, rank or None).

    Statements are sorted by (rank, id); one without a rank follows its neighbour as closely as its id allows.
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

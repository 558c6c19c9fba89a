"""Apply a document to a session: which events follow, how much was done, and the layout."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import count
from typing import NamedTuple

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import CodebookIndex, index_of
from codetui.core.session.state import State, replay
from codetui.core.session.words import quoted
from codetui.formats.session_doc import Document, identified
from codetui.model import (
    Anchor,
    Codebook,
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    DocumentLayout,
    Event,
    Memo,
    MemoId,
    MemoTarget,
    MemoWritten,
    Problem,
    Source,
    SourceDescribed,
    Transaction,
    TransactionId,
)
from codetui.study.reconcile.findings import Remark, assessed, described, new_remarks
from codetui.study.reconcile.matching import edits, out_of_order, recognised
from codetui.study.reconcile.places import AdText, Quotation, placed
from codetui.study.reconcile.statements import (
    Conflict,
    Held,
    Statement,
    changed,
    is_live,
    merged,
    place_of,
    renamed_codes,
    slot_of,
    statements,
    with_codes,
    with_ids_in_order,
)
from codetui.study.session.document import AdFacts


def arrange(said: Sequence[Statement], ids: Sequence[str], put: set[int], draft: Draft, next_rank: int) -> None:
    """Ranks the statements `put` by hand, which are numbers in `said`: what stands last counts on from `next_rank`.

    What stands before others that the session holds comes between them, behind the same neighbour as in the document.
    """
    slots = {said[number].slot for number in put}
    in_document: defaultdict[MemoTarget, list[int]] = defaultdict(list)
    for number, one in enumerate(said):
        if one.slot in slots and draft.is_live(ids[number]) and draft.slot(ids[number]) == one.slot:
            in_document[one.slot].append(number)
    standing = _standing(slots, {ids[number] for number in put}, draft)
    last: list[int] = []
    first_rank = next_rank
    for slot, numbers in in_document.items():
        fixed = [place for place, number in enumerate(numbers) if number not in put]
        end = fixed[-1] + 1 if fixed else 0
        last += numbers[end:]
        order = _woven([(ids[number], number in put) for number in numbers[:end]], standing[slot])
        for id_, rank in ranks(order):
            draft.rank(id_, rank)
            first_rank = max(first_rank, rank + 1)
    for rank, number in enumerate(sorted(last), first_rank):
        draft.rank(ids[number], rank)


def _standing(slots: set[MemoTarget], put: set[str], draft: Draft) -> dict[MemoTarget, list[tuple[str, int]]]:
    """What the session holds in each of `slots`, in its order, as (id, rank), without what is `put` anew."""
    found: defaultdict[MemoTarget, list[tuple[str, int]]] = defaultdict(list)
    for id_, rank in draft.ranked():
        if id_ not in put and draft.slot(id_) in slots:
            found[draft.slot(id_)].append((id_, rank))
    return found


def _woven(document: list[tuple[str, bool]], standing: list[tuple[str, int]]) -> list[tuple[str, int | None]]:
    """What stands, with what is put by hand (rank None) behind what it follows in the document."""
    following: defaultdict[str, list[str]] = defaultdict(list)
    before = ""
    for id_, is_put in document:
        if is_put:
            following[before].append(id_)
        else:
            before = id_
    woven: list[tuple[str, int | None]] = [(id_, None) for id_ in following[""]]
    for id_, rank in standing:
        woven.append((id_, rank))
        woven += [(each, None) for each in following[id_]]
    return woven


def ranks(order: Sequence[tuple[str, int | None]]) -> Iterator[tuple[str, int]]:
    """The ranks that give `order`, of (id, rank or None), where they are not what they were.

    Statements stand by (rank, id): whatever has no rank follows its neighbour as closely as its id allows.
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


class Draft:
    """Codings and notes by id; the state that it begins with stays as it is."""

    def __init__(self, state: State, index: CodebookIndex) -> None:
        """Begin with what `state` holds."""
        self._before: dict[str, Coding | Memo] = dict(state.codings.items())
        self._before |= state.notes.items()
        self._after = dict(self._before)
        self._slots: dict[MemoTarget, MemoTarget] = {}
        self._index = index
        self._note_places = {self.slot(note.id): note.place for note in state.notes.values() if note.text}

    # --- what stands --------------------------------------------------------------------------------

    def coding(self, id_: str) -> Coding | None:
        """The coding with this id as it is now."""
        found = self._after[id_]
        return found if isinstance(found, Coding) else None

    def live_codings(self) -> Iterator[Coding]:
        """The codings that stand."""
        return (one for one in self._after.values() if isinstance(one, Coding) and not one.is_removed)

    def is_live(self, id_: str) -> bool:
        """True for what documents show."""
        return is_live(self._after[id_])

    def slot(self, id_: str) -> MemoTarget:
        """The list in which it stands."""
        place = place_of(self._after[id_])
        if place not in self._slots:
            self._slots[place] = slot_of(place, self._index)
        return self._slots[place]

    def ranked(self) -> list[tuple[str, int]]:
        """The ids of all that stands with their ranks, in order."""
        standing = ((one.rank, one.id) for one in self._after.values() if is_live(one))
        return [(id_, rank) for rank, id_ in sorted(standing)]

    # --- what the document says ---------------------------------------------------------------------

    def add(self, id_: str, said: Statement) -> None:
        """Takes in what the session does not hold; a quotation has no place yet."""
        if said.is_note:
            self._after[id_] = Memo(id=MemoId(id_), place=self._place(said), text=said.words)
            return
        code = CodeId(said.place.id)
        self._after[id_] = Coding(id=CodingId(id_), code=code, anchor=None, words=said.words, note=said.note)

    def become(self, now: Statement, after: Statement) -> None:
        """Makes of a statement of the session what it shall be; other words have no place yet."""
        one = self._after[now.id]
        if isinstance(one, Memo):
            self._after[now.id] = replace(
                one,
                place=one.place if after.slot == now.slot else self._place(after),
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

    def _place(self, note: Statement) -> MemoTarget:
        """Where a note is kept: on a heading that the codebook lacks, with those that stand there already."""
        return self._note_places.get(note.slot, note.place)

    def anchor(self, coding: Coding) -> None:
        """Takes a coding with its new place in."""
        self._after[coding.id] = coding

    def remove(self, id_: str) -> None:
        """Takes a coding or note away."""
        one = self._after[id_]
        self._after[id_] = replace(one, is_removed=True) if isinstance(one, Coding) else replace(one, text="")

    def rank(self, id_: str, rank: int) -> None:
        """Puts a coding or note at another place of its list."""
        self._after[id_] = replace(self._after[id_], rank=rank)

    # --- what follows -------------------------------------------------------------------------------

    def events(self, order: Iterable[str]) -> Iterator[Event]:
        """What has changed: first what was removed, then what stands in `order`, then the rest."""
        changed = [id_ for id_ in dict.fromkeys((*order, *self._after)) if self._after[id_] != self._before.get(id_)]
        for id_ in sorted(changed, key=lambda id_: is_live(self._after[id_])):
            yield from self._events_of(id_)

    def _events_of(self, id_: str) -> Iterator[Event]:
        before, after = self._before.get(id_), self._after[id_]
        if isinstance(after, Memo):
            return _note_events(before if isinstance(before, Memo) else None, after)
        return _coding_events(before, after) if isinstance(before, Coding) else _added(after)


def _added(coding: Coding) -> Iterator[Event]:
    yield CodingAdded(
        coding=coding.id,
        code=coding.code,
        anchor=coding.anchor,
        words=coding.words,
        note=coding.note,
        rank=coding.rank,
        is_proposed=coding.is_proposed,
    )


def _coding_events(before: Coding, after: Coding) -> Iterator[Event]:
    if after.is_removed:
        yield CodingRemoved(coding=after.id)
        return
    if before.is_removed:
        yield CodingRestored(coding=after.id)
    if (after.code, after.rank) != (before.code, before.rank):
        yield CodingRecoded(
            coding=after.id, code=after.code, rank=after.rank, code_before=before.code, rank_before=before.rank
        )
    if (after.anchor, after.words, after.is_proposed) != (before.anchor, before.words, before.is_proposed):
        yield CodingReanchored(
            coding=after.id,
            anchor=after.anchor,
            words=after.words,
            anchor_before=before.anchor,
            words_before=before.words,
            is_proposed=after.is_proposed,
            was_proposed=before.is_proposed,
        )
    if after.note != before.note:
        yield CodingNoted(coding=after.id, note=after.note, note_before=before.note)


def _note_events(before: Memo | None, after: Memo) -> Iterator[Event]:
    """A note that goes elsewhere is taken away there first: so each event says by itself what stood before."""
    text_before = before.text if before else ""
    if before and text_before and (before.place, before.rank) != (after.place, after.rank):
        yield MemoWritten(note=before.id, place=before.place, text="", text_before=text_before, rank=before.rank)
        text_before = ""
    yield MemoWritten(note=after.id, place=after.place, text=after.text, text_before=text_before, rank=after.rank)


BOTH_SIDES: dict[Conflict, str] = {
    "apart": "the session's stays and the document's is added as one of its own; remove the one that is wrong",
    "joined": "both texts are kept as one; shorten it",
    "restored": "it was removed in the session and changed in the document; it is kept as changed; x removes it",
    "kept": "it was removed in the document and changed in the session; it is kept as changed; x removes it",
}


class Reconciling:
    """A session on its way to hold what a document says: the draft, how much was done, and what to tell the coder."""

    def __init__(self, state: State, ad: Source, index: CodebookIndex, mint: Callable[[], str]) -> None:
        """Begin with what `state` holds."""
        self.draft = Draft(state, index)
        self.counts: Counter[str] = Counter()
        self.remarks: list[Remark] = []
        self._held = Held(state, index)
        self._next_rank = state.next_rank
        self._ad, self._index, self._mint = ad, index, mint
        self._ids: dict[int, str] = {}
        self._put: set[int] = set()
        self._unplaced: dict[int, Anchor | None] = {}

    def report(self, line: int, message: str, *, is_conflict: bool = False) -> None:
        """Keeps what the coder should look at."""
        self.remarks.append(Remark(line, "warning", message))
        self.counts["conflicts"] += is_conflict

    def take(self, said: Sequence[Statement], base: Sequence[Statement]) -> list[str]:
        """Does to the draft what was done to the document, which said `base`; the ids of all that is `said` now."""
        base = self._known(base)
        pairs = edits(said, base)
        self._put = out_of_order(pairs.base_of, said, base)
        for number, place in sorted(pairs.base_of.items()):
            self._merge(number, said[number], base[place])
        for place in pairs.free_base():
            self._remove(base[place])
        moved = (self._ids[number] for number in self._put if number in self._ids)
        self.counts["moved"] += sum(self.draft.is_live(id_) for id_ in moved)
        self._add(said, {one.id for one in base})
        self._find_places(said)
        ids = [self._ids[number] for number in range(len(said))]
        arrange(said, ids, self._put, self.draft, self._next_rank)
        return ids

    def _known(self, base: Sequence[Statement]) -> list[Statement]:
        """What the session knows of what the document said, each once."""
        first = {one.id: one for one in reversed(base) if one.id in self._held.by_id}
        return list(first.values())[::-1]

    # --- what the document said before --------------------------------------------------------------

    def _merge(self, number: int, edited: Statement, base: Statement) -> None:
        now = self._held.by_id[base.id]
        after, conflict = merged(edited, base, now, is_removed=self._held.is_removed(base.id))
        if conflict:
            self._report_conflict(conflict, edited)
        if conflict == "apart":
            return
        self._ids[number] = base.id
        what = changed(now, after)
        if not what and conflict != "restored":
            return
        self.draft.become(now, after)
        self.counts["changed"] += bool(what - {"slot"}) or conflict == "restored"
        if "slot" in what:
            self._put.add(number)
        if "words" in what and not now.is_note:
            self._unplaced[number] = self._held.anchor(now.id)

    def _remove(self, base: Statement) -> None:
        now = self._held.by_id[base.id]
        if self._held.is_removed(base.id):
            return
        if changed(base, now):
            self._report_conflict("kept", now)
            return
        self.draft.remove(base.id)
        self.counts["removed"] += 1

    def _report_conflict(self, conflict: Conflict, one: Statement) -> None:
        label = self._index.labels.get(CodeId(one.place.id), one.place.id)
        what = f"the note {quoted(one.words)}" if one.is_note else f"{label} {quoted(one.words)}"
        self.report(one.line, f"edited on both sides: {what}: {BOTH_SIDES[conflict]}", is_conflict=True)

    # --- what it did not say ------------------------------------------------------------------------

    def _add(self, said: Sequence[Statement], base_ids: set[str]) -> None:
        """Finds what else is said in what the session holds beside `base`; the rest is new."""
        numbers = [number for number in range(len(said)) if number not in self._ids]
        fresh = [one for one in self._held.live if one.id not in base_ids]
        pairs = recognised([said[number] for number in numbers], fresh)
        for position, number in enumerate(numbers):
            if position in pairs.base_of:
                self._recognise(number, said[number], fresh[pairs.base_of[position]])
                continue
            self._ids[number] = self._id_for(said[number])
            self._put.add(number)
            self.draft.add(self._ids[number], said[number])
            self.counts["added"] += 1
            if not said[number].is_note:
                self._unplaced[number] = None

    def _id_for(self, one: Statement) -> str:
        """A fresh id, but for what had one in the session before its log lost it."""
        return one.id if one.id and one.id not in self._held.by_id else self._mint()

    def _recognise(self, number: int, one: Statement, now: Statement) -> None:
        self._ids[number] = now.id
        if one.note != now.note and one.note:
            self.draft.become(now, replace(now, note=one.note))
            self.counts["changed"] += 1

    # --- places in the ad ---------------------------------------------------------------------------

    def _find_places(self, said: Sequence[Statement]) -> None:
        numbers = sorted(self._unplaced)
        quotations = [
            Quotation(coding, self._unplaced[number])
            for number in numbers
            if (coding := self.draft.coding(self._ids[number]))
        ]
        found = placed(quotations, self.draft.live_codings(), AdText(self._ad.text))
        for number, quotation, place in zip(numbers, quotations, found, strict=True):
            coding, anchor = quotation.coding, place.anchor
            is_plain = anchor is not None and shown_words(anchor.words) == shown_words(coding.words)
            words = anchor.words if anchor and is_plain else coding.words
            is_proposed = place.found == "fuzzy"
            self.draft.anchor(replace(coding, anchor=anchor, words=words, is_proposed=is_proposed))
            self.counts[place.found] += 1
            if place.message:
                self.report(said[number].line, place.message)


Mint = Callable[[], str]


class Counts(NamedTuple):
    """How many quotations were looked for in the ad, by how they were found; and what was done to the session.

    Of codings and notes: `added`; `changed` in words or note; `moved` to another code or inside their list; `removed`.
    A profile with its reasoning, or employer and title, that an edit has changed counts as one more `changed`.
    `conflicts` are what both sides edited, or say differently.
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
    def edits(self) -> int:
        """How much was done to the session."""
        return self.added + self.changed + self.moved + self.removed


class Reconciliation(NamedTuple):
    """What the session has to record, and the document with the ids of all its entries and notes."""

    events: tuple[Event, ...]
    document: Document
    tally: Counts
    problems: tuple[Problem, ...]


def reconcile(
    edited: Document, base: Document | None, state: State, ad: Source, book: Codebook, file: str, mint: Mint
) -> Reconciliation:
    """What `edited` says and `state` does not hold yet; `mint` gives fresh ids, `file` names the document in problems.

    `base` is the document as it was written last, with the ids of its entries and notes: what has become of it in
    `edited` is done to `state`, which may have gone on since.  Without `base` nothing is ever removed: what the
    session lacks is added.  Words that have no single place in the ad keep their coding without an anchor.
    """
    index = index_of(book)
    document, before = identified(edited, index), identified(base, index) if base else None
    renamed = renamed_codes(before, state, book) if before else {}
    document, before = with_codes(document, renamed), with_codes(before, renamed) if before else None
    work = Reconciling(state, ad, index, mint)
    ids = work.take(statements(document, index), statements(before, index) if before else [])
    heads = described(document, before, state, ad), assessed(document, before, state, book)
    for remark in (*heads[0].remarks, *heads[1].remarks):
        place = document.lines.get(remark.part)
        work.report(place.line if place else 0, remark.message, is_conflict=remark.is_conflict)
    work.counts["changed"] += sum(len(head.events) for head in heads) if base else 0
    work.remarks += new_remarks(document, before, index)
    return Reconciliation(
        (*heads[0].events, *work.draft.events(ids), *heads[1].events),
        with_ids_in_order(document, ids),
        Counts(**work.counts),
        tuple(Problem(file, *remark) for remark in sorted(work.remarks, key=lambda remark: remark.line)),
    )


def form_of(text: str, taken: Reconciliation, ad: Source, book: Codebook, facts: AdFacts) -> DocumentLayout | None:
    """How the person laid out what was taken over; None where that is the canonical shape."""
    from codetui.formats import session_doc

    for event in taken.events:
        if isinstance(event, SourceDescribed):
            facts = facts._replace(employer=event.employer, title=event.title)
    if is_canonical(text, ad, book, facts):
        return None
    ids = session_doc.ids_by_line(taken.document)
    return DocumentLayout(text=text, ids=ids, employer=facts.employer, title=facts.title)


def is_canonical(text: str, ad: Source, book: Codebook, facts: AdFacts) -> bool:
    """Whether a document has the shape that codetui gives a session that says the same."""
    from codetui.formats import session_doc

    read = session_doc.read(text, "")[0]
    if session_doc.write(read) != text:
        return False
    bare = Source(ad.id, facts.employer, facts.title, "", "")
    ids = (f"{number:08}" for number in count())
    edited = session_doc.identified(read, index_of(book))
    events = reconcile(edited, None, State(), bare, book, "", lambda: next(ids)).events
    alone = Transaction(id=TransactionId("t"), seq=1, time="", coder="", events=events)
    return session_doc.document_of(replay([alone]), book, facts).text == text

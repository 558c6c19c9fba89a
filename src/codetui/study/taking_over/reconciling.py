"""The entries and notes of a document and a session brought together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from codetui.core.anchors.anchor import shown_words
from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.core.session.words import quoted
from codetui.model import Anchor, CodeId, Source
from codetui.study.taking_over.draft import Draft
from codetui.study.taking_over.matching import edits, out_of_order, recognised
from codetui.study.taking_over.merging import Conflict, changed, merged
from codetui.study.taking_over.ordering import arrange
from codetui.study.taking_over.placing import AdText, Quotation, placed
from codetui.study.taking_over.remarks import Remark
from codetui.study.taking_over.statements import Held, Statement

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

"""The session as it becomes: its codings and notes, changed as the document says."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from codetui.core.codebook.index import CodebookIndex
from codetui.core.session.state import State
from codetui.model import (
    CodeId,
    Coding,
    CodingAdded,
    CodingId,
    CodingNoted,
    CodingReanchored,
    CodingRecoded,
    CodingRemoved,
    CodingRestored,
    Event,
    Memo,
    MemoId,
    MemoTarget,
    MemoWritten,
)
from codetui.study.taking_over.statements import Statement, is_live, place_of, slot_of


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

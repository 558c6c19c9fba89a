"""Codings whose code the codebook lacks or has retired: one after the other, each to be given another code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codetui.core.deciding import quoted
from codetui.model import CodingId, Span
from codetui.tui.bench import Bench, Do
from codetui.tui.parts.assigning import Assigning
from codetui.tui.widgets.cells import brief

if TYPE_CHECKING:
    from codetui.core.migration_queue import Queued

EMPTY = "Every coding has a code of the codebook."
CODE_CELLS = 24


class Queueing:
    """Leads from coding to coding; each waits for another code as behind `r`."""

    def __init__(self, bench: Bench, assigning: Assigning) -> None:
        self._bench = bench
        self._assigning = assigning
        self._latest: CodingId | None = None

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"queue": self.go_on}

    def greeting(self) -> str:
        """How many codings need another code; empty where none does."""
        codes = self._bench.index.codes
        lives = (codes.get(coding.code) for coding in self._bench.state.live())
        count = sum(code is None or code.is_retired for code in lives)
        if not count:
            return ""
        return f"{count:,} codings need another code: Q" if count > 1 else "1 coding needs another code: Q"

    def go_on(self) -> None:
        """Shows the next that waits, round; its next code is what section and key give."""
        waiting = self._queue()
        if not waiting:
            self._bench.say(EMPTY)
            return
        places = [one.coding for one in waiting]
        place = places.index(self._latest) + 1 if self._latest in places else self._first_behind(places)
        self._show(waiting, place % len(waiting))

    def _first_behind(self, places: list[CodingId | None]) -> int:
        """Where to go on behind one that was settled: the codings stand in the order in which they were placed."""
        codings = self._bench.state.codings
        latest = codings.get(self._latest) if self._latest else None
        if latest is None:
            return 0
        ranks = [codings[coding].rank if coding else latest.rank + 1 for coding in places]
        return next((place for place, rank in enumerate(ranks) if rank > latest.rank), 0)

    def _show(self, waiting: tuple[Queued, ...], place: int) -> None:
        one, bench = waiting[place], self._bench
        head = f"{place + 1} of {len(waiting)} · "
        self._latest = one.coding
        if one.coding is None:
            bench.say(f"{head}profile {brief(one.code, CODE_CELLS)} is not in the codebook: p chooses another · Q next")
            return
        coding = bench.state.codings[one.coding]
        bench.back_to_ad()
        if coding.anchor is not None:
            bench.select(Span(coding.anchor.start, coding.anchor.end))
        bench.aim_at(coding.id)
        self._assigning.recoding = coding.id
        code = brief(one.code, CODE_CELLS)
        trouble = "is retired" if one.reason == "retired" else "is not in the codebook"
        way = "section and key give another"
        bench.say(f"{head}code {code} {trouble}: {way} to {quoted(coding.words)} · x drop · Q next · Esc leave")

    def _queue(self) -> tuple[Queued, ...]:
        from codetui.core.migration_queue import queue

        return queue(self._bench.state, self._bench.index.book)

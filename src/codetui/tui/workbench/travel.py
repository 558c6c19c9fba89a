"""Go from quotation to quotation in the open source, and back and forward through the places visited."""

from __future__ import annotations

from typing import NamedTuple

from codetui.core.selection.selection import Selection
from codetui.core.text.display import plural
from codetui.model import CodingId, SourceId, Span
from codetui.tui.bench import Bench, RefusedError
from codetui.tui.keymap import key_of

MOST = 200
"""Places that are remembered."""


class Visit(NamedTuple):
    """A source with the selection and the first row in view, as they were when it was left."""

    source: SourceId
    selection: Selection
    top: int


class TravelController:
    """Remembers the places visited, as a browser does: going elsewhere from an earlier one forgets the later ones."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._earlier: list[Visit] = []
        self._later: list[Visit] = []
        self._is_travelling = False

    # --- back and forward ---------------------------------------------------------------------------

    def leave(self) -> None:
        """Remember the place that is being left for another one."""
        if not self._is_travelling:
            self._later.clear()
            self._earlier.append(self._here())
            del self._earlier[:-MOST]

    def go(self, step: int) -> None:
        """Go back (-1) or forward (1) to a place, in the selection and view in which it was left."""
        behind, ahead = (self._earlier, self._later) if step < 0 else (self._later, self._earlier)
        bench = self._bench
        if not behind:
            where = "back to" if step < 0 else "forward to"
            raise RefusedError(f"There is nothing to go {where}. {key_of('ads')} lists all {bench.words.sources}.")
        visit, here = behind[-1], self._here()
        if visit.source != bench.ad.id:
            entry = bench.workspace.sources.find(visit.source)
            if entry is None:
                behind.pop()
                raise RefusedError(f"The {bench.words.source} {visit.source} is not in the corpus any more.")
            self._is_travelling = True
            try:
                bench.open_ad(entry)
            finally:
                self._is_travelling = False
            if bench.ad.id != visit.source:
                return
        behind.pop()
        ahead.append(here)
        bench.back_to_ad()
        bench.selector.restore(visit.selection.head, visit.top)
        if max(visit.selection.anchor, visit.selection.head) <= len(bench.ad.text):
            bench.selector.put(visit.selection)
        bench.show_state()

    def _here(self) -> Visit:
        selector = self._bench.selector
        return Visit(self._bench.ad.id, selector.selection, selector.top)

    # --- quotations -----------------------------------------------------------------------------------

    def quotation(self, step: int) -> None:
        """Select the next (1) or the previous (-1) quotation of the source; its coding is the one under the cursor.

        Those at one place come in the order in which they were assigned.
        """
        bench = self._bench
        places = sorted(
            (Span(one.anchor.start, one.anchor.end), one.rank, one.id) for one in bench.state.live() if one.anchor
        )
        if not places:
            raise RefusedError(f"Nothing in this {bench.words.source} is coded yet.")
        at = self._place(places, step)
        if not 0 <= at < len(places):
            end, other = ("last", "previous") if step > 0 else ("first", "next")
            key = key_of(f"{other}_quotation")
            raise RefusedError(f"This is the {end} of {plural(len(places), 'quotation')}. {key}: {other}")
        span, _, coding = places[at]
        bench.select(span)
        bench.aim_at(coding)
        bench.show_state()
        code = next(one.code for one in bench.state.live() if one.id == coding)
        bench.say(f"Quotation {at + 1} of {len(places)} · {bench.index.labels.get(code, code)}")

    def _place(self, places: list[tuple[Span, int, CodingId]], step: int) -> int:
        """Return the index of the quotation before or after the cursor, which may be beyond the last one."""
        bench, span = self._bench, self._bench.selector.selection.span
        current = bench.coding_here()
        ids = [coding for _, _, coding in places]
        if current is not None and current.id in ids and places[ids.index(current.id)][0] == span:
            return ids.index(current.id) + step
        if step > 0:
            return next((at for at, (one, _, _) in enumerate(places) if one.start >= span.start), len(places))
        return max((at for at, (one, _, _) in enumerate(places) if one.start < span.start), default=-1)

"""Codings whose code the codebook lacks or has retired: one after the other, each to be given another code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codetui.core.session.words import quoted
from codetui.core.text.plural import counted
from codetui.model import Code, CodeId, CodingId, SourceEntry, SourceId, Span
from codetui.tui.bench import Bench, Do
from codetui.tui.parts.assigning import Assigning
from codetui.tui.parts.recalling import Recalling
from codetui.tui.widgets.cells import brief

if TYPE_CHECKING:
    from codetui.core.codebook.migration import PendingDecision

EMPTY = "Every coding has a code of the codebook."
READING = "Nothing waits in this ad; your other ads are being read: Q goes on."
ELSE = " r gives another code · x drop · Q next"
CODE_CELLS = 24


class Queueing:
    """Leads from coding to coding, ad by ad; where the codebook's changes say what one may become, that is offered."""

    def __init__(self, bench: Bench, assigning: Assigning, recalling: Recalling) -> None:
        self._bench = bench
        self._assigning = assigning
        self._recalling = recalling
        self._latest: CodingId | None = None
        assigning.decided = self._decided

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
        return f"{counted(count, 'coding needs', 'codings need')} another code: Q"

    def go_on(self) -> None:
        """Shows the next that waits, round, here or in another ad; its next code is what section and key give."""
        if not self._bench.workspace.earlier.is_complete:
            self._recalling.begin()
        waiting = self._queue()
        if not waiting:
            self._go_elsewhere()
            return
        places = [one.coding for one in waiting]
        place = places.index(self._latest) + 1 if self._latest in places else self._first_behind(places)
        self._show(waiting, place % len(waiting))

    def _decided(self, coding: CodingId) -> None:
        """The coding that was shown has another code, or is gone: on to the next."""
        if coding == self._latest:
            self.go_on()

    def _first_behind(self, places: list[CodingId | None]) -> int:
        """Where to go on behind one that was settled: the codings stand in the order in which they were placed."""
        codings = self._bench.state.codings
        latest = codings.get(self._latest) if self._latest else None
        if latest is None:
            return 0
        ranks = [codings[coding].rank if coding else latest.rank + 1 for coding in places]
        return next((place for place, rank in enumerate(ranks) if rank > latest.rank), 0)

    # --- other ads ----------------------------------------------------------------------------------

    def _go_elsewhere(self) -> None:
        """Opens the next ad in which something waits."""
        entry = self._next_ad()
        if entry is None:
            if self._recalling.has_read:
                self._bench.say(EMPTY)
            else:
                self._recalling.when_read = self._have_read
                self._bench.say(READING)
            return
        self._bench.open_ad(entry)
        waiting = self._queue()
        if waiting and self._bench.ad.id == entry.id:
            self._show(waiting, 0)

    def _next_ad(self) -> SourceEntry | None:
        workspace = self._bench.workspace
        workspace.earlier.look(self._bench.ad.id)
        for entry in workspace.following(self._elsewhere()):
            workspace.earlier.look(entry.id)
            if entry.id in self._elsewhere():
                return entry
        return None

    def _have_read(self) -> None:
        """The other ads are known now: says where something waits; goes nowhere, as another key may have been hit."""
        if not self._queue():
            more = self._more().removeprefix(" here, ")
            self._bench.say(f"{more}: Q goes there." if more else EMPTY)

    def _elsewhere(self) -> dict[SourceId, int]:
        """How many wait in each other ad, as far as they were read."""
        waiting = self._bench.workspace.earlier.waiting(self._bench.index)
        return {ad: number for ad, number in waiting.items() if ad != self._bench.ad.id}

    # --- one of them --------------------------------------------------------------------------------

    def _show(self, waiting: tuple[PendingDecision, ...], place: int) -> None:
        one, bench = waiting[place], self._bench
        head = f"{place + 1} of {len(waiting)}{self._more()} · "
        self._latest = one.coding
        if one.coding is None:
            bench.say(f"{head}profile {brief(one.code, CODE_CELLS)} is not in the codebook: p chooses another · Q next")
            return
        coding = bench.state.codings[one.coding]
        bench.back_to_ad()
        if coding.anchor is not None:
            bench.select(Span(coding.anchor.start, coding.anchor.end))
        bench.aim_at(coding.id)
        code = brief(one.code, CODE_CELLS)
        if one.reason == "twice":
            bench.say(f"{head}{code} stands twice on {quoted(coding.words)}: x drops this one ·{ELSE}")
            return
        self._assigning.recoding, self._assigning.way_on = coding.id, ELSE
        trouble = {"retired": "is retired", "split": "was split"}.get(one.reason, "is not in the codebook")
        choices = self._choices(one)
        if choices:
            bench.say(f"{head}code {code} {trouble}: which is {quoted(coding.words)}? Esc leaves it")
            bench.open_choices(choices, coding.words, f"{code} {trouble}: what is it now?")
            return
        way = "section and key give another"
        bench.say(f"{head}code {code} {trouble}: {way} to {quoted(coding.words)} · x drop · Q next · Esc leave")

    def _more(self) -> str:
        """How many wait in other ads."""
        others = self._elsewhere()
        return f" here, {sum(others.values()):,} in {counted(len(others), 'other ad')}" if others else ""

    def _choices(self, one: PendingDecision) -> list[Code]:
        """What the changes of the codebook say that it may become, as far as that is given."""
        index = self._bench.index
        found = (index.codes.get(CodeId(choice)) for choice in one.choices)
        return [code for code in found if code and not code.is_retired and code.section in index.sections]

    def _queue(self) -> tuple[PendingDecision, ...]:
        from codetui.core.codebook.migration import pending_decisions

        return pending_decisions(self._bench.state, self._bench.index.book, self._bench.workspace.kept_rules())

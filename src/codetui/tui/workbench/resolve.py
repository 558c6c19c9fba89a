"""Resolve quotations that could not be located, and codings left undecided by a changed codebook."""

from __future__ import annotations

from dataclasses import replace
from string import ascii_lowercase
from typing import TYPE_CHECKING

from codetui.core.anchors.anchor import is_quoted
from codetui.core.anchors.unresolved import UnresolvedAnchor, unresolved_anchor
from codetui.core.session.commands import AcceptPlace, Command, MoveBoundary, RemoveCoding, quoted
from codetui.core.text.display import plural
from codetui.core.text.units import trim
from codetui.model import Code, CodeId, Coding, CodingId, SourceEntry, SourceId, Span
from codetui.study.session.outcome import Saved
from codetui.tui.bench import Bench, Do, RefusedError
from codetui.tui.keymap import key_of
from codetui.tui.widgets.codebook_tree import CodingNode, Node
from codetui.tui.widgets.rows import brief
from codetui.tui.workbench.code import edges_words
from codetui.tui.workbench.view_model import outcome_words

if TYPE_CHECKING:
    from codetui.core.codebook.migration import PendingDecision


def steps(doubt: UnresolvedAnchor) -> int:
    """Return the number of steps of an unresolved quotation: its candidates, and for an orphan an explanation first."""
    return max(1, len(doubt.places)) if doubt.kind != "orphan" else 1 + len(doubt.places)


def place_at(doubt: UnresolvedAnchor, step: int) -> Span | None:
    """Return the position offered at a step."""
    number = step - 1 if doubt.kind == "orphan" else step
    return doubt.places[number] if 0 <= number < len(doubt.places) else None


def question(doubt: UnresolvedAnchor, step: int, source: str) -> str:
    """Return the question of a step, with the keys that answer it."""
    count, enter, settle = len(doubt.places), key_of("pick"), key_of("settle")
    others = f"{key_of('remove')} remove · {key_of('move.collapse')} cancel"
    if doubt.kind == "fuzzy" and count:
        edges = f"{key_of('boundary')} other boundaries"
        return f"is {doubt.percent} similar to this: {enter} accept · {edges} · {settle} next · {others}"
    if doubt.kind == "orphan" and step == 0:
        nearest = f" · {settle} the most similar words ({doubt.percent})" if doubt.places else ""
        return f"is not in the {source}: select its words, then {enter}{nearest} · {others}"
    if doubt.kind == "orphan":
        nearest = f"most similar words ({doubt.percent})"
        return f"is not in the {source}; {nearest}: {enter} this one · {settle} next · {others}"
    if not doubt.places:
        words = f"{key_of('remove')} remove · or select other words, then {enter} · {key_of('move.collapse')} cancel"
        return f"already has this code everywhere: {words}"
    if doubt.score < 1:
        what = f"is similar to {plural(count, 'place')} (up to {doubt.percent}); showing {step + 1:,} of {count:,}"
    elif count > 1:
        what = f"occurs {doubt.total:,} times; showing {step + 1:,} of {count:,}"
    else:
        what = f"occurs {doubt.total:,} times, elsewhere with this code" if doubt.total > 1 else "is probably here"
    return f"{what}: {settle} next{' place' if step + 1 < count else ''} · {enter} this one · {others}"


SETTLED = "Every quotation is located."
SELECTING = frozenset(("jump", "jump_end", "search", "next_match", "previous_match"))
ASIDE = frozenset(("define", "help", "note", "problems", "save"))
"""Actions that do not leave the quotation being resolved; motions do not either."""


def _nothing_selected() -> str:
    then = f"{key_of('remove')} removes it, {key_of('move.collapse')} cancels"
    return f"Nothing is selected: select the quotation's words, then {key_of('pick')}. {then}."


class ResolveController:
    """Leads through unresolved quotations; `current` is the coding being resolved."""

    def __init__(self, bench: Bench) -> None:
        self.current: CodingId | None = None
        self._bench = bench
        self._latest: CodingId | None = None
        self._step = 0
        self._offered: Span | None = None
        self._words = ""
        self._is_leaving = False

    @property
    def coding(self) -> Coding | None:
        """Return the coding being resolved."""
        return self._bench.state.codings.get(self.current) if self.current else None

    def began(self) -> None:
        """Reset for the source that was just opened."""
        self._end()
        self._latest = None

    def greeting(self) -> str:
        """Return how many quotations could not be located; empty if none."""
        count = len(self._doubtful())
        if not count:
            return ""
        return f"{plural(count, 'quotation')} could not be located ({key_of('settle')})"

    def takes(self, action: str) -> bool:
        """Handle an action while a quotation is being resolved; return False if it keeps its usual meaning."""
        coding = self.coding
        is_here = self._bench.focused is self._bench.document and not self._is_leaving
        if coding is None or not coding.is_unresolved or not is_here:
            self._end()
            return False
        own: dict[str, Do] = {
            "settle": lambda: self._go(1),
            "doubts": lambda: self._go(-1),
            "pick": lambda: self._take(coding),
            "remove": lambda: self._carry_out(RemoveCoding(coding.id)),
            "boundary": self._move_edges,
            "move.collapse": self.leave,
        }
        if action in own:
            own[action]()
            return True
        if action == "recode":
            self._is_leaving = True
        elif action in SELECTING | ASIDE or action.startswith("move."):
            self._bench.say(self._words)
        else:
            self._end()
        return False

    # --- from quotation to quotation ------------------------------------------------------------------------

    def begin(self) -> None:
        """Offer the unresolved quotation in the tree, else the one shown last, else the first."""
        node = self._bench.node()
        chosen = node.id if isinstance(node, CodingNode) else self._latest
        codings = self._doubtful()
        if not codings:
            self._bench.say(SETTLED)
            return
        self.go_to(next((coding for coding in codings if coding.id == chosen), codings[0]))

    def go_to(self, coding: Coding) -> None:
        """Offer the first candidate position of a coding."""
        self._offer(self._about(coding), 0)

    def show_list(self) -> None:
        """List all unresolved quotations."""
        codings = self._doubtful()
        if not codings:
            self._bench.say(SETTLED)
            return
        from codetui.tui.dialogs.unresolved import UnresolvedDialog

        modal = UnresolvedDialog(codings, self._bench.index, self._about, self._latest)
        self._bench.ask(modal, lambda chosen: self.chosen(CodingNode(chosen)))

    def chosen(self, node: Node) -> bool:
        """Offer the candidates of a node of the tree; return False if it is not an unresolved quotation."""
        coding = self._bench.state.codings.get(node.id) if isinstance(node, CodingNode) else None
        if coding is None or not coding.is_unresolved:
            return False
        self.go_to(coding)
        return True

    def leave(self) -> None:
        """Leave the quotation unresolved."""
        self._end()
        self._bench.say(f"Nothing was changed. {self.greeting()}")

    def _end(self) -> None:
        if self.current is not None:
            self._bench.document.set_matches(())
        self.current = self._offered = None
        self._is_leaving = False

    def _go(self, direction: int) -> None:
        """Go to the next or previous candidate, and after the last one to the next quotation, wrapping around."""
        codings = self._doubtful()
        number = next(number for number, coding in enumerate(codings) if coding.id == self.current)
        doubt = self._about(codings[number])
        if 0 <= self._step + direction < steps(doubt):
            self._offer(doubt, self._step + direction)
            return
        beside = self._about(codings[(number + direction) % len(codings)])
        self._offer(beside, 0 if direction > 0 else steps(beside) - 1)

    def _offer(self, doubt: UnresolvedAnchor, step: int) -> None:
        """Select a candidate in the text, or explain where to look."""
        coding = doubt.coding
        self.current = self._latest = coding.id
        self._step = step
        self._offered = place_at(doubt, step)
        self._bench.back_from_all()
        self._bench.aim_at(coding.id)
        if self._offered is not None:
            self._bench.select(self._offered)
        else:
            self._bench.selector.glance(doubt.places[0] if doubt.places else self._bench.selector.position)
        others = doubt.places if self._offered is not None else ()
        self._bench.document.set_matches([place for place in others if place != self._offered])
        codings = self._doubtful()
        number = next(place for place, one in enumerate(codings, 1) if one.id == coding.id)
        head = f"{number} of {len(codings)} · {brief(coding.code, CODE_CELLS)} {quoted(coding.words)}"
        self._words = f"{head} {question(doubt, step, self._bench.words.source)}"
        self._bench.say(self._words)

    def _doubtful(self) -> tuple[Coding, ...]:
        return self._bench.state.index.unresolved

    def _about(self, coding: Coding) -> UnresolvedAnchor:
        return unresolved_anchor(coding, self._bench.state, self._bench.ad.text)

    # --- resolving one -------------------------------------------------------------------------------

    def _take(self, coding: Coding) -> None:
        """Locate the quotation at the selection; if the words differ, they replace its own."""
        if not self._bench.selector.selection.is_explicit:
            self._offer_again(self._about(coding))
            return
        span = self._bench.selected_span("quotations")
        stays = self._is_offered(span, coding) or is_quoted(self._bench.ad.text, span, coding.words)
        self._carry_out(AcceptPlace(coding.id, span) if stays else MoveBoundary(coding.id, span))

    def _is_offered(self, span: Span, coding: Coding) -> bool:
        """Return whether this span was offered as the position; a span that is only nearest has other words."""
        is_place = self._about(coding).kind != "orphan"
        return is_place and self._offered is not None and span == trim(self._bench.ad.text, *self._offered)

    def _offer_again(self, doubt: UnresolvedAnchor) -> None:
        """Select the candidate under the cursor, else the offered one, so that the selected span is accepted."""
        if self._offered is None:
            raise RefusedError(_nothing_selected())
        at = self._bench.selector.selection.head
        places = ((step, place_at(doubt, step)) for step in range(steps(doubt)))
        under = (step for step, place in places if place is not None and place.start <= at < place.end)
        self._offer(doubt, next(under, self._step))

    def _carry_out(self, command: Command) -> None:
        """Execute the command and offer the next quotation."""
        place = next(place for place, coding in enumerate(self._doubtful()) if coding.id == self.current)
        outcome = self._bench.execute_command(command)
        if not isinstance(outcome, Saved):
            return
        codings = self._doubtful()
        if codings:
            self.go_to(codings[place % len(codings)])
        else:
            self._end()
            gone = f"{outcome_words(outcome)} " if isinstance(command, RemoveCoding) else ""
            self._bench.say(f"{gone}{SETTLED}")

    def _move_edges(self) -> None:
        """Select the candidate again so that its edges can be moved."""
        if self._offered is None:
            raise RefusedError(_nothing_selected())
        self._bench.select(self._offered)
        others = f"{key_of('remove')} remove · {key_of('move.collapse')} cancel"
        self._words = f"{edges_words()} {key_of('pick')} save · {others}"
        self._bench.say(self._words)


EMPTY = "Every coding has a code of the codebook."
CODE_CELLS = 24
CHOICE_KEYS = "123456789" + ascii_lowercase


class QueueController:
    """Leads through codings that need another code, source by source.

    It offers the codes that the codebook's changes suggest.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._latest: CodingId | None = None

    def greeting(self) -> str:
        """Return how many codings need another code; empty if none."""
        codes = self._bench.index.codes
        lives = (codes.get(coding.code) for coding in self._bench.state.live())
        count = sum(code is None or code.is_retired for code in lives)
        if not count:
            return ""
        return f"{plural(count, 'coding needs', 'codings need')} another code ({key_of('queue')})"

    def go_on(self) -> None:
        """Show the next one, here or in another source, wrapping around; the next code chosen replaces its code."""
        if not self._bench.workspace.usage.is_complete:
            self._bench.usage_reader.begin()
        waiting = self._queue()
        if not waiting:
            self._go_elsewhere()
            return
        places = [one.coding for one in waiting]
        place = places.index(self._latest) + 1 if self._latest in places else self._first_behind(places)
        self._show(waiting, place % len(waiting))

    def decided(self, coding: CodingId) -> None:
        """Continue if the coding that was shown has another code or is gone."""
        if coding == self._latest:
            self.go_on()

    def _first_behind(self, places: list[CodingId | None]) -> int:
        """Return the index after the decided coding; codings are in the order of their ranks."""
        codings = self._bench.state.codings
        latest = codings.get(self._latest) if self._latest else None
        if latest is None:
            return 0
        ranks = [codings[coding].rank if coding else latest.rank + 1 for coding in places]
        return next((place for place, rank in enumerate(ranks) if rank > latest.rank), 0)

    # --- other ads ----------------------------------------------------------------------------------

    def _go_elsewhere(self) -> None:
        """Open the next source with open decisions."""
        entry = self._next_ad()
        if entry is None:
            if self._bench.usage_reader.has_read:
                self._bench.say(EMPTY)
            else:
                self._bench.usage_reader.when_read = self._have_read
                words = self._bench.words
                reading = f"your other {words.sources} are still being read: press {key_of('queue')} again."
                self._bench.say(f"Nothing to recode in this {words.source}; {reading}")
            return
        self._bench.open_ad(entry)
        waiting = self._queue()
        if waiting and self._bench.ad.id == entry.id:
            self._show(waiting, 0)

    def _next_ad(self) -> SourceEntry | None:
        workspace = self._bench.workspace
        workspace.usage.refresh(self._bench.ad.id)
        for entry in workspace.sources.in_order_from_here(self._elsewhere()):
            workspace.usage.refresh(entry.id)
            if entry.id in self._elsewhere():
                return entry
        return None

    def _have_read(self) -> None:
        """Report the sources with open decisions once the other sources are read.

        It never moves there, as another key may follow.
        """
        if not self._queue():
            more = self._more().removeprefix(" here, ")
            self._bench.say(f"{more}: {key_of('queue')} goes there." if more else EMPTY)

    def _elsewhere(self) -> dict[SourceId, int]:
        """Return how many decisions are open in each other source, as far as read."""
        waiting = self._bench.workspace.usage.pending(self._bench.index)
        return {ad: number for ad, number in waiting.items() if ad != self._bench.ad.id}

    # --- one of them --------------------------------------------------------------------------------

    def _show(self, waiting: tuple[PendingDecision, ...], place: int) -> None:
        one, bench = waiting[place], self._bench
        head = f"{place + 1} of {len(waiting)}{self._more()} · "
        self._latest = one.coding
        remove, following = f"{key_of('remove')} remove", f"{key_of('queue')} next"
        if one.coding is None:
            what = f"profile {brief(one.code, CODE_CELLS)} is not in the codebook"
            bench.say(f"{head}{what}: {key_of('profile')} assign another · {following}")
            return
        coding = bench.state.codings[one.coding]
        bench.back_to_ad()
        if coding.anchor is not None:
            bench.select(Span(coding.anchor.start, coding.anchor.end))
        bench.aim_at(coding.id)
        code = brief(one.code, CODE_CELLS)
        others = f" {key_of('recode')} assign another code · {remove} · {following}"
        if one.reason == "twice":
            bench.say(f"{head}{code} is assigned twice to {quoted(coding.words)}: {remove} this one ·{others}")
            return
        self._bench.assigner.recoding, self._bench.assigner.cancel_hint = coding.id, others
        trouble = {"retired": "is retired", "split": "was split"}.get(one.reason, "is not in the codebook")
        choices, cancel = self._choices(one), key_of("move.collapse")
        if choices:
            bench.say(f"{head}code {code} {trouble}: which code for {quoted(coding.words)}? {cancel}: cancel")
            bench.open_panel(choices, coding.words, f"{code} {trouble}: assign another code")
            return
        way = f"section and key assign another to {quoted(coding.words)}"
        bench.say(f"{head}code {code} {trouble}: {way} · {remove} · {following} · {cancel} cancel")

    def _more(self) -> str:
        """Return how many decisions are open in other sources."""
        others, words = self._elsewhere(), self._bench.words
        where = plural(len(others), f"other {words.source}", f"other {words.sources}")
        return f" here, {sum(others.values()):,} in {where}" if others else ""

    def _choices(self, one: PendingDecision) -> list[Code]:
        """Return the assignable codes that the codebook's changes suggest for a coding, keyed 1, 2, 3 …"""
        index = self._bench.index
        found = (index.codes.get(CodeId(choice)) for choice in one.choices)
        given = (code for code in found if code and not code.is_retired and code.section in index.sections)
        return [replace(code, key=key) for code, key in zip(given, CHOICE_KEYS, strict=False)]

    def _queue(self) -> tuple[PendingDecision, ...]:
        from codetui.core.codebook.migration import pending_decisions

        return pending_decisions(self._bench.state, self._bench.index.book, self._bench.workspace.kept_rules())

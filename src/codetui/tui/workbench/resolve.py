"""What is asked about a quotation in doubt, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codetui.core.anchors.anchor import is_quoted
from codetui.core.anchors.unresolved import UnresolvedAnchor, is_unresolved, unresolved_anchor, unresolved_codings
from codetui.core.session.commands import AcceptPlace, Command, MoveBoundary, RemoveCoding
from codetui.core.session.words import quoted
from codetui.core.text.display import plural
from codetui.core.text.units import trim
from codetui.model import Code, CodeId, Coding, CodingId, SourceEntry, SourceId, Span
from codetui.study.session.outcome import Saved
from codetui.tui.bench import Bench, Do
from codetui.tui.widgets.cells import brief
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.outline import CodingNode, Node
from codetui.tui.workbench.code import Assigning
from codetui.tui.workbench.recall import Recalling
from codetui.tui.workbench.select import Selecting

if TYPE_CHECKING:
    from codetui.core.codebook.migration import PendingDecision


def steps(doubt: UnresolvedAnchor) -> int:
    """How often `v` shows something of a doubt: each place; of an orphan the way out first."""
    return max(1, len(doubt.places)) if doubt.kind != "orphan" else 1 + len(doubt.places)


def place_at(doubt: UnresolvedAnchor, step: int) -> Span | None:
    """The place that is offered at a step."""
    number = step - 1 if doubt.kind == "orphan" else step
    return doubt.places[number] if 0 <= number < len(doubt.places) else None


def question(doubt: UnresolvedAnchor, step: int) -> str:
    """What is asked, and the keys that answer it."""
    count = len(doubt.places)
    if doubt.kind == "fuzzy" and count:
        return f"resembles this {doubt.percent}: Enter accept · b other boundaries · v next · x drop · Esc leave"
    if doubt.kind == "orphan" and step == 0:
        nearest = f" · v what is nearest ({doubt.percent})" if doubt.places else ""
        return f"is not in the ad: select its words, then Enter{nearest} · x drop · Esc leave"
    if doubt.kind == "orphan":
        return f"is not in the ad; this is nearest ({doubt.percent}): Enter this one · v next · x drop · Esc leave"
    if not doubt.places:
        return "has this code wherever it stands: x drop · or select other words, then Enter · Esc leave"
    if doubt.score < 1:
        stands = f"resembles {plural(count, 'place')}, up to {doubt.percent}, here is the {_nth(step)}"
    elif count > 1:
        stands = f"stands {doubt.total:,} times, here is the {_nth(step)}"
    else:
        stands = f"stands {doubt.total:,} times, elsewhere with this code" if doubt.total > 1 else "may be meant here"
    return f"{stands}: v next{' place' if step + 1 < count else ''} · Enter this one · x drop · Esc leave"


def _nth(place: int) -> str:
    """The ordinal of a place counted from 0."""
    number = place + 1
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


SETTLED = "Every quotation has its place."
EDGES = "Move its edges ([ start, ] end, then arrows or units). Enter keeps them · x drop · Esc leave"
NOTHING_SELECTED = "Nothing is selected: select the quotation's words, then Enter. x drops it, Esc leaves it."
SELECTING = frozenset(("jump", "jump_end", "search", "next_match", "previous_match"))
ASIDE = frozenset(("define", "help", "note", "problems", "save"))
"""Actions that do not end the settling, nor do the motions."""


class Settling:
    """Leads from doubt to doubt; `current` is the coding that keys are about while one is being settled."""

    def __init__(self, bench: Bench, selecting: Selecting, view: DocumentView, back_to_ad: Do) -> None:
        self.current: CodingId | None = None
        self._bench = bench
        self._selecting = selecting
        self._view = view
        self._back_to_ad = back_to_ad
        self._latest: CodingId | None = None
        self._step = 0
        self._offered: Span | None = None
        self._words = ""
        self._is_leaving = False

    @property
    def coding(self) -> Coding | None:
        """The quotation that is being settled."""
        return self._bench.state.codings.get(self.current) if self.current else None

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"settle": self.begin, "doubts": self.show_list}

    def began(self) -> None:
        """Another ad is open: what was begun is left."""
        self._end()
        self._latest = None

    def greeting(self) -> str:
        """How many quotations need a place; empty where none does."""
        count = len(self._doubtful())
        if not count:
            return ""
        return f"{plural(count, 'quotation needs', 'quotations need')} a place: v"

    def takes(self, action: str) -> bool:
        """Carries out what a key means while a doubt is being settled; False leaves it to what it means otherwise."""
        coding = self.coding
        is_here = self._view.screen.focused is self._view and not self._is_leaving
        if coding is None or not is_unresolved(coding) or not is_here:
            self._end()
            return False
        own: dict[str, Do] = {
            "settle": lambda: self._go(1),
            "doubts": lambda: self._go(-1),
            "pick": self._take,
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

    # --- from doubt to doubt ------------------------------------------------------------------------

    def begin(self) -> None:
        """Offers the doubt under the tree's cursor, else the one shown last, else the first."""
        node = self._bench.node()
        chosen = node.id if isinstance(node, CodingNode) else self._latest
        codings = self._doubtful()
        if not codings:
            self._bench.say(SETTLED)
            return
        self.go_to(next((coding for coding in codings if coding.id == chosen), codings[0]))

    def go_to(self, coding: Coding) -> None:
        """Offers the first place of a coding in doubt."""
        self._offer(self._about(coding), 0)

    def show_list(self) -> None:
        """All doubts to choose from."""
        codings = self._doubtful()
        if not codings:
            self._bench.say(SETTLED)
            return
        from codetui.tui.dialogs.unresolved import DoubtsList

        modal = DoubtsList(codings, self._bench.index, self._about, self._latest)
        self._bench.ask(modal, self._taken)

    def _taken(self, chosen: CodingId) -> None:
        self._go_to_chosen(chosen)

    def chosen(self, node: Node) -> bool:
        """Offers the places of the tree's node; False where it is no quotation in doubt."""
        return isinstance(node, CodingNode) and self._go_to_chosen(node.id)

    def _go_to_chosen(self, chosen: CodingId) -> bool:
        coding = self._bench.state.codings.get(chosen)
        if coding is None or not is_unresolved(coding):
            return False
        self.go_to(coding)
        return True

    def leave(self) -> None:
        """Leaves the doubt as it is."""
        self._end()
        self._bench.say(f"Left as it was. {self.greeting()}")

    def _end(self) -> None:
        if self.current is not None:
            self._view.set_matches(())
        self.current = self._offered = None
        self._is_leaving = False

    def _go(self, direction: int) -> None:
        """The next place of this quotation, or the one before; at its last, the next doubt, round."""
        codings = self._doubtful()
        number = next(number for number, coding in enumerate(codings) if coding.id == self.current)
        doubt = self._about(codings[number])
        if 0 <= self._step + direction < steps(doubt):
            self._offer(doubt, self._step + direction)
            return
        beside = self._about(codings[(number + direction) % len(codings)])
        self._offer(beside, 0 if direction > 0 else steps(beside) - 1)

    def _offer(self, doubt: UnresolvedAnchor, step: int) -> None:
        """Shows a place of a doubt in the ad, selected, or where to look for one."""
        coding = doubt.coding
        self.current = self._latest = coding.id
        self._step = step
        self._offered = place_at(doubt, step)
        self._back_to_ad()
        self._bench.aim_at(coding.id)
        if self._offered is not None:
            self._bench.select(self._offered)
        else:
            here = self._selecting.cursor_span
            self._selecting.glance(doubt.places[0] if doubt.places else here)
        others = doubt.places if self._offered is not None else ()
        self._view.set_matches([place for place in others if place != self._offered])
        codings = self._doubtful()
        number = next(place for place, one in enumerate(codings, 1) if one.id == coding.id)
        head = f"{number} of {len(codings)} · {brief(coding.code, CODE_CELLS)} {quoted(coding.words)}"
        self._words = f"{head} {question(doubt, step)}"
        self._bench.say(self._words)

    def _doubtful(self) -> tuple[Coding, ...]:
        return unresolved_codings(self._bench.state)

    def _about(self, coding: Coding) -> UnresolvedAnchor:
        return unresolved_anchor(coding, self._bench.state, self._bench.ad.text)

    # --- settling one -------------------------------------------------------------------------------

    def _take(self) -> None:
        """Gives the quotation the selected words as its place; other words than were written become its words."""
        coding = self.coding
        if coding is None:
            return
        if not self._selecting.selection.is_explicit:
            self._offer_again(self._about(coding))
            return
        span = self._bench.selected_span("quotations")
        stays = self._is_offered(span, coding) or is_quoted(self._bench.ad.text, span, coding.words)
        self._carry_out(AcceptPlace(coding.id, span) if stays else MoveBoundary(coding.id, span))

    def _is_offered(self, span: Span, coding: Coding) -> bool:
        """True for the place that was offered as that of the quotation; what is merely nearest has other words."""
        is_place = self._about(coding).kind != "orphan"
        return is_place and self._offered is not None and span == self._trimmed(self._offered)

    def _offer_again(self, doubt: UnresolvedAnchor) -> None:
        """Selects the place under the cursor, else the one that was offered: what is taken is what is seen selected."""
        if self._offered is None:
            self._bench.say(NOTHING_SELECTED, "refusal")
            return
        at = self._selecting.selection.head
        places = ((step, place_at(doubt, step)) for step in range(steps(doubt)))
        under = (step for step, place in places if place is not None and place.start <= at < place.end)
        self._offer(doubt, next(under, self._step))

    def _trimmed(self, span: Span) -> Span:
        return trim(self._bench.ad.text, *span)

    def _carry_out(self, command: Command) -> None:
        """Settles the doubt, and offers the next one."""
        place = next(place for place, coding in enumerate(self._doubtful()) if coding.id == self.current)
        outcome = self._bench.carry_out(command)
        if not isinstance(outcome, Saved):
            return
        codings = self._doubtful()
        if codings:
            self.go_to(codings[place % len(codings)])
        else:
            self._end()
            gone = f"{outcome.message} " if isinstance(command, RemoveCoding) else ""
            self._bench.say(f"{gone}{SETTLED}")

    def _move_edges(self) -> None:
        """Selects the offered place again, so that its edges can be moved."""
        if self._offered is None:
            self._bench.say(NOTHING_SELECTED, "refusal")
            return
        self._bench.select(self._offered)
        self._words = EDGES
        self._bench.say(EDGES)


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
        return f"{plural(count, 'coding needs', 'codings need')} another code: Q"

    def go_on(self) -> None:
        """Shows the next that waits, round, here or in another ad; its next code is what section and key give."""
        if not self._bench.workspace.usage.is_complete:
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
        workspace.usage.look(self._bench.ad.id)
        for entry in workspace.sources.in_order_from_here(self._elsewhere()):
            workspace.usage.look(entry.id)
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
        waiting = self._bench.workspace.usage.waiting(self._bench.index)
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
        return f" here, {sum(others.values()):,} in {plural(len(others), 'other ad')}" if others else ""

    def _choices(self, one: PendingDecision) -> list[Code]:
        """What the changes of the codebook say that it may become, as far as that is given."""
        index = self._bench.index
        found = (index.codes.get(CodeId(choice)) for choice in one.choices)
        return [code for code in found if code and not code.is_retired and code.section in index.sections]

    def _queue(self) -> tuple[PendingDecision, ...]:
        from codetui.core.codebook.migration import pending_decisions

        return pending_decisions(self._bench.state, self._bench.index.book, self._bench.workspace.kept_rules())

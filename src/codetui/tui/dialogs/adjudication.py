"""Settle where coders disagree: each disagreement in its text, the coders called 1, 2 and so on, one key for each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import ClassVar, NamedTuple, get_args

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from codetui.core.adjudication import PROFILE, Decided, Rule
from codetui.core.text.display import plural
from codetui.core.text.layout import wrap
from codetui.core.text.normalize import collapse_spaces
from codetui.formats.agenda import AgendaItem
from codetui.formats.agenda import Side as AgendaSide
from codetui.model import CodeId, Coding, Source
from codetui.study.adjudication import Adjudication, names_in_words
from codetui.study.study import StudyError
from codetui.tui.dialogs.agreement import Trainer
from codetui.tui.dialogs.base import Dialog, alarm, key_chips, registered
from codetui.tui.keymap import dialog_key_of
from codetui.tui.widgets.gutters import Side, gutter_cells, gutter_rows
from codetui.tui.widgets.rows import PassiveRows, Row, brief

RULES: dict[str, Rule] = {
    **{rule: rule for rule in get_args(Rule) if rule.isdecimal()},
    "a": "all",
    "0": "none",
    "minus": "intersection",
    "plus": "union",
}
"""The rules by the names of their keys; of two coders, 3 is both."""

MOST_LINES = 8
"""Lines of all coders' codes, words and notes, or profiles and reasonings."""


class _Open(NamedTuple):
    """An open disagreement and its source."""

    source: Source
    item: AgendaItem


class AdjudicationScreen(Dialog[None]):
    """Walks the disagreements of coders. Each decision is saved at once; Esc closes, and the rest stays open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"decide('{rule}')", rule, show=False) for key, rule in RULES.items()),
        Binding("enter", "choose", "another code", show=False),
        registered("repeat", "repeat", "as for these codes before"),
        registered("note", "reason", "write the reason"),
        registered("undo", "undo", "undo"),
        registered("dialog.edit", "edit_code", "edit the code"),
        registered("dialog.example", "add_example", "make it an example"),
        Binding("space", "postpone", "later", show=False),
        Binding("tab", "set_aside", "set aside", show=False, priority=True),
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("down,j", "move(1)", "down", show=False),
    ]

    def __init__(self, adjudication: Adjudication, coders: tuple[str, ...], trainer: Trainer) -> None:
        """Create the screen of an adjudication for which what coders agree on has been taken over, or of a review."""
        self._is_review = len(coders) == 1
        title = f"Review of {coders[0]}" if self._is_review else f"Disagreements of {names_in_words(coders)}"
        super().__init__(title)
        self._adjudication, self._trainer, self._index = adjudication, trainer, trainer.index
        self._open = deque(
            _Open(source, item) for source in adjudication.sources for item in adjudication.left(source.id)
        )
        self._decided: list[str] = []
        """The sources of the decisions made here, for undo."""
        self._aside: list[_Open] = []
        self._reason = ""
        self._before: dict[frozenset[str], Rule] = {}
        """The last decision on each pair of codes."""

    def compose(self) -> ComposeResult:
        """Yield the count, the text, and the codings of all."""
        with self.frame():
            yield Static(id="adjudication-count")
            yield PassiveRows()
            yield Static(id="adjudication-sides")
            yield Static(id="adjudication-message")

    def on_mount(self) -> None:
        """Show the first disagreement."""
        self._show()

    def on_resize(self) -> None:
        """Wrap the text anew."""
        self._show()

    # --- decisions ------------------------------------------------------------------------------------

    def action_decide(self, rule: Rule) -> None:
        """Decide the disagreement that is shown."""
        if not self._open:
            return
        item = self._open[0].item
        rule = "all" if rule == "3" and len(item.sides) == 2 else rule
        refusal = _refusal(item, rule, is_review=self._is_review)
        if refusal:
            self._say(refusal, is_refusal=True)
        else:
            self._decide(Decided(rule, reason=self._reason))

    def action_repeat(self) -> None:
        """Decide as the last time between the same codes."""
        rule = self._before.get(self._codes()) if self._open else None
        if rule is None:
            self._say("You have not decided between these codes yet.", is_refusal=True)
        else:
            self._decide(Decided(rule, reason=self._reason))

    def action_choose(self) -> None:
        """Ask for another code or profile."""
        if not self._open:
            return
        current = self._open[0]
        if current.item.key == PROFILE:
            from codetui.tui.dialogs.source import PickedProfile, ProfilePicker

            def chosen(answer: PickedProfile | None) -> None:
                if answer and answer.profile and not answer.is_to_change:
                    self._decide(Decided("other", answer.profile, self._reason))

            self.app.push_screen(ProfilePicker(self._index.book.profiles, "", self._index.book.words.source), chosen)
            return
        from codetui.tui.dialogs.code_search import CodePicker, Picked

        def picked(answer: Picked | None) -> None:
            if answer and answer.code and not answer.is_to_change:
                self._decide(Decided("other", answer.code, self._reason))
            elif answer:
                self._say("Codes are added and changed in the workbench, not here.", is_refusal=True)

        words = next((side.words for side in current.item.sides if side), "")
        self.app.push_screen(CodePicker(self._index.book, (), words, "Another code"), picked)

    def action_reason(self) -> None:
        """Write the reason of the next decision."""

        def written(reason: str | None) -> None:
            if reason is not None:
                self._reason = reason
                self._say(f"Reason of the next decision: {reason}" if reason else "")

        if self._open:
            self._ask_reason("Why? Kept with your next decision", written)

    def _ask_reason(self, title: str, written: Callable[[str | None], None]) -> None:
        from codetui.tui.dialogs.text import NoteDialog

        self.app.push_screen(NoteDialog(title, self._reason), written)

    def _decide(self, decision: Decided) -> None:
        """Record a decision, after its reason if the codebook asks for one."""

        def written(reason: str | None) -> None:
            if reason and reason.strip():
                self._settle(decision._replace(reason=reason))
            else:
                self._say("The codebook asks for a reason here: nothing is decided without one.", is_refusal=True)

        if decision.reason.strip() or not self._open[0].item.needs_reason(decision.rule):
            self._settle(decision)
        else:
            self._ask_reason("Why? The codebook asks for a reason here", written)

    def action_edit_code(self) -> None:
        """Edit one of the codes between which to decide."""
        if codes := self._code_ids():
            self._trainer.edit(codes, self._changed)
        else:
            self._say("There is no code here to edit.", is_refusal=True)

    def action_add_example(self) -> None:
        """Make the words an example or a counter-example of one of the codes between which to decide."""
        if codes := self._code_ids():
            words = next(side.words for side in self._open[0].item.sides if side)
            self._trainer.add_example(words, codes, self._changed)
        else:
            self._say("There are no words here to make an example of.", is_refusal=True)

    def _code_ids(self) -> list[CodeId]:
        group = self._adjudication.group(self._open[0].source.id, self._open[0].item.key) if self._open else None
        return [*dict.fromkeys(one.code for one in group.codings)] if group else []

    def _changed(self, words: str) -> None:
        """Show the codebook as it is now, and what was changed."""
        self._index = self._trainer.index
        self._show()
        self._say(words)

    def action_postpone(self) -> None:
        """Go on; this one comes again after the others."""
        self._open.rotate(-1)
        self._show()

    def action_set_aside(self) -> None:
        """Leave this one open, for a talk."""
        if self._open:
            self._aside.append(self._open.popleft())
            self._show()
            self._say(f"{len(self._aside)} set aside.")

    def action_undo(self) -> None:
        """Undo the last decision that was made here, and show it again."""
        if not self._decided:
            self._say("Nothing was decided here that could be undone.", is_refusal=True)
            return
        source = self._decided[-1]
        try:
            is_undone = self._adjudication.undo(source)
        except StudyError as error:
            self._say(str(error), is_refusal=True)
            return
        self._decided.pop()
        known = {(one.source.id, one.item.key) for one in (*self._open, *self._aside)}
        for item in self._adjudication.left(source) if is_undone else ():
            if (source, item.key) not in known:
                self._open.appendleft(_Open(self._source(source), item))
        self._show()
        self._say("Undone." if is_undone else "Something else has been done there since: undo it in its session.")

    def _settle(self, decision: Decided) -> None:
        """Record a decision on the disagreement that is shown, and show the next one."""
        current = self._open[0]
        try:
            refusal = self._adjudication.settle(current.source.id, current.item.key, decision)
        except StudyError as error:
            refusal = str(error)
        if refusal:
            self._say(refusal, is_refusal=True)
            return
        if decision.rule != "other":
            self._before[self._codes()] = decision.rule
        self._reason = ""
        self._decided.append(current.source.id)
        self._open.popleft()
        self._show()

    # --- what is shown --------------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the first open disagreement, or that there is none."""
        rows = self.query_one(PassiveRows)
        self._say("")
        if not self._open:
            rows.show([])
            self.query_one("#adjudication-count", Static).update(self._count())
            self.query_one("#adjudication-sides", Static).update(Content(self._end()))
            self.box.show_keys(f"{dialog_key_of('undo')}: undo · Esc: close")
            return
        source, item = self._open[0]
        sides = self._places(source, item)
        places = [place for side in sides for place in side.places]
        layout = wrap(source.text, max(20, self.size.width - gutter_cells(len(sides))))
        start = min((start for start, _ in places), default=0)
        text: list[Row] = gutter_rows(source.text, layout, sides, places)
        rows.show(text, layout.row_of(start))
        rows.call_after_refresh(partial(rows.scroll_to, y=max(0, layout.row_of(start) - 3), animate=False))
        self.query_one("#adjudication-count", Static).update(self._count())
        self.query_one("#adjudication-sides", Static).update(self._sides(item))
        self.box.show_keys(_keys(item, is_review=self._is_review))

    def _count(self) -> Content:
        words = self._index.book.words
        decided = f"{len(self._decided)} decided, {len(self._open)} open"
        if not self._open:
            return Content(decided)
        source, item = self._open[0]
        title = collapse_spaces(f"{source.title}{f' ({source.employer})' if source.employer else ''}")
        here = f"{words.source} {source.id} · {item.kind} · {decided}"
        return Content.assemble(
            (here, "bold"), (f"  {brief(title, max(0, self.size.width - len(here) - 10))}", "$muted")
        )

    def _sides(self, item: AgendaItem) -> Content:
        """Return what 1, 2 and so on have, and the definitions of their codes."""
        width = max(20, self.size.width - 8)
        sides = item.sides[:1] if self._is_review else item.sides
        parts: list[Content] = []
        for number, side in enumerate(sides, 1):
            lines = _lines(_described(side), width - 3, max(1, MOST_LINES // len(item.sides)))
            parts.append(Content.assemble((f"{number}  ", "bold"), "\n   ".join(lines)))
        for code in sorted(self._codes()):
            known = self._index.code_by_label(code)
            if known and known.definition:
                words = brief(collapse_spaces(f"{known.id}: {known.definition}"), width)
                parts.append(Content.styled(words, "$muted"))
        return Content("\n").join(parts)

    def _end(self) -> str:
        noun = "coding" if self._is_review else "disagreement"
        if not self._aside:
            return f"No {noun} is open."
        number = plural(len(self._aside), noun)
        return f"{number} set aside. `codetui adjudicate` writes the open ones as an agenda to discuss."

    def _places(self, source: Source, item: AgendaItem) -> list[Side]:
        """Return the places of the coders' quotations."""
        group = self._adjudication.group(source.id, item.key)
        sides = group.sides if group else (None,) * len(item.sides)
        return [Side(str(number), _places(coding)) for number, coding in enumerate(sides, 1)]

    def _codes(self) -> frozenset[str]:
        """Return the labels of the codes between which to decide."""
        item = self._open[0].item
        return frozenset(side.label for side in item.sides if side)

    def _source(self, id_: str) -> Source:
        return next(source for source in self._adjudication.sources if source.id == id_)

    def _say(self, words: str, *, is_refusal: bool = False) -> None:
        if not words and self._open:
            named = {"note": "reason", "undo": "undo", "dialog.edit": "code", "dialog.example": "example"}
            named |= {"repeat": "as before"} if self._codes() in self._before else {}
            keys = [f"{key}: {words}" for action, words in named.items() if (key := dialog_key_of(action))]
            message = key_chips(" · ".join(["Space: later", "Tab: set aside", *keys]))
        else:
            message = alarm(words) if is_refusal else Content(words)
        self.query_one("#adjudication-message", Static).update(message)


def _refusal(item: AgendaItem, rule: Rule, *, is_review: bool) -> str:
    """Return why a rule does not fit a disagreement; empty if it does."""
    number = int(rule) if rule.isdecimal() else 0
    if is_review and (number > 1 or rule == "all"):
        return "In a review a coding is accepted, rejected, or gets another code."
    if number > len(item.sides):
        return f"There is no coder {number} here."
    if rule in ("intersection", "union") and not item.has_edges:
        return "Only edges of the same code can be joined."
    if item.key == PROFILE and rule in ("all", "none"):
        return "A text has one profile: take that of a coder, or another one."
    if item.key == PROFILE and number and item.sides[number - 1] is None:
        return f"{rule} has no profile: take another one."
    return ""


def _keys(item: AgendaItem, *, is_review: bool) -> str:
    if is_review:
        what = "profile" if item.key == PROFILE else "code"
        return f"1: accept{'' if item.key == PROFILE else ' · 0: reject'} · Enter: other {what} · Esc: close"
    numbers = " ".join(map(str, range(1, len(item.sides) + 1)))
    if item.key == PROFILE:
        return f"{numbers}: take it · Enter: other profile · Esc: close"
    edges = ["- +: shared, all words"] if item.has_edges else []
    others = ["3: both", "0: neither"] if len(item.sides) == 2 else ["a: all", "0: none"]
    return " · ".join([f"{numbers}: take it", *others, *edges, "Enter: other code", "Esc: close"])


def _described(side: AgendaSide | None) -> str:
    if side is None:
        return "nothing"
    words = f" “{collapse_spaces(side.words)}”" if side.words else ""
    return f"{side.label}{words}{f' – {collapse_spaces(side.note)}' if side.note else ''}"


def _lines(text: str, width: int, most: int) -> list[str]:
    """Return a text wrapped at some cells; of longer ones the beginning."""
    layout = wrap(text, width)
    rows = [layout.row(number) for number in range(min(layout.rows, most))]
    lines = [text[row.start : row.end].strip() for row in rows]
    return [*lines[:-1], brief(text[rows[-1].start :], width)] if layout.rows > most else lines


def _places(coding: Coding | None) -> list[tuple[int, int]]:
    return [(coding.anchor.start, coding.anchor.end)] if coding and coding.anchor else []

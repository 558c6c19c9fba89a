"""Select in the text: motions, jump labels, search, the mouse."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from codetui.core.selection import jump_labels, motions
from codetui.core.selection.motions import STEPS
from codetui.core.selection.selection import Selection, View, clicked, cursor, dragged, effective, position, selected
from codetui.core.text.turns import Turn
from codetui.core.text.units import Unit, unit_at
from codetui.model import Holds, Span
from codetui.tui.bench import Do
from codetui.tui.keymap import key_of
from codetui.tui.widgets.document_view import DocumentView
from codetui.tui.widgets.search_line import SearchLine
from codetui.tui.widgets.status_line import Kind

COUNTED = 500_000
"""Code points in which the matches of a search are counted and painted while the coder types."""

UNITS_AROUND: dict[str, Unit] = {
    "next_sentence": "sentence",
    "next_clause": "clause",
    "next_bullet": "bullet",
    "next_turn": "turn",
    "next_paragraph": "paragraph",
}
NOWHERE = {
    **{f"next_{unit}": f"There is no next {unit}." for unit in STEPS},
    **{f"previous_{unit}": f"There is no previous {unit}." for unit in STEPS},
    "grow": "There is no larger unit.",
    "shrink": "There is no smaller unit.",
    "trim_start_word": "Only one word is left.",
    "trim_end_word": "Only one word is left.",
    "trim_start_clause": "Only one clause is left.",
    "trim_end_clause": "Only one clause is left.",
    "toggle_stop": "There is no punctuation at the end.",
}
"""The messages for motions that lead nowhere."""

SMALLER = {
    "trim_start_clause": ("move.trim_start_word", "drops its first word"),
    "trim_end_clause": ("move.trim_end_word", "drops its last word"),
}
"""The action that still does something, with its effect, where a motion leads nowhere."""


class SelectionController:
    """Manages the selection in the open source; calls `changed` after each change."""

    def __init__(self, view: DocumentView, search: SearchLine, changed: Do, say: Callable[[str, Kind], None]) -> None:
        self.text = ""
        self._turns: Sequence[Turn] = ()
        self.selection = Selection(0, 0)
        self.position = self.quotation = Span(0, 0)
        """The code points under the cursor, and what a code of a section of quotations would be assigned to."""
        self._jump: jump_labels.JumpState | None = None
        self.alphabet = jump_labels.LETTERS
        """The letters of jump labels, the handiest first."""
        self._view = view
        self._search = search
        search.searcher = self
        self._changed = changed
        self._say = say
        self._query = ""
        self._found: Selection | None = None
        self._before_search = (self.selection, 0)

    # --- what others ask ------------------------------------------------------------------------

    @property
    def is_jumping(self) -> bool:
        """Return whether jump labels are shown."""
        return self._jump is not None

    @property
    def shown_labels(self) -> list[tuple[int, str]]:
        """Return the jump labels shown, as offset and letters."""
        return self._jump.labels if self._jump else []

    @property
    def top(self) -> int:
        """Return an offset in the first visible row."""
        return self._view.top_offset

    def span(self, holds: Holds) -> Span:
        """Return the span that a code would be assigned to, in a section of quotations or of terms."""
        return effective(self.text, self.selection, holds)

    def rows(self, span: Span) -> range:
        """Return the screen rows of a span, visible or not."""
        first_row = self._view.region.y - self._view.top_row
        row_of = self._view.text_layout.row_of
        return range(first_row + row_of(span.start), first_row + row_of(max(span.start, span.end - 1)) + 1)

    # --- what is shown --------------------------------------------------------------------------

    def show(self, text: str, turns: Sequence[Turn] = ()) -> None:
        """Show another source from its top, with the turns of its speakers, if it is a conversation."""
        self.text, self._turns = text, turns
        self._jump = None
        self._search.close()
        self._view.show(text, turns=turns)
        self._view.set_labels((), False)
        self._found = None
        self.put(cursor(text, 0))

    def restore(self, offset: int, top: int) -> None:
        """Restore the cursor and the first visible row, both as offsets in code points."""
        at = min(max(0, offset), len(self.text))
        self._view.show(self.text, top=min(max(0, top), len(self.text)), turns=self._turns)
        self.put(cursor(self.text, at))

    def select(self, span: Span) -> None:
        """Select a span and scroll to it."""
        self._go(selected(*span))

    def glance(self, span: Span) -> None:
        """Scroll to a span without changing the selection."""
        self._go(cursor(self.text, span.start))

    def page(self, pages: int) -> None:
        """Scroll by pages without changing the selection."""
        self._scroll(max(0, self._view.top_row + pages * max(1, self._view.view_rows // 2)))

    def put(self, selection: Selection) -> None:
        """Set the selection without scrolling."""
        self.selection = selection
        self.position = position(self.text, selection)
        self.quotation = effective(self.text, selection, "quotations")
        implied = None if selection.kind == "explicit" else self.quotation
        self._view.set_selection(selection.anchor, selection.head, implied=implied)
        self._changed()

    def _go(self, selection: Selection) -> None:
        view = self._window()
        self._scroll(motions.shown(view, selection))
        self.put(selection)

    def _window(self) -> View:
        return View(self._view.text_layout, self._view.top_row, self._view.scrollable_content_region.height)

    def _scroll(self, top: int) -> None:
        self._view.scroll_to(y=top, animate=False, force=True)

    def move(self, name: str) -> None:
        """Apply a motion by its name."""
        around = self._around_found(name)
        if around is not None:
            self.select(around)
            return
        after, top = motions.moved(self.text, self._window(), name, self.selection)
        if name in NOWHERE and _is_as_before(self.selection, after):
            smaller, effect = SMALLER.get(name, ("", ""))
            self._say(NOWHERE[name] + (f" {key_of(smaller)} {effect}." if smaller else ""), "refusal")
        self._scroll(top)
        self.put(after)
        if name in ("hold_start", "hold_end") and after.edge is not None:
            word, clause, sentence = map(key_of, ("move.next_word", "move.next_clause", "move.next_sentence"))
            ways = f"arrows, {word}, {clause} and {sentence} move it"
            self._say(f"Moving the {after.edge}: {ways}. {key_of('move.collapse')}: finish", "info")

    def _around_found(self, name: str) -> Span | None:
        """Return the unit around a search match, so that the first step selects it and not the next one."""
        unit = UNITS_AROUND.get(name)
        found = self.selection.span
        if unit is None or self.selection != self._found:
            return None
        around = unit_at(self.text, found.start, unit)
        is_wider = around != found and around.start <= found.start and found.end <= around.end
        return around if is_wider else None

    # --- jump labels ----------------------------------------------------------------------------

    def begin_jump(self, *, is_end: bool) -> None:
        begin = jump_labels.begin_end if is_end else jump_labels.begin
        self._jump_to(begin(self.text, self._window().visible, self.selection, self.alphabet))
        if self._jump is not None and not self._jump.labels:
            self.leave_jump()
            self._say("No words in view to jump to.", "refusal")

    def press(self, key: str, character: str | None, *, is_cancel: bool) -> bool:
        """Handle a key while jump labels are shown; return False if it closed them and has its usual meaning.

        `is_cancel` is whether the key is that of cancelling.
        """
        jump = self._jump
        if jump is None:
            return False
        if key == "backspace":
            before = jump.earlier
            if before is None:
                self.leave_jump()
            else:
                self._jump_to(before)
            return True
        if character and character.isalpha() and not is_cancel:
            after = jump_labels.press(jump, character)
            if after is jump:
                self._say(f"No label begins with {character}. {key_of('move.collapse')}: cancel", "refusal")
            self._jump_to(after)
            return True
        self.leave_jump()
        return is_cancel

    def _jump_to(self, jump: jump_labels.JumpState) -> None:
        self._jump = None if jump.is_done else jump
        stages = {
            "start": f"Type the first word's label. {key_of('move.collapse')}: cancel",
            "end": "Type the last word's label, or a section digit to code the highlighted text.",
            "done": "",
        }
        self._say(stages[jump.stage], "info")
        self._view.set_labels(jump.labels, not jump.is_done)
        self.put(jump.selection)

    def leave_jump(self) -> None:
        """Hide the labels; the selection is kept."""
        if self._jump is not None:
            self._say("", "info")
        self._jump = None
        self._view.set_labels((), False)

    # --- search ---------------------------------------------------------------------------------

    def open_search(self) -> None:
        """Open the search line with the last query, and select its next match."""
        self._before_search = (self.selection, self._view.top_row)
        self._search.open(self._query)
        if self._query:
            span = self.selection.span
            self._find(span.start + (self.selection == self._found), 1, is_typing=True)

    def search(self, query: str) -> None:
        """Select the first match after the start of the search."""
        self._query = query
        self._find(self._before_search[0].span.start, 1, is_typing=True)

    def next_match(self, direction: int) -> None:
        """Select the next or previous match, wrapping around the end of the text."""
        if not self._query:
            way = f"{key_of('search')} searches in the {self._search.source}"
            self._say(f"Nothing has been searched yet: {way}.", "refusal")
            return
        span = self.selection.span
        self._find(span.start + 1 if direction > 0 else span.start, direction, is_typing=False)

    def _find(self, start: int, direction: int, *, is_typing: bool) -> None:
        match = motions.find(self.text, self._query, start, direction)
        everywhere = motions.matches(self.text, self._query, 0, min(len(self.text), COUNTED))
        if match is not None:
            self._found = motions.selection_of_match(self.text, match)
            self._go(self._found)
        elif is_typing:
            self._go(self._before_search[0])
        place = everywhere.index(match) + 1 if match in everywhere else 0
        if is_typing:
            self._view.set_matches(everywhere)
            self._search.show_found(place, len(everywhere))
        elif match is None:
            self._say(f"“{self._query}” is not in this {self._search.source}.", "refusal")
        else:
            self._say(f"“{self._query}”: {place:,} of {len(everywhere):,}", "info")

    def end_search(self, *, is_taken: bool) -> None:
        """Close the search line; a cancelled search returns to its start, and one without a match is reported."""
        self._search.close()
        self._view.set_matches(())
        self._view.screen.set_focus(self._view)
        if not is_taken:
            before, top = self._before_search
            self._scroll(top)
            self.put(before)
        elif self._query.strip() and motions.find(self.text, self._query, 0) is None:
            self._say(f"“{self._query}” is not in this {self._search.source}.", "refusal")

    # --- the mouse ------------------------------------------------------------------------------

    def click(self, offset: int, count: int) -> None:
        """Place the cursor at one click, select the word at two, the sentence at three."""
        self.leave_jump()
        self.put(clicked(self.text, offset, count))

    def drag(self, first: int, last: int) -> None:
        """Select the text that the mouse was dragged over."""
        self.leave_jump()
        self.put(dragged(self.text, first, last))


def _is_as_before(before: Selection, after: Selection) -> bool:
    """Return whether the selection is unchanged; an implied one counts as changed when it becomes explicit."""
    return after == before or (before.is_explicit and (after.span, after.edge) == (before.span, before.edge))

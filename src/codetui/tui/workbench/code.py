"""Assign codes by section and key, by repeating or by searching, and change assigned codes."""

from __future__ import annotations

from collections.abc import Callable

from codetui.core.codebook.index import label_of, place_title
from codetui.core.selection.selection import Selection
from codetui.core.session.commands import (
    AssignCode,
    MoveBoundary,
    NoteCoding,
    NotePlace,
    RecodeCoding,
    RemoveCoding,
    quoted,
)
from codetui.core.session.state import State
from codetui.core.text.units import units
from codetui.model import CodeId, Coding, CodingId, MemoKind, MemoTarget, Section, Span
from codetui.study.session.outcome import NotSaved, Saved
from codetui.tui.bench import Bench, RefusedError, ask_for_command
from codetui.tui.keymap import key_of
from codetui.tui.widgets.codebook_tree import (
    CodeNode,
    CodingNode,
    GroupNode,
    Node,
    NoteNode,
    ProfileNode,
    SectionNode,
)
from codetui.tui.workbench.view_model import codes_under, outcome_words

RECENT = 9
LONGEST_TERM = 8
"""Words of which the name of a tool has no more; a longer stretch was selected for a quotation."""

NOTED: dict[type[Node], MemoKind] = {SectionNode: "section", GroupNode: "group", CodeNode: "code"}
NO_NODE = "This row of the codebook is not a quotation: select one below its code."


def no_coding() -> str:
    """Return the refusal of an action on a quotation where there is none."""
    return f"No quotation here. Move the cursor to one, or select it in the codebook ({key_of('tree')})."


def edges_words() -> str:
    """Return how to move the edges of the selection."""
    return f"Move its edges ({key_of('move.hold_start')} start, {key_of('move.hold_end')} end, then arrows or units)."


def _long_term() -> str:
    shorten = f"{key_of('move.trim_end_word')} and {key_of('move.trim_start_word')} shorten it"
    return f"(This term is a whole sentence: {key_of('boundary')}, then {shorten}; {key_of('undo')} undoes.)"


class CodeController:
    """Turns selections into codings.

    `recoding` and `bounding` name the coding whose code or boundary is being changed.
    """

    def __init__(self, bench: Bench) -> None:
        self.recent: list[CodeId] = []
        self.recoding: CodingId | None = None
        self.bounding: CodingId | None = None
        self.cancel_hint = ""
        """The end of the message when no code was chosen."""
        self._bench = bench

    def began(self, state: State) -> str:
        """Reset for the source that was just opened; return a message about a boundary being moved, usually empty.

        The codes used last are those of this source, if it has any.
        """
        left = "the boundary that was being moved is unchanged" if self.bounding is not None else ""
        self.recoding = self.bounding = None
        self.cancel_hint = ""
        if not self.recent:
            latest = reversed(state.live())
            self.recent = list(dict.fromkeys(coding.code for coding in latest))[:RECENT]
        return left

    # --- giving a code ------------------------------------------------------------------------------

    def open_section(self, digit: str) -> None:
        """Show the codes of the section with this digit."""
        bench = self._bench
        section = next((one for one in bench.index.book.sections if one.key == digit), None)
        if section is None and not bench.index.book.sections:
            raise RefusedError(
                f"The codebook has no section yet: nothing can be coded. {key_of('problems')} shows what to add."
            )
        if section is None:
            keys = ", ".join(f"{one.key} {one.title}" for one in bench.index.book.sections)
            raise RefusedError(f"No section has the key {digit}. The keys are: {keys}.")
        codes = [code for code in bench.index.codes_of.get(section.id, ()) if not code.is_retired]
        if not codes:
            has_codes = bool(bench.index.book.codes)
            way_out = f"{key_of('new_code')} adds one" if has_codes else f"{key_of('problems')} shows what to add"
            raise RefusedError(f"Section {digit} {section.title} has no codes yet; {way_out}.")
        bench.open_panel(codes, self.words_for(section))

    def words_for(self, section: Section) -> str:
        """Return the words to which a code of this section would be assigned."""
        bench = self._bench
        coding = bench.state.codings.get(self.recoding) if self.recoding else None
        if coding is not None:
            return coding.words
        span = bench.selected_span(section.holds)
        return bench.ad.text[span.start : span.end]

    def take(self, code: CodeId, aside: str = "") -> None:
        """Assign the chosen code to the selection, or recode; `aside` is added to the message."""
        bench, recoded = self._bench, self.recoding
        if recoded is not None:
            outcome = bench.execute_command(RecodeCoding(recoded, code), aside)
            self.recoding = None
        else:
            found = bench.index.codes.get(code)
            section = bench.index.sections.get(found.section) if found else None
            holds = section.holds if section else "quotations"
            span = bench.selected_span(holds)
            is_long = holds == "terms" and len(units(bench.ad.text, *span, "word")) > LONGEST_TERM
            long_term = _long_term() if is_long else ""
            outcome = bench.execute_command(AssignCode(span, code), " ".join(filter(None, (long_term, aside))))
        if isinstance(outcome, Saved):
            self.used(code)
            if recoded is not None:
                self._bench.queue.decided(recoded)
        elif aside:
            bench.say(f"{outcome_words(outcome)} {aside}", "error" if isinstance(outcome, NotSaved) else "refusal")

    def used(self, code: CodeId) -> None:
        """Remember a code as the one used last."""
        self.recent = [code, *(one for one in self.recent if one != code)][:RECENT]

    def leave(self) -> None:
        """Cancel without a code."""
        if self.recoding is not None:
            self.recoding = None
            self._bench.say(f"Nothing was changed.{self.cancel_hint}")

    def moved_on(self) -> None:
        """Cancel a pending recoding, since the coder selects something else."""
        self.recoding = None

    def repeat(self) -> None:
        """Assign the code used last again."""
        if self.last_code is None:
            raise RefusedError(
                f"No code has been used yet. A digit opens a section's codes, {key_of('pick')} searches all."
            )
        self.take(self.last_code)

    @property
    def last_code(self) -> CodeId | None:
        """The code used last, of those that can be assigned."""
        codes = self._bench.index.codes
        return next((code for code in self.recent if code in codes and not codes[code].is_retired), None)

    # --- changing a coding --------------------------------------------------------------------------

    def _coding(self) -> Coding:
        """Return the coding under the cursor.

        Raises RefusedError if there is none.
        """
        coding = self._bench.coding_here()
        if coding is None:
            raise RefusedError(no_coding() if self._bench.node() is None else NO_NODE)
        return coding

    def remove(self) -> None:
        """Remove the coding under the cursor, or the note if the cursor is in the tree."""
        node = self._bench.node()
        note = self._bench.state.notes.get(node.id) if isinstance(node, NoteNode) else None
        if note is not None:
            self._bench.execute_command(NotePlace(note.target, "", note.id))
            return
        coding = self._coding()
        self.recoding = None
        if isinstance(self._bench.execute_command(RemoveCoding(coding.id)), Saved):
            self._bench.queue.decided(coding.id)

    def recode(self) -> None:
        """Replace the code of the quotation under the cursor by the next one chosen."""
        coding = self._coding()
        self.recoding, self.cancel_hint = coding.id, ""
        way, cancel = f"section digit and key, or {key_of('pick')}", key_of("move.collapse")
        self._bench.say(f"Another code for {quoted(coding.words)}: {way}. {cancel}: cancel")

    def boundary(self) -> None:
        """Select the quotation so that its edges can be moved; if called again, keep the edges."""
        if self.bounding is not None:
            self.keep_boundary()
            return
        coding = self._coding()
        if coding.anchor is None:
            self._bench.execute_command(MoveBoundary(coding.id, self._bench.selected_span("quotations")))
            return
        self.bounding = coding.id
        self._bench.select(Span(coding.anchor.start, coding.anchor.end))
        self.remind()

    def remind(self) -> None:
        """Show again how to keep a boundary that is being moved."""
        self._bench.say(f"{edges_words()} {key_of('pick')}: save · {key_of('move.collapse')}: cancel")

    def keep_boundary(self) -> None:
        """Make the selection the new boundary of the quotation."""
        if self.bounding is None:
            return
        span = self._bench.selected_span("quotations")
        self._bench.execute_command(MoveBoundary(self.bounding, span))
        self.bounding = None
        self._bench.select(span)

    def escape(self) -> bool:
        """Cancel a pending recoding or boundary; return False if there was none."""
        begun = self.bounding is not None or self.recoding is not None
        if begun:
            self.bounding = self.recoding = None
            self._bench.say(f"Nothing was changed.{self.cancel_hint}")
        return begun

    # --- notes --------------------------------------------------------------------------------------

    def note(self) -> None:
        """Edit the note of the quotation, or of the group or code in the tree."""
        node, state, book = self._bench.node(), self._bench.state, self._bench.index.book
        if isinstance(node, SectionNode | GroupNode | CodeNode) and node.id:
            self._note_place(MemoTarget(kind=NOTED[type(node)], id=node.id))
        elif isinstance(node, NoteNode):
            note = state.notes[node.id]
            title = f"Note on {place_title(book, note.target)}"
            self._edit(title, note.text, lambda text: NotePlace(note.target, text, note.id))
        elif isinstance(node, ProfileNode):
            raise RefusedError(f"A profile has a reasoning instead of a note: {key_of('reasoning')} writes it.")
        else:
            coding = self._coding()
            title = f"Note on {quoted(coding.words)} · {label_of(book, coding.code)}"
            self._edit(title, coding.note, lambda text: NoteCoding(coding.id, text))

    def remark(self) -> None:
        """Add an entry without a quotation under the code in the tree."""
        node = self._bench.node()
        if not isinstance(node, CodeNode):
            way = f"select the code in the codebook ({key_of('tree')}), then press {key_of('remark')}"
            raise RefusedError(f"A remark belongs to a code: {way}.")
        place = MemoTarget(kind="entry", id=node.id)
        title = f"Remark under {place_title(self._bench.index.book, place)}"
        self._edit(title, "", lambda text: NotePlace(place, text))

    def _note_place(self, place: MemoTarget) -> None:
        notes = self._bench.state.notes.values()
        text = next((note.text for note in notes if note.target == place), "")
        title = f"Note on {place_title(self._bench.index.book, place)}"
        self._edit(title, text, lambda written: NotePlace(place, written))

    def _edit(self, title: str, text: str, noting: Callable[[str], NoteCoding | NotePlace]) -> None:
        from codetui.tui.dialogs.text import NoteDialog

        ask_for_command(self._bench, lambda lost: NoteDialog(title, text, lost), noting)


class CodingTarget:
    """The coding that actions apply to: in the tree, else the last target, else the shortest under the cursor.

    It also handles the nodes of the tree.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._target: CodingId | None = None
        self._aimed_from: Selection | None = None

    def coding(self) -> Coding | None:
        """Return the coding that actions apply to."""
        node = self._bench.node()
        if node is not None:
            return self._bench.state.codings.get(node.id) if isinstance(node, CodingNode) else None
        here = self.under_cursor()
        aimed = next((coding for coding in here if coding.id == self._target), None)
        return aimed or (here[0] if here else None)

    def under_cursor(self) -> list[Coding]:
        """Return the codings under the cursor, shortest first.

        They include the target: a term that was just coded may end where the cursor is.
        """
        here = codes_under(self._bench.state, self._bench.selector.position)
        aimed = self._bench.state.codings.get(self._target) if self._target else None
        if aimed is None or aimed.is_removed or aimed in here or self._bench.selector.selection != self._aimed_from:
            return here
        return [aimed, *here]

    def at(self, coding: CodingId | None) -> None:
        """Make a coding the target and show it in the tree."""
        self._target, self._aimed_from = coding, self._bench.selector.selection
        if coding is not None:
            self._bench.outline.reveal(coding)

    def other(self) -> None:
        """Target the next of several codings under the cursor."""
        here, current = self.under_cursor(), self.coding()
        if current is None or len(here) < 2:
            raise RefusedError("No other coding here." if current else "No quotation under the cursor.")
        ids = [coding.id for coding in here]
        # In the tree the current one may stand elsewhere than under the cursor.
        after = ids.index(current.id) + 1 if current.id in ids else 0
        chosen = here[after % len(ids)]
        self.at(chosen.id)
        remove, recode, boundary, note = map(key_of, ("remove", "recode", "boundary", "note"))
        label = self._bench.index.labels.get(chosen.code, chosen.code)
        self._bench.say(f"{label} is what {remove}, {recode}, {boundary} and {note} work on.")

    # --- the tree -------------------------------------------------------------------------------------

    def switch(self) -> None:
        """Go to the tree, or back to the source."""
        if self._bench.outline.has_focus:
            self._bench.back_to_ad()
        else:
            self._bench.outline.add_class("-shown")
            self._bench.set_focus(self._bench.outline)

    def chosen(self, node: Node) -> None:
        """Handle Enter on a node that is not an unresolved quotation."""
        if isinstance(node, ProfileNode):
            self._bench.keyboard.do("profile")
        elif isinstance(node, CodeNode):
            self._bench.assigner.take(node.id)
        elif isinstance(node, CodingNode):
            self._bench.aim_at(node.id)
            span = span_of(self._bench.state, node.id)
            if span is not None:
                self._bench.select(span)

    def highlighted(self, node: Node) -> None:
        """Show the quotation of the node under the cursor."""
        span = span_of(self._bench.state, node.id) if isinstance(node, CodingNode) else None
        if self._bench.outline.has_focus and span is not None:
            self._bench.selector.glance(span)


def span_of(state: State, coding: CodingId) -> Span | None:
    """Return the span of a coding, or None if it has no position."""
    anchor = state.codings[coding].anchor if coding in state.codings else None
    return Span(anchor.start, anchor.end) if anchor else None

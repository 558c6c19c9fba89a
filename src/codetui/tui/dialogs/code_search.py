"""Find codes of the codebook by id, name, definition or examples."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.picker import Candidate, Match, code_candidates, rank
from codetui.model import Code, Codebook, CodeId
from codetui.tui.dialogs.base import Answer, Dialog, registered
from codetui.tui.keymap import key_of
from codetui.tui.themes import section_hues
from codetui.tui.widgets.definition import DefinitionPane, UsageOf
from codetui.tui.widgets.rows import Part, PassiveRows, Row, RowList, brief, brief_middle, shown


class CodeDialog(Dialog[Answer]):
    """A query with the matching codes, and the definition of the code under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+k", "move(-1)", "up", show=False, priority=True),
        Binding("down,ctrl+j", "move(1)", "down", show=False, priority=True),
        Binding("pageup", "page(-1)", "scroll up", show=False),
        Binding("pagedown", "page(1)", "scroll down", show=False),
    ]

    def __init__(
        self,
        title: str,
        keys: str,
        above: Sequence[Static],
        index: CodebookIndex,
        candidates: Sequence[Candidate],
        recent: Sequence[CodeId] = (),
        usage_of: UsageOf | None = None,
    ) -> None:
        """Create a search; `above` is shown above the query.

        `recent` has the codes to list first while the query is empty, latest first.
        """
        super().__init__(title, keys)
        self._above = above
        self._index = index
        self._hues = section_hues(index.book)
        self._candidates = candidates
        self._recent = recent
        self._usage_of = usage_of
        self._found: Sequence[Match] = ()

    # --- for subclasses -------------------------------------------------------------------------------

    def row(self, code: Code, match: Match) -> Row:
        """Return the row of a code that fits the query."""
        raise NotImplementedError

    def last_row(self) -> Row | None:
        """Return the row behind all codes, or instead of them."""
        return None

    def taken(self) -> None:
        """Handle the choice of the row under the cursor."""
        raise NotImplementedError

    # --- the search -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Yield query, codes and definition."""
        with self.frame():
            yield from self._above
            yield Input(placeholder="type a word of its name, definition or examples", compact=True)
            yield PassiveRows()
            yield DefinitionPane()

    def on_mount(self) -> None:
        """List recent codes first, then all in codebook order."""
        self.query_one(Input).focus()
        self._find()

    @property
    def query_words(self) -> str:
        """The query."""
        return self.query_one(Input).value

    @property
    def code(self) -> Code | None:
        """The code under the cursor; None on another row."""
        place = self.query_one(PassiveRows).cursor
        return self._index.codes[CodeId(self._found[place].candidate.id)] if place < len(self._found) else None

    def key_part(self, code: Code) -> Part:
        """Return the short key of a code in the colour of its section."""
        return Part(f"{self._index.short_keys[code.id]:<4}", "hue", self._hues.get(code.section, len(self._hues)))

    def section_part(self, code: Code) -> Part:
        """Return the section of a code, for the end of its row."""
        section = self._index.sections.get(code.section)
        return Part(brief(section.title, 28) if section else "", "dim")

    def show_rows(self, cursor: int) -> None:
        """Show the codes that fit, with the cursor on a row."""
        rows = [self.row(self._index.codes[CodeId(match.candidate.id)], match) for match in self._found]
        last = self.last_row()
        self.query_one(PassiveRows).show([*rows, last] if last else rows, cursor)
        self._show_definition()

    @on(Input.Changed)
    def _find(self) -> None:
        self._found = rank(self.query_words, self._candidates, self._recent)
        self.show_rows(0)

    @on(RowList.RowHighlighted)
    def _show_definition(self) -> None:
        pane, code = self.query_one(DefinitionPane), self.code
        if code is not None:
            pane.show_code(self._index.book, code, self._usage_of)
        else:
            pane.clear()

    @on(Input.Submitted)
    @on(RowList.RowSelected)
    def _taken(self) -> None:
        self.taken()


class Picked(NamedTuple):
    """The answer of the picker: a code to assign or change, or the name typed for a new one."""

    code: CodeId | None
    new_name: str = ""
    is_to_change: bool = False


class CodePicker(CodeDialog[Picked]):
    """Picks a code. Answers with a code to assign or change, or with the name of a new code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        registered("dialog.new", "add", "new code", priority=True),
        registered("dialog.edit", "change", "edit the code", priority=True),
    ]

    def __init__(
        self,
        book: Codebook,
        recent: Sequence[CodeId] = (),
        words: str = "",
        title: str = "Assign a code",
        usage_of: UsageOf | None = None,
    ) -> None:
        """Create a picker; `words` will be coded, `recent` has the codes used last, latest first."""
        index = CodebookIndex(book)
        further = f"{key_of('dialog.new')}: new · {key_of('dialog.edit')}: edit"
        keys = f"Enter: select · PgUp/PgDn: read · {further} · Esc: cancel"
        above = [Static(Content(f"“{brief_middle(words, 70)}”"), classes="words")] if words else []
        super().__init__(title, keys, above, index, code_candidates(index), recent, usage_of)

    def taken(self) -> None:
        """Answer with the code, or with the name of a new one."""
        new_name = self._new_name()
        if self.code is not None:
            self.dismiss(Picked(self.code.id))
        elif new_name:
            self.dismiss(Picked(None, new_name))

    def action_add(self) -> None:
        """Answer with a new code, even if codes match the query."""
        self.dismiss(Picked(None, shown(self.query_words)))

    def action_change(self) -> None:
        """Answer with the code under the cursor, to be changed."""
        if self.code is not None:
            self.dismiss(Picked(self.code.id, is_to_change=True))

    def row(self, code: Code, match: Match) -> Row:
        """Return `15 TASK5: Operations Engineering      Tasks`."""
        is_recent = not self.query_words.strip() and code.id in self._recent
        label = _found_in(self._index.labels[code.id], code.name, match.positions)
        return Row((self.key_part(code), *label), (Part("recent", "dim") if is_recent else self.section_part(code),))

    def last_row(self) -> Row | None:
        """Return the row for a new code, or the only one of a codebook without codes."""
        new_name = self._new_name()
        if new_name:
            return Row((Part("+   ", "strong"), Part(f"new code “{brief(new_name, 60)}”", "note")))
        return None if self._found else Row((Part("The codebook has no codes yet.", "warn"),))

    def _new_name(self) -> str:
        """Return the name for a new code; empty if a code, even a retired one, has it as id, name or label."""
        query = self.query_words
        return shown(query) if self._index.code_by_label(query) is None else ""


def _found_in(label: str, name: str, positions: Sequence[int]) -> tuple[Part, ...]:
    """Return the label with the matched letters of the name emphasised."""
    start = label.find(name)
    if not positions or start < 0 or shown(label) != label:
        return (Part(brief(label, 200)),)
    found = {start + position for position in positions}
    runs = groupby(enumerate(label), key=lambda at: at[0] in found)
    return tuple(
        Part("".join(letter for _, letter in run), "strong" if is_found else "plain") for is_found, run in runs
    )


FEWEST = 2


class ChosenCodes(NamedTuple):
    """The chosen codes; `wants_new` requests a code that the codebook lacks."""

    codes: tuple[CodeId, ...]
    wants_new: bool = False


class CodesDialog(CodeDialog[ChosenCodes]):
    """Picks one or more codes to merge or split into. Answers with the codes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        registered("dialog.save", "save", "continue", priority=True),
        registered("dialog.new", "add", "new code", priority=True),
    ]

    def __init__(
        self,
        title: str,
        book: Codebook,
        but: Sequence[CodeId] = (),
        chosen: Sequence[CodeId] | None = None,
        *,
        has_retired: bool = False,
    ) -> None:
        """Create a picker without the codes in `but`; `chosen` are preselected, None allows only a single code."""
        index = CodebookIndex(book)
        candidates = [one for one in code_candidates(index, has_retired=has_retired) if one.id not in but]
        further = f"{key_of('dialog.new')}: new code · {key_of('dialog.save')}: continue"
        others = "PgUp/PgDn: read" if chosen is None else further
        keys = f"Enter: select · {others} · Esc: cancel"
        super().__init__(title, keys, [Static(classes="hint", markup=False)], index, candidates)
        self._chosen = None if chosen is None else dict.fromkeys(chosen)

    def taken(self) -> None:
        """Answer with a single code; choose one of several, or choose it no longer."""
        code = self.code
        if code is None:
            return
        if self._chosen is None:
            self.dismiss(ChosenCodes((code.id,)))
            return
        if code.id in self._chosen:
            del self._chosen[code.id]
        else:
            self._chosen[code.id] = None
        self.show_rows(self.query_one(PassiveRows).cursor)

    def action_save(self) -> None:
        """Answer with the chosen codes."""
        if self._chosen is None:
            self.taken()
        elif len(self._chosen) < FEWEST:
            self._say(f"Select at least two codes: ↑↓, then Enter on each; {key_of('dialog.new')} adds a new one.")
        else:
            self.dismiss(ChosenCodes(tuple(self._chosen)))

    def action_add(self) -> None:
        """Answer that one of the codes is a new one."""
        if self._chosen is not None:
            self.dismiss(ChosenCodes(tuple(self._chosen), wants_new=True))

    def show_rows(self, cursor: int) -> None:
        """Show the codes that fit, and how many are chosen already."""
        super().show_rows(cursor)
        self._say("" if self._chosen is None else f"{len(self._chosen)} selected")

    def row(self, code: Code, match: Match) -> Row:  # noqa: ARG002
        """Return `● 15 TASK5: Operations Engineering      Tasks`, with the sign of a chosen code."""
        mark = "" if self._chosen is None else "● " if code.id in self._chosen else "  "
        label = Part(brief(f"{self._index.labels[code.id]}{' (retired)' if code.is_retired else ''}", 200))
        return Row((Part(mark, "strong"), self.key_part(code), label), (self.section_part(code),))

    def last_row(self) -> Row | None:
        """Return the only row if no code matches."""
        return None if self._found else Row((Part("No code matches these words.", "warn"),))

    def _say(self, words: str) -> None:
        self.query_one(".hint", Static).update(Content(words))

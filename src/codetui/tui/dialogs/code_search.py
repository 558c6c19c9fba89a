"""Find codes of the codebook by id, name, definition or examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Static

from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.picker import Candidate, Match, code_candidates, rank
from codetui.model import Code, Codebook, CodeId
from codetui.tui.dialogs.base import Dialog
from codetui.tui.themes import section_hues
from codetui.tui.widgets.definition import DefinitionPane, UsageOf
from codetui.tui.widgets.rows import Part, PassiveRows, Row, RowList, brief, brief_middle, shown

RowsOf = Callable[[str, Sequence[Match]], Sequence[Row]]
"""Returns the rows for a query and the codes that fit it: one for each code, others behind them, or only others."""


class CodeSearch(Vertical):
    """A query with the matching codes and the definition of the one under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+k", "move(-1)", "up", show=False, priority=True),
        Binding("down,ctrl+j", "move(1)", "down", show=False, priority=True),
        Binding("pageup", "read(-1)", "scroll up", show=False),
        Binding("pagedown", "read(1)", "scroll down", show=False),
    ]

    def __init__(
        self,
        index: CodebookIndex,
        candidates: Sequence[Candidate],
        rows_of: RowsOf,
        recent: Sequence[CodeId] = (),
        usage_of: UsageOf | None = None,
    ) -> None:
        """Create it; `recent` names the codes to list first while the query is empty, the latest first."""
        super().__init__()
        self._index = index
        self._hues = section_hues(index.book)
        self._candidates = candidates
        self._rows_of = rows_of
        self._recent = recent
        self._usage_of = usage_of
        self._found: Sequence[Match] = ()

    def compose(self) -> ComposeResult:
        """Yield query, codes and definition."""
        yield Input(placeholder="type a word of its name, definition or examples", compact=True)
        yield PassiveRows()
        yield DefinitionPane()

    def on_mount(self) -> None:
        """List recent codes first, then all in codebook order."""
        self.query_one(Input).focus()
        self._find()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Ignore keys that arrive after the dialog's answer."""
        return self.screen.check_action(action, parameters)

    @property
    def query_words(self) -> str:
        """Return the query."""
        return self.query_one(Input).value

    @property
    def code(self) -> Code | None:
        """Return the code under the cursor; None on another row."""
        place = self.query_one(PassiveRows).cursor
        return self._index.codes[CodeId(self._found[place].candidate.id)] if place < len(self._found) else None

    def key_part(self, code: Code) -> Part:
        """Return the short key of a code in the colour of its section."""
        hue = self._hues.get(code.section, len(self._hues))
        return Part(f"{self._index.short_keys[code.id]:<4}", "hue", hue)

    def section_words(self, code: Code) -> str:
        """Return the section of a code, for the end of its row."""
        section = self._index.sections.get(code.section)
        return brief(section.title, 28) if section else ""

    def show_again(self) -> None:
        """Show the rows again, keeping the cursor."""
        self._show(self.query_one(PassiveRows).cursor)

    def action_move(self, step: int) -> None:
        """Move to the next or previous code."""
        self.query_one(PassiveRows).action_move(step)

    def action_read(self, step: int) -> None:
        """Scroll the definition."""
        self.query_one(DefinitionPane).scroll_page(step)

    @on(Input.Changed)
    def _find(self) -> None:
        self._found = rank(self.query_words, self._candidates, self._recent)
        self._show(0)

    def _show(self, cursor: int) -> None:
        self.query_one(PassiveRows).show(self._rows_of(self.query_words, self._found), cursor)
        self._show_definition()

    @on(RowList.RowHighlighted)
    def _show_definition(self) -> None:
        pane, code = self.query_one(DefinitionPane), self.code
        if code is not None:
            pane.show_code(self._index.book, code, self._usage_of)
        else:
            pane.clear()


class Picked(NamedTuple):
    """The answer of the picker: a code to assign or change, or the name typed for a new one."""

    code: CodeId | None
    new_name: str = ""
    is_to_change: bool = False


class CodePicker(Dialog[Picked]):
    """Picks a code.  Answers with a code to assign or change, or with the name of a new one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "new code", show=False, priority=True),
        Binding("ctrl+e", "change", "edit the code", show=False, priority=True),
    ]

    def __init__(
        self,
        book: Codebook,
        recent: Sequence[CodeId] = (),
        words: str = "",
        title: str = "Assign a code",
        usage_of: UsageOf | None = None,
    ) -> None:
        """Create it; `words` will be coded, `recent` names the codes used last, the latest first."""
        super().__init__()
        self._index = CodebookIndex(book)
        self._recent = tuple(recent)
        self._words = words
        self._title = title
        self._search = CodeSearch(self._index, code_candidates(self._index), self._rows, self._recent, usage_of)

    def compose(self) -> ComposeResult:
        """Yield words, query, codes and definition."""
        with self.frame(self._title, "Enter: select · PgUp/PgDn: read · Ctrl+N: new · Ctrl+E: edit · Esc: cancel"):
            if self._words:
                yield Static(Content(f"“{brief_middle(self._words, 70)}”"), classes="words")
            yield self._search

    @on(Input.Submitted)
    @on(RowList.RowSelected)
    def _taken(self) -> None:
        code, new_name = self._search.code, self._new_name(self._search.query_words)
        if code is not None:
            self.dismiss(Picked(code.id))
        elif new_name:
            self.dismiss(Picked(None, new_name))

    def action_add(self) -> None:
        """Answer with a new code, whatever matches the query."""
        self.dismiss(Picked(None, shown(self._search.query_words)))

    def action_change(self) -> None:
        """Answer with the code under the cursor, to be changed."""
        code = self._search.code
        if code is not None:
            self.dismiss(Picked(code.id, is_to_change=True))

    def _rows(self, query: str, matches: Sequence[Match]) -> list[Row]:
        rows = [self._row(match, is_searched=bool(query.strip())) for match in matches]
        new_name = self._new_name(query)
        if new_name:
            rows.append(Row((Part("+   ", "strong"), Part(f"new code “{brief(new_name, 60)}”", "note"))))
        return rows or [Row((Part("The codebook has no codes yet.", "warn"),))]

    def _new_name(self, query: str) -> str:
        """Return the name for a new code; empty if a code has it as id, name or label, retired ones included."""
        return shown(query) if self._index.code_by_label(query) is None else ""

    def _row(self, match: Match, *, is_searched: bool) -> Row:
        code = self._index.codes[CodeId(match.candidate.id)]
        is_recent = not is_searched and code.id in self._recent
        label = _found_in(self._index.labels[code.id], code.name, match.positions)
        place = "recent" if is_recent else self._search.section_words(code)
        return Row((self._search.key_part(code), *label), (Part(place, "dim"),))


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
    """The chosen codes; `wants_new` asks to add one that the codebook lacks."""

    codes: tuple[CodeId, ...]
    wants_new: bool = False


class CodesDialog(Dialog[ChosenCodes]):
    """Picks one code or several, to merge or split into.  Answers with them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "continue", show=False, priority=True),
        Binding("ctrl+n", "add", "new code", show=False, priority=True),
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
        """Create it without the codes in `but`; `chosen` are chosen already, None allows a single code only."""
        super().__init__()
        self._title = title
        self._index = CodebookIndex(book)
        self._chosen = None if chosen is None else dict.fromkeys(chosen)
        candidates = [one for one in code_candidates(self._index, has_retired=has_retired) if one.id not in but]
        self._search = CodeSearch(self._index, candidates, self._rows)

    def compose(self) -> ComposeResult:
        """Yield query, codes and definition."""
        several = "Enter: select · Ctrl+N: new code · Ctrl+S: continue · Esc: cancel"
        keys = "Enter: select · PgUp/PgDn: read · Esc: cancel" if self._chosen is None else several
        with self.frame(self._title, keys):
            yield Static(classes="hint")
            yield self._search

    def on_mount(self) -> None:
        """Show how many are chosen already."""
        self._say_count()

    @on(Input.Submitted)
    @on(RowList.RowSelected)
    def _taken(self) -> None:
        code = self._search.code
        if code is None:
            return
        if self._chosen is None:
            self.dismiss(ChosenCodes((code.id,)))
            return
        if code.id in self._chosen:
            del self._chosen[code.id]
        else:
            self._chosen[code.id] = None
        self._search.show_again()
        self._say_count()

    def action_save(self) -> None:
        """Answer with the chosen codes."""
        if self._chosen is None:
            self._taken()
        elif len(self._chosen) < FEWEST:
            self._say("Select at least two codes: ↑↓, then Enter on each; Ctrl+N adds a new one.")
        else:
            self.dismiss(ChosenCodes(tuple(self._chosen)))

    def action_add(self) -> None:
        """Answer that one of them is to be a new code."""
        if self._chosen is not None:
            self.dismiss(ChosenCodes(tuple(self._chosen), wants_new=True))

    @on(Input.Changed)
    def _say_count(self) -> None:
        self._say("" if self._chosen is None else f"{len(self._chosen)} selected")

    def _rows(self, _: str, matches: Sequence[Match]) -> list[Row]:
        rows = [self._row(CodeId(match.candidate.id)) for match in matches]
        return rows or [Row((Part("No code matches these words.", "warn"),))]

    def _row(self, id_: CodeId) -> Row:
        code = self._index.codes[id_]
        mark = "" if self._chosen is None else "● " if id_ in self._chosen else "  "
        label = Part(brief(f"{self._index.labels[id_]}{' (retired)' if code.is_retired else ''}", 200))
        left = (Part(mark, "strong"), self._search.key_part(code), label)
        return Row(left, (Part(self._search.section_words(code), "dim"),))

    def _say(self, words: str) -> None:
        self.query_one(".hint", Static).update(Content(words))

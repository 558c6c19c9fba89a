"""One code, or several, of those that the book has: what a code is merged into, or split into."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from codetui.core.codebook import CodebookIndex
from codetui.core.ranking import code_candidates, rank
from codetui.model import Code, Codebook, CodeId
from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.cells import brief
from codetui.tui.widgets.definition import DefinitionPane
from codetui.tui.widgets.plain_rows import PlainRows
from codetui.tui.widgets.row_list import Part, Row, RowList

FEWEST = 2


class ChosenCodes(NamedTuple):
    """The codes that were chosen; `wants_new` asks for one more that the book lacks."""

    codes: tuple[CodeId, ...]
    wants_new: bool = False


class CodesChoice(FramedModal[ChosenCodes]):
    """Answers with the codes, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+k", "move(-1)", "up", show=False, priority=True),
        Binding("down,ctrl+j", "move(1)", "down", show=False, priority=True),
        Binding("ctrl+s", "save", "go on", show=False, priority=True),
        Binding("ctrl+n", "add", "new code", show=False, priority=True),
        Binding("pageup", "read(-1)", "read back", show=False),
        Binding("pagedown", "read(1)", "read on", show=False),
    ]

    DEFAULT_CSS = """
    CodesChoice {
        & PlainRows { height: 1fr; margin-top: 1; }
        & DefinitionPane { height: 8; border-top: solid $foreground 20%; padding: 0 1; }
    }
    CodesChoice:ansi DefinitionPane { border-top: solid ansi_default; }
    """

    def __init__(
        self,
        title: str,
        book: Codebook,
        but: Sequence[CodeId] = (),
        chosen: Sequence[CodeId] | None = None,
        *,
        has_retired: bool = False,
    ) -> None:
        """`but` are left out; `chosen` are chosen already, or None where one code is wanted and no more."""
        super().__init__()
        self._title = title
        self._book = book
        self._index = CodebookIndex(book)
        self._hues = {section.id: hue for hue, section in enumerate(book.sections)}
        self._candidates = [one for one in code_candidates(self._index, has_retired=has_retired) if one.id not in but]
        self._chosen = None if chosen is None else dict.fromkeys(chosen)
        self._found: list[Code] = []

    def compose(self) -> ComposeResult:
        """Query, codes, definition."""
        several = "enter: choose · ctrl+n: new code · ctrl+s: go on · esc"
        keys = "enter: take · page keys: read · esc: close" if self._chosen is None else several
        with self.frame(self._title, keys):
            yield Static(classes="hint")
            yield Input(placeholder="type a word of its name, definition or examples", compact=True)
            rows = PlainRows(classes="-active")
            rows.can_focus = False
            yield rows
            yield DefinitionPane()

    def on_mount(self) -> None:
        """All codes in the order of the book."""
        self.query_one(Input).focus()
        self._find()

    def action_move(self, step: int) -> None:
        """The next code, or the one before."""
        self.query_one(PlainRows).action_move(step)

    def action_read(self, step: int) -> None:
        """Scroll the definition."""
        self.query_one(DefinitionPane).scroll_page(step)

    @on(Input.Submitted)
    @on(RowList.Taken)
    def _taken(self) -> None:
        rows = self.query_one(PlainRows)
        if rows.cursor >= len(self._found):
            return
        code = self._found[rows.cursor].id
        if self._chosen is None:
            self.dismiss(ChosenCodes((code,)))
            return
        if code in self._chosen:
            del self._chosen[code]
        else:
            self._chosen[code] = None
        self._show(rows.cursor)

    def action_save(self) -> None:
        """Go on with the codes that were chosen."""
        if self._chosen is None:
            self._taken()
        elif len(self._chosen) < FEWEST:
            self._say("Choose two codes at least: ↑↓, then enter on each; ctrl+n writes a new one.")
        else:
            self.dismiss(ChosenCodes(tuple(self._chosen)))

    def action_add(self) -> None:
        """One of them is to be a new code."""
        if self._chosen is not None:
            self.dismiss(ChosenCodes(tuple(self._chosen), wants_new=True))

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_definition()

    @on(Input.Changed)
    def _find(self) -> None:
        matches = rank(self.query_one(Input).value, self._candidates, ())
        self._found = [self._index.codes[CodeId(match.candidate.id)] for match in matches]
        self._show(0)

    def _show(self, cursor: int) -> None:
        rows = [self._row(code) for code in self._found]
        self.query_one(PlainRows).show(rows or [Row((Part("No code fits these words.", "warn"),))], cursor)
        count = len(self._chosen or ())
        self._say(f"{count} chosen" if self._chosen is not None else "")
        self._show_definition()

    def _row(self, code: Code) -> Row:
        mark = "" if self._chosen is None else "● " if code.id in self._chosen else "  "
        section = self._index.sections.get(code.section)
        hue = self._hues.get(code.section, len(self._hues))
        key = Part(f"{self._index.short_keys[code.id]:<4}", "hue", hue)
        label = Part(brief(f"{self._index.labels[code.id]}{' (retired)' if code.is_retired else ''}", 200))
        return Row((Part(mark, "strong"), key, label), (Part(brief(section.title, 28) if section else "", "dim"),))

    def _show_definition(self) -> None:
        pane, place = self.query_one(DefinitionPane), self.query_one(PlainRows).cursor
        if place < len(self._found):
            pane.show_code(self._book, self._found[place])
        else:
            pane.clear()

    def _say(self, words: str) -> None:
        self.query_one(".hint", Static).update(Content(words))

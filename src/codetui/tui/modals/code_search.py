"""The part of a question that finds a code of the book: the words typed, what fits them, what the book says of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.picker import Candidate, Match, rank
from codetui.model import Code, CodeId
from codetui.tui.widgets.cells import brief
from codetui.tui.widgets.definition import DefinitionPane, UsageOf
from codetui.tui.widgets.hues import section_hues
from codetui.tui.widgets.plain_rows import LedRows
from codetui.tui.widgets.row_list import Part, Row, RowList

RowsOf = Callable[[str, Sequence[Match]], Sequence[Row]]
"""What is shown for a query and the codes that fit it: a row for each, and others behind, or only others."""


class CodeSearch(Vertical):
    """Finds codes; which one is taken, and what for, is the question's to say."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+k", "move(-1)", "up", show=False, priority=True),
        Binding("down,ctrl+j", "move(1)", "down", show=False, priority=True),
        Binding("pageup", "read(-1)", "read back", show=False),
        Binding("pagedown", "read(1)", "read on", show=False),
    ]

    DEFAULT_CSS = """
    CodeSearch {
        & PlainRows { height: 1fr; margin-top: 1; }
        & DefinitionPane { height: 8; border-top: solid $foreground 20%; padding: 0 1; }
    }
    CodeSearch:ansi DefinitionPane { border-top: solid ansi_default; }
    """

    def __init__(
        self,
        index: CodebookIndex,
        candidates: Sequence[Candidate],
        rows_of: RowsOf,
        recent: Sequence[CodeId] = (),
        usage_of: UsageOf | None = None,
    ) -> None:
        """`recent` names the codes that stand on top of all while nothing is typed, the last one first."""
        super().__init__()
        self._index = index
        self._hues = section_hues(index.book)
        self._candidates = candidates
        self._rows_of = rows_of
        self._recent = recent
        self._usage_of = usage_of
        self._found: Sequence[Match] = ()

    def compose(self) -> ComposeResult:
        """Query, codes, definition."""
        yield Input(placeholder="type a word of its name, definition or examples", compact=True)
        yield LedRows()
        yield DefinitionPane()

    def on_mount(self) -> None:
        """Recent codes first, then all in the order of the book."""
        self.query_one(Input).focus()
        self._find()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """As for the question: keys that come behind its answer find nothing left to act on."""
        return self.screen.check_action(action, parameters)

    @property
    def query_words(self) -> str:
        """What was typed."""
        return self.query_one(Input).value

    @property
    def code(self) -> Code | None:
        """The code under the cursor; None where another row is."""
        place = self.query_one(LedRows).cursor
        return self._index.codes[CodeId(self._found[place].candidate.id)] if place < len(self._found) else None

    def key_part(self, code: Code) -> Part:
        """The short key of a code, in the colour of its section, with which its row begins."""
        hue = self._hues.get(code.section, len(self._hues))
        return Part(f"{self._index.short_keys[code.id]:<4}", "hue", hue)

    def section_words(self, code: Code) -> str:
        """The section in which a code stands, with which its row may end."""
        section = self._index.sections.get(code.section)
        return brief(section.title, 28) if section else ""

    def show_again(self) -> None:
        """Shows the rows as they are now, with the cursor where it stands."""
        self._show(self.query_one(LedRows).cursor)

    def action_move(self, step: int) -> None:
        """The next code, or the one before."""
        self.query_one(LedRows).action_move(step)

    def action_read(self, step: int) -> None:
        """Scroll the definition."""
        self.query_one(DefinitionPane).scroll_page(step)

    @on(Input.Changed)
    def _find(self) -> None:
        self._found = rank(self.query_words, self._candidates, self._recent)
        self._show(0)

    def _show(self, cursor: int) -> None:
        self.query_one(LedRows).show(self._rows_of(self.query_words, self._found), cursor)
        self._show_definition()

    @on(RowList.Moved)
    def _show_definition(self) -> None:
        pane, code = self.query_one(DefinitionPane), self.code
        if code is not None:
            pane.show_code(self._index.book, code, self._usage_of)
        else:
            pane.clear()

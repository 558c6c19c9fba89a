"""Any code, by words of its id, name, definition or examples; recent ones stand on top, a new one at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import ClassVar, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from codetui.core.codebook import CodebookIndex
from codetui.core.ranking import Match, code_candidates, rank
from codetui.model import Code, Codebook, CodeId
from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.cells import brief, brief_middle, shown
from codetui.tui.widgets.definition import DefinitionPane, UsageOf
from codetui.tui.widgets.plain_rows import PlainRows
from codetui.tui.widgets.row_list import Part, Row, RowList


class Picked(NamedTuple):
    """A code that is to be given, or changed; or none, and the name that was typed for a new one."""

    code: CodeId | None
    new_name: str = ""
    is_to_change: bool = False


class CodePicker(FramedModal[Picked]):
    """Answers with a code to be given, a new one, one to be changed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,ctrl+k", "move(-1)", "up", show=False, priority=True),
        Binding("down,ctrl+j", "move(1)", "down", show=False, priority=True),
        Binding("ctrl+n", "add", "new code", show=False, priority=True),
        Binding("ctrl+e", "change", "change the code", show=False, priority=True),
        Binding("pageup", "read(-1)", "read back", show=False),
        Binding("pagedown", "read(1)", "read on", show=False),
    ]

    DEFAULT_CSS = """
    CodePicker {
        & PlainRows { height: 1fr; margin-top: 1; }
        & DefinitionPane { height: 8; border-top: solid $foreground 20%; padding: 0 1; }
    }
    CodePicker:ansi DefinitionPane { border-top: solid ansi_default; }
    """

    def __init__(
        self,
        book: Codebook,
        recent: Sequence[CodeId] = (),
        words: str = "",
        title: str = "Give a code",
        usage_of: UsageOf | None = None,
    ) -> None:
        """`words` is what will be coded; `recent` names the codes used last, the last one first."""
        super().__init__()
        self._book = book
        self._index = CodebookIndex(book)
        self._hues = {section.id: hue for hue, section in enumerate(book.sections)}
        self._recent = tuple(recent)
        self._words = words
        self._title = title
        self._usage_of = usage_of
        self._candidates = code_candidates(self._index)
        self._found: list[Code] = []
        self._new_name = ""

    def compose(self) -> ComposeResult:
        """Words, query, codes, definition."""
        with self.frame(self._title, "enter: take · page keys: read · ctrl+n: new · ctrl+e: change · esc"):
            if self._words:
                yield Static(Content(f"“{brief_middle(self._words, 70)}”"), classes="words")
            yield Input(placeholder="type a word of its name, definition or examples", compact=True)
            rows = PlainRows(classes="-active")
            rows.can_focus = False
            yield rows
            yield DefinitionPane()

    def on_mount(self) -> None:
        """Recent codes first, then all in the order of the book."""
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
        place = self.query_one(PlainRows).cursor
        if place < len(self._found):
            self.dismiss(Picked(self._found[place].id))
        elif self._new_name:
            self.dismiss(Picked(None, self._new_name))

    def action_add(self) -> None:
        """A code that the book lacks, whatever fits the words."""
        self.dismiss(Picked(None, shown(self.query_one(Input).value)))

    def action_change(self) -> None:
        """The code under the cursor, to be changed."""
        place = self.query_one(PlainRows).cursor
        if place < len(self._found):
            self.dismiss(Picked(self._found[place].id, is_to_change=True))

    @on(RowList.Moved)
    def _moved(self) -> None:
        self._show_definition()

    @on(Input.Changed)
    def _find(self) -> None:
        query = self.query_one(Input).value
        matches = rank(query, self._candidates, self._recent)
        self._found = [self._index.codes[CodeId(match.candidate.id)] for match in matches]
        rows = [self._row(match, is_searched=bool(query.strip())) for match in matches]
        self._new_name = "" if self._is_known(query) else shown(query)
        if self._new_name:
            rows.append(Row((Part("+   ", "strong"), Part(f"new code “{brief(self._new_name, 60)}”", "note"))))
        self.query_one(PlainRows).show(rows or [Row((Part("The codebook has no codes yet.", "warn"),))])
        self._show_definition()

    def _is_known(self, query: str) -> bool:
        """True where the words are the id, the name or the label of a code, retired ones included."""
        return self._index.code_by_label(query) is not None

    def _row(self, match: Match, *, is_searched: bool) -> Row:
        code = self._index.codes[CodeId(match.candidate.id)]
        section = self._index.sections.get(code.section)
        hue = self._hues.get(code.section, len(self._hues))
        is_recent = not is_searched and code.id in self._recent
        place = "recent" if is_recent else brief(section.title, 28) if section else ""
        label = _found_in(self._index.labels[code.id], code.name, match.positions)
        key = Part(f"{self._index.short_keys[code.id]:<4}", "hue", hue)
        return Row((key, *label), (Part(place, "dim"),))

    def _show_definition(self) -> None:
        pane, place = self.query_one(DefinitionPane), self.query_one(PlainRows).cursor
        if place < len(self._found):
            pane.show_code(self._book, self._found[place], self._usage_of)
        else:
            pane.clear()


def _found_in(label: str, name: str, positions: Sequence[int]) -> tuple[Part, ...]:
    """The label, with the letters that were found in the name made strong."""
    start = label.find(name)
    if not positions or start < 0 or shown(label) != label:
        return (Part(brief(label, 200)),)
    found = {start + position for position in positions}
    runs = groupby(enumerate(label), key=lambda at: at[0] in found)
    return tuple(
        Part("".join(letter for _, letter in run), "strong" if is_found else "plain") for is_found, run in runs
    )

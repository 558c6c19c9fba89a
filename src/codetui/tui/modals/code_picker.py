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

from codetui.core.codebook.index import CodebookIndex
from codetui.core.codebook.picker import Match, code_candidates
from codetui.model import Codebook, CodeId
from codetui.tui.modals.code_search import CodeSearch
from codetui.tui.modals.frame import FramedModal
from codetui.tui.widgets.cells import brief, brief_middle, shown
from codetui.tui.widgets.definition import UsageOf
from codetui.tui.widgets.row_list import Part, Row, RowList


class Picked(NamedTuple):
    """A code that is to be given, or changed; or none, and the name that was typed for a new one."""

    code: CodeId | None
    new_name: str = ""
    is_to_change: bool = False


class CodePicker(FramedModal[Picked]):
    """Answers with a code to be given, a new one, one to be changed, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "add", "new code", show=False, priority=True),
        Binding("ctrl+e", "change", "change the code", show=False, priority=True),
    ]

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
        self._index = CodebookIndex(book)
        self._recent = tuple(recent)
        self._words = words
        self._title = title
        self._search = CodeSearch(self._index, code_candidates(self._index), self._rows, self._recent, usage_of)

    def compose(self) -> ComposeResult:
        """Words, query, codes, definition."""
        with self.frame(self._title, "enter: take · page keys: read · ctrl+n: new · ctrl+e: change · esc"):
            if self._words:
                yield Static(Content(f"“{brief_middle(self._words, 70)}”"), classes="words")
            yield self._search

    @on(Input.Submitted)
    @on(RowList.Taken)
    def _taken(self) -> None:
        code, new_name = self._search.code, self._new_name(self._search.query_words)
        if code is not None:
            self.dismiss(Picked(code.id))
        elif new_name:
            self.dismiss(Picked(None, new_name))

    def action_add(self) -> None:
        """A code that the book lacks, whatever fits the words."""
        self.dismiss(Picked(None, shown(self._search.query_words)))

    def action_change(self) -> None:
        """The code under the cursor, to be changed."""
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
        """The name that a new code would get; none for the id, name or label of a code, retired ones included."""
        return shown(query) if self._index.code_by_label(query) is None else ""

    def _row(self, match: Match, *, is_searched: bool) -> Row:
        code = self._index.codes[CodeId(match.candidate.id)]
        is_recent = not is_searched and code.id in self._recent
        label = _found_in(self._index.labels[code.id], code.name, match.positions)
        place = "recent" if is_recent else self._search.section_words(code)
        return Row((self._search.key_part(code), *label), (Part(place, "dim"),))


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

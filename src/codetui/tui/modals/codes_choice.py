"""One code, or several, of those that the book has: what a code is merged into, or split into."""

from __future__ import annotations

from collections.abc import Sequence
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
from codetui.tui.widgets.cells import brief
from codetui.tui.widgets.row_list import Part, Row, RowList

FEWEST = 2


class ChosenCodes(NamedTuple):
    """The codes that were chosen; `wants_new` asks for one more that the book lacks."""

    codes: tuple[CodeId, ...]
    wants_new: bool = False


class CodesChoice(FramedModal[ChosenCodes]):
    """Answers with the codes, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "go on", show=False, priority=True),
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
        """`but` are left out; `chosen` are chosen already, or None where one code is wanted and no more."""
        super().__init__()
        self._title = title
        self._index = CodebookIndex(book)
        self._chosen = None if chosen is None else dict.fromkeys(chosen)
        candidates = [one for one in code_candidates(self._index, has_retired=has_retired) if one.id not in but]
        self._search = CodeSearch(self._index, candidates, self._rows)

    def compose(self) -> ComposeResult:
        """Query, codes, definition."""
        several = "enter: choose · ctrl+n: new code · ctrl+s: go on · esc"
        keys = "enter: take · page keys: read · esc: close" if self._chosen is None else several
        with self.frame(self._title, keys):
            yield Static(classes="hint")
            yield self._search

    def on_mount(self) -> None:
        """Say how many are chosen already."""
        self._say_count()

    @on(Input.Submitted)
    @on(RowList.Taken)
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

    @on(Input.Changed)
    def _say_count(self) -> None:
        self._say("" if self._chosen is None else f"{len(self._chosen)} chosen")

    def _rows(self, _: str, matches: Sequence[Match]) -> list[Row]:
        rows = [self._row(CodeId(match.candidate.id)) for match in matches]
        return rows or [Row((Part("No code fits these words.", "warn"),))]

    def _row(self, id_: CodeId) -> Row:
        code = self._index.codes[id_]
        mark = "" if self._chosen is None else "● " if id_ in self._chosen else "  "
        label = Part(brief(f"{self._index.labels[id_]}{' (retired)' if code.is_retired else ''}", 200))
        left = (Part(mark, "strong"), self._search.key_part(code), label)
        return Row(left, (Part(self._search.section_words(code), "dim"),))

    def _say(self, words: str) -> None:
        self.query_one(".hint", Static).update(Content(words))

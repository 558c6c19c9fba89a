"""List all quotations that could not be located."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType

from codetui.core.anchors.unresolved import UnresolvedAnchor
from codetui.core.codebook.index import CodebookIndex
from codetui.core.text.display import plural
from codetui.model import Coding, CodingId
from codetui.tui.dialogs.base import Dialog, registered
from codetui.tui.themes import section_hues
from codetui.tui.widgets.rows import Part, PlainRows, Row, RowList, brief

AT_ONCE = 0.008
"""Seconds for which places are looked for before the next key is read; in a long ad one look may take longer."""

WIDEST = 400
"""Cells of a quotation that are given to a row, which cuts them to its width."""


class UnresolvedDialog(Dialog[CodingId]):
    """Asks for an unresolved quotation.  Answers with its id.  Candidates are added as they are found."""

    BINDINGS: ClassVar[list[BindingType]] = [
        registered("doubts", "leave", "close"),
        registered("settle", "leave", "close"),
    ]

    def __init__(
        self,
        codings: Sequence[Coding],
        index: CodebookIndex,
        about: Callable[[Coding], UnresolvedAnchor],
        current: CodingId | None = None,
    ) -> None:
        """Create a dialog; `about` describes the position of a coding, `current` is the last one shown."""
        title = f"{plural(len(codings), 'quotation')} could not be located"
        super().__init__(title, "Enter: go there · ↑↓: move · Esc: cancel")
        self._codings = tuple(codings)
        self._index = index
        self._hues = section_hues(index.book)
        self._about = about
        self._current = current
        self.rows = [self._row(coding, "…") for coding in self._codings]
        self._looked = 0

    def compose(self) -> ComposeResult:
        """Yield the rows."""
        with self.frame():
            yield PlainRows()

    def on_mount(self) -> None:
        """Put the cursor on the last quotation shown."""
        places = (place for place, coding in enumerate(self._codings) if coding.id == self._current)
        rows = self.query_one(PlainRows)
        rows.show(self.rows, next(places, 0))
        rows.focus()
        self._look_on()

    def _look_on(self) -> None:
        """Locate some more quotations, then let keys be handled."""
        if not self.is_attached:
            return
        begun = monotonic()
        while self._looked < len(self._codings) and monotonic() - begun < AT_ONCE:
            coding = self._codings[self._looked]
            self.rows[self._looked] = self._row(coding, kind_words(self._about(coding), self._index.book.words.source))
            self._looked += 1
        self.query_one(PlainRows).refresh()
        if self._looked < len(self._codings):
            # A timer of Textual's that has so little time is left out where the processor is busy, and never comes.
            asyncio.get_running_loop().call_later(AT_ONCE, self.call_later, self._look_on)

    def _row(self, coding: Coding, kind: str) -> Row:
        code = self._index.codes.get(coding.code)
        hue = self._hues.get(code.section, len(self._hues)) if code else len(self._hues)
        key = self._index.short_keys.get(coding.code, "?")
        name = Part(f"{key:<4}", "hue", hue), Part(f"{brief(coding.code, 16)}  ", "dim")
        return Row((*name, Part(f"“{brief(coding.words, WIDEST)}”")), (Part(kind, "warn"),))

    @on(RowList.RowSelected)
    def _taken(self, event: RowList.RowSelected) -> None:
        self.dismiss(self._codings[event.index].id)


def kind_words(doubt: UnresolvedAnchor, source: str) -> str:
    """Describe the kind of problem in two or three words."""
    if doubt.kind == "fuzzy" or (doubt.places and doubt.kind == "ambiguous" and doubt.score < 1):
        places = f" · {len(doubt.places)} places" if len(doubt.places) > 1 else ""
        return f"{doubt.percent} similar{places}"
    if doubt.kind == "orphan":
        return f"not in the {source} · nearest {doubt.percent}" if doubt.places else f"not in the {source}"
    count = len(doubt.places)
    return f"{plural(count, 'place')}{', doubtful' if count == 1 else ''}"

"""The picker: any code by its words, a new one, or one to be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codetui.tui.bench import Bench, Do
from codetui.tui.parts.assigning import Assigning
from codetui.tui.parts.bookkeeping import Bookkeeping
from codetui.tui.parts.recalling import Recalling

if TYPE_CHECKING:
    from codetui.tui.modals.code_picker import Picked


class Picking:
    """Opens the picker, and does what was picked in it."""

    def __init__(self, bench: Bench, assigning: Assigning, bookkeeping: Bookkeeping, recalling: Recalling) -> None:
        self._bench = bench
        self._assigning = assigning
        self._bookkeeping = bookkeeping
        self._recalling = recalling

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"pick": self.pick}

    def pick(self) -> None:
        """Opens the picker; while a boundary is moved, keeps it instead."""
        from codetui.tui.modals.code_picker import CodePicker

        bench, assigning = self._bench, self._assigning
        if assigning.bounding is not None:
            assigning.keep_boundary()
            return
        sections = bench.index.book.sections
        words = assigning.words_for(sections[0]) if sections else ""
        title = "Give another code" if assigning.recoding else "Give a code"
        self._recalling.begin()
        bench.ask(CodePicker(bench.index.book, assigning.recent, words, title, self._recalling.usage), self._picked)

    def _picked(self, picked: Picked) -> None:
        if picked.code is None:
            self._bookkeeping.add(picked.new_name)
        elif picked.is_to_change:
            self._bookkeeping.change(picked.code, self.pick)
        else:
            self._assigning.take(picked.code)

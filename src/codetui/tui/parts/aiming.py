"""Which coding the keys on a quotation are about, where several stand under the cursor."""

from __future__ import annotations

from codetui.core.selection.selection import Selection
from codetui.model import Coding, CodingId
from codetui.tui.bench import Bench, Do
from codetui.tui.parts.picturing import codes_under
from codetui.tui.parts.selecting import Selecting
from codetui.tui.widgets.codebook_tree import CodebookTree
from codetui.tui.widgets.outline import CodingNode


class Aiming:
    """The coding in the tree, else the one aimed at, else the shortest under the cursor."""

    def __init__(self, bench: Bench, selecting: Selecting, outline: CodebookTree) -> None:
        self._bench = bench
        self._selecting = selecting
        self._outline = outline
        self._target: CodingId | None = None
        self._aimed_from: Selection | None = None

    def actions(self) -> dict[str, Do]:
        """What to do for each action id."""
        return {"other": self._other}

    def coding(self) -> Coding | None:
        """The coding that keys on a quotation are about."""
        node = self._bench.node()
        if node is not None:
            return self._bench.state.codings.get(node.id) if isinstance(node, CodingNode) else None
        here = self.under_cursor()
        aimed = next((coding for coding in here if coding.id == self._target), None)
        return aimed or (here[0] if here else None)

    def under_cursor(self) -> list[Coding]:
        """The codings under the cursor, the shortest first.

        One that was aimed at from here is among them: a term that was just coded may end where the cursor stands.
        """
        here = codes_under(self._bench.state, self._selecting.cursor_span)
        aimed = self._bench.state.codings.get(self._target) if self._target else None
        if aimed is None or aimed.is_removed or aimed in here or self._selecting.selection != self._aimed_from:
            return here
        return [aimed, *here]

    def at(self, coding: CodingId | None) -> None:
        """Aims at a coding, and shows it in the tree."""
        self._target, self._aimed_from = coding, self._selecting.selection
        if coding is not None:
            self._outline.reveal(coding)

    def _other(self) -> None:
        here, current = self.under_cursor(), self.coding()
        if current is None or len(here) < 2:
            self._bench.say("No other coding here." if current else "No quotation under the cursor.", "refusal")
            return
        ids = [coding.id for coding in here]
        # In the tree the current one may stand elsewhere than under the cursor.
        after = ids.index(current.id) + 1 if current.id in ids else 0
        chosen = here[after % len(ids)]
        self.at(chosen.id)
        self._bench.say(f"{self._bench.index.labels.get(chosen.code, chosen.code)} is what x, r, b and n work on.")

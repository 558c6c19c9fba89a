"""The selection in a text: made by the coder, or implied by the cursor.

    "We ne|ed Python. And SQL."   implied: the sentence for quotations, the word for terms
    "We need [Python]. And SQL."  explicit: the selected words for both

The modules `motions`, `jump_labels` and `search` change it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from codetui.core.text.layout import Layout
from codetui.core.text.units import grapheme_after, snap, trim, unit_at
from codetui.model import Holds, Span

SelectionKind = Literal["implied", "tentative", "explicit"]
Edge = Literal["start", "end"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Anchor and head in code points; the head moves, and the cursor is drawn there.

    `implied`: a cursor only. `tentative`: from a chosen start to the end of its sentence; a section of terms uses only
    the first word. `explicit`: exactly these words. `edge` is the held end, which arrows and unit letters move;
    `column` the cell at which vertical motions aim; `origin` the span from which growing began.
    """

    anchor: int
    head: int
    kind: SelectionKind = "implied"
    edge: Edge | None = None
    column: int | None = None
    origin: Span | None = None

    @property
    def span(self) -> Span:
        """The selected code points; empty for a cursor."""
        return Span(min(self.anchor, self.head), max(self.anchor, self.head))

    @property
    def is_explicit(self) -> bool:
        """True if the coder has selected something."""
        return self.kind != "implied"


class View(NamedTuple):
    """The layout of a text and the window on it, in rows."""

    layout: Layout
    top: int
    height: int

    @property
    def visible(self) -> Span:
        """The code points inside the window."""
        last = min(self.layout.rows, self.top + self.height) - 1
        first = min(max(self.top, 0), max(last, 0))
        return Span(self.layout.span(first).start, self.layout.span(max(last, first)).end)


Motion = Callable[[str, View | None, Selection], Selection]
"""(text, view, selection) -> selection. Without a view nothing moves by rows or pages."""


def cursor(text: str, offset: int) -> Selection:
    """Return a cursor, with nothing selected."""
    at = snap(text, offset)
    return Selection(at, at)


def selected(start: int, end: int) -> Selection:
    """Return an explicit selection with the head at its end."""
    return Selection(start, end, "explicit") if start < end else Selection(start, end)


def effective(text: str, selection: Selection, holds: Holds) -> Span:
    """Return the span to which a code would be assigned; empty if the text has no words.

    This is an explicit selection without white space at its ends; else the sentence for quotations, the word for terms.
    """
    span = trim(text, *selection.span)
    if selection.kind == "implied" or span.start >= span.end:
        return unit_at(text, selection.head, "sentence" if holds == "quotations" else "word")
    if selection.kind == "tentative" and holds == "terms":
        word = unit_at(text, span.start, "word")
        return Span(span.start, word.end) if word.start <= span.start < word.end else word
    return span


def position(text: str, selection: Selection) -> Span:
    """Return the selected words, or the code point under the cursor; on a bullet, the start of its sentence."""
    if selection.is_explicit and selection.anchor != selection.head:
        return selection.span
    sentence = effective(text, selection, "quotations")
    at = selection.head if sentence.start <= selection.head < sentence.end else sentence.start
    return Span(at, at + 1)


def settled(text: str, selection: Selection) -> Selection:
    """Return an explicit selection; if nothing is selected, of the current sentence."""
    if selection.kind == "explicit":
        return selection
    return replace(selected(*effective(text, selection, "quotations")), edge=selection.edge)


def extended(text: str, selection: Selection, head: int) -> Selection:
    """Return the selection with its head at another offset; a held edge moves with it, and may pass the other edge."""
    at = snap(text, head)
    edge: Edge | None = None
    if selection.edge is not None:
        edge = "start" if at < selection.anchor else "end"
    kind: SelectionKind = "implied" if at == selection.anchor and edge is None else "explicit"
    return Selection(selection.anchor, at, kind, edge)


def dragged(text: str, first: int, last: int) -> Selection:
    """Return the selection of a mouse drag between two characters, both included, in either direction.

    A word that the drag cuts is selected whole; in words such as `CI/CD`, only the part.
    """
    low, high = sorted((first, last))
    start = _part_at(text, low).start
    end = max(_part_at(text, high).end, grapheme_after(text, snap(text, high)))
    return Selection(start, end, "explicit") if first <= last else Selection(end, start, "explicit")


def _part_at(text: str, offset: int) -> Span:
    """Return the part of a word at an offset; an empty span if there is none."""
    at = snap(text, offset)
    part = unit_at(text, at, "part")
    return part if part.start <= at < part.end else Span(at, at)


def clicked(text: str, offset: int, clicks: int) -> Selection:
    """Return the selection after a click: one click moves the cursor, two select the word, three the sentence."""
    if clicks < 2:
        return cursor(text, offset)
    return selected(*unit_at(text, offset, "word" if clicks == 2 else "sentence"))
